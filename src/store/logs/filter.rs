//! Which lines are asked for: what was typed (`domain::query`) and what the rest of the screen narrows to. Also how the
//! packed form of a line answers a query, reading no more of it than is asked.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;
use regex::bytes::Regex;

use super::block::Entry;
use super::{Logs, Shape, codec, reaches};
use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat, LogLine};
use crate::domain::query::{Query, Subject, tells};
use crate::domain::secret;
use crate::domain::span::TraceId;
use crate::domain::whose::Whose;

/// What becomes of a service's lines that belong to no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untraced {
    /// They may be about it.
    Shown,
    /// They are anybody's.
    Hidden,
}

/// Traces that went a way between services, by which their lines about that are told from their others.
#[derive(Clone, Debug)]
pub struct Through {
    ends: Vec<(Whose, Untraced)>,
    traces: Arc<HashSet<TraceId, RandomState>>,
}

impl PartialEq for Through {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && Arc::ptr_eq(&self.traces, &other.traces)
    }
}

impl Through {
    /// Of these services only the lines of these traces, and those of none as is said; other services are as they are.
    pub fn new(ends: Vec<(Whose, Untraced)>, traces: impl Iterator<Item = TraceId>) -> Through {
        Through { ends, traces: Arc::new(traces.collect()) }
    }

    /// Whether it lets the same lines through.
    pub fn is_as(&self, other: &Through) -> bool {
        self.ends == other.ends && self.traces == other.traces
    }

    /// How many traces there are.
    pub fn len(&self) -> usize {
        self.traces.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.traces.is_empty()
    }

    /// Whether a line is one of those that it tells apart.
    fn tells(&self, is_of: impl Fn(&Whose) -> bool, trace: impl Fn() -> Option<TraceId>) -> bool {
        !self.is_empty()
            && self.ends.iter().any(|(end, _)| is_of(end))
            && trace().is_some_and(|id| self.traces.contains(&id))
    }

    fn holds(&self, is_of: impl Fn(&Whose) -> bool, trace: impl Fn() -> Option<TraceId>) -> bool {
        let Some((_, untraced)) = self.ends.iter().find(|(end, _)| is_of(end)) else { return true };
        trace().map_or(*untraced == Untraced::Shown, |id| self.traces.contains(&id))
    }
}

/// A filter of lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogFilter {
    /// At least this severe; what tells no level is left out.
    pub level: Option<Level>,
    /// What tells no level is kept all the same.
    pub keep_unknown: bool,
    /// Of one of these services; empty: of any.
    pub services: Vec<Whose>,
    /// Of this instance of a service.
    pub instance: Option<(Whose, Address)>,
    /// Of the service of this instance, only what it says itself; other services are as they are.
    pub only: Option<(Whose, Address)>,
    /// Of some services, only what belongs to these traces; other services are as they are.
    pub through: Option<Through>,
    /// Of one of exactly these traces; empty: of any or none.
    pub traces: Vec<TraceId>,
    /// Beside those of the service or the instance, what these say in these traces: of calls to it of which it tells nothing.
    pub beside: Option<Through>,
    /// Alike: of this pattern.
    pub shape: Option<Shape>,
    /// What was typed.
    pub query: Query,
}

impl LogFilter {
    /// What was typed, and nothing else.
    ///
    /// # Errors
    /// A sentence that says which part cannot be read.
    pub fn parse(text: &str) -> Result<LogFilter, String> {
        let query = Query::parse(text).map_err(|wrong| wrong.what)?;
        Ok(LogFilter { query, ..LogFilter::default() })
    }

    /// Whether every line fits.
    pub fn is_all(&self) -> bool {
        *self == LogFilter { keep_unknown: self.keep_unknown, query: self.query.clone(), ..LogFilter::default() }
            && self.query.is_all()
    }

