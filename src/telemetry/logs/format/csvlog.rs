//! PostgreSQL's `csvlog`: a time and twenty and more columns behind it. Its fields are named as in its `jsonlog`, so that
//! one filter finds both.

use std::borrow::Cow;

use super::{Parsed, Told};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{clock::Clock, keys::Known, level, time};

/// Where the comma behind the time stands: the time is to the ms, and its zone is told.
const SHORTEST: usize = 25;
const LONGEST: usize = 40;
/// Columns that are read; the time is none of them.
const COLUMNS: usize = 22;
/// The columns of the pid, the severity, the message.
const PID: usize = 2;
const SEVERITY: usize = 10;
const MESSAGE: usize = 12;
/// The others that are kept. A session is told by its pid.
const NAMES: &[(usize, &str)] = &[
    (0, "user"),
    (1, "dbname"),
    (PID, "pid"),
    (3, "remote_host"),
    (11, "state_code"),
    (13, "detail"),
    (14, "hint"),
    (17, "context"),
    (18, "statement"),
    (21, "application_name"),
];

/// Reads a line. A statement of several lines goes on in those that follow.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    // Cheap to say no.
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(10) != Some(&b' ') {
        return None;
    }
    let comma = SHORTEST + memchr::memchr(b',', bytes.get(SHORTEST..LONGEST)?)?;
    if !matches!(bytes.get(comma + 1), Some(b',' | b'"')) {
        return None;
    }
    let at = time::whole(text.get(..comma)?)?;
    let mut columns = columns(text.get(comma + 1..)?);
    let is_pid = |pid: &str| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
    let level = level::by_postgres(columns.get(SEVERITY)?).filter(|_| is_pid(&columns[PID]))?;
    let mut parsed = Parsed { format: LogFormat::Plain, at, level, ..Parsed::default() };
    if at.is_none() {
        parsed.clock = Some(Clock::Elsewhere);
        parsed.fields.push(("time".into(), Told::text(&text[..comma])));
    }
    let mut take = |column: usize| columns.get_mut(column).map(std::mem::take).filter(|told| !told.is_empty());
    parsed.message = Some(take(MESSAGE).unwrap_or_default());
    let told = NAMES.iter().filter_map(|(column, name)| Some((Cow::Borrowed(*name), Told::text(take(*column)?))));
    parsed.fields.extend(told);
    Some(parsed)
}

/// The columns of a text. A quote within one is written twice; the last may go on in the next line.
fn columns(text: &str) -> Vec<Cow<'_, str>> {
    let (mut columns, mut rest) = (Vec::with_capacity(COLUMNS), Some(text));
    while let Some(text) = rest.filter(|_| columns.len() < COLUMNS) {
        let Some(quoted) = text.strip_prefix('"') else {
            let end = memchr::memchr(b',', text.as_bytes());
            columns.push(Cow::Borrowed(&text[..end.unwrap_or(text.len())]));
            rest = end.map(|end| &text[end + 1..]);
            continue;
        };
        let (mut end, mut is_escaped) = (quoted.len(), false);
        let mut quotes = memchr::memchr_iter(b'"', quoted.as_bytes()).peekable();
        while let Some(quote) = quotes.next() {
            if quotes.next_if_eq(&(quote + 1)).is_none() {
                end = quote;
                break;
            }
            is_escaped = true;
        }
        let told = &quoted[..end];
        columns.push(if is_escaped { Cow::Owned(told.replace("\"\"", "\"")) } else { Cow::Borrowed(told) });
        rest = quoted.get(end + 1..).and_then(|after| after.strip_prefix(','));
    }
    columns
}
