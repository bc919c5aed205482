//! A trace beside the usual one of the same root: the one in the middle, by duration, of those that went well and did the same
//! work, from before what goes on now where that made them slower. Where the time went that the usual one did not need. Not a
//! statistic of all requests: that is the store of traffic's; nor which traces can be usual: that is `roots`.

pub(super) mod work;

use std::sync::Arc;

use super::callee::Learnt;
use super::held::Key;
use super::roots::ENOUGH;
use super::{Held, Traces};
use crate::domain::span::TraceId;
pub use work::Part;

/// Traces with more spans are compared by their duration alone.
const MOST_SPANS: u32 = 2_000;

/// A smaller difference is none, in ns.
pub(super) const NOTABLE_NS: u64 = 2_000_000;

/// A trace beside the usual one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Which one is the usual.
    pub usual: TraceId,
    /// How long that took, in ns.
    pub usual_ns: u64,
    /// How long this one took, in ns.
    pub took_ns: u64,
    /// Of how many traces it is the one in the middle.
    pub of: usize,
    /// How long those take now and then, in ns: what is longer is not ordinary.
    pub at_times_ns: u64,
    /// From when to when those began, in ns since the epoch; of many without an eighth at either end, as a clock may be wrong.
    pub of_ns: (u64, u64),
    /// What each service did in this one and in the usual one; what differs most first.
    pub services: Vec<Share>,
    /// How much of the work ran beside other work, in this one and in the usual one, in ns: the services' times add up to
    /// how long each took, and this.
    pub beside_ns: (u64, u64),
}

/// A service's share in a trace and in the usual one.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Its name.
    pub service: Arc<str>,
    /// What it did in this trace; `None` where it was not called.
    pub own: Option<Part>,
    /// What it did in the usual one; `None` where it was not called there.
    pub usual: Option<Part>,
}

impl Share {
    /// How much longer it was at work in this trace than in the usual one, in ns; negative: how much shorter.
    pub fn more_ns(&self) -> i64 {
        let ns = |part: &Option<Part>| part.as_ref().map_or(0, |part| part.own_ns as i64);
        ns(&self.own) - ns(&self.usual)
    }

    /// How often it was called in this one and in the usual one, where that is not as often.
    pub fn calls(&self) -> Option<(u32, u32)> {
        let (own, usual) = (self.own.as_ref()?.calls, self.usual.as_ref()?.calls);
        (own != usual).then_some((own, usual))
    }
}

impl Comparison {
    /// How much longer it took, in ns; negative: how much shorter.
    pub fn more_ns(&self) -> i64 {
        self.took_ns as i64 - self.usual_ns as i64
    }

    /// Whether it took notably longer: by a tenth, and by what anybody would feel. One trace is never just like another.
    pub fn slower(&self) -> bool {
        let more = self.took_ns.saturating_sub(self.usual_ns);
        more >= NOTABLE_NS && more >= self.usual_ns / 10
    }

    /// Whether it took longer than the usual ones do now and then.
    pub fn unusual(&self) -> bool {
        self.slower() && self.took_ns > self.at_times_ns
    }

    /// The service that is out of line, where the trace is: that worked longer by more than half of the difference, and was waited for as long;
    /// `None` where it is spread, or where this one was not slower.
    pub fn culprit(&self) -> Option<&Share> {
        let more = self.more_ns();
        let waited = |share: &Share| share.own.as_ref().map_or(0, |part| part.waited_ns as i64);
        self.services.iter().filter(|_| self.unusual()).find(|s| s.more_ns() * 2 > more && waited(s) * 2 > more)
    }
}

