//! Lines of text: the time and the level that stand at the front, in the patterns that frameworks have by default; Spring
//! Boot's and logback's also with thread and logger. A time may be one of day, or seconds or ms since the epoch. A level is
//! only what is written as one, never the mood of the text.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use super::{Parsed, Told, daemons, front, named, requests};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{
    clock::{self, Clock},
    ids,
    keys::Known,
    level,
    stamp::{self, Stamp},
    time,
};

/// Reads any line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    match without_colours(text) {
        Cow::Borrowed(text) => Some(bare(text, known)),
        Cow::Owned(text) => Some(bare(&text, known).into_owned()),
    }
}

fn bare<'a>(text: &'a str, known: &mut Known) -> Parsed<'a> {
    if let Some(parsed) = daemons::read(text) {
        return parsed;
    }
    let mut parsed = Parsed { format: LogFormat::Plain, ..Parsed::default() };
    let (worker, whole) = named::worker(text.trim_start());
    let begin = whole.trim_start_matches('[');
    let is_open = begin.len() < whole.len();
    let (mut rest, mut is_timed, mut is_boxed) = (text, true, is_open);
    let found;
    if let Some((stamp, after)) = stamp::front(begin) {
        stamp.put(begin, after, &mut parsed);
        rest = after.trim_start_matches(']');
        found = named::behind_time(rest, &mut parsed.fields)
            .or_else(|| front::behind_time(rest, &mut parsed.fields))
            .or_else(|| front::column(rest));
        // A number alone may count anything, but where others of the source are times.
        let may_count = !is_open && stamp::may_count(begin, after);
        known.are_numbers_times |= may_count && found.is_some();
        // So may a time of day; one of hour 0 also where others are, since most last that long.
        let may_last = parsed.clock.is_some() && !is_open && found.is_none() && stamp::may_last(begin, after);
        known.are_days_times |= parsed.clock.is_some() && !may_last;
        let lasts = may_last && (begin.starts_with("00:") || !known.are_days_times);
        if lasts || found.is_none() && may_count && !known.are_numbers_times {
            parsed = Parsed { format: LogFormat::Plain, ..Parsed::default() };
            (rest, is_timed) = (text, false);
        }
    } else if let Some((level, after)) = front::first(text) {
        let timed = before_time(after, &mut parsed);
        (is_timed, is_boxed) = (timed.is_some(), after.trim_start().starts_with('['));
        rest = timed.unwrap_or(after);
        found = Some((level, rest));
    } else if let Some((level, after)) = front::said(text)
        && let Some(timed) = before_time(after, &mut parsed)
    {
        rest = timed;
        found = Some((level, timed));
    } else if let Some((level, after)) = tornado(begin, &mut parsed).filter(|_| is_open) {
        rest = after;
        found = Some((level, after));
    } else {
        is_timed = false;
        found = named::request(text);
    }
    parsed.fields.extend(worker.map(|worker| ("worker".into(), Told::text(worker))));
    // PostgreSQL's: what goes on with a line bears its pid.
    if let (Some((_, after)), Some((_, pid))) =
        (found, parsed.fields.iter().find(|(key, _)| key != "time").filter(|(key, _)| key == "pid"))
        && let Cow::Borrowed(pid) = pid.text
        && (text[..text.len() - after.len()].ends_with(':') && after.starts_with("  ") || is_more(after))
    {
        (parsed.tag, parsed.is_told) = (Some(pid.into()), true);
    }
    let message = match found {
        Some((level, after)) => {
            parsed.level = level;
            let after = sleuth(after, &mut parsed).unwrap_or(after);
            let after = if is_boxed && is_timed { pino(after, &mut parsed).unwrap_or(after) } else { after };
            let read = spring(after, &mut parsed).or_else(|| logback(after, &mut parsed));
            let is_open = is_timed && is_open && !rest.starts_with(['[', ']']);
            read.or_else(|| is_open.then(|| rust(after, &mut parsed))?).unwrap_or(after)
        }
        None => rest.strip_prefix([',', ';']).filter(|_| is_timed).unwrap_or(rest),
    };
    let message = if is_timed || parsed.level != Level::Unknown { without_marks(message) } else { message };
    if parsed.trace.is_none()
        && let Some((trace, span)) = ids::of_text(text)
    {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
    let message = requests::put(message.trim_end(), &mut parsed);
    parsed.message = Some(message.into());
    parsed
}

fn is_more(after: &str) -> bool {
    after.split_once(':').is_some_and(|(word, _)| front::goes_on(word))
}

/// Takes the time that stands behind the level, where a thread may be between them: `INFO  [main] 2026-11-26 07:00:00,123`.
/// What follows it. A time of day is one in brackets, as pino-pretty has it with `levelFirst`; alone it is the text's.
fn before_time<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let begin = |text: &'a str| {
        let text = text.trim_start_matches([':', ']', '|']).trim_start();
        let text = text.strip_prefix("- ").unwrap_or(text);
        text.strip_prefix('[').unwrap_or(text)
    };
    let first = begin(text);
    let is_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let (thread, rest) = match is_digit(first) {
        true => (None, first),
        false => {
            let (thread, rest) = text.trim_start().strip_prefix('[')?.split_once(']')?;
            (Some(thread).filter(|thread| thread.len() <= 64), begin(rest))
        }
    };
    let of_day = || {
        let is_in_brackets = text[..text.len() - rest.len()].ends_with('[');
        let (ns, _, after) =
            clock::of_any_day(rest).filter(|(_, _, after)| is_in_brackets && after.starts_with(']'))?;
        Some((Stamp::Clock(Clock::Day(ns)), after))
    };
    let (stamp, after) =
        Some(rest).filter(|rest| is_digit(rest)).and_then(|rest| stamp::dated(rest).or_else(of_day))?;
    stamp.put(rest, after, parsed);
    parsed.fields.extend(thread.map(|thread| ("thread".into(), Told::text(thread))));
    Some(after.trim_start_matches(']'))
}

