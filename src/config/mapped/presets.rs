//! The mappings that are built in, in the language of the file. Those with a path are asked about every znode; the others need
//! the path from the file. Armeria's, Motan's and SOFARPC's were seen on the running framework; the others are written from sources
//! and public bytes.

use std::sync::LazyLock;

use super::super::tree;
use super::Mapping;
use super::read::{self, Draft};

/// A mapping that a file can begin with.
#[derive(Debug, Clone)]
pub(super) struct Preset(pub(super) Draft);

/// In the order in which they are asked.
const PRESETS: &str = r#"
- name: kratos
  path: /microservices/{service}/{id}
  requires: [/endpoints/0]
  address: [/endpoints/0, /endpoints/1]
  weight: /metadata/weight
  metadata: [/version, /metadata, /endpoints]
  write: deregister
  read_only: kratos reads no mark of a drain, and its callers watch the list of names alone, so that a weight written there reaches nobody either; stop the provider, or deregister it until its next session

- name: go-micro
  path: /micro-registry/{service}/{id}
  requires: [/nodes/0]
  address: /nodes/0/address
  metadata: [/version, /nodes/0/metadata]
  write: deregister
  read_only: go-micro has no mark of a drain; its znodes are persistent, so that one whose provider is gone can be deregistered

- name: druid
  path: /druid/internal-discovery/{service}/{id}
  requires: [/druidNode]
  host: /druidNode/host
  port: [/druidNode/plaintextPort, /druidNode/tlsPort, /druidNode/port]
  metadata: [/druidNode/service, /nodeType, /services/dataNodeService/tier, /services/dataNodeService/priority]
  read_only: Druid takes no orders from its announcements; a worker is disabled by its own API (POST /druid/worker/v1/disable)

- name: clickhouse
  path: /clickhouse/discovery/{service}/shards/{id}
  requires: [/address]
  address: /address
  metadata: [/shard_id, /version]
  speaks: clickhouse
  read_only: ClickHouse announces its nodes itself and reads no mark of a drain; take the node out of the cluster's configuration

- name: motan
  path: /motan/{group}/{service}/{state}/{address}
  requires: ["text?"]
  callers: /motan/{group}/{service}/client/{address}
  caller: text?application
  address: "{address}"
  status: "{state}"
  enabled: server
  drained: unavailableServer
  metadata: ["{group}", "text?"]
  read_only: a Motan provider moves its own znode between server and unavailableServer; use its heartbeat switcher, since a znode that we move would be ours

- name: sofarpc
  path: /sofa-rpc/{service}/providers/{url}
  callers: /sofa-rpc/{service}/consumers/{url}
  caller: name?appName
  address: name
  weight: name?weight
  metadata: ["name?"]
  read_only: SOFARPC's consumers read only the name of the znode, and its overrides hold no drain; stop the provider, or switch it off in its own configuration

- name: kitex
  path: /{service}/{address}
  requires: [/Weight, /Tags]
  address: "{address}"
  weight: /Weight
  least: 1
  metadata: /Tags
  write: [weight, deregister]
  read_only: Kitex registers an address and a weight, and no mark of a drain; stop the provider, or deregister it until its next session
  warning: Kitex's resolver compares addresses alone, so that a caller may not notice the weight before the list of addresses changes
  takes_effect: At the caller's next poll, where it builds its picker anew.

- name: armeria
  requires: ["text:2"]
  host: text:1
  port: text:2
  weight: text:3
  write: deregister
  read_only: Armeria's text holds host, port and weight, and no mark of a drain, and its clients read it once, when the znode appears, so that a weight written there would reach nobody who runs; stop the server, which takes its znode away
  warning: Armeria's server registers once, when it starts; what is deregistered, or lost with its session, comes back when it is started again
"#;

/// All presets, also those without a path.
pub(super) fn all() -> &'static [Preset] {
    static ALL: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let root = tree::read(PRESETS).expect("the presets are YAML, as a test shows");
        let tree::Value::List(items) = root.value else { return Vec::new() };
        // What is still missing, as a path, is told where a file uses the preset.
        items.iter().map(|item| Preset(read::draft("preset", item, &[], &mut Vec::new()))).collect()
    });
    &ALL
}

/// The presets that are asked about every znode, in their order.
pub fn built_in() -> impl Iterator<Item = Mapping> {
    all().iter().filter_map(|preset| preset.0.clone().whole())
}
