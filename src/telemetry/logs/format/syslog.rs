//! Syslog's lines, as its daemons write them to files and pipes: RFC 5424 (`<131>1 2026-11-23T06:34:35Z host app 12 - - text`)
//! and RFC 3164 (`<131>Nov 26 07:00:01 host app[12]: text`, in files mostly without its number in front). The number tells the
//! level; who says it is the program. Not a receiver of syslog.

use std::borrow::Cow;

use super::{Parsed, Told, plain};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{
    clock::{self, Clock},
    keys::{self, Field, Known},
    level, time,
};

/// The bytes of a number that says facility and severity, and of a name, at most.
const PRIORITY: usize = 3;
const LONGEST_NAME: usize = 64;

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let text = text.trim_end_matches(['\0', '\r']);
    let (level, rest) = match text.strip_prefix('<') {
        Some(rest) => {
            let (number, rest) = rest.split_once('>')?;
            let digits = number.len() <= PRIORITY && number.bytes().all(|b| b.is_ascii_digit());
            let priority: i64 = number.parse().ok().filter(|priority| digits && *priority <= 191)?;
            (level::by_syslog(priority % 8), rest)
        }
        None => (None, text),
    };
    let mut parsed = match (rest.strip_prefix("1 "), level) {
        (Some(rest), Some(_)) => new(rest, known).or_else(|| old(rest)),
        _ => old(rest),
    }
    // Some programs send the number and nothing else.
    .or_else(|| level.map(|_| Parsed { message: Some(rest.into()), ..Parsed::default() }))?;
    parsed.format = LogFormat::Syslog;
    parsed.level = level.unwrap_or_else(|| parsed.message.as_deref().map_or(Level::Unknown, plain::level_of));
    Some(parsed)
}

/// RFC 5424, behind its version.
fn new<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let mut words = text.splitn(6, ' ');
    let mut next = || words.next().map(|word| Some(word).filter(|word| *word != "-"));
    let (at, host, app, process, message_id) = (next()?, next()?, next()?, next()?, next()?);
    let at = match at {
        None => None,
        Some(at) => Some(time::by_text(at)?),
    };
    let (mut fields, mut rest) = (Vec::new(), words.next()?);
    if let Some(after) = rest.strip_prefix('-') {
        rest = after;
    } else {
        while let Some(element) = rest.strip_prefix('[') {
            rest = params(element, &mut fields)?;
        }
    }
    // What its own data mean: an id of a trace is one here, too.
    let mut parsed = keys::read(fields, LogFormat::Syslog, known);
    parsed.at = at;
    parsed.service = app.map(Cow::Borrowed).or(parsed.service);
    let message = rest.trim_start().trim_start_matches('\u{feff}').trim_end();
    parsed.message = Some(message.into());
    for (key, told) in [("host", host), ("pid", process), ("msgid", message_id)] {
        parsed.fields.extend(told.map(|told| (key.into(), Told::text(told))));
    }
    Some(parsed)
}

/// `id name="value" name="value"]`, and what follows it.
fn params<'a>(text: &'a str, fields: &mut Vec<Field<'a>>) -> Option<&'a str> {
    let end = text.find([' ', ']'])?;
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix(']') {
            return Some(after);
        }
        let (name, value) = rest.split_once("=\"")?;
        let mut escaped = false;
        let end = value.bytes().position(|b| {
            let ends = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            ends
        })?;
        let text = &value[..end];
        let text = match text.contains('\\') {
            false => Cow::Borrowed(text),
            true => Cow::Owned(text.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\")),
        };
        fields.push(Field::text(Cow::Borrowed(name), text));
        rest = &value[end + 1..];
    }
}

/// RFC 3164: no year, and no more order than its time at the front.
fn old(text: &str) -> Option<Parsed<'_>> {
    let month = clock::month(text.get(..3)?)?;
    let day = text.get(3..6)?.strip_prefix(' ')?.trim_start();
    let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let (ns, rest) = clock::of_day(text.get(6..)?.strip_prefix(' ')?)?;
    let (host, rest) = rest.strip_prefix(' ')?.split_once(' ')?;
    let mut parsed = Parsed { clock: Some(Clock::Year(month, day, ns)), ..Parsed::default() };
    let told = |key: &'static str, text| (Cow::Borrowed(key), Told::text(text));
    parsed.fields.push(told("host", host));
    let mut message = rest;
    if let Some((tag, after)) = rest.split_once(':')
        && (after.is_empty() || after.starts_with(' '))
        && !tag.is_empty()
        && tag.len() <= LONGEST_NAME
        && !tag.contains(' ')
    {
        let (name, process) = match tag.strip_suffix(']').and_then(|tag| tag.split_once('[')) {
            Some((name, process)) => (name, Some(process)),
            None => (tag, None),
        };
        parsed.service = Some(name.into()).filter(|_| !name.is_empty());
        parsed.fields.extend(process.map(|process| told("pid", process)));
        message = after.strip_prefix(' ').unwrap_or(after);
    }
    parsed.message = Some(message.trim_end().into());
    Some(parsed)
}
