//! Kept intents on a dashboard: leases that end by themselves, drains that are held, tied to a session, or lost; who else is
//! there.

use keepwatch::{
    app::{Effect, Msg, Setup},
    domain::{
        duty::{Due, Duty},
        fact::{LinkState, RegistryFact},
        guard::{Act, Guard, Pattern},
        id::Layout,
        intent::{Intent, Op, Operator, Stood, Ties},
        plan::{Assent, Outcome},
        time::Moment,
    },
};

use crate::common::{
    journey::{Journey, draft, receipt},
    shop,
};

const ADDRESS: &str = "127.0.0.4:5001";

fn tell(journey: &mut Journey, intent: &Intent) {
    journey.registry(RegistryFact::Intent(intent.znode().into(), Box::new(intent.clone())));
}

fn weight(journey: &mut Journey, weight: i64) {
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, ADDRESS, weight))]);
}

/// A dashboard that keeps, and a drain that ana wants.
fn drained(read_only: bool, ties: impl FnOnce(Moment) -> (Option<Moment>, Ties)) -> (Journey, Intent) {
    let mut journey = if read_only { Journey::read_only() } else { Journey::shop() };
    journey.model.keep.on = true;
    let now = journey.model.now;
    let (until, ties) = ties(now);
    let intent = Intent { until, ties, ..shop::intent(ADDRESS, now) };
    weight(&mut journey, 0);
    tell(&mut journey, &intent);
    journey.wait(1_000);
    (journey, intent)
}

/// What is due, of all that was asked for.
fn due(journey: &mut Journey) -> Vec<Duty> {
    let asked = journey.asked().into_iter();
    asked.filter_map(|effect| if let Effect::Keep(duty) = effect { Some(*duty) } else { None }).collect()
}

#[test]
fn a_lease_is_ended_once_and_confirmed_by_its_intent() {
    let (mut journey, intent) = drained(false, |now| (Some(now.plus(30_000)), Ties::default()));
    journey.wait(20_000);
    assert!(due(&mut journey).is_empty(), "a lease of the future is left alone");
    journey.wait(12_000);
    let duties = due(&mut journey);
    let [duty] = duties.as_slice() else { panic!("not once: {duties:?}") };
    assert_eq!((duty.what, &duty.intent, duty.target.paths.len()), (Due::LeaseOver, &intent, 1));
    let back = draft(&duty.target, Op::Undrain, 0);
    journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Ok(back))));
    let asked = journey.asked();
    let [Effect::KeepApply(_, plan)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(plan.assent(), &Assent::Intent(duty.path.clone()));
    weight(&mut journey, 10);
    journey.registry(RegistryFact::IntentGone(duty.path.clone()));
    journey.send(Msg::Kept(duty.path.clone(), receipt(Outcome::Done)));
    journey.wait(5_000);
    assert!(due(&mut journey).is_empty());
    journey.press("6").shows("the lease of ana's drain ended by itself");
}

#[test]
fn who_is_not_first_says_nothing_and_what_fails_is_said_once_and_tried_again() {
    let (mut journey, _) = drained(false, |now| (Some(now.plus(2_000)), Ties::default()));
    journey.wait(3_000);
    let duty = due(&mut journey).remove(0);
    journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Err(None))));
    journey.press("6").shows_no("could not be ended");
    for _ in 0..3 {
        journey.wait(4_000);
        assert_eq!(due(&mut journey).len(), 1, "it is still due");
        let why = crate::common::journey::refusal("No permission to write it.");
        journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Err(Some(why)))));
    }
    let told = journey.model.world.story.events().filter(|event| event.text.contains("No permission")).count();
    assert_eq!(told, 1);
}

#[test]
fn neither_a_read_only_dashboard_nor_one_with_an_old_picture_ends_anything() {
    let (mut journey, _) = drained(true, |now| (Some(now.plus(2_000)), Ties::default()));
    journey.wait(10_000);
    assert!(due(&mut journey).is_empty());
    let (mut journey, _) = drained(false, |now| (Some(now.plus(2_000)), Ties::default()));
    let at = journey.model.now;
    journey.tell([shop::link(LinkState::Lost, at, at)]);
    journey.wait(10_000);
    assert!(due(&mut journey).is_empty());
    let at = journey.model.now;
    journey.tell([shop::link(LinkState::Connected, at, at)]);
    journey.wait(1_000);
    assert_eq!(due(&mut journey).len(), 1, "as soon as it is reached again");
}

