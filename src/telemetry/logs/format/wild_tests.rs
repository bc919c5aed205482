//! Lines of text that daemons, web servers and frameworks write where nobody told them how.

use std::sync::Arc;

use super::cases::Cases;
use crate::domain::log::{Level, LogFormat, LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;

/// 2026-11-26T07:00:10Z.
const AT: Cases = Cases(1_795_676_410_000);

fn field<'a>(line: &'a LogLine, key: &str) -> Option<&'a str> {
    line.fields.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
}

#[test]
fn times_and_levels_are_those_of_the_line() {
    use LogFormat::{Access, Klog, Plain, Syslog};
    for (text, at, level, format, message) in [
        ("<131>Nov 26 07:00:01 host app[12]: pay failed", 1_000, Level::Error, Syslog, "pay failed"),
        ("Nov  6 07:00:01 host app[12]: pay failed", -1_727_999_000, Level::Unknown, Syslog, "pay failed"),
        ("Nov 26 07:00:01 host app: ERROR pay failed", 1_000, Level::Error, Syslog, "ERROR pay failed"),
        ("Nov 26 07:00:01 host -- MARK --", 1_000, Level::Unknown, Syslog, "-- MARK --"),
        ("<14>1 2026-11-26T07:00:02.5Z h app 7 - - \u{feff}up", 2_500, Level::Info, Syslog, "up"),
        ("<12>1 - - - - - -", 10_000, Level::Warn, Syslog, ""),
        ("<131>header-less\0", 10_000, Level::Error, Syslog, "header-less"),
        (
            "127.0.0.1 - - [26/Nov/2026:08:00:02 +0100] \"GET /x HTTP/1.1\" 500 12",
            2_000,
            Level::Unknown,
            Access,
            "\"GET /x HTTP/1.1\" 500 12",
        ),
        ("I1126 07:00:03.123456       1 main.go:12] klog info", 3_123, Level::Info, Klog, "klog info"),
        ("E1126 07:00:03.123456 1 a/b.go:1] x] y", 3_123, Level::Error, Klog, "x] y"),
        ("[2026-11-26 07:00:04] production.ERROR: boom", 4_000, Level::Error, Plain, "boom"),
        ("I, [2026-11-26T07:00:05.123456 #1]  INFO -- : ruby: up", 5_123, Level::Info, Plain, "ruby: up"),
        ("E, [2026-11-26T07:00:05.123456 #1] ERROR -- Sidekiq: no", 5_123, Level::Error, Plain, "no"),
        ("26-Nov-2026 07:00:05.123 SEVERE [main] a.B.c no", 5_123, Level::Error, Plain, "[main] a.B.c no"),
        ("1795676406.5 WARN epoch", 6_500, Level::Warn, Plain, "epoch"),
        ("[1795676406093] epoch", 6_093, Level::Unknown, Plain, "epoch"),
        ("[1795676406] INFO up", 6_000, Level::Info, Plain, "up"),
        ("07:00:07.123 [main] DEBUG c.x.Y - logback: default", 7_123, Level::Debug, Plain, "logback: default"),
        ("07:00:07 INFO - --- -----BEGIN PUBLIC KEY-----", 7_000, Level::Info, Plain, "-----BEGIN PUBLIC KEY-----"),
        ("07:00:07 INFO --verbose", 7_000, Level::Info, Plain, "--verbose"),
        ("07:00:07 INFO a - b", 7_000, Level::Info, Plain, "a - b"),
    ] {
        let line = AT.record(text);
        let at = Moment(1_795_676_400_000 + at);
        assert_eq!((line.at, line.level, line.format, &*line.message), (at, level, format, message), "{text}");
        assert_eq!(&*line.raw, text.as_bytes());
    }
}

