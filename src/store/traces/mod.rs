//! Request traces: packed spans by trace, bounded by bytes. The oldest traces go whole and are counted; traces that
//! failed or were slow stay longer. What a trace looks like is worked out when somebody looks at it.

mod all;
mod callee;
mod codec;
mod compare;
mod critical;
mod edge;
mod entry;
mod examples;
mod filter;
mod guard;
mod held;
mod linked;
mod list;
mod look;
mod packed;
mod reach;
mod refusing;
mod repeats;
mod room;
mod roots;
mod rows;
mod shapes;
mod summary;
mod tree;
mod untaken;
mod waterfall;

use std::cmp::Reverse;
use std::collections::VecDeque;

pub use callee::{Callee, HOSTS, PORTS};
pub use compare::{Comparison, Part, Share};
pub use examples::Examples;
pub use guard::Guard;
pub use held::Kept;
pub use list::{TraceFilter, TraceList, TraceOrder};
pub use reach::Reach;
pub use refusing::Refusing;
pub use repeats::{Many, REPEATS};
pub use rows::Rows;
pub use summary::{Top, TraceSummary, Went};
pub use waterfall::{Row, Spent, Waterfall};

use crate::domain::span::{Ended, Span, SpanId, SpanKind, TraceId};
use crate::domain::time::Moment;
use crate::store::weight;
use all::All;
use codec::Tables;
use held::{Changes, Held, Usuals, bit};
use linked::Linked;
use roots::Roots;

/// Spans kept of one trace; more are dropped and counted.
const MOST_SPANS: u32 = 10_000;
/// Places in the queues of traces that are gone or wait elsewhere, beyond a quarter of all, before they are taken out; fewer in
/// a small store.
const STALE: usize = 1_024;

/// The store of traces.
#[derive(Debug, Default)]
pub struct Traces {
    limit: usize,
    bytes: usize,
    kept_bytes: usize,
    traces: All,
    recent: VecDeque<(TraceId, u64)>,
    kept: VecDeque<(TraceId, u64)>,
    /// Those that began, or went on, of late, each with when it is judged, in ns: a root may come yet.
    expected: VecDeque<(TraceId, u64, u64)>,
    usual: Usuals,
    roots: Roots,
    linked: Linked,
    /// How many of those that are held hold a span that was turned away.
    refused: usize,
    tables: Tables,
    changes: Changes,
    /// The span that is being packed.
    record: Vec<u8>,
    revision: u64,
    /// When what is taken now came; 0 where nobody says.
    now_ns: u64,
    spans: u64,
    received: u64,
    dropped: u64,
    /// What came until then is not known as a whole: some of it was dropped, or lost. In ns.
    gone_ns: u64,
}

impl Traces {
    /// An empty store that takes up to this many bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes the spans of one export. A span that is here already (an exporter tried again) is passed over.
    pub fn apply(&mut self, spans: &[Span]) {
        self.apply_watching(spans, &Refusing::default());
    }

    /// The same; a trace that met one of these breakers stays longer, as long as those that do take no more than a quarter of
    /// the room: a breaker that is open for hours must not push out what failed.
    pub fn apply_watching(&mut self, spans: &[Span], refusing: &Refusing) {
        self.apply_new(Moment::default(), spans, refusing);
    }

    /// The same at a moment that is known: a trace that says that it began later has a clock that is ahead. The places of the
    /// spans that were here already.
    pub fn apply_new(&mut self, now: Moment, spans: &[Span], refusing: &Refusing) -> Vec<usize> {
        self.revision += 1;
        self.now_ns = entry::nanos(now);
        let mut again = Vec::new();
        for (place, span) in spans.iter().enumerate() {
            if !self.take(span, refusing) {
                again.push(place);
            }
        }
        self.adopt();
        self.fit();
        again
    }

    /// Counts spans that were lost on their way here: received, but not dropped by the store.
    pub fn note_lost(&mut self, spans: u64) {
        self.received += spans;
        self.note_gap();
    }

    /// Traces held.
    pub fn held(&self) -> usize {
        self.traces.len()
    }

