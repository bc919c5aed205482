//! All traces that are held, by their ids. Each in a block of its own: a table of many has as much room again for more, and that
//! should be room for small things. And the room of their queues. Not which of them go.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use super::held::{Held, Kept};
use super::linked::Linked;
use super::{STALE, Traces};
use crate::domain::span::{Span, TraceId};
use crate::store::weight;

/// All that are held.
#[derive(Debug, Default)]
pub(super) struct All(HashMap<TraceId, Box<Held>, RandomState>);

impl All {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&TraceId, &Held)> {
        self.0.iter().map(|(id, held)| (id, held.as_ref()))
    }

    pub(super) fn contains_key(&self, id: &TraceId) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn get(&self, id: &TraceId) -> Option<&Held> {
        self.0.get(id).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, id: &TraceId) -> Option<&mut Held> {
        self.0.get_mut(id).map(Box::as_mut)
    }

    /// The trace of this span, that came as what number and when, and whether it is a new one: the span itself is not in it yet.
    pub(super) fn of(&mut self, span: &Span, came: (u64, u64)) -> (&mut Held, bool) {
        let mut is_new = false;
        let held = self.0.entry(span.trace).or_insert_with(|| {
            is_new = true;
            Box::new(Held::new(came, span))
        });
        (held, is_new)
    }

    pub(super) fn remove(&mut self, id: &TraceId) -> Option<Box<Held>> {
        self.0.remove(id)
    }

    /// Bytes that the table takes.
    pub(super) fn bytes(&self) -> usize {
        weight::table(self.0.capacity(), size_of::<(TraceId, Box<Held>)>())
    }

    /// Gives the room back of a time in which traces were smaller and more; `few` are nothing to speak of.
    pub(super) fn shrink(&mut self, few: usize) {
        if self.0.capacity() / 4 > self.0.len() + few {
            self.0.shrink_to(self.0.len() * 2);
        }
    }

    #[cfg(test)]
    pub(super) fn values(&self) -> impl Iterator<Item = &Held> {
        self.0.values().map(Box::as_ref)
    }
}

/// Gives back the room of a queue that was longer.
fn shrink<T>(queue: &mut VecDeque<T>, few: usize) {
    if queue.capacity() / 4 > queue.len() + few {
        queue.shrink_to(queue.len() * 2);
    }
}

impl Traces {
    /// Takes out of the queues who no longer waits in them, once those are many (where everything fails nobody is asked for from
    /// among the recent ones), and gives back the room of a time in which traces were smaller and more.
    pub(super) fn sweep(&mut self) {
        let few = STALE.min(self.limit >> 11);
        self.traces.shrink(few);
        for queue in [&mut self.recent, &mut self.kept] {
            shrink(queue, few);
        }
        shrink(&mut self.expected, few);
        // Of a small store alone: what many link to that never comes has less room than this in a large one.
        if self.linked.bytes() > self.limit / 16 {
            self.linked = Linked::default();
            self.changes.forget(self.revision);
        }
        let (traces, most) = (&self.traces, self.traces.len() + self.traces.len() / 4 + few);
        if self.recent.len() > most {
            self.recent.retain(|(id, order)| {
                traces.get(id).is_some_and(|held| held.order == *order && held.kept == Kept::Recent)
            });
        }
        if self.expected.len() > most {
            self.expected.retain(|(id, order, _)| traces.get(id).is_some_and(|held| held.order == *order));
        }
        if self.kept.len() > most {
            self.kept.retain(|(id, order)| {
                traces.get(id).is_some_and(|held| held.order == *order && held.kept != Kept::Recent)
            });
        }
    }
}
