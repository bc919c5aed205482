//! Calls as their callers saw them: how many they made, how many failed for them, how long they waited. What callees tell of
//! the same calls is counted elsewhere; where the two differ, somebody gave up, or nobody takes what is put into a queue.

use std::{collections::VecDeque, sync::Arc};

use foldhash::HashMap;

use super::{MOST_EDGES, Party, Traffic, TrafficStore, pairing::Told, series::Series};
use crate::domain::{
    called::QUEUE,
    span::{Span, SpanKind},
    time::Moment,
};

/// Queues remembered at most.
const MOST_QUEUES: usize = 1_000;

/// Arrivals from one taker that are remembered, and without how many of them nothing is known of its rhythm.
const BEATS: usize = 16;
const STEADY: usize = 8;
/// Arrivals closer together than this are one, in ms.
const ONE_MS: i64 = 200;

/// How a service takes from its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// When it was last seen to take.
    pub last: Moment,
    /// The longest silence between its last arrivals, in ms.
    pub longest_ms: i64,
}

/// The callers' side.
#[derive(Debug, Default)]
pub(super) struct AskedSide {
    edges: HashMap<(u32, u32), Box<Both>>,
    /// Which service was seen to take from a queue, by the queue's name.
    pub(super) takers: HashMap<Arc<str>, u32>,
    /// When spans of takers came of late, oldest first.
    taken: HashMap<u32, VecDeque<Moment>>,
}

/// All calls, and those alone that failed for the caller: how long it took until they did is what it waits.
#[derive(Debug)]
struct Both {
    all: Series,
    failed: Series,
}

impl AskedSide {
    /// A service was seen to take from a queue.
    fn took(&mut self, now: Moment, service: u32) {
        if self.taken.len() >= MOST_QUEUES && !self.taken.contains_key(&service) {
            return;
        }
        let beats = self.taken.entry(service).or_default();
        match beats.back_mut() {
            Some(last) if now.since(*last) < ONE_MS => *last = now,
            _ => beats.push_back(now),
        }
        if beats.len() > BEATS {
            beats.pop_front();
        }
    }
}

impl TrafficStore {
    /// A caller's span, with the callee that it is known to have called; or that of somebody who takes from a queue.
    pub(super) fn asks(&mut self, now: Moment, span: &Span, service: u32, callee: Option<Party>) {
        let queue = span.told(QUEUE);
        if span.kind == SpanKind::Consumer {
            self.asked.took(now, service);
            if let Some(queue) = queue.filter(|_| self.asked.takers.len() < MOST_QUEUES) {
                self.asked.takers.entry(queue.into()).or_insert(service);
            }
            return;
        }
        let taker = || self.asked.takers.get(queue?).copied();
        let Some(callee) = callee.map(|party| party.service).or_else(taker).filter(|callee| *callee != service) else {
            return;
        };
        if self.asked.edges.len() >= MOST_EDGES && !self.asked.edges.contains_key(&(service, callee)) {
            return;
        }
        let both = || Box::new(Both { all: Series::new(now), failed: Series::new(now) });
        let both = self.asked.edges.entry((service, callee)).or_insert_with(both);
        let (failed, us) = (span.is_error(), span.duration_ns() / 1_000);
        both.all.record(now, failed, us);
        if failed {
            both.failed.record(now, failed, us);
        }
    }

    /// A call was counted for two spans of its caller's: for the outer one no more.
    pub(super) fn asked_twice(&mut self, told: Told) {
        if let Some(both) = self.asked.edges.get_mut(&(told.caller.service, told.call.callee.service)) {
            both.all.unrecord(told.at, told.call.failed, told.call.us);
            if told.call.failed {
                both.failed.unrecord(told.at, true, told.call.us);
            }
        }
    }

    /// The calls from one service to another as the caller saw them; `None` where no caller told.
    pub fn asked(&self, from: &str, to: &str) -> Option<Traffic> {
        self.traffic(&self.both(from, to)?.all)
    }

    /// Those of them that failed for the caller; `None` where none did of late.
    pub fn asked_in_vain(&self, from: &str, to: &str) -> Option<Traffic> {
        self.traffic(&self.both(from, to)?.failed).filter(|failed| failed.minute.calls > 0)
    }

    /// How a service takes from its queue; `None` where it was not seen to often enough.
    pub fn takes(&self, service: &str) -> Option<Takes> {
        let beats = self.asked.taken.get(self.names.get(service)?).filter(|beats| beats.len() >= STEADY)?;
        let gaps = beats.iter().zip(beats.iter().skip(1)).map(|(a, b)| b.since(*a));
        Some(Takes { last: *beats.back()?, longest_ms: gaps.max()? })
    }

    /// Who was seen to take from a queue.
    pub fn taker(&self, queue: &str) -> Option<&Arc<str>> {
        let taker = *self.asked.takers.get(queue)?;
        self.services.get(taker as usize).map(|service| &service.name)
    }

    fn both(&self, from: &str, to: &str) -> Option<&Both> {
        self.asked.edges.get(&(*self.names.get(from)?, *self.names.get(to)?)).map(|both| &**both)
    }
}
