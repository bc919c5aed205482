//! Dubbo: what providers, overrides, rules and callers tell together, and what is written for each wish.

use crate::domain::id::Layout;
use crate::domain::instance::Instance;
use crate::domain::instance::RegistryAdmin::{Drained, Enabled, Unknown};
use crate::domain::intent::Op;
use crate::domain::plan::{Draft, Durability, Write, WriteKind};
use crate::registry::zookeeper::layout::dubbo::url::encode;
use crate::registry::zookeeper::layout::group_tests::{Stage, empty, stage};

fn at(n: u8) -> String {
    format!("10.0.2.{n}:20880")
}

fn notes(instance: &Instance) -> String {
    instance.more.as_ref().map(|more| more.notes.join("; ")).unwrap_or_default()
}

fn theirs(draft: &Draft) -> Vec<&Write> {
    draft.writes.iter().filter(|write| !write.path.starts_with("/keepwatch")).collect()
}

fn after(write: &Write) -> &str {
    std::str::from_utf8(write.after.as_deref().unwrap()).unwrap()
}

/// A provider of an interface, as a release of 2.7 or 3 registers it.
fn provide(stage: &mut Stage, address: &str, interface: &str, more: &str) -> String {
    let url =
        format!("dubbo://{address}/{interface}?application=shop&dubbo=2.0.2&interface={interface}&side=provider{more}");
    let path = format!("/dubbo/{interface}/providers/{}", encode(&url));
    stage.put_mortal(&path, "10.0.0.1");
    path
}

fn call(stage: &mut Stage, interface: &str, app: &str, release: &str) {
    let url =
        format!("consumer://10.0.9.9/{interface}?application={app}&category=consumers&release={release}&side=consumer");
    stage.put_mortal(&format!("/dubbo/{interface}/consumers/{}", encode(&url)), "");
}

fn change(stage: &mut Stage, interface: &str, host: &str, query: &str) {
    stage.put(
        &format!("/dubbo/{interface}/configurators/{}", encode(&format!("override://{host}/{interface}?{query}"))),
        "",
    );
}

const ROUTER: &str = "/dubbo/config/dubbo/shop.tag-router";
const RULE: &str = "/dubbo/config/dubbo/shop.configurators";
const SHOP: &str = "10.0.0.1:20880";

#[test]
fn the_interface_level_is_read_with_its_overrides_and_callers() {
    let stage = stage("dubbo-interface");
    assert_eq!(stage.all().len(), 3, "{:?}", stage.all().iter().map(|i| &i.path).collect::<Vec<_>>());
    let told = |n| {
        let found = stage.instance(&at(n));
        assert_eq!(
            (found.service.layout, &*found.service.name, &*found.service.parent),
            (Layout::DUBBO, "user-provider", "/dubbo")
        );
        (found.admin, found.weight, stage.acts(&at(n)))
    };
    assert_eq!(told(11), (Drained, Some(100), Some(0.0)));
    assert_eq!(told(12), (Enabled, Some(200), Some(25.0)));
    assert_eq!(told(13), (Enabled, Some(100), Some(100.0)));
    let third = notes(stage.instance(&at(13)));
    assert!(third.contains("static tag gray") && third.contains("routed away by the route zkdash-drain"), "{third}");
    let callers = &stage.instance(&at(12)).more.as_ref().unwrap().called_by;
    assert_eq!(callers.iter().map(|name| &**name).collect::<Vec<_>>(), ["billing", "order-web"]);
    let metadata = &stage.instance(&at(12)).metadata;
    assert_eq!((&*metadata["release"], &*metadata["interfaces"]), ("2.7.23", "com.foo.UserService"));
    assert!(!metadata.contains_key("methods"));
}

#[test]
fn the_application_level_is_dubbos_and_its_rules_apply() {
    let stage = stage("dubbo-app-level");
    assert_eq!(stage.all().len(), 2, "mapping, metadata and rules are no instances");
    let found = stage.instance(&at(11));
    assert_eq!((found.service.layout, &*found.service.name, found.admin), (Layout::DUBBO, "demo-provider", Drained));
    let free = stage.instance(&at(12));
    assert_eq!((free.admin, free.weight, stage.acts(&at(12))), (Enabled, Some(100), Some(100.0)));
}

