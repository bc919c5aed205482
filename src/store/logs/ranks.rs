//! The lines that fit by their level: how many there are of each, and the first of the highest. What is said of them is told by
//! who asks.

use super::block::Entry;
use super::codec::{LEVELS, level_number};
use super::list::LogList;
use super::{LogKey, Logs};
use crate::domain::log::{Level, LogLine};
use crate::store::places::Places;

/// The places of lines, those of each level for themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks([Places<LogKey>; LEVELS.len()]);

impl Ranks {
    /// Counts a line.
    pub(super) fn take(&mut self, entry: &Entry) {
        if let Some(places) = self.0.get_mut(usize::from(level_number(entry.level()))) {
            places.put(vec![entry.key]);
        }
    }

    /// Forgets what stands before this place; all of it where there is none.
    pub(super) fn drop_before(&mut self, first: Option<LogKey>) {
        self.0.iter_mut().for_each(|places| places.drop_before(first));
    }
}

impl LogList {
    /// How many of the lines that fit are of this level or a higher one. Of a list that ranks: see [`LogList::ranking`].
    pub fn at_least(&self, level: Level) -> u64 {
        let from = usize::from(level_number(level));
        let places = self.ranks.iter().flat_map(|ranks| &ranks.0[from..]);
        places.map(|places| places.len() as u64).sum()
    }

    /// The level of all lines that fit, where they have one. Of a list that ranks.
    pub fn level_of_all(&self) -> Option<Level> {
        let ranks = self.ranks.as_ref()?;
        let mut there = LEVELS.into_iter().zip(&ranks.0).filter(|(_, places)| places.len() > 0).map(|(level, _)| level);
        there.next().filter(|_| there.next().is_none())
    }

    /// Of the lines that fit so many, in the order of their time: those of the highest levels, of one level the first. Of a list
    /// that ranks.
    pub fn worst(&self, logs: &Logs, most: usize) -> Vec<(LogKey, LogLine)> {
        let places = self.ranks.iter().flat_map(|ranks| ranks.0.iter().rev());
        let mut keys: Vec<LogKey> = places.flat_map(|places| places.from(LogKey::default())).take(most).collect();
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| Some((key, logs.get(key)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;
    use crate::store::logs::LogFilter;

    #[test]
    fn lines_are_ranked_by_level_and_time_and_forgotten_when_they_are_dropped() {
        let level = |n: i64| match n % 100 {
            99 => Level::Fatal,
            50 => Level::Error,
            _ => Level::Info,
        };
        let line = |n: i64| LogLine { level: level(n), ..LogLine::said(n, "wanted") };
        let mut logs = Logs::new(256 << 10);
        let mut list = LogList::ranking(LogFilter::parse("wanted").expect("a good filter"));
        for round in 0..200 {
            logs.apply(&(round * 50..round * 50 + 50).map(line).collect::<Vec<_>>());
            // Some of it later, from the newest on.
            if round % 7 != 3 {
                list.refresh(&logs);
            }
        }
        list.refresh(&logs);
        let all: Vec<LogLine> = list.lines(&logs, LogKey::default()).map(|(_, line)| line).collect();
        assert!(logs.dropped() > 0 && all.len() > 300, "{}", all.len());
        for wanted in LEVELS {
            let count = all.iter().filter(|line| line.level >= wanted).count() as u64;
            assert_eq!(list.at_least(wanted), count, "{wanted:?}");
        }
        let fatal = list.at_least(Level::Fatal) as usize;
        let at = |most| list.worst(&logs, most).iter().map(|(_, line)| line.at).collect::<Vec<Moment>>();
        let of = |level, most| all.iter().filter(move |line| line.level == level).take(most).map(|line| line.at);
        let mut expected: Vec<Moment> = of(Level::Fatal, fatal).chain(of(Level::Error, 2)).collect();
        expected.sort_unstable();
        assert_eq!(at(fatal + 2), expected);
        assert_eq!(at(usize::MAX).len(), all.len());
    }
}
