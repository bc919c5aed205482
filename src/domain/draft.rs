//! What would be written, and how long it holds: the half of a plan that the registry gives. Not whom it affects.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    instance::RegistryAdmin,
    intent::{self, Intent, Op},
    plan::Target,
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

    /// The same of what puts an instance back: there is no drain that a provider's registration could end.
    pub fn put_back(self) -> &'static str {
        match self {
            Durability::UntilReconnect => {
                "Until it is drained again. When the provider reconnects it writes its own copy, in which nothing set from here is: no drain, no weight."
            }
            Durability::UntilNewSession => {
                "Until it is drained again. In a new session the provider starts from its own settings, in which nothing set from here is: no drain, no weight."
            }
            Durability::UntilItRegisters => {
                "Until it is drained again. When the provider registers again it starts from its own settings, in which nothing set from here is: no drain, no weight."
            }
            Durability::UntilRestart => {
                "Until it is drained again. The process holds the status itself, and a new one starts from its own settings."
            }
            Durability::UntilRemoved => "Until it is changed again.",
        }
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
    /// What the instance's znode tells after the writes; `None` where it is deleted, or could not be read ahead: an undo of
    /// which that is not known counts as one that takes the instance away.
    pub becomes: Option<Becomes>,
    /// For an undo: the journal's id of the step that is taken back.
    pub undo_of: Option<Arc<str>>,
    /// By which of two ways it is written, where the layout has two.
    pub way: Option<Way>,
    /// For what takes an instance away: Keepwatch's own znode for the service, set to who did so and why
    /// ([`super::act::LastAct`]) only if nobody set it since this was read. So of two operators who take the last two at the same moment, one is told to look again.
    pub guard: Option<Write>,
    /// When the znodes that are set or deleted were made (czxid), as read: one that was made anew since has the same path, and
    /// its version counts from 0 again.
    pub made: Vec<(Arc<str>, i64)>,
    /// What the layout will tell of the instance after the writes, beside its state; `None` where that was not read ahead.
    pub tells: Option<Vec<Arc<str>>>,
    /// For what gives an instance back: the same znode, set to who did so and why whatever stands there. What takes one away
    /// leaves the same in the guard.
    pub note: Option<Write>,
}

impl Draft {
    /// These writes and nothing else: no intent, no warning, no second way, no guard.
    pub fn new(
        op: Op,
        target: Target,
        writes: Vec<Write>,
        durability: Durability,
        takes_effect: impl Into<Arc<str>>,
    ) -> Draft {
        Draft {
            op,
            target,
            writes,
            durability,
            takes_effect: takes_effect.into(),
            intent: None,
            warnings: Vec::new(),
            no_effect: None,
            becomes: None,
            undo_of: None,
            way: None,
            guard: None,
            made: Vec::new(),
            tells: None,
            note: None,
        }
    }

    /// Every write of the transaction, Keepwatch's own of who does it last.
    pub fn all(&self) -> impl Iterator<Item = &Write> {
        self.writes.iter().chain(&self.guard).chain(&self.note)
    }

    /// Whether it puts an instance back: an undrain, or an undo after which it takes traffic.
    pub fn puts_back(&self) -> bool {
        self.op == Op::Undrain || self.op == Op::Undo && self.becomes.is_some_and(Becomes::serves)
    }

    /// How long it holds: a sentence.
    pub fn holds(&self) -> &'static str {
        // An undo of a weight ends no drain.
        let weight = self.op == Op::Undo && matches!(self.undone(), Some(Op::Weight(_)));
        if self.puts_back() && !weight { self.durability.put_back() } else { self.durability.sentence() }
    }

    /// For an undo: what the step did that is taken back, as its kept intent tells; `None` where none was kept.
    pub fn undone(&self) -> Option<Op> {
        let kept = self.writes.iter().find(|write| write.path.starts_with(intent::ROOT))?;
        let read = |bytes: &Option<Arc<[u8]>>| serde_json::from_slice::<Intent>(bytes.as_deref()?).ok();
        match (read(&kept.before), read(&kept.after)) {
            (Some(made), _) => Some(made.op),
            // What it had ended is wanted again.
            (None, Some(_)) => Some(Op::Undrain),
            (None, None) => None,
        }
    }
}

/// What a znode will tell, read from the bytes that will be in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Becomes {
    /// The mark.
    pub admin: RegistryAdmin,
    /// The weight.
    pub weight: Option<i64>,
    /// The weight that callers make of all that weighs it, where the layout has more than one number for that.
    pub acts: Option<f64>,
}

impl Becomes {
    /// Whether it takes traffic then.
    pub fn serves(self) -> bool {
        self.admin != RegistryAdmin::Drained && self.weight != Some(0) && self.acts != Some(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Layout, ServiceId};

    #[test]
    fn what_puts_back_says_nothing_of_a_drain_that_a_reconnect_ends() {
        let service = ServiceId { name: "a".into(), layout: Layout::SPRING, parent: "/services/a".into() };
        let target = Target { service, address: None, paths: vec!["/services/a/1".into()] };
        let mut draft = Draft::new(Op::Drain, target, Vec::new(), Durability::UntilReconnect, "");
        assert!(draft.holds().starts_with("Until the provider reconnects"));
        draft.op = Op::Undrain;
        assert!(draft.holds().starts_with("Until it is drained again"));
        draft.op = Op::Undo;
        draft.becomes = Some(Becomes { admin: RegistryAdmin::Drained, weight: None, acts: None });
        assert!(draft.holds().starts_with("Until the provider reconnects"), "it takes an undrain back");
        draft.becomes = Some(Becomes { admin: RegistryAdmin::Enabled, weight: None, acts: None });
        assert!(draft.holds().starts_with("Until it is drained again"));
    }
}