#[test]
fn plan_apply_and_undo_give_the_same_bytes_back_in_every_tree() {
    for (tree, n, op) in [
        ("dubbo-interface", 12, Op::Drain),
        ("dubbo-interface", 13, Op::Drain),
        ("dubbo-interface", 12, Op::Weight(7)),
        ("dubbo-interface", 13, Op::Weight(7)),
        ("dubbo-interface", 11, Op::Undrain),
        ("dubbo-app-level", 12, Op::Drain),
        ("dubbo-app-level", 12, Op::Weight(7)),
        ("dubbo-app-level", 11, Op::Undrain),
    ] {
        let mut stage = stage(tree);
        let before = stage.bytes();
        let others: Vec<_> = stage.all().iter().map(|i| (i.path.clone(), i.admin)).collect();
        let draft = stage.plan(&at(n), op).unwrap_or_else(|why| panic!("{tree} {n} {op:?}: {why}"));
        assert_eq!(draft.durability, Durability::UntilRemoved);
        stage.apply(&draft);
        let now = stage.instance(&at(n));
        match op {
            Op::Drain => assert_eq!(now.admin, Drained, "{tree} {n}"),
            Op::Undrain => assert_eq!(now.admin, Enabled, "{tree} {n}"),
            _ => assert_eq!(stage.acts(&at(n)), Some(7.0), "{tree} {n}: {}", notes(now)),
        }
        for (path, admin) in others.iter().filter(|(path, _)| *path != stage.instance(&at(n)).path) {
            assert_eq!(stage.by_path(path).admin, *admin, "{tree}: {path} is as it was");
        }
        if op != Op::Undrain {
            let again = stage.plan(&at(n), op).unwrap();
            assert!(again.no_effect.is_some(), "{tree} {n} {op:?}: it holds already");
        }
        stage.undo(&draft);
        assert_eq!(stage.bytes(), before, "{tree} {n} {op:?}");
    }
}

#[test]
fn a_rule_that_was_empty_is_deleted_by_its_undo_and_a_group_of_whole_hosts_is_told() {
    let rule = "/dubbo/config/dubbo/demo-provider.tag-router";
    let mut shop = stage("dubbo-app-level");
    shop.put(rule, "");
    let draft = shop.plan(&at(12), Op::Drain).unwrap();
    shop.apply(&draft);
    shop.undo(&draft);
    assert!(!shop.bytes().contains_key(rule), "callers keep the rule before an empty one");
    shop.put(rule, "tags:\n- name: gray\n  addresses: [10.0.2.12]\n- name: blue\n  addresses: ['10.0.2.12:20880']\n");
    let draft = shop.plan(&at(12), Op::Drain).unwrap();
    let told = draft.warnings.join(" ");
    assert!(told.contains("It is taken out of the tag group blue, too"), "{told}");
    assert!(told.contains("It stays in the tag group gray, which names its whole host"), "{told}");
    assert!(after(theirs(&draft)[0]).contains("gray\n  addresses: [10.0.2.12]\n"), "{}", after(theirs(&draft)[0]));
}

#[test]
fn old_callers_are_drained_by_overrides_of_every_interface_group_and_version() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23&group=g&version=1.0");
    provide(&mut stage, SHOP, "a.Orders", "&release=2.7.23");
    call(&mut stage, "a.Orders", "web", "2.6.9");
    assert_eq!(stage.all().len(), 1);
    assert_eq!(stage.instance(SHOP).paths().count(), 2);
    let draft = stage.plan(SHOP, Op::Drain).unwrap();
    let made: Vec<&str> = theirs(&draft).iter().map(|write| &*write.path).collect();
    assert_eq!(
        made,
        [
            "/dubbo/a.Orders/configurators/override%3A%2F%2F10.0.0.1%3A20880%2Fa.Orders%3Fcategory%3Dconfigurators%26disabled%3Dtrue%26\
         dynamic%3Dfalse%26enabled%3Dtrue",
            "/dubbo/a.Users/configurators/override%3A%2F%2F10.0.0.1%3A20880%2Fa.Users%3Fcategory%3Dconfigurators%26disabled%3Dtrue%26\
         dynamic%3Dfalse%26enabled%3Dtrue%26group%3Dg%26version%3D1.0",
        ]
    );
    stage.apply(&draft);
    let back = stage.plan(SHOP, Op::Undrain).unwrap();
    assert!(theirs(&back).iter().all(|write| write.kind == WriteKind::Delete) && theirs(&back).len() == 2);
    stage.remove(&theirs(&draft)[0].path);
    assert_eq!(stage.instance(SHOP).admin, Enabled);
    assert!(notes(stage.instance(SHOP)).contains("1 of its 2 interfaces only: a.Users"));
}

