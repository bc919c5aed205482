//! Lines grouped by what they have in common: the same service, level and message but for its numbers and ids, and but for
//! words of which there are many in one place. Counted as lines arrive; a pattern knows its lines by their shape and keeps none
//! of them.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::block::{Block, Entry};
use super::grouping::{Families, Grouping};
use super::shape::{self, Words};
use super::{LogList, Logs, codec};
use crate::domain::log::Level;
use crate::domain::time::Moment;

/// Patterns that are told apart; lines of more are counted together.
const MOST: usize = 4_096;
/// One step of the rate, in ms, and how many there are: a minute.
const STEP_MS: i64 = 10_000;
const STEPS: usize = 6;

/// Lines that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its number; its lines are found by [`LogList::shape`].
    pub shape: u64,
    /// Their severity.
    pub level: Level,
    /// Their service.
    pub service: Option<Arc<str>>,
    /// What they say, `*` for what differs.
    pub template: Arc<str>,
    /// How many came, those that memory has let go of too.
    pub count: u64,
    /// When the first came.
    pub first: Moment,
    /// When the last came.
    pub last: Moment,
    /// The number of the first one's arrival.
    arrival: u64,
    /// Lines in each of the last steps, by the step's number.
    recent: [(i64, u32); STEPS],
}

impl Pattern {
    /// Lines in the minute before this moment.
    pub fn per_minute(&self, now: Moment) -> u64 {
        let step = now.0.div_euclid(STEP_MS);
        self.recent.iter().filter(|(at, _)| step - at < STEPS as i64).map(|(_, count)| u64::from(*count)).sum()
    }

    /// One line more.
    fn count(&mut self, at: Moment, arrival: u64) {
        self.count += 1;
        (self.first, self.last) = (self.first.min(at), self.last.max(at));
        self.arrival = self.arrival.min(arrival);
        self.note(at.0.div_euclid(STEP_MS), 1);
    }

    /// The lines of another one.
    fn add(&mut self, other: &Pattern) {
        self.count += other.count;
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        self.arrival = self.arrival.min(other.arrival);
        other.recent.iter().for_each(|(step, lines)| self.note(*step, *lines));
    }

    fn note(&mut self, step: i64, lines: u32) {
        let slot = &mut self.recent[step.rem_euclid(STEPS as i64) as usize];
        if slot.0 < step {
            *slot = (step, 0);
        }
        if slot.0 == step {
            slot.1 = slot.1.saturating_add(lines);
        }
    }
}

/// What a pattern's lines are found by: they are those that were counted for it.
#[derive(Clone, Debug)]
pub struct Shape {
    pattern: u64,
    grouping: Arc<Grouping>,
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern && Arc::ptr_eq(&self.grouping, &other.grouping)
    }
}

impl Shape {
    /// Whether a line is of the pattern.
    pub(super) fn fits(&self, entry: &Entry, message: &str) -> bool {
        let (service, level) = (entry.service, entry.level() as u8);
        self.grouping.of(service, level, &Words::of(service, level, message)) == self.pattern
    }
}

/// A pattern and its words.
#[derive(Clone, Debug)]
struct Kept {
    pattern: Pattern,
    /// By number of the service's name.
    service: u32,
    words: Box<Words>,
    /// Those that turned out to differ.
    any: u64,
}

/// All patterns.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    all: HashMap<u64, Kept, RandomState>,
    grouping: Arc<Grouping>,
    families: Families,
    others: u64,
}

