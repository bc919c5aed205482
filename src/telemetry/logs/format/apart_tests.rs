//! Traces one after another are as many records, and what belongs to one is with it, as Node, Java, Python and rich wrote
//! them.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine, TRUNCATED};

const AT: Cases = Cases(1_795_773_600_000);

const NODE: &str = "TypeError: Cannot read properties of undefined (reading 'x')\n    \
    at Object.<anonymous> (/app/e20.js:1:40)\n    at node:internal/main/run_main_module:28:49";
const JAVA: &str = "java.lang.NumberFormatException: For input string: \"x0\"\n\
    \tat java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)\n\tat J.main(J.java:1)\n\
    Caused by: java.io.IOException: why\n\tat J.f(J.java:2)\n\t... 1 more";
const PYTHON: &str = "Traceback (most recent call last):\n  File \"/app/t.py\", line 3, in <module>\n    try: int('x%d'%i)\n         \
    ^^^^^^^^^^^^\nValueError: invalid literal for int() with base 10: 'x0'";
const CHAINED: &str = "Traceback (most recent call last):\n  File \"/app/t.py\", line 3, in <module>\nKeyError: 'a'\n\n\
    During handling of the above exception, another exception occurred:\n\n\
    Traceback (most recent call last):\n  File \"/app/t.py\", line 5, in <module>\nValueError: x";
const THREAD: &str = "Exception in thread Thread-1 (f):\nTraceback (most recent call last):\n  File \"/app/t.py\", line 5, in f\n    \
    def f(): raise RuntimeError('t')\n             ^^^^^^^^^^^^^^^^^^^^^^^\nRuntimeError: t";
const DOTNET: &str = "System.InvalidOperationException: a\n ---> System.IO.IOException: b\n   at A.B()\n   \
    --- End of inner exception stack trace ---\n   at A.C()";

fn behind(front: &str, text: &str) -> String {
    text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n")
}

fn messages(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| &*line.message).collect()
}

#[test]
fn traces_one_after_another_are_as_many_records_whoever_carries_them() {
    for front in
        ["", "web-1  | ", "[pod/web-7d8f9c6b5-x2x4z/app] ", "0|web  | ", "2026-11-26T20:00:00.123456789Z stderr F "]
    {
        for trace in [NODE, JAVA, PYTHON, CHAINED, THREAD, DOTNET] {
            let text = behind(front, &[trace; 5].join("\n"));
            let lines = AT.records(&text);
            let (head, rest) = trace.split_once('\n').unwrap();
            assert_eq!(messages(&lines), [head; 5], "{front}");
            for line in &lines {
                assert_eq!((line.level, line.error()), (Level::Error, Some(rest)), "{front}");
            }
        }
        let mixed = [NODE, JAVA, THREAD, NODE, PYTHON, JAVA, PYTHON, CHAINED, DOTNET, THREAD];
        let lines = AT.records(&behind(front, &mixed.join("\n")));
        assert_eq!(lines.len(), mixed.len(), "{front}{:?}", messages(&lines));
        assert!(lines.iter().all(|line| line.level == Level::Error && line.error().is_some()), "{front}");
    }
}

#[test]
fn a_trace_behind_the_line_of_an_error_is_of_that_line_and_the_next_trace_is_not() {
    for front in ["", "web-1  | "] {
        for trace in [NODE, JAVA, PYTHON, CHAINED] {
            let text = behind(front, &format!("ERROR boom\n{trace}\n{trace}\nINFO next"));
            let lines = AT.records(&text);
            let (head, rest) = trace.split_once('\n').unwrap();
            let told: Vec<_> = lines.iter().map(|line| (&*line.message, line.error())).collect();
            assert_eq!(told, [("boom", Some(trace)), (head, Some(rest)), ("next", None)], "{front}");
        }
    }
}

#[test]
fn of_thousands_of_traces_and_of_one_that_has_no_end_nothing_is_lost() {
    for front in ["", "web-1  | "] {
        let many: Vec<_> =
            (0..5_000).map(|n| format!("{front}TypeError: x{n}\n{front}    at a.b (C.js:1:{n})")).collect();
        let lines = AT.records(&many.join("\n"));
        assert_eq!((lines.len(), &*lines[4_999].message), (5_000, "TypeError: x4999"), "{front}");
        let frames: Vec<_> = (0..5_000).map(|n| format!("\tat a.b.C{n}.deep(C.java:{n})")).collect();
        let text = behind(front, &format!("2026-11-27T10:00:00Z ERROR boom\n{}", frames.join("\n")));
        let lines = AT.records(&text);
        let told: Vec<_> = lines
            .iter()
            .flat_map(|line| [&*line.message, line.error().unwrap_or_default()])
            .flat_map(str::lines)
            .map(str::trim)
            .collect();
        assert_eq!(told[0], "boom");
        assert!(told[1..].iter().copied().eq(frames.iter().map(|frame| frame.trim())), "{front}");
        assert!((2..9).contains(&lines.len()), "{front}{}", lines.len());
        for line in &lines {
            assert_eq!((line.level, line.at), (Level::Error, lines[0].at), "{front}");
            assert!(line.fields.iter().all(|(key, _)| &**key != TRUNCATED), "{front}");
        }
    }
}

#[test]
fn a_trace_that_rich_draws_padded_with_blanks_is_of_its_line() {
    let text = include_str!("../../../../tests/fixtures/logs/rich80.txt");
    let lines = AT.records(text.trim_end_matches('\n'));
    let levels: Vec<_> = lines.iter().map(|line| (line.level, line.error().is_some())).collect();
    let (calm, fault) = ((Level::Info, false), (Level::Error, true));
    assert_eq!(levels, [calm, fault, calm, fault, calm], "{:?}", messages(&lines));
    assert!(lines[1].error().is_some_and(|it| it.trim_end().ends_with("ZeroDivisionError: division by zero")));
    // One that was thrown while another was handled.
    let all: Vec<_> = text.lines().collect();
    let chain =
        ["", "                    During handling of the above exception, another exception occurred:", "   ", ""];
    let chained: Vec<_> = all[..15].iter().chain(&chain).chain(&all[2..15]).chain(&all[15..16]).copied().collect();
    assert_eq!(AT.records(&chained.join("\n")).len(), 3);
}
