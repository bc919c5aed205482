//! Lines that tell no time but a thread and a level, as slf4j-simple writes them where nobody told it how:
//! `[main] ERROR com.acme.Orders - text`, and log4j 1 with the ms since the start before that: `0    [main] ERROR a.B  - text`.

use super::{Parsed, Told};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::level;

/// The longest name of a thread, in bytes, and of a number before it.
const LONGEST: usize = 64;
const DIGITS: usize = 10;

/// Reads a line that begins with its thread.
pub(super) fn read(text: &str) -> Option<Parsed<'_>> {
    let end = memchr::memchr(b']', text.as_bytes().get(..LONGEST).unwrap_or(text.as_bytes()))?;
    let (level, logger, message) = logged(text[end + 1..].strip_prefix(' ')?)?;
    if level::by_word(&text[1..end]).is_some() {
        return None;
    }
    let thread = ("thread".into(), Told::text(&text[1..end]));
    let fields = vec![thread, ("logger".into(), Told::text(logger))];
    Some(Parsed { format: LogFormat::Plain, level, message: Some(message.into()), fields, ..Parsed::default() })
}

/// The same behind the ms since the start.
pub(super) fn since_start(text: &str) -> Option<Parsed<'_>> {
    let digits = text.bytes().take(DIGITS).take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].strip_prefix(' ')?.trim_start_matches(' ');
    let mut parsed = rest.starts_with('[').then(|| read(rest)).flatten()?;
    parsed.fields.push(("elapsed".into(), Told::text(&text[..digits])));
    Some(parsed)
}

/// Whether a text is what stands behind the thread.
pub(super) fn is_logged(text: &str) -> bool {
    logged(text).is_some()
}

/// `ERROR com.acme.Orders - text`: the level, the logger, the message.
fn logged(text: &str) -> Option<(Level, &str, &str)> {
    let (word, rest) = text.split_once(' ')?;
    let level = match word {
        "TRACE" => Level::Trace,
        "DEBUG" => Level::Debug,
        "INFO" => Level::Info,
        "WARN" => Level::Warn,
        "ERROR" => Level::Error,
        "FATAL" => Level::Fatal,
        _ => return None,
    };
    let (logger, rest) = rest.trim_start_matches(' ').split_once(' ')?;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$' | b'-');
    let is_logger = logger.starts_with(|c: char| c.is_ascii_alphabetic()) && logger.bytes().all(is_name);
    let message = rest.trim_start_matches(' ').strip_prefix("- ")?;
    is_logger.then(|| (level, logger, message.trim()))
}
