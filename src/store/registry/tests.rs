//! The picture of the registry under joins, departures, gaps and what the file expects.

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::domain::{
    id::Layout,
    instance::{Capabilities, RegistryAdmin},
    intent::Ties,
};

fn service(name: &str) -> ServiceId {
    ServiceId { name: name.into(), layout: Layout::SEED, parent: format!("/{name}").into() }
}

fn instance(name: &str, child: &str, weight: i64) -> Instance {
    Instance {
        service: service(name),
        address: child.parse().ok(),
        path: format!("/{name}/{child}").into(),
        admin: RegistryAdmin::Enabled,
        weight: Some(weight),
        metadata: BTreeMap::new(),
        depends_on: Vec::new(),
        registered_at: Moment(1),
        written_at: Moment(1),
        owner_session: Some(7),
        version: 0,
        czxid: 1,
        mzxid: 1,
        raw: Arc::from(weight.to_string().as_bytes()),
        capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
        more: None,
    }
}

fn up(registry: &mut Registry, i: Instance, now: i64) -> Vec<Change> {
    registry.apply(&RegistryFact::Upsert(Arc::new(i)), Moment(now))
}

fn expecting(name: &str, addresses: &[&str]) -> Expected {
    let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
    Expected { services: [(name.into(), addresses)].into(), depends_on: BTreeMap::new() }
}

fn presences(registry: &Registry, name: &str) -> Vec<(Presence, String)> {
    registry.named(name).flat_map(|s| s.slots.values().map(|x| (x.presence, x.name().to_owned()))).collect()
}

#[test]
fn a_changed_weight_is_one_change_and_the_same_bytes_are_none() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    assert!(matches!(up(&mut registry, instance("a", "127.0.0.1:1", 3), 1)[..], [Change::Joined(_, _, false)]));
    assert!(up(&mut registry, instance("a", "127.0.0.1:1", 3), 2).is_empty());
    let changes = up(&mut registry, instance("a", "127.0.0.1:1", 4), 3);
    assert!(matches!(changes[..], [Change::Weight(_, _, Some(3), Some(4))]));
}

#[test]
fn an_address_is_of_the_one_service_that_is_registered_there() {
    let mut registry = Registry::new(expecting("c", &["127.0.0.1:1", "127.0.0.1:9"]), Moment(0));
    let (one, nine) = ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:9".parse().unwrap());
    let whose = |registry: &Registry, at| registry.owner(at).map(|name| name.to_string());
    let is_of = |registry: &Registry, name: &str| registry.whose(&name.into()).is_at(&one);
    assert_eq!(whose(&registry, &nine).as_deref(), Some("c"), "the file says so, and nobody else");
    up(&mut registry, instance("a", "127.0.0.1:1", 3), 1);
    assert_eq!(whose(&registry, &one).as_deref(), Some("a"), "who is there comes before who should be");
    assert!(is_of(&registry, "a") && !is_of(&registry, "c"));
    up(&mut registry, instance("b", "127.0.0.1:1", 3), 2);
    assert_eq!(whose(&registry, &one), None);
    assert!(!is_of(&registry, "a") && !is_of(&registry, "b"));
    registry.apply(&RegistryFact::Gone("/a/127.0.0.1:1".into()), Moment(3));
    assert_eq!(whose(&registry, &one).as_deref(), Some("b"));
    assert!(is_of(&registry, "b") && !is_of(&registry, "a"));
    assert!(registry.whose_at(&"b".into(), &one).is_at(&one) && !registry.whose_at(&"a".into(), &one).has_places());
}

