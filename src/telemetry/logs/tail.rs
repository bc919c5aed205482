//! Follows files by their names: looks some times a second whether they grew, shrank, were rewritten, or another file has
//! taken their place. Looking, not notifications: those are silent on network file systems and in many containers.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::file::Begin;
use super::followed::{Followed, How};
use super::glob::{self, Given};
use super::known::Known;
use super::out::Out;
use super::reader::SETTLES;
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
/// Files of one pattern or folder that are followed.
const MOST: usize = 512;
/// How often folders are read anew.
const FOLDERS: Duration = Duration::from_millis(500);

/// Follows what a path means until it is told to stop; `once`: reads to the end.
pub(super) fn follow(path: &Path, begin: Begin, once: bool, known: &Arc<Known>, out: Out, stop: &AtomicBool) {
    let how = How { begin, once, known: known.clone(), is_one_of_many: false, leaves_packed: false };
    if let Given::Folder | Given::Pattern = glob::given(path) {
        return many(path, how, out, stop);
    }
    let mut pace = Pace::default();
    let mut one = Followed::new(path, how.clone(), out);
    while !stop.load(Ordering::Relaxed) {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => return many(path, how, one.out, stop),
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
                if once || one.is_over() {
                    one.end(stop);
                    return one.out.ended();
                }
                if let Some(waited) = pace.settles(some, one.holds()) {
                    one.settle(waited, stop);
                }
                pace.rest();
                continue;
            }
        }
        std::thread::park_timeout(CALM);
    }
    one.end(stop);
}

/// What is wrong with a file, in words.
pub(super) fn plain(e: &std::io::Error) -> String {
    match e.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => e.to_string(),
    }
}

/// Follows the files of a folder or pattern; new ones from their first line. Of each that is there already the last bytes
/// are read that were asked for.
fn many(path: &Path, mut how: How, mut out: Out, stop: &AtomicBool) {
    let names_all = how.once || matches!(glob::given(path), Given::Pattern);
    how = How { is_one_of_many: true, leaves_packed: !names_all, ..how };
    if how.once {
        return each(path, &how, out, stop);
    }
    let mut followed: BTreeMap<PathBuf, Followed> = BTreeMap::new();
    let (mut pace, mut looked) = (Pace::default(), None::<Instant>);
    while !stop.load(Ordering::Relaxed) {
        if looked.is_none_or(|at| at.elapsed() >= FOLDERS) {
            looked = Some(Instant::now());
            let (mut files, _) = glob::files(path, names_all);
            let more = files.len().saturating_sub(MOST);
            files.truncate(MOST);
            out.say(state(path, &files, more));
            for file in files {
                let new = || Followed::new(&file, how.clone(), out.of(&file));
                followed.entry(file.clone()).or_insert_with(new);
            }
            // What is packed later was read before.
            (how.begin, how.leaves_packed) = (Begin::First, true);
            followed.retain(|file, followed| {
                let stays = file.exists() || followed.has_retired() || followed.look(stop);
                if !stays {
                    followed.end(stop);
                }
                stays
            });
        }
        let mut some = false;
        for file in followed.values_mut() {
            some |= file.look(stop);
        }
        if let Some(waited) = pace.settles(some, followed.values().any(Followed::holds)) {
            followed.values_mut().for_each(|file| file.settle(waited, stop));
        }
        pace.rest();
    }
    followed.values_mut().for_each(|file| file.end(stop));
}

/// Reads each file of a folder or pattern to its end.
fn each(path: &Path, how: &How, mut out: Out, stop: &AtomicBool) {
    let (files, is_cut) = glob::files(path, true);
    if files.is_empty() {
        return out.say(SourceState::Failed(format!("no file is there that fits{}", deeper(path)).into()));
    }
    for file in files {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let mut one = Followed::new(&file, how.clone(), out.of(&file));
        one.look(stop);
        one.end(stop);
        one.out.ended();
    }
    if is_cut {
        return out.say(SourceState::Failed("not all of its files were looked at: there are too many".into()));
    }
    out.ended();
}

/// Where nothing is found: what is not looked into.
fn deeper(path: &Path) -> &'static str {
    let has_folders = matches!(glob::given(path), Given::Folder)
        && fs::read_dir(path).is_ok_and(|all| all.flatten().any(|entry| entry.path().is_dir()));
    if has_folders { " (folders in it are not looked into)" } else { "" }
}

fn state(path: &Path, files: &[PathBuf], more: usize) -> SourceState {
    match (files.is_empty(), more) {
        (true, _) => SourceState::Failed(
            format!("no file is there that fits yet{}; it is looked for again", deeper(path)).into(),
        ),
        (_, 0) => SourceState::Running,
        _ => SourceState::Failed(
            format!("{more} files more than the {MOST} that are followed; name fewer by a pattern").into(),
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
    /// After a look: how long lines that are held back have waited, where that is long enough for some.
    fn settles(&mut self, some: bool, holds: bool) -> Option<Duration> {
        self.in_a_row = if some { self.in_a_row.saturating_add(1) } else { 0 };
        if some {
            self.last = Some(Instant::now());
        }
        self.held_since = if holds && !some { self.held_since.or_else(|| Some(Instant::now())) } else { None };
        self.held_since.map(|since| since.elapsed()).filter(|waited| *waited >= SETTLES)
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
