//! Syslog's lines, as its daemons write them to files and pipes: RFC 5424 (`<131>1 2026-11-23T06:34:35Z host app 12 - - text`)
//! and RFC 3164 (`<131>Nov 26 07:00:01 host app[12]: text`, in files mostly without its number in front). The number tells the
//! level; who says it is the program. Not a receiver of syslog.

use std::borrow::Cow;

use super::{Parsed, Told, access, plain, requests, within};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{
    clock::{self, Clock},
    dates, ids,
    keys::{self, Field, Known},
    level,
    time::{self, Exact},
};

/// The bytes of a number that says facility and severity, and of a name, at most.
const PRIORITY: usize = 3;
const LONGEST_NAME: usize = 64;
/// The bytes of a whole time with the blank behind it, at most: to the microsecond, with a zone.
const LONGEST_TIME: usize = 33;

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
    parsed.level = level.unwrap_or(Level::Unknown);
    said(&mut parsed, known);
    Some(parsed)
}

/// What the text of a line says by itself: a line of a shape of its own; a level, where the line tells none; a trace.
fn said<'a>(parsed: &mut Parsed<'a>, known: &mut Known) {
    let Some(Cow::Borrowed(message)) = parsed.message else { return };
    // By this mark rsyslog knows that JSON follows.
    let text = message.trim_start();
    let text = text.strip_prefix("@cee:").unwrap_or(text);
    let access = text.starts_with(|c: char| c.is_ascii_digit()).then(|| access::read(text, known)).flatten();
    if let Some(inner) = access.or_else(|| within::shaped(text, known)) {
        parsed.is_told = true;
        return within::put(inner, parsed);
    }
    let _ = requests::put(message, parsed);
    let level = plain::level_of(message);
    parsed.is_told = level != Level::Unknown;
    if parsed.level == Level::Unknown {
        parsed.level = level;
    }
    if parsed.trace.is_none()
        && let Some((trace, span)) = ids::of_text(message)
    {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
}

/// RFC 5424, behind its version.
fn new<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let mut words = text.splitn(6, ' ');
    let mut next = || words.next().map(|word| Some(word).filter(|word| *word != "-"));
    let (at, host, app, process, message_id) = (next()?, next()?, next()?, next()?, next()?);
    // Of whom it is, are host, name and process, as they stand there: two of one name write among each other.
    let by = text.split_once(' ').map_or("", |(_, rest)| rest);
    let end = by.match_indices(' ').nth(2).map_or(by.len(), |(end, _)| end);
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
    parsed.tag = app.map(|_| by[..end].into());
    parsed.service = app.map(Cow::Borrowed).or(parsed.service);
    let message = rest.strip_prefix(' ').unwrap_or(rest).trim_start_matches('\u{feff}').trim_end();
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

/// RFC 3164: no year, and no more order than its time at the front; rsyslog and journalctl also write a whole time there.
fn old(text: &str) -> Option<Parsed<'_>> {
    let mut parsed = Parsed::default();
    let rest = match text.as_bytes().first()? {
        b'0'..=b'9' => {
            let (at, rest) = whole_time(text)?;
            parsed.at = Some(at);
            rest
        }
        _ => {
            let month = clock::month(text.get(..3)?)?;
            let day = text.get(3..6)?.strip_prefix(' ')?.trim_start();
            let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
            let rest = text.get(6..)?.strip_prefix(' ')?;
            // Some tell the year behind the day.
            if let Some((at, rest)) = dates::front(text) {
                parsed.at = Some(at);
                rest
            } else {
                let (ns, rest) = clock::of_day(rest)?;
                parsed.clock = Some(Clock::Year(month, day, ns));
                rest
            }
        }
    };
    let behind = rest.strip_prefix(' ')?;
    let (host, rest) = behind.split_once(' ')?;
    // Some programs write such a time, and no host: who says it follows, or the level.
    if parsed.at.is_none() && (host.ends_with(':') || plain::level_of(behind) != Level::Unknown) {
        parsed.message = Some(behind.trim_end().into());
        put_tag(behind, behind, &mut parsed);
        return Some(parsed);
    }
    if let Some(dyno) = parsed.at.and_then(|_| heroku(host)) {
        parsed.service = Some(dyno.0.into());
        parsed.fields.push(("dyno".into(), Told::text(dyno.1)));
        parsed.message = Some(rest.trim_end().into());
        return Some(parsed);
    }
    parsed.fields.push(("host".into(), Told::text(host)));
    parsed.message = Some(rest.trim_end().into());
    put_tag(rest, behind, &mut parsed);
    Some(parsed)
}

/// Takes who says it from the front of a text, and leaves the rest as the message; `behind`: the same with its host in front.
fn put_tag<'a>(text: &'a str, behind: &'a str, parsed: &mut Parsed<'a>) {
    let Some((name, process, after)) = tag(text).filter(|(name, ..)| level::by_word(name).is_none()) else { return };
    parsed.tag = Some(behind[..behind.len() - after.len()].into());
    parsed.service = Some(name.into()).filter(|_| !name.is_empty());
    parsed.fields.extend(process.map(|process| ("pid".into(), Told::text(process))));
    parsed.message = Some(after.strip_prefix(' ').unwrap_or(after).trim_end().into());
}

/// The time of `2026-11-26T07:00:00.123456+00:00 host app[12]: text`, and what follows it. So that no other line with such a
/// time is taken for one, who says it has to have its pid, or the time be as rsyslog writes it.
fn whole_time(text: &str) -> Option<(Exact, &str)> {
    // Cheap to say no.
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let blank = memchr::memchr(b' ', text.as_bytes().get(..LONGEST_TIME).unwrap_or(text.as_bytes()))?;
    let (host, rest) = text[blank + 1..].split_once(' ')?;
    if heroku(host).is_none() {
        let (name, process, _) = tag(rest)?;
        let is_rsyslogs = || blank == LONGEST_TIME - 1 && matches!(text.as_bytes()[26], b'+' | b'-');
        let is_host = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':'));
        if name.is_empty() || !is_host || host.ends_with(':') || plain::level_of(host) != Level::Unknown {
            return None;
        }
        if process.is_none_or(|process| !process.bytes().all(|b| b.is_ascii_digit())) && !is_rsyslogs() {
            return None;
        }
    }
    let (at, after) = time::front(&text[..blank])?;
    after.is_empty().then_some((at, &text[blank..]))
}

/// `app[web.1]:`, as Heroku names who says it.
fn heroku(word: &str) -> Option<(&str, &str)> {
    let (name, dyno) = word.strip_suffix("]:")?.split_once('[')?;
    matches!(name, "app" | "heroku").then_some((name, dyno))
}

/// The name, and the pid, of who says it: `app[12]:`, `app:`. What follows them.
fn tag(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = memchr::memchr2(b':', b' ', text.as_bytes().get(..=LONGEST_NAME).unwrap_or(text.as_bytes()))?;
    let (tag, after) = (&text[..end], text[end..].strip_prefix(':')?);
    if tag.is_empty() || !(after.is_empty() || after.starts_with(' ')) {
        return None;
    }
    Some(match tag.strip_suffix(']').and_then(|tag| tag.split_once('[')) {
        Some((name, process)) => (name, Some(process), after),
        None => (tag, None, after),
    })
}
