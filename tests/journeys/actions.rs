//! Actions by keys: asked, read, confirmed, written, told; and everything that must never confirm.

use keepwatch::{
    app::{Effect, Msg, action::Stage},
    domain::{
        fact::LinkState,
        id::Layout,
        intent::Op,
        plan::{Assent, Confirmed, Outcome, Plan, Step, Write, WriteKind},
    },
};

use crate::{
    common::{
        journey::{Journey, draft, receipt, refusal},
        shop,
    },
    keep,
};

const USERS: &str = "users/127.0.0.4:5001";

/// The one write that was asked for.
fn applied(journey: &mut Journey) -> (u64, Confirmed<Plan>) {
    match journey.asked().as_slice() {
        [Effect::Apply(number, plan)] => (*number, (**plan).clone()),
        other => panic!("not one write: {other:?}"),
    }
}

#[test]
fn a_drain_by_keys_is_read_confirmed_written_and_told() {
    let mut journey = Journey::shop();
    let number = journey.planned(USERS, "d");
    for words in ["/users-service/127.0.0.4:5001", "127.0.0.4:5001", "Until the provider registers"] {
        journey.shows(words);
    }
    keep("plan-drain", &journey.screen());
    assert!(journey.asked().is_empty(), "nothing is written by looking");
    journey.press("Enter");
    let (asked, confirmed) = applied(&mut journey);
    assert_eq!((asked, confirmed.assent()), (number, &Assent::Key));
    assert_eq!(confirmed.get().draft.writes[0].after.as_deref(), Some(b"0".as_slice()));

    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 0))]);
    journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into()))).wait(1_000);
    keep("drain-done", &journey.screen());
    journey.press("Enter");
    assert!(journey.model.overlays.is_empty() && journey.model.action.is_none());
    journey.press("0").shows("drained");
    journey.press("6").shows("operator  ana drained users 127.0.0.4:5001: kernel update");
}

#[test]
fn a_reason_typed_into_the_plan_goes_into_the_kept_intent() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    journey.press("Tab").type_in("disk swap").press("Enter");
    let (_, confirmed) = applied(&mut journey);
    let intent = confirmed.get().draft.intent.clone().expect("a drain is kept");
    assert_eq!(intent.reason.as_deref(), Some("disk swap"));
    let kept = &confirmed.get().draft.writes[1];
    assert!(String::from_utf8_lossy(kept.after.as_deref().unwrap_or_default()).contains("disk swap"));
}

#[test]
fn a_weight_is_asked_for_in_a_field_and_then_planned() {
    let mut journey = Journey::shop();
    journey.go_to(USERS).press("w C-u").type_in("5x").press("Enter");
    assert!(journey.asked().is_empty(), "`5x` is no number");
    keep("weight", &journey.screen());
    journey.press("Backspace Enter");
    let (number, target, op) = journey.asked_plan();
    assert_eq!(op, Op::Weight(5));
    journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10)))));
    journey.look();
    journey.press("Enter");
    assert_eq!(applied(&mut journey).1.get().draft.writes[0].after.as_deref(), Some(b"5".as_slice()));
}

#[test]
fn a_deregistration_needs_the_name_typed_letter_by_letter() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "X");
    keep("plan-deregister", &journey.screen());
    journey.press("Enter");
    assert!(journey.asked().is_empty(), "a bare key is not enough");
    journey.type_in("127.0.0.4:500").press("Enter");
    assert!(journey.asked().is_empty(), "nor is a part of the name");
    journey.type_in("1").press("Enter");
    let (_, confirmed) = applied(&mut journey);
    assert_eq!(confirmed.assent(), &Assent::TypedName("127.0.0.4:5001".into()));
    assert_eq!(confirmed.get().draft.writes[0].kind, WriteKind::Delete);
}

#[test]
fn the_last_healthy_instance_needs_its_name_too() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    let silent = keepwatch::domain::health::Asked::Refused;
    for address in ["127.0.0.5:5001", "127.0.0.7:5001"] {
        journey.tell([shop::health("users-service", address, silent.clone(), at)]);
    }
    journey.planned(USERS, "d");
    journey.shows("last healthy instance");
    journey.press("Enter");
    assert!(journey.asked().is_empty());
    journey.type_in("127.0.0.4:5001").press("Enter");
    assert_eq!(applied(&mut journey).1.assent(), &Assent::TypedName("127.0.0.4:5001".into()));
}

#[test]
fn pasted_text_never_confirms() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "X");
    journey.paste("127.0.0.4:5001\n").press("Enter");
    assert!(journey.asked().is_empty(), "a pasted name is no typed name");
    journey.press("Esc").paste("d\ny\n");
    assert!(journey.asked().is_empty() && journey.model.action.is_none(), "pasted keys are no keys");
    journey.planned(USERS, "d");
    journey.paste("\n").paste("y");
    assert!(journey.asked().is_empty());
}

#[test]
fn keys_typed_ahead_never_confirm() {
    let mut journey = Journey::shop();
    journey.go_to(USERS).press("d Enter y Enter");
    let (number, target, op) = journey.asked_plan();
    journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10)))));
    journey.press("Enter y");
    assert!(journey.asked().is_empty(), "the plan was not drawn yet");
    assert!(matches!(journey.model.action.as_ref().map(|a| &a.stage), Some(Stage::Planned { .. })));
    journey.look();
    journey.press("Enter");
    applied(&mut journey);
}

