//! What can be typed, what it asks, and what is said where it cannot be read.

use super::*;
use crate::domain::log::{Level, LogFormat, LogSource};
use crate::domain::span::TraceId;
use crate::domain::time::Moment;

pub(super) fn line() -> LogLine {
    LogLine {
        at: Moment(0),
        seen_at: Moment(0),
        below_ns: 0,
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
        "source:*.log",
        "source:log/o*.log",
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
        "source:*.txt",
        "source:orders*.txt",
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
fn a_code_is_asked_of_lines_as_of_traces() {
    for query in ["status:5xx", "status:504", "status=5XX", "Status:5..", "!status:4xx"] {
        assert!(fits(query), "{query}");
    }
    assert!(!fits("status:4xx") && !fits("status:50"));
}

#[test]
fn a_value_that_ends_with_its_quote_is_asked_whole() {
    let says = |raw: &str, query: &str| {
        let (raw, message) = (raw.as_bytes().into(), "hello world".into());
        Query::parse(query).expect("a good query").fits(&LogLine { raw, message, fields: Vec::new(), ..line() })
    };
    let json = r#"{"msg":"hello world","n":5}"#;
    assert!(!says(json, "msg=hello") && says(json, "msg=hello.*") && says(json, r#"msg="hello world""#));
    assert!(says(json, "n=5") && says(json, "message=hello.world"));
    assert!(says("msg=hello world", "msg=hello") && says(r#"a msg="hello" b"#, "msg=hello"));
}

#[test]
fn words_of_other_languages_are_told_how_it_is_meant_here() {
    for (query, at, word) in [
        ("a AND b", 2..5, "leave it out"),
        ("a && b", 2..4, "leave it out"),
        ("a OR b", 2..4, "/this|that/"),
        ("NOT a", 0..3, "!a"),
        ("x ! a", 2..3, "!a"),
    ] {
        for asked in [Asked::Lines, Asked::Traces] {
            let (read, wrong) = Query::readable(asked, query);
            let wrong = wrong.unwrap_or_else(|| panic!("{query} is read"));
            assert_eq!((wrong.at.clone(), read.terms().len()), (at.clone(), query.split(' ').count() - 1), "{query}");
            assert!(wrong.what.contains(word), "{query}: {wrong}");
        }
    }
    for query in ["a AND", "OR", "NOT", "a and b", "not a", "a \"AND\" b", "/a OR b/"] {
        assert!(Query::parse(query).is_ok(), "{query}");
    }
}

#[test]
fn text_with_signs_stays_text() {
    for text in ["http://x/y", "10.0.0.4:5002", "error:", "a=", "/users/17", "-", "\\", "e.g.:"] {
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
    let wrong = Query::parse_for(Asked::Traces, "level>=warn").unwrap_err();
    assert!(wrong.what.contains("asked of log lines"), "{wrong}");
    let long = format!("{} level>=x {}", "a ".repeat(400), "b ".repeat(400));
    let told = Query::parse(&long).unwrap_err().caret(&long);
    let (line, caret) = (told.lines().next().unwrap(), told.lines().nth(1).unwrap());
    assert!(line.starts_with("  …") && line.ends_with('…') && line.chars().count() < 140, "{told}");
    assert_eq!(line.chars().nth(caret.chars().count() - 1), Some('x'));
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
    let with = |text: &str| complete(Asked::Lines, text, &known).with;
    assert_eq!(with("le"), ["level>=", "level:"]);
    assert_eq!(with("x !serv"), ["service:"]);
    assert_eq!(with("level>=w"), ["warn"]);
    assert_eq!(with("st"), ["status="]);
    assert_eq!(
        complete(Asked::Lines, "a service:payments,or", &known),
        Completion { from: 19, with: vec!["orders-service".into()] }
    );
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

/// Parts that mean the same in lines and in traces, right ones and wrong ones.
fn shared() -> impl proptest::strategy::Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "word",
        "!word",
        "\"two words\"",
        "/pat+ern/",
        "!/a|b/",
        "/users/17",
        "/(/",
        "\"open",
        "\"a\"b",
        "10.0.0.4:5002",
        "a=",
        "error:",
        "service:pay*",
        "!service:pay*,*orders",
        "service!=pay*",
        "service:",
        "instance=",
        "instance:*:5002",
        "trace:4f1c",
        "trace_id=4F1C",
        "trace:xyz",
        "span:00f0",
        "span:g",
        "rows>=10",
        "rows<1.5s",
        "rows>many",
    ])
}

/// What a part asks, in words; that text may say a number is asked of lines alone.
fn told(what: &What) -> String {
    match what {
        What::Field(name, Value::Number(than, limit, _)) => format!("Field {name} {than:?} {limit}"),
        what => format!("{what:?}"),
    }
}

#[test]
fn traces_have_names_of_their_own_and_lines_have_theirs() {
    let read = |asked, text: &str| told(&Query::parse_for(asked, text).expect("a good query").terms()[0].what);
    for (text, lines, traces) in [
        ("level>=warn", "Level", ""),
        ("source:otlp", "Source", "Field"),
        ("format:json", "Format", "Field"),
        ("operation:pay", "Text", "Operation"),
        ("duration>1s", "Field", "Took"),
        ("status=ok", "Field", "Failed"),
        ("status=5..", "Field", "Field"),
        ("http.route:/x", "Text", "Field"),
        ("http.route=/x", "Field", "Field"),
    ] {
        assert!(read(Asked::Lines, text).starts_with(lines), "{text}");
        assert!(traces.is_empty() || read(Asked::Traces, text).starts_with(traces), "{text}");
    }
}

#[test]
fn what_can_be_read_acts_while_the_rest_is_typed() {
    let (query, wrong) = Query::readable(Asked::Lines, "timed level>= status=504 \"op");
    assert_eq!((query.terms().len(), wrong.map(|wrong| wrong.at)), (2, Some(13..13)));
    assert!(query.fits(&line()));
}

#[test]
fn traces_complete_their_own_names_and_values() {
    let known = Known {
        services: vec!["orders".into()],
        operations: vec!["POST /orders".into(), "POST /pay".into(), "charge".into()],
        fields: vec!["http.route".into()],
        ..Known::default()
    };
    let with = |text: &str| complete(Asked::Traces, text, &known).with;
    assert_eq!(with("du"), ["duration>"]);
    assert_eq!(with("x !o"), ["operation:"]);
    assert_eq!(with("s"), ["service:", "status:", "span:"]);
    assert_eq!(with("ht"), ["http.route="]);
    assert_eq!(with("status:e"), ["error"]);
    assert_eq!(with("op:po"), ["\"POST /orders\"", "\"POST /pay\""]);
    let half = "op:\"POST /o";
    assert_eq!(complete(Asked::Traces, half, &known), Completion { from: 3, with: vec!["\"POST /orders\"".into()] });
    assert_eq!(complete(Asked::Traces, "name:pay,ch", &known).with, ["charge"]);
    assert!(with("le").is_empty() && with("op:\"charge\"").is_empty() && with("duration>").is_empty());
}

#[test]
fn lists_the_i_flag_and_times_without_their_unit_ask_what_they_say() {
    for query in [
        "status:404,504",
        "status=404,5xx",
        "took_ms=1,842",
        "took_ms:1,842",
        "/TIMED/i",
        "!/health/i",
        "took>0.5s",
        "level:err",
        "level:critical,err",
    ] {
        assert!(fits(query), "{query}");
    }
    for query in ["status:404,500", "status!=404,504", "took_ms=84,8", "took_ms=a{1,3}", "took>1s", "colour=\"\""] {
        assert!(!fits(query), "{query}");
    }
    let empty = LogLine { fields: vec![("empty".into(), "".into())], ..line() };
    let query = Query::parse("empty=\"\"").expect("a query");
    assert!(query.fits(&empty) && !query.fits(&line()));
    let said = LogLine { message: "user=\"Ana\" empty=\"x\" a,b:c,d".into(), ..line() };
    assert!(!query.fits(&said) && Query::parse("b:c,d").expect("a query").fits(&said), "text as it stands");
    assert!(!fits("/users/17"), "a path is no pattern");
}

#[test]
fn what_would_be_misread_is_told_at_its_place() {
    let wrong = |text: &str| Query::parse(text).expect_err(text);
    assert!(wrong("!!healthz").what.contains("!healthz"));
    assert!(wrong("level:info !").what.contains("follows the !"));
    assert_eq!(wrong("level:info,foo").at, 11..14);
    assert_eq!(wrong("level:foo,info").at, 6..9);
    assert!(wrong("service:!orders").what.contains("!service:orders"));
    assert!(wrong("service:/ord.*/").what.contains("service:ord*"));
    assert!(Query::parse("\"!!\" msg=!x !\"!\"").is_ok());
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in "\\PC{0,60}", more in r#"[!/"a-z:=<>,.* é\\(\[]{0,40}"#) {
        for query in [&text, &more] {
            match Query::parse(query) {
                Ok(read) => { read.fits(&line()); }
                Err(wrong) => { wrong.caret(query); }
            }
            for asked in [Asked::Lines, Asked::Traces] {
                complete(asked, query, &Known::default());
            }
        }
    }

    #[test]
    fn what_both_know_is_read_alike(parts in proptest::collection::vec(shared(), 0..5)) {
        let text = parts.join(" ");
        let read = |asked| match Query::parse_for(asked, &text) {
            Ok(query) => Ok(query.terms().iter().map(|term| (term.wanted, told(&term.what))).collect::<Vec<_>>()),
            Err(wrong) => Err((wrong.at, wrong.what)),
        };
        proptest::prop_assert_eq!(read(Asked::Lines), read(Asked::Traces));
    }

    #[test]
    fn the_parts_are_the_same_whoever_is_asked(text in r#"[!/"a-z:=<>,.* \\]{0,40}"#) {
        let parts = |asked| parse::terms(asked, &text).count();
        proptest::prop_assert_eq!(parts(Asked::Lines), parts(Asked::Traces));
    }
}

#[test]
fn a_sign_that_is_none_or_stands_alone_is_said_to_be_so_and_what_is_a_value_is_one() {
    let said = |query: &str| Query::parse(query).map(|_| ()).map_err(|wrong| wrong.what);
    for (query, meant) in [
        ("level >= warn", "level>=warn"),
        ("x status = 500", ""),
        ("service : orders", "service:orders"),
        ("took_ms=>500", "took_ms>=500"),
        ("seq==5", "seq=5"),
        ("msg=~x", "msg=x"),
        ("status=!200", "status!=200"),
        ("level≥warn", "level>=warn"),
        ("!level==warn", "level=warn"),
        ("user=\"Ana B\",Bob", "user=/Ana B|Bob/"),
    ] {
        match (said(query), meant) {
            (Ok(()), "") => {}
            (Err(what), meant) if !meant.is_empty() && what.contains(meant) => {}
            (got, _) => panic!("{query}: {got:?}"),
        }
    }
    for query in ["dir=~/data", "user=<nil>", "a => b", "instance::5002", "\"seq==5\"", "msg=\"==\"", "=", "user=Bob,"]
    {
        assert_eq!(said(query), Ok(()), "{query}");
    }
}