#[test]
fn the_other_name_of_a_service_is_its_own_where_nobody_is_registered_by_it() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    let known = |registry: &Registry, name: &str| registry.known_as(&name.into()).to_string();
    let also = |registry: &Registry, name: &str, other: &str| registry.whose_named(&name.into()).is_called(other);
    assert!(!also(&registry, "a", "a-service"), "nobody knows");
    up(&mut registry, instance("a-service", "127.0.0.1:1", 3), 1);
    assert_eq!((known(&registry, "a"), known(&registry, "a-service")), ("a-service".into(), "a-service".into()));
    assert!(also(&registry, "a", "a-service") && also(&registry, "a-service", "a"));
    up(&mut registry, instance("a", "127.0.0.1:2", 3), 2);
    assert_eq!((known(&registry, "a"), known(&registry, "a-service")), ("a".into(), "a-service".into()));
    assert!(!also(&registry, "a", "a-service") && !also(&registry, "a-service", "a"));
}

#[test]
fn a_service_may_be_called_without_its_ending_where_nobody_else_is_called_so() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    for name in ["users-service", "orders-service", "orders"] {
        up(&mut registry, instance(name, "127.0.0.1:1", 3), 1);
    }
    let called = ["users", "users-service", "orders", "nobody"].map(|name| registry.called(name).to_string());
    assert_eq!(called, ["users-service", "users-service", "orders", "nobody"]);
}

#[test]
fn an_instance_that_left_keeps_its_place_for_ten_minutes_and_takes_it_again() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    up(&mut registry, instance("a", "127.0.0.1:1", 3), 1);
    registry.apply(&RegistryFact::Gone("/a/127.0.0.1:1".into()), Moment(5));
    assert_eq!(presences(&registry, "a"), [(Presence::Gone, "127.0.0.1:1".into())]);
    registry.tick(Moment(5 + GONE_KEPT_MS - 1));
    assert_eq!(presences(&registry, "a").len(), 1);
    assert!(matches!(up(&mut registry, instance("a", "127.0.0.1:1", 3), 9)[..], [Change::Joined(_, _, true)]));
    registry.apply(&RegistryFact::Gone("/a/127.0.0.1:1".into()), Moment(10));
    registry.tick(Moment(10 + GONE_KEPT_MS));
    assert!(registry.services().next().is_none());
}

#[test]
fn what_the_file_expects_is_missing_until_it_joins_and_again_after_its_gone_place_is_over() {
    let mut registry = Registry::new(expecting("a", &["localhost:1", "localhost:2"]), Moment(0));
    assert_eq!(presences(&registry, "a").len(), 2);
    up(&mut registry, instance("a", "127.0.0.1:1", 3), 1);
    registry.apply(&RegistryFact::Complete(Moment(2)), Moment(2));
    let found = presences(&registry, "a");
    assert_eq!(
        found,
        [(Presence::Registered, "127.0.0.1:1".into()), (Presence::ExpectedMissing, "localhost:2".into())],
        "localhost:1 is 127.0.0.1:1"
    );
    assert!(registry.named("a").all(|s| s.expected));
}

#[test]
fn two_znodes_of_one_address_are_two_places_marked_double() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    up(&mut registry, instance("a", "127.0.0.1:1", 3), 1);
    let mut twin = instance("a", "127.0.0.1:1", 3);
    twin.path = "/a/twin".into();
    up(&mut registry, twin, 2);
    let service = registry.services().next().unwrap();
    assert_eq!(service.slots.len(), 2);
    assert!(service.slots.values().all(|s| service.double(s)));
}

#[test]
fn raw_entries_make_no_line_in_the_story() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    let mut raw = instance("a", "x", 3);
    raw.service.layout = Layout::RAW;
    let changes = up(&mut registry, raw, 1);
    assert!(registry.event(&changes[0], Moment(1)).is_none());
}