#[test]
fn callers_of_3_get_a_tag_rule_and_mixed_ones_both() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=3.3.6");
    call(&mut stage, "a.Users", "web", "3.3.6");
    let draft = stage.plan(SHOP, Op::Drain).unwrap();
    assert_eq!(theirs(&draft).iter().map(|write| &*write.path).collect::<Vec<_>>(), [ROUTER]);
    assert!(draft.warnings.iter().any(|warning| warning.contains("fail-closed")));
    stage.apply(&draft);
    stage.apply(&stage.plan(SHOP, Op::Undrain).unwrap());
    assert!(!stage.bytes().contains_key(ROUTER), "our own document goes with its last address");
    call(&mut stage, "a.Users", "old", "2.6.5");
    assert_eq!(theirs(&stage.plan(SHOP, Op::Drain).unwrap()).len(), 2);
    let mut old = empty();
    provide(&mut old, SHOP, "a.Users", "&release=2.6.2");
    assert!(theirs(&old.plan(SHOP, Op::Drain).unwrap())[0].path.contains("/configurators/override"));
    assert!(theirs(&old.plan(SHOP, Op::Weight(3)).unwrap())[0].path.ends_with("%26weight%3D3"));
}

#[test]
fn an_override_means_nothing_where_the_application_level_is_followed() {
    let mut stage = stage("dubbo-app-level");
    let url = "dubbo://10.0.2.12:20880/a.Users?application=demo-provider&dubbo=2.0.2&release=3.3.6&side=provider";
    stage.put_mortal(&format!("/dubbo/a.Users/providers/{}", encode(url)), "");
    change(&mut stage, "a.Users", &at(12), "category=configurators&disabled=true&enabled=true");
    let found = stage.instance(&at(12));
    assert_eq!((found.admin, found.paths().count()), (Enabled, 2));
    assert!(notes(found).contains("without effect"), "{}", notes(found));
    assert!(found.more.as_ref().is_some_and(|more| more.vain.is_some()), "a verdict says it");
    let undrain = stage.plan(&at(12), Op::Undrain).unwrap();
    assert!(undrain.warnings.iter().any(|w| w.contains("had no effect on callers of 3.x")), "{:?}", undrain.warnings);
}

#[test]
fn one_that_a_route_takes_calls_from_is_not_merely_not_drained() {
    let stage = stage("dubbo-interface");
    let routed = |n| stage.instance(&at(n)).more.as_ref().is_some_and(|more| more.routed.is_some());
    assert_eq!([11, 12, 13].map(routed), [false, false, true]);
    let undrain = stage.plan(&at(13), Op::Undrain);
    let said = match undrain {
        Ok(draft) => draft.no_effect.map(|why| why.to_string()).unwrap_or_default(),
        Err(why) => why,
    };
    assert!(said.contains("routed away by the route zkdash-drain"), "{said}");
}

#[test]
fn the_hint_to_its_qos_names_its_own_host_and_port() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=3.3.6&qos.port=33333");
    provide(&mut stage, "10.0.0.2:20880", "a.Users", "&release=3.3.6");
    let hint = |address| stage.plan(address, Op::Deregister).unwrap().warnings.join(" ");
    assert!(hint(SHOP).contains("curl http://10.0.0.1:33333/offline"), "{}", hint(SHOP));
    assert!(hint("10.0.0.2:20880").contains("curl http://10.0.0.2:22222/offline (Dubbo's QoS, by default at 22222"));
}

#[test]
fn near_misses_of_an_override_change_nothing() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23&group=g&version=1");
    let exact = "disabled=true&group=g&version=1";
    for (host, query) in [
        (SHOP, "disabled=true&version=1"),
        (SHOP, "disabled=true&group=*&version=1"),
        (SHOP, "disabled=1&group=g&version=1"),
        (SHOP, "disabled=true&enabled=false&group=g&version=1"),
        (SHOP, "disabled=true&group=g&version=1&~side=x"),
        ("10.0.0.1", exact),
        ("10.0.0.1:0", exact),
        ("10.0.0.1:20881", exact),
    ] {
        change(&mut stage, "a.Users", host, query);
    }
    assert_eq!(stage.instance(SHOP).admin, Enabled);
    change(&mut stage, "a.Users", "0.0.0.0", "disabled=True&group=g&version=1&providerAddresses=10.0.0.1:20880");
    assert_eq!(stage.instance(SHOP).admin, Drained);
    let why = stage.plan(SHOP, Op::Undrain).unwrap_err();
    assert!(why.contains("all providers"), "{why}");
}