pub(super) fn of(traces: &Traces, id: TraceId) -> Option<Comparison> {
    let held = traces.traces.get(&id).filter(|held| held.spans <= MOST_SPANS)?;
    let spans = work::Spans::of(held, &traces.tables);
    let others = beside(traces, id, held, &spans)?;
    let (usual_ns, usual) = others[(others.len() - 1) / 2];
    let mut began: Vec<u64> = others.iter().filter_map(|(_, id)| traces.traces.get(id).map(Held::started_ns)).collect();
    began.sort_unstable();
    let edge = began.len() / 8;
    let of_ns = (began.get(edge).copied()?, began.iter().rev().nth(edge).copied()?);
    let theirs = work::Spans::of(traces.traces.get(&usual)?, &traces.tables);
    let learnt = work::learn(&[&spans, &theirs]);
    let (own, theirs) = (spans.parts(&learnt), theirs.parts(&learnt));
    let mut names: Vec<&Arc<str>> = own.services.keys().chain(theirs.services.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let part = |all: &work::Parts, name: &Arc<str>| all.services.get(name).cloned();
    let of = |name: &Arc<str>| Share { service: name.clone(), own: part(&own, name), usual: part(&theirs, name) };
    let mut services: Vec<Share> = names.into_iter().map(of).collect();
    services.sort_by_key(|share| std::cmp::Reverse(share.more_ns().unsigned_abs()));
    let beside_ns = (own.beside_ns, theirs.beside_ns);
    let (took_ns, at_times_ns) = (held.took_ns(), at_times(&others));
    Some(Comparison { usual, usual_ns, took_ns, of: others.len(), at_times_ns, of_ns, services, beside_ns })
}

/// What a trace, and the usual one beside it, tell of whom calls go to.
pub(super) fn learnt(traces: &Traces, id: TraceId) -> Learnt {
    let Some(held) = traces.traces.get(&id).filter(|held| held.spans <= MOST_SPANS) else { return Learnt::default() };
    let spans = work::Spans::of(held, &traces.tables);
    let usual = beside(traces, id, held, &spans).map(|others| others[(others.len() - 1) / 2].1);
    match usual.and_then(|usual| traces.traces.get(&usual)) {
        Some(usual) => work::learn(&[&spans, &work::Spans::of(usual, &traces.tables)]),
        None => work::learn(&[&spans]),
    }
}

/// How long the usual ones, the shortest first, take now and then, in ns: 95 % of them keep to it, and it is no further from most of
/// them than they are from each other, so that a few of a fault among them do not make that ordinary.
fn at_times(others: &[(u64, TraceId)]) -> u64 {
    let part = |of: usize, parts: usize| others.get(others.len().saturating_sub(1) * of / parts).map_or(0, |one| one.0);
    let (low, high) = (part(1, 4), part(3, 4));
    part(19, 20).max(high.saturating_add((high - low) / 2 * 3))
}

/// The other traces that one of these spans is compared with.
fn beside(traces: &Traces, id: TraceId, held: &Held, spans: &work::Spans<'_>) -> Option<Vec<(u64, TraceId)>> {
    let root = spans.root()?.0;
    let key = (traces.tables.names.number(&root.service)?, traces.tables.operations.number(&root.name)?);
    alike(traces, id, held, key)
}

/// With how long they took, in that order: of the other traces of this root that went well those that did the same as this one,
/// or met the same services, or all of those and more; none while they are too few: of one that met nobody further it cannot be
/// said that a service is usually not called. Those that are known to be usual before those that are not yet.
fn alike(traces: &Traces, id: TraceId, held: &Held, root: Key) -> Option<Vec<(u64, TraceId)>> {
    // What failed, was slow or met an open breaker is not usual, however often it happens.
    let calm = |other: TraceId| {
        let there = traces.traces.get(&other).filter(|_| other != id)?;
        (there.spans <= MOST_SPANS && there.is_calm()).then_some((other, there))
    };
    let usual: Vec<(TraceId, &Held)> = traces.roots.usual(root).filter_map(calm).collect();
    let all: Vec<(TraceId, &Held)> = traces.roots.of(root).filter_map(calm).collect();
    let those = |fits: &dyn Fn(&Held) -> bool| {
        let found = |of: &[(TraceId, &Held)]| {
            let found = of.iter().filter(|(_, other)| fits(other));
            let mut found: Vec<(u64, TraceId)> = found.map(|(id, other)| (other.took_ns(), *id)).collect();
            found.sort_unstable();
            (found.len() >= ENOUGH).then_some(found)
        };
        found(&usual).or_else(|| found(&all))
    };
    let met_all = |other: &Held| held.services & !other.services == 0;
    those(&|other| !other.refused && other.calls == held.calls)
        .or_else(|| those(&|other| !other.refused && other.services == held.services))
        .or_else(|| those(&|other| !other.refused && met_all(other)))
        // There are requests in the course of which somebody always says 404.
        .or_else(|| those(&met_all))
}
