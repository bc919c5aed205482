//! What is printed of what arrives: each span once, in the waterfall's order, with what is odd about it said.

use super::*;
use crate::domain::span::{Span, SpanId, SpanKind, SpanStatus};
use crate::domain::value::Value;

fn span(trace: u8, id: u8, parent: u8, start_ms: u64) -> Span {
    Span {
        trace: TraceId([trace; 16]),
        id: SpanId([id; 8]),
        parent: (parent > 0).then_some(SpanId([parent; 8])),
        name: format!("op {id}").into(),
        kind: SpanKind::Server,
        service: format!("s{id}").into(),
        instance: "10.0.0.4:5002".parse().ok(),
        start_ns: 1_795_415_400_000_000_000 + start_ms * 1_000_000,
        end_ns: 1_795_415_400_010_000_000 + start_ms * 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: vec![
            ("n".into(), Value::json("42")),
            ("text".into(), "42".into()),
            ("list".into(), Value::json("[1,\"a\"]")),
            ("db.password".into(), "hunter2".into()),
            ("esc".into(), "\u{1b}[2J".into()),
        ]
        .into(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}

fn json(traces: &Traces, id: u8) -> serde_json::Value {
    let id = TraceId([id; 16]);
    let line = json::trace(&traces.summary(id).unwrap(), &traces.waterfall(id).unwrap(), &|_| false);
    assert!(!line.contains('\u{1b}') && line.ends_with('\n') && !line.contains("hunter2"), "{line}");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn a_trace_is_told_in_the_order_of_its_waterfall_and_typed() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&[span(1, 3, 2, 4), span(1, 2, 1, 2), span(1, 1, 0, 0)]);
    let told = json(&traces, 1);
    let ids: Vec<_> = told["spans"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(ids, ["op 1", "op 2", "op 3"]);
    assert_eq!(
        (&told["complete"], &told["root"]["name"], &told["duration_ms"]),
        (&true.into(), &"op 1".into(), &10.0.into())
    );
    let attributes = &told["spans"][0]["attributes"];
    assert_eq!(
        (&attributes["n"], &attributes["text"], &attributes["list"][1]),
        (&42.into(), &"42".into(), &"a".into())
    );
    assert_eq!((&attributes["db.password"], &attributes["esc"]), (&"***".into(), &"\u{1b}[2J".into()));
}

#[test]
fn what_is_odd_is_marked() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&[span(1, 2, 9, 0), span(2, 1, 0, 50_000), span(2, 2, 1, 0)]);
    let told = json(&traces, 1);
    assert_eq!((&told["complete"], &told["root"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(told["spans"][0]["marks"], serde_json::json!(["no_parent"]));
    assert_eq!(json(&traces, 2)["spans"][1]["marks"], serde_json::json!(["clock_skew"]));
}

#[test]
fn a_span_that_was_printed_is_not_taken_again() {
    let args = TracesArgs { trace: Some("ff".into()), ..TracesArgs::default() };
    let mut run = Run::new(&args, Query::default());
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0)])]);
    assert!(run.print_rest().unwrap());
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0), span(1, 2, 1, 0)])]);
    assert_eq!((run.traces.spans(), run.matched), (1, 0), "no trace begins with ff");
    let sums = run.sums();
    assert_eq!((sums.received, sums.kept()), (2, 2));
}

#[test]
fn what_comes_after_its_trace_was_printed_is_the_rest_of_it_and_no_other_trace() {
    let mut run = Run::new(&TracesArgs::default(), Query::default());
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0)])]);
    assert!(run.print_rest().unwrap());
    run.take(vec![Fact::Spans(vec![span(1, 2, 1, 0)])]);
    assert!(run.waiting.is_empty() && run.rest.len() == 1, "it waits for the end");
    let id = TraceId([1; 16]);
    let (summary, fall) = (run.traces.summary(id).unwrap(), run.traces.waterfall(id).unwrap());
    let line = json::trace(&summary, &fall, &|parent| run.printed.has(id, parent));
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["spans"][0]["marks"], serde_json::json!([]), "its parent was told");
    assert!(run.print_rest().unwrap());
    assert_eq!((run.matched, run.sums().kept()), (1, 2));
}

#[test]
fn a_trace_is_waited_for_while_a_parent_or_what_is_always_there_is_not() {
    let mut run = Run::new(&TracesArgs::default(), Query::default());
    let call = |trace| Span { kind: SpanKind::Client, name: "GET /stock".into(), ..span(trace, 1, 0, 0) };
    let mut lacks = |trace: u8, spans: Vec<Span>| {
        run.take(vec![Fact::Spans(spans)]);
        run.lacks(TraceId([trace; 16]))
    };
    assert!(lacks(1, vec![span(1, 2, 9, 0)]), "its parent");
    assert!(!lacks(2, vec![call(2)]), "nobody ever answered such a call");
    assert!(!lacks(3, vec![call(3), span(3, 2, 1, 0)]));
    assert!(lacks(4, vec![call(4)]), "such a call is answered");
}

