//! What every instance last said of itself, since when, and what it said before. Not a verdict, and not what callers
//! see: a reading comes in, the state that is shown comes out. Instances that were never asked cost nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::health::{Asked, HealthReading, HealthState};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

/// How many changes of state are remembered for each instance.
const HISTORY: usize = 32;

/// How many parts of one answer are kept.
const COMPONENTS: usize = 32;

/// Health of all instances that were asked, or may not be.
#[derive(Debug, Default)]
pub struct Health {
    entries: HashMap<InstanceId, Arc<Entry>>,
    /// The last one that may not be asked: where none may be, all share it.
    denied: Option<Arc<Entry>>,
    /// When somebody was last asked, and the rhythm of that, in ms.
    newest: Option<(Moment, i64)>,
}

/// Health of one instance, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its state now.
    pub state: HealthState,
    /// The first reading that showed this state.
    pub since: Moment,
    /// The last reading; `None` for an instance that may not be asked.
    pub as_of: Option<Moment>,
    /// The last answer of any kind; `None` before the first.
    pub last_answer: Option<Moment>,
    /// Nobody listened there when it was asked last.
    pub refused: bool,
    /// The last reading that was up or degraded.
    pub last_good: Option<Moment>,
    /// Who says so: `GET :8080/actuator/health`.
    pub source: Arc<str>,
    /// The fact behind it, in words.
    pub detail: Option<Arc<str>>,
    /// Parts that the last answer named, with their state in its own words.
    pub components: Vec<(Arc<str>, Arc<str>)>,
    /// How long the last answer took, in ms.
    pub took_ms: Option<u32>,
    /// The rhythm at which it is asked, in ms.
    pub period_ms: u32,
    /// Earlier states with their beginnings, oldest first, without the present one.
    history: VecDeque<(Moment, HealthState)>,
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was; `None` for the first reading of an instance.
    pub before: Option<HealthState>,
    /// What it is.
    pub after: HealthState,
}

impl Health {
    /// Takes a reading. Tells the change of state that it brought, if any; everything else about the instance (age,
    /// detail, parts) is renewed either way.
    pub fn apply(&mut self, instance: &InstanceId, reading: &HealthReading) -> Option<Change> {
        if reading.asked != Asked::NotAsked {
            let newer = self.newest.is_none_or(|(at, _)| at <= reading.at);
            self.newest = if newer { Some((reading.at, i64::from(reading.period_ms))) } else { self.newest };
        }
        match self.entries.get_mut(instance) {
            Some(entry) => Arc::make_mut(entry).renew(reading),
            None => {
                let entry = self.shared(Entry::first(reading));
                let after = entry.state;
                self.entries.insert(instance.clone(), entry);
                Some(Change { before: None, after })
            }
        }
    }

    fn shared(&mut self, entry: Entry) -> Arc<Entry> {
        match &self.denied {
            Some(known) if **known == entry => Arc::clone(known),
            _ if entry.asked() => Arc::new(entry),
            _ => Arc::clone(self.denied.insert(Arc::new(entry))),
        }
    }

    /// What is known of an instance; `None` when it was never asked.
    pub fn get(&self, instance: &InstanceId) -> Option<&Entry> {
        self.entries.get(instance).map(|entry| &**entry)
    }

    /// The state of an instance; unknown when it was never asked.
    pub fn state(&self, instance: &InstanceId) -> HealthState {
        self.get(instance).map_or(HealthState::Unknown, |entry| entry.state)
    }

    /// When somebody was last asked, and the rhythm at which that one is, in ms; `None` where nobody ever was.
    pub fn newest(&self) -> Option<(Moment, i64)> {
        self.newest
    }

    /// Everything that is known, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&InstanceId, &Entry)> {
        self.entries.iter().map(|(id, entry)| (id, &**entry))
    }

    /// How many instances something is known of.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is known of any instance.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets an instance. Whether it ever answered is forgotten too.
    pub fn forget(&mut self, instance: &InstanceId) {
        self.entries.remove(instance);
        if self.entries.capacity() > 4 * self.entries.len() + 64 {
            self.entries.shrink_to_fit();
        }
    }
}

impl Entry {
    /// From the first reading of an instance.
    fn first(reading: &HealthReading) -> Entry {
        let mut entry = Entry {
            state: state(reading, false),
            since: reading.at,
            as_of: None,
            last_answer: None,
            refused: false,
            last_good: None,
            source: Arc::clone(&reading.source),
            detail: None,
            components: Vec::new(),
            took_ms: None,
            period_ms: 0,
            history: VecDeque::new(),
        };
        entry.take(reading);
        entry
    }

    /// Takes a later reading.
    fn renew(&mut self, reading: &HealthReading) -> Option<Change> {
        let before = self.state;
        let after = state(reading, self.last_answer.is_some());
        self.take(reading);
        if before == after {
            return None;
        }
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back((self.since, before));
        self.state = after;
        self.since = reading.at.max(self.since);
        Some(Change { before: Some(before), after })
    }

