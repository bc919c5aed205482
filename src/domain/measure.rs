//! What a metric tells of requests that a service answers, whatever protocol brought it: how many, how they ended, how
//! long they took, how many are being answered now. Not the metric itself: names and labels stay with who read them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::Address;

/// One point of one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The service that answers.
    pub service: Arc<str>,
    /// Its instance's address where told; never guessed.
    pub instance: Option<Address>,
    /// Which series of the instance: the same number for the same labels.
    pub series: u64,
    /// Since when it counts, in ns since the epoch; 0 where not told.
    pub start_ns: u64,
    /// When it was measured, in ns since the epoch.
    pub at_ns: u64,
    /// Whether it counts since the point before it rather than since `start_ns`.
    pub delta: bool,
    /// What was measured.
    pub what: Measured,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Measured {
    /// Requests that were answered.
    Answered {
        /// Whether those of this series failed.
        failed: bool,
        /// How many.
        count: u64,
        /// How many took between the first and the second time, in µs; empty where nobody told.
        took: Vec<(u64, u64, u64)>,
    },
    /// Requests that are being answered.
    Open(i64),
}
