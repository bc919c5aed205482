//! One name that is followed: the file that has it now, those that had it before, and what rotation left of it between two
//! looks.

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::between::{Before, Between, Missed, Wanted};
use super::copies::{self, Whose};
use super::file::{Begin, Changed, Drained, Open, Seen};
use super::known::{self, Id, Known, Taken, id};
use super::out::Out;
use super::packed::{self, Kind};
use super::rotated;
use super::tail::plain;
use crate::domain::fact::SourceState;

/// How long a file that was removed, or lost its name a while ago, is still looked at since it was read last: its writer may
/// not have noticed yet. Not longer, since what is held open takes its room on the disk.
const RETIRED: Duration = Duration::from_secs(5);
/// The same of the last ones that only have another name: nobody may ever tell their writer.
const RENAMED: Duration = Duration::from_secs(24 * 3_600);
/// So many of those.
const MOST_RENAMED: usize = 4;

/// How a name is followed.
#[derive(Clone)]
pub(super) struct How {
    pub(super) begin: Begin,
    /// It is read to its end and not followed.
    pub(super) once: bool,
    pub(super) known: Arc<Known>,
    /// It is one of a folder or pattern.
    pub(super) is_one_of_many: bool,
    /// A packed one is passed over: it was read before it was packed, or nobody named it.
    pub(super) leaves_packed: bool,
}

/// A name that is followed.
pub(super) struct Followed {
    path: PathBuf,
    pub(super) out: Out,
    how: How,
    open: Option<Open>,
    /// The files that had the name before, and when each was read last.
    retired: Vec<(Open, Instant)>,
    /// A packed one that had its turn, and what was wrong with it.
    over: Option<(Id, Option<Arc<str>>)>,
    /// What rotation had left before anything was read.
    before: Option<Before>,
    /// What the name meant when it was opened last.
    meant: PathBuf,
    /// What it is where all that it has is read under another name.
    still: Option<Still>,
    /// What a copy was at the last look: it is read here only where it stays as it is, since who reads its first name reads it
    /// first.
    copy: Option<Copy>,
}

/// What a copy was at a look.
struct Copy {
    id: Id,
    seen: Seen,
    is_read: bool,
}

impl Copy {
    fn is(&self, other: &Copy) -> bool {
        (self.id, self.seen.length, self.seen.changed) == (other.id, other.seen.length, other.seen.changed)
    }
}

/// A copy of a file that is read under its own name, when it had no more than that one.
struct Still {
    id: Id,
    place: known::Place,
    first: Id,
    /// The last cut of that one.
    cut: u64,
}

impl Followed {
    pub(super) fn new(path: &Path, how: How, out: Out) -> Followed {
        let (path, meant) = (path.to_owned(), path.to_owned());
        Followed {
            path,
            out,
            how,
            open: None,
            retired: Vec::new(),
            over: None,
            before: None,
            meant,
            still: None,
            copy: None,
        }
    }

    /// Reads what is new under this name. Whether there was anything.
    pub(super) fn look(&mut self, stop: &AtomicBool) -> bool {
        let mut some = false;
        let now = Instant::now();
        for (old, read_at) in &mut self.retired {
            // Its lines stand before those of the file that has its name now.
            if old.drain_all(&mut self.out, stop).unwrap_or(false) {
                (*read_at, some) = (now, true);
            }
            old.settle(Duration::MAX, &mut self.out, stop);
        }
        let out = &mut self.out;
        let mut newer = self.retired.len();
        let is_over = |(old, read_at): &mut (Open, Instant)| {
            newer -= 1;
            let stays = if newer < MOST_RENAMED && old.is_there() { RENAMED } else { RETIRED };
            now.duration_since(*read_at) > stays
        };
        for (mut old, _) in self.retired.extract_if(.., is_over) {
            old.end(out, stop);
        }
        let state = match fs::metadata(&self.path) {
            Ok(meta) => match self.read_named(&meta, stop) {
                Ok(read) => {
                    some |= read;
                    match &self.over {
                        Some((_, Some(wrong))) => SourceState::Failed(wrong.clone()),
                        _ => SourceState::Running,
                    }
                }
                Err(e) => SourceState::Failed(format!("it cannot be read: {}", plain(&e)).into()),
            },
            Err(e) => {
                // What is still open is read to its end: it was renamed, and the next one is not there yet.
                if let Some(last) = &mut self.open {
                    match last.drain_all(&mut self.out, stop) {
                        Ok(read) => return read | some,
                        Err(_) => self.open = None,
                    }
                }
                self.how.begin = Begin::First;
                SourceState::Failed(match e.kind() {
                    ErrorKind::NotFound => "there is no such file yet; it is looked for again".into(),
                    _ => format!("it cannot be looked at: {e}").into(),
                })
            }
        };
        self.out.say(state);
        some
    }

