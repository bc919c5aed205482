//! One trace as it is held, why it is kept, and which traces changed of late. Not how many are held, and which go.

use std::collections::{HashMap, HashSet, VecDeque};

use super::codec::{self, Tables};
use crate::domain::span::{Span, SpanId, SpanKind, TraceId};

/// Spans of one trace from which on they are looked up instead of walked over.
const MANY: u32 = 64;
/// What keeping a trace costs beside its spans, in bytes.
const OVERHEAD: usize = 240;
/// Changes that are remembered for lists that look rarely.
const MOST_CHANGES: usize = 1 << 15;
/// Roots of one name that must have been seen before one can be called slow.
const ENOUGH: u32 = 20;
/// How many times the usual is slow.
const SLOW: u64 = 3;

/// Why a trace is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// It is new enough.
    Recent,
    /// A span of it failed.
    Failed,
    /// It passed an instance whose breaker refused calls.
    Breaker,
    /// Its root took over three times what roots of its name usually take.
    Slow,
}

/// One trace as it is held.
#[derive(Debug)]
pub(super) struct Held {
    /// Number of its first arrival.
    pub(super) order: u64,
    /// Revision of the store at which a span of it came last.
    pub(super) touched: u64,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    /// How long its root took; 0 while that is not here.
    pub(super) root_ns: u64,
    pub(super) kept: Kept,
    pub(super) spans: u32,
    /// Spans beyond [`MOST_SPANS`].
    pub(super) left_out: u32,
    pub(super) packed: Vec<u8>,
    /// What is here, once it is too much to walk over for each span that comes.
    pub(super) known: HashSet<(SpanId, SpanKind)>,
}

impl Held {
    /// How long whoever asked had to wait, in ns: as long as its root took. What was taken from a queue later, or by a clock that
    /// is wrong, nobody waited for. Where the root is not here, from the first start to the last end.
    pub(super) fn took_ns(&self) -> u64 {
        if self.root_ns > 0 { self.root_ns } else { self.end_ns.saturating_sub(self.start_ns) }
    }

    pub(super) fn cost(&self) -> usize {
        self.packed.capacity() + self.known.capacity() * 10 + OVERHEAD
    }

    /// Whether this span came before; else it is remembered.
    pub(super) fn knows(&mut self, span: &Span) -> bool {
        if self.spans < MANY {
            return codec::records(&self.packed).any(|record| codec::is_same(record, span));
        }
        if self.known.is_empty() {
            self.known = codec::records(&self.packed).map(codec::identity).collect();
        }
        !self.known.insert((span.id, span.kind))
    }
}

/// How long roots of one name usually take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usual {
    pub(super) seen: u32,
    pub(super) mean_ns: u64,
}

/// Which traces changed or went, and when: what a list looks at instead of at everything.
#[derive(Debug, Default)]
pub(super) struct Changes {
    log: VecDeque<(u64, TraceId)>,
    /// The revision up to which the log is no longer whole.
    forgotten: u64,
}

impl Changes {
    pub(super) fn note(&mut self, revision: u64, id: TraceId) {
        self.log.push_back((revision, id));
        if self.log.len() > MOST_CHANGES
            && let Some((revision, _)) = self.log.pop_front()
        {
            self.forgotten = revision;
        }
    }

    /// What changed after this revision; `None` where that is no longer known.
    pub(super) fn since(&self, revision: u64) -> Option<impl Iterator<Item = TraceId>> {
        let from = self.log.partition_point(|(r, _)| *r <= revision);
        (revision >= self.forgotten).then(|| self.log.range(from..).map(|(_, id)| *id))
    }
}

/// Whether a root took far longer than roots of its name usually do; else it counts towards the usual.
pub(super) fn is_slow(usual: &mut HashMap<u32, Usual>, tables: &mut Tables, span: &Span) -> bool {
    let (None, Some(name)) = (span.parent, tables.operations.put(&span.name)) else { return false };
    let usual = usual.entry(name).or_default();
    let took = span.duration_ns();
    if usual.seen >= ENOUGH && took > usual.mean_ns.saturating_mul(SLOW) {
        // It still moves the mean a little, or a lasting change would be slow for ever.
        usual.mean_ns = usual.mean_ns.saturating_add(usual.mean_ns / 16);
        return true;
    }
    usual.seen = usual.seen.saturating_add(1);
    let weight = u64::from(usual.seen.min(32));
    usual.mean_ns = usual.mean_ns - usual.mean_ns / weight + took / weight;
    false
}
