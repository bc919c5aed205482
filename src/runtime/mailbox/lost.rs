//! Lines that the mailbox dropped: whose they were, and where in the order of lines the first of them would stand. Not the
//! lines.

use crate::domain::{log::LogLine, time::Moment};

/// Sources that are told apart; beyond, they are others.
const MOST: usize = 16;
/// What these are called.
const OTHERS: &str = "others";

/// The lines that were dropped and not told yet, by source: the name, the place, the count.
#[derive(Debug, Default)]
pub(super) struct Lost(Vec<(String, Moment, u64)>);

impl Lost {
    /// A line is dropped.
    pub(super) fn put(&mut self, line: &LogLine) {
        // One that claims to be of the future stands where it was seen.
        let at = line.at.min(line.seen_at);
        let name = line.source.name();
        let known = self.0.iter().position(|(its, ..)| its == name);
        let full = self.0.len() >= MOST;
        let place = known.or_else(|| full.then(|| self.0.iter().position(|(its, ..)| its == OTHERS)).flatten());
        match place.and_then(|place| self.0.get_mut(place)) {
            Some((_, first, count)) => (*first, *count) = ((*first).min(at), *count + 1),
            None => self.0.push((if full { OTHERS } else { name }.to_owned(), at, 1)),
        }
    }

    /// Whether none is.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, which then are told.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (String, Moment, u64)> {
        std::mem::take(&mut self.0).into_iter()
    }
}
