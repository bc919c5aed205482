//! What had a name between two looks at it and lost it again: found beside what the name means, under names that rotation
//! gives, and where the one is now that had the name last. What gzip packed at once is known for what was read by how it
//! begins; where nothing tells what was between, that is said.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::bufread::MultiGzDecoder;

use super::file::{Changed, changed};
use super::known::{self, Id, id};
use super::packed::{self, Kind};
use super::rotated::{self, Found};

/// Files between two looks which are read at most.
pub(super) const MOST: usize = 64;
/// Times that the names of a folder are read anew, since they change while they are read.
const TRIES: usize = 3;
/// Bytes at the beginning of a file by which it is known again when it is packed.
const FRONT: usize = 4_096;
/// Files that are known again by how they begin.
const MOST_MARKS: usize = 64;

/// How a file begins, to know it when it is packed.
#[derive(Clone, PartialEq, Eq)]
struct Mark {
    length: usize,
    hash: u64,
    changed: Changed,
}

impl Mark {
    fn of(file: &File) -> Option<Mark> {
        let (mut front, mut length) = ([0; FRONT], 0);
        while let Ok(count @ 1..) = file.read_at(&mut front[length..], length as u64) {
            length += count;
        }
        (length > 0).then_some(Mark { length, hash: hash(&front[..length]), changed: changed(&file.metadata().ok()?) })
    }

    /// Whether an unpacked file that begins so is this one, or was before that got more.
    fn is_of(&self, front: &[u8]) -> bool {
        let is_as_long = self.length == front.len() || self.length == FRONT;
        is_as_long && front.get(..self.length).is_some_and(|front| hash(front) == self.hash)
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// What was there beside a name when it was looked for last.
#[derive(Default)]
pub(super) struct Before {
    pub(super) found: HashSet<Found>,
    /// How those begin, and the files that had the name themselves.
    marks: Vec<Mark>,
}

impl Before {
    /// What is there now.
    pub(super) fn new(path: &Path) -> Before {
        let mut before = Before::default();
        before.is(&rotated::listed(path));
        before
    }

    fn is(&mut self, all: &[(PathBuf, Metadata)]) {
        self.found = all.iter().map(|(_, meta)| rotated::found(meta)).collect();
        let mut plain: Vec<_> = all.iter().filter(|(name, meta)| meta.is_file() && !rotated::is_packed(name)).collect();
        plain.sort_by_key(|(_, meta)| std::cmp::Reverse(changed(meta)));
        for (name, _) in plain.into_iter().take(MOST_MARKS) {
            if let Ok(file) = File::open(name) {
                self.keep(&file);
            }
        }
    }

    /// A file that is read, or is none to read.
    pub(super) fn keep(&mut self, file: &File) {
        if let Some(mark) = Mark::of(file).filter(|mark| !self.marks.contains(mark)) {
            self.marks.push(mark);
            let more = self.marks.len().saturating_sub(2 * MOST_MARKS);
            self.marks.drain(..more);
        }
    }
}

/// A file that had the name between two looks.
pub(super) struct Missed {
    pub(super) file: File,
    pub(super) id: Id,
    pub(super) is_packed: bool,
}

/// What was between two looks.
#[derive(Default)]
pub(super) struct Between {
    /// The oldest first.
    pub(super) missed: Vec<Missed>,
    /// As many more are there and cannot be read.
    pub(super) unread: u64,
    /// It is known that this is all.
    pub(super) is_known: bool,
}

/// What is looked for.
pub(super) struct Wanted<'a> {
    /// What the name meant.
    pub(super) path: &'a Path,
    /// The file that had the name last, and when it was changed last at the look before.
    pub(super) last: &'a File,
    pub(super) changed: Option<Changed>,
    /// Files that are read as well.
    pub(super) others: Vec<&'a File>,
}

impl Wanted<'_> {
    /// Finds what was between, but for what is read already.
    pub(super) fn find(&self, before: &mut Before, is_read: &dyn Fn(Id) -> bool) -> Between {
        let (mut between, mut done, mut is_last_packed, mut strange) = (Between::default(), HashSet::new(), false, 0);
        self.others.iter().chain([&self.last]).for_each(|file| before.keep(file));
        let meta = self.last.metadata().ok();
        let is_gone = meta.as_ref().is_none_or(|meta| meta.nlink() == 0);
        let now = (!is_gone).then(|| present(self.last)).flatten();
        for _ in 0..TRIES {
            let mut all = rotated::listed(self.path);
            let is_beside = meta.as_ref().is_some_and(|last| all.iter().any(|(_, meta)| id(meta) == id(last)));
            between.is_known = is_beside || now.is_some();
            if let Some(now) = now.as_ref().filter(|_| !is_beside) {
                all.extend(rotated::alike(now).into_iter().filter(|it| self.is_later(it)));
            }
            let mut is_moved = false;
            for (name, meta) in rotated::in_order(&all) {
                let known = before.found.contains(&rotated::found(meta)) || is_read(id(meta));
                if known || !meta.is_file() || meta.len() == 0 || done.contains(&id(meta)) {
                    continue;
                }
                let file = match rotated::open(name, meta) {
                    Ok(Some(file)) => file,
                    Err(e) if e.kind() != ErrorKind::NotFound => {
                        between.unread += u64::from(done.insert(id(meta)));
                        continue;
                    }
                    _ => {
                        is_moved = true;
                        continue;
                    }
                };
                done.insert(id(meta));
                let is_packed = match kind(&file) {
                    None if known::is_front(&file, self.last).unwrap_or(false) => continue,
                    None => false,
                    Some(_) if self.changed.is_some_and(|last| changed(meta) < last) => continue,
                    Some(Kind::Gzip) => {
                        let front = front(&file);
                        is_last_packed |= Mark::of(self.last).is_some_and(|mark| mark.is_of(&front));
                        if before.marks.iter().any(|mark| mark.is_of(&front)) {
                            continue;
                        }
                        true
                    }
                    Some(_) => {
                        // Whatever packs keeps the time.
                        match before.marks.iter().any(|mark| mark.changed == changed(meta)) {
                            true => is_last_packed = true,
                            false => strange += 1,
                        }
                        continue;
                    }
                };
                match between.missed.len() < MOST {
                    true => between.missed.push(Missed { file, id: id(meta), is_packed }),
                    false => between.unread += 1,
                }
            }
            if !is_moved {
                before.is(&all);
                break;
            }
        }
        between.missed.iter().filter(|missed| !missed.is_packed).for_each(|missed| before.keep(&missed.file));
        // One of those that cannot be unpacked may be the last one.
        if is_gone && !is_last_packed && strange > 0 {
            (is_last_packed, strange) = (true, strange - 1);
        }
        between.unread += strange;
        between.is_known |= is_last_packed;
        between
    }

