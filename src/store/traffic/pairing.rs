//! Who called whom: callee spans meet the span that caused them, in whichever order the two arrive. Waits a bounded time
//! in a bounded room; what never meets its caller makes no edge, except for calls that nobody answered.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::span::{SpanId, TraceId};
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
        std::mem::replace(&mut self.before, std::mem::take(&mut self.now))
    }

    fn get(&self, key: u64) -> Option<&T> {
        self.now.get(&key).or_else(|| self.before.get(&key))
    }

    fn take(&mut self, key: u64) -> Option<T> {
        self.now.remove(&key).or_else(|| self.before.remove(&key))
    }
}

/// The rooms in which calls wait.
#[derive(Debug)]
pub(super) struct Pairing {
    /// Every span of late, by itself: whose it is, and whether it is a call that failed for who made it.
    seen: Room<(Party, bool)>,
    /// Calls whose caller has not come, by the caller's span.
    waiting: Room<Vec<Call>>,
    /// Calls that a caller made and no callee told of, by the caller's span.
    unanswered: Room<(Party, Call)>,
    /// When this generation began.
    since: Option<Moment>,
}

/// Calls that wait for one caller's span.
const MOST_CALLS: usize = 256;

/// Some senders vary only one half of a trace's id, so both count.
fn key(trace: TraceId, span: SpanId) -> u64 {
    let trace = u128::from_le_bytes(trace.0);
    u64::from_le_bytes(span.0) ^ (trace as u64).rotate_left(23) ^ ((trace >> 64) as u64).rotate_left(41)
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

    /// A span is here: the calls that waited for it as their caller. `in_vain`: it is a call that failed for who made it, which
    /// its callee need not know: somebody who waited no longer.
    pub(super) fn arrived(&mut self, trace: TraceId, span: SpanId, party: Party, in_vain: bool) -> Vec<Call> {
        let key = key(trace, span);
        self.seen.now.insert(key, (party, in_vain));
        let mut waiting = self.waiting.take(key).unwrap_or_default();
        waiting.iter_mut().for_each(|call| call.failed |= in_vain);
        waiting
    }

    /// A callee tells of a call: its caller and how it ended for both where that is known, else it waits.
    pub(super) fn called(&mut self, trace: TraceId, parent: SpanId, call: Call) -> Option<(Party, Call)> {
        let key = key(trace, parent);
        self.unanswered.take(key);
        if let Some((caller, in_vain)) = self.seen.get(key) {
            return Some((*caller, Call { failed: call.failed || *in_vain, ..call }));
        }
        let waiting = self.waiting.now.entry(key).or_default();
        if waiting.len() < MOST_CALLS {
            waiting.push(call);
        }
        None
    }

    /// A caller tells of a call to somebody that it names: counted later, should no callee tell of it.
    pub(super) fn calls(&mut self, trace: TraceId, span: SpanId, caller: Party, call: Call) {
        self.unanswered.now.insert(key(trace, span), (caller, call));
    }

    /// A call found its callee's span.
    pub(super) fn answered(&mut self, trace: TraceId, span: SpanId) {
        self.unanswered.take(key(trace, span));
    }
}
