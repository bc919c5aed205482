//! The breakers of all callers and the circuits (caller service -> callee) that they make up, with their past. What was
//! never answered, or is answered no more, is unknown and never closed. Nothing here asks or changes a breaker.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::circuit::{BreakerReading, CircuitState};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

pub use super::pair::Pair;

/// How many changes of state are remembered for each breaker.
const HISTORY: usize = 64;

/// How many breakers of one caller instance are kept.
const PER_INSTANCE: usize = 64;

/// How many breakers are kept in all.
const ALL: usize = 20_000;

/// How many caller instances that left are remembered with the past of their breakers.
const LEFT: usize = 256;

/// A reading's age counts as old after this many rounds.
const ROUNDS: i64 = 3;

/// The shortest rhythm that is believed, in ms: two readings a moment apart do not make the next one late.
const SHORTEST_ROUND: i64 = 2_000;

/// All breakers.
#[derive(Debug, Default)]
pub struct Circuits {
    callers: BTreeMap<InstanceId, BTreeMap<Arc<str>, Breaker>>,
    /// Caller instances that told of their breakers, also those that have none.
    read: HashSet<InstanceId>,
    held: usize,
    dropped: u64,
    /// Callers that left, oldest first: one that comes back goes on with its past.
    left: VecDeque<(Moment, InstanceId, BTreeMap<Arc<str>, Breaker>)>,
}

/// One breaker of one caller instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    /// Its last reading: numbers, source, callee.
    pub reading: BreakerReading,
    /// Its state now; unknown once its instance stopped answering for it.
    pub state: CircuitState,
    /// The first reading that showed this state, or the moment from which it is unknown.
    pub since: Moment,
    /// Why nobody answers for it, since when; `None` while somebody does.
    pub silent: Option<(Moment, Arc<str>)>,
    /// How it opened: the reading that first showed it open, kept until it closes.
    pub opened: Option<Opening>,
    /// Time between its last two readings, in ms.
    round_ms: i64,
    /// Since when its caller was last away, until it came back.
    away: Option<Moment>,
    /// Earlier states with their beginnings, oldest first, without the present one.
    history: VecDeque<(Moment, CircuitState)>,
}

/// What was read when a breaker was first seen open.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// When.
    pub at: Moment,
    /// Failed calls, in percent of those in its window.
    pub failure_rate: Option<f64>,
    /// Slow calls, in percent.
    pub slow_rate: Option<f64>,
    /// Failed calls and calls in its window.
    pub failed_of: Option<(u64, u64)>,
    /// Whether its last state before was seen: else it was open when Keepwatch first looked.
    pub witnessed: bool,
}

/// A breaker changed its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When it was read.
    pub at: Moment,
    /// The caller instance.
    pub caller: InstanceId,
    /// The service that the breaker guards the way to.
    pub callee: Arc<str>,
    /// The breaker's own name.
    pub name: Arc<str>,
    /// What it was; unknown for a breaker seen for the first time.
    pub before: CircuitState,
    /// What it is.
    pub after: CircuitState,
    /// Who says so.
    pub source: Arc<str>,
}

