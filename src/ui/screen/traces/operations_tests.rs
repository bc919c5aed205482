//! The table by service and operation: its rates are those of the other panes, what fails stands first, and its title says what
//! is counted.

use super::draw;
use crate::{
    app::{
        screen::{
            Screen,
            traces::operations::{cursor, exemplar, rows},
        },
        selection::Selection,
    },
    domain::{
        fact::Fact,
        id::InstanceId,
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    },
    store::traffic::Operation,
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
        attributes: Default::default(),
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
    scene.press("jj");
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

#[test]
fn what_turns_callers_away_stands_before_what_goes_well_and_leads_to_a_call_that_was() {
    let mut scene = Scene::shop();
    scene.requests(3, true);
    scene.requests(40, false);
    let begin = scene.model.now.0 as u64 * 1_000_000;
    let call = |n: u64, code: &'static str| Span {
        trace: TraceId(u128::from(n).to_be_bytes()),
        id: SpanId(n.to_be_bytes()),
        name: "GET /limited".into(),
        kind: SpanKind::Server,
        service: "users-service".into(),
        start_ns: begin,
        end_ns: begin + (1 + n) * 1_000_000,
        attributes: vec![("http.response.status_code".into(), code.into())].into(),
        ..Span::default()
    };
    scene.tell(vec![Fact::Spans((1..=20).map(|n| call(n, if n % 4 == 0 { "429" } else { "200" })).collect())]);
    let model = &scene.model;
    let rows = rows(model);
    let at = rows.iter().position(|row| &**row.name == "GET /limited").unwrap();
    assert!(rows[at].turns_away() && rows[at + 1..].iter().all(|row| !row.turns_away()));
    let well = |row: &&Operation<'_>| !row.turns_away() && row.traffic.minute.errors == 0;
    assert!(rows[..at].iter().filter(well).count() == 0, "what goes well comes behind");
    let id = exemplar(model, &rows[at]).unwrap();
    assert_eq!(model.world.traces.spans_of(id)[0].attribute("http.response.status_code"), Some("429"));
}

#[test]
fn who_has_put_the_cursor_nowhere_opens_what_stands_first_by_now() {
    let mut scene = Scene::shop();
    calls(&mut scene, (1, "alpha"), 40, false);
    scene.open(Screen::Traces);
    scene.press("r");
    assert!(cursor(&scene.model).is_none() && !scene.part(160, 40, false, draw).contains('▸'));
    calls(&mut scene, (2, "zeta"), 40, true);
    scene.enter();
    assert_eq!(scene.model.screens.traces.open, Some(TraceId([2; 16])), "zeta fails");
    scene.escape();
    scene.press("j");
    assert_eq!(cursor(&scene.model), Some(0), "the first step is onto the first row");
    calls(&mut scene, (3, "beta"), 40, true);
    assert_eq!(cursor(&scene.model), Some(1), "from then on it stays on its row");
}
