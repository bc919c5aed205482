//! Never a green lie: marks, counts, shares and ages agree with each other in every frame, and what is old is said and shown
//! to be, and only that.

use ratatui::buffer::Buffer;

use super::scene::Scene;
use crate::{
    app::{Msg, screen::Screen, update},
    domain::{
        fact::{Fact, Link, LinkState, RegistryFact},
        health::{Asked, HealthState},
    },
    theme::{Role, Theme},
};

const SIZE: (u16, u16) = (160, 48);

fn rows(buffer: &Buffer) -> Vec<String> {
    let row = |y: u16| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(row).collect()
}

/// Where a text stands.
fn find(buffer: &Buffer, text: &str) -> (u16, u16) {
    let all = rows(buffer);
    let at = all.iter().enumerate().find_map(|(y, row)| {
        let byte = row.find(text)?;
        Some((row[..byte].chars().count() as u16, y as u16))
    });
    at.unwrap_or_else(|| panic!("`{text}` is missing:\n{}", all.join("\n")))
}

fn ink(buffer: &Buffer, text: &str) -> Option<ratatui::style::Color> {
    Some(buffer[find(buffer, text)].fg)
}

fn stale() -> Option<ratatui::style::Color> {
    Theme::default().style(Role::Stale).fg
}

fn lose(scene: &mut Scene, state: LinkState) {
    let now = scene.model.now;
    let link = Link {
        at: now,
        state,
        as_of: Some(now),
        server_version: None,
        session_timeout_ms: Some(10_000),
        rtt_us: None,
        why: Some("connection refused".into()),
        lasting: false,
        attempt: 2,
    };
    update(&mut scene.model, Msg::Facts(vec![Fact::Registry(RegistryFact::Link(link))]));
}

/// Half a minute of requests, breakers and health.
fn busy() -> Scene {
    let mut scene = Scene::shop();
    for _ in 0..10 {
        scene.requests(20, false);
        scene.health("gateway", "10.0.0.2:8080", Asked::Answered(HealthState::Up));
        scene.breakers("orders", "10.0.0.4:5002", &[]);
    }
    let closed = crate::domain::circuit::CircuitState::Closed;
    scene.breakers("orders", "10.0.0.4:5002", &[("payments", closed)]);
    scene
}

#[test]
fn a_lost_registry_greys_what_it_alone_tells_and_live_stands_beside_as_of() {
    let mut scene = busy();
    lose(&mut scene, LinkState::Reconnecting);
    let buffer = scene.buffer(SIZE.0, SIZE.1);
    let header = rows(&buffer)[0].clone();
    assert!(header.contains("registry AS OF ") && header.contains("LIVE "), "{header}");
    for text in ["weight and membership as of", "shape as of", "the rest is live"] {
        find(&buffer, text);
    }
    assert_eq!(ink(&buffer, "10.0.0.2:8080"), stale(), "who is there is old");
    let trace = find(&buffer, "POST /orders");
    assert_ne!(Some(buffer[trace].fg), stale(), "traces are fresh");
    let closed = find(&buffer, "orders ▸ payments");
    assert_ne!(Some(buffer[closed].fg), stale(), "breakers are fresh");
    lose(&mut scene, LinkState::Connected);
    let header = rows(&scene.buffer(SIZE.0, SIZE.1))[0].clone();
    assert!(header.contains("LIVE ") && !header.contains("AS OF"), "{header}");
}

#[test]
fn traces_and_logs_that_stay_away_grey_their_panes_and_no_other_and_nothing_is_said_to_be_live() {
    let mut scene = busy();
    for _ in 0..20 {
        scene.health("gateway", "10.0.0.2:8080", Asked::Answered(HealthState::Up));
        scene.breakers("orders", "10.0.0.4:5002", &[("payments", crate::domain::circuit::CircuitState::Closed)]);
    }
    let buffer = scene.buffer(SIZE.0, SIZE.1);
    assert_eq!(ink(&buffer, "POST /orders"), stale());
    find(&buffer, "rates as of");
    assert_ne!(ink(&buffer, "10.0.0.2:8080"), stale(), "the registry is fresh");
    assert_ne!(ink(&buffer, "orders ▸ payments"), stale(), "breakers are fresh");
    let all = rows(&buffer).join("\n");
    assert!(!all.contains("All well") && all.contains("No problem seen, but what traces tell is of"), "{all}");
    for (screen, text) in [(Screen::Traces, "POST /orders"), (Screen::Logs, "accepted")] {
        scene.open(screen);
        let buffer = scene.buffer(SIZE.0, SIZE.1);
        assert_eq!(ink(&buffer, text), stale(), "{screen:?}");
        find(&buffer, "as of ");
    }
    scene.press("0");
    lose(&mut scene, LinkState::Lost);
    let header = rows(&scene.buffer(SIZE.0, SIZE.1))[0].clone();
    assert!(header.contains("AS OF ") && !header.contains("LIVE"), "traces are old: {header}");
}

