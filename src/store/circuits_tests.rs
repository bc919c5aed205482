//! Breakers over time: what is a change, what is not, what silence does, and that memory stays bounded.

use super::*;

fn id(service: &str, port: u16) -> InstanceId {
    InstanceId { service: service.into(), address: format!("10.0.0.4:{port}").parse().unwrap() }
}

fn read(at: i64, port: u16, name: &str, state: CircuitState) -> BreakerReading {
    BreakerReading {
        at: Moment(at),
        caller: id("orders-service", port),
        name: name.into(),
        callee: name.into(),
        state,
        failure_rate: Some(60.0),
        slow_rate: None,
        buffered: Some(10),
        failed: Some(6),
        not_permitted: Some(17),
        source: "GET :5002/actuator/circuitbreakers".into(),
    }
}

fn apply(circuits: &mut Circuits, reading: BreakerReading) -> Vec<(CircuitState, CircuitState)> {
    let caller = reading.caller.clone();
    circuits.apply(&caller, &[reading]).iter().map(|change| (change.before, change.after)).collect()
}

use CircuitState::{Closed, HalfOpen, Open, Unknown};

#[test]
fn first_seen_closed_is_no_change_and_first_seen_open_is() {
    let mut circuits = Circuits::default();
    assert_eq!(apply(&mut circuits, read(1, 1, "users", Closed)), []);
    assert_eq!(apply(&mut circuits, read(1, 2, "users", Open)), [(Unknown, Open)]);
    assert_eq!(apply(&mut circuits, read(2, 1, "users", Open)), [(Closed, Open)]);
    assert_eq!(apply(&mut circuits, read(3, 1, "users", Open)), []);
    let opened = |port| circuits.get(&id("orders-service", port), "users").unwrap().opened.clone().unwrap();
    assert_eq!((opened(1).at, opened(1).failed_of, opened(1).witnessed), (Moment(2), Some((6, 10)), true));
    assert!(!opened(2).witnessed);
}

#[test]
fn silence_is_unknown_and_coming_back_unchanged_is_no_change() {
    let mut circuits = Circuits::default();
    apply(&mut circuits, read(1_000, 1, "users", Closed));
    let caller = id("orders-service", 1);
    assert!(circuits.silent(&caller, Moment(3_000), &"connection refused".into()));
    assert!(!circuits.silent(&caller, Moment(5_000), &"connection refused".into()));
    let breaker = circuits.get(&caller, "users").unwrap();
    assert_eq!((breaker.state, breaker.since, breaker.as_of()), (Unknown, Moment(3_000), Moment(1_000)));
    assert_eq!(apply(&mut circuits, read(7_000, 1, "users", Closed)), []);
    assert_eq!(circuits.get(&caller, "users").unwrap().state, Closed);
    circuits.silent(&caller, Moment(9_000), &"no answer in 5 s".into());
    assert_eq!(apply(&mut circuits, read(11_000, 1, "users", Open)), [(Closed, Open)]);
}

#[test]
fn the_opening_outlasts_half_open_and_ends_with_closed() {
    let mut circuits = Circuits::default();
    for (at, state) in [(1, Closed), (2, Open), (3, HalfOpen), (4, Open)] {
        apply(&mut circuits, read(at, 1, "users", state));
    }
    let caller = id("orders-service", 1);
    assert_eq!(circuits.get(&caller, "users").unwrap().opened.as_ref().unwrap().at, Moment(2));
    apply(&mut circuits, read(5, 1, "users", Closed));
    assert_eq!(circuits.get(&caller, "users").unwrap().opened, None);
}

