//! Traffic as metrics tell it, for services and instances that send no spans: what was answered between two exports, over
//! the time between them. Counters that begin anew count from there; a point that comes twice counts once. Where spans
//! tell of the same service, theirs is what is shown: they tell of each request.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::histogram::{self, Histogram};
use super::series::Calls;
use super::{Traffic, TrafficSource, TrafficStore};
use crate::domain::address::Address;
use crate::domain::id::InstanceId;
use crate::domain::measure::{Measure, Measured};
use crate::domain::time::Moment;

/// Instances (and services whose instances tell no address) that are kept.
const MOST: usize = 4_000;
/// Series of one of them.
const MOST_SERIES: usize = 500;
/// Stretches between exports that are kept of each: a minute of exports every second.
const MOST_STRETCHES: usize = 60;
/// What is looked back at, in ns.
const WINDOW_NS: u64 = 60_000_000_000;
/// Over how much of that a rate is taken, in ns; at least the last stretch.
const RATE_NS: u64 = 10_000_000_000;
/// A sender that stays away for so many of its intervals, and no less than this in ms, tells nothing of now.
const INTERVALS: i64 = 3;
const SILENCE_MS: i64 = 30_000;

/// Who is measured: a service, and its instance where told.
type Who = (Arc<str>, Option<Address>);

/// What metrics tell.
#[derive(Debug, Default)]
pub(super) struct MeasuredStore {
    of: HashMap<Who, One>,
    left_out: u64,
}

/// One instance.
#[derive(Debug, Default)]
struct One {
    series: HashMap<u64, Last>,
    stretches: VecDeque<Stretch>,
    heard: Moment,
}

/// The last point of a series.
#[derive(Debug)]
enum Last {
    Answered { start_ns: u64, at_ns: u64, count: u64, took: Vec<(u64, u64, u64)> },
    Open { at_ns: u64, open: i64 },
}

/// What was answered between two exports.
#[derive(Debug)]
struct Stretch {
    from_ns: u64,
    until_ns: u64,
    calls: Calls,
    took: Histogram,
}

impl TrafficStore {
    /// Takes what metrics tell, taken now.
    pub fn apply_measures(&mut self, now: Moment, measures: &[Measure]) {
        self.tick(now);
        for measure in measures {
            let service = self.known_as(&measure.service).unwrap_or_else(|| measure.service.clone());
            let who = (service, measure.instance.clone());
            let store = &mut self.measured;
            if store.of.len() >= MOST && !store.of.contains_key(&who) {
                store.of.retain(|_, one| now.since(one.heard) < SILENCE_MS * 10);
                if store.of.len() >= MOST {
                    store.left_out += 1;
                    continue;
                }
            }
            let one = store.of.entry(who).or_default();
            one.heard = now;
            one.take(measure);
        }
    }

    /// Points of instances beyond the limit.
    pub fn measures_left_out(&self) -> u64 {
        self.measured.left_out
    }

    /// Requests that an instance is answering now, as its metrics tell; `None` where none does.
    pub fn in_flight(&self, id: &InstanceId) -> Option<u64> {
        let one = self.measured.of.get(&(id.service.clone(), Some(id.address.clone())))?;
        one.is_live(self.now).then_some(())?;
        let open = one.series.values().filter_map(|last| match last {
            Last::Open { open, .. } => Some(*open),
            Last::Answered { .. } => None,
        });
        let all: Vec<i64> = open.collect();
        (!all.is_empty()).then(|| all.iter().sum::<i64>().max(0) as u64)
    }

    /// The calls that an instance served, by its metrics.
    pub(super) fn measured_instance(&self, id: &InstanceId) -> Option<Traffic> {
        let one = self.measured.of.get(&(id.service.clone(), Some(id.address.clone())))?;
        traffic(std::iter::once(one), self.now)
    }

    /// The calls that a service served, by the metrics of all of its instances.
    pub(super) fn measured_service(&self, name: &str) -> Option<Traffic> {
        if self.measured.of.is_empty() {
            return None;
        }
        traffic(self.measured.of.iter().filter(|((service, _), _)| &**service == name).map(|(_, one)| one), self.now)
    }
}

impl One {
    fn is_live(&self, now: Moment) -> bool {
        let interval = self.stretches.back().map_or(0, |s| (s.until_ns.saturating_sub(s.from_ns) / 1_000_000) as i64);
        now.since(self.heard) < SILENCE_MS.max(interval.saturating_mul(INTERVALS))
    }

