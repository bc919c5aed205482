//! Traces that were looked at and did not fit, so that nothing of them was printed: what they lack may come yet and make them fit,
//! and then they are printed whole. Their spans are in the store; here is which they are, in the order in which they are given up.

use std::collections::{HashSet, VecDeque};

use crate::domain::span::TraceId;

/// Places of traces that are here no more, beyond as many as are here, before they are taken out.
const STALE: usize = 1_024;

/// The traces, the oldest first.
#[derive(Default)]
pub(super) struct Passed {
    queue: VecDeque<TraceId>,
    all: HashSet<TraceId>,
}

impl Passed {
    /// A trace did not fit.
    pub(super) fn put(&mut self, id: TraceId) {
        if !self.all.insert(id) {
            return;
        }
        if self.queue.len() > self.all.len() * 2 + STALE {
            let mut seen = HashSet::new();
            self.queue.retain(|id| self.all.contains(id) && seen.insert(*id));
        }
        self.queue.push_back(id);
    }

    /// Whether it is one of these.
    pub(super) fn holds(&self, id: TraceId) -> bool {
        self.all.contains(&id)
    }

    /// It fits now, or is given up.
    pub(super) fn take(&mut self, id: TraceId) {
        self.all.remove(&id);
    }

    /// The one that has been here for longest, which is given up.
    pub(super) fn oldest(&mut self) -> Option<TraceId> {
        std::iter::from_fn(|| self.queue.pop_front()).find(|id| self.all.remove(id))
    }
}