#[test]
fn a_lane_shows_the_gravest_state_of_each_cell_and_nothing_before_the_first_reading() {
    let mut circuits = Circuits::default();
    for at in (4_000..=14_000).step_by(2_000) {
        let state = if at == 8_000 { Open } else { Closed };
        apply(&mut circuits, read(at, 1, "users", state));
    }
    let breaker = circuits.get(&id("orders-service", 1), "users").unwrap();
    let lane = breaker.lane(Moment(14_999), 5, 3_000);
    // Cells begin at -1, 2,999, 5,999, 8,999 and 11,999.
    let closed = Some(Closed);
    assert_eq!(lane, [None, closed, Some(Open), Some(Open), closed]);
    let late = breaker.lane(Moment(30_000), 5, 3_000);
    assert_eq!(late, [Some(Unknown); 5]);
}

#[test]
fn a_pair_is_as_bad_as_its_worst_breaker() {
    let mut circuits = Circuits::default();
    apply(&mut circuits, read(1, 1, "users", Closed));
    apply(&mut circuits, read(5, 2, "users", Open));
    apply(&mut circuits, read(2, 3, "users", HalfOpen));
    let pairs = circuits.pairs();
    assert_eq!(pairs.len(), 1);
    let pair = &pairs[0];
    assert_eq!((pair.state, pair.since, pair.refused), (Open, Moment(5), Some(51)));
    assert_eq!((pair.count(Open), pair.count(HalfOpen), pair.count(Closed)), (1, 1, 1));
    assert_eq!(pair.lane(Moment(10_000), 1, 10_000), [Some(Open)]);
    assert!(circuits.pair("orders-service", "users").is_some());
    assert!(circuits.pair("orders-service", "payments").is_none());
}

#[test]
fn what_an_instance_no_longer_names_is_gone_and_room_is_bounded() {
    let mut circuits = Circuits::default();
    let caller = id("orders-service", 1);
    let many: Vec<_> = (0..200).map(|n| read(1, 1, &format!("b{n}"), Closed)).collect();
    circuits.apply(&caller, &many);
    assert_eq!((circuits.len(), circuits.dropped()), (PER_INSTANCE, 136));
    circuits.apply(&caller, &many[..2]);
    assert_eq!(circuits.len(), 2);
    circuits.apply(&caller, &[]);
    assert!(circuits.is_empty() && circuits.iter().next().is_none());
    circuits.apply(&caller, &many[..3]);
    circuits.forget(&caller, Moment(2));
    circuits.forget(&caller, Moment(2));
    assert!(circuits.is_empty());
}

#[test]
fn a_caller_that_comes_back_goes_on_with_its_past_and_the_time_without_it_is_a_gap() {
    let mut circuits = Circuits::default();
    let caller = id("orders-service", 1);
    apply(&mut circuits, read(0, 1, "users", Open));
    apply(&mut circuits, read(4_000, 1, "users", Open));
    circuits.forget(&caller, Moment(4_500));
    assert!(circuits.is_empty());
    apply(&mut circuits, read(8_500, 1, "users", Closed));
    let breaker = circuits.get(&caller, "users").expect("back");
    let lane = breaker.lane(Moment(10_000), 10, 1_000);
    let wanted: Vec<_> = lane.iter().map(|cell| cell.map(|state| state == Open)).collect();
    let (open, none, closed) = (Some(true), None, Some(false));
    assert_eq!(wanted, [open, open, open, open, open, none, none, none, closed, closed], "{lane:?}");
}

#[test]
fn the_next_probe_is_guessed_from_how_long_it_stayed_open_before() {
    let mut circuits = Circuits::default();
    let caller = id("orders-service", 1);
    let probe = |circuits: &Circuits| circuits.get(&caller, "users").unwrap().probe_at();
    for (at, state) in [(1_000, Closed), (2_000, Open)] {
        apply(&mut circuits, read(at, 1, "users", state));
    }
    assert_eq!(probe(&circuits), None, "nobody has seen yet how long it stays open");
    for (at, state) in [(12_000, HalfOpen), (13_000, Open)] {
        apply(&mut circuits, read(at, 1, "users", state));
    }
    assert_eq!(probe(&circuits), Some(Moment(23_000)));
    apply(&mut circuits, read(23_500, 1, "users", Closed));
    assert_eq!(probe(&circuits), None, "it is not open");
}