/// `[I 2026-11-26 07:00:00.123 ServerApp] message`, and with a date of six digits, as Jupyter and Tornado write it.
fn tornado<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<(Level, &'a str)> {
    let [letter @ (b'D' | b'I' | b'W' | b'E' | b'C'), b' ', b'0'..=b'9', ..] = text.as_bytes() else { return None };
    let (stamp, after) = stamp::dated(&text[2..]).or_else(|| {
        let date = text.get(2..8).filter(|date| date.bytes().all(|b| b.is_ascii_digit()))?;
        let (stamp, after) = clock::of_day(text.get(8..)?.strip_prefix(' ')?)?;
        let number = |range: std::ops::Range<usize>| date[range].parse().ok();
        let at = time::of_date(2000 + number(0..2)?, number(2..4)?, number(4..6)?, stamp, after, 0)?;
        Some((Stamp::At(at.0?), at.1))
    })?;
    stamp.put(&text[2..], after, parsed);
    Some((level::by_letter(*letter)?, after))
}

/// Whether a text is such a one, behind its bracket.
pub(super) fn is_tornado(text: &str) -> bool {
    tornado(text, &mut Parsed::default()).is_some()
}

/// The text behind what parts it from its front. Dashes part where they stand alone: others are the text's.
fn without_marks(text: &str) -> &str {
    let mut rest = text.trim_start();
    // An address may begin with marks: `::1 - - [`.
    if rest.starts_with("::") && rest.split(' ').next().is_some_and(|word| word.parse::<Ipv6Addr>().is_ok()) {
        return rest;
    }
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

/// What logback writes where nobody told it how: `[main] DEBUG logger - message`, since 1.5 with what it knows besides between
/// two: `logger -- message`. The message of such a line.
fn logback<'a>(after: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    if !matches!(&*parsed.fields.last()?.0, "thread" | "pid") {
        return None;
    }
    let (logger, rest) = after.trim_start().split_once(' ')?;
    let rest = rest.trim_start();
    // A sentence may have two dashes, too.
    let is_class = logger.contains('.') || logger.starts_with(|c: char| c.is_ascii_uppercase());
    let message = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("-- ").filter(|_| is_class))?;
    // What begins as an address is a client's.
    let is_other = |c: char| c.is_ascii_digit() || matches!(c, '[' | ':');
    if logger.is_empty() || logger.starts_with(is_other) || logger.contains(char::is_whitespace) {
        return None;
    }
    parsed.fields.push(("logger".into(), Told::text(logger)));
    Some(message)
}

/// What Rust's `env_logger` writes: `[time LEVEL target] message`. The message of such a line.
fn rust<'a>(after: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let (target, message) = after.trim_start().split_once(' ')?;
    let target = target.strip_suffix(']')?;
    if target.is_empty() || target.contains(|c: char| c.is_whitespace() || c == '[') {
        return None;
    }
    parsed.fields.push(("logger".into(), Told::text(target)));
    Some(message)
}

/// What pino-pretty writes behind the level: `(1234): message`, `(orders/1234 on host): message`, and as much of that as it
/// is not told to leave out: `(orders): message`. The message of such a line.
fn pino<'a>(after: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let (told, message) = after.trim_start().strip_prefix('(')?.split_once("):")?;
    let (told, host) = match told.strip_prefix("on ") {
        Some(host) => ("", Some(host)),
        None => told.split_once(" on ").map_or((told, None), |(told, host)| (told, Some(host))),
    };
    let is_pid = |pid: &str| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
    let (name, pid) = match told.rsplit_once('/') {
        Some((name, pid)) if is_pid(pid) => (Some(name), Some(pid)),
        // A name of npm's may have a scope: `@acme/orders`.
        Some(_) if !told.starts_with('@') => return None,
        None if is_pid(told) => (None, Some(told)),
        _ => (Some(told).filter(|told| !told.is_empty()), None),
    };
    let is_word = |word: Option<&str>| word.is_none_or(|word| !word.is_empty() && !word.contains(char::is_whitespace));
    if !is_word(name) || !is_word(host) || name.or(pid).or(host).is_none() {
        return None;
    }
    parsed.service = name.map(Cow::Borrowed);
    parsed.fields.extend(pid.map(|pid| ("pid".into(), Told::text(pid))));
    parsed.fields.extend(host.map(|host| ("host".into(), Told::text(host))));
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
    // Cheap to say no: of most lines the pid is none.
    let text = text.trim_start();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (pid, rest) = text.split_once(" --- ")?;
    if !pid.trim().bytes().all(|b| b.is_ascii_digit()) {
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
pub(in super::super) fn without_colours(text: &str) -> Cow<'_, str> {
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