#[test]
fn where_no_source_answers_the_whole_picture_is_that_of_then() {
    let mut scene = busy();
    scene.health("payments", "10.0.0.9:5005", Asked::Answered(HealthState::Down));
    lose(&mut scene, LinkState::Lost);
    (0..40).for_each(|_| scene.pass(1_000));
    let buffer = scene.buffer(SIZE.0, SIZE.1);
    let all = rows(&buffer);
    assert!(all[0].contains("now ") && all[0].contains("AS OF ") && !all[0].contains("LIVE"), "{}", all[0]);
    assert!(all[1].contains("Registry lost") && all[1].contains("an old picture"), "{}", all[1]);
    assert!(all[2].contains("then: payments 10.0.0.9:5005 says it is down"), "{}", all[2]);
    assert_eq!(ink(&buffer, "orders ▸ payments"), stale());
}

#[test]
fn a_held_picture_does_not_grow_old_while_it_is_held() {
    let mut scene = busy();
    scene.press(" ");
    (0..60).for_each(|_| scene.pass(1_000));
    let all = rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
    assert!(all.contains("HELD") && !all.contains("as of "), "{all}");
}

#[test]
fn header_and_rows_agree_in_the_very_frame_in_which_something_changes() {
    let mut scene = Scene::shop();
    let count = |scene: &Scene| {
        let header = rows(&scene.buffer(100, 30))[0].clone();
        (header.contains("14 of 14 up"), header.contains("◇ 1"), header.contains("13 of 14 up"), header)
    };
    update(&mut scene.model, Msg::Resized(100, 30));
    let first = count(&scene);
    assert!(first.0, "{}", first.3);
    // No time goes by between these facts and the frame.
    let now = scene.model.now;
    let reading = crate::domain::health::HealthReading {
        at: now,
        asked: Asked::Refused,
        source: "GET /health".into(),
        detail: Some("connection refused".into()),
        components: Vec::new(),
        took_ms: None,
        period_ms: 2_000,
    };
    let id = super::scene::id("users", "10.0.0.4:5001");
    update(&mut scene.model, Msg::Facts(vec![Fact::Health(id, reading)]));
    let ill = count(&scene);
    assert!(ill.2, "{}", ill.3);
    let all = rows(&scene.buffer(100, 30)).join("\n");
    assert!(all.contains("✗ ghost") && all.contains("users 10.0.0.4:5001 is a ghost"), "{all}");
}

#[test]
fn a_healthy_drained_instance_is_up_and_counted_as_drained_beside_it() {
    let mut scene = Scene::shop();
    scene.registered("articles", "10.0.0.6:5003", 0, &[]);
    scene.registered("articles", "10.0.0.7:5003", 0, &[]);
    update(&mut scene.model, Msg::Resized(100, 30));
    let header = rows(&scene.buffer(100, 30))[0].clone();
    assert!(header.contains("14 of 14 up") && header.contains("◇ 2"), "{header}");
    scene.health("articles", "10.0.0.7:5003", Asked::Answered(HealthState::Down));
    let header = rows(&scene.buffer(100, 30))[0].clone();
    assert!(header.contains("13 of 14 up") && header.contains("◇ 2"), "{header}");
}

#[test]
fn what_nobody_asked_is_not_said_to_be_up() {
    let mut scene = Scene::new();
    scene.registered("a", "10.0.0.1:1", 1, &[]);
    scene.tell(vec![Fact::Registry(RegistryFact::Complete(scene.model.now))]);
    update(&mut scene.model, Msg::Resized(100, 30));
    let header = rows(&scene.buffer(100, 30))[0].clone();
    assert!(header.contains("1 of 1 registered") && !header.contains(" up"), "{header}");
}

#[test]
fn an_instance_that_is_slow_for_its_callers_is_marked_so_on_every_screen() {
    let mut scene = Scene::shop();
    for _ in 0..3 {
        scene.serves("users", "10.0.0.4:5001", 40, 9);
        scene.serves("users", "10.0.0.5:5001", 40, 9);
        scene.serves("users", "10.0.0.7:5001", 40, 1_900);
        scene.pass(1_000);
    }
    for screen in [Screen::Overview, Screen::Topology, Screen::Balancer] {
        scene.open(screen);
        let all = rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
        assert!(all.contains("◐ ") && all.contains("slow"), "{screen:?}:\n{all}");
        assert!(all.contains("users 10.0.0.7:5001 is slow: p95 1.9 s"), "{all}");
    }
    scene.press("0");
    let all = rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
    assert!(all.contains("1 slow"), "the card says so:\n{all}");
    assert!(!all.contains("degraded"), "it does not say so itself:\n{all}");
}

