//! ServerSets: what members and vectors tell together, and what is written for each wish.

use crate::domain::id::Layout;
use crate::domain::instance::RegistryAdmin::{Drained, Enabled};
use crate::domain::intent::Op;
use crate::domain::plan::WriteKind;
use crate::registry::zookeeper::layout::group_tests::{Stage, stage};

const SET: &str = "/aurora/www-data/prod/web";

fn at(n: u8) -> String {
    format!("10.0.4.{n}:31623")
}

fn shop() -> Stage {
    stage("serverset")
}

#[test]
fn members_are_weighed_by_the_product_of_their_vectors() {
    let mut stage = shop();
    let told = |stage: &Stage, n| {
        let found = stage.instance(&at(n));
        (found.service.layout, &*found.service.name == "aurora/www-data/prod/web", found.admin, stage.acts(&at(n)))
    };
    assert_eq!(told(&stage, 11), (Layout::SERVERSET, true, Enabled, Some(1.0)));
    assert_eq!(told(&stage, 12), (Layout::SERVERSET, true, Drained, Some(0.0)));
    assert_eq!(told(&stage, 13), (Layout::SERVERSET, true, Enabled, Some(0.5)));
    stage.put(
        &format!("{SET}/vector_0000000009"),
        r#"{"vector":[{"select":"shard=2","weight":4},{"select":"member=member_0000000000","weight":3}]}"#,
    );
    assert_eq!((stage.acts(&at(13)), stage.acts(&at(11))), (Some(2.0), Some(3.0)));
    stage.put(&format!("{SET}/vector_0000000009"), "no json");
    assert_eq!(stage.acts(&at(13)), Some(0.5), "what cannot be read selects nobody");
    stage.remove(&format!("{SET}/vector_0000000003"));
    assert_eq!(told(&stage, 12).2, Enabled);
}

#[test]
fn a_member_that_cannot_be_read_is_shown_and_spoils_no_other() {
    let mut stage = shop();
    stage.put_mortal(&format!("{SET}/member_0000000004"), [0x82_u8, 0x21, 0x01]);
    assert_eq!(stage.all().len(), 4);
    let bad = stage.by_path(&format!("{SET}/member_0000000004"));
    assert!(bad.capabilities.drain.as_ref().unwrap_err().contains("thrift") && bad.address.is_none());
}

#[test]
fn a_drain_is_a_vector_of_its_own_and_its_undo_leaves_nothing() {
    for op in [Op::Drain, Op::Weight(7)] {
        let mut stage = shop();
        let before = stage.bytes();
        let draft = stage.plan(&at(11), op).unwrap();
        let [made] = draft.writes.iter().filter(|w| !w.path.starts_with("/keepwatch")).collect::<Vec<_>>()[..] else {
            panic!("{:?}", draft.writes)
        };
        assert_eq!((made.kind, &*made.path), (WriteKind::Create, "/aurora/www-data/prod/web/vector_0000000004"));
        stage.apply(&draft);
        assert_eq!(stage.instance(&at(11)).admin, if op == Op::Drain { Drained } else { Enabled });
        assert_eq!(stage.acts(&at(11)), Some(if op == Op::Drain { 0.0 } else { 7.0 }));
        assert_eq!(stage.acts(&at(13)), Some(0.5));
        assert!(stage.plan(&at(11), op).unwrap().no_effect.is_some(), "it holds already");
        stage.undo(&draft);
        assert_eq!(stage.bytes(), before);
        stage.apply(&draft);
        if op == Op::Drain {
            let back = stage.plan(&at(11), Op::Undrain).unwrap();
            stage.apply(&back);
            assert_eq!(stage.bytes(), before);
        }
    }
}

