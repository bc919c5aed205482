//! Going along the lines that fit: the next one and the one before, how many there are up to a place, and their text in
//! pieces. Lines alone: events and gaps between them are passed over.

use super::window::RowKey;
use super::{LogKey, LogList, Logs};
use crate::domain::log::LogLine;

impl LogList {
    /// The first line that fits and stands after this row.
    pub fn after_row(&self, logs: &Logs, row: RowKey) -> Option<RowKey> {
        let mut lines = self.forward(logs, row.bound()).map(RowKey::line);
        lines.find(|line| *line > row)
    }

    /// The last line that fits and stands before this row.
    pub fn before_row(&self, logs: &Logs, row: RowKey) -> Option<RowKey> {
        let bound = row.bound();
        let mut lines = self.backward(logs, LogKey { seq: bound.seq.saturating_add(1), ..bound }).map(RowKey::line);
        lines.find(|line| *line < row)
    }

    /// How many lines fit and stand at or before this row.
    pub fn up_to(&self, logs: &Logs, row: RowKey) -> u64 {
        let bound = row.bound();
        let after = match row.log() {
            // A gap stands before the lines of its moment.
            None if bound.seq == 0 => LogKey { at: bound.at.plus(-1), seq: u64::MAX },
            _ => bound,
        };
        self.len(logs).saturating_sub(self.newer(logs, after))
    }

    /// The lines that fit, from this place on, secrets in their messages and fields masked.
    pub fn lines<'a>(&'a self, logs: &'a Logs, from: LogKey) -> impl Iterator<Item = (LogKey, LogLine)> + 'a {
        self.forward(logs, from).filter_map(|key| Some((key, logs.get(key)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;
    use crate::store::logs::LogFilter;

    fn line(at: i64, message: &str) -> LogLine {
        LogLine::said(at, message)
    }

    #[test]
    fn lines_that_fit_are_walked_counted_and_read_and_nothing_else() {
        let mut logs = Logs::new(1 << 20);
        logs.apply(&[line(1, "a"), line(2, "b"), line(3, "a"), line(3, "a b")]);
        logs.note_dropped(Moment(3), 7, "otlp");
        for (filter, all) in [("a", 3), ("", 4)] {
            let mut list = LogList::new(LogFilter::parse(filter).expect("a good filter"));
            list.refresh(&logs);
            let (mut row, mut seen) = (RowKey::at(Moment(0)), 0);
            assert_eq!(list.up_to(&logs, row), 0);
            while let Some(next) = list.after_row(&logs, row) {
                (row, seen) = (next, seen + 1);
                assert_eq!(list.up_to(&logs, row), seen, "{filter:?}");
            }
            assert_eq!(seen, all);
            while let Some(before) = list.before_row(&logs, row) {
                (row, seen) = (before, seen - 1);
            }
            assert_eq!((seen, row.at), (1, Moment(1)));
            assert_eq!(list.up_to(&logs, RowKey::at(Moment(3))), all - 2, "at a moment's beginning none of its lines");
            assert_eq!(list.lines(&logs, LogKey::default()).count() as u64, all);
        }
    }
}
