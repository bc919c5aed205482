//! The nouns of a service cluster and the pure rules about them. No I/O, no clock, no terminal, no runtime.

pub mod address;
pub mod fit;
pub mod secret;
pub mod servers;
pub mod target;
pub mod text;
