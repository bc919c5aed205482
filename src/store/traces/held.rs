//! One trace as it is held, why it is kept, and which traces changed of late. Not how many are held, and which go.

use std::collections::VecDeque;

use foldhash::{HashMap, HashSet};

use super::codec;
use crate::domain::span::{Span, SpanId, SpanKind, TraceId};
use crate::store::weight;

/// Spans of one trace from which on they are looked up instead of walked over.
const MANY: u32 = 64;
/// Its place in a list that shows all traces, in bytes: one in a tree, one in a table.
const LISTED: usize = 96;
/// Changes that are remembered for lists that look rarely.
const MOST_CHANGES: usize = 1 << 15;
/// Roots of one name that must have been seen before one can be called slow.
const ENOUGH: u32 = 20;
/// Roots (a service and a name) whose usual time is remembered.
const MOST_ROOTS: usize = 1 << 14;
/// How far ahead a clock is that is called wrong, in ns; what came is told to a second.
const AHEAD_NS: u64 = 2_000_000_000;
/// How many times the usual is slow.
const SLOW: u64 = 3;

/// A root: the numbers of its service and of its name.
pub(super) type Key = (u32, u32);

/// Why a trace is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kept {
    /// It is new enough.
    Recent,
    /// A span of it failed.
    Failed,
    /// It met an open breaker: called whom that guards from where it is open, or was answered by it.
    Breaker,
    /// It is older than what is recent: it shows what is usual of its root, for what others are compared with.
    Usual,
    /// Its root took over three times what roots of its service and name took of late, in the mean of those that went well.
    Slow,
}

/// One trace as it is held.
#[derive(Debug)]
pub(super) struct Held {
    /// Number of its first arrival.
    pub(super) order: u64,
    /// When that was, in ns; 0 where nobody says.
    pub(super) arrived_ns: u64,
    /// Revision of the store at which a span of it came last.
    pub(super) touched: u64,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    /// Some span of it told a time: else those above are when it came.
    pub(super) timed: bool,
    /// How long its root took; 0 while that is not here.
    pub(super) root_ns: u64,
    /// When its root began, by that one's clock; 0 while that is not here.
    pub(super) root_start_ns: u64,
    /// That is another span's in its place: nobody tells of who called that.
    pub(super) adopted: bool,
    /// It was judged: no root came in time.
    pub(super) judged: bool,
    /// A span of it links to another trace.
    pub(super) links: bool,
    /// Never [`Kept::Usual`]: that is `pinned`.
    pub(super) kept: Kept,
    /// It met an open breaker, whether or not there was room to keep it for that.
    pub(super) met_breaker: bool,
    /// Under which root it counts as one that shows what is usual.
    pub(super) calm_root: Option<Key>,
    /// It stays although its turn to go came, for that.
    pub(super) pinned: bool,
    /// A span of it was turned away: answered 4xx.
    pub(super) refused: bool,
    /// Which services it met, and which of their operations: a bit for each, which some of many share.
    pub(super) services: u64,
    pub(super) calls: u64,
    pub(super) spans: u32,
    /// Spans beyond [`MOST_SPANS`].
    pub(super) left_out: u32,
    pub(super) packed: Vec<u8>,
    /// What is here, once it is too much to walk over for each span that comes.
    known: Option<Box<Known>>,
}

/// What the spans of a trace are known by.
type Known = HashSet<(SpanId, SpanKind)>;

impl Held {
    /// One of which this is the first span that came; the span itself is not in it yet.
    pub(super) fn new((order, arrived_ns): (u64, u64), span: &Span) -> Held {
        Held {
            order,
            arrived_ns,
            touched: 0,
            start_ns: span.start_ns,
            end_ns: span.end_ns,
            timed: false,
            root_ns: 0,
            root_start_ns: 0,
            adopted: false,
            judged: false,
            links: false,
            kept: Kept::Recent,
            met_breaker: false,
            calm_root: None,
            pinned: false,
            refused: false,
            services: 0,
            calls: 0,
            spans: 0,
            left_out: 0,
            packed: Vec::new(),
            known: None,
        }
    }

    /// How long whoever asked had to wait, in ns: as long as its root took. What was taken from a queue later, or by a clock that
    /// is wrong, nobody waited for. Where the root is not here, from the first start to the last end.
    pub(super) fn took_ns(&self) -> u64 {
        if self.root_ns > 0 { self.root_ns } else { self.end_ns.saturating_sub(self.start_ns) }
    }

