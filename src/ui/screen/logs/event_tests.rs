//! An event among the lines: where `Enter` goes from it, and what the other keys narrow to.

use crate::{
    app::{Effect, Input, Msg, screen::Screen, selection::Selection, update},
    command::Key,
    domain::{
        circuit::CircuitState,
        health::{Asked, HealthState},
        id::InstanceId,
    },
    ui::scene::Scene,
};

/// Breakers of orders open, payments becomes slow; the cursor is on the event that says `words`.
fn on(words: &str) -> Scene {
    let mut scene = Scene::shop();
    scene.requests(3, false);
    scene.breakers("orders", "10.0.0.4:5002", &[("payments", CircuitState::Closed)]);
    scene.pass(1_000);
    scene.breakers("orders", "10.0.0.4:5002", &[("payments", CircuitState::Open)]);
    scene.pass(1_000);
    scene.health("payments", "10.0.0.9:5005", Asked::Answered(HealthState::Down));
    scene.pass(1_000);
    // The newest row is followed: the cursor stands above it.
    scene.health("mailer", "10.0.0.9:5006", Asked::Answered(HealthState::Down));
    scene.open(Screen::Logs);
    for _ in 0..40 {
        scene.press("k");
        let text = scene.screen(160, 48);
        if text.lines().any(|line| line.starts_with('▸') && line.contains("EVENT") && line.contains(words)) {
            return scene;
        }
    }
    panic!("no such event: {}", scene.screen(160, 48));
}

fn id(service: &str, address: &str) -> InstanceId {
    InstanceId { service: service.into(), address: address.parse().expect("a good address") }
}

fn footer(scene: &mut Scene) -> String {
    scene.screen(160, 48).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn enter_on_a_breakers_event_goes_to_its_lane_and_the_footer_and_the_row_say_so() {
    let mut scene = on("orders 10.0.0.4:5002 ▸ payments");
    let text = scene.screen(160, 48);
    assert!(text.lines().any(|line| line.starts_with('▸') && line.trim_end().ends_with("Enter its lane")), "{text}");
    assert!(footer(&mut scene).contains("Enter its lane"), "{}", footer(&mut scene));
    scene.enter();
    assert_eq!(scene.model.screen, Screen::Circuits);
    assert_eq!(scene.model.selection, Selection::Circuit(id("orders", "10.0.0.4:5002"), "payments".into()));
    let text = scene.screen(160, 48);
    assert!(text.lines().any(|line| line.starts_with('▸') && line.contains("10.0.0.4")), "the cursor is on it: {text}");
    scene.escape();
    scene.escape();
    scene.escape();
    assert_eq!((scene.model.screen, &scene.model.selection), (Screen::Logs, &Selection::All), "and back");
}

#[test]
fn enter_on_an_instances_event_goes_to_the_instance() {
    let mut scene = on("payments 10.0.0.9:5005");
    assert!(footer(&mut scene).contains("Enter its instance"), "{}", footer(&mut scene));
    scene.enter();
    assert_eq!(scene.model.screen, Screen::Balancer);
    assert_eq!(scene.model.selection, Selection::Instance(id("payments", "10.0.0.9:5005")));
}

#[test]
fn traces_and_breakers_of_an_event_are_those_of_whom_it_is_about() {
    for (key, screen) in [('t', Screen::Traces), ('b', Screen::Circuits)] {
        let mut scene = on("payments 10.0.0.9:5005");
        update(&mut scene.model, Msg::Input(Input::Key(Key::char(key))));
        assert_eq!(scene.model.screen, screen);
        assert_eq!(scene.model.selection, Selection::Instance(id("payments", "10.0.0.9:5005")));
    }
}

#[test]
fn an_event_can_be_copied() {
    let mut scene = on("payments 10.0.0.9:5005");
    let asked = update(&mut scene.model, Msg::Input(Input::Key(Key::char('y'))));
    assert!(matches!(&asked[..], [Effect::Copy(text)] if text.contains("10.0.0.9:5005")), "{asked:?}");
}
