//! What comes late of a trace, and of which stream of a container it is.

use std::time::Duration;

use super::super::reader::Reader;
use crate::domain::log::{Level, LogLine, LogSource};
use crate::domain::time::Moment;

fn read(reader: &mut Reader, lines: &[&str], seen_at: i64) -> Vec<LogLine> {
    let mut records = Vec::new();
    for line in lines {
        reader.read(line.as_bytes(), line.len(), Moment(seen_at), |record| records.push(record));
    }
    records
}

fn stack(line: &LogLine) -> String {
    line.fields.iter().find(|(key, _)| &**key == super::STACK).map(|(_, told)| told.to_string()).unwrap_or_default()
}

#[test]
fn frames_that_come_late_are_one_record_with_the_time_the_level_and_the_service_of_theirs() {
    let mut reader = Reader::new(LogSource::Stdin, std::sync::Arc::default());
    let waited = Duration::from_millis(60);
    assert!(read(&mut reader, &["2026-11-26T07:00:00Z ERROR boom"], 1_000).is_empty());
    let mut records: Vec<_> = reader.settle(Moment(1_060), waited).collect();
    for (at, frame) in [(5_000, "\tat a.B.c(A.java:1)"), (5_150, "\tat a.B.d(A.java:2)")] {
        records.extend(read(&mut reader, &[frame], at));
        records.extend(reader.settle(Moment(at + 60), waited));
    }
    assert_eq!(records.len(), 1, "a trace is waited for longer");
    records.extend(reader.settle(Moment(6_150), Duration::from_secs(1)));
    let [boom, frames] = &records[..] else { panic!("{records:?}") };
    assert_eq!((frames.level, frames.at, &frames.service), (Level::Error, boom.at, &boom.service));
    assert!(frames.message.contains("A.java:1") && stack(frames).contains("A.java:2"));
    // Much later nobody knows whose they are.
    records.extend(read(&mut reader, &["\tat x.Y.z(X.java:1)"], 60_000));
    records.extend(reader.settle(Moment(70_000), Duration::MAX));
    assert_eq!(records[2].level, Level::Unknown);
}

#[test]
fn a_trace_on_standard_error_is_of_its_line_whatever_standard_output_says_between() {
    let line = |stream: &str, log: &str, at: u32| {
        serde_json::json!({"log": format!("{log}\n"), "stream": stream, "time": format!("2026-11-26T07:00:00.{at}Z")})
            .to_string()
    };
    let lines = [
        line("stderr", "2026-11-26 07:00:00 ERROR boom", 1),
        line("stderr", "java.lang.Error: a", 2),
        line("stdout", "out line", 3),
        line("stderr", "\tat A.b(A.java:1)", 4),
    ];
    let mut reader = Reader::new(LogSource::Stdin, std::sync::Arc::default());
    let mut records = read(&mut reader, &lines.each_ref().map(String::as_str), 1_000);
    records.extend(reader.settle(Moment(2_000), Duration::MAX));
    records.sort_by_key(|line| line.level);
    let [out, boom] = &records[..] else { panic!("{records:?}") };
    assert_eq!((&*out.message, stack(out)), ("out line", String::new()));
    assert_eq!(stack(boom), "java.lang.Error: a\n\tat A.b(A.java:1)");
}

#[test]
fn a_mark_of_the_byte_order_where_a_file_begins_is_no_part_of_its_line() {
    let mut reader = Reader::new(LogSource::Stdin, std::sync::Arc::default());
    let records = read(&mut reader, &["\u{feff}{\"level\":\"warn\",\"msg\":\"x\"}"], 1_000);
    assert_eq!((records[0].level, &*records[0].message), (Level::Warn, "x"));
}
