//! The story: what happened, in the order in which Keepwatch learnt it; bounded, and what fell out is counted.

use std::collections::VecDeque;

use crate::domain::{event::Event, time::Moment};

/// Events kept at most.
pub const KEPT: usize = 20_000;

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Story {
    events: VecDeque<Event>,
    /// Number of the first kept event: events are numbered from 0 for as long as the program runs.
    first: u64,
}

impl Story {
    /// Adds an event. Its time never goes back: one that would is told at the time of the one before.
    pub fn push(&mut self, mut event: Event) {
        if let Some(last) = self.events.back() {
            event.at = event.at.max(last.at);
        }
        if self.events.len() == KEPT {
            self.events.pop_front();
            self.first += 1;
        }
        self.events.push_back(event);
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
