//! Leases and ties in plans: what is kept of a wish, how it is prolonged, asserted again and ended, each by compare-and-set.

use super::super::ended::end;
use super::super::plan_tests::{after, around, target, wish};
use super::super::reading::Surroundings;
use super::{again, back, give_up};
use crate::domain::id::Layout;
use crate::domain::intent::{Cause, Intent, MOST_HELD, Op, Why};
use crate::domain::plan::{Draft, Target, WriteKind};
use crate::domain::time::Moment;
use crate::registry::zookeeper::plan::draft;
use crate::registry::{NoDraft, Wish};

const SPRING: &str = r#"{"name":"s","id":"i","address":"10.0.0.1","port":80,"payload":{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance","id":"x","name":"s","metadata":{"weight":"5","instance_status":"UP"}},"serviceType":"DYNAMIC"}"#;

fn at(ms: i64, why: Why) -> Wish {
    Wish { at: Moment(ms), why, ..wish() }
}

fn lease(ms: i64) -> Why {
    Why { lease_ms: Some(ms), ..Why::default() }
}

fn kept(around: &Surroundings) -> Intent {
    around.kept.as_ref().and_then(|kept| kept.intent.clone()).expect("an intent is kept")
}

fn refused(result: Result<Draft, NoDraft>) -> String {
    match result {
        Err(NoDraft::Refused(refusal)) => refusal.why.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

/// Drained, with the intent kept.
fn drained(layout: Layout, data: &str, why: Why) -> (Target, Surroundings) {
    let (target, here) = (target(layout, &["/s/a"]), around(&[("/s/a", data)]));
    let drain = draft(&target, Op::Drain, &at(1_000, why), &here).unwrap();
    (target, after(here, &drain.writes))
}

#[test]
fn a_lease_is_kept_with_its_end_and_its_end_puts_the_very_bytes_back() {
    for (layout, data) in [(Layout::SEED, "70"), (Layout::SPRING, SPRING)] {
        let (target, here) = drained(layout, data, lease(5_000));
        let intent = kept(&here);
        assert_eq!(intent.until, Some(Moment(6_000)));
        assert!(!intent.over(Moment(5_999)) && intent.over(Moment(6_000)));
        let over = end(&target, &intent, &at(6_000, Why::default()), &here).unwrap();
        assert!(over.writes.iter().all(|write| write.version.is_some()), "each by its version: {over:?}");
        let here = after(here, &over.writes);
        assert_eq!((&*here.nodes[0].data, here.kept.is_none()), (data.as_bytes(), true));
    }
}

#[test]
fn a_lease_that_is_another_by_now_is_not_ended() {
    let (target, here) = drained(Layout::SEED, "70", lease(5_000));
    let found = kept(&here);
    let longer = draft(&target, Op::Drain, &at(5_500, lease(60_000)), &here).unwrap();
    assert_eq!(longer.writes.len(), 1, "it is drained already: only its end is another");
    let here = after(here, &longer.writes);
    assert_eq!(
        (kept(&here).until, kept(&here).old_weight),
        (Some(Moment(65_500)), Some(70)),
        "what was before is still known"
    );
    let late = end(&target, &found, &at(6_000, Why::default()), &here);
    assert!(matches!(late, Err(NoDraft::Conflict(_))), "{late:?}");
    let gone = Surroundings { kept: None, ..here };
    assert!(
        matches!(end(&target, &found, &at(6_000, Why::default()), &gone), Err(NoDraft::Conflict(_))),
        "ended by another"
    );
}

#[test]
fn what_the_provider_wrote_meanwhile_stays_when_the_lease_ends() {
    let (target, mut here) = drained(Layout::SEED, "70", lease(5_000));
    here.nodes[0].data = b"80".as_slice().into();
    let over = end(&target, &kept(&here), &at(6_000, Why::default()), &here).unwrap();
    let [forget] = over.writes.as_slice() else { panic!("{over:?}") };
    assert_eq!(forget.kind, WriteKind::Delete);
    here.nodes.clear();
    let over = end(&target, &kept(&here), &at(6_000, Why::default()), &here).unwrap();
    assert_eq!(over.writes.len(), 1, "nor is one that left waited for");
}

#[test]
fn a_weight_for_a_while_gives_the_old_one_back_unless_somebody_set_another() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", " 70\n")]));
    let weight = draft(&target, Op::Weight(5), &at(1_000, lease(5_000)), &here).unwrap();
    let here = after(here, &weight.writes);
    let intent = kept(&here);
    let over = end(&target, &intent, &at(6_000, Why::default()), &here).unwrap();
    assert_eq!(over.op, Op::Weight(70));
    let back = after(here, &over.writes);
    assert_eq!((&*back.nodes[0].data, back.kept.is_none()), (b" 70\n".as_slice(), true));
    let mut other = around(&[("/s/a", "33")]);
    other.kept = after(around(&[("/s/a", " 70\n")]), &weight.writes).kept;
    let over = end(&target, &intent, &at(6_000, Why::default()), &other).unwrap();
    assert_eq!(after(other, &over.writes).nodes[0].data.as_ref(), b"33");
}

#[test]
fn a_lease_by_somebody_else_ends_no_hold_and_says_whose_it_is() {
    let hold = Why { hold: true, operator: Some("/keepwatch/operators/1".into()), ..Why::default() };
    let (target, here) = drained(Layout::SEED, "70", hold);
    let ben = Wish { by: "ben".into(), ..at(2_000, lease(5_000)) };
    let longer = draft(&target, Op::Drain, &ben, &here).unwrap();
    let told = longer.warnings.join(" ");
    assert!(told.contains("As ana asked for, it is held further, and it ends with the session"), "{told}");
    let intent = kept(&after(here, &longer.writes));
    assert_eq!((intent.until, intent.held(), intent.ties.operator.is_some()), (Some(Moment(7_000)), true, true));
}

#[test]
fn a_lease_that_could_not_put_the_weight_back_is_refused_beforehand() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "0")]));
    let why = refused(draft(&target, Op::Weight(50), &at(1_000, lease(5_000)), &here));
    assert!(why.contains("Nothing could put back the weight 0"), "{why}");
    assert!(draft(&target, Op::Weight(50), &at(1_000, Why::default()), &here).is_ok(), "without one it can be set");
}

