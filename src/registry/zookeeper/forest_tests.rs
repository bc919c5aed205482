//! Trees of znodes, and what they are read as.

use std::collections::BTreeMap;
use std::sync::Arc;

use zookeeper_client::Stat;

use super::expected::Expected;
use super::forest::Forest;
use crate::config::shape;
use crate::domain::fact::RegistryFact;
use crate::domain::id::Layout;
use crate::domain::instance::{Instance, RegistryAdmin};
use crate::zk::access::Access;
use crate::zk::tree::{Change, Node};

fn node(path: &str, data: impl AsRef<[u8]>, owner: i64, zxid: i64) -> Change {
    let data: Arc<[u8]> = data.as_ref().into();
    let stat = Stat {
        czxid: zxid,
        mzxid: zxid,
        pzxid: 0,
        ctime: 1_000 + zxid,
        mtime: 1_000,
        version: 0,
        cversion: 0,
        aversion: 0,
        ephemeral_owner: owner,
        data_length: data.len() as i32,
        num_children: 0,
    };
    Change::Upsert(Node { path: path.into(), data, stat })
}

fn mortal(path: &str, data: impl AsRef<[u8]>) -> Change {
    node(path, data, 7, 1)
}

fn lasting(path: &str, data: impl AsRef<[u8]>) -> Change {
    node(path, data, 0, 1)
}

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/registry/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn tree(name: &str) -> Vec<Change> {
    let tree: serde_json::Value = serde_json::from_slice(&fixture(&format!("trees/{name}.json"))).unwrap();
    let nodes = tree["nodes"].as_array().unwrap().iter().map(|n| {
        let owner = if n["mode"] == "ephemeral" { 7 } else { 0 };
        node(n["path"].as_str().unwrap(), n["data"].as_str().unwrap(), owner, 1)
    });
    nodes.collect()
}

fn forest(file: &str) -> Forest {
    let config = shape::read("a", file).unwrap();
    Forest::new(Arc::new(Expected::new(&config)), "", None)
}

impl Forest {
    fn facts(&mut self, changes: Vec<Change>) -> Vec<RegistryFact> {
        let mut facts = Vec::new();
        self.apply(changes.into_iter(), &mut |fact| facts.push(fact));
        facts
    }
}

/// The instances by path after these changes; parents are made where they are missing, as ZooKeeper demands.
fn read(file: &str, changes: Vec<Change>) -> BTreeMap<String, Instance> {
    let facts = forest(file).facts(changes);
    let instances = facts.into_iter().filter_map(|fact| match fact {
        RegistryFact::Upsert(instance) => Some((instance.path.to_string(), (*instance).clone())),
        _ => None,
    });
    instances.collect()
}

/// `layout service address weight admin`, for comparing many at once.
fn brief(instance: &Instance) -> String {
    let address = instance.address.as_ref().map_or("-".into(), ToString::to_string);
    let weight = instance.weight.map_or("-".into(), |weight| weight.to_string());
    format!("{} {} {address} {weight} {:?}", instance.service.layout.word(), instance.service.name, instance.admin)
}

fn briefs(file: &str, changes: Vec<Change>) -> Vec<String> {
    read(file, changes).iter().map(|(path, instance)| format!("{path}: {}", brief(instance))).collect()
}

#[test]
fn the_seeds_tree_is_read_with_its_odd_neighbours() {
    assert_eq!(
        briefs("", tree("seed-plain-weight")),
        [
            "/users-service/10.0.1.11:5000: seed users-service 10.0.1.11:5000 100 Enabled",
            "/users-service/10.0.1.12:5000: seed users-service 10.0.1.12:5000 50 Enabled",
            "/users-service/10.0.1.13:5000: seed users-service 10.0.1.13:5000 0 Drained",
            "/users-service/empty: seed users-service - - Unknown",
            "/users-service/odd: seed users-service - - Unknown",
        ]
    );
}

