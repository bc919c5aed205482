//! Sources that come and go: the first start without a registry, the registry lost and back, a drain that was lost,
//! breakers that open, lines that were dropped.

use keepwatch::{
    app::Effect,
    domain::{
        circuit::CircuitState,
        fact::{Fact, LinkState, RegistryFact, SourceFact, SourceState},
        id::Layout,
        intent::Op,
    },
};

use crate::{
    common::{journey::Journey, shop},
    keep,
};

#[test]
fn without_a_registry_the_first_screen_says_what_to_do() {
    let mut journey = Journey::empty(false);
    journey.tell([shop::link(LinkState::Never, shop::BEGIN, shop::BEGIN)]);
    for words in ["127.0.0.1:2181", "connection refused", "keepwatch demo", "--registry", "config/microservices.yaml"] {
        journey.shows(words);
    }
    journey.shows_no("LIVE").shows_no("All well");
    keep("first-run", &journey.screen());
    journey.tell(shop::registry(shop::BEGIN)).wait(1_000);
    journey.shows("LIVE").shows("2 Instances").shows_no("keepwatch demo");
    journey.press("q");
    assert_eq!(journey.asked(), [Effect::Quit]);
}

#[test]
fn a_lost_registry_keeps_the_last_picture_and_says_as_of_when() {
    let mut journey = Journey::shop();
    let lost = journey.model.now;
    journey.wait(2_000);
    let now = journey.model.now;
    journey.tell([shop::link(LinkState::Lost, now, lost)]).wait(1_000);
    journey.shows("AS OF 14:02:01").shows("127.0.0.4:5001").shows_no("All well");
    keep("registry-lost", &journey.screen());
    journey.go_to("users/127.0.0.4:5001").press("d");
    assert!(journey.asked().is_empty(), "nothing is planned on an old picture");
    journey.shows("the picture is old");

    let back = journey.model.now;
    journey.tell([shop::link(LinkState::Connected, back, back)]);
    journey.registry(RegistryFact::Gone("/users-service/127.0.0.5:5001".into()));
    journey.registry(RegistryFact::Complete(back)).wait(1_000);
    journey.press("0 Esc Esc").shows("LIVE").shows_no("AS OF");
    journey.press("6").shows("127.0.0.5:5001");
}

#[test]
fn a_drain_that_the_provider_undid_is_told_and_can_be_drained_again() {
    let mut journey = Journey::shop();
    let intent = shop::intent("127.0.0.4:5001", journey.model.now);
    let drained = shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 0);
    journey.registry(RegistryFact::Intent(intent.znode().into(), Box::new(intent)));
    journey.tell([shop::registered(drained)]).wait(1_000);
    journey.shows("drained").shows_no("DRAIN LOST");
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 10))]).wait(1_000);
    journey.shows("DRAIN LOST");
    keep("drain-lost", &journey.screen());
    journey.go_to("users/127.0.0.4:5001").press("d");
    let (_, target, op) = journey.asked_plan();
    assert_eq!((target.to_string().as_str(), op), ("users-service/127.0.0.4:5001", Op::Drain));
}

#[test]
fn an_open_breaker_is_a_verdict_and_a_lane() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    let open = ["127.0.0.4:5002", "127.0.0.5:5002"].map(|address| {
        let reading = shop::breaker("orders-service", address, "payments-service", CircuitState::Open, at);
        Fact::Breakers(shop::id("orders-service", address), vec![reading])
    });
    journey.tell(open).wait(1_000);
    journey.shows("open").shows("payments");
    journey.press("3").shows("127.0.0.4:5002");
    journey.press("6").shows("breaker open");
}

#[test]
fn an_instance_that_left_keeps_its_place_and_is_called_missing_or_gone() {
    let mut journey = Journey::shop();
    journey.registry(RegistryFact::Gone("/users-service/127.0.0.5:5001".into())).wait(1_000);
    journey.press("2").shows("127.0.0.5:5001");
    journey.press("6").shows("127.0.0.5:5001");
}

#[test]
fn what_was_dropped_is_said_where_it_is_missing() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    let state = SourceState::Dropped(212, "lines".into(), "".into());
    journey.tell([Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state })]).wait(1_000);
    journey.press("5").shows("212 lines lost here");
}

#[test]
fn a_port_that_is_taken_is_said_and_the_rest_goes_on() {
    let mut journey = Journey::empty(false);
    journey.tell(shop::registry(shop::BEGIN));
    let failed = SourceState::Failed("127.0.0.1:4317 is taken".into());
    journey.tell([Fact::Source(SourceFact { at: shop::BEGIN, name: "otlp 127.0.0.1:4317".into(), state: failed })]);
    journey.wait(1_000).shows("127.0.0.1:4317 is taken").shows("LIVE");
}
