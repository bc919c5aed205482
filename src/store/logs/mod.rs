//! Log lines of all services in one time order, packed, bounded by bytes. Where lines were lost is kept as a gap at its
//! place. Search runs over the raw bytes and reads only what it hits.

mod block;
mod codec;
mod filter;
mod fold;
mod gap;
mod grouping;
mod levels;
mod list;
mod patterns;
mod ranks;
mod shape;
mod walk;
mod window;

use std::collections::VecDeque;

pub use filter::{LogFilter, Through, Untraced};
pub use fold::{Folded, FoldedRow};
pub use gap::Gap;
pub use list::LogList;
pub use patterns::{Pattern, Shape};
pub use window::{LogRow, LogWindow, Place, RowKey};

use crate::domain::fact::Turned;
use crate::domain::log::{Level, LogLine};
use crate::domain::time::Moment;
use crate::store::weight;
use block::{Block, Entry};
use codec::{Scratch, Tables};
use gap::Gaps;
use levels::Levels;

/// Bytes of packed lines in one block.
const BLOCK: usize = 64 << 10;
/// A line that claims to be later than it was seen by more than this stands where it was seen, in ms: one wrong clock must
/// not stay the newest for ever.
const AHEAD_MS: i64 = 60_000;

/// A line's place in the order: by time, as finely as it was told, then by arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    /// The time by which it is ordered.
    pub at: Moment,
    /// Its place within that ms: above, how many ns later it is; below, the number of its arrival, from 1.
    pub seq: u64,
}

/// Bits for the number of an arrival: at 100,000 lines a second they last for five years; the 20 above them hold a ms in ns.
const ARRIVAL_BITS: u32 = 44;

impl LogKey {
    fn new(at: Moment, below_ns: u32, arrival: u64) -> LogKey {
        let arrivals = (1 << ARRIVAL_BITS) - 1;
        LogKey { at, seq: u64::from(below_ns.min(999_999)) << ARRIVAL_BITS | arrival & arrivals }
    }

    /// The number of its arrival.
    fn arrival(self) -> u64 {
        self.seq & ((1 << ARRIVAL_BITS) - 1)
    }

    /// How many ns later than `at` it is.
    fn below_ns(self) -> u32 {
        (self.seq >> ARRIVAL_BITS) as u32
    }
}

/// The store of log lines.
#[derive(Debug)]
pub struct Logs {
    limit: usize,
    block: usize,
    bytes: usize,
    blocks: VecDeque<Block>,
    /// The one that was dropped last, for the next: neither is its room looked for nor does it leave a hole.
    spare: Option<Block>,
    gaps: Gaps,
    levels: Levels,
    tables: Tables,
    scratch: Scratch,
    held: u64,
    received: u64,
    dropped: u64,
    seq: u64,
    revision: u64,
}

