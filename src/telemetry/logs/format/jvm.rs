//! What the JVM logs of itself since Java 9, with what it is told to put in front: `[0.123s][info][gc] Using G1`,
//! `[2026-11-26T10:00:00.123+0000][7][9][info][gc,start    ] GC(0) Pause Young`.

use super::{Parsed, Told};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{stamp, time};

/// What stands before the level at most: two times, two since the start, the process, the thread.
const MOST: usize = 6;

/// Reads a line.
pub(super) fn read(text: &str) -> Option<Parsed<'_>> {
    let (mut before, mut count, mut rest) = ([""; MOST], 0, text);
    // First whether it is one: what others write so begins with a time that is dear to read.
    let level = loop {
        let (told, after) = rest.strip_prefix('[')?.split_once(']').filter(|(_, after)| after.starts_with('['))?;
        rest = after;
        if let Some(level) = level(told.trim_end()).filter(|_| count > 0) {
            break level;
        }
        *before.get_mut(count)? = told;
        count += 1;
    };
    let (tags, message) = rest[1..].split_once(']')?;
    let tags = tags.trim_end();
    let is_tag = |tag: &str| !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !tags.split(',').all(is_tag) {
        return None;
    }
    let mut parsed = Parsed { format: LogFormat::Plain, level, ..Parsed::default() };
    for told in &before[..count] {
        decoration(told, &mut parsed)?;
    }
    parsed.fields.push(("logger".into(), Told::text(tags)));
    parsed.message = Some(message.trim().into());
    Some(parsed)
}

fn level(word: &str) -> Option<Level> {
    Some(match word {
        "trace" => Level::Trace,
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warning" => Level::Warn,
        "error" => Level::Error,
        _ => return None,
    })
}

/// Takes what stands before the level; `None` where that is nothing of the JVM's.
fn decoration<'a>(told: &'a str, parsed: &mut Parsed<'a>) -> Option<()> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if told.as_bytes().get(10) == Some(&b'T') {
        stamp::dated(told).filter(|(_, rest)| rest.is_empty())?.0.put(told, "", parsed);
    } else if is_number(told) {
        let is_second = parsed.fields.iter().any(|(key, _)| key == "pid");
        parsed.fields.push((if is_second { "thread" } else { "pid" }.into(), Told::text(told)));
    } else {
        let number = ["ms", "ns", "s"].iter().find_map(|unit| told.strip_suffix(unit)).filter(|it| is_number(it))?;
        // Of so many digits they are since the epoch.
        match time::by_number(number).filter(|_| number.len() >= 13) {
            Some(at) => parsed.at = Some(at),
            None => parsed.fields.push(("elapsed".into(), Told::text(told))),
        }
    }
    Some(())
}
