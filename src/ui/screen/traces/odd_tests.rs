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
    let span = one(scene, n, name, ago_ms, took_ms);
    scene.tell(vec![Fact::Spans(vec![span])]);
}

fn one(scene: &Scene, n: u8, name: &str, ago_ms: i64, took_ms: i64) -> Span {
    let start_ns = (scene.model.now.plus(-ago_ms).0 as u64) * 1_000_000;
    Span {
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
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
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

#[test]
fn what_says_error_beside_200_is_marked_in_the_list_the_waterfall_and_the_detail() {
    let mut scene = Scene::shop();
    let mut span = one(&scene, 9, "POST /graphql", 500, 40);
    span.status = SpanStatus::Error;
    span.attributes = vec![("http.response.status_code".into(), "200".into())].into();
    scene.tell(vec![Fact::Spans(vec![span])]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    let text = scene.part(160, 40, false, draw);
    for said in ["✗200", "✗ orders POST /graphql", "✗ after 40 ms", "says error, was answered well"] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn a_trace_of_the_future_stands_where_it_came_and_its_clock_is_called_wrong() {
    let mut scene = Scene::shop();
    alone(&mut scene, 9, "GET /future", -3_600_000, 40);
    alone(&mut scene, 8, "GET /now", 500, 40);
    scene.open(Screen::Traces);
    let text = scene.part(160, 9, false, draw);
    let at = |name: &str| text.lines().position(|line| line.contains(name));
    assert!(at("GET /now") < at("clock off GET /future") && at("GET /now").is_some(), "{text}");
    assert!(!text.contains("15:03:"), "{text}");
    scene.press("jj");
    scene.enter();
    assert!(scene.part(160, 40, false, draw).contains("it began after it came"));
}

#[test]
fn what_failed_beside_the_critical_path_is_not_drawn_as_waiting_for_a_span_below() {
    use super::cursor_tests::span;
    let mut scene = Scene::shop();
    let fails = |span| Span { status: SpanStatus::Error, kind: SpanKind::Client, ..span };
    let spans = vec![
        span(&scene, (9, 1, 0), "gateway", "GET /shop", (0, 100)),
        span(&scene, (9, 2, 1), "users", "GET /user", (0, 99)),
        fails(span(&scene, (9, 3, 1), "gateway", "ask alone", (10, 50))),
        // That one waited: what is below it ran.
        fails(span(&scene, (9, 4, 1), "gateway", "ask stock", (10, 50))),
        span(&scene, (9, 5, 4), "stock", "GET /stock", (12, 48)),
    ];
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    let bar = |name: &str| {
        let row = text.lines().find(|line| line.contains(name) && line.contains("ms")).unwrap_or_default();
        (row.contains('▇'), row.contains("────"))
    };
    assert_eq!(bar("ask alone"), (true, false), "{text}");
    assert_eq!(bar("ask stock"), (false, true), "{text}");
}
