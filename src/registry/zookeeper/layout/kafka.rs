//! Kafka's brokers up to 3.9: `/brokers/ids/<n>`, JSON of versions 1 to 5, and `/controller`, which names one of them. Read and
//! never written: a broker whose id is deleted is failed over by the controller while it runs on. From Kafka's `ZkData`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::group::{Ask, Changes, Group, Look, Needs, Nodes, Reading, Znode};
use super::{Content, Leaf};
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, More, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::layout::{Probe, Traits};
use crate::domain::plan::{Refusal, Target};

/// The layout.
pub(super) struct Kafka;

static TRAITS: Traits = Traits {
    word: "kafka",
    rank: 7,
    probe: Probe { silent: Some("a broker does not speak HTTP"), ..Probe::PLAIN },
    ..Traits::PLAIN
};

impl Layout {
    /// Brokers of Kafka up to 3.9: `/brokers/ids/<n>`, JSON. Never written; they do not speak HTTP.
    pub const KAFKA: Layout = Layout::new(&TRAITS);
}

const WHY: &str = "a broker's znode is never written: without its id the controller takes the broker for dead and moves its \
                   partitions; move them with kafka-reassign-partitions.sh, then stop the broker";

static NOTHING: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why: Arc<str> = WHY.into();
    Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why.clone()), deregister: Err(why) })
});

/// What stands before `/brokers/ids` or `/controller`.
fn home<'a>(leaf: &Leaf<'a>) -> Option<&'a str> {
    if let Some(home) = leaf.parent.strip_suffix("/brokers/ids") {
        let number = !leaf.name.is_empty() && leaf.name.len() <= 10 && leaf.name.bytes().all(|b| b.is_ascii_digit());
        return number.then_some(home);
    }
    (leaf.name == "controller" && controller(leaf.data).is_some()).then(|| leaf.parent.trim_end_matches('/'))
}

fn controller(data: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(data).ok()?.get("brokerid")?.as_u64()
}

impl Group for Kafka {
    fn layout(&self) -> Layout {
        Layout::KAFKA
    }

    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        home(leaf).map(Into::into)
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        let of_controller = nodes.iter().filter(|node| node.name() == "controller");
        let leads = of_controller.filter_map(|node| controller(node.data)).next();
        let brokers = nodes.iter().filter(|node| node.name() != "controller");
        brokers.map(|node| broker(node, leads.is_some_and(|id| id.to_string() == node.name()))).collect()
    }

    fn asks(&self, _: &Target) -> Vec<Ask> {
        Vec::new()
    }

    fn draft(&self, _: &Target, _: Op, _: &Look<'_>) -> Result<Changes, Refusal> {
        Err(Refusal::new(format!("Not possible here: {WHY}.")))
    }
}

