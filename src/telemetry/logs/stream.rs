//! Reads what has no place to go back to: standard input, a named pipe. Each line goes on as it comes; one that a stack
//! trace may follow a moment later.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::lines::Lines;
use super::out::Out;
use super::reader::SETTLES;
use super::{CHUNK, packed};
use crate::domain::fact::SourceState;

/// How long a read may wait before it is asked whether to stop, in ms.
const ASKED_MS: i64 = 200;

/// Reads standard input to its end.
pub(super) fn standard_input(mut out: Out, stop: &AtomicBool) {
    let input = std::io::stdin();
    let handle = input.as_fd().try_clone_to_owned().map(File::from);
    match handle {
        // Not the buffered handle: what waits in a buffer is not seen by waiting for the file.
        Ok(mut file) => read(Path::new("-"), &mut file, &mut out, stop),
        Err(e) => out.say(SourceState::Failed(format!("it cannot be read: {e}").into())),
    }
}

/// Reads to the end.
pub(super) fn read<R: Read + AsFd>(path: &Path, input: &mut R, out: &mut Out, stop: &AtomicBool) {
    out.say(SourceState::Running);
    let (mut lines, mut reader, mut buffer) = (Lines::default(), out.reader(path), vec![0; CHUNK]);
    let (mut quiet_since, mut is_first) = (Instant::now(), true);
    let state = loop {
        if stop.load(Ordering::Relaxed) {
            break None;
        }
        let waited = quiet_since.elapsed();
        let wait = if reader.holds() && waited < SETTLES { SETTLES.as_millis() as i64 } else { ASKED_MS };
        if !is_ready(input.as_fd(), wait) {
            out.settle(&mut reader, quiet_since.elapsed(), stop);
            continue;
        }
        match input.read(&mut buffer) {
            Ok(0) => break Some(SourceState::Ended),
            Ok(count) => {
                if std::mem::take(&mut is_first)
                    && let Some(kind) = packed::kind(&buffer[..count.min(packed::MAGIC)])
                {
                    break Some(SourceState::Failed(kind.remedy(path).into()));
                }
                out.bytes(&mut lines, &mut reader, &buffer[..count], stop);
                quiet_since = Instant::now();
            }
            Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => continue,
            Err(e) => break Some(SourceState::Failed(format!("it cannot be read any further: {e}").into())),
        }
    };
    out.end(&mut lines, &mut reader, stop);
    if let Some(state) = state {
        out.say(state);
    }
}

/// Opens a pipe. Where it is followed and has a name, so that it does not end with its writer: the next one comes later, and
/// would wait for us. Nothing is ever written to it.
pub(super) fn pipe(path: &Path, once: bool) -> std::io::Result<File> {
    let is_named = || std::fs::metadata(path).is_ok_and(|meta| meta.file_type().is_fifo());
    // What a shell puts there for the output of a program has no other writer.
    let is_lasting = || !once && is_named() && !path.starts_with("/dev") && !path.starts_with("/proc");
    if is_lasting()
        && let Ok(held) = File::options().read(true).write(true).open(path)
    {
        return Ok(held);
    }
    File::open(path)
}

/// Waits until a read would not wait. What cannot be waited for is read.
fn is_ready(fd: BorrowedFd<'_>, ms: i64) -> bool {
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    let time = Timespec { tv_sec: ms / 1000, tv_nsec: ms % 1000 * 1_000_000 };
    poll(&mut fds, Some(&time)) != Ok(0)
}
