//! Lines of two writers among each other: what tells the one from the other, however alike they are called.

use serde_json::{Value, json};

use super::cases::Cases;
use crate::domain::log::Level;

/// 2026-11-27T19:00:00Z.
const AT: Cases = Cases(1_795_806_000_000);

/// What each writes, by its number: an error with its trace, several times.
fn said(of: usize) -> Vec<String> {
    let stack = |n: usize| {
        [
            format!("2026-11-27 19:00:0{n}.000 ERROR failed {n} of {of}"),
            format!("java.lang.IllegalStateException: {of}"),
            format!("\tat com.of{of}.A.a(A.java:1)"),
            format!("\tat com.of{of}.A.b(A.java:{n})"),
            format!("Caused by: java.io.IOException: {of}"),
            format!("\tat com.of{of}.B.c(B.java:2)"),
        ]
    };
    (0..4).flat_map(stack).collect()
}

/// Two of them write among each other, a few lines of the one and a few of the other.
fn apart(front: impl Fn(usize, &str) -> String) {
    let (mut rest, mut lines) = ([said(1), said(2)], Vec::new());
    for turn in 0.. {
        let of = turn % 2;
        let some = rest[of].len().min(1 + turn % 5);
        lines.extend(rest[of].drain(..some).map(|line| front(of + 1, &line)));
        if rest.iter().all(Vec::is_empty) {
            break;
        }
    }
    let example = lines[0].clone();
    let records = AT.records(&lines.join("\n"));
    assert_eq!(records.len(), 8, "{example}: {records:#?}");
    for record in &records {
        let error = record.error().unwrap_or_default();
        let of = if record.message.ends_with("of 1") { 1 } else { 2 };
        assert_eq!(error.matches(&format!("com.of{of}.")).count(), 3, "{example}: {record:#?}");
        assert!(!error.contains(&format!("com.of{}.", 3 - of)) && record.level == Level::Error, "{example}");
    }
}

fn object(front: &Value, key: &str, line: &str) -> String {
    let mut object = front.clone();
    object[key] = line.into();
    object.to_string()
}

#[test]
fn containers_of_one_pod_and_pods_of_one_name_are_not_taken_for_each_other() {
    apart(|of, line| format!("[pod/orders-6d4cf56db6-x7k2p/app{of}] {line}"));
    apart(|of, line| format!("[pod/orders-6d4cf56db6-x7k2p/app{of}] 2026-11-27T19:00:00.123Z {line}"));
    apart(|of, line| format!("orders-6d4cf56db6-x7k2p orders-{of} {line}"));
    apart(|of, line| format!("shop{of} orders-6d4cf56db6-x7k2p app {line}"));
    let pod = |of: usize| json!({"podName": "orders-6d4cf56db6-x7k2p", "containerName": "app", "namespace": format!("shop{of}")});
    apart(|of, line| object(&pod(of), "message", line));
}

#[test]
fn processes_of_one_name_and_machines_are_not_taken_for_each_other() {
    apart(|of, line| format!("<14>1 2026-11-27T19:00:00.123Z web orders {of} - - {line}"));
    apart(|of, line| format!("<14>1 2026-11-27T19:00:00.123Z web{of} orders 1 - - {line}"));
    apart(|of, line| format!("Nov 27 19:00:01 web{of} orders[1]: {line}"));
    apart(|of, line| format!("Nov 27 19:00:01 web{of} orders: {line}"));
    apart(|of, line| format!("2026-11-27T19:00:00.123456+00:00 web{of} orders[1]: {line}"));
    let unit = |of: usize| {
        json!({"__REALTIME_TIMESTAMP": "1795806000000000", "PRIORITY": "6", "_SYSTEMD_UNIT": "orders.service", "_PID": "1",
            "_HOSTNAME": format!("web{of}")})
    };
    apart(|of, line| object(&unit(of), "MESSAGE", line));
}

