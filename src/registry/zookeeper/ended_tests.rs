//! The end of a lease in layouts of several znodes: the very bytes of before where nobody else wrote, and what others did
//! meanwhile where somebody did; by whichever Keepwatch, and wherever the instance is by then.

use crate::domain::instance::RegistryAdmin::Enabled;
use crate::domain::intent::{Intent, Op, Ties};
use crate::domain::plan::WriteKind;
use crate::registry::zookeeper::layout::group_tests::{Stage, stage, with_file};

const ROUTER: &str = "/dubbo/config/dubbo/demo-provider.tag-router";
const FILE: &str = "registry:\n  mapped:\n    - name: shop\n      path: /apps/{service}/{id}\n      address: /at\n      weight: /w\n      status: /up\n      drained: [false]\n      \
                    write: [drain, weight]\n    - name: lines\n      path: /lines/{service}/{id}\n      host: 'text:1'\n      port: 'text:2'\n      weight: 'text:3'\n      \
                    write: [weight]\n";

/// A stage, an instance that can be leased there, and what can be leased of it.
fn all() -> Vec<(&'static str, Stage, String, Vec<Op>)> {
    let mut mapped = with_file(FILE);
    mapped.put_mortal("/apps/users/a", r#"{ "at":"10.0.0.1:80","w":5, "n":1.50 }"#);
    mapped.put_mortal("/lines/users/b", " 10.0.0.2:80:5:x\n");
    let mut lines = with_file(FILE);
    lines.put_mortal("/lines/users/b", " 10.0.0.2:80:5:x\n");
    let both = || vec![Op::Drain, Op::Weight(7)];
    let dubbo = |n: u8| format!("10.0.2.{n}:20880");
    vec![
        ("dubbo, an override weighs it", stage("dubbo-interface"), dubbo(12), both()),
        ("dubbo, in a tag group", stage("dubbo-interface"), dubbo(13), both()),
        ("dubbo, application level", stage("dubbo-app-level"), dubbo(12), both()),
        ("serverset", stage("serverset"), "10.0.4.11:31623".into(), both()),
        ("helix", stage("helix"), "10.0.6.11:8098".into(), vec![Op::Drain]),
        ("mapped", mapped, "10.0.0.1:80".into(), both()),
        ("mapped, one line", lines, "10.0.0.2:80".into(), vec![Op::Weight(7)]),
    ]
}

#[test]
fn a_lease_ends_with_the_very_bytes_of_before_in_every_layout() {
    for (name, mut stage, at, ops) in all() {
        let before = stage.bytes();
        for op in ops {
            stage.lease(&at, op);
            assert_ne!(stage.bytes(), before, "{name} {op:?}");
            assert!(stage.intent().unwrap().1.ties.made.is_some(), "{name} {op:?}: what it wrote is kept with it");
            let ended = stage.end();
            assert_eq!(ended.warnings, [], "{name} {op:?}");
            assert_eq!(stage.bytes(), before, "{name} {op:?}");
        }
    }
}

#[test]
fn a_weight_in_place_of_one_that_was_to_end_goes_back_to_what_was_before_both() {
    for (name, mut stage, at, ops) in all() {
        if !ops.contains(&Op::Weight(7)) {
            continue;
        }
        let before = stage.bytes();
        stage.lease(&at, Op::Weight(7));
        let second = stage.lease(&at, Op::Weight(9));
        assert!(second.warnings.iter().any(|words| words.contains("was to end by itself")), "{name}");
        // And the same again, for longer: only its end is another.
        stage.lease(&at, Op::Weight(9));
        stage.end();
        assert_eq!(stage.bytes(), before, "{name}");
    }
}

#[test]
fn it_ends_also_when_its_instance_left() {
    for (name, mut stage, at, ops) in all() {
        for op in ops {
            let found = stage.instance(&at);
            let own: Vec<String> = found.paths().map(ToString::to_string).collect();
            let nodes = stage.bytes();
            let mut left = nodes.clone();
            own.iter().for_each(|path| drop(left.remove(path.as_str())));
            stage.lease(&at, op);
            own.iter().for_each(|path| stage.remove(path));
            stage.end();
            assert_eq!(stage.bytes(), left, "{name} {op:?}: nothing of it is left behind, and nothing is made anew");
            own.iter().for_each(|path| stage.put_mortal(path, &nodes[path.as_str()]));
        }
    }
}

#[test]
fn a_weight_that_somebody_else_set_meanwhile_stays() {
    for (name, mut stage, at, ops) in all() {
        if !ops.contains(&Op::Weight(7)) {
            continue;
        }
        stage.lease(&at, Op::Weight(7));
        let ours = stage.intent().unwrap();
        // Another program sets it, and knows of no intents.
        let mut theirs = stage.plan(&at, Op::Weight(33)).unwrap();
        theirs.writes.retain(|write| write.path != ours.0);
        stage.apply(&theirs);
        let before = stage.bytes();
        let ended = stage.end();
        assert_eq!(stage.bytes(), before, "{name}");
        let told = ended.warnings.iter().any(|words| words.contains("by somebody else"));
        assert!(told || name == "serverset", "{name}: it is said what was left");
    }
}

#[test]
fn only_the_address_itself_leaves_a_group_that_others_use_too_and_is_back_where_it_was() {
    let own = "10.0.2.12:20880";
    let mut stage = stage("dubbo-app-level");
    let text = |stage: &Stage| String::from_utf8(stage.bytes()[ROUTER].clone()).unwrap();
    stage.put(ROUTER, format!("{}- name: gray # keep\n  addresses: ['{own}', '10.0.2.9:20880']\n", text(&stage)));
    let before = stage.instance(own).admin;
    stage.lease(own, Op::Drain);
    let drained = text(&stage);
    assert!(drained.contains("addresses: ['10.0.2.9:20880']"), "taken out of it: {drained}");
    // Somebody else drains by the same group, and writes a word of their own.
    let theirs = drained.replace("['10.0.2.12:20880']", "['10.0.2.12:20880', 10.0.2.77:20880]") + "# theirs\n";
    assert_ne!(theirs, format!("{drained}# theirs\n"));
    stage.put(ROUTER, &theirs);
    stage.end();
    let now = text(&stage);
    assert_eq!(stage.instance(own).admin, before, "{now}");
    assert!(now.contains("addresses: ['10.0.2.9:20880', '10.0.2.12:20880']"), "{now}");
    assert!(now.contains("[10.0.2.77:20880]") && now.ends_with("# theirs\n"), "{now}");
}

#[test]
fn the_last_of_two_that_ends_leaves_no_rule_of_ours_behind() {
    for op in [Op::Drain, Op::Weight(7)] {
        let mut stage = stage("dubbo-app-level");
        stage.remove(ROUTER);
        let before = stage.bytes();
        let (one, other) = ("10.0.2.11:20880", "10.0.2.12:20880");
        stage.lease(one, op);
        let first = stage.intent().unwrap();
        stage.forget(&first.0);
        stage.lease(other, op);
        let second = stage.intent().unwrap();
        stage.forget(&second.0);
        for (path, intent) in [first, second] {
            stage.put(&path, intent.bytes());
            stage.end();
        }
        assert_eq!(stage.bytes(), before, "{op:?}");
    }
}

#[test]
fn an_intent_of_before_its_step_was_kept_ends_as_it_did_then() {
    let mut stage = stage("dubbo-app-level");
    stage.lease("10.0.2.12:20880", Op::Drain);
    let (path, intent) = stage.intent().unwrap();
    let old = Intent { ties: Ties { made: None, ..intent.ties.clone() }, ..intent };
    let text = String::from_utf8(old.bytes()).unwrap();
    assert!(!text.contains(r#""made":{"#), "{text}");
    stage.put(&path, &text);
    stage.end();
    assert_eq!(stage.instance("10.0.2.12:20880").admin, Enabled);
}

#[test]
fn what_a_newer_keepwatch_wrote_into_an_intent_is_kept_where_it_gets_another_end() {
    let mut stage = stage("dubbo-app-level");
    stage.lease("10.0.2.12:20880", Op::Drain);
    let (path, intent) = stage.intent().unwrap();
    let text = String::from_utf8(intent.bytes()).unwrap().replacen('{', r#"{"ticket":{"of":"ops","n":7},"#, 1);
    stage.put(&path, text);
    let longer = stage.lease("10.0.2.12:20880", Op::Drain);
    assert_eq!((longer.writes.len(), longer.writes[0].kind), (1, WriteKind::Set));
    let (_, now) = stage.intent().unwrap();
    assert_eq!(now.ties.rest["ticket"]["n"], 7);
    assert_eq!(now.ties.made, intent.ties.made, "and what it takes back, too");
}