#[test]
fn static_tags_are_named_in_a_new_rule_so_that_2_7_leaves_them_alone() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23");
    provide(&mut stage, "10.0.0.2:20880", "a.Users", "&release=2.7.23&dubbo.tag=gray");
    let draft = stage.plan(SHOP, Op::Drain).unwrap();
    let text = after(theirs(&draft)[0]);
    assert!(
        text.ends_with("- name: keepwatch-drained\n  addresses: ['10.0.0.1:20880']\n- name: gray\n  addresses: []\n"),
        "{text}"
    );
}

#[test]
fn a_rule_that_disables_is_told_with_its_repair_and_one_that_is_broken_is_left_alone() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=3.3.6");
    stage.put(RULE, "configs:\n- addresses: ['10.0.0.1:20880']\n  side: provider\n  parameters: {disabled: true}\n");
    assert_eq!(stage.instance(SHOP).admin, Drained);
    assert!(notes(stage.instance(SHOP)).contains("disabled: false first"));
    let back = stage.plan(SHOP, Op::Undrain).unwrap();
    assert!(after(theirs(&back)[0]).contains("{disabled: false}"));
    stage.apply(&back);
    assert_eq!(stage.instance(SHOP).admin, Enabled);
    stage.put(RULE, "configs:\n- addresses: ['10.0.0.1:20880', '10.0.0.2:20880']\n  side: provider\n  parameters: {disabled: true}\n");
    assert!(stage.plan(SHOP, Op::Undrain).unwrap_err().contains("more than this one"));
    stage.put(RULE, "configs: [");
    assert!(notes(stage.instance(SHOP)).contains("cannot be read"));
    let why = stage.plan(SHOP, Op::Weight(3)).unwrap_err();
    assert!(why.contains("by hand"), "{why}");
    stage.put(ROUTER, "enabled: false\ntags: []\n");
    assert!(stage.plan(SHOP, Op::Drain).unwrap_err().contains("switched off"));
}

#[test]
fn bad_nodes_are_shown_and_spoil_no_other() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23&weight=abc");
    provide(&mut stage, "10.0.0.3:20880", "a.Users", "&weight=99999999999");
    provide(&mut stage, "10.0.0.4:20880", "a.Users", "&weight=-5");
    provide(&mut stage, "10.0.0.5:0", "a.Users", "");
    for name in
        ["dubbo%3A%2F%2F10.0.0.9%3Ax%2Fa.Users%3Fside%3Dprovider", "dubbo%3A%2F%2F%ZZ", "dubbo%3A%2F%2F10.0.0.9%2Fa"]
    {
        stage.put_mortal(&format!("/dubbo/a.Users/providers/{name}"), "");
    }
    stage.put_mortal("/dubbo/a.Users/consumers/consumer%3A%2F%2F%ZZ", "");
    stage.put("/dubbo/a.Users/configurators/override%3A%2F%2F%ZZ", "");
    stage.put_mortal(
        "/services/shop/x",
        r#"{"name":"shop","id":"x","address":"","payload":{"@class":"o.dubbo.ZookeeperInstance"}}"#,
    );
    let bad = stage.all().into_iter().filter(|i| i.admin == Unknown && i.address.is_none()).count();
    assert_eq!((stage.all().len(), bad), (8, 5));
    let found = stage.instance(SHOP);
    assert_eq!((found.weight, stage.acts(SHOP)), (None, None));
    assert!(notes(found).contains("abc is no number"));
    assert_eq!((stage.instance("10.0.0.4:20880").weight, stage.acts("10.0.0.4:20880")), (Some(0), Some(0.0)));
    assert!(stage.instance("10.0.0.3:20880").weight.is_none());
}

#[test]
fn a_provider_that_its_own_url_disables_is_enabled_by_an_override() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23&disabled=true");
    assert_eq!(stage.instance(SHOP).admin, Drained);
    let draft = stage.plan(SHOP, Op::Undrain).unwrap();
    assert!(theirs(&draft)[0].path.contains("disabled%3Dfalse"));
    stage.apply(&draft);
    assert_eq!(stage.instance(SHOP).admin, Enabled);
}

