//! What the topology shows and that it stays put; the incident of the guide's pictures.

use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        circuit::CircuitState,
        health::{Asked, HealthState},
    },
    ui::screen::scene::Scene,
};

fn incident() -> Scene {
    let mut scene = Scene::shop();
    scene.gone("users", "10.0.0.7:5001");
    scene.registered("articles", "10.0.0.6:5003", 0, &[]);
    scene.health("payments", "10.0.0.9:5005", Asked::Answered(HealthState::Degraded));
    for address in ["10.0.0.4:5002", "10.0.0.5:5002", "10.0.0.7:5002"] {
        let state = if address.contains("0.4") { CircuitState::HalfOpen } else { CircuitState::Open };
        scene.breakers("orders", address, &[("users", CircuitState::Closed), ("payments", state)]);
    }
    scene
}

#[test]
fn look() {
    let mut scene = incident();
    println!("{}", scene.screen(160, 48));
    println!("{}", scene.screen(100, 30));
    println!("{}", scene.screen(80, 24));
    scene.open(Screen::Topology);
    scene.press("jl");
    println!("{}", scene.screen(160, 48));
    println!("{}", scene.screen(100, 30));
    println!("{}", scene.screen(80, 24));
    scene.open(Screen::Circuits);
    println!("{}", scene.screen(160, 48));
    println!("{}", scene.screen(100, 30));
    println!("{}", scene.screen(80, 24));
    scene.open(Screen::Overview);
    scene.select(Selection::Service("payments".into()));
    println!("{}", scene.screen(160, 48));
}
