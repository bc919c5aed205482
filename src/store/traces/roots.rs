//! Which traces show what is usual of a root: calm ones that are held on to while others are dropped to make room. Not how one
//! is compared with them.
//!
//! Usual is what was before the fault. Those that come are judged five at a time, beside those that did the same work: five that
//! take as long, give or take, are usual, too; five that take notably longer, or shorter, are not, and what was usual before them
//! stays so: for four hours where it is slower, when it is no fault but how things are now (a deploy that costs, a day after a
//! night); where it is faster, for as long as what was usual had been seen, half a minute at least and a quarter of an hour at
//! most, so that a service that warmed up is not measured by that. When they take as long as before again, nothing has happened.
//!
//! The limits: what creeps up by less than a quarter in an hour carries the usual along with it. A fault that was there before
//! Keepwatch, or before the first five of a root, is what is usual there until it is over for so long. What a fault
//! makes do other work (a fallback that is called instead) is compared with others that do that. Time is that of the spans.

mod kind;

use std::collections::VecDeque;

use foldhash::HashMap;

use super::held::{Kept, Key};
use super::{All, Held, Traces};
use crate::domain::span::TraceId;
use kind::Kind;

/// Roots (a service and a name) that are remembered, kinds of work of each, and traces of which something may still come.
const MOST_ROOTS: usize = 1_024;
const MOST_KINDS: usize = 8;
const MOST_WAITING: usize = 64;
/// Spans of a trace may come later than its root: so long after it began it is whole, in ns.
const WHOLE_NS: u64 = 15_000_000_000;
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
    /// Those that are whole, by the work they did.
    kinds: Vec<Kind>,
    /// Those of which something may still come. They push out no other one until it is known that they are calm.
    waiting: VecDeque<(u64, TraceId)>,
}

impl Calm {
    fn usual(&self) -> impl Iterator<Item = TraceId> {
        self.kinds.iter().flat_map(Kind::usual)
    }

    fn ids(&self) -> impl Iterator<Item = TraceId> {
        let lately = self.kinds.iter().flat_map(Kind::lately);
        self.usual().chain(lately).chain(self.waiting.iter().map(|(_, id)| *id))
    }

    /// Takes those out that are whole by now.
    fn whole(&mut self, now_ns: u64) -> Vec<(u64, TraceId)> {
        let whole = self.waiting.iter().take_while(|(start_ns, _)| start_ns.abs_diff(now_ns) >= WHOLE_NS).count();
        self.waiting.drain(..whole).collect()
    }

    /// Whether another one that began then is of use.
    fn wants(&self, start_ns: u64) -> bool {
        // Where there are many, those that wait are spread over the time in which they do.
        let many = self.kinds.iter().any(Kind::has_many);
        let apart_ns = if many { WHOLE_NS / MOST_WAITING as u64 } else { 0 };
        // One whose clock is wrong, whichever way, does not keep the others away.
        let near = |last: &(u64, TraceId)| start_ns.abs_diff(last.0) < apart_ns;
        self.waiting.len() < MOST_WAITING && !self.waiting.back().is_some_and(near)
    }

    /// The kind of those that do this work. Where there are more than are told apart, one that nobody does any more makes room;
    /// else the last takes them all.
    fn kind(&mut self, calls: u64, now_ns: u64) -> (Option<Kind>, &mut Kind) {
        self.kinds.retain(|kind| !kind.is_empty() || kind.calls == calls);
        let same = self.kinds.iter().position(|kind| kind.calls == calls);
        let mut gone = None;
        let place = same.unwrap_or_else(|| {
            if self.kinds.len() >= MOST_KINDS {
                let Some(old) = self.kinds.iter().position(|kind| kind.ended(now_ns)) else { return MOST_KINDS - 1 };
                gone = Some(self.kinds.remove(old));
            }
            self.kinds.push(Kind::new(calls));
            self.kinds.len() - 1
        });
        (gone, &mut self.kinds[place])
    }
}

impl Roots {
    /// The calm traces of a root that show what is usual.
    pub(super) fn usual(&self, key: Key) -> impl Iterator<Item = TraceId> {
        self.all.get(&key).into_iter().flat_map(Calm::usual)
    }

    /// All calm traces of a root that are held on to, also those of which that is not known yet.
    pub(super) fn of(&self, key: Key) -> impl Iterator<Item = TraceId> {
        self.all.get(&key).into_iter().flat_map(Calm::ids)
    }

    /// One of them is no longer calm, or no longer here.
    pub(super) fn remove(&mut self, key: Key, id: TraceId) {
        if let Some(calm) = self.all.get_mut(&key) {
            calm.kinds.iter_mut().for_each(|kind| kind.remove(id));
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

    /// A calm trace is whole.
    fn settle(&mut self, key: Key, start_ns: u64, id: TraceId) {
        let Some(held) = self.traces.get(&id) else { return };
        let took = |traces: &All, id: TraceId| traces.get(&id).map(Held::took_ns);
        let (gone, kind) = self.roots.all.entry(key).or_default().kind(held.calls, start_ns);
        let mut out = kind.settle(start_ns, id, |id| took(&self.traces, id));
        out.extend(gone.iter().flat_map(|kind| kind.usual().chain(kind.lately())));
        out.into_iter().for_each(|id| self.release(id));
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
            self.changes.note(self.revision, id);
        }
    }

    /// Those that stay although their turn to go came.
    pub(super) fn pinned(&self) -> impl Iterator<Item = TraceId> {
        let all = self.roots.all.values().flat_map(Calm::ids);
        all.filter(|id| self.traces.get(id).is_some_and(|held| held.pinned))
    }

    /// Whether a trace whose turn it is to go stays, as one that shows what is usual. They take an eighth of the room, and a
    /// quarter where a root would have but a few; beyond that the oldest of the same root goes, and what is not known to be
    /// usual pushes out nothing that is.
    pub(super) fn pin(&mut self, id: TraceId) -> bool {
        let Some((held, key)) = self.traces.get(&id).and_then(|held| Some((held, held.calm_root?))) else {
            return false;
        };
        let cost = held.cost();
        let is_pinned = |id: &TraceId| self.traces.get(id).is_some_and(|held| held.pinned);
        let pinned: Vec<TraceId> = self.roots.of(key).filter(is_pinned).collect();
        let room = if pinned.len() < FEW { self.limit / 4 } else { self.limit / 8 };
        let usual: Vec<TraceId> = self.roots.usual(key).collect();
        let oldest = match usual.contains(&id) {
            true => pinned.first(),
            false => pinned.iter().find(|other| !usual.contains(other)),
        };
        if self.roots.pinned_bytes + cost > room
            && let Some(oldest) = oldest
        {
            self.note_trouble(*oldest);
        }
        let fits = self.roots.pinned_bytes + cost <= room;
        if let Some(held) = self.traces.get_mut(&id).filter(|_| fits) {
            debug_assert!(!held.pinned, "it waits for its turn in two places");
            held.pinned = true;
            self.roots.pinned_bytes += cost;
            self.changes.note(self.revision, id);
        }
        fits
    }
}

#[cfg(test)]
#[path = "roots_tests.rs"]
mod tests;
