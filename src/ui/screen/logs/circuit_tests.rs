//! Of a selected circuit or edge stand the lines about its calls, and those about no call.

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        circuit::CircuitState,
        fact::Fact,
        id::InstanceId,
        log::{Level, LogFormat, LogLine, LogSource},
        span::{Span, SpanEvent, SpanId, SpanKind, TraceId},
    },
    ui::scene::Scene,
};

fn said(scene: &Scene, trace: Option<TraceId>, message: &str) -> LogLine {
    LogLine {
        at: scene.model.now,
        seen_at: scene.model.now,
        below_ns: 0,
        level: Level::Info,
        service: Some("payments".into()),
        instance: "10.0.0.9:5005".parse().ok(),
        message: message.into(),
        trace,
        span: None,
        fields: Vec::new(),
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: message.as_bytes().into(),
    }
}

fn circuit(address: &str) -> Selection {
    let from = InstanceId { service: "orders".into(), address: address.parse().expect("a good address") };
    Selection::Circuit(from, "payments".into())
}

#[test]
fn lines_of_the_callee_are_those_of_traces_that_came_through_it() {
    let mut scene = Scene::shop();
    scene.requests(1, false);
    let mine = scene.model.world.traces.by_prefix("", 1)[0];
    scene.tell(vec![Fact::Logs(vec![
        said(&scene, Some(mine), "charged for it"),
        said(&scene, Some(TraceId([9; 16])), "charged for another"),
        said(&scene, None, "charged for nobody"),
    ])]);
    scene.open(Screen::Logs);
    scene.select(circuit("10.0.0.4:5002"));
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("charged for it") && text.contains("accepted"), "{text}");
    assert!(!text.contains("charged for another") && !text.contains("charged for nobody"), "{text}");
    assert!(text.contains("of payments lines of traces that came this way"), "{text}");
    // Another lane lets nothing through.
    scene.select(circuit("10.0.0.5:5002"));
    let text = scene.part(160, 45, false, draw);
    assert!(!text.contains("charged") && !text.contains("accepted"), "{text}");
    assert!(text.contains("of payments no line: no trace that came this way is kept"), "{text}");
}

#[test]
fn lines_of_an_edge_are_those_of_its_calls_and_those_of_none() {
    let mut scene = Scene::shop();
    scene.requests(1, false);
    let mine = scene.model.world.traces.by_prefix("", 1)[0];
    let of = |scene: &Scene, service: &str, trace, message| LogLine {
        service: Some(service.into()),
        ..said(scene, trace, message)
    };
    scene.tell(vec![Fact::Logs(vec![
        said(&scene, Some(mine), "charged for it"),
        said(&scene, Some(TraceId([9; 16])), "charged for users"),
        said(&scene, None, "out of memory"),
        of(&scene, "orders", Some(TraceId([9; 16])), "users answered 503"),
        of(&scene, "orders", None, "heartbeat"),
        of(&scene, "users", Some(mine), "token is good"),
    ])]);
    scene.open(Screen::Logs);
    scene.select(Selection::Edge("orders".into(), "payments".into()));
    let text = scene.part(160, 45, false, draw);
    assert!(["charged for it", "out of memory", "heartbeat"].iter().all(|said| text.contains(said)), "{text}");
    assert!(!["charged for users", "answered 503", "token is good"].iter().any(|said| text.contains(said)), "{text}");
    assert!(text.contains("of orders and payments lines of traces that came this way"), "{text}");
}

#[test]
fn what_comes_later_is_told_apart_too() {
    let mut scene = Scene::shop();
    scene.open(Screen::Logs);
    scene.select(circuit("10.0.0.4:5002"));
    scene.requests(1, false);
    let mine = scene.model.world.traces.by_prefix("", 1)[0];
    scene.tell(vec![Fact::Logs(vec![said(&scene, Some(mine), "charged for it")])]);
    scene.select(circuit("10.0.0.4:5002"));
    scene.pass(4_000);
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("charged for it"), "{text}");
}

#[test]
fn what_the_breaker_turned_away_is_of_its_circuit_with_its_lines_and_what_another_did_is_not() {
    let mut scene = Scene::shop();
    let states = [("payments", CircuitState::Open), ("users", CircuitState::Open)];
    scene.breakers("orders", "10.0.0.4:5002", &states);
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let away = |n: u8, callee: &str| Span {
        trace: TraceId([n; 16]),
        id: SpanId([n; 8]),
        name: "POST /orders".into(),
        kind: SpanKind::Server,
        service: "orders".into(),
        instance: "10.0.0.4:5002".parse().ok(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        events: vec![SpanEvent {
            at_ns: start_ns,
            name: "circuit open".into(),
            attributes: vec![("circuit".into(), callee.into())].into(),
        }],
        ..Span::default()
    };
    let told = |n: u8, message| LogLine {
        service: Some("orders".into()),
        instance: "10.0.0.4:5002".parse().ok(),
        ..said(&scene, Some(TraceId([n; 16])), message)
    };
    let lines = vec![told(1, "payments not asked"), told(2, "users not asked")];
    scene.tell(vec![Fact::Spans(vec![away(1, "payments"), away(2, "users")]), Fact::Logs(lines)]);
    // That it closes changes nothing of what was turned away.
    for state in [CircuitState::Open, CircuitState::Closed] {
        scene.breakers("orders", "10.0.0.4:5002", &[("payments", state), ("users", state)]);
        for selection in [circuit("10.0.0.4:5002"), Selection::Edge("orders".into(), "payments".into())] {
            scene.open(Screen::Logs);
            scene.select(selection);
            scene.pass(4_000);
            let text = scene.part(160, 45, false, draw);
            assert!(text.contains("payments not asked") && !text.contains("users not asked"), "{text}");
            scene.open(Screen::Traces);
            let list = &scene.model.screens.traces.list;
            assert!(list.ids(0, 9).eq([TraceId([1; 16])]), "{state:?}");
        }
    }
    scene.select(circuit("10.0.0.5:5002"));
    assert!(scene.model.screens.traces.list.is_empty(), "another instance's breaker");
}
