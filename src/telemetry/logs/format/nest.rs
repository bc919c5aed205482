//! The lines of NestJS: `[Nest] 7  - 11/20/2026, 10:00:05 AM   ERROR [OrdersService] failed`. Older ones tell no level.

use super::{Parsed, Told};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::stamp;

/// The longest name of a context, in bytes.
const LONGEST: usize = 128;

/// Reads a line.
pub(super) fn read(text: &str) -> Option<Parsed<'_>> {
    let rest = text.strip_prefix("[Nest] ")?;
    let (pid, rest) = rest.split_once(' ')?;
    if pid.is_empty() || !pid.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let begin = rest.trim_start().strip_prefix("- ")?.trim_start();
    let (stamp, after) = stamp::dated(begin)?;
    let mut parsed = Parsed { format: LogFormat::Plain, ..Parsed::default() };
    stamp.put(begin, after, &mut parsed);
    parsed.fields.push(("pid".into(), Told::text(pid)));
    let after = after.trim_start();
    let (word, behind) = after.split_once(' ').unwrap_or((after, ""));
    let level = match word {
        "LOG" => Some(Level::Info),
        "WARN" => Some(Level::Warn),
        "ERROR" => Some(Level::Error),
        "DEBUG" => Some(Level::Debug),
        "VERBOSE" => Some(Level::Trace),
        "FATAL" => Some(Level::Fatal),
        _ => None,
    };
    parsed.level = level.unwrap_or_default();
    let mut message = if level.is_some() { behind.trim_start() } else { after };
    if let Some((context, behind)) = message.strip_prefix('[').and_then(|inner| inner.split_once("] "))
        && !context.is_empty()
        && context.len() <= LONGEST
    {
        parsed.fields.push(("logger".into(), Told::text(context)));
        message = behind.trim_start();
    }
    parsed.message = Some(message.trim_end().into());
    Some(parsed)
}
