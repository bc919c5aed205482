//! Who called whom: callee spans meet the span that caused them, in whichever order the two arrive. Waits a bounded time
//! in a bounded room; what never meets its caller makes no edge. A span that comes twice is known again as long.

use std::collections::HashMap;
use std::num::NonZeroU64;

use foldhash::fast::RandomState;

use crate::domain::span::{Span, SpanId, SpanLink, TraceId};
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
/// id. One that has not come may be told of by what is below it.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Who made a call, and whether that failed for it.
    asks: Option<(Party, bool)>,
    /// Who answered one, or worked.
    works: Option<Party>,
    /// Of work inside a service, the span above it.
    above: Option<NonZeroU64>,
    below: Option<Below>,
}

impl Seen {
    fn has_come(&self) -> bool {
        self.asks.is_some() || self.works.is_some()
    }
}

/// A call that was made below a span and is counted: should that one be a call to the same callee, then it is the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Below {
    /// The callee's service.
    pub(super) service: u32,
    pub(super) failed: bool,
    /// The callee told of it; else a call below did.
    pub(super) answered: bool,
}

/// What a span is to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It makes one. `in_vain`: it failed for who made it, which its callee need not know: somebody who waited no longer.
    Asks {
        /// Whether it failed.
        in_vain: bool,
    },
    /// It answers one.
    Answers,
    /// It is work inside a service.
    Works,
}

/// What a span meets on its arrival.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// The calls that waited for it as their caller.
    pub(super) calls: Vec<Call>,
    /// Those that waited for work inside a service, which knows more of them.
    pub(super) answers: Vec<Answer>,
    /// A call was made below it that may be the same.
    pub(super) below: Option<Below>,
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
    /// Calls whose callee has the id of its caller's span, which has not come, by the span above the two.
    sharing: Room<Vec<Call>>,
    /// Calls that a caller made and no callee told of, by the caller's span.
    unanswered: Room<(Party, Call)>,
    /// When this generation began.
    since: Option<Moment>,
}

