//! Log lines from files and standard input.

pub mod level;
