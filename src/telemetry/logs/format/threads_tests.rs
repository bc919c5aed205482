//! Lines of loggers that write the level where no other does, and such as look like them.

use super::cases::Cases;
use crate::domain::log::Level;

/// 2026-11-27T16:00:00Z.
const AT: Cases = Cases(1_795_795_200_000);

#[test]
fn a_thread_and_a_level_without_a_time_are_read_and_no_thread_is_a_service() {
    AT.all(&[
        ("[main] ERROR S - cannot charge", "- error cannot charge | thread=main logger=S"),
        ("[Thread-0] ERROR com.foo.S - pool exhausted", "- error pool exhausted | thread=Thread-0 logger=com.foo.S"),
        ("[main] WARN c.f.Bar - x", "- warn x | thread=main logger=c.f.Bar"),
        ("0    [main] ERROR com.foo.Bar  - x", "- error x | thread=main logger=com.foo.Bar elapsed=0"),
        ("ERROR - x", "- error x |"),
        // Others.
        ("[main] ERROR is what it says", "- unknown [main] ERROR is what it says |"),
        ("[main] Error S - x", "- unknown [main] Error S - x |"),
        ("12 [main] rows", "- unknown 12 [main] rows |"),
    ]);
    let lines = AT.records(
        "[main] INFO S - starting\n[main] ERROR S - cannot charge\njava.lang.IllegalStateException: declined\n\tat S.main(S.java:3)\n\
        Caused by: java.io.IOException: reset\n\t... 8 more\n[Thread-0] ERROR S - pool exhausted\n[main] plain",
    );
    let told: Vec<_> = lines.iter().map(|line| (line.level, line.error().is_some())).collect();
    assert_eq!(told, [(Level::Info, false), (Level::Error, true), (Level::Error, false), (Level::Unknown, false)]);
    assert!(lines.iter().all(|line| line.service.is_none()), "{lines:#?}");
}

#[test]
fn levels_behind_what_only_one_program_writes_there_are_read() {
    AT.all(&[
        (
            "2026-11-27T16:05:39.123Z pid=84 tid=1k WARN: RuntimeError: boom",
            "2026-11-27T16:05:39.123Z warn RuntimeError: boom | pid=84 thread=1k",
        ),
        (
            "2026-11-27T16:05:39.123Z pid=84 tid=1k class=X jid=y elapsed=0.1 INFO: done",
            "2026-11-27T16:05:39.123Z info done | pid=84 thread=1k class=X jid=y elapsed=0.1",
        ),
        ("2026-11-27T16:05:39.123Z pid=84 is gone", "2026-11-27T16:05:39.123Z unknown pid=84 is gone |"),
        (
            "2026.11.27 16:00:00.123456 [ 12 ] {abc-1} <Error> Name: x",
            "2026-11-27T16:00:00.123Z error x | thread=12 query_id=abc-1 logger=Name",
        ),
        (
            "2026.11.27 16:00:00.123456 [ 12 ] {} <Information> Ready for it",
            "2026-11-27T16:00:00.123Z info Ready for it | thread=12",
        ),
        ("Main  2026-11-27 16:15:22 +0000 INFO: x", "2026-11-27T16:15:22.000Z info x | worker=Main"),
        ("Srv 0  2026-11-27 16:15:22 +0000 ERROR: x", "2026-11-27T16:15:22.000Z error x | worker=Srv 0"),
        ("Main  street", "- unknown Main  street |"),
        ("http: GET /x", "- info GET /x |"),
        ("2026-11-27T16:05:39Z http: GET /x", "2026-11-27T16:05:39.000Z info GET /x |"),
        // Go's.
        ("2026/11/27 16:05:39 http: Server closed", "2026-11-27T16:05:39.000Z unknown http: Server closed |"),
        ("(node:4) Warning: x", "- warn (node:4) Warning: x |"),
        ("(node:4) [DEP0005] DeprecationWarning: x", "- warn (node:4) [DEP0005] DeprecationWarning: x |"),
        ("(node:4) listens", "- unknown (node:4) listens |"),
    ]);
    for thrown in ["MongoServerError: x", "Error: y"] {
        let lines = AT.records(&format!("(node:4) Warning: x\n{thrown}\n    at f (/a.js:1:2)"));
        assert_eq!(lines.iter().map(|line| line.level).collect::<Vec<_>>(), [Level::Warn, Level::Error], "{thrown}");
    }
    let lines = AT.records("2026-11-27T16:05:40.223Z pid=84 tid=1k WARN: /app/a.rb:5:in `perform'\n/app/b.rb:6:in `x'");
    assert_eq!((lines.len(), lines[0].error()), (1, Some("/app/b.rb:6:in `x'")));
}

#[test]
fn what_gin_recovered_from_is_one_record_with_the_request_and_where_it_was() {
    let stack = "GET /x HTTP/1.1\nHost: localhost:8080\nlevel: info\n\n\nboom\n/app/main.go:12 (0x4b5)\n\tmain.f: panic(\"boom\")\n\
        /usr/local/go/src/runtime/asm_amd64.s:1650 (0x46b5c1)\n\tgoexit: BYTE\t$0x90";
    let request = "[GIN] 2026/11/27 - 16:05:40 | 200 |  12.3ms | 127.0.0.1 | GET \"/y\"";
    for after in [request, "listening", "  indented", "2026/11/27 16:05:39 up"] {
        let text = format!("2026/11/27 16:05:39 [Recovery] 2026/11/27 - 16:05:39 panic recovered:\n{stack}\n\n{after}");
        let lines = AT.records(&text);
        assert_eq!((lines.len(), lines[0].level, lines[0].error()), (2, Level::Error, Some(stack)), "{text}");
    }
    let head = "2026/11/27 16:05:39 [Recovery] 2026/11/27 - 16:05:39 panic recovered:";
    assert_eq!(AT.records(&format!("{head}\n{request}")).len(), 2);
    assert!(AT.records(&format!("{head}\n{}", "more\n".repeat(3_000))).len() > 2_700, "it ends");
}