#[test]
fn what_was_planned_before_the_link_broke_is_not_written_after_it() {
    let (mut journey, _) = drained(false, |now| (Some(now.plus(2_000)), Ties::default()));
    journey.wait(3_000);
    let duty = due(&mut journey).remove(0);
    let at = journey.model.now;
    journey.tell([shop::link(LinkState::Reconnecting, at, at)]);
    let back = draft(&duty.target, Op::Undrain, 0);
    journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Ok(back))));
    assert!(journey.asked().is_empty(), "the picture is old");
    let at = journey.model.now;
    journey.tell([shop::link(LinkState::Connected, at, at)]);
    journey.wait(4_000);
    assert_eq!(due(&mut journey).len(), 1, "it is planned anew");
}

#[test]
fn a_held_drain_is_asserted_again_until_it_was_lost_too_often() {
    let hold = |times: Vec<Moment>| Ties { hold: Some(times), ..Ties::default() };
    let (mut journey, intent) = drained(false, |_| (None, hold(Vec::new())));
    weight(&mut journey, 10);
    journey.wait(1_000);
    let duty = due(&mut journey).remove(0);
    assert_eq!(duty.what, Due::Again);
    let again = draft(&duty.target, Op::Drain, 10);
    journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Ok(again))));
    assert!(matches!(journey.asked().as_slice(), [Effect::KeepApply(..)]));
    weight(&mut journey, 0);
    let now = journey.model.now;
    tell(&mut journey, &Intent { ties: hold(vec![now]), ..intent.clone() });
    journey.send(Msg::Kept(duty.path.clone(), receipt(Outcome::Done)));
    journey.press("6").shows("again for ana, 1 of 5 times in 10 min");
    tell(&mut journey, &Intent { ties: hold(vec![now; 5]), ..intent.clone() });
    weight(&mut journey, 10);
    journey.wait(5_000);
    let duty = due(&mut journey).remove(0);
    assert_eq!(duty.what, Due::GiveUp, "that is kept, for every Keepwatch");
    let up = journey.model.now;
    tell(&mut journey, &Intent { ties: Ties { given_up: Some(up), ..hold(vec![now; 5]) }, ..intent });
    journey.send(Msg::Kept(duty.path.clone(), receipt(Outcome::Done)));
    journey.shows("keepwatch gives up holding it");
    journey.wait(20 * 60_000);
    assert!(due(&mut journey).is_empty(), "nor once its bound is over");
}

#[test]
fn the_last_healthy_instance_is_never_drained_again_by_itself() {
    let hold = Ties { hold: Some(Vec::new()), ..Ties::default() };
    let (mut journey, _) = drained(false, |_| (None, hold));
    let at = journey.model.now;
    for address in ["127.0.0.5:5001", "127.0.0.7:5001"] {
        journey.tell([shop::health("users-service", address, keepwatch::domain::health::Asked::Refused, at)]);
    }
    weight(&mut journey, 10);
    journey.wait(1_000);
    let duty = due(&mut journey).remove(0);
    let again = draft(&duty.target, Op::Drain, 10);
    journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Ok(again))));
    assert!(!journey.asked().iter().any(|effect| matches!(effect, Effect::KeepApply(..))));
    journey.press("6").shows("was not asserted again").shows("last healthy instance");
}

#[test]
fn a_held_drain_is_asserted_again_within_the_guard_rails_alone() {
    for (most, drained_again) in [(2, true), (1, false)] {
        let hold = Ties { hold: Some(Vec::new()), ..Ties::default() };
        let (mut journey, _) = drained(false, |_| (None, hold));
        let guard = Guard {
            service: Some(Pattern::new("users-*")),
            cluster: None,
            actions: Act::USUAL.to_vec(),
            deny: None,
            typed: true,
            at_most: Some(most),
            reason: true,
            only: vec!["ana".into()],
        };
        journey.model.setup = Setup { guards: vec![guard], ..journey.model.setup.clone() };
        weight(&mut journey, 10);
        journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.5:5001", 0))]);
        journey.wait(1_000);
        let duty = due(&mut journey).remove(0);
        let again = draft(&duty.target, Op::Drain, 10);
        journey.send(Msg::KeepDrafted(duty.path.clone(), Box::new(Ok(again))));
        let written = journey.asked().iter().any(|effect| matches!(effect, Effect::KeepApply(..)));
        assert_eq!(written, drained_again, "{most} at once");
        if !drained_again {
            journey.press("6").shows("was not asserted again");
            let mut told = journey.model.world.story.events();
            assert!(told.any(|event| event.text.contains("out of the balance at once")));
        }
    }
}

