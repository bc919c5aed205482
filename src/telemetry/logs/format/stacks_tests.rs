//! Where a stack ends and whose it is: requests and new errors behind it are records of their own, though they are indented, and
//! a line that tells no level has that of its stack.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-27T16:00:00Z.
const AT: Cases = Cases(1_795_795_200_000);

const STACK: &str = "    at f (/app/a.js:3:52)\n    at async g (/app/b.js:7:1)";

fn told(lines: &[LogLine]) -> Vec<(Level, &str)> {
    lines.iter().map(|line| (line.level, line.message.trim())).collect()
}

/// The same text plain, and behind those who carry it.
fn carried(text: &str) -> Vec<String> {
    let behind = |front: &str| text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
    ["", "web-1  | ", "[pod/web-7d8f9c6b5-x2x4z/app] ", "2026-11-27T12:00:09.5Z stderr F "].map(behind).into()
}

#[test]
fn what_koa_logs_behind_an_error_are_lines_of_their_own() {
    let requests = "  <-- GET /x\n  --> GET /x 200 4ms 1b\n  <-- GET /b\n  xxx GET /b 500 0ms -";
    let error = "  Error: kboom\n      at /app/ko.js:1:119\n      at dispatch (/app/koa-compose/index.js:47:32)";
    for text in carried(&format!("{requests}\n\n{error}\n\n{requests}\n\n{error}\n\n{requests}")) {
        let lines = AT.records(&text);
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.message.is_empty()).collect();
        assert_eq!(lines.len(), 14, "{text}: {:?}", told(&lines));
        let errors: Vec<_> = lines.iter().filter(|line| line.level == Level::Error).collect();
        assert_eq!(errors.len(), 2, "{text}");
        assert!(errors.iter().all(|line| line.error() == error.split_once('\n').map(|(_, stack)| stack)), "{text}");
    }
}

#[test]
fn what_next_says_behind_an_error_are_lines_of_their_own() {
    let text = format!(
        "api failing Error: api bad\n{STACK}\n \u{2a2f} TypeError: route boom\n{STACK}\ndigest: \"39\"\n   1 | export\n> 2 | throw\n\
        \u{20}   | ^\n GET /api/x 500 in 5051ms\n \u{2713} Compiled / in 9.8s\n \u{25cb} Compiling /y ..."
    );
    for text in carried(&text) {
        let lines = AT.records(&text);
        let wanted = [
            (Level::Error, "api failing Error: api bad"),
            (Level::Error, "\u{2a2f} TypeError: route boom"),
            (Level::Unknown, "GET /api/x 500 in 5051ms"),
            (Level::Unknown, "\u{2713} Compiled / in 9.8s"),
            (Level::Unknown, "\u{25cb} Compiling /y ..."),
        ];
        assert_eq!(told(&lines), wanted, "{text}");
        assert_eq!(lines[0].error(), Some(STACK), "{text}");
    }
}

#[test]
fn no_trace_takes_without_end_what_is_indented() {
    for head in ["Error: boom\n    at P (./a.js:5:9)", "a.b.CException: x", "thread 'main' panicked at a.rs:1:2:\nx"] {
        let requests: Vec<_> = (0..3_000).map(|n| format!(" GET /orders/{n} 200 in 5ms")).collect();
        assert_eq!(AT.records(&format!("{head}\n{}", requests.join("\n"))).len(), 3_001, "{head}");
        let steps: Vec<_> = (0..3_000).map(|n| format!("      step {n} of many")).collect();
        assert!(AT.records(&format!("{head}\n{}", steps.join("\n"))).len() > 2_700, "{head}");
    }
    // Less far in than frames are only what is known to stand there.
    let lines = AT.records(&format!("Error: boom\n{STACK}\n  next step\n  and one"));
    assert_eq!((lines.len(), lines[0].error()), (3, Some(STACK)));
}

#[test]
fn what_stands_in_a_stack_besides_frames_is_of_it() {
    for stack in [
        "    at f (/a.js:1:2) {\n  code: 'E',\n  [cause]: Error: inner\n      at g (/a.js:3:4) {\n    errno: 1,\n    q: [\n      1\n    ]\n  }\n}",
        "\tat a.B.c(B.java:7)\n\tSuppressed: a.BException: y\n  second line\n\t\tat a.B.d(B.java:8)\n\t\t... 4 more\nCaused by: a.CError: z\n\tat a.E.f(E.java:9)",
        "   at A.B() in /a.cs:line 7\n ---> System.IO.IOException: b\n   at A.C()\n   --- End of inner exception stack trace ---\n   at A.D()",
        "    at f (/a.js:1:2)\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/a.js' ]\n}",
        "    at f (/a.js:1:2)\n  12 | let a\n> 13 | throw b\n     |       ^\n  14 | }",
    ] {
        for text in carried(&format!("boom: TypeError: x\n{stack}\n2026-11-27 16:00:01 INFO next")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].error()), (2, Some(stack)), "{text}: {:?}", told(&lines));
        }
    }
    // Of a dump whose brackets are closed what follows is none, though it is indented.
    let text = "  Error: x\n      at f (/a.js:1:2) {\n    code: 1\n  }\n  next";
    assert_eq!(AT.records(text).len(), 2);
    let frames: Vec<_> = (0..600).map(|n| format!("\tat com.acme.orders.Deep.call(Deep.java:{n})")).collect();
    assert_eq!(AT.records(&format!("a.b.CException: x\n{}", frames.join("\n"))).len(), 1, "whole");
}

