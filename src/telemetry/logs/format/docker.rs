//! Docker's json-file: an object of `log`, `stream` and `time` around each line; what is in `log` is read for itself. A
//! `log` without a newline at its end is a part of a line that goes on; they are put together by the reader.

use std::sync::LazyLock;

use memchr::memmem;
use serde_json::Value;

use super::{Parsed, Told, json};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{keys::Known, time};

/// Where the runtime cuts a line, in bytes.
const CUT: usize = 16 << 10;

/// What stands in most lines that are whole, and in none that goes on: a newline that ends a text.
static ENDS: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\\n\""));

/// A line of the runtime that is a part, or ends one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// When the runtime got it, as it wrote that.
    pub(crate) time: Option<String>,
    /// It is of standard error.
    pub(crate) is_error: bool,
    /// Its text, with the newline that ends it.
    pub(crate) log: String,
}

impl Piece {
    /// More of it follows.
    pub(crate) fn goes_on(&self) -> bool {
        !self.log.ends_with('\n')
    }
}

/// Whether a text is as long as what the runtime cuts: a few bytes less where a character would have been cut.
pub(crate) fn is_cut(log: &str) -> bool {
    log.len() + 4 > CUT
}

/// Reads a line that goes on, or one that ends a line of which there are parts of its stream already (`waiting`: standard
/// output, standard error).
pub(crate) fn piece(text: &str, waiting: [bool; 2]) -> Option<Piece> {
    // Cheap to say no: nearly all lines are whole.
    if !may_be_frame(text) || waiting == [false; 2] && ENDS.find(text.as_bytes()).is_some() {
        return None;
    }
    let (log, stream, time) = frame(text)?;
    let piece = Piece { time, is_error: stream.as_deref() == Some("stderr"), log };
    (piece.goes_on() || waiting[usize::from(piece.is_error)]).then_some(piece)
}

/// The keys of the frame: there are no others in it.
const ITS: [&str; 4] = ["log", "stream", "time", "attrs"];

/// Whether the first key is one of the frame's.
fn may_be_frame(text: &str) -> bool {
    let key = text.trim_ascii_start().strip_prefix('{').map(str::trim_ascii_start).and_then(|at| at.strip_prefix('"'));
    key.is_some_and(|key| ITS.iter().any(|its| key.strip_prefix(its).is_some_and(|rest| rest.starts_with('"'))))
}

/// The text in the frame, its stream and its time.
fn frame(text: &str) -> Option<(String, Option<String>, Option<String>)> {
    // Cheap to say no: most JSON lines are not this.
    if !may_be_frame(text) || STREAM.find(text.as_bytes()).is_none() {
        return None;
    }
    let mut object = json::object(text)?;
    if object.keys().any(|key| !ITS.contains(&key.as_str())) {
        return None;
    }
    let mut its = |key: &str| match object.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    Some((its("log")?, its("stream"), its("time")))
}

/// What stands in every wrapped line and in few others.
static STREAM: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"stream\""));

/// Reads a wrapped line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (log, stream, time) = frame(text)?;
    let mut log = log;
    log.truncate(log.trim_end_matches(['\n', '\r']).len());
    let mut parsed = super::read(&log, known).into_owned();
    parsed.format = LogFormat::Docker;
    // The frame's own time is none that the line tells.
    parsed.is_told |= parsed.tag.is_none() && (parsed.at.is_some() || parsed.clock.is_some());
    match &parsed.message {
        None => parsed.message = Some(log.into()),
        // By its head it is known what follows it: `fail: Shop[0]`, `panic: boom`.
        Some(message) if parsed.tag.is_none() && **message != log => parsed.behind = Some(log.into()),
        Some(_) => {}
    }
    parsed.at = parsed.at.or_else(|| time::by_text(&time?));
    parsed.fields.extend(stream.map(|stream| ("stream".into(), Told::text(stream))));
    Some(parsed)
}
