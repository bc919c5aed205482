//! The container runtimes' own files: `2026-11-23T06:30:00.000000001Z stdout F text`. `P` is a part of a line that goes on
//! in the next line of its stream; they are put together by the reader.

use crate::telemetry::logs::time::{self, Exact};

/// The bytes of a time to the nanosecond with the blank behind it, and to spare.
const LONGEST_TIME: usize = 48;

/// A line of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// When the runtime got it.
    pub(in crate::telemetry::logs) at: Exact,
    /// It is of standard error.
    pub(crate) is_error: bool,
    /// More of it follows.
    pub(crate) goes_on: bool,
    /// The text.
    pub(crate) text: &'a str,
}

/// Reads the runtime's frame.
pub(crate) fn part(line: &str) -> Option<Part<'_>> {
    // Cheap to say no: the stream stands behind the first blank.
    let head = line.as_bytes().get(..LONGEST_TIME).unwrap_or(line.as_bytes());
    let blank = memchr::memchr(b' ', head)?;
    if !line[blank + 1..].starts_with("std") {
        return None;
    }
    let (at, rest) = time::front(line)?;
    let rest = rest.strip_prefix(' ')?;
    let (is_error, rest) = match rest.strip_prefix("stdout ") {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix("stderr ")?),
    };
    let (tags, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let goes_on = match tags.split(':').next() {
        Some("P") => true,
        Some("F") => false,
        _ => return None,
    };
    Some(Part { at, is_error, goes_on, text })
}
