//! Breakers as callers tell of them: an answer goes in, readings come out. Not how or when anybody is asked (`probe`);
//! nothing here, nor there, changes a breaker.

use std::sync::Arc;

use crate::domain::circuit::{BreakerReading, CircuitState};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

mod callee;
pub mod resilience4j;

pub use callee::Callees;

/// How many breakers of one answer are read.
const MOST: usize = 64;

/// What an answer tells of one breaker.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The breaker's own name.
    pub name: Arc<str>,
    /// Its state; unknown where the answer tells none.
    pub state: CircuitState,
    /// Failed calls, in percent; `None` where too few were made.
    pub failure_rate: Option<f64>,
    /// Slow calls, in percent.
    pub slow_rate: Option<f64>,
    /// Calls in its window.
    pub buffered: Option<u64>,
    /// Failed calls in its window.
    pub failed: Option<u64>,
    /// Calls that it refused.
    pub not_permitted: Option<u64>,
}

/// Makes readings of what an instance told.
pub fn readings(
    told: Vec<Told>,
    at: Moment,
    caller: &InstanceId,
    callees: &Callees,
    source: &Arc<str>,
) -> Vec<BreakerReading> {
    let reading = |told: Told| BreakerReading {
        at,
        caller: caller.clone(),
        callee: callees.of(&told.name),
        name: told.name,
        state: told.state,
        failure_rate: told.failure_rate,
        slow_rate: told.slow_rate,
        buffered: told.buffered,
        failed: told.failed,
        not_permitted: told.not_permitted,
        source: Arc::clone(source),
    };
    told.into_iter().map(reading).collect()
}
