//! A write before it is made: exact bytes, how long it holds, who is affected, how it is taken back; and the assent
//! without which nothing is written. Made in two steps: `registry` gives writes and durability, `insight` the impact.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::draft::{Becomes, Draft, Durability, Write, WriteKind};
use super::{address::Address, circuit::CircuitState, id::ServiceId, intent::Intent};

/// An instance that a plan is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Its service.
    pub service: ServiceId,
    /// Its address; `None` where the znode tells none.
    pub address: Option<Address>,
    /// Its znodes: more than one where an address is registered twice.
    pub paths: Vec<Arc<str>>,
}

impl Target {
    /// Whether what was typed names it: a host's other name for the same address does too.
    pub fn is_named(&self, typed: &str) -> bool {
        let typed = typed.trim();
        typed == self.typed_name()
            || self.address.is_some() && Address::parse(typed, None).ok().as_ref() == self.address.as_ref()
    }

    /// The name to type before a write that hurts: `host:port`, else the path.
    pub fn typed_name(&self) -> String {
        match (&self.address, self.paths.first()) {
            (Some(address), _) => address.text().to_owned(),
            (None, Some(path)) => path.to_string(),
            (None, None) => String::new(),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.service.name, self.typed_name())
    }
}

/// A step of the journal that might be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id in the journal.
    pub id: Arc<str>,
    /// What was done: `drain`, `weight`, ...
    pub op: Arc<str>,
    /// Of which service.
    pub service: Arc<str>,
    /// Of which instance; `None` where it had no address.
    pub address: Option<Address>,
    /// Its znode then.
    pub path: Arc<str>,
    /// What was written.
    pub writes: Vec<Write>,
    /// Whether it is known to have reached the registry; where it is not, the registry's bytes tell.
    pub certain: bool,
}

/// Why a plan cannot be: a sentence, and which kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// What, why, what would help.
    pub why: Arc<str>,
}

impl Refusal {
    /// From a sentence.
    pub fn new(why: impl Into<Arc<str>>) -> Self {
        Refusal { why: why.into() }
    }
}

/// Who serves after the write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remaining {
    /// The instance.
    pub address: Option<Address>,
    /// Its share of the service's traffic now, 0 to 1, by weights.
    pub share_before: Option<f64>,
    /// Its share then.
    pub share_after: Option<f64>,
    /// Calls a second that it serves now, as seen.
    pub rate_before: Option<f64>,
    /// Calls a second that its share would be then, if the service gets as many as now.
    pub rate_after: Option<f64>,
}

/// The breakers of one caller towards the service, and what the write would likely do to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakersAhead {
    /// The caller service, by name.
    pub caller: Arc<str>,
    /// Their gravest state now.
    pub state: CircuitState,
    /// How many are in it.
    pub count: usize,
    /// How many there are, with those of callers that were not read yet.
    pub of: usize,
    /// How many of them are not known.
    pub unknown: usize,
    /// What is likely to become of them, and why: `unlikely to open: ...`.
    pub ahead: Arc<str>,
}

/// How much assent a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// One key.
    Safe,
    /// The name typed: it cannot be undone, or somebody is hurt.
    TypedName,
    /// The name typed, and `--yes-last` where a flag says yes: nobody healthy is left.
    LastHealthy,
}

/// The whole plan, read before anything is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is written.
    pub draft: Draft,
    /// Who serves then.
    pub remaining: Vec<Remaining>,
    /// Callers by name, as far as known.
    pub callers: Vec<Arc<str>>,
    /// Their breakers towards the service, where they have any.
    pub breakers: Vec<BreakersAhead>,
    /// All warnings, the draft's among them.
    pub warnings: Vec<Arc<str>>,
    /// What else its layout tells of it: a rule that weighs it, a tag. Sentences.
    pub notes: Vec<Arc<str>>,
    /// The drain of another operator that an undrain ends.
    pub theirs: Option<Intent>,
    /// How much assent it needs.
    pub danger: Danger,
    /// Why it is refused, if it is.
    pub refused: Option<Refusal>,
    /// The sentence of the guard rail that asks for a reason, if one does.
    pub asks_reason: Option<Arc<str>>,
    /// Why it is done, in the operator's words.
    pub reason: Option<Arc<str>>,
}

