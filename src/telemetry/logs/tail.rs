//! Follows a file by its name: looks four times a second whether it grew, shrank, or another file has taken its place.
//! Looking, not notifications: those are silent on network file systems and in many containers.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::lines::Lines;
use super::{CHUNK, Out, stream};
use crate::domain::fact::SourceState;

/// How often it is looked.
const RHYTHM: Duration = Duration::from_millis(250);

/// Where in a file that is there already reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At its first line.
    First,
    /// At the first whole line within this many bytes of its end.
    Last(u64),
}

struct Open {
    file: File,
    at: u64,
    id: (u64, u64),
    lines: Lines,
    /// The first line began before the place where reading began.
    is_torn: bool,
}

fn id(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

impl Open {
    fn new(path: &Path, begin: Begin) -> std::io::Result<Open> {
        let mut file = File::open(path)?;
        let meta = file.metadata()?;
        let at = match begin {
            Begin::First => 0,
            Begin::Last(bytes) => meta.len().saturating_sub(bytes),
        };
        // One byte earlier, to see whether a line begins here.
        let from = at.saturating_sub(1);
        file.seek(SeekFrom::Start(from))?;
        Ok(Open { file, at: from, id: id(&meta), lines: Lines::default(), is_torn: at > 0 })
    }

    /// Reads to the end, as it is now.
    fn drain(&mut self, out: &mut Out, stop: &AtomicBool) -> std::io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        while !stop.load(Ordering::Relaxed) {
            let count = self.file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.at += count as u64;
            let is_torn = &mut self.is_torn;
            self.lines.push(&buffer[..count], |line, whole| {
                if !std::mem::take(is_torn) {
                    out.line(line, whole);
                }
            });
            out.flush();
        }
        Ok(())
    }
}

/// Follows until it is told to stop.
pub(super) fn follow(path: &Path, begin: Begin, mut out: Out, stop: &AtomicBool) {
    let mut open: Option<Open> = None;
    let mut begin = begin;
    while !stop.load(Ordering::Relaxed) {
        match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                out.say(SourceState::Failed("it is a folder; name a file in it".into()));
            }
            Ok(meta) if !meta.is_file() => match File::open(path) {
                // A pipe ends when its writers are gone.
                Ok(mut pipe) => return stream(&mut pipe, out, stop),
                Err(e) => out.say(SourceState::Failed(format!("it cannot be opened: {e}").into())),
            },
            Ok(meta) => {
                if let Err(e) = look(path, &meta, begin, &mut open, &mut out, stop) {
                    out.say(SourceState::Failed(format!("it cannot be read: {e}").into()));
                }
            }
            Err(e) => {
                // What is still open is read to its end: it was renamed, and the next one is not there yet.
                if let Some(last) = &mut open
                    && last.drain(&mut out, stop).is_err()
                {
                    open = None;
                }
                if open.is_none() {
                    let why = match e.kind() {
                        std::io::ErrorKind::NotFound => "there is no such file yet; it is looked for again".to_owned(),
                        _ => format!("it cannot be looked at: {e}"),
                    };
                    out.say(SourceState::Failed(why.into()));
                    begin = Begin::First;
                }
            }
        }
        std::thread::park_timeout(RHYTHM);
    }
    if let Some(last) = &mut open {
        out.end(&mut last.lines);
    }
}

fn look(
    path: &Path,
    meta: &Metadata,
    begin: Begin,
    open: &mut Option<Open>,
    out: &mut Out,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    if let Some(last) = open {
        if last.id != id(meta) {
            // Another file has its name. The last one may have got lines after it was renamed.
            last.drain(out, stop)?;
            out.end(&mut last.lines);
            *open = Some(Open::new(path, Begin::First)?);
        } else if meta.len() < last.at {
            // Cut off: what is there now is new.
            out.end(&mut last.lines);
            last.file.seek(SeekFrom::Start(0))?;
            (last.at, last.is_torn) = (0, false);
        } else if meta.len() == last.at {
            return Ok(());
        }
    } else {
        *open = Some(Open::new(path, begin)?);
    }
    out.say(SourceState::Running);
    open.as_mut().map_or(Ok(()), |file| file.drain(out, stop))
}
