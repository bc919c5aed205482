//! A trace beside the usual one of the same root: the one in the middle of the latest by duration. Where the time went that
//! the usual one did not need. Not a statistic of all requests: that is the store of traffic's.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::codec::{self, Head, Tables};
use super::critical::{self, Node};
use super::{Held, Kept, Traces, summary};
use crate::domain::span::{Span, TraceId};

/// Roots (a service and a name) that are remembered, and traces of each.
const MOST_ROOTS: usize = 1_024;
const MOST: usize = 64;
/// How far traces of one root stand apart, where there are many, in ns: five minutes of them are kept.
const APART_NS: u64 = 5_000_000_000;
/// Other traces without which nothing is usual.
const ENOUGH: usize = 5;
/// Traces with more spans are compared by their duration alone.
const MOST_SPANS: u32 = 2_000;

/// Traces of each root, from some minutes.
#[derive(Debug, Default)]
pub(super) struct Roots(HashMap<(u32, u32), Latest>);

/// Traces of one root: so far apart that an incident of a minute does not become what is usual.
#[derive(Debug, Default)]
struct Latest {
    /// With their beginnings, in ns.
    traces: VecDeque<(u64, TraceId)>,
    /// How far they are apart at least, in ns.
    apart_ns: u64,
}

impl Latest {
    fn note(&mut self, start_ns: u64, id: TraceId) {
        if self.traces.back().is_some_and(|(last, _)| start_ns < last.saturating_add(self.apart_ns)) {
            return;
        }
        self.traces.push_back((start_ns, id));
        if self.traces.len() <= MOST {
            return;
        }
        if self.apart_ns >= APART_NS {
            self.traces.pop_front();
            return;
        }
        // Every other one goes, and from now on they stand wider.
        let mut odd = true;
        self.traces.retain(|_| {
            odd = !odd;
            odd
        });
        self.apart_ns = (self.apart_ns * 2).clamp(APART_NS / 256, APART_NS);
    }
}

impl Roots {
    /// A root came.
    pub(super) fn note(&mut self, span: &Span, tables: &mut Tables) {
        let (Some(service), Some(name)) = (tables.names.put(&span.service), tables.operations.put(&span.name)) else {
            return;
        };
        if self.0.len() >= MOST_ROOTS && !self.0.contains_key(&(service, name)) {
            return;
        }
        self.0.entry((service, name)).or_default().note(span.start_ns, span.trace);
    }
}

/// A smaller difference is none, in ns.
const NOTABLE_NS: u64 = 2_000_000;

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
    /// Each service with its time on the critical path in this one and in the usual one, in ns; what differs most first.
    pub services: Vec<(Arc<str>, u64, u64)>,
}

impl Comparison {
    /// Whether it took notably longer: by a tenth, and by what anybody would feel. One trace is never just like another.
    pub fn slower(&self) -> bool {
        let more = self.took_ns.saturating_sub(self.usual_ns);
        more >= NOTABLE_NS && more >= self.usual_ns / 10
    }

    /// The service that is out of line: where more than half of the difference is; `None` where it is spread, or where
    /// this one was not slower.
    pub fn culprit(&self) -> Option<&Arc<str>> {
        let more = self.took_ns.saturating_sub(self.usual_ns);
        let (service, own, usual) = self.services.first()?;
        (self.slower() && own.saturating_sub(*usual) * 2 > more).then_some(service)
    }
}

pub(super) fn of(traces: &Traces, id: TraceId) -> Option<Comparison> {
    let held = traces.traces.get(&id).filter(|held| held.spans <= MOST_SPANS)?;
    let heads = heads(held, &traces.tables);
    let root = heads.iter().find(|head| head.parent.is_none())?;
    let key = (traces.tables.names.number(&root.service)?, traces.tables.operations.number(&root.name)?);
    let mut others: Vec<(u64, TraceId)> = Vec::new();
    for (_, other) in traces.roots.0.get(&key)?.traces.iter().filter(|(_, other)| *other != id) {
        // What failed, was slow or was turned away is not usual, however often it happens.
        let usual = |held: &&Held| held.spans <= MOST_SPANS && held.kept == Kept::Recent;
        if let Some(held) = traces.traces.get(other).filter(usual) {
            others.push((held.took_ns(), *other));
        }
    }
    if others.len() < ENOUGH {
        return None;
    }
    others.sort_unstable();
    let (usual_ns, usual) = others[(others.len() - 1) / 2];
    let own = went(&heads);
    let theirs = went(&self::heads(traces.traces.get(&usual)?, &traces.tables));
    let mut names: Vec<Arc<str>> = own.keys().chain(theirs.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let of = |all: &HashMap<Arc<str>, u64>, name: &Arc<str>| all.get(name).copied().unwrap_or(0);
    let mut services: Vec<_> = names.into_iter().map(|n| (n.clone(), of(&own, &n), of(&theirs, &n))).collect();
    services.sort_by_key(|(name, own, usual)| (std::cmp::Reverse(own.abs_diff(*usual)), name.clone()));
    let took_ns = held.took_ns();
    Some(Comparison { usual, usual_ns, took_ns, of: others.len(), services })
}

fn heads(held: &Held, tables: &Tables) -> Vec<Head> {
    codec::records(&held.packed).filter_map(|record| codec::read_head(record, tables)).collect()
}

/// The time of each service on the critical path.
fn went(heads: &[Head]) -> HashMap<Arc<str>, u64> {
    let nodes: Vec<Node> = heads.iter().map(summary::node).collect();
    let tree = critical::tree(&nodes);
    let root = tree.roots.iter().find(|root| nodes[**root].parent.is_none()).or(tree.roots.first());
    let mut sums = HashMap::new();
    for piece in root.map(|root| critical::path(&nodes, &tree, *root)).unwrap_or_default() {
        *sums.entry(heads[piece.span].service.clone()).or_default() += piece.until_ns - piece.from_ns;
    }
    sums
}
