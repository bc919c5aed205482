//! Looking around: every screen, selection and back, filters, palette, help, why, hold, mouse.

use keepwatch::{
    app::{Effect, msg::MouseAct, screen::Screen, selection::Selection},
    domain::{
        fact::Fact,
        health::{Asked, HealthState},
    },
};

use crate::{
    common::{journey::Journey, shop},
    keep,
};

#[test]
fn a_digit_opens_each_screen_and_each_is_kept_once() {
    let mut journey = Journey::shop();
    keep("overview", &journey.screen());
    for (digit, screen) in Screen::ALL.into_iter().enumerate().skip(1) {
        journey.press(&digit.to_string());
        assert_eq!(journey.model.screen, screen);
        keep(&screen.title().to_lowercase(), &journey.screen());
    }
    journey.press("0");
    assert_eq!(journey.model.screen, Screen::Overview);
}

#[test]
fn an_incident_is_told_in_one_sentence_and_what_people_decided_stays_apart_from_it() {
    let mut journey = Journey::incident();
    keep("overview-incident", &journey.screen());
    let first = journey.screen().lines().nth(1).unwrap_or_default().to_owned();
    assert!(first.contains("payments"), "row 1: {first}");
    journey.shows("drained ◇ 1").shows("is drained by ana").shows_no("DRAIN LOST").shows("open").shows("charge failed");
}

#[test]
fn the_overview_has_all_its_panes_and_says_that_it_is_live() {
    let mut journey = Journey::shop();
    for words in ["LIVE", "shop", "1 Topology", "2 Instances", "3 Circuits", "4 Traces", "5 Logs", "All well"] {
        journey.shows(words);
    }
    journey.shows_no("AS OF").shows_no("READ ONLY").shows_no("HELD");
}

#[test]
fn one_selection_narrows_every_pane_and_esc_widens_it_step_by_step() {
    let mut journey = Journey::shop();
    journey.go_to("payments/127.0.0.9:5005").press("0");
    assert_eq!(journey.model.selection, Selection::Instance(shop::id("payments-service", "127.0.0.9:5005")));
    journey.shows("127.0.0.9:5005");
    keep("overview-narrowed", &journey.screen());
    journey.press("Esc");
    assert_eq!(journey.model.selection, Selection::Service("payments-service".into()));
    journey.shows("· payments").shows_no("127.0.0.6:5003  ");
    journey.press("Esc");
    assert_eq!(journey.model.selection, Selection::All);
    journey.shows_no("· payments").shows("127.0.0.6:5003");
}

#[test]
fn esc_goes_back_the_way_that_was_come() {
    let mut journey = Journey::shop();
    journey.press("2 3 Esc");
    assert_eq!(journey.model.screen, Screen::Balancer);
    journey.press("Esc");
    assert_eq!(journey.model.screen, Screen::Overview);
    journey.press("Esc");
    assert_eq!(journey.model.screen, Screen::Overview, "there is nothing left to close, and nothing ends");
    assert!(journey.asked().is_empty());
}

#[test]
fn enter_on_an_instance_selects_it_and_its_whole_address_is_on_the_screen() {
    let mut journey = Journey::shop();
    journey.press("2 j Enter");
    assert!(matches!(&journey.model.selection, Selection::Instance(id) if &*id.service == "articles-service"));
    journey.shows("127.0.0.6:5003");
}

#[test]
fn the_cursor_stays_on_its_instance_when_others_join_above_it() {
    let mut journey = Journey::shop();
    journey.go_to("users/127.0.0.5:5001").press("Esc Esc");
    let on = journey.model.rows.all[journey.model.cursor.at].clone();
    let layout = keepwatch::domain::id::Layout::CURATOR;
    journey.tell([shop::registered(shop::instance("articles-service", layout, "127.0.0.5:5003", 10))]);
    assert_eq!(journey.model.rows.all[journey.model.cursor.at], on);
    journey.shows("127.0.0.5:5003");
}

