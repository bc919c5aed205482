//! The list of traces that fit a filter, newest or slowest first, kept up to date by looking only at what changed since; what was
//! there before it is looked at in pieces, the newest first, so that no frame waits for it. Rows are worked out for the viewport
//! alone.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::domain::address::Address;
use crate::domain::query::Query;
use crate::domain::span::TraceId;
use crate::domain::whose::Whose;
use crate::store::effort::Effort;
use crate::store::places::Places;

use super::codec;
use super::edge::{Begun, Edge};
use super::{Guard, Held, Kept, Reach, Traces};

/// What stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceOrder {
    /// The newest.
    #[default]
    Newest,
    /// What took longest.
    Slowest,
}

/// Which traces are asked for; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceFilter {
    /// A span of this service, here or in what came of its messages.
    pub service: Option<Whose>,
    /// A span of this instance of a service.
    pub instance: Option<(Whose, Address)>,
    /// A call from the first to the second service.
    pub edge: Option<(Whose, Whose)>,
    /// Of those calls, only the ones that the instance at this address made.
    pub caller: Option<Address>,
    /// Beside those calls, what these breakers of the caller's turned away.
    pub guard: Option<Guard>,
    /// Beside what a service, an instance or a callee answered, calls to it that nobody did; where none of those is asked for, these
    /// alone.
    pub reach: Option<Reach>,
    /// A span that failed.
    pub failed: bool,
    /// Of the ordinary ones, those that neither failed nor were slow, one in so many; 0 and 1: all.
    pub one_in: u64,
    /// At least this long, in ns.
    pub at_least_ns: Option<u64>,
    /// What stands first.
    pub order: TraceOrder,
    /// The words that were typed.
    pub query: Query,
    /// The beginning of the trace's id, in hex.
    pub id: Option<Arc<str>>,
}

impl TraceFilter {
    /// Whether it asks for some traces alone, not counting that of the ordinary ones a sample may do.
    pub fn narrows(&self) -> bool {
        let of_any = !self.names_any() && self.reach.is_none() && self.id.is_none();
        !(of_any && !self.failed && self.at_least_ns.is_none() && self.query.is_all())
    }

    /// What it takes to know whether a trace fits, in units of [`Effort`].
    fn effort(&self, id: TraceId, held: &Held, traces: &Traces) -> u64 {
        let bytes = held.packed.len() as u64;
        let mut heads = if self.service.is_some() || self.instance.is_some() { bytes } else { 0 };
        if self.reach.is_some() {
            heads += bytes;
        }
        if self.edge.is_some() || self.service.is_some() {
            // Those that took its messages are read, too; of an edge perhaps its events.
            let taking = traces.linked.to(id).filter_map(|other| traces.traces.get(&other));
            heads += taking.map(|held| held.packed.len() as u64).sum::<u64>();
            heads += if self.edge.is_some() { 2 * bytes } else { 0 };
        }
        TRACE + if self.query.is_all() { 0 } else { bytes * SPANS.0 / SPANS.1 } + heads / HEADS
    }

    fn fits(&self, id: &TraceId, held: &Held, traces: &Traces) -> bool {
        if self.failed && held.kept != Kept::Failed {
            return false;
        }
        let ordinary = matches!(held.kept, Kept::Recent | Kept::Breaker);
        if self.one_in > 1 && ordinary && !number(id).is_multiple_of(self.one_in) {
            return false;
        }
        if self.at_least_ns.is_some_and(|least| held.took_ns() < least) {
            return false;
        }
        let of_any = !self.names_any() && self.reach.is_none();
        (of_any || self.is_of(id, held, traces))
            && self.id.as_ref().is_none_or(|prefix| id.begins_with(prefix))
            && (self.query.is_all() || traces.fits(*id, &self.query))
    }

