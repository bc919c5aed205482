//! Several actions one after another, by marks and as a ramp: one plan, one key, each step planned anew, a gate between
//! them, and everything that ends it.

use keepwatch::{
    app::{Effect, Msg, batch::Stage},
    domain::{
        health::{Asked, HealthState},
        id::Layout,
        intent::Op,
        plan::{Assent, Confirmed, Outcome, Plan, Target, WriteKind},
        way::Via,
    },
};

use crate::{
    common::{
        journey::{Journey, draft, receipt},
        shop,
    },
    keep,
};

const USERS: [&str; 3] = ["127.0.0.4:5001", "127.0.0.5:5001", "127.0.0.7:5001"];

/// The plans that were asked for.
fn asked(journey: &mut Journey) -> Vec<(u64, Target, Op)> {
    let plan = |effect: &Effect| match effect {
        Effect::Plan(number, target, op, _) => (*number, target.clone(), *op),
        other => panic!("no question for a plan: {other:?}"),
    };
    journey.asked().iter().map(plan).collect()
}

/// So many users are marked, and drained: the plan of all is on the terminal.
fn planned(marks: usize) -> Journey {
    let mut journey = Journey::shop();
    for address in &USERS[..marks] {
        journey.go_to(&format!("users/{address}")).press("m");
    }
    journey.press("d");
    for (number, target, op) in asked(&mut journey) {
        journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10)))));
    }
    journey.look();
    journey
}

/// The one question is answered as the registry stands; the write that follows.
fn written(journey: &mut Journey, weight: i64) -> (u64, Confirmed<Plan>) {
    let (number, target, op) = asked(journey).pop().expect("a question for the next step's plan");
    journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, weight)))));
    match journey.asked().as_slice() {
        [Effect::Apply(number, plan)] => (*number, (**plan).clone()),
        other => panic!("not one write: {other:?}"),
    }
}

fn done(journey: &mut Journey, number: u64, address: &str, weight: i64) {
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, address, weight))]);
    journey.send(Msg::Applied(number, receipt(Outcome::Done), Some(number.to_string().into())));
}

/// A second later all say that they are well.
fn well(journey: &mut Journey) {
    journey.wait(1_000);
    let at = journey.model.now;
    journey.tell(shop::all_well(at)).wait(1_000);
}

#[test]
fn marked_instances_are_drained_one_after_another_each_planned_anew() {
    let mut journey = planned(2);
    journey.shows("drain 2 instances").shows("users 127.0.0.4:5001").shows("nothing is written yet");
    keep("plan-batch", &journey.screen());
    journey.press("Enter");
    let (number, first) = written(&mut journey, 10);
    assert_eq!(first.assent(), &Assent::Key);
    assert!(journey.model.marks.is_empty(), "what was marked is done with");
    done(&mut journey, number, USERS[0], 0);
    journey.wait(3_000);
    assert!(journey.asked().is_empty(), "the siblings were not heard since");
    keep("batch-waits", &journey.screen());
    well(&mut journey);
    let (number, second) = written(&mut journey, 10);
    assert_eq!(second.get().draft.target.to_string(), "users-service/127.0.0.5:5001");
    done(&mut journey, number, USERS[1], 0);
    assert!(matches!(journey.model.batch.as_ref().map(|b| &b.stage), Some(Stage::Ended(_, None))));
    journey.shows("2 of 2 written");
    keep("batch-done", &journey.screen());
    journey.press("Esc");
    assert!(journey.model.batch.is_none() && journey.model.overlays.is_empty());
}

#[test]
fn a_batch_of_held_drains_holds_each_of_them_also_when_it_is_planned_anew() {
    let mut journey = Journey::shop();
    for address in &USERS[..2] {
        journey.go_to(&format!("users/{address}")).press("m");
    }
    let held = |effects: Vec<Effect>| -> Vec<(u64, Target, bool)> {
        let asked = effects.into_iter().map(|effect| match effect {
            Effect::Plan(number, target, Op::Drain, why) => (number, target, why.hold),
            other => panic!("no question for a drain: {other:?}"),
        });
        asked.collect()
    };
    journey.press("A");
    let asked = held(journey.asked());
    assert!(asked.len() == 2 && asked.iter().all(|(.., hold)| *hold));
    for (number, target, _) in asked {
        journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, Op::Drain, 10)))));
    }
    journey.look();
    journey.shows("drain 2 instances").shows("Each is held").press("Enter");
    assert!(matches!(held(journey.asked()).as_slice(), [(.., true)]));
}

