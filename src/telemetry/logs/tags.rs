//! What is held back of those who say in each line who they are, and whose line was let go last. When it is let go is
//! `tagged`'s.

use std::collections::{HashMap, VecDeque};

use super::super::held::Late;
use super::{Habit, Head, Moment, Open, Within};

/// As many lines of different ones are held back at most, and as many bytes of them.
const MOST: usize = 256;
const MOST_BYTES: usize = 4 << 20;
/// Lines of one that wait at most for what follows them.
pub(super) const MOST_HEADS: usize = 16;
/// As many are remembered whose line was let go before its trace came.
const MOST_LATE: usize = 64;

/// What those said who say who they are.
#[derive(Default)]
pub(super) struct Tags {
    /// The lines that are held back, in the order of their arrival.
    pub(super) held: VecDeque<Tagged>,
    /// What was let go since nothing followed it, and came last of its writer.
    late: Vec<(String, Late)>,
    /// How the lines of each begin.
    pub(super) habits: HashMap<String, Habit>,
    /// The number of the arrival of a line that waited and is taken now.
    pub(super) arrived: Option<u64>,
    /// As many bytes are held back at most: counted when last too many seemed to be, and all that came since.
    bytes: usize,
    /// None of them came before.
    pub(super) oldest: Moment,
}

/// A line that is held back, and whose it is.
pub(super) struct Tagged {
    pub(super) tag: String,
    pub(super) open: Open,
    /// What followed it and waits for what follows that.
    pub(super) heads: Vec<Head>,
    /// Nothing goes on with it: it waits for those before it.
    pub(super) is_whole: bool,
    /// The number of what came of it last, and when that was.
    pub(super) last: u64,
    pub(super) seen_at: Moment,
}

impl Tagged {
    /// Whether a trace may come for it.
    pub(super) fn waits(&self) -> bool {
        !self.is_whole && (!self.open.is_calm() || !self.heads.is_empty())
    }

    /// Whether it waits for more of a trace.
    pub(super) fn is_in_trace(&self) -> bool {
        let has_trace = self.open.has_more() && self.open.within != Within::Nothing;
        !self.is_whole && (has_trace || !self.heads.is_empty())
    }

    fn bytes(&self) -> usize {
        let heads: usize = self.heads.iter().map(|head| head.raw.len() + head.inner.len() + head.text.len()).sum();
        self.open.line.raw.len() + self.open.raw.len() + self.open.stack.len() + heads
    }
}

impl Tags {
    /// Whether a line is held back.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// The line of a writer that may go on.
    pub(super) fn place(&self, tag: &str) -> Option<usize> {
        self.held.iter().position(|held| !held.is_whole && held.tag == tag)
    }

    /// More is taken: of a line its text is kept up to three times.
    pub(super) fn takes(&mut self, bytes: usize) {
        self.bytes += 3 * bytes;
    }

    /// Counts a line of a writer.
    pub(super) fn count(&mut self, tag: &str, tells: bool, line: &str) {
        match self.habits.get_mut(tag) {
            Some(habit) => habit.count(tells, line),
            None => {
                // Names are from outside: they are begun anew before they are too many.
                if self.habits.len() == MOST {
                    self.habits.clear();
                }
                self.habits.entry(tag.to_owned()).or_default().count(tells, line);
            }
        }
    }

    /// Looks again which of them is the oldest.
    pub(super) fn look(&mut self, now: Moment) {
        let all = self.held.iter().filter(|held| !held.is_whole).map(|held| held.seen_at);
        self.oldest = all.min().unwrap_or(now);
    }

    /// Whether too much is held back. Counted only where it may be so.
    pub(super) fn is_full(&mut self) -> bool {
        if self.bytes > MOST_BYTES {
            self.bytes = self.held.iter().map(Tagged::bytes).sum();
        }
        self.held.len() > MOST || self.bytes > MOST_BYTES
    }

    /// Keeps what was let go, in case that its trace comes late.
    pub(super) fn remember(&mut self, tag: String, late: Late) {
        if self.late.len() == MOST_LATE {
            self.late.remove(0);
        }
        self.late.push((tag, late));
    }

    /// What was let go last of a writer.
    pub(super) fn take_late(&mut self, tag: &str) -> Option<Late> {
        let place = self.late.iter().position(|(of, _)| of == tag)?;
        Some(self.late.remove(place).1)
    }
}
