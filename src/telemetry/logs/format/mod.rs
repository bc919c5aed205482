//! The shapes that lines come in, one file each, in the order in which they are tried. A new one is a file here and its
//! line in the table.

mod cri;
mod docker;
mod json;
mod logfmt;
mod plain;

use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat};
use crate::domain::span::{SpanId, TraceId};
use crate::domain::time::Moment;
use crate::domain::value::Value;

pub(super) use cri::{Part, part};

/// What a line says, in whatever shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parsed {
    /// The shape.
    pub(super) format: LogFormat,
    pub(super) at: Option<Moment>,
    pub(super) level: Level,
    pub(super) service: Option<String>,
    pub(super) instance: Option<Address>,
    /// `None`: the line as it is.
    pub(super) message: Option<String>,
    pub(super) trace: Option<TraceId>,
    pub(super) span: Option<SpanId>,
    /// What else it says.
    pub(super) fields: Vec<(String, Value)>,
}

/// Reads a line, or says that it is of another shape.
type Format = fn(&str) -> Option<Parsed>;

/// The shapes, the surest first. The last takes everything.
const FORMATS: &[Format] = &[docker::read, json::read, logfmt::read, plain::read];

/// Reads a line.
pub(super) fn read(text: &str) -> Parsed {
    FORMATS.iter().find_map(|format| format(text)).unwrap_or_default()
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