    fn take(&mut self, measure: &Measure) {
        let full = self.series.len() >= MOST_SERIES && !self.series.contains_key(&measure.series);
        if full {
            return;
        }
        let (start_ns, at_ns) = (measure.start_ns, measure.at_ns);
        match &measure.what {
            Measured::Open(told) => {
                let before = match self.series.get(&measure.series) {
                    Some(Last::Open { at_ns: last, .. }) if *last >= at_ns => return,
                    Some(Last::Open { open, .. }) if measure.delta => *open,
                    _ => 0,
                };
                self.series.insert(measure.series, Last::Open { at_ns, open: before.saturating_add(*told) });
            }
            Measured::Answered { failed, count, took } => {
                let before = match self.series.get(&measure.series) {
                    Some(Last::Answered { at_ns, count, took, start_ns }) => Some((*start_ns, *at_ns, *count, took)),
                    _ => None,
                };
                if before.is_some_and(|(_, last, ..)| last >= at_ns) {
                    return;
                }
                match before {
                    _ if measure.delta => {
                        let from = before.map_or(start_ns, |(_, last, ..)| start_ns.max(last));
                        self.stretch(from, at_ns, *count, *failed, took.iter().copied());
                    }
                    // It began anew: all of it is new since then.
                    Some((start, last, before, _)) if *count < before || (start_ns > start && start > 0) => {
                        self.stretch(start_ns.max(last), at_ns, *count, *failed, took.iter().copied());
                    }
                    Some((_, last, before, old)) => {
                        let grown = took.iter().map(|(from, until, count)| {
                            let same = old.iter().find(|(f, u, _)| f == from && u == until);
                            // The longest of all, where a bucket ends that has no bound, may have grown.
                            let had = same.or_else(|| old.iter().find(|(f, ..)| f == from)).map_or(0, |(.., n)| *n);
                            (*from, *until, count.saturating_sub(had))
                        });
                        let grown: Vec<_> = grown.collect();
                        self.stretch(last, at_ns, *count - before, *failed, grown.into_iter());
                    }
                    // The first of a series is a base: how long it took to get there nobody knows, unless it has just begun
                    // beside others that are known already.
                    None => {
                        let since = self.stretches.back().map(|s| s.from_ns).filter(|from| start_ns >= *from);
                        if let Some(from) = since {
                            self.stretch(from.max(start_ns), at_ns, *count, *failed, took.iter().copied());
                        }
                    }
                }
                let took = if measure.delta { Vec::new() } else { took.clone() };
                self.series.insert(measure.series, Last::Answered { start_ns, at_ns, count: *count, took });
            }
        }
    }

    /// Counts what was answered in a stretch of time. Series of one export share it.
    fn stretch(
        &mut self,
        from: u64,
        until: u64,
        count: u64,
        failed: bool,
        took: impl Iterator<Item = (u64, u64, u64)>,
    ) {
        if until <= from {
            return;
        }
        let same = |s: &Stretch| s.until_ns.abs_diff(until) < (until - from) / 4;
        let stretch = match self.stretches.iter_mut().rev().find(|s| same(s)) {
            Some(stretch) => stretch,
            None => {
                let stretch =
                    Stretch { from_ns: from, until_ns: until, calls: Calls::default(), took: Histogram::default() };
                self.stretches.push_back(stretch);
                let newest = self.stretches.iter().map(|s| s.until_ns).max().unwrap_or(until);
                let old = |s: &Stretch| s.until_ns.saturating_add(WINDOW_NS) < newest;
                while self.stretches.len() > 1
                    && self.stretches.front().is_some_and(|s| old(s) || self.stretches.len() > MOST_STRETCHES)
                {
                    self.stretches.pop_front();
                }
                let Some(stretch) = self.stretches.back_mut() else { return };
                stretch
            }
        };
        stretch.from_ns = stretch.from_ns.min(from);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        stretch.calls.calls = stretch.calls.calls.saturating_add(count);
        stretch.calls.errors = stretch.calls.errors.saturating_add(if failed { count } else { 0 });
        took.for_each(|(from, until, count)| stretch.took.record_between(from, until, count));
    }
}

fn traffic<'a>(all: impl Iterator<Item = &'a One>, now: Moment) -> Option<Traffic> {
    let live: Vec<&One> = all.filter(|one| one.is_live(now) && !one.stretches.is_empty()).collect();
    let as_of = live.iter().map(|one| one.heard).max()?;
    let (mut rate, mut minute) = (0.0, Calls::default());
    for one in &live {
        let newest = one.stretches.back().map_or(0, |s| s.until_ns);
        let recent = |s: &&Stretch| s.until_ns + RATE_NS > newest;
        let calls: f64 = one.stretches.iter().filter(recent).map(|s| f64::from(s.calls.calls)).sum();
        let ns: u64 = one.stretches.iter().filter(recent).map(|s| s.until_ns - s.from_ns).sum();
        rate += calls / (ns as f64 / 1e9);
        for stretch in &one.stretches {
            minute.calls = minute.calls.saturating_add(stretch.calls.calls);
            minute.errors = minute.errors.saturating_add(stretch.calls.errors);
        }
    }
    let quantile = |share| {
        let all = live.iter().flat_map(|one| &one.stretches).map(|stretch| &stretch.took);
        histogram::quantile(all, share).map(|us| us / 1_000.0)
    };
    Some(Traffic {
        rate: Some(rate),
        error_ratio: minute.error_ratio(),
        p50_ms: quantile(0.5),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
        minute,
        as_of,
        source: TrafficSource::Metrics,
    })
}

#[cfg(test)]
#[path = "measured_tests.rs"]
mod tests;
