//! Which traces fit what was typed, and what is said where it cannot be read.

use super::*;
use crate::domain::query::Asked;
use crate::domain::span::{SpanId, SpanKind, SpanStatus};

fn span(service: &str, name: &str, code: &str) -> Span {
    Span {
        trace: TraceId([0x4f; 16]),
        id: SpanId([1; 8]),
        parent: None,
        name: name.into(),
        kind: SpanKind::Server,
        service: service.into(),
        instance: "10.0.0.4:5002".parse().ok(),
        start_ns: 0,
        end_ns: 1,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: vec![("http.response.status_code".into(), code.into()), ("card.kind".into(), "gold card".into())]
            .into(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}

#[test]
fn all_words_must_hold_and_those_of_a_span_for_the_same() {
    let spans = [span("orders", "POST /orders", "200"), span("payments", "charge", "504")];
    for (filter, wanted) in [
        ("", true),
        ("service:ORD", true),
        ("service:orders status:error", false),
        ("service:payments status:error", true),
        ("service:payments service:orders", true),
        ("service:payments service:users", false),
        ("service:orders service:payments status:error charge", true),
        ("service:orders service:payments operation:refund", false),
        ("status:5xx", true),
        ("status:200 operation:charge", false),
        ("status:ok", false),
        ("duration>200ms duration<=0.3s", true),
        ("duration>300ms", false),
        ("card.kind=\"gold card\"", true),
        ("card.kind=gold", false),
        ("\"gold card\" charge", true),
        ("instance:10.0.0.4", true),
        ("10.0.0.4:5002", true),
        ("trace:4f4f", true),
        ("trace:4e", false),
        ("4f4f4f", true),
        ("!service:users", true),
        ("!service:payments", false),
        ("!charge", false),
        ("!duration>1s", true),
        ("/orders", true),
    ] {
        assert_eq!(fit(filter, &spans), wanted, "{filter}");
    }
}

const FILTERS: [&str; 22] = [
    "",
    "service:orders",
    "!service:orders",
    "service:x",
    "charge",
    "!charge",
    "/^GET/",
    "hunter2",
    "!hunter2",
    "status:5xx",
    "status=404",
    "!status:error",
    "status:ok",
    "instance:10.0.0.4",
    "api-key=orders",
    "!api-key:orders",
    "orders",
    "operation:charge",
    "span:0101",
    "code<300",
    "card.kind=\"gold card\"",
    "password",
];

fn fit(filter: &str, spans: &[Span]) -> bool {
    let query = Query::parse_for(Asked::Traces, filter).unwrap_or_else(|wrong| panic!("{filter}: {wrong}"));
    fits(&query, TraceId([0x4f; 16]), 300_000_000, spans)
}

#[test]
fn every_field_can_be_asked_for_as_in_log_lines_too() {
    let mut spans = [span("orders", "POST /orders/*", "200"), span("payments", "charge, twice", "504")];
    spans[1].message = "no answer of db-1:5432".into();
    spans[1].attributes.extend([("http.route".into(), "/pay/{id}?x".into())]);
    spans[1].attributes.extend([("rows".into(), "42".into())]);
    for (filter, wanted) in [
        ("service:users,payments", true),
        ("service:pay*", true),
        ("service:ay*", false),
        ("service:orders service:payments", true),
        ("operation:\"post /ORDERS/*\"", true),
        ("op:refund,charge", true),
        ("name=\"charge, twice\"", true),
        ("operation:refund", false),
        ("instance:0.4", true),
        ("instance::5002", true),
        ("instance:10.*", true),
        ("instance:0.5", false),
        ("status:failed", true),
        ("status=5..", true),
        ("status:50[24]", true),
        ("status:4xx", false),
        ("status:500,504", true),
        ("status:500,503", false),
        ("status:4xx,5xx", true),
        ("duration<1h", true),
        ("duration>1h", false),
        ("status>=500 service:payments", true),
        ("status>=500 service:orders", false),
        ("status!=504", false),
        ("!status:ok", true),
        ("!status:error", false),
        ("duration>=300ms", true),
        ("took<0.3s", false),
        ("duration>5m", false),
        ("duration>299999us duration<300000001ns", true),
        ("http.route=/pay/{id}?x", true),
        ("http.route:/pay/{id}?x", true),
        ("route=/pay/.*", true),
        ("http.route=/pay", false),
        ("http.route:/pay/{id}?x service:orders", false),
        ("card.kind=\"GOLD card\"", true),
        ("rows>41", true),
        ("rows>=1s", false),
        ("db-1:5432", true),
        ("db-1:5432 service:orders", true),
        ("!db-1:5432", false),
        ("span:0101", true),
        ("span:02", false),
        ("trace_id:4F", true),
        ("f4f", false),
        ("/answ.*db/", true),
        ("!/charge|refund/", false),
        ("/^charge/ \"gold card\" orders", true),
    ] {
        assert_eq!(fit(filter, &spans), wanted, "{filter}");
    }
    assert!(fit("status:ok", &spans[..1]) && !fit("!status:ok", &spans[..1]));
}

#[test]
fn what_cannot_be_read_says_where_and_what_is_expected() {
    for (filter, at, why) in [
        ("service:", 8..8, "the name of a service"),
        ("x operation=", 12..12, "an operation"),
        ("a duration>soon", 11..15, "a duration is expected"),
        ("took>", 5..5, "a duration is expected"),
        ("duration>-5s", 9..12, "a duration is expected"),
        ("\u{e4} \"open", 3..8, "quote"),
        ("status:bad", 7..10, "error, ok or a code"),
        ("status:", 7..7, "error, ok or a code"),
        ("status:error,500", 7..16, "stand alone"),
        ("!(service:orders)", 1..17, "!service:orders"),
        ("a !", 2..3, "what must not be there follows"),
        ("duration:5", 9..10, "compared"),
        ("trace:xyz", 6..9, "digits of its id"),
        ("rows>many", 5..9, "a number"),
        ("/(/", 0..3, "no pattern"),
    ] {
        let wrong = Query::parse_for(Asked::Traces, filter).expect_err(filter);
        assert!(wrong.at == at && wrong.what.contains(why), "{filter}: {wrong:?}");
    }
}

#[test]
fn what_asks_only_for_time_or_the_id_reads_no_span() {
    let known = |filter: &str| {
        let query = Query::parse_for(Asked::Traces, filter).unwrap();
        by_time(&query, TraceId([0x4f; 16]), 300_000_000)
    };
    assert_eq!(known("duration>200ms trace:4f"), Some(true));
    assert_eq!(known("duration>1s service:orders"), Some(false));
    assert_eq!(known("!trace:4f charge"), Some(false));
    assert_eq!((known("duration>200ms charge"), known("")), (None, Some(true)));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Where it lies packed a span answers as itself, its secrets masked.
    #[test]
    fn packed_spans_answer_as_themselves(
        filter in proptest::sample::select(FILTERS.to_vec()),
        second in proptest::sample::select(FILTERS.to_vec()),
        told in proptest::collection::vec((0..4usize, 0..4usize, 0..5usize, proptest::bool::ANY), 1..5),
    ) {
        let spans: Vec<Span> = told.iter().enumerate().map(|(n, (service, name, code, has_address))| {
            let mut one = span(["orders", "payments", "x-service", "a b"][*service], ["charge", "GET /a", "", "POST /orders"][*name], ["200", "404", "504", "-", ""][*code]);
            one.id = SpanId([n as u8 + 1; 8]);
            one.instance = one.instance.filter(|_| *has_address);
            one.message = ["", "token=hunter2 lost", "no charge", "password: x"][*name].into();
            one.attributes.extend([("api-key".into(), "orders".into())]);
            one
        }).collect();
        let mut traces = crate::store::traces::Traces::new(1 << 20);
        traces.apply(&spans);
        let id = TraceId([0x4f; 16]);
        let query = Query::parse_for(Asked::Traces, &format!("{filter} {second}")).unwrap();
        let shown = traces.spans_of(id);
        proptest::prop_assert_eq!(traces.fits(id, &query), fits(&query, id, 1, &shown), "{} {}", filter, second);
    }

    #[test]
    fn no_text_does_harm(text in "[a-z:=<>!\"0-9. /\u{e4}\u{3bb}]{0,40}") {
        let (query, _) = Query::readable(Asked::Traces, &text);
        fits(&query, TraceId([1; 16]), 5, &[span("a", "b", "200")]);
    }
}
