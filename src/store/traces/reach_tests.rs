//! What was called in vain is of whom it was called: of the edge, the circuit, the service and the instance.

use std::sync::Arc;

use super::super::tests::{request, span, trace};
use super::super::{Reach, TraceFilter, TraceList, Traces};
use crate::domain::address::Address;
use crate::domain::span::{Span, SpanId, SpanKind, SpanStatus, TraceId};

const NAME: (&str, &str) = ("peer.service", "payments");
const HOST: (&str, &str) = ("server.address", "10.0.0.9");
const PORT: (&str, &str) = ("server.port", "5005");

fn at(text: &str) -> Address {
    text.parse().unwrap()
}

fn reach() -> Reach {
    Reach::new(
        "payments".into(),
        vec![at("10.0.0.9:5005"), at("10.0.0.8:5005")],
        vec!["charges".into(), "audits".into()],
    )
}

fn listed(filter: TraceFilter, traces: &Traces) -> Vec<TraceId> {
    let mut list = TraceList::new(filter);
    list.refresh(traces);
    let mut all: Vec<TraceId> = list.ids(0, list.len()).collect();
    all.sort_unstable();
    all
}

fn edge(traces: &Traces) -> Vec<TraceId> {
    let edge = Some(("orders".into(), "payments".into()));
    listed(TraceFilter { edge, reach: Some(reach()), ..TraceFilter::default() }, traces)
}

fn instance(traces: &Traces, address: &str) -> Vec<TraceId> {
    let reach = Some(Reach::of_one("payments".into(), Some(at(address))));
    listed(TraceFilter { instance: Some(("payments".into(), at(address))), reach, ..TraceFilter::default() }, traces)
}

/// A request to orders, within which it made a call that failed and says this of whom it was to.
fn asked(n: u64, kind: SpanKind, told: &[(&str, &str)]) -> Vec<Span> {
    let attributes = told.iter().map(|(key, value)| (Arc::from(*key), (*value).into())).collect();
    let call = span(n, 2, 1, "orders", (1, 8));
    vec![span(n, 1, 0, "orders", (0, 9)), Span { kind, status: SpanStatus::Error, attributes, ..call }]
}

fn ids<const N: usize>(all: [u64; N]) -> Vec<TraceId> {
    all.map(trace).to_vec()
}

#[test]
fn what_nobody_answered_is_of_whom_the_call_names_by_name_or_by_place() {
    let mut traces = Traces::new(1 << 20);
    let old = [("net.peer.name", "10.0.0.8"), ("net.peer.port", "5005")];
    let all: [&[(&str, &str)]; 7] = [
        &[NAME],
        &[HOST, PORT],
        &old,
        // Another service, another place, no port, and a name that wins over the place.
        &[("peer.service", "stock")],
        &[HOST, ("server.port", "80")],
        &[HOST],
        &[("peer.service", "stock"), HOST, PORT],
    ];
    for (n, told) in (1..).zip(all) {
        traces.apply(&asked(n, SpanKind::Client, told));
    }
    // What is no call says nothing of whom it was to.
    traces.apply(&asked(8, SpanKind::Internal, &[NAME]));
    assert_eq!(edge(&traces), ids([1, 2, 3]));
    let service = TraceFilter { service: Some("payments".into()), reach: Some(reach()), ..TraceFilter::default() };
    assert_eq!(listed(service, &traces), ids([1, 2, 3]));
    assert_eq!(instance(&traces, "10.0.0.9:5005"), ids([2]), "a name alone tells no instance");
    assert_eq!(instance(&traces, "10.0.0.8:5005"), ids([3]));
    let vain = TraceFilter { reach: Some(reach()), ..TraceFilter::default() };
    assert!(vain.narrows());
    assert_eq!(listed(vain, &traces), ids([1, 2, 3]), "these alone");
}

#[test]
fn a_call_is_of_the_instance_that_it_names_beside_its_service() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&asked(1, SpanKind::Client, &[NAME, HOST, PORT]));
    assert_eq!((instance(&traces, "10.0.0.9:5005"), instance(&traces, "10.0.0.8:5005")), (ids([1]), ids([])));
    let other = Reach::of_one("payments".into(), None);
    let filter = TraceFilter { reach: Some(other), ..TraceFilter::default() };
    assert_eq!(listed(filter, &traces), ids([]), "its address is counted for another service");
}

