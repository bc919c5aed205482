//! A line with its frame taken off, and its raw bytes, which what is read out of it shares.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::format::{Parsed, Told, behind_time, tells_time};
use super::time::Exact;
use crate::domain::log::{LogFormat, LogLine};
use crate::domain::raw;
use crate::domain::value::Value;

/// A line with its frame taken off.
pub(super) struct Framed<'a> {
    pub(super) text: &'a str,
    pub(super) raw: Raw<'a>,
    /// Its length before it was cut.
    pub(super) whole: usize,
    /// When the runtime got it, and whether it is of standard error.
    pub(super) by: Option<(Exact, bool)>,
}

/// What came of a line.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    Text(&'a str),
    /// No UTF-8.
    Bytes(&'a [u8]),
}

/// What came at once, as one text that the lines in it share: a copy of each would cost more than to read it.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where the bytes are that it is a copy of. They stay there as long as it is asked for lines of them.
    begin: usize,
    text: Arc<str>,
}

/// What is shorter holds too few lines to be shared, in bytes.
const SHORTEST_CHUNK: usize = 4 << 10;

impl Chunk {
    /// Of these bytes, as far as they are a text and there are enough.
    pub(super) fn of(bytes: &[u8]) -> Option<Chunk> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // A character may be cut off at the end.
            Err(wrong) => std::str::from_utf8(&bytes[..wrong.valid_up_to()]).ok()?,
        };
        (text.len() >= SHORTEST_CHUNK).then(|| Chunk { begin: bytes.as_ptr().addr(), text: text.into() })
    }

    /// All of it is read. Where those of these lines that are parts of it are less than half of it, each keeps its own bytes: what
    /// waits to be taken is counted in lines, and one of them is not to keep 64 KiB of blanks.
    pub(super) fn done(self, lines: &mut [LogLine]) {
        let parts = || lines.iter().filter(|line| line.raw.is_of(&self.text));
        if parts().map(|line| line.raw.len()).sum::<usize>() * 2 < self.text.len() {
            let parts = lines.iter_mut().filter(|line| line.raw.is_of(&self.text));
            parts.for_each(LogLine::part_with_others);
        }
    }

    /// Where a text that is a part of the same bytes stands in it.
    fn place(&self, part: &str) -> Option<Range<usize>> {
        place(part, self.begin, self.text.len())
    }
}

/// Where a text stands that is a part of so many bytes from there.
fn place(part: &str, begin: usize, length: usize) -> Option<Range<usize>> {
    let begin = part.as_ptr().addr().checked_sub(begin)?;
    (begin + part.len() <= length).then(|| begin..begin + part.len())
}

/// The raw bytes of a line as they are kept, and as a text where they are one: what else the line says are parts of it.
pub(super) struct Shared {
    pub(super) raw: raw::Raw,
    /// The text, and where it was copied from.
    text: Option<(usize, Arc<str>)>,
}

impl Shared {
    /// `chunk`: what came at once, of which the line may be a part.
    pub(super) fn new(raw: Raw<'_>, chunk: Option<&Chunk>) -> Self {
        let Raw::Text(text) = raw else { return Self { raw: raw.bytes().into(), text: None } };
        if let Some((chunk, place)) = chunk.and_then(|chunk| Some((chunk, chunk.place(text)?))) {
            let raw = raw::Raw::part(&chunk.text.clone().into(), place);
            return Self { raw, text: Some((chunk.begin, chunk.text.clone())) };
        }
        let shared: Arc<str> = text.into();
        Self { raw: shared.clone().into(), text: Some((text.as_ptr().addr(), shared)) }
    }

    /// A value that shares the raw bytes where it was read out of them, else a copy.
    pub(super) fn value(&self, told: Told<'_>) -> Value {
        let Told { text: Cow::Borrowed(part), is_json } = told else { return told.value() };
        let place = self.text.as_ref().and_then(|(of, shared)| Some((shared, place(part, *of, shared.len())?)));
        match place {
            Some((shared, range)) => Value::part(shared, range, is_json),
            None => told.value(),
        }
    }
}

impl Raw<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Raw::Text(text) => text.as_bytes(),
            Raw::Bytes(bytes) => bytes,
        }
    }
}

impl Framed<'_> {
    /// Of which stream a line is, where its frame says so: 1 is standard error.
    pub(super) fn stream(&self, parsed: &Parsed<'_>) -> usize {
        let is_error = match (self.by, parsed.format) {
            (Some((_, is_error)), _) => is_error,
            (None, LogFormat::Docker) => {
                parsed.fields.last().is_some_and(|(key, told)| key == "stream" && told.text == "stderr")
            }
            (None, _) => false,
        };
        usize::from(is_error)
    }
}

/// A line as it is looked at: what it says without its frame.
pub(super) struct Inner<'a> {
    pub(super) text: &'a str,
    /// It tells a time itself.
    pub(super) is_timed: bool,
    /// A time stands before it as who carries it puts it there.
    pub(super) is_carried: bool,
}

impl<'a> Inner<'a> {
    /// Such a time is taken for none of the line's own where one stood before what may go on, too (`is_behind`).
    pub(super) fn of(parsed: &'a Parsed<'_>, framed: &Framed<'a>, is_behind: bool) -> Inner<'a> {
        let is_text = matches!(parsed.format, LogFormat::Plain | LogFormat::Spring | LogFormat::Klog);
        let carried = (is_text && framed.by.is_none()).then(|| behind_time(framed.text)).flatten();
        let is_timed = match carried {
            Some(text) if is_behind => tells_time(text),
            _ => is_timed(parsed),
        };
        let text = carried.unwrap_or_else(|| inner(parsed, framed.text));
        Inner { text, is_timed, is_carried: carried.is_some() }
    }
}

/// Whether a line itself tells a time.
fn is_timed(parsed: &Parsed<'_>) -> bool {
    parsed.clock.is_some() || parsed.at.is_some() && (parsed.format != LogFormat::Docker || parsed.is_told)
}

/// What is in a frame is looked at without it.
fn inner<'a>(parsed: &'a Parsed<'_>, text: &'a str) -> &'a str {
    match parsed.format {
        LogFormat::Docker => parsed.behind.as_deref().or(parsed.message.as_deref()).unwrap_or_default(),
        _ => text,
    }
}

#[cfg(test)]
#[path = "framed_tests.rs"]
mod tests;
