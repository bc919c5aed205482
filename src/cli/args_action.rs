//! Options of the commands that write: drain, undrain, deregister, weight, undo.

use std::time::Duration;

use clap::Args;
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};

use super::args::Format;
use crate::config::units;
use crate::domain::ramp::Weights;
use crate::domain::target::Target;
use crate::domain::way::Via;

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

/// Whom a batch is for, where no target is named. All that is given has to fit.
#[derive(Debug, Clone, Default, Args)]
pub struct ChoiceArgs {
    /// All instances on this host, across its services, one after another
    #[arg(long, value_name = "HOST", conflicts_with = "targets")]
    pub host: Option<String>,
    /// All instances whose metadata tell this version, one after another
    #[arg(long, value_name = "VERSION", conflicts_with = "targets")]
    pub version: Option<String>,
    /// All instances whose metadata tell this zone, one after another
    #[arg(long, value_name = "ZONE", conflicts_with = "targets")]
    pub zone: Option<String>,
    /// With --host, --version or --zone: only those of this service
    #[arg(long, value_name = "SERVICE", conflicts_with = "targets")]
    pub service: Option<String>,
}

/// How long it holds, and who keeps it.
#[derive(Debug, Clone, Default, Args)]
pub struct TermsArgs {
    /// A lease: it ends by itself after this time, by whichever writable dashboard runs then, else by the next to start or
    /// the next command that acts
    #[arg(long = "for", value_name = "TIME", value_parser = lease, env = "KEEPWATCH_FOR")]
    pub time: Option<Duration>,
    /// Stay, and do it again each time the registry loses it: 5 times in 10 min at most, each told. Other writable
    /// Keepwatches hold it too, also after this one. Where somebody else takes it back it says who, and ends with 5
    #[arg(long, env = "KEEPWATCH_HOLD", value_parser = BoolishValueParser::new())]
    pub hold: bool,
    /// Stay, and end it when this command ends; where it dies, another writable Keepwatch ends it once its session is gone.
    /// Where somebody else ends it before, this says who, and ends with 5
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
    /// SERVICE/HOST:PORT; in place of a name that several services have, the path of one: /services/users-service/HOST:PORT
    #[arg(required_unless_present_any = ["host", "version", "zone"], value_name = "TARGET")]
    pub targets: Vec<Target>,
    /// Whom, where no target is named.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// By which way, where the layout has two (Spring): registry, its znode alone, until it reconnects; actuator, a POST to its
    /// own /actuator/serviceregistry, until it restarts; best, the actuator where it is exposed
    #[arg(long, value_name = "WAY", default_value = "best", env = "KEEPWATCH_VIA", value_parser = via())]
    pub via: Via,
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
    /// SERVICE/HOST:PORT; in place of a name that several services have, the path of one: /services/users-service/HOST:PORT
    #[arg(value_name = "TARGET")]
    pub target: Target,
    /// A whole number; or A..B with --over: a ramp from one to the other. 0 is a drain
    #[arg(value_name = "N")]
    pub weight: Weights,
    /// The time that a ramp takes, as 5m; each of its steps is a write of its own
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub over: Option<Duration>,
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
    /// The id of the step; without it, your last applied step that is not undone. Where that cannot be taken back, the next one
    /// that can is named, never taken instead
    #[arg(value_name = "JOURNAL_ID")]
    pub id: Option<String>,
    /// Why, and in whose name.
    #[command(flatten)]
    pub why: WhyArgs,
    /// How.
    #[command(flatten)]
    pub how: HowArgs,
}

/// The ways by their words.
fn via() -> impl TypedValueParser<Value = Via> {
    let words = PossibleValuesParser::new(Via::ALL.map(Via::word));
    words.map(|word| Via::ALL.into_iter().find(|via| via.word() == word).unwrap_or_default())
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

/// A duration with its unit.
fn time(text: &str) -> Result<Duration, String> {
    units::duration(text).map_err(|wrong| match wrong.help {
        Some(help) => format!("{}; {help}", wrong.what),
        None => wrong.what,
    })
}