    /// Traces held in which some span was turned away: answered 4xx.
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// Spans held.
    pub fn spans(&self) -> u64 {
        self.spans
    }

    /// Spans received since the start: those held, those dropped, and those lost on their way here.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Spans dropped since the start, to make room or as too many of one trace.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes used, as the allocator has them: the packed spans, what is known of each trace, its places in the tables and queues
    /// and in a list that shows all.
    pub fn bytes(&self) -> usize {
        let queues = weight::queue(&self.recent) + weight::queue(&self.kept) + weight::queue(&self.expected);
        self.bytes + queues + self.traces.bytes() + self.linked.bytes()
    }

    /// Bytes that may be used.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether a trace is held.
    pub fn contains(&self, id: TraceId) -> bool {
        self.traces.contains_key(&id)
    }

    /// The traces whose id in hex begins with this, or is told by it in short, newest first; at most `most`.
    pub fn by_prefix(&self, prefix: &str, most: usize) -> Vec<TraceId> {
        let prefix = prefix.to_ascii_lowercase();
        let fits = self.traces.iter().filter(|(id, _)| id.begins_with(&prefix));
        let mut found: Vec<_> = fits.map(|(id, held)| (Reverse((held.stands_ns(), held.order)), *id)).collect();
        if found.len() > most {
            // Of hundreds of thousands only those that are asked for are put in order.
            found.select_nth_unstable(most);
            found.truncate(most);
        }
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Spans held of one trace.
    pub fn spans_in(&self, id: TraceId) -> u32 {
        self.traces.get(&id).map_or(0, |held| held.spans)
    }

    /// The spans of a trace, in the order in which they came, secrets masked.
    pub fn spans_of(&self, id: TraceId) -> Vec<Span> {
        self.each_span(id).collect()
    }

    /// The same, each decoded only when it is asked for.
    pub fn each_span(&self, id: TraceId) -> impl Iterator<Item = Span> {
        let packed = self.traces.get(&id).map_or(&[][..], |held| &held.packed);
        codec::records(packed).filter_map(move |record| codec::read(id, record, &self.tables))
    }

    /// Takes a trace out, for somebody who keeps it elsewhere: it is not counted as dropped.
    pub fn take_out(&mut self, id: TraceId) {
        if let Some(held) = self.traces.remove(&id) {
            self.revision += 1;
            self.changes.note(self.revision, id);
            self.forget(id, &held);
        }
    }

    /// What the spans of a trace are known by.
    pub fn identities(&self, id: TraceId) -> impl Iterator<Item = (SpanId, SpanKind)> {
        codec::records(self.traces.get(&id).map_or(&[][..], |held| &held.packed)).map(codec::identity)
    }

    fn forget(&mut self, id: TraceId, held: &Held) {
        self.linked.forget(id);
        self.note_gone(held);
        self.refused -= usize::from(held.refused);
        self.bytes -= held.cost();
        if held.kept != Kept::Recent {
            self.kept_bytes -= held.cost();
        }
        if let Some(key) = held.calm_root {
            self.roots.remove(key, id);
            self.roots.pinned_bytes -= if held.pinned { held.cost() } else { 0 };
        }
        self.spans -= u64::from(held.spans);
    }

    /// Takes a span; whether it was not here already.
    fn take(&mut self, span: &Span, refusing: &Refusing) -> bool {
        let order = self.received;
        let (held, is_new) = self.traces.of(span, (order, self.now_ns));
        if is_new {
            weight::push_back(&mut self.recent, (span.trace, order));
            weight::push_back(&mut self.expected, (span.trace, order, self.now_ns.saturating_add(entry::PATIENCE_NS)));
            self.bytes += held.cost();
        }
        let before = held.cost();
        if std::mem::take(&mut held.pinned) {
            self.roots.pinned_bytes -= before;
            self.recent.push_front((span.trace, held.order));
            self.changes.note(self.revision, span.trace);
        }
        if held.spans < MOST_SPANS && held.knows(span) {
            let grown = held.cost() - before;
            self.bytes += grown;
            self.kept_bytes += if held.kept == Kept::Recent { 0 } else { grown };
            return false;
        }
        self.received += 1;
        if held.touched != self.revision {
            held.touched = self.revision;
            self.changes.note(self.revision, span.trace);
        }
        if held.spans >= MOST_SPANS {
            held.left_out += 1;
            self.dropped += 1;
            if span.kind == SpanKind::Consumer {
                self.note_gap();
            }
            return true;
        }
        let ended = span.ended();
        let failed = span.failed();
        self.record.clear();
        let names = codec::pack(span, failed, &mut self.tables, &mut self.record);
        weight::extend(&mut held.packed, &self.record);
        if ended == Ended::Refused && !std::mem::replace(&mut held.refused, true) {
            self.refused += 1;
        }
        if let Some((service, operation)) = names {
            held.services |= bit(u64::from(service));
            held.calls |= bit(u64::from(service) << 32 | u64::from(operation));
        }
        held.spans += 1;
        held.note_times(span);
        self.spans += 1;
        let grown = held.cost() - before;
        self.bytes += grown;
        let was = held.kept;
        // A root that does not tell when it was at work says nothing of how long such ones take.
        let root = names.filter(|_| span.parent.is_none() && !span.is_untimed());
        let mut unseats = false;
        if span.parent.is_none() && !span.is_timeless() {
            unseats = held.unseat();
            held.note_root(span);
        } else if held.adopted || held.root_start_ns == 0 {
            // It goes on: what is at its top is another thing, perhaps.
            unseats = held.unseat();
            if std::mem::take(&mut held.judged) {
                let due = self.now_ns.saturating_add(entry::PATIENCE_NS);
                weight::push_back(&mut self.expected, (span.trace, held.order, due));
            }
        }
        let mut forgot = false;
        for link in span.links.iter().filter(|link| link.trace != span.trace) {
            held.links = true;
            if self.linked.note(link.trace, span.trace) {
                self.changes.forget(self.revision);
                forgot = true;
            }
            self.changes.note(self.revision, link.trace);
        }
        let links_more = held.links && !span.links.is_empty();
        let met = was == Kept::Recent && !refusing.is_empty() && refusing.met(span, &held.packed, &self.tables);
        held.met_breaker |= met;
        if failed {
            held.kept = Kept::Failed;
        } else if met && self.kept_bytes < self.limit / 4 {
            held.kept = Kept::Breaker;
        } else if let Some(root) = root.filter(|_| was == Kept::Recent)
            && self.usual.is_slow(root, span.duration_ns(), ended == Ended::Well)
        {
            held.kept = Kept::Slow;
        }
        match (was == Kept::Recent, held.kept == Kept::Recent) {
            (true, false) => {
                weight::push_back(&mut self.kept, (span.trace, held.order));
                self.kept_bytes += held.cost();
            }
            (false, _) => self.kept_bytes += grown,
            (true, true) => {}
        }
        let (calm, counts) = (held.is_calm(), held.calm_root.is_some());
        let stays = calm && counts && !unseats;
        let fails = held.kept == Kept::Failed;
        if forgot {
            self.note_gap();
        }
        if counts && !stays {
            self.note_trouble(span.trace);
        }
        if let Some(root) = root.filter(|_| calm && !stays && ended == Ended::Well) {
            self.note_calm(root, span.start_ns, span.trace);
        }
        if fails && was != Kept::Failed {
            self.fail_origins(self.links_of(span.trace));
        } else if fails && links_more {
            self.fail_origins(linked::others(span).collect());
        }
        if is_new && self.failed_beyond(span.trace) && self.fail(span.trace) {
            self.fail_origins(self.links_of(span.trace));
        }
        true
    }
}

#[cfg(test)]
#[path = "traces_tests.rs"]
mod tests;

#[cfg(test)]
mod compare_tests;

#[cfg(test)]
mod linked_tests;

#[cfg(test)]
mod memory_tests;

#[cfg(test)]
mod odd_tests;
