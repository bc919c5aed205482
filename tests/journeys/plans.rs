//! What a person goes through around a plan: small terminals, an instance that is drained already, the keys after it has
//! ended, one line for one act, the command to copy, what cannot be undone.

use keepwatch::{
    app::{Effect, Msg, action::Stage},
    domain::{
        id::Layout,
        intent::{Intent, Op},
        plan::{Outcome, Step, Write, WriteKind},
    },
};

use crate::{
    common::{
        journey::{Journey, draft, receipt},
        shop,
    },
    keep,
};

const USERS: &str = "users/127.0.0.4:5001";

fn drained(journey: &mut Journey, address: &str) {
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, address, 0))]);
}

/// All but one of the service are silent.
fn last_of_users(journey: &mut Journey) {
    let at = journey.model.now;
    let silent = keepwatch::domain::health::Asked::Refused;
    for address in ["127.0.0.5:5001", "127.0.0.7:5001"] {
        journey.tell([shop::health("users-service", address, silent.clone(), at)]);
    }
}

#[test]
fn on_every_size_the_warning_the_change_and_the_key_are_in_sight_wherever_it_is_scrolled() {
    for (width, height) in [(100, 30), (80, 24), (60, 15), (40, 10)] {
        let mut journey = Journey::shop();
        last_of_users(&mut journey);
        journey.planned(USERS, "d");
        journey.size(width, height).type_in("127.0.0.4:5001");
        keep(&format!("plan-last-{width}x{height}"), &journey.screen());
        for scroll in ["", "PageDown", "PageDown PageDown PageDown PageDown PageDown PageDown PageDown PageDown"] {
            journey.press(scroll).look();
            journey.shows("10 ▸ 0").shows("last healthy instance").shows("Enter drain it");
        }
        journey.press("PageUp").look();
        journey.shows("▾");
    }
}

#[test]
fn the_first_key_back_moves_what_was_scrolled_to_its_end() {
    let mut journey = Journey::shop();
    journey.size(80, 24).press("?");
    for _ in 0..150 {
        journey.press("j");
    }
    let end = journey.look();
    journey.press("k");
    assert_ne!(end, journey.screen(), "k is not dead");
}

#[test]
fn what_is_drained_already_is_not_planned_again_in_any_layout() {
    let mut journey = Journey::shop();
    drained(&mut journey, "127.0.0.4:5001");
    journey.go_to(USERS).press("d");
    let (number, target, op) = journey.asked_plan();
    let mut none = draft(&target, op, 0);
    none.writes.clear();
    none.no_effect = Some("It is drained already.".into());
    journey.send(Msg::Drafted(number, Box::new(Ok(none))));
    journey.shows("Nothing to do for users-service/127.0.0.4:5001: it is drained already.");
    assert!(journey.model.overlays.is_empty() && journey.model.action.is_none());
}

#[test]
fn a_weight_for_a_drained_instance_says_beforehand_what_its_plan_would() {
    let mut journey = Journey::shop();
    let intent = shop::intent("127.0.0.4:5001", journey.model.now);
    drained(&mut journey, "127.0.0.4:5001");
    journey.registry(keepwatch::domain::fact::RegistryFact::Intent(intent.znode().into(), Box::new(intent)));
    journey.go_to(USERS).press("w").shows("is drained by ana").shows("undrain it first");
    assert!(journey.model.overlays.is_empty(), "no field is offered for what would be refused");
    journey.go_to("users/127.0.0.5:5001").press("w 0").shows("0 is a drain here");
    journey.press("Esc").go_to("payments/127.0.0.9:5005").press("w 0").shows("Spring takes it for 1");
}

#[test]
fn the_keys_that_the_footer_offers_work_when_a_plan_has_ended() {
    for (key, op) in [("u", Op::Undrain), ("d", Op::Drain), ("X", Op::Deregister)] {
        let mut journey = Journey::shop();
        let number = journey.planned(USERS, "d");
        journey.press("Enter").asked();
        journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into())));
        journey.press(key);
        assert_eq!(journey.asked_plan().2, op, "{key}");
    }
    let mut journey = Journey::shop();
    let number = journey.planned(USERS, "d");
    journey.press("Enter").send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into())));
    journey.press("w").shows("Weight of users 127.0.0.4:5001");
}

#[test]
fn an_intent_counts_from_the_write_not_from_when_the_plan_was_read() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    journey.wait(90_000).press("Enter");
    let effects = journey.asked();
    let [Effect::Apply(_, plan)] = effects.as_slice() else { panic!("{effects:?}") };
    let kept: Intent = serde_json::from_slice(plan.get().draft.writes[1].after.as_deref().unwrap()).unwrap();
    assert_eq!((kept.at, plan.get().draft.intent.as_ref().map(|i| i.at)), (journey.model.now, Some(kept.at)));
}