#[test]
fn a_filter_acts_while_it_is_typed_and_esc_takes_it_back() {
    let mut journey = Journey::shop();
    journey.press("2 /").type_in("mail");
    journey.shows("127.0.0.9:5006").shows_no("127.0.0.6:5003");
    journey.press("Esc").shows("127.0.0.6:5003");
    journey.press("/").type_in("users").press("Enter");
    journey.shows("127.0.0.4:5001").shows_no("127.0.0.6:5003");
    journey.press("Esc").shows("127.0.0.6:5003");
}

#[test]
fn letters_in_a_field_are_letters() {
    let mut journey = Journey::shop();
    journey.press("2 /").type_in("quX").press("Tab");
    assert!(journey.asked().is_empty(), "`q` typed into a filter does not end the program");
    assert!(journey.model.action.is_none(), "nor does `X` deregister");
    assert_eq!(journey.model.screen, Screen::Balancer);
}

#[test]
fn the_palette_finds_commands_and_runs_what_the_demo_adds() {
    let mut journey = Journey::shop();
    journey.press(":");
    keep("palette", &journey.screen());
    journey.type_in("circ").press("Enter");
    assert_eq!(journey.model.screen, Screen::Circuits);
    journey.press(":").type_in("fault kill").press("Enter");
    assert_eq!(journey.asked(), [Effect::Extra("fault".into(), "kill".into())]);
    journey.press(":").type_in("zzzz").press("Enter").shows("zzzz");
    journey.press(":").type_in("theme light").press("Enter");
    assert_eq!(journey.asked(), [Effect::Theme("light".into())]);
    journey.press(":").type_in("theme pink").press("Enter").shows("No theme is called `pink`");
}

#[test]
fn the_help_lists_the_keys_and_closes_by_any_way_out() {
    for out in ["?", "Esc", "q"] {
        let mut journey = Journey::shop();
        journey.press("?").shows("put it back").shows("Type a command").shows("Hold the picture");
        keep("help", &journey.screen());
        journey.press(out);
        assert!(journey.model.overlays.is_empty() && journey.asked().is_empty(), "{out}");
    }
}

#[test]
fn a_verdict_stands_in_row_one_and_why_shows_its_evidence() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    journey
        .tell([shop::health("payments-service", "127.0.0.9:5005", Asked::Answered(HealthState::Down), at)])
        .wait(1_000);
    let first = journey.screen().lines().nth(1).unwrap_or_default().to_owned();
    assert!(first.contains("payments") && first.contains("127.0.0.9:5005"), "row 1: {first}");
    journey.shows_no("All well");
    journey.press("v").shows("HTTP 503");
    keep("why", &journey.screen());
    journey.press("Enter");
    assert_eq!(journey.model.screen, Screen::Balancer);
    assert_eq!(journey.model.selection, Selection::Instance(shop::id("payments-service", "127.0.0.9:5005")));
}

#[test]
fn n_and_shift_n_walk_the_problems_round() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    let down = |name, address| shop::health(name, address, Asked::Answered(HealthState::Down), at);
    journey.tell([down("payments-service", "127.0.0.9:5005"), down("users-service", "127.0.0.4:5001")]).wait(1_000);
    let count = journey.model.verdicts.len();
    assert!(count >= 2);
    let first = journey.model.verdicts[0].sentence.clone();
    journey.press("n");
    assert_eq!(journey.model.verdict_at, 1);
    journey.press("N N");
    assert_eq!(journey.model.verdict_at, count - 1);
    journey.press("n");
    assert_eq!(journey.model.verdicts[journey.model.verdict_at].sentence, first);
}

#[test]
fn a_held_picture_stands_still_and_catches_up_afterwards() {
    let mut journey = Journey::shop();
    journey.press("Space").shows("HELD 14:02:01");
    journey.tell([shop::registered(shop::instance(
        "users-service",
        keepwatch::domain::id::Layout::SEED,
        "127.0.0.9:5001",
        10,
    ))]);
    journey.wait(3_000);
    journey.shows("HELD 14:02:01").shows_no("127.0.0.9:5001");
    journey.press("Space").wait(1_000);
    journey.shows("127.0.0.9:5001").shows("LIVE").shows_no("HELD");
}

#[test]
fn q_ends_it_but_closes_what_is_on_top_first_and_ctrl_c_ends_it_at_once() {
    let mut journey = Journey::shop();
    journey.press("? q");
    assert!(journey.asked().is_empty());
    journey.press("q");
    assert_eq!(journey.asked(), [Effect::Quit]);
    journey.press(": C-c");
    assert_eq!(journey.asked(), [Effect::Quit]);
}

