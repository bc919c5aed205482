//! Log records, in one shape whatever they came in. The shapes of the wild are read in `telemetry::logs`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod journal;
mod marks;
mod pairs;
mod parts;
mod pem;
mod printed;

pub use marks::{LEFT_OUT, Marks, TRUNCATED};
pub use parts::{BODY, Kind, Part, parts};
pub use pem::KeyLines;
pub use printed::Printed;

use super::{
    address::Address,
    raw::Raw,
    secret,
    span::{SpanId, TraceId},
    time::Moment,
    value::Value,
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

impl LogSource {
    /// Its name: `otlp`, `stdin`, or the path.
    pub fn name(&self) -> &str {
        match self {
            LogSource::Otlp => "otlp",
            LogSource::Stdin => "stdin",
            LogSource::File(path) => path,
        }
    }
}

/// The shape that a line came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text with at most a time and a level at its front.
    #[default]
    Plain,
    /// An OTLP record.
    Otlp,
    /// A JSON object.
    Json,
    /// In Docker's json-file frame.
    Docker,
    /// In the frame of the container runtimes (CRI).
    Cri,
    /// Keys and values.
    Logfmt,
    /// Spring Boot's pattern.
    Spring,
    /// Syslog's, of RFC 3164 or 5424.
    Syslog,
    /// The common or combined log of a web server.
    Access,
    /// The pattern of klog and glog.
    Klog,
}

impl LogFormat {
    /// All, in the order in which they are numbered.
    pub const ALL: [LogFormat; 10] = [
        LogFormat::Plain,
        LogFormat::Otlp,
        LogFormat::Json,
        LogFormat::Docker,
        LogFormat::Cri,
        LogFormat::Logfmt,
        LogFormat::Spring,
        LogFormat::Syslog,
        LogFormat::Access,
        LogFormat::Klog,
    ];

    /// The word used in JSON and in filters.
    pub fn word(self) -> &'static str {
        match self {
            LogFormat::Plain => "plain",
            LogFormat::Otlp => "otlp",
            LogFormat::Json => "json",
            LogFormat::Docker => "docker",
            LogFormat::Cri => "cri",
            LogFormat::Logfmt => "logfmt",
            LogFormat::Spring => "spring",
            LogFormat::Syslog => "syslog",
            LogFormat::Access => "access",
            LogFormat::Klog => "klog",
        }
    }
}

/// Names under which loggers write what went wrong, the clearest first.
const ERROR: &[&str] = &[
    "error.message",
    "exception.message",
    "err.message",
    "err.msg",
    "throwable.message",
    "thrown.message",
    "error",
    "fields.error",
    "err",
    "error.stack_trace",
    "stack_trace",
    "exception.stacktrace",
    "@x",
    "exception",
    "Exception",
    "exc_info",
    "record.exception.value",
    "stack",
    "full_message",
];

/// One log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Its own time; where it tells none, that of the line before it in its file; else the time it was seen.
    pub at: Moment,
    /// When Keepwatch saw it.
    pub seen_at: Moment,
    /// Its own time beyond the ms of `at`, in ns; 0 where its source tells no finer. What orders lines of one ms, never shown.
    #[serde(default)]
    pub below_ns: u32,
    /// Severity.
    pub level: Level,
    /// The service it says it is from.
    pub service: Option<Arc<str>>,
    /// Its instance's address where told; never guessed.
    pub instance: Option<Address>,
    /// The message: often a part of a text that it shares with `raw`, as the fields may be.
    pub message: Value,
    /// The trace it belongs to.
    pub trace: Option<TraceId>,
    /// The span it belongs to.
    pub span: Option<SpanId>,
    /// Everything else it tells, in its order, nested keys joined by dots.
    pub fields: Vec<(Arc<str>, Value)>,
    /// Where it came from.
    pub source: LogSource,
    /// The shape that it came in.
    pub format: LogFormat,
    /// The bytes as they came (bounded).
    pub raw: Raw,
}

#[cfg(test)]
impl LogLine {
    /// A line of a test that came as this text, and tells nothing else.
    pub(crate) fn said(at: i64, message: &str) -> LogLine {
        LogLine {
            at: Moment(at),
            seen_at: Moment(at),
            below_ns: 0,
            level: Level::Info,
            service: None,
            instance: None,
            message: message.into(),
            trace: None,
            span: None,
            fields: Vec::new(),
            source: LogSource::Stdin,
            format: LogFormat::Plain,
            raw: message.as_bytes().into(),
        }
    }
}

impl LogLine {
    /// The line without its secrets, as it is shown; `None` where it surely holds none.
    pub fn masked(&self) -> Option<LogLine> {
        let told = || self.fields.iter().any(|(key, value)| secret::may_hold_under(key, value));
        let holds = [&*self.raw, self.message.as_bytes()].into_iter().any(secret::may_hold) || told();
        holds.then(|| self.without_secrets())
    }

    /// Keeps its own bytes alone, where they are a part of what came at once: for one that is kept while its neighbours are not.
    pub fn part_with_others(&mut self) {
        if !self.raw.is_part() {
            return;
        }
        let Ok(text) = std::str::from_utf8(&self.raw).map(Arc::<str>::from) else {
            self.raw = self.raw.to_vec().into();
            return;
        };
        // What is no part of them is a copy already.
        let own = |value: &mut Value| {
            if let Some(at) = value.place_in(&self.raw) {
                *value = Value::part(&text, at..at + value.len(), value.is_json());
            }
        };
        own(&mut self.message);
        self.fields.iter_mut().for_each(|(_, value)| own(value));
        self.raw = text.into();
    }

    fn without_secrets(&self) -> LogLine {
        let (flat, message, raw) = (self.flat(), secret::mask(&self.message), String::from_utf8_lossy(&self.raw));
        LogLine {
            fields: self
                .fields
                .iter()
                .map(|(key, value)| (key.clone(), value.replaced(flat.mask(key, value))))
                .collect(),
            raw: secret::mask(&journal::told(&raw, &message)).into_owned().into_bytes().into(),
            message: message.into_owned().into(),
            ..self.clone()
        }
    }

    /// Which of its fields are secrets that another field names.
    pub fn flat(&self) -> secret::Flat {
        secret::Flat::of(self.fields.iter().map(|(key, value)| (&**key, &**value)))
    }

    /// The place, among its fields, of the one that says what went wrong.
    pub fn error_at(&self) -> Option<usize> {
        let told = |key: &&str| self.fields.iter().position(|(k, value)| &**k == *key && !value.is_empty());
        ERROR.iter().find_map(told)
    }

    /// What went wrong, where it says so.
    pub fn error(&self) -> Option<&str> {
        Some(&self.fields.get(self.error_at()?)?.1)
    }
}