#[test]
fn escape_ends_it_between_steps_and_what_was_not_begun_is_not_written() {
    let mut journey = planned(2);
    journey.press("Enter");
    let (number, _) = written(&mut journey, 10);
    journey.press("Esc").shows("ends after this step");
    done(&mut journey, number, USERS[0], 0);
    well(&mut journey);
    assert!(journey.asked().is_empty());
    journey.shows("stopped by you").shows("not begun").shows("1 of 2 written");
    // That it ended early is found later, too, with who ended it.
    let told: Vec<_> =
        journey.model.world.story.events().filter(|event| event.after == Some("stopped".into())).collect();
    assert!(
        matches!(told.as_slice(), [event] if &*event.text == "ana began to drain 2 instances: 1 of 2 written, then it ended: stopped by you"),
        "{told:?}"
    );
}

#[test]
fn a_sibling_that_falls_ill_ends_it() {
    let mut journey = planned(2);
    journey.press("Enter");
    let (number, _) = written(&mut journey, 10);
    done(&mut journey, number, USERS[0], 0);
    journey.wait(1_000);
    let at = journey.model.now;
    journey.tell([shop::health("users-service", USERS[2], Asked::Answered(HealthState::Down), at)]).wait(2_000);
    assert!(journey.asked().is_empty());
    journey.shows("127.0.0.7:5001 is not well: down").shows("not begun");
}

#[test]
fn siblings_that_stay_silent_end_it_after_its_patience() {
    let mut journey = planned(2);
    journey.press("Enter");
    let (number, _) = written(&mut journey, 10);
    done(&mut journey, number, USERS[0], 0);
    journey.wait(61_000);
    assert!(journey.asked().is_empty());
    journey.shows("has not answered since the last step, in 60 s");
}

#[test]
fn the_last_healthy_instance_is_never_part_of_a_batch() {
    let mut journey = planned(3);
    journey.shows("no healthy instance of users would be left").look();
    keep("plan-batch-refused", &journey.screen());
    journey.press("Enter");
    assert!(journey.asked().is_empty());
    let mut journey = Journey::shop();
    for address in USERS {
        journey.go_to(&format!("users/{address}")).press("m");
    }
    journey.press("X").shows("asks for each name");
    assert!(journey.asked().is_empty());
}

#[test]
fn what_changed_since_the_plan_was_shown_ends_it_unwritten() {
    let mut journey = planned(2);
    journey.press("Enter");
    let (number, target, op) = asked(&mut journey).pop().expect("a question");
    journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 7)))));
    assert!(journey.asked().is_empty());
    journey.shows("it changed since the plan was shown");
}

#[test]
fn keys_typed_before_the_plan_was_drawn_confirm_nothing() {
    let mut journey = Journey::shop();
    for address in &USERS[..2] {
        journey.go_to(&format!("users/{address}")).press("m");
    }
    journey.press("d Enter");
    for (number, target, op) in asked(&mut journey) {
        journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10)))));
    }
    journey.press("Enter");
    assert!(journey.asked().is_empty());
    journey.look();
    journey.press("Enter");
    written(&mut journey, 10);
}

#[test]
fn while_it_runs_nothing_else_is_begun_and_it_can_be_put_aside() {
    let mut journey = planned(2);
    journey.press("Enter");
    let (number, _) = written(&mut journey, 10);
    done(&mut journey, number, USERS[0], 0);
    journey.press("Enter");
    assert!(journey.model.overlays.is_empty() && journey.model.batch.is_some());
    journey.go_to("users/127.0.0.7:5001").press("d").shows("a batch runs").press("U").shows("a batch runs");
    assert!(journey.asked().is_empty());
    journey.press("B").shows("drain 2 instances").press("Esc").shows("stopped by you");
}

