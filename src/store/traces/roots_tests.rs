//! What is usual stays known: through a fault that goes on for longer than there is room, and through floods.

use super::super::tests::{fails, span, trace};
use super::*;
use crate::domain::id::InstanceId;
use crate::domain::span::Span;
use crate::store::traces::Refusing;
use std::sync::Arc;

/// A request that takes so many ms; what the second service did comes after the root.
fn request(n: u64, ms: u64) -> Vec<Span> {
    vec![span(n, 1, 0, "gateway", (0, ms)), span(n, 2, 1, "orders", (1, ms - 1))]
}

fn usual_ms(traces: &Traces, n: u64) -> Option<(u64, usize)> {
    traces.compare(trace(n)).map(|usual| (usual.usual_ns / 1_000_000, usual.of))
}

/// Five minutes in which all is well, one request a second.
fn calm(limit: usize) -> Traces {
    let mut traces = Traces::new(limit);
    (0..300).for_each(|n| traces.apply(&request(n, 20)));
    traces
}

/// An hour, one request a second, which comes span by span.
fn an_hour(traces: &mut Traces, refusing: &Refusing, request: impl Fn(u64) -> Vec<Span>) {
    for n in 300..3_900 {
        for span in request(n) {
            traces.apply_watching(&[span], refusing);
            assert!(traces.bytes() <= traces.limit());
        }
    }
}

#[test]
fn what_is_usual_is_known_through_an_hour_of_failures_that_fill_the_store() {
    let mut traces = calm(512 << 10);
    an_hour(&mut traces, &Refusing::default(), |n| {
        // The root goes well all the same, and comes first.
        let [root, below] = <[Span; 2]>::try_from(request(n, 30)).unwrap();
        vec![root, fails(below, &[])]
    });
    assert!(traces.dropped() > 1_000, "{}", traces.dropped());
    let (usual, of) = usual_ms(&traces, 3_899).expect("the calm ones are still there");
    assert!(usual == 20 && of >= 30, "{usual} ms of {of}");
}

#[test]
fn what_is_usual_is_known_through_an_hour_with_an_open_breaker() {
    let mut traces = calm(512 << 10);
    let mut refusing = Refusing::default();
    let caller = InstanceId { service: "gateway".into(), address: "10.0.0.1:5000".parse().unwrap() };
    let orders: Arc<str> = "orders".into();
    refusing.add(&caller, &orders, &orders);
    an_hour(&mut traces, &refusing, |n| request(n, 8));
    let kept = traces.list_kept();
    assert!(kept.contains(&Kept::Breaker) && kept.contains(&Kept::Recent), "more than there is room for");
    assert!(kept.contains(&Kept::Usual), "they say why they are there");
    let (usual, of) = usual_ms(&traces, 3_899).expect("the calm ones are still there");
    assert!(usual == 20 && of >= 30, "{usual} ms of {of}");
}

/// How long after the first request, in s.
fn seconds(ns: u64) -> u64 {
    ns / 1_000_000_000 - 1_795_415_400
}

/// Requests, one every three seconds, from one second to another.
fn go_on(traces: &mut Traces, seconds: std::ops::Range<u64>, ms: impl Fn(u64) -> u64) {
    seconds.step_by(3).for_each(|n| traces.apply(&request(n, ms(n))));
}

#[test]
fn what_is_slow_for_hours_does_not_make_itself_the_measure_and_what_lasts_does() {
    for slower in [30, 55, 200] {
        let mut traces = calm(512 << 10);
        // No two are alike: some are half as slow again, some faster.
        let spread = |n: u64| slower * (80 + n * 7 % 60) / 100;
        let mut end = 300;
        for hour in [1_800, 5_400, 14_000] {
            go_on(&mut traces, end..hour, spread);
            end = hour;
            let compared = traces.compare(trace((end - 1 - 300) / 3 * 3 + 300)).expect("the calm ones are still there");
            assert_eq!(compared.usual_ns, 20_000_000, "{slower} ms for {hour} s");
            let of = (seconds(compared.of_ns.0), seconds(compared.of_ns.1));
            assert!(of.0 < 100 && (200..330).contains(&of.1), "it says that they are from before: {of:?}");
        }
        go_on(&mut traces, 14_000..18_000, spread);
        let usual = usual_ms(&traces, 17_999).expect("still").0;
        assert!((slower * 9 / 10..slower * 13 / 10).contains(&usual), "after four hours it is: {usual} of {slower}");
    }
}

