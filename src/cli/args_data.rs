//! Options of the commands that print what is there or play a part: snapshot, events, register, resolve, journal.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use super::args::{Format, IntakeArgs, ScreenName};
use crate::config::units;
use crate::config::{Otlp, Size};
use crate::domain::target::Choice;

/// `keepwatch snapshot`
#[derive(Debug, Clone, Args)]
pub struct SnapshotArgs {
    /// json, text, or screen: as the dashboard draws it, without colours
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: SnapshotForm,
    /// When the picture is complete: the registry is read, every instance was asked once, or --wait is over
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, env = "KEEPWATCH_UNTIL")]
    pub until: Until,
    /// The longest that it waits for that
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5s", env = "KEEPWATCH_WAIT")]
    pub wait: Duration,
    /// The size of the screen
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "160x48", env = "KEEPWATCH_SIZE")]
    pub size: Size,
    /// The screen that is drawn
    #[arg(long, value_name = "NAME", value_enum, env = "KEEPWATCH_SCREEN")]
    pub screen: Option<ScreenName>,
    /// What it is narrowed to: SERVICE or SERVICE/HOST:PORT
    #[arg(long, value_name = "TARGET", env = "KEEPWATCH_SELECT")]
    pub select: Option<Choice>,
    /// What it takes in.
    #[command(flatten)]
    pub intake: IntakeArgs,
}

/// The forms of a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "a comment here would be printed beside each in the help")]
pub enum SnapshotForm {
    #[default]
    Text,
    Json,
    Screen,
}

/// When a snapshot is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "as above")]
pub enum Until {
    Registry,
    #[default]
    Health,
    Wait,
}

/// `keepwatch events`
#[derive(Debug, Clone, Args)]
pub struct EventsArgs {
    /// text, or json
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
    /// End after this time; without it, when stopped
    #[arg(long = "for", value_name = "TIME", value_parser = duration, env = "KEEPWATCH_FOR")]
    pub time: Option<Duration>,
    /// Where spans and logs are taken, or off
    #[arg(long, value_name = "ADDR|off", env = "KEEPWATCH_OTLP")]
    pub otlp: Option<Otlp>,
}

/// `keepwatch logs`
#[derive(Debug, Clone, Args)]
pub struct LogsArgs {
    /// Log files, as --logs names them
    #[arg(value_name = "FILE|-")]
    pub files: Vec<PathBuf>,
    /// json, text, or raw: as it came, secrets taken out
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: LogForm,
    /// Only lines that fit: level>=warn service:orders !health /5\d\d/ field=value "two words"
    #[arg(long, value_name = "EXPR", env = "KEEPWATCH_FILTER")]
    pub filter: Option<String>,
    /// Follow files by name, over rotation and truncation, instead of ending with them
    #[arg(short, long, env = "KEEPWATCH_FOLLOW", value_parser = clap::builder::BoolishValueParser::new())]
    pub follow: bool,
    /// End after this time; without it with standard input, with the files, or when stopped
    #[arg(long = "for", value_name = "TIME", value_parser = duration, env = "KEEPWATCH_FOR")]
    pub time: Option<Duration>,
    /// What it takes in.
    #[command(flatten)]
    pub intake: IntakeArgs,
}

impl LogsArgs {
    /// All files that the command line names are of `--logs`; its variable counts where there are none.
    pub fn named(mut self) -> LogsArgs {
        let is_variable =
            std::env::var_os("KEEPWATCH_LOGS").is_some_and(|named| self.intake.logs == [PathBuf::from(named)]);
        if is_variable && !self.files.is_empty() {
            self.intake.logs.clear();
        }
        self.intake.logs.append(&mut self.files);
        self
    }
}

/// The forms of a log line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "a comment here would be printed beside each in the help")]
pub enum LogForm {
    #[default]
    Text,
    Json,
    Raw,
}

/// `keepwatch register`
#[derive(Debug, Clone, Args)]
pub struct RegisterArgs {
    /// A service by its key in the file; may be repeated [default: all of the file]
    #[arg(long, value_name = "KEY", env = "KEEPWATCH_SERVICE", action = ArgAction::Append)]
    pub service: Vec<String>,
    /// The weight that they are registered with
    #[arg(long, value_name = "N", default_value_t = 1, env = "KEEPWATCH_WEIGHT",
          value_parser = clap::value_parser!(i64).range(0..=i64::from(i32::MAX)))]
    pub weight: i64,
    /// text, or json
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
}

/// `keepwatch resolve`
#[derive(Debug, Clone, Args)]
pub struct ResolveArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    pub service: String,
    /// Draw this often by weight, and count
    #[arg(short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub n: Option<u32>,
    /// text, or json
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
}

/// `keepwatch journal`
#[derive(Debug, Clone, Args)]
pub struct JournalArgs {
    /// Check the chain: exit 1 and the first broken line when it is not whole
    #[arg(long, env = "KEEPWATCH_VERIFY", value_parser = clap::builder::BoolishValueParser::new())]
    pub verify: bool,
    /// text, or json: a line for each entry
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    units::duration(text).map_err(|wrong| match wrong.help {
        Some(help) => format!("{}; {help}", wrong.what),
        None => wrong.what,
    })
}
