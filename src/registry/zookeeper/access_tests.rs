//! What access lists forbid in layouts of several znodes: said of the instance before a key is pressed, about exactly the
//! znodes that a plan would write, and taken back when they are granted.

use super::intents;
use super::layout::group_tests::{Stage, empty, stage};
use crate::domain::instance::{Can, Instance, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::plan::WriteKind;
use crate::zk::access::Access;

const NO_SET: Access = Access { set: false, ..Access::ALL };
const NO_DELETE: Access = Access { delete_below: false, ..Access::ALL };
const NO_CREATE: Access = Access { create_below: false, ..Access::ALL };
const NOTHING: Access = Access { set: false, delete_below: false, create_below: false };

fn able(instance: &Instance, op: Op) -> Can {
    let can = &instance.capabilities;
    match op {
        Op::Drain | Op::Undrain | Op::Undo => can.drain.clone(),
        Op::Weight(_) => can.weight.clone(),
        Op::Deregister => can.deregister.clone(),
    }
}

/// The lists that decide over an action, each with what it has to grant, by what a plan would write.
fn lists(stage: &Stage, address: &str, op: Op) -> Option<Vec<(String, Access)>> {
    let draft = stage.plan(address, op).ok()?;
    let theirs = draft.writes.iter().filter(|write| !intents::ours(&write.path));
    let list = |path: &str, less| (path.to_owned(), less);
    let above = |path: &str| match path.rsplit_once('/') {
        None | Some(("", _)) => "/".to_owned(),
        Some((above, _)) => above.to_owned(),
    };
    let mut all: Vec<_> = theirs
        .map(|write| match write.kind {
            WriteKind::Set => list(&write.path, NO_SET),
            WriteKind::Delete => list(&above(&write.path), NO_DELETE),
            WriteKind::Create => list(stage.nearest(&above(&write.path)), NO_CREATE),
            WriteKind::Http => panic!("no layout of several znodes posts"),
        })
        .collect();
    all.sort_by_key(|(path, less)| (path.clone(), format!("{less:?}")));
    all.dedup();
    Some(all)
}

/// For every instance: each list that a plan needs forbids the action and is named, and no other list does.
fn true_of(stage: &mut Stage, what: &str) -> usize {
    let addresses: Vec<String> =
        stage.all().iter().filter_map(|i| i.address.as_ref()).map(|address| address.text().to_owned()).collect();
    let znodes: Vec<String> = stage.bytes().keys().map(|path| path.to_string()).chain(["/".to_owned()]).collect();
    let mut seen = 0;
    for address in &addresses {
        let drained = stage.instance(address).admin == RegistryAdmin::Drained;
        for op in [if drained { Op::Undrain } else { Op::Drain }, Op::Weight(7), Op::Deregister] {
            let Some(needed) = lists(stage, address, op).filter(|_| able(stage.instance(address), op).is_ok()) else {
                continue;
            };
            for (path, less) in &needed {
                stage.grant(path, *less);
                let why = able(stage.instance(address), op).expect_err(&format!("{what}: {address} {op:?}: {path}"));
                assert!(why.contains(path.as_str()), "{why} names no {path}");
                stage.grant(path, Access::ALL);
                assert_eq!(able(stage.instance(address), op), Ok(()), "{what}: {address} {op:?}");
                seen += 1;
            }
            for path in &znodes {
                let mut list = NOTHING;
                for (_, less) in needed.iter().filter(|(needed, _)| needed == path) {
                    list.set |= !less.set;
                    list.delete_below |= !less.delete_below;
                    list.create_below |= !less.create_below;
                }
                stage.grant(path, list);
            }
            let can = able(stage.instance(address), op);
            assert_eq!(can, Ok(()), "{what}: {address} {op:?} needs {needed:?}");
            znodes.iter().for_each(|path| stage.grant(path, Access::ALL));
        }
    }
    seen
}

#[test]
fn a_capability_hangs_on_the_lists_of_exactly_the_znodes_that_a_plan_would_write() {
    for tree in ["dubbo-interface", "dubbo-app-level", "serverset", "helix", "kitex", "sofarpc", "smartstack"] {
        let mut stage = stage(tree);
        let seen = true_of(&mut stage, tree);
        assert!(seen > 0 || ["smartstack", "sofarpc"].contains(&tree), "{tree}: {seen}");
        let addresses: Vec<String> =
            stage.all().iter().filter_map(|i| i.address.as_ref()).map(|a| a.text().to_owned()).collect();
        for address in &addresses {
            for op in [Op::Drain, Op::Weight(3)] {
                if let Ok(draft) = stage.plan(address, op) {
                    stage.apply(&draft);
                    true_of(&mut stage, &format!("{tree} after {op:?} of {address}"));
                }
            }
        }
    }
}

#[test]
fn so_it_is_with_every_kind_of_dubbos_rules_and_releases() {
    let mut stage = empty();
    let encode =
        |url: &str| url.replace("://", "%3A%2F%2F").replace(':', "%3A").replace('/', "%2F").replace('?', "%3F");
    let encode = |url: &str| encode(url).replace('&', "%26").replace('=', "%3D");
    for (n, release, app) in [(1, "2.6.9", "old"), (2, "2.7.23", "mid"), (3, "3.3.6", "new"), (4, "2.6.9", "old")] {
        for interface in ["a.B", "a.C"] {
            let query = format!("application={app}&release={release}&side=provider");
            let url = encode(&format!("dubbo://10.0.0.{n}:20880/{interface}?{query}"));
            stage.put_mortal(&format!("/dubbo/{interface}/providers/{url}"), "");
        }
    }
    stage.put("/dubbo", "");
    stage.put("/dubbo/config/dubbo", "");
    assert!(true_of(&mut stage, "no rules") > 12);
    for query in ["disabled=true", "disabled=true&timeout=9", "weight=5"] {
        for n in [1, 2] {
            let url = encode(&format!("override://10.0.0.{n}:20880/a.B?category=configurators&{query}"));
            stage.put(&format!("/dubbo/a.B/configurators/{url}"), "");
        }
        true_of(&mut stage, query);
    }
    let config = |key: &str, n: u8| {
        let item = format!("- side: provider\n  addresses: ['10.0.0.{n}:20880']\n  parameters: {{disabled: true}}\n");
        format!("configVersion: v2.7\nscope: application\nkey: {key}\nenabled: true\nconfigs:\n{item}")
    };
    stage.put("/dubbo/config/dubbo/new.configurators", config("new", 3));
    stage.put("/dubbo/config/dubbo/a.C::.configurators", config("a.C", 2));
    true_of(&mut stage, "configurators");
    let tags = "force: false\nenabled: true\ntags:\n- name: drained\n  addresses: ['10.0.0.2:20880']\n";
    stage.put("/dubbo/config/dubbo/mid.tag-router", tags);
    true_of(&mut stage, "tags");
    stage.put("/dubbo/config/dubbo/mid.tag-router", tags.replace("enabled: true", "enabled: false"));
    stage.put("/dubbo/config/dubbo/new.tag-router", "a: [");
    true_of(&mut stage, "switched off and unreadable");
}

#[test]
fn a_rule_that_is_not_there_is_made_below_the_nearest_znode_that_is() {
    let mut stage = empty();
    stage.put("/dubbo", "");
    let url = "dubbo%3A%2F%2F10.0.0.1%3A20880%2Fa.B%3Fapplication%3Dshop%26interface%3Da.B%26release%3D3.3.6%26side%3Dprovider";
    stage.put_mortal(&format!("/dubbo/a.B/providers/{url}"), "");
    let drain = |stage: &Stage| able(stage.instance("10.0.0.1:20880"), Op::Drain);
    assert_eq!(drain(&stage), Ok(()));
    // Learnt before the znode below it is there, and no longer true when that is.
    stage.grant("/dubbo", NO_CREATE);
    assert!(drain(&stage).is_err_and(|why| why.contains("below /dubbo:")));
    stage.put("/dubbo/config", "");
    assert_eq!(drain(&stage), Ok(()));
    stage.put("/dubbo/config/dubbo", "");
    stage.grant("/dubbo/config/dubbo", NO_CREATE);
    assert!(drain(&stage).is_err_and(|why| why.contains("below /dubbo/config/dubbo:")));
    // The rule itself is written from now on.
    stage.put("/dubbo/config/dubbo/shop.tag-router", "force: false\nenabled: true\ntags:\n- name: gray\n");
    assert_eq!(drain(&stage), Ok(()));
    stage.grant("/dubbo/config/dubbo/shop.tag-router", NO_SET);
    assert!(drain(&stage).is_err_and(|why| why.contains("write /dubbo/config/dubbo/shop.tag-router:")));
    stage.remove("/dubbo/config/dubbo/shop.tag-router");
    stage.remove("/dubbo/config/dubbo");
    assert_eq!(drain(&stage), Ok(()));
    stage.remove("/dubbo/config");
    assert!(drain(&stage).is_err_and(|why| why.contains("below /dubbo:")));
}

#[test]
fn the_lists_of_many_providers_are_learnt_without_reading_the_group_anew_for_each() {
    let mut stage = empty();
    for n in 0..60 {
        let url =
            format!("dubbo%3A%2F%2F10.0.{}.{}%3A20880%2Fa.B%3Fapplication%3Dshop%26release%3D3.3.6", n / 50, n % 50);
        stage.put_mortal(&format!("/dubbo/a.B/providers/{url}"), "");
    }
    for path in stage.bytes().keys() {
        assert_eq!(stage.hanging_on(path), 0, "no plan sets a provider's znode");
    }
    assert_eq!(["/dubbo/a.B/providers", "/"].map(|path| stage.hanging_on(path)), [60, 60]);
    stage.grant("/dubbo/a.B/providers", NO_DELETE);
    assert!(able(stage.instance("10.0.1.7:20880"), Op::Deregister).is_err());
}