#[test]
fn a_click_puts_the_cursor_two_open_and_the_wheel_scrolls() {
    let mut journey = Journey::shop();
    journey.press("2");
    let row = |journey: &Journey, words: &str| {
        journey.screen().lines().position(|line| line.contains(words)).expect("the row is drawn") as u16
    };
    let y = row(&journey, "127.0.0.7:5003");
    journey.mouse(MouseAct::Click, 20, y).press("y");
    assert_eq!(journey.asked(), [Effect::Copy("articles-service/127.0.0.7:5003".into())]);
    journey.mouse(MouseAct::Double, 20, y);
    assert!(matches!(&journey.model.selection, Selection::Instance(id) if id.address.port() == 5003));
    let before = journey.model.cursor.at;
    journey.mouse(MouseAct::WheelUp, 20, y);
    assert!(journey.model.cursor.at < before);
}

/// Where a text stands on the screen, in cells.
fn place(journey: &Journey, text: &str, nth: usize) -> (u16, u16) {
    let screen = journey.screen();
    let mut found =
        screen.lines().enumerate().filter_map(|(y, line)| Some((line.split_once(text)?.0.chars().count(), y)));
    let (x, y) = found.nth(nth).unwrap_or_else(|| panic!("{text} is not in\n{screen}"));
    (x as u16, y as u16)
}

#[test]
fn the_mouse_reaches_nodes_calls_circuits_traces_lines_and_tabs() {
    let mut journey = Journey::incident();
    let click = |journey: &mut Journey, text: &str, nth: usize| {
        let (x, y) = place(journey, text, nth);
        journey.mouse(MouseAct::Click, x + 1, y);
    };
    click(&mut journey, "─ articles ", 0);
    assert_eq!(journey.model.screens.topology.node.as_deref(), Some("articles-service"));
    assert_eq!(journey.model.pane, Screen::Topology);
    click(&mut journey, "⊗ open ►", 0);
    assert_eq!(journey.model.screens.topology.edge.as_deref(), Some("payments-service"));

    click(&mut journey, "orders ▸ users", 0);
    assert_eq!(journey.model.pane, Screen::Circuits);
    assert!(format!("{:?}", journey.model.screens.circuits.on).contains("users-service"));

    click(&mut journey, "POST /orders  ", 0);
    assert_eq!(journey.model.pane, Screen::Traces);
    let on = journey.model.screens.traces.on.expect("a trace is under the cursor");
    assert_eq!(journey.model.screens.traces.top(7), 0, "the list does not jump under the mouse");
    let (x, y) = place(&journey, "POST /orders  ", 0);
    journey.mouse(MouseAct::Double, x, y);
    assert_eq!((journey.model.screen, journey.model.screens.traces.open), (Screen::Traces, Some(on)));
    journey.press("Esc 0");

    click(&mut journey, "charge failed", 0);
    assert_eq!(journey.model.pane, Screen::Logs);
    assert!(journey.model.screens.logs.on.is_some());
    let before = journey.model.screens.logs.on;
    let (x, y) = place(&journey, "charge failed", 0);
    journey.mouse(MouseAct::WheelUp, x, y);
    assert_ne!(journey.model.screens.logs.on, before, "the wheel scrolls what is under it");

    journey.size(80, 24);
    click(&mut journey, "3 Circuits", 0);
    assert_eq!(journey.model.pane, Screen::Circuits);
}

#[test]
fn the_mouse_under_something_that_is_open_on_top_moves_nothing() {
    let mut journey = Journey::incident();
    let (x, y) = place(&journey, "─ articles ", 0);
    journey.press("?").mouse(MouseAct::Click, x + 1, y);
    assert_eq!(journey.model.screens.topology.node, None);
}

#[test]
fn the_slowest_route_is_named_and_what_is_usual_stands_beside_what_is() {
    let mut journey = Journey::shop();
    journey.shows("ms POST /orders");
    let mut journey = Journey::incident();
    journey.go_to("payments/127.0.0.8:5005").press("2").shows("p50 p95 p99");
    assert!(journey.screen().contains("Share seen"), "{}", journey.screen());
}