/// Who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assent {
    /// A key pressed after the plan was drawn.
    Key,
    /// The name typed after the plan was drawn.
    TypedName(String),
    /// `--yes`.
    Yes,
    /// `--yes --yes-last`.
    YesLast,
    /// The kept intent at this path, which is due.
    Intent(Arc<str>),
}

/// Something to which enough assent was given. Made only by [`Confirmed::new`], in the few files that
/// `tests/architecture.rs` lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed<T> {
    inner: T,
    by: Assent,
}

impl Confirmed<Plan> {
    /// The plan with assent that suffices for its danger.
    ///
    /// # Errors
    /// A refusal when the plan itself is refused, the assent does not suffice, or a reason is asked for and none is given.
    pub fn new(plan: Plan, assent: Assent) -> Result<Self, Refusal> {
        if let Some(refusal) = plan.refused {
            return Err(refusal);
        }
        if let (Some(asks), None) = (&plan.asks_reason, &plan.reason) {
            return Err(Refusal::new(format!("Not confirmed: {} Say it: --reason, or Tab in the plan.", lower(asks))));
        }
        let name = plan.draft.target.typed_name();
        let enough = match (&assent, plan.danger) {
            (Assent::Key | Assent::Yes | Assent::Intent(_), Danger::Safe) | (Assent::YesLast, _) => true,
            (Assent::Yes, Danger::TypedName) => true,
            (Assent::TypedName(typed), _) => plan.draft.target.is_named(typed),
            (Assent::Key | Assent::Intent(_), _) | (Assent::Yes, Danger::LastHealthy) => false,
        };
        if enough {
            return Ok(Confirmed { inner: plan, by: assent });
        }
        Err(Refusal::new(match (plan.danger, assent) {
            (Danger::LastHealthy, Assent::Yes) => format!(
                "Not confirmed: {} is the last healthy instance of {}; --yes-last is needed beside --yes.",
                name, plan.draft.target.service.name
            ),
            (Danger::LastHealthy, Assent::Intent(_)) => {
                format!("{name} is the last healthy instance of {}.", plan.draft.target.service.name)
            }
            _ => format!("Not confirmed: type {name} to do it all the same."),
        }))
    }
}

/// A sentence as it stands after a colon.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

impl<T> Confirmed<T> {
    /// What was assented to.
    pub fn get(&self) -> &T {
        &self.inner
    }

    /// Who said so.
    pub fn assent(&self) -> &Assent {
        &self.by
    }
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Only planned.
    Planned,
    /// Written for certain, and its effect is known: its answer was lost and what became of it was found out.
    Done,
    /// Written. Whether it was read back within 2 s the receipt tells; whether callers follow, their calls.
    Requested,
    /// Nothing needed to change.
    NoEffect,
    /// Not done, on purpose or for want of a permission.
    Refused,
    /// Somebody changed it since it was read; nothing was written.
    Conflict,
    /// It may have been written; no server could be asked.
    Unknown,
    /// Known not to have been written: the server said no, in words that the receipt carries.
    Failed,
    /// Known not to have been written: no server could be reached, so nothing was sent.
    Unreachable,
}

impl Outcome {
    /// The word used in JSON and the journal.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Planned => "planned",
            Outcome::Done => "done",
            Outcome::Requested => "requested",
            Outcome::NoEffect => "no_effect",
            Outcome::Refused => "refused",
            Outcome::Conflict => "conflict",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "failed",
            Outcome::Unreachable => "unreachable",
        }
    }
}

/// What became of a confirmed plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// How it ended.
    pub outcome: Outcome,
    /// In words, where that needs words.
    pub detail: Option<Arc<str>>,
    /// Time from the write to its being read back, in ms.
    pub verified_ms: Option<u64>,
}
