//! Whether a trace came from one service to another: a span of the second stands below one of the first; or the second took a
//! message of the first, as a link tells, from whichever side that is looked at; or a breaker of the first answered in its place; or
//! nobody answered a call of the first that says it is to the second.

use super::codec::{self, Front};
use super::linked::MOST_LOOKED;
use super::{Guard, Held, Reach, Traces};
use crate::domain::address::Address;
use crate::domain::span::{SpanId, SpanKind, SpanLink, TraceId};
use crate::domain::whose::Whose;
use crate::store::pack::Reader;

/// A span, and what of it was not read yet.
pub(super) type Begun<'a> = (Front<'a>, Reader<'a>);

/// Who calls whom.
pub(super) struct Edge<'a> {
    pub(super) from: &'a Whose,
    /// Of the callers the one at this address alone.
    pub(super) at: Option<&'a Address>,
    pub(super) to: &'a Whose,
    pub(super) guard: Option<&'a Guard>,
    pub(super) reach: Option<&'a Reach>,
}

impl Edge<'_> {
    /// Whether a trace of these spans came this way.
    pub(super) fn came(&self, id: TraceId, spans: &[Begun<'_>], traces: &Traces) -> bool {
        let mut callers: Vec<SpanId> =
            spans.iter().filter(|(span, _)| self.calls(span)).map(|(span, _)| span.id).collect();
        callers.sort_unstable();
        let answers = |(span, _): &Begun<'_>| {
            self.to.is_called(&span.service) && span.parent.is_some_and(|parent| callers.binary_search(&parent).is_ok())
        };
        spans.iter().any(answers)
            || self.took(id, spans, &callers, traces)
            || !callers.is_empty() && (self.is_taken(id, &callers, traces) || self.was_turned_away(spans, traces))
            || self.reach.is_some_and(|reach| reach.is_called(spans, |span| self.calls(span), &traces.tables))
    }

    fn calls(&self, span: &Front<'_>) -> bool {
        self.from.is_called(&span.service) && (self.at.is_none() || span.instance.as_deref() == self.at)
    }

    /// Whether a span may have taken a message for the callee.
    fn takes(&self, span: &Front<'_>) -> bool {
        span.kind == SpanKind::Consumer && self.to.is_called(&span.service)
    }

    /// Whether the callee took a message here, which the caller put, here or in another trace.
    fn took(&self, id: TraceId, spans: &[Begun<'_>], callers: &[SpanId], traces: &Traces) -> bool {
        let taking = spans.iter().filter(|(span, _)| self.takes(span));
        let mut links = taking.flat_map(|(_, rest)| codec::links(*rest, &traces.tables)).take(MOST_LOOKED);
        links.any(|link| match link.trace == id {
            true => callers.binary_search(&link.span).is_ok(),
            false => self.put(&link, traces),
        })
    }

    fn put(&self, link: &SpanLink, traces: &Traces) -> bool {
        let Some(held) = traces.traces.get(&link.trace) else { return false };
        let mut here = codec::records(&held.packed).filter(|record| codec::identity(record).0 == link.span);
        here.any(|record| codec::front(record, &traces.tables).is_some_and(|(span, _)| self.calls(&span)))
    }

    /// Whether the callee took in another trace what one of these put.
    fn is_taken(&self, id: TraceId, callers: &[SpanId], traces: &Traces) -> bool {
        let is_it = |link: SpanLink| link.trace == id && callers.binary_search(&link.span).is_ok();
        let took = |held: &Held| {
            let spans = codec::records(&held.packed).filter_map(|record| codec::front(record, &traces.tables));
            spans.filter(|(span, _)| self.takes(span)).any(|(_, rest)| codec::links(rest, &traces.tables).any(is_it))
        };
        traces.linked.to(id).filter_map(|other| traces.traces.get(&other)).any(took)
    }

    /// Whether a breaker of the caller answered.
    fn was_turned_away(&self, spans: &[Begun<'_>], traces: &Traces) -> bool {
        let Some(guard) = self.guard else { return false };
        spans.iter().any(|(span, rest)| self.calls(span) && guard.answered(*rest, &traces.tables))
    }
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
