//! Traces behind the time that who carries lines puts in front of each (`docker logs -t`, `kubectl logs --timestamps`,
//! `docker compose logs -t`, stern): one record, as without it; and programs that have such a time themselves.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

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
            let told = |line: &LogLine| (line.level, line.error().map(str::to_owned));
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

#[test]
fn what_a_web_server_writes_is_read_whoever_carries_it() {
    let fronts = [
        "nginx-1  | ",
        "[pod/web-1/nginx] ",
        "web-7d9f8c6b5-x2k4p nginx ",
        "09:00:00 web.1 | ",
        "0|api  | ",
        "2026-11-27T09:00:00.123456789Z ",
        "2026-11-27T09:00:00.123456789Z stdout F ",
        "nginx-1  | 2026-11-27T09:00:00.123456789Z ",
        "[pod/web-1/nginx] 2026-11-27T09:00:00.123456789Z ",
    ];
    let nginx = "10.0.0.1 - bob [27/Nov/2026:09:00:00 +0000] \"GET /x HTTP/1.1\" 502 17 \"-\" \"curl/8\"";
    let six = "::1 - bob [27/Nov/2026:09:00:00 +0000] \"GET /x HTTP/1.1\" 502 17 \"-\" \"curl/8\"";
    let haproxy = "10.0.1.2:33317 [27/Nov/2026:09:00:00.655] http-in static/srv1 10/0/30/69/109 503 2750 - - ---- 1/1/1/1/0 0/0 \"GET /index.html HTTP/1.1\"";
    let told = |line: &LogLine, key: &str| {
        line.fields.iter().find(|(name, _)| &**name == key).map(|(_, told)| told.to_string()).unwrap_or_default()
    };
    for front in fronts {
        for (text, client, user, status) in
            [(nginx, "10.0.0.1", "bob", "502"), (six, "::1", "bob", "502"), (haproxy, "10.0.1.2:33317", "", "503")]
        {
            let line = AT.record(&format!("{front}{text}"));
            let found = [told(&line, "client"), told(&line, "user"), told(&line, "status")];
            assert_eq!(found, [client, user, status], "{front}{text}");
            assert_eq!(line.at.rfc3339()[..19], *"2026-11-27T09:00:00", "{front}");
        }
    }
    let host = AT.record("nginx-1  | client.example - - [27/Nov/2026:09:00:00 +0000] \"GET /x HTTP/1.1\" 502 17");
    assert_eq!((told(&host, "client").as_str(), host.service.as_deref()), ("client.example", Some("nginx")));
}

#[test]
fn what_postgresql_tells_more_is_of_its_session_s_line_whoever_carries_it() {
    let at = "2026-11-27 12:00:00.123 UTC";
    for front in
        ["", "db-1  | ", "[pod/db-0/postgres] ", "09:00:00 db.1    | ", "0|db  | ", "2026-11-27T09:00:00.123456789Z "]
    {
        let lines = [
            format!("{at} [1] ERROR:  dup key"),
            format!("{at} [2] LOG:  statement: select 1"),
            "\tfrom x".to_owned(),
            format!("{at} [1] DETAIL:  Key (id)=(1) already exists."),
            format!("{at} [1] STATEMENT:  insert"),
            "\tinto x".to_owned(),
            format!("{at} [1] LOG:  next"),
        ];
        let text: Vec<_> = lines.iter().map(|line| format!("{front}{line}")).collect();
        let mut lines = AT.records(&text.join("\n"));
        lines.sort_by_key(|line| line.message.to_string());
        let told: Vec<_> = lines.iter().map(|line| (line.level, &*line.message, line.error())).collect();
        let more = "DETAIL:  Key (id)=(1) already exists.\nSTATEMENT:  insert\n\tinto x";
        let wanted = [
            (Level::Error, "dup key", Some(more)),
            (Level::Info, "next", None),
            (Level::Info, "statement: select 1\n\tfrom x", None),
        ];
        if front.starts_with("2026") {
            // Behind such a time a tab is not at the front.
            continue;
        }
        assert_eq!(told, wanted, "{front}");
    }
}
