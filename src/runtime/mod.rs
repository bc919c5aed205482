//! The shell: event loop, terminal, running effects; and the same without a terminal.

pub mod diagnostics;
pub mod draw;
pub mod input;
pub mod journal;
pub mod log;
pub mod mailbox;
pub mod person;
pub mod shell;
pub mod signals;
pub mod terminal;
