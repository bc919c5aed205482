//! Bounded memory of what is known. `apply(Fact) -> Delta`; nothing here asks anybody anything.

mod pack;

pub mod logs;
pub mod traces;
pub mod traffic;
