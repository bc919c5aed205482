//! Follows files by their names: looks some times a second whether they grew, shrank, were rewritten, or another file has
//! taken their place. Looking, not notifications: those are silent on network file systems and in many containers.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::file::{Begin, Id, Open, id};
use super::glob::{self, Given};
use super::out::Out;
use super::stream;
use crate::domain::fact::SourceState;

/// How often it is looked while something came lately, and otherwise.
const RHYTHM: Duration = Duration::from_millis(50);
const CALM: Duration = Duration::from_millis(250);
/// How often while much comes: each look wakes the screen too, and what many lines show changes no faster for it.
const BUSY: Duration = Duration::from_millis(100);
/// Looks in a row that each found something, before that is much.
const OFTEN: u32 = 8;
/// How long "lately" is.
const LATELY: Duration = Duration::from_secs(3);
/// How long a plain line is held back at most, for a stack trace to follow.
pub(super) const SETTLES: Duration = Duration::from_millis(60);
/// How long a file that lost its name is still looked at: its writer may not have noticed yet.
const RETIRED: Duration = Duration::from_secs(5);
/// How often folders are read anew.
const FOLDERS: Duration = Duration::from_millis(500);

/// A name that is followed.
struct Followed {
    path: PathBuf,
    out: Out,
    begin: Begin,
    open: Option<Open>,
    retired: Vec<(Open, Instant)>,
}

impl Followed {
    fn new(path: &Path, begin: Begin, out: Out) -> Followed {
        Followed { path: path.to_owned(), out, begin, open: None, retired: Vec::new() }
    }

    /// Reads what is new under this name. Whether there was anything.
    fn look(&mut self, stop: &AtomicBool) -> bool {
        let mut some = false;
        let now = Instant::now();
        for (old, _) in &mut self.retired {
            // Its lines stand before those of the file that has its name now.
            some |= old.drain(&mut self.out, stop).unwrap_or(false);
            old.settle(&mut self.out, stop);
        }
        let out = &mut self.out;
        for (mut old, _) in self.retired.extract_if(.., |(_, until)| *until < now) {
            old.end(out, stop);
        }
        let state = match fs::metadata(&self.path) {
            Ok(meta) => match self.read(id(&meta), stop) {
                Ok(read) => {
                    some |= read;
                    SourceState::Running
                }
                Err(e) => SourceState::Failed(format!("it cannot be read: {e}").into()),
            },
            Err(e) => {
                // What is still open is read to its end: it was renamed, and the next one is not there yet.
                if let Some(last) = &mut self.open {
                    match last.drain(&mut self.out, stop) {
                        Ok(read) => return read | some,
                        Err(_) => self.open = None,
                    }
                }
                self.begin = Begin::First;
                SourceState::Failed(match e.kind() {
                    ErrorKind::NotFound => "there is no such file yet; it is looked for again".into(),
                    _ => format!("it cannot be looked at: {e}").into(),
                })
            }
        };
        self.out.say(state);
        some
    }

    fn read(&mut self, id: Id, stop: &AtomicBool) -> std::io::Result<bool> {
        let mut some = false;
        if let Some(last) = &mut self.open
            && last.id != id
        {
            // Another file has its name. The last one may still get lines.
            some |= last.drain(&mut self.out, stop)?;
            last.settle(&mut self.out, stop);
            let until = Instant::now() + RETIRED;
            self.retired.extend(self.open.take().map(|old| (old, until)));
            self.begin = Begin::First;
        }
        if self.open.is_none() {
            self.open = Some(Open::new(&self.path, self.begin, &self.out)?);
        }
        let Some(open) = &mut self.open else { return Ok(some) };
        Ok(open.drain(&mut self.out, stop)? | some)
    }

    fn holds(&self) -> bool {
        self.open.iter().chain(self.retired.iter().map(|(old, _)| old)).any(Open::holds)
    }

    fn settle(&mut self, stop: &AtomicBool) {
        for open in self.open.iter_mut().chain(self.retired.iter_mut().map(|(old, _)| old)) {
            open.settle(&mut self.out, stop);
        }
    }

    fn end(&mut self, stop: &AtomicBool) {
        for (old, _) in &mut self.retired {
            old.end(&mut self.out, stop);
        }
        if let Some(last) = &mut self.open {
            last.end(&mut self.out, stop);
        }
    }
}

