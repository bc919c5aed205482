//! Lines behind the names of scripts that one program runs, those of package managers, and rows of tables, which look like
//! lines behind a name and are none.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-26T21:55:00Z.
const AT: Cases = Cases(1_795_730_100_000);

fn told(lines: &[LogLine]) -> Vec<(Level, &str)> {
    lines.iter().map(|line| (line.level, &*line.message)).collect()
}

#[test]
fn rows_of_tables_are_no_lines_of_a_container() {
    for text in [
        "id  | name | total",
        "1   | anna | 3",
        "1  | anna",
        "NAME   | READY | STATUS",
        "item-1 | anna | 3",
        "| id | name |",
        "foo | bar | baz",
        "----+-----",
    ] {
        let line = AT.record(text);
        assert_eq!((line.service.as_deref(), &*line.message, line.fields.len()), (None, text, 0), "{text}");
    }
    AT.all(&[
        ("web  | up", "- unknown up | service:web container=web"),
        ("web-1  | ERROR a | b", "- error a | b | service:web container=web-1"),
        ("web-1  | id | name", "- unknown id | name | service:web container=web-1"),
        ("web  | ERROR | a | b", "- error a | b | service:web container=web"),
        (
            "web  | 2026-11-26 20:00:00.123 | INFO     | a.b:f:7 - up",
            "2026-11-26T20:00:00.123Z info a.b:f:7 - up | service:web container=web",
        ),
        ("web  | {\"level\":\"warn\",\"msg\":\"a | b | c\"}", "- warn a | b | c | service:web container=web"),
        ("0|api  | a | b | c", "- unknown a | b | c | service:api process=0|api"),
    ]);
    let lines =
        AT.records("web  | up\nweb  | [GIN] 2026/11/26 - 20:00:00 | 200 | 1.2ms | 10.0.0.7 | GET \"/\"\nweb  |   | a");
    let services: Vec<_> = lines.iter().map(|line| line.service.as_deref()).collect();
    assert_eq!(services, [Some("web"); 3], "where other lines are of a container, too");
}

#[test]
fn behind_the_name_of_a_script_the_time_and_the_level_are_read() {
    for name in ["[0]", "[api]", "[api:dev]", "[@acme/api]:", "web:dev:", "@acme/web:dev:", "packages/api dev:"] {
        let process = name.trim_end_matches(':').trim_matches(['[', ']']);
        for (text, wanted) in [
            ("2026-11-26T20:00:00Z ERROR no", "2026-11-26T20:00:00.000Z error no"),
            ("[2026-11-26 20:00:00] INFO up", "2026-11-26T20:00:00.000Z info up"),
            ("{\"level\":\"warn\",\"msg\":\"slow\"}", "- warn slow"),
            ("level=error msg=no", "- error no"),
        ] {
            let line = AT.record(&format!("{name} {text}"));
            assert_eq!(AT.told(&line), format!("{wanted} | process={process}"), "{name} {text}");
        }
    }
    AT.all(&[(
        "\x1b[31m[api]\x1b[39m \x1b[90m2026-11-26T20:00:00Z\x1b[39m ERROR no",
        "2026-11-26T20:00:00.000Z error no | process=api",
    )]);
}

#[test]
fn what_stands_in_the_place_of_a_script_s_name_and_is_none_stays_in_the_text() {
    for text in [
        "[web] ready",
        "[main] INFO x",
        "web:dev: ready",
        "packages/api dev: ready",
        "and/or this: x",
        "[1234] 2026-11-26T20:00:00Z INFO x",
        "main.go:12: {\"a\":1}",
        "see http://x/y: {\"a\":1}",
        "GET /x: {\"a\":1}",
        "[a b] {\"a\":1}",
        "[\u{e9}] {\"a\":1}",
        "[web]",
        "@",
        "a: ",
    ] {
        let line = AT.record(text);
        assert!(line.message.trim_end() == text.trim_end() && line.fields.is_empty(), "{text}: {line:?}");
    }
    AT.all(&[
        ("[INFO] {\"a\":1}", "- info {\"a\":1} |"),
        ("[E] 2026-11-26T20:00:00Z x", "2026-11-26T20:00:00.000Z error x |"),
        ("[Nest] 7  - 11/26/2026, 8:00:00 PM   ERROR [A] no", "2026-11-26T20:00:00.000Z error no | pid=7 logger=A"),
    ]);
}

#[test]
fn the_traces_of_scripts_among_each_other_are_whole_once_their_names_are_known() {
    let trace = "TypeError: no\n    at f (/app/a.js:1:2)\n    at g (/app/a.js:3:4)";
    let mut lines = vec!["[0] up".to_owned(), "[1] 2026-11-26T20:00:00Z INFO up".to_owned()];
    lines.extend(trace.lines().flat_map(|line| [format!("[0] {line}"), format!("[1] {line}")]));
    lines.push("[1] npm start exited with code 1".to_owned());
    let lines = AT.records(&lines.join("\n"));
    let thrown = (Level::Error, "TypeError: no");
    let exited = (Level::Unknown, "npm start exited with code 1");
    assert_eq!(told(&lines), [(Level::Unknown, "[0] up"), (Level::Info, "up"), thrown, thrown, exited]);
    for line in &lines[2..4] {
        assert_eq!(line.error(), trace.split_once('\n').map(|(_, rest)| rest));
    }
}

#[test]
fn what_looks_like_a_name_but_never_stood_before_a_shaped_line_stays_in_the_text() {
    for (first, others) in [
        ("[worker] {\"id\":3,\"msg\":\"up\"}", ["[db] connected", "[HPM] Proxy created", "[req-1234] handled"]),
        (
            "orders:dev: {\"level\":\"info\",\"msg\":\"x\"}",
            ["I/O error: disk full", "TCP/IP stack: down", "cache:get: miss"],
        ),
    ] {
        let lines = AT.records(&format!("{first}\n{}", others.join("\n")));
        assert_eq!(told(&lines[1..]), others.map(|other| (Level::Unknown, other)), "{first}");
    }
}

#[test]
fn a_trace_below_a_line_with_its_thread_in_front_is_of_that_line() {
    // log4j's `[%t] %d %p %m`.
    let lines = AT.records(
        "[main] 2026-11-26 20:00:00,123 ERROR no\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:7)\n\
         [exec-1] 2026-11-26 20:00:01,123 INFO up",
    );
    assert_eq!(told(&lines), [(Level::Error, "no"), (Level::Info, "up")]);
    assert!(lines[0].error().is_some());
}

#[test]
fn what_npm_says_has_the_level_of_its_second_word() {
    AT.all(&[
        ("npm ERR! code ELIFECYCLE", "- error npm ERR! code ELIFECYCLE |"),
        ("npm error code ENOENT", "- error npm error code ENOENT |"),
        ("npm WARN deprecated x@1", "- warn npm WARN deprecated x@1 |"),
        ("npm warn deprecated x@1", "- warn npm warn deprecated x@1 |"),
        ("npm notice created a lockfile", "- info npm notice created a lockfile |"),
        ("npm errors are rare", "- unknown npm errors are rare |"),
        ("web-1  | npm error code 1", "- error npm error code 1 | service:web container=web-1"),
        ("\x1b[31mnpm\x1b[0m \x1b[31merror\x1b[0m code 1", "- error npm error code 1 |"),
    ]);
}