#[test]
fn the_service_and_the_other_roots_rules_apply_each_to_their_own() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23&group=g");
    let far = "dubbo://10.0.0.2:20880/a.Users?application=shop&side=provider&release=2.7.23";
    stage.put_mortal(&format!("/far/a.Users/providers/{}", encode(far)), "");
    let rule = "configs:\n- side: consumer\n  addresses: [0.0.0.0]\n  providerAddresses: ['10.0.0.1:20880']\n  parameters: {weight: 9}\n";
    stage.put("/dubbo/config/dubbo/a.Users::g.configurators", rule);
    stage.put("/dubbo/config/dubbo/a.Users.configurators", rule.replace('9', "1"));
    stage.put("/far/config/dubbo/shop.tag-router", "tags: [{name: x-drain, addresses: ['10.0.0.1', '10.0.0.2']}]");
    assert_eq!((stage.acts(SHOP), stage.instance(SHOP).admin), (Some(9.0), Enabled));
    assert_eq!(stage.instance("10.0.0.2:20880").admin, Drained);
    assert!(stage.plan("10.0.0.2:20880", Op::Undrain).unwrap_err().contains("host without a port"));
    let heavier = stage.plan(SHOP, Op::Weight(3)).unwrap();
    assert!(heavier.warnings.iter().any(|warning| warning.contains("wins over this one")));
}

#[test]
fn a_weight_on_one_that_is_drained_leaves_the_drain_and_its_intent() {
    let mut stage = stage("dubbo-app-level");
    stage.apply(&stage.plan(&at(12), Op::Drain).unwrap());
    let draft = stage.plan(&at(12), Op::Weight(7)).unwrap();
    assert!(draft.intent.is_none() && draft.warnings.iter().any(|warning| warning.contains("stays drained")));
    stage.apply(&draft);
    assert_eq!(stage.instance(&at(12)).admin, Drained);
    stage.apply(&stage.plan(&at(12), Op::Undrain).unwrap());
    assert_eq!((stage.instance(&at(12)).admin, stage.acts(&at(12))), (Enabled, Some(7.0)));
}

#[test]
fn a_2_7_application_level_has_no_weight() {
    let mut stage = empty();
    let json = r#"{"name":"shop","id":"10.0.0.1:20880","address":"10.0.0.1","port":20880,"sslPort":null,"payload":{"@class":"org.apache.dubbo.registry.zookeeper.ZookeeperInstance","id":null,"name":"shop","metadata":{"dubbo.metadata-service.url-params":"{\"release\":\"2.7.23\"}"}},"registrationTimeUTC":1,"serviceType":"DYNAMIC","uriSpec":null}"#;
    stage.put_mortal("/services/shop/10.0.0.1:20880", json);
    let found = stage.instance(SHOP);
    assert_eq!((found.weight, &*found.service.parent), (None, "/dubbo"));
    assert!(notes(found).contains("not in the registry"));
    assert!(stage.plan(SHOP, Op::Weight(3)).unwrap_err().contains("no weight rule moves anything"));
    assert_eq!(theirs(&stage.plan(SHOP, Op::Drain).unwrap())[0].path.as_ref(), ROUTER);
    let gone = stage.plan(SHOP, Op::Deregister).unwrap();
    assert_eq!(gone.durability, Durability::UntilReconnect);
    assert!(gone.takes_effect.contains("application level"), "{}", gone.takes_effect);
}

#[test]
fn what_sofarpc_registers_is_left_to_others() {
    assert!(stage("sofarpc").all().iter().all(|instance| instance.service.layout != Layout::DUBBO));
}

#[test]
fn a_weight_in_the_rule_is_replaced_in_place_and_one_of_an_override_with_it() {
    let mut stage = empty();
    provide(&mut stage, SHOP, "a.Users", "&release=2.7.23");
    let rule = "# ours\nenabled: true\nconfigs:\n- type: weight # mine\n  enabled: true\n  side: provider\n  addresses: [\"10.0.0.1:20880\"]\n  \
                parameters:\n    weight: 40   # was 20\n- addresses: [0.0.0.0]\n  side: provider\n  parameters: {timeout: 9}\n";
    stage.put(RULE, rule);
    change(&mut stage, "a.Users", SHOP, "timeout=3&weight=5");
    assert_eq!(stage.acts(SHOP), Some(5.0), "an override wins over the application's rule");
    let draft = stage.plan(SHOP, Op::Weight(7)).unwrap();
    assert_eq!(after(theirs(&draft).last().unwrap()), rule.replace("weight: 40", "weight: 7"));
    stage.apply(&draft);
    assert_eq!(stage.acts(SHOP), Some(7.0));
    assert!(stage.bytes().keys().any(|path| path.ends_with("timeout%3D3%26weight%3D7")));
    let why = stage.plan(SHOP, Op::Deregister).unwrap();
    assert!(why.warnings.iter().any(|w| w.contains("22222/offline")) && why.durability == Durability::UntilNewSession);
}
