//! What follows from what is known: shares, the impact of a plan, the verdicts.

pub mod ahead;
pub mod batch;
pub mod checks;
pub mod cluster;
pub mod comeback;
pub mod duty;
pub mod edge;
pub mod flow;
pub mod freshness;
pub mod guard;
#[cfg(test)]
mod guard_tests;
pub mod impact;
pub mod progress;
#[cfg(test)]
mod progress_tests;
pub mod share;
pub mod status;
pub mod told;
pub mod undo;
pub mod verdict;
pub mod weigh;
pub mod whole;