    /// When it began: when its root did. The clock of another machine may claim that something happened before.
    pub(super) fn started_ns(&self) -> u64 {
        if self.root_start_ns > 0 { self.root_start_ns } else { self.start_ns }
    }

    /// By what it stands among the newest: when it began; where that cannot be, when it came.
    pub(super) fn stands_ns(&self) -> u64 {
        if self.is_ahead() { self.arrived_ns } else { self.started_ns() }
    }

    /// Whether it says that it began later than it came: its clock is ahead.
    pub(super) fn is_ahead(&self) -> bool {
        self.arrived_ns > 0 && self.started_ns() > self.arrived_ns.saturating_add(AHEAD_NS)
    }

    /// When a span of it was at work, where that tells.
    pub(super) fn note_times(&mut self, span: &Span) {
        if !span.is_timeless() {
            let (start_ns, end_ns) = if self.timed { (self.start_ns, self.end_ns) } else { (u64::MAX, 0) };
            (self.start_ns, self.end_ns) = (start_ns.min(span.start_ns), end_ns.max(span.end_ns));
            self.timed = true;
        }
    }

    /// A root of it came. Where there are several, the one that began first is the one that somebody asked for.
    pub(super) fn note_root(&mut self, span: &Span) {
        let before = (self.root_start_ns, std::cmp::Reverse(self.root_ns));
        if self.root_start_ns == 0 || (span.start_ns, std::cmp::Reverse(span.duration_ns())) < before {
            (self.root_start_ns, self.root_ns) = (span.start_ns, span.duration_ns());
        }
    }

    /// Bytes that it takes with all that is kept because of it, but for its places in the table and the queues of all.
    pub(super) fn cost(&self) -> usize {
        let known = self.known.as_ref().map_or(0, |known| {
            weight::block(size_of::<Known>()) + weight::table(known.capacity(), size_of::<(SpanId, SpanKind)>())
        });
        weight::block(size_of::<Held>()) + weight::block(self.packed.capacity()) + known + LISTED
    }

    /// Whether this span came before; else it is remembered.
    pub(super) fn knows(&mut self, span: &Span) -> bool {
        if self.spans < MANY {
            return codec::records(&self.packed).any(|record| codec::is_same(record, span));
        }
        let all = || Box::new(codec::records(&self.packed).map(codec::identity).collect());
        !self.known.get_or_insert_with(all).insert((span.id, span.kind))
    }
}

/// How long roots of one service and name usually take: their mean of late.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    seen: u32,
    mean_ns: u64,
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

    /// So much changed by this revision that it is not told one by one.
    pub(super) fn forget(&mut self, revision: u64) {
        self.log.clear();
        self.forgotten = revision;
    }

    /// What changed after this revision; `None` where that is no longer known.
    pub(super) fn since(&self, revision: u64) -> Option<impl Iterator<Item = TraceId>> {
        let from = self.log.partition_point(|(r, _)| *r <= revision);
        (revision >= self.forgotten).then(|| self.log.range(from..).map(|(_, id)| *id))
    }
}

/// The bit of something that is known by a number.
pub(super) fn bit(number: u64) -> u64 {
    1 << (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
}

/// How long roots usually take, by the numbers of their service and name.
#[derive(Debug, Default)]
pub(super) struct Usuals(HashMap<Key, Usual>);

impl Usuals {
    /// Whether a root took far longer than roots of its service and name usually do; else, where it went `well`, it counts
    /// towards the usual: what was turned away at once says nothing of how long the work takes.
    pub(super) fn is_slow(&mut self, key: Key, took_ns: u64, well: bool) -> bool {
        if self.0.len() >= MOST_ROOTS && !self.0.contains_key(&key) {
            return false;
        }
        let usual = self.0.entry(key).or_default();
        if usual.seen >= ENOUGH && took_ns > usual.mean_ns.saturating_mul(SLOW) {
            // It still moves the mean a little, or a lasting change would be slow for ever.
            usual.mean_ns = usual.mean_ns.saturating_add(usual.mean_ns / 16);
            return true;
        }
        if well {
            usual.seen = usual.seen.saturating_add(1);
            let weight = u64::from(usual.seen.min(32));
            usual.mean_ns = usual.mean_ns - usual.mean_ns / weight + took_ns / weight;
        }
        false
    }
}
