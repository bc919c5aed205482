//! Traffic of operations: what each service is asked for, or begins by itself, by the name of the span that answers or is at the
//! top, with traces that show it.
//! Names that hold an id of their own must not eat the memory: beyond the limit they are counted together, per service.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::series::{CELLS, Calls, Series};
use super::{Traffic, TrafficStore};
use crate::domain::span::{Ended, Span, TraceId};
use crate::domain::time::Moment;

/// Operations kept.
const MOST: usize = 512;
/// The name under which further ones are counted.
const OTHER: &str = "(other operations)";
/// An exemplar gives way to a lesser one after this long, in ms.
const FRESH_MS: i64 = 60_000;

/// The operations, by number of the service and name.
#[derive(Debug, Default)]
pub(super) struct Operations {
    of: BTreeMap<(u32, Arc<str>), Box<One>>,
}

#[derive(Debug)]
struct One {
    series: Series,
    slow: Option<(Moment, u64, TraceId)>,
    failed: Option<(Moment, TraceId)>,
    /// Calls that were turned away, as errors, and the trace of the last; most operations have none.
    refused: Option<Box<(Series, TraceId)>>,
}

/// An operation as it is now.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// The service that answers.
    pub service: &'a Arc<str>,
    /// What is asked of it.
    pub name: &'a Arc<str>,
    /// How it goes.
    pub traffic: Traffic,
    /// Two minutes of calls in cells of 2 s, oldest first; the last one is going on.
    pub cells: [Calls; CELLS],
    /// Calls of the last minute that were turned away: answered 4xx, which counts as no error.
    pub refused: u32,
    /// The trace of the slowest call of about the last minute.
    pub slow: Option<TraceId>,
    /// The trace of the last call that failed.
    pub failed: Option<TraceId>,
    /// The trace of the last call that was turned away.
    pub turned_away: Option<TraceId>,
}

impl Operation<'_> {
    /// Whether so many are turned away that it is worth a word: a tenth of the last minute's calls at least.
    pub fn turns_away(&self) -> bool {
        self.refused > 0 && self.refused.saturating_mul(10) >= self.traffic.minute.calls
    }
}

impl Operations {
    /// Counts a call that was answered.
    pub(super) fn take(&mut self, now: Moment, service: u32, span: &Span, ended: Ended, us: u64) {
        let failed = ended == Ended::Failed;
        let mut key = (service, span.name.clone());
        if self.of.len() >= MOST && !self.of.contains_key(&key) {
            key.1 = OTHER.into();
            // So many services that not even that has room are counted as services alone.
            if self.of.len() >= MOST * 2 && !self.of.contains_key(&key) {
                return;
            }
        }
        let one = self
            .of
            .entry(key)
            .or_insert_with(|| Box::new(One { series: Series::new(now), slow: None, failed: None, refused: None }));
        one.series.record(now, failed, us);
        if one.slow.is_none_or(|(at, slowest, _)| us >= slowest || now.since(at) > FRESH_MS) {
            one.slow = Some((now, us, span.trace));
        }
        if ended == Ended::Refused {
            let refused = one.refused.get_or_insert_with(|| Box::new((Series::new(now), span.trace)));
            refused.0.record(now, true, 0);
            refused.1 = span.trace;
        }
        if failed {
            one.failed = Some((now, span.trace));
        }
    }
}

impl TrafficStore {
    /// The operations that were asked for, by service and name.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.operations.of.iter().filter_map(|((service, name), one)| {
            let service = self.services.get(*service as usize)?;
            Some(Operation {
                service: &service.name,
                name,
                traffic: self.traffic(&one.series)?,
                cells: one.series.cells(self.now),
                refused: one.refused.as_ref().map_or(0, |refused| refused.0.minute(self.now).errors),
                slow: one.slow.map(|(.., trace)| trace),
                failed: one.failed.map(|(_, trace)| trace),
                turned_away: one.refused.as_ref().map(|refused| refused.1),
            })
        })
    }
}
