//! Traces that came in a strange shape, or long ago.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{
        fact::Fact,
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

/// A trace of one span that takes as long as told and starts so long before now.
fn alone(scene: &mut Scene, n: u8, name: &str, ago_ms: i64, took_ms: i64) {
    let start_ns = (scene.model.now.plus(-ago_ms).0 as u64) * 1_000_000;
    let span = Span {
        trace: TraceId([n; 16]),
        id: SpanId([n; 8]),
        parent: None,
        name: name.into(),
        kind: SpanKind::Server,
        service: "orders".into(),
        instance: None,
        start_ns,
        end_ns: start_ns.saturating_add_signed(took_ms * 1_000_000),
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    scene.tell(vec![Fact::Spans(vec![span])]);
}

#[test]
fn what_was_kept_since_yesterday_does_not_seem_to_be_of_today() {
    let mut scene = Scene::shop();
    alone(&mut scene, 7, "GET /old", 24 * 3_600_000, 40);
    scene.open(Screen::Traces);
    let list = scene.part(160, 9, false, draw);
    assert!(list.contains(" Tue 14:03:") && !list.contains("  14:03:"), "{list}");
    scene.press("j");
    scene.enter();
    let open = scene.part(160, 40, false, draw);
    assert!(open.contains("GET /old, Tue 14:03"), "{open}");
}

#[test]
fn a_span_that_ends_before_it_starts_says_so_and_a_long_name_does_not_push_out_how_it_ended() {
    let mut scene = Scene::shop();
    alone(&mut scene, 8, &"GET /a/very/long/way".repeat(40), 500, -20);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    for width in [60, 80, 100, 160] {
        let text = scene.part(width, 40, false, draw);
        assert!(text.contains("✓ after 0 ms"), "{width}: {text}");
    }
    let text = scene.part(160, 40, false, draw);
    assert!(text.contains("clock back") && text.contains("its clock was set back"), "{text}");
}
