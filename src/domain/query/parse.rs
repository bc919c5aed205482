//! What was typed into parts, each with its place, so that what cannot be read is shown where it stands.

use std::ops::Range;

use regex::bytes;

use super::Wrong;
use super::ask::Named;
use super::term::{Term, What};
use super::vocabulary::Asked;

/// Signs of patterns that look at what stands around them.
const LOOKS_AROUND: [&str; 8] = ["^", "$", "\\b", "\\B", "\\A", "\\z", "\\<", "\\>"];
/// The largest compiled pattern, in bytes: a typed pattern must not eat the memory.
pub(super) const LARGEST: usize = 1 << 20;
/// The longest query, in bytes.
const LONGEST: usize = 4 << 10;
/// Signs between a name and its value, the longest first.
const SIGNS: [&str; 7] = [">=", "<=", "!=", "=", ":", ">", "<"];

/// Reads all parts, each on its own.
pub(super) fn terms(asked: Asked, text: &str) -> impl Iterator<Item = Result<Term, Wrong>> {
    let (mut at, too_long) = (0, text.len() > LONGEST);
    std::iter::from_fn(move || {
        let begin = begin(text, at)?;
        if too_long {
            at = text.len();
            return Some(Err(Wrong::new(LONGEST..LONGEST, format!("a filter has at most {LONGEST} bytes"))));
        }
        let end = end(text, begin);
        // What is not closed goes to the end.
        at = end.as_ref().map_or(text.len(), |end| *end);
        Some(end.and_then(|end| term(asked, text, begin..end)))
    })
}

fn begin(text: &str, from: usize) -> Option<usize> {
    text[from..].find(|c: char| !c.is_whitespace()).map(|skip| from + skip)
}

/// The parts as they were typed.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let begin = begin(text, at).filter(|_| text.len() <= LONGEST)?;
        at = end(text, begin).unwrap_or(text.len());
        Some(&text[begin..at])
    })
}

/// The part that is still typed at the end of a text; empty behind a blank.
pub(super) fn last(text: &str) -> &str {
    let mut at = 0;
    while let Some(begin) = begin(text, at) {
        at = end(text, begin).unwrap_or(text.len());
        if at == text.len() {
            return &text[begin..];
        }
    }
    ""
}

/// Where the part that begins here ends. A pattern and a quoted text go to their own end.
fn end(text: &str, begin: usize) -> Result<usize, Wrong> {
    let blank = |from: usize| text[from..].find(char::is_whitespace).map_or(text.len(), |at| from + at);
    let mut from = begin + usize::from(text[begin..].starts_with('!'));
    if let Some((name, sign)) = named(&text[from..]) {
        let value = from + name.len() + sign.len();
        if !text[value..].starts_with('"') {
            return Ok(blank(begin));
        }
        from = value;
    }
    let Some(mark) = text[from..].chars().next().filter(|c| matches!(c, '/' | '"')) else { return Ok(blank(begin)) };
    let (mut escaped, mut first, mut any) = (false, None, None);
    for (at, c) in text[from..].char_indices().skip(1) {
        let after = from + at + c.len_utf8();
        let is_over = |rest: &str| rest.chars().next().is_none_or(char::is_whitespace);
        if c == mark && !escaped && is_over(&text[after..]) {
            return Ok(after);
        }
        // `/this/i`, which capitals do not matter to, as to none.
        if c == '/' && mark == '/' && !escaped && at > 1 && text[after..].strip_prefix('i').is_some_and(is_over) {
            return Ok(after + 1);
        }
        if c == mark {
            any = Some(after);
            first = first.or(any.filter(|_| !escaped));
        }
        escaped = c == '\\' && !escaped;
    }
    match mark {
        // `/users/17` is a path that somebody looks for.
        '/' => Ok(blank(begin)),
        // `"two words"more`, and `"C:\"`: what can be the end is it.
        _ => first.or(any).ok_or_else(|| Wrong::new(from..text.len(), "the closing quote `\"` is missing")),
    }
}

/// The name and the sign at the front of a part.
pub(super) fn named(part: &str) -> Option<(&str, &'static str)> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '-');
    let (name, rest) = part.split_at(part.find(|c: char| !is_name(c)).unwrap_or(part.len()));
    let begins = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
    begins.then_some((name, sign))
}

/// Words of other languages between or before parts. Here they would be looked for in the text, and found in `orders` and in
/// `standard`; what is written in capitals between parts is not meant so.
fn no_word(text: &str, at: &Range<usize>) -> Option<String> {
    let is_first = text[..at.start].trim().is_empty();
    let part = &text[at.clone()];
    if let Some(rest) = part.strip_prefix("!!") {
        let rest = rest.trim_start_matches('!');
        return Some(match rest {
            "" => format!("what must not be there follows one !: !health; \"{part}\" in quotes is the text"),
            _ => format!("one ! is enough: !{rest}; \"{part}\" in quotes is the text"),
        });
    }
    let next = text[at.end..].split_whitespace().next();
    if part == "!" && next.is_none() {
        return Some("what must not be there follows the !: !health; \"!\" in quotes is the sign".to_owned());
    }
    let next = next?;
    let word = format!("\"{part}\" in quotes is the word");
    match part {
        "!" => Some(format!("`!` stands at its part, without a blank: !{next}")),
        "NOT" => Some(format!("`NOT`: what must not be there has a ! before it: !{next}; {word}")),
        "AND" | "&&" if !is_first => Some(format!("`{part}`: all parts must hold anyway, leave it out; {word}")),
        "OR" | "||" if !is_first => {
            Some(format!("`{part}`: one of several is a pattern, /this|that/, or a list, service:a,b; {word}"))
        }
        _ => None,
    }
}

