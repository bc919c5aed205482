//! Lines behind the names of a pod and a container, and sentences that begin as those do.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-26T21:55:00Z.
const AT: Cases = Cases(1_795_730_100_000);
const FRONT: &str = "orders-6d4cf56db6-x7k2p app";

fn behind(front: &str, text: &str) -> String {
    text.split('\n').map(|line| format!("{front} {line}")).collect::<Vec<_>>().join("\n")
}

fn told(lines: &[LogLine]) -> Vec<(Option<&str>, Level, &str)> {
    lines.iter().map(|line| (line.service.as_deref(), line.level, &*line.message)).collect()
}

#[test]
fn behind_the_name_of_a_deployments_pod_whatever_stands_is_what_its_container_says() {
    for (text, wanted) in [
        ("order placed", "unknown order placed"),
        ("item=5", "unknown item=5"),
        ("Killed", "unknown Killed"),
        ("", "unknown"),
        ("ERROR: e", "error e"),
        ("{\"level\":\"warn\",\"msg\":\"slow\"}", "warn slow"),
    ] {
        let line = AT.record(&format!("{FRONT} {text}"));
        assert_eq!(
            (line.level.word(), line.service.as_deref()),
            (wanted.split(' ').next().unwrap(), Some("orders")),
            "{text}"
        );
        assert_eq!(format!("{} {}", line.level.word(), line.message).trim_end(), wanted, "{text}");
    }
    AT.all(&[
        (
            "orders-6d4cf56db6-x7k2p app \x1b[0mGET /boom \x1b[31m500\x1b[0m 2.8 ms - 10\x1b[0m",
            "- unknown GET /boom 500 2.8 ms - 10 | service:orders method=GET path=/boom status=500 bytes=10 duration_ms=2.8 \
             pod=orders-6d4cf56db6-x7k2p container=app",
        ),
        (
            "\x1b[36morders-6d4cf56db6-x7k2p\x1b[0m \x1b[96mapp\x1b[0m order placed",
            "- unknown order placed | service:orders pod=orders-6d4cf56db6-x7k2p container=app",
        ),
    ]);
}

#[test]
fn traces_behind_the_name_of_a_pod_are_whole() {
    let javascript = "order placed\nOrder failed: Error: declined\n    at /a.js:3:52\n    at f (/b.js:1:3)\ndone";
    let python = "INFO:     start\nERROR:    Exception in ASGI application\nTraceback (most recent call last):\n  \
        File \"/a.py\", line 9, in boom\n    int('x')\nValueError: invalid\n\nDuring handling of the above exception, another \
        exception occurred:\n\nTraceback (most recent call last):\n  File \"/a.py\", line 10, in boom\n    raise X\n\
        RuntimeError: bad\nINFO:     next";
    for text in [javascript, python] {
        let lines = AT.records(&behind(FRONT, text));
        let kubectl = AT.records(&behind("[pod/orders-6d4cf56db6-x7k2p/app]", text));
        assert_eq!((told(&lines), lines.len()), (told(&kubectl), 3));
        assert_eq!(lines[1].error(), kubectl[1].error());
        assert!(lines[1].error().is_some());
    }
}

#[test]
fn a_sentence_of_a_pod_is_no_line_of_its_container() {
    for text in [
        "orders-6d4cf56db6-x7k2p is not ready",
        "orders-6d4cf56db6-x7k2p failed for a reason",
        "orders-6d4cf56db6-x7k2p   1/1   Running   0   5m",
        "orders-6d4cf56db6-x7k2p deleted",
        "orders-6d4cf56db6-x7k2p App started",
        "pod orders-6d4cf56db6-x7k2p is ready",
        "evicting orders-6d4cf56db6-x7k2p from node-1",
        "retry-2 failed for a reason",
        "redis-0 redis up",
        "step-1 job done",
        "my-https proxy up",
    ] {
        let line = AT.record(text);
        assert_eq!((&*line.message, line.service.as_deref()), (text, None));
        // However often a sentence comes.
        if !text.contains("redis") && !text.contains("my-https") {
            let lines = AT.records(&[text; 5].join("\n"));
            assert!(lines.iter().all(|line| &*line.message == text && line.service.is_none()), "{text}");
        }
    }
    for text in ["retry-2 failed {\"a\":1}", "retry-2 job {\"a\":1}"] {
        assert_eq!(AT.record(text).service, None, "{text}");
    }
    let lines = AT.records(&["retry-2 failed {\"a\":1}"; 5].join("\n"));
    assert!(lines.iter().all(|line| line.service.is_none()));
}

#[test]
fn names_that_other_things_have_too_are_pods_where_the_container_says_so_or_the_same_stood_there_before() {
    let text = "api listening\nGET /x 500 3 ms - 5\nERROR: no\nnext\nTypeError: boom\n    at f (/a.js:1:2)\nconnected";
    for (front, service, first) in [
        ("redis-0 redis", "redis", 1),
        ("fluentd-x7k2p fluentd", "fluentd", 1),
        ("fluentd-x7k2p agent", "fluentd", 1),
        ("shop orders-6d4cf56db6-x7k2p app", "orders", 1),
        ("shop redis-0 redis", "redis", 1),
        ("pay-0 app", "pay", 2),
    ] {
        let lines = AT.records(&behind(front, text));
        assert_eq!(lines.len(), 6, "{front}: {lines:#?}");
        let wanted = [
            (Level::Unknown, "api listening"),
            (Level::Unknown, "GET /x 500 3 ms - 5"),
            (Level::Error, "no"),
            (Level::Unknown, "next"),
            (Level::Error, "TypeError: boom"),
            (Level::Unknown, "connected"),
        ];
        let wanted: Vec<_> = wanted.iter().map(|(level, text)| (Some(service), *level, *text)).collect();
        assert_eq!(told(&lines[first..]), wanted[first..], "{front}");
        assert!(lines[4].error().is_some(), "{front}");
    }
}

