//! A trace is one record, as real loggers write it: zap's pairs, loguru's marks and boxes, messages of several lines, groups of
//! exceptions, what stands behind a bar or a tab, and what several pods write among each other.

use super::cases::Cases;
use crate::domain::log::Level;

const AT: Cases = Cases(0);

/// Each begins with the line whose trace it is.
const WHOLE: &[&str] = &[
    "2026-11-26T21:40:35.034Z\tERROR\torders.db\tgo/main.go:18\tfailed\t{\"error\": \"boom: db\"}\nmain.main.func1\n\
     \t/tmp/kw/go/main.go:18\nmain.main\n\t/tmp/kw/go/main.go:19\nnet/http.(*conn).serve\n\t/usr/local/go/src/runtime/proc.go:290",
    "2026-11-26 21:36:39.510 | ERROR    | __main__:<module>:46 - An error has been caught in function '<module>'\n\
     Traceback (most recent call last):\n\n> File \"/tmp/kw/py1.py\", line 46, in <module>\n    f(0)\n    └ <function f at 0x7f6d12820e00>\n\n  \
     File \"/tmp/kw/py1.py\", line 45, in f\n    def f(a): return 1/a\n        │ │            └ 0\n        │ └ 0\n\nZeroDivisionError: division by zero",
    "21:38:58.104 [main] ERROR com.acme.Orders -- caught\njava.lang.IllegalStateException: outer: cannot\nsecond line of message\n\
     \tat A.drive(A.java:6)\n\tat A.run(A.java:12)\nCaused by: java.lang.NullPointerException: Cannot invoke\nof course\n\n  why: indented\nlast\n\t... 4 common frames omitted",
    "2026-11-26 20:00:02,000 ERROR [main] c.a.X - failed 3\norg.springframework.beans.factory.BeanCreationException: Error creating bean: \n\n\
     Reason: x\n\n\tat a.B.c(D.java:1)",
    "2026-11-26 20:00:00,000 ERROR [main] c.a.X - failed\norg.postgresql.util.PSQLException: ERROR: relation \"x\" does not exist\n  Position: 15\n\
     \tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2675)",
    "2026-11-26 21:36:39,030 - a.c - ERROR - caught\nTraceback (most recent call last):\n  File \"/tmp/kw/py1.py\", line 9, in drive\n    try: 1/0\n         ~^~\n\
     ZeroDivisionError: bad\nvalue with newline\n\nThe above exception was the direct cause of the following exception:\n\n\
     Traceback (most recent call last):\n  File \"/tmp/kw/py1.py\", line 10, in drive\nValueError: bad",
    "2026-11-26 21:48:50,385 ERROR group\n  + Exception Group Traceback (most recent call last):\n  |   File \"/tmp/kw/eg2.py\", line 2, in <module>\n  \
     |     try: raise ExceptionGroup('many',[ValueError('a'),KeyError('b')])\n  | ExceptionGroup: many (2 sub-exceptions)\n  \
     +-+---------------- 1 ----------------\n    | ValueError: a\n    +---------------- 2 ----------------\n    | KeyError: 'b'\n    +------------------------------------",
    "2026-11-26T21:40:35.040Z [ERROR] vault: failed: error=\"boom: db\"\n  multi=\n  | a\n  | b\n  ",
    "2026-11-26T21:40:35.040Z [INFO]  vault: i: a=1\n  multi=\n  | a",
    "2026-11-26 21:36:39,029 caught\nTraceback (most recent call last):\n  File \"/tmp/kw/py1.py\", line 9, in drive\nValueError: bad",
    "2026-11-26 21:36:39,029 caught\njava.lang.IllegalStateException: bad\n\tat A.b(A.java:1)",
    "Internal Server Error: /b\nTraceback (most recent call last):\n  File \"/x/exception.py\", line 55, in inner\n    response = get_response(request)\n\
     ZeroDivisionError: division by zero",
    "2026-11-26 21:41:22.357 UTC [16275] postgres@postgres LOG:  statement: select *\n\tfrom nosuch\n\twhere a=1;",
    "2026-11-26 21:41:22.357 UTC [16275] postgres@postgres ERROR:  relation \"nosuch\" does not exist at character 16\n\
     2026-11-26 21:41:22.357 UTC [16275] postgres@postgres STATEMENT:  select *\n\tfrom nosuch\n\twhere a=1;",
];

