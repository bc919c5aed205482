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

#[test]
fn what_is_slow_for_an_hour_does_not_make_itself_the_measure_and_what_lasts_does() {
    let mut traces = calm(512 << 10);
    an_hour(&mut traces, &Refusing::default(), |n| request(n, 200));
    assert_eq!(usual_ms(&traces, 3_899).map(|usual| usual.0), Some(20));
    (3_900..9_000).for_each(|n| traces.apply(&request(n, 200)));
    assert_eq!(usual_ms(&traces, 8_999).map(|usual| usual.0), Some(200));
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
    (301..4_500).for_each(|n| traces.apply(&request(n, 50)));
    assert_eq!(usual_ms(&traces, 4_499).map(|usual| usual.0), Some(50));
}

impl Traces {
    fn list_kept(&self) -> Vec<Kept> {
        self.traces.keys().filter_map(|id| self.summary(*id)).map(|row| row.kept).collect()
    }
}
