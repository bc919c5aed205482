//! Who called whom, each call once: callee spans meet the span that caused them, and spans of one caller that tell of the
//! same call meet each other, in whichever order they arrive. Waits a bounded time in a bounded room; what never meets its
//! caller makes no edge. A span that comes twice is known again as long.
//!
//! A call is what its callee answered, or what the innermost span of a caller asked for that names its callee. Spans of the
//! same caller around it, calls and work alike, tell of it again: from each call one goes up through them, and what one
//! finds there that was counted already is the same. Where one of them has not come, a note waits for it.

use std::num::NonZeroU64;

use super::room::{self, Room, Waiting};
use super::seen::Seen;
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
/// Spans of one service, one above the other, that are looked through on the way up.
const MOST_STEPS: usize = 64;

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

/// A call that is counted, on its way up through the spans of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) caller: Party,
    pub(super) callee: Party,
    pub(super) failed: bool,
    /// A span of its caller's below told of it as a call, not as work.
    pub(super) asked: bool,
}

/// A call as its caller told it, and when, to somebody who may answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) caller: Party,
    pub(super) call: Call,
    pub(super) at: Moment,
}

/// A call that its callee tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) caller: Party,
    /// It failed where it did for either side.
    pub(super) call: Call,
    /// The same call as its caller told it before.
    pub(super) told: Option<Told>,
    /// The same as a call to somebody else, whom its caller named: who answers is whom it called.
    pub(super) misnamed: Option<Told>,
}

/// What is found out about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Who answered it, and for whom.
    Answered(Answer),
    /// It failed for its caller, and was counted as one that went well.
    InVain(Noted),
    /// It was counted for this span, and for one below, too.
    Twice {
        /// As it was counted for this one.
        told: Told,
        /// One below told of it as a call, too.
        asked: bool,
    },
}

/// What a span meets on its arrival.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// The span above it, where that may be of the same caller.
    pub(super) above: Option<NonZeroU64>,
    /// What is known now of calls that waited for it.
    pub(super) found: Vec<Found>,
    /// Calls below that are counted: should it be a call to the same callee, then it is the same one.
    pub(super) below: Vec<Noted>,
    /// It is a call of which its callee has told already.
    pub(super) answered: bool,
    /// It works for a caller who has the same id and has come.
    pub(super) shares: bool,
}

/// The rooms in which calls wait.
#[derive(Debug)]
pub(super) struct Pairing {
    seen: Room<Seen>,
    /// Calls whose caller has not come, by the caller's span.
    waiting: Waiting<Call>,
    /// Calls whose callee has the id of its caller's span, which has not come, by the span above the two.
    sharing: Waiting<Call>,
    /// Calls that are counted, by the span above that has not come.
    notes: Waiting<Noted>,
    /// Calls that a caller made and no callee told of, by the caller's span.
    unanswered: Room<Told>,
    /// Messages that were taken, by the span that put them and who took them.
    taken: Room<bool>,
    /// When this generation began.
    since: Option<Moment>,
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// Both halves of a trace's id count, as some senders vary only one; mixed so that ids that are numbers do not meet.
fn key(trace: TraceId, span: SpanId) -> u64 {
    let trace = u128::from_le_bytes(trace.0);
    let halves = fold(trace as u64 ^ 0x243f_6a88_85a3_08d3, (trace >> 64) as u64 ^ 0x1319_8a2e_0370_7344);
    fold(u64::from_le_bytes(span.0) ^ 0xa409_3822_299f_31d0, halves | 1)
}

fn above(span: &Span) -> Option<NonZeroU64> {
    NonZeroU64::new(key(span.trace, span.parent?))
}

impl Pairing {
    pub(super) fn new() -> Self {
        Self {
            seen: Room::new(),
            waiting: Waiting::new(),
            sharing: Waiting::new(),
            notes: Waiting::new(),
            unanswered: Room::new(),
            taken: Room::new(),
            since: None,
        }
    }

    /// Lets time pass. Calls that no callee told of in all that time come back, with their caller.
    pub(super) fn turn(&mut self, now: Moment) -> Vec<Told> {
        let since = *self.since.get_or_insert(now);
        if self.taken.now.len() >= room::MOST {
            // By itself: who takes many messages at once must not make the others wait less.
            self.taken.turn();
        }
        if now.since(since) < PATIENCE_MS / 2 && self.seen.now.len() < room::MOST {
            return Vec::new();
        }
        // All at once: else a call could be given up as unanswered and then be answered after all.
        self.since = Some(now);
        self.seen.turn();
        self.waiting.turn();
        self.sharing.turn();
        self.notes.turn();
        self.taken.turn();
        self.unanswered.turn().into_values().collect()
    }