#[test]
fn a_name_typed_before_the_plan_was_drawn_is_not_in_the_field() {
    let mut journey = Journey::shop();
    journey.go_to(USERS).press("X").type_in("127.0.0.4:5001");
    let (number, target, op) = journey.asked_plan();
    journey.send(Msg::Drafted(number, Box::new(Ok(draft(&target, op, 10))))).type_in("127.0.0.4:5001");
    journey.look();
    journey.press("Enter");
    assert!(journey.asked().is_empty());
}

#[test]
fn a_picture_that_grows_old_while_the_plan_is_read_confirms_nothing() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    let now = journey.model.now;
    journey.tell([shop::link(LinkState::Reconnecting, now, now)]).press("Enter");
    assert!(journey.asked().is_empty());
    journey.shows("the picture is old");
}

#[test]
fn read_only_answers_every_action_with_why() {
    let mut journey = Journey::read_only();
    journey.shows("READ ONLY").go_to(USERS);
    for key in ["d", "u", "w", "X", "U"] {
        journey.press(key);
        assert!(journey.asked().is_empty() && journey.model.overlays.is_empty(), "{key}");
        journey.shows("read-only");
    }
    journey.press(":").type_in("drain users-service/127.0.0.4:5001").press("Enter");
    assert!(journey.asked().is_empty());
}

#[test]
fn an_action_without_a_target_says_what_is_missing() {
    let mut journey = Journey::shop();
    journey.press("1 d");
    assert!(journey.asked().is_empty());
    journey.shows("On which instance?");
    journey.press(":").type_in("drain users-service/127.0.0.99:1").press("Enter").shows("is not registered in");
}

#[test]
fn esc_leaves_the_plan_and_writes_nothing() {
    let mut journey = Journey::shop();
    let number = journey.planned(USERS, "d");
    journey.press("Esc");
    assert!(journey.model.overlays.is_empty() && journey.model.action.is_none());
    let effects = journey.asked();
    assert!(effects.is_empty(), "{effects:?}");
    // An answer that comes after all changes nothing.
    journey.send(Msg::Applied(number, receipt(Outcome::Done), None));
    assert!(journey.model.action.is_none());
}

#[test]
fn a_refusal_of_the_registry_is_a_sentence_and_closes_the_plan() {
    let mut journey = Journey::shop();
    journey.go_to(USERS).press("d");
    let (number, ..) = journey.asked_plan();
    journey.send(Msg::Drafted(number, Box::new(Err(refusal("No permission to write there.")))));
    journey.shows("No permission to write there.");
    assert!(journey.model.overlays.is_empty() && journey.model.action.is_none());
}

#[test]
fn an_answer_that_is_lost_is_called_outcome_unknown_until_it_is_found_out() {
    let mut journey = Journey::shop();
    let number = journey.planned(USERS, "d");
    journey.press("Enter").send(Msg::OutcomeUnknown(number));
    journey.shows("outcome unknown");
    journey.press("Esc d");
    journey.shows("the last write is not answered yet");
    journey.asked();
    journey.send(Msg::Applied(number, receipt(Outcome::Conflict), None)).press("6");
    journey.shows("changed since it was read");
}

#[test]
fn a_conflict_names_what_changed_meanwhile_and_who_wrote_nothing() {
    let mut journey = Journey::shop();
    let number = journey.planned(USERS, "d");
    journey.press("Enter").wait(1_000);
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 4))]);
    journey.send(Msg::Applied(number, receipt(Outcome::Conflict), None));
    journey.shows("What changed: 14:02:02 users 127.0.0.4:5001 has weight 4 now, was 10");
    journey.shows("changed meanwhile").shows("nothing");
    // What is older than a plan is read is not what changed meanwhile.
    let mut journey = Journey::shop();
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 4))]);
    journey.wait(180_000);
    let now = journey.model.now;
    journey.tell(shop::all_well(now));
    let number = journey.planned(USERS, "d");
    journey.press("Enter").send(Msg::Applied(number, receipt(Outcome::Conflict), None));
    assert!(!journey.screen().contains("What changed"), "{}", journey.screen());
}

#[test]
fn undo_asks_the_journal_then_the_registry_and_is_confirmed_like_any_other() {
    let mut journey = Journey::shop();
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, "127.0.0.4:5001", 0))]);
    journey.press("U");
    let effects = journey.asked();
    let [Effect::FindUndo(number, None)] = effects.as_slice() else { panic!("{effects:?}") };
    let step = Step {
        id: "7".into(),
        op: "drain".into(),
        service: "users-service".into(),
        address: "127.0.0.4:5001".parse().ok(),
        path: "/users-service/127.0.0.4:5001".into(),
        writes: vec![Write {
            kind: WriteKind::Set,
            path: "/users-service/127.0.0.4:5001".into(),
            before: Some(b"10".as_slice().into()),
            after: Some(b"0".as_slice().into()),
            version: Some(0),
        }],
        certain: true,
    };
    journey.send(Msg::Steps(*number, Ok(vec![step])));
    let effects = journey.asked();
    let [Effect::PlanUndo(_, steps)] = effects.as_slice() else { panic!("{effects:?}") };
    journey.send(Msg::Drafted(*number, Box::new(Ok(draft(&steps[0].0, Op::Undo, 0)))));
    journey.look();
    journey.press("Enter");
    assert_eq!(applied(&mut journey).1.get().draft.writes[0].after.as_deref(), Some(b"10".as_slice()));
}
