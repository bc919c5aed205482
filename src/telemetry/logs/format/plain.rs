//! Lines of text: the time and the level that stand at the front, in the patterns that frameworks have by default; Spring
//! Boot's and logback's also with thread and logger. A time may be one of day, or seconds or ms since the epoch. A level is
//! only what is written as one, never the mood of the text.

use std::borrow::Cow;

use super::{Parsed, Told, front};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{
    clock::{self, Clock},
    ids,
    keys::Known,
    time::{self, Exact},
};

/// Reads any line.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    match without_colours(text) {
        Cow::Borrowed(text) => Some(bare(text)),
        Cow::Owned(text) => Some(bare(&text).into_owned()),
    }
}

fn bare(text: &str) -> Parsed<'_> {
    let mut parsed = Parsed { format: LogFormat::Plain, ..Parsed::default() };
    let begin = text.trim_start().trim_start_matches('[');
    let mut rest = text;
    if let Some((at, after)) = time::front(begin).or_else(|| epoch(begin)) {
        parsed.at = Some(at);
        rest = after.trim_start_matches(']');
    } else if let Some((ns, after)) = clock::of_day(begin).filter(|(_, after)| ends(after)) {
        parsed.clock = Some(Clock::Day(ns));
        rest = after.trim_start_matches(']');
    }
    let is_timed = parsed.at.is_some() || parsed.clock.is_some();
    let found = if is_timed { front::behind_time(rest, &mut parsed.fields) } else { front::first(rest) };
    let message = match found {
        Some((level, after)) => {
            parsed.level = level;
            let after = sleuth(after, &mut parsed).unwrap_or(after);
            let read = spring(after, &mut parsed).or_else(|| logback(after, &mut parsed));
            let is_open = is_timed && begin.len() < text.trim_start().len() && !rest.starts_with(['[', ']']);
            read.or_else(|| rust(after, &mut parsed).filter(|_| is_open)).unwrap_or(after)
        }
        None => rest,
    };
    let message = if is_timed || parsed.level != Level::Unknown { without_marks(message) } else { message };
    if parsed.trace.is_none()
        && let Some((trace, span)) = ids::of_text(text)
    {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
    parsed.message = Some(message.trim_end().into());
    parsed
}

/// The text behind what parts it from its front. Dashes part where they stand alone: others are the text's.
fn without_marks(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '|' | ':' | ']'));
        let after = rest.trim_start_matches('-');
        if after.len() == rest.len() || !(after.is_empty() || after.starts_with(char::is_whitespace)) {
            return rest;
        }
        rest = after;
    }
}

/// The level that a text tells at its front.
pub(super) fn level_of(text: &str) -> Level {
    front::first(text).map_or(Level::Unknown, |(level, _)| level)
}

/// Whether a time ends where this follows.
fn ends(after: &str) -> bool {
    after.is_empty() || after.starts_with([' ', '\t', ']', '|'])
}

/// Seconds (ten digits, with or without a fraction) or ms (thirteen) since the epoch, from 2014 on: any other number is one.
fn epoch(text: &str) -> Option<(Exact, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(digits, 10 | 13) {
        return None;
    }
    let fraction = text[digits..].strip_prefix('.').map_or(0, |f| f.bytes().take_while(u8::is_ascii_digit).count());
    let end = digits + if fraction > 0 { fraction + 1 } else { 0 };
    let at = time::by_number(&text[..end])?;
    ((1_400_000_000_000..4_200_000_000_000).contains(&at.at.0) && ends(&text[end..])).then(|| (at, &text[end..]))
}

/// What logback writes where nobody told it how: `[main] DEBUG logger - message`. The message of such a line.
fn logback<'a>(after: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    if parsed.fields.last()?.0 != "thread" {
        return None;
    }
    let (logger, message) = after.trim_start().split_once(" - ")?;
    let logger = logger.trim_end();
    if logger.is_empty() || logger.starts_with('[') || logger.contains(char::is_whitespace) {
        return None;
    }
    parsed.fields.push(("logger".into(), Told::text(logger)));
    Some(message)
}

/// What Rust's `env_logger` writes: `[time LEVEL target] message`. The message of such a line.
fn rust<'a>(after: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let (target, message) = after.trim_start().split_once("] ")?;
    if target.is_empty() || target.contains(|c: char| c.is_whitespace() || c == '[') {
        return None;
    }
    parsed.fields.push(("logger".into(), Told::text(target)));
    Some(message)
}

/// What Sleuth, and Boot 3's first tracing, put behind the level: `[orders,4bf9…,00f0…]`. What follows it.
fn sleuth<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let (told, after) = text.trim_start().strip_prefix('[')?.split_once(']')?;
    let mut parts = told.split(',').map(str::trim);
    let (name, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let ids = ids::trace("", trace);
    if ids.is_none() && !(trace.is_empty() && span.is_empty()) || name.contains(char::is_whitespace) {
        return None;
    }
    parsed.service = Some(name).filter(|name| !name.is_empty()).map(Cow::Borrowed);
    (parsed.trace, parsed.span) = (ids.map(|(trace, _)| trace), ids::span("", span));
    Some(after)
}

/// Spring Boot's own pattern: `1234 --- [orders] [main] o.s.Logger  : message`. The message of such a line.
fn spring<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let (pid, rest) = text.trim_start().split_once(" --- ")?;
    if pid.is_empty() || !pid.trim().bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (front, message) = rest.split_once(" : ")?;
    parsed.format = LogFormat::Spring;
    let mut names = Vec::new();
    let mut front = front.trim();
    while let Some((name, after)) = front.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        names.push(name.trim());
        front = after.trim();
    }
    // The ids of both, where there are any: `[4bf9…-00f0…]`.
    if let Some(place) = names.iter().position(|name| name.len() == 49 && name.as_bytes()[32] == b'-')
        && let Some((trace, _)) = ids::trace("", &names[place][..32])
    {
        (parsed.trace, parsed.span) = (Some(trace), ids::span("", &names[place][33..]));
        names.remove(place);
    }
    while names.len() > 1 && names.last().is_some_and(|name| name.is_empty()) {
        names.pop();
    }
    // Two brackets: the application's name stands before its thread's.
    if names.len() > 1 {
        parsed.service = Some(names.remove(0)).filter(|name| !name.is_empty()).map(Cow::Borrowed);
    }
    let thread = names.into_iter().next().map(|name| ("thread".into(), Told::text(name)));
    parsed.fields.push(("pid".into(), Told::text(pid.trim())));
    parsed.fields.extend(thread);
    if !front.is_empty() {
        parsed.fields.push(("logger".into(), Told::text(front)));
    }
    Some(message)
}

/// The text without sequences that only change colours.
fn without_colours(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\x1b', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        let sequence = &rest[start + 2..];
        let length = sequence.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(sequence.len());
        let is_colour = sequence[length..].starts_with('m');
        let end = start + 2 + if is_colour { length + 1 } else { 0 };
        out.push_str(&rest[..if is_colour { start } else { end }]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
