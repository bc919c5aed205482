//! What is unusual about a line's text: it held characters that act on terminals, it was cut, secrets were taken out of it.
//! Found in the line itself, so that no record has to carry it.

use std::sync::Arc;

use super::{LogFormat, LogLine};
use crate::domain::span::{DROPPED_ATTRIBUTES, LONGEST_KEY, LONGEST_VALUE};
use crate::domain::value::Value;

/// The field that says how long a line was before it was cut.
pub const TRUNCATED: &str = "keepwatch.truncated";
/// The field that says how many of its fields were left out.
pub const LEFT_OUT: &str = "keepwatch.left_out";

/// What is unusual about a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// It held control, bidi or zero-width characters.
    pub control: bool,
    /// Only its beginning, or only some of its fields, were kept.
    pub truncated: bool,
    /// Secrets were taken out.
    pub masked: bool,
}

impl Marks {
    /// The marks of a line as it came; whether it was masked is known to who masks it.
    pub fn of(line: &LogLine, masked: bool) -> Marks {
        let texts = line.fields.iter().flat_map(|(key, value)| [&**key, &**value]);
        let mut texts = texts.chain([&*line.message, line.service.as_deref().unwrap_or_default()]);
        let raw = || !is_plain(&line.raw) && String::from_utf8_lossy(&line.raw).chars().any(is_acting);
        let control = texts.any(acts) || raw();
        let left_out = |key: &str| matches!(key, TRUNCATED | LEFT_OUT | DROPPED_ATTRIBUTES);
        // An exporter's line says it in what was cut itself.
        let cut = |text: &str| line.format == LogFormat::Otlp && text.ends_with('…');
        let cut = |(key, value): &(Arc<str>, Value)| {
            (key.len() >= LONGEST_KEY && cut(key)) || (value.len() >= LONGEST_VALUE && cut(value))
        };
        let service = line.service.as_deref().is_some_and(|name| name.len() >= LONGEST_KEY && name.ends_with('…'));
        let truncated = service || line.fields.iter().any(|field| left_out(&field.0) || cut(field));
        Marks { control, truncated, masked }
    }

    /// The words used in JSON.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.control, "control"), (self.truncated, "truncated"), (self.masked, "masked")];
        all.into_iter().filter_map(|(there, word)| there.then_some(word))
    }
}

fn acts(text: &str) -> bool {
    !is_plain(text.as_bytes()) && text.chars().any(is_acting)
}

/// Whether a text is of letters without any effect alone. Without a way out in between: so it is looked at many bytes at once.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, byte| plain & (matches!(byte, b' '..=b'~') | matches!(byte, b'\n' | b'\t')))
}

/// Characters that move a cursor, reorder or hide text. Ends of lines and tabs are usual in what went wrong.
fn is_acting(c: char) -> bool {
    match c {
        '\n' | '\t' | ' '..='~' => false,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control(),
    }
}