#[test]
fn seen_shares_add_up_to_100_and_one_that_left_has_none() {
    let mut scene = Scene::shop();
    for _ in 0..3 {
        for (address, calls) in [("10.0.0.4:5001", 45), ("10.0.0.5:5001", 45), ("10.0.0.7:5001", 30)] {
            scene.serves("users", address, calls, 9);
        }
        scene.pass(1_000);
    }
    let shares = |scene: &Scene| -> Vec<Option<u8>> {
        let users = scene.model.cluster.service("users").expect("it is there");
        users.shares.values().map(|s| s.seen).collect()
    };
    // 37.5, 37.5 and 25 %: each rounded alone they would be 101.
    assert_eq!(shares(&scene), [Some(38), Some(37), Some(25)]);
    let row = |scene: &Scene, address: &str| {
        let all = rows(&scene.buffer(SIZE.0, SIZE.1));
        all.into_iter().find(|r| r.contains(address)).unwrap_or_default()
    };
    assert!(row(&scene, " 10.0.0.7:5001").contains("25 %"));
    scene.gone("users", "10.0.0.7:5001");
    assert!(!row(&scene, " 10.0.0.7:5001").contains("25 %"), "{}", row(&scene, " 10.0.0.7:5001"));
    assert_eq!(shares(&scene), [Some(50), Some(50)]);
}

/// The first rows, where the verdict and what is well stand.
fn head(scene: &Scene) -> String {
    rows(&scene.buffer(SIZE.0, SIZE.1))[..5].join("\n")
}

#[test]
fn nothing_is_well_beside_an_expected_instance_that_left_not_even_for_a_second() {
    let mut scene = Scene::shop();
    assert!(head(&scene).contains("All well"), "{}", head(&scene));
    let users = "/users/10.0.0.7:5001";
    update(&mut scene.model, Msg::Facts(vec![Fact::Registry(RegistryFact::Gone(users.into()))]));
    for _ in 0..12 {
        scene.pass(100);
        assert!(!head(&scene).contains("All well"), "{}", head(&scene));
    }
    assert!(head(&scene).contains("is missing"), "{}", head(&scene));
    let told = scene.model.world.story.events().any(|e| e.text.contains("no problem is known"));
    assert!(!told, "the story tells no end of trouble either");
}

#[test]
fn a_child_that_is_no_instance_is_counted_nowhere_and_gone_when_it_leaves() {
    let mut scene = Scene::shop();
    let mut stray = super::scene::instance("payments", "10.0.0.1:1", 1, &[]);
    stray.address = None;
    stray.weight = None;
    stray.path = "/payments/notes.txt".into();
    let counted = |scene: &Scene| rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
    scene.tell(vec![Fact::Registry(RegistryFact::Upsert(std::sync::Arc::new(stray)))]);
    let all = counted(&scene);
    assert!(all.contains("14 of 14") && !all.contains("15 of") && all.contains("notes.txt"), "{all}");
    scene.tell(vec![Fact::Registry(RegistryFact::Gone("/payments/notes.txt".into()))]);
    scene.pass(2_000);
    let all = counted(&scene);
    assert!(all.contains("14 of 14") && !all.contains("missing") && all.contains("◌ gone"), "{all}");
}

#[test]
fn of_whom_nobody_was_asked_nobody_is_said_to_serve() {
    let mut scene = Scene::new();
    for port in 1..=3 {
        scene.registered("users", &format!("10.0.0.4:500{port}"), 10, &[]);
    }
    scene.tell(vec![Fact::Registry(RegistryFact::Complete(scene.model.now))]);
    let all = rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
    assert!(all.contains("3 registered") && !all.contains(" serve"), "{all}");
}

#[test]
fn errors_of_the_last_minute_say_that_they_are() {
    let mut scene = Scene::shop();
    (0..5).for_each(|_| scene.requests(20, true));
    let all = rows(&scene.buffer(SIZE.0, SIZE.1)).join("\n");
    let errors = all.lines().find(|row| row.contains(" errors  ")).unwrap_or_default();
    assert!(errors.contains("% in 1 min"), "{all}");
}

#[test]
fn the_balancer_has_three_opinions_side_by_side_and_how_often_each_caller_calls() {
    let mut scene = Scene::shop();
    for _ in 0..12 {
        scene.requests(40, false);
    }
    super::scene::on(&mut scene.model, Screen::Balancer, "orders", "10.0.0.4:5002");
    let text = scene.screen(160, 48);
    assert!(text.contains("reg self call"), "{text}");
    assert!(!text.contains("─│"), "each rule ends at the line it meets\n{text}");
    let callers = text.split("─ Callers ─").nth(1).and_then(|rest| rest.split("─ Calls out ─").next());
    let told = callers.is_some_and(|rows| rows.lines().skip(1).any(|row| row.contains("/s") && row.contains(" ms")));
    assert!(told, "{text}");
    let header = text.lines().next().unwrap_or_default();
    assert!(!header.contains("data  "), "one blank stands before the age\n{header}");
}
