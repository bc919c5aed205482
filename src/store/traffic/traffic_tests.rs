//! What the store of traffic promises: what was traced is counted once, by arrival; what was not is not known.

use super::*;
use crate::domain::id::InstanceId;
use crate::domain::span::{SpanId, SpanStatus, TraceId};

pub(super) const START: Moment = Moment(1_795_415_400_000);

pub(super) fn span(trace: u64, id: u64, parent: u64, kind: SpanKind, service: &str, address: &str) -> Span {
    let mut name = [7; 16];
    name[..8].copy_from_slice(&trace.to_be_bytes());
    Span {
        trace: TraceId(name),
        id: SpanId(id.to_be_bytes()),
        parent: (parent > 0).then(|| SpanId(parent.to_be_bytes())),
        name: "x".into(),
        kind,
        service: service.into(),
        instance: address.parse().ok(),
        start_ns: 1_000_000_000,
        end_ns: 1_010_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}

pub(super) fn with(mut span: Span, key: &str, value: &str) -> Span {
    span.attributes.extend([(key.into(), value.into())]);
    span
}

/// gateway -> orders -> payments, with a client span before each callee; payments has two instances.
fn request(n: u64) -> Vec<Span> {
    let payments = if n.is_multiple_of(4) { "10.0.0.9:5005" } else { "10.0.0.8:5005" };
    vec![
        span(n, 1, 0, SpanKind::Server, "gateway", "10.0.0.1:8080"),
        span(n, 2, 1, SpanKind::Client, "gateway", "10.0.0.1:8080"),
        span(n, 3, 2, SpanKind::Server, "orders", "10.0.0.4:5002"),
        with(span(n, 4, 3, SpanKind::Client, "orders", "10.0.0.4:5002"), "peer.service", "payments"),
        span(n, 5, 4, SpanKind::Server, "payments", payments),
    ]
}

pub(super) fn names(store: &TrafficStore) -> Vec<(String, String)> {
    let mut names: Vec<_> = store.edges().map(|edge| (edge.from.to_string(), edge.to.to_string())).collect();
    names.sort();
    names
}

pub(super) fn id(service: &str, address: &str) -> InstanceId {
    InstanceId { service: service.into(), address: address.parse().unwrap() }
}

#[test]
fn routes_are_what_comes_from_outside_by_name_and_their_number_is_bounded() {
    let mut store = TrafficStore::new();
    let mut n = 0;
    let mut root = |name: String, ms: u64| {
        n += 1;
        let mut span = span(n, 1, 0, SpanKind::Server, "gateway", "10.0.0.1:8080");
        span.name = name.into();
        span.end_ns = span.start_ns + ms * 1_000_000;
        span
    };
    let inner = span(1, 3, 2, SpanKind::Server, "orders", "10.0.0.4:5002");
    let both = [root("POST /orders".into(), 800), root("GET /users".into(), 9), inner];
    store.apply_spans(START, &both);
    let seen: Vec<_> = store.routes().map(|(_, name, t)| (name.to_string(), t.p95_ms.unwrap().round())).collect();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[1].0 == "POST /orders" && (seen[1].1 - 800.0).abs() < 40.0, "{seen:?}");
    let service = store.routes().next().unwrap().0.clone();
    let trend = store.route_p95s(&service, &"POST /orders".into());
    assert_eq!(trend.iter().filter(|cell| cell.is_some()).count(), 1, "one of the last six times ten seconds");
    let ids: Vec<_> = (0..1_000).map(|n| root(format!("GET /users/{n}"), 1)).collect();
    store.apply_spans(START, &ids);
    assert!(store.routes().count() <= 128);
}

#[test]
fn a_job_that_nobody_asked_for_is_an_operation_and_no_call() {
    let mut store = TrafficStore::new();
    let mut job = span(1, 1, 0, SpanKind::Internal, "reports", "10.0.0.7:1");
    job.status = SpanStatus::Error;
    let inner = span(1, 2, 1, SpanKind::Internal, "reports", "10.0.0.7:1");
    store.apply_spans(START, &[inner, job]);
    let all: Vec<_> = store.operations().map(|one| (one.service.to_string(), one.traffic.minute.errors)).collect();
    assert_eq!(all, [("reports".to_owned(), 1)]);
    assert_eq!((store.service("reports"), store.routes().count()), (None, 0));
}

