//! What is due about a kept intent without a person asking for it now: its lease is over, its operator gone, or the registry
//! lost it and it is to be held. Found by `insight`, drafted by `registry`, done by whichever writable Keepwatch is first.

use std::sync::Arc;

use super::{intent::Intent, plan::Target};

/// What is to be done about a kept intent without a person asking for it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// Its znode.
    pub path: Arc<str>,
    /// The intent as it was when this was found to be due.
    pub intent: Intent,
    /// The instance that it is about; without a znode where it is not registered.
    pub target: Target,
    /// What is to be done.
    pub what: Due,
}

/// Why something is to be done about a kept intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its lease is over.
    LeaseOver,
    /// The session of its operator is gone.
    OperatorGone,
    /// The registry lost it, and it is to be held.
    Again,
    /// It was lost too often to be held any longer.
    GiveUp,
    /// The instance that was deregistered is registered again.
    Back,
}
