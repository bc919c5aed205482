//! The story: what happened, in the order in which Keepwatch learnt it; bounded, and what fell out is counted.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::domain::{
    event::{Event, EventKind},
    time::Moment,
};

/// Events kept at most.
pub const KEPT: usize = 20_000;

/// What goes to and fro at least this often is one thing that goes on, in ms.
const SILENCE_MS: i64 = 60_000;
/// After this long it is told anew, in ms.
const LONGEST_MS: i64 = 10 * 60_000;

/// Something that happened once, or goes to and fro: a breaker that opens and half-opens, an instance that is up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of its last event: how it stands now.
    pub last: u64,
    /// How many events.
    pub count: u64,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Story {
    events: VecDeque<Event>,
    /// Number of the first kept event: events are numbered from 0 for as long as the program runs.
    first: u64,
    /// What goes to and fro, by the number of its first event.
    runs: BTreeMap<u64, Run>,
    /// The newest run of each thing.
    running: HashMap<u64, u64>,
}

impl Story {
    /// Adds an event. Its time never goes back: one that would is told at the time of the one before.
    pub fn push(&mut self, mut event: Event) {
        if let Some(last) = self.events.back() {
            event.at = event.at.max(last.at);
        }
        if self.events.len() == KEPT {
            self.events.pop_front();
            self.runs.remove(&self.first);
            self.first += 1;
        }
        self.fold(&event);
        self.events.push_back(event);
    }

    /// Counts an event that is about to be added to the run that it belongs to.
    fn fold(&mut self, event: &Event) {
        let Some(thing) = thing(event) else { return };
        let number = self.first + self.events.len() as u64;
        let at = |number: u64| self.get(number).map(|event| event.at);
        let goes_on = self.running.get(&thing).copied().filter(|first| {
            let last = self.runs.get(first).and_then(|run| at(run.last));
            last.is_some_and(|last| event.at.since(last) < SILENCE_MS)
                && at(*first).is_some_and(|first| event.at.since(first) < LONGEST_MS)
        });
        match goes_on.and_then(|first| self.runs.get_mut(&first)) {
            Some(run) => *run = Run { last: number, count: run.count + 1 },
            None => {
                self.runs.insert(number, Run { last: number, count: 1 });
                self.running.insert(thing, number);
            }
        }
    }

    /// What an event began; `None` where it goes on with what an earlier one began.
    pub fn run(&self, number: u64) -> Option<Run> {
        match self.get(number).and_then(thing) {
            Some(_) => self.runs.get(&number).copied(),
            None => Some(Run { last: number, count: 1 }),
        }
    }

    /// All kept events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    /// Kept events from number `from` on, with the number after the last: what a follower asks again with.
    pub fn since(&self, from: u64) -> (impl Iterator<Item = &Event>, u64) {
        let skip = from.saturating_sub(self.first).min(self.events.len() as u64) as usize;
        (self.events.range(skip..), self.first + self.events.len() as u64)
    }

    /// The event with this number, if it is still kept.
    pub fn get(&self, number: u64) -> Option<&Event> {
        self.events.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Numbers of the kept events.
    pub fn numbers(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.events.len() as u64
    }

    /// How many fell out at the old end.
    pub fn dropped(&self) -> u64 {
        self.first
    }

    /// When the last thing happened.
    pub fn last(&self) -> Option<Moment> {
        self.events.back().map(|e| e.at)
    }
}

/// What can go to and fro, as one number: the breakers of a service's instances on the way to one callee, the health of an
/// instance. Everything else is told each time.
fn thing(event: &Event) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (event.kind.word(), &event.service).hash(&mut hasher);
    match event.kind {
        EventKind::Health => event.instance.hash(&mut hasher),
        // All words but the caller's address and the state: who is called.
        EventKind::Circuit => {
            let words = event.text.rsplit_once(": ").map_or(&*event.text, |(pair, _)| pair).split(' ');
            words.filter(|word| Some(*word) != event.instance.as_deref()).for_each(|word| word.hash(&mut hasher));
        }
        _ => return None,
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;

    fn event(at: i64) -> Event {
        Event {
            at: Moment(at),
            kind: EventKind::Link,
            service: None,
            instance: None,
            before: None,
            after: None,
            source: "registry".into(),
            text: "".into(),
        }
    }

    #[test]
    fn time_never_goes_back() {
        let mut story = Story::default();
        story.push(event(10));
        story.push(event(5));
        assert_eq!(story.events().map(|e| e.at.0).collect::<Vec<_>>(), [10, 10]);
    }

    #[test]
    fn what_goes_to_and_fro_is_one_thing_until_it_is_silent() {
        let mut story = Story::default();
        let mut breaker = |at: i64, instance: &str, callee: &str, state: &str| {
            story.push(Event {
                kind: EventKind::Circuit,
                service: Some("orders".into()),
                instance: Some(instance.into()),
                text: format!("orders {instance} > {callee}: breaker {state}").into(),
                ..event(at)
            });
        };
        breaker(0, "a:1", "payments", "open");
        breaker(1_000, "b:1", "payments", "open");
        breaker(2_000, "a:1", "users", "open");
        breaker(30_000, "a:1", "payments", "half-open");
        breaker(100_000, "a:1", "payments", "closed");
        let run = |number| story.run(number).map(|run| (run.last, run.count));
        assert_eq!([0, 1, 2, 3, 4].map(run), [Some((3, 3)), None, Some((2, 1)), None, Some((4, 1))]);
        story.push(event(100_001));
        story.push(event(100_002));
        assert_eq!((story.run(5).map(|r| r.count), story.run(6).map(|r| r.count)), (Some(1), Some(1)));
    }

    #[test]
    fn a_follower_gets_each_event_once_and_what_fell_out_is_counted() {
        let mut story = Story::default();
        (0..5).for_each(|n| story.push(event(n)));
        let (seen, next) = story.since(0);
        assert_eq!(seen.count(), 5);
        (5..KEPT as i64 + 7).for_each(|n| story.push(event(n)));
        let (seen, _) = story.since(next);
        assert_eq!(seen.count(), KEPT, "two that fell out unseen are not told");
        assert_eq!(story.dropped(), 7);
    }
}
