//! What programs say in more lines than one, as pino-pretty, rich, Monolog and Java's logger wrote it, is one record; and
//! lines behind the names of processes are told apart by them.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-26T21:55:00Z.
const AT: Cases = Cases(1_795_730_100_000);

const PRETTY: &str = "[09:08:06.221] INFO (15500): started\n[09:08:06.227] INFO (15500): with\n    port: 1\n    a: {\n      \"b\": [\n        1,\n        2\n      ]\n    }\n\
    [09:08:06.228] ERROR (15500): it failed\n    err: {\n      \"type\": \"Error\",\n      \"message\": \"bad\",\n      \"stack\":\n          Error: bad\n              \
    at Object.<anonymous> (/app/a.js:2:67)\n              at node:internal/main/run_main_module:28:49\n    }\n    code: \"E1\"\n\
    [09:08:06.230] WARN: w\n[2026-11-26 09:08:06.438 +0000] \x1b[32mINFO\x1b[39m (api/15509): \x1b[36mcoloured\x1b[39m\n    \x1b[35mport\x1b[39m: 1\n    \
    \x1b[35merr\x1b[39m: \"no\"";

const BOX: &str = "╭───────────────────── Traceback (most recent call last) ──────────────────────╮\n\
    │ /app/box.py:7 in <module>                                                    │\n\
    │                                                                              │\n\
    │ ❱  7 try: f(1)                                                               │\n\
    │ ╭─ locals ─╮                                                                 │\n\
    │ │ x = 1    │                                                                 │\n\
    │ ╰──────────╯                                                                 │\n\
    ╰──────────────────────────────────────────────────────────────────────────────╯\n\
    ValueError: x";

fn told(lines: &[LogLine]) -> Vec<(Level, &str)> {
    lines.iter().map(|line| (line.level, &*line.message)).collect()
}

/// The same text plain, and behind the names of two writers.
fn carried(text: &str) -> Vec<String> {
    let behind = |front: &str| text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
    let fronts = ["", "web-1  | ", "[pod/web-7d8f9c6b5-x2x4z/app] ", "09:08:05 web.1  | ", "0|web  | "];
    fronts.into_iter().map(behind).collect()
}

#[test]
fn what_stands_below_a_line_of_pino_pretty_are_its_fields() {
    for text in carried(PRETTY) {
        let lines = AT.records(&text);
        let wanted = [
            (Level::Info, "started"),
            (Level::Info, "with"),
            (Level::Error, "it failed"),
            (Level::Warn, "w"),
            (Level::Info, "coloured"),
        ];
        assert_eq!(told(&lines), wanted, "{text}");
        let field = |place: usize, key: &str| {
            lines[place].fields.iter().find(|(name, _)| &**name == key).map(|(_, told)| told.to_string())
        };
        let of = |text: &str| Some(text.to_owned());
        assert_eq!((field(1, "pid"), field(1, "port"), field(1, "a")), (of("15500"), of("1"), of(r#"{"b":[1,2]}"#)));
        assert_eq!((field(2, "err.type"), field(2, "err.message")), (of("Error"), of("bad")));
        assert_eq!(field(2, "code"), of("E1"));
        let stack =
            "Error: bad\n    at Object.<anonymous> (/app/a.js:2:67)\n    at node:internal/main/run_main_module:28:49";
        assert_eq!((field(2, "stack_trace").as_deref(), lines[2].error()), (Some(stack), Some("bad")));
        assert_eq!(lines[1].error(), None);
        assert_eq!((field(4, "port"), field(4, "err"), lines[4].service.as_deref()), (of("1"), of("no"), Some("api")));
        assert_eq!(lines[1].at.rfc3339(), "2026-11-26T09:08:06.227Z");
    }
}

#[test]
fn what_is_indented_below_other_lines_is_no_field() {
    for text in [
        "[09:08:06.227] INFO: with\n  port: 1",
        "[09:08:06.227] INFO: with\n    two words: 1",
        "INFO with\n    port: 1",
    ] {
        assert_eq!(AT.records(text).len(), 2, "{text}");
    }
}

#[test]
fn what_is_no_field_below_a_line_of_pino_pretty_is_a_record_of_its_own() {
    for text in carried(
        "[12:00:01] INFO: deploy\n    ERROR: disk full on node-3\n    FATAL: giving up\n    status: failed\n\
        [12:00:02] INFO: start\n    key: v\n  indented by another\n[12:00:03] INFO: a\n    error: \"x\"\n    warn: 3\n    \
        error: cannot find symbol\n[12:00:04] INFO: steps\n    steps:\n      - build\n    Building module orders\n\
        [12:00:05] INFO: z\n    name: b\n      deeper\n    Error: {\n      \"a\": 1\n    }\n    warning: [options] bootstrap",
    ) {
        let lines = AT.records(&text);
        let wanted = [
            (Level::Info, "deploy"),
            (Level::Error, "disk full on node-3"),
            (Level::Fatal, "giving up"),
            (Level::Unknown, "status: failed"),
            (Level::Info, "start"),
            (Level::Unknown, "indented by another"),
            (Level::Info, "a"),
            (Level::Error, "cannot find symbol"),
            (Level::Info, "steps"),
            (Level::Unknown, "Building module orders"),
            (Level::Info, "z"),
            (Level::Unknown, "deeper"),
            (Level::Unknown, "Error: {"),
        ];
        let told: Vec<_> = lines.iter().map(|line| (line.level, line.message.trim())).collect();
        assert_eq!(told[..12], wanted[..12], "{text}");
        let keys = |place: usize| lines[place].fields.iter().map(|(key, _)| &**key).collect::<Vec<_>>();
        assert!(keys(4).ends_with(&["key"]) && keys(6).ends_with(&["error", "warn"]), "{text}");
        assert_eq!(told.last(), Some(&(Level::Warn, "[options] bootstrap")), "{text}");
    }
}

#[test]
fn a_trace_that_is_drawn_in_a_box_is_one_record_with_what_was_thrown() {
    let head = "2026-11-26T09:08:05.546755Z [error    ] it failed                      order=3";
    let chained = format!("{BOX}\n\nThe above exception was the direct cause of the following exception:\n\n{BOX}");
    for trace in [BOX, &chained] {
        for text in carried(&format!("{head}\n{trace}\n\n2026-11-26T09:08:06Z [info     ] on")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].error()), (2, Some(trace)), "{text}: {:?}", told(&lines));
        }
        for text in carried(&format!("{trace}\nINFO next")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].level), (2, Level::Error), "{text}: {:?}", told(&lines));
        }
    }
}