#[test]
fn a_call_that_failed_for_either_side_is_an_error_of_its_edge_and_of_nobody_else() {
    let mut store = TrafficStore::new();
    for n in 0..200 {
        let mut spans = request(n);
        if n % 4 == 0 {
            // Orders waits no longer; payments, which answers at last, sees nothing wrong.
            spans[3].status = SpanStatus::Error;
        }
        if n % 2 == 0 {
            spans.reverse();
        }
        store.apply_spans(START, &spans);
    }
    let ratio = |traffic: Option<Traffic>| traffic.unwrap().error_ratio;
    assert_eq!(ratio(store.edge("orders", "payments")), Some(0.25));
    assert_eq!(ratio(store.caller(&id("orders", "10.0.0.4:5002"), "payments")), Some(0.25));
    assert_eq!((ratio(store.edge("gateway", "orders")), ratio(store.service("payments"))), (Some(0.0), Some(0.0)));
}

#[test]
fn edges_shares_and_rates_are_those_of_the_calls() {
    let mut store = TrafficStore::new();
    for n in 0..200 {
        let mut spans = request(n);
        if n % 10 == 0 {
            spans[4] = with(spans[4].clone(), "http.response.status_code", "503");
        }
        // In whichever order the exports come.
        if n % 2 == 0 {
            spans.reverse()
        }
        spans.chunks(2).for_each(|chunk| store.apply_spans(START.plus(n as i64 * 100), chunk));
    }
    store.tick(START.plus(20_000));
    assert_eq!(names(&store), [("gateway".into(), "orders".into()), ("orders".into(), "payments".into())]);
    let edge = store.edge("orders", "payments").unwrap();
    assert_eq!((edge.minute.calls, edge.minute.errors, edge.rate), (200, 20, Some(10.0)));
    assert!((edge.p95_ms.unwrap() - 10.0).abs() < 0.7);
    assert_eq!(store.share_seen(&id("payments", "10.0.0.9:5005")), Some(0.25));
    assert_eq!(store.share_seen(&id("payments", "10.0.0.7:5005")), Some(0.0), "the others did it all");
    assert_eq!(store.service("gateway").unwrap().minute.calls, 200);
    assert_eq!(store.caller(&id("orders", "10.0.0.4:5002"), "payments").unwrap().minute.calls, 200);
}

#[test]
fn what_nobody_traced_is_not_known() {
    let mut store = TrafficStore::new();
    store.tick(START);
    assert!(!store.is_live() && store.as_of().is_none());
    store.apply_spans(START, &request(1));
    assert_eq!((store.service("users"), store.share_seen(&id("users", "10.0.0.2:5000"))), (None, None));
    store.tick(START.plus(30_000));
    assert_eq!(store.service("orders").unwrap().rate, Some(0.0));
    store.tick(START.plus(90_000));
    assert_eq!(store.service("orders").unwrap().rate, None, "a silent intake knows no rates");
    assert_eq!(store.share_seen(&id("payments", "10.0.0.8:5005")), None);
}

#[test]
fn a_service_that_tells_no_addresses_has_no_shares() {
    let mut store = TrafficStore::new();
    store.apply_spans(START, &[span(1, 1, 0, SpanKind::Server, "users", "")]);
    assert_eq!(store.service("users").unwrap().minute.calls, 1);
    assert_eq!(store.share_seen(&id("users", "10.0.0.2:5000")), None);
}

#[test]
fn probes_are_no_traffic_and_inner_spans_are_no_calls() {
    let mut store = TrafficStore::new();
    let server = |n| span(n, n, 0, SpanKind::Server, "users", "10.0.0.2:5000");
    let probes = [
        with(server(1), "user_agent.original", "keepwatch/0.1"),
        with(server(2), "url.path", "/actuator/health/readiness"),
        with(server(3), "http.route", "/health"),
        span(4, 4, 0, SpanKind::Internal, "users", "10.0.0.2:5000"),
    ];
    store.apply_spans(START, &probes);
    assert_eq!(store.service("users"), None);
    store.apply_spans(START, &[with(server(5), "url.path", "/healthy-recipes")]);
    assert_eq!(store.service("users").unwrap().minute.calls, 1);
}

#[test]
fn calls_that_nobody_answered_count_for_the_named_callee_once() {
    let mut store = TrafficStore::new();
    store.know([Arc::from("mailer")].iter());
    store.apply_spans(START, &request(1));
    let client = |n, key, value: &str| {
        let mut call = with(span(n, 9, 0, SpanKind::Client, "orders", "10.0.0.4:5002"), key, value);
        call.status = SpanStatus::Error;
        call
    };
    let refused = with(client(2, "server.address", "10.0.0.8"), "server.port", "5005");
    let calls = [client(3, "peer.service", "mailer"), client(4, "peer.service", "somewhere-else"), refused];
    store.apply_spans(START.plus(1_000), &calls);
    for seconds in 2..40 {
        store.tick(START.plus(seconds * 1_000));
    }
    let edge = |to| store.edge("orders", to).map(|edge| (edge.minute.calls, edge.minute.errors));
    assert_eq!((edge("mailer"), edge("payments"), edge("somewhere-else")), (Some((1, 1)), Some((2, 1)), None));
    assert_eq!(store.edges().count(), 3);
}

