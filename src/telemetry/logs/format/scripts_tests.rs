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

/// Two scripts' lines among each other, as they print them.
const API: &str = "loading\napi listening\n\x1b[0mGET /boom \x1b[31m500\x1b[0m 2.8 ms - 10\x1b[0m\nTypeError: boom\n    at f (/a.js:1:2)\n    \
                   at g (/a.js:3:4)\nOrder failed: Error: declined\n    at h (/a.js:5:6)\nERROR: no db\nlast";
const WORKER: &str = "loading\nworker started\ntick\ntick\ntick\ntick\ntick\ntick\ntick\ntick";

#[test]
fn what_usual_programs_print_tells_that_names_are_those_of_scripts() {
    for (one, two) in [
        ("[api]", "[worker]"),
        ("[0]", "[1]"),
        ("[api    ]", "[worker ]"),
        ("api:dev:", "worker:dev:"),
        ("apps/api dev:", "apps/worker dev:"),
        ("@acme/api:dev:", "@acme/worker:dev:"),
    ] {
        let both = API.lines().zip(WORKER.lines());
        let text: Vec<_> = both.flat_map(|(api, worker)| [format!("{one} {api}"), format!("{two} {worker}")]).collect();
        let lines = AT.records(&text.join("\n"));
        let of = |name: &str| -> Vec<_> {
            let name = name.trim_end_matches(':').trim_matches(['[', ']', ' ']);
            let is_its =
                |line: &&LogLine| line.fields.iter().any(|(key, value)| &**key == "process" && **value == *name);
            lines.iter().filter(is_its).map(|line| &*line.message).collect()
        };
        let wanted = ["GET /boom 500 2.8 ms - 10", "TypeError: boom", "Order failed: Error: declined", "no db", "last"];
        assert!(of(one).ends_with(&wanted), "{one}: {:?}", of(one));
        assert!(of(two).ends_with(&["tick"; 6]), "{two}: {:?}", of(two));
        assert!(lines.iter().any(|line| (line.level, &*line.message) == (Level::Error, "no db")), "{one}");
        let traces: Vec<_> = lines.iter().filter_map(LogLine::error).collect();
        assert_eq!(traces, ["    at f (/a.js:1:2)\n    at g (/a.js:3:4)", "    at h (/a.js:5:6)"], "{one}");
    }
}

#[test]
fn uvicorn_behind_the_name_of_a_script_is_read_from_its_first_line_on() {
    let text = "INFO:     Started\nINFO:     10.0.0.7:1 - \"GET /x HTTP/1.1\" 500 Internal Server Error\nERROR:    \
        Exception in ASGI application\nTraceback (most recent call last):\n  File \"/a.py\", line 9, in f\n    g()\nValueError: x\n\n\
        During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  \
        File \"/a.py\", line 9, in g\n    h()\nRuntimeError: y\nINFO:     next";
    let text: Vec<_> = text.lines().map(|line| format!("[web    ] {line}")).collect();
    let lines = AT.records(&text.join("\n"));
    let request = (Level::Info, "\"GET /x HTTP/1.1\" 500 Internal Server Error");
    let fault = (Level::Error, "Exception in ASGI application");
    assert_eq!(told(&lines), [(Level::Info, "Started"), request, fault, (Level::Info, "next")]);
    assert!(lines[1].fields.iter().any(|(key, value)| &**key == "status" && &**value == "500"));
    assert!(lines[2].error().is_some_and(|trace| trace.ends_with("RuntimeError: y")));
}

#[test]
fn a_trace_that_comes_first_of_a_script_is_of_the_line_before_it() {
    for (front, name) in [("[api]", "api"), ("[0]", "0"), ("[api  ]", "api"), ("api:dev:", "api:dev")] {
        let text = ["Error: declined", "    at f (/a.js:1:2)", "    at g (/a.js:3:4)", "next"];
        let lines = AT.records(&text.map(|line| format!("{front} {line}")).join("\n"));
        let messages: Vec<_> = lines.iter().map(|line| &*line.message).collect();
        assert_eq!(messages.len(), 2, "{front}: {messages:?}");
        assert!(messages[0].ends_with("declined") && messages[1] == "next", "{front}: {messages:?}");
        assert_eq!(lines[0].level, Level::Error, "{front}");
        assert_eq!(lines[0].error(), Some("    at f (/a.js:1:2)\n    at g (/a.js:3:4)"), "{front}");
        let is_named = |line: &LogLine| line.fields.iter().any(|(key, value)| &**key == "process" && &**value == name);
        assert!(lines.iter().all(is_named), "{front}");
    }
    let own = AT.records("[db] Error: refused\n    at f (/a.js:1:2)\n[db] connected");
    assert_eq!(own.iter().map(|line| &*line.message).collect::<Vec<_>>(), ["[db] Error: refused", "[db] connected"]);
}