#[test]
fn a_trace_is_one_record_with_its_line_however_it_is_written() {
    for trace in WHOLE {
        for (before, after) in [("", ""), ("2026-11-26 20:00:00,000 INFO up\n", "\n2026-11-26 20:00:09,000 INFO after")]
        {
            let lines = AT.records(&format!("{before}{trace}{after}"));
            let at = usize::from(!before.is_empty());
            assert_eq!(
                lines.len(),
                1 + 2 * at,
                "{trace}: {:?}",
                lines.iter().map(|it| &*it.message).collect::<Vec<_>>()
            );
            let (_, rest) = trace.split_once('\n').unwrap();
            // The front of a line that says it again is none of it.
            let rest = rest.rsplit_once("UTC [16275] postgres@postgres STATEMENT:").map_or(rest, |(_, rest)| rest);
            let told = format!("{}\n{}", lines[at].message, lines[at].error().unwrap_or_default());
            assert!(told.trim_end().ends_with(rest.trim_end()), "{trace}: {told}");
            assert!(
                !trace.contains("Error") && !trace.contains("Exception") || lines[at].level == Level::Error,
                "{trace}"
            );
            assert!(lines.iter().enumerate().all(|(n, line)| n == at || line.error().is_none()), "{trace}");
        }
    }
}

#[test]
fn what_the_head_of_a_line_tells_joins_what_follows_in_dockers_frame_too() {
    let net = "fail: Shop.Orders[0]\n      Could not place order\n      System.Exception: x\n         at A.B() in /src/B.cs:line 7";
    let go = "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d\nexit status 2";
    let jul = "Nov 20, 2026 10:00:00 AM com.a.B go\nSEVERE: failed\njava.lang.Error: x\n\tat a.B.c(B.java:1)";
    let docker = |line: &str| {
        serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-11-20T10:00:00.5Z"})
            .to_string()
    };
    for (trace, level, told) in
        [(net, Level::Error, "Could not place order"), (go, Level::Fatal, "boom"), (jul, Level::Error, "failed")]
    {
        let text: Vec<_> = format!("INFO up\n{trace}\nINFO next").lines().map(docker).collect();
        let lines = AT.records(&text.join("\n"));
        let bare = AT.record(trace);
        assert_eq!(lines.len(), 3, "{trace}: {lines:#?}");
        assert_eq!((lines[1].level, &*lines[1].message, lines[1].error()), (level, told, bare.error()), "{trace}");
        assert!(lines[2].error().is_none() && &*lines[2].message == "next");
    }
    // What tells its own time within the frame goes on with nothing.
    let text = "ERROR failed\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:1)\n2026-11-20 10:00:00   at last".lines();
    assert_eq!(AT.records(&text.map(docker).collect::<Vec<_>>().join("\n")).len(), 2);
}

#[test]
fn what_nest_writes_is_read_in_colours_and_without_and_its_traces_are_whole() {
    AT.all(&[
        (
            "[Nest] 7  - 11/20/2026, 10:00:05 AM   ERROR [OrdersService] failed",
            "2026-11-20T10:00:05.000Z error failed | pid=7 logger=OrdersService",
        ),
        (
            "[Nest] 7  - 11/02/2026, 1:00:05\u{202f}PM     LOG [Router Explorer] Mapped {/, GET} route",
            "2026-11-02T13:00:05.000Z info Mapped {/, GET} route | pid=7 logger=Router Explorer",
        ),
        (
            "\u{1b}[31m[Nest] 7  - \u{1b}[39m11/20/2026, 10:00:00 AM \u{1b}[31m  ERROR\u{1b}[39m \u{1b}[38;5;3m[ExceptionsHandler] \u{1b}[39m\u{1b}[31mboom\u{1b}[39m",
            "2026-11-20T10:00:00.000Z error boom | pid=7 logger=ExceptionsHandler",
        ),
        ("[Nest] 7  - 11/20/2026, 10:00:05 AM VERBOSE up", "2026-11-20T10:00:05.000Z trace up | pid=7"),
        ("[Nest] 17   - 11/20/2026, 10:00:05 AM   [Main] up", "2026-11-20T10:00:05.000Z unknown up | pid=17 logger=Main"),
    ]);
    assert_eq!(&*AT.record("[Nest] is up").message, "[Nest] is up");
    let trace = "TypeError: no\n    at f (/app/a.js:3:9)\n    at g (/app/a.js:4:9)";
    let lines = AT.records(&format!(
        "[Nest] 7  - 11/20/2026, 10:00:00 AM   ERROR [A] failed\n{trace}\n[Nest] 7  - 11/20/2026, 10:00:01 AM     LOG [A] ok"
    ));
    assert_eq!((lines.len(), lines[0].error(), lines[1].error()), (2, Some(trace), None));
}

