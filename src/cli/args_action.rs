//! Options of the commands that write: drain, undrain, deregister, weight, undo.

use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::args::Format;
use crate::domain::target::Target;

/// What every action takes.
#[derive(Debug, Clone, Default, Args)]
pub struct HowArgs {
    /// Show the plan and write nothing
    #[arg(long, env = "KEEPWATCH_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// Confirm everything but the last healthy instance of a service
    #[arg(long, env = "KEEPWATCH_YES", value_parser = BoolishValueParser::new())]
    pub yes: bool,
    /// With --yes: the last healthy instance of a service, too
    #[arg(long, env = "KEEPWATCH_YES_LAST", value_parser = BoolishValueParser::new())]
    pub yes_last: bool,
    /// text, or json: a line for each target
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
}

/// Why, and in whose name.
#[derive(Debug, Clone, Default, Args)]
pub struct WhyArgs {
    /// Why: stands in the journal and in the story
    #[arg(long, value_name = "TEXT", env = "KEEPWATCH_REASON", value_parser = words)]
    pub reason: Option<String>,
    /// In whose name [default: SUDO_USER, else USER]
    #[arg(long, value_name = "NAME", env = "KEEPWATCH_BY", value_parser = words)]
    pub by: Option<String>,
}

/// How long it holds, and who keeps it.
#[derive(Debug, Clone, Default, Args)]
pub struct TermsArgs {
    /// A lease: it ends by itself after this time, by whichever writable Keepwatch runs then, else by the next to start
    #[arg(long = "for", value_name = "TIME", value_parser = lease, env = "KEEPWATCH_FOR")]
    pub time: Option<Duration>,
    /// Stay, and do it again each time the registry loses it: 5 times in 10 min at most, each told. Other writable
    /// Keepwatches hold it too, also after this one
    #[arg(long, env = "KEEPWATCH_HOLD", value_parser = BoolishValueParser::new())]
    pub hold: bool,
    /// Stay, and end it when this command ends; where it dies, another writable Keepwatch ends it once its session is gone
    #[arg(long, env = "KEEPWATCH_DEAD_MAN", value_parser = BoolishValueParser::new())]
    pub dead_man: bool,
}

/// `keepwatch drain`
#[derive(Debug, Clone, Args)]
pub struct DrainArgs {
    /// Whom, why and how.
    #[command(flatten)]
    pub action: ActionArgs,
    /// For how long.
    #[command(flatten)]
    pub terms: TermsArgs,
}

/// `keepwatch undrain`, `deregister`
#[derive(Debug, Clone, Args)]
pub struct ActionArgs {
    /// SERVICE/HOST:PORT
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<Target>,
    /// Why, and in whose name.
    #[command(flatten)]
    pub why: WhyArgs,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// `keepwatch weight`
#[derive(Debug, Clone, Args)]
pub struct WeightArgs {
    /// SERVICE/HOST:PORT
    #[arg(value_name = "TARGET")]
    pub target: Target,
    /// A whole number from 0
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(0..=i64::from(i32::MAX)))]
    pub weight: i64,
    /// For how long.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// Why, and in whose name.
    #[command(flatten)]
    pub why: WhyArgs,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// `keepwatch undo`
#[derive(Debug, Clone, Args)]
pub struct UndoArgs {
    /// The id of the step; without it, your last applied step that is not undone
    #[arg(value_name = "JOURNAL_ID")]
    pub id: Option<String>,
    /// Why, and in whose name.
    #[command(flatten)]
    pub why: WhyArgs,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// The time of a lease: a second at least.
fn lease(text: &str) -> Result<Duration, String> {
    match super::args_data::duration(text)? {
        time if time < Duration::from_secs(1) => Err("a lease is a second at least".into()),
        time => Ok(time),
    }
}

/// A sentence that goes into journal and registry: bounded, on one line.
fn words(text: &str) -> Result<String, String> {
    match text {
        _ if text.trim().is_empty() => Err("the text is empty".into()),
        _ if text.len() > 1024 => Err("the text is longer than 1024 bytes".into()),
        _ if text.chars().any(char::is_control) => Err("the text holds control characters".into()),
        _ => Ok(text.trim().to_owned()),
    }
}
