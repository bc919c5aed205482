//! The command line as it is written: commands, options, their environment variables. Not what they do.
//!
//! Help, completions and man page are generated from here. What later issues bring is not here, and hence a usage error.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::config::settings::Overrides;
use crate::config::{Access, Otlp, Probe};
use crate::domain::servers::Servers;
use crate::domain::target::Choice;
use crate::theme::{ColorChoice, Palette};

pub use super::args_action::{ActionArgs, DrainArgs, UndoArgs, WeightArgs};
pub use super::args_data::{EventsArgs, JournalArgs, LogForm, LogsArgs, RegisterArgs, ResolveArgs, SnapshotArgs};
pub use super::args_traces::{SeriesArgs, TracesArgs};

/// A terminal dashboard for on-call engineers: the service registry, health, circuits, logs and traces, live, with safe
/// actions.
///
/// Without a command it watches.
#[derive(Debug, Parser)]
#[command(
    name = "keepwatch",
    version,
    max_term_width = 100,
    after_help = "Who we are towards the registry: one line, digest:USER:PASSWORD or sasl:USER:PASSWORD, in the file that \
                  registry.credential names, else in the variable KEEPWATCH_REGISTRY_CREDENTIAL."
)]
pub struct Cli {
    /// Understood by every command that talks to a registry.
    #[command(flatten)]
    pub common: Common,
    /// What `watch` takes, when it is left out.
    #[command(flatten)]
    pub watch: WatchArgs,
    /// The command; watch when it is left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options before or after the command.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The registry's servers and the path below which everything is read.
    #[arg(
        long,
        value_name = "ADDR",
        global = true,
        env = "KEEPWATCH_REGISTRY",
        help_heading = "Everywhere",
        help = "The registry: host:port[,host:port...][/chroot]"
    )]
    pub registry: Option<Servers>,
    /// The configuration file [default: ./config/microservices.yaml, else $XDG_CONFIG_HOME/keepwatch/keepwatch.yaml]
    #[arg(long, value_name = "FILE", global = true, env = "KEEPWATCH_CONFIG", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// Write nothing: no key and no command can change the registry
    #[arg(long, global = true, env = "KEEPWATCH_READ_ONLY", value_parser = BoolishValueParser::new(), help_heading = "Everywhere")]
    pub read_only: bool,
    /// Which addresses may be contacted for health, circuits, metrics: all, off, or ranges [default: all]
    #[arg(long, value_name = "all|off|CIDR,...", global = true, env = "KEEPWATCH_PROBE", help_heading = "Everywhere")]
    pub probe: Option<Probe>,
}

/// How the dashboard shows.
#[derive(Debug, Clone, Default, Args)]
pub struct LookArgs {
    /// The first screen
    #[arg(long, value_name = "NAME", value_enum, env = "KEEPWATCH_SCREEN")]
    pub screen: Option<ScreenName>,
    /// What it is narrowed to: SERVICE or SERVICE/HOST:PORT
    #[arg(long, value_name = "TARGET", env = "KEEPWATCH_SELECT")]
    pub select: Option<Choice>,
    /// The colours; `keepwatch themes` lists them
    #[arg(long, value_name = "NAME", env = "KEEPWATCH_THEME", value_parser = Palette::names().collect::<Vec<_>>())]
    pub theme: Option<String>,
    /// Whether colours are used [default: auto]
    #[arg(long, value_name = "WHEN", value_enum, env = "KEEPWATCH_COLOR")]
    pub color: Option<When>,
    /// Whether the mouse is taken [default: on]
    #[arg(long, value_name = "on|off", value_enum, env = "KEEPWATCH_MOUSE", hide_possible_values = true)]
    pub mouse: Option<OnOff>,
    /// Who acts, for the journal, the intents and those who look on, too [default: SUDO_USER or USER]
    #[arg(long, value_name = "NAME", env = "KEEPWATCH_BY")]
    pub by: Option<String>,
}

