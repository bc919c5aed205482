//! One open file: where in it reading is, and whether it is still the file that was read so far.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::CHUNK;
use super::known::{self, Id, Place, Taken};
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
    /// When it was changed last, as far as it was read; `None` before it was looked at.
    changed: Option<Changed>,
    lines: Lines,
    reader: Reader,
    /// The first line began before the place where reading began.
    is_torn: bool,
    packed: Option<Kind>,
    /// Nobody named it by itself.
    is_one_of_many: bool,
    /// Bytes before that place, which are still to be told of.
    unread: u64,
}

/// When a file was changed last: seconds, and nanoseconds of them.
pub(super) type Changed = (i64, i64);

pub(super) fn changed(meta: &Metadata) -> Changed {
    (meta.mtime(), meta.mtime_nsec())
}

/// What came of a look at a file.
pub(super) enum Drained {
    /// All that was new was read. Whether there was anything.
    Read(bool),
    /// It was cut off or rewritten, or may have been: nothing was read, and [`Open::begin_anew`] goes on.
    Cut(Seen),
}

/// What a file was at a look.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) length: u64,
    pub(super) changed: Changed,
}

impl Seen {
    pub(super) fn new(meta: &Metadata) -> Seen {
        Seen { length: meta.len(), changed: changed(meta) }
    }
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
        let packed = packed_as(&file, false)?;
        let lines = Lines::default();
        Ok(Open { file, taken, changed: None, lines, reader, is_torn, packed, is_one_of_many: false, unread })
    }

    /// The same of one that nobody named by itself: what is no text is not read.
    pub(super) fn of_many(mut self) -> std::io::Result<Open> {
        (self.packed, self.is_one_of_many) = (packed_as(&self.file, true)?, true);
        Ok(self)
    }

    /// What the file is.
    pub(super) fn id(&self) -> Id {
        self.taken.id
    }

    /// How far it was read.
    pub(super) fn place(&self) -> &Place {
        &self.taken.place
    }

    /// When it was changed last, as far as it was read.
    pub(super) fn changed(&self) -> Option<Changed> {
        self.changed
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

    /// Whether it is still in a folder, under whatever name.
    pub(super) fn is_there(&self) -> bool {
        self.file.metadata().is_ok_and(|meta| meta.nlink() > 0)
    }

    /// Reads to the end, as it is now.
    pub(super) fn drain(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<Drained> {
        let meta = self.file.metadata()?;
        let seen = Seen::new(&meta);
        if seen.length == self.taken.place.at && Some(seen.changed) == self.changed {
            return Ok(Drained::Read(false));
        }
        // Where nothing was read there is nothing to compare: it may have been filled and cut off since.
        let may_be = self.taken.place.at == 0 && self.changed.is_some() && self.packed.is_none();
        if may_be || seen.length < self.taken.place.at || !self.taken.place.is_in(&self.file)? {
            return Ok(Drained::Cut(seen));
        }
        self.read_as_seen(seen, out, stop).map(Drained::Read)
    }

    fn read_as_seen(&mut self, seen: Seen, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        if self.taken.place.at == 0 {
            self.packed = packed_as(&self.file, self.is_one_of_many)?;
        }
        if self.packed.is_some() {
            return Ok(false);
        }
        // As it was before it was read: what comes meanwhile is seen at the next look.
        self.changed = Some(seen.changed);
        let some = self.read_on(out, stop);
        out.flush(stop);
        some
    }

    /// What it begins with now, and what it was when that was looked at.
    pub(super) fn front(&self) -> std::io::Result<(Seen, Vec<u8>)> {
        let meta = self.file.metadata()?;
        let mut front = vec![0; CHUNK];
        let count = self.file.read_at(&mut front, 0)?;
        front.truncate(count);
        Ok((Seen::new(&meta), front))
    }

    /// Reads what a file has that was cut off, and began so then. Whether there was anything.
    pub(super) fn begin_anew(
        &mut self,
        (seen, front): (Seen, Vec<u8>),
        out: &mut Out,
        stop: &AtomicBool,
    ) -> std::io::Result<bool> {
        (self.is_torn, self.unread, self.taken.place) = (false, 0, Place::default());
        self.packed = packed_as(&self.file, self.is_one_of_many)?;
        if self.packed.is_some() {
            return Ok(false);
        }
        self.changed = Some(seen.changed);
        self.taken.place.pass(&front);
        self.feed(&front, out, stop);
        self.file.seek(SeekFrom::Start(self.taken.place.at))?;
        let some = self.read_on(out, stop);
        out.flush(stop);
        Ok(some? || !front.is_empty())
    }

    /// What is not ended yet is not gone on with: something is missing here.
    pub(super) fn break_off(&mut self, out: &mut Out, stop: &AtomicBool) {
        out.end(&mut self.lines, &mut self.reader, stop);
    }

    /// Goes on in this file where another one ended that was written anew under its name, as editors do; where that is
    /// surely so. Whether it is.
    pub(super) fn take_over(&mut self, last: &mut Open) -> std::io::Result<bool> {
        if self.taken.place.at > 0 || last.file.metadata()?.nlink() > 0 || !last.taken.place.is_sure() {
            return Ok(false);
        }
        let is_same = last.taken.place.is_in(&self.file)? && known::is_same_front(&self.file, &last.file)?;
        if is_same {
            self.taken.place = last.taken.place.clone();
            self.file.seek(SeekFrom::Start(self.taken.place.at))?;
            std::mem::swap(&mut self.lines, &mut last.lines);
            std::mem::swap(&mut self.reader, &mut last.reader);
            self.is_torn = last.is_torn;
        }
        Ok(is_same)
    }

    /// The same of one that is cut off while it is read: the rest is lost, and what is there now is read. Whether there was
    /// anything.
    pub(super) fn drain_all(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<bool> {
        match self.drain(out, stop)? {
            Drained::Read(some) => Ok(some),
            Drained::Cut(_) => {
                self.break_off(out, stop);
                self.begin_anew(self.front()?, out, stop)
            }
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
            // Cut off meanwhile: these are of what it says now. The next look finds that.
            if !self.taken.place.is_in(&self.file)? {
                self.file.seek(SeekFrom::Start(self.taken.place.at))?;
                break;
            }
            some = true;
            self.taken.place.pass(&buffer[..count]);
            self.feed(&buffer[..count], out, stop);
        }
        Ok(some)
    }

    /// Takes bytes that come next of its lines.
    pub(super) fn feed(&mut self, mut new: &[u8], out: &mut Out, stop: &AtomicBool) {
        if self.is_torn {
            let Some(end) = memchr::memchr(b'\n', new) else { return };
            self.is_torn = false;
            new = &new[end + 1..];
        }
        out.more(&mut self.lines, &mut self.reader, new, stop);
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

fn packed_as(file: &File, may_be_binary: bool) -> std::io::Result<Option<Kind>> {
    let mut first = [0; packed::MAGIC];
    let count = file.read_at(&mut first, 0)?;
    match packed::kind(&first[..count]) {
        None if may_be_binary && packed::is_binary(file)? => Ok(Some(Kind::Binary)),
        kind => Ok(kind),
    }
}