    /// Calls that nobody waits for, since too many waited.
    pub(super) fn lost(&self) -> u64 {
        self.waiting.lost() + self.sharing.lost() + self.notes.lost()
    }

    /// A span is here; `None` where it was already: its sender, who had no answer, sent it again. `outermost`: the span above
    /// it is known to answer a call.
    pub(super) fn arrived(&mut self, span: &Span, party: Party, role: Role, outermost: bool) -> Option<Met> {
        let own = key(span.trace, span.id);
        let seen = self.seen.kept(own);
        let before = match role {
            Role::Asks { in_vain } => seen.ask(party, in_vain),
            Role::Answers | Role::Works => seen.work(party),
        };
        if before.is_some_and(|before| before.service == party.service) {
            return None;
        }
        // What is below two that share an id is below the one that answers.
        let goes_up = !outermost && (role == Role::Works || role != Role::Answers && seen.works().is_none());
        seen.above = above(span).filter(|_| goes_up);
        let seen = *seen;
        let mut met = Met { above: seen.above, below: self.notes.take(own), ..Met::default() };
        met.below.retain(|note| note.caller.service == party.service);
        let mut calls = self.waiting.take(own);
        match role {
            Role::Asks { in_vain } => {
                if let Some(other) = seen.works() {
                    met.answered = true;
                    // Its callee, who shares its id, waits for the caller that both have above them.
                    calls.extend(above(span).and_then(|above| self.shared_at(above.get(), other)));
                }
                for call in calls {
                    met.found.push(Found::Answered(self.asked(party, in_vain, seen.above, call)));
                }
                for note in met.below.iter_mut().filter(|note| in_vain && !note.asked && !note.failed) {
                    note.failed = true;
                    met.found.push(Found::InVain(*note));
                }
            }
            Role::Answers => {
                met.below.clear();
                met.shares = seen.asks().is_some();
                // Who shares its id with a call of this one was called by nobody else.
                calls.extend(self.sharing.take(own));
                let directly = |call| Found::Answered(Answer { caller: party, call, told: None, misnamed: None });
                met.found.extend(calls.into_iter().map(directly));
            }
            Role::Works => {
                met.shares = seen.asks().is_some();
                calls.extend(self.sharing.take(own));
                let made = calls.into_iter().filter_map(|call| self.made_at(own, call, false));
                met.found.extend(made.map(Found::Answered));
                self.pass(&mut met);
            }
        }
        Some(met)
    }

    /// Notes that waited for a span of the same caller go on, to the one above it.
    pub(super) fn pass(&mut self, met: &mut Met) {
        for mut note in std::mem::take(&mut met.below) {
            let Noted { failed, asked, .. } = note;
            let told = self.follow(met.above, &mut note);
            met.found.extend(told.map(|told| Found::Twice { told, asked }));
            if !failed && (note.failed || told.is_some_and(|told| told.call.failed)) {
                met.found.push(Found::InVain(note));
            }
        }
    }

    /// The call of this callee that waits there.
    fn shared_at(&mut self, there: u64, callee: Party) -> Option<Call> {
        let is = |call: &Call| call.callee == callee;
        self.sharing.take_one(there, is).or_else(|| self.waiting.take_one(there, is))
    }

    /// A callee tells of a call: its caller and how it ended for both where that is known, else it waits. `shared`: its caller
    /// has its id, and has come.
    pub(super) fn called(&mut self, span: &Span, call: Call, shared: bool) -> Option<Answer> {
        if shared {
            return self.made_at(key(span.trace, span.id), call, true);
        }
        let above = above(span)?.get();
        // Its caller's span has its id and has not come: who is above the two is of the caller's service, unless that one
        // shares its id, too, and only the call to the caller is here.
        if span.shares && self.seen.get(above).is_none_or(|seen| seen.works().is_none()) {
            self.sharing.wait(above, call);
            return None;
        }
        self.made_at(above, call, false)
    }

    /// Somebody took what this span put into a queue: it is not taken for the same again when a link tells of it.
    pub(super) fn took(&mut self, span: &Span, call: Call) {
        if let Some(above) = above(span) {
            self.taken.now.insert(taking(above.get(), call), call.failed);
        }
    }

