//! The command line, one file per subcommand.
//!
//! [`run`] parses and hands over; what goes wrong comes back as a [`Failure`] and is printed by `main` alone.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

mod action;
pub mod args;
mod args_action;
mod args_data;
#[cfg(test)]
mod args_tests;
mod args_traces;
mod completions;
mod config;
mod dashboard;
#[cfg(feature = "demo")]
mod demo;
mod events;
pub mod exit;
mod journal;
mod keys;
mod logs;
mod man;
pub mod out;
mod register;
mod resolve;
mod series;
mod snapshot;
pub mod start;
mod themes;
mod traces;
mod turned;
mod watch;

pub use args_action::{HowArgs, WhyArgs};
pub use args_data::{SnapshotForm, Until};
pub use exit::{Exit, Failure, Outcome};

use crate::config::find::{Found, find};
use crate::config::settings::Settings;
use crate::domain::intent::Op;
use crate::domain::secret::mask;
use args::{Cli, Command, Common, IntakeArgs, LookArgs};

/// Runs the program with these arguments, the first one being its own name.
///
/// # Errors
/// With the exit status and the words for standard error.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Outcome {
    let cli = match parse(args) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => return out::print(&error.render().to_string()),
        // The parser repeats what was typed, and what was typed may hold a password.
        Err(error) => return Err(Failure::usage(mask(error.render().to_string().trim_end()))),
    };
    match cli.command.unwrap_or(Command::Watch(cli.watch)) {
        Command::Journal(args) => journal::run(&args),
        Command::Config => config::run(),
        Command::Keys => keys::run(),
        Command::Themes => themes::run(),
        Command::Completions { shell } => completions::run(shell),
        Command::Man => man::run(),
        Command::Snapshot(args) => {
            let settings = settle(&cli.common, None, Some(&args.intake), Search::Usual)?;
            snapshot::run(&settings, &args)
        }
        Command::Events(args) => {
            let intake = IntakeArgs { otlp: args.otlp.clone(), ..IntakeArgs::default() };
            events::run(&settle(&cli.common, None, Some(&intake), Search::Usual)?, &args)
        }
        Command::Logs(args) => {
            let args = args.named();
            logs::run(&settle(&cli.common, None, Some(&args.intake), Search::Usual)?, &args)
        }
        Command::Traces(args) => {
            let intake = IntakeArgs { otlp: args.otlp.clone(), access: args.access.clone(), ..IntakeArgs::default() };
            traces::run(&settle(&cli.common, None, Some(&intake), Search::Usual)?, &args)
        }
        Command::Series(args) => series::run(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Register(args) => register::run(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Resolve(args) => resolve::run(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Drain(args) => action::drain(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Undrain(args) => action::run(&settle(&cli.common, None, None, Search::Usual)?, Op::Undrain, &args),
        Command::Deregister(args) => {
            action::run(&settle(&cli.common, None, None, Search::Usual)?, Op::Deregister, &args)
        }
        Command::Weight(args) => action::weight(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Undo(args) => action::undo(&settle(&cli.common, None, None, Search::Usual)?, &args),
        Command::Watch(args) => {
            watch::run(&settle(&cli.common, Some(&args.look), Some(&args.intake), Search::Usual)?, &args)
        }
        #[cfg(feature = "demo")]
        Command::Demo(args) => {
            let intake = IntakeArgs { otlp: args.otlp.clone(), ..IntakeArgs::default() };
            demo::run(settle(&cli.common, Some(&args.look), Some(&intake), Search::NamedOnly)?, &args)
        }
    }
}

/// Where a command looks for its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// In `--config`, else in the usual places.
    Usual,
    /// In `--config` alone: the demo is the same wherever it is started.
    NamedOnly,
}

/// What counts for a command: its options over the file's.
///
/// # Errors
/// [`Exit::Usage`] with every mistake of the file.
pub fn settle(
    common: &Common,
    look: Option<&LookArgs>,
    intake: Option<&IntakeArgs>,
    search: Search,
) -> Result<Settings, Failure> {
    let found = match (search, &common.config) {
        (Search::NamedOnly, None) => Found::default(),
        (_, named) => find(named.as_deref())?,
    };
    let settings = Settings::new(found, common.overrides(look, intake));
    if intake.is_some()
        && let Some(warning) = settings.access.warning(&settings.otlp)
    {
        eprintln!("keepwatch: {warning}");
    }
    Ok(settings)
}

/// Reads the arguments; help and version come back as errors, as the parser has it.
fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(args)?;
    refuse_lost_options(&matches)?;
    Cli::from_arg_matches(&matches)
}

/// Options of `watch` before another command, and options that a command has no use for, would be passed over in
/// silence; whoever wrote them meant something.
fn refuse_lost_options(matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some((name, own)) = matches.subcommand() else { return Ok(()) };
    let typed = |m: &ArgMatches, id: &str| m.value_source(id) == Some(ValueSource::CommandLine);
    let refuse = |message: String| Err(Cli::command().error(clap::error::ErrorKind::ArgumentConflict, message));
    for id in ["screen", "select", "theme", "color", "mouse", "otlp", "otlp_open", "otlp_token", "otlp_tls", "logs"] {
        if typed(matches, id) {
            let takes = own.try_contains_id(id).is_ok();
            let id = id.replace('_', "-");
            if !takes {
                return refuse(format!("--{id} has no meaning for `{name}`: leave it out"));
            }
            return refuse(format!("--{id} belongs behind the command: keepwatch {name} --{id} ..."));
        }
    }
    let useless: &[&str] = match name {
        "demo" => &["registry"],
        "journal" | "config" | "keys" | "themes" | "completions" | "man" => {
            &["registry", "probe", "config", "read_only"]
        }
        _ => &[],
    };
    match useless.iter().find(|id| typed(own, id)) {
        Some(&"registry") if name == "demo" => refuse("the demo brings its own registry; leave --registry out".into()),
        Some(id) => refuse(format!("--{} has no meaning for `{name}`", id.replace('_', "-"))),
        None => Ok(()),
    }
}
