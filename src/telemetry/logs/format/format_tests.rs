//! Lines of real loggers (`tests/fixtures/logs`, with what must be read from each), and the shapes that have no fixture.

use super::*;
use crate::domain::log::{LogFormat, LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;
use serde_json::Value;
use std::sync::Arc;

const SEEN: Moment = Moment(1_800_000_000_000);

fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/fixtures/logs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn records(text: &str) -> Vec<LogLine> {
    let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    text.lines().for_each(|line| reader.read(line.as_bytes(), line.len(), SEEN, |line| lines.push(line)));
    reader.end(SEEN, |line| lines.push(line));
    lines
}

fn record(line: &str) -> LogLine {
    records(line).remove(0)
}

fn field<'a>(line: &'a LogLine, key: &str) -> Option<&'a str> {
    line.fields.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
}

#[test]
fn lines_of_real_loggers_are_read() {
    let mut count = 0;
    for wanted in fixture("expected.jsonl").lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (file, number) = (wanted["file"].as_str().unwrap(), wanted["line"].as_u64().unwrap() as usize);
        let line = record(fixture(file).lines().nth(number).unwrap());
        let name = format!("{file}:{number}");
        assert!((line.at.0 - wanted["ts_ms"].as_i64().unwrap()).abs() <= 1, "{name}: {}", line.at.rfc3339());
        assert_eq!(line.service.as_deref(), wanted["service"].as_str(), "{name}");
        assert_eq!(line.trace.map(|id| id.to_string()).as_deref(), wanted["trace_id"].as_str(), "{name}");
        assert_eq!(line.span.map(|id| id.to_string()).as_deref(), wanted["span_id"].as_str(), "{name}");
        let message = wanted["msg"].as_str().unwrap().trim_end();
        if let Some(inner) = message.strip_prefix('{') {
            // Docker's frame is taken off, and what is in it is read.
            assert!(inner.contains(&*line.message) && line.level == Level::Error, "{name}");
            continue;
        }
        assert_eq!(line.level.word(), wanted["level"].as_str().unwrap().to_lowercase(), "{name}");
        assert_eq!(&*line.message, message, "{name}");
        count += 1;
    }
    assert!(count > 20);
}