#[test]
fn files_and_sources_of_who_carries_lines_are_not_taken_for_each_other() {
    let loki = |of: usize| json!({"labels": {"job": "all", "filename": format!("/{of}.log")}, "timestamp": "2026-11-27T19:00:00Z"});
    apart(|of, line| object(&loki(of), "line", line));
    let at = "2026-11-27T19:00:00Z";
    for (source, front) in [
        ("file", json!({"file": "/var/log/"})),
        ("docker_logs", json!({"container_id": "9b6247364a0", "container_name": "orders", "stream": "stderr"})),
        ("journald", json!({"PRIORITY": "6", "_SYSTEMD_UNIT": "orders.service", "_PID": "1"})),
        ("syslog", json!({"appname": "orders", "severity": "info", "procid": "1"})),
    ] {
        let key = ["file", "container_id", "_PID", "procid"].into_iter().find(|key| !front[*key].is_null()).unwrap();
        let vector = |of: usize| {
            let mut front = front.clone();
            front[key] = format!("{}{of}", front[key].as_str().unwrap()).into();
            (front["source_type"], front["host"], front["timestamp"]) = (source.into(), "web".into(), at.into());
            front
        };
        apart(|of, line| object(&vector(of), "message", line));
    }
}

#[test]
fn what_a_program_wrote_is_read_in_vectors_objects_from_wherever_it_has_them() {
    let of = |front: Value, message: &str| {
        let line = AT.record(&object(&front, "message", message));
        (line.level, line.service.as_deref().map(str::to_owned), line.message.to_string())
    };
    let file = json!({"file": "/var/log/orders.log", "source_type": "file"});
    assert_eq!(of(file.clone(), "ERROR no room"), (Level::Error, None, "no room".into()));
    assert_eq!(of(file, "level=warn msg=slow"), (Level::Warn, None, "slow".into()));
    let syslog = json!({"appname": "orders", "severity": "info", "source_type": "syslog"});
    assert_eq!(of(syslog.clone(), "ERROR no room"), (Level::Error, Some("orders".into()), "no room".into()));
    assert_eq!(of(syslog, "all is well"), (Level::Info, Some("orders".into()), "all is well".into()));
    let compose = json!({"container_name": "shop-orders-1", "label": {"com.docker.compose.service": "orders"}, "source_type": "docker_logs"});
    assert_eq!(of(compose, "{\"level\":\"error\",\"msg\":\"x\"}"), (Level::Error, Some("orders".into()), "x".into()));
    // Any object may have such a field, and any message a word of that kind.
    assert_eq!(of(json!({"source_type": "import"}), "ERROR no room").2, "ERROR no room");
    // What somebody told by hand is surer than what Vector was told.
    for own in [
        json!({"appname": "orders", "service": "pay", "source_type": "syslog"}),
        json!({"label": {"com.docker.compose.service": "orders"}, "service": "pay", "source_type": "docker_logs"}),
    ] {
        assert_eq!(of(own, "x").1.as_deref(), Some("pay"));
    }
    assert_eq!(of(json!({"appname": "-", "source_type": "syslog"}), "x").1, None);
    // Of nobody that could be told from others lines are read, and stay apart.
    let redis = json!({"source_type": "redis", "key": "logs"});
    assert_eq!(of(redis.clone(), "ERROR one"), (Level::Error, None, "one".into()));
    let lines = said(1).into_iter().map(|line| object(&redis, "message", &line)).collect::<Vec<_>>();
    assert_eq!(AT.records(&lines.join("\n")).len(), lines.len());
}

