//! Where lines are missing, and how many. A gap stands in the order of the lines like a line.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::time::Moment;

/// Gaps that are kept apart; beyond, the oldest become one.
const MOST: usize = 1_000;
/// Losses of one source within this many ms are one gap.
const TOGETHER_MS: i64 = 5_000;

/// Lines that are missing at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where: the first of them would stand at this moment. Of those that were dropped for want of room, where the first line
    /// stands that is held: events that are older stand before it.
    pub at: Moment,
    /// Until when.
    pub until: Moment,
    /// How many.
    pub lines: u64,
    /// Whose they were or why they are lost, in words: `from otlp, more came than could be taken in`. `None`: dropped to make
    /// room for what is newer.
    pub why: Option<Arc<str>>,
    /// Tells gaps of one moment apart.
    pub(super) number: u64,
}

/// All gaps, by time.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    front: Option<Gap>,
    rest: VecDeque<Gap>,
    made: u64,
}

impl Gaps {
    /// Lines lost at a moment.
    pub(super) fn put(&mut self, at: Moment, lines: u64, why: &str) {
        let at = at.max(self.front_until().unwrap_or(at));
        let near =
            |gap: &&mut Gap| gap.why.as_deref() == Some(why) && at.since(gap.until) <= TOGETHER_MS && at >= gap.at;
        if let Some(gap) = self.rest.iter_mut().rev().take(8).find(near) {
            gap.until = gap.until.max(at);
            gap.lines += lines;
            return;
        }
        let place = self.rest.partition_point(|gap| gap.at <= at);
        self.made += 1;
        self.rest.insert(place, Gap { at, until: at, lines, why: Some(why.into()), number: self.made });
        while self.rest.len() > MOST {
            let (Some(first), Some(second)) = (self.rest.pop_front(), self.rest.front_mut()) else { return };
            second.lines += first.lines;
            second.at = first.at;
        }
    }

    /// Lines before this moment dropped for want of room. Gaps that stood among them become part of this one.
    pub(super) fn lose_front(&mut self, lines: u64, until: Moment) {
        let front = self.front.get_or_insert(Gap { at: until, until, lines: 0, why: None, number: 0 });
        front.until = front.until.max(until);
        front.at = front.until;
        front.lines += lines;
        let among = self.rest.partition_point(|gap| gap.at < front.until);
        for mut gap in self.rest.drain(..among).rev().collect::<Vec<_>>() {
            if gap.until < front.until {
                front.lines += gap.lines;
            } else {
                gap.at = front.until;
                self.rest.push_front(gap);
            }
        }
    }

    /// Until when lines were dropped for want of room.
    pub(super) fn front_until(&self) -> Option<Moment> {
        self.front.as_ref().map(|gap| gap.until)
    }

    /// All, in order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Gap> {
        self.front.iter().chain(&self.rest)
    }
}
