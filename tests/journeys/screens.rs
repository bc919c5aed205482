//! What fresh eyes found on the screens: nothing overlaps, nothing that is wrong is out of sight, no value is cut in half,
//! and what is offered works.

use keepwatch::{
    app::{Effect, Msg, overlay::begin::Instead},
    domain::fact::LinkState,
};

use crate::{
    common::{journey::Journey, shop},
    keep,
};

const SIZES: [(u16, u16); 5] = [(160, 48), (100, 30), (80, 24), (60, 15), (40, 10)];

fn row(journey: &Journey, n: usize) -> String {
    journey.screen().lines().nth(n).unwrap_or_default().to_owned()
}

#[test]
fn the_diagnostics_keep_a_place_for_the_log_at_every_size_and_offer_their_own_keys() {
    let mut journey = Journey::shop();
    journey.press("8");
    for (width, height) in SIZES {
        journey.size(width, height).shows("8 Diagnostics").shows("Log of Keepwatch").shows("Registry");
        keep(&format!("diagnostics-{width}x{height}"), &journey.screen());
    }
    journey.size(100, 30).shows("+ - record more, less").shows("f it alone").shows_no("/ filter");
}

#[test]
fn the_first_run_offers_what_works_and_claims_no_number() {
    let mut journey = Journey::empty(false);
    journey.tell([shop::link(LinkState::Never, shop::BEGIN, shop::BEGIN)]);
    for (width, height) in SIZES {
        journey.size(width, height).shows("keepwatch demo").shows("d demo").shows_no("0 of 0").shows_no("0/0");
    }
    keep("first-run-40x10", &journey.screen());
    journey.size(160, 48).shows("instances – of –").shows("c connect").shows("f file").shows_no("/ filter");
    journey.press("c a : x Enter").shows("host:port of a ZooKeeper").shows("Esc back");
    assert_eq!(journey.model.instead, None, "what is no address is said, and nothing begins with it");
    journey.press("Esc f x . y a m l").shows("path of a configuration file x.yaml").press("Enter");
    assert_eq!(journey.asked(), [Effect::TryFile("x.yaml".into())]);
    let why = "Cannot read the configuration x.yaml: there is no such file.";
    journey.send(Msg::Tried("x.yaml".into(), Err(why.into()))).shows(why).shows("path of a configuration file x.yaml");
    assert_eq!((journey.asked(), &journey.model.instead), (Vec::new(), &None), "it can be typed anew");
    journey.send(Msg::Tried("x.yaml".into(), Ok(())));
    assert_eq!(journey.asked(), [Effect::Quit]);
    assert_eq!(journey.model.instead, Some(Instead::File("x.yaml".into())));
    let mut journey = Journey::empty(false);
    journey.tell([shop::link(LinkState::Never, shop::BEGIN, shop::BEGIN)]).size(100, 30).press("d");
    assert_eq!((journey.asked(), journey.model.instead.clone()), (vec![Effect::Quit], Some(Instead::Demo)));
}

#[test]
fn on_small_terminals_what_is_wrong_is_in_sight_and_whole() {
    let mut journey = Journey::incident();
    for (width, height) in [(100, 30), (80, 24), (60, 15), (40, 10)] {
        journey.size(width, height);
        let first = format!("{}{}", row(&journey, 1), row(&journey, 2));
        assert!(first.contains("payments") && !first.contains('…'), "{width}x{height}: {first}");
        keep(&format!("incident-{width}x{height}"), &journey.screen());
    }
    journey.shows("13/14").shows("◇1").shows("payments");
    journey.press("1").shows("payments");
    journey.size(30, 8);
    assert!(!journey.screen().contains("o…"), "whole words: {}", journey.screen());
}

#[test]
fn what_is_held_does_not_count_on() {
    let mut journey = Journey::incident();
    journey.press("Space");
    let before = (row(&journey, 1), journey.model.now);
    journey.wait(30_000);
    assert_eq!(row(&journey, 1), before.0, "the verdict's age is that of the held picture");
    let now = journey.model.now;
    journey.tell([shop::link(LinkState::Connected, now, now)]);
    journey.shows("30 s old");
}

#[test]
fn read_only_shows_the_keys_that_are_refused_with_the_reason() {
    let mut journey = Journey::read_only();
    journey.go_to("payments/127.0.0.9:5005").shows("d drain").shows("deregister (read-only)");
    journey.press(":").type_in("drain").shows("read-only");
    journey.press("Esc").size(40, 10).shows("READ ONLY").shows("LIVE");
}

#[test]
fn a_failure_has_no_tick_and_what_went_well_leaves_the_keys_soon() {
    let mut journey = Journey::shop();
    journey.send(Msg::Extra(Err("Which fault? There are: a b.".into())));
    journey.shows("✗ Which fault?").shows("? help").wait(60_000).shows("✗ Which fault?");
    journey.send(Msg::Extra(Ok("The fault a begins.".into()))).shows("✓ The fault a begins.");
    journey.wait(11_000).shows("/ filter").shows_no("The fault a begins.");
}

#[test]
fn a_failed_request_carries_a_mark_and_the_legend_has_it() {
    let mut journey = Journey::incident();
    journey.press("4").shows("✗5");
    let failed = journey.screen().lines().position(|line| line.contains("✗5")).expect("a failed one");
    for _ in 4..failed {
        journey.press("j");
    }
    journey.press("Enter").shows("✗ failed").shows_no("▇ failed");
}

#[test]
fn the_circuits_say_what_they_count_and_a_share_due_is_the_same_everywhere() {
    let mut journey = Journey::incident();
    journey.press("3").shows("6 circuits; of").shows("callers' breakers");
    journey.go_to("articles/127.0.0.6:5003").press("Enter").shows_no("33.3 %");
}