impl Circuits {
    /// Takes everything that a caller instance told of its breakers; one that it no longer names is forgotten. A breaker
    /// that is first seen closed is no change, and neither is one that comes back from silence as it was.
    pub fn apply(&mut self, caller: &InstanceId, readings: &[BreakerReading]) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.read.len() < ALL {
            self.read.insert(caller.clone());
        }
        let room = ALL.saturating_sub(self.held);
        if readings.is_empty() && !self.callers.contains_key(caller) {
            return changes;
        }
        let back = self.left.iter().position(|(_, left, _)| left == caller).and_then(|at| self.left.remove(at));
        let known = self.callers.entry(caller.clone()).or_default();
        let before = known.len();
        known.retain(|name, _| readings.iter().any(|reading| reading.name == *name));
        let most = PER_INSTANCE.min(before + room);
        let mut past = back.filter(|_| before == 0).map(|(at, _, past)| (at, past)).unwrap_or_default();
        for reading in readings {
            if known.len() < most
                && let Some(mut breaker) = past.1.remove(&reading.name)
            {
                breaker.away = Some(past.0);
                breaker.enter(past.0, CircuitState::Unknown);
                known.insert(Arc::clone(&reading.name), breaker);
            }
            if let Some(breaker) = known.get_mut(&reading.name) {
                changes.extend(breaker.renew(reading));
            } else if known.len() < most {
                let breaker = Breaker::first(reading);
                changes.extend(breaker.first_change());
                known.insert(Arc::clone(&reading.name), breaker);
            } else {
                self.dropped += 1;
            }
        }
        let after = known.len();
        if after == 0 {
            self.callers.remove(caller);
        }
        self.held = self.held - before + after;
        changes
    }

    /// A caller instance no longer answers for its breakers: they are unknown from now on. Whether that altered any.
    pub fn silent(&mut self, caller: &InstanceId, at: Moment, why: &Arc<str>) -> bool {
        let Some(known) = self.callers.get_mut(caller) else { return false };
        let mut altered = false;
        for breaker in known.values_mut().filter(|breaker| breaker.silent.is_none()) {
            breaker.silent = Some((at, Arc::clone(why)));
            breaker.enter(at, CircuitState::Unknown);
            altered = true;
        }
        altered
    }

    /// Forgets a caller instance that left; its breakers' past is kept a while for when it comes back.
    pub fn forget(&mut self, caller: &InstanceId, at: Moment) {
        self.read.remove(caller);
        let Some(known) = self.callers.remove(caller) else { return };
        self.held -= known.len();
        if self.left.len() == LEFT {
            self.left.pop_front();
        }
        self.left.push_back((at, caller.clone(), known));
    }

    /// All breakers, by caller service, caller address, name.
    pub fn iter(&self) -> impl Iterator<Item = &Breaker> {
        self.callers.values().flat_map(BTreeMap::values)
    }

    /// The breakers of one caller instance, by name.
    pub fn of(&self, caller: &InstanceId) -> impl Iterator<Item = &Breaker> {
        self.callers.get(caller).into_iter().flat_map(BTreeMap::values)
    }

    /// The breakers of all instances of one caller service, by address and name.
    pub fn of_service(&self, caller: &str) -> impl Iterator<Item = &Breaker> {
        let theirs = self.callers.iter().filter(move |(id, _)| &*id.service == caller);
        theirs.flat_map(|(_, known)| known.values())
    }

    /// One breaker, by its name at its caller instance.
    pub fn get(&self, caller: &InstanceId, name: &str) -> Option<&Breaker> {
        self.callers.get(caller)?.get(name)
    }

    /// The circuits, by caller service and callee, each as its worst breaker and the count of all.
    pub fn pairs(&self) -> Vec<Pair<'_>> {
        super::pair::pairs(self.iter())
    }

    /// The circuit from one service to another; `None` where no breaker guards it.
    pub fn pair(&self, caller: &str, callee: &str) -> Option<Pair<'_>> {
        let of_pair =
            |breaker: &&Breaker| &*breaker.reading.caller.service == caller && &*breaker.reading.callee == callee;
        super::pair::pairs(self.iter().filter(of_pair)).pop()
    }

    /// Whether a caller instance ever told of its breakers.
    pub fn is_read(&self, caller: &InstanceId) -> bool {
        self.read.contains(caller)
    }

    /// How many breakers are known.
    pub fn len(&self) -> usize {
        self.held
    }

    /// Whether no breaker is known.
    pub fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// How many readings of breakers found no room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Breaker {
    fn first(reading: &BreakerReading) -> Breaker {
        let mut breaker = Breaker {
            reading: reading.clone(),
            state: reading.state,
            since: reading.at,
            silent: None,
            opened: None,
            round_ms: SHORTEST_ROUND,
            away: None,
            history: VecDeque::new(),
        };
        breaker.note_opening(CircuitState::Unknown);
        breaker
    }

    fn first_change(&self) -> Option<Change> {
        let told = !matches!(self.state, CircuitState::Closed | CircuitState::Unknown);
        told.then(|| self.change(CircuitState::Unknown))
    }

    fn renew(&mut self, reading: &BreakerReading) -> Option<Change> {
        let last_read = self.reading.state;
        if self.silent.take().is_none() {
            self.round_ms = reading.at.since(self.reading.at).max(SHORTEST_ROUND);
        }
        self.reading = reading.clone();
        if self.state != reading.state {
            self.enter(reading.at, reading.state);
        }
        self.note_opening(last_read);
        (last_read != reading.state).then(|| self.change(last_read))
    }

    fn change(&self, before: CircuitState) -> Change {
        Change {
            at: self.reading.at,
            caller: self.reading.caller.clone(),
            callee: Arc::clone(&self.reading.callee),
            name: Arc::clone(&self.reading.name),
            before,
            after: self.state,
            source: Arc::clone(&self.reading.source),
        }
    }

    fn enter(&mut self, at: Moment, state: CircuitState) {
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back((self.since, self.state));
        self.state = state;
        self.since = at.max(self.since);
    }

    /// Half-open comes from open and may go back to it: the opening stays the same one until calls pass again.
    fn note_opening(&mut self, before: CircuitState) {
        if !self.reading.state.refuses() {
            self.opened = None;
        } else if self.opened.is_none() {
            self.opened = Some(Opening {
                at: self.reading.at,
                failure_rate: self.reading.failure_rate,
                slow_rate: self.reading.slow_rate,
                failed_of: self.reading.failed.zip(self.reading.buffered),
                witnessed: before != CircuitState::Unknown,
            });
        }
    }

    /// When it was last read.
    pub fn as_of(&self) -> Moment {
        self.reading.at
    }

    /// Whether its last reading is so old that its age is shown: three rounds of asking.
    pub fn is_old(&self, now: Moment) -> bool {
        now.since(self.as_of()) > ROUNDS * self.round_ms
    }

    /// When it will let a call through as a probe, by how long it stayed open the last time: a guess. `None` where it is
    /// not open, or was not yet seen to end being so.
    pub fn probe_at(&self) -> Option<Moment> {
        if self.state != CircuitState::Open {
            return None;
        }
        let past: Vec<_> = self.history().collect();
        let stayed = past.windows(2).rev().find(|pair| {
            pair[0].1 == CircuitState::Open && matches!(pair[1].1, CircuitState::HalfOpen | CircuitState::Closed)
        })?;
        Some(self.since.plus(stayed[1].0.since(stayed[0].0)))
    }

    /// When it last stopped to refuse calls, where calls pass now.
    pub fn closed_at(&self) -> Option<Moment> {
        if self.state.refuses() || self.state == CircuitState::Unknown {
            return None;
        }
        let past: Vec<_> = self.history().collect();
        past.windows(2).rev().find(|pair| pair[0].1.refuses()).map(|pair| pair[1].0)
    }

    /// The states that it had, each with its beginning, oldest first, the present one last.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = (Moment, CircuitState)> {
        self.history.iter().copied().chain(std::iter::once((self.since, self.state)))
    }

    /// Its past in `cells` of `cell_ms`, the last one ending at `now`: the gravest state within each; `None` before it was
    /// first seen and while its caller was away, unknown where its readings stopped.
    pub fn lane(&self, now: Moment, cells: usize, cell_ms: i64) -> Vec<Option<CircuitState>> {
        let begin = now.plus(-cell_ms.saturating_mul(cells as i64));
        let cell_of = |at: Moment| (at.since(begin) / cell_ms.max(1)) as usize;
        let mut lane = vec![None; cells];
        let mut end = now;
        if self.is_old(now) && self.silent.is_none() {
            let from = self.as_of().plus(self.round_ms);
            paint(&mut lane, cell_of(from), cell_of(now), CircuitState::Unknown);
            end = from;
        }
        for (since, state) in self.history().rev() {
            if end > begin && self.away != Some(since) {
                paint(&mut lane, cell_of(since), cell_of(end), state);
            }
            end = since.min(end);
        }
        lane
    }
}

/// Paints cells where nothing graver stands already.
fn paint(lane: &mut [Option<CircuitState>], from: usize, to: usize, state: CircuitState) {
    let to = to.min(lane.len().saturating_sub(1));
    for cell in lane.iter_mut().take(to + 1).skip(from) {
        *cell = Some(cell.map_or(state, |there| super::pair::graver(there, state)));
    }
}

#[cfg(test)]
#[path = "circuits_tests.rs"]
mod tests;