#[test]
fn spring_is_told_from_plain_curator_and_its_names_may_be_nested() {
    let read = read("", tree("spring-cloud-zookeeper"));
    let shown: Vec<_> = read.values().map(brief).collect();
    assert_eq!(
        shown,
        [
            "spring users-service 10.0.1.11:8080 5 Enabled",
            "spring users-service 10.0.1.12:8080 - Drained",
            "spring users-service 10.0.1.13:8080 - Enabled",
        ]
    );
    let up = String::from_utf8(fixture("spring-cloud-zookeeper/written-up.json")).unwrap();
    let nested = up.replace("\"name\":\"users-service\"", "\"name\":\"/eu/west/users-service\"");
    let read = self::read("", vec![mortal("/services/eu/west/users-service/a", nested)]);
    assert_eq!(read.values().next().unwrap().service.name.as_ref(), "eu/west/users-service");
}

#[test]
fn curators_tree_is_read_and_what_is_malformed_stands_beside_it() {
    let changes = vec![
        mortal("/discovery/orders/a", fixture("curator/written-drained-enabled-false.json")),
        mortal("/discovery/orders/b", fixture("curator/written-null-payload.json")),
        mortal("/discovery/orders/cut", fixture("curator/bad-truncated.json")),
        mortal("/discovery/orders/bytes", fixture("curator/bad-not-json.bin")),
        lasting("/discovery/orders/empty-service", ""),
        lasting("/discovery/test/c", fixture("curator/readme-static.json")),
    ];
    let read = read("", changes.clone());
    assert_eq!(
        briefs("", changes),
        [
            "/discovery/orders/a: curator orders 10.0.1.11:8443 - Drained",
            "/discovery/orders/b: curator orders 10.0.1.11:8443 - Enabled",
            "/discovery/orders/bytes: curator orders - - Unknown",
            "/discovery/orders/cut: curator orders - - Unknown",
            "/discovery/test/c: curator test 10.20.30.40:1234 - Enabled",
        ]
    );
    let of = |path: &str| read[path].capabilities.clone();
    assert!(of("/discovery/orders/a").weight.is_err(), "a payload that is null holds no weight");
    assert!(of("/discovery/orders/cut").drain.is_err() && of("/discovery/orders/cut").deregister.is_ok());
}

#[test]
fn what_no_layout_explains_is_raw_where_it_is_ephemeral() {
    let changes = vec![
        mortal("/elsewhere/ids/1", fixture("other/kafka-broker-v5.json")),
        lasting("/brokers/topics", ""),
        mortal("/legacy/blobs/b", b"<entry/>\xff\xfe"),
        mortal("/controller", "{}"),
        lasting("/config/app/key", "value"),
        mortal("/microservices/x/1.0/k", fixture("other/kratos-written.json")),
    ];
    let read = read("", changes.clone());
    assert_eq!(
        briefs("", changes),
        [
            "/controller: raw / - - Unknown",
            "/elsewhere/ids/1: raw elsewhere/ids - - Unknown",
            "/legacy/blobs/b: raw legacy/blobs - - Unknown",
            "/microservices/x/1.0/k: raw microservices/x/1.0 - - Unknown",
        ]
    );
    let why = read["/elsewhere/ids/1"].capabilities.drain.clone().unwrap_err();
    assert!(why.split(' ').count() > 4, "{why}");
}

#[test]
fn an_only_child_takes_the_address_of_the_files_only_endpoint() {
    let file = "services:\n  one-service:\n    name: one-service\n    version: v1.0\n    endpoints: [http://10.0.4.7:5000]\n\
                \n  two-service:\n    name: two-service\n    version: v1.0\n    endpoints: [http://10.0.4.8:5000]\n";
    let changes = vec![
        mortal("/one-service/instance-1", "6"),
        mortal("/two-service/instance-1", "6"),
        mortal("/two-service/instance-2", "6"),
    ];
    assert_eq!(
        briefs(file, changes),
        [
            "/one-service/instance-1: seed one-service 10.0.4.7:5000 6 Enabled",
            "/two-service/instance-1: seed two-service - 6 Enabled",
            "/two-service/instance-2: seed two-service - 6 Enabled",
        ]
    );
}