    /// Whether it is of whom is asked for.
    fn is_of(&self, id: &TraceId, held: &Held, traces: &Traces) -> bool {
        let heads = begun(held, traces);
        let met = |whose: &Whose, heads: &[Begun<'_>]| heads.iter().any(|(h, _)| whose.is_called(&h.service));
        let reached = || {
            let reach = self.reach.as_ref();
            reach.is_some_and(|reach| reach.is_called(&heads, |_| true, &traces.tables))
        };
        // What came of its messages is a part of it, as it is for a query.
        let went_on = |whose: &Whose| {
            let mut below = traces.traces_below(*id).0.into_iter().filter_map(|(_, other)| traces.traces.get(&other));
            below.any(|held| met(whose, &begun(held, traces)))
        };
        let of_service = |whose: &Whose| met(whose, &heads) || reached() || went_on(whose);
        let of_instance = |(whose, at): &(Whose, Address)| {
            let is_it = |(h, _): &Begun<'_>| whose.is_called(&h.service) && h.instance.as_deref() == Some(at);
            heads.iter().any(is_it) || reached()
        };
        let came = |(from, to): &(Whose, Whose)| {
            let (at, guard, reach) = (self.caller.as_ref(), self.guard.as_ref(), self.reach.as_ref());
            Edge { from, at, to, guard, reach }.came(*id, &heads, traces)
        };
        self.service.as_ref().is_none_or(of_service)
            && self.instance.as_ref().is_none_or(of_instance)
            && self.edge.as_ref().is_none_or(came)
            && (self.names_any() || reached())
    }

    /// Whether it names a service, an instance or an edge.
    fn names_any(&self) -> bool {
        self.service.is_some() || self.instance.is_some() || self.edge.is_some()
    }
}

/// The spans of a trace, as far as who did what.
fn begun<'a>(held: &'a Held, traces: &'a Traces) -> Vec<Begun<'a>> {
    codec::records(&held.packed).filter_map(|record| codec::front(record, &traces.tables)).collect()
}

/// The traces of a queue, in its order.
fn ids(queue: &VecDeque<(TraceId, u64)>) -> impl Iterator<Item = TraceId> {
    queue.iter().map(|(id, _)| *id)
}

/// A number of the trace's own, mixed, as some generators count: which ones are shown of many does not change.
fn number(id: &TraceId) -> u64 {
    let half = |bytes: &[u8]| bytes.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    (half(&id.0[..8]) ^ half(&id.0[8..])).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// What it takes to look at a trace, in units of [`Effort`]: by itself; in how many for so many bytes of spans that are asked a
/// query; in bytes a unit where only who was called is read.
const TRACE: u64 = 500;
const SPANS: (u64, u64) = (5, 2);
const HEADS: u64 = 2;

/// Traces that are still to be looked at, in this order; of each the last one first.
#[derive(Clone, Debug, Default)]
struct Behind {
    /// Those that came or changed since the list was last up to date.
    changed: Vec<TraceId>,
    /// Those that stay longer: few, and looked for most.
    kept: Vec<TraceId>,
    recent: Vec<TraceId>,
}

/// The traces that fit a filter.
#[derive(Clone, Debug, Default)]
pub struct TraceList {
    filter: TraceFilter,
    seen: u64,
    behind: Behind,
    hits: Places<(u64, TraceId)>,
    places: HashMap<TraceId, u64, RandomState>,
}

impl TraceList {
    /// An empty list; [`TraceList::refresh`] fills it.
    pub fn new(filter: TraceFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// The filter.
    pub fn filter(&self) -> &TraceFilter {
        &self.filter
    }

    /// Brings the list wholly up to date.
    pub fn refresh(&mut self, traces: &Traces) {
        self.refresh_within(traces, &mut Effort::whole());
    }

    /// Goes on bringing the list up to date as far as the effort goes: what came and went since, then what was there before,
    /// the newest first: see [`TraceList::behind`].
    pub fn refresh_within(&mut self, traces: &Traces, effort: &mut Effort) {
        if self.seen != traces.revision {
            // Of a new list everything was there before.
            let changed = (self.seen > 0).then(|| traces.changes.since(self.seen)).flatten();
            match changed {
                Some(changed) => {
                    let queue = &mut self.behind.changed;
                    let before = queue.len();
                    queue.extend(changed);
                    if self.filter.edge.is_some() {
                        // Who put a message tells of those that took it, which may have come before.
                        let taking: Vec<TraceId> =
                            queue[before..].iter().flat_map(|id| traces.linked.to(*id)).collect();
                        queue.extend(taking);
                    }
                }
                None => {
                    (self.hits, self.places) = Default::default();
                    let recent = traces.pinned().chain(ids(&traces.recent)).collect();
                    self.behind = Behind { changed: Vec::new(), kept: ids(&traces.kept).collect(), recent };
                }
            }
            self.seen = traces.revision;
        }
        let mut found = Vec::new();
        while !effort.is_spent() {
            let anew = self.behind.changed.pop();
            let Some(id) = anew.or_else(|| self.behind.kept.pop()).or_else(|| self.behind.recent.pop()) else {
                self.behind = Behind::default();
                break;
            };
            match anew.is_none() && self.places.contains_key(&id) {
                true => effort.spend(TRACE / 10),
                false => self.look(id, traces, &mut found, effort),
            }
        }
        // One that was looked at twice stands where it stood last.
        found.retain(|(key, id)| self.places.get(id) == Some(key));
        found.sort_unstable();
        found.dedup();
        self.hits.put(found);
    }

    /// How many traces are still to be looked at.
    pub fn behind(&self) -> usize {
        self.behind.changed.len() + self.behind.kept.len() + self.behind.recent.len()
    }

    fn look(&mut self, id: TraceId, traces: &Traces, found: &mut Vec<(u64, TraceId)>, effort: &mut Effort) {
        if let Some(key) = self.places.remove(&id) {
            self.hits.remove((key, id));
        }
        let Some(held) = traces.traces.get(&id) else { return effort.spend(TRACE) };
        effort.spend(self.filter.effort(id, held, traces));
        if self.filter.fits(&id, held, traces) {
            let key = match self.filter.order {
                TraceOrder::Newest => held.stands_ns(),
                TraceOrder::Slowest => held.took_ns(),
            };
            self.places.insert(id, key);
            found.push((key, id));
        }
    }

    /// How many traces fit.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether none fits.
    pub fn is_empty(&self) -> bool {
        self.hits.len() == 0
    }

    /// By what a trace stands where it does.
    pub fn place(&self, id: TraceId) -> Option<(u64, TraceId)> {
        Some((*self.places.get(&id)?, id))
    }

    /// The trace that stands where one of this place stood, now that it is gone; the last where nothing is below it.
    pub fn nearest(&self, place: (u64, TraceId)) -> Option<TraceId> {
        self.hits.upto(place).or_else(|| self.hits.first()).map(|(_, id)| id)
    }

    /// The ids of `count` traces from the `from`th, newest first.
    pub fn ids(&self, from: usize, count: usize) -> impl Iterator<Item = TraceId> {
        self.hits.latest(from, count).map(|(_, id)| id)
    }

    /// Where a trace stands in the list.
    pub fn position(&self, id: TraceId) -> Option<usize> {
        let key = *self.places.get(&id)?;
        Some(self.hits.count_from((key, id)) - 1)
    }
}