impl Logs {
    /// An empty store that takes up to this many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            block: BLOCK.min(limit / 16).max(256),
            bytes: 0,
            blocks: VecDeque::new(),
            spare: None,
            gaps: Gaps::default(),
            levels: Levels::default(),
            tables: Tables::default(),
            scratch: Scratch::default(),
            held: 0,
            received: 0,
            dropped: 0,
            seq: 0,
            revision: 0,
        }
    }

    /// Takes lines, in whichever order they come.
    pub fn apply(&mut self, lines: &[LogLine]) {
        for line in lines {
            self.take(line);
        }
        self.fit();
        self.revision += 1;
    }

    /// Says that lines were lost on their way here: where the first would stand, and whose they were or why they are lost, in
    /// words.
    pub fn note_dropped(&mut self, at: Moment, lines: u64, why: &str) {
        if lines > 0 {
            self.received += lines;
            self.dropped += lines;
            self.gaps.put(at, lines, why);
            self.revision += 1;
        }
    }

    /// Says that a file is not read from its first line on: where the first one stands that was read, and how much of which file
    /// was passed over, in words.
    pub fn note_unread(&mut self, at: Moment, what: &str) {
        self.gaps.put(at, 0, what);
        self.revision += 1;
    }

    /// Says that exports were refused whole, which count as nothing received: how many lines were in them is not known.
    /// Whether that is told anew, and not with those before it.
    pub fn note_refused(&mut self, at: Moment, turned: &Turned) -> bool {
        self.revision += 1;
        self.gaps.refuse(at, turned)
    }

    /// Lines held.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// Lines received since the start: those held and those dropped.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Lines dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes used.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that it takes at most.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The time of the first and of the last line held.
    pub fn range(&self) -> Option<(Moment, Moment)> {
        let first = self.blocks.front()?.entries().first()?;
        let last = self.blocks.back()?.entries().last()?;
        Some((first.key.at, last.key.at))
    }

    /// The line at this place, secrets in its message and fields masked.
    pub fn get(&self, key: LogKey) -> Option<LogLine> {
        let (block, entry) = self.find(key)?;
        self.read(block, entry)
    }

    /// The newest lines, latest first.
    pub fn newest(&self, most: usize) -> impl Iterator<Item = LogLine> {
        let end = LogKey { at: Moment(i64::MAX), seq: u64::MAX };
        self.backward(end).take(most).filter_map(|entry| self.get(entry.key))
    }

    /// How many lines of each level (in the order of [`Level`]) stand in each of `cells` cells of `cell_ms` from `from` on, as
    /// they were counted when they came, to a quarter of a second.
    pub fn levels(&self, from: Moment, cell_ms: i64, cells: usize) -> Vec<[u32; 7]> {
        self.levels.cells(from, cell_ms, cells)
    }

    fn take(&mut self, line: &LogLine) {
        self.received += 1;
        self.seq += 1;
        let at = if line.at.0 > line.seen_at.0.saturating_add(AHEAD_MS) { line.seen_at } else { line.at };
        let key = LogKey::new(at, line.below_ns, self.seq);
        if self.gaps.front_until().is_some_and(|until| at < until) && self.bytes >= self.limit / 8 * 7 {
            // Older than what was dropped for want of room.
            self.dropped += 1;
            self.gaps.lose_front(1, at);
            return;
        }
        codec::pack(line, &mut self.tables, &mut self.scratch);
        let service = line.service.as_ref().and_then(|name| self.tables.names.put_text(name)).map_or(0, |n| n + 1);
        let off_ms = line.at.0.saturating_sub(at.0);
        let mut place = match self.blocks.back().and_then(Block::first) {
            Some(newest) if newest <= key => self.blocks.len() - 1,
            _ => self.upto(key).saturating_sub(1),
        };
        let is_last = place + 1 >= self.blocks.len();
        if self.blocks.get(place).is_none_or(|block| block.is_full(self.block, self.scratch.record.len())) {
            let at_end =
                is_last && self.blocks.get(place).is_none_or(|b| b.entries().last().is_none_or(|e| e.key < key));
            if at_end {
                let lines = self.blocks.back().map_or(0, |full| full.entries().len());
                let fresh = self.spare.take().unwrap_or_else(|| Block::with_room(self.block, lines + lines / 16));
                self.bytes += fresh.cost();
                weight::push_back(&mut self.blocks, fresh);
                place = self.blocks.len() - 1;
            } else if let Some(full) = self.blocks.get_mut(place) {
                let before = full.cost();
                let later = full.split();
                self.bytes = self.bytes - before + full.cost() + later.cost();
                let is_later = later.first().is_some_and(|first| first <= key);
                self.blocks.insert(place + 1, later);
                place += usize::from(is_later);
            }
        }
        if let Some(block) = self.blocks.get_mut(place) {
            let before = block.cost();
            block.put(key, off_ms, line.level, service, &self.scratch.record);
            self.bytes = self.bytes - before + block.cost();
            self.held += 1;
            self.levels.take(at, line.level);
        }
    }

    /// Drops the oldest lines until the limit holds. Never the block that is being filled.
    fn fit(&mut self) {
        while self.bytes > self.limit && self.blocks.len() > 1 {
            let Some(oldest) = self.blocks.pop_front() else { return };
            let lines = oldest.entries().len() as u64;
            self.bytes -= oldest.cost();
            self.spare = oldest.emptied(self.block);
            self.held -= lines;
            self.dropped += lines;
            let until = self.blocks.front().and_then(Block::first).unwrap_or_default().at;
            self.gaps.lose_front(lines, until);
            self.levels.drop_before(until);
        }
    }

    fn read(&self, block: &Block, entry: &Entry) -> Option<LogLine> {
        codec::read(block.record(entry), entry, &self.tables)
    }

    /// How many blocks begin at or before this place.
    fn upto(&self, key: LogKey) -> usize {
        self.blocks.partition_point(|block| block.first().is_some_and(|first| first <= key))
    }

    fn find(&self, key: LogKey) -> Option<(&Block, &Entry)> {
        let place = self.upto(key);
        let block = self.blocks.get(place.checked_sub(1)?)?;
        let entry = block.entries().get(block.at_or_after(key)).filter(|entry| entry.key == key)?;
        Some((block, entry))
    }

    /// The lines from this place on, in order.
    fn forward(&self, from: LogKey) -> impl Iterator<Item = &Entry> {
        let place = self.upto(from).saturating_sub(1);
        let first = self.blocks.get(place).map_or(0, |block| block.at_or_after(from));
        self.blocks.range(place.min(self.blocks.len())..).flat_map(|block| block.entries()).skip(first)
    }

    /// The lines before this place, latest first.
    fn backward(&self, before: LogKey) -> impl Iterator<Item = &Entry> {
        let place = self.blocks.partition_point(|block| block.first().is_some_and(|first| first < before));
        let last = place.checked_sub(1).and_then(|place| self.blocks.get(place));
        let skipped = last.map_or(0, |block| block.entries().len() - block.at_or_after(before));
        self.blocks.range(..place).rev().flat_map(|block| block.entries().iter().rev()).skip(skipped)
    }

    /// How many lines stand at or after this place.
    fn count_from(&self, key: LogKey) -> u64 {
        let mut count = 0;
        for block in self.blocks.iter().rev() {
            if block.first().is_some_and(|first| first >= key) {
                count += block.entries().len();
            } else {
                count += block.entries().len() - block.at_or_after(key);
                break;
            }
        }
        count as u64
    }
}

/// Whether a line of this level is at least as severe as that one; what tells no level is below all.
fn reaches(level: Level, least: Level) -> bool {
    level >= least
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
