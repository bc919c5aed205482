//! What of the lines is on screen: lines that fit a filter, the story's events and the gaps between them, merged by time
//! for the rows that are seen, and for no others.

use crate::domain::event::Event;
use crate::domain::log::LogLine;
use crate::domain::time::Moment;

use super::{Gap, LogKey, LogList, Logs};

/// The place of a row in the one order of lines, events and gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The time by which it is ordered.
    pub at: Moment,
    rank: Rank,
    number: u64,
}

/// At one moment a gap stands before lines, an event after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Rank {
    #[default]
    Gap,
    Line,
    Event,
}

impl RowKey {
    /// The place of a line.
    pub fn line(key: LogKey) -> RowKey {
        RowKey { at: key.at, rank: Rank::Line, number: key.seq }
    }

    /// Before everything that stands at this moment.
    pub fn at(at: Moment) -> RowKey {
        RowKey { at, ..RowKey::default() }
    }

    /// The line at this place, where it is one.
    pub fn log(self) -> Option<LogKey> {
        (self.rank == Rank::Line).then_some(LogKey { at: self.at, seq: self.number })
    }

    /// The place of an event of the story, by its number.
    pub fn event(number: u64, event: &Event) -> RowKey {
        RowKey { at: event.at, rank: Rank::Event, number }
    }

    /// The number of the event at this place, where it is one.
    pub fn happened(self) -> Option<u64> {
        (self.rank == Rank::Event).then_some(self.number)
    }

    fn gap(gap: &Gap) -> RowKey {
        RowKey { at: gap.at, rank: Rank::Gap, number: gap.number }
    }

    /// The first place of a line that is not before this.
    pub(super) fn bound(self) -> LogKey {
        match self.rank {
            Rank::Gap => LogKey { at: self.at, seq: 0 },
            Rank::Line => LogKey { at: self.at, seq: self.number },
            Rank::Event => LogKey { at: self.at, seq: u64::MAX },
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub enum LogRow<'a> {
    /// A line, secrets in its message and fields masked.
    Line(LogKey, Box<LogLine>),
    /// An event of the story, with the number that it was given with.
    Event(u64, &'a Event),
    /// Lines are missing here.
    Lost(&'a Gap),
}

impl LogRow<'_> {
    /// Its place.
    pub fn key(&self) -> RowKey {
        match self {
            LogRow::Line(key, _) => RowKey::line(*key),
            LogRow::Event(number, event) => RowKey::event(*number, event),
            LogRow::Lost(gap) => RowKey::gap(gap),
        }
    }
}

/// Which rows are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The newest.
    #[default]
    Follow,
    /// Those up to this one, it included.
    Ending(RowKey),
    /// Those from this one on.
    Starting(RowKey),
}

/// Rows that are seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogWindow<'a> {
    /// Rows, oldest first.
    pub rows: Vec<LogRow<'a>>,
    /// Lines that fit and are newer than the last row.
    pub newer: u64,
}

/// A row that is not read yet.
#[derive(Clone, Copy)]
pub(super) enum Spot<'a> {
    Line(LogKey),
    Event(u64, &'a Event),
    Lost(&'a Gap),
}

impl<'a> Spot<'a> {
    pub(super) fn key(&self) -> RowKey {
        match self {
            Spot::Line(key) => RowKey::line(*key),
            Spot::Event(number, event) => RowKey::event(*number, event),
            Spot::Lost(gap) => RowKey::gap(gap),
        }
    }

    fn row(self, logs: &Logs) -> Option<LogRow<'a>> {
        match self {
            Spot::Line(key) => Some(LogRow::Line(key, Box::new(logs.get(key)?))),
            Spot::Event(number, event) => Some(LogRow::Event(number, event)),
            Spot::Lost(gap) => Some(LogRow::Lost(gap)),
        }
    }
}

/// The first `count` of three lists that are sorted, the one that `is_first` prefers always first.
fn merged<'a>(
    mut lists: [Box<dyn Iterator<Item = Spot<'a>> + 'a>; 3],
    count: usize,
    is_first: fn(RowKey, RowKey) -> bool,
) -> Vec<Spot<'a>> {
    let mut heads = lists.each_mut().map(Iterator::next);
    let mut spots = Vec::with_capacity(count.min(1_000));
    while spots.len() < count {
        let there = (0..3).filter_map(|list| heads[list].map(|spot| (list, spot.key())));
        let first = there.reduce(|a, b| if is_first(a.1, b.1) { a } else { b });
        let Some((list, _)) = first else { break };
        let next = lists[list].next();
        spots.extend(std::mem::replace(&mut heads[list], next));
    }
    spots
}

