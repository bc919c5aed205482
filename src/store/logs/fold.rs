//! Repeats of log lines folded into one row: the same service, level and message but for its numbers, close together in
//! time. Counted once, as lines are looked at, so that a count is true however many lines lie between, and drawing costs what is
//! seen. Not a copy of any line: a group knows the places of its first and last.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher as _;

use foldhash::fast::{FixedState, RandomState};

use super::block::{Block, Entry};
use super::shape::{shape, template};
use super::window::Spot;
use super::{Gap, LogKey, LogList, Logs, RowKey, codec};
use crate::domain::event::Event;
use crate::domain::log::{Level, LogLine};
use crate::domain::time::Moment;
use crate::domain::value::Value;

/// A repeat after a longer silence begins anew, in ms.
const SILENCE_MS: i64 = 60_000;
/// After this long a repeat begins anew however often it comes, in ms: what goes on and on is seen again.
const LONGEST_MS: i64 = 10 * 60_000;
/// Groups kept; beyond, the oldest are forgotten. Their lines are not.
const MOST: usize = 4_096;
/// Instances of one group that are told apart.
const INSTANCES: usize = 256;
/// A repeat that came within this time of now goes on, in ms: the minute that is counted in the pane's rule.
const GOES_ON_MS: i64 = 60_000;

/// One row of a folded list.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedRow<'a> {
    /// The place of its first line.
    pub key: RowKey,
    /// What it is.
    pub what: Folded<'a>,
}

/// What a row of a folded list is.
#[derive(Clone, Debug, PartialEq)]
pub enum Folded<'a> {
    /// A line, and how often it came.
    Line {
        /// The first; in its message a number that differs is the last one's, any other word that does a `*`.
        line: Box<LogLine>,
        /// How many, all that arrived since the first.
        count: u64,
        /// When the last came.
        until: Moment,
        /// From how many instances.
        instances: usize,
    },
    /// An event of the story, and its number there.
    Event(u64, &'a Event),
    /// Lines are missing here.
    Lost(&'a Gap),
}

/// Lines that are alike.
#[derive(Clone, Debug)]
struct Group {
    last: LogKey,
    count: u64,
    level: Level,
    /// Hashes of the instances that said it.
    instances: HashSet<u64, RandomState>,
    shape: u64,
}

impl Group {
    /// One more.
    fn count(&mut self, key: LogKey, instance: u64) {
        self.count += 1;
        self.last = self.last.max(key);
        if self.instances.len() < INSTANCES {
            self.instances.insert(instance);
        }
    }
}

/// All groups, by the place of their first line.
#[derive(Clone, Debug, Default)]
pub(super) struct Folds {
    groups: BTreeMap<LogKey, Group>,
    /// Where the groups of each shape begin, in order.
    firsts: HashMap<u64, Vec<LogKey>, RandomState>,
}

impl Folds {
    /// Counts a line, in whichever order they are looked at.
    pub(super) fn take(&mut self, logs: &Logs, block: &Block, entry: &Entry) {
        let (message, instance) = codec::gist(block.record(entry), &logs.tables).unwrap_or_default();
        let shape = shape(entry.service, entry.level() as u8, message);
        let from = FixedState::default().hash_one(instance.as_ref().map(|address| address.text()));
        let key = entry.key;
        let firsts = self.firsts.entry(shape).or_default();
        let after = match firsts.last() {
            Some(last) if *last > key => firsts.partition_point(|first| *first <= key),
            _ => firsts.len(),
        };
        let goes_on = |group: &Group, first: LogKey| {
            key.at.since(group.last.at) < SILENCE_MS && key.at.since(first.at) < LONGEST_MS
        };
        let comes_before = |group: &Group, first: LogKey| {
            first.at.since(key.at) < SILENCE_MS && group.last.at.since(key.at) < LONGEST_MS
        };
        let is = |groups: &BTreeMap<LogKey, Group>, first: &LogKey, near: &dyn Fn(&Group, LogKey) -> bool| {
            groups.get(first).is_some_and(|group| near(group, *first))
        };
        let earlier = after.checked_sub(1).map(|place| firsts[place]);
        if let Some(first) = earlier.filter(|first| is(&self.groups, first, &goes_on))
            && let Some(group) = self.groups.get_mut(&first)
        {
            group.count(key, from);
        } else if let Some(later) = firsts.get_mut(after).filter(|first| is(&self.groups, first, &comes_before))
            && let Some(mut group) = self.groups.remove(later)
        {
            // It is the first of all.
            group.count(key, from);
            *later = key;
            self.groups.insert(key, group);
        } else {
            firsts.insert(after, key);
            let group =
                Group { last: key, count: 1, level: entry.level(), instances: HashSet::from_iter([from]), shape };
            self.groups.insert(key, group);
            if self.groups.len() > MOST {
                self.forget();
            }
        }
    }

    /// Forgets groups of which no line is held any more.
    pub(super) fn drop_before(&mut self, held: Option<LogKey>) {
        while let Some(entry) = self.groups.first_entry() {
            if held.is_some_and(|held| held <= entry.get().last) {
                return;
            }
            self.forget();
        }
    }

    fn forget(&mut self) {
        let Some((key, group)) = self.groups.pop_first() else { return };
        let Some(firsts) = self.firsts.get_mut(&group.shape) else { return };
        firsts.retain(|first| *first != key);
        if firsts.is_empty() {
            self.firsts.remove(&group.shape);
        }
    }

    /// Puts errors that go on in the place of what matters less: events, then other lines, the oldest first. The newest row
    /// of all stays, so that something is seen to happen.
    fn keep_errors(&self, spots: &mut Vec<Spot<'_>>, now: Moment) {
        let goes_on = |group: &Group| group.level >= Level::Error && now.since(group.last.at) < GOES_ON_MS;
        let Some(Spot::Line(oldest)) = spots.iter().find(|spot| matches!(spot, Spot::Line(_))).copied() else {
            // No line is among the newest at all: every one that goes on is older.
            return self.put_in(spots, self.groups.iter().rev().filter(|(_, g)| goes_on(g)).map(|(key, _)| *key));
        };
        let older = self.groups.range(..oldest).rev().filter(|(_, group)| goes_on(group));
        self.put_in(spots, older.map(|(key, _)| *key));
    }

    /// Puts lines in the place of rows that are no errors.
    fn put_in(&self, spots: &mut Vec<Spot<'_>>, keys: impl Iterator<Item = LogKey>) {
        let error = |key: &LogKey| self.groups.get(key).is_some_and(|group| group.level >= Level::Error);
        for key in keys {
            let all_but_newest = &spots[..spots.len().saturating_sub(1)];
            let event = all_but_newest.iter().position(|spot| matches!(spot, Spot::Event(..)));
            let other = || all_but_newest.iter().position(|spot| matches!(spot, Spot::Line(key) if !error(key)));
            let Some(at) = event.or_else(other) else { break };
            spots.remove(at);
            let place = spots.partition_point(|spot| spot.key() < RowKey::line(key));
            spots.insert(place, Spot::Line(key));
        }
    }

    fn row(&self, logs: &Logs, key: LogKey) -> Option<Folded<'static>> {
        let group = self.groups.get(&key)?;
        let last = logs.get(group.last);
        // Where memory has let go of the first line the last one tells what they said.
        let mut line = logs.get(key).or_else(|| last.clone())?;
        line.at = line.at.min(key.at);
        if let Some(last) = last.filter(|_| group.count > 1) {
            line.message = common(&line.message, &last.message);
        }
        let (count, until, instances) = (group.count, group.last.at, group.instances.len());
        Some(Folded::Line { line: Box::new(line), count, until, instances })
    }
}

