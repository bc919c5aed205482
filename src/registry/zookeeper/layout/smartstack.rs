//! SmartStack: what Nerve registers and Synapse reads, `<zk_path>/<instance>_<10 digits>` with JSON, or with the JSON in the name
//! (`base64_…`). Synapse reads a child's data only when the list of children changes, and Nerve makes a deleted one again: so it
//! is shown and never written. From Nerve's `reporter/zookeeper.rb` and Synapse's `service_watcher/zookeeper.rb`.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::group::{Ask, Changes, Group, Look, Needs, Nodes, Reading, Znode};
use super::{Content, Leaf};
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, More, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::layout::Traits;
use crate::domain::plan::{Refusal, Target};

/// The layout.
pub(super) struct Smartstack;

static TRAITS: Traits = Traits { word: "smartstack", rank: 8, ..Traits::PLAIN };

impl Layout {
    /// SmartStack: what Nerve registers and Synapse reads. Never written.
    pub const SMARTSTACK: Layout = Layout::new(&TRAITS);
}

/// Base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Bytes of a name that are decoded at most.
const LONGEST: usize = 64 * 1024;
/// Labels that are shown at most.
const MOST: usize = 100;

/// The number that ZooKeeper has put behind a name.
fn sequence(name: &str) -> Option<(&str, &str)> {
    let (before, digits) = name.rsplit_once('_')?;
    let number = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
    (number || digits.is_empty()).then_some((before, digits))
}

fn object(data: &[u8]) -> Option<Map<String, Value>> {
    if !data.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(data).ok()
}

/// The entry that the name itself holds: `base64_<length>_<text>_<sequence>`.
fn in_name(name: &str) -> Option<Map<String, Value>> {
    let (length, rest) = name.strip_prefix("base64_")?.split_once('_')?;
    let length: usize = length.parse().ok().filter(|length| *length <= LONGEST)?;
    // The letters of the code hold `_` too.
    let text = rest.get(..length).filter(|_| matches!(rest.as_bytes().get(length), None | Some(b'_')));
    let text = text.or_else(|| sequence(rest).map(|(text, _)| text))?;
    object(&BASE64.decode(text).ok()?)
}

/// What Synapse takes: the name wins where it holds the entry.
fn entry(name: &str, data: &[u8]) -> Option<Map<String, Value>> {
    in_name(name).or_else(|| object(data))
}

fn address(entry: &Map<String, Value>) -> Option<Address> {
    let port = entry.get("port")?;
    let port = port.as_u64().and_then(|port| u16::try_from(port).ok()).or_else(|| port.as_str()?.parse().ok())?;
    Address::new(entry.get("host")?.as_str()?, port).ok()
}

/// What the znode above the instances holds for Synapse, by the name of its part.
fn generator(data: &[u8]) -> Option<Value> {
    // Asked of every znode of the tree: most need not be read for it.
    if !std::str::from_utf8(data).is_ok_and(|text| text.contains("\"haproxy\"")) {
        return None;
    }
    object(data)?.remove("haproxy").filter(Value::is_object)
}

impl Group for Smartstack {
    fn layout(&self) -> Layout {
        Layout::SMARTSTACK
    }

    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        if sequence(leaf.name).is_some() {
            let encoded = leaf.name.starts_with("base64_") && leaf.ephemeral;
            let ours = encoded || entry(leaf.name, leaf.data).is_some_and(|entry| address(&entry).is_some());
            return ours.then(|| leaf.parent.into());
        }
        generator(leaf.data).map(|_| format!("{}/{}", leaf.parent.trim_end_matches('/'), leaf.name).into())
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        let is_instance = |node: &Znode<'_>| sequence(node.name()).is_some();
        let above = nodes.iter().find(|node| !is_instance(node)).and_then(|node| generator(node.data));
        nodes.iter().filter(is_instance).map(|node| instance(node, above.as_ref())).collect()
    }

    fn asks(&self, _: &Target) -> Vec<Ask> {
        Vec::new()
    }

    fn draft(&self, target: &Target, _: Op, _: &Look<'_>) -> Result<Changes, Refusal> {
        Err(Refusal::new(format!("Not possible here: {}.", why(service(&target.service.parent)))))
    }
}

/// `/nerve/services/web/services` and `/nerve/region:us/web` are both called web.
fn service(parent: &str) -> &str {
    let cut = parent.strip_suffix("/services").filter(|rest| rest.contains('/')).unwrap_or(parent);
    cut.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("smartstack")
}

fn why(service: &str) -> String {
    format!(
        "Synapse does not notice a change of this znode, and Nerve makes a deleted one again; make Nerve's check fail on its \
         host (hadown {service}, which hacheck obeys), or tell each HAProxy: set server {service}/NAME state drain"
    )
}

