//! The cursor stays on what it was put on, whatever comes before that; and what stands beside it is told.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::{
        fact::Fact,
        span::{Span, SpanId, SpanKind, SpanStatus, TIMELESS, TraceId, UNTIMED},
    },
    ui::scene::Scene,
};

pub(super) fn span(
    scene: &Scene,
    (trace, id, parent): (u8, u8, u8),
    service: &str,
    name: &str,
    ms: (u64, u64),
) -> Span {
    let begin = scene.model.now.0 as u64 * 1_000_000 - 2_000_000_000;
    Span {
        trace: TraceId([trace; 16]),
        id: SpanId([id; 8]),
        parent: (parent > 0).then_some(SpanId([parent; 8])),
        name: name.into(),
        kind: SpanKind::Server,
        service: service.into(),
        instance: None,
        start_ns: begin + ms.0 * 1_000_000,
        end_ns: begin + ms.1 * 1_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}

/// The row under the cursor.
fn lit(scene: &Scene, rows: usize) -> String {
    let text = scene.part(160, 40, false, draw);
    text.lines().skip(rows).find(|line| line.starts_with('▸')).unwrap_or_default().to_owned()
}

#[test]
fn in_the_waterfall_the_cursor_stays_on_its_span_when_its_root_and_its_siblings_come() {
    let mut scene = Scene::shop();
    let call = Span {
        status: SpanStatus::Error,
        kind: SpanKind::Client,
        ..span(&scene, (7, 2, 1), "orders", "failing-call", (10, 15))
    };
    scene.tell(vec![Fact::Spans(vec![call])]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    assert!(lit(&scene, 9).contains("failing-call"));
    let root = span(&scene, (7, 1, 0), "orders", "the-root", (0, 50));
    let sibling = span(&scene, (7, 3, 1), "orders", "earlier-sibling", (1, 4));
    let more = (0..6).map(|n| span(&scene, (7, 10 + n, 1), "orders", "SELECT", (5, 6)));
    let more: Vec<Span> = more.collect();
    scene.pass(2_000);
    scene.tell(vec![Fact::Spans(vec![root, sibling])]);
    assert!(lit(&scene, 9).contains("failing-call"), "{}", lit(&scene, 9));
    scene.pass(2_000);
    scene.tell(vec![Fact::Spans(more)]);
    assert!(lit(&scene, 9).contains("failing-call"), "behind a row that stands for six");
}

#[test]
fn in_the_table_by_operation_the_cursor_stays_on_its_row_and_enter_opens_what_is_under_it() {
    let mut scene = Scene::shop();
    for (n, name) in ["bad0", "bad1", "bad2", "bad3"].into_iter().enumerate() {
        let one = span(&scene, (20 + n as u8, 1, 0), "live", name, (0, 5));
        scene.tell(vec![Fact::Spans(vec![one])]);
    }
    scene.open(Screen::Traces);
    scene.press("r");
    scene.press("jjj");
    assert!(lit(&scene, 1).contains("bad2"));
    let first = span(&scene, (30, 1, 0), "aaa", "zz", (0, 5));
    scene.tell(vec![Fact::Spans(vec![first])]);
    assert!(lit(&scene, 1).contains("bad2"), "{}", lit(&scene, 1));
    scene.enter();
    assert_eq!(scene.model.screens.traces.open, Some(TraceId([22; 16])));
}

#[test]
fn a_span_without_times_says_so_and_the_last_of_many_in_one_row_ends_the_branch() {
    let mut scene = Scene::shop();
    let root = span(&scene, (9, 1, 0), "orders", "the-root", (0, 100));
    let mut untimed = span(&scene, (9, 2, 1), "orders", "lost", (12_000, 12_000));
    untimed.attributes = vec![(UNTIMED.into(), TIMELESS.into())].into();
    let mut spans: Vec<Span> = (10..16).map(|id| span(&scene, (9, id, 1), "orders", "SELECT", (5, 6))).collect();
    spans.extend([root, untimed]);
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    let text = scene.part(160, 40, false, draw);
    assert!(text.contains("lost no times told") && !text.contains("all of it") && !text.contains("set back"), "{text}");
    assert!(text.contains("└─ orders SELECT ×6"), "{text}");
}

#[test]
fn long_durations_keep_apart_from_what_stands_beside_them_and_when_it_was_is_told_at_80_columns() {
    let mut scene = Scene::shop();
    let mut huge = span(&scene, (9, 1, 0), "orders", "huge", (0, 1));
    huge.end_ns = u64::MAX;
    scene.tell(vec![Fact::Spans(vec![huge])]);
    scene.open(Screen::Traces);
    let text = scene.part(80, 10, false, draw);
    assert!(text.contains("started") && text.lines().any(|line| line.contains("14:03:")), "{text}");
    scene.press("j");
    scene.enter();
    let text = scene.part(160, 40, false, draw);
    let row = text.lines().skip(9).find(|line| line.starts_with('▸')).unwrap_or_default();
    assert!(!row.contains('…') && row.contains(" d "), "{text}");
}

#[test]
fn who_goes_from_a_span_to_the_balancer_has_the_cursor_on_its_instance() {
    let mut scene = Scene::shop();
    let root = span(&scene, (9, 1, 0), "orders", "the-root", (0, 100));
    let call =
        Span { instance: "10.0.0.9:5005".parse().ok(), ..span(&scene, (9, 2, 1), "payments", "charge", (5, 90)) };
    scene.tell(vec![Fact::Spans(vec![root, call])]);
    scene.open(Screen::Traces);
    scene.press("j");
    scene.enter();
    scene.press("j");
    scene.open(Screen::Balancer);
    let text = scene.screen(160, 48);
    let on = text.lines().find(|line| line.starts_with('▸')).unwrap_or_default();
    assert!(on.contains("10.0.0.9:5005"), "{text}");
}

#[test]
fn where_more_spans_are_than_fit_it_still_says_where_the_time_went_and_which_are_shown() {
    let mut scene = Scene::shop();
    let root = span(&scene, (9, 1, 0), "gateway", "the-root", (0, 100));
    let more = (2..=40).map(|id| {
        let service = format!("svc-{}", id % 13);
        span(&scene, (9, id, 1), &service, &format!("op-{id}"), (u64::from(id), u64::from(id) + 2))
    });
    let spans: Vec<Span> = std::iter::once(root).chain(more).collect();
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.enter();
    for (width, height) in [(160, 45), (100, 27), (80, 21)] {
        let text = scene.part(width, height, false, draw);
        for words in ["Critical path", "on the critical path", "1 to ", " of 40"] {
            assert!(text.contains(words), "{width}x{height} {words}\n{text}");
        }
    }
    scene.press(&"j".repeat(39));
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("op-40") && text.contains(" to 40 of 40"), "{text}");
    scene.at_every_size();
}

#[test]
fn whose_caller_is_not_here_is_said_to_be_compared_with_nothing_for_that_reason() {
    let mut scene = Scene::shop();
    let top = |id, at| span(&scene, (9, id, 1), "orders", "the-top", (at, at + 100));
    let one = Fact::Spans(vec![top(2, 0)]);
    let another = Fact::Spans(vec![top(3, 200)]);
    scene.tell(vec![one]);
    scene.open(Screen::Traces);
    scene.enter();
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("fewer than 5"), "the only one is compared as a root is\n{text}");
    scene.tell(vec![another]);
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("who called these first is not here") && !text.contains("fewer than 5"), "{text}");
}

#[test]
fn what_comes_of_an_open_trace_is_on_the_screen_at_once() {
    let mut scene = Scene::shop();
    let spans =
        [span(&scene, (9, 1, 0), "orders", "the-root", (0, 100)), span(&scene, (9, 2, 1), "users", "late", (5, 9))];
    let [root, late] = spans.map(|span| Fact::Spans(vec![span]));
    scene.tell(vec![root]);
    scene.open(Screen::Traces);
    scene.enter();
    let own = |scene: &Scene| scene.part(160, 45, false, draw).contains("users late");
    assert!(!own(&scene));
    scene.tell(vec![late]);
    assert!(own(&scene), "though no second has passed");
}
