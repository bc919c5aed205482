//! The words that narrow the list of traces: `service:orders operation:charge duration>200ms status:error key=value "words"`.
//! All must hold. What is said of a span (service, operation, instance, status, attributes) must hold for one and the same
//! span; `!` in front: for none.

use std::fmt;

use crate::domain::span::{Span, TraceId};

use super::list::hex_begins;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceQuery {
    terms: Vec<Term>,
}

/// One word of it.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    not: bool,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Service(String),
    Operation(String),
    Instance(String),
    Failed(bool),
    /// Digits of a status code, `.` and `x` for any.
    Code(String),
    Attribute(String, String),
    Trace(String),
    Took {
        least_ns: u64,
        most_ns: u64,
    },
    Words(String),
}

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Where, in letters from the beginning.
    pub at: usize,
    /// Why, and what to write instead.
    pub why: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// The fields that can be asked for.
const FIELDS: &str = "service, operation, instance, status, duration, trace";

/// Reads a filter; without words everything fits.
///
/// # Errors
/// The first word that cannot be read, with its place.
pub fn parse(text: &str) -> Result<TraceQuery, FilterError> {
    let mut terms = Vec::new();
    for (at, word) in words(text)? {
        let (not, bare) = match word.strip_prefix('!') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word),
        };
        let what = term(bare).map_err(|why| FilterError { at, why })?;
        terms.push(Term { not, what });
    }
    Ok(TraceQuery { terms })
}

/// The words of a filter that can be read, while it is typed.
pub fn readable(text: &str) -> TraceQuery {
    let whole = parse(text);
    whole.unwrap_or_else(|_| {
        let parts = text.split_whitespace().filter_map(|word| parse(word).ok());
        TraceQuery { terms: parts.flat_map(|query| query.terms).collect() }
    })
}

/// The words with their places; blanks within quotes do not part them.
fn words(text: &str) -> Result<Vec<(usize, &str)>, FilterError> {
    let (mut words, mut start, mut quote) = (Vec::new(), None, None);
    for (letter, (at, c)) in text.char_indices().enumerate() {
        match (c, start, quote) {
            ('"', ..) => {
                quote = if quote.is_some() { None } else { Some(letter) };
                start = start.or(Some((letter, at)));
            }
            (c, Some((letter, from)), None) if c.is_whitespace() => {
                words.push((letter, &text[from..at]));
                start = None;
            }
            (c, None, _) if !c.is_whitespace() => start = Some((letter, at)),
            _ => {}
        }
    }
    if let Some(at) = quote {
        return Err(FilterError { at, why: "this quote is not closed".to_owned() });
    }
    words.extend(start.map(|(letter, from)| (letter, &text[from..])));
    Ok(words)
}

fn term(word: &str) -> Result<What, String> {
    if word.starts_with('"') {
        return Ok(What::Words(plain(word)));
    }
    let is_key =
        |key: &str| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let parted = word.find([':', '=', '<', '>']).map(|at| word.split_at(at));
    let Some((key, rest)) = parted.filter(|(key, _)| is_key(key)) else { return Ok(What::Words(plain(word))) };
    let sign_length = 1 + usize::from(rest.starts_with(['<', '>']) && rest[1..].starts_with('='));
    let (sign, value) = rest.split_at(sign_length);
    let value = plain(value);
    let needs = |example: &str| {
        if value.is_empty() { Err(format!("`{key}{sign}` lacks its value: write {example}")) } else { Ok(()) }
    };
    match (key, sign) {
        ("duration" | "took", ":" | "=") => Err(format!("`{key}` is compared: write {key}>200ms or {key}<1s")),
        ("duration" | "took", _) => {
            needs("duration>200ms")?;
            let ns = duration_ns(&value)
                .ok_or_else(|| format!("`{value}` is no duration: write 200ms, 1.5s, 300us or 2m"))?;
            Ok(match sign {
                ">" => What::Took { least_ns: ns.saturating_add(1), most_ns: u64::MAX },
                ">=" => What::Took { least_ns: ns, most_ns: u64::MAX },
                "<" => What::Took { least_ns: 0, most_ns: ns.saturating_sub(1) },
                _ => What::Took { least_ns: 0, most_ns: ns },
            })
        }
        (_, "<" | ">" | "<=" | ">=") => Err(format!("only `duration` can be compared, not `{key}`")),
        ("service", _) => needs("service:orders").map(|()| What::Service(value.to_lowercase())),
        ("operation" | "op" | "name", _) => needs("operation:charge").map(|()| What::Operation(value.to_lowercase())),
        ("instance", _) => needs("instance:10.0.0.4:5002").map(|()| What::Instance(value.to_lowercase())),
        ("trace", _) => match !value.is_empty() && value.len() <= 32 && value.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => Ok(What::Trace(value.to_lowercase())),
            false => Err("a trace is named by the beginning of its id, in hex: trace:4f1c".to_owned()),
        },
        ("status", _) => match value.to_lowercase().as_str() {
            "error" | "failed" => Ok(What::Failed(true)),
            "ok" => Ok(What::Failed(false)),
            code if code.len() <= 3
                && !code.is_empty()
                && code.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'x')) =>
            {
                Ok(What::Code(code.replace('x', ".")))
            }
            _ => Err("a status is error, ok, or a code: status:error, status:504, status:5xx".to_owned()),
        },
        (_, "=") => needs("http.route=/orders").map(|()| What::Attribute(key.to_owned(), value)),
        // 10.0.0.4:5002 and http://… are words; foo:bar is a slip.
        _ if value.is_empty() || value.starts_with("//") || key.contains(|c: char| !c.is_ascii_alphabetic()) => {
            Ok(What::Words(plain(word)))
        }
        _ => {
            Err(format!("there is no field `{key}`: it is {FIELDS}, or attribute=value; in quotes it is searched for"))
        }
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| *c != '"').collect()
}

