//! The lines that fit a filter, kept up to date by looking only at what came since. Blocks in which a word does not occur
//! at all are passed over whole.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::block::{Block, Entry};
use super::filter::LogFilter;
use super::fold::Folds;
use super::levels::Levels;
use super::patterns::Patterns;
use super::ranks::Ranks;
use super::{LogKey, Logs};
use crate::domain::query::{Term, What};
use crate::domain::span::TraceId;
use crate::domain::time::Moment;
use crate::store::effort::Effort;
use crate::store::places::Places;

/// What it takes to look at lines, in units of [`Effort`]: to see that a word is nowhere in so many bytes; for a line that is
/// looked at by itself; for one that fits.
const BYTES_A_UNIT: u64 = 8;
const LINE: u64 = 100;
const HIT: u64 = 100;
/// The same for one that is grouped: its words are parted.
const GROUPED: u64 = 400;
/// The same for a byte of one from which secrets have to be taken out before it is known whether it fits.
const MASKED: u64 = 100;

/// So many lines that came since are looked at without parting them: less than a ms.
const AT_ONCE: u64 = 4_096;
/// The same where secrets had to be taken out of lines of late.
const DEAR_AT_ONCE: u64 = 64;
/// Walks that wait at most; then everything is looked at anew.
const WALKS: usize = 8;

/// Lines that are still to be looked at, the newest first.
#[derive(Clone, Debug)]
struct Walk {
    /// Those that stand before this place.
    upto: LogKey,
    /// Those that arrived in this time.
    arrivals: RangeInclusive<u64>,
}

/// The lines that fit a filter, in order.
#[derive(Clone, Debug, Default)]
pub struct LogList {
    filter: LogFilter,
    /// `None`: every line fits, and nothing needs to be remembered.
    hits: Option<Places<LogKey>>,
    /// Repeats folded, where that is asked for.
    pub(super) folds: Option<Folds>,
    /// Lines that are alike counted, where that is asked for.
    pub(super) patterns: Option<Patterns>,
    /// Lines counted by level and time, where that is asked for.
    pub(super) levels: Option<Levels>,
    /// Lines by level, where that is asked for.
    pub(super) ranks: Option<Ranks>,
    seen: u64,
    /// What is still to be looked at; of several the last one first.
    walks: Vec<Walk>,
    /// By number of a service's name: whether the filter wants it.
    services: Vec<Option<bool>>,
    /// Of lines that were looked at last secrets had to be taken out.
    is_dear: bool,
}

impl LogList {
    /// An empty list; [`LogList::refresh`] fills it.
    pub fn new(filter: LogFilter) -> Self {
        let hits = (!filter.is_all()).then(Places::default);
        Self { filter, hits, ..Self::default() }
    }

    /// An empty list that counts levels over time as well: see [`LogList::levels`].
    pub fn counting(filter: LogFilter) -> Self {
        Self { levels: Some(Levels::default()), ..Self::new(filter) }
    }

    /// An empty list that ranks lines by their level as well: see [`LogList::worst`].
    pub fn ranking(filter: LogFilter) -> Self {
        Self { filter, hits: Some(Places::default()), ranks: Some(Ranks::default()), ..Self::default() }
    }

    /// An empty list that folds repeats as well: see [`LogList::folded`].
    pub fn folding(filter: LogFilter) -> Self {
        Self { filter, hits: Some(Places::default()), folds: Some(Folds::default()), ..Self::default() }
    }

    /// An empty list that groups lines by what they have in common as well: see [`LogList::patterns`].
    pub fn grouping(filter: LogFilter) -> Self {
        Self { filter, hits: Some(Places::default()), patterns: Some(Patterns::default()), ..Self::default() }
    }

    /// The filter.
    pub fn filter(&self) -> &LogFilter {
        &self.filter
    }

    /// How many lines fit.
    pub fn len(&self, logs: &Logs) -> u64 {
        self.hits.as_ref().map_or(logs.held(), |hits| hits.len() as u64)
    }

    /// Whether no line fits.
    pub fn is_empty(&self, logs: &Logs) -> bool {
        self.len(logs) == 0
    }