/// Follows what a path means until it is told to stop; `once`: reads to the end.
pub(super) fn follow(path: &Path, begin: Begin, once: bool, out: Out, stop: &AtomicBool) {
    if let Given::Folder | Given::Pattern = glob::given(path) {
        return many(path, begin, once, out, stop);
    }
    let mut pace = Pace::default();
    let mut one = Followed::new(path, begin, out);
    while !stop.load(Ordering::Relaxed) {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => return many(path, begin, once, one.out, stop),
            Ok(meta) if !meta.is_file() => match stream::pipe(path, once) {
                // One that could not be held open ends when its writers are gone.
                Ok(mut pipe) => return stream::read(path, &mut pipe, &mut one.out, stop),
                Err(e) => one.out.say(SourceState::Failed(format!("it cannot be opened: {e}").into())),
            },
            Err(e) if once => {
                one.out.say(SourceState::Failed(format!("it cannot be read: {}", plain(&e)).into()));
                return;
            }
            _ => {
                let some = one.look(stop);
                if once {
                    one.end(stop);
                    one.out.say(SourceState::Ended);
                    return;
                }
                if pace.settles(some, one.holds()) {
                    one.settle(stop);
                }
                pace.rest();
                continue;
            }
        }
        std::thread::park_timeout(CALM);
    }
    one.end(stop);
}

fn plain(e: &std::io::Error) -> String {
    match e.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => e.to_string(),
    }
}

/// Follows the files of a folder or pattern; new ones from their first line. Of those that are there already the last bytes
/// are read that were asked for, all files together.
fn many(path: &Path, begin: Begin, once: bool, mut out: Out, stop: &AtomicBool) {
    let mut followed: BTreeMap<PathBuf, Followed> = BTreeMap::new();
    let (mut pace, mut begin, mut looked) = (Pace::default(), begin, None::<Instant>);
    while !stop.load(Ordering::Relaxed) {
        if looked.is_none_or(|at| at.elapsed() >= FOLDERS) {
            looked = Some(Instant::now());
            let (files, more) = glob::files(path);
            out.say(state(&files, more));
            // A file that only got another name is read already.
            let known: HashSet<Id> = followed.values().flat_map(|f| f.open.iter().map(|open| open.id)).collect();
            if let Begin::Last(bytes) = &mut begin {
                *bytes /= files.len().max(1) as u64;
            }
            for file in files {
                let is_known = fs::metadata(&file).is_ok_and(|meta| known.contains(&id(&meta)));
                if !followed.contains_key(&file) && !is_known {
                    followed.insert(file.clone(), Followed::new(&file, begin, out.of(&file)));
                }
            }
            begin = Begin::First;
            followed.retain(|file, followed| {
                let stays = file.exists() || !followed.retired.is_empty() || followed.look(stop);
                if !stays {
                    followed.end(stop);
                }
                stays
            });
        }
        let mut some = false;
        for file in followed.values_mut() {
            some |= file.look(stop);
            if once {
                file.end(stop);
            }
        }
        if once {
            out.say(SourceState::Ended);
            return;
        }
        if pace.settles(some, followed.values().any(Followed::holds)) {
            followed.values_mut().for_each(|file| file.settle(stop));
        }
        pace.rest();
    }
    followed.values_mut().for_each(|file| file.end(stop));
}

fn state(files: &[PathBuf], more: usize) -> SourceState {
    match (files.is_empty(), more) {
        (true, _) => SourceState::Failed("no file is there that fits yet; it is looked for again".into()),
        (_, 0) => SourceState::Running,
        _ => SourceState::Failed(
            format!("{more} files more than the {} that are followed; name fewer by a pattern", glob::MOST).into(),
        ),
    }
}

/// How long to wait before the next look.
#[derive(Default)]
struct Pace {
    last: Option<Instant>,
    /// Looks in a row that found something.
    in_a_row: u32,
    held_since: Option<Instant>,
}

impl Pace {
    /// After a look: whether lines that are held back have been so for long enough.
    fn settles(&mut self, some: bool, holds: bool) -> bool {
        self.in_a_row = if some { self.in_a_row.saturating_add(1) } else { 0 };
        if some {
            self.last = Some(Instant::now());
        }
        self.held_since = if holds && !some { self.held_since.or_else(|| Some(Instant::now())) } else { None };
        self.held_since.is_some_and(|since| since.elapsed() >= SETTLES)
    }

    fn rest(&self) {
        let lately = self.last.is_some_and(|last| last.elapsed() < LATELY);
        std::thread::park_timeout(match lately {
            true if self.in_a_row > OFTEN => BUSY,
            true => RHYTHM,
            false => CALM,
        });
    }
}
