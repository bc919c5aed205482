//! An instance as the registry tells it: one znode, decoded. What it says of itself (health) or what callers see
//! (traffic) is told elsewhere and never folded in here.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{address::Address, id::ServiceId, time::Moment};

/// One registered znode, decoded by its layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// The service it serves.
    pub service: ServiceId,
    /// Where it listens; `None` where the znode does not tell.
    pub address: Option<Address>,
    /// The znode's path, exact.
    pub path: Arc<str>,
    /// What people decided, as the registry holds it.
    pub admin: RegistryAdmin,
    /// The weight written in the znode; `None` where there is none or it cannot be read (never 0 for that).
    pub weight: Option<i64>,
    /// Metadata of the znode, in its order of keys.
    pub metadata: BTreeMap<Arc<str>, Arc<str>>,
    /// Services that it says it calls (`metadata.depends-on`).
    pub depends_on: Vec<Arc<str>>,
    /// The znode's `ctime`.
    pub registered_at: Moment,
    /// The znode's `mtime`: when its bytes were last written, by the server's clock.
    #[serde(default)]
    pub written_at: Moment,
    /// The znode's `ephemeralOwner`; `None` for a persistent node.
    pub owner_session: Option<i64>,
    /// Version of its data: what compare-and-set compares.
    pub version: i32,
    /// Transaction that created it: tells a re-registration from an edit.
    pub czxid: i64,
    /// Transaction that last changed it.
    pub mzxid: i64,
    /// The znode's bytes as they are.
    pub raw: Arc<[u8]>,
    /// What can be done to it here, or why not.
    pub capabilities: Arc<Capabilities>,
    /// What only layouts of several znodes tell.
    pub more: Option<Arc<More>>,
}

/// What rules, configurations and callers that stand beside an instance's own znode tell of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct More {
    /// The weight that the layout's readers act on, where that is not the declared one.
    pub acts: Option<f64>,
    /// Further znodes that are its own, beside the one that stands for it: one for each interface.
    pub paths: Vec<Arc<str>>,
    /// Who calls it, by the registry: services by name.
    pub called_by: Vec<Arc<str>>,
    /// What there is to know that is no field: a rule that weighs it, a tag, a trap.
    pub notes: Vec<Arc<str>>,
    /// What its port speaks, where its own data or its layout tell and that is not HTTP: `dubbo`, `grpc`.
    pub speaks: Option<Arc<str>>,
    /// The port of its pages, where that is another one and its own data tell it.
    pub page_port: Option<u16>,
    /// By what some or all callers go past it though it is not drained; its weight tells no share of theirs.
    #[serde(default)]
    pub routed: Option<Arc<str>>,
    /// What is written about it and has no effect, and why.
    #[serde(default)]
    pub vain: Option<Arc<str>>,
}

impl Instance {
    /// All znodes that are its own.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.path).chain(self.more.iter().flat_map(|more| &more.paths))
    }
}

/// What the registry says people decided. Loss of a drain is not in here: that needs the intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistryAdmin {
    /// Takes traffic.
    Enabled,
    /// Marked as taking none.
    Drained,
    /// The layout has no such mark, or it cannot be read.
    Unknown,
}

/// `Ok(())`, or in words why it is not possible.
pub type Can = Result<(), Arc<str>>;

/// What can be done to one instance; each refusal is a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Drain and undrain.
    pub drain: Can,
    /// Set the weight.
    pub weight: Can,
    /// Delete the znode.
    pub deregister: Can,
}

/// Presence of an instance, the first of its five answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// In the registry.
    Registered,
    /// Was there while this Keepwatch ran; kept for 10 minutes.
    Gone,
    /// Named in the file, not in the registry.
    ExpectedMissing,
}

impl Presence {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Presence::Registered => "registered",
            Presence::Gone => "gone",
            Presence::ExpectedMissing => "expected_missing",
        }
    }
}

/// What people decided about an instance, all sources taken together: registry, intent and seen traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admin {
    /// Takes traffic.
    Enabled,
    /// Marked, and traffic to it is still seen.
    Draining,
    /// Marked; no traffic is seen, or nobody tells of traffic.
    Drained,
    /// An intent says drained, the registry no longer does.
    DrainLost,
    /// Not known.
    Unknown,
}

impl Admin {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Admin::Enabled => "enabled",
            Admin::Draining => "draining",
            Admin::Drained => "drained",
            Admin::DrainLost => "drain_lost",
            Admin::Unknown => "unknown",
        }
    }
}