#[test]
fn a_line_without_a_level_has_that_of_its_stack() {
    for (head, level) in [
        ("Order failed: Error: declined", Level::Error),
        ("it failed PaymentDeclined: no", Level::Error),
        (" \u{2a2f} Error: boom", Level::Error),
        ("Order failed", Level::Error),
        ("WARN Order failed: Error: x", Level::Warn),
        ("2026-11-27 16:00:00 INFO tried: Error: x", Level::Info),
        ("(node:4) Warning: x", Level::Warn),
        ("\"main\" #1 prio=5 os_prio=0", Level::Unknown),
    ] {
        for text in carried(&format!("listening\n{head}\n{STACK}\nok")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[1].level, lines[1].error()), (3, level, Some(STACK)), "{text}");
        }
    }
    let lines = AT.records("we meet\n  at noon");
    assert!(lines.iter().all(|line| line.level == Level::Unknown), "{:?}", told(&lines));
}

#[test]
fn an_indented_error_with_frames_is_of_the_fault_before_it() {
    let stack = "    Error: bunerr\n        at Object.<anonymous> (/tmp/pi.js:5:3)\n        at Module (/tmp/pi.js:5:3)";
    let java = "\tjava.lang.NullPointerException: no\n\t\tat a.B.c(B.java:7)\n\tCaused by: java.io.IOException: y\n\t\t... 1 more";
    for (head, stack) in [
        ("2026-11-27 16:04:37,368 ERROR charge failed", stack),
        ("[2026-11-27T16:05:43.867Z] ERROR: payb/6148 on vm: oops", stack),
        ("27-Nov-2026 16:05:40.123 SEVERE [http-1] o.a.c.c.V.invoke threw", java),
    ] {
        for text in carried(&format!("{head}\n{stack}\n2026-11-27 16:04:39,368 INFO ok")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].level, lines[0].error()), (2, Level::Error, Some(stack)), "{text}");
        }
    }
    for text in ["INFO up\n    Error: x\n        at f (/a.js:1:2)", "2026-11-27 16:04:37 ERROR x\n    Error: y\nnext"] {
        assert!(AT.records(text)[0].error().is_none(), "{text}");
    }
}

#[test]
fn tornado_indents_what_it_says_of_a_request_and_what_was_thrown() {
    let request = "    HTTPServerRequest(protocol='http', host='a:1', method='GET', uri='/x?b=1', version='HTTP/1.1')";
    let trace = "    Traceback (most recent call last):\n      File \"/a.py\", line 2, in f\n        raise x\n    ValueError: boom";
    for text in carried(&format!(
        "[W 261127 16:15:21 to:5] two\n      lines\n    flat\n[E 261127 16:15:21 web:2108] Uncaught exception GET /x\n{request}\n{trace}\n\
        [I 261127 16:15:21 web:2591] 200 GET /x"
    )) {
        let lines = AT.records(&text);
        let message = format!("Uncaught exception GET /x\n{request}");
        let wanted =
            [(Level::Warn, "two\n      lines\n    flat"), (Level::Error, &message), (Level::Info, "200 GET /x")];
        assert_eq!(told(&lines), wanted, "{text}");
        assert_eq!(lines[1].error(), Some(trace), "{text}");
        assert_eq!(lines[1].fields.len(), lines[0].fields.len() + 1, "{text}: {:?}", lines[1].fields);
    }
}

#[test]
fn aws_lambda_indents_by_blanks_that_do_not_break() {
    let trace = "Traceback (most recent call last):\n\u{a0}\u{a0}File \"/var/task/a.py\", line 3, in f\n\u{a0}\u{a0}\u{a0}\u{a0}raise x";
    let lines = AT.records(&format!("[ERROR] ValueError: boom\n{trace}\nSTART RequestId: 1"));
    assert_eq!((lines.len(), lines[0].error()), (2, Some(trace)));
}
