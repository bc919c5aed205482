//! The shell: event loop, terminal, running effects; and the same without a terminal.

pub mod actor;
pub mod headless;
pub mod journal;
pub mod mailbox;
pub mod person;
pub mod setup;
pub mod sources;