    /// Everything of a reading but the state.
    fn take(&mut self, reading: &HealthReading) {
        self.as_of = (reading.asked != Asked::NotAsked).then_some(reading.at);
        if let Asked::Answered(state) = reading.asked {
            self.last_answer = Some(reading.at);
            if state.serves() {
                self.last_good = Some(reading.at);
            }
        }
        self.refused = reading.asked == Asked::Refused;
        self.source = Arc::clone(&reading.source);
        self.detail = reading.detail.clone();
        self.components = reading.components.iter().take(COMPONENTS).cloned().collect();
        self.took_ms = reading.took_ms;
        self.period_ms = reading.period_ms;
    }

    /// Whether it was asked at all.
    pub fn asked(&self) -> bool {
        self.as_of.is_some()
    }

    /// How old the last reading is, in ms; `None` for an instance that may not be asked.
    pub fn age_ms(&self, now: Moment) -> Option<i64> {
        self.as_of.map(|at| now.since(at))
    }

    /// Whether it is so old that its age is shown: older than three rounds of asking.
    pub fn is_old(&self, now: Moment) -> bool {
        self.age_ms(now).is_some_and(|age| age > 3 * i64::from(self.period_ms))
    }

    /// The states that it had, each with its beginning, oldest first, the present one last.
    pub fn history(&self) -> impl Iterator<Item = (Moment, HealthState)> {
        self.history.iter().copied().chain(std::iter::once((self.since, self.state)))
    }
}

/// The state that a reading stands for, by whether the instance has ever answered.
fn state(reading: &HealthReading, answered: bool) -> HealthState {
    match reading.asked {
        Asked::Answered(state) => state,
        Asked::Silent | Asked::Refused if answered => HealthState::Unreachable,
        Asked::Silent | Asked::Refused => HealthState::NeverAnswered,
        Asked::NotAsked => HealthState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(port: u16) -> InstanceId {
        InstanceId { service: "orders-service".into(), address: format!("10.0.0.4:{port}").parse().unwrap() }
    }

    fn reading(at: i64, asked: Asked) -> HealthReading {
        HealthReading {
            at: Moment(at),
            asked,
            source: "GET :5002/health".into(),
            detail: None,
            components: vec![("db".into(), "UP".into())],
            took_ms: Some(3),
            period_ms: 2_000,
        }
    }

    fn up(at: i64) -> HealthReading {
        reading(at, Asked::Answered(HealthState::Up))
    }

    #[test]
    fn silence_is_unreachable_only_after_an_answer() {
        let mut health = Health::default();
        let never = health.apply(&id(1), &reading(1, Asked::Silent)).unwrap();
        assert_eq!((never.before, never.after), (None, HealthState::NeverAnswered));
        assert_eq!(health.apply(&id(1), &reading(2, Asked::Silent)), None);
        health.apply(&id(1), &up(3));
        let lost = health.apply(&id(1), &reading(4, Asked::Silent)).unwrap();
        assert_eq!(lost, Change { before: Some(HealthState::Up), after: HealthState::Unreachable });
        let entry = health.get(&id(1)).unwrap();
        assert_eq!((entry.last_good, entry.as_of, entry.since), (Some(Moment(3)), Some(Moment(4)), Moment(4)));
    }

    #[test]
    fn an_answer_in_no_known_form_is_an_answer() {
        let mut health = Health::default();
        health.apply(&id(1), &reading(1, Asked::Answered(HealthState::Unknown)));
        health.apply(&id(1), &reading(2, Asked::Silent));
        assert_eq!(health.state(&id(1)), HealthState::Unreachable);
        assert_eq!(health.get(&id(1)).unwrap().last_good, None);
    }

    #[test]
    fn what_may_not_be_asked_is_unknown_and_has_no_time() {
        let mut health = Health::default();
        health.apply(&id(1), &reading(1, Asked::NotAsked));
        let entry = health.get(&id(1)).unwrap();
        assert_eq!((entry.state, entry.as_of, entry.asked()), (HealthState::Unknown, None, false));
        assert!(!entry.is_old(Moment(1_000_000)));
        assert_eq!(health.state(&id(2)), HealthState::Unknown);
    }

    #[test]
    fn the_same_state_again_keeps_its_beginning_and_renews_its_age() {
        let mut health = Health::default();
        for at in [1_000, 3_000, 5_000] {
            health.apply(&id(1), &up(at));
        }
        let entry = health.get(&id(1)).unwrap();
        assert_eq!((entry.since, entry.age_ms(Moment(6_000))), (Moment(1_000), Some(1_000)));
        assert!(!entry.is_old(Moment(11_000)) && entry.is_old(Moment(11_001)));
    }

    #[test]
    fn a_flapping_instance_remembers_a_bounded_past() {
        let mut health = Health::default();
        for at in 0..200 {
            let state = if at % 2 == 0 { HealthState::Up } else { HealthState::Down };
            health.apply(&id(1), &reading(at, Asked::Answered(state)));
        }
        let past: Vec<_> = health.get(&id(1)).unwrap().history().collect();
        assert_eq!((past.len(), past.last()), (HISTORY + 1, Some(&(Moment(199), HealthState::Down))));
        health.forget(&id(1));
        assert!(health.is_empty());
    }
}
