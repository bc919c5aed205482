//! The words of the filter: what fits, and what is said where one cannot be read.

use super::*;
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
        attributes: vec![("http.response.status_code".into(), code.into()), ("card.kind".into(), "gold card".into())],
        events: Vec::new(),
        links: Vec::new(),
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
        let query = parse(filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
        assert_eq!(query.fits(TraceId([0x4f; 16]), 300_000_000, &spans), wanted, "{filter}");
    }
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    for (filter, at, why) in [
        ("service:", 0, "lacks its value"),
        ("a duration>soon", 2, "no duration"),
        ("ä \"open", 2, "not closed"),
        ("status:bad", 0, "status:5xx"),
        ("servise:orders", 0, "no field `servise`"),
        ("duration:5", 0, "compared"),
        ("trace:xyz", 0, "in hex"),
        ("service>3", 0, "only `duration`"),
    ] {
        let error = parse(filter).expect_err(filter);
        assert!(error.at == at && error.why.contains(why), "{filter}: {error:?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_does_harm(text in "[a-z:=<>!\"0-9. äλ]{0,40}") {
        match parse(&text) {
            Ok(query) => drop(query.fits(TraceId([1; 16]), 5, &[span("a", "b", "200")])),
            Err(error) => assert!(error.at <= text.chars().count(), "{text}: {error:?}"),
        }
        let _ = readable(&text);
    }
}