#[test]
fn sentences_about_a_pod_stay_whole_however_often_they_come() {
    for text in [
        "orders-6d4cf56db6-x7k2p terminated with exit code 137",
        "orders-6d4cf56db6-x7k2p responded in 5ms",
        "orders-6d4cf56db6-x7k2p gave up",
        "pod orders-6d4cf56db6-x7k2p terminated ERROR: code 137",
        "removing orders-6d4cf56db6-x7k2p gracefully because idle",
        "retry-2 backoff 4",
        "utf-8 encoding chosen",
        "upload-bcdfg chunk 6 done",
    ] {
        let lines = AT.records(&[text; 5].join("\n"));
        let is_whole = |line: &LogLine| &*line.message == text && line.service.is_none();
        assert!(lines.len() == 5 && lines.iter().all(is_whole), "{text}: {:?}", told(&lines));
    }
    let lines = AT.records("retry-2 after 5s\nretry-2 backoff error: x\nretry-2 backoff 3\nretry-2 backoff 4");
    assert!(lines.iter().all(|line| line.service.is_none()), "{:?}", told(&lines));
}

#[test]
fn the_namespace_in_front_of_a_pod_is_a_field() {
    let pod = "service:orders pod=orders-6d4cf56db6-x7k2p container=app namespace=shop";
    for (text, wanted) in [
        ("2026-11-26T20:00:00.123Z ERROR cannot charge", "2026-11-26T20:00:00.123Z error cannot charge"),
        ("{\"level\":\"error\",\"msg\":\"x\"}", "- error x"),
        ("level=error msg=x", "- error x"),
        ("ERROR: no", "- error no"),
    ] {
        let line = AT.record(&format!("shop {FRONT} {text}"));
        assert_eq!(AT.told(&line), format!("{wanted} | {pod}"), "{text}");
    }
    let lines = AT.records(&format!("shop {FRONT} level=info msg=up\nshop pay-6d4cf56db6-x7k2p app charged"));
    assert_eq!(told(&lines[1..]), [(Some("pay"), Level::Unknown, "charged")], "of a namespace that is known");
}

#[test]
fn a_static_pod_is_its_container_and_a_machine() {
    let front = "kube-apiserver-node1 kube-apiserver";
    for (text, wanted) in [
        ("E1126 21:00:00.223000       1 main.go:5] bad", "error bad"),
        ("{\"level\":\"warn\",\"msg\":\"slow\"}", "warn slow"),
    ] {
        for front in
            [front.to_owned(), format!("kube-system {front}"), "[pod/kube-apiserver-node1/kube-apiserver]".into()]
        {
            let line = AT.record(&format!("{front} {text}"));
            assert_eq!(format!("{} {}", line.level.word(), line.message), wanted, "{front}");
            assert_eq!(line.service.as_deref(), Some("kube-apiserver"), "{front}");
        }
    }
    let lines = AT.records(&behind(front, "E1126 21:00:00.223000       1 main.go:5] bad\nshutting down\n  at once"));
    assert!(lines.iter().all(|line| line.service.as_deref() == Some("kube-apiserver")), "{:?}", told(&lines));
    for text in [
        "web-app web is down",
        "orders-service orders failed for a reason",
        "git-lfs git   is there",
        "kube-proxy kube error: x",
        "the kube-proxy kube error: x",
        "git-lfs git {\"a\":1}",
        "auth-service auth ERROR: token expired",
        "restarting web-app web ERROR x",
    ] {
        let lines = AT.records(&[text; 5].join("\n"));
        assert!(
            lines.iter().all(|line| &*line.message == text && line.service.is_none()),
            "{text}: {:?}",
            told(&lines)
        );
    }
}

#[test]
fn what_only_a_logger_writes_tells_a_statefulsets_pod() {
    let logged = "2026-11-26 20:00:00.123 ERROR no room\njava.lang.X: y\n\tat a.B.c(D.java:1)\nplain";
    for front in ["users-0 app", "shop users-0 app"] {
        let lines = AT.records(&behind(front, logged));
        let wanted = [(Some("users"), Level::Error, "no room"), (Some("users"), Level::Unknown, "plain")];
        assert_eq!(told(&lines), wanted, "{front}");
        assert!(lines[0].error().is_some(), "{front}");
        let line = AT.record(&format!("{front} {{\"level\":\"error\",\"msg\":\"x\"}}"));
        assert_eq!(
            (line.service.as_deref(), line.level, &*line.message),
            (Some("users"), Level::Error, "x"),
            "{front}"
        );
    }
    // Where the container is called as nothing is, more than once.
    let lines = AT.records(&["shop users-0 web 2026-11-26 20:00:00.123 ERROR no room"; 4].join("\n"));
    assert_eq!(lines[3].service.as_deref(), Some("users"));
    for text in ["shop users-0 app {\"a\":1}", "restarting users-0 now level=error", "shop users-0 web is up"] {
        let lines = AT.records(&[text; 5].join("\n"));
        assert!(lines.iter().all(|line| line.service.is_none()), "{text}: {:?}", told(&lines));
    }
}
