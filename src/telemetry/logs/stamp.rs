//! The time at the front of a line of text, in whatever form: a moment, or a time without its date, year or a zone that is
//! known.

use super::clock::{self, Clock};
use super::time::{self, Exact};
use super::{
    dates,
    format::{Parsed, Told},
};

/// What the front of a line tells of its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stamp {
    At(Exact),
    Clock(Clock),
}

impl Stamp {
    /// Tells it of a line, of a text that begins with it and goes on with this.
    pub(super) fn put<'a>(self, text: &'a str, after: &str, parsed: &mut Parsed<'a>) {
        match self {
            Stamp::At(at) => parsed.at = Some(at),
            Stamp::Clock(clock) => parsed.clock = Some(clock),
        }
        // Which moment it is nobody can say, so it stays as it is written.
        if self == Stamp::Clock(Clock::Elsewhere) {
            parsed.fields.push(("time".into(), Told::text(&text[..text.len() - after.len()])));
        }
    }
}

/// The time at the front of a text, and what follows it.
pub(super) fn front(text: &str) -> Option<(Stamp, &str)> {
    dated(text).or_else(|| {
        let found = epoch(text).map(|(at, rest)| (Stamp::At(at), rest));
        let day = || clock::of_any_day(text).filter(|(_, _, rest)| ends(rest));
        let found = found.or_else(|| day().map(|(ns, _, rest)| (Stamp::Clock(Clock::Day(ns)), rest)));
        found.or_else(|| month_and_day(text))
    })
}

/// The same where it has its date.
pub(super) fn dated(text: &str) -> Option<(Stamp, &str)> {
    let (at, rest) = time::zoned(text).or_else(|| dates::zoned(text))?;
    Some((at.map_or(Stamp::Clock(Clock::Elsewhere), Stamp::At), rest))
}

/// Whether a time ends where this follows.
pub(super) fn ends(after: &str) -> bool {
    after.is_empty() || after.starts_with([' ', '\t', ']', '|'])
}

/// Seconds (ten digits, with or without a fraction) or ms (thirteen) since the epoch, from 2014 on: any other number is one.
fn epoch(text: &str) -> Option<(Exact, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 1 {
        return power(text);
    }
    if !matches!(digits, 10 | 13) {
        return None;
    }
    let fraction = text[digits..].strip_prefix('.').map_or(0, |f| f.bytes().take_while(u8::is_ascii_digit).count());
    let end = digits + if fraction > 0 { fraction + 1 } else { 0 };
    let at = time::by_number(&text[..end])?;
    ((1_400_000_000_000..4_200_000_000_000).contains(&at.at.0) && ends(&text[end..])).then(|| (at, &text[end..]))
}

/// Whether a time that stands there may as well be a count of what follows it: `1700000000 bytes sent`.
pub(super) fn may_count(text: &str, after: &str) -> bool {
    let word = after.strip_prefix(' ').unwrap_or(after);
    text[..text.len() - after.len()].bytes().all(|b| b.is_ascii_digit())
        && (after.is_empty() || word.starts_with(|c: char| c.is_alphanumeric()))
}

/// Words behind how long something takes: `00:00:05 elapsed`.
const LASTING: &[&str] =
    &["elapsed", "remaining", "left", "total", "duration", "ago", "eta", "passed", "spent", "since", "of", "/"];

/// Whether a time of day that stands there may as well be how long something takes: nothing follows, or a word of that.
pub(super) fn may_last(text: &str, after: &str) -> bool {
    let word = after.trim_start().split([' ', '\t']).next().unwrap_or_default();
    let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | '.' | ':' | ';'));
    let is_day = text.as_bytes().get(2) == Some(&b':')
        && text[..text.len() - after.len()].ends_with(|c: char| c.is_ascii_digit());
    is_day && (after.trim().is_empty() || LASTING.iter().any(|it| word.eq_ignore_ascii_case(it)))
}

/// `1.795723200123e+09`, as Go writes such seconds: zap's.
fn power(text: &str) -> Option<(Exact, &str)> {
    let fraction = text[1..].strip_prefix('.')?;
    let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
    // `1.5e+09 bytes` are no time: of seconds there are more digits.
    let rest =
        fraction[count..].strip_prefix("e+09").filter(|rest| ends(rest) && (count > 5 || rest.starts_with('\t')))?;
    let digits = format!("{}{:0<9}", &text[..1], &fraction[..count]);
    let at = time::by_number(&format!("{}.{}", &digits[..10], &digits[10..]))?;
    (1_400_000_000_000..4_200_000_000_000).contains(&at.at.0).then_some((at, rest))
}

/// `11-26 07:00:00.123`, as Android writes it.
fn month_and_day(text: &str) -> Option<(Stamp, &str)> {
    let [a @ b'0'..=b'1', b, b'-', c @ b'0'..=b'3', d, b' ', ..] = text.as_bytes() else { return None };
    let number =
        |high: &u8, low: &u8| low.is_ascii_digit().then(|| u32::from(high - b'0') * 10 + u32::from(low - b'0'));
    let (month, day) = (number(a, b)?, number(c, d)?);
    let (ns, rest) = clock::of_day(&text[6..])?;
    ((1..=12).contains(&month) && (1..=31).contains(&day) && ends(rest))
        .then_some((Stamp::Clock(Clock::Year(month, day, ns)), rest))
}
