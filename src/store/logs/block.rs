//! Some hundreds of log lines that follow each other in time: one buffer of packed lines, and an entry for each in order.
//! Lines come nearly in order, so most are put at the end; a late one moves a few entries, never the buffer.

use super::LogKey;
use super::codec::{self, LEVELS};
use crate::domain::log::Level;
use crate::domain::time::Moment;
use crate::store::weight;

/// One line's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: LogKey,
    /// The line's own time, less `key.at`, in ms: not 0 where its clock was not believed.
    pub(super) off_ms: i64,
    offset: u32,
    length: u32,
    /// Number of the service's name plus one; 0 where none is told or the table is full.
    pub(super) service: u32,
    level: u8,
}

impl Entry {
    /// Its severity.
    pub(super) fn level(&self) -> Level {
        LEVELS.get(usize::from(self.level)).copied().unwrap_or_default()
    }

    /// Its own time.
    pub(super) fn at(&self) -> Moment {
        self.key.at.plus(self.off_ms)
    }
}

/// Lines that follow each other.
#[derive(Debug, Default)]
pub(super) struct Block {
    entries: Vec<Entry>,
    text: Vec<u8>,
    newest_seq: u64,
}

impl Block {
    /// An empty one with room for so many bytes and lines, which it will have: growing would copy them again and again.
    pub(super) fn with_room(bytes: usize, lines: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), entries: Vec::with_capacity(lines), newest_seq: 0 }
    }

    /// An empty one in the room of this one, where that is what such a block should have.
    pub(super) fn emptied(mut self, bytes: usize) -> Option<Self> {
        self.text.clear();
        self.entries.clear();
        self.newest_seq = 0;
        (self.text.capacity() == bytes).then_some(self)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn record(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.offset as usize..(entry.offset + entry.length) as usize).unwrap_or_default()
    }

    /// All packed lines at once, in no order.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The newest arrival in it.
    pub(super) fn newest_seq(&self) -> u64 {
        self.newest_seq
    }

    /// Bytes that it takes, with the places of its lines in a list that shows all.
    pub(super) fn cost(&self) -> usize {
        let entries = weight::block(self.entries.capacity() * size_of::<Entry>());
        weight::block(self.text.capacity()) + entries + self.entries.len() * size_of::<LogKey>() + size_of::<Self>()
    }

    /// Whether another line, of so many bytes, should go elsewhere.
    pub(super) fn is_full(&self, limit: usize, length: usize) -> bool {
        !self.entries.is_empty() && self.text.len() + length > limit
    }

    pub(super) fn first(&self) -> Option<LogKey> {
        self.entries.first().map(|entry| entry.key)
    }

    /// Place of the first line at or after this.
    pub(super) fn at_or_after(&self, key: LogKey) -> usize {
        self.entries.partition_point(|entry| entry.key < key)
    }

    pub(super) fn put(&mut self, key: LogKey, off_ms: i64, level: Level, service: u32, record: &[u8]) {
        let (offset, length) = (self.text.len() as u32, record.len() as u32);
        self.text.extend_from_slice(record);
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve_exact(self.entries.len() / 8 + 16);
        }
        let is_newest = self.entries.last().is_none_or(|entry| entry.key < key);
        let place = if is_newest { self.entries.len() } else { self.at_or_after(key) };
        let level = codec::level_number(level);
        self.entries.insert(place, Entry { key, off_ms, offset, length, service, level });
        self.newest_seq = self.newest_seq.max(key.arrival());
    }

    /// Parts it in two halves, this being the earlier.
    pub(super) fn split(&mut self) -> Block {
        let later = self.rebuilt(self.entries.len() / 2..self.entries.len());
        *self = self.rebuilt(0..self.entries.len() / 2);
        later
    }

    fn rebuilt(&self, range: std::ops::Range<usize>) -> Block {
        let entries = &self.entries[range];
        let mut block = Block::with_room(entries.iter().map(|e| e.length as usize).sum(), entries.len());
        for entry in entries {
            let offset = block.text.len() as u32;
            block.text.extend_from_slice(self.record(entry));
            block.entries.push(Entry { offset, ..*entry });
            block.newest_seq = block.newest_seq.max(entry.key.arrival());
        }
        block
    }
}
