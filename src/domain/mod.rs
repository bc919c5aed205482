//! The nouns of a service cluster and the pure rules about them. No I/O, no clock, no terminal, no runtime.

pub mod fit;
pub mod show;
pub mod text;
pub mod topology;
