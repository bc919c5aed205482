//! Who called whom: callee spans meet the span that caused them, in whichever order the two arrive. Waits a bounded time
//! in a bounded room; what never meets its caller makes no edge. A span that comes twice is known again as long.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::span::{Span, SpanId, TraceId};
use crate::domain::time::Moment;

/// One side of a call, as the numbers that the store of traffic gave to its service and its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) service: u32,
    pub(super) instance: Option<u32>,
}

/// A call as its callee tells it; it failed where it did for either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) callee: Party,
    pub(super) failed: bool,
    pub(super) us: u64,
}

/// How long the two sides of a call wait for each other, in ms.
pub(super) const PATIENCE_MS: i64 = 30_000;
/// Entries of one generation of a room; two generations are kept.
const MOST: usize = 1 << 16;

/// Entries that are forgotten after between one and two generations: a map that never walks over itself.
#[derive(Debug)]
struct Room<T> {
    now: HashMap<u64, T, RandomState>,
    before: HashMap<u64, T, RandomState>,
}

impl<T> Room<T> {
    fn new() -> Self {
        Self { now: HashMap::default(), before: HashMap::default() }
    }

    /// Begins a new generation; the one that is forgotten comes back, for those who want to know.
    fn turn(&mut self) -> HashMap<u64, T, RandomState> {
        // As large as the one before: a map that grows moves all of it, again and again.
        let next = HashMap::with_capacity_and_hasher(self.now.len(), RandomState::default());
        std::mem::replace(&mut self.before, std::mem::replace(&mut self.now, next))
    }

    fn get(&self, key: u64) -> Option<&T> {
        self.now.get(&key).or_else(|| self.before.get(&key))
    }

    fn take(&mut self, key: u64) -> Option<T> {
        self.now.remove(&key).or_else(|| self.before.remove(&key))
    }
}

/// A span of late, by itself: whose it is, on either side. The two sides of a call are two spans, but for Zipkin's, that share an
/// id.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Who made a call, and whether that failed for it.
    asks: Option<(Party, bool)>,
    /// Who answered one, or worked.
    works: Option<Party>,
}

/// What a span is to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It makes one. `in_vain`: it failed for who made it, which its callee need not know: somebody who waited no longer.
    Asks {
        /// Whether it failed.
        in_vain: bool,
    },
    /// It answers one, or is work by itself.
    Works,
}

/// What a span meets on its arrival.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// The calls that waited for it as their caller.
    pub(super) calls: Vec<Call>,
    /// It is a call of which its callee has told already.
    pub(super) answered: bool,
    /// It works for a caller who has the same id and has come.
    pub(super) shares: bool,
}

/// A call that its callee tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) caller: Party,
    /// It failed where it did for either side.
    pub(super) call: Call,
    /// The same call as its caller told it before, to somebody whom that named.
    pub(super) told: Option<Call>,
}

/// The rooms in which calls wait.
#[derive(Debug)]
pub(super) struct Pairing {
    seen: Room<Seen>,
    /// Calls whose caller has not come, by the caller's span.
    waiting: Room<Vec<Call>>,
    /// Calls that a caller made and no callee told of, by the caller's span.
    unanswered: Room<(Party, Call)>,
    /// When this generation began.
    since: Option<Moment>,
}

/// Calls that wait for one caller's span.
const MOST_CALLS: usize = 256;

/// Both halves of a trace's id count, as some senders vary only one; mixed so that ids that are numbers do not meet.
fn key(trace: TraceId, span: SpanId) -> u64 {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let trace = u128::from_le_bytes(trace.0);
    let halves = fold(trace as u64 ^ 0x243f_6a88_85a3_08d3, (trace >> 64) as u64 ^ 0x1319_8a2e_0370_7344);
    fold(u64::from_le_bytes(span.0) ^ 0xa409_3822_299f_31d0, halves | 1)
}

impl Pairing {
    pub(super) fn new() -> Self {
        Self { seen: Room::new(), waiting: Room::new(), unanswered: Room::new(), since: None }
    }

    /// Lets time pass. Calls that no callee told of in all that time come back, with their caller.
    pub(super) fn turn(&mut self, now: Moment) -> Vec<(Party, Call)> {
        let since = *self.since.get_or_insert(now);
        if now.since(since) < PATIENCE_MS / 2 && self.seen.now.len() < MOST {
            return Vec::new();
        }
        // All at once: else a call could be given up as unanswered and then be answered after all.
        self.since = Some(now);
        self.seen.turn();
        self.waiting.turn();
        self.unanswered.turn().into_values().collect()
    }

    /// A span is here; `None` where it was already: its sender, who had no answer, sent it again.
    pub(super) fn arrived(&mut self, span: &Span, party: Party, role: Role) -> Option<Met> {
        let own = key(span.trace, span.id);
        let Self { seen, waiting, .. } = self;
        let seen = seen.now.entry(own).or_insert_with(|| seen.before.get(&own).copied().unwrap_or_default());
        let before = match role {
            Role::Asks { in_vain } => seen.asks.replace((party, in_vain)).map(|(party, _)| party),
            Role::Works => seen.works.replace(party),
        };
        if before.is_some_and(|before| before.service == party.service) {
            return None;
        }
        let works = seen.works;
        let mut met = Met {
            calls: waiting.take(own).unwrap_or_default(),
            answered: false,
            shares: role == Role::Works && seen.asks.is_some(),
        };
        if let (Role::Asks { in_vain }, Some(other)) = (role, works) {
            met.answered = true;
            // Its callee, who shares its id, waits for the caller that both have above them.
            let above = span.parent.map(|parent| key(span.trace, parent));
            met.calls.extend(above.and_then(|above| self.waits(above, other)));
            met.calls.iter_mut().for_each(|call| call.failed |= in_vain);
        } else if let Role::Asks { in_vain: true } = role {
            met.calls.iter_mut().for_each(|call| call.failed = true);
        }
        Some(met)
    }

    /// The call of this callee that waits there.
    fn waits(&mut self, there: u64, callee: Party) -> Option<Call> {
        let room = [&mut self.waiting.now, &mut self.waiting.before];
        let calls = room.into_iter().find_map(|room| room.get_mut(&there))?;
        let place = calls.iter().position(|call| call.callee == callee)?;
        Some(calls.swap_remove(place))
    }

    /// A callee tells of a call: its caller and how it ended for both where that is known, else it waits. `shared`: its caller
    /// has its id.
    pub(super) fn called(&mut self, span: &Span, call: Call, shared: bool) -> Option<Answer> {
        let key = if shared { key(span.trace, span.id) } else { key(span.trace, span.parent?) };
        let told = self.unanswered.take(key).map(|(_, told)| told);
        if let Some(seen) = self.seen.get(key) {
            let asks = seen.asks.filter(|_| shared || seen.works.is_none());
            let (caller, in_vain) = asks.or(seen.works.map(|party| (party, false)))?;
            return Some(Answer { caller, call: Call { failed: call.failed || in_vain, ..call }, told });
        }
        let waiting = self.waiting.now.entry(key).or_default();
        if waiting.len() < MOST_CALLS {
            waiting.push(call);
        }
        None
    }

    /// A caller tells of a call to somebody that it names, who may tell of it yet.
    pub(super) fn calls(&mut self, span: &Span, caller: Party, call: Call) {
        self.unanswered.now.insert(key(span.trace, span.id), (caller, call));
    }
}
