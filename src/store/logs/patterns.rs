//! Lines grouped by what they have in common: the same service, level and message but for its numbers and ids. Counted as
//! lines arrive; a pattern knows its lines by their shape and keeps none of them.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::block::{Block, Entry};
use super::{LogList, Logs, codec, fold};
use crate::domain::log::Level;
use crate::domain::time::Moment;

/// Patterns that are told apart; lines of more are counted together.
const MOST: usize = 4_096;
/// Words of a message that are shown.
const WORDS: usize = 40;
/// One step of the rate, in ms, and how many there are: a minute.
const STEP_MS: i64 = 10_000;
const STEPS: usize = 6;

/// Lines that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// By which its lines are found: see [`super::LogFilter::shape`].
    pub shape: u64,
    /// Their severity.
    pub level: Level,
    /// Their service.
    pub service: Option<Arc<str>>,
    /// What they say, `*` for what differs.
    pub template: Arc<str>,
    /// How many came, those that memory has let go of too.
    pub count: u64,
    /// When the first came.
    pub first: Moment,
    /// When the last came.
    pub last: Moment,
    /// The number of the first one's arrival.
    arrival: u64,
    /// Lines in each of the last steps, by the step's number.
    recent: [(i64, u32); STEPS],
}

impl Pattern {
    /// Lines in the minute before this moment.
    pub fn per_minute(&self, now: Moment) -> u64 {
        let step = now.0.div_euclid(STEP_MS);
        self.recent.iter().filter(|(at, _)| step - at < STEPS as i64).map(|(_, count)| u64::from(*count)).sum()
    }

    fn note(&mut self, at: Moment) {
        let step = at.0.div_euclid(STEP_MS);
        let slot = &mut self.recent[step.rem_euclid(STEPS as i64) as usize];
        if slot.0 < step {
            *slot = (step, 0);
        }
        if slot.0 == step {
            slot.1 = slot.1.saturating_add(1);
        }
    }
}

/// All patterns.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    all: HashMap<u64, Pattern, RandomState>,
    others: u64,
}

impl Patterns {
    /// Counts a line that fits.
    pub(super) fn take(&mut self, logs: &Logs, block: &Block, entry: &Entry) {
        let (message, _) = codec::gist(block.record(entry), &logs.tables).unwrap_or_default();
        let shape = fold::shape(entry.service, entry.level() as u8, message);
        let (at, arrival) = (entry.key.at, entry.key.arrival());
        if self.all.len() >= MOST && !self.all.contains_key(&shape) {
            self.others += 1;
            return;
        }
        let pattern = self.all.entry(shape).or_insert_with(|| Pattern {
            shape,
            level: entry.level(),
            service: entry.service.checked_sub(1).and_then(|number| logs.tables.names.get(number)).cloned(),
            template: template(message),
            count: 0,
            first: at,
            last: at,
            arrival,
            recent: [(i64::MIN / 2, 0); STEPS],
        });
        pattern.count += 1;
        pattern.first = pattern.first.min(at);
        pattern.last = pattern.last.max(at);
        pattern.arrival = pattern.arrival.min(arrival);
        pattern.note(at);
    }
}

/// A message with a `*` for each word that may differ; secrets are masked as in the line itself.
fn template(message: &str) -> Arc<str> {
    let masked = crate::domain::secret::mask(message);
    let words = masked.split(' ').take(WORDS).map(|word| if fold::varies(word) { "*" } else { word });
    words.collect::<Vec<_>>().join(" ").into()
}

impl LogList {
    /// The patterns of the lines that fit, the newest kind of line first; for a list that groups.
    pub fn patterns(&self) -> Vec<&Pattern> {
        let mut all: Vec<&Pattern> = self.patterns.iter().flat_map(|patterns| patterns.all.values()).collect();
        all.sort_by_key(|pattern| std::cmp::Reverse(pattern.arrival));
        all
    }

    /// Lines of more patterns than are told apart.
    pub fn without_pattern(&self) -> u64 {
        self.patterns.as_ref().map_or(0, |patterns| patterns.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::{LogFormat, LogLine, LogSource};
    use crate::store::logs::LogFilter;

    fn line(at: i64, level: Level, message: &str) -> LogLine {
        LogLine {
            at: Moment(at),
            seen_at: Moment(at),
            below_ns: 0,
            level,
            service: Some("orders".into()),
            instance: None,
            message: message.into(),
            trace: None,
            span: None,
            fields: Vec::new(),
            source: LogSource::Stdin,
            format: LogFormat::Plain,
            raw: message.as_bytes().into(),
        }
    }

    #[test]
    fn lines_that_differ_in_numbers_are_one_pattern_and_its_lines_are_found() {
        let mut logs = Logs::new(1 << 20);
        for n in 0..30 {
            logs.apply(&[line(n * 1_000, Level::Info, &format!("order {n} accepted in {} ms", n % 7))]);
        }
        logs.apply(&[line(30_000, Level::Error, "order 7 failed")]);
        let mut list = LogList::grouping(LogFilter::default());
        list.refresh(&logs);
        let told: Vec<_> = list.patterns().iter().map(|p| (p.template.to_string(), p.count)).collect();
        assert_eq!(told, [("order * failed".to_owned(), 1), ("order * accepted in * ms".to_owned(), 30)]);
        let accepted = list.patterns()[1].clone();
        assert_eq!((accepted.per_minute(Moment(30_000)), accepted.per_minute(Moment(1_000_000))), (30, 0));
        let mut lines = LogList::new(LogFilter { shape: Some(accepted.shape), ..LogFilter::default() });
        lines.refresh(&logs);
        assert_eq!(lines.len(&logs), 30);
    }
}