    /// Whether a packed line fits. The bytes from which secrets had to be taken out for the answer are added to `masked`.
    pub(super) fn fits(&self, logs: &Logs, entry: &Entry, record: &[u8], masked: &Cell<u64>) -> bool {
        let kept = self.keep_unknown && entry.level() == Level::Unknown;
        if self.level.is_some_and(|least| !reaches(entry.level(), least)) && !kept {
            return false;
        }
        let packed = Packed { logs, entry, record, masked };
        let is_of = |whose: &Whose| match packed.name() {
            Some(name) => whose.is_called(name),
            None if !whose.has_places() => false,
            None => codec::nameless(record, &logs.tables).is_some_and(|address| whose.is_at(&address)),
        };
        let is_at = |at: &Address| codec::instance(record, &logs.tables).as_deref() == Some(at);
        let tells = |through: &Through| through.tells(is_of, || codec::trace(record));
        let is_beside = || self.beside.as_ref().is_some_and(tells);
        if !self.services.is_empty() && !self.services.iter().any(is_of) && !is_beside() {
            return false;
        }
        if self.only.as_ref().is_some_and(|(whose, at)| is_of(whose) && !is_at(at)) {
            return false;
        }
        if self.through.as_ref().is_some_and(|through| !through.holds(is_of, || codec::trace(record))) {
            return false;
        }
        if self.instance.as_ref().is_some_and(|(whose, at)| !is_of(whose) || !is_at(at)) && !is_beside() {
            return false;
        }
        if let Some(shape) = &self.shape {
            let message = codec::gist(record, &logs.tables).map_or("", |(message, _)| message);
            if !shape.fits(entry, message) {
                return false;
            }
        }
        let of_trace = || codec::trace(record).is_some_and(|id| self.traces.contains(&id));
        (self.traces.is_empty() || of_trace()) && self.query.holds(&packed)
    }
}

/// A packed line as what is asked.
struct Packed<'a> {
    logs: &'a Logs,
    entry: &'a Entry,
    record: &'a [u8],
    masked: &'a Cell<u64>,
}

impl<'a> Packed<'a> {
    fn name(&self) -> Option<&'a Arc<str>> {
        self.entry.service.checked_sub(1).and_then(|number| self.logs.tables.names.get(number))
    }
}

/// What was found in a line as it came has to be found in it as it is shown, too: nobody finds a secret by asking for it.
impl Packed<'_> {
    /// Secrets were taken out of so many bytes.
    fn mask(&self, bytes: usize) {
        self.masked.set(self.masked.get() + bytes as u64);
    }

    /// Whether what was found in the region is found in the text as it is shown, or in the line where that did not come as text.
    fn shows(&self, region: &[u8], text: impl Fn(&[u8]) -> bool, line: impl Fn(&LogLine) -> bool) -> bool {
        // Of a line that did not come as text the region does not hold the names of fields, by which secrets are known.
        let is_text = codec::came_as_text(self.record);
        if is_text && !secret::may_hold(region) {
            return true;
        }
        if is_text && let Ok(came) = std::str::from_utf8(region) {
            // What else is known of the line was read out of this.
            self.mask(region.len());
            return text(secret::mask(came).as_bytes());
        }
        let Some(read) = codec::read(self.record, self.entry, &self.logs.tables) else { return false };
        let masked = read.masked();
        if masked.is_some() {
            self.mask(self.record.len());
        }
        line(&masked.unwrap_or(read))
    }

    fn shows_field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        if codec::came_as_text(self.record) && !secret::may_hold(codec::region(self.record)) {
            return true;
        }
        let Some(line) = codec::read(self.record, self.entry, &self.logs.tables) else { return false };
        let flat = line.flat();
        let is_shown = |key: &str, value: &str, shown: Cow<'_, str>| {
            self.mask(value.len());
            test(key, &shown)
        };
        let mut fields = line.fields.iter().filter(|(key, value)| test(key, value));
        fields.any(|(key, value)| is_shown(key, value, flat.mask(key, value)))
            || test("message", &line.message) && is_shown("message", &line.message, secret::mask(&line.message))
    }
}

impl Subject for Packed<'_> {
    fn level(&self) -> Level {
        self.entry.level()
    }

    fn service(&self) -> Option<&str> {
        self.name().map(|name| &**name)
    }

    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool {
        codec::instance(self.record, &self.logs.tables).is_some_and(|address| test(address.text()))
    }

    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool {
        codec::trace(self.record).is_some_and(|id| test(&id.to_string()))
    }

    fn span(&self, test: &dyn Fn(&str) -> bool) -> bool {
        codec::span(self.record, &self.logs.tables).is_some_and(|id| test(&id.to_string()))
    }

    fn source(&self, test: &dyn Fn(&str) -> bool) -> bool {
        codec::source(self.record, &self.logs.tables).is_some_and(|source| test(source.name()))
    }

    fn format(&self) -> Option<LogFormat> {
        Some(codec::format(self.record))
    }

    fn says(&self, pattern: &Regex) -> bool {
        let region = codec::region(self.record);
        pattern.is_match(region) && self.shows(region, |text| pattern.is_match(text), |line| line.says(pattern))
            || self.name().is_some_and(|name| pattern.is_match(name.as_bytes()))
    }

    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        codec::any_field(self.record, &self.logs.tables, test) && self.shows_field(test)
    }

    fn tells(&self, pattern: &Regex, test: &dyn Fn(&str) -> bool) -> bool {
        let region = codec::region(self.record);
        tells(region, pattern, test)
            && self.shows(region, |text| tells(text, pattern, test), |line| line.tells(pattern, test))
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