    /// The time of the first and of the last line that fits, as far as was looked.
    pub fn range(&self, logs: &Logs) -> Option<(Moment, Moment)> {
        match &self.hits {
            None => logs.range(),
            Some(hits) => Some((hits.first()?.at, hits.latest(0, 1).next()?.at)),
        }
    }

    /// Brings the list wholly up to date.
    pub fn refresh(&mut self, logs: &Logs) {
        self.refresh_within(logs, &mut Effort::whole());
    }

    /// Brings the list up to date with what came since, and goes on looking at what was there before as far as the effort
    /// goes, the newest first: see [`LogList::is_behind`].
    pub fn refresh_within(&mut self, logs: &Logs, effort: &mut Effort) {
        let Some(mut hits) = self.hits.take() else { return };
        let first = logs.blocks.front().and_then(Block::first);
        hits.drop_before(first);
        if let (Some(levels), Some(first)) = (&mut self.levels, first) {
            levels.drop_before(first.at);
        }
        if let Some(folds) = &mut self.folds {
            folds.drop_before(first);
        }
        if let Some(ranks) = &mut self.ranks {
            ranks.drop_before(first);
        }
        let news = self.seen + 1..=logs.seq;
        let at_once = if self.is_dear { DEAR_AT_ONCE } else { AT_ONCE };
        if self.seen == 0 || logs.seq.saturating_sub(self.seen) > at_once {
            self.put_off(news, &mut hits);
        } else if self.seen < logs.seq {
            for block in logs.blocks.iter().filter(|block| block.newest_seq() > self.seen).collect::<Vec<_>>() {
                self.look(logs, block, &news, None, &mut hits, effort);
            }
        }
        self.seen = logs.seq;
        self.look_back(logs, &mut hits, effort);
        self.hits = Some(hits);
    }

    /// Whether lines are still to be looked at.
    pub fn is_behind(&self) -> bool {
        !self.walks.is_empty()
    }

    /// Looks at what arrived in this time later, piece by piece.
    fn put_off(&mut self, news: RangeInclusive<u64>, hits: &mut Places<LogKey>) {
        let upto = LogKey { at: Moment(i64::MAX), seq: u64::MAX };
        if news.is_empty() {
            return;
        }
        let count = self.walks.len();
        match self.walks.last_mut() {
            // It has not begun, and nothing was looked at in between.
            Some(last) if last.upto == upto && *last.arrivals.end() + 1 == *news.start() => {
                last.arrivals = *last.arrivals.start()..=*news.end();
            }
            Some(_) if count >= WALKS => {
                *hits = Places::default();
                self.folds = self.folds.take().map(|_| Folds::default());
                self.levels = self.levels.take().map(|_| Levels::default());
                self.patterns = self.patterns.take().map(|_| Patterns::default());
                self.ranks = self.ranks.take().map(|_| Ranks::default());
                self.walks = vec![Walk { upto, arrivals: 1..=*news.end() }];
            }
            _ => self.walks.push(Walk { upto, arrivals: news }),
        }
    }

    /// Looks at some more of what was put off.
    fn look_back(&mut self, logs: &Logs, hits: &mut Places<LogKey>, effort: &mut Effort) {
        while !effort.is_spent()
            && let Some(Walk { upto, arrivals }) = self.walks.pop()
        {
            let place = logs.blocks.partition_point(|block| block.first().is_some_and(|first| first < upto));
            let mut before = logs.blocks.range(..place).enumerate().rev();
            if let Some((place, block)) = before.find(|(_, block)| block.newest_seq() >= *arrivals.start()) {
                let left = self.look(logs, block, &arrivals, Some(upto), hits, effort);
                // Behind the first there is none, even if that should begin earlier one day.
                if let Some(upto) = left.or(block.first().filter(|_| place > 0)) {
                    self.walks.push(Walk { upto, arrivals });
                }
            }
        }
    }

