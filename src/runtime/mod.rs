//! The shell: event loop, terminal, running effects; and the same without a terminal.

pub mod actor;
pub mod diagnostics;
pub mod draw;
pub mod effects;
pub mod headless;
pub mod input;
pub mod journal;
pub mod keep;
pub mod log;
pub mod mailbox;
pub mod memory;
pub mod person;
pub mod presence;
pub mod providers;
pub mod save;
pub mod setup;
pub mod shell;
pub mod signals;
pub mod sources;
pub mod terminal;