#[test]
fn names_of_loggers_before_every_line_are_no_scripts_however_bad_what_they_say_is() {
    let trace = "    at f (/app/db.js:3:1)\n    at g (/app/x.js:1:1)";
    for (name, thrown) in [("db", "Error: refused"), ("server", "TypeError: boom")] {
        let text = format!(
            "[{name}] connecting\n[auth] ready\n[{name}] connected\n[auth] user 5\n[{name}] {thrown}\n{trace}\n[{name}] retrying"
        );
        let lines = AT.records(&text);
        assert_eq!(lines.len(), 6, "{:?}", told(&lines));
        assert_eq!((lines[4].error(), lines[4].level), (Some(trace), Level::Error), "{name}");
        assert!(lines.iter().all(|line| line.fields.iter().all(|(key, _)| &**key != "process")), "{name}");
    }
    // Python's `[%(name)s] %(levelname)s: %(message)s`.
    let text = "[shop.db] INFO: up\n[shop.auth] INFO: up\n[shop.db] WARNING: slow\n[shop.auth] ERROR: no\n[shop.db] ERROR: x\n[shop.db] ";
    let lines = AT.records(text);
    assert!(lines.iter().all(|line| line.fields.iter().all(|(key, _)| &**key != "process")), "{:?}", told(&lines));
}

#[test]
fn what_a_script_says_as_a_logger_that_names_its_threads_is_the_script_s() {
    let text = "[api] > orders@1.0.0 dev\n[api] ERROR shop.pay - charge failed\n[api] Traceback (most recent call last):\n\
        [api]   File \"/a.py\", line 9, in f\n[api]     g()\n[api] ValueError: x\n[api] INFO shop.pay - next";
    let lines = AT.records(text);
    let last = &lines[lines.len() - 2];
    assert_eq!(last.level, Level::Error, "{:?}", told(&lines));
    assert!(
        last.message.ends_with("charge failed") && last.error().is_some_and(|trace| trace.ends_with("ValueError: x"))
    );
    let is_named = |line: &LogLine| line.fields.iter().any(|(key, value)| &**key == "process" && &**value == "api");
    assert!(lines[1..].iter().all(is_named), "{:?}", told(&lines));
    // Of no script, it is a thread's; and a level in brackets is none.
    let lines = AT.records("[api] ERROR shop.pay - charge failed");
    assert!(lines[0].fields.iter().any(|(key, value)| &**key == "thread" && &**value == "api"));
    assert_eq!(AT.record("[ERROR] INFO a - b").level, Level::Error);
}

#[test]
fn names_of_loggers_and_threads_stay_in_the_text_however_bad_what_they_say_is() {
    // Of these others stand without a name: frames, what is printed.
    let own = "[db] connected\nup\n[http] GET /x 200 3 ms - 5\nready\n[db] ERROR: refused\nretry\n[db] Error: refused\n    \
               at f (/a.js:1:2)\n[db] connected";
    let lines = AT.records(own);
    assert!(lines.iter().all(|line| line.fields.iter().all(|(key, _)| &**key != "process")), "{lines:#?}");
    assert!(lines.iter().all(|line| own.lines().any(|own| *own == *line.message)), "{:?}", told(&lines));
    for thread in ["main", "Thread-0", "exec-1", "MainThread", "pool-1-thread-2"] {
        let text = format!("[{thread}] ERROR S - x\n[{thread}] ERROR: x\n[{thread}] up\n").repeat(5);
        let lines = AT.records(text.trim_end());
        assert!(lines.iter().all(|line| line.fields.iter().all(|(key, _)| &**key != "process")), "{thread}");
        assert!(lines.iter().any(|line| *line.message == *format!("[{thread}] up")), "{thread}");
    }
    let line = AT.record("paid/unpaid US$ 5");
    assert_eq!((&*line.message, line.fields.len()), ("paid/unpaid US$ 5", 0));
    let many: Vec<_> = (0..40).map(|id| format!("[req-{id}x] ERROR: refused")).collect();
    assert!(AT.records(&many.join("\n")).iter().all(|line| line.message.starts_with("[req-")), "each has its own");
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
