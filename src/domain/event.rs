//! The story: what happened, a sentence each, in the order in which Keepwatch learnt it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Moment;

/// What kind of thing happened. The words are those of `keepwatch events -o json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The first picture is complete.
    Ready,
    /// The registry's link was lost or came back, or a source of telemetry came to its end (`after` is [`ENDED`]).
    Link,
    /// An instance joined.
    Registered,
    /// An instance left.
    Gone,
    /// A declared weight changed.
    Weight,
    /// A person's mark changed.
    Admin,
    /// An instance's health changed.
    Health,
    /// A breaker changed its state.
    Circuit,
    /// A setting of the config centre changed.
    Config,
    /// A step of an operator's action.
    Action,
    /// The registry lost a drain that is still wanted.
    DrainLost,
    /// The first verdict changed.
    Verdict,
    /// Something was dropped, and counted.
    Drops,
}

/// What a source of telemetry is that has come to its end, as `after` of an event has it.
pub const ENDED: &str = "ended";

impl EventKind {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::Ready => "ready",
            EventKind::Link => "link",
            EventKind::Registered => "registered",
            EventKind::Gone => "gone",
            EventKind::Weight => "weight",
            EventKind::Admin => "admin",
            EventKind::Health => "health",
            EventKind::Circuit => "circuit",
            EventKind::Config => "config",
            EventKind::Action => "action",
            EventKind::DrainLost => "drain_lost",
            EventKind::Verdict => "verdict",
            EventKind::Drops => "drops",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When Keepwatch learnt it; never goes back.
    pub at: Moment,
    /// What kind.
    pub kind: EventKind,
    /// The service, by name.
    pub service: Option<Arc<str>>,
    /// `host:port`, or the znode's name where no address is known.
    pub instance: Option<Arc<str>>,
    /// What it was before: a weight, a state's word.
    pub before: Option<serde_json::Value>,
    /// What it is now.
    pub after: Option<serde_json::Value>,
    /// Who told: `registry`, `GET :8080/actuator/health`, `operator`.
    pub source: Arc<str>,
    /// The sentence of the story.
    pub text: Arc<str>,
}