    fn read_named(&mut self, meta: &Metadata, stop: &AtomicBool) -> std::io::Result<bool> {
        if !self.is_copy() {
            return self.read(id(meta), stop);
        }
        let now = Copy { id: id(meta), seen: Seen::new(meta), is_read: false };
        match self.copy.take() {
            Some(copy) if copy.is(&now) && copy.is_read => {
                self.copy = Some(copy);
                return Ok(false);
            }
            Some(copy) if copy.is(&now) => {}
            None if !self.how.leaves_packed => {}
            // It came or changed while reading went on.
            _ => {
                self.copy = Some(now);
                return Ok(false);
            }
        }
        let some = self.read(now.id, stop)?;
        let is_read = !some && !self.holds();
        if is_read && let Some(mut open) = self.open.take() {
            // Nobody holds it, so that who reads its first name can read what is written over it.
            open.end(&mut self.out, stop);
        }
        self.copy = Some(Copy { is_read, ..now });
        Ok(some)
    }

    /// Whether the name is one that rotation leaves of another one that is followed, too.
    fn is_copy(&self) -> bool {
        self.how.is_one_of_many && !self.how.once && is_copy(&self.path)
    }

    fn read(&mut self, id: Id, stop: &AtomicBool) -> std::io::Result<bool> {
        if self.over.as_ref().is_some_and(|(over, _)| *over == id) {
            return Ok(false);
        }
        self.over = None;
        let mut some = false;
        if let Some(last) = &mut self.open
            && last.id() != id
        {
            // Another file has its name. The last one may still get lines.
            let changed = last.changed();
            some |= last.drain_all(&mut self.out, stop)?;
            last.settle(Duration::MAX, &mut self.out, stop);
            self.how.begin = Begin::First;
            // Opened first, so that what is rotated away from now on is found at the next look.
            let (mut next, mut is_same) = (self.next()?, false);
            if let (Some(next), Some(last)) = (&mut next, &mut self.open) {
                is_same = next.take_over(last)?;
            }
            if let Some(last) = std::mem::replace(&mut self.open, next) {
                self.retired.push((last, Instant::now()));
                // What had the name of a copy is read by who reads the first name.
                some |= !self.is_copy() && self.read_missed(changed, is_same, stop);
            }
            self.meant = rotated::meant(&self.path);
        }
        if self.open.is_none() && !self.how.known.is_read(id) {
            self.meant = rotated::meant(&self.path);
            if self.before.is_none() && !self.how.once {
                self.before = Some(Before::new(&self.meant));
            }
            self.open = self.next()?;
        }
        if let Some(open) = &mut self.open {
            some |= match open.drain(&mut self.out, stop)? {
                Drained::Read(read) => read,
                // A copy that was written over: it may have what is read already.
                Drained::Cut(_) if self.how.is_one_of_many && is_copy(&self.path) => {
                    open.break_off(&mut self.out, stop);
                    self.open = None;
                    self.open = self.next()?;
                    self.open.as_mut().map_or(Ok(false), |open| open.drain_all(&mut self.out, stop))?
                }
                Drained::Cut(seen) => self.cut_off(seen, stop)?,
            };
        }
        if let Some(kind) = self.open.as_ref().and_then(Open::packed) {
            self.unpack(kind, stop);
        }
        Ok(some)
    }

    /// Reads what a file said before it was cut off, as far as copies have it, and what it says now.
    fn cut_off(&mut self, seen: Seen, stop: &AtomicBool) -> std::io::Result<bool> {
        let Some(open) = &mut self.open else { return Ok(false) };
        let before = &self.before.get_or_insert_default().found;
        let whose = Whose { path: &self.meant, known: &self.how.known, before };
        let (front, some) = copies::read(&whose, open, seen, &mut self.out, stop)?;
        Ok(open.begin_anew(front, &mut self.out, stop)? | some)
    }

    /// Opens the file that has the name now; `None` where it is read already, under whatever name.
    fn next(&mut self) -> std::io::Result<Option<Open>> {
        let file = File::open(&self.path)?;
        let meta = file.metadata()?;
        let Some(mut taken) = Taken::new(&self.how.known, id(&meta)) else { return Ok(None) };
        if taken.place.packed == Some(meta.len()) {
            return Ok(None);
        }
        if taken.place.at == 0 || !taken.place.is_in(&file)? {
            taken.place = match self.copied_from(&file)? {
                Copied::Still => return Ok(None),
                Copied::Until(place) => place,
                Copied::No => known::Place::default(),
            };
        }
        let open = Open::new(file, taken, self.how.begin, self.out.reader(&self.path))?;
        if self.how.is_one_of_many { open.of_many().map(Some) } else { Ok(Some(open)) }
    }

