//! A line with its frame taken off, and its raw bytes, which what is read out of it shares.

use std::borrow::Cow;
use std::sync::Arc;

use super::format::{Parsed, Told, behind_time, tells_time};
use super::time::Exact;
use crate::domain::log::LogFormat;
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

/// The raw bytes of a line as they are kept, and as a text where they are one: what else the line says are parts of it.
pub(super) struct Shared<'a> {
    pub(super) raw: Arc<[u8]>,
    text: Option<(&'a str, Arc<str>)>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(raw: Raw<'a>) -> Self {
        match raw {
            Raw::Text(text) => {
                let shared: Arc<str> = text.into();
                Self { raw: shared.clone().into(), text: Some((text, shared)) }
            }
            Raw::Bytes(bytes) => Self { raw: bytes.into(), text: None },
        }
    }

    /// A value that shares the raw bytes where it was read out of them, else a copy.
    pub(super) fn value(&self, told: Told<'_>) -> Value {
        let Told { text: Cow::Borrowed(part), is_json } = told else { return told.value() };
        let place = self.text.as_ref().and_then(|(of, shared)| {
            let begin = part.as_ptr().addr().checked_sub(of.as_ptr().addr())?;
            (begin + part.len() <= of.len()).then(|| (shared, begin..begin + part.len()))
        });
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
