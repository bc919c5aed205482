//! What was typed into parts, each with its place, so that what cannot be read is shown where it stands.

use std::ops::Range;
use std::sync::Arc;

use regex::bytes;

use super::Wrong;
use super::term::{Compare, Term, Than, Value, What, bit, number};
use crate::domain::log::{Level, LogFormat};

/// Signs of patterns that look at what stands around them.
const LOOKS_AROUND: [&str; 8] = ["^", "$", "\\b", "\\B", "\\A", "\\z", "\\<", "\\>"];
/// The largest compiled pattern, in bytes: a typed pattern must not eat the memory.
const LARGEST: usize = 1 << 20;
/// The longest query, in bytes.
const LONGEST: usize = 4 << 10;
/// Signs between a name and its value, the longest first.
const SIGNS: [&str; 7] = [">=", "<=", "!=", "=", ":", ">", "<"];
/// The levels by which lines are asked for.
pub(super) const LEVELS: [(&str, Level); 8] = [
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("error", Level::Error),
    ("fatal", Level::Fatal),
    ("unknown", Level::Unknown),
    ("warning", Level::Warn),
];
const ALL: [Level; 7] =
    [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// Reads all parts.
pub(super) fn terms(text: &str) -> Result<Vec<Term>, Wrong> {
    if text.len() > LONGEST {
        return Err(Wrong::new(LONGEST..LONGEST, format!("a filter has at most {LONGEST} bytes")));
    }
    let (mut terms, mut at) = (Vec::new(), 0);
    while let Some(begin) = text[at..].find(|c: char| !c.is_whitespace()).map(|skip| at + skip) {
        let end = end(text, begin)?;
        terms.push(term(text, begin..end)?);
        at = end;
    }
    Ok(terms)
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
    let mut escaped = false;
    for (at, c) in text[from..].char_indices().skip(1) {
        let after = from + at + c.len_utf8();
        if c == mark && !escaped && text[after..].chars().next().is_none_or(char::is_whitespace) {
            return Ok(after);
        }
        escaped = c == '\\' && !escaped;
    }
    match mark {
        // `/users/17` is a path that somebody looks for.
        '/' => Ok(blank(begin)),
        _ => Err(Wrong::new(from..text.len(), "the closing quote `\"` is missing")),
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

fn term(text: &str, at: Range<usize>) -> Result<Term, Wrong> {
    let part = &text[at.clone()];
    let (mut wanted, part) = match part.strip_prefix('!') {
        Some(rest) if !rest.is_empty() => (false, rest),
        _ => (true, part),
    };
    let begin = at.end - part.len();
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
        if let Some(what) = what(name, sign, quoted.unwrap_or(value), quoted.is_some(), here)? {
            return Ok(Term { wanted, what });
        }
    }
    let inside = |mark: char| part.strip_prefix(mark)?.strip_suffix(mark).filter(|inside| !inside.is_empty());
    let (source, literal) = match (inside('/'), inside('"')) {
        // Without a sign that looks at what stands around it, a pattern is found in a line where it is found at all.
        (Some(pattern), _) => (pattern.replace("\\/", "/"), !LOOKS_AROUND.iter().any(|sign| pattern.contains(sign))),
        (None, Some(quoted)) => (regex::escape(&quoted.replace("\\\"", "\"")), true),
        (None, None) => (regex::escape(part), true),
    };
    let pattern = bytes::RegexBuilder::new(&source).case_insensitive(true).multi_line(true).size_limit(LARGEST).build();
    let pattern = pattern.map_err(|e| no_pattern(part, begin..at.end, &e))?;
    Ok(Term { wanted, what: What::Text { pattern, literal } })
}

fn no_pattern(part: &str, at: Range<usize>, e: &regex::Error) -> Wrong {
    let why = e.to_string();
    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Wrong::new(at, format!("`{part}` is no pattern: {why}"))
}

/// What a name, a sign and a value ask; `None` where they are only text.
fn what(name: &str, sign: &str, value: &str, quoted: bool, at: Range<usize>) -> Result<Option<What>, Wrong> {
    let plain = matches!(sign, ":" | "=");
    let lower = value.to_ascii_lowercase();
    let list = || -> Vec<Arc<str>> { lower.split(',').filter(|part| !part.is_empty()).map(Arc::from).collect() };
    let missing = |what: &str| Wrong::new(at.clone(), format!("`{name}{sign}{value}`: {what}"));
    let known = match name.to_ascii_lowercase().as_str() {
        "level" => Some(What::Level(levels(sign, &lower).ok_or_else(|| {
            missing("one of the levels trace, debug, info, warn, error, fatal, unknown is expected after it")
        })?)),
        "service" if plain && list().is_empty() => return Err(missing("the name of a service is expected after it")),
        "service" if plain => Some(What::Service(list())),
        "instance" if plain && list().is_empty() => return Err(missing("an address is expected after it, host:port")),
        "instance" if plain => Some(What::Instance(list())),
        "trace" | "trace_id" if plain => match is_hex(&lower, 32) {
            true => Some(What::Trace(lower.as_str().into())),
            false => return Err(missing("a trace is named by 1 to 32 digits of its id, 0-9 and a-f")),
        },
        "span" | "span_id" if plain => match is_hex(&lower, 16) {
            true => Some(What::Span(lower.as_str().into())),
            false => return Err(missing("a span is named by 1 to 16 digits of its id, 0-9 and a-f")),
        },
        "source" if plain && value.is_empty() => {
            return Err(missing("otlp, stdin or a part of a file's name is expected after it"));
        }
        "source" if plain => Some(What::Source(lower.as_str().into())),
        "format" if plain => {
            let format = LogFormat::ALL.into_iter().find(|format| format.word() == lower);
            let names = LogFormat::ALL.map(LogFormat::word).join(", ");
            Some(What::Format(format.ok_or_else(|| missing(&format!("one of {names} is expected after it")))?))
        }
        _ => None,
    };
    if known.is_some() || sign == ":" {
        return Ok(known);
    }
    let than = match sign {
        ">=" => Than::AtLeast,
        "<=" => Than::AtMost,
        ">" => Than::More,
        "<" => Than::Less,
        _ if value.is_empty() => return Ok(None),
        _ => {
            let source = if quoted { regex::escape(value) } else { value.to_owned() };
            let whole = format!("^(?:{source})$");
            let whole = regex::RegexBuilder::new(&whole).case_insensitive(true).size_limit(LARGEST).build();
            let whole = whole.map_err(|e| no_pattern(value, at.clone(), &e))?;
            let within = format!(r#"(?:^|[^\w.])"?{}"?\s?[=:]\s?"?(?:{source})(?:$|[^\w.])"#, regex::escape(name));
            let within =
                bytes::RegexBuilder::new(&within).case_insensitive(true).multi_line(true).size_limit(LARGEST).build();
            let within = within.map_err(|e| no_pattern(value, at, &e))?;
            return Ok(Some(What::Field(name.into(), Value::Like(Box::new((whole, within))))));
        }
    };
    let limit = number(value).ok_or_else(|| missing("a number is expected after it; quotes make it a text"))?;
    Ok(Some(What::Field(name.into(), Value::Number(Compare(than), limit))))
}

fn is_hex(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The levels that a sign and words ask for: `warn`, `warn+`, `warn,error`, and from or up to one.
fn levels(sign: &str, words: &str) -> Option<u8> {
    let named = |word: &str| LEVELS.iter().find(|(name, _)| *name == word).map(|(_, level)| *level);
    let where_ = |test: &dyn Fn(Level) -> bool| ALL.into_iter().filter(|l| test(*l)).fold(0, |bits, l| bits | bit(l));
    match sign {
        ":" | "=" => words.split(',').try_fold(0, |bits, word| {
            Some(match word.strip_suffix('+') {
                Some(word) => bits | named(word).map(|least| where_(&|l| l >= least))?,
                None => bits | bit(named(word)?),
            })
        }),
        _ => {
            let one = named(words.trim_end_matches('+'))?;
            Some(where_(&|level| match sign {
                ">=" => level >= one,
                ">" => level > one,
                // What tells no level is below none.
                "<=" => level <= one && level != Level::Unknown,
                _ => level < one && level != Level::Unknown,
            }))
        }
    }
}