#[test]
fn a_span_that_is_sent_again_is_counted_once() {
    let mut store = TrafficStore::new();
    for seconds in [0, 5, 10] {
        store.apply_spans(START.plus(seconds * 1_000), &request(1));
    }
    let calls = |traffic: Option<Traffic>| traffic.unwrap().minute.calls;
    assert_eq!((calls(store.service("payments")), calls(store.edge("orders", "payments"))), (1, 1));
    assert_eq!(store.operations().map(|one| one.traffic.minute.calls).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn a_call_counts_as_soon_as_its_caller_tells_of_it_and_once() {
    let mut store = TrafficStore::new();
    store.know([Arc::from("payments")].iter());
    let edge = |store: &TrafficStore| {
        let edge = store.edge("orders", "payments").unwrap();
        (edge.minute.calls, edge.minute.errors, edge.p50_ms.map(f64::round))
    };
    let mut spans = request(1);
    spans[3].status = SpanStatus::Error;
    store.apply_spans(START, &spans[3..4]);
    assert_eq!(edge(&store), (1, 1, None), "how long it took, nobody who answered has told yet");
    spans[4].end_ns = spans[4].start_ns + 3_000_000;
    store.apply_spans(START.plus(1_000), &spans[4..]);
    assert_eq!(edge(&store), (1, 1, Some(3.0)));
    // The next one failed for who answered it alone, and of the third nobody else tells.
    let mut spans = request(2);
    spans[4].status = SpanStatus::Error;
    store.apply_spans(START.plus(2_000), &spans[3..4]);
    assert_eq!(edge(&store), (2, 1, Some(3.0)));
    store.apply_spans(START.plus(2_000), &spans[4..]);
    store.apply_spans(START.plus(2_000), &request(3)[3..4]);
    (3..50).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
    assert_eq!((edge(&store).0, edge(&store).1), (3, 2));
}

#[test]
fn the_two_sides_of_a_call_that_share_an_id_are_one_call_in_whichever_order_they_come() {
    for turned in [false, true] {
        let mut store = TrafficStore::new();
        for n in 0..10 {
            let mut client = with(span(n, 2, 1, SpanKind::Client, "front", "10.0.0.1:8080"), "peer.service", "back");
            let mut server = span(n, 2, 1, SpanKind::Server, "back", "10.0.0.4:5002");
            if n < 4 {
                client.status = SpanStatus::Error;
                server.status = SpanStatus::Error;
            }
            let inner = span(n, 3, 2, SpanKind::Server, "store", "10.0.0.5:5003");
            let mut spans = vec![inner, server, client, span(n, 1, 0, SpanKind::Server, "front", "10.0.0.1:8080")];
            if turned {
                spans.reverse();
            }
            store.know([Arc::from("back")].iter());
            store.apply_spans(START, &spans);
        }
        (1..60).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
        let edge = store.edge("front", "back").unwrap();
        assert_eq!((edge.minute.calls, edge.minute.errors), (10, 4), "{turned}");
        assert_eq!(store.edge("back", "store").unwrap().minute.calls, 10, "{turned}");
    }
}

#[test]
fn a_call_whose_caller_never_comes_makes_no_edge_and_its_room_is_bounded() {
    let mut store = TrafficStore::new();
    for n in 0..300 {
        let spans: Vec<_> =
            (0..1_000).map(|k| span(n * 1_000 + k, 5, 4, SpanKind::Server, "payments", "10.0.0.8:5005")).collect();
        store.apply_spans(START.plus(n as i64), &spans);
    }
    assert_eq!(store.edges().count(), 0);
    assert_eq!(store.service("payments").unwrap().minute.calls, 300_000);
}

#[test]
fn services_beyond_the_limit_are_counted_not_kept() {
    let mut store = TrafficStore::new();
    let spans: Vec<_> = (0..MOST_SERVICES as u64 + 10)
        .map(|n| span(n, 1, 0, SpanKind::Server, &format!("service-{n}"), "10.0.0.8:5005"))
        .collect();
    store.apply_spans(START, &spans);
    assert_eq!((store.services().count(), store.left_out().services), (MOST_SERVICES, 10));
}
