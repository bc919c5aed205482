//! Several files that are read to their ends, printed in the order of their times: of each the next line is held, and the
//! earliest goes first. The order within a file stays; a line that tells no time stays behind the one before it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{LAST, Printer};
use crate::cli::exit::Failure;
use crate::domain::fact::{Fact, Mailbox};
use crate::domain::log::LogLine;
use crate::domain::time::Moment;
use crate::runtime::mailbox::Postbox;
use crate::telemetry::logs::{self, LogOptions, LogSources};

/// Files that are merged; of more each is printed by itself.
const MOST: usize = 64;
/// Lines of one file that are held before the others have theirs.
const HELD: usize = 4_096;
/// How long it is waited for a file that has nothing yet.
const WAIT: Duration = Duration::from_millis(1);

/// The files of these paths, where they are to be merged.
pub(super) fn paths(given: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let files = logs::files(given);
    (2..=MOST).contains(&files.len()).then_some(files)
}

/// Prints the lines of these sources until all are read, the time is over or somebody stops it. Whether anybody still reads.
pub(super) async fn print(
    options: &LogOptions,
    paths: Vec<PathBuf>,
    time: Option<Duration>,
    printer: &mut Printer<'_>,
    mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Result<bool, Failure> {
    let begun = Instant::now();
    let each = |path: PathBuf| {
        let mailbox = Arc::new(Postbox::new());
        let of_one = LogOptions { paths: vec![path], ..options.clone() };
        (LogSources::start(&of_one, &(mailbox.clone() as Arc<dyn Mailbox>)), mailbox)
    };
    let sources: Vec<_> = paths.into_iter().map(each).collect();
    let mut merge = Merge::new(sources.len());
    let mut is_cut = false;
    loop {
        let mut some = false;
        for (place, (source, mailbox)) in sources.iter().enumerate() {
            if merge.held(place) >= HELD && !is_cut {
                continue;
            }
            // Asked before what is there is taken, so that nothing comes between.
            let is_read = source.reading() == 0 || is_cut;
            for fact in mailbox.drain() {
                some = true;
                match fact {
                    Fact::Logs(lines) => merge.put(place, lines),
                    other => drop(printer.take(vec![other])?),
                }
            }
            if is_read && mailbox.is_empty() {
                merge.end(place);
            }
        }
        let lines: Vec<LogLine> = std::iter::from_fn(|| merge.next()).collect();
        if !lines.is_empty() && !printer.take(vec![Fact::Logs(lines)])? {
            return Ok(false);
        }
        if merge.is_over() {
            return Ok(true);
        }
        let rest = if some { Duration::ZERO } else { WAIT };
        let stopped = tokio::select! {
            biased;
            () = &mut stop, if !is_cut => true,
            () = tokio::time::sleep(rest) => time.is_some_and(|time| begun.elapsed() >= time),
        };
        if stopped && !is_cut {
            sources.iter().for_each(|(source, _)| source.finish(LAST));
            is_cut = true;
        }
    }
}

/// The next lines of each file.
struct Merge(Vec<Next>);

#[derive(Default)]
struct Next {
    lines: VecDeque<LogLine>,
    /// The time of the line before, and what of it is below the ms.
    last: (Moment, u32),
    is_over: bool,
}

impl Next {
    /// When its first line was written: that of the one before, where it tells nothing and is of the moment it was read.
    fn at(&self) -> Option<(Moment, u32)> {
        let line = self.lines.front()?;
        let is_told = line.at != line.seen_at || line.below_ns > 0;
        Some(if is_told { (line.at, line.below_ns) } else { self.last })
    }
}

impl Merge {
    fn new(files: usize) -> Merge {
        Merge((0..files).map(|_| Next::default()).collect())
    }

    fn held(&self, file: usize) -> usize {
        self.0[file].lines.len()
    }

    fn put(&mut self, file: usize, lines: Vec<LogLine>) {
        self.0[file].lines.extend(lines);
    }

    /// No more comes of it.
    fn end(&mut self, file: usize) {
        self.0[file].is_over = true;
    }

    fn is_over(&self) -> bool {
        self.0.iter().all(|next| next.is_over && next.lines.is_empty())
    }

    /// The earliest line, once each file has one or has none any more.
    fn next(&mut self) -> Option<LogLine> {
        if self.0.iter().any(|next| !next.is_over && next.lines.is_empty()) {
            return None;
        }
        let firsts = self.0.iter_mut().filter_map(|next| Some((next.at()?, next)));
        let (at, next) = firsts.min_by_key(|(at, _)| *at)?;
        next.last = at;
        next.lines.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ms: i64, below_ns: u32, message: &str) -> LogLine {
        LogLine { below_ns, ..LogLine::said(ms, message) }
    }

    fn all(merge: &mut Merge) -> Vec<String> {
        std::iter::from_fn(|| merge.next()).map(|line| line.message.to_string()).collect()
    }

    #[test]
    fn lines_of_two_files_are_in_order_to_the_microsecond() {
        let mut merge = Merge::new(2);
        merge.put(0, vec![line(9, 0, "no time"), line(1, 1_000, "a"), line(1, 3_000, "c"), line(0, 0, "earlier")]);
        assert!(all(&mut merge).is_empty(), "the other may have an earlier one");
        merge.put(1, vec![line(1, 2_000, "b"), line(9, 0, "of b"), line(1, 4_000, "d")]);
        assert_eq!(all(&mut merge), ["no time", "a", "b", "of b", "c", "earlier"]);
        merge.end(0);
        assert_eq!(all(&mut merge), ["d"]);
        merge.end(1);
        assert!(merge.is_over());
    }
}
