//! What becomes an edge, and counts once: whichever libraries tell of a call, and in whichever order the two sides come.

use super::tests::{START, id, names, span, with};
use super::*;
use crate::domain::span::{SpanId, SpanLink, SpanStatus, TraceId};

/// All orders of these.
fn orders<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    if all.len() < 2 {
        return vec![all.to_vec()];
    }
    let mut found = Vec::new();
    for first in 0..all.len() {
        let mut rest = all.to_vec();
        let one = rest.remove(first);
        found.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, one.clone());
            order
        }));
    }
    found
}

/// A store that took these exports one after the other, and then nothing for a minute less a second.
fn after(known: &[&str], exports: &[Vec<Span>]) -> TrafficStore {
    let mut store = TrafficStore::new();
    store.know(known.iter().map(|name| Arc::from(*name)).collect::<Vec<_>>().iter());
    exports.iter().for_each(|spans| store.apply_spans(START, spans));
    store
}

fn calls(store: &TrafficStore, from: &str, to: &str) -> Option<(u32, u32)> {
    store.edge(from, to).map(|edge| (edge.minute.calls, edge.minute.errors))
}

fn failing(span: Span) -> Span {
    Span { status: SpanStatus::Error, ..span }
}

#[test]
fn tracers_that_share_ids_make_the_edges_of_the_calls_in_whichever_order_the_three_services_send() {
    let shares = |span: Span| Span { shares: true, ..span };
    let front = |n| {
        let call = with(span(n, 2, 1, SpanKind::Client, "front", "10.7.0.1:80"), "peer.service", "back");
        vec![if n < 3 { failing(call) } else { call }, span(n, 1, 0, SpanKind::Server, "front", "10.7.0.1:80")]
    };
    let back = |n| {
        let call = with(span(n, 3, 2, SpanKind::Client, "back", "10.7.0.2:81"), "peer.service", "deep");
        vec![call, shares(span(n, 2, 1, SpanKind::Server, "back", "10.7.0.2:81"))]
    };
    let deep = |n| vec![shares(span(n, 3, 2, SpanKind::Server, "deep", "10.7.0.3:82"))];
    let all = |of: &dyn Fn(u64) -> Vec<Span>| (0..10).flat_map(of).collect::<Vec<_>>();
    for order in orders(&[("front", all(&front)), ("back", all(&back)), ("deep", all(&deep))]) {
        let (names_of, exports): (Vec<_>, Vec<_>) = order.into_iter().unzip();
        let mut store = after(&["front", "back", "deep"], &exports);
        (1..59).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
        let wanted = [("back".to_owned(), "deep".to_owned()), ("front".to_owned(), "back".to_owned())];
        assert_eq!(names(&store), wanted, "{names_of:?}");
        assert_eq!(calls(&store, "front", "back"), Some((10, 3)), "{names_of:?}");
        assert_eq!(calls(&store, "back", "deep"), Some((10, 0)), "{names_of:?}");
    }
}

#[test]
fn a_call_of_which_several_spans_of_its_caller_tell_is_one() {
    let xx = |id, parent, kind| span(1, id, parent, kind, "xx", "10.8.0.9:80");
    let answer = |parent| span(1, 9, parent, SpanKind::Server, "yy", "10.8.0.1:80");
    let hello = span(2, 1, 0, SpanKind::Server, "yy", "10.8.0.1:80");
    let named = |span| with(span, "peer.service", "yy");
    let by_address = |span| with(with(span, "server.address", "10.8.0.1"), "server.port", "80");
    let (client, inner) = (SpanKind::Client, SpanKind::Internal);
    let shapes = [
        ("an attempt within the call", vec![named(xx(2, 1, client)), xx(3, 2, inner), answer(3)]),
        ("two within", vec![named(xx(2, 1, client)), xx(3, 2, inner), xx(4, 3, inner), answer(4)]),
        ("one library by another", vec![named(xx(2, 1, client)), by_address(xx(3, 2, client)), answer(3)]),
        ("nobody answers", vec![named(xx(2, 1, client)), by_address(xx(3, 2, client))]),
        ("work before a call", vec![xx(2, 1, inner), named(xx(3, 2, client)), answer(3)]),
        ("both name it", vec![named(xx(2, 1, client)), named(xx(3, 2, client)), answer(3)]),
        ("with work between", vec![named(xx(2, 1, client)), xx(3, 2, inner), named(xx(4, 3, client)), answer(4)]),
        ("three", vec![named(xx(2, 1, client)), by_address(xx(3, 2, client)), named(xx(4, 3, client)), answer(4)]),
        ("between, nobody answers", vec![named(xx(2, 1, client)), xx(3, 2, inner), by_address(xx(4, 3, client))]),
    ];
    for (shape, spans) in shapes {
        for order in orders(&spans) {
            let told: Vec<_> = order.iter().map(|span| (span.id.0[7], span.kind)).collect();
            let mut exports = vec![vec![hello.clone()]];
            exports.extend(order.into_iter().map(|span| vec![span]));
            exports.push(vec![xx(1, 0, SpanKind::Server)]);
            let mut store = after(&["yy"], &exports);
            (1..50).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
            assert_eq!(calls(&store, "xx", "yy"), Some((1, 0)), "{shape} {told:?}");
            assert_eq!(store.asked("xx", "yy").map(|asked| asked.minute.calls), Some(1), "{shape} {told:?}");
        }
    }
}

