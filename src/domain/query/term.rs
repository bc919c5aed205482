//! One part of a query, and what it asks of a subject.

use std::borrow::Cow;
use std::sync::Arc;

use regex::bytes::Regex;

use crate::domain::log::{Level, LogFormat};
use crate::domain::span::begins_with;
use crate::domain::whose::ENDING;

/// What can be asked. What a subject has not, nothing holds of.
pub trait Subject {
    /// Its severity.
    fn level(&self) -> Level {
        Level::Unknown
    }
    /// Its service.
    fn service(&self) -> Option<&str>;
    /// What it did.
    fn operation(&self) -> Option<&str> {
        None
    }
    /// Whether it failed.
    fn failed(&self) -> Option<bool> {
        None
    }
    /// How long it took, in ns.
    fn took_ns(&self) -> Option<u64> {
        None
    }
    /// Its instance's address, given to `test`.
    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool;
    /// Its trace's id in hex, given to `test`.
    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool;
    /// Its span's id in hex, given to `test`.
    fn span(&self, test: &dyn Fn(&str) -> bool) -> bool;
    /// The name of its source.
    fn source(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }
    /// The shape that it came in.
    fn format(&self) -> Option<LogFormat> {
        None
    }
    /// Whether a pattern is found in anything that it says.
    fn says(&self, pattern: &Regex) -> bool;
    /// Whether any of its fields passes: its name, its value.
    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool;
    /// Whether what the first group of a pattern finds in its text passes, wherever that is.
    fn tells(&self, _pattern: &Regex, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }
}

/// A comparison with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Than {
    Less,
    AtMost,
    AtLeast,
    More,
}

/// What a field's value must be.
#[derive(Clone, Debug)]
pub enum Value {
    /// A pattern for all of it, and one that finds it said in text, where text may say it.
    Like(Box<(regex::Regex, Option<Regex>)>),
    /// Larger or smaller than a number; and a pattern whose first group is the value as text says it, where text may say it.
    Number(Compare, f64, Option<Regex>),
}

/// How a value is compared with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare(pub(super) Than);

/// What a part asks for.
#[derive(Clone, Debug)]
pub enum What {
    /// One of these levels, a bit each, in the order of [`Level`].
    Level(u8),
    /// One of these services, in lower case; `*` stands for anything. Whether by that very name, with or without its ending.
    Service(Vec<Arc<str>>, bool),
    /// One of these operations, in lower case; `*` stands for anything.
    Operation(Vec<Arc<str>>),
    /// One of these instances: an address, its host, or its port behind a colon; `*` stands for anything.
    Instance(Vec<Arc<str>>),
    /// It failed, or it did not.
    Failed(bool),
    /// It took longer or shorter than this, in ns.
    Took(Compare, f64),
    /// The beginning of a trace's id.
    Trace(Arc<str>),
    /// The beginning of a span's id.
    Span(Arc<str>),
    /// A part of the source's name, in lower case.
    Source(Arc<str>),
    /// A shape.
    Format(LogFormat),
    /// A field.
    Field(Arc<str>, Value),
    /// A pattern; `literal`: what stands around it does not matter.
    Text {
        /// The pattern.
        pattern: Regex,
        /// A text, or a pattern that does not look at what stands around it.
        literal: bool,
    },
}

/// One part of a query.
#[derive(Clone, Debug)]
pub struct Term {
    /// It must hold; else it must not.
    pub wanted: bool,
    /// What it asks for.
    pub what: What,
}

/// The bit of a level.
pub(super) fn bit(level: Level) -> u8 {
    1 << level as u8
}

impl Term {
    /// How dear it is to answer, by which parts are ordered.
    pub(super) fn cost(&self) -> u8 {
        match self.what {
            What::Level(_) | What::Service(..) | What::Took(..) | What::Failed(_) => 0,
            What::Trace(_) | What::Format(_) => 1,
            What::Text { .. } | What::Operation(_) => 2,
            What::Instance(_) | What::Span(_) | What::Source(_) => 3,
            What::Field(..) => 4,
        }
    }

    /// Whether it holds of this.
    pub fn holds(&self, subject: &impl Subject) -> bool {
        self.what.is_found(subject) == self.wanted
    }
}

