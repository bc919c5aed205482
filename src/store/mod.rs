//! Bounded memory of what is known. `apply(Fact) -> Delta`; nothing here asks anybody anything.

pub mod circuits;
pub mod health;
mod pair;