/// Where spans and logs come from.
#[derive(Debug, Clone, Default, Args)]
pub struct IntakeArgs {
    /// Where spans and logs are taken, or off [default: 127.0.0.1:4317, and 4318]
    #[arg(long, value_name = "ADDR|off", env = "KEEPWATCH_OTLP")]
    pub otlp: Option<Otlp>,
    /// Who may send there.
    #[command(flatten)]
    pub access: AccessArgs,
    /// A log file to follow, - for standard input; may be repeated
    #[arg(long, value_name = "FILE|-", env = "KEEPWATCH_LOGS", action = ArgAction::Append)]
    pub logs: Vec<PathBuf>,
}

/// Who may send spans, logs and metrics.
#[derive(Debug, Clone, Default, Args)]
pub struct AccessArgs {
    /// Take them from other machines too: --otlp may then name any address, and whoever reaches it can send
    #[arg(long, env = "KEEPWATCH_OTLP_OPEN", value_parser = BoolishValueParser::new())]
    pub otlp_open: bool,
    /// Senders have to show the bearer token that this file holds (Authorization: Bearer ...)
    #[arg(long, value_name = "FILE", env = "KEEPWATCH_OTLP_TOKEN")]
    pub otlp_token: Option<PathBuf>,
    /// Senders speak TLS to this certificate, with this key (PEM files)
    #[arg(long, value_name = "CERT,KEY", env = "KEEPWATCH_OTLP_TLS", value_parser = pair)]
    pub otlp_tls: Option<(PathBuf, PathBuf)>,
}

impl AccessArgs {
    /// As the settings have it.
    pub fn access(&self) -> Access {
        Access { open: self.otlp_open, token: self.otlp_token.clone(), tls: self.otlp_tls.clone() }
    }
}

fn pair(text: &str) -> Result<(PathBuf, PathBuf), String> {
    match text.split_once(',') {
        Some((cert, key)) if !cert.is_empty() && !key.is_empty() => Ok((cert.into(), key.into())),
        _ => Err("write two files with a comma between them: CERT,KEY".to_owned()),
    }
}

/// `keepwatch [watch]`
#[derive(Debug, Clone, Default, Args)]
pub struct WatchArgs {
    /// How it shows.
    #[command(flatten)]
    pub look: LookArgs,
    /// What it takes in.
    #[command(flatten)]
    pub intake: IntakeArgs,
}

/// `keepwatch demo`
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// The cluster alone, without the dashboard
    #[arg(long, env = "KEEPWATCH_HEADLESS", value_parser = BoolishValueParser::new())]
    pub headless: bool,
    /// With --headless: one line when everything answers
    #[arg(short, value_name = "json", value_enum, requires = "headless")]
    pub output: Option<JsonOnly>,
    /// No fault by itself
    #[arg(long, env = "KEEPWATCH_CALM", value_parser = BoolishValueParser::new(), conflicts_with = "fault")]
    pub calm: bool,
    /// A fault to begin with, at once or after SECONDS, instead of the cycle; may be repeated
    #[cfg_attr(feature = "demo", arg(help = super::demo::FAULT_HELP.as_str()))]
    #[arg(long, value_name = "NAME[@SECONDS]", env = "KEEPWATCH_FAULT", action = ArgAction::Append)]
    pub fault: Vec<FaultAt>,
    /// The same traffic for the same number
    #[arg(long, value_name = "N", env = "KEEPWATCH_SEED")]
    pub seed: Option<u64>,
    /// Where the demo's services send spans and logs
    #[arg(long, value_name = "ADDR", env = "KEEPWATCH_OTLP")]
    pub otlp: Option<Otlp>,
    /// How the dashboard shows.
    #[command(flatten)]
    pub look: LookArgs,
}

/// A fault of the demo and when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultAt {
    /// Its name; which ones there are only the demo knows.
    pub name: String,
    /// Seconds after the cluster answers.
    pub seconds: f64,
}

