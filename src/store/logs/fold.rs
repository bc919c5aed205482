//! Repeats of log lines folded into one row: the same service, level and message but for its numbers, close together in
//! time. Counted once, as lines arrive, so that a count is true however many lines lie between, and drawing costs what is
//! seen. Not a copy of any line: a group knows the places of its first and last.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::block::{Block, Entry};
use super::window::Spot;
use super::{Gap, LogKey, LogList, Logs, RowKey, codec};
use crate::domain::event::Event;
use crate::domain::log::LogLine;
use crate::domain::time::Moment;

/// A repeat after a longer silence begins anew, in ms.
const SILENCE_MS: i64 = 60_000;
/// After this long a repeat begins anew however often it comes, in ms: what goes on and on is seen again.
const LONGEST_MS: i64 = 10 * 60_000;
/// Groups kept; beyond, the oldest are forgotten. Their lines are not.
const MOST: usize = 4_096;
/// Instances of one group that are told apart.
const INSTANCES: usize = 256;
/// Words of a message that are compared.
const WORDS: usize = 40;

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
        /// The first; what differs in the last is a `*` in its message.
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
    /// Hashes of the instances that said it.
    instances: HashSet<u64>,
    shape: u64,
}

/// All groups, by the place of their first line.
#[derive(Clone, Debug, Default)]
pub(super) struct Folds {
    groups: BTreeMap<LogKey, Group>,
    /// The newest group of each shape.
    running: HashMap<u64, LogKey>,
}

impl Folds {
    /// Counts a line that has arrived.
    pub(super) fn take(&mut self, logs: &Logs, block: &Block, entry: &Entry) {
        let (message, instance) = codec::gist(block.record(entry), &logs.tables).unwrap_or_default();
        let shape = shape(entry.service, entry.level() as u8, message);
        let mut hasher = DefaultHasher::new();
        instance.as_ref().map(|address| address.text()).hash(&mut hasher);
        let (key, from) = (entry.key, hasher.finish());
        let known = self.running.get(&shape).copied();
        let goes_on = known.and_then(|first| Some((first, self.groups.get(&first)?))).filter(|(first, group)| {
            let near = key.at.since(group.last.at) < SILENCE_MS && first.at.since(key.at) < SILENCE_MS;
            near && key.at.since(first.at) < LONGEST_MS
        });
        let Some(first) = goes_on.map(|(first, _)| first) else {
            if known.is_none_or(|known| known < key) {
                self.running.insert(shape, key);
            }
            self.groups.insert(key, Group { last: key, count: 1, instances: HashSet::from([from]), shape });
            if self.groups.len() > MOST {
                self.forget();
            }
            return;
        };
        let Some(mut group) = self.groups.remove(&first) else { return };
        group.count += 1;
        group.last = group.last.max(key);
        if group.instances.len() < INSTANCES {
            group.instances.insert(from);
        }
        // A line that came late may be the first of all.
        let first = first.min(key);
        self.running.insert(shape, first);
        self.groups.insert(first, group);
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
        if let Some((key, group)) = self.groups.pop_first()
            && self.running.get(&group.shape) == Some(&key)
        {
            self.running.remove(&group.shape);
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
    /// The newest `height` rows with repeats folded, oldest first; for a list that folds. `events` as in
    /// [`LogList::window`].
    pub fn folded<'a, E>(&'a self, logs: &'a Logs, events: E, height: usize) -> Vec<FoldedRow<'a>>
    where
        E: DoubleEndedIterator<Item = (u64, &'a Event)> + 'a,
    {
        let Some(folds) = &self.folds else { return Vec::new() };
        let firsts = folds.groups.keys().rev().map(|key| Spot::Line(*key));
        let mut spots = super::window::newest(logs, Box::new(firsts), events, height);
        spots.reverse();
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

/// What lines that are alike have in common, in one number: a service, a level, and the words without a digit.
fn shape(service: u32, level: u8, message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (service, level).hash(&mut hasher);
    for word in message.split(' ').take(WORDS) {
        if varies(word) { "*" } else { word }.hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether a word may differ among lines that are alike: numbers, ids.
fn varies(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

/// A message with a `*` where the other one differs.
fn common(first: &Arc<str>, last: &Arc<str>) -> Arc<str> {
    if first == last {
        return first.clone();
    }
    let mut others = last.split(' ');
    let words = first.split(' ').map(|word| if others.next() == Some(word) || !varies(word) { word } else { "*" });
    words.collect::<Vec<_>>().join(" ").into()
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
