//! For the tests of lines as loggers write them: what a reader makes of a text, and that in a form which can be compared.

use std::sync::Arc;

use crate::domain::log::{LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;

/// A reader's cases, all of which come at this moment, in ms since the epoch.
pub(super) struct Cases(pub(super) i64);

impl Cases {
    /// The records of a text.
    pub(super) fn records(&self, text: &str) -> Vec<LogLine> {
        let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
        let seen_at = Moment(self.0);
        text.split('\n').for_each(|line| reader.read(line.as_bytes(), line.len(), seen_at, |line| lines.push(line)));
        reader.end(seen_at, |line| lines.push(line));
        lines
    }

    /// The only one.
    pub(super) fn record(&self, text: &str) -> LogLine {
        let mut lines = self.records(text);
        assert_eq!(lines.len(), 1, "{text}: {lines:#?}");
        lines.remove(0)
    }

    /// `time level message | fields`, with the service before them; no time: that of its arrival.
    pub(super) fn told(&self, line: &LogLine) -> String {
        let at = if line.at == Moment(self.0) { "-".to_owned() } else { line.at.rfc3339() };
        let service = line.service.as_deref().map(|name| format!("service:{name} ")).unwrap_or_default();
        let fields: Vec<_> = line.fields.iter().map(|(key, value)| format!("{key}={}", &**value)).collect();
        format!("{at} {} {} | {service}{}", line.level.word(), line.message, fields.join(" ")).trim_end().to_owned()
    }

    /// Each line, and what is told of it.
    pub(super) fn all(&self, cases: &[(&str, &str)]) {
        for (text, wanted) in cases {
            assert_eq!(self.told(&self.record(text)), *wanted, "{text}");
        }
    }
}