#[test]
fn one_drain_is_one_line_by_its_operator_in_logs_and_story_alike() {
    for own in [true, false] {
        let mut journey = Journey::shop();
        let mut intent = shop::intent("127.0.0.4:5001", journey.model.now);
        if own {
            let number = journey.planned(USERS, "d");
            journey.press("Enter").asked();
            drained(&mut journey, "127.0.0.4:5001");
            journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into()))).press("Esc Esc Esc");
        } else {
            // The same, done by another Keepwatch: the intent tells who.
            drained(&mut journey, "127.0.0.4:5001");
            intent.at = journey.model.now;
            journey.registry(keepwatch::domain::fact::RegistryFact::Intent(intent.znode().into(), Box::new(intent)));
        }
        journey.wait(1_000);
        for screen in ["6", "5"] {
            journey.press(screen);
            let text = journey.screen();
            let lines: Vec<&str> = text
                .lines()
                .skip(2)
                .filter(|line| line.contains("127.0.0.4:5001") && !line.contains("keepwatch"))
                .collect();
            let [line] = lines.as_slice() else {
                panic!("own {own}, screen {screen}: not one line: {lines:#?}\n{text}")
            };
            assert!(line.contains("operator") && line.contains("ana drained users 127.0.0.4:5001"), "{line}");
        }
    }
}

#[test]
fn the_plan_is_copied_as_the_command_that_asks_for_the_same() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    journey.press("Tab").type_in("disk swap, it's slow").press("C-y");
    let command =
        "keepwatch drain users-service/127.0.0.4:5001 --reason 'disk swap, it'\\''s slow' --registry 127.0.0.1:2181";
    assert_eq!(journey.asked(), [Effect::Copy(command.into())]);
    assert!(matches!(journey.model.action.as_ref().map(|a| &a.stage), Some(Stage::Planned { .. })), "still a plan");
}

#[test]
fn the_plan_says_rates_callers_and_what_becomes_of_breakers() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    for words in ["calls", "Who is affected", "Breakers", "gateway ▸ users", "closed on 2 of 2", "may open: "] {
        journey.shows(words);
    }
    journey.press("Esc");
    last_of_users(&mut journey);
    journey.planned(USERS, "d");
    journey.shows("likely to open: nobody would be left to answer");
}

#[test]
fn a_drain_in_springs_layout_does_not_promise_what_the_weighted_balancer_does_not_keep() {
    let mut journey = Journey::shop();
    journey.go_to("payments/127.0.0.9:5005").press("d");
    let (number, target, op) = journey.asked_plan();
    let mut seed = target.clone();
    seed.service.layout = Layout::SEED;
    let mut spring = draft(&seed, op, 10);
    spring.target = target;
    journey.send(Msg::Drafted(number, Box::new(Ok(spring))));
    journey.shows("for callers that obey the status");
    journey.shows("callers with the weighted balancer do not look at the status");
}

#[test]
fn what_cannot_be_undone_names_the_next_step_that_can() {
    let mut journey = Journey::shop();
    journey.press("U");
    let effects = journey.asked();
    let [Effect::FindUndo(number, None)] = effects.as_slice() else { panic!("{effects:?}") };
    let path = "/users-service/127.0.0.4:5001";
    let step = |id: &str, op: &str, address: &str, path: &str| Step {
        id: id.into(),
        op: op.into(),
        service: "users-service".into(),
        address: address.parse().ok(),
        path: path.into(),
        writes: vec![Write {
            kind: WriteKind::Set,
            path: path.into(),
            before: Some(b"10".as_slice().into()),
            after: Some(b"0".as_slice().into()),
            version: Some(0),
        }],
        certain: true,
    };
    let gone = step("9", "deregister", "127.0.0.99:5001", "/users-service/127.0.0.99:5001");
    let steps = vec![gone.clone(), step("7", "drain", "127.0.0.4:5001", path)];
    journey.send(Msg::Steps(*number, Ok(steps)));
    journey.shows("was deregistered").shows("`undo 7` takes back the drain");
    // One further back that is gone does not stand in the way of the last.
    journey.press("U").asked();
    let number = journey.model.action_number;
    journey.send(Msg::Steps(number, Ok(vec![step("10", "drain", "127.0.0.4:5001", path), gone])));
    let effects = journey.asked();
    assert!(matches!(effects.as_slice(), [Effect::PlanUndo(_, steps)] if steps.len() == 1), "{effects:?}");
}