#[test]
fn a_side_that_always_comes_too_late_is_waited_for_from_the_second_time_on() {
    let mut run = Run::new(&TracesArgs::default(), Query::default());
    let call = |trace| Span { kind: SpanKind::Client, name: "GET /stock".into(), ..span(trace, 1, 0, 0) };
    run.take(vec![Fact::Spans(vec![call(1)])]);
    assert!(!run.lacks(TraceId([1; 16])) && run.print_rest().unwrap());
    run.take(vec![Fact::Spans(vec![span(1, 2, 1, 0)])]);
    run.take(vec![Fact::Spans(vec![call(2)])]);
    assert!(run.lacks(TraceId([2; 16])));
}

/// A trace of which a side comes late is looked at again: whole where that makes it fit, and not before the command ends alone.
#[test]
fn what_did_not_fit_is_printed_whole_when_what_comes_later_makes_it_fit() {
    let query = Query::parse_for(Asked::Traces, "service:s3 status:error").unwrap();
    let mut run = Run::new(&TracesArgs::default(), query);
    let id = TraceId([1; 16]);
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0), span(1, 2, 1, 1)])]);
    run.waiting.clear();
    assert!(run.print_one(id).unwrap() && run.matched == 0 && run.passed.holds(id));
    // Another trace that never fits is printed neither now nor at the end.
    run.take(vec![Fact::Spans(vec![span(2, 1, 0, 0)])]);
    run.waiting.clear();
    assert!(run.print_one(TraceId([2; 16])).unwrap());
    let failed = Span { status: SpanStatus::Error, ..span(1, 3, 2, 2) };
    run.take(vec![Fact::Spans(vec![failed])]);
    assert!(run.waiting.contains_key(&id) && run.rest.is_empty(), "it does not wait for the end");
    let told = json(&run.traces, 1);
    assert_eq!((told["spans"].as_array().unwrap().len(), &told["complete"]), (3, &true.into()));
    run.waiting.clear();
    assert!(run.print_one(id).unwrap() && run.matched == 1 && !run.passed.holds(id));
    // What comes from then on is its rest, whether or not that fits by itself.
    run.take(vec![Fact::Spans(vec![span(1, 4, 3, 3)])]);
    assert!(run.waiting.is_empty() && run.rest.contains(&id));
    assert!(run.print_rest().unwrap() && run.matched == 1 && run.printed.has(id, SpanId([4; 8])));
    assert!(run.traces.contains(TraceId([2; 16])) && !run.printed.has(TraceId([2; 16]), SpanId([1; 8])));
}

#[test]
fn what_was_given_up_unprinted_is_no_parent_that_was_told() {
    let query = Query::parse_for(Asked::Traces, "service:s2").unwrap();
    let mut run = Run::new(&TracesArgs::default(), query);
    let id = TraceId([1; 16]);
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0)])]);
    run.give_up(id, false);
    run.take(vec![Fact::Spans(vec![span(1, 1, 0, 0), span(1, 2, 1, 1)])]);
    assert_eq!((run.traces.spans_in(id), run.printed.has(id, SpanId([1; 8]))), (1, false));
    assert!(run.rest.is_empty() && run.waiting.contains_key(&id), "nothing of it was printed");
    assert!(run.print_rest().unwrap() && run.matched == 1);
}

#[test]
fn who_put_a_message_is_looked_at_again_when_who_took_it_fits() {
    let query = Query::parse_for(Asked::Traces, "service:s3").unwrap();
    let mut run = Run::new(&TracesArgs::default(), query);
    let put = Span { kind: SpanKind::Producer, ..span(1, 1, 0, 0) };
    run.take(vec![Fact::Spans(vec![put])]);
    assert!(run.print_rest().unwrap() && run.matched == 0);
    let links = vec![crate::domain::span::SpanLink { trace: TraceId([1; 16]), span: SpanId([1; 8]) }];
    run.take(vec![Fact::Spans(vec![Span { kind: SpanKind::Consumer, links, ..span(2, 3, 0, 9) }])]);
    assert!(run.waiting.contains_key(&TraceId([1; 16])));
    assert!(run.print_rest().unwrap() && run.matched == 2);
}

#[tokio::test]
async fn an_address_that_is_taken_is_said_and_ends_it_at_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let over = crate::config::settings::Overrides { otlp: address.parse().ok(), ..Default::default() };
    let settings = Settings::new(crate::config::find::Found::default(), over);
    let args = TracesArgs { time: Some(Duration::from_secs(60)), ..TracesArgs::default() };
    let follow = tokio::time::timeout(Duration::from_secs(20), follow(&settings, &args, Query::default()));
    let failure = follow.await.expect("at once").unwrap_err();
    assert_eq!(failure.exit, Exit::Failed);
    assert!(failure.message.contains(&format!("{address} is taken")), "{failure}");
}