    /// Somebody took what a span of another trace put into a queue, as a link says. Who receives it and who works on it may be
    /// two spans of the same taker: for each taker it is one call, that failed where it did for any of them.
    pub(super) fn took_linked(&mut self, link: &SpanLink, call: Call) -> Option<Found> {
        let there = key(link.trace, link.span);
        let Some(failed) = self.taken.get_mut(taking(there, call)) else {
            self.taken.now.insert(taking(there, call), call.failed);
            return self.made_at(there, call, false).map(Found::Answered);
        };
        if !call.failed || std::mem::replace(failed, true) {
            return None;
        }
        if let Some(waits) = self.waiting.find(there, |waits| waits.callee.service == call.callee.service) {
            waits.failed = true;
            return None;
        }
        let seen = self.seen.get(there)?;
        let caller = seen.asks().map(|(caller, _)| caller).or(seen.works())?;
        Some(Found::InVain(Noted { caller, callee: call.callee, failed: true, asked: true }))
    }

    /// A call that was made by this span, whose callee tells of it. What the callee itself did before it answers is no caller.
    fn made_at(&mut self, mut there: u64, call: Call, shared: bool) -> Option<Answer> {
        for _ in 0..MOST_STEPS {
            let Some(seen) = self.seen.get(there).copied() else {
                self.waiting.wait(there, call);
                return None;
            };
            match (seen.asks(), seen.works()) {
                (Some((caller, in_vain)), works) if shared || works.is_none() => {
                    let told = self.unanswered.take(there);
                    if told.is_some_and(|told| told.call.callee.service == call.callee.service) {
                        let call = Call { failed: call.failed || in_vain, ..call };
                        return Some(Answer { caller, call, told, misnamed: None });
                    }
                    let answer = self.asked(caller, in_vain, seen.above, call);
                    return Some(Answer { misnamed: told, ..answer });
                }
                (_, Some(caller)) if caller.service != call.callee.service => {
                    return Some(self.answered(caller, seen.above, call, false));
                }
                _ => there = seen.above?.get(),
            }
        }
        None
    }

    /// A call that a span of this caller made, below the one `above`, and that its callee tells of.
    fn asked(&mut self, caller: Party, in_vain: bool, above: Option<NonZeroU64>, call: Call) -> Answer {
        self.answered(caller, above, Call { failed: call.failed || in_vain, ..call }, true)
    }

    fn answered(&mut self, caller: Party, above: Option<NonZeroU64>, call: Call, asked: bool) -> Answer {
        let mut note = Noted { caller, callee: call.callee, failed: call.failed, asked };
        let told = self.follow(above, &mut note);
        Answer { caller, call: Call { failed: note.failed, ..call }, told, misnamed: None }
    }

    /// Goes up from a call through the spans of its caller, to one that told of the same and waits for an answer: that is taken
    /// from it. Work within a call that failed for its caller failed, too.
    fn follow(&mut self, mut above: Option<NonZeroU64>, note: &mut Noted) -> Option<Told> {
        let caller = note.caller.service;
        if caller == note.callee.service {
            return None;
        }
        for _ in 0..MOST_STEPS {
            let there = above?.get();
            let Some(seen) = self.seen.get(there).copied() else {
                self.notes.wait(there, *note);
                return None;
            };
            match (seen.asks(), seen.works()) {
                (_, Some(works)) if works.service == caller => {}
                (Some((asks, in_vain)), _) if asks.service == caller => {
                    note.failed |= in_vain && !note.asked;
                    note.asked = true;
                    let told = self.unanswered.get(there);
                    if told.is_some_and(|told| told.call.callee.service == note.callee.service) {
                        return self.unanswered.take(there);
                    }
                }
                _ => return None,
            }
            above = seen.above;
        }
        None
    }

    /// A caller tells of a call to somebody that it names, who may tell of it yet; the same call as a span above told of it.
    pub(super) fn calls(&mut self, now: Moment, span: &Span, met: &Met, caller: Party, call: Call) -> Option<Call> {
        let mut note = Noted { caller, callee: call.callee, failed: call.failed, asked: true };
        let told = self.follow(met.above, &mut note);
        let failed = call.failed || told.is_some_and(|told| told.call.failed);
        let at = told.map_or(now, |told| told.at);
        self.unanswered.now.insert(key(span.trace, span.id), Told { caller, call: Call { failed, ..call }, at });
        told.map(|told| told.call)
    }
}

/// A message, by the span that put it, and who took it.
fn taking(put: u64, call: Call) -> u64 {
    fold(put ^ 0x4528_21e6_38d0_1377, u64::from(call.callee.service) << 1 | 1)
}
