//! Rotation that copies a file and cuts it off: what was not read of it stands in the copies, each of which is read once, in
//! their order, also where there are several since the last look, and where gzip packed them at once. What is in none of
//! them is told as a hole.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::CHUNK;
use super::file::{Open, Seen, changed};
use super::known::{self, Known, Place, Taken, id};
use super::out::Out;
use super::packed::{self, Kind};
use super::rotated::{self, Found};

/// Copies that are read at one look at most.
const MOST: usize = 64;
/// Times that they are looked for anew, since more come while they are read.
const TRIES: usize = 24;

/// Whose copies these are.
pub(super) struct Whose<'a> {
    pub(super) path: &'a Path,
    pub(super) known: &'a Arc<Known>,
    /// What was there before anything was read.
    pub(super) before: &'a HashSet<Found>,
}

/// A copy of which something is not read yet.
struct Copy {
    file: File,
    taken: Taken,
    is_packed: bool,
    /// It has what was read last, and goes on there.
    goes_on: bool,
}

/// Reads what a file that was cut off, or may have been, said since it was looked at last. How it begins now, behind all
/// that, and whether there was anything.
pub(super) fn read(
    whose: &Whose<'_>,
    open: &mut Open,
    seen: Seen,
    out: &mut Out,
    stop: &AtomicBool,
) -> std::io::Result<((Seen, Vec<u8>), bool)> {
    let last = open.place().clone();
    if last.at > 0 {
        whose.known.cut(open.id(), last.clone());
    }
    let (mut some, mut is_found, mut count, mut front) = (false, false, 0, None);
    for _ in 0..TRIES {
        let Unread { mut copies, is_moved, is_elsewhere } = unread(whose, open, &last)?;
        is_found |= is_elsewhere;
        // What is older than the one that goes on was read.
        if let Some(first) = copies.iter().position(|copy| copy.goes_on) {
            copies.drain(..first);
        }
        // It was not cut off again before its front was looked at: that would be in a copy.
        let is_all = !is_moved && !copies.iter().any(Copy::has_more);
        if let Some(front) = front.take_if(|_| is_all || count >= MOST) {
            if !is_found && (last.at > 0 || seen.length == 0) {
                hole(open, out, stop);
            }
            return Ok((front, some));
        }
        for mut copy in copies {
            if last.at > 0 && !is_found && !copy.goes_on {
                hole(open, out, stop);
            }
            is_found = true;
            count += usize::from(copy.has_more());
            some |= copy.read(open, out, stop);
            whose.known.cut(open.id(), copy.taken.place.clone());
        }
        front = Some(open.front()?);
    }
    open.break_off(out, stop);
    out.lose(1, "it was rotated faster than it could be read");
    Ok((open.front()?, some))
}

fn hole(open: &mut Open, out: &mut Out, stop: &AtomicBool) {
    open.break_off(out, stop);
    out.lose(1, "what it may have said last before it was cut off: no copy of that is there");
}

/// The copies of which something is not read yet.
#[derive(Default)]
struct Unread {
    /// The oldest first.
    copies: Vec<Copy>,
    /// Some got another name meanwhile.
    is_moved: bool,
    /// The one that goes on where reading ended is read as a file of its own, or what was there since is read already.
    is_elsewhere: bool,
}

fn unread(whose: &Whose<'_>, open: &Open, last: &Place) -> std::io::Result<Unread> {
    let cuts = whose.known.cuts(open.id());
    let mut found = Unread::default();
    for (name, meta) in rotated::copies(whose.path) {
        // What it holds that is not read was said after the last look.
        if open.changed().is_some_and(|last| changed(&meta) < last) || found.copies.len() >= MOST {
            continue;
        }
        let file = match rotated::open(&name, &meta) {
            Ok(Some(file)) => file,
            Ok(None) => {
                found.is_moved = true;
                continue;
            }
            Err(e) => {
                found.is_moved |= e.kind() == ErrorKind::NotFound;
                continue;
            }
        };
        let is_new =
            open.changed().is_some() && !whose.before.contains(&rotated::found(&meta)) || whose.known.has(id(&meta));
        let Some(taken) = Taken::new(whose.known, id(&meta)) else {
            found.is_elsewhere |= last.at > 0 && last.is_in(&file)?;
            continue;
        };
        let is_read = taken.place.at == meta.len() || taken.place.packed == Some(meta.len());
        found.is_elsewhere |= last.at == 0 && is_read;
        found.copies.extend(Copy::new(file, &meta, taken, (&cuts, last), is_new, open)?);
    }
    // What somebody copied by hand is in the copy that rotation made later.
    let plain: Vec<&File> = found.copies.iter().filter(|copy| !copy.is_packed).map(|copy| &copy.file).collect();
    let stays: Vec<bool> = found.copies.iter().map(|copy| !copy.is_part_of(&plain)).collect();
    let mut stays = stays.into_iter();
    found.copies.retain(|_| stays.next().unwrap_or(true));
    Ok(found)
}

