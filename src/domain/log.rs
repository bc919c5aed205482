//! Log records, in one shape whatever they came in. The shapes of the wild are read in `telemetry::logs`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    address::Address,
    span::{SpanId, TraceId},
    time::Moment,
};

/// Severity of a line. `Unknown`: none was told; it is not guessed from the text's mood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not told.
    #[default]
    Unknown,
    /// Finest.
    Trace,
    /// For developers.
    Debug,
    /// Usual.
    Info,
    /// Weak.
    Warn,
    /// Failed.
    Error,
    /// Ended by it.
    Fatal,
}

impl Level {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Level::Unknown => "unknown",
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
            Level::Fatal => "fatal",
        }
    }
}

/// Where a line came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LogSource {
    /// The OTLP intake.
    Otlp,
    /// Standard input.
    Stdin,
    /// A file, by its path as given.
    File(Arc<str>),
}

/// One log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Its own time; where it tells none, the time it was seen.
    pub at: Moment,
    /// When Keepwatch saw it.
    pub seen_at: Moment,
    /// Severity.
    pub level: Level,
    /// The service it says it is from.
    pub service: Option<Arc<str>>,
    /// Its instance's address where told; never guessed.
    pub instance: Option<Address>,
    /// The message.
    pub message: Arc<str>,
    /// The trace it belongs to.
    pub trace: Option<TraceId>,
    /// The span it belongs to.
    pub span: Option<SpanId>,
    /// Everything else it tells, in its order, nested keys joined by dots.
    pub fields: Vec<(Arc<str>, Arc<str>)>,
    /// Where it came from.
    pub source: LogSource,
    /// The bytes as they came (bounded).
    pub raw: Arc<[u8]>,
}