#[test]
fn a_call_deep_within_work_of_its_caller_is_one_in_a_busy_export_too() {
    let xx = |n, id, parent, kind| span(n, id, parent, kind, "xx", "10.8.0.9:80");
    let one = |n| {
        let mut all = vec![with(xx(n, 2, 1, SpanKind::Client), "peer.service", "yy")];
        all.extend((3..20).map(|id| xx(n, id, id - 1, SpanKind::Internal)));
        all.push(with(xx(n, 20, 19, SpanKind::Client), "peer.service", "yy"));
        all.push(span(n, 21, 20, SpanKind::Server, "yy", "10.8.0.1:80"));
        all
    };
    let all: Vec<_> = (1..40).flat_map(one).collect();
    let mut by_depth = all.clone();
    by_depth.sort_by_key(|span| std::cmp::Reverse(span.id));
    let mut halves = all.clone();
    halves.sort_by_key(|span| (span.id.0[7] % 2, span.trace));
    for spans in [all.iter().rev().cloned().collect(), all, by_depth, halves] {
        let mut store = after(&["yy"], &spans.chunks(64).map(<[Span]>::to_vec).collect::<Vec<_>>());
        (1..50).for_each(|seconds| store.tick(START.plus(seconds * 1_000)));
        assert_eq!(calls(&store, "xx", "yy"), Some((39, 0)));
        assert_eq!(store.asked("xx", "yy").map(|asked| asked.minute.calls), Some(39));
    }
}

#[test]
fn who_calls_for_somebody_else_is_an_edge_of_its_own_beside_that_of_whom_it_calls_for() {
    let call = with(span(1, 2, 1, SpanKind::Client, "xx", "10.8.0.9:80"), "peer.service", "yy");
    let proxy = with(span(1, 3, 2, SpanKind::Client, "envoy", "10.8.0.9:15001"), "peer.service", "yy");
    let answer = span(1, 4, 3, SpanKind::Server, "yy", "10.8.0.1:80");
    for order in orders(&[vec![call], vec![proxy], vec![answer]]) {
        let store = after(&["yy"], &order);
        assert_eq!((calls(&store, "xx", "yy"), calls(&store, "envoy", "yy")), (Some((1, 0)), Some((1, 0))));
    }
}

#[test]
fn who_answers_is_whom_a_call_went_to_whomever_it_named() {
    let call =
        |id, parent, name| with(span(1, id, parent, SpanKind::Client, "xx", "10.8.0.9:80"), "peer.service", name);
    let answer = span(1, 4, 3, SpanKind::Server, "yy", "10.8.0.1:80");
    for outer in ["yy", "zz"] {
        for order in orders(&[vec![call(2, 1, outer)], vec![call(3, 2, "lb")], vec![answer.clone()]]) {
            let store = after(&["yy", "zz", "lb"], &order);
            assert_eq!((calls(&store, "xx", "yy"), calls(&store, "xx", "lb").unwrap_or_default().0), (Some((1, 0)), 0));
            assert_eq!(calls(&store, "xx", "zz").unwrap_or_default().0, u32::from(outer == "zz"), "{order:?}");
        }
    }
}