#[test]
fn a_drain_that_is_tied_to_a_session_ends_a_moment_after_it() {
    let operator: std::sync::Arc<str> = "/keepwatch/operators/desk-7-1".into();
    let ties = Ties { operator: Some(operator.clone()), ..Ties::default() };
    let mut journey = Journey::shop();
    journey.model.keep.on = true;
    let now = journey.model.now;
    let ben = Operator { by: "ben".into(), host: "desk".into(), at: now, service: Some("users-service".into()) };
    journey.registry(RegistryFact::Operator(operator.clone(), ben));
    weight(&mut journey, 0);
    tell(&mut journey, &Intent { ties, by: "ben".into(), ..shop::intent(ADDRESS, now) });
    journey.go_to("users/127.0.0.4:5001").wait(5_000);
    journey.shows("ben on desk").shows("looks at this service").shows("its operator's session lives");
    assert!(due(&mut journey).is_empty());
    journey.registry(RegistryFact::OperatorGone(operator));
    journey.wait(1_000);
    assert!(due(&mut journey).is_empty(), "a session that expired may be followed by another");
    journey.wait(2_000);
    assert_eq!(due(&mut journey).iter().map(|duty| duty.what).collect::<Vec<_>>(), [Due::OperatorGone]);
    journey.shows("its session is gone").shows_no("looks at this service");
}

#[test]
fn a_lost_drain_says_why_and_offers_three_keys() {
    let made = Moment(5);
    let stood = Stood { owner: Some(0x1), made, version: 1 };
    let (mut journey, _) =
        drained(false, |now| (Some(now.plus(600_000)), Ties { stood: Some(stood), ..Ties::default() }));
    weight(&mut journey, 10);
    journey.wait(1_000);
    journey.go_to("users/127.0.0.4:5001");
    journey.shows("DRAIN LOST").shows("because").shows("again each time, until");
    journey.shows("let it be").shows("Nothing is written until you");
    assert!(due(&mut journey).is_empty(), "nothing re-asserts by itself");
    journey.press("A");
    let asked = journey.asked();
    let [Effect::Plan(_, _, Op::Drain, why), ..] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(why.hold);
    journey.press("Esc d");
    let asked = journey.asked();
    let [Effect::Plan(_, _, Op::Drain, why), ..] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(!why.hold);
    journey.press("Esc u");
    assert_eq!(journey.asked_plan().2, Op::Undrain);
}

#[test]
fn others_are_told_which_service_is_acted_on_and_a_read_only_dashboard_tells_nobody() {
    let mut journey = Journey::shop();
    journey.model.keep.on = true;
    journey.go_to("users/127.0.0.4:5001");
    assert!(journey.asked().is_empty(), "who only looks writes nothing");
    journey.press("d");
    assert!(journey.asked().contains(&Effect::Present(Some("users-service".into()))));
    journey.press("Esc").press("Esc Esc Esc");
    assert!(journey.asked().contains(&Effect::Present(None)));
    let mut journey = Journey::read_only();
    journey.model.keep.on = true;
    journey.go_to("users/127.0.0.4:5001");
    assert!(journey.asked().is_empty());
}

#[test]
fn a_plan_names_who_else_is_here_at_every_size() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 15)] {
        let mut journey = Journey::shop();
        let at = journey.model.now;
        let ben = Operator { by: "ben".into(), host: "desk".into(), at, service: Some("users-service".into()) };
        journey.registry(RegistryFact::Operator("/keepwatch/operators/b".into(), ben));
        journey.size(width, height).planned("users/127.0.0.4:5001", "d");
        assert!(journey.look().contains("ben is here, too"), "{width}x{height}:\n{}", journey.look());
    }
}
