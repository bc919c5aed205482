//! Guard rails over plans of a small cluster.

use super::guard::{Rails, lay};
use super::verdict::scene::Scene;
use crate::domain::{
    guard::Guard,
    id::{Layout, ServiceId},
    intent::Op,
    plan::{Assent, Confirmed, Danger, Draft, Durability, Plan, Target},
};

fn plan(scene: &Scene, op: Op, address: &str) -> Plan {
    let service = ServiceId { name: "a-service".into(), layout: Layout::SEED, parent: "/a-service".into() };
    let path = format!("/a-service/{address}").into();
    let target = Target { service, address: address.parse().ok(), paths: vec![path] };
    let draft = Draft::new(op, target, Vec::new(), Durability::UntilNewSession, "");
    super::impact::plan(&scene.world, draft)
}

fn guard() -> Guard {
    Guard::on("a-*")
}

fn scene() -> Scene {
    let mut scene = Scene::new();
    for n in 1..=4 {
        scene.registered("a-service", &format!("127.0.0.1:{n}"), 5);
    }
    scene.complete();
    scene
}

fn laid(scene: &Scene, guard: Guard, op: Op) -> Plan {
    let mut plan = plan(scene, op, "127.0.0.1:1");
    lay(&scene.world, Rails { guards: &[guard], cluster: Some("shop"), by: "ana", beside: &[] }, &mut plan);
    plan
}

fn refused(plan: &Plan) -> String {
    plan.refused.as_ref().map(|r| r.why.to_string()).unwrap_or_default()
}

#[test]
fn what_is_denied_is_refused_with_the_files_words_and_the_way_back_stays_free() {
    let deny = || Guard { deny: Some("ask the payments team".into()), ..guard() };
    let plan = laid(&scene(), deny(), Op::Drain);
    assert_eq!(refused(&plan), "Not possible: the guard on a-* denies a drain here: ask the payments team.");
    assert!(Confirmed::new(plan, Assent::YesLast).is_err(), "no flag goes past a guard");
    assert_eq!(refused(&laid(&scene(), deny(), Op::Undrain)), "");
}

#[test]
fn a_second_person_is_named_and_may_do_it() {
    let only = |name: &str| Guard { only: vec![name.into()], ..guard() };
    assert!(refused(&laid(&scene(), only("ben"), Op::Drain)).ends_with("Hand the command to ben."));
    assert_eq!(refused(&laid(&scene(), only("ana"), Op::Drain)), "");
}

#[test]
fn so_many_at_once_counts_those_that_are_out_and_names_them() {
    let most = |n| Guard { at_most: Some(n), ..guard() };
    let mut scene = scene();
    assert_eq!(refused(&laid(&scene, most(1), Op::Drain)), "");
    scene.registered("a-service", "127.0.0.1:2", 0);
    scene.drained_by_ana("a-service", "127.0.0.1:2");
    let why = refused(&laid(&scene, most(1), Op::Drain));
    assert!(
        why.contains("lets 1 instance of a-service be out of the balance at once, and 127.0.0.1:2 (ana) is"),
        "{why}"
    );
    assert_eq!(refused(&laid(&scene, most(2), Op::Drain)), "");
    assert_eq!(refused(&laid(&scene, most(1), Op::Weight(7))), "", "a weight takes nobody out");
    assert!(!refused(&laid(&scene, most(1), Op::Weight(0))).is_empty());
}

#[test]
fn a_typed_name_and_a_reason_are_asked_for() {
    let plan = laid(&scene(), Guard { typed: true, reason: true, ..guard() }, Op::Drain);
    assert_eq!(plan.danger, Danger::TypedName);
    assert!(plan.warnings.iter().any(|w| &**w == "The guard on a-* asks for a reason."), "{:?}", plan.warnings);
    let typed = Assent::TypedName("127.0.0.1:1".into());
    let why = Confirmed::new(plan.clone(), typed.clone()).unwrap_err().why;
    assert!(why.contains("asks for a reason") && why.contains("--reason"), "{why}");
    assert!(Confirmed::new(plan.clone(), Assent::YesLast).is_err(), "no flag stands for a reason");
    let told = Plan { reason: Some("disk swap".into()), ..plan };
    assert!(Confirmed::new(told.clone(), typed).is_ok() && Confirmed::new(told, Assent::Key).is_err());
}
