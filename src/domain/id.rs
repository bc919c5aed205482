//! What things are called: services and instances. Not how they are found (`registry`), nor how they are shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::Address;

/// How a framework lays instances out in the registry. `Raw`: no layout explains the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// `/<service>/<host:port>`, data = the weight as integer text.
    Seed,
    /// Apache Curator x-discovery: `<base>/<service>/<id>`, JSON.
    Curator,
    /// Spring Cloud ZooKeeper: Curator's JSON with a `ZookeeperInstance` payload; names may be nested.
    Spring,
    /// ServerSets of Finagle and Aurora: `member_…` and beside them `vector_…` with weights.
    ServerSet,
    /// Dubbo: an application at an ip:port, over all of its interfaces and both of its levels, with overrides and rules.
    Dubbo,
    /// Helix and Pinot: `<cluster>/LIVEINSTANCES/<instance>`, decided in `<cluster>/CONFIGS/PARTICIPANT/<instance>`.
    Helix,
    /// Brokers of Kafka up to 3.9: `/brokers/ids/<n>`, JSON. Never written; they do not speak HTTP.
    Kafka,
    /// SmartStack: what Nerve registers and Synapse reads. Never written.
    Smartstack,
    /// One znode for each instance, read as the configuration file or a built-in preset describes it.
    Mapped,
    /// Ephemeral children that no layout explains: shown, never written, never probed, no verdict.
    Raw,
    /// Only named in the configuration file; the registry holds nothing of it.
    File,
}

impl Layout {
    /// Whether a provider gives its znode another name while it goes on serving; then all znodes of one address are one
    /// instance of its service.
    pub fn renames(self) -> bool {
        self == Layout::Dubbo
    }

    /// The word used in JSON and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Layout::Seed => "seed",
            Layout::Curator => "curator",
            Layout::Spring => "spring",
            Layout::ServerSet => "serverset",
            Layout::Dubbo => "dubbo",
            Layout::Helix => "helix",
            Layout::Kafka => "kafka",
            Layout::Smartstack => "smartstack",
            Layout::Mapped => "mapped",
            Layout::Raw => "raw",
            Layout::File => "file",
        }
    }

    /// Whether its instances may be asked for their health over HTTP: not where nobody knows what they are. Of the others, one
    /// whose port speaks something else tells so itself (`More::speaks`).
    pub fn probed(self) -> bool {
        self != Layout::Raw
    }
}

/// Which service: its name, and where it lives, as equal names in different layouts or parents are separate services.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId {
    /// The name as its users say it: `orders-service`, `eu/west/nested-service`; raw: the parent's path without its first `/`.
    pub name: Arc<str>,
    /// The layout it is registered in.
    pub layout: Layout,
    /// The path of the znode above its instances; empty for a service only the file names.
    pub parent: Arc<str>,
}

/// One instance as others speak of it: service name and address. This, not the znode's name, is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InstanceId {
    /// The service's name.
    pub service: Arc<str>,
    /// Its address.
    pub address: Address,
}

impl std::fmt::Display for InstanceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.service, self.address)
    }
}