impl What {
    /// Whether this is so of a subject.
    pub fn is_found(&self, subject: &impl Subject) -> bool {
        match self {
            What::Level(levels) => bit(subject.level()) & levels != 0,
            What::Service(names, exact) => {
                subject.service().is_some_and(|service| names.iter().any(|name| is_service(name, service, *exact)))
            }
            What::Operation(names) => subject.operation().is_some_and(|operation| {
                let operation = operation.to_lowercase();
                names.iter().any(|name| fits(name, &operation))
            }),
            What::Instance(wanted) => subject.instance(&|at| wanted.iter().any(|want| is_instance(want, at))),
            What::Failed(failed) => subject.failed() == Some(*failed),
            What::Took(than, limit) => subject.took_ns().is_some_and(|ns| than.0.holds(ns as f64, *limit)),
            What::Trace(front) => subject.trace(&|id| begins_with(id, front)),
            What::Span(front) => subject.span(&|id| id.starts_with(&**front)),
            What::Source(part) => subject.source(&|name| {
                let name = name.to_lowercase();
                // With one in it the pattern is of the name's end.
                if part.contains('*') { fits(part, &name) } else { name.contains(&**part) }
            }),
            What::Format(format) => subject.format() == Some(*format),
            What::Field(name, Value::Number(Compare(than), limit, within)) => {
                let fits = |value: &str| number(value).is_some_and(|n| than.holds(n, *limit));
                subject.field(&|key, value| is_field(name, key) && fits(value))
                    || within.as_ref().is_some_and(|within| subject.tells(within, &fits))
            }
            What::Field(name, Value::Like(patterns)) => {
                let (whole, within) = &**patterns;
                subject.field(&|key, value| is_field(name, key) && whole.is_match(value))
                    || within.as_ref().is_some_and(|within| subject.says(within))
            }
            What::Text { pattern, .. } => subject.says(pattern),
        }
    }
}

/// Whether what the first group of a pattern finds in a text passes, wherever that is.
pub fn tells(text: &[u8], pattern: &Regex, test: &dyn Fn(&str) -> bool) -> bool {
    let told = |found: regex::bytes::Captures<'_>| found.get(1).map(|told| told.range());
    let mut places = pattern.captures_iter(text).filter_map(told);
    places.any(|place| std::str::from_utf8(&text[place]).is_ok_and(test))
}

impl Than {
    /// The comparison that a sign stands for.
    pub(super) fn of(sign: &str) -> Option<Than> {
        Some(match sign {
            "<" => Than::Less,
            "<=" => Than::AtMost,
            ">=" => Than::AtLeast,
            ">" => Than::More,
            _ => return None,
        })
    }

    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Than::Less => value < limit,
            Than::AtMost => value <= limit,
            Than::AtLeast => value >= limit,
            Than::More => value > limit,
        }
    }
}

/// A service by its name; the `-service` at its end may be left out on either side, but of an `exact` one. `*` is anything.
fn is_service(wanted: &str, service: &str, exact: bool) -> bool {
    let is_lower = service.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    let service = if is_lower { Cow::Borrowed(service) } else { Cow::Owned(service.to_lowercase()) };
    let is = |wanted: &str, name: &str| if wanted.contains('*') { fits(wanted, name) } else { *name == *wanted };
    if is(wanted, &service) || exact {
        return is(wanted, &service);
    }
    let short = service.strip_suffix(ENDING);
    // Something must be left of it that is no `*`.
    let asked = || wanted.trim_end_matches('*').strip_suffix(ENDING).filter(|asked| asked.bytes().any(|b| b != b'*'));
    short.is_some_and(|name| is(wanted, name)) || asked().is_some_and(|asked| is(asked, &service))
}

/// Whether a name fits a pattern of `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (n, part) in parts.iter().enumerate() {
        if n + 1 == parts.len() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

fn is_instance(wanted: &str, at: &str) -> bool {
    let host = at.rsplit_once(':').map_or(at, |(host, _)| host);
    let at_port = wanted.starts_with(':') && at.ends_with(wanted);
    at == wanted || host == wanted || at_port || (wanted.contains('*') && fits(wanted, &at.to_lowercase()))
}

/// A field by its name, by the last part of its name, or by that without `_code` or `_ms`: `status` is
/// `http.response.status_code`, `took` is `took_ms`, as a number is in ms where it has no unit.
/// The message is one, and `msg` is what loggers call it.
pub fn is_field(wanted: &str, key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    key.eq_ignore_ascii_case(wanted)
        || (key == "message" && wanted.eq_ignore_ascii_case("msg"))
        || last.eq_ignore_ascii_case(wanted)
        || ["_code", "_ms"]
            .iter()
            .any(|unit| last.strip_suffix(unit).is_some_and(|name| name.eq_ignore_ascii_case(wanted)))
}

/// The number that a value is, a unit of time behind it in ms.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ').unwrap_or(text.len());
    let factor = match text[end..].trim() {
        "" | "ms" => 1.0,
        "s" => 1e3,
        "us" | "µs" => 1e-3,
        "ns" => 1e-6,
        "min" | "m" => 60e3,
        "h" => 3_600e3,
        "d" => 86_400e3,
        _ => return text.parse().ok().filter(|n: &f64| n.is_finite()),
    };
    text[..end].trim().parse::<f64>().ok().map(|n| n * factor)
}