#[test]
fn a_trace_in_the_context_of_monolog_ends_with_the_line() {
    // Laravel, with the trace and a cause; and where more follows the context.
    for end in ["\"} ", "\"} []", "\"} {\"url\":\"/x\"}"] {
        let trace = format!(
            "[stacktrace]\n#0 /app/b.php(3): f()\n#1 {{main}}\n\n[previous exception] [object] (Exception(code: 0): y at /app/c.php:3)\n\
             [stacktrace]\n#0 {{main}}\n{end}"
        );
        let head = "[2026-11-26T12:00:00.123456+00:00] app.ERROR: msg {\"exception\":\"[object] (Exception(code: 0): x at /app/a.php:3)";
        for text in
            carried(&format!("{head}\n{trace}\n#7 is next\n[2026-11-26T12:00:01.000000+00:00] app.INFO: up [] []"))
        {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].level), (3, Level::Error), "{text}: {:?}", told(&lines));
            assert_eq!(lines[0].error(), Some(&*trace));
            assert_eq!(&*lines[1].message, "#7 is next");
        }
    }
}

#[test]
fn java_s_logger_and_ruby_s_are_read_behind_the_names_of_writers() {
    let java = "Nov 24, 2026 12:00:00 PM org.x.Y method\nSEVERE: text\njava.lang.RuntimeException: x\n\tat a.b.C.d(C.java:1)\n\
        Nov 24, 2026 12:00:01 PM org.x.Y method\nINFO: more";
    let mut all = carried(java);
    all.push(java.lines().map(|line| format!("web-7d8f9c6b5-x2x4z app {line}")).collect::<Vec<_>>().join("\n"));
    for text in all {
        let lines = AT.records(&text);
        assert_eq!(told(&lines), [(Level::Error, "text"), (Level::Info, "more")], "{text}");
        assert_eq!(lines[0].at.rfc3339(), "2026-11-24T12:00:00.000Z");
        assert_eq!(lines[0].error(), Some("java.lang.RuntimeException: x\n\tat a.b.C.d(C.java:1)"));
    }
    for text in carried("E, [2026-11-24T12:00:00.123456 #123] ERROR -- : text") {
        let line = AT.record(&text);
        assert_eq!((line.level, &*line.message), (Level::Error, "text"), "{text}");
        assert_eq!(line.at.rfc3339(), "2026-11-24T12:00:00.123Z");
    }
}

