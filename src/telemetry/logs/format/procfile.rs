//! Lines behind the names of processes that one program runs: foreman's and honcho's (`07:00:00 web.1  | text`), pm2's
//! (`0|api  | text`). Overmind's are as those of compose.

use std::borrow::Cow;

use super::{Parsed, Told, within};
use crate::telemetry::logs::{
    clock::{self, Clock},
    keys::Known,
};

/// A time of day with the blank behind it, in bytes.
const TIME: usize = 9;

/// Reads a line that begins with a digit.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    match text.as_bytes() {
        [_, _, b':', _, _, b':', _, _, b' ', ..] => foreman(text, known),
        [_, b'|', ..] | [_, _, b'|', ..] => pm2(text, known),
        _ => None,
    }
}

/// The name that stands before a bar, and what is behind that: blanks are between them.
fn named(text: &str) -> Option<(&str, &str)> {
    let end = memchr::memchr(b' ', text.as_bytes().get(..within::LONGEST).unwrap_or(text.as_bytes()))?;
    let (name, rest) = text.split_at(end);
    let line = rest.trim_start_matches(' ').strip_prefix('|').filter(|_| within::is_name(name))?;
    match line.strip_prefix(' ') {
        Some(line) => Some((name, line)),
        None => line.is_empty().then_some((name, line)),
    }
}

fn foreman<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (ns, _) = clock::of_day(text.get(..TIME)?).filter(|(_, rest)| *rest == " ")?;
    let (name, line) = named(text.get(TIME..)?)?;
    // Any logger may have a bar behind a word: the processes are numbered.
    let number = name.rsplit_once('.').filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    if number.is_none() && name != "system" {
        return None;
    }
    let mut parsed = process(name, number.map(|(service, _)| service), line, known)?;
    if parsed.at.is_none() {
        parsed.clock = parsed.clock.or(Some(Clock::Day(ns)));
    }
    Some(parsed)
}

fn pm2<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (number, rest) = text.split_once('|').filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()))?;
    let (name, line) = named(rest)?;
    // Two of one name are told apart by their numbers.
    let tag = &text[..number.len() + 1 + name.len()];
    process(tag, Some(name), line, known)
}

/// What a process says, read for itself.
fn process<'a>(tag: &'a str, name: Option<&'a str>, line: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let mut parsed = within::timed(line, known).or_else(|| within::any(line, known))?;
    parsed.service = parsed.service.or(name.map(Cow::Borrowed));
    parsed.fields.push(("process".into(), Told::text(tag)));
    Some(within::tagged(parsed, tag, line))
}