fn broker(node: Znode<'_>, leads: bool) -> Reading {
    let json: Option<Value> = serde_json::from_slice(node.data).ok();
    let at = |key: &str| json.as_ref().and_then(|json| json.get(key));
    let endpoints: Vec<&str> =
        at("endpoints").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).take(32).collect();
    let of = |endpoint: &&str| Address::parse(endpoint.split_once("://")?.1, None).ok();
    let named = || {
        let port = at("port")?.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)?;
        Address::new(at("host")?.as_str()?, port).ok()
    };
    // `host` and `port` are those of the plain listener, null and -1 where there is none.
    let address = named().or_else(|| endpoints.iter().find_map(of));
    let mut metadata: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    metadata.insert("broker.id".into(), node.name().into());
    for key in ["rack", "version", "jmx_port"] {
        let value = at(key).filter(|value| !value.is_null() && **value != -1);
        metadata.extend(value.map(|v| (key.into(), v.as_str().map_or_else(|| v.to_string(), str::to_owned).into())));
    }
    if !endpoints.is_empty() {
        metadata.insert("endpoints".into(), endpoints.join(",").into());
    }
    if leads {
        metadata.insert("controller".into(), "true".into());
    }
    let home = node.parent().strip_suffix("/brokers/ids").unwrap_or("").trim_start_matches('/');
    Reading {
        path: node.path.clone(),
        service: if home.is_empty() { "kafka".into() } else { home.into() },
        parent: node.parent().into(),
        content: Content {
            service: None,
            admin: if address.is_some() { RegistryAdmin::Enabled } else { RegistryAdmin::Unknown },
            address,
            weight: None,
            metadata,
            capabilities: NOTHING.clone(),
            more: Some(Arc::new(More {
                speaks: Some("kafka".into()),
                notes: if leads { vec!["It is the controller.".into()] } else { Vec::new() },
                ..More::default()
            })),
        },
        needs: Needs::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::zookeeper::layout::group_tests::empty;

    const V5: &str = include_str!("../../../../tests/fixtures/registry/other/kafka-broker-v5.json");
    const V4: &str = include_str!("../../../../tests/fixtures/registry/other/kafka-broker-v4-rack-ssl-written.json");

    #[test]
    fn brokers_are_shown_with_rack_version_and_who_is_controller() {
        for (home, name) in [("", "kafka"), ("/logs", "logs")] {
            let mut stage = empty();
            stage.put_mortal(&format!("{home}/brokers/ids/0"), V5);
            stage.put_mortal(&format!("{home}/brokers/ids/1"), V4);
            stage.put_mortal(&format!("{home}/brokers/ids/2"), r#"{"host":"old","port":9092,"version":1}"#);
            stage.put(&format!("{home}/brokers/topics"), "");
            stage.put(&format!("{home}/brokers/ids"), "");
            stage.put_mortal(&format!("{home}/controller"), r#"{"version":1,"brokerid":0,"timestamp":"1"}"#);
            assert_eq!(stage.all().len(), 3);
            let first = stage.instance("node01:9092");
            assert_eq!((first.service.layout, &*first.service.name), (Layout::KAFKA, name));
            assert_eq!(first.metadata.get("controller").map(|v| &**v), Some("true"));
            let second = stage.instance("host1:9092").clone();
            assert_eq!(second.metadata.get("rack").map(|v| &**v), Some("dc1"));
            assert!(!second.metadata.contains_key("controller") && second.admin == RegistryAdmin::Enabled);
            assert_eq!(stage.instance("old:9092").metadata.get("version").map(|v| &**v), Some("1"));
            stage.put_mortal(&format!("{home}/controller"), r#"{"version":1,"brokerid":1,"timestamp":"2"}"#);
            assert!(!stage.instance("node01:9092").metadata.contains_key("controller"));
            assert!(stage.instance("host1:9092").metadata.contains_key("controller"));
        }
    }

    #[test]
    fn nothing_is_ever_written_and_it_says_why() {
        let mut stage = empty();
        stage.put_mortal("/brokers/ids/0", V5);
        for op in [Op::Drain, Op::Undrain, Op::Weight(3), Op::Deregister] {
            assert!(stage.plan("node01:9092", op).unwrap_err().contains("reassign"), "{op:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_shown_and_harms_nothing() {
        let deep = "[".repeat(50_000);
        let many = format!(r#"{{"endpoints":[{}"x"]}}"#, r#""A://h:1","#.repeat(20_000));
        for (n, bad) in
            ["", "5", "[]", "{", &deep, &many, r#"{"endpoints":{},"host":[],"port":"x","rack":{}}"#].iter().enumerate()
        {
            let mut stage = empty();
            stage.put_mortal(&format!("/brokers/ids/{n}"), bad);
            stage.put_mortal("/controller", bad);
            assert_eq!(stage.by_path(&format!("/brokers/ids/{n}")).service.layout, Layout::KAFKA);
            assert!(stage.all().iter().any(|i| i.service.layout == Layout::KAFKA));
        }
        let mut stage = empty();
        stage.put_mortal("/brokers/ids/one", "x");
        assert!(stage.all().iter().all(|i| i.service.layout != Layout::KAFKA));
    }
}
