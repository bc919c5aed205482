//! Ruby's own logger: `I, [2026-11-26T07:00:00.123456 #12]  INFO -- program: message`, the program often left out.

use super::{Parsed, Told, requests};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{keys::Known, level, time};

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    let [b'D' | b'I' | b'W' | b'E' | b'F' | b'A', b',', b' ', b'[', ..] = text.as_bytes() else { return None };
    let (at, rest) = time::front(&text[4..])?;
    let (pid, rest) = rest.strip_prefix(" #")?.split_once(']')?;
    let (word, rest) = rest.trim_start().split_once(" -- ")?;
    let (program, message) = rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")))?;
    let mut fields = vec![("pid".into(), Told::text(pid))];
    if !program.is_empty() {
        fields.push(("program".into(), Told::text(program)));
    }
    let mut parsed = Parsed {
        format: LogFormat::Plain,
        at: Some(at),
        level: level::by_word(word).unwrap_or(Level::Unknown),
        message: Some(message.trim_end().into()),
        fields,
        ..Parsed::default()
    };
    requests::rails(message, &mut parsed);
    Some(parsed)
}