#[test]
fn lines_behind_the_names_of_processes_are_read_for_themselves() {
    AT.all(&[
        ("09:08:05 web.1  | hello", "2026-11-26T09:08:05.000Z unknown hello | service:web process=web.1"),
        ("09:08:05 web.1  | ERROR bad", "2026-11-26T09:08:05.000Z error bad | service:web process=web.1"),
        (
            "09:08:05 web.12 | {\"level\":\"warn\",\"msg\":\"x\"}",
            "2026-11-26T09:08:05.000Z warn x | service:web process=web.12",
        ),
        (
            "09:08:05 system | web.1 started (pid=15493)",
            "2026-11-26T09:08:05.000Z unknown web.1 started (pid=15493) | process=system",
        ),
        ("0|api      | ERROR text", "- error text | service:api process=0|api"),
        (
            "12|api-two | 2026-11-26T09:08:05Z INFO text",
            "2026-11-26T09:08:05.000Z info text | service:api-two process=12|api-two",
        ),
        ("PM2      | App [api:0] online", "- unknown App [api:0] online | service:PM2 container=PM2"),
        // Not theirs.
        ("09:08:05 INFO | text", "2026-11-26T09:08:05.000Z info text |"),
        ("09:08:05 orders | text", "2026-11-26T09:08:05.000Z unknown orders | text |"),
        ("1|2|3", "- unknown 1|2|3 |"),
    ]);
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: no";
    let mixed: Vec<_> = trace
        .lines()
        .flat_map(|line| [format!("09:08:05 web.1  | {line}"), format!("09:08:05 api.1  | {line}")])
        .collect();
    assert_eq!(AT.records(&mixed.join("\n")).len(), 2);
}

#[test]
fn a_number_before_words_is_a_count_unless_a_level_follows() {
    AT.all(&[
        ("1700000000 bytes sent", "- unknown 1700000000 bytes sent |"),
        ("1700000000000 rows", "- unknown 1700000000000 rows |"),
        ("1700000000", "- unknown 1700000000 |"),
        ("1795723200 ERROR x", "2026-11-26T20:00:00.000Z error x |"),
        ("1795723200123 [main] INFO x", "2026-11-26T20:00:00.123Z info x | thread=main"),
        ("1795723200.123 up", "2026-11-26T20:00:00.123Z unknown up |"),
        ("[1795723200123] up", "2026-11-26T20:00:00.123Z unknown up |"),
    ]);
}

#[test]
fn a_number_before_words_is_a_time_where_other_lines_of_the_source_tell_theirs_so() {
    let lines = AT.records("1795723200 bytes\n1795723200 INFO a\n1795723205 b");
    let told: Vec<_> = lines.iter().map(|line| (&*line.message, line.at.0 - 1_795_723_200_000)).collect();
    assert_eq!(told[1..], [("a", 0), ("b", 5_000)]);
    assert_eq!(told[0].0, "1795723200 bytes");
}

#[test]
fn a_time_that_was_never_set_stays_as_it_is_written_and_the_level_behind_it_counts() {
    AT.all(&[
        ("1970-01-01T00:00:12Z ERROR x", "- error x | time=1970-01-01T00:00:12Z"),
        ("1970-01-01 00:00:12,123 [main] WARN x", "- warn x | time=1970-01-01 00:00:12,123 thread=main"),
        ("[1975-01-01 00:00:12] INFO x", "- info x | time=1975-01-01 00:00:12"),
    ]);
}

#[test]
fn the_number_before_the_level_of_mysql_is_a_thread() {
    AT.all(&[
        (
            "2026-11-24T12:00:00.123456Z 0 [Note] [MY-010051] [Server] text",
            "2026-11-24T12:00:00.123Z info [MY-010051] [Server] text | thread=0",
        ),
        (
            "2026-11-24T12:00:00.123456Z 8 [ERROR] [MY-013183] [InnoDB] text",
            "2026-11-24T12:00:00.123Z error [MY-013183] [InnoDB] text | thread=8",
        ),
        ("2026-11-24 12:00:00 0 [Warning] text", "2026-11-24T12:00:00.000Z warn text | thread=0"),
        ("2026-11-24 12:00:00 5 [Warning] Aborted", "2026-11-24T12:00:00.000Z warn Aborted | thread=5"),
        ("2026-11-24 12:00:00 7 [ERROR] text", "2026-11-24T12:00:00.000Z error text | pid=7"),
    ]);
}