#[test]
fn two_calls_within_one_are_two() {
    let xx = |id, parent, kind| with(span(1, id, parent, kind, "xx", "10.8.0.9:80"), "peer.service", "yy");
    let answer = |id, parent| span(1, id, parent, SpanKind::Server, "yy", "10.8.0.1:80");
    let outer = xx(2, 1, SpanKind::Client);
    let (one, two) = (failing(xx(3, 2, SpanKind::Client)), xx(4, 2, SpanKind::Client));
    for order in orders(&[outer, one, two, failing(answer(8, 3)), answer(9, 4)]) {
        let exports: Vec<Vec<Span>> = order.iter().map(|span| vec![span.clone()]).collect();
        let store = after(&["yy"], &exports);
        assert_eq!(calls(&store, "xx", "yy"), Some((2, 1)), "{order:?}");
    }
}

#[test]
fn attempts_of_one_call_are_calls_of_their_own() {
    let xx = |id, parent, kind| span(1, id, parent, kind, "xx", "10.8.0.9:80");
    let answer = |id, parent| span(1, id, parent, SpanKind::Server, "yy", "10.8.0.1:80");
    let call = with(xx(2, 1, SpanKind::Client), "peer.service", "yy");
    let (one, two) = (xx(3, 2, SpanKind::Internal), xx(4, 2, SpanKind::Internal));
    for order in orders(&[vec![call], vec![one, two], vec![failing(answer(8, 3)), answer(9, 4)]]) {
        let store = after(&["yy"], &order);
        assert_eq!(calls(&store, "xx", "yy"), Some((2, 1)), "{order:?}");
    }
}

#[test]
fn what_a_callee_does_before_it_answers_is_no_caller() {
    let call = span(1, 2, 1, SpanKind::Client, "xx", "10.8.0.9:80");
    let middle = span(1, 3, 2, SpanKind::Internal, "yy", "10.8.0.1:80");
    let answer = span(1, 4, 3, SpanKind::Server, "yy", "10.8.0.1:80");
    for named in [true, false] {
        let call = if named { with(call.clone(), "peer.service", "yy") } else { call.clone() };
        for order in orders(&[call, middle.clone(), answer.clone()]) {
            let exports: Vec<Vec<Span>> = order.iter().map(|span| vec![span.clone()]).collect();
            let store = after(&["yy"], &exports);
            let edge = store.edge("xx", "yy").map(|edge| (edge.minute.calls, edge.p95_ms.map(f64::round)));
            assert_eq!(edge, Some((1, Some(10.0))), "{named} {order:?}");
            assert_eq!(store.edges().count(), 1);
        }
    }
}

#[test]
fn who_takes_messages_that_only_links_tell_of_is_on_an_edge_with_who_sent_them() {
    let put = |n| span(n, 1, 0, SpanKind::Producer, "orders", "10.0.0.4:80");
    let mut take = failing(span(99, 1, 0, SpanKind::Consumer, "mailer", "10.0.0.5:80"));
    take.links = (0..20).map(|n| SpanLink { trace: put(n).trace, span: put(n).id }).collect();
    for order in orders(&[(0..20).map(put).collect::<Vec<_>>(), vec![take]]) {
        let store = after(&[], &order);
        assert_eq!(calls(&store, "orders", "mailer"), Some((20, 20)));
        assert!(store.edges().all(|edge| edge.queue));
        assert_eq!(store.service("mailer").map(|mailer| mailer.minute.calls), Some(1));
    }
}