impl Patterns {
    /// Counts a line that fits.
    pub(super) fn take(&mut self, logs: &Logs, block: &Block, entry: &Entry) {
        let (message, _) = codec::gist(block.record(entry), &logs.tables).unwrap_or_default();
        let (service, level) = (entry.service, entry.level() as u8);
        let words = Words::of(service, level, message);
        let shape = self.grouping.of(service, level, &words);
        if let Some(kept) = self.all.get_mut(&shape) {
            return kept.pattern.count(entry.key.at, entry.key.arrival());
        }
        if self.all.len() >= MOST {
            self.others += 1;
            return;
        }
        let mut pattern = Pattern {
            shape,
            level: entry.level(),
            service: service.checked_sub(1).and_then(|number| logs.tables.names.get(number)).cloned(),
            template: template(message),
            count: 0,
            first: entry.key.at,
            last: entry.key.at,
            arrival: entry.key.arrival(),
            recent: [(i64::MIN / 2, 0); STEPS],
        };
        pattern.count(entry.key.at, entry.key.arrival());
        self.all.insert(shape, Kept { pattern, service, words: Box::new(words), any: 0 });
        self.group(shape);
    }

    /// Puts a new pattern together with others from which it differs in a word or two, where there are many of them; and what
    /// comes of that with others again.
    fn group(&mut self, shape: u64) {
        let mut new = shape;
        while let Some(kept) = self.all.get(&new)
            && let Some((places, many)) = self.families.see(&kept.words, kept.any, |id| self.all.contains_key(&id))
        {
            let (words, (service, level)) = (kept.words.clone(), (kept.service, kept.pattern.level as u8));
            let wanted = words.without(places);
            let alike = |other: &Kept| {
                (other.service, other.pattern.level as u8, other.words.len) == (service, level, words.len)
                    && other.words.without(places) == wanted
            };
            let mut gone: Vec<u64> = self.all.iter().filter(|(_, other)| alike(other)).map(|(id, _)| *id).collect();
            if gone.len() < usize::from(many) {
                // Some have gone into another one meanwhile.
                return self.families.left(&words, places, gone.len());
            }
            // The one with most lines tells what they say.
            gone.sort_by_key(|id| std::cmp::Reverse((self.all.get(id).map_or(0, |kept| kept.pattern.count), *id)));
            let any = gone.iter().filter_map(|id| self.all.get(id)).fold(places, |any, kept| any | kept.any);
            if !Arc::make_mut(&mut self.grouping).merge((service, level), &words, any, &gone) {
                return;
            }
            let mut parts = gone.iter().filter_map(|id| self.all.remove(id)).collect::<Vec<_>>().into_iter();
            let Some(mut whole) = parts.next() else { return };
            parts.for_each(|part| whole.pattern.add(&part.pattern));
            let told = &whole.pattern.template;
            // Where a secret was hidden there may be other words than there were.
            if shape::count(told) == words.len {
                whole.pattern.template = shape::template(told, any).into();
            }
            whole.words.forget(any);
            (whole.any, whole.pattern.shape) = (any, whole.words.sum);
            new = whole.words.sum;
            self.all.insert(new, whole);
        }
    }
}

/// A message with a `*` for each word that may differ; secrets are masked as in the line itself.
fn template(message: &str) -> Arc<str> {
    shape::template(&crate::domain::secret::mask(message), 0).into()
}

impl LogList {
    /// The patterns of the lines that fit, the newest kind of line first; for a list that groups.
    pub fn patterns(&self) -> Vec<&Pattern> {
        let all = self.patterns.iter().flat_map(|patterns| patterns.all.values());
        let mut all: Vec<&Pattern> = all.map(|kept| &kept.pattern).collect();
        all.sort_by_key(|pattern| std::cmp::Reverse(pattern.arrival));
        all
    }

    /// What the lines of one of them are found by.
    pub fn shape(&self, pattern: &Pattern) -> Option<Shape> {
        let grouping = self.patterns.as_ref()?.grouping.clone();
        Some(Shape { pattern: pattern.shape, grouping })
    }

    /// Lines of more patterns than are told apart.
    pub fn without_pattern(&self) -> u64 {
        self.patterns.as_ref().map_or(0, |patterns| patterns.others)
    }
}

#[cfg(test)]
#[path = "patterns_tests.rs"]
mod tests;