#[test]
fn a_cause_below_what_went_well_is_none_of_it() {
    for text in carried("[20:00:00.123] INFO (1): up\nCaused by: nothing\n[20:00:01.123] INFO (1): on") {
        let lines = AT.records(&text);
        assert_eq!((lines.len(), lines[0].error(), &*lines[1].message), (3, None, "Caused by: nothing"), "{text}");
    }
    for text in carried("20:00:00 INFO up\nCaused by: x.Y: no\n\tat a.B.c(B.java:7)\n20:00:01 INFO on") {
        let lines = AT.records(&text);
        let wanted = [(Level::Info, "up"), (Level::Error, "Caused by: x.Y: no"), (Level::Info, "on")];
        assert_eq!((told(&lines), lines[1].error()), (wanted.into(), Some("\tat a.B.c(B.java:7)")), "{text}");
    }
    let lines = AT.records("20:00:00 it failed\nCaused by: x.Y: no\n20:00:01 INFO on");
    assert_eq!((lines.len(), lines[0].error()), (2, Some("Caused by: x.Y: no")), "of what does not tell how it went");
}

#[test]
fn what_was_thrown_without_frames_is_a_record_each() {
    for one in ["Error: ", "TypeError: ", "java.lang.IllegalStateException: ", "a.b.CException: "] {
        for text in carried(&format!("{one}a\n{one}b\n{one}c\nINFO next")) {
            let lines = AT.records(&text);
            assert_eq!(lines.len(), 4, "{text}: {:?}", told(&lines));
            assert!(lines.iter().all(|line| line.error().is_none_or(|it| !it.contains('\n'))), "{text}");
        }
        for text in carried(&format!("{one}a\n{one}b\n    at f (/app/a.js:1:2)\nINFO next")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[1].level), (3, Level::Error), "{text}: {:?}", told(&lines));
        }
    }
}

#[test]
fn an_exception_of_monolog_whose_statement_has_several_lines_is_one_record() {
    let said = "SQLSTATE[42S02]: no table (SQL: select *\n  from t\nwhere a = 1) {\"userId\":7,\"exception\":\"[object] \
        (Illuminate\\\\Database\\\\QueryException(code: 42S02): SQLSTATE[42S02]: no table (SQL: select *\n  from t\nwhere a = 1) at /app/b.php:9)";
    let trace = "[stacktrace]\n#0 /app/b.php(9): f()\n#1 {main}\n\n[previous exception] [object] (PDOException(code: 42S02): no\n\
        ERROR: table at /app/b.php:8)\n[stacktrace]\n#0 {main}\n\"} ";
    for text in carried(&format!(
        "[2026-11-26 20:00:00] local.ERROR: {said}\n{trace}\n[2026-11-26 20:00:01] local.INFO: next\nand more of it"
    )) {
        let lines = AT.records(&text);
        assert_eq!(lines.len(), 3, "{text}: {:?}", told(&lines));
        assert_eq!((lines[0].level, &*lines[0].message, lines[0].error()), (Level::Error, said, Some(trace)), "{text}");
        assert_eq!((&*lines[1].message, &*lines[2].message), ("next", "and more of it"));
    }
    let short = "no (SQL: select *\nfrom t) {\"exception\":\"[object] (PDOException(code: 42S02): no at /app/b.php:9)";
    for text in carried(&format!("[2026-11-26 20:00:00] local.ERROR: {short}\n{trace}\nmore")) {
        let lines = AT.records(&text);
        assert_eq!((lines.len(), &*lines[0].message, lines[0].error()), (2, short, Some(trace)), "{text}");
    }
    for text in carried(&format!("[2026-11-26 20:00:00] local.ERROR: {short}\"}} []\nmore")) {
        let lines = AT.records(&text);
        assert_eq!((lines.len(), lines[0].error(), &*lines[1].message), (2, None, "more"), "{text}");
        assert!(
            lines[0]
                .message
                .ends_with("from t) {\"exception\":\"[object] (PDOException(code: 42S02): no at /app/b.php:9)\"} []")
        );
    }
    // Without the trace.
    for text in carried(&format!(
        "[2026-11-26 20:00:00] local.ERROR: {said}\"}} []\nmore\n[2026-11-26 20:00:01] local.INFO: next"
    )) {
        let lines = AT.records(&text);
        assert_eq!(lines.len(), 3, "{text}: {:?}", told(&lines));
        assert_eq!((&*lines[0].message, lines[0].error()), (&*format!("{said}\"}} []"), None), "{text}");
        assert_eq!(&*lines[1].message, "more");
    }
    // One that ends in its line, and one without an exception, take nothing.
    for head in ["no {\"exception\":\"[object] (E(code: 0): x at /a.php:1)\"} []", "no []"] {
        let lines = AT.records(&format!(
            "[2026-11-26 20:00:00] local.ERROR: {head}\none\ntwo\n[2026-11-26 20:00:01] local.INFO: next"
        ));
        assert_eq!(lines.iter().map(|line| &*line.message).collect::<Vec<_>>(), [head, "one", "two", "next"]);
    }
}
