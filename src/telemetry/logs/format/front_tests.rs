//! Which word of a line is its level, and that no other word of it is lost.

use super::{Parsed, read};
use crate::domain::log::Level;
use crate::telemetry::logs::keys::Known;

fn parsed(text: &str) -> Parsed<'static> {
    read(text, &mut Known::default()).into_owned()
}

#[test]
fn a_word_of_the_text_is_no_level_and_no_word_is_lost() {
    for text in [
        "request failed with error code 5",
        "connection to db ERROR: refused",
        "worker pool ERROR failed",
        "user said INFO please",
        "GET /info INFO x",
        "set LEVEL to DEBUG now",
        "Error reading file",
        "error reading file",
        "warn the user",
        "http: TLS handshake error from 10.0.0.7:1",
        "HTTP server started",
        "ALL shards are up",
        "fine: it works",
        "config: loaded",
        "epoch line ERROR",
        "done. ERROR next",
        "/orders ERROR 5",
        "user=ana ERROR 5",
        "an ERROR-prone path",
        "[http] GET /x",
        "[config] loaded",
        "[http-1] slow",
        "orders: up",
    ] {
        for time in ["2026-11-26T15:00:00Z ", "07:00:07.123 ", "1764169213.5 ", "[2026-11-26 15:00:00] "] {
            let line = parsed(&format!("{time}{text}"));
            assert_eq!(
                (line.level, line.message.as_deref(), line.fields.len()),
                (Level::Unknown, Some(text), 0),
                "{time}"
            );
        }
    }
}

#[test]
fn a_level_stands_where_frameworks_write_it_and_what_is_before_it_is_a_field() {
    for (text, level, message, fields) in [
        ("orders-7f9c [http-1] WARN slow", Level::Warn, "slow", "host=orders-7f9c thread=http-1"),
        ("[main] INFO  c.x.Y - up - again", Level::Info, "up - again", "thread=main logger=c.x.Y"),
        ("[main] INFO  c.x.Y -- up", Level::Info, "up", "thread=main logger=c.x.Y"),
        ("[exec 1] ERROR c.x.Y - no", Level::Error, "no", "thread=exec 1 logger=c.x.Y"),
        ("[1] INFO  Orders.Pay - up", Level::Info, "up", "pid=1 logger=Orders.Pay"),
        ("INFO  [io.quarkus] (main) up", Level::Info, "[io.quarkus] (main) up", ""),
        ("- orders - ERROR - no", Level::Error, "no", "logger=orders"),
        ("- orders.db - MainThread - INFO - up", Level::Info, "up", "logger=orders.db logger=MainThread"),
        ("orders.db WARNING slow", Level::Warn, "slow", "logger=orders.db"),
        ("orders INFO started", Level::Info, "orders INFO started", ""),
        ("[scrapy.core] INFO: up", Level::Info, "up", "logger=scrapy.core"),
        ("[myid:1] - INFO  up", Level::Info, "up", "thread=myid:1"),
        ("1234 INFO nova.x [req-7] up", Level::Info, "nova.x [req-7] up", "pid=1234"),
        ("[12] [INFO] Starting gunicorn", Level::Info, "Starting gunicorn", "pid=12"),
        ("[12] ERROR:  relation", Level::Error, "relation", "pid=12"),
        ("0 [Warning] [MY-010055] [Server] slow", Level::Warn, "[MY-010055] [Server] slow", "thread=0"),
        ("[1][warning][main] [a/b.cc:1] x", Level::Warn, "[main] [a/b.cc:1] x", "pid=1"),
        ("[INFO ][o.e.n.Node] [n1] up", Level::Info, "[o.e.n.Node] [n1] up", ""),
        ("|INFO|Ns.Class|up", Level::Info, "Ns.Class|up", ""),
        ("| orders | info | up", Level::Info, "up", "logger=orders"),
        ("host app[12]: ERROR no", Level::Error, "ERROR no", "host=host pid=12"),
        ("web-1 app[12]: ERROR no", Level::Error, "ERROR no", "host=web-1 pid=12"),
        ("main.go:12: ERROR no", Level::Error, "no", "logger=main.go:12"),
        ("\tinfo\tmain.go:12\tup", Level::Info, "main.go:12\tup", ""),
        ("\t4f1c-77\tERROR\tno", Level::Error, "no", "host=4f1c-77"),
        ("info: up", Level::Info, "up", ""),
        ("[error] 31#31: *1 upstream", Level::Error, "31#31: *1 upstream", ""),
        ("[info] <0.12.0> up", Level::Info, "<0.12.0> up", ""),
        ("INFO+2 up", Level::Info, "up", ""),
        ("app.ERROR: no", Level::Error, "no", "channel=app"),
        ("<Warning> slow", Level::Warn, "slow", ""),
    ] {
        let line = parsed(&format!("2026-11-26T15:00:00Z {text}"));
        let told: Vec<_> = line.fields.iter().map(|(key, told)| format!("{key}={}", told.text)).collect();
        let got = (line.level, line.message.as_deref().unwrap(), told.join(" "));
        assert_eq!(got, (level, message, fields.to_owned()), "{text}");
    }
    for (text, message, fields) in [
        ("[2026-11-26T15:00:00Z INFO  app::pay] up", "up", "logger=app::pay"),
        ("[15:00:00 INF] up", "up", ""),
        ("[15:00:00 INF] Orders.Pay: [x] up", "Orders.Pay: [x] up", ""),
        ("[2026-11-26 15:00:00 +0000] [12] [INFO] up", "up", "pid=12"),
        ("2026-11-26 15:00:00.123 +00:00 [INF] up", "up", ""),
        ("[2026-11-26 15:00:00,123: INFO/MainProcess] up", "up", "process=MainProcess"),
    ] {
        let line = parsed(text);
        let told: Vec<_> = line.fields.iter().map(|(key, told)| format!("{key}={}", told.text)).collect();
        let got = (line.level, line.message.as_deref().unwrap(), told.join(" "));
        assert_eq!(got, (Level::Info, message, fields.to_owned()), "{text}");
    }
}

#[test]
fn without_a_time_only_the_first_word_is_one() {
    for (text, level, message) in [
        ("ERROR: no", Level::Error, "no"),
        ("[INFO][x] up", Level::Info, "[x] up"),
        ("info: Microsoft.Hosting[14]", Level::Info, "Microsoft.Hosting[14]"),
        ("- WARN slow", Level::Warn, "slow"),
        ("HTTP 500 from upstream", Level::Unknown, "HTTP 500 from upstream"),
        ("http: server closed", Level::Unknown, "http: server closed"),
        ("[http] x", Level::Unknown, "[http] x"),
        ("error reading file", Level::Unknown, "error reading file"),
        ("[main] INFO x", Level::Unknown, "[main] INFO x"),
        ("[E] x", Level::Error, "x"),
        ("[x] y", Level::Unknown, "[x] y"),
        ("ALERT manager started", Level::Unknown, "ALERT manager started"),
        ("CRITICAL section entered", Level::Unknown, "CRITICAL section entered"),
        ("NOTICE board", Level::Unknown, "NOTICE board"),
        ("CRITICAL: disk", Level::Fatal, "disk"),
        ("[ALERT] disk", Level::Fatal, "disk"),
    ] {
        let line = parsed(text);
        assert_eq!((line.level, line.message.as_deref()), (level, Some(message)), "{text}");
    }
}
