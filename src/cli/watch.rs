//! `keepwatch [watch]`: the dashboard on a registry.

use super::{
    args::WatchArgs,
    dashboard::{self, More},
    exit::Outcome,
    start,
};
use crate::config::settings::Settings;

/// Shows the dashboard until somebody ends it.
///
/// # Errors
/// Where there is no terminal for it, or the registry's files cannot be read.
pub fn run(settings: &Settings, args: &WatchArgs) -> Outcome {
    dashboard::usable()?;
    start::block_on(dashboard::run(settings, &args.look, More::default()))
}