/// A sign that is none, or does not stand where it must. What it would be taken for is found nowhere, without a word.
fn no_sign(asked: Asked, text: &str, at: &Range<usize>) -> Option<String> {
    let part = &text[at.clone()];
    let quoted = format!("\"{part}\" in quotes is the text");
    if part.starts_with(',') && text[..at.start].ends_with('"') {
        return Some("of a list nothing stands in quotes; a pattern can have blanks: user=/Ana B|Bob/".to_owned());
    }
    let is_sign = |c: char| matches!(c, '=' | '<' | '>' | '~' | '≥' | '≤' | '≠' | ':');
    let part = part.strip_prefix('!').unwrap_or(part);
    let (name, rest) = match named(part) {
        Some((name, _)) => part.split_at(name.len()),
        None => part.split_at(part.find(|c: char| !(c.is_alphanumeric() || "_.@-".contains(c))).unwrap_or(part.len())),
    };
    let value = rest.trim_start_matches(|c| is_sign(c) || c == '!');
    let sign = &rest[..rest.len() - value.len()];
    let meant = match sign {
        "" => return None,
        "=>" | "≥" => ">=",
        "=<" | "≤" => "<=",
        "=!" | "<>" | "≠" | "!==" => "!=",
        "==" | "=~" | "===" | "~" | ":=" => "=",
        known => known,
    };
    if name.is_empty() {
        // `took_ms >= 500`.
        let before = text[..at.start].split_whitespace().next_back().filter(|name| asked.field(name).is_some())?;
        let next = text[at.end..].split_whitespace().next().unwrap_or_default();
        let value = if value.is_empty() { next } else { value };
        return Some(format!("it stands at its name and its value, without a blank: {before}{meant}{value}; {quoted}"));
    }
    // `dir=~/data`, `user=<nil>` are values.
    let is_meant = match sign {
        "=~" => !value.starts_with('/') || value.len() > 1 && value.ends_with('/'),
        "=>" | "=<" | "=!" => value.starts_with(|c: char| c.is_ascii_digit()) || asked.field(name).is_some(),
        _ => sign.starts_with('=') || asked.field(name).is_some(),
    };
    (meant != sign && is_meant && !value.is_empty())
        .then(|| format!("`{sign}` is none of the signs = != > >= < <= and :, so {name}{meant}{value}; {quoted}"))
}

fn term(asked: Asked, text: &str, at: Range<usize>) -> Result<Term, Wrong> {
    if let Some(what) = no_word(text, &at).or_else(|| no_sign(asked, text, &at)) {
        return Err(Wrong::new(at, what));
    }
    let part = &text[at.clone()];
    let (mut wanted, part) = match part.strip_prefix('!') {
        Some(rest) if !rest.is_empty() => (false, rest),
        _ => (true, part),
    };
    let begin = at.end - part.len();
    let grouped = part.strip_prefix('(').and_then(named).filter(|(name, _)| asked.field(name).is_some());
    if grouped.is_some() {
        let inside = part.trim_matches(['(', ')']);
        let what = format!("nothing is put in brackets: each part stands by itself, {inside} or !{inside}");
        return Err(Wrong::new(begin..at.end, what));
    }
    if let Some((name, sign)) = named(part) {
        let value = &part[name.len() + sign.len()..];
        let here = begin + name.len() + sign.len()..at.end;
        let quoted = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
        let sign = if sign == "!=" {
            wanted = !wanted;
            "="
        } else {
            sign
        };
        let plain = quoted.map(|quoted| quoted.replace("\\\"", "\""));
        let named = Named { name, sign, value: plain.as_deref().unwrap_or(value), quoted: plain.is_some(), at: here };
        if let Some(what) = named.asks(asked)? {
            return Ok(Term { wanted, what });
        }
    }
    let inside = |mark: char| part.strip_prefix(mark)?.strip_suffix(mark).filter(|inside| !inside.is_empty());
    let pattern = part.strip_suffix("/i").and_then(|rest| rest.strip_prefix('/')).filter(|inside| !inside.is_empty());
    let (source, literal) = match (inside('/').or(pattern), inside('"')) {
        // Without a sign that looks at what stands around it, a pattern is found in a line where it is found at all.
        (Some(pattern), _) => (pattern.replace("\\/", "/"), !LOOKS_AROUND.iter().any(|sign| pattern.contains(sign))),
        (None, Some(quoted)) => (regex::escape(&quoted.replace("\\\"", "\"")), true),
        (None, None) => (regex::escape(part), true),
    };
    let pattern = bytes::RegexBuilder::new(&source).case_insensitive(true).multi_line(true).size_limit(LARGEST).build();
    let pattern = pattern.map_err(|e| no_pattern(part, begin..at.end, &e))?;
    Ok(Term { wanted, what: What::Text { pattern, literal } })
}

/// What is said of a pattern that is none.
pub(super) fn no_pattern(part: &str, at: Range<usize>, e: &regex::Error) -> Wrong {
    let why = e.to_string();
    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Wrong::new(at, format!("`{part}` is no pattern: {why}"))
}