#[test]
fn what_another_answered_was_a_call_to_that_one() {
    let mut traces = Traces::new(1 << 20);
    let mut answered = asked(1, SpanKind::Client, &[NAME]);
    answered.push(span(1, 3, 2, "stock", (2, 7)));
    traces.apply(&answered);
    // As Zipkin's tracers have it both share an id.
    let mut shared = asked(2, SpanKind::Client, &[NAME]);
    shared.push(span(2, 2, 1, "stock", (2, 7)));
    traces.apply(&shared);
    // Work of the caller's own below is no answer.
    let mut works = asked(3, SpanKind::Client, &[NAME]);
    works.push(Span { kind: SpanKind::Internal, ..span(3, 3, 2, "orders", (2, 7)) });
    traces.apply(&works);
    traces.apply(&request(4));
    assert_eq!(edge(&traces), ids([3, 4]));
}

#[test]
fn only_the_callers_calls_are_of_its_edge_and_of_a_circuit_those_of_its_instance() {
    let mut traces = Traces::new(1 << 20);
    let of = |n, service: &str, place: &str| -> Vec<Span> {
        let spans = asked(n, SpanKind::Client, &[NAME]).into_iter();
        spans.map(|span| Span { service: service.into(), instance: place.parse().ok(), ..span }).collect()
    };
    traces.apply(&of(1, "orders", "10.0.0.4:5002"));
    traces.apply(&of(2, "orders", "10.0.0.5:5002"));
    traces.apply(&of(3, "users", "10.0.0.4:5001"));
    // Who calls itself goes no way between two.
    traces.apply(&of(4, "payments", "10.0.0.8:5005"));
    assert_eq!(edge(&traces), ids([1, 2]));
    let edge = Some(("orders".into(), "payments".into()));
    let caller = Some(at("10.0.0.5:5002"));
    let circuit = TraceFilter { edge, caller, reach: Some(reach()), ..TraceFilter::default() };
    assert_eq!(listed(circuit, &traces), ids([2]));
}

#[test]
fn a_message_that_waits_in_a_queue_is_of_who_takes_from_that() {
    let mut traces = Traces::new(1 << 20);
    let queue = |name| [("messaging.destination.name", name), ("server.address", "broker"), ("server.port", "9092")];
    traces.apply(&asked(1, SpanKind::Producer, &queue("charges")));
    traces.apply(&asked(2, SpanKind::Producer, &queue("mails")));
    // It is not put there by a call that only names it.
    traces.apply(&asked(3, SpanKind::Client, &queue("charges")));
    assert_eq!(edge(&traces), ids([1]));
}

#[test]
fn a_service_has_the_traces_whose_messages_it_met_over_all_hops() {
    let mut traces = Traces::new(1 << 20);
    let link = |of: u64| vec![crate::domain::span::SpanLink { trace: trace(of), span: SpanId([2; 8]) }];
    let take = |n: u64, service: &str, of: u64| {
        vec![
            Span { kind: SpanKind::Consumer, links: link(of), ..span(n, 1, 0, service, (3, 9)) },
            Span { kind: SpanKind::Producer, ..span(n, 2, 1, service, (4, 5)) },
        ]
    };
    traces.apply(&asked(1, SpanKind::Producer, &[]));
    traces.apply(&take(2, "mail", 1));
    traces.apply(&take(3, "smtp", 2));
    let of = |service: &str| TraceFilter { service: Some(service.into()), ..TraceFilter::default() };
    assert_eq!(listed(of("smtp"), &traces), ids([1, 2, 3]));
    assert_eq!(listed(of("mail"), &traces), ids([1, 2]));
    assert_eq!(listed(of("orders"), &traces), ids([1]));
}

#[test]
fn in_vain_were_calls_that_failed_and_no_messages() {
    let mut traces = Traces::new(1 << 20);
    traces.apply(&asked(1, SpanKind::Client, &[NAME]));
    let well = asked(2, SpanKind::Client, &[NAME]).into_iter();
    traces.apply(&well.map(|span| Span { status: SpanStatus::Unset, ..span }).collect::<Vec<_>>());
    traces.apply(&asked(3, SpanKind::Producer, &[("messaging.destination.name", "charges")]));
    let of = |reach| listed(TraceFilter { reach: Some(reach), ..TraceFilter::default() }, &traces);
    assert_eq!((of(reach()), of(reach().in_vain())), (ids([1, 2, 3]), ids([1])));
}
