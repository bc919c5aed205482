//! Mappings of the file: read, planned and written as they say, one field of the bytes at a time.

use proptest::prelude::*;

use crate::domain::id::Layout;
use crate::domain::instance::RegistryAdmin::{Drained, Enabled, Unknown};
use crate::domain::intent::Op;
use crate::domain::plan::Durability;
use crate::registry::zookeeper::layout::group_tests::{Stage, with_file};

const FILE: &str = "registry:\n  mapped:\n    - name: shop\n      path: /apps/{service}/nodes/{id}\n      host: /net/host\n      port: /net/port\n      weight: /lb/weight\n      \
                    status: /lb/state\n      enabled: UP\n      drained: [DOWN, OUT]\n      metadata: [/tags]\n      write: [drain, weight, deregister]\n";
const AT: &str = "10.0.0.1:80";
const PATH: &str = "/apps/users/nodes/a";

fn shop(lb: &str) -> Stage {
    let mut stage = with_file(FILE);
    stage.put_mortal(
        PATH,
        format!(r#"{{ "net": {{"host":"10.0.0.1","port":80}}, {lb}"tags":{{"az":"a"}}, "n":1.50 }}"#),
    );
    stage
}

#[test]
fn a_drain_and_a_weight_change_one_field_and_come_back() {
    for (lb, op, after) in [
        (r#""lb": {"state":"UP","weight":5}, "#, Op::Drain, r#""lb": {"state":"DOWN","weight":5}, "#),
        (r#""lb": {"state":"UP","weight":5}, "#, Op::Weight(7), r#""lb": {"state":"UP","weight":7}, "#),
        (r#""lb": {"weight":"5"}, "#, Op::Weight(7), r#""lb": {"weight":"7"}, "#),
        (r#""lb": {"weight":"5"}, "#, Op::Drain, r#""lb": {"weight":"5","state":"DOWN"}, "#),
    ] {
        let mut stage = shop(lb);
        let found = stage.instance(AT);
        assert_eq!((found.service.layout, &*found.service.name, found.admin), (Layout::MAPPED, "users", Enabled));
        assert_eq!((found.weight, &*found.metadata["az"]), (Some(5), "a"));
        let before = stage.bytes();
        let draft = stage.plan(AT, op).unwrap();
        assert_eq!(draft.durability, Durability::UntilNewSession);
        assert!(draft.warnings.iter().any(|words| words.contains("mapping shop")));
        stage.apply(&draft);
        let text = String::from_utf8(before[PATH].clone()).unwrap();
        assert_eq!(String::from_utf8(stage.bytes()[PATH].clone()).unwrap(), text.replace(lb, after));
        if op == Op::Drain {
            assert_eq!(stage.instance(AT).admin, Drained);
            let back = stage.plan(AT, Op::Undrain).unwrap();
            stage.apply(&back);
            assert_eq!(stage.bytes(), before, "by what was kept");
            stage.apply(&draft);
        }
        stage.undo(&draft);
        assert_eq!(stage.bytes(), before);
    }
}

#[test]
fn what_others_changed_meanwhile_stays_and_the_same_field_is_a_conflict() {
    let mut stage = shop(r#""lb":{"state":"UP","weight":5},"#);
    let draft = stage.plan(AT, Op::Drain).unwrap();
    stage.apply(&draft);
    let now = String::from_utf8(stage.bytes()[PATH].clone()).unwrap();
    stage.put_mortal(PATH, now.replace("1.50", "2"));
    stage.undo(&draft);
    assert_eq!(stage.bytes()[PATH], now.replace("1.50", "2").replace("DOWN", "UP").as_bytes());
    stage.put_mortal(PATH, now.replace("DOWN", "OUT"));
    assert!(stage.plan_undo(&draft).is_err());
    assert_eq!(stage.instance(AT).admin, Drained, "any of its words");
    let back = stage.plan(AT, Op::Undrain).unwrap();
    stage.apply(&back);
    assert_eq!(stage.instance(AT).admin, Enabled);
}

#[test]
fn a_word_that_the_mapping_does_not_know_is_unknown() {
    assert_eq!(shop(r#""lb":{"state":"BOOTING"},"#).instance(AT).admin, Unknown);
    assert_eq!(shop(r#""lb":{"state":null},"#).instance(AT).admin, Enabled);
    assert_eq!(shop(r#""lb":{"state":" down "},"#).instance(AT).admin, Drained);
    assert_eq!(shop(r#""lb":7,"#).instance(AT).admin, Enabled);
    assert!(shop(r#""lb":7,"#).plan(AT, Op::Drain).unwrap_err().contains("no object"));
}

#[test]
fn a_number_or_a_text_can_be_the_mark() {
    let file = "registry: {mapped: [{path: '/w/{service}/{at}', address: '{at}', weight: text, status: text, drained: 0, write: [drain, weight]}]}";
    let mut stage = with_file(file);
    stage.put_mortal("/w/users/10.0.0.1:80", " 5\n");
    stage.put_mortal("/w/users/10.0.0.2:80", "0");
    let draft = stage.plan(AT, Op::Drain).unwrap();
    stage.apply(&draft);
    assert_eq!(
        (stage.bytes()["/w/users/10.0.0.1:80"].as_slice(), stage.instance(AT).admin),
        (b" 0\n".as_slice(), Drained)
    );
    assert!(stage.plan(AT, Op::Weight(7)).unwrap_err().contains("unseen"));
    let back = stage.plan(AT, Op::Undrain).unwrap();
    stage.apply(&back);
    assert_eq!(stage.bytes()["/w/users/10.0.0.1:80"], b" 5\n");
    assert!(stage.plan(AT, Op::Weight(0)).unwrap_err().contains("use drain"));
    assert!(stage.plan("10.0.0.2:80", Op::Undrain).unwrap_err().contains("`enabled`"), "nothing was kept");
    assert!(stage.plan(AT, Op::Deregister).unwrap_err().contains("`write`"));
}

#[test]
fn the_file_wins_over_what_is_built_in_and_a_fixed_layout_over_both() {
    let data = r#"{"Weight":10,"Tags":{},"at":"10.0.0.9:1"}"#;
    let mapped = "mapped: [{path: '/{service}/{id}', address: /at, read_only: ask the shop}]";
    let mut stage = with_file(&format!("registry: {{{mapped}}}"));
    stage.put_mortal("/users/10.0.0.1:80", data);
    assert!(stage.plan("10.0.0.9:1", Op::Weight(3)).unwrap_err().contains("ask the shop"));
    let mut stage = with_file(&format!("registry: {{{mapped}}}\nservices: {{users: {{layout: seed}}}}"));
    stage.put_mortal("/users/10.0.0.1:80", data);
    assert_eq!(stage.instance(AT).service.layout, Layout::SEED);
    let mut stage = with_file("registry: {layout: mapped}");
    stage.put_mortal("/users/10.0.0.1:80", data);
    stage.put_mortal("/users/member_0000000001", "{}");
    stage.put_mortal("/other/10.0.0.2:80", "5");
    assert_eq!(stage.instance(AT).service.layout, Layout::MAPPED);
    assert_eq!(stage.instance("10.0.0.2:80").service.layout, Layout::SEED, "what no mapping describes is read as ever");
}

#[test]
fn folders_are_nobody_and_what_cannot_be_read_is_shown() {
    let mut stage = shop("");
    stage.put("/apps/users/nodes/folder", "");
    stage.put_mortal("/apps/users/nodes/b", "no json");
    stage.put_mortal("/apps/users/nodes/c", [0xff, 0x00]);
    assert_eq!(stage.all().len(), 3);
    let bad = stage.by_path("/apps/users/nodes/b");
    assert_eq!((bad.admin, bad.service.layout), (Unknown, Layout::MAPPED));
    assert!(
        bad.capabilities.drain.as_ref().unwrap_err().contains("mapping shop") && bad.capabilities.deregister.is_ok()
    );
}

#[test]
fn an_address_that_is_there_twice_is_written_twice() {
    let mut stage = shop(r#""lb":{"state":"UP"},"#);
    let data = stage.bytes()[PATH].clone();
    stage.put_mortal("/apps/users/nodes/b", data);
    let before = stage.bytes();
    let draft = stage.plan_for(AT, &[PATH, "/apps/users/nodes/b"], Op::Drain).unwrap();
    stage.apply(&draft);
    assert!(stage.all().iter().all(|instance| instance.admin == Drained));
    stage.undo(&draft);
    assert_eq!(stage.bytes(), before);
}

/// Where a mapping may write, and bytes that have, or lack, something there.
fn bytes() -> impl Strategy<Value = (&'static str, &'static str, String)> {
    let json = ("(\"s\": ?\"(UP|x)\", ?)?", "(\"w\":(\"?[1-9][0-9]?\"?),)?", "[ \n]{0,2}")
        .prop_map(|(state, weight, blank)| ("/s", "/w", format!("{{{blank}{state}{weight}{blank}\"n\":1.50{blank}}}")))
        .prop_filter("JSON", |(_, _, text)| serde_json::from_str::<serde_json::Value>(text).is_ok());
    let text = ("[ \n]?", "(UP|é|)", "[1-9][0-9]?", "[ \n]?").prop_map(|(before, state, weight, behind)| {
        ("text:1", "text:2", format!("{before}a{state}:{weight}:z{behind}"))
    });
    prop_oneof![json, text]
}

proptest! {
    #[test]
    fn whatever_was_planned_is_taken_back_byte_for_byte(
        (status, weight, data) in bytes(),
        ops in proptest::collection::vec(prop_oneof![Just(Op::Drain), Just(Op::Undrain), (1..900i64).prop_map(Op::Weight)], 1..6),
    ) {
        let mut stage = with_file(&format!(
            "registry: {{mapped: [{{path: '/w/{{service}}/{{at}}', address: '{{at}}', status: '{status}', weight: '{weight}', drained: OUT, enabled: IN, write: [drain, weight]}}]}}"
        ));
        stage.put_mortal("/w/users/10.0.0.1:80", &data);
        let mut steps = Vec::new();
        for op in ops {
            let Ok(draft) = stage.plan(AT, op) else { continue };
            if draft.no_effect.is_none() {
                steps.push((stage.bytes(), draft.clone()));
                stage.apply(&draft);
                prop_assert!(op != Op::Drain || stage.instance(AT).admin == Drained);
            }
        }
        for (before, step) in steps.into_iter().rev() {
            stage.undo(&step);
            prop_assert_eq!(stage.bytes(), before);
        }
    }
}
