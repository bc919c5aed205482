//! The lines that fit a filter, kept up to date by looking only at what came since. Blocks in which a word does not occur
//! at all are passed over whole.

use std::collections::VecDeque;

use super::block::{Block, Entry};
use super::filter::LogFilter;
use super::fold::Folds;
use super::{LogKey, Logs};
use crate::domain::query::{Term, What};

/// The lines that fit a filter, in order.
#[derive(Clone, Debug, Default)]
pub struct LogList {
    filter: LogFilter,
    /// `None`: every line fits, and nothing needs to be remembered.
    hits: Option<VecDeque<LogKey>>,
    /// Repeats folded, where that is asked for.
    pub(super) folds: Option<Folds>,
    seen: u64,
    /// By number of a service's name: whether the filter wants it.
    services: Vec<Option<bool>>,
}

impl LogList {
    /// An empty list; [`LogList::refresh`] fills it.
    pub fn new(filter: LogFilter) -> Self {
        let hits = (!filter.is_all()).then(VecDeque::new);
        Self { filter, hits, folds: None, seen: 0, services: Vec::new() }
    }

    /// An empty list that folds repeats as well: see [`LogList::folded`].
    pub fn folding(filter: LogFilter) -> Self {
        Self { filter, hits: Some(VecDeque::new()), folds: Some(Folds::default()), seen: 0, services: Vec::new() }
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
        while hits.front().is_some_and(|hit| first.is_none_or(|first| *hit < first)) {
            hits.pop_front();
        }
        let mut folds = self.folds.take();
        if let Some(folds) = &mut folds {
            folds.drop_before(first);
        }
        if self.seen < logs.seq {
            let seen = self.seen;
            for block in logs.blocks.iter().filter(|block| block.newest_seq() > seen) {
                self.look(logs, block, &mut hits, folds.as_mut());
            }
            self.seen = logs.seq;
        }
        (self.hits, self.folds) = (Some(hits), folds);
    }

    fn look(&mut self, logs: &Logs, block: &Block, hits: &mut VecDeque<LogKey>, mut folds: Option<&mut Folds>) {
        // Without a service's name to match, a word that is nowhere in the block is in none of its lines.
        let seen = self.seen;
        let only_text = words(&self.filter).any(|pattern| !pattern.is_match(block.text()));
        for entry in block.entries().iter().filter(|entry| entry.key.seq > seen) {
            let named = self.service_has_word(logs, entry);
            if (only_text && !named) || !self.filter.fits(logs, entry, block.record(entry)) {
                continue;
            }
            if let Some(folds) = &mut folds {
                folds.take(logs, block, entry);
            }
            if hits.back().is_none_or(|last| *last < entry.key) {
                hits.push_back(entry.key);
            } else {
                let place = hits.partition_point(|hit| *hit < entry.key);
                hits.insert(place, entry.key);
            }
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
            Some(hits) => {
                let place = hits.partition_point(|hit| *hit < from);
                Box::new(hits.range(place..).copied())
            }
        }
    }

    /// The lines that fit and stand before this place, latest first.
    pub(super) fn backward<'a>(&'a self, logs: &'a Logs, before: LogKey) -> Box<dyn Iterator<Item = LogKey> + 'a> {
        match &self.hits {
            None => Box::new(logs.backward(before).map(|entry| entry.key)),
            Some(hits) => {
                let place = hits.partition_point(|hit| *hit < before);
                Box::new(hits.range(..place).rev().copied())
            }
        }
    }

    /// How many lines fit and stand after this place.
    pub(super) fn newer(&self, logs: &Logs, than: LogKey) -> u64 {
        let next = LogKey { seq: than.seq.saturating_add(1), ..than };
        match &self.hits {
            None => logs.count_from(next),
            Some(hits) => (hits.len() - hits.partition_point(|hit| *hit < next)) as u64,
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
