//! The shell: event loop, terminal, running effects; and the same without a terminal.

pub mod journal;
pub mod person;
