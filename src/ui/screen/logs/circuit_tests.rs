//! Of a selected circuit stand the lines of its caller, and of the callee only those about its calls.

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        fact::Fact,
        id::InstanceId,
        log::{Level, LogFormat, LogLine, LogSource},
        span::TraceId,
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