/// Spans that are waited for in one generation: a message may come from many.
const MOST_WAITING: usize = MOST * 4;
/// Calls that wait for one caller's span.
const MOST_CALLS: usize = 256;
/// Spans of work, one above the other, between the two sides of a call.
const MOST_STEPS: usize = 4;

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
        Self { seen: Room::new(), waiting: Room::new(), sharing: Room::new(), unanswered: Room::new(), since: None }
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
        self.sharing.turn();
        self.unanswered.turn().into_values().collect()
    }

    /// A span is here; `None` where it was already: its sender, who had no answer, sent it again.
    pub(super) fn arrived(&mut self, span: &Span, party: Party, role: Role) -> Option<Met> {
        let own = key(span.trace, span.id);
        let Self { seen, waiting, .. } = self;
        let seen = seen.now.entry(own).or_insert_with(|| seen.before.get(&own).copied().unwrap_or_default());
        let before = match role {
            Role::Asks { in_vain } => seen.asks.replace((party, in_vain)).map(|(party, _)| party),
            Role::Answers | Role::Works => seen.works.replace(party),
        };
        if before.is_some_and(|before| before.service == party.service) {
            return None;
        }
        if role == Role::Works {
            seen.above = span.parent.and_then(|parent| NonZeroU64::new(key(span.trace, parent)));
        }
        let seen = *seen;
        let mut met = Met { calls: waiting.take(own).unwrap_or_default(), below: seen.below, ..Met::default() };
        match role {
            Role::Asks { in_vain } => {
                if let Some(other) = seen.works {
                    met.answered = true;
                    // Its callee, who shares its id, waits for the caller that both have above them.
                    let above = span.parent.map(|parent| key(span.trace, parent));
                    met.calls.extend(above.and_then(|above| self.waits(above, other)));
                }
                met.calls.iter_mut().for_each(|call| call.failed |= in_vain);
            }
            Role::Answers | Role::Works => {
                met.shares = seen.asks.is_some();
                // Who shares its id with a call of this one was called by nobody else.
                met.calls.extend(self.sharing.take(own).unwrap_or_default());
            }
        }
        if role == Role::Works {
            for call in std::mem::take(&mut met.calls) {
                met.answers.extend(self.made_within(&seen, party, call));
            }
            if let Some((above, below)) = seen.above.zip(seen.below) {
                self.note_below(above.get(), below);
            }
        }
        Some(met)
    }

    /// The call of this callee that waits there.
    fn waits(&mut self, there: u64, callee: Party) -> Option<Call> {
        let Self { sharing, waiting, .. } = self;
        let rooms = [&mut sharing.now, &mut sharing.before, &mut waiting.now, &mut waiting.before];
        rooms.into_iter().filter(|room| !room.is_empty()).find_map(|room| {
            let calls = room.get_mut(&there)?;
            let place = calls.iter().position(|call| call.callee == callee)?;
            Some(calls.swap_remove(place))
        })
    }

    /// A callee tells of a call: its caller and how it ended for both where that is known, else it waits. `shared`: its caller
    /// has its id, and has come.
    pub(super) fn called(&mut self, span: &Span, call: Call, shared: bool) -> Option<Answer> {
        if shared {
            return self.made_at(key(span.trace, span.id), call, true);
        }
        let above = key(span.trace, span.parent?);
        if !span.shares {
            return self.made_at(above, call, false);
        }
        // Its caller's span has its id and has not come: who is above the two is of the caller's service, unless that one
        // shares its id, too, and only the call to the caller is here.
        match self.seen.get(above).filter(|seen| seen.works.is_some()).copied() {
            Some(seen) => self.made_within(&seen, seen.works?, call),
            None => {
                wait(&mut self.sharing, above, call);
                None
            }
        }
    }

    /// Somebody took what a span of another trace put into a queue, as a link says.
    pub(super) fn took(&mut self, link: &SpanLink, call: Call) -> Option<Answer> {
        self.made_at(key(link.trace, link.span), call, false)
    }

    /// A call that was made by this span, whose callee tells of it.
    fn made_at(&mut self, there: u64, call: Call, shared: bool) -> Option<Answer> {
        let Some(seen) = self.seen.get(there).filter(|seen| seen.has_come()).copied() else {
            wait(&mut self.waiting, there, call);
            return None;
        };
        if let Some((caller, in_vain)) = seen.asks.filter(|_| shared || seen.works.is_none()) {
            let told = self.unanswered.take(there).map(|(_, told)| told);
            return Some(Answer { caller, call: Call { failed: call.failed || in_vain, ..call }, told });
        }
        self.made_within(&seen, seen.works?, call)
    }

    /// A call that was made within some work. What its callee did before it answers is no caller, and work that went on within a
    /// call is that call.
    fn made_within(&mut self, work: &Seen, caller: Party, call: Call) -> Option<Answer> {
        let (mut above, same) = (work.above, caller.service == call.callee.service);
        for _ in 0..MOST_STEPS {
            let Some(there) = above.map(NonZeroU64::get) else { break };
            let Some(seen) = self.seen.get(there).filter(|seen| seen.has_come()).copied() else {
                if same {
                    wait(&mut self.waiting, there, call);
                    return None;
                }
                let below = Below { service: call.callee.service, failed: call.failed, answered: true };
                self.note_below(there, below);
                break;
            };
            match (seen.asks, seen.works) {
                (_, Some(works)) if works.service == caller.service => above = seen.above,
                (_, Some(works)) if same => return self.made_within(&seen, works, call),
                (Some((asks, in_vain)), None) if same => {
                    let told = self.unanswered.take(there).map(|(_, told)| told);
                    return Some(Answer { caller: asks, call: Call { failed: call.failed || in_vain, ..call }, told });
                }
                (Some((asks, in_vain)), None) if asks.service == caller.service => {
                    let is_same = |(_, told): &&(Party, Call)| told.callee.service == call.callee.service;
                    let told = self.unanswered.get(there).filter(is_same).map(|(_, told)| *told);
                    if told.is_some() {
                        self.unanswered.take(there);
                    }
                    return Some(Answer { caller: asks, call: Call { failed: call.failed || in_vain, ..call }, told });
                }
                _ => break,
            }
        }
        (!same).then_some(Answer { caller, call, told: None })
    }

    /// Tells a span that has not come of a call that was made below it.
    fn note_below(&mut self, above: u64, below: Below) {
        let Self { seen, .. } = self;
        let seen = seen.now.entry(above).or_insert_with(|| seen.before.get(&above).copied().unwrap_or_default());
        seen.below = Some(below);
    }

    /// A caller tells of a call to somebody that it names, who may tell of it yet; the same call as the span above told of it.
    /// `within`: that one may be a call.
    pub(super) fn calls(&mut self, span: &Span, caller: Party, call: Call, within: bool) -> Option<Call> {
        let told = if within { self.told_above(span, caller, call) } else { None };
        let kept = told.map_or(call, |told| Call { failed: told.failed || call.failed, ..call });
        self.unanswered.now.insert(key(span.trace, span.id), (caller, kept));
        told
    }

    /// The call that a span above a caller's own told of, where that is the same: one library calls by another. Where that span
    /// has not come it will know.
    pub(super) fn told_above(&mut self, span: &Span, caller: Party, call: Call) -> Option<Call> {
        let above = key(span.trace, span.parent?);
        let Self { seen, unanswered, .. } = self;
        let seen = seen.now.entry(above).or_insert_with(|| seen.before.get(&above).copied().unwrap_or_default());
        if !seen.has_come() {
            seen.below = Some(Below { service: call.callee.service, failed: call.failed, answered: false });
            return None;
        }
        seen.asks.filter(|(asks, _)| seen.works.is_none() && asks.service == caller.service)?;
        unanswered.get(above).filter(|(_, told)| told.callee.service == call.callee.service)?;
        unanswered.take(above).map(|(_, told)| told)
    }
}

/// A call waits for the span that made it.
fn wait(room: &mut Room<Vec<Call>>, there: u64, call: Call) {
    if room.now.len() >= MOST_WAITING && !room.now.contains_key(&there) {
        return;
    }
    let waiting = room.now.entry(there).or_default();
    if waiting.len() < MOST_CALLS {
        waiting.push(call);
    }
}
