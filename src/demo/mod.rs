//! The embedded cluster (feature `demo`): a real registry server, real services, real traffic, on loopback.

pub mod registry;