#[test]
fn what_is_wanted_of_another_service_of_the_same_name_is_left_alone() {
    let (target, mut here) = drained(Layout::SEED, "70", Why::default());
    let mine = after(around(&[("/s/a", "10")]), &[]);
    let mut kept = here.kept.take().unwrap();
    kept.elsewhere = true;
    let here = Surroundings { kept: Some(kept), ..mine };
    let why = refused(draft(&target, Op::Drain, &at(2_000, Why::default()), &here));
    assert!(why.contains("taken by /s/a, of another service of the same name. ana drained it"), "{why}");
    let gone = draft(&target, Op::Deregister, &at(2_000, Why::default()), &here).unwrap();
    assert!(gone.writes.iter().all(|write| !write.path.starts_with("/keepwatch/")), "{:?}", gone.writes);
}

#[test]
fn what_could_not_be_ended_gets_no_lease() {
    let seed = target(Layout::SEED, &["/s/a"]);
    let told = refused(draft(&seed, Op::Drain, &at(1, lease(5_000)), &around(&[("/s/a", "0")])));
    assert!(told.contains("no lease could end it"), "{told}");
    let unkept = Surroundings { may_keep: false, ..around(&[("/s/a", "70")]) };
    assert!(draft(&seed, Op::Drain, &wish(), &unkept).is_ok(), "without a lease it is only warned");
    assert!(refused(draft(&seed, Op::Drain, &at(1, lease(5_000)), &unkept)).contains("No intent can be kept"));
    let told = refused(draft(&seed, Op::Weight(5), &at(1, lease(5_000)), &around(&[("/s/a", "many")])));
    assert!(told.contains("what was before is not kept"), "{told}");
}

