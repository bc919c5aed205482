//! Log lines from files and standard input: followed by looking, over rotation and truncation; read in the shapes of the
//! wild (`format`). What cannot be read in any of them is a line of plain text, and nothing is an error.

mod format;
mod keys;
pub mod level;
mod lines;
mod reader;
mod tail;
mod time;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};

use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::log::{LogLine, LogSource};
use crate::domain::time::Moment;
use lines::Lines;
use reader::Reader;
pub use tail::Begin;

/// Lines of one fact.
const BATCH: usize = 512;
/// Bytes of one read.
const CHUNK: usize = 64 << 10;

/// The sources of lines that are being read. Dropping it ends them.
pub struct LogSources {
    stop: Arc<AtomicBool>,
    threads: Vec<Thread>,
}

impl LogSources {
    /// Begins to read files and, where one is called `-`, standard input. What cannot be read is told as a fact and looked
    /// for again. Each has a thread of its own, since a read of a pipe or of a lost disk may never return.
    pub fn start(paths: &[PathBuf], begin: Begin, mailbox: &Arc<dyn Mailbox>) -> LogSources {
        let mut sources = LogSources { stop: Arc::default(), threads: Vec::new() };
        for path in paths {
            let (stop, path) = (sources.stop.clone(), path.clone());
            let out = Out::new(&path, mailbox.clone());
            let name = out.name.clone();
            let read = move || match path.as_os_str() == "-" {
                true => stream(&mut std::io::stdin().lock(), out, &stop),
                false => tail::follow(&path, begin, out, &stop),
            };
            match thread::Builder::new().name("logs".to_owned()).spawn(read) {
                Ok(handle) => sources.threads.push(handle.thread().clone()),
                Err(e) => {
                    let state = SourceState::Failed(format!("no thread to read it: {e}").into());
                    mailbox.put(Fact::Source(SourceFact { at: now(), name, state }));
                }
            }
        }
        sources
    }

    /// Ends reading. A thread that waits for a pipe stays until the process ends, and says nothing more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.iter().for_each(Thread::unpark);
    }
}

impl Drop for LogSources {
    fn drop(&mut self) {
        self.stop();
    }
}

fn now() -> Moment {
    Moment(chrono::Utc::now().timestamp_millis())
}

/// Where the lines of one source go.
struct Out {
    mailbox: Arc<dyn Mailbox>,
    name: Arc<str>,
    reader: Reader,
    batch: Vec<LogLine>,
    said: Option<SourceState>,
}

impl Out {
    fn new(path: &Path, mailbox: Arc<dyn Mailbox>) -> Out {
        let shown = path.to_string_lossy();
        let source = if shown == "-" { LogSource::Stdin } else { LogSource::File(shown.as_ref().into()) };
        let name = format!("logs {shown}").into();
        Out { mailbox, name, reader: Reader::new(source), batch: Vec::new(), said: None }
    }

    /// Says how the source is, once.
    fn say(&mut self, state: SourceState) {
        if self.said.as_ref() != Some(&state) {
            self.said = Some(state.clone());
            self.mailbox.put(Fact::Source(SourceFact { at: now(), name: self.name.clone(), state }));
        }
    }

    fn line(&mut self, bytes: &[u8], whole: usize) {
        self.batch.extend(self.reader.read(bytes, whole, now()));
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.batch.is_empty() {
            self.mailbox.put(Fact::Logs(std::mem::take(&mut self.batch)));
        }
    }

    /// What waited for more is a line, since no more comes.
    fn end(&mut self, lines: &mut Lines) {
        lines.end(|line, whole| self.line(line, whole));
        self.batch.extend(self.reader.end(now()));
        self.flush();
    }
}

/// Reads what has no place to go back to: standard input, a pipe.
fn stream(input: &mut dyn Read, mut out: Out, stop: &AtomicBool) {
    out.say(SourceState::Running);
    let (mut lines, mut buffer) = (Lines::default(), vec![0; CHUNK]);
    let state = loop {
        match input.read(&mut buffer) {
            Ok(0) => break SourceState::Ended,
            Ok(_) if stop.load(Ordering::Relaxed) => return,
            Ok(count) => lines.push(&buffer[..count], |line, whole| out.line(line, whole)),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => break SourceState::Failed(format!("it cannot be read any further: {e}").into()),
        }
        out.flush();
    };
    out.end(&mut lines);
    if !stop.load(Ordering::Relaxed) {
        out.say(state);
    }
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
