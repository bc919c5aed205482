//! What the circuits show: the worst of each pair, lanes of those that refuse calls, and never a closed one that nobody told.

use std::sync::Arc;

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{circuit::CircuitState, fact::Fact},
    ui::scene::{Scene, id},
};

fn incident() -> Scene {
    let mut scene = Scene::shop();
    scene.breakers("gateway", "10.0.0.2:8080", &[("orders", CircuitState::Closed), ("users", CircuitState::Closed)]);
    scene.incident();
    scene
}

#[test]
fn the_screen_opens_on_the_circuit_that_refuses_calls() {
    let mut scene = incident();
    scene.open(Screen::Circuits);
    let lit = |scene: &Scene| {
        let shown = scene.part(160, 45, false, draw);
        shown.lines().find(|line| line.starts_with('▸')).map(str::to_owned).unwrap_or_default()
    };
    assert!(lit(&scene).contains("orders ▸ payments"), "{}", lit(&scene));
}

#[test]
fn the_incident_as_a_pane_and_on_the_full_screen() {
    let mut scene = incident();
    insta::assert_snapshot!("pane", scene.part(66, 9, true, draw));
    insta::assert_snapshot!("small_pane", scene.part(38, 6, true, draw));
    scene.open(Screen::Circuits);
    scene.press("j");
    insta::assert_snapshot!("full_160", scene.part(160, 45, false, draw));
    insta::assert_snapshot!("full_100", scene.part(100, 27, false, draw));
    insta::assert_snapshot!("full_80", scene.part(80, 20, false, draw));
}

#[test]
fn a_pane_without_room_for_all_shows_those_that_are_not_closed_first_and_fills_up_with_the_others() {
    let mut scene = Scene::shop();
    let callees = ["a", "b", "c", "d", "e", "f", "users"];
    let told = |last: CircuitState| callees.map(|c| (c, if c == "users" { last } else { CircuitState::Closed }));
    scene.breakers("gateway", "10.0.0.2:8080", &told(CircuitState::Closed));
    let rows = |scene: &Scene| scene.part(60, 6, true, draw).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let well = rows(&scene);
    assert!(well[1].contains("gateway ▸ a") && well[3].contains("gateway ▸ c"), "{well:?}");
    assert!(well[4].contains("▸ 4 more, all closed"), "{well:?}");
    scene.breakers("gateway", "10.0.0.2:8080", &told(CircuitState::Open));
    let ill = rows(&scene);
    assert!(ill[1].contains("gateway ▸ users") && ill[1].contains("⊗ open"), "{ill:?}");
    assert!(ill[4].contains("more, all closed"), "{ill:?}");
}

#[test]
fn the_cursor_stays_on_its_breaker_when_rows_come_above_it() {
    let mut scene = incident();
    scene.open(Screen::Circuits);
    scene.press("j");
    let on = scene.model.screens.circuits.on.clone();
    scene.breakers("gateway", "10.0.0.2:8080", &[("articles", CircuitState::Open), ("users", CircuitState::Closed)]);
    assert_eq!(scene.model.screens.circuits.on, on);
    let lit = scene.part(100, 27, false, draw).lines().find(|l| l.starts_with('▸')).map(str::to_owned);
    assert!(lit.as_ref().is_some_and(|l| l.contains("10.0.0.4:5002")), "{lit:?}");
}

#[test]
fn what_nobody_answers_for_is_not_known_and_never_closed() {
    let mut scene = incident();
    let why: Arc<str> = "connection refused".into();
    let at = scene.model.now;
    scene.tell(vec![Fact::BreakersSilent(id("gateway", "10.0.0.2:8080"), at, why)]);
    scene.open(Screen::Circuits);
    let text = scene.part(120, 40, false, draw);
    let row = text.lines().find(|l| l.contains("gateway ▸ orders")).expect("its row");
    assert!(row.contains("? not known") && !row.contains("closed"), "{row}");
}

#[test]
fn a_selection_shows_only_what_belongs() {
    let mut scene = incident();
    scene.select(Selection::Service("users".into()));
    let text = scene.part(66, 9, true, draw);
    assert!(text.contains("orders ▸ users") && !text.contains("payments"), "{text}");
}

#[test]
fn a_lane_narrows_everything_to_its_calls() {
    let mut scene = incident();
    scene.open(Screen::Circuits);
    scene.press("j");
    scene.enter();
    let chosen = Selection::Circuit(id("orders", "10.0.0.4:5002"), "payments".into());
    assert_eq!(scene.model.selection, chosen);
    let of = |scene: &Scene| scene.model.screens.traces.list.filter().clone();
    scene.open(Screen::Traces);
    let filter = of(&scene);
    let (from, to) = filter.edge.unwrap();
    assert!(from.is_called("orders") && to.is_called("payments"));
    assert_eq!(filter.caller.map(|address| address.text().to_owned()).as_deref(), Some("10.0.0.4:5002"));
    assert!(scene.screen(160, 48).contains("orders 10.0.0.4:5002 ▸ payments"));
    scene.open(Screen::Logs);
    let filter = scene.model.screens.logs.list.filter().clone();
    let (only, at) = filter.only.unwrap();
    assert_eq!((filter.services.len(), at.text()), (2, "10.0.0.4:5002"));
    assert!(only.is_called("orders"));
    scene.open(Screen::Circuits);
    scene.escape();
    assert_eq!(scene.model.selection, Selection::Edge("orders".into(), "payments".into()), "as the row above");
}

#[test]
fn it_says_why_it_is_empty() {
    let text = Scene::shop().part(100, 9, true, draw);
    assert!(text.contains("None of 14 instances has offered /actuator/circuitbreakers"), "{text}");
}

#[test]
fn no_size_is_a_problem() {
    let mut scene = incident();
    scene.open(Screen::Circuits);
    scene.press("j");
    scene.at_every_size();
}
