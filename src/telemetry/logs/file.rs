//! One open file: where in it reading is, and whether it is still the file that was read so far.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::CHUNK;
use super::known::{Id, Place, Taken};
use super::lines::Lines;
use super::out::Out;
use super::packed::{self, Kind};
use super::reader::Reader;

/// Where in a file that is there already reading begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// At its first line.
    #[default]
    First,
    /// At the first whole line within this many bytes of its end; of each file, where there are several.
    Last(u64),
}

/// An open file.
pub(super) struct Open {
    pub(super) file: File,
    taken: Taken,
    changed: (i64, i64),
    lines: Lines,
    reader: Reader,
    /// The first line began before the place where reading began.
    is_torn: bool,
    packed: Option<Kind>,
    /// Bytes before that place, which are still to be told of.
    unread: u64,
}

/// What came of a look at a file.
pub(super) enum Drained {
    /// All that was new was read. Whether there was anything.
    Read(bool),
    /// It was cut off here, or rewritten: what is there now is new, and not read yet.
    Cut(Place),
}

impl Open {
    /// Goes on at the place that was taken, else begins.
    pub(super) fn new(mut file: File, mut taken: Taken, begin: Begin, reader: Reader) -> std::io::Result<Open> {
        let (mut is_torn, mut unread) = (false, 0);
        if let (0, Begin::Last(bytes)) = (taken.place.at, begin) {
            let at = file.metadata()?.len().saturating_sub(bytes);
            (is_torn, unread) = (at > 0, at);
            // One byte earlier, to see whether a line begins here.
            taken.place = Place::new(at.saturating_sub(1));
        }
        file.seek(SeekFrom::Start(taken.place.at))?;
        let packed = packed_as(&file)?;
        Ok(Open { file, taken, changed: (0, 0), lines: Lines::default(), reader, is_torn, packed, unread })
    }

    /// What the file is.
    pub(super) fn id(&self) -> Id {
        self.taken.id
    }

    /// How it is packed; such a one is not read as it is.
    pub(super) fn packed(&self) -> Option<Kind> {
        self.packed
    }

    /// A packed one needs no further look.
    pub(super) fn leave_packed(&mut self) {
        self.taken.place = Place::new(0);
        self.taken.place.packed = self.file.metadata().map(|meta| meta.len()).ok();
    }

    /// Reads to the end, as it is now.
    pub(super) fn drain(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<Drained> {
        let meta = self.file.metadata()?;
        let changed = (meta.mtime(), meta.mtime_nsec());
        if meta.len() == self.taken.place.at && changed == self.changed {
            return Ok(Drained::Read(false));
        }
        if meta.len() < self.taken.place.at || !self.taken.place.is_in(&self.file)? {
            out.end(&mut self.lines, &mut self.reader, stop);
            self.file.seek(SeekFrom::Start(0))?;
            (self.changed, self.is_torn, self.unread) = ((0, 0), false, 0);
            return Ok(Drained::Cut(std::mem::take(&mut self.taken.place)));
        }
        if self.taken.place.at == 0 {
            self.packed = packed_as(&self.file)?;
        }
        if self.packed.is_some() {
            return Ok(Drained::Read(false));
        }
        self.changed = changed;
        let some = self.read_on(out, stop);
        out.flush(stop);
        some.map(Drained::Read)
    }

    /// The same of one that is cut off while it is read: the rest is lost, and what is there now is read. Whether there was
    /// anything.
    pub(super) fn drain_all(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        match self.drain(out, stop)? {
            Drained::Read(some) => Ok(some),
            Drained::Cut(_) => Ok(matches!(self.drain(out, stop)?, Drained::Read(true))),
        }
    }

    fn read_on(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        let mut buffer = vec![0; CHUNK];
        let mut some = false;
        out.unread += std::mem::take(&mut self.unread);
        while !stop.load(Ordering::Relaxed) {
            let count = self.file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            some = true;
            self.taken.place.pass(&buffer[..count]);
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

    /// What was held back and waited for so long is let go, where that is long enough.
    pub(super) fn settle(&mut self, waited: Duration, out: &mut Out, stop: &AtomicBool) {
        out.settle(&mut self.reader, waited, stop);
    }

    /// No more comes.
    pub(super) fn end(&mut self, out: &mut Out, stop: &AtomicBool) {
        out.end(&mut self.lines, &mut self.reader, stop);
    }
}

fn packed_as(file: &File) -> std::io::Result<Option<Kind>> {
    let mut first = [0; packed::MAGIC];
    let count = file.read_at(&mut first, 0)?;
    Ok(packed::kind(&first[..count]))
}
