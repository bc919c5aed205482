//! `ts=… level=info msg="two words"`: keys and values, as Go programs write them.

use std::borrow::Cow;
use std::str::CharIndices;

use super::Parsed;
use crate::domain::log::LogFormat;
use crate::telemetry::logs::keys::{self, Field, Known};

/// Fields of one line.
const MOST: usize = 128;
/// A line is only taken for this shape when it names one of these, or is nothing but so many pairs.
const SURE: &[&str] = &["level", "lvl", "msg", "message", "severity"];
const PAIRS: usize = 3;

/// Reads a line that is keys and values from its first character to its last.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let mut fields = Vec::new();
    let mut rest = text.trim();
    let (mut is_sure, mut pairs) = (false, 0);
    while !rest.is_empty() && fields.len() < MOST {
        let (field, is_pair, after) = pair(rest)?;
        // A word alone tells nothing of the shape, and none begins a line of it: that is a sentence.
        // Nor does a call: `HTTPServerRequest(method='GET', uri='/x')`.
        if fields.is_empty() && (!is_pair || field.key().contains('(')) {
            return None;
        }
        is_sure |= is_pair && SURE.contains(&field.key());
        pairs += usize::from(is_pair);
        fields.push(field);
        rest = after.trim_start();
    }
    (is_sure && fields.len() > 1 || pairs >= PAIRS && pairs == fields.len())
        .then(|| keys::read(fields, LogFormat::Logfmt, known))
}

/// The character that stands behind `\x`, `\u` or `\U` as its number; what is none stays there.
fn numbered(form: char, chars: &mut CharIndices<'_>) -> Option<char> {
    let digits = match form {
        'x' => 2,
        'u' => 4,
        _ => 8,
    };
    let number = chars.as_str().get(..digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let told = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
    chars.nth(digits - 1);
    Some(told)
}

/// A field, whether it has a value, and what follows it.
fn pair(text: &str) -> Option<(Field<'_>, bool, &str)> {
    let (key, rest) = key(text)?;
    let Some(value) = rest.strip_prefix('=') else {
        // A key alone is a flag; a text alone is none.
        return (!text.starts_with('"')).then(|| (Field::text(key, "true".into()), false, rest));
    };
    let (value, rest) = value_of(value)?;
    Some((Field::text(key, value), true, rest))
}

/// A key; one with blanks in it stands in quotes.
fn key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, rest) = unquoted(quoted)?;
        return (!key.is_empty()).then(|| (key.into(), rest));
    }
    let end = text.find(|c: char| c == '=' || c == '"' || c.is_whitespace()).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    (!key.is_empty() && !rest.starts_with('"')).then_some((key.into(), rest))
}

fn value_of(value: &str) -> Option<(Cow<'_, str>, &str)> {
    // In single quotes, where they are closed at a word's end.
    if let Some(quoted) = value.strip_prefix('\'')
        && let Some(end) = quoted.find('\'')
        && quoted[end + 1..].chars().next().is_none_or(char::is_whitespace)
    {
        return Some((quoted[..end].into(), &quoted[end + 1..]));
    }
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find(char::is_whitespace).unwrap_or(value.len());
        return Some((value[..end].into(), &value[end..]));
    };
    let (value, rest) = unquoted(quoted)?;
    Some((value.into(), rest))
}

/// What stands in quotes that were opened, and what follows them.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                // As Go quotes what acts on terminals.
                form @ ('x' | 'u' | 'U') => out.push(numbered(form, &mut chars).unwrap_or(form)),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_quotes_by_its_number_is_that_character_and_what_is_no_number_stays() {
        let line =
            read(r#"level=info msg="\x1b[31m\u00e9 \U0001f600 \u12 \uzzzz C:\\x" n=1"#, &mut Known::default()).unwrap();
        assert_eq!(line.message.unwrap(), "\u{1b}[31m\u{e9} \u{1f600} u12 uzzzz C:\\x");
    }

    #[test]
    fn a_key_with_blanks_in_it_stands_in_quotes_and_a_text_alone_is_none() {
        let line = read(r#"time=x level=WARN msg="no room" "a b"="c d" n=1"#, &mut Known::default()).unwrap();
        assert_eq!((line.message.as_deref(), line.fields.len()), (Some("no room"), 3), "{line:?}");
        assert!(line.fields.iter().any(|(key, told)| key == "a b" && told.text == "c d"));
        assert_eq!(read(r#"level=info "a b" c"#, &mut Known::default()), None);
    }
}
