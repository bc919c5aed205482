//! Which files are read or were, and how far: by what they are and not by their names, so that none is read twice because
//! it has a second name or got another one. Shared by all paths of a run, bounded.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes before the place of reading that are remembered, to tell a file that was rewritten from one that grew.
pub(super) const REMEMBERED: usize = 256;
/// Files that are remembered after they were read.
const MOST: usize = 4_096;
/// Places at which files were cut off that are remembered.
const MOST_CUT: usize = 512;

/// What a file is, whatever it is called.
pub(super) type Id = (u64, u64);

pub(super) fn id(meta: &Metadata) -> Id {
    (meta.dev(), meta.ino())
}

/// How far a file was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) at: u64,
    recent: Vec<u8>,
    /// The length of a packed one, which is read at once or not at all.
    pub(super) packed: Option<u64>,
}

impl Place {
    /// Where reading begins behind what is passed over.
    pub(super) fn new(at: u64) -> Place {
        Place { at, ..Place::default() }
    }

    /// The end of a file, all of which is read elsewhere.
    pub(super) fn end(file: &File) -> std::io::Result<Place> {
        let at = file.metadata()?.len();
        let size = usize::try_from(at).unwrap_or(REMEMBERED).min(REMEMBERED);
        let recent = bytes(file, at - size as u64, size)?.unwrap_or_default();
        Ok(Place { at, recent, packed: None })
    }

    /// These were read.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        self.at += bytes.len() as u64;
        let last = &bytes[bytes.len().saturating_sub(REMEMBERED)..];
        let keep = (REMEMBERED - last.len()).min(self.recent.len());
        self.recent.drain(..self.recent.len() - keep);
        self.recent.extend_from_slice(last);
    }

    /// Whether as much of what was read is remembered as ever is: so much is nowhere twice by chance.
    pub(super) fn is_sure(&self) -> bool {
        self.recent.len() == REMEMBERED
    }

    /// Whether both are as far, behind the same bytes.
    pub(super) fn is(&self, other: &Place) -> bool {
        self.at == other.at && self.recent == other.recent
    }

    /// Whether another is as far, behind the same bytes as far as those are remembered there.
    pub(super) fn has(&self, other: &Place) -> bool {
        self.at == other.at && self.recent.ends_with(&other.recent)
    }

    /// Whether the bytes before the place are in this file those that were read.
    pub(super) fn is_in(&self, file: &File) -> std::io::Result<bool> {
        let from = self.at.saturating_sub(self.recent.len() as u64);
        Ok(bytes(file, from, self.recent.len())?.is_some_and(|there| there == self.recent))
    }
}

/// Whether two files begin with the same bytes.
pub(super) fn is_same_front(file: &File, of: &File) -> std::io::Result<bool> {
    Ok(bytes(file, 0, REMEMBERED)?.is_some_and(|front| bytes(of, 0, REMEMBERED).is_ok_and(|of| of == Some(front))))
}

/// Whether a file says what another says first: it is a copy that was made of it.
pub(super) fn is_front(file: &File, of: &File) -> std::io::Result<bool> {
    let length = file.metadata()?.len();
    if length == 0 || length > of.metadata()?.len() {
        return Ok(false);
    }
    let size = usize::try_from(length).unwrap_or(usize::MAX).min(REMEMBERED);
    let same = |from| Ok::<bool, std::io::Error>(bytes(file, from, size)? == bytes(of, from, size)?);
    Ok(same(0)? && same(length - size as u64)?)
}

fn bytes(file: &File, from: u64, size: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut there = vec![0; size];
    match file.read_exact_at(&mut there, from) {
        Ok(()) => Ok(Some(there)),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e),
    }
}

/// The files that are read and were read.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// How far each was read, and when it was closed; `None` while it is read.
    files: HashMap<Id, Option<(Place, u64)>>,
    /// Where files were when they were cut off: a copy goes on there.
    cut: VecDeque<(Id, Place, u64)>,
    /// How many of those there were.
    count: u64,
    closed: u64,
}

impl Known {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody reads a file now.
    pub(super) fn is_read(&self, id: Id) -> bool {
        matches!(self.held().files.get(&id), Some(None))
    }

    /// Whether a file is read or was.
    pub(super) fn has(&self, id: Id) -> bool {
        self.held().files.contains_key(&id)
    }

    /// A file was read so far when it was cut off.
    pub(super) fn cut(&self, id: Id, place: Place) {
        let mut held = self.held();
        if held.cut.len() >= MOST_CUT {
            held.cut.pop_front();
        }
        held.count += 1;
        let number = held.count;
        held.cut.push_back((id, place, number));
    }

    /// Which cut the last one of a file was, of all; 0: none.
    pub(super) fn last_cut(&self, id: Id) -> u64 {
        self.held().cut.iter().rev().find(|(of, ..)| *of == id).map_or(0, |(.., number)| *number)
    }

    /// Where a file was cut off, the latest first.
    pub(super) fn cuts(&self, id: Id) -> Vec<Place> {
        self.held().cut.iter().rev().filter(|(of, ..)| *of == id).map(|(_, place, _)| place.clone()).collect()
    }
}

/// The right to read a file, and how far that is. Dropping it closes the file.
#[derive(Debug)]
pub(super) struct Taken {
    known: Arc<Known>,
    pub(super) id: Id,
    pub(super) place: Place,
}

impl Taken {
    /// Takes a file, with the place at which somebody ended to read it; `None` while somebody else reads it.
    pub(super) fn new(known: &Arc<Known>, id: Id) -> Option<Taken> {
        let place = match known.held().files.insert(id, None) {
            Some(None) => return None,
            Some(Some((place, _))) => place,
            None => Place::default(),
        };
        Some(Taken { known: known.clone(), id, place })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let place = std::mem::take(&mut self.place);
        let mut held = self.known.held();
        if place.at == 0 && place.packed.is_none() {
            held.files.remove(&self.id);
            return;
        }
        held.closed += 1;
        let number = held.closed;
        held.files.insert(self.id, Some((place, number)));
        if held.files.len() > MOST {
            let closed = held.files.iter().filter_map(|(id, file)| Some((*id, file.as_ref()?.1)));
            if let Some((oldest, _)) = closed.min_by_key(|(_, number)| *number) {
                held.files.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_one_at_a_time_and_by_the_next_from_where_that_one_ended() {
        let known = Arc::new(Known::default());
        let mut one = Taken::new(&known, (1, 1)).unwrap();
        assert!(Taken::new(&known, (1, 1)).is_none() && known.is_read((1, 1)));
        one.place.pass(b"read");
        drop(one);
        assert!(!known.is_read((1, 1)) && known.has((1, 1)));
        assert_eq!(Taken::new(&known, (1, 1)).unwrap().place.at, 4);
        drop(Taken::new(&known, (1, 2)));
        assert!(!known.has((1, 2)), "nothing of it was read");
    }

    #[test]
    fn no_more_files_are_remembered_than_there_is_room_for_the_oldest_go() {
        let known = Arc::new(Known::default());
        for number in 0..MOST as u64 + 10 {
            Taken::new(&known, (1, number)).unwrap().place.pass(b"x");
        }
        assert!(!known.has((1, 9)) && known.has((1, 10)) && known.held().files.len() == MOST);
    }
}
