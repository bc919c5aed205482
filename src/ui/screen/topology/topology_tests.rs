//! What the topology shows and that it stays put; the incident of the guide's pictures.

use std::time::Instant;

use proptest::prelude::*;

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        circuit::CircuitState,
        fact::Fact,
        health::{Asked, HealthState},
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
        topology::Slot,
    },
    ui::scene::Scene,
};

fn incident() -> Scene {
    let mut scene = Scene::shop();
    for _ in 0..12 {
        scene.requests(40, false);
    }
    scene.incident();
    scene
}

#[test]
fn the_incident_as_a_pane_and_on_the_full_screen() {
    let mut scene = incident();
    insta::assert_snapshot!("pane", scene.part(84, 22, true, draw));
    insta::assert_snapshot!("small_pane", scene.part(62, 7, true, draw));
    scene.open(Screen::Topology);
    scene.press("jlll");
    insta::assert_snapshot!("full_160", scene.part(160, 45, false, draw));
    insta::assert_snapshot!("full_100", scene.part(100, 27, false, draw));
    insta::assert_snapshot!("full_80", scene.part(80, 20, false, draw));
}

#[test]
fn a_broken_call_carries_the_word_of_its_breaker_and_trouble_stands_on_the_card() {
    let scene = incident();
    let text = scene.part(160, 45, false, draw);
    for said in ["⊗ open", "1 missing", "1 drained", "1 degraded"] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn a_selection_mutes_the_rest_and_moves_nothing() {
    let mut scene = incident();
    let before = scene.part(84, 22, true, draw);
    scene.select(Selection::Service("payments".into()));
    let after = scene.part(84, 22, true, draw);
    let cards = |text: &str| text.lines().map(|l| l.chars().position(|c| c == '╭')).collect::<Vec<_>>();
    assert_eq!(cards(&before), cards(&after));
}

#[test]
fn the_cursor_walks_services_and_calls() {
    let mut scene = incident();
    scene.open(Screen::Topology);
    scene.press("j");
    assert_eq!(scene.model.screens.topology.node.as_deref(), Some("gateway"));
    scene.press("l");
    let callee = scene.model.screens.topology.edge.clone().expect("on a call");
    scene.press("l");
    assert_eq!(scene.model.screens.topology.node, Some(callee));
    scene.press("hh");
    assert_eq!(scene.model.screens.topology.node.as_deref(), Some("gateway"));
    scene.press("h");
    assert_eq!(scene.model.screens.topology.node.as_deref(), Some("gateway"), "nobody calls it");
    scene.press("l");
    scene.enter();
    assert!(matches!(scene.model.selection, Selection::Edge(..)));
}

fn slots(scene: &Scene) -> Vec<(String, Slot)> {
    scene.model.screens.topology.map.slots.iter().map(|(n, s)| (n.to_owned(), s)).collect()
}

#[test]
fn nodes_stay_put_when_instances_and_services_leave_and_come_back() {
    let mut scene = incident();
    scene.pass(30_000);
    let before = slots(&scene);
    scene.gone("mailer", "10.0.0.9:5006");
    scene.gone("payments", "10.0.0.8:5005");
    assert_eq!(slots(&scene), before);
    scene.registered("mailer", "10.0.0.9:5006", 10, &[]);
    scene.registered("search", "10.0.0.9:5007", 10, &["users"]);
    let after = slots(&scene);
    assert!(before.iter().all(|slot| after.contains(slot)), "{before:?} {after:?}");
    assert_eq!(after.len(), before.len() + 1);
}

/// So many services in groups, each calling the next of its group.
fn many(services: usize) -> Scene {
    let mut scene = Scene::new();
    for n in 0..services {
        let name = format!("g{:02}-s{:03}", n % 17, n);
        let calls = format!("g{:02}-s{:03}", n % 17, n + 17);
        scene.registered(&name, &format!("10.0.{}.{}:80", n / 250, n % 250 + 1), 10, &[&calls]);
    }
    scene.tell(vec![]);
    scene
}

#[test]
fn many_services_fold_by_name_and_no_problem_is_folded() {
    let mut scene = many(203);
    let text = scene.part(160, 45, false, draw);
    assert!(text.contains("All are well, so all are folded"), "{text}");
    scene.gone("g05-s073", "10.0.0.74:80");
    scene.pass(1_000);
    let text = scene.part(160, 45, false, draw);
    assert!(
        text.contains("g05-s073") && text.contains("no problem is hidden") && text.contains("none serves"),
        "{text}"
    );
    insta::assert_snapshot!("many", text);
}

#[test]
fn five_hundred_services_draw_fast_and_are_never_laid_out_per_frame() {
    // The quickest of many frames, against those of a small cluster: a slow or busy machine is slow or busy for both.
    let [few, all] = [20, 500].map(|services| {
        let mut scene = many(services);
        scene.gone("g05-s005", "10.0.0.6:80");
        scene.pass(1_000);
        let frame = || {
            let begin = Instant::now();
            drop(scene.part(200, 50, false, draw));
            begin.elapsed()
        };
        (0..20).map(|_| frame()).min().expect("twenty frames")
    });
    println!("{few:?} for 20 services, {all:?} for 500");
    assert!(all < few * 8, "{all:?} for 500 services, {few:?} for 20");
}

#[test]
fn it_says_why_it_is_empty() {
    assert!(Scene::new().part(80, 10, true, draw).contains("The registry is not read yet."));
}

#[test]
fn no_size_is_a_problem() {
    let mut scene = incident();
    scene.open(Screen::Topology);
    scene.press("jl");
    scene.at_every_size();
    scene.open(Screen::Overview);
    scene.at_every_size();
}

#[test]
fn a_caller_that_no_registry_knows_is_told_at_every_size() {
    let mut scene = incident();
    let begin = scene.model.now.0 as u64 * 1_000_000;
    let call = |n: u8| Span {
        trace: TraceId([n + 1; 16]),
        id: SpanId([1; 8]),
        parent: None,
        name: "call".into(),
        kind: SpanKind::Client,
        service: "stranger1".into(),
        instance: None,
        start_ns: begin,
        end_ns: begin + 50_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: vec![("peer.service".into(), "users".into())].into(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    };
    scene.tell(vec![Fact::Spans((0..100).map(call).collect())]);
    let sizes = [(160, 48), (130, 40), (100, 30), (80, 24)];
    let topology = sizes.map(|size| (Screen::Topology, size));
    // The overview of a small screen has no such pane.
    for (screen, (width, height)) in sizes[..2].iter().map(|size| (Screen::Overview, *size)).chain(topology) {
        scene.screen(width, height);
        scene.open(screen);
        let text = scene.screen(width, height);
        assert!(text.contains("stranger1"), "{width}x{height} {screen:?}\n{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_graph_is_the_same_picture_in_whatever_order_it_is_told(order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let told = |order: &[usize]| {
            let mut scene = Scene::new();
            let all: [(&str, &[&str]); 6] = [("a", &["b", "c"]), ("b", &["d"]), ("c", &["d", "e"]), ("d", &[]), ("e", &["f"]), ("f", &["a"])];
            for n in order {
                let (name, calls) = all[*n];
                scene.registered(name, &format!("10.0.0.{n}:80"), 1, calls);
                scene.health(name, &format!("10.0.0.{n}:80"), Asked::Answered(HealthState::Up));
            }
            scene.breakers("a", "10.0.0.0:80", &[("b", CircuitState::Open)]);
            scene.part(120, 30, true, draw)
        };
        prop_assert_eq!(told(&order), told(&[0, 1, 2, 3, 4, 5]));
    }
}
