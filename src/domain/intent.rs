//! What an operator wants of an instance, as kept under `/keepwatch/intents`: seen by every Keepwatch, so that a drain
//! that a provider's reconnect wiped out is noticed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{address::Address, time::Moment};

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
    /// `Drain` or `Weight(n)`.
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
    /// When it ends by itself; leases are a later issue, so `None`.
    pub until: Option<Moment>,
}

/// Where intents are kept.
pub const ROOT: &str = "/keepwatch/intents/";

impl Intent {
    /// Its znode: service with `/` as `%2F`, then the address.
    pub fn znode(&self) -> String {
        format!("{ROOT}{}/{}", self.service.replace('%', "%25").replace('/', "%2F"), self.address.text())
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