#[test]
fn a_host_is_marked_across_its_services_and_a_zone_by_a_command() {
    let mut journey = Journey::shop();
    journey.go_to("users/127.0.0.4:5001").press("H");
    let on_host = journey.model.marks.iter().filter(|t| t.address.as_ref().is_some_and(|a| a.host() == "127.0.0.4"));
    assert_eq!(on_host.count(), journey.model.marks.len());
    assert!(journey.model.marks.len() > 1, "users and orders are there");
    journey.press(":").type_in("mark none").press("Enter");
    assert!(journey.model.marks.is_empty());
    journey.press(":").type_in("mark zoen=b").press("Enter").shows("Say `:mark host=H`");
}

#[test]
fn a_ramp_sets_weight_after_weight_in_even_time() {
    let mut journey = Journey::shop();
    journey.press(":").type_in("weight users-service/127.0.0.4:5001 1..3 over 30s").press("Enter");
    let [(number, target, op)] = &asked(&mut journey)[..] else { panic!("one question: the rest is planned in turn") };
    assert_eq!(*op, Op::Weight(1));
    journey.send(Msg::Drafted(*number, Box::new(Ok(draft(target, *op, 10)))));
    journey.look();
    keep("plan-ramp", &journey.screen());
    journey.press("Enter");
    for (weight, before) in [(1, 10), (2, 1), (3, 2)] {
        let (number, plan) = written(&mut journey, before);
        assert_eq!(plan.get().draft.op, Op::Weight(weight));
        done(&mut journey, number, USERS[0], weight);
        well(&mut journey);
        assert!(journey.asked().is_empty(), "15 s are not over");
        if weight < 3 {
            journey.wait(13_000);
        }
    }
    journey.shows("3 of 3 written");
    for (typed, says) in [
        ("1..3", "Over which time?"),
        ("5 over 5m", "One weight takes no time"),
        ("x", "a ramp of them as 1..10"),
        ("3..0 over 5m", "0 is a drain"),
    ] {
        journey.press("Esc Esc :").type_in(&format!("weight users-service/127.0.0.4:5001 {typed}")).press("Enter");
        journey.shows(says);
    }
}

#[test]
fn a_batch_says_by_which_way_it_goes_and_one_key_takes_the_other() {
    let mut journey = Journey::shop();
    for address in &USERS[..2] {
        journey.go_to(&format!("users/{address}")).press("m");
    }
    journey.press("d");
    for (n, (number, target, op)) in asked(&mut journey).into_iter().enumerate() {
        let mut draft = draft(&target, op, 10);
        if n == 0 {
            draft.writes[0].kind = WriteKind::Http;
            draft.writes[0].path = format!("http://{}/actuator/serviceregistry", USERS[0]).into();
        }
        journey.send(Msg::Drafted(number, Box::new(Ok(draft))));
    }
    journey.look();
    journey.shows("1 of 2 told by their actuator").shows("C-t by the registry alone");
    journey.press("Tab").type_in("slow").press("C-t");
    let questions = journey.asked();
    assert_eq!(questions.len(), 2);
    for question in &questions {
        let Effect::Plan(number, target, op, why) = question else { panic!("{question:?}") };
        assert_eq!(why.via, Via::Registry);
        journey.send(Msg::Drafted(*number, Box::new(Ok(draft(target, *op, 10)))));
    }
    journey.press("Enter");
    assert!(journey.asked().is_empty(), "it has to be on the terminal first");
    journey.look();
    journey.shows("All in the registry alone").shows("C-t by the actuators").shows("slow");
    journey.press("Enter");
    let first = journey.asked();
    let [Effect::Plan(_, _, Op::Drain, why)] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!(
        (why.via, why.reason.as_deref()),
        (Via::Registry, Some("slow")),
        "each step is planned by that way, too"
    );
}
