//! Traces that are joined by links: what a queue parted. A trace that put a message somewhere knows which traces began with
//! it, shares in their failures and shows them below itself. Not parents within one trace: those are the waterfall's.

use foldhash::{HashMap, HashSet};

use super::{Held, Kept, Traces, codec, waterfall};
use crate::domain::span::{Span, SpanId, TraceId};
use crate::store::weight;

/// Links that are remembered: traces that are linked to, and traces that link to one of them.
const MOST_LINKED: usize = 1 << 16;
const MOST_LINKS: usize = 100;
/// Links of one trace that are followed to where it came from.
pub(super) const MOST_LOOKED: usize = 256;
/// Traces that are joined with one, above it and below.
const MOST_JOINED: usize = 64;
/// Traces that fail with one.
const MOST_FAILED: usize = 1_024;

/// Which traces link to one: the other ends of its queues.
#[derive(Debug, Default)]
pub(super) struct Linked {
    all: HashMap<TraceId, Vec<TraceId>>,
    /// Bytes of the lists.
    listed: usize,
}

impl Linked {
    /// A span of one trace names another. Whether all others were forgotten for that, as there are too many.
    pub(super) fn note(&mut self, to: TraceId, from: TraceId) -> bool {
        let full = self.all.len() >= MOST_LINKED && !self.all.contains_key(&to);
        if full {
            *self = Linked::default();
        }
        let all = self.all.entry(to).or_default();
        if all.len() < MOST_LINKS && !all.contains(&from) {
            let before = cost(all);
            // Nearly all have one.
            all.reserve_exact(1);
            all.push(from);
            self.listed = self.listed - before + cost(all);
        }
        full
    }

    /// Whether more link to this one than are remembered.
    pub(super) fn is_full(&self, to: TraceId) -> bool {
        self.all.get(&to).is_some_and(|all| all.len() >= MOST_LINKS)
    }

    pub(super) fn forget(&mut self, to: TraceId) {
        if let Some(all) = self.all.remove(&to) {
            self.listed -= cost(&all);
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.listed + weight::table(self.all.capacity(), size_of::<(TraceId, Vec<TraceId>)>())
    }

    #[cfg(test)]
    pub(super) fn is_counted(&self) -> bool {
        self.listed == self.all.values().map(cost).sum::<usize>()
    }

    /// The traces that link to this one.
    pub(super) fn to(&self, id: TraceId) -> impl Iterator<Item = TraceId> {
        self.all.get(&id).into_iter().flatten().copied().filter(move |other| *other != id)
    }
}

fn cost(all: &Vec<TraceId>) -> usize {
    weight::block(all.capacity() * size_of::<TraceId>())
}

/// The other traces that a span links to.
pub(super) fn others(span: &Span) -> impl Iterator<Item = TraceId> {
    span.links.iter().map(|link| link.trace).filter(|other| *other != span.trace).take(MOST_LOOKED)
}

/// The spans of a trace with those of the traces that it is joined with.
pub(super) struct Joined {
    pub(super) spans: Vec<Span>,
    /// There are more such traces.
    pub(super) goes_on: bool,
}

/// The traces that these spans, at the top of their own trace, link to and that are here: what they came from. Who takes many
/// messages at once came from several. And whether those are all.
fn origins(traces: &Traces, id: TraceId, spans: &[Span]) -> (Vec<TraceId>, bool) {
    let here: HashSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let above = |span: &Span| span.parent.is_none_or(|parent| !here.contains(&parent));
    let tops = spans.iter().filter(|span| span.trace == id && above(span));
    let links = tops.flat_map(|span| &span.links).filter(|link| link.trace != id);
    let mut found: Vec<TraceId> = Vec::new();
    for link in links.take(MOST_LOOKED) {
        let is_new = !found.contains(&link.trace);
        if is_new && traces.identities(link.trace).any(|(known, _)| known == link.span) {
            if found.len() >= MOST_JOINED {
                return (found, true);
            }
            found.push(link.trace);
        }
    }
    (found, false)
}

impl Traces {
    /// The traces that came of a trace's messages, and of theirs in turn, each behind the one it came from; and whether those
    /// are all.
    pub(super) fn traces_below(&self, id: TraceId) -> (Vec<(TraceId, TraceId)>, bool) {
        let mut found: Vec<(TraceId, TraceId)> = Vec::new();
        let (mut next, mut from) = (0, Some(id));
        while let Some(above) = from {
            for other in self.linked.to(above) {
                if other == id || found.iter().any(|(_, known)| *known == other) || !self.contains(other) {
                    continue;
                }
                if found.len() >= MOST_JOINED {
                    return (found, true);
                }
                found.push((above, other));
            }
            from = found.get(next).map(|(_, other)| *other);
            next += 1;
        }
        (found, false)
    }

