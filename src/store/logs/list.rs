//! The lines that fit a filter, kept up to date by looking only at what came since. Blocks in which a word does not occur
//! at all are passed over whole.

use std::ops::RangeInclusive;

use super::block::{Block, Entry};
use super::filter::LogFilter;
use super::fold::Folds;
use super::hits::Hits;
use super::levels::Levels;
use super::patterns::Patterns;
use super::{LogKey, Logs};
use crate::domain::query::{Term, What};
use crate::domain::time::Moment;

/// Bytes of lines that are looked at in one go: a few ms, so that no frame waits longer.
const AT_ONCE: usize = 8 << 20;

/// The lines that fit a filter, in order.
#[derive(Clone, Debug, Default)]
pub struct LogList {
    filter: LogFilter,
    /// `None`: every line fits, and nothing needs to be remembered.
    hits: Option<Hits>,
    /// Repeats folded, where that is asked for.
    pub(super) folds: Option<Folds>,
    /// Lines that are alike counted, where that is asked for.
    pub(super) patterns: Option<Patterns>,
    /// Lines counted by level and time, where that is asked for.
    pub(super) levels: Option<Levels>,
    seen: u64,
    /// Of what was there before, what stands before this is still to be looked at, the newest first; and up to which
    /// arrival that goes.
    before: Option<(LogKey, u64)>,
    /// By number of a service's name: whether the filter wants it.
    services: Vec<Option<bool>>,
}

impl LogList {
    /// An empty list; [`LogList::refresh`] fills it.
    pub fn new(filter: LogFilter) -> Self {
        let hits = (!filter.is_all()).then(Hits::default);
        Self { filter, hits, ..Self::default() }
    }

    /// An empty list that counts levels over time as well: see [`LogList::levels`].
    pub fn counting(filter: LogFilter) -> Self {
        Self { levels: Some(Levels::default()), ..Self::new(filter) }
    }

    /// An empty list that folds repeats as well: see [`LogList::folded`].
    pub fn folding(filter: LogFilter) -> Self {
        Self { filter, hits: Some(Hits::default()), folds: Some(Folds::default()), ..Self::default() }
    }

    /// An empty list that groups lines by what they have in common as well: see [`LogList::patterns`].
    pub fn grouping(filter: LogFilter) -> Self {
        Self { filter, hits: Some(Hits::default()), patterns: Some(Patterns::default()), ..Self::default() }
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

    /// Brings the list up to date.
    pub fn refresh(&mut self, logs: &Logs) {
        let Some(mut hits) = self.hits.take() else { return };
        let first = logs.blocks.front().and_then(Block::first);
        hits.drop_before(first);
        if let (Some(levels), Some(first)) = (&mut self.levels, first) {
            levels.drop_before(first.at);
        }
        let mut folds = self.folds.take();
        if let Some(folds) = &mut folds {
            folds.drop_before(first);
        }
        if self.seen == 0 && folds.is_none() && logs.bytes > AT_ONCE {
            // Much is there: it is looked at piece by piece.
            self.before = Some((LogKey { at: Moment(i64::MAX), seq: u64::MAX }, logs.seq));
            self.seen = logs.seq;
        }
        if self.seen < logs.seq {
            let seen = self.seen;
            for block in logs.blocks.iter().filter(|block| block.newest_seq() > seen) {
                self.look(logs, block, seen + 1..=u64::MAX, &mut hits, folds.as_mut());
            }
            self.seen = logs.seq;
        }
        self.look_back(logs, &mut hits);
        (self.hits, self.folds) = (Some(hits), folds);
    }

    /// Whether lines that were there before are still to be looked at.
    pub fn is_behind(&self) -> bool {
        self.before.is_some()
    }

    /// Looks at some more of what was there before.
    fn look_back(&mut self, logs: &Logs, hits: &mut Hits) {
        let Some((mut upto, last)) = self.before else { return };
        let mut left = AT_ONCE;
        loop {
            let place = logs.blocks.partition_point(|block| block.first().is_some_and(|first| first < upto));
            let Some(block) = place.checked_sub(1).and_then(|place| logs.blocks.get(place)) else {
                self.before = None;
                return;
            };
            if left == 0 {
                self.before = Some((upto, last));
                return;
            }
            self.look(logs, block, 1..=last, hits, None);
            upto = block.first().unwrap_or_default();
            left = left.saturating_sub(block.text().len().max(1));
        }
    }

    fn look(
        &mut self,
        logs: &Logs,
        block: &Block,
        arrivals: RangeInclusive<u64>,
        hits: &mut Hits,
        mut folds: Option<&mut Folds>,
    ) {
        // Without a service's name to match, a word that is nowhere in the block is in none of its lines.
        let only_text = words(&self.filter).any(|pattern| !pattern.is_match(block.text()));
        let mut found = Vec::new();
        for entry in block.entries().iter().filter(|entry| arrivals.contains(&entry.key.arrival())) {
            if (only_text && !self.service_has_word(logs, entry)) || !self.filter.fits(logs, entry, block.record(entry))
            {
                continue;
            }
            if let Some(levels) = &mut self.levels {
                levels.take(entry.key.at, entry.level());
            }
            if let Some(folds) = &mut folds {
                folds.take(logs, block, entry);
            }
            if let Some(patterns) = &mut self.patterns {
                patterns.take(logs, block, entry);
            }
            found.push(entry.key);
        }
        hits.put(found);
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
