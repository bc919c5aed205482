//! Lines in objects of who carries them.

use std::sync::Arc;

use serde_json::json;

use crate::domain::log::{Level, LogLine, LogSource, Printed};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;

fn records(lines: &[String]) -> Vec<LogLine> {
    let (mut reader, mut records) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    for line in lines {
        reader.read(line.as_bytes(), line.len(), Moment(0), |line| records.push(line));
    }
    reader.end(Moment(0), |line| records.push(line));
    records
}

fn journald(priority: &str, message: serde_json::Value) -> String {
    json!({"__REALTIME_TIMESTAMP": "1795795539123456", "PRIORITY": priority, "SYSLOG_IDENTIFIER": "orders", "_PID": "56", "MESSAGE": message})
        .to_string()
}

const TRACE: [&str; 4] =
    ["Traceback (most recent call last):", "  File \"/a.py\", line 9, in boom", "    int('x')", "ValueError: invalid"];

#[test]
fn what_a_service_says_itself_counts_where_journald_tells_only_what_is_usual() {
    let level = |priority, message: &str| records(&[journald(priority, message.into())]).remove(0);
    let line = level("6", r#"{"level":"error","msg":"no room","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}"#);
    assert_eq!((line.level, &*line.message, line.service.as_deref()), (Level::Error, "no room", Some("orders")));
    assert!(line.trace.is_some());
    assert_eq!(level("6", "2026-11-27 16:05:39 ERROR inner failed").level, Level::Error);
    assert_eq!(level("6", "all is well").level, Level::Info);
    // What it told itself, in front of its line or by a library, is surer.
    assert_eq!(level("3", "2026-11-27 16:05:39 INFO inner").level, Level::Error);
}

#[test]
fn a_trace_of_which_each_line_is_an_object_is_one_record() {
    let pod = |text: &str| json!({"podName": "orders-6d4cf56db6-x7k2p", "containerName": "app", "message": text});
    let fluent = |text: &str| json!({"date": 1795723200.5, "log": format!("{text}\n"), "kubernetes": {"pod_name": "orders-6d4cf56db6-x7k2p"}});
    let frames: [&dyn Fn(&str) -> String; 3] =
        [&|text| journald("6", text.into()), &|text| pod(text).to_string(), &|text| fluent(text).to_string()];
    for frame in frames {
        let other = journald("6", "between them".into()).replace("orders", "pay");
        let mut lines: Vec<String> = TRACE.iter().map(|line| frame(line)).collect();
        lines.insert(2, other);
        lines.push(frame("well again"));
        let records = records(&lines);
        let told: Vec<_> = records.iter().map(|line| (line.level, &*line.message)).collect();
        assert_eq!(records.len(), 3, "{told:?}");
        let of = |message: &str| records.iter().find(|line| &*line.message == message).unwrap();
        assert_eq!(of(TRACE[0]).level, Level::Error, "{told:?}");
        assert!(of(TRACE[0]).error().unwrap().ends_with("ValueError: invalid"), "{:?}", of(TRACE[0]));
        assert_eq!(of("well again").service.as_deref(), Some("orders"));
    }
}

#[test]
fn whose_a_line_of_a_pod_is_is_known_by_its_name_and_what_it_says_is_read() {
    for frame in [
        json!({"podName": "orders-6d4cf56db6-x7k2p", "containerName": "app", "message": r#"{"level":"error","msg":"inner"}"#}),
        json!({"@timestamp": "2026-11-27T16:05:39.123Z", "message": r#"{"level":"error","msg":"inner"}"#, "kubernetes": {"pod": {"name": "orders-6d4cf56db6-x7k2p"}}}),
        json!({"labels": {"pod": "orders-6d4cf56db6-x7k2p"}, "line": "level=error msg=inner", "timestamp": "2026-11-27T16:05:39.123Z"}),
    ] {
        let line = records(&[frame.to_string()]).remove(0);
        assert_eq!((line.level, &*line.message, line.service.as_deref()), (Level::Error, "inner", Some("orders")));
    }
    // Where a line came from in a file is no line.
    for labels in [json!({"env": "prod"}), json!(null)] {
        let line =
            json!({"level": "warn", "msg": "m", "line": 42, "labels": labels, "timestamp": "2026-11-27T16:05:39.123Z"});
        let line = records(&[line.to_string()]).remove(0);
        assert_eq!((&*line.message, line.fields.iter().any(|(key, _)| &**key == "line")), ("m", true));
    }
}

#[test]
fn bytes_of_journald_are_the_text_that_they_are_and_hide_no_secret() {
    let bytes = "\x1b[31mERROR\x1b[0m cannot connect password=hunter2".bytes().collect::<Vec<u8>>();
    let line = records(&[journald("6", json!(bytes))]).remove(0);
    assert!(line.message.contains("cannot connect"), "{}", &*line.message);
    assert_eq!(line.level, Level::Error);
    let shown = line.masked().unwrap();
    let (message, raw) = (&*shown.message, String::from_utf8_lossy(&shown.raw).into_owned());
    assert!(!message.contains("hunter2") && !raw.contains("hunter2") && !raw.contains("104,117,110"), "{raw}");
    assert!(raw.contains("__REALTIME_TIMESTAMP") && raw.ends_with('}'), "{raw}");
    serde_json::from_str::<serde_json::Value>(&raw).unwrap();
    let printed = Printed::new(&line);
    assert!(!printed.raw.contains("104,117,110") && printed.raw.contains("cannot connect"), "{}", printed.raw);
    // What hides nothing stays as it came.
    let line = records(&[journald("6", json!(b"all is well"))]).remove(0);
    assert!(Printed::new(&line).raw.contains("[97,108,108"));
}