#[test]
fn equal_names_are_separate_services_and_double_addresses_two_entries() {
    let up = fixture("spring-cloud-zookeeper/written-up.json");
    let read = read(
        "",
        vec![
            mortal("/users-service/10.0.0.1:1", "4"),
            mortal("/services/users-service/a", &up),
            mortal("/services/users-service/b", &up),
        ],
    );
    let ids: std::collections::BTreeSet<_> = read.values().map(|instance| instance.service.clone()).collect();
    assert_eq!(ids.len(), 2);
    let (a, b) = (&read["/services/users-service/a"], &read["/services/users-service/b"]);
    assert!(a.address.is_some() && a.address == b.address);
}

#[test]
fn a_layout_that_the_file_fixes_wins() {
    let raw = "registry:\n  address: a:1\n  layout: raw\n";
    assert_eq!(briefs(raw, vec![mortal("/s/10.0.0.1:1", "4")]), ["/s/10.0.0.1:1: raw s - - Unknown"]);
}

#[test]
fn changes_are_told_once_and_neighbours_only_when_they_change_too() {
    let mut forest = forest("");
    let first = forest.facts(vec![lasting("/s", ""), mortal("/s/10.0.0.1:1", "4"), mortal("/s/odd", "x")]);
    assert_eq!(first.len(), 2);
    assert!(forest.facts(vec![lasting("/s", "data of the parent")]).is_empty());
    let changed = forest.facts(vec![node("/s/10.0.0.1:1", "5", 7, 2)]);
    assert!(matches!(changed.as_slice(), [RegistryFact::Upsert(i)] if i.weight == Some(5)), "{changed:?}");
    // the neighbour that explained it goes: the odd one is raw now
    let gone = forest.facts(vec![Change::Gone("/s/10.0.0.1:1".into())]);
    let [RegistryFact::Gone(path), RegistryFact::Upsert(odd)] = gone.as_slice() else { panic!("{gone:?}") };
    assert_eq!((&**path, odd.service.layout), ("/s/10.0.0.1:1", Layout::RAW));
}

#[test]
fn what_stops_being_an_instance_is_gone() {
    let mut forest = forest("");
    assert_eq!(forest.facts(vec![lasting("/s/10.0.0.1:1", "4"), lasting("/s/10.0.0.1:2", "4")]).len(), 2);
    let emptied = forest.facts(vec![node("/s/10.0.0.1:1", "", 0, 2)]);
    assert_eq!(emptied, [RegistryFact::Gone("/s/10.0.0.1:1".into())]);
    let parent_now = forest.facts(vec![lasting("/s/10.0.0.1:2/child", "")]);
    assert_eq!(parent_now, [RegistryFact::Gone("/s/10.0.0.1:2".into())]);
    let leaf_again = forest.facts(vec![Change::Gone("/s/10.0.0.1:2/child".into())]);
    assert!(matches!(leaf_again.as_slice(), [RegistryFact::Upsert(_)]), "{leaf_again:?}");
}

#[test]
fn intents_are_told_as_intents_and_nothing_of_keepwatchs_own_is_an_instance() {
    let intent = r#"{"service":"s","address":"10.0.0.1:1","path":"/s/10.0.0.1:1","op":"drain","by":"ana","at":5,
                     "reason":null,"old_weight":4,"before":"4","until":null}"#;
    let path = "/keepwatch/intents/s/10.0.0.1:1";
    let facts = forest("").facts(vec![
        lasting("/keepwatch/intents/s", ""),
        lasting(path, intent),
        lasting("/keepwatch/intents/s/bad", "no intent"),
        mortal("/keepwatch/x/10.0.0.1:1", "4"),
    ]);
    let [RegistryFact::IntentGone(_), RegistryFact::Intent(at, intent)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((&**at, intent.old_weight), (path, Some(4)));
}