#[test]
fn the_detail_of_an_instance_scrolls_and_says_how_much_there_is() {
    let mut journey = Journey::incident();
    journey.go_to("payments/127.0.0.9:5005").press("2").size(160, 30);
    journey.shows("below C-d").shows_no("above");
    journey.press("C-d C-d").shows("above");
    journey.press("C-u C-u").shows_no("above");
    let (x, y) = place(&journey, "Weight", 0);
    journey.mouse(MouseAct::WheelDown, x, y + 3).shows("above");
}

#[test]
fn addresses_in_titles_keep_their_port_and_no_line_runs_through_them() {
    let mut journey = Journey::shop();
    journey.go_to("users/127.0.0.5:5001").press("0");
    for (width, height) in [(160, 48), (120, 40), (100, 30), (80, 24)] {
        journey.size(width, height);
        let screen = journey.screen();
        let titles: Vec<_> = screen.lines().filter(|line| line.contains(" · ") && line.contains('─')).collect();
        assert!(!titles.is_empty());
        for line in titles.iter().flat_map(|line| line.split(" · ").skip(1)) {
            let said = !line.starts_with("warnings");
            assert!(!said || line.split('─').next().is_some_and(|t| t.contains(":5001")), "{width}: {line}");
        }
    }
}

#[test]
fn a_line_leads_to_its_trace_and_an_instance_to_its_lines() {
    let mut journey = Journey::shop();
    journey.go_to("orders/127.0.0.4:5002").press("L");
    assert_eq!(journey.model.screen, Screen::Logs);
    journey.shows("order taken").shows_no("shard 0 index rebuilt");
    journey.press("k Enter");
    journey.press("Enter").press("4");
    assert_eq!(journey.model.screen, Screen::Traces);
    journey.shows("POST /orders");
}

#[test]
fn hostile_text_is_shown_escaped_wherever_it_comes_from() {
    let evil = "a\u{1b}[31m\u{202e}b\u{200b}\u{9b}c";
    let mut journey = Journey::shop();
    let at = journey.model.now;
    let mut span = shop::request(9_999, at, true);
    for span in &mut span {
        span.name = evil.into();
        span.message = evil.into();
    }
    let line = shop::line(at, keepwatch::domain::log::Level::Error, evil, "127.0.0.4:5002", evil, None);
    let mut instance = shop::instance(evil, keepwatch::domain::id::Layout::RAW, "127.0.0.1:1", 1);
    instance.raw = evil.as_bytes().into();
    journey.tell([Fact::Spans(span), Fact::Logs(vec![line]), shop::registered(instance)]).wait(1_000);
    for screen in "0 1 2 3 4 5 6 7".split(' ') {
        journey.press(screen);
        let drawn = journey.screen();
        let bad = drawn.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{200b}'));
        assert_eq!(bad, None, "screen {screen}");
    }
    journey.press("5").shows("\\x1b").shows("\\u{202e}");
}

#[test]
fn lines_are_grouped_by_pattern_and_one_key_goes_to_the_lines_of_one_and_back() {
    let mut journey = Journey::incident();
    journey.press("5").press("p");
    journey.shows("patterns").shows("/min").shows_no("following");
    keep("logs-patterns", &journey.screen());
    journey.press("Enter");
    journey.shows("lines like:").shows("following");
    journey.press("Esc");
    journey.shows("/min").shows_no("lines like:");
    journey.press("Esc");
    journey.shows("following").shows_no("/min");
}

#[test]
fn a_filter_that_cannot_be_read_says_so_at_its_place_and_tab_completes_one_that_is_begun() {
    let mut journey = Journey::incident();
    journey.press("5").press("/");
    journey.type_in("x level>=lo");
    journey.shows("v `level>=lo`: one of the levels");
    keep("logs-filter-wrong", &journey.screen());
    journey.press("Esc").press("/");
    journey.type_in("lev");
    journey.shows("level>=").press("Tab").press("Tab");
    journey.type_in("err");
    journey.press("Tab").press("Enter");
    assert_eq!(journey.model.screens.logs.filter, "level>=error");
}
