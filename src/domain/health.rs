//! What an instance says of itself when it is asked over HTTP. Not what its callers see, and not a verdict.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Moment;

/// Health of an instance. *Down*, *unreachable*, *never answered* and *unknown* are different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It says that it is well.
    Up,
    /// It serves, but says that something is amiss.
    Degraded,
    /// Readiness refused while liveness is well: it is still starting.
    Starting,
    /// It says that it should get no traffic.
    OutOfService,
    /// It says that it is down.
    Down,
    /// No connection or no answer in 5 s, after it had answered before.
    Unreachable,
    /// No connection or no answer in 5 s, and it never answered this Keepwatch.
    NeverAnswered,
    /// 401 or 403: it answers, but not to us.
    Auth,
    /// Not asked, or answered in no form that is known.
    Unknown,
}

impl HealthState {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            HealthState::Up => "up",
            HealthState::Degraded => "degraded",
            HealthState::Starting => "starting",
            HealthState::OutOfService => "out_of_service",
            HealthState::Down => "down",
            HealthState::Unreachable => "unreachable",
            HealthState::NeverAnswered => "never_answered",
            HealthState::Auth => "auth",
            HealthState::Unknown => "unknown",
        }
    }

    /// Whether it can take calls, as far as it says: what counts as "healthy" before a drain.
    pub fn serves(self) -> bool {
        matches!(self, HealthState::Up | HealthState::Degraded)
    }
}

/// What one asking brought. The store turns `Silent` and `Refused` into unreachable or never answered, by what it remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Asked {
    /// It answered; how that is to be read. Never `Unreachable` or `NeverAnswered`.
    Answered(HealthState),
    /// No connection, or no answer within 5 s.
    Silent,
    /// Nobody listens there: the connection was refused, by its host or by a wall before it.
    Refused,
    /// It was not asked, as it may not be (`--probe`), or has no address.
    NotAsked,
}

/// One reading of one instance's health.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthReading {
    /// When the answer came, or the waiting for it ended.
    pub at: Moment,
    /// What it said, if anything.
    pub asked: Asked,
    /// Who says so: `GET :8080/actuator/health`, or a balancer's name.
    pub source: Arc<str>,
    /// The fact behind it, in words: `connection refused`, `HTTP 503: status DOWN`, `not probed: outside 127.0.0.0/8`.
    pub detail: Option<Arc<str>>,
    /// Parts it named, with their state in its own words (`db: DOWN`).
    pub components: Vec<(Arc<str>, Arc<str>)>,
    /// How long the answer took, in ms.
    pub took_ms: Option<u32>,
    /// The rhythm at which it is asked now, in ms: a value older than three of these is shown with its age.
    pub period_ms: u32,
}
