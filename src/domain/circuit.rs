//! Circuits: a caller's guard on the way to a callee. "Circuit" is the caller -> callee pair, "breaker" one caller
//! instance's own. What was never answered is unknown, never closed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{id::InstanceId, time::Moment};

/// State of one breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Calls pass.
    Closed,
    /// Calls are refused.
    Open,
    /// Some calls pass, as probes.
    HalfOpen,
    /// A person opened it.
    ForcedOpen,
    /// A person switched it off: calls pass, nothing is counted.
    Disabled,
    /// Counts, never opens.
    MetricsOnly,
    /// Nobody answered yet, or the answer told no state.
    Unknown,
}

impl CircuitState {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::HalfOpen => "half_open",
            CircuitState::ForcedOpen => "forced_open",
            CircuitState::Disabled => "disabled",
            CircuitState::MetricsOnly => "metrics_only",
            CircuitState::Unknown => "unknown",
        }
    }

    /// Whether calls are refused, all or most of them.
    pub fn refuses(self) -> bool {
        matches!(self, CircuitState::Open | CircuitState::HalfOpen | CircuitState::ForcedOpen)
    }
}

/// One reading of one breaker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakerReading {
    /// When it was read.
    pub at: Moment,
    /// The caller instance whose breaker it is.
    pub caller: InstanceId,
    /// The breaker's own name there.
    pub name: Arc<str>,
    /// The service it guards the way to: its name matched to a known service, else the breaker's name.
    pub callee: Arc<str>,
    /// Its state.
    pub state: CircuitState,
    /// Failed calls, in percent of those in its window; `None` where too few were made.
    pub failure_rate: Option<f64>,
    /// Slow calls, in percent.
    pub slow_rate: Option<f64>,
    /// Calls in its window.
    pub buffered: Option<u64>,
    /// Failed calls in its window.
    pub failed: Option<u64>,
    /// Calls that it refused.
    pub not_permitted: Option<u64>,
    /// Who says so: `GET :8080/actuator/circuitbreakers`.
    pub source: Arc<str>,
}
