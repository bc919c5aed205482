//! What metrics tell of traffic: delta and cumulative alike, resets and repeated points, and only where no spans tell.

use super::*;

const START: u64 = 1_795_415_400_000_000_000;
const SECOND: u64 = 1_000_000_000;
const NOW: Moment = Moment(1_795_415_400_000);

fn id() -> InstanceId {
    InstanceId { service: "orders".into(), address: "10.0.0.4:5002".parse().unwrap() }
}

fn point(series: u64, second: u64, count: u64, delta: bool) -> Measure {
    let what = Measured::Answered { failed: series == 2, count, took: vec![(100_000, 500_000, count)] };
    let start_ns = if delta { START + (second - 1) * SECOND } else { START };
    let (service, instance) = (id().service, Some(id().address));
    Measure { service, instance, series, start_ns, at_ns: START + second * SECOND, delta, what }
}

fn told(store: &mut TrafficStore, second: u64, points: &[Measure]) {
    store.apply_measures(NOW.plus(second as i64 * 1_000), points);
}

#[test]
fn delta_and_cumulative_tell_the_same() {
    for delta in [true, false] {
        let mut store = TrafficStore::new();
        for second in 1..=30 {
            let n = if delta { 1 } else { second };
            let points = [point(1, second, 15 * n, delta), point(2, second, 5 * n, delta)];
            told(&mut store, second, &points);
            // An exporter that ends sends its last point twice.
            told(&mut store, second, &points);
        }
        let traffic = store.instance(&id()).unwrap();
        assert_eq!(traffic.source, TrafficSource::Metrics);
        assert!((traffic.rate.unwrap() - 20.0).abs() < 1.0, "{delta}: {traffic:?}");
        assert!((traffic.error_ratio.unwrap() - 0.25).abs() < 0.01, "{delta}: {traffic:?}");
        assert!((100.0..=500.0).contains(&traffic.p95_ms.unwrap()), "{traffic:?}");
        assert_eq!(store.service("orders").map(|t| t.minute), Some(traffic.minute));
    }
}

#[test]
fn a_counter_that_begins_anew_is_no_spike() {
    let mut store = TrafficStore::new();
    for second in 1..=20 {
        let count = if second < 10 { 1_000_000 + second * 20 } else { (second - 9) * 20 };
        told(&mut store, second, &[point(1, second, count, false)]);
        if let Some(rate) = store.instance(&id()).and_then(|traffic| traffic.rate) {
            assert!((0.0..30.0).contains(&rate), "{second}: {rate}");
        }
    }
}

#[test]
fn one_point_of_a_running_counter_tells_no_rate_and_silence_ends_it() {
    let mut store = TrafficStore::new();
    told(&mut store, 1, &[point(1, 1, 900, false)]);
    assert_eq!(store.instance(&id()), None);
    told(&mut store, 2, &[point(1, 2, 910, false)]);
    assert!(store.instance(&id()).is_some());
    store.tick(NOW.plus(60_000));
    assert_eq!(store.instance(&id()), None, "nobody tells of now");
}

#[test]
fn open_requests_are_summed_up() {
    let mut store = TrafficStore::new();
    let open = |series, second, open, delta| Measure { what: Measured::Open(open), ..point(series, second, 0, delta) };
    told(&mut store, 1, &[open(7, 1, 3, false), open(8, 1, 2, true)]);
    told(&mut store, 2, &[open(7, 2, 1, false), open(8, 2, -1, true)]);
    assert_eq!(store.in_flight(&id()), Some(2));
}
