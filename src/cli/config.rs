//! `keepwatch config`: the configuration with every key and its default, ready to be saved as a file.

use super::exit::Outcome;
use super::out;
use crate::config::template;

pub(super) fn run() -> Outcome {
    out::print(&template::text())
}