impl std::str::FromStr for FaultAt {
    type Err = String;

    fn from_str(text: &str) -> Result<FaultAt, String> {
        let (name, at) = text.split_once('@').unwrap_or((text, "0"));
        let seconds = at.strip_suffix('s').unwrap_or(at).parse::<f64>().ok().filter(|s| (0.0..=86_400.0).contains(s));
        let seconds = seconds.ok_or("what follows @ is a number of seconds")?;
        if name.is_empty() {
            Err("the name of the fault is missing".into())
        } else {
            Ok(FaultAt { name: name.into(), seconds })
        }
    }
}

/// What Keepwatch can be told to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// The dashboard (also without a command)
    Watch(WatchArgs),
    /// The embedded cluster, and the dashboard on it: nothing installed, nothing configured
    #[cfg(feature = "demo")]
    Demo(DemoArgs),
    /// What a screen would show, once
    Snapshot(SnapshotArgs),
    /// The story as it happens, a line for each event
    Events(EventsArgs),
    /// Log lines as they come, a line a record: what the log pane would hold
    Logs(LogsArgs),
    /// The traces that arrive at an intake of its own, a line each
    Traces(TracesArgs),
    /// A page of metrics as Keepwatch reads it, a line for each sample
    Series(SeriesArgs),
    /// Take instances out of the balance
    Drain(DrainArgs),
    /// Put drained instances back
    Undrain(ActionArgs),
    /// Remove instances from the registry
    Deregister(ActionArgs),
    /// Set the weight of an instance
    Weight(WeightArgs),
    /// Take back your last applied step, or the one of this id
    Undo(UndoArgs),
    /// Register the file's services and hold them until stopped
    Register(RegisterArgs),
    /// Which instance a client would choose, and how often
    Resolve(ResolveArgs),
    /// What was done from here, and whether the record is whole
    Journal(JournalArgs),
    /// Print the configuration with every key and its default
    Config,
    /// Print every key and command
    Keys,
    /// Print the themes
    Themes,
    /// Print completions for a shell
    Completions {
        /// Which one
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

impl Command {
    /// Whether it brings its own cluster, and hence looks for no configuration by itself.
    pub fn is_demo(&self) -> bool {
        #[cfg(feature = "demo")]
        return matches!(self, Command::Demo(_));
        #[cfg(not(feature = "demo"))]
        false
    }
}

/// A screen or pane by its title in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names say it, and a comment here would be printed beside each in the help")]
pub enum ScreenName {
    Overview,
    Topology,
    Instances,
    Balancer,
    Circuits,
    Traces,
    Logs,
    Story,
    Verdicts,
    Diagnostics,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "as above")]
pub enum When {
    Auto,
    Always,
    Never,
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "as above")]
pub enum OnOff {
    On,
    Off,
}

/// For a person or for a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "as above")]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// The one form that the demo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "as above")]
pub enum JsonOnly {
    Json,
}

impl Common {
    /// What these options say about the settings, with those of the dashboard and of the intake where the command has them.
    pub fn overrides(&self, look: Option<&LookArgs>, intake: Option<&IntakeArgs>) -> Overrides {
        Overrides {
            registry: self.registry.clone(),
            read_only: self.read_only,
            probe: self.probe.clone(),
            otlp: intake.and_then(|i| i.otlp.clone()),
            access: intake.map(|i| i.access.access()).unwrap_or_default(),
            logs: intake.map(|i| i.logs.clone()).unwrap_or_default(),
            theme: look.and_then(|l| l.theme.clone()),
            color: look.and_then(|l| l.color).map(|when| match when {
                When::Auto => ColorChoice::Auto,
                When::Always => ColorChoice::Always,
                When::Never => ColorChoice::Never,
            }),
            mouse: look.and_then(|l| l.mouse).map(|mouse| mouse == OnOff::On),
        }
    }
}
