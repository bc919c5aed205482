//! Options of the commands that print telemetry as it is read: traces, series.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::args::{AccessArgs, Format};
use super::args_data::duration;
use crate::config::Otlp;

/// `keepwatch traces`
#[derive(Debug, Clone, Default, Args)]
pub struct TracesArgs {
    /// text, or json
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
    /// Where spans are taken, or off [default: 127.0.0.1:4317, and 4318]
    #[arg(long, value_name = "ADDR|off", env = "KEEPWATCH_OTLP")]
    pub otlp: Option<Otlp>,
    /// Who may send there.
    #[command(flatten)]
    pub access: AccessArgs,
    /// Only traces whose id begins with this
    #[arg(long, value_name = "ID", env = "KEEPWATCH_TRACE")]
    pub trace: Option<String>,
    /// Only traces that fit: service:payments operation:charge duration>200ms status:error key=value "words"
    #[arg(long, value_name = "EXPR", env = "KEEPWATCH_FILTER")]
    pub filter: Option<String>,
    /// End after this time; without it, when stopped
    #[arg(long = "for", value_name = "TIME", value_parser = duration, env = "KEEPWATCH_FOR")]
    pub time: Option<Duration>,
}

/// `keepwatch series`
#[derive(Debug, Clone, Args)]
pub struct SeriesArgs {
    /// A file, - for standard input, or SERVICE/HOST:PORT for the page of an instance
    #[arg(value_name = "FILE|-|TARGET", value_parser = super::series::source)]
    pub from: Arc<str>,
    /// text, or json
    #[arg(short, value_name = "FORM", value_enum, default_value_t)]
    pub output: Format,
}
