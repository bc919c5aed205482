//! Which lines are asked for: what was typed (`domain::query`) and what the rest of the screen narrows to. Also how the
//! packed form of a line answers a query, reading no more of it than is asked.

use std::sync::Arc;

use regex::bytes::Regex;

use super::block::Entry;
use super::{Logs, codec, fold, reaches};
use crate::domain::id::InstanceId;
use crate::domain::log::{Level, LogFormat, LogLine};
use crate::domain::query::{Query, Subject};
use crate::domain::secret;
use crate::domain::span::TraceId;

/// A filter of lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogFilter {
    /// At least this severe; what tells no level is left out.
    pub level: Option<Level>,
    /// What tells no level is kept all the same.
    pub keep_unknown: bool,
    /// Of one of these services; empty: of any.
    pub services: Vec<Arc<str>>,
    /// Of this instance.
    pub instance: Option<InstanceId>,
    /// Of the service of this instance, only what it says itself; other services are as they are.
    pub only: Option<InstanceId>,
    /// Of exactly this trace.
    pub trace: Option<TraceId>,
    /// Alike: of this pattern.
    pub shape: Option<u64>,
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

    /// Whether a packed line fits.
    pub(super) fn fits(&self, logs: &Logs, entry: &Entry, record: &[u8]) -> bool {
        let kept = self.keep_unknown && entry.level() == Level::Unknown;
        if self.level.is_some_and(|least| !reaches(entry.level(), least)) && !kept {
            return false;
        }
        let packed = Packed { logs, entry, record };
        let name = packed.name();
        if !self.services.is_empty() && !name.is_some_and(|name| self.services.contains(name)) {
            return false;
        }
        if let Some(id) = self.only.as_ref().filter(|id| name == Some(&id.service))
            && codec::instance(record, &logs.tables).as_deref() != Some(&id.address)
        {
            return false;
        }
        if let Some(id) = &self.instance
            && (name != Some(&id.service) || codec::instance(record, &logs.tables).as_deref() != Some(&id.address))
        {
            return false;
        }
        if let Some(shape) = self.shape {
            let message = codec::gist(record, &logs.tables).map_or("", |(message, _)| message);
            if fold::shape(entry.service, entry.level() as u8, message) != shape {
                return false;
            }
        }
        (self.trace.is_none() || codec::trace(record) == self.trace) && self.query.holds(&packed)
    }
}

/// A packed line as what is asked.
struct Packed<'a> {
    logs: &'a Logs,
    entry: &'a Entry,
    record: &'a [u8],
}

impl<'a> Packed<'a> {
    fn name(&self) -> Option<&'a Arc<str>> {
        self.entry.service.checked_sub(1).and_then(|number| self.logs.tables.names.get(number))
    }
}

impl Packed<'_> {
    /// Whether what was found in a line as it came is found in it as it is shown, too: nobody finds a secret by asking for it.
    fn shown(&self, region: &[u8], holds: impl Fn(&LogLine) -> bool) -> bool {
        // Of a line that did not come as text the region does not hold the names of fields, by which secrets are known.
        if codec::came_as_text(self.record) && !secret::may_hold(region) {
            return true;
        }
        let line = codec::read(self.record, self.entry, &self.logs.tables);
        line.is_some_and(|line| holds(&line.masked().unwrap_or(line)))
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
        pattern.is_match(region) && self.shown(region, |line| line.says(pattern))
            || self.name().is_some_and(|name| pattern.is_match(name.as_bytes()))
    }

    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        codec::any_field(self.record, &self.logs.tables, test)
            && self.shown(codec::region(self.record), |line| line.field(test))
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
