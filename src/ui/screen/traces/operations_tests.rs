//! The table by service and operation: its rates are those of the other panes, what fails stands first, and its title says what
//! is counted.

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        fact::Fact,
        id::InstanceId,
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    ui::scene::Scene,
};

/// So many calls of an operation of payments, that fail or do not.
fn calls(scene: &mut Scene, (trace, name): (u8, &str), count: u8, fail: bool) {
    let start_ns = scene.model.now.0 as u64 * 1_000_000;
    let span = |n: u8| Span {
        trace: TraceId([trace; 16]),
        id: SpanId([n + 1; 8]),
        parent: Some(SpanId([255; 8])),
        name: name.into(),
        kind: SpanKind::Server,
        service: "payments".into(),
        instance: "10.0.0.8:5005".parse().ok(),
        start_ns,
        end_ns: start_ns + 5_000_000,
        status: if fail { SpanStatus::Error } else { SpanStatus::Unset },
        message: "".into(),
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    scene.tell(vec![Fact::Spans((0..count).map(span).collect())]);
}

fn row(scene: &Scene, of: &str) -> String {
    let text = scene.part(160, 40, false, draw);
    text.lines().find(|line| line.contains(of)).unwrap_or_default().to_owned()
}

#[test]
fn the_rate_of_an_operation_is_that_of_its_service_in_every_other_pane() {
    let mut scene = Scene::shop();
    scene.open(Screen::Traces);
    scene.press("r");
    for seconds in 0..30 {
        scene.serves("payments", "10.0.0.8:5005", 20, 5);
        scene.pass(1_000);
        let rate = scene.model.world.traffic.service("payments").unwrap().rate;
        let told = rate.map_or("?".to_owned(), crate::domain::show::rate);
        assert!(row(&scene, "GET /x").contains(&format!(" {told} ")), "{seconds} s, {told}: {}", row(&scene, "GET /x"));
    }
    assert!(row(&scene, "GET /x").contains(" 20/s "), "{}", row(&scene, "GET /x"));
}

#[test]
fn what_fails_stands_first_and_the_cursor_stays_on_its_row() {
    let mut scene = Scene::shop();
    calls(&mut scene, (1, "alpha"), 40, false);
    calls(&mut scene, (2, "beta"), 40, false);
    calls(&mut scene, (3, "zeta"), 40, false);
    scene.open(Screen::Traces);
    scene.press("r");
    scene.press("j");
    let order = |scene: &Scene| -> Vec<String> {
        let text = scene.part(160, 40, false, draw);
        let rows = text.lines().filter(|line| line.contains("eta ") || line.contains("alpha "));
        rows.map(|line| line.chars().take(40).filter(|c| !c.is_whitespace()).collect()).collect()
    };
    assert_eq!(order(&scene), ["paymentsalpha", "▸paymentsbeta", "paymentszeta"]);
    calls(&mut scene, (4, "zeta"), 40, true);
    assert_eq!(order(&scene), ["paymentszeta", "paymentsalpha", "▸paymentsbeta"]);
    assert!(scene.screen(60, 15).contains("zeta"));
}

#[test]
fn the_title_says_what_is_counted_where_more_is_than_is_selected() {
    let mut scene = Scene::shop();
    calls(&mut scene, (1, "alpha"), 4, false);
    scene.open(Screen::Traces);
    scene.press("r");
    let title = |scene: &Scene| scene.part(160, 40, false, draw).lines().next().unwrap_or_default().to_owned();
    let id = InstanceId { service: "payments".into(), address: "10.0.0.9:5005".parse().unwrap() };
    scene.select(Selection::Instance(id));
    let said = title(&scene);
    assert!(said.contains("payments") && said.contains("all of its instances") && !said.contains("10.0.0.9"), "{said}");
    scene.select(Selection::Edge("orders".into(), "payments".into()));
    let said = title(&scene);
    assert!(said.contains("payments") && said.contains("whoever calls it") && !said.contains("orders ▸"), "{said}");
}