#[test]
fn what_javascript_threw_is_of_the_error_before_it_where_frames_follow_and_else_a_line() {
    let frames = "    at f (/app/a.js:3:9)\n    at g (/app/a.js:4:9)";
    let messages = |text: &str| AT.records(text).iter().map(|line| line.message.to_string()).collect::<Vec<_>>();
    for front in ["", "orders-1  | ", "2026-11-20T10:00:00Z stderr F "] {
        let behind = |text: &str| text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
        for head in ["Error: boom", "Error [ERR_X]: boom", "error: boom", "TypeError [ERR_X]: boom"] {
            let told = "2026-11-20T10:00:00Z ERROR failed";
            let lines = AT.records(&behind(&format!("{told}\n{head}\n{frames}\n2026-11-20T10:00:01Z INFO next")));
            assert_eq!(lines.len(), 2, "{front}{head}: {lines:#?}");
            assert_eq!(lines[0].error(), Some(&*format!("{head}\n{frames}")), "{front}");
            let lines = messages(&behind(&format!("{told}\n{head}\nplain\n2026-11-20T10:00:01Z INFO next")));
            assert_eq!((lines.len(), &*lines[2]), (4, "plain"), "{front}{head}: {lines:?}");
            // Behind what is no fault, and behind what was thrown itself, it is one of its own.
            for before in ["2026-11-20T10:00:00Z INFO up", "Error: first", &format!("Error: first\n{frames}")] {
                let lines = AT.records(&behind(&format!("{before}\n{head}\n{frames}")));
                let is_one = head.contains('[') && before.starts_with('E');
                assert!(is_one || lines.len() == 2 && lines[1].level == Level::Error, "{front}{before} {head}");
                assert!(is_one || lines[1].error() == Some(frames), "{front}{before} {head}");
            }
        }
    }
}

#[test]
fn a_trace_in_colours_is_one_record_and_has_none() {
    let lines = AT.records(concat!(
        "\u{1b}[32m2026-11-26 21:36:39.510\u{1b}[0m | \u{1b}[31m\u{1b}[1mERROR   \u{1b}[0m | \u{1b}[36m__main__\u{1b}[0m - caught\n",
        "\u{1b}[33m\u{1b}[1mTraceback (most recent call last):\u{1b}[0m\n\n",
        "> File \"\u{1b}[32m/tmp/kw/\u{1b}[0m\u{1b}[32m\u{1b}[1mpy1.py\u{1b}[0m\", line \u{1b}[33m46\u{1b}[0m, in \u{1b}[35m<module>\u{1b}[0m\n",
        "    \u{1b}[36m└ \u{1b}[0m\u{1b}[36m\u{1b}[1m<function f at 0x7f6d12820e00>\u{1b}[0m\n\n",
        "\u{1b}[31m\u{1b}[1mZeroDivisionError\u{1b}[0m:\u{1b}[1m division by zero\u{1b}[0m\n",
        "\u{1b}[32m2026-11-26 21:36:39.571\u{1b}[0m | \u{1b}[1mINFO    \u{1b}[0m | after",
    ));
    let told = lines[0].error().unwrap_or_default();
    assert_eq!((lines.len(), told.contains('\u{1b}')), (2, false), "{told:?}");
    assert!(
        told.contains("> File \"/tmp/kw/py1.py\", line 46") && told.ends_with("\nZeroDivisionError: division by zero")
    );
}