#[test]
fn a_message_that_one_taker_tells_of_in_several_spans_is_taken_once_and_failed_where_it_did_for_any() {
    let put = span(1, 2, 1, SpanKind::Producer, "orders", "10.0.0.4:80");
    let link = vec![SpanLink { trace: put.trace, span: put.id }];
    let mailer = |id, parent, kind| Span {
        links: if kind == SpanKind::Consumer { link.clone() } else { Vec::new() },
        ..span(9, id, parent, kind, "mailer", "10.0.0.5:80")
    };
    let shapes = [
        ("work around it", vec![mailer(1, 0, SpanKind::Internal), failing(mailer(2, 1, SpanKind::Consumer))]),
        ("received by a call", vec![mailer(1, 0, SpanKind::Client), failing(mailer(2, 1, SpanKind::Consumer))]),
        ("a function that is called", vec![mailer(1, 0, SpanKind::Server), failing(mailer(2, 1, SpanKind::Consumer))]),
        ("received and worked on", vec![mailer(1, 0, SpanKind::Consumer), failing(mailer(2, 1, SpanKind::Consumer))]),
        ("below what it is linked to", vec![failing(Span { trace: put.trace, ..mailer(3, 2, SpanKind::Consumer) })]),
    ];
    for (shape, mut spans) in shapes {
        spans.push(put.clone());
        for order in orders(&spans) {
            let told: Vec<_> = order.iter().map(|span| (span.id.0[7], span.kind)).collect();
            let store = after(&[], &order.into_iter().map(|span| vec![span]).collect::<Vec<_>>());
            assert_eq!(calls(&store, "orders", "mailer"), Some((1, 1)), "{shape} {told:?}");
        }
    }
}

#[test]
fn messages_of_which_no_link_tells_and_calls_that_find_no_room_to_wait_are_counted() {
    let mut store = TrafficStore::new();
    let take = span(1, 1, 0, SpanKind::Consumer, "mailer", "10.0.0.5:80");
    let mut take = with(take, crate::domain::span::DROPPED_LINKS, "172");
    take.links = (0..128).map(|n| SpanLink { trace: TraceId([9; 16]), span: SpanId([n; 8]) }).collect();
    store.apply_spans(START, &[take.clone()]);
    assert_eq!(store.left_out(), LeftOut { messages: 172, ..LeftOut::default() });
    for n in 0..2_100u64 {
        let links = (0..128).map(|k| SpanLink { trace: take.trace, span: SpanId((n << 8 | k).to_be_bytes()) });
        let flood = Span { id: SpanId((n + 2).to_be_bytes()), links: links.collect(), ..take.clone() };
        store.apply_spans(START, &[flood]);
    }
    let links = store.left_out().waiting;
    assert!((6_000..7_000).contains(&links), "{links}");
    for n in 0..1_000u64 {
        let call = span(n, n + 9, 5, SpanKind::Server, "payments", "10.0.0.8:5005");
        store.apply_spans(START.plus(16_000), &[Span { trace: TraceId([3; 16]), ..call }]);
    }
    assert_eq!(store.left_out().waiting, links + 1_000 - 256, "so many wait for one");
}

#[test]
fn a_callee_is_named_by_either_attribute_or_by_where_the_registry_has_it() {
    let call = |n, pairs: &[(&str, &str)]| {
        let call = span(n, 1, 0, SpanKind::Client, "strange", "10.3.0.7:80");
        pairs.iter().fold(call, |call, (key, value)| with(call, key, value))
    };
    let mut store = TrafficStore::new();
    store.know([Arc::from("users"), Arc::from("ledger")].iter());
    store.know_places(1, [id("ledger", "10.3.0.8:80")]);
    let by_place = [("server.address", "10.3.0.8"), ("server.port", "80")];
    store.apply_spans(START, &[call(1, &[("service.peer.name", "users")]), call(2, &by_place)]);
    assert_eq!((calls(&store, "strange", "users"), calls(&store, "strange", "ledger")), (Some((1, 0)), Some((1, 0))));
}

#[test]
fn a_business_route_below_health_is_traffic() {
    let mut store = TrafficStore::new();
    let route = with(span(1, 1, 0, SpanKind::Server, "clinic", "10.3.0.9:80"), "http.route", "/health/records/{id}");
    store.apply_spans(START, &[with(route, "http.response.status_code", "500")]);
    assert_eq!(store.service("clinic").map(|clinic| clinic.minute), Some(Calls { calls: 1, errors: 1 }));
}

#[test]
fn what_says_error_beside_a_code_that_says_well_is_no_error_of_traffic() {
    let mut store = TrafficStore::new();
    let graph = with(span(1, 1, 0, SpanKind::Server, "graph", "10.3.0.9:80"), "http.response.status_code", "200");
    assert!(failing(graph.clone()).failed());
    store.apply_spans(START, &[failing(graph)]);
    assert_eq!(store.service("graph").map(|graph| graph.minute), Some(Calls { calls: 1, errors: 0 }));
}