#[test]
fn hostile_bytes_are_an_instance_at_most() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"name\":\"x\",\"id\":\"y\",\"address\":\"a\",\"payload\":{}", "{\"a\":".repeat(100_000));
    let large = vec![0xff; 1_000_000];
    let odd_port = r#"{"name":"s","id":"i","address":"10.0.0.1","port":99999999999999999999,"payload":null}"#;
    let changes = vec![
        mortal("/s/10.0.0.1:1", deep),
        mortal("/s/10.0.0.1:2", nested),
        mortal("/s/10.0.0.1:3", large),
        mortal("/s/10.0.0.1:99999", "4"),
        mortal("/s/\u{202e}\u{1b}[31m", "4"),
        mortal("/d/s/i", odd_port),
    ];
    let read = read("", changes);
    assert_eq!(read.len(), 6);
    assert!(read.values().all(|i| i.admin != RegistryAdmin::Drained));
    assert_eq!(read["/d/s/i"].address, None);
}

#[test]
fn what_access_lists_forbid_is_said_of_each_instance_and_taken_back_when_they_grant_it() {
    let mut forest = forest("");
    let path: Arc<str> = "/s/10.0.0.1:1".into();
    let told = forest.facts(vec![mortal(&path, "5"), Change::Hidden("/s/10.0.0.2:1".into(), None)]);
    let of = |facts: &[RegistryFact], path: &str| {
        let found = facts.iter().find_map(|fact| match fact {
            RegistryFact::Upsert(instance) if &*instance.path == path => Some(instance.clone()),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{path} is not told: {facts:?}"))
    };
    let hidden = of(&told, "/s/10.0.0.2:1");
    assert!(hidden.weight.is_none() && hidden.capabilities.drain.as_ref().is_err_and(|why| why.contains("to read")));
    assert!(of(&told, &path).capabilities.drain.is_ok());

    let told = forest.facts(vec![Change::Access(path.clone(), Access { set: false, ..Access::ALL })]);
    let can = of(&told, &path).capabilities.clone();
    assert!(can.drain.as_ref().is_err_and(|why| why.contains("to write")) && can.deregister.is_ok(), "{can:?}");
    let told = forest.facts(vec![Change::Access("/s".into(), Access { delete_below: false, ..Access::ALL })]);
    assert!(of(&told, &path).capabilities.deregister.as_ref().is_err_and(|why| why.contains("to delete")));
    let told = forest.facts(vec![Change::Access(path.clone(), Access::ALL), Change::Access("/s".into(), Access::ALL)]);
    let can = of(&told, &path).capabilities.clone();
    assert!(can.drain.is_ok() && can.weight.is_ok() && can.deregister.is_ok(), "{can:?}");
    let gone = forest.facts(vec![Change::Gone("/s/10.0.0.2:1".into())]);
    assert!(matches!(&gone[..], [RegistryFact::Gone(path)] if &**path == "/s/10.0.0.2:1"), "{gone:?}");
}

#[test]
fn a_setting_that_is_written_is_told_in_the_order_of_the_writes_and_without_its_value() {
    let mut forest = forest("");
    let set = |path: &str, data: &str, zxid| node(path, data, 0, zxid);
    let told = |facts: Vec<RegistryFact>| -> Vec<String> {
        let settings = facts.into_iter().filter_map(|fact| match fact {
            RegistryFact::Setting(s) => {
                Some(format!("{} {:?} {}{}", s.path, s.of, u8::from(s.before), u8::from(s.after)))
            }
            _ => None,
        });
        settings.collect()
    };
    let (timeout, pool) = ("/config/orders/timeout", "/config/application/pool");
    let facts = forest.facts(vec![
        set("/config", "", 1),
        set("/config/orders", "", 2),
        set(timeout, "s3cret", 4),
        set(pool, "9", 3),
    ]);
    assert!(!format!("{facts:?}").contains("s3cret"));
    assert_eq!(told(facts), ["/config/application/pool None 01", "/config/orders/timeout Some(\"orders\") 01"]);
    assert_eq!(told(forest.facts(vec![set(timeout, "s3cret", 5)])), [""; 0], "nothing new");
    let facts = forest.facts(vec![set(timeout, "other", 6), Change::Gone(pool.into())]);
    assert_eq!(told(facts), ["/config/orders/timeout Some(\"orders\") 11", "/config/application/pool None 10"]);
}
