//! Bounded memory of what is known. `apply(Fact) -> Delta`; nothing here asks anybody anything.

pub mod circuits;
pub mod effort;
pub mod health;
pub mod journal;
pub mod journal_chain;
pub mod logs;
mod pack;
mod pair;
pub mod parting;
mod places;
pub mod registry;
mod rhythm;
pub mod sources;
pub mod story;
pub mod traces;
pub mod traffic;
mod weight;
pub mod world;

pub use world::{Touched, World};