fn duration_ns(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let unit = match unit {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" | "" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        _ => return None,
    };
    // `as` saturates.
    Some((number * unit) as u64)
}

impl TraceQuery {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it can be answered without reading the spans, and how.
    pub(super) fn by_time(&self, took_ns: u64) -> Option<bool> {
        let no = self.terms.iter().any(|term| match term.what {
            What::Took { least_ns, most_ns } => (least_ns..=most_ns).contains(&took_ns) == term.not,
            _ => false,
        });
        if no {
            return Some(false);
        }
        self.terms.iter().all(|term| matches!(term.what, What::Took { .. })).then_some(true)
    }

    /// Whether a trace of these spans, that took so long, fits.
    pub fn fits(&self, id: TraceId, took_ns: u64, spans: &[Span]) -> bool {
        if let Some(known) = self.by_time(took_ns) {
            return known;
        }
        let (mut of_span, of_trace): (Vec<&Term>, Vec<&Term>) =
            self.terms.iter().partition(|t| !matches!(t.what, What::Took { .. } | What::Trace(_) | What::Words(_)));
        let holds = |term: &&Term| match &term.what {
            What::Trace(prefix) => hex_begins(&id, prefix),
            What::Words(words) => {
                hex_begins(&id, &words.to_lowercase()) || spans.iter().any(|span| has(span, &words.to_lowercase()))
            }
            _ => true,
        };
        if of_trace.iter().any(|term| !matches!(term.what, What::Took { .. }) && holds(term) == term.not) {
            return false;
        }
        let excluded: Vec<&Term> = of_span.extract_if(.., |term| term.not).collect();
        if excluded.iter().any(|term| spans.iter().any(|span| term.what.of(span))) {
            return false;
        }
        // `status:ok` is said of the trace: no span of it failed.
        let well = of_span.iter().any(|term| term.what == What::Failed(false));
        if well && spans.iter().any(Span::failed) {
            return false;
        }
        of_span.is_empty() || spans.iter().any(|span| of_span.iter().all(|term| term.what.of(span)))
    }
}

impl What {
    fn of(&self, span: &Span) -> bool {
        let has = |within: &str, part: &str| within.to_lowercase().contains(part);
        match self {
            What::Service(name) => has(&span.service, name),
            What::Operation(name) => has(&span.name, name),
            What::Instance(part) => span.instance.as_ref().is_some_and(|address| has(address.text(), part)),
            What::Failed(failed) => span.failed() == *failed,
            What::Code(pattern) => super::summary::CODES.iter().filter_map(|key| span.attribute(key)).any(|code| {
                code.len() == pattern.len() && code.chars().zip(pattern.chars()).all(|(c, p)| p == '.' || p == c)
            }),
            What::Attribute(key, value) => span.attribute(key) == Some(value),
            What::Trace(_) | What::Took { .. } | What::Words(_) => true,
        }
    }
}

/// Whether a span holds this, which is in lower case, in its name, its service, its address, its words or a value.
fn has(span: &Span, text: &str) -> bool {
    let has = |within: &str| within.to_lowercase().contains(text);
    has(&span.name)
        || has(&span.service)
        || has(&span.message)
        || span.instance.as_ref().is_some_and(|address| has(address.text()))
        || span.attributes.iter().any(|(_, value)| has(value))
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
