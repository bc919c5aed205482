//! Where requests come in whose caller tells nobody of its spans: a browser, a mesh, a proxy of another team. The span at the top
//! names a parent that never comes. Once that can be taken for certain it is the root, as far as anybody here can know: how long
//! it took is judged, and others are compared with it. Not what a trace looks like in the meantime.

use super::compare::work::Spans;
use super::held::Key;
use super::{Held, Kept, Traces};
use crate::domain::span::{Ended, Span, TraceId};
use crate::domain::time::Moment;
use crate::store::weight;

/// A root that has not come so long after the first span of its trace is not expected any more, in ns: exporters send every five
/// to ten seconds. As long after a later one it is judged anew.
pub(super) const PATIENCE_NS: u64 = 15_000_000_000;
/// Traces with more spans are not looked at.
const MOST_SPANS: u32 = 10_000;

/// The span that takes the place of a root.
struct Entry {
    key: Key,
    start_ns: u64,
    end_ns: u64,
    well: bool,
}

/// A moment in ns, as spans tell theirs.
pub(super) fn nanos(moment: Moment) -> u64 {
    u64::try_from(moment.0).unwrap_or(0).saturating_mul(1_000_000)
}

impl Held {
    /// Whether nothing is known yet of where it began.
    fn is_rootless(&self) -> bool {
        self.root_start_ns == 0 && self.spans <= MOST_SPANS
    }

    /// A root came after all: it alone tells when it began, and for how long it lasted. Or more came that may stand above the
    /// substitute. Whether there was one.
    pub(super) fn unseat(&mut self) -> bool {
        let there = std::mem::take(&mut self.adopted);
        if there {
            (self.root_start_ns, self.root_ns) = (0, 0);
        }
        there
    }
}

impl Traces {
    /// Lets time pass; whether anything is judged anew for that.
    pub fn tick(&mut self, now: Moment) -> bool {
        let before = self.revision;
        self.now_ns = self.now_ns.max(nanos(now));
        self.adopt();
        self.revision != before
    }

    /// Traces whose root should have come by now are judged by what came instead.
    pub(super) fn adopt(&mut self) {
        while let Some((id, order, due_ns)) = self.expected.front().copied() {
            if due_ns > self.now_ns {
                return;
            }
            self.expected.pop_front();
            if let Some(held) = self.traces.get_mut(&id).filter(|held| held.order == order) {
                held.judged = true;
                self.adopt_root(id);
            }
        }
    }

    /// Takes the span at the top of a trace without a root for that; whether the trace stays for it.
    pub(super) fn adopt_root(&mut self, id: TraceId) -> bool {
        let entry = self.traces.get(&id).filter(|held| held.is_rootless()).and_then(|held| self.entry(id, held));
        let Some((entry, held)) = entry.and_then(|entry| Some((entry, self.traces.get_mut(&id)?))) else {
            return false;
        };
        let Entry { key, start_ns, end_ns, well } = entry;
        let took_ns = end_ns.saturating_sub(start_ns);
        (held.adopted, held.root_start_ns, held.root_ns) = (true, start_ns, took_ns);
        let slow = held.kept == Kept::Recent && self.usual.is_slow(key, took_ns, well);
        if slow {
            held.kept = Kept::Slow;
            weight::push_back(&mut self.kept, (id, held.order));
            self.kept_bytes += held.cost();
        } else if well && held.is_calm() && held.calm_root.is_none() {
            self.note_calm(key, start_ns, id);
        }
        self.revision += 1;
        self.changes.note(self.revision, id);
        slow
    }

    /// The one span that nothing here caused. Where there are several, nobody can say which of them was waited for.
    fn entry(&self, id: TraceId, held: &Held) -> Option<Entry> {
        let spans = Spans::of(held, &self.tables);
        let (head, record) = spans.root().filter(|(head, _)| !head.timeless)?;
        let span: Span = super::codec::read_bare(id, record, &self.tables).filter(|span| !span.is_untimed())?;
        let key = (self.tables.names.number(&head.service)?, self.tables.operations.number(&head.name)?);
        Some(Entry { key, start_ns: head.start_ns, end_ns: head.end_ns, well: span.ended() == Ended::Well })
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
