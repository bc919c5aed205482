//! The value behind the name of a secret: where it ends in the notation that it is written in, and what of it is replaced.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::bounds::{container, line_end, string};
use super::elsewhere::{self, is_masked};
use super::fact::{is_decided, is_fact, is_of_zookeeper, says_why};
use super::field::is_field;
use super::shape::expression;
use super::{Edit, MASK};

/// The value at the beginning of a text.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?xs)^
        (?: (?i:b|u|r|br|rb|e|n|x)?(?:"(?:[^"\\]|\\.)*"? | '(?:[^'\\]|''|\\.)*'?) | (?i:bearer|basic|digest|token|apikey|negotiate|ntlm|hawk|signature)\s+[^\s,;"']+ | [^\s,;&"'\]\}<]+ )"#,
    )
});

/// All pairs of a header of cookies.
static COOKIES: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^ PAIR (?: \s{0,4}[;,]\s{0,4} PAIR )* ;?"#
            .replace("PAIR", r#"(?: (?i:expires)=[A-Za-z]{3},?\s\d{1,2}[\s-][A-Za-z]{3}[\s-]\d{2,4}\s[\d:]{8}\s[A-Z]{3} | [^\s;,"'\]\}=]+ (?: =(?:"[^"]*" | [^\s;,"'\]\}]*) )? )"#)
            .as_str(),
    )
});

/// What authorizes: a scheme and what it asks for, or a text.
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^ (?: [A-Za-z][A-Za-z0-9-]{0,31}\s{1,4} )? [^\s,;"'\]\}]+ (?:"[^"\n]*")? (?: [\s,]{1,4} [A-Za-z][\w-]{0,31}=(?: \\*"[^"\n]*" | [^\s,;"'\]\}]* ) )*"#,
    )
});

/// What may stand before a value: an end of a line that is written out, PHP's word for a text.
static LEAD: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^(?:\\+[nrt]){0,4}\s{0,8}(?:string\([0-9]{1,9}\)\s{1,4})?"));

/// What wraps a text, as in Go's `[]string{"a"}` and Rust's `Some("a")`.
static WRAP: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"^(?:\[\])?[A-Za-z_][A-Za-z0-9_.:<>]{0,63}(?P<open>[({\[])(?:[A-Za-z_][A-Za-z0-9_.:<>]{0,63}[({\[]){0,3}\\*["']"#,
    )
});

/// The secret at the beginning of a text, and what stands there instead; how it was named: as a header, as in a sentence.
pub(super) fn value(text: &str, name: &str, quote: Option<&str>, how: (bool, bool)) -> Option<Edit> {
    let lead = match text.starts_with(['\\', 's']) {
        true => LEAD.find(text).map_or(0, |lead| lead.end()),
        // A binary of Erlang's: `<<"x">>`
        false if text.starts_with("<<") && text[2..].trim_start_matches('\\').starts_with('"') => 2,
        false => 0,
    };
    let (range, with) = bare(&text[lead..], name, quote, how)?;
    Some((range.start + lead..range.end + lead, with))
}

/// The same behind what may stand before it.
fn bare(text: &str, name: &str, quote: Option<&str>, (is_header, in_prose): (bool, bool)) -> Option<Edit> {
    if let Some(wrap) = WRAP.captures(text).and_then(|found| found.name("open")) {
        let quote = quote.unwrap_or_default();
        return Some((0..wrap.start() + container(&text[wrap.start()..]), format!("{quote}{MASK}{quote}")));
    }
    if text.starts_with(['{', '[']) {
        let end = container(text);
        let quote = quote.unwrap_or_default();
        let inner = text[..end].trim_matches(['{', '}', '[', ']', ' ']);
        return (!inner.is_empty() && !is_masked(&text[..end])).then(|| (0..end, format!("{quote}{MASK}{quote}")));
    }
    let lower = name.to_ascii_lowercase();
    if text.starts_with('\\') && text.trim_start_matches('\\').starts_with('"') {
        let end = string(text);
        if is_of_zookeeper(name, &text[..end]) || elsewhere::is_one(name, &text[..end]) {
            return None;
        }
        return Some((0..end, masked(&text[..end])?));
    }
    let is_quoted = is_quoted(text);
    let header = match () {
        () if is_quoted => None,
        () if lower.contains("cookie") => COOKIES.find(text),
        () if is_header && lower.ends_with("authorization") => SCHEME.find(text),
        () => None,
    };
    let found = header.or_else(|| VALUE.find(text))?.range();
    let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '\'' | '.' | ',' | ';');
    let told = text[found.clone()].trim_end_matches(['.', ')', ';']);
    // `password: (empty)`
    let is_why = in_prose
        && says_why(text.strip_prefix(['(', '<']).unwrap_or(text))
        && header.is_none_or(|header| header.as_str().chars().all(is_plain));
    if is_why || is_masked(&text[found.clone()]) || is_fact(name, told) || is_decided(name, told) {
        return None;
    }
    // A scheme alone, behind which the next field stands.
    let end = match text[found.clone()].split_once([' ', '\t']) {
        _ if is_quoted => found.end,
        Some((scheme, rest)) if header.is_none() && begins_field(rest.trim_start()) => scheme.len(),
        // An end of a line that is written out ends what is in no quotes.
        _ => found.start + line_end(&text[found.clone()]),
    };
    Some((found.start..end, masked(&text[found.start..end])?))
}

/// Where a value that begins here ends, where it is short.
pub(super) fn end_of(text: &str, most: usize) -> usize {
    let head = &text[..(0..=text.len().min(most)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)];
    VALUE.find(head).map_or(0, |found| found.end())
}

/// What may stand before the quote of a text in Python and in SQL: `b'a'`, `E'a'`.
const BEFORE_QUOTE: &[&str] = &["", "b", "u", "r", "br", "rb", "e", "n", "x"];

/// Where the quote stands with which a text begins, or with a letter or two before it.
pub(super) fn quote_at(text: &str) -> Option<usize> {
    let at = text.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
    BEFORE_QUOTE.iter().any(|before| before.eq_ignore_ascii_case(&text[..at])).then_some(at)
}

fn is_quoted(text: &str) -> bool {
    quote_at(text).is_some()
}

/// Whether a text begins with the name of a field.
fn begins_field(text: &str) -> bool {
    text.find('=').is_some_and(|end| is_field(&text[..end], &text[end..]))
}

/// The mask within the quotes of what it stands for; `None` for nothing.
fn masked(value: &str) -> Option<String> {
    if let Some(quote) = quote_at(value).filter(|quote| *quote > 0) {
        // A literal of Python's or of SQL's.
        return masked(&value[quote..]).map(|told| format!("{}{told}", &value[..quote]));
    }
    let slashes: Range<usize> = 0..value.len() - value.trim_start_matches('\\').len();
    let quotes = [format!("{}\"", &value[slashes]), "'".to_owned()];
    for quote in &quotes {
        if let Some(inner) = value.strip_prefix(quote.as_str()) {
            return match inner.strip_suffix(quote.as_str()) {
                Some("") => None,
                Some(_) => Some(format!("{quote}{MASK}{quote}")),
                None if inner.is_empty() => None,
                None => Some(format!("{quote}{MASK}")),
            };
        }
    }
    Some(MASK.to_owned())
}
