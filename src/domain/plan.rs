//! A write before it is made: exact bytes, how long it holds, who is affected, how it is taken back; and the assent
//! without which nothing is written. Made in two steps: `registry` gives writes and durability, `insight` the impact.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    address::Address,
    circuit::CircuitState,
    id::ServiceId,
    instance::RegistryAdmin,
    intent::{Intent, Op},
    way::Way,
};

/// What a write does to one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteKind {
    /// Replace its data.
    Set,
    /// Make it.
    Create,
    /// Delete it.
    Delete,
    /// Post it to the provider's own page, whose URL the path is: no znode.
    Http,
}

/// One exact write, compared before it is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// What is done.
    pub kind: WriteKind,
    /// To which path.
    pub path: Arc<str>,
    /// The bytes before; `None` for create.
    pub before: Option<Arc<[u8]>>,
    /// The bytes after; `None` for delete.
    pub after: Option<Arc<[u8]>>,
    /// Only if the data still has this version; `None` for create.
    pub version: Option<i32>,
}

/// How long what is written holds, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Durability {
    /// The znode is the provider's own; it writes its own value again when it reconnects.
    UntilReconnect,
    /// Until the provider makes its znode anew in a new session.
    UntilNewSession,
    /// As before; and already at a reconnect, where the provider makes its znode anew then: the layout does not say.
    UntilItRegisters,
    /// The provider's process holds it itself, and writes it again whenever it registers; a new process does not know of it.
    UntilRestart,
    /// Nobody but an operator changes it back.
    UntilRemoved,
}

impl Durability {
    /// The sentence of the plan.
    pub fn sentence(self) -> &'static str {
        match self {
            Durability::UntilReconnect => {
                "Until the provider reconnects. The znode is its own, and it writes its own copy again when it comes back."
            }
            Durability::UntilNewSession => {
                "Until the provider registers in a new session. The znode is its own, and a new one starts from its own settings."
            }
            Durability::UntilItRegisters => {
                "Until the provider registers again. The znode is its own: a new session starts from its own settings, and many providers make it anew already when they reconnect."
            }
            Durability::UntilRestart => {
                "Until the provider's process restarts. The process holds the status itself and writes it again whenever it registers, so a reconnect keeps it."
            }
            Durability::UntilRemoved => "Until it is taken back.",
        }
    }
}

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

/// The first half of a plan, given by the registry: what would be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What is wanted.
    pub op: Op,
    /// Of whom.
    pub target: Target,
    /// The writes to the instance's znodes and to Keepwatch's own, in this order, all or none (3.4: in this order).
    pub writes: Vec<Write>,
    /// How long it holds.
    pub durability: Durability,
    /// When callers notice: `callers that watch data: at once; those that watch only children: not before ...`.
    pub takes_effect: Arc<str>,
    /// The intent kept with it: `Some` for drain and weight.
    pub intent: Option<Intent>,
    /// What the registry's side has to say: `/keepwatch cannot be written: the journal alone keeps it`.
    pub warnings: Vec<Arc<str>>,
    /// The state wanted already holds: nothing would change.
    pub no_effect: Option<Arc<str>>,
    /// What the instance's znode tells after the writes; `None` where it is deleted or not written.
    pub becomes: Option<Becomes>,
    /// For an undo: the journal's id of the step that is taken back.
    pub undo_of: Option<Arc<str>>,
    /// By which of two ways it is written, where the layout has two.
    pub way: Option<Way>,
    /// For what takes an instance away: Keepwatch's own empty znode for the service, set to the same nothing only if nobody
    /// set it since this was read. So of two operators who take the last two at the same moment, one is told to look again.
    pub guard: Option<Write>,
}

/// What a znode will tell, read from the bytes that will be in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Becomes {
    /// The mark.
    pub admin: RegistryAdmin,
    /// The weight.
    pub weight: Option<i64>,
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
    /// Written, read back, and its effect seen.
    Done,
    /// Written; the state was not read back in time.
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
