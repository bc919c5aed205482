//! Where lines are missing, and how many, or exports, of which nobody knows how many lines they held. A gap stands in the order
//! of the lines like a line.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::fact::Turned;
use crate::domain::time::Moment;

/// Gaps that are kept apart; beyond, the oldest become one.
const MOST: usize = 1_000;
/// Losses of one source within this many ms are one gap.
const TOGETHER_MS: i64 = 5_000;
/// Exports that are refused for one reason are one gap while no longer than this lies between two of them, in ms.
const SILENCE_MS: i64 = 90_000;
/// After this long they are told anew, in ms: what goes on for weeks is seen where it goes on.
const LONGEST_MS: i64 = 10 * 60_000;
/// Senders and reasons of a time that are told apart; beyond, they are others.
const MOST_SENDERS: usize = 16;
const OTHERS: &str = "others";
/// Files not read from their first line on that are named where all before them was dropped, and what is said of further ones.
const MOST_UNREAD: usize = 3;
const MORE: &str = " and others";

/// Lines that are missing at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where: the first of them would stand at this moment. Of those that were dropped for want of room, where the first line
    /// stands that is held: events that are older stand before it.
    pub at: Moment,
    /// Until when.
    pub until: Moment,
    /// How many. None, and no exports either: a file was read from here on, and nobody knows how many lines were before.
    pub lines: u64,
    /// Whose they were or why they are lost, in words: `from otlp, more came than could be taken in`. `None`: dropped to make
    /// room for what is newer, and nothing else is missing there.
    pub why: Option<Arc<str>>,
    /// Exports that were refused whole and are lost, as no sender tries them again.
    pub exports: u64,
    /// All that were refused for one reason, those among them that will come again; `None` where lines are missing.
    pub turned: Option<Box<Turned>>,
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
        self.made += 1;
        let gap = Gap { at, until: at, lines, why: Some(why.into()), exports: 0, turned: None, number: self.made };
        self.insert(gap);
    }

    /// Exports refused at a moment; whether they are the first of a gap.
    pub(super) fn refuse(&mut self, at: Moment, turned: &Turned) -> bool {
        let at = at.max(self.front_until().unwrap_or(at));
        let recent = self.rest.iter().enumerate().rev().take_while(|(_, gap)| at.since(gap.at) < LONGEST_MS);
        let (mut place, mut others, mut senders) = (None, None, 0);
        for (n, gap) in recent.filter(|(_, gap)| at >= gap.at) {
            let Some(its) = &gap.turned else { continue };
            senders += 1;
            if its.is_like(turned) && at.since(gap.until) <= SILENCE_MS {
                place = Some(n);
                break;
            }
            if &*its.from == OTHERS && its.again == turned.again {
                others = Some(n);
            }
        }
        let is_full = senders >= MOST_SENDERS;
        let lost = if turned.again { 0 } else { turned.exports };
        if let Some(gap) = place.or(others.filter(|_| is_full)).and_then(|n| self.rest.get_mut(n)) {
            gap.until = gap.until.max(at);
            gap.exports += lost;
            gap.turned.iter_mut().for_each(|its| its.exports += turned.exports);
            return false;
        }
        let turned = match is_full {
            true => Turned { from: OTHERS.into(), why: "for many reasons".into(), said: "".into(), ..turned.clone() },
            false => turned.clone(),
        };
        self.made += 1;
        let turned = Some(Box::new(turned));
        self.insert(Gap { at, until: at, lines: 0, why: None, exports: lost, turned, number: self.made });
        true
    }

    fn insert(&mut self, gap: Gap) {
        let place = self.rest.partition_point(|other| other.at <= gap.at);
        self.rest.insert(place, gap);
        while self.rest.len() > MOST {
            let (Some(first), Some(second)) = (self.rest.pop_front(), self.rest.front_mut()) else { return };
            second.lines += first.lines;
            second.exports += first.exports;
            second.at = first.at;
            if second.turned.take().is_some() || first.turned.is_some() {
                second.why = Some("of many senders, longest ago".into());
            }
        }
    }

    /// Lines before this moment dropped for want of room. Gaps that stood among them become part of this one.
    pub(super) fn lose_front(&mut self, lines: u64, until: Moment) {
        let front = self.front.get_or_insert(Gap {
            at: until,
            until,
            lines: 0,
            why: None,
            exports: 0,
            turned: None,
            number: 0,
        });
        front.until = front.until.max(until);
        front.at = front.until;
        front.lines += lines;
        let among = self.rest.partition_point(|gap| gap.at < front.until);
        for mut gap in self.rest.drain(..among).rev().collect::<Vec<_>>() {
            if gap.until < front.until {
                front.lines += gap.lines;
                front.exports += gap.exports;
                if let Some(why) = gap.why.filter(|_| gap.lines == 0) {
                    front.why = Some(beside(front.why.as_deref(), &why));
                }
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

/// What stood before all that was dropped for want of room, and was never read: that goes on being told.
fn beside(told: Option<&str>, unread: &str) -> Arc<str> {
    match told {
        None => format!("dropped to make room for newer ones; not read before them: {unread}").into(),
        Some(told) if told.contains(unread) => told.into(),
        Some(told) if told.matches(", ").count() >= MOST_UNREAD - 1 => match told.ends_with(MORE) {
            true => told.into(),
            false => format!("{told}{MORE}").into(),
        },
        Some(told) => format!("{told}, {unread}").into(),
    }
}

#[cfg(test)]
#[path = "gap_tests.rs"]
mod tests;
