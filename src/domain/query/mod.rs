//! What is asked of log lines and of traces (and of whatever else tells a service, a trace, fields and text), in the words
//! that are typed: `level>=warn service:orders,payments !health /code=5\d\d/ trace:4f1c status=5.. "two words"`. Everything
//! that is named must hold; `!` turns a part round. One grammar for both, with names of their own ([`Asked`]). Not where
//! lines and spans are kept: what can be asked is a [`Subject`].

mod ask;
mod complete;
mod event;
mod hint;
mod line;
mod parse;
mod span;
mod term;
mod vocabulary;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use complete::{Completion, Known, complete};
pub use hint::Hints;
pub use term::{Subject, Term, Value, What, is_field, tells};
pub use vocabulary::Asked;

use super::log::LogLine;

/// Places of one pattern in one text that are marked.
const MOST_MARKS: usize = 200;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Query {
    text: Arc<str>,
    /// The cheapest to answer first.
    terms: Vec<Term>,
}

/// Queries are equal when they were typed the same.
impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Characters that are shown around the part that is wrong, of a query that is longer.
const AROUND: usize = 60;

/// Why a query cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which part of it, in bytes.
    pub at: Range<usize>,
    /// What is wrong there, and what would be right.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Wrong {}

impl Wrong {
    fn new(at: Range<usize>, what: impl Into<String>) -> Wrong {
        Wrong { at, what: what.into() }
    }

    /// The query with a caret below the part that is wrong, and what is wrong with it, on three lines.
    pub fn caret(&self, query: &str) -> String {
        let before = query.get(..self.at.start).unwrap_or(query).chars().count();
        let wide = query.get(self.at.clone()).map_or(1, |part| part.chars().count()).clamp(1, AROUND);
        let shown = query.chars().map(|c| if c.is_control() { ' ' } else { c });
        // Of one that is longer than a line of a terminal what stands around it.
        let skip = before.saturating_sub(AROUND);
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let (front, end) = (cut(skip > 0), cut(query.chars().count() > before + wide + AROUND));
        let part: String = shown.skip(skip).take(before - skip + wide + AROUND).collect();
        let gap = " ".repeat(before - skip + front.chars().count());
        format!("  {front}{part}{end}\n  {gap}{}\n  {}", "^".repeat(wide), self.what)
    }
}

impl Query {
    /// Reads what was typed to be asked of log lines.
    ///
    /// # Errors
    /// The first part that cannot be read.
    pub fn parse(text: &str) -> Result<Query, Wrong> {
        Query::parse_for(Asked::Lines, text)
    }

    /// Reads what was typed.
    ///
    /// # Errors
    /// The first part that cannot be read.
    pub fn parse_for(asked: Asked, text: &str) -> Result<Query, Wrong> {
        let (query, wrong) = Query::readable(asked, text);
        wrong.map_or(Ok(query), Err)
    }

    /// What can be read of a text while it is typed, and the first part that cannot: that one asks nothing.
    pub fn readable(asked: Asked, text: &str) -> (Query, Option<Wrong>) {
        let (mut terms, mut first) = (Vec::new(), None);
        for term in parse::terms(asked, text) {
            match term {
                Ok(term) => terms.push(term),
                Err(wrong) => first = first.or(Some(wrong)),
            }
        }
        terms.sort_by_key(Term::cost);
        (Query { text: text.trim().into(), terms }, first)
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is asked.
    pub fn is_all(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a level is asked for.
    pub fn asks_level(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.what, What::Level(_)))
    }

    /// The parts, the cheapest to answer first.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What both ask: everything of either must hold.
    #[must_use]
    pub fn and(&self, other: &Query) -> Query {
        let mut terms = [&*self.terms, &*other.terms].concat();
        terms.sort_by_key(Term::cost);
        Query { text: format!("{} {}", self.text, other.text).trim().into(), terms }
    }

    /// Where its wanted words and patterns stand in a text, in bytes: in order, none over another.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let wanted = self.terms.iter().filter_map(|term| match &term.what {
            What::Text { pattern, .. } if term.wanted => Some(pattern),
            _ => None,
        });
        let found = wanted.flat_map(|pattern| pattern.find_iter(text.as_bytes()).take(MOST_MARKS));
        // A pattern may ask for bytes: what would part a character marks nothing.
        let mut marks: Vec<Range<usize>> = found
            .map(|hit| hit.range())
            .filter(|hit| !hit.is_empty() && text.is_char_boundary(hit.start) && text.is_char_boundary(hit.end))
            .collect();
        marks.sort_by_key(|hit| hit.start);
        let mut end = 0;
        marks.retain(|hit| {
            let free = hit.start >= end;
            end = if free { hit.end } else { end };
            free
        });
        marks
    }

    /// Whether everything that is asked are words and patterns, and a text is what they want: for what is no line.
    pub fn is_told_by(&self, text: &str) -> bool {
        let told = |term: &Term| match &term.what {
            What::Text { pattern, .. } => pattern.is_match(text.as_bytes()) == term.wanted,
            _ => false,
        };
        !self.terms.is_empty() && self.terms.iter().all(told)
    }

    /// Whether a line is what is asked for, as it is shown: nobody finds a secret by asking for it.
    pub fn fits(&self, line: &LogLine) -> bool {
        self.is_all() || line.masked().map_or_else(|| self.holds(line), |shown| self.holds(&shown))
    }

    /// Whether everything that is asked holds of this.
    pub fn holds(&self, subject: &impl Subject) -> bool {
        self.terms.iter().all(|term| term.holds(subject))
    }
}

#[cfg(test)]
mod service_tests;

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
