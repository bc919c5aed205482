//! Traces behind the time that who carries lines puts in front of each (`docker logs -t`, `kubectl logs --timestamps`,
//! `docker compose logs -t`, stern): one record, as without it; and programs that have such a time themselves.

use super::cases::Cases;
use crate::domain::log::Level;

const AT: Cases = Cases(0);

/// As they are put in front; `#` is the time.
const FRONTS: &[&str] =
    &["# ", "[pod/orders-7d9f8c6b5-x2k4z/app] # ", "orders-1  | # ", "orders-7d9f8c6b5-x2k4z app # "];

const TRACES: &[&str] = &[
    "ERROR failed\njava.lang.Error: x\n\tat a.B.c(B.java:1)\nCaused by: x.Y: z\nmore of it\n\tat d.E.f(E.java:1)\n\t... 3 more",
    "2026-11-26 20:00:00 ERROR boom\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: no",
    "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2",
    "2026-11-26T20:00:00.034Z\tERROR\torders\tmain.go:18\tfailed\nmain.main.func1\n\t/src/main.go:18\nmain.main\n\t/src/main.go:20",
    "java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)",
    "ERROR failed\nError: boom\n    at f (/app/a.js:3:9)",
    "fail: Shop.Orders[0]\n      Could not place order\n      System.Exception: x\n         at A.B() in /src/B.cs:line 7",
    "[Nest] 7  - 11/20/2026, 10:00:00 AM   ERROR [Orders] failed\nTypeError: x\n    at f (/app/a.js:3:9)",
];

/// Each line behind a front, with a time that goes on.
fn behind(front: &str, text: &str) -> String {
    let at = |count: usize| front.replace('#', &format!("2026-11-26T20:00:01.{:09}Z", 120_000_000 + count));
    text.lines().enumerate().map(|(count, line)| at(count) + line).collect::<Vec<_>>().join("\n")
}

#[test]
fn behind_a_carriers_time_a_trace_is_one_record_as_without_it() {
    for front in FRONTS {
        for trace in TRACES {
            // Stern's front is known by what stands behind it.
            let text = format!("INFO up\n{trace}\nINFO next");
            let (lines, bare) = (AT.records(&behind(front, &text)), AT.records(&text));
            let told = |line: &crate::domain::log::LogLine| (line.level, line.error().map(str::to_owned));
            assert_eq!(bare.len(), 3, "{trace}");
            assert_eq!(lines.len(), 3, "{front}{trace}: {lines:#?}");
            for (line, bare) in lines.iter().zip(&bare) {
                assert_eq!(told(line), told(bare), "{front}{trace}");
                assert_eq!(line.message, bare.message, "{front}{trace}");
            }
        }
    }
    let java = "Nov 20, 2026 10:00:00 AM com.a.B go\nSEVERE: failed\njava.lang.Error: x\n\tat a.B.c(B.java:1)";
    let line = AT.record(&behind("# ", java));
    assert_eq!((line.level, &*line.message, line.error().is_some()), (Level::Error, "failed", true));
}

#[test]
fn whose_a_line_of_compose_is_may_stand_in_colours() {
    let trace = "ERROR failed\njava.lang.Error: x\n\tat a.B.c(B.java:1)";
    for front in
        ["\u{1b}[36morders-1  | \u{1b}[0m", "\u{1b}[1;36morders-1  |\u{1b}[0m ", "\u{1b}[36morders-1  | \u{1b}[0m# "]
    {
        let line = AT.record(&behind(front, trace));
        let told = (line.level, &*line.message, line.service.as_deref(), line.error());
        assert_eq!(told, (Level::Error, "failed", Some("orders"), Some("java.lang.Error: x\n\tat a.B.c(B.java:1)")));
    }
    assert_eq!(AT.record("\u{1b}[36morders | \u{1b}[0mfailed").service, None);
}

#[test]
fn a_key_behind_a_carriers_time_is_one_record() {
    let key = "key:\n-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nab+/cd==\n-----END PRIVATE KEY-----";
    for front in &FRONTS[..3] {
        assert_eq!(AT.records(&behind(front, key)).len(), AT.records(key).len(), "{front}");
    }
}

#[test]
fn a_program_that_has_such_a_time_itself_has_a_record_a_line() {
    let messages = |text: &str| AT.records(text).iter().map(|line| line.message.to_string()).collect::<Vec<_>>();
    for front in &FRONTS[..3] {
        let lines = "up\nMailer: sent\nat the end\nError: none\nOrders 7 taken\nmain.main\nlast";
        let told = messages(&behind(front, lines));
        assert_eq!(told.len(), 7, "{front}: {told:?}");
        // Whose frames have no time goes on with none that has.
        let bare = |text: &str| text.lines().map(|line| front.replace("# ", "") + line).collect::<Vec<_>>().join("\n");
        let trace = bare("java.lang.Error: x\n\tat a.B.c(B.java:1)");
        let told =
            messages(&format!("{}\n{trace}\n{}", behind(front, "ERROR failed"), behind(front, "   indented\nmessage")));
        assert_eq!(told.len(), 3, "{front}: {told:?}");
    }
    // One that is bare and fails, and then a line behind a time.
    assert_eq!(messages(&format!("ERROR failed\n\tat a.B.c(B.java:1)\n{}", behind("# ", "\tat the depot"))).len(), 2);
}