#[test]
fn what_vector_was_told_tells_writers_apart_whatever_it_is_called() {
    for key in ["topic", "service", "app", "service_name", "path", "tag", "command", "source_ip", "proc_id", "subject"]
    {
        for source in ["kafka", "http_server", "fluent", "exec", "socket"] {
            let at = "2026-11-27T19:00:00Z";
            let front =
                |of: usize| json!({key: format!("of{of}"), "source_type": source, "offset": 5, "timestamp": at});
            apart(|of, line| object(&front(of), "message", line));
        }
    }
    let pod = |of: usize| {
        let pod = json!({"pod_name": "db-0", "container_name": "db", "pod_namespace": format!("shop{of}")});
        json!({"file": format!("/{of}.log"), "kubernetes": pod, "source_type": "kubernetes_logs"})
    };
    apart(|of, line| object(&pod(of), "message", line));
    let process = |of: usize| json!({"appname": "orders", "procid": of, "severity": "info", "source_type": "syslog"});
    apart(|of, line| object(&process(of), "message", line));
}

#[test]
fn what_differs_in_each_line_tears_no_trace() {
    for key in ["message_key", "message_id", "msgid", "ingested_at", "id", "structured.sequenceId"] {
        let lines = said(1).into_iter().enumerate().map(|(n, line)| {
            let front = json!({key: format!("{n}"), "host": "web", "source_type": "kafka", "topic": "logs"});
            object(&front, "message", &line)
        });
        assert_eq!(AT.records(&lines.collect::<Vec<_>>().join("\n")).len(), 4, "{key}");
    }
}

#[test]
fn a_column_of_a_table_is_no_container_where_other_lines_stand_behind_no_name() {
    let table = "-[ RECORD 1 ]------\nid      | 5\nstatus  | failed\nlevel   | ERROR\ntime    | 2026-11-27 19:00:00\na.js    |   100 |";
    for text in [table.to_owned(), format!("2026-11-27 19:00:00 INFO begin\n{table}"), format!("{table}\n{table}")] {
        let records = AT.records(&text);
        assert!(records.iter().all(|record| record.service.is_none()), "{records:#?}");
    }
    // A logger's line stands in no table; of compose is what all stand behind, what comes twice in a row, or what it says first.
    let warned = "level=warning msg=\"the attribute is obsolete\"";
    for (text, count) in [
        (
            "all is built\norders  | 2026-11-27 19:00:00 ERROR no room\norders  | java.lang.X: y\norders  | \tat a.B.c(D.java:1)",
            1,
        ),
        ("all is built\norders-1  | no room\ndb  | ready", 2),
        ("orders  | no room\ndb      | ready", 2),
        ("Attaching to orders, db\norders  | no room\ndb      | ready", 2),
        (&format!("{warned}\norders  | begins\norders  | no room\ndb      | ready"), 2),
        ("orders  | Name | Owner | x\norders  | ready\ndb      | up", 2),
        ("Attaching to process 5\nid      | 5\nstatus  | failed", 0),
        (
            &format!(
                "{warned}\napi  | Traceback (most recent call last):\napi  |   File \"a.py\", line 1, in x\napi  | ValueError: x"
            ),
            1,
        ),
        (&format!("{warned}\napi  | java.lang.RuntimeException: boom\napi  | \tat a.B.c(B.java:1)"), 1),
        (&format!("{warned}\napi  | no room\napi exited with code 1\napi  | no room\napi exited with code 1"), 1),
        (&format!("{warned}\nweb    | a\nworker | b\nweb    | c\nworker | d"), 2),
        (&format!("{warned}\n\u{1b}[36morders  | \u{1b}[0ma\n\u{1b}[33mdb      | \u{1b}[0mb"), 2),
        ("config-1  | begins\nconfig-1  | ERROR no room\nalert-1   | well", 3),
        ("http  | begins\nconfig  | ready", 2),
        ("process exited with code 1\ninfo     | again\nid      | 5", 0),
        ("My app 1.0\nINFO     | starting\nINFO     | more\nERROR    | no room", 0),
        ("INFO     | starting\nINFO     | more\nERROR    | no room", 0),
    ] {
        let records = AT.records(text);
        assert_eq!(records.iter().filter(|record| record.service.is_some()).count(), count, "{text}: {records:#?}");
    }
}
