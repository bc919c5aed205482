//! Log lines from files and standard input: followed by looking, over rotation and truncation; read in the shapes of the
//! wild (`format`). What cannot be read in any of them is a line of plain text, and nothing is an error.

mod actuator;
mod awaits;
mod between;
mod bracket;
mod clock;
mod copies;
mod crash;
mod dates;
mod file;
mod followed;
mod format;
mod framed;
#[cfg(fuzzing)]
pub mod fuzzed;
mod glob;
mod held;
mod ids;
mod keys;
mod known;
pub mod level;
mod lines;
mod meanings;
mod monolog;
mod more;
mod node;
mod out;
mod packed;
mod pieces;
mod pods;
mod pretty;
mod rails;
mod reader;
mod rotated;
mod rules;
mod stamp;
mod strangers;
mod stream;
mod tail;
mod thrown;
mod time;
mod trace;
mod zones;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::config::LogRule;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::time::Moment;
pub use actuator::LogPull;
pub use file::Begin;
use known::Known;
use out::Out;
use rules::Rules;

/// Bytes of one read.
const CHUNK: usize = 64 << 10;

/// What is read, and how.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// Files, folders, patterns of files, named pipes; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Where in files that are there already reading begins.
    pub begin: Begin,
    /// Each is read to its end and not followed.
    pub once: bool,
    /// Whose a line is that does not say so itself.
    pub rules: Vec<LogRule>,
}

/// The files that these paths mean now, each once, whatever its names: those of a folder or a pattern, or what a path names
/// itself.
pub fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let named = paths.iter().flat_map(|path| {
        let (files, _) = glob::files(path, true);
        if files.is_empty() { vec![path.clone()] } else { files }
    });
    let is_new =
        |path: &PathBuf| std::fs::metadata(path).map_or(true, |meta| !meta.is_file() || seen.insert(known::id(&meta)));
    named.filter(is_new).collect()
}

/// The sources of lines that are being read. Dropping it ends them.
pub struct LogSources {
    stop: Arc<AtomicBool>,
    reading: Arc<AtomicUsize>,
    threads: Vec<Thread>,
}

/// Counts a thread for as long as it reads.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(reading: &Arc<AtomicUsize>) -> Counted {
        reading.fetch_add(1, Ordering::SeqCst);
        Counted(reading.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl LogSources {
    /// Begins to read. What cannot be read is told as a fact and, unless it is read once, looked for again. Each path has a
    /// thread of its own, since a read of a pipe or of a lost disk may never return.
    pub fn start(options: &LogOptions, mailbox: &Arc<dyn Mailbox>) -> LogSources {
        let mut sources = LogSources { stop: Arc::default(), reading: Arc::default(), threads: Vec::new() };
        let (rules, known) = (Arc::new(Rules::new(&options.rules)), Arc::new(Known::default()));
        for path in &options.paths {
            let (stop, path, known) = (sources.stop.clone(), path.clone(), known.clone());
            let out = Out::new(&path, mailbox.clone(), rules.clone());
            let name = out.name();
            let counted = Counted::new(&sources.reading);
            let (begin, once) = (options.begin, options.once);
            let read = move || {
                let _counted = counted;
                match path.as_os_str() == "-" {
                    true => stream::standard_input(out, &stop),
                    false => tail::follow(&path, begin, once, &known, out, &stop),
                }
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

    /// How many paths are still being read.
    pub fn reading(&self) -> usize {
        self.reading.load(Ordering::SeqCst)
    }

    /// Ends reading. A thread that waits for a disk stays until the process ends, and says nothing more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.iter().for_each(Thread::unpark);
    }

    /// Ends reading and waits, so long at most, until what was begun has been handed over.
    pub fn finish(&self, most: Duration) {
        self.stop();
        let begun = Instant::now();
        while self.reading() > 0 && begun.elapsed() < most {
            thread::sleep(Duration::from_millis(2));
        }
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

/// How a path is shown.
fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
#[path = "logs_tests.rs"]
mod tests;
