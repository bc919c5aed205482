//! What is said of spans that never came here, and of what of a span did not.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{
        fact::{Fact, SourceFact, SourceState},
        span::{DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

#[test]
fn spans_that_were_lost_on_their_way_did_not_give_way_to_others() {
    let mut scene = Scene::shop();
    scene.requests(6, false);
    scene.open(Screen::Traces);
    for (count, told) in [(1, " 1 span lost"), (301, " 302 spans lost")] {
        let state = SourceState::Dropped(count, "spans".into(), "they cannot be read".into());
        let at = scene.model.now;
        scene.tell(vec![Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state })]);
        let text = scene.part(160, 12, false, draw);
        assert!(text.contains(told) && !text.contains("to make room"), "{text}");
    }
    assert_eq!(scene.model.world.traces.dropped(), 0);
    let told = |text: &str| scene.model.world.story.events().any(|event| event.text.starts_with(text));
    assert!(told("1 span lost here: they cannot be read") && told("301 spans lost here"));
    scene.open(Screen::Diagnostics);
    let text = scene.screen(160, 48);
    assert!(text.contains("302 spans lost here") && !text.contains("to make room"), "{text}");
}

#[test]
fn what_of_a_span_was_not_kept_is_told_where_it_would_stand() {
    let mut scene = Scene::shop();
    let begin = scene.model.now.0 as u64 * 1_000_000 - 900_000_000;
    let missing = [(DROPPED_ATTRIBUTES, "75"), (DROPPED_EVENTS, "3"), (DROPPED_LINKS, "1200"), ("kept", "yes")];
    let span = Span {
        trace: TraceId([7; 16]),
        id: SpanId([1; 8]),
        parent: None,
        name: "nightly".into(),
        kind: SpanKind::Server,
        service: "gateway".into(),
        instance: None,
        start_ns: begin,
        end_ns: begin + 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: missing.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    scene.tell(vec![Fact::Spans(vec![span])]);
    scene.open(Screen::Traces);
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    let row = |title: &str| text.lines().find(|line| line.contains(title)).unwrap_or_default();
    let wanted = [("Attributes", "75 not kept"), ("Events", "3 not kept"), ("Links", "1,200 not kept")];
    assert!(wanted.into_iter().all(|(title, told)| row(title).contains(told)), "{text}");
    assert!(text.contains("kept                  yes") && !text.contains("otel.dropped"), "{text}");
    assert!(text.contains("It was longer than is kept"), "{text}");
}