/// The newest `count` of some lines (given latest first), of events (oldest first) and gaps; latest first.
pub(super) fn newest<'a>(
    logs: &'a Logs,
    lines: Box<dyn Iterator<Item = Spot<'a>> + 'a>,
    events: impl DoubleEndedIterator<Item = (u64, &'a Event)> + 'a,
    count: usize,
) -> Vec<Spot<'a>> {
    let events = events.rev().map(|(n, event)| Spot::Event(n, event));
    merged([lines, Box::new(events), Box::new(logs.gaps.iter().rev().map(Spot::Lost))], count, |a, b| a > b)
}

impl LogList {
    /// The rows at a place, `height` of them where there are so many. `events` are those of the story that belong here,
    /// oldest first, each with a number that stays its own.
    pub fn window<'a, E>(&'a self, logs: &'a Logs, events: E, place: Place, height: usize) -> LogWindow<'a>
    where
        E: DoubleEndedIterator<Item = (u64, &'a Event)> + Clone + 'a,
    {
        let until = match place {
            Place::Follow => None,
            Place::Ending(key) => Some(key),
            Place::Starting(key) => {
                let mut spots = self.after(logs, events.clone(), key, true, height);
                if spots.len() < height {
                    // The end is near: fill up from above.
                    spots = self.before(logs, events, None, height);
                    spots.reverse();
                }
                return self.seen(logs, spots);
            }
        };
        let mut spots = self.before(logs, events.clone(), until, height);
        spots.reverse();
        if let Some(until) = until
            && spots.len() < height
        {
            let missing = height - spots.len();
            spots.extend(self.after(logs, events, until, false, missing));
        }
        self.seen(logs, spots)
    }

    /// The row that stands `by` rows after this one (before it where negative), or the last there is on the way.
    pub fn step<'a, E>(&'a self, logs: &'a Logs, events: E, from: RowKey, by: isize) -> Option<RowKey>
    where
        E: DoubleEndedIterator<Item = (u64, &'a Event)> + Clone + 'a,
    {
        let count = by.unsigned_abs() + 1;
        let spots = match by {
            0.. => self.after(logs, events, from, true, count),
            _ => self.before(logs, events, Some(from), count),
        };
        spots.last().map(Spot::key)
    }

    /// This row where it is no line or one that fits; else the line that fits and stands next before it, or after it.
    pub fn near(&self, logs: &Logs, row: RowKey) -> Option<RowKey> {
        let Some(key) = row.log() else { return Some(row) };
        let next = LogKey { seq: key.seq.saturating_add(1), ..key };
        let before = self.backward(logs, next).next();
        before.or_else(|| self.forward(logs, next).next()).map(RowKey::line)
    }

    fn seen<'a>(&self, logs: &Logs, spots: Vec<Spot<'a>>) -> LogWindow<'a> {
        let newer = spots.last().map_or(0, |last| self.newer(logs, last.key().bound()));
        LogWindow { rows: spots.into_iter().filter_map(|spot| spot.row(logs)).collect(), newer }
    }

    /// Up to `count` rows at or before a place, latest first.
    fn before<'a, E>(&'a self, logs: &'a Logs, events: E, until: Option<RowKey>, count: usize) -> Vec<Spot<'a>>
    where
        E: DoubleEndedIterator<Item = (u64, &'a Event)> + 'a,
    {
        let within = move |spot: &Spot<'_>| until.is_none_or(|until| spot.key() <= until);
        let end = until.map_or(LogKey { at: Moment(i64::MAX), seq: u64::MAX }, |until| {
            let bound = until.bound();
            LogKey { seq: bound.seq.saturating_add(1), ..bound }
        });
        let lists: [Box<dyn Iterator<Item = Spot<'a>> + 'a>; 3] = [
            Box::new(self.backward(logs, end).map(Spot::Line).filter(within)),
            Box::new(events.rev().map(|(n, event)| Spot::Event(n, event)).filter(within)),
            Box::new(logs.gaps.iter().rev().map(Spot::Lost).filter(within)),
        ];
        merged(lists, count, |a, b| a > b)
    }

    /// Up to `count` rows from a place on, oldest first.
    fn after<'a, E>(&'a self, logs: &'a Logs, events: E, from: RowKey, included: bool, count: usize) -> Vec<Spot<'a>>
    where
        E: Iterator<Item = (u64, &'a Event)> + 'a,
    {
        let within = move |spot: &Spot<'_>| spot.key() > from || (included && spot.key() == from);
        let lists: [Box<dyn Iterator<Item = Spot<'a>> + 'a>; 3] = [
            Box::new(self.forward(logs, from.bound()).map(Spot::Line).filter(within)),
            Box::new(events.map(|(n, event)| Spot::Event(n, event)).filter(within)),
            Box::new(logs.gaps.iter().map(Spot::Lost).filter(within)),
        ];
        merged(lists, count, |a, b| a < b)
    }
}