    /// Whether a file that is called like the last one now may have come after it.
    fn is_later(&self, (name, meta): &(PathBuf, Metadata)) -> bool {
        let Some((seconds, part)) = self.changed else { return true };
        let (Ok(seconds), Ok(part)) = (u64::try_from(seconds), u32::try_from(part)) else { return true };
        let last = SystemTime::UNIX_EPOCH + Duration::new(seconds, part);
        let from = match rotated::is_packed(name) {
            true => meta.modified(),
            false => meta.created().or_else(|_| meta.modified()),
        };
        from.is_ok_and(|from| from >= last)
    }
}

/// The name that an open file has now, whatever it was; `None` where the system does not tell.
fn present(file: &File) -> Option<PathBuf> {
    let path = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    let there = std::fs::metadata(&path).ok()?;
    (id(&there) == id(&file.metadata().ok()?)).then_some(path)
}

fn kind(file: &File) -> Option<Kind> {
    let mut first = [0; packed::MAGIC];
    let count = file.read_at(&mut first, 0).ok()?;
    packed::kind(&first[..count])
}

/// How a file that gzip packed begins.
fn front(mut file: &File) -> Vec<u8> {
    let mut front = Vec::new();
    let unpacked = MultiGzDecoder::new(BufReader::new(&mut file));
    // Of a damaged one what came before that.
    let _damaged = unpacked.take(FRONT as u64).read_to_end(&mut front);
    front
}
