//! Which traces show what is usual of a root: calm ones, from an hour, that are held on to while others are dropped to make
//! room. Not how one is compared with them.

use std::collections::{HashMap, VecDeque};

use super::held::{Kept, Key, SLOW};
use super::{Held, Traces};
use crate::domain::span::TraceId;

/// Roots (a service and a name) that are remembered, and traces of each.
const MOST_ROOTS: usize = 1_024;
const MOST: usize = 64;
/// How far traces of one root stand apart, where there are many, in ns: an hour of them is kept, so that what goes on for half
/// of one does not become what is usual.
const APART_NS: u64 = 60_000_000_000;
/// Spans of a trace may come later than its root: so long after it began it is whole, in ns.
const WHOLE_NS: u64 = 15_000_000_000;
/// For so long nothing that takes far longer than what is usual becomes usual, in ns.
const LASTING_NS: u64 = 3_600_000_000_000;
/// Traces of one root without which nothing is usual.
pub(super) const ENOUGH: usize = 5;
/// Traces of one root that have room before others do.
const FEW: usize = 8;

/// Calm traces of each root.
#[derive(Debug, Default)]
pub(super) struct Roots {
    all: HashMap<Key, Calm>,
    /// What those take that would have been dropped otherwise, in bytes.
    pub(super) pinned_bytes: usize,
}

/// Calm traces of one root, each with its beginning, in ns.
#[derive(Debug, Default)]
struct Calm {
    /// Those that are whole.
    settled: VecDeque<(u64, TraceId)>,
    /// Those of which something may still come. They push out no other one until it is known that they are calm.
    waiting: VecDeque<(u64, TraceId)>,
    /// How far they are apart at least, in ns.
    apart_ns: u64,
}

impl Calm {
    fn ids(&self) -> impl Iterator<Item = TraceId> {
        self.settled.iter().chain(&self.waiting).map(|(_, id)| *id)
    }

    /// Takes those out that are whole by now.
    fn whole(&mut self, now_ns: u64) -> Vec<(u64, TraceId)> {
        let whole = self.waiting.iter().take_while(|(start_ns, _)| start_ns.abs_diff(now_ns) >= WHOLE_NS).count();
        self.waiting.drain(..whole).collect()
    }

    /// Whether another one that began then is of use.
    fn wants(&self, start_ns: u64) -> bool {
        let last = self.waiting.back().or_else(|| self.settled.back());
        // One whose clock is wrong, whichever way, does not keep the others away.
        self.waiting.len() < MOST && last.is_none_or(|(last, _)| start_ns.abs_diff(*last) >= self.apart_ns)
    }

    /// Takes one that is calm, and gives those that it pushes out.
    fn settle(&mut self, start_ns: u64, id: TraceId) -> Vec<TraceId> {
        self.settled.push_back((start_ns, id));
        if self.settled.len() <= MOST {
            return Vec::new();
        }
        if self.apart_ns >= APART_NS {
            return self.settled.pop_front().into_iter().map(|(_, id)| id).collect();
        }
        // Every other one goes, and from now on they stand wider.
        self.apart_ns = (self.apart_ns * 2).clamp(APART_NS / 4_096, APART_NS);
        let all = std::mem::take(&mut self.settled);
        let (stay, go): (Vec<_>, Vec<_>) = all.into_iter().enumerate().partition(|(place, _)| place % 2 == 1);
        self.settled = stay.into_iter().map(|(_, one)| one).collect();
        go.into_iter().map(|(_, (_, id))| id).collect()
    }
}

impl Roots {
    /// The calm traces of a root.
    pub(super) fn of(&self, key: Key) -> impl Iterator<Item = TraceId> {
        self.all.get(&key).into_iter().flat_map(Calm::ids)
    }

    /// One of them is no longer calm, or no longer here.
    pub(super) fn remove(&mut self, key: Key, id: TraceId) {
        if let Some(calm) = self.all.get_mut(&key) {
            calm.settled.retain(|(_, other)| *other != id);
            calm.waiting.retain(|(_, other)| *other != id);
        }
    }
}

impl Held {
    /// Whether nothing of it failed, was slow, or met an open breaker.
    pub(super) fn is_calm(&self) -> bool {
        self.kept == Kept::Recent && !self.met_breaker
    }
}