#[test]
fn a_weight_that_a_rule_gives_is_not_lost_while_it_acts() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    let acting = |acts| Instance {
        more: Some(Arc::new(crate::domain::instance::More { acts: Some(acts), ..Default::default() })),
        ..instance("a", "127.0.0.1:1", 100)
    };
    let intent = Intent {
        service: "a".into(),
        address: "127.0.0.1:1".parse().unwrap(),
        path: "/a/127.0.0.1:1".into(),
        op: Op::Weight(7),
        by: "ana".into(),
        at: Moment(1),
        reason: None,
        old_weight: None,
        before: None,
        until: None,
        ties: Default::default(),
    };
    up(&mut registry, acting(7.0), 1);
    assert_eq!(registry.intent_state(&intent), IntentState::Held);
    up(&mut registry, acting(9.0), 2);
    assert_eq!(registry.intent_state(&intent), IntentState::Lost);
    // What others multiply was known beforehand.
    let both = Intent { ties: Ties { acts: Some(9.0), ..Default::default() }, ..intent };
    assert_eq!(registry.intent_state(&both), IntentState::Held);
}

#[test]
fn a_provider_under_another_name_keeps_its_place_and_tells_only_what_changed() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    let mut one = instance("a", "127.0.0.1:1", 100);
    one.service.layout = Layout::DUBBO;
    up(&mut registry, one.clone(), 1);
    one.path = "/a/providers/other".into();
    assert!(up(&mut registry, one.clone(), 2).is_empty());
    one.path = "/a/providers/disabled".into();
    one.admin = RegistryAdmin::Drained;
    let changes = up(&mut registry, one, 3);
    assert!(matches!(changes.as_slice(), [Change::Admin(.., RegistryAdmin::Drained)]), "{changes:?}");
    let service = registry.services().next().unwrap();
    assert_eq!((service.slots.len(), registry.registered()), (1, 1));
    assert_eq!(service.slots.values().next().unwrap().since, Moment(1));
    assert!(registry.instance("/a/127.0.0.1:1").is_none());
}

#[test]
fn an_address_of_two_services_of_one_name_is_nobodys_until_its_path_says_whose() {
    let mut registry = Registry::new(Expected::default(), Moment(0));
    up(&mut registry, instance("a-service", "127.0.0.1:1", 5), 1);
    let find = |registry: &Registry, text: &str| registry.find(&text.parse().unwrap(), "localhost:2181");
    assert_eq!(find(&registry, "a/127.0.0.1:1").unwrap().paths, ["/a-service/127.0.0.1:1".into()]);
    let spring = ServiceId { layout: Layout::SPRING, parent: "/services/a-service".into(), ..service("a-service") };
    let (path, czxid) = ("/services/a-service/x".into(), 2);
    up(&mut registry, Instance { service: spring, path, czxid, ..instance("a-service", "127.0.0.1:1", 5) }, 2);
    for text in ["a/127.0.0.1:1", "a-service/127.0.0.1:1"] {
        let why = find(&registry, text).unwrap_err().why.to_string();
        let both = "/a-service/127.0.0.1:1 (seed), /services/a-service/127.0.0.1:1 (spring). Say which by its path.";
        assert!(why.starts_with("Not clear which is meant") && why.ends_with(both), "{why}");
    }
    assert_eq!(find(&registry, "/a-service/127.0.0.1:1").unwrap().service.layout, Layout::SEED);
    let spring = find(&registry, "/services/a-service/127.0.0.1:1").unwrap();
    assert_eq!((spring.service.layout, spring.paths), (Layout::SPRING, vec!["/services/a-service/x".into()]));
    let why = find(&registry, "/services/a-service/127.0.0.1:2").unwrap_err().why.to_string();
    assert!(why.contains("is not registered in localhost:2181"), "{why}");
    // What is wanted of the one is not lost because the other is as it was.
    let address = "127.0.0.1:1".parse().unwrap();
    let (before, until, ties) = (None, None, Ties::default());
    let (service, path) = ("a-service".into(), "/a-service/127.0.0.1:1".into());
    let (op, by, at) = (Op::Drain, "ana".into(), Moment(0));
    let intent = Intent { service, address, path, op, by, at, reason: None, old_weight: Some(5), before, until, ties };
    let drained = instance("a-service", "127.0.0.1:1", 0);
    up(&mut registry, Instance { admin: RegistryAdmin::Drained, mzxid: 9, ..drained }, 3);
    assert_eq!(registry.intent_state(&intent), IntentState::Held);
}
