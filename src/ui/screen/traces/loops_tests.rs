//! Calls made in a loop: a row for the calls and one for their answers, however many they are.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::fact::Fact,
    domain::span::{Span, SpanKind},
    ui::scene::Scene,
};

/// A request in which so many calls are made, one after the other, each of 10 ms and answered within 8.
fn calls(scene: &Scene, count: u8) -> Vec<Span> {
    let span = |id: u8, parent: u8, kind, service: &str, name: &str, ms: (u64, u64)| Span {
        kind,
        ..super::cursor_tests::span(scene, (7, id, parent), service, name, ms)
    };
    let mut spans = vec![span(1, 0, SpanKind::Server, "orders", "GET /orders", (0, u64::from(count) * 10 + 5))];
    for n in 0..count {
        let at = u64::from(n) * 10;
        spans.push(span(2 + n * 2, 1, SpanKind::Client, "orders", "GET /price", (at, at + 10)));
        spans.push(span(3 + n * 2, 2 + n * 2, SpanKind::Server, "payments", "GET /price", (at + 1, at + 9)));
    }
    spans
}

fn rows(scene: &Scene) -> Vec<String> {
    let text = scene.part(160, 60, false, draw);
    text.lines()
        .filter(|line| ["─ orders GET /price", "─ payments GET /price"].iter().any(|row| line.contains(row)))
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[test]
fn calls_and_their_answers_are_two_rows_that_a_key_opens_and_closes_with_the_cursor_on_its_span() {
    let mut scene = Scene::shop();
    let spans = calls(&scene, 12);
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.enter();
    let folded = rows(&scene);
    assert_eq!(folded.len(), 2, "{folded:?}");
    assert!(folded[0].contains("└─ orders GET /price ×12") && folded[0].contains("120 ms"), "{folded:?}");
    assert!(folded[1].contains("└─ payments GET /price ×12") && folded[1].contains("96 ms"), "{folded:?}");
    scene.press("z");
    assert_eq!(rows(&scene).len(), 24);
    // The answer of the fourth call.
    scene.press("jjjjjjjj");
    scene.press("z");
    let folded = rows(&scene);
    assert!(folded.len() == 2 && folded[1].starts_with('▸'), "{folded:?}");
    scene.at_every_size();
}

#[test]
fn of_many_in_one_row_the_longest_is_told_and_shown_in_detail() {
    let mut scene = Scene::shop();
    let mut spans = calls(&scene, 12);
    for (n, span) in spans.iter_mut().enumerate().filter(|(n, span)| n % 2 == 0 && span.parent.is_some()) {
        span.instance = format!("10.0.0.{n}:80").parse().ok();
    }
    // The answer of the last call, and its call.
    let longer = 1_200_000_000;
    let last = spans.len() - 2;
    spans[last..].iter_mut().for_each(|span| span.end_ns += longer);
    spans[0].end_ns += longer;
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.enter();
    scene.press("jj");
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("rice ×12, one 1.2 s"), "{text}");
    assert!(text.contains("payments 10.0.0.24:80") && text.contains("The longest of 12 in this row"), "{text}");
    assert!(text.contains("on 12 instances"), "{text}");
    let (many, one) = (text.find("The longest of 12"), text.find("took       1.2 s"));
    assert!(many.zip(one).is_some_and(|(many, one)| many < one), "before what that one took\n{text}");
    scene.press("z");
    assert_eq!(scene.model.screens.traces.span.at, 24, "on the longest");
    for (width, height) in [(80, 20), (60, 11)] {
        scene.press("z");
        assert!(scene.part(width, height, false, draw).contains("×12"), "{width}");
        scene.press("z");
    }
    scene.at_every_size();
}

#[test]
fn where_nothing_is_folded_the_key_that_folds_says_so_and_changes_nothing_that_is_not_on_the_screen() {
    let mut scene = Scene::shop();
    scene.requests(3, true);
    let said = |scene: &Scene| scene.model.notice.as_ref().map_or_else(String::new, |told| told.text.to_string());
    let state = |scene: &Scene| (scene.model.screens.traces.errors, scene.model.screens.traces.unfolded);
    scene.open(Screen::Traces);
    scene.enter();
    scene.press("z");
    assert!(state(&scene) == (false, false) && said(&scene).contains("there are none"), "{}", said(&scene));
    scene.escape();
    scene.press("rz");
    assert!(state(&scene) == (false, false) && said(&scene).contains("Not in this table"), "{}", said(&scene));
    scene.press("rz");
    assert_eq!(state(&scene), (true, false), "in the list it shows only failed ones");
}

#[test]
fn where_a_span_is_deeper_than_there_is_room_for_its_depth_stands_there() {
    let mut scene = Scene::shop();
    let span = |id: u8, parent: u8| {
        let name = format!("step {id}");
        super::cursor_tests::span(&scene, (7, id, parent), "orders", &name, (u64::from(id), 100 - u64::from(id)))
    };
    let mut spans: Vec<Span> = (1..=14).map(|id| span(id, id - 1)).collect();
    // A sibling of the twelfth.
    spans.push(Span { start_ns: spans[13].end_ns + 5_000_000, ..span(40, 11) });
    scene.tell(vec![Fact::Spans(spans)]);
    scene.open(Screen::Traces);
    scene.enter();
    let text = scene.part(160, 60, false, draw);
    let row = |name: &str| text.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(row("step 9 ").contains("└─ orders") && row("step 10 ").contains("└ 9 orders step 10"), "{text}");
    assert!(row("step 11 ").contains("└10 orders step 11"), "{text}");
    assert!(row("step 12 ").contains("├11 orders step 12") && row("step 40 ").contains("└11 orders"), "{text}");
    assert!(row("step 14 ").contains("└13 orders step 14"), "{text}");
    assert!(scene.part(60, 40, false, draw).contains("└ 9 orders"));
    scene.at_every_size();
}
