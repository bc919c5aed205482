//! `keepwatch completions SHELL`: generated from the same table as the parser.

use clap::CommandFactory;

use super::args::Cli;
use super::exit::Outcome;
use super::out;

pub(super) fn run(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keepwatch", &mut script);
    out::print(&String::from_utf8_lossy(&script))
}