#[test]
fn a_held_drain_is_asserted_again_as_the_same_intent_and_not_for_ever() {
    let hold = Why { hold: true, reason: Some("hot".into()), ..lease(3_600_000) };
    let (target, mut here) = drained(Layout::SEED, "70", hold);
    let first = kept(&here);
    for n in 1..=MOST_HELD {
        here.nodes[0].data = b"80".as_slice().into();
        let was = kept(&here);
        let draft = again(&target, &was, &at(n as i64 * 10_000, Why::default()), &here).unwrap();
        here = after(here, &draft.writes);
        let now = kept(&here);
        assert_eq!((&now.by, now.at, &now.reason, now.until), (&first.by, first.at, &first.reason, first.until));
        assert_eq!((now.held_again(Moment(100_000)), now.old_weight), (n, Some(80)));
        assert_eq!(&*here.nodes[0].data, b"0");
    }
    here.nodes[0].data = b"80".as_slice().into();
    assert!(refused(again(&target, &kept(&here), &at(90_000, Why::default()), &here)).contains("5 times in 10 min"));
    let later = again(&target, &kept(&here), &at(700_000, Why::default()), &here).unwrap();
    assert_eq!(
        kept(&after(here.clone(), &later.writes)).ties.hold.map(|times| times.len()),
        Some(MOST_HELD),
        "bounded"
    );
    let held = after(here, &later.writes);
    let twice = again(&target, &kept(&held), &at(710_000, Why::default()), &held);
    assert!(matches!(twice, Err(NoDraft::Conflict(_))), "another was first: {twice:?}");
}

#[test]
fn what_is_given_up_stays_so_until_a_person_asserts_it() {
    let (target, mut here) = drained(Layout::SEED, "70", Why { hold: true, ..Why::default() });
    for n in 1..=MOST_HELD {
        here.nodes[0].data = b"80".as_slice().into();
        let draft = again(&target, &kept(&here), &at(n as i64 * 10_000, Why::default()), &here).unwrap();
        here = after(here, &draft.writes);
    }
    here.nodes[0].data = b"80".as_slice().into();
    let up = give_up(&target, &kept(&here), &at(60_000, Why::default()), &here).unwrap();
    assert_eq!(up.writes.len(), 1, "nothing but what is kept: {up:?}");
    let here = after(here, &up.writes);
    assert_eq!((kept(&here).ties.given_up, kept(&here).held()), (Some(Moment(60_000)), false));
    // Long after its bound, too.
    assert!(refused(again(&target, &kept(&here), &at(9_000_000, Why::default()), &here)).contains("5 times"));
    let person = draft(&target, Op::Drain, &at(9_000_000, Why::default()), &here).unwrap();
    let anew = person.intent.unwrap();
    assert_eq!((anew.held(), anew.held_again(Moment(9_000_000))), (true, 0), "it counts anew");
    let fresh = drained(Layout::SEED, "70", Why { hold: true, ..Why::default() }).1;
    let early = give_up(&target, &kept(&fresh), &at(60_000, Why::default()), &fresh);
    assert!(matches!(early, Err(NoDraft::Conflict(_))), "{early:?}");
}

#[test]
fn a_deregister_takes_the_intent_of_a_drain_along_and_its_return_ends_it() {
    let (target, here) = drained(Layout::SEED, "70", Why::default());
    let gone = draft(&target, Op::Deregister, &at(5_000, Why::default()), &here).unwrap();
    let kinds: Vec<WriteKind> = gone.writes.iter().map(|write| write.kind).collect();
    assert_eq!(kinds, [WriteKind::Delete, WriteKind::Set]);
    let mut there = here.clone();
    there.nodes.clear();
    let there = Surroundings { kept: after(here.clone(), &gone.writes[1..]).kept, ..there };
    let intent = kept(&there);
    assert_eq!((intent.op, &*intent.by), (Op::Deregister, "ana"));
    assert!(matches!(back(&target, &intent, &there), Err(NoDraft::Conflict(_))), "it is still away");
    let returned = Surroundings { kept: there.kept.clone(), ..here };
    let forget = back(&target, &intent, &returned).unwrap();
    assert_eq!(forget.writes.iter().map(|w| w.kind).collect::<Vec<_>>(), [WriteKind::Delete]);
}

