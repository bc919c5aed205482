//! Which lines are asked for, in the words that are typed: `level>=warn service:orders,payments trace:4f1c !health /5\d\d/ timeout`.
//! Everything that is named must hold.

use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::domain::id::InstanceId;
use crate::domain::log::Level;
use crate::domain::span::TraceId;

/// The largest compiled pattern, in bytes: a typed pattern must not eat the memory.
const LARGEST: usize = 1 << 20;

/// A text or pattern that must be there, or must not.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) pattern: Regex,
    pub(super) wanted: bool,
    /// A text, not a pattern: what stands around it does not matter.
    pub(super) literal: bool,
}

/// A filter of lines.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// At least this severe; what tells no level is left out.
    pub level: Option<Level>,
    /// What tells no level is kept all the same.
    pub keep_unknown: bool,
    /// Of one of these services; empty: of any.
    pub services: Vec<Arc<str>>,
    /// Of this instance.
    pub instance: Option<InstanceId>,
    /// Of exactly this trace.
    pub trace: Option<TraceId>,
    /// Of a trace whose id in hex begins so, lower case.
    pub trace_prefix: Option<Arc<str>>,
    pub(super) words: Vec<Word>,
    text: Arc<str>,
}

/// Filters are equal when they were typed the same and narrowed the same.
impl PartialEq for LogFilter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.level == other.level
            && self.keep_unknown == other.keep_unknown
            && self.services == other.services
            && self.instance == other.instance
            && self.trace == other.trace
            && self.trace_prefix == other.trace_prefix
    }
}

impl LogFilter {
    /// Reads what was typed. Parts are separated by blanks; a text with blanks stands in quotes.
    ///
    /// # Errors
    /// A sentence that says which part cannot be read.
    pub fn parse(text: &str) -> Result<LogFilter, String> {
        let mut filter = LogFilter { text: text.trim().into(), ..LogFilter::default() };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (part, after) = cut(rest)?;
            filter.part(part)?;
            rest = after.trim_start();
        }
        Ok(filter)
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every line fits.
    pub fn is_all(&self) -> bool {
        self.level.is_none()
            && self.services.is_empty()
            && self.instance.is_none()
            && self.trace.is_none()
            && self.trace_prefix.is_none()
            && self.words.is_empty()
    }

    fn part(&mut self, part: &str) -> Result<(), String> {
        let lower = part.to_ascii_lowercase();
        for front in ["level>=", "level:"] {
            if let Some(name) = lower.strip_prefix(front) {
                let known = read_level(name.trim_end_matches('+'));
                let names = "trace, debug, info, warn, error, fatal";
                self.level = Some(known.ok_or_else(|| format!("`{part}`: the levels are {names}"))?);
                return Ok(());
            }
        }
        if let Some(names) = part.strip_prefix("service:") {
            self.services.extend(names.split(',').filter(|name| !name.is_empty()).map(Arc::from));
            return if self.services.is_empty() { Err(format!("`{part}`: name a service")) } else { Ok(()) };
        }
        if let Some(prefix) = lower.strip_prefix("trace:") {
            if prefix.is_empty() || prefix.len() > 32 || !prefix.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!("`{part}`: a trace is named by 1 to 32 digits of its id"));
            }
            self.trace_prefix = Some(prefix.into());
            return Ok(());
        }
        let (wanted, word) = match part.strip_prefix('!') {
            Some(word) if !word.is_empty() => (false, word),
            _ => (true, part),
        };
        let inside = |mark: char| word.strip_prefix(mark)?.strip_suffix(mark).filter(|inside| !inside.is_empty());
        let source = match (inside('/'), inside('"')) {
            (Some(pattern), _) => pattern.to_owned(),
            (None, Some(quoted)) => regex::escape(quoted),
            (None, None) => regex::escape(word),
        };
        let pattern = RegexBuilder::new(&source).case_insensitive(true).multi_line(true).size_limit(LARGEST).build();
        let pattern = pattern.map_err(|e| {
            let why = e.to_string();
            format!("`{word}` is no pattern: {}", why.lines().last().unwrap_or_default().trim_start_matches("error: "))
        })?;
        self.words.push(Word { pattern, wanted, literal: inside('/').is_none() });
        Ok(())
    }
}

/// The first part and what follows it. A pattern and a quoted text go to their own end.
fn cut(text: &str) -> Result<(&str, &str), String> {
    let from = usize::from(text.starts_with('!'));
    let Some(mark) = text[from..].chars().next().filter(|c| matches!(c, '/' | '"')) else {
        return Ok(text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())));
    };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(from + 1) {
        if c == mark && !escaped {
            let end = at + 1;
            if text[end..].chars().next().is_none_or(char::is_whitespace) {
                return Ok(text.split_at(end));
            }
        }
        escaped = c == '\\' && !escaped;
    }
    match mark {
        // `/users/17` is a path that somebody looks for.
        '/' => Ok(text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))),
        _ => Err(format!("`{text}`: the closing quote is missing")),
    }
}

fn read_level(name: &str) -> Option<Level> {
    [
        ("trace", Level::Trace),
        ("debug", Level::Debug),
        ("info", Level::Info),
        ("warn", Level::Warn),
        ("warning", Level::Warn),
        ("error", Level::Error),
        ("fatal", Level::Fatal),
    ]
    .into_iter()
    .find_map(|(word, level)| (word == name).then_some(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_part_is_read() {
        let filter =
            LogFilter::parse(r#"level>=warn service:a,b trace:4F1c !health /code=5\d\d/ "two words" /x y/ z"#).unwrap();
        assert_eq!(filter.level, Some(Level::Warn));
        assert_eq!(filter.services.len(), 2);
        assert_eq!(filter.trace_prefix.as_deref(), Some("4f1c"));
        let words: Vec<_> = filter.words.iter().map(|w| (w.pattern.as_str(), w.wanted)).collect();
        assert_eq!(words, [("health", false), (r"code=5\d\d", true), ("two words", true), ("x y", true), ("z", true)]);
        assert!(LogFilter::parse("  ").unwrap().is_all() && !filter.is_all());
        assert_eq!(LogFilter::parse("level:info+").unwrap().level, Some(Level::Info));
    }

    #[test]
    fn what_is_no_filter_says_why() {
        for text in ["level>=", "level:loud", "service:", "trace:xyz", "/(/", "\"open"] {
            let why = LogFilter::parse(text).unwrap_err();
            assert!(why.contains('`'), "{text}: {why}");
        }
        assert!(LogFilter::parse("/users/17 ! http://x").is_ok());
    }
}