#[test]
fn values_stay_what_they_were_written_as() {
    let line = record(r#"{"msg":"m","n":42,"text":"42","truth":true,"list":[1,"a"],"nothing":null,"deep":{"x":1.50}}"#);
    let told = |key: &str| line.fields.iter().find(|(k, _)| &**k == key).map(|(_, v)| (v.as_str(), v.is_json()));
    assert_eq!([told("n"), told("text")], [Some(("42", true)), Some(("42", false))]);
    assert_eq!([told("truth"), told("list")], [Some(("true", true)), Some((r#"[1,"a"]"#, true))]);
    assert_eq!([told("nothing"), told("deep.x")], [None, Some(("1.5", true))]);
}

#[test]
fn a_number_beyond_all_bounds_is_kept_as_its_text() {
    let line =
        record(r#"{"level":"warn","msg":"1e400 in words","big":1e400,"list":[-2.5E+999,1],"small":1e-400,"n":7}"#);
    assert_eq!((line.level, &*line.message), (Level::Warn, "1e400 in words"));
    let told = |key: &str| line.fields.iter().find(|(k, _)| &**k == key).map(|(_, v)| (v.as_str(), v.is_json()));
    assert_eq!([told("big"), told("n")], [Some(("1e400", false)), Some(("7", true))]);
    assert_eq!(told("list"), Some((r#"["-2.5E+999",1]"#, true)));
    assert_eq!(&*record(r#"{"msg":"open, 1e400"#).message, r#"{"msg":"open, 1e400"#, "what is no JSON stays none");
}

#[test]
fn hostile_lines_are_lines() {
    let lines = records(&fixture("hostile.jsonl"));
    assert_eq!(lines.len(), fixture("hostile.jsonl").lines().count());
    assert!(lines.iter().all(|line| !line.raw.is_empty()));
    assert!(lines[0].message.contains('\u{1b}'), "kept as it came; shown otherwise");
}

#[test]
fn plain_lines_tell_time_and_level_at_their_front() {
    for (text, level, message) in [
        (
            "2026-11-23 06:34:35.093  INFO 19866 --- [           main] o.a.Main  : Started in 2 s",
            Level::Info,
            "Started in 2 s",
        ),
        ("2026-11-23T06:34:35.093Z ERROR 7 --- [orders] [exec-1] c.e.Pay : it : failed", Level::Error, "it : failed"),
        ("2026-11-23 06:34:35,093 WARNING root slow", Level::Warn, "root slow"),
        ("2026-11-23 06:34:35.093 | INFO     | __main__:f:15 - loaded", Level::Info, "__main__:f:15 - loaded"),
        ("2026/11/23 06:34:35.093 [error] 31#31: *1 upstream timed out", Level::Error, "31#31: *1 upstream timed out"),
        ("[2026-11-23T06:34:35.093Z] [DEBUG] ready", Level::Debug, "ready"),
        ("2026-11-23T06:34:35.093Z \u{1b}[32m INFO\u{1b}[0m app: up", Level::Info, "app: up"),
        ("2026-11-23T06:34:35.093Z just text", Level::Unknown, "just text"),
    ] {
        let line = record(text);
        assert_eq!((line.level, &*line.message, line.at), (level, message, Moment(1_795_415_675_093)), "{text}");
    }
    for (text, level) in [
        ("ERROR cannot connect", Level::Error),
        ("[warn] low on disk", Level::Warn),
        ("INFO:root:hello", Level::Info),
        ("no error here", Level::Unknown),
        ("Error handling was improved", Level::Unknown),
        ("  indented", Level::Unknown),
    ] {
        assert_eq!((record(text).level, record(text).at), (level, SEEN), "{text}");
    }
}

#[test]
fn spring_tells_thread_logger_and_application() {
    let line = record("2026-11-23T06:34:35.093Z ERROR 7 --- [orders] [exec-1] c.e.Pay : failed");
    assert_eq!(line.service.as_deref(), Some("orders"));
    assert_eq!(
        (field(&line, "thread"), field(&line, "logger"), field(&line, "pid")),
        (Some("exec-1"), Some("c.e.Pay"), Some("7"))
    );
}

#[test]
fn a_stack_trace_belongs_to_its_line() {
    let lines = records(concat!(
        "2026-11-23T06:34:35.093Z ERROR boom\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:7)\n",
        "Caused by: x.Y: z\n\t... 3 more\n2026-11-23T06:34:36.000Z INFO on\n  indented\nsomething else",
    ));
    let messages: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(messages, ["boom", "on", "  indented", "something else"]);
    let stack = "java.lang.IllegalStateException: no\n\tat a.B.c(B.java:7)\nCaused by: x.Y: z\n\t... 3 more";
    assert_eq!((lines[0].error(), lines[0].level), (Some(stack), Level::Error));
    assert!(lines[0].raw.ends_with(b"... 3 more"));
    assert_eq!((lines[2].at, lines[3].at), (Moment(1_795_415_676_000), Moment(1_795_415_676_000)));
}

#[test]
fn a_trace_is_known_by_its_frames_whatever_its_head_is_called() {
    for (text, stack) in [
        ("com.acme.OrderRejected: nope\n\tat a.B.c(B.java:7)", "com.acme.OrderRejected: nope\n\tat a.B.c(B.java:7)"),
        ("OrderRejected: nope\n    at f (file.js:1:2)", "OrderRejected: nope\n    at f (file.js:1:2)"),
    ] {
        let lines = records(&format!("2026-11-23T06:34:35.093Z ERROR boom\n{text}\nnext"));
        assert_eq!(lines.iter().map(|line| &*line.message).collect::<Vec<_>>(), ["boom", "next"]);
        assert_eq!((lines[0].error(), lines[0].level, lines[1].at), (Some(stack), Level::Error, lines[0].at));
        let docker = |log: &str| serde_json::json!({"log": format!("{log}\n"), "stream": "stderr", "time": "2026-11-23T06:30:00Z"});
        let docker: Vec<_> = format!("ERROR boom\n{text}").lines().map(|line| docker(line).to_string()).collect();
        let lines = records(&docker.join("\n"));
        assert_eq!((lines.len(), lines[0].error()), (1, Some(stack)));
    }
    // Without a frame it is a line, and is in its place.
    let lines = records("ERROR a\nMailer: sent\nMailer: sent again\nERROR b\nMailer: done");
    let messages: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(messages, ["a", "Mailer: sent", "Mailer: sent again", "b", "Mailer: done"]);
}

#[test]
fn a_panic_is_a_line_with_its_goroutines_and_of_the_time_of_the_one_before() {
    let lines = records(concat!(
        "2026-11-23T06:34:35.093Z ERROR boom\npanic: runtime error: nil pointer\n[signal SIGSEGV: code=1]\n\n",
        "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2\n",
    ));
    assert_eq!((lines.len(), lines[1].level, lines[1].at), (2, Level::Fatal, lines[0].at));
    assert!(lines[1].error().is_some_and(|error| error.starts_with("[signal") && error.ends_with("exit status 2")));
}

#[test]
fn a_line_without_a_time_is_of_the_one_before_it_as_long_as_it_comes_with_it() {
    let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    let text = ["no time yet", "2026-11-23T06:34:35.093Z INFO up", "with it", "much later"];
    for (line, later) in text.into_iter().zip([0, 0, 900, 60_000]) {
        reader.read(line.as_bytes(), line.len(), Moment(SEEN.0 + later), |line| lines.push(line));
    }
    reader.end(SEEN, |line| lines.push(line));
    let told = Moment(1_795_415_675_093);
    let wanted = [SEEN, told, told, Moment(told.0 + 60_000)];
    assert_eq!(lines.iter().map(|line| line.at).collect::<Vec<_>>(), wanted);
}

#[test]
fn a_private_key_is_one_wherever_it_begins() {
    let key = "MIIEvQsecret1\nsecret2ab+/cd==\n-----END PRIVATE KEY-----";
    for front in [
        "2026-11-23T06:34:35.093Z INFO -----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n",
        "ERROR boom\n\tat a.B.c\n\tkey -----BEGIN PRIVATE KEY-----\n",
    ] {
        let lines = records(&format!("{front}{key}\nnext"));
        assert_eq!(lines.len(), 2, "{front}");
        let printed = crate::domain::log::Printed::new(&lines[0]);
        let all = format!("{} {}", printed.record(), printed.raw_lines());
        assert!(!all.contains("secret") && !all.contains("MIIE"), "{all}");
    }
}

#[test]
fn a_stack_trace_in_a_frame_belongs_to_the_line_of_its_own_stream() {
    let lines = records(concat!(
        "2026-11-23T06:30:00Z stderr F ERROR boom\n2026-11-23T06:30:00Z stdout F between\n",
        "2026-11-23T06:30:01Z stderr F Traceback (most recent call last):\n",
        "2026-11-23T06:30:01Z stderr F   File \"/a.py\", line 7\n2026-11-23T06:30:01Z stderr F ValueError: no\n",
    ));
    let boom = lines.iter().find(|line| &*line.message == "boom").unwrap();
    let stack = "Traceback (most recent call last):\n  File \"/a.py\", line 7\nValueError: no";
    assert_eq!((lines.len(), boom.error()), (2, Some(stack)));
}

#[test]
fn logfmt_is_read_and_prose_with_an_equals_sign_is_not() {
    let line = record(
        r#"ts=2026-11-23T06:30:00.250Z level=error service=pay trace_id=4bf92f3577b34da6a3ce929d0e0e4736 msg="no \"room\" left" attempt=3"#,
    );
    assert_eq!((line.level, line.service.as_deref(), &*line.message), (Level::Error, Some("pay"), r#"no "room" left"#));
    assert_eq!((line.at, field(&line, "attempt")), (Moment(1_795_415_400_250), Some("3")));
    for text in [
        "x = 1 and level",
        "a=b",
        "level=",
        "msg=\"open level=info",
        "msg took=900ms",
        "the level took=900ms to load",
        "sending message=x to=y",
    ] {
        assert_eq!(&*record(text).message, text);
    }
}

#[test]
fn parts_of_a_container_runtime_are_put_together_by_stream() {
    let lines = records(concat!(
        "2026-11-23T06:30:00.000000001Z stderr P first,\n",
        "2026-11-23T06:30:00.000000002Z stdout F between\n",
        "2026-11-23T06:30:00.000000003Z stderr F  second\n",
        "2026-11-23T06:30:00.123456789+01:00 stdout F {\"level\":\"warn\",\"msg\":\"inside\"}\n",
        "2026-11-23T06:30:01Z stdout P never ended\n",
    ));
    let messages: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!(messages, ["between", "first, second", "inside", "never ended"]);
    assert_eq!((lines[2].level, lines[2].at), (Level::Warn, Moment(1_795_411_800_123)));
}

#[test]
fn a_line_in_a_frame_keeps_the_frame_as_its_raw_form() {
    let text = "2026-11-23T06:30:00.1Z stdout F {\"level\":\"warn\",\"msg\":\"inside\"}";
    assert_eq!(&*record(text).raw, text.as_bytes());
    let parts = "2026-11-23T06:30:00.1Z stderr P login password=hun\n2026-11-23T06:30:00.2Z stderr F ter2 failed\n";
    let joined = &records(parts)[0];
    assert_eq!(&*joined.raw, b"2026-11-23T06:30:00.1Z stderr F login password=hunter2 failed");
}

#[test]
fn parts_in_dockers_frame_are_put_together_by_stream() {
    let inner = format!("{{\"level\":\"error\",\"msg\":\"{}\",\"n\":7}}\n", "m".repeat(40_000));
    let wrap = |log: &str, stream: &str, second: u8| {
        serde_json::json!({"log": log, "stream": stream, "time": format!("2026-11-23T06:30:0{second}Z")}).to_string()
    };
    let mut text: Vec<_> = (0..)
        .zip(inner.as_bytes().chunks(16 << 10))
        .map(|(n, part)| wrap(std::str::from_utf8(part).unwrap(), "stdout", n))
        .collect();
    text.insert(1, wrap("between\n", "stderr", 1));
    text.push(wrap("next\n", "stdout", 5));
    let lines = records(&text.join("\n"));
    assert_eq!(lines.len(), 3);
    let long = lines.iter().find(|line| line.level == Level::Error).unwrap();
    assert!(long.message.starts_with("mmm") && long.message.ends_with('…'), "a value is kept to its own bound");
    assert_eq!((field(long, "n"), field(long, "stream")), (Some("7"), Some("stdout")));
    assert_eq!((long.at, long.format), (Moment(1_795_415_400_000), LogFormat::Docker));
    assert!(long.raw.starts_with(b"{\"log\":\"{"), "in one frame");
}

#[test]
fn parts_in_dockers_frame_are_bounded_and_the_last_one_is_no_wait() {
    let part = serde_json::json!({"log": "x".repeat(16 << 10), "stream": "stdout"}).to_string();
    let lines = records(&[part.as_str(); 40].join("\n"));
    assert_eq!(lines.len(), 1);
    assert!(field(&lines[0], "keepwatch.truncated").is_some_and(|told| told.starts_with("655360 bytes")));
    assert!(lines[0].message.len() < 80_000 && lines[0].raw.len() < 80_000);

    let (mut reader, short) =
        (Reader::new(LogSource::Stdin, Arc::default()), br#"{"log":"Password: ","stream":"stdout"}"#);
    reader.read(short, short.len(), SEEN, |_| panic!("it may go on"));
    assert!(reader.holds());
    let settled: Vec<_> = reader.settle(SEEN, std::time::Duration::MAX).collect();
    assert_eq!(settled.iter().map(|line| &*line.message).collect::<Vec<_>>(), ["Password:"]);
    reader.read(part.as_bytes(), part.len(), SEEN, |_| panic!("it goes on"));
    assert!(!reader.holds(), "the runtime cut it: it waits for the rest, however long");
}

#[test]
fn the_value_of_a_header_that_is_a_secret_leaves_no_part_of_the_line() {
    for text in [
        r#"{"msg":"in","header":{"name":"Cookie","value":"s=K1x"}}"#,
        r#"{"msg":"in","request":{"header":{"value":"K1x","name":"X-Api-Key"}}}"#,
        r#"{"msg":"in","headers":[{"name":"Cookie","value":"s=K1x"},{"name":"a","value":"b"}]}"#,
        r#"{"msg":"in","headers":{"0":{"key":"Authorization","value":"K1x"}}}"#,
        r#"{"msg":"in","header.name":"Cookie","header.value":"s=K1x"}"#,
        r#"{"msg":"in","key":"password","value":"K1x"}"#,
        r#"level=info msg=in header.name=Cookie header.value="s=K1x""#,
        "level=info msg=in name=Cookie value=K1x",
    ] {
        let line = record(text);
        let printed = crate::domain::log::Printed::new(&line);
        let parts = crate::domain::log::parts(&line).0.into_iter().map(|part| part.value).collect::<Vec<_>>();
        let shown = line.masked().map(|line| format!("{line:?}{}", String::from_utf8_lossy(&line.raw)));
        let all = format!("{} {} {parts:?} {shown:?}", printed.record(), printed.raw_lines());
        assert!(shown.is_some() && !all.contains("K1x"), "{text}: {all}");
        assert_eq!(printed.marks.words().collect::<Vec<_>>(), ["masked"], "{text}");
    }
}

#[test]
fn an_instance_is_an_address_or_none() {
    let of = |id: &str| record(&format!(r#"{{"msg":"x","service.instance.id":"{id}"}}"#)).instance;
    assert_eq!(of("10.0.0.4:5002").map(|a| a.to_string()).as_deref(), Some("10.0.0.4:5002"));
    assert_eq!(of("pod-7f"), None);
}

#[test]
fn long_lines_and_bytes_that_are_no_text_say_so() {
    let read = |bytes: &[u8], whole: usize| {
        let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
        reader.read(bytes, whole, SEEN, |line| lines.push(line));
        reader.end(SEEN, |line| lines.push(line));
        lines.pop()
    };
    let long = read(&[b'x'; 64 << 10], 1 << 20).unwrap();
    assert!(long.message.ends_with('…') && field(&long, "keepwatch.truncated").is_some_and(|v| v.contains("1048576")));
    let broken = read(b"caf\xe9 ERROR\r", 11).unwrap();
    assert_eq!((&*broken.message, &*broken.raw), ("caf\u{fffd} ERROR", &b"caf\xe9 ERROR"[..]));
    assert_eq!(read(b"\r", 1), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_leaf_behind_a_secret_name_leaves_the_program(
        leaves in proptest::collection::vec("[a-z \"\\\\{}:=,]{0,4}K1x[a-z \"\\\\{}:=,]{0,4}", 1..4),
        name in proptest::sample::select(vec!["password", "X-Api-Key", "Set-Cookie", "credentials", "client.secret"]),
        shape in 0..5usize,
    ) {
        let list = Value::from(leaves.clone());
        let value = match shape {
            0 => Value::from(leaves[0].clone()),
            1 => list,
            2 => serde_json::json!({"value": leaves[0], "message": list}),
            3 => serde_json::json!([{"msg": leaves[0], "level": list}]),
            _ => serde_json::json!({"error": {"message": leaves[0]}, "service": list, "trace_id": leaves[0]}),
        };
        let line = serde_json::json!({"level": "error", "msg": "failed", "headers": {name: value}, name: value}).to_string();
        let docker = serde_json::json!({"log": format!("{line}\n"), "stream": "stdout"}).to_string();
        for text in [line.clone(), docker, format!("2026-11-23T06:30:00Z stdout F {line}"), format!("ERROR got {line}")] {
            for line in records(&text) {
                let printed = crate::domain::log::Printed::new(&line);
                let record = printed.record();
                let parts = crate::domain::log::parts(&line).0.into_iter().map(|part| part.value).collect::<Vec<_>>();
                let shown = line.masked().map(|line| format!("{line:?}{}", String::from_utf8_lossy(&line.raw)));
                let all = format!("{record} {} {parts:?} {}", printed.raw_lines(), shown.unwrap_or("K1x".into()));
                proptest::prop_assert!(!all.contains("K1x"), "{}", all);
            }
        }
    }
}
