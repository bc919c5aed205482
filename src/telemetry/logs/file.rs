//! One open file: where in it reading is, and whether it is still the file that was read so far.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::CHUNK;
use super::lines::Lines;
use super::out::Out;
use super::reader::Reader;

/// Bytes before the place of reading that are remembered, to tell a file that was rewritten from one that grew.
const REMEMBERED: usize = 256;

/// Where in a file that is there already reading begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// At its first line.
    #[default]
    First,
    /// At the first whole line within this many bytes of its end.
    Last(u64),
}

/// What a file is, whatever it is called.
pub(super) type Id = (u64, u64);

pub(super) fn id(meta: &Metadata) -> Id {
    (meta.dev(), meta.ino())
}

/// An open file.
pub(super) struct Open {
    file: File,
    at: u64,
    pub(super) id: Id,
    changed: (i64, i64),
    recent: Vec<u8>,
    lines: Lines,
    reader: Reader,
    /// The first line began before the place where reading began.
    is_torn: bool,
}

impl Open {
    pub(super) fn new(path: &Path, begin: Begin, out: &Out) -> std::io::Result<Open> {
        let mut file = File::open(path)?;
        let meta = file.metadata()?;
        let at = match begin {
            Begin::First => 0,
            Begin::Last(bytes) => meta.len().saturating_sub(bytes),
        };
        // One byte earlier, to see whether a line begins here.
        let from = at.saturating_sub(1);
        file.seek(SeekFrom::Start(from))?;
        let (lines, reader) = (Lines::default(), out.reader(path));
        let (changed, recent) = ((0, 0), Vec::new());
        Ok(Open { file, at: from, id: id(&meta), changed, recent, lines, reader, is_torn: at > 0 })
    }

    /// Reads to the end, as it is now. Whether there was anything.
    pub(super) fn drain(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        let meta = self.file.metadata()?;
        let changed = (meta.mtime(), meta.mtime_nsec());
        if meta.len() == self.at && changed == self.changed {
            return Ok(false);
        }
        if meta.len() < self.at || !self.is_as_read()? {
            // Cut off: what is there now is new.
            out.end(&mut self.lines, &mut self.reader, stop);
            self.file.seek(SeekFrom::Start(0))?;
            (self.at, self.is_torn) = (0, false);
            self.recent.clear();
        }
        self.changed = changed;
        let some = self.read_on(out, stop);
        out.flush(stop);
        some
    }

    fn read_on(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        let mut buffer = vec![0; CHUNK];
        let mut some = false;
        while !stop.load(Ordering::Relaxed) {
            let count = self.file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            some = true;
            self.at += count as u64;
            self.remember(&buffer[..count]);
            let mut new = &buffer[..count];
            if self.is_torn {
                let Some(end) = memchr::memchr(b'\n', new) else { continue };
                self.is_torn = false;
                new = &new[end + 1..];
            }
            out.more(&mut self.lines, &mut self.reader, new, stop);
        }
        Ok(some)
    }

    /// Whether a line is held back that a stack trace may follow.
    pub(super) fn holds(&self) -> bool {
        self.reader.holds()
    }

    /// Nothing follows what was held back.
    pub(super) fn settle(&mut self, out: &mut Out, stop: &AtomicBool) {
        out.settle(&mut self.reader, stop);
    }

    /// No more comes.
    pub(super) fn end(&mut self, out: &mut Out, stop: &AtomicBool) {
        out.end(&mut self.lines, &mut self.reader, stop);
    }

    /// Whether the bytes before the place of reading are those that were read.
    fn is_as_read(&self) -> std::io::Result<bool> {
        let mut there = vec![0; self.recent.len()];
        let from = self.at.saturating_sub(there.len() as u64);
        match self.file.read_exact_at(&mut there, from) {
            Ok(()) => Ok(there == self.recent),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
            Err(e) => Err(e),
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        let last = &bytes[bytes.len().saturating_sub(REMEMBERED)..];
        let keep = (REMEMBERED - last.len()).min(self.recent.len());
        self.recent.drain(..self.recent.len() - keep);
        self.recent.extend_from_slice(last);
    }
}