    /// Looks at what of a block arrived in this time. Those that were there before, which stand before this place, from the newest
    /// on: where the effort does not go as far as the first, the one before which the rest stands comes back.
    fn look(
        &mut self,
        logs: &Logs,
        block: &Block,
        arrivals: &RangeInclusive<u64>,
        upto: Option<LogKey>,
        hits: &mut Places<LogKey>,
        effort: &mut Effort,
    ) -> Option<LogKey> {
        let back = upto.is_some();
        let traces = &self.filter.traces;
        let named = |trace: &TraceId| memchr::memmem::find(block.text(), &trace.0).is_some();
        let of_trace = traces.is_empty() || traces.iter().any(named);
        // Without a service's name to match, a word that is nowhere in the block is in none of its lines.
        let only_text = words(&self.filter).any(|pattern| !pattern.is_match(block.text()));
        effort.spend(block.text().len() as u64 / BYTES_A_UNIT * traces.len().max(1) as u64);
        let (mut found, mut looked, mut left, mut dear) = (Vec::new(), 0, None, false);
        let masked = Cell::new(0);
        let count = block.entries().len();
        for place in 0..if of_trace { count } else { 0 } {
            // What was there before is folded from those on that are: the newest first here, too.
            let entry = &block.entries()[if back { count - 1 - place } else { place }];
            if !arrivals.contains(&entry.key.arrival()) || upto.is_some_and(|upto| entry.key >= upto) {
                continue;
            }
            if only_text && !self.service_has_word(logs, entry) {
                continue;
            }
            looked += 1;
            let fits = self.filter.fits(logs, entry, block.record(entry), &masked);
            if fits {
                self.count(logs, block, entry);
                found.push(entry.key);
            }
            let bytes = masked.take();
            if bytes > 0 {
                dear = true;
                effort.spend(bytes * MASKED);
                if back && effort.is_spent() {
                    left = Some(entry.key);
                    break;
                }
            }
        }
        if looked > 0 {
            self.is_dear = dear;
        }
        let hit = if self.patterns.is_some() { GROUPED } else { HIT };
        effort.spend(looked * LINE + found.len() as u64 * hit);
        if back {
            found.reverse();
        }
        hits.put(found);
        left
    }

    /// Counts a line that fits.
    fn count(&mut self, logs: &Logs, block: &Block, entry: &Entry) {
        if let Some(levels) = &mut self.levels {
            levels.take(entry.key.at, entry.level());
        }
        if let Some(folds) = &mut self.folds {
            folds.take(logs, block, entry);
        }
        if let Some(patterns) = &mut self.patterns {
            patterns.take(logs, block, entry);
        }
        if let Some(ranks) = &mut self.ranks {
            ranks.take(entry);
        }
    }

    /// Whether a wanted word is in the name of the line's service.
    fn service_has_word(&mut self, logs: &Logs, entry: &Entry) -> bool {
        let Some(number) = entry.service.checked_sub(1) else { return false };
        let place = number as usize;
        if self.services.len() <= place {
            self.services.resize(place + 1, None);
        }
        if let Some(known) = self.services[place] {
            return known;
        }
        let name = logs.tables.names.get(number);
        let wanted = |name: &[u8]| words(&self.filter).any(|pattern| pattern.is_match(name));
        let has = name.is_some_and(|name| wanted(name.as_bytes()));
        self.services[place] = Some(has);
        has
    }

    /// The lines that fit, from this place on.
    pub(super) fn forward<'a>(&'a self, logs: &'a Logs, from: LogKey) -> Box<dyn Iterator<Item = LogKey> + 'a> {
        match &self.hits {
            None => Box::new(logs.forward(from).map(|entry| entry.key)),
            Some(hits) => Box::new(hits.from(from)),
        }
    }

    /// The lines that fit and stand before this place, latest first.
    pub(super) fn backward<'a>(&'a self, logs: &'a Logs, before: LogKey) -> Box<dyn Iterator<Item = LogKey> + 'a> {
        match &self.hits {
            None => Box::new(logs.backward(before).map(|entry| entry.key)),
            Some(hits) => Box::new(hits.before(before)),
        }
    }

    /// How many lines fit and stand after this place.
    pub(super) fn newer(&self, logs: &Logs, than: LogKey) -> u64 {
        let next = LogKey { seq: than.seq.saturating_add(1), ..than };
        match &self.hits {
            None => logs.count_from(next),
            Some(hits) => hits.count_from(next) as u64,
        }
    }
}

/// The patterns of texts that must be there.
fn words(filter: &LogFilter) -> impl Iterator<Item = &regex::bytes::Regex> {
    filter.query.terms().iter().filter_map(|term| match term {
        Term { wanted: true, what: What::Text { pattern, literal: true } } => Some(pattern),
        _ => None,
    })
}