    /// Whether a file is what rotation by copying left of one that is read under its own name.
    fn copied_from(&mut self, file: &File) -> std::io::Result<Copied> {
        let first = match self.how.is_one_of_many && !self.how.once {
            true => rotated::first_name(&self.path).and_then(|first| File::open(first).ok()),
            false => None,
        };
        let Some(first) = first else { return Ok(Copied::No) };
        let (id, first_id) = (id(&file.metadata()?), id(&first.metadata()?));
        for place in self.how.known.cuts(first_id) {
            if place.at > 0 && place.is_in(file)? {
                return Ok(Copied::Until(place));
            }
        }
        let cut = self.how.known.last_cut(first_id);
        if known::is_front(file, &first)? {
            self.still = Some(Still { id, place: known::Place::end(file)?, first: first_id, cut });
            return Ok(Copied::Still);
        }
        let Some(still) = self.still.as_ref().filter(|still| still.id == id) else { return Ok(Copied::No) };
        if !still.place.is_in(file)? {
            return Ok(Copied::No);
        }
        // Where that one is seen to be cut off, what was there then is read.
        let is_read = still.first != first_id || still.cut < cut;
        Ok(if is_read { Copied::Until(still.place.clone()) } else { Copied::Still })
    }

    /// Reads the files that had the name since the last one, which is the last of the retired, and lost it again. Whether there
    /// was anything.
    fn read_missed(&mut self, changed: Option<Changed>, is_same: bool, stop: &AtomicBool) -> bool {
        let Some(((last, _), others)) = self.retired.split_last() else { return false };
        let others = others.iter().map(|(old, _)| old).chain(&self.open).map(|open| &open.file).collect();
        let wanted = Wanted { path: &self.meant, last: &last.file, changed, others };
        let is_read = |id| self.how.known.has(id);
        let Between { missed, unread, is_known } = wanted.find(self.before.get_or_insert_default(), &is_read);
        let mut some = false;
        for missed in missed {
            some |= self.read_one(missed, stop).unwrap_or(false);
        }
        if unread > 0 {
            self.out.lose(unread, "it was rotated faster than it could be read");
        } else if !is_known && !is_same {
            self.out.lose(
                1,
                "whatever had its name between two looks: the one that had it before is gone, and others may be",
            );
        }
        some
    }

    fn read_one(&mut self, missed: Missed, stop: &AtomicBool) -> std::io::Result<bool> {
        let Some(mut taken) = Taken::new(&self.how.known, missed.id) else { return Ok(false) };
        if missed.is_packed {
            taken.place.packed = Some(missed.file.metadata()?.len());
            if packed::gunzip(&self.path, &missed.file, &mut self.out, stop).is_some() {
                self.out.lose(1, "what it said before it was rotated: gzip packed it, and it cannot be unpacked whole");
            }
            return Ok(true);
        }
        let mut open = Open::new(missed.file, taken, Begin::First, self.out.reader(&self.path))?;
        let some = open.drain_all(&mut self.out, stop)?;
        open.settle(Duration::MAX, &mut self.out, stop);
        self.retired.push((open, Instant::now()));
        Ok(some)
    }

    fn unpack(&mut self, kind: Kind, stop: &AtomicBool) {
        let Some(mut open) = self.open.take() else { return };
        let wrong = match kind {
            Kind::Binary => Some(kind.remedy(&self.path)),
            _ if self.how.leaves_packed => None,
            Kind::Gzip => packed::gunzip(&self.path, &open.file, &mut self.out, stop),
            Kind::Other(..) => Some(kind.remedy(&self.path)),
        };
        open.leave_packed();
        self.over = Some((open.id(), wrong.map(Into::into)));
    }

    /// Whether it is one that is not followed, and was read.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Whether a file that lost the name is still looked at.
    pub(super) fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    pub(super) fn holds(&self) -> bool {
        self.open.iter().chain(self.retired.iter().map(|(old, _)| old)).any(Open::holds)
    }

    pub(super) fn settle(&mut self, waited: Duration, stop: &AtomicBool) {
        for open in self.open.iter_mut().chain(self.retired.iter_mut().map(|(old, _)| old)) {
            open.settle(waited, &mut self.out, stop);
        }
    }

    pub(super) fn end(&mut self, stop: &AtomicBool) {
        for (old, _) in &mut self.retired {
            old.end(&mut self.out, stop);
        }
        if let Some(last) = &mut self.open {
            last.end(&mut self.out, stop);
        }
    }
}

/// Whether a name is one that rotation leaves of another one that is there.
fn is_copy(path: &Path) -> bool {
    rotated::first_name(path).is_some_and(|first| first.exists())
}

/// What a file has of one that is read.
enum Copied {
    /// It is no copy.
    No,
    /// All that it has is there too.
    Still,
    /// What was read before that one was cut off.
    Until(known::Place),
}

#[cfg(test)]
#[path = "between_tests.rs"]
mod between_tests;
#[cfg(test)]
#[path = "copied_tests.rs"]
mod copied_tests;
#[cfg(test)]
#[path = "followed_tests.rs"]
mod tests;
