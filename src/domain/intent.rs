//! What an operator wants of an instance, as kept under `/keepwatch/intents`: seen by every Keepwatch, so that a drain
//! that a provider's reconnect wiped out is noticed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{address::Address, instance::Instance, made::Made, time::Moment, way::Via};

/// What can be done to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Take it out of balancing, leave it registered.
    Drain,
    /// Put it back.
    Undrain,
    /// Set its weight.
    Weight(i64),
    /// Delete its znode.
    Deregister,
    /// Take the last step back.
    Undo,
}

impl Op {
    /// The word used in JSON, journal and sentences.
    pub fn word(self) -> &'static str {
        match self {
            Op::Drain => "drain",
            Op::Undrain => "undrain",
            Op::Weight(_) => "weight",
            Op::Deregister => "deregister",
            Op::Undo => "undo",
        }
    }
}

/// A kept intent: a JSON znode at `/keepwatch/intents/<service>/<address>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The service's name.
    pub service: Arc<str>,
    /// The instance's address.
    pub address: Address,
    /// The instance's znode when the intent was made.
    pub path: Arc<str>,
    /// `Drain` or `Weight(n)`; `Deregister` where an instance of which something was wanted was taken out for good.
    pub op: Op,
    /// Who wants it.
    pub by: Arc<str>,
    /// Since when.
    pub at: Moment,
    /// Why, in their words.
    pub reason: Option<Arc<str>>,
    /// The weight before, where the layout has one: what undrain puts back.
    pub old_weight: Option<i64>,
    /// The exact bytes before (UTF-8), for undo.
    pub before: Option<Arc<str>>,
    /// When it ends by itself: its lease. Whichever writable Keepwatch runs then ends it, else the next to start.
    pub until: Option<Moment>,
    /// What else it hangs on. Intents of before there were any have none.
    #[serde(default, flatten)]
    pub ties: Ties,
}

/// What a kept intent hangs on, beside its lease.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ties {
    /// `Some`: it is asserted again by itself where the registry loses it; the moments at which that was done last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Vec<Moment>>,
    /// Since when it is not asserted again by itself any more: it was lost too often. Until a person asserts it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<Moment>,
    /// The ephemeral of the session without which it ends: the dead man's switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Arc<str>>,
    /// The instance's znode as the write left it: tells by whom it was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood: Option<Stood>,
    /// Something was written beside the instance's own znode, which therefore outlives it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// The provider's own page, by which it was told: it is taken back by the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Arc<str>>,
    /// What callers make of the weight, where others weigh the instance too, so that it is not the weight itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts: Option<f64>,
    /// What the step wrote, in layouts of several znodes: by that it is taken back when it ends. Intents of before that was
    /// kept, and those of which it is too much, have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What a newer Keepwatch wrote into it, which is kept where this one gives it another end.
    #[serde(flatten)]
    pub rest: serde_json::Map<String, serde_json::Value>,
}

/// A znode as a write left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// The session that owned it; `None` for a persistent one.
    pub owner: Option<i64>,
    /// When it was made.
    pub made: Moment,
    /// The version of its data.
    pub version: i32,
}

/// Why an operator wants something, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// In their words.
    pub reason: Option<Arc<str>>,
    /// How long its lease is, in ms.
    pub lease_ms: Option<i64>,
    /// It is to be asserted again by itself where the registry loses it.
    pub hold: bool,
    /// The ephemeral of the session without which it ends.
    pub operator: Option<Arc<str>>,
    /// By whom it is to be written, where the layout has two ways.
    pub via: Via,
}

impl Why {
    /// Whether anything is asked for beside the state itself.
    pub fn terms(&self) -> bool {
        self.lease_ms.is_some() || self.hold || self.operator.is_some()
    }
}

/// Where intents are kept.
pub const ROOT: &str = "/keepwatch/intents/";
/// Where operators are present, each an ephemeral of the session.
pub const OPERATORS: &str = "/keepwatch/operators/";

/// The znode of the intent for an instance.
pub fn znode(service: &str, address: &str) -> String {
    format!("{ROOT}{}/{address}", service.replace('%', "%25").replace('/', "%2F"))
}

/// An operator whose Keepwatch can write, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Who.
    pub by: Arc<str>,
    /// On which machine.
    pub host: Arc<str>,
    /// Since when.
    pub at: Moment,
    /// The service that they are narrowed to, by name.
    pub service: Option<Arc<str>>,
}

/// Within so long [`MOST_HELD`] counts, in ms.
pub const HELD_WITHIN_MS: i64 = 10 * 60 * 1000;
/// How often an intent is asserted again by itself within [`HELD_WITHIN_MS`] at most.
pub const MOST_HELD: usize = 5;

/// Why the registry no longer agrees with an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The provider made its znode anew in the same session, as many do at each reconnect.
    Reconnected,
    /// The provider's session is another: from and to.
    Restarted(i64, i64),
    /// Somebody changed the data of the very znode: the version that it had as wanted, and the one that stands there.
    Changed(i32, i32),
    /// The znode is as we left it: what stood beside it was changed.
    Beside,
    /// The intent does not say how the znode stood.
    Unknown,
}