fn instance(node: Znode<'_>, above: Option<&Value>) -> Reading {
    let entry = entry(node.name(), node.data).unwrap_or_default();
    let (address, service) = (address(&entry), service(node.parent()));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut metadata: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for (key, value) in entry.get("labels").and_then(Value::as_object).into_iter().flatten().take(MOST) {
        metadata.insert(key.as_str().into(), text(value).into());
    }
    for key in ["name", "haproxy_server_options"] {
        metadata.extend(entry.get(key).filter(|value| !value.is_null()).map(|value| (key.into(), text(value).into())));
    }
    metadata.extend(above.map(|generator| ("haproxy".into(), generator.to_string().into())));
    let disabled = above.is_some_and(|generator| generator.get("disabled") == Some(&Value::Bool(true)));
    let weight = entry.get("weight").and_then(Value::as_i64).filter(|weight| *weight >= 0);
    let mut notes: Vec<Arc<str>> = Vec::new();
    if disabled {
        notes.push(format!("{} says haproxy.disabled: Synapse serves nobody of this service.", node.parent()).into());
    }
    if weight.is_some() {
        notes.push("Its weight counts only where Synapse's haproxy has use_nerve_weights.".into());
    }
    let why: Arc<str> = why(service).into();
    Reading {
        path: node.path.clone(),
        service: service.into(),
        parent: node.parent().into(),
        content: Content {
            service: None,
            admin: match () {
                () if address.is_none() => RegistryAdmin::Unknown,
                () if disabled => RegistryAdmin::Drained,
                () => RegistryAdmin::Enabled,
            },
            address,
            weight,
            metadata,
            capabilities: Arc::new(Capabilities {
                drain: Err(why.clone()),
                weight: Err(why.clone()),
                deregister: Err(why),
            }),
            more: Some(Arc::new(More { notes, ..More::default() })),
        },
        needs: Needs::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::zookeeper::layout::group_tests::{empty, stage};

    const ABOVE: &str = "/nerve/services/web/services";

    #[test]
    fn instances_are_read_from_data_and_from_names() {
        let mut stage = stage("smartstack");
        for (n, weight, az) in [(11, 2, "us-east-1a"), (12, 1, "us-east-1b"), (13, 2, "us-east-1c")] {
            let found = stage.instance(&format!("10.0.5.{n}:3000"));
            assert_eq!((found.service.layout, &*found.service.name), (Layout::SMARTSTACK, "web"));
            assert_eq!((found.weight, found.admin), (Some(weight), RegistryAdmin::Enabled));
            assert_eq!(found.metadata.get("az").map(|az| &**az), Some(az));
            assert!(found.metadata["haproxy"].contains("rise 3"), "what stands above is shown");
        }
        let encoded = stage.instance("10.0.5.13:3000").path.clone();
        stage.put_mortal(&encoded, r#"{"host":"10.9.9.9","port":1,"weight":9}"#);
        assert_eq!(stage.instance("10.0.5.13:3000").weight, Some(2), "the name wins over the data");
        assert_eq!(stage.all().len(), 3);
    }

    #[test]
    fn a_service_that_is_disabled_above_is_shown_so() {
        let mut stage = stage("smartstack");
        stage.put(ABOVE, r#"{"haproxy":{"disabled":true}}"#);
        let admin = |n| stage.instance(&format!("10.0.5.{n}:3000")).admin;
        assert_eq!([11, 12, 13].map(admin), [RegistryAdmin::Drained; 3]);
        stage.put(ABOVE, "");
        assert_eq!(stage.instance("10.0.5.11:3000").admin, RegistryAdmin::Enabled);
    }

    #[test]
    fn nothing_is_written_and_it_says_what_to_use() {
        let stage = stage("smartstack");
        for op in [Op::Drain, Op::Undrain, Op::Weight(3), Op::Deregister] {
            let why = stage.plan("10.0.5.11:3000", op).unwrap_err();
            assert!(why.contains("hadown web") && why.contains("state drain"), "{op:?}: {why}");
        }
    }

    #[test]
    fn what_cannot_be_read_spoils_no_other() {
        let (long, deep) = ("A".repeat(200_000), format!("{{\"host\":{}", "[".repeat(50_000)));
        let mut stage = stage("smartstack");
        for (n, name) in
            ["base64_", "base64_9_", "base64_-1_x_", "base64_99999999999999999999_x_", "base64_4_!!!!_", "base64_3_é_"]
                .iter()
                .enumerate()
        {
            stage.put_mortal(&format!("{ABOVE}/{name}000000009{n}"), "");
        }
        stage.put_mortal(&format!("{ABOVE}/base64_200000_{long}_0000000080"), "{}");
        for (n, data) in
            ["", "[]", &deep, r#"{"host":1,"port":"x"}"#, r#"{"host":"h","port":70000}"#].iter().enumerate()
        {
            stage.put_mortal(&format!("{ABOVE}/i-9_000000008{}", n + 1), data);
        }
        stage.put_mortal(&format!("{ABOVE}/i-8_0000000070"), r#"{"host":"h","port":"80","weight":"x","labels":[1]}"#);
        assert_eq!(stage.instance("h:80").weight, None);
        for n in 11..14 {
            assert_eq!(stage.instance(&format!("10.0.5.{n}:3000")).admin, RegistryAdmin::Enabled);
        }
        assert!(stage.all().iter().filter(|i| i.address.is_none()).all(|i| i.admin == RegistryAdmin::Unknown));
    }

    #[test]
    fn names_of_services_are_those_that_people_say() {
        assert_eq!(
            [ABOVE, "/nerve/region:us/web", "/web", "/services", ""].map(service),
            ["web", "web", "web", "services", "smartstack"]
        );
        let mut stage = empty();
        stage.put_mortal("/s/10.0.0.1:80", "5");
        stage.put_mortal("/s/member_0000000001", r#"{"host":"h","port":1}"#);
        assert_eq!(stage.by_path("/s/member_0000000001").service.layout, Layout::SERVERSET, "those are asked first");
    }
}
