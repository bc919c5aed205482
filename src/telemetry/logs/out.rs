//! Where the records of one path go: in batches into the mailbox, no faster than they are taken.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::lines::Lines;
use super::reader::Reader;
use super::rules::Rules;
use super::{now, shown};
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::log::{KeyLines, LogLine, LogSource};

/// Records of one fact.
const BATCH: usize = 512;
/// How long it is waited between two looks whether there is room.
const WAIT: Duration = Duration::from_millis(1);

/// Where the records of one path go.
pub(super) struct Out {
    mailbox: Arc<dyn Mailbox>,
    name: Arc<str>,
    rules: Arc<Rules>,
    batch: Vec<LogLine>,
    /// A private key may go on from batch to batch.
    keys: KeyLines,
    said: Option<SourceState>,
    /// Bytes that are passed over before the next line.
    pub(super) unread: u64,
}

impl Out {
    pub(super) fn new(path: &Path, mailbox: Arc<dyn Mailbox>, rules: Arc<Rules>) -> Out {
        let name = format!("logs {}", shown(path)).into();
        Out { mailbox, name, rules, batch: Vec::new(), keys: KeyLines::default(), said: None, unread: 0 }
    }

    /// The name of the source in facts.
    pub(super) fn name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// The same for a file of a folder.
    pub(super) fn of(&self, path: &Path) -> Out {
        Out::new(path, self.mailbox.clone(), self.rules.clone())
    }

    /// What reads lines of this path.
    pub(super) fn reader(&self, path: &Path) -> Reader {
        let shown = shown(path);
        let source = if shown == "-" { LogSource::Stdin } else { LogSource::File(shown.into()) };
        Reader::new(source, self.rules.clone())
    }

    /// Says how the source is, once.
    pub(super) fn say(&mut self, state: SourceState) {
        if self.said.as_ref() != Some(&state) {
            self.said = Some(state.clone());
            self.mailbox.put(Fact::Source(SourceFact { at: now(), name: self.name.clone(), state }));
        }
    }

    /// It came to its end, unless it is said already that it failed.
    pub(super) fn ended(&mut self) {
        if !matches!(self.said, Some(SourceState::Failed(_))) {
            self.say(SourceState::Ended);
        }
    }

    /// So many files were lost here.
    pub(super) fn lose(&self, files: u64, why: &str) {
        let why = format!("of {}, {why}", self.name).into();
        let state = SourceState::Dropped(files, "files".into(), why);
        self.mailbox.put(Fact::Source(SourceFact { at: now(), name: self.name.clone(), state }));
    }

    /// Takes bytes of a line's end, or of none, and hands over what they complete.
    pub(super) fn bytes(&mut self, lines: &mut Lines, reader: &mut Reader, bytes: &[u8], stop: &AtomicBool) {
        self.more(lines, reader, bytes, stop);
        self.flush(stop);
    }

    /// The same where more is there already: what they complete may wait for it, since each handing over wakes somebody.
    pub(super) fn more(&mut self, lines: &mut Lines, reader: &mut Reader, bytes: &[u8], stop: &AtomicBool) {
        let seen_at = now();
        reader.begins(bytes);
        lines.push(bytes, |line, whole| {
            reader.read(line, whole, seen_at, |record| self.batch.push(record));
            if self.batch.len() >= BATCH {
                self.flush(stop);
            }
        });
        reader.passed(&mut self.batch);
    }

    /// A line that was held back, and waited for so long, is one, where that is long enough.
    pub(super) fn settle(&mut self, reader: &mut Reader, waited: Duration, stop: &AtomicBool) {
        self.batch.extend(reader.settle(now(), waited));
        self.flush(stop);
    }

    /// What waited for more is a line, since no more comes.
    pub(super) fn end(&mut self, lines: &mut Lines, reader: &mut Reader, stop: &AtomicBool) {
        let seen_at = now();
        lines.end(|line, whole| reader.read(line, whole, seen_at, |record| self.batch.push(record)));
        reader.end(seen_at, |record| self.batch.push(record));
        self.flush(stop);
    }

    /// Hands over what waits.
    pub(super) fn flush(&mut self, stop: &AtomicBool) {
        if self.batch.is_empty() {
            return;
        }
        self.keys.mask(&mut self.batch);
        while self.mailbox.crowded() && !stop.load(Ordering::Relaxed) {
            std::thread::park_timeout(WAIT);
        }
        if let (Some(first), true) = (self.batch.first(), self.unread > 0) {
            let state = SourceState::Unread(std::mem::take(&mut self.unread));
            self.mailbox.put(Fact::Source(SourceFact { at: first.at, name: self.name.clone(), state }));
        }
        // Few lines are not to keep the room of many while they wait; after many, as many more are likely.
        let room = if self.batch.len() >= BATCH { BATCH } else { 0 };
        let mut batch = std::mem::replace(&mut self.batch, Vec::with_capacity(room));
        if batch.len() < batch.capacity() / 4 {
            batch.shrink_to_fit();
        }
        self.mailbox.put(Fact::Logs(batch));
    }
}