impl Cause {
    /// The sentence, without its full stop.
    pub fn sentence(self) -> String {
        match self {
            Cause::Reconnected => "its provider reconnected and made its znode again, in the same session".into(),
            Cause::Restarted(from, to) => {
                format!("its provider registered again in a new session: {:#x} > {:#x}", from as u64, to as u64)
            }
            Cause::Changed(from, to) => {
                format!("another operator or program wrote over it: version {from} > {to}")
            }
            Cause::Beside => "another operator or program changed what was written beside its znode".into(),
            Cause::Unknown => "its provider registered again, or somebody wrote over it".into(),
        }
    }
}

impl Intent {
    /// Its znode: service with `/` as `%2F`, then the address.
    pub fn znode(&self) -> String {
        znode(&self.service, self.address.text())
    }

    /// What is wanted, in words: `drain`, `weight 5`.
    pub fn what(&self) -> String {
        match self.op {
            Op::Weight(number) => format!("weight {number}"),
            op => op.word().to_owned(),
        }
    }

    /// Who wanted it, since when and why: a sentence; `clock` writes a moment.
    pub fn wanted(&self, clock: impl Fn(Moment) -> String) -> String {
        let what = match self.op {
            Op::Weight(number) => format!("set its weight to {number}"),
            Op::Deregister => "deregistered it".to_owned(),
            _ => "drained it".to_owned(),
        };
        let reason = self.reason.as_deref().map_or(", and gave no reason".to_owned(), |reason| format!(": {reason}"));
        let until = self.until.map(|until| format!(", until {}", clock(until))).unwrap_or_default();
        format!("{} {what} at {}{until}{reason}.", self.by, clock(self.at))
    }

    /// Whether a lease or a tie could end it.
    ///
    /// # Errors
    /// A sentence: what was before is not known.
    pub fn endable(&self) -> Result<(), &'static str> {
        match self.op {
            Op::Weight(_) if self.old_weight.is_none() && self.ties.made.is_none() => Err(
                "A lease cannot end this: what was before is not kept (the weight before is no number, or the rules that make it are too large to keep), so nothing could be put back. Set it without one; undo takes it back.",
            ),
            _ => Ok(()),
        }
    }

    /// What ends or holds it besides the registry, a sentence each; `clock` writes a moment.
    pub fn terms(&self, clock: impl Fn(Moment) -> String) -> Vec<String> {
        let mut terms = Vec::new();
        if let Some(until) = self.until {
            terms.push(format!(
                "Its lease ends at {}: whichever writable dashboard runs then puts back what was, the next to start or to act at the latest.",
                clock(until)
            ));
        }
        if self.ties.operator.is_some() {
            terms.push(
                "It ends when the session of its operator does: another writable Keepwatch then puts back what was."
                    .into(),
            );
        }
        if let Some(at) = self.ties.given_up {
            terms.push(format!(
                "It was lost {MOST_HELD} times within {} min, and since {} no Keepwatch asserts it again by itself, until a person does.",
                HELD_WITHIN_MS / 60_000,
                clock(at)
            ));
        } else if self.ties.hold.is_some() {
            terms.push(format!(
                "Where it is lost, a writable Keepwatch that runs asserts it again by itself, {MOST_HELD} times within {} min at most.",
                HELD_WITHIN_MS / 60_000
            ));
        }
        terms
    }

    /// Whether something ends it that nobody has to ask for: a lease, or its operator's session.
    pub fn ends(&self) -> bool {
        self.until.is_some() || self.ties.operator.is_some()
    }

    /// Whether it is to be asserted again by itself where it is lost, and still is.
    pub fn held(&self) -> bool {
        self.ties.hold.is_some() && self.ties.given_up.is_none()
    }

    /// Whether its lease is over.
    pub fn over(&self, now: Moment) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// How often it was asserted again by itself of late.
    pub fn held_again(&self, now: Moment) -> usize {
        let times = self.ties.hold.iter().flatten();
        times.filter(|at| now.since(**at) < HELD_WITHIN_MS).count()
    }

    /// Why an instance that is not as wanted is not: by how its znode stood when it was last `seen` as wanted, else as it stood
    /// when this was made.
    pub fn cause(&self, found: &Instance, seen: Option<Stood>) -> Cause {
        let Some(stood) = seen.or(self.ties.stood) else { return Cause::Unknown };
        match (stood.owner, found.owner_session) {
            (Some(from), Some(to)) if from != to => Cause::Restarted(from, to),
            _ if stood.made != found.registered_at || found.version < stood.version => Cause::Reconnected,
            _ if found.version > stood.version => Cause::Changed(stood.version, found.version),
            _ if self.ties.beside => Cause::Beside,
            _ => Cause::Unknown,
        }
    }

    /// The bytes of its znode.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Whether the registry still agrees with an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// The registry agrees.
    Held,
    /// It no longer does: the provider wrote its own again.
    Lost,
    /// The instance is gone or the intent was withdrawn.
    Ended,
}

impl IntentState {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            IntentState::Held => "held",
            IntentState::Lost => "lost",
            IntentState::Ended => "ended",
        }
    }
}
