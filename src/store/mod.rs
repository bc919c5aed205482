//! Bounded memory of what is known. `apply(Fact) -> Delta`; nothing here asks anybody anything.

pub mod journal;
pub mod journal_chain;
pub mod registry;
pub mod sources;
pub mod story;