impl Traces {
    /// A root that went well came to a trace that is calm so far.
    pub(super) fn note_calm(&mut self, key: Key, start_ns: u64, id: TraceId) {
        if self.roots.all.len() >= MOST_ROOTS && !self.roots.all.contains_key(&key) {
            return;
        }
        for (start_ns, id) in self.roots.all.entry(key).or_default().whole(start_ns) {
            self.settle(key, start_ns, id);
        }
        let calm = self.roots.all.entry(key).or_default();
        if let Some(held) = self.traces.get_mut(&id).filter(|_| calm.wants(start_ns)) {
            calm.waiting.push_back((start_ns, id));
            held.calm_root = Some(key);
        }
    }

    fn settle(&mut self, key: Key, start_ns: u64, id: TraceId) {
        let gone = match self.roots.all.get_mut(&key).filter(|calm| stands_out(&self.traces, calm, start_ns, id)) {
            Some(_) => vec![id],
            None => self.roots.all.entry(key).or_default().settle(start_ns, id),
        };
        gone.into_iter().for_each(|id| self.release(id));
    }

    /// A trace turned out not to be calm.
    pub(super) fn note_trouble(&mut self, id: TraceId) {
        if let Some(key) = self.traces.get(&id).and_then(|held| held.calm_root) {
            self.roots.remove(key, id);
            self.release(id);
        }
    }

    /// A trace need no longer be held on to: it goes when its turn is.
    fn release(&mut self, id: TraceId) {
        let Some(held) = self.traces.get_mut(&id) else { return };
        held.calm_root = None;
        if std::mem::take(&mut held.pinned) {
            self.roots.pinned_bytes -= held.cost();
            self.recent.push_front((id, held.order));
        }
    }

    /// Those that stay although their turn to go came.
    pub(super) fn pinned(&self) -> impl Iterator<Item = TraceId> {
        let all = self.roots.all.values().flat_map(Calm::ids);
        all.filter(|id| self.traces.get(id).is_some_and(|held| held.pinned))
    }

    /// Whether a trace whose turn it is to go stays, as one that shows what is usual. They take an eighth of the room, and a
    /// quarter where a root would have but a few; beyond that the oldest of the same root goes.
    pub(super) fn pin(&mut self, id: TraceId) -> bool {
        let Some((held, key)) = self.traces.get(&id).and_then(|held| Some((held, held.calm_root?))) else {
            return false;
        };
        let cost = held.cost();
        let is_pinned = |id: &TraceId| self.traces.get(id).is_some_and(|held| held.pinned);
        let pinned: Vec<TraceId> = self.roots.of(key).filter(is_pinned).collect();
        let room = if pinned.len() < FEW { self.limit / 4 } else { self.limit / 8 };
        if self.roots.pinned_bytes + cost > room
            && let Some(oldest) = pinned.first()
        {
            self.note_trouble(*oldest);
        }
        let fits = self.roots.pinned_bytes + cost <= room;
        if let Some(held) = self.traces.get_mut(&id).filter(|_| fits) {
            held.pinned = true;
            self.roots.pinned_bytes += cost;
        }
        fits
    }
}

/// Whether a trace took far longer than is usual of those that did the same, and that is not yet for so long that it is what is
/// usual now. What is slow for a while must not make itself the measure.
fn stands_out(traces: &super::All, calm: &Calm, start_ns: u64, id: TraceId) -> bool {
    let Some(held) = traces.get(&id) else { return true };
    let there = calm.settled.iter().filter_map(|(at, id)| Some((*at, traces.get(id)?)));
    let same: Vec<_> = there.filter(|(_, other)| other.calls == held.calls).collect();
    let mut took: Vec<u64> = same.iter().map(|(_, other)| other.took_ns()).collect();
    took.sort_unstable();
    let Some(middle) = took.get(took.len().saturating_sub(1) / 2).filter(|_| took.len() >= ENOUGH) else {
        return false;
    };
    let far = |held: &Held| held.took_ns() > middle.saturating_mul(SLOW);
    let newest = same.iter().filter(|(_, other)| !far(other)).map(|(at, _)| *at).max().unwrap_or(0);
    far(held) && start_ns < newest.saturating_add(LASTING_NS)
}

#[cfg(test)]
#[path = "roots_tests.rs"]
mod tests;
