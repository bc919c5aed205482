//! Lines whose front is like no other's: Redis' (`1:M 26 Nov 2026 07:00:00.123 # text`), where a sign is the level, those of
//! Go's logrus on a terminal (`ERRO[0012] text`), NestJS' (`nest`), and those of loggers of Java without a time (`threads`).

use super::{Parsed, Told, jvm, nest, threads};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{ids, stamp};

/// Reads a line.
pub(super) fn read(text: &str) -> Option<Parsed<'_>> {
    // Cheap to say no.
    let mut parsed = match text.as_bytes() {
        [b'0'..=b'9', ..] => redis(text).or_else(|| threads::since_start(text))?,
        [b'A'..=b'Z', _, _, _, b'[', ..] => logrus(text)?,
        [b'[', b'N', b'e', b's', b't', b']', ..] => nest::read(text)?,
        [b'[', b'0'..=b'9', ..] => jvm::read(text)?,
        [b'[', b'a'..=b'z' | b'A'..=b'Z', ..] => threads::read(text)?,
        [b'n', b'p', b'm', b' ', ..] => npm(text)?,
        _ => return None,
    };
    if let Some((trace, span)) = ids::of_text(text) {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
    Some(parsed)
}

fn redis(text: &str) -> Option<Parsed<'_>> {
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let [b':', b'M' | b'S' | b'C' | b'X', b' ', ..] = text.as_bytes().get(digits..)? else { return None };
    let (stamp, after) = stamp::dated(&text[digits + 3..])?;
    let rest = after.strip_prefix(' ')?;
    let level = match rest.as_bytes() {
        [b'.', b' ', ..] => Level::Debug,
        [b'-' | b'*', b' ', ..] => Level::Info,
        [b'#', b' ', ..] => Level::Warn,
        _ => return None,
    };
    let mut parsed = Parsed { format: LogFormat::Plain, level, ..Parsed::default() };
    stamp.put(&text[digits + 3..], after, &mut parsed);
    parsed.fields.push(("pid".into(), Told::text(&text[..digits])));
    parsed.fields.push(("role".into(), Told::text(&text[digits + 1..digits + 2])));
    parsed.message = Some(rest[2..].trim_end().into());
    Some(parsed)
}

fn logrus(text: &str) -> Option<Parsed<'_>> {
    let level = match &text.as_bytes()[..4] {
        b"TRAC" => Level::Trace,
        b"DEBU" => Level::Debug,
        b"INFO" => Level::Info,
        b"WARN" => Level::Warn,
        b"ERRO" => Level::Error,
        b"FATA" | b"PANI" => Level::Fatal,
        _ => return None,
    };
    let (told, message) = text[5..].split_once(']')?;
    let mut parsed = Parsed { format: LogFormat::Plain, level, ..Parsed::default() };
    if told.len() >= 4 && told.bytes().all(|b| b.is_ascii_digit()) {
        // Seconds since it was started.
        parsed.fields.push(("elapsed".into(), Told::text(told)));
    } else {
        stamp::dated(told).filter(|(_, rest)| rest.is_empty())?.0.put(told, "", &mut parsed);
    }
    parsed.message = Some(message.trim().into());
    Some(parsed)
}

/// `npm ERR! code ELIFECYCLE`, `npm warn deprecated x`: npm's own lines, whose level is its second word.
fn npm(text: &str) -> Option<Parsed<'_>> {
    let level = match text[4..].split(' ').next()? {
        "ERR!" | "error" => Level::Error,
        "WARN" | "warn" => Level::Warn,
        "notice" | "info" | "http" => Level::Info,
        _ => return None,
    };
    Some(Parsed { format: LogFormat::Plain, level, message: Some(text.trim_end().into()), ..Parsed::default() })
}
