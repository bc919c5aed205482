//! What came by an edge: called within a trace, through a queue between two, or turned away by the caller's breaker.

use std::sync::Arc;

use super::super::tests::{request, span, trace};
use super::super::{Guard, TraceFilter, TraceList, Traces};
use crate::domain::address::Address;
use crate::domain::span::{Span, SpanEvent, SpanId, SpanKind, SpanLink, TraceId};

fn list(from: &str, to: &str) -> TraceList {
    let guard = Some(Guard::new([Arc::from(to)].into_iter(), false));
    TraceList::new(TraceFilter { edge: Some((from.into(), to.into())), guard, ..TraceFilter::default() })
}

fn listed(list: &mut TraceList, traces: &Traces) -> Vec<TraceId> {
    list.refresh(traces);
    list.ids(0, list.len()).collect()
}

fn put(n: u64) -> Vec<Span> {
    vec![span(n, 1, 0, "orders", (0, 9)), Span { kind: SpanKind::Producer, ..span(n, 2, 1, "orders", (1, 2)) }]
}

/// Somebody took what trace `of` put, in a trace of its own.
fn take(n: u64, service: &str, of: u64) -> Span {
    let links = vec![SpanLink { trace: trace(of), span: SpanId([2; 8]) }];
    Span { kind: SpanKind::Consumer, links, ..span(n, 7, 0, service, (3, 5)) }
}

#[test]
fn a_message_that_was_taken_in_a_trace_of_its_own_came_by_the_edge_in_whichever_order_both_come() {
    for first in [true, false] {
        let mut traces = Traces::new(1 << 20);
        let mut mail = list("orders", "mail");
        traces.apply(&request(9));
        let (sent, taken) = (put(1), vec![take(2, "mail", 1)]);
        let (one, other) = if first { (&sent, &taken) } else { (&taken, &sent) };
        traces.apply(one);
        assert!(listed(&mut mail, &traces).is_empty(), "who put it, or who took it, is not here yet");
        traces.apply(other);
        assert_eq!(listed(&mut mail, &traces), [trace(2), trace(1)]);
        assert_eq!(listed(&mut list("orders", "mail"), &traces), [trace(2), trace(1)], "and anew");
    }
}

#[test]
fn what_others_took_or_put_or_only_refer_to_did_not_come_by_the_edge() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&put(1));
    traces.apply(&[take(2, "audit", 1)]);
    // It names a span that is none of the caller's.
    traces.apply(&[span(3, 2, 0, "users", (0, 1))]);
    traces.apply(&[take(4, "mail", 3)]);
    // A request that refers to another took no message.
    traces.apply(&put(5));
    traces.apply(&[Span { kind: SpanKind::Server, ..take(6, "mail", 5) }]);
    // Of the same trace another span is meant.
    traces.apply(&put(7));
    let links = vec![SpanLink { trace: trace(7), span: SpanId([99; 8]) }];
    traces.apply(&[Span { links, ..take(8, "mail", 7) }]);
    assert!(listed(&mut list("orders", "mail"), &traces).is_empty());
    assert_eq!(listed(&mut list("orders", "audit"), &traces), [trace(2), trace(1)]);
}

#[test]
fn a_link_within_one_trace_is_an_edge_too() {
    let mut traces = Traces::new(1 << 20);
    let mut spans = put(1);
    spans.push(Span { trace: trace(1), parent: Some(SpanId([50; 8])), ..take(1, "mail", 1) });
    traces.apply(&spans);
    assert_eq!(listed(&mut list("orders", "mail"), &traces), [trace(1)]);
}

#[test]
fn of_one_instances_messages_only_those_that_it_put() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..4 {
        let at: Option<Address> = format!("10.0.0.{}:5000", n % 2).parse().ok();
        traces.apply(&put(n).into_iter().map(|span| Span { instance: at.clone(), ..span }).collect::<Vec<_>>());
        traces.apply(&[take(n + 10, "mail", n)]);
    }
    let caller = "10.0.0.1:5000".parse().ok();
    let mut mail = TraceList::new(TraceFilter { caller, ..list("orders", "mail").filter().clone() });
    assert_eq!(listed(&mut mail, &traces), [13, 11, 3, 1].map(trace));
}

/// A request that the breaker of orders towards `callee` answered.
fn turned_away(n: u64, callee: &str) -> Vec<Span> {
    let attributes = vec![("circuit".into(), callee.into())].into();
    let event = SpanEvent { at_ns: 0, name: "circuit open".into(), attributes };
    let attributes = vec![("http.response.status_code".into(), "202".into())].into();
    vec![
        span(n, 1, 0, "gateway", (0, 20)),
        Span { events: vec![event], attributes, ..span(n, 2, 1, "orders", (1, 9)) },
        span(n, 4, 2, "users", (2, 4)),
    ]
}

#[test]
fn what_the_callers_breaker_turned_away_came_by_the_edge() {
    let mut traces = Traces::new(1 << 20);
    let mut payments = list("orders", "payments");
    traces.apply(&request(1));
    traces.apply(&turned_away(2, "payments"));
    // Another circuit, one whose name only begins so, and a request that needed neither.
    traces.apply(&turned_away(3, "stock"));
    traces.apply(&turned_away(4, "payments-eu"));
    traces.apply(&request(5)[..2]);
    assert_eq!(listed(&mut payments, &traces), [trace(2), trace(1)]);
    // It was its own breaker, not that of who called it.
    assert_eq!(listed(&mut list("gateway", "payments"), &traces), []);
    let of = |at: &str| {
        let filter = TraceFilter { caller: at.parse().ok(), ..list("orders", "payments").filter().clone() };
        listed(&mut TraceList::new(filter), &traces)
    };
    assert_eq!(
        (of("10.0.0.2:5000").len(), of("10.0.0.3:5000").len()),
        (2, 0),
        "each instance has a breaker of its own"
    );
    // No call is asked for but those that were made.
    let unguarded = TraceFilter { guard: None, ..list("orders", "payments").filter().clone() };
    assert_eq!(listed(&mut TraceList::new(unguarded), &traces), [trace(1)]);
}