#[test]
fn what_a_time_tells_below_the_ms_orders_the_lines_of_one_ms() {
    let docker = |time: &str, log: &str| serde_json::json!({"log": log, "stream": "stdout", "time": time}).to_string();
    for (text, below_ns) in [
        ("2026-11-26T07:00:03.123456789Z stdout F cri", 456_789),
        ("2026-11-26T07:00:03.123456789Z stdout F {\"time\":\"2026-11-26T07:00:03.123Z\",\"msg\":\"cri\"}", 456_789),
        (&docker("2026-11-26T07:00:03.123456789Z", "docker\n"), 456_789),
        (&docker("2026-11-26T07:00:03.9Z", "ts=2026-11-26T07:00:03.123456Z level=info msg=x\n"), 456_000),
        (r#"{"time":"2026-11-26T08:00:03.123456789+01:00","msg":"slog"}"#, 456_789),
        (r#"{"ts":1795676403.123456,"msg":"zap"}"#, 456_000),
        (r#"{"ts":1795676403123456789,"msg":"ns"}"#, 456_789),
        (r#"{"ts":"1795676403123456","msg":"microseconds"}"#, 456_000),
        (r#"{"time":1795676403123,"msg":"pino"}"#, 0),
        ("ts=2026-11-26T07:00:03.123456789Z level=info msg=logfmt", 456_789),
        ("<14>1 2026-11-26T07:00:03.123456Z h app 7 - - syslog", 456_000),
        ("E1126 07:00:03.123456 1 a/b.go:1] klog", 456_000),
        ("2026-11-26 07:00:03,123456 INFO plain", 456_000),
        ("07:00:03.123456 INFO of a day", 456_000),
        ("1795676403.123456 WARN epoch", 456_000),
    ] {
        let line = AT.record(text);
        assert_eq!((line.at, line.below_ns), (Moment(1_795_676_403_123), below_ns), "{text}");
    }
    // What tells no time stands behind the line before it, not at the beginning of its ms.
    let mut lines = Vec::new();
    let mut reader = Reader::new(LogSource::Stdin, Arc::default());
    for text in ["2026-11-26T07:00:03.123456Z INFO one", "two, without a time"] {
        reader.read(text.as_bytes(), text.len(), Moment(AT.0), |line| lines.push(line));
    }
    reader.end(Moment(AT.0), |line| lines.push(line));
    assert_eq!(lines.iter().map(|line| line.below_ns).collect::<Vec<_>>(), [456_000; 2]);
}

#[test]
fn half_a_character_does_not_lose_what_else_a_line_says() {
    let line = AT.record(r#"{"level":"warn","msg":"file \udc80.txt","n":1e400}"#);
    assert_eq!((line.level, &*line.message, line.format), (Level::Warn, "file \u{fffd}.txt", LogFormat::Json));
    assert!(line.raw.ends_with(br#"\udc80.txt","n":1e400}"#), "it stays as it came");
}

#[test]
fn who_says_it_and_what_else_is_kept() {
    let line = AT.record(concat!(
        "<131>1 2026-11-23T06:34:35.651116+00:00 vm orders - ORD42 ",
        "[origin@32473 traceid=\"4bf92f3577b34da6a3ce929d0e0e4736\" note=\"a \\\"b\\\" \\]\"][x@1] order 42 failed"
    ));
    assert_eq!(
        (line.service.as_deref(), &*line.message, line.level),
        (Some("orders"), "order 42 failed", Level::Error)
    );
    assert_eq!(line.trace.map(|id| id.to_string()).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(
        (field(&line, "note"), field(&line, "msgid"), field(&line, "host")),
        (Some("a \"b\" ]"), Some("ORD42"), Some("vm"))
    );
    let line = AT.record("Nov 26 07:00:01 host app[12]: up");
    assert_eq!((line.service.as_deref(), field(&line, "pid")), (Some("app"), Some("12")));
    let line = AT.record(
        r#"10.0.0.7 - ana [26/Nov/2026:07:00:02 +0000] "POST /a?b=\"c HTTP/1.1" 404 0 "http://h/" "curl/8 \"x\"" 0.01"#,
    );
    assert_eq!(
        ["client", "user", "method", "status"].map(|key| field(&line, key)),
        [Some("10.0.0.7"), Some("ana"), Some("POST"), Some("404")]
    );
    assert_eq!((field(&line, "referer"), field(&line, "user_agent")), (Some("http://h/"), Some(r#"curl/8 \"x\""#)));
    let line = AT.record("07:00:07.123 [exec 1] WARN c.x.Y - slow");
    assert_eq!((field(&line, "thread"), field(&line, "logger")), (Some("exec 1"), Some("c.x.Y")));
}

#[test]
fn a_real_daemons_lines_are_read() {
    let path = format!("{}/tests/fixtures/logs/syslog-rfc5424-util-linux.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    for line in text.lines() {
        let read = AT.record(line);
        assert!(read.format == LogFormat::Syslog && read.at != Moment(AT.0) && read.level != Level::Unknown, "{line}");
    }
}

#[test]
fn lines_that_only_look_alike_are_plain() {
    for text in [
        "<html> 1 x",
        "<999>too large",
        "<13 no end",
        "Nov 26 is a day",
        "Novel 26 07:00:01 x y",
        "Nov 99 07:00:01 host app: x",
        "I1126 is an id",
        "1234567890 orders",
        "17956764061 more",
        "07:00:07x",
        "a [26/Nov/2026:07:00:02 +0000] \"GET /\" 200 1",
        "a b c [99/Nov/2026:07:00:02 +0000] \"GET /\" 200 1",
        "x - - [note] \"quoted\" 200 1",
    ] {
        let line = AT.record(text);
        assert_eq!(
            (line.at, line.level, line.format, &*line.message),
            (Moment(AT.0), Level::Unknown, LogFormat::Plain, text)
        );
    }
}

#[test]
fn what_the_jvm_logs_of_itself_tells_its_time_level_and_tags() {
    AT.all(&[
        (
            "[2026-11-26T20:00:00.123+0100][info][gc] GC(1) Pause Young (Normal) 24M->4M(256M) 3.456ms",
            "2026-11-26T19:00:00.123Z info GC(1) Pause Young (Normal) 24M->4M(256M) 3.456ms | logger=gc",
        ),
        ("[0.123s][info][gc] Using G1", "- info Using G1 | elapsed=0.123s logger=gc"),
        ("[0.123s][warning][gc,start    ] GC(0) Pause", "- warn GC(0) Pause | elapsed=0.123s logger=gc,start"),
        (
            "[2026-11-26T20:00:00.123+0000][0.010s][7][9][error  ][os,thread] no",
            "2026-11-26T20:00:00.123Z error no | elapsed=0.010s pid=7 thread=9 logger=os,thread",
        ),
        ("[1795723200123ms][104ns][debug][gc] x", "2026-11-26T20:00:00.123Z debug x | elapsed=104ns logger=gc"),
        ("web-1  | [12ms][info][gc] x", "- info x | service:web elapsed=12ms logger=gc container=web-1"),
        // Elasticsearch's, Envoy's, and what is none.
        (
            "[2026-11-26T20:00:00,123][INFO ][o.e.n.Node] [n1] up",
            "2026-11-26T20:00:00.123Z info [o.e.n.Node] [n1] up |",
        ),
        (
            "[2026-11-26 20:00:00.123][1][warning][main] [a/b.cc:1] x",
            "2026-11-26T20:00:00.123Z warn [main] [a/b.cc:1] x | pid=1",
        ),
        ("[0.123s][info] Using G1", "- unknown [0.123s][info] Using G1 |"),
        ("[0.123s][x][gc] Using G1", "- unknown [0.123s][x][gc] Using G1 |"),
        ("[1][2][3][4][5][6][7][8][info][gc] x", "- unknown [1][2][3][4][5][6][7][8][info][gc] x |"),
    ]);
}