#[test]
fn lines_behind_what_was_thrown_are_lines_where_nothing_of_a_trace_follows() {
    for text in [
        "java.lang.IllegalStateException: x\nplain\nmore: of it\n\nlast",
        "2026-11-26 20:00:00,000 ERROR x\nmain.main.func1\nplain\nmore\nlast",
        "java.lang.IllegalStateException: x\nplain\nMailer: sent\nMailer: sent\n2026-11-26 20:00:00 INFO a\nplain\nmore\nlast",
        "2026-11-26 20:00:00,000 ERROR x\n  multi=\nplain\nmore\nlast",
        "Traceback (most recent call last):\n  File \"x\", line 1\nValueError: x\nplain\nmore\nlast",
    ] {
        let lines = AT.records(text);
        let told: Vec<&str> = lines.iter().map(|line| &*line.message).collect();
        assert!(
            told.ends_with(&["plain", "more", "last"]) || told.ends_with(&["plain", "more: of it", "last"]),
            "{told:?}"
        );
    }
    let long = format!("java.lang.IllegalStateException: x\n{}\tat a.B.c(B.java:1)", "plain\n".repeat(100));
    assert_eq!(
        AT.records(&long).iter().filter(|line| &*line.message == "plain").count(),
        100,
        "not more wait than a message has"
    );
}

#[test]
fn traces_of_pods_are_whole_whatever_other_pods_say_between() {
    for (one, two) in [
        ("[pod/orders-7d8f9c6b5-x2x4z/app] ", "[pod/pay-7d8f9c6b5-x2x4z/app] "),
        ("orders-7d8f9c6b5-x2x4z app ", "pay-7d8f9c6b5-x2x4z app "),
        ("orders-1  | ", "pay-1  | "),
    ] {
        for other in
            ["{\"level\":\"warn\",\"msg\":\"p\",\"time\":\"2026-11-26T20:00:00Z\"}", "2026-11-26 20:00:00 INFO p"]
        {
            let trace = ["2026-11-26 20:00:00 ERROR x failed", "java.lang.RuntimeException: x", "\tat a.b(C.java:1)"];
            let next = "2026-11-26 20:00:01 INFO next";
            let text = format!(
                "{one}{}\n{two}{other}\n{two}{other}\n{one}{}\n{two}{other}\n{one}{}\n{one}{next}",
                trace[0], trace[1], trace[2]
            );
            let mut lines = AT.records(&text);
            let told: Vec<&str> = lines.iter().map(|line| &*line.message).collect();
            assert_eq!(told.iter().filter(|told| **told == "p").count(), 3, "{text}: {told:?}");
            assert_eq!(told.len(), 5, "{text}: {told:?}");
            lines.retain(|line| line.level == Level::Error);
            assert_eq!(lines[0].error(), Some("java.lang.RuntimeException: x\n\tat a.b(C.java:1)"), "{text}");
        }
    }
}

#[test]
fn a_sentence_that_begins_with_the_name_of_a_pod_is_a_sentence() {
    for text in ["orders-7d8f9c6b5-x2x4z is not ready", "orders-7d8f9c6b5-x2x4z failed Because: of it"] {
        assert_eq!(&*AT.records(text)[0].message, text);
    }
}

#[test]
fn a_statement_of_several_lines_is_what_a_session_says_and_no_fault() {
    let front = "2026-11-26 21:41:22.357 UTC [16275] postgres@postgres ";
    let lines = AT.records(&format!(
        "{front}LOG:  statement: select *\n\tfrom nosuch\n{front}ERROR:  no\n\tof two lines\n{front}STATEMENT:  x\n\ty"
    ));
    let told: Vec<_> = lines.iter().map(|line| (&*line.message, line.error())).collect();
    assert_eq!(told[0], ("statement: select *\n\tfrom nosuch", None));
    assert_eq!(told[1], ("no\n\tof two lines", Some("STATEMENT:  x\n\ty")));
}