#[test]
fn a_drain_that_is_asserted_again_by_a_person_keeps_its_lease() {
    let (target, mut here) = drained(Layout::SEED, "70", lease(60_000));
    here.nodes[0].data = b"80".as_slice().into();
    let mine = draft(&target, Op::Drain, &Wish { by: "ben".into(), ..at(20_000, Why::default()) }, &here).unwrap();
    let intent = mine.intent.unwrap();
    assert_eq!((&*intent.by, intent.until, intent.at), ("ben", Some(Moment(61_000)), Moment(20_000)));
}

#[test]
fn the_intent_tells_by_whom_it_was_lost() {
    let (_, here) = drained(Layout::SEED, "70", Why::default());
    let intent = kept(&here);
    let stood = intent.ties.stood.unwrap();
    assert_eq!((stood.owner, stood.version), (Some(7), 4));
    let mut found = crate::domain::instance::Instance {
        service: target(Layout::SEED, &[]).service,
        address: None,
        path: "/s/a".into(),
        admin: crate::domain::instance::RegistryAdmin::Enabled,
        weight: Some(70),
        metadata: Default::default(),
        depends_on: Vec::new(),
        registered_at: stood.made,
        written_at: stood.made,
        owner_session: Some(7),
        version: 5,
        czxid: 1,
        mzxid: 2,
        raw: b"70".as_slice().into(),
        capabilities: std::sync::Arc::new(crate::domain::instance::Capabilities {
            drain: Ok(()),
            weight: Ok(()),
            deregister: Ok(()),
        }),
        more: None,
    };
    assert_eq!(intent.cause(&found, None), Cause::Changed(4, 5));
    found.version = 0;
    assert_eq!(intent.cause(&found, None), Cause::Reconnected);
    found.owner_session = Some(8);
    assert_eq!(intent.cause(&found, None), Cause::Restarted(7, 8));
    let old = Intent { ties: Default::default(), ..intent };
    assert_eq!(old.cause(&found, None), Cause::Unknown, "an intent of an older Keepwatch");
}

#[test]
fn an_intent_of_before_there_were_leases_is_still_read() {
    let old = r#"{"service":"s","address":"10.0.0.1:80","path":"/s/a","op":"drain","by":"ana","at":5,"reason":null,"old_weight":7,"before":"7","until":null}"#;
    let intent = super::intents::read(old.as_bytes()).unwrap();
    assert_eq!((intent.ties.clone(), intent.until), (Default::default(), None));
    assert_eq!(String::from_utf8(intent.bytes()).unwrap(), old, "and what has no ties is written as before");
}

#[test]
fn a_reason_is_given_by_who_acts_now_and_never_taken_over_from_somebody_else() {
    let (target, mut here) = drained(Layout::SEED, "70", Why { reason: Some("disk".into()), ..Why::default() });
    let as_ben = |why| Wish { by: "ben".into(), ..at(20_000, why) };
    let longer = draft(&target, Op::Drain, &as_ben(lease(60_000)), &here).unwrap();
    assert_eq!(longer.intent.unwrap().reason, None, "nor where it only gets another end");
    here.nodes[0].data = b"80".as_slice().into();
    let theirs = draft(&target, Op::Drain, &as_ben(Why::default()), &here).unwrap();
    assert_eq!(theirs.intent.unwrap().reason, None);
    let told = theirs.warnings.iter().any(|w| w.contains("ana gave this reason for the same: disk."));
    assert!(told, "but it is told: {:?}", theirs.warnings);
    let own = draft(&target, Op::Drain, &at(20_000, Why::default()), &here).unwrap();
    assert_eq!(own.intent.unwrap().reason.as_deref(), Some("disk"), "who said it before need not say it again");
}