    /// The spans of a trace, and below them what came of its messages where that made traces of its own.
    pub(super) fn below(&self, id: TraceId) -> Joined {
        let mut spans = self.spans_of(id);
        let (below, goes_on) = self.traces_below(id);
        for (from, other) in below {
            waterfall::join(&mut spans, &[from], self.spans_of(other));
        }
        Joined { spans, goes_on }
    }

    /// The same below the traces that it came from, and those that they came from, where links say so and those are here.
    pub(super) fn around(&self, id: TraceId) -> Joined {
        let Joined { mut spans, mut goes_on } = self.below(id);
        let (mut above, mut tops) = (vec![id], vec![id]);
        loop {
            let mut found: Vec<TraceId> = Vec::new();
            for top in &tops {
                let (origins, more) = origins(self, *top, &spans);
                goes_on |= more;
                found.extend(origins.into_iter().filter(|origin| !above.contains(origin)));
            }
            found.sort_unstable();
            found.dedup();
            let room = (MOST_JOINED + 1).saturating_sub(above.len());
            goes_on |= found.len() > room;
            found.truncate(room);
            if found.is_empty() {
                return Joined { spans, goes_on };
            }
            // Two that link to each other: what stands above does not stand below as well.
            spans.retain(|span| !found.contains(&span.trace));
            let mut all: Vec<Span> = found.iter().flat_map(|origin| self.each_span(*origin)).collect();
            waterfall::join(&mut all, &found, spans);
            spans = all;
            above.extend(&found);
            tops = found;
        }
    }

    /// Whether a trace that began with a message of this one failed.
    pub(super) fn failed_beyond(&self, id: TraceId) -> bool {
        self.linked.to(id).any(|other| self.traces.get(&other).is_some_and(|held| held.kept == Kept::Failed))
    }

    /// The traces that a trace came from, whether or not they are here.
    pub(super) fn links_of(&self, id: TraceId) -> Vec<TraceId> {
        let Some(held) = self.traces.get(&id).filter(|held| held.links) else { return Vec::new() };
        let bare = codec::records(&held.packed).filter_map(|record| codec::read_bare(id, record, &self.tables));
        bare.flat_map(|span| others(&span).collect::<Vec<_>>()).take(MOST_LOOKED).collect()
    }

    /// A trace failed: so did, in the eyes of who sent it its message, those it came from, and those that they came from.
    pub(super) fn fail_origins(&mut self, mut origins: Vec<TraceId>) {
        for _ in 0..MOST_FAILED {
            let Some(origin) = origins.pop() else { return };
            if self.fail(origin) {
                origins.extend(self.links_of(origin));
            }
        }
    }

    /// Takes a trace for failed, and keeps it as one; whether it was not taken for that before.
    pub(super) fn fail(&mut self, id: TraceId) -> bool {
        let Some(held) = self.traces.get_mut(&id).filter(|held| held.kept != Kept::Failed) else { return false };
        if std::mem::replace(&mut held.kept, Kept::Failed) == Kept::Recent {
            weight::push_back(&mut self.kept, (id, held.order));
            self.kept_bytes += held.cost();
        }
        self.changes.note(self.revision, id);
        self.note_trouble(id);
        true
    }

    /// What stands in the row of a trace for those that began with its messages: their services, their spans, and which of them
    /// failed where it did not itself.
    pub(super) fn beyond(&self, id: TraceId, row: &mut super::TraceSummary) {
        for (_, other) in self.traces_below(id).0 {
            let Some(below) = self.traces.get(&other).and_then(|held| of(self, other, held)) else { continue };
            row.spans += below.spans;
            for service in below.services {
                if !row.services.contains(&service) {
                    row.services.push(service);
                }
            }
            if row.failed && !row.went.as_ref().is_some_and(|went| went.failed) && below.failed {
                row.went = below.went;
            }
        }
    }
}

fn of(traces: &Traces, id: TraceId, held: &Held) -> Option<super::TraceSummary> {
    super::summary::of(id, held, &traces.tables, &Default::default()).map(|told| told.row)
}
