//! What would be written, and how long it holds: the half of a plan that the registry gives. Not whom it affects.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    instance::RegistryAdmin,
    intent::{Intent, Op},
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
    /// For what takes an instance away: Keepwatch's own znode for the service, set to who did so and why
    /// ([`super::act::LastAct`]) only if nobody set it since this was read. So of two operators who take the last two at the same moment, one is told to look again.
    pub guard: Option<Write>,
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
            note: None,
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
}
