//! Any text as a filter, of log lines and of traces: read, shown with its caret, completed, asked of a span; what can be
//! read says itself in words that can be read again, and what can be read of a text is all of one that can.
#![no_main]

use keepwatch::domain::query::{Asked, Known, Query, complete};
use keepwatch::domain::span::{Span, SpanId, SpanKind, SpanStatus, TraceId};
use keepwatch::store::traces::Traces;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let known = Known {
        fields: vec!["http.status".into(), "ä b".into()],
        operations: vec!["POST /\"x\"".into()],
        ..Known::default()
    };
    let (trace, mut traces) = (TraceId([0x4f; 16]), Traces::new(1 << 16));
    let span = span(trace);
    traces.apply(std::slice::from_ref(&span));
    for asked in [Asked::Lines, Asked::Traces] {
        for with in complete(asked, text, &known).with {
            assert!(!with.is_empty());
        }
        let (readable, wrong) = Query::readable(asked, text);
        traces.fits(trace, &readable);
        readable.holds(&span);
        match Query::parse_for(asked, text) {
            Ok(query) => {
                assert!(wrong.is_none() && query.terms().len() == readable.terms().len());
                let again = Query::parse_for(asked, query.text()).map(|again| again.terms().len());
                assert_eq!(again, Ok(query.terms().len()));
            }
            Err(first) => {
                assert!(first.at.end <= text.len() && !first.what.is_empty(), "{first:?}");
                let _ = first.caret(text);
                assert_eq!(wrong, Some(first));
            }
        }
    }
});

fn span(trace: TraceId) -> Span {
    Span {
        trace,
        id: SpanId([1; 8]),
        parent: None,
        name: "POST /orders".into(),
        kind: SpanKind::Server,
        service: "orders".into(),
        instance: "10.0.0.4:5002".parse().ok(),
        start_ns: 0,
        end_ns: 300_000_000,
        status: SpanStatus::Unset,
        message: "late".into(),
        attributes: vec![("http.response.status_code".into(), "504".into()), ("http.route".into(), "/x".into())].into(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}
