//! What a person can set in a plan before it is confirmed: its lease, and by which of two ways it is written; and what the plan says
//! of the drain that it ends.

use keepwatch::{
    app::{Effect, Msg},
    domain::{
        fact::{Fact, RegistryFact},
        intent::{Intent, Op},
        plan::{Draft, Durability, Target, Write, WriteKind},
        way::{Via, Way},
    },
};

use crate::{
    common::{
        journey::{Journey, draft},
        shop,
    },
    keep,
};

const USERS: &str = "users/127.0.0.5:5001";
const URL: &str = "http://127.0.0.5:5001/actuator/serviceregistry";

/// The same drain, by the provider's own page.
fn told(target: &Target) -> Draft {
    let mut draft = draft(target, Op::Drain, 10);
    let body = |status: &str| Some(format!("{{\"status\":\"{status}\"}}").into_bytes().into());
    draft.writes[0] = Write {
        kind: WriteKind::Http,
        path: URL.into(),
        before: body("UP"),
        after: body("OUT_OF_SERVICE"),
        version: None,
    };
    draft.durability = Durability::UntilRestart;
    let says =
        "By its actuator: the process is told, and writes it into its znode itself. A 200 means that it took it.";
    draft.way = Some(Way { says: says.into(), other: Some(Via::Registry) });
    draft
}

#[test]
fn the_lease_is_a_field_of_the_plan_and_is_kept_with_it() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    journey.shows("Lease").press("Tab").type_in("slow").press("Tab").type_in("30m");
    journey.shows("then, at").shows("puts weight 10 back; empty: no end");
    keep("plan-lease", &journey.screen());
    let now = journey.model.now;
    journey.press("Enter");
    let effects = journey.asked();
    let [Effect::Apply(_, plan)] = effects.as_slice() else { panic!("{effects:?}") };
    let intent = plan.get().draft.intent.as_ref().expect("it is kept");
    assert_eq!(intent.until, Some(now.plus(30 * 60_000)));
    assert_eq!(intent.reason.as_deref(), Some("slow"));
    let written = plan.get().draft.writes.iter().find(|w| &*w.path == intent.znode().as_str()).expect("written");
    let kept: Intent = serde_json::from_slice(written.after.as_deref().unwrap()).unwrap();
    assert_eq!(kept.until, intent.until, "the znode says the same");
}

#[test]
fn a_lease_that_is_no_time_confirms_nothing() {
    let mut journey = Journey::shop();
    journey.planned(USERS, "d");
    journey.press("Tab Tab").type_in("soon").shows("no time; write 30m").press("Enter").shows("is no time");
    assert!(journey.asked().is_empty());
    journey.press("C-u").type_in("2 h").press("Enter");
    assert_eq!(journey.asked().len(), 1);
}

#[test]
fn a_drain_by_the_providers_own_page_is_shown_as_the_post_that_it_is_and_one_key_takes_the_other_way() {
    let mut journey = Journey::shop();
    journey.go_to(USERS).press("d");
    let (number, target, op) = journey.asked_plan();
    journey.send(Msg::Drafted(number, Box::new(Ok(told(&target)))));
    journey.look();
    journey.shows("post to").shows(URL).shows("Until the provider's process restarts").shows("By its actuator");
    journey.shows("C-t in its znode alone");
    keep("plan-actuator", &journey.screen());
    journey.press("Tab").type_in("slow").press("C-t");
    let effects = journey.asked();
    let [Effect::Plan(other, same, Op::Drain, why)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((same, why.via, op), (&target, Via::Registry, Op::Drain));
    assert_ne!(*other, number, "the answer to the first question no longer counts");
    let mut by_znode = draft(&target, Op::Drain, 10);
    by_znode.way = Some(Way { says: "In its znode alone.".into(), other: Some(Via::Actuator) });
    journey.send(Msg::Drafted(*other, Box::new(Ok(by_znode))));
    journey.press("Enter");
    assert!(journey.asked().is_empty(), "it has to be on the terminal first");
    journey.look();
    journey.shows("In its znode alone.").shows("C-t by its actuator").shows("slow").press("Enter");
    assert_eq!(journey.asked().len(), 1);
}

#[test]
fn the_undrain_of_another_operators_drain_says_whose_it_is_since_when_and_why() {
    let mut journey = Journey::shop();
    let intent = Intent {
        by: "ben".into(),
        reason: Some("kernel update".into()),
        ..shop::intent("127.0.0.5:5001", shop::BEGIN)
    };
    let path = intent.znode().into();
    journey.tell([Fact::Registry(RegistryFact::Intent(path, Box::new(intent)))]);
    journey.planned(USERS, "u");
    journey.shows("ben drained it at").shows("kernel update");
}