#[test]
fn what_others_multiply_is_not_drained_in_vain() {
    let mut stage = shop();
    // 0.5 by another one and -2 by ours are the -1 that is a drain.
    let before = stage.bytes();
    let draft = stage.plan(&at(13), Op::Drain).unwrap();
    assert!(draft.warnings.iter().any(|warning| warning.contains("weighs it by 0.5")), "{:?}", draft.warnings);
    stage.apply(&draft);
    assert_eq!(stage.instance(&at(13)).admin, Drained);
    let back = stage.plan(&at(13), Op::Undrain).unwrap();
    stage.apply(&back);
    assert_eq!(stage.bytes(), before);
    stage.put(
        &format!("{SET}/vector_0000000009"),
        format!(r#"{{"vector":[{{"select":"inet={}","weight":0}},{{"select":"shard=7","weight":1}}]}}"#, at(13))
            .as_str(),
    );
    let why = stage.plan(&at(13), Op::Drain).unwrap_err();
    assert!(why.contains("is weighed 0 by vector_0000000003") && why.contains("-1"), "{why}");
    let why = stage.plan(&at(12), Op::Undrain).unwrap_err();
    assert!(why.contains("drained by vector_0000000003, which is not ours and also weighs inet=10.0.4.13"), "{why}");
    let why = stage.plan(&at(12), Op::Deregister).unwrap_err();
    assert!(why.contains("joins again"), "{why}");
}

#[test]
fn a_weight_that_another_vector_multiplies_is_kept_with_what_comes_of_both() {
    let mut stage = shop();
    let draft = stage.plan(&at(13), Op::Weight(4)).unwrap();
    assert_eq!(draft.intent.as_ref().unwrap().ties.acts, Some(2.0));
    stage.apply(&draft);
    assert_eq!(stage.acts(&at(13)), Some(2.0), "so that it is not taken for lost");
}

#[test]
fn a_weight_that_somebody_wrote_for_one_member_outlives_its_drain() {
    let mut stage = shop();
    let theirs = format!(r#"{{"vector":[{{"select":"inet={}","weight":0.4}}]}}"#, at(11));
    stage.put(&format!("{SET}/vector_0000000099"), theirs.as_str());
    let before = stage.bytes();
    let draft = stage.plan(&at(11), Op::Drain).unwrap();
    assert!(draft.writes.iter().all(|write| write.kind == WriteKind::Create), "{:?}", draft.writes);
    stage.apply(&draft);
    assert_eq!(stage.instance(&at(11)).admin, Drained);
    let why = stage.plan(&at(11), Op::Weight(3)).unwrap_err();
    assert!(why.contains("undrain it first"), "{why}");
    let back = stage.plan(&at(11), Op::Undrain).unwrap();
    assert_eq!(back.becomes.unwrap().acts, Some(0.4), "what it will be is told as it is");
    stage.apply(&back);
    assert_eq!(stage.bytes(), before);
    assert!(stage.plan(&at(11), Op::Undrain).unwrap().no_effect.is_some(), "a weight is no drain");
    // A weight takes its place, which is said beforehand.
    let weighed = stage.plan(&at(11), Op::Weight(3)).unwrap();
    assert!(weighed.warnings.iter().any(|w| w.contains("takes the place of vector_0000000099 (0.4)")), "{weighed:?}");
    stage.apply(&weighed);
    assert_eq!(stage.acts(&at(11)), Some(3.0));
    stage.undo(&weighed);
    assert_eq!(stage.bytes(), before);
    // Of 0 nothing makes -1, whatever it is multiplied by.
    stage.put(&format!("{SET}/vector_0000000099"), theirs.replace(":0.4", ":0").as_str());
    let before = stage.bytes();
    let draft = stage.plan(&at(11), Op::Drain).unwrap();
    assert!(draft.warnings.iter().any(|w| w.contains("takes the place of vector_0000000099 (0)")), "{draft:?}");
    stage.apply(&draft);
    assert_eq!(stage.instance(&at(11)).admin, Drained);
    stage.undo(&draft);
    assert_eq!(stage.bytes(), before);
}

#[test]
fn what_a_vector_of_several_members_forbids_is_told_before_the_key_and_by_its_name() {
    let stage = shop();
    for (n, op, allowed) in [(11, Op::Drain, true), (12, Op::Undrain, false), (13, Op::Drain, true)] {
        let can = &stage.instance(&at(n)).capabilities.drain;
        assert_eq!((can.is_ok(), stage.plan(&at(n), op).is_ok()), (allowed, allowed), "{n}");
        if let Err(why) = can {
            assert!(why.contains("vector_0000000003, which is not ours and also weighs"), "{why}");
        }
    }
}
