//! Requests whose caller tells nobody of its spans are judged like all others, once it can be known that no root comes.

use super::super::tests::{span, trace};
use super::super::{TraceFilter, TraceList, TraceOrder};
use super::*;

/// A request that takes so many ms and names a parent that never comes.
fn request(n: u64, ms: u64) -> Vec<Span> {
    vec![span(n, 2, 1, "orders", (1, ms - 1)), span(n, 1, 9, "gateway", (0, ms))]
}

/// Takes spans so many seconds after the first request began.
fn take(traces: &mut Traces, second: u64, spans: &[Span]) {
    traces.apply_new(Moment(1_795_415_400_000 + second as i64 * 1_000), spans, &Default::default());
}

/// A minute in which one such request comes a second, and takes 20 ms.
fn a_minute(traces: &mut Traces) {
    (0..60).for_each(|n| take(traces, n, &request(n, 20)));
}

fn kept(traces: &Traces, n: u64) -> Kept {
    traces.summary(trace(n)).map(|row| row.kept).unwrap()
}

#[test]
fn one_that_takes_far_longer_is_kept_as_slow_and_compared_with_those_before() {
    let mut traces = Traces::new(1 << 20);
    a_minute(&mut traces);
    take(&mut traces, 60, &request(60, 220));
    assert_eq!(kept(&traces, 60), Kept::Recent, "its root may come yet");
    let mut slow = TraceList::new(TraceFilter { order: TraceOrder::Slowest, ..TraceFilter::default() });
    slow.refresh(&traces);
    let at = |second: i64| Moment(1_795_415_400_000 + second * 1_000);
    assert!(traces.tick(at(76)), "though nothing came meanwhile");
    assert!(!traces.tick(at(77)));
    assert_eq!((kept(&traces, 59), kept(&traces, 60)), (Kept::Recent, Kept::Slow));
    slow.refresh(&traces);
    assert_eq!(slow.place(trace(60)).map(|place| place.0), Some(220_000_000));
    let usual = traces.compare(trace(60)).expect("compared with the others");
    let services: Vec<_> = usual.services.iter().map(|share| (&*share.service, share.more_ns() / 1_000_000)).collect();
    assert_eq!((usual.usual_ns, usual.took_ns), (20_000_000, 220_000_000));
    assert_eq!(services, [("orders", 200), ("gateway", 0)]);
    assert!(!traces.summary(trace(60)).unwrap().complete, "that its caller is missing is said all the same");
    assert_eq!(traces.waterfall(trace(60)).unwrap().answered_ns(), Some(220_000_000));
}

#[test]
fn a_slow_one_whose_turn_to_go_comes_before_that_is_known_stays() {
    let mut traces = Traces::new(64 << 10);
    (0..40).for_each(|n| traces.apply(&request(n, if n == 30 { 220 } else { 20 })));
    (40..600).for_each(|n| traces.apply(&request(n, 20)));
    assert!(traces.dropped() > 500 && !traces.contains(trace(29)), "{}", traces.dropped());
    assert_eq!(kept(&traces, 30), Kept::Slow);
    assert!(traces.bytes() <= traces.limit());
}

#[test]
fn a_root_that_comes_very_late_alone_tells_how_long_it_took() {
    let mut traces = Traces::new(1 << 20);
    a_minute(&mut traces);
    take(&mut traces, 60, &[]);
    // The clock of who asked is behind, and what it asked for took longer than it waited.
    let root =
        |n| Span { start_ns: span(n, 9, 0, "web", (0, 1)).start_ns + 5_000_000, ..span(n, 9, 0, "web", (0, 15)) };
    let took = |traces: &Traces, n| traces.summary(trace(n)).map(|row| row.duration_ns / 1_000_000);
    assert_eq!(took(&traces, 20), Some(20));
    for n in 20..30 {
        take(&mut traces, 60, &[root(n)]);
    }
    assert_eq!((took(&traces, 20), traces.summary(trace(20)).map(|row| row.complete)), (Some(10), Some(true)));
    assert_eq!(traces.compare(trace(20)).map(|usual| (usual.usual_ns, usual.of)), Some((10_000_000, 9)));
    let others = traces.compare(trace(10)).map(|usual| usual.usual_ns);
    assert_eq!(others, Some(20_000_000), "those that have a root count no more among those that have none");
}

#[test]
fn of_several_that_one_unknown_asked_for_none_is_taken_for_the_root() {
    let mut traces = Traces::new(1 << 20);
    for n in 0..60 {
        let twice = [span(n, 1, 9, "gateway", (0, 20)), span(n, 2, 9, "gateway", (30, if n == 59 { 900 } else { 50 }))];
        take(&mut traces, n, &twice);
    }
    take(&mut traces, 90, &[]);
    assert_eq!((kept(&traces, 59), traces.compare(trace(59))), (Kept::Recent, None));
    let whole = traces.waterfall(trace(59)).unwrap();
    assert!(whole.has_several && whole.answered_ns().is_none());
}

#[test]
fn what_comes_after_that_is_judged_anew() {
    let mut traces = Traces::new(1 << 20);
    a_minute(&mut traces);
    // The call below is exported at once, the slow span above it much later; it names a caller that never comes.
    take(&mut traces, 60, &[span(60, 2, 1, "orders", (5, 75))]);
    let row = |traces: &Traces| traces.summary(trace(60)).map(|row| (row.duration_ns / 1_000_000, row.kept)).unwrap();
    take(&mut traces, 76, &[]);
    assert_eq!(row(&traces), (70, Kept::Recent));
    take(&mut traces, 80, &[span(60, 1, 9, "gateway", (0, 20_000))]);
    assert_eq!(row(&traces), (20_000, Kept::Recent), "as long as all that is here");
    take(&mut traces, 96, &[]);
    assert_eq!(row(&traces), (20_000, Kept::Slow));
    // A second request of the same page: nobody can say any more for which of them somebody waited.
    take(&mut traces, 97, &[span(20, 3, 9, "gateway", (5_000, 9_000))]);
    take(&mut traces, 120, &[]);
    assert_eq!(traces.summary(trace(20)).map(|row| row.duration_ns), Some(9_000_000_000));
    assert_eq!(traces.compare(trace(20)), None);
    assert_eq!(traces.compare(trace(21)).map(|usual| usual.usual_ns), Some(20_000_000));
}
