//! A ZooKeeper as a registry: the mirror's znodes read as instances, plans as exact bytes, writes by compare-and-set. What a
//! layout is, is known only in here; sessions and watches are `zk`'s.

pub(super) mod expected;
mod forest;
mod intents;
pub(super) mod layout;
pub(super) mod mirror;
pub(super) mod plan;
mod reading;
pub(super) mod undo;
pub(super) mod write;

pub(super) use reading::read;

#[cfg(test)]
mod forest_tests;
#[cfg(test)]
mod plan_properties;
#[cfg(test)]
mod plan_tests;
