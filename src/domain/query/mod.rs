//! What is asked of log lines (and of whatever else tells a level, a service, a trace, fields and text), in the words that
//! are typed: `level>=warn service:orders,payments !health /code=5\d\d/ trace:4f1c status=5.. "two words"`. Everything that
//! is named must hold; `!` turns a part round. Not where the lines are: what can be asked is a [`Subject`].

mod complete;
mod line;
mod parse;
mod term;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use complete::{Completion, Known, complete};
pub use term::{Subject, Term, What};

use super::log::LogLine;

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
        let wide = query.get(self.at.clone()).map_or(1, |part| part.chars().count()).clamp(1, 200);
        let shown: String = query.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("  {shown}\n  {}{}\n  {}", " ".repeat(before), "^".repeat(wide), self.what)
    }
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// The first part that cannot be read.
    pub fn parse(text: &str) -> Result<Query, Wrong> {
        let mut terms = parse::terms(text)?;
        terms.sort_by_key(Term::cost);
        Ok(Query { text: text.trim().into(), terms })
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

    /// Whether a line is what is asked for.
    pub fn fits(&self, line: &LogLine) -> bool {
        self.holds(line)
    }

    /// Whether everything that is asked holds of this.
    pub fn holds(&self, subject: &impl Subject) -> bool {
        self.terms.iter().all(|term| term.holds(subject))
    }
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