impl LogList {
    /// The newest `height` rows with repeats folded, oldest first; for a list that folds. Errors that still came within the
    /// last minute stay in sight for it, each at its place in time, whatever single rows are newer. `events` as in
    /// [`LogList::window`].
    pub fn folded<'a, E>(&'a self, logs: &'a Logs, events: E, height: usize, now: Moment) -> Vec<FoldedRow<'a>>
    where
        E: DoubleEndedIterator<Item = (u64, &'a Event)> + 'a,
    {
        let Some(folds) = &self.folds else { return Vec::new() };
        let firsts = folds.groups.keys().rev().map(|key| Spot::Line(*key));
        let mut spots = super::window::newest(logs, Box::new(firsts), events, height);
        spots.reverse();
        folds.keep_errors(&mut spots, now);
        let row = |spot: Spot<'a>| {
            let what = match spot {
                Spot::Line(key) => folds.row(logs, key)?,
                Spot::Event(number, event) => Folded::Event(number, event),
                Spot::Lost(gap) => Folded::Lost(gap),
            };
            Some(FoldedRow { key: spot.key(), what })
        };
        spots.into_iter().filter_map(row).collect()
    }
}

/// Whether a word is nothing but a number.
fn amount(word: &str) -> bool {
    let digits = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'%');
    word.bytes().all(digits) && word.bytes().any(|b| b.is_ascii_digit())
}

/// A message with what differs in the other one: its number, else a `*`.
fn common(first: &Value, last: &Value) -> Value {
    if first == last {
        return first.clone();
    }
    let mut others = last.split(' ');
    let words = first.split(' ').map(|word| match others.next() {
        Some(other) if other == word => word.to_owned(),
        // An amount is as it was last; an id is one of many.
        Some(other) if amount(word) && amount(other) => other.to_owned(),
        _ => template(word, 0),
    });
    words.collect::<Vec<_>>().join(" ").into()
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
