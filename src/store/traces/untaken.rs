//! Messages that nobody took from their queue, as far as is told: no span below the one that put it takes it, and none links to it,
//! in whichever trace. Where what took it may have been dropped meanwhile, nothing is said of it. Not whether anybody should
//! have taken it by now.

use foldhash::HashSet;

use super::{Held, Traces, Waterfall, codec};
use crate::domain::span::{SpanId, SpanKind, TraceId};

/// Spans of other traces that are looked through for takers.
const MOST_READ: usize = 20_000;
/// What is lost now may have been sent since the clock was last looked at, in ns.
const SLACK_NS: u64 = 2_000_000_000;

/// Messages, by the spans that put them or one below those.
type Taken = HashSet<(TraceId, SpanId)>;

/// Whether a span that links to a message may have taken it: who receives is a client of its broker by OpenTelemetry's words of
/// today, and work of its own to some; within the trace of the message such a one is who sends it.
fn may_take(kind: SpanKind, is_beside: bool) -> bool {
    kind == SpanKind::Consumer || !is_beside && matches!(kind, SpanKind::Client | SpanKind::Internal)
}

impl Traces {
    /// A trace goes: what it took until its end is known no more.
    pub(super) fn note_gone(&mut self, held: &Held) {
        let now_ns = if self.now_ns > 0 { self.now_ns } else { u64::MAX };
        self.gone_ns = self.gone_ns.max(held.end_ns.min(now_ns)).max(held.arrived_ns);
    }

    /// What was taken until now is not known as a whole.
    pub(super) fn note_gap(&mut self) {
        self.gone_ns = self.gone_ns.max(self.now_ns.saturating_add(SLACK_NS));
    }

    /// Marks the rows that put a message which nobody took.
    pub(super) fn mark_untaken(&self, whole: &mut Waterfall) {
        let puts = |kind: SpanKind| kind == SpanKind::Producer;
        let mut putting: Vec<TraceId> =
            whole.rows.iter().filter(|row| puts(row.span.kind)).map(|row| row.span.trace).collect();
        putting.sort_unstable();
        putting.dedup();
        if putting.is_empty() {
            return;
        }
        let links = whole.rows.iter().flat_map(|row| row.span.links.iter().map(|link| (&row.span, link)));
        let taking = links.filter(|(span, link)| may_take(span.kind, span.trace == link.trace));
        let mut taken: Taken = taking.map(|(_, link)| (link.trace, link.span)).collect();
        let messages: HashSet<(TraceId, SpanId)> =
            whole.rows.iter().filter(|row| puts(row.span.kind)).map(|row| (row.span.trace, row.span.id)).collect();
        let joined: HashSet<TraceId> = whole.rows.iter().map(|row| row.span.trace).collect();
        let mut left = MOST_READ;
        putting.retain(|id| self.take_from(*id, &joined, &mut taken, &mut left));
        // For each level, whether something that takes stands there, of the rows below: the rows are looked at from the last on.
        let mut takes: Vec<bool> = Vec::new();
        for row in whole.rows.iter_mut().rev() {
            let depth = row.depth;
            takes.resize((depth + 1).max(takes.len()), false);
            let below = takes.get(depth + 1).copied().unwrap_or(false);
            takes.truncate(depth + 1);
            let is_taken = below || taken.contains(&(row.span.trace, row.span.id));
            takes[depth] |= is_taken || row.span.kind == SpanKind::Consumer;
            // What sends messages that others made is none itself.
            let sends = row.span.links.iter().any(|link| messages.contains(&(link.trace, link.span)));
            row.untaken = puts(row.span.kind)
                && !sends
                && !row.span.failed()
                && !is_taken
                && putting.binary_search(&row.span.trace).is_ok()
                && self.knows_since(row.span.trace, row.span.start_ns);
        }
    }

    /// Adds what traces that are not joined took of this one's messages; whether all of that is known.
    fn take_from(&self, id: TraceId, joined: &HashSet<TraceId>, taken: &mut Taken, left: &mut usize) -> bool {
        if self.linked.is_full(id) {
            return false;
        }
        for other in self.linked.to(id).filter(|other| !joined.contains(other)) {
            // It took something of this one, and is gone.
            let Some(held) = self.traces.get(&other) else { return false };
            let spans = held.spans as usize;
            if spans > *left {
                return false;
            }
            *left -= spans;
            let spans = codec::records(&held.packed).filter_map(|record| codec::front(record, &self.tables));
            let takers = spans.filter(|(span, _)| may_take(span.kind, false));
            taken.extend(
                takers.flat_map(|(_, rest)| codec::links(rest, &self.tables)).map(|link| (link.trace, link.span)),
            );
        }
        true
    }

    /// Whether all that came since a message was sent is still here. Its sender's clock may be ahead: then since its trace came.
    fn knows_since(&self, id: TraceId, sent_ns: u64) -> bool {
        let came = self.traces.get(&id).map_or(0, |held| held.arrived_ns);
        self.gone_ns < if came > 0 { sent_ns.min(came) } else { sent_ns }
    }
}

#[cfg(test)]
#[path = "untaken_tests.rs"]
mod tests;
