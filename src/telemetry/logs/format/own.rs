//! Lines that Keepwatch itself wrote: saved as JSON, or by `keepwatch logs -o json`. Read back they are what they were; how
//! they came, and when they were seen then, stays in the raw form alone. Not how they are written: `domain::log`.

use std::borrow::Cow;

use super::Parsed;
use crate::telemetry::logs::keys::Field;

/// What is of the record and not of the line.
const OF_RECORD: &[&str] = &["kind", "seen_at", "source", "format", "raw", "marks"];
/// The object that holds what else a line says.
const FIELDS: &str = "fields.";

/// Whether these are of such a record; then its time has a name that loggers give it, and what is not of the line is gone.
pub(super) fn prepare(fields: &mut Vec<Field<'_>>) -> bool {
    let is_own = fields.iter().any(|field| field.key() == "seen_at")
        && fields.iter().any(|field| field.key() == "kind" && field.value() == "log");
    if is_own {
        fields.retain(|field| !OF_RECORD.contains(&field.key()));
        if let Some(at) = fields.iter_mut().find(|field| field.key() == "at") {
            at.rename("time");
        }
    }
    is_own
}

/// What else the line says under the names that it had.
pub(super) fn unfold(parsed: &mut Parsed<'_>) {
    for (key, _) in &mut parsed.fields {
        if let Some(name) = key.strip_prefix(FIELDS) {
            *key = Cow::Owned(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::domain::log::{Level, LogLine, LogSource, Printed};
    use crate::domain::time::Moment;
    use crate::telemetry::logs::reader::Reader;

    fn record(text: &str) -> LogLine {
        let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
        reader.read(text.as_bytes(), text.len(), Moment(0), |line| lines.push(line));
        reader.end(Moment(0), |line| lines.push(line));
        lines.remove(0)
    }

    fn field<'a>(line: &'a LogLine, key: &str) -> Option<&'a str> {
        line.fields.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
    }

    #[test]
    fn what_keepwatch_wrote_itself_is_read_back_as_it_was() {
        let text = concat!(
            r#"{"level":"error","time":"2026-11-23T06:30:00.250Z","service":"pay","instance":"127.0.0.1:5003","msg":"no\nroom","#,
            r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","err":"full","http":{"status":503},"list":[1]}"#
        );
        let first = record(text);
        let mut again = record(&Printed::new(&first).record().to_string());
        for _ in 0..2 {
            let said = |line: &LogLine| {
                let ids = (line.trace, line.span, line.service.clone(), line.instance.clone());
                (line.at, line.level, line.message.clone(), ids, line.error().map(str::to_owned))
            };
            assert_eq!(said(&again), said(&first));
            assert_eq!((field(&again, "http.status"), field(&again, "list")), (Some("503"), Some("[1]")));
            assert_eq!(again.fields.len(), first.fields.len(), "{:?}", again.fields);
            again = record(&Printed::new(&again).record().to_string());
        }
        // Another's record of that kind is no less read.
        let other = record(r#"{"kind":"log","at":"info","message":"m"}"#);
        assert_eq!((other.level, field(&other, "kind")), (Level::Info, Some("log")));
    }
}
