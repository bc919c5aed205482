//! What can be typed, what it asks, and what is said where it cannot be read.

use super::*;
use crate::domain::log::{Level, LogFormat, LogSource};
use crate::domain::span::TraceId;
use crate::domain::time::Moment;

fn line() -> LogLine {
    LogLine {
        at: Moment(0),
        seen_at: Moment(0),
        level: Level::Error,
        service: Some("orders-service".into()),
        instance: "10.0.0.4:5002".parse().ok(),
        message: "payment timed out, code=502".into(),
        trace: Some(TraceId([0x4f; 16])),
        span: None,
        fields: vec![("http.response.status_code".into(), "504".into()), ("took_ms".into(), "842".into())],
        source: LogSource::File("/var/log/Orders.log".into()),
        format: LogFormat::Json,
        raw: b"{\"n\":1}".as_slice().into(),
    }
}

fn fits(query: &str) -> bool {
    Query::parse(query).unwrap_or_else(|wrong| panic!("{query}: {wrong}")).fits(&line())
}

#[test]
fn what_holds_of_a_line_finds_it() {
    for query in [
        "",
        "level>=warn",
        "level:error",
        "level:warn+",
        "level=info,error",
        "level<fatal",
        "service:orders",
        "service:ORDERS-service,payments",
        "service:ord*",
        "!service:payments",
        "instance:10.0.0.4:5002",
        "instance:10.0.0.4",
        "instance::5002",
        "trace:4f4F",
        "trace_id=4f4f",
        "source:orders.log",
        "format:json",
        "timed",
        "TIMED",
        "\"timed out\"",
        "/time[ds]* out/",
        "!health",
        "status=5..",
        "status=504",
        "status!=200",
        "status>=500",
        "http.response.status_code=504",
        "took_ms>0.5s",
        "code=502",
        "code=50\\d",
        "level>=warn service:orders !healthz /code=5\\d\\d/ trace:4f1c4 status=5.. \"timed out\"",
    ] {
        let wanted = !query.contains("trace:4f1c4");
        assert_eq!(fits(query), wanted, "{query}");
    }
}

#[test]
fn what_does_not_hold_finds_nothing() {
    for query in [
        "level:warn",
        "level>error",
        "!level>=warn",
        "service:order",
        "instance:10.0.0.5",
        "trace:4e",
        "span:00",
        "source:otlp",
        "format:cri",
        "status=50",
        "status<500",
        "code=50",
        "!timed",
        "!/out/",
        "nothing=1",
        "nothing>1",
    ] {
        assert!(!fits(query), "{query}");
    }
}

#[test]
fn text_with_signs_stays_text() {
    for text in ["http://x/y", "10.0.0.4:5002", "error:", "a=", "/users/17", "!", "-", "\\", "e.g.:"] {
        assert!(Query::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_shown_at_its_place() {
    for (query, at, word) in [
        ("x level>=", 9..9, "levels"),
        ("level:loud", 6..10, "levels"),
        ("service:", 8..8, "service"),
        ("instance=", 9..9, "host:port"),
        ("a trace:xyz b", 8..11, "digits"),
        ("/(/", 0..3, "no pattern"),
        ("status=(", 7..8, "no pattern"),
        ("took>=fast", 6..10, "number"),
        ("format:x", 7..8, "plain"),
        ("a \"open", 2..7, "quote"),
    ] {
        let wrong = Query::parse(query).unwrap_err();
        assert_eq!(wrong.at, at, "{query}");
        assert!(wrong.what.contains(word), "{query}: {wrong}");
    }
    let wrong = Query::parse("é level>=x").unwrap_err();
    assert_eq!(wrong.caret("é level>=x").lines().nth(1), Some("           ^"));
}

#[test]
fn what_could_follow_is_offered() {
    let known = Known {
        services: vec!["orders-service".into(), "payments".into()],
        fields: vec!["status".into()],
        ..Known::default()
    };
    let with = |text: &str| complete(text, &known).with;
    assert_eq!(with("le"), ["level>=", "level:"]);
    assert_eq!(with("x !serv"), ["service:"]);
    assert_eq!(with("level>=w"), ["warn"]);
    assert_eq!(with("st"), ["status="]);
    assert_eq!(complete("a service:payments,or", &known), Completion { from: 19, with: vec!["orders-service".into()] });
    assert!(with("").is_empty() && with("words ").is_empty() && with("payments é").is_empty());
}

#[test]
fn what_is_found_is_marked_in_order_and_never_twice() {
    let marks = |query: &str, text: &str| Query::parse(query).expect("a good query").marks(text);
    assert_eq!(marks("pay", "payment of payments"), [0..3, 11..14]);
    let first = marks("ment /pay[a-z]*/", "a payment");
    assert_eq!((first.len(), first[0].clone()), (1, 2..9), "the one that begins first");
    assert!(marks("!pay level>=info", "payment").is_empty());
    assert!(marks("/x*/", "é").is_empty(), "nothing is no place");
    assert!(marks("/(?-u:\\xc3)/", "é").is_empty(), "half a character is none");
}

#[test]
fn two_queries_are_one_and_words_can_be_asked_of_any_text() {
    let read = |query: &str| Query::parse(query).expect("a good query");
    let both = read("level>=error").and(&read("timed"));
    assert!(both.fits(&line()) && !both.and(&read("nowhere")).fits(&line()));
    assert_eq!((both.text(), read("").and(&read("a")).text()), ("level>=error timed", "a"));
    assert!(read("drained !mailer").is_told_by("ana Drained users"));
    assert!(!read("drained level>=info").is_told_by("ana drained users") && !read("").is_told_by("x"));
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in "\\PC{0,60}", more in r#"[!/"a-z:=<>,.* é\\(\[]{0,40}"#) {
        for query in [&text, &more] {
            match Query::parse(query) {
                Ok(read) => { read.fits(&line()); }
                Err(wrong) => { wrong.caret(query); }
            }
            complete(query, &Known::default());
        }
    }
}