impl Copy {
    /// `None`: it is none, or nothing of it is not read.
    fn new(
        mut file: File,
        meta: &Metadata,
        mut taken: Taken,
        (cuts, last): (&[Place], &Place),
        is_new: bool,
        open: &Open,
    ) -> std::io::Result<Option<Copy>> {
        let mut first = [0; packed::MAGIC];
        let count = file.read(&mut first)?;
        let kind = packed::kind(&first[..count]);
        let is_packed = kind == Some(Kind::Gzip);
        if kind.is_some() && !is_packed || is_packed && taken.place.packed == Some(meta.len()) {
            return Ok(None);
        }
        let begins = taken.place.at > 0 && !is_packed && taken.place.is_in(&file)?;
        let place = match is_packed {
            _ if begins => Some(&taken.place),
            true => within(&mut file, cuts),
            false => held(&file, cuts)?,
        };
        let goes_on = last.at > 0 && place.is_some_and(|place| place.is(last));
        // All that it has is there too, and is read there.
        let is_whole = || Ok::<bool, std::io::Error>(is_new && (is_packed || !known::is_front(&file, &open.file)?));
        let place = match place {
            Some(place) => place.clone(),
            None if is_whole()? => Place::default(),
            None => return Ok(None),
        };
        let is_read = !is_packed && place.at == meta.len() && !goes_on;
        taken.place = place;
        Ok((!is_read).then_some(Copy { file, taken, is_packed, goes_on }))
    }

    /// Whether something of it is not read.
    fn has_more(&self) -> bool {
        self.is_packed || self.file.metadata().is_ok_and(|meta| meta.len() > self.taken.place.at)
    }

    /// Whether all that it has is in one of these that has more; only where it is so much that this is nowhere so by chance.
    fn is_part_of(&self, others: &[&File]) -> bool {
        let length = |file: &File| file.metadata().map_or(0, |meta| meta.len());
        let size = length(&self.file);
        let is_new = !self.is_packed && !self.goes_on && self.taken.place.at == 0 && size >= known::REMEMBERED as u64;
        is_new && others.iter().any(|of| length(of) > size && known::is_front(&self.file, of).unwrap_or(false))
    }

    /// Reads the rest of it as lines of the file that it was copied from. Whether there was anything.
    fn read(&mut self, open: &mut Open, out: &mut Out, stop: &AtomicBool) -> bool {
        let from = self.taken.place.at;
        let some = match self.is_packed {
            true => unpacked(&mut self.file).is_some_and(|mut stream| {
                std::io::copy(&mut stream.by_ref().take(from), &mut std::io::sink()).is_ok()
                    && pass(&mut stream, &mut self.taken.place, open, out, stop)
            }),
            false => {
                self.file.seek(SeekFrom::Start(from)).is_ok()
                    && pass(&mut self.file, &mut self.taken.place, open, out, stop)
            }
        };
        if self.is_packed {
            self.taken.place.packed = self.file.metadata().ok().map(|meta| meta.len());
        }
        out.flush(stop);
        some
    }
}

fn pass(stream: &mut impl Read, place: &mut Place, open: &mut Open, out: &mut Out, stop: &AtomicBool) -> bool {
    let (mut buffer, mut some) = (vec![0; CHUNK], false);
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                some = true;
                place.pass(&buffer[..count]);
                open.feed(&buffer[..count], out, stop);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    some
}

fn unpacked(file: &mut File) -> Option<MultiGzDecoder<BufReader<&mut File>>> {
    file.seek(SeekFrom::Start(0)).ok()?;
    Some(MultiGzDecoder::new(BufReader::with_capacity(CHUNK, file)))
}

/// The furthest of these places that a file has.
fn held<'a>(file: &File, places: &'a [Place]) -> std::io::Result<Option<&'a Place>> {
    let mut furthest = None::<&Place>;
    for place in places {
        if place.at > furthest.map_or(0, |place| place.at) && place.is_in(file)? {
            furthest = Some(place);
        }
    }
    Ok(furthest)
}

/// The same of one that gzip packed.
fn within<'a>(file: &mut File, places: &'a [Place]) -> Option<&'a Place> {
    let mut places: Vec<&Place> = places.iter().filter(|place| place.at > 0).collect();
    places.sort_by_key(|place| place.at);
    let (mut stream, mut passed, mut furthest) = (unpacked(file)?, Place::default(), None);
    let mut buffer = vec![0; CHUNK];
    for place in places {
        while passed.at < place.at {
            let most = usize::try_from(place.at - passed.at).unwrap_or(CHUNK).min(CHUNK);
            match stream.read(&mut buffer[..most]) {
                Ok(count) if count > 0 => passed.pass(&buffer[..count]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                _ => return furthest,
            }
        }
        if passed.has(place) {
            furthest = Some(place);
        }
    }
    furthest
}