#[test]
fn what_is_over_leaves_no_trace_and_who_came_in_the_middle_of_it_knows_soon_after() {
    let mut traces = calm(8 << 20);
    go_on(&mut traces, 300..2_100, |_| 40);
    go_on(&mut traces, 2_100..6_000, |_| 20);
    // Slower again, just as long: the two do not add up.
    go_on(&mut traces, 6_000..18_000, |_| 40);
    assert_eq!(usual_ms(&traces, 17_997).map(|usual| usual.0), Some(20));

    let mut traces = Traces::new(8 << 20);
    go_on(&mut traces, 0..3_600, |_| 90);
    go_on(&mut traces, 3_600..4_200, |_| 20);
    assert_eq!(usual_ms(&traces, 4_197).map(|usual| usual.0), Some(90), "not yet");
    go_on(&mut traces, 4_200..5_400, |_| 20);
    assert_eq!(usual_ms(&traces, 5_397).map(|usual| usual.0), Some(20));
}

#[test]
fn a_warming_up_is_the_measure_no_longer_than_it_took() {
    let mut traces = Traces::new(8 << 20);
    go_on(&mut traces, 0..90, |_| 50);
    go_on(&mut traces, 90..150, |_| 20);
    assert_eq!(usual_ms(&traces, 147).map(|usual| usual.0), Some(50), "it may be the end of what is usual");
    go_on(&mut traces, 150..240, |_| 20);
    assert_eq!(usual_ms(&traces, 237).map(|usual| usual.0), Some(20));
}

#[test]
fn a_fault_that_two_requests_in_three_meet_does_not_become_usual() {
    let mut traces = calm(8 << 20);
    go_on(&mut traces, 300..10_800, |n| if n % 7 % 3 < 2 { 40 } else { 20 + n % 3 });
    assert_eq!(usual_ms(&traces, 10_797).map(|usual| usual.0), Some(20));
}

#[test]
fn each_kind_of_work_is_slower_than_itself() {
    // Three in four are answered from a cache.
    let mut traces = Traces::new(8 << 20);
    let mut each = |seconds: std::ops::Range<u64>, slower: u64| {
        for n in seconds {
            traces.apply(&if n % 4 == 0 { request(n, 100 * slower) } else { vec![span(n, 1, 0, "gateway", (0, 4))] });
        }
        let last =
            |rest| (0..4).map(|ago| traces.traces.len() as u64 - 1 - ago).find(|n| (n % 4 == 0) == rest).unwrap();
        (usual_ms(&traces, last(true)).unwrap().0, usual_ms(&traces, last(false)).unwrap().0)
    };
    assert_eq!(each(0..600, 1), (100, 4));
    assert_eq!(each(600..6_000, 2), (100, 4));
}

#[test]
fn what_is_usual_is_dropped_once_newer_ones_show_it_and_never_takes_more_than_a_quarter() {
    let mut traces = Traces::new(256 << 10);
    for n in 0..20_000 {
        let name = format!("GET /{}", n % 200).into();
        traces.apply(&[Span { name, ..span(n, 1, 0, "gateway", (0, 20)) }]);
        assert!(traces.bytes() <= traces.limit() && traces.roots.pinned_bytes <= traces.limit() / 4);
        assert!(traces.recent.len() <= 2 * traces.held() + 2);
    }
    let pinned: usize = traces.traces.values().filter(|held| held.pinned).map(Held::cost).sum();
    assert_eq!(pinned, traces.roots.pinned_bytes);
    let counted = traces.traces.values().filter(|held| held.calm_root.is_some()).count();
    let listed = traces.roots.all.keys().map(|key| traces.roots.of(*key).count()).sum::<usize>();
    assert_eq!(counted, listed, "no more are remembered than are here");
}

#[test]
fn a_clock_that_is_wrong_does_not_keep_the_others_away() {
    let mut traces = calm(8 << 20);
    traces.apply(&request(4_000_000_000, 20));
    (301..600).for_each(|n| traces.apply(&request(n, 20)));
    traces.apply(&request(4_000_000_001, 50));
    go_on(&mut traces, 600..18_000, |_| 50);
    assert_eq!(usual_ms(&traces, 17_997).map(|usual| usual.0), Some(50));
    let of_ns = traces.compare(trace(17_997)).unwrap().of_ns;
    assert!(seconds(of_ns.1) < 20_000, "{of_ns:?}");
}

impl Traces {
    fn list_kept(&self) -> Vec<Kept> {
        self.traces.iter().filter_map(|(id, _)| self.summary(*id)).map(|row| row.kept).collect()
    }
}
