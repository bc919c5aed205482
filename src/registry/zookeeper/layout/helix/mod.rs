//! Helix, and Pinot on it: `<cluster>/LIVEINSTANCES/<instance>` stands for a participant that is there, and its ZNRecord at
//! `<cluster>/CONFIGS/PARTICIPANT/<instance>` says whether replicas may be online on it. Drained is `HELIX_ENABLED` = false: the
//! config is no provider's own, so it stays, and the controller moves the replicas. From Helix's `InstanceConfig`.

mod record;

use std::sync::Arc;

use self::record::{ENABLED, Record};
use super::group::{Ask, Changes, Group, Look, Need, Needs, Nodes, Reading, Znode};
use super::{Content, Leaf, Undone, discovery, json_edit};
use crate::domain::id::Layout;
use crate::domain::instance::{Can, Capabilities, More, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::layout::Traits;
use crate::domain::plan::{Durability, Refusal, Target};

/// The layout.
pub(super) struct Helix;

static TRAITS: Traits = Traits { word: "helix", rank: 6, ..Traits::PLAIN };

impl Layout {
    /// Helix and Pinot: `<cluster>/LIVEINSTANCES/<instance>`, decided in `<cluster>/CONFIGS/PARTICIPANT/<instance>`.
    pub const HELIX: Layout = Layout::new(&TRAITS);
}

const LIVE: &str = "/LIVEINSTANCES";
const CONFIGS: &str = "/CONFIGS/PARTICIPANT";

/// The cluster's path, where this is the znode above live instances or configs.
fn cluster(parent: &str) -> Option<&str> {
    parent.strip_suffix(LIVE).or_else(|| parent.strip_suffix(CONFIGS))
}

impl Group for Helix {
    fn layout(&self) -> Layout {
        Layout::HELIX
    }

    /// One participant by itself: its live instance and its config.
    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        cluster(leaf.parent).map(|cluster| format!("{cluster} {}", leaf.name).into())
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        let live = nodes.iter().filter(|node| node.parent().ends_with(LIVE));
        live.map(|node| participant(node, nodes.get(&config(node.path)))).collect()
    }

    fn asks(&self, target: &Target) -> Vec<Ask> {
        target.paths.iter().map(|path| Ask::Node(config(path).into())).collect()
    }

    fn draft(&self, target: &Target, op: Op, look: &Look<'_>) -> Result<Changes, Refusal> {
        let wanted = match op {
            Op::Drain => "false",
            Op::Undrain => "true",
            Op::Weight(_) | Op::Deregister | Op::Undo => return Err(Refusal::new("Helix has no write for that.")),
        };
        let mut writes = Vec::new();
        for path in &target.paths {
            let Some(node) = look.nodes.get(&config(path)) else {
                return Err(Refusal::new(format!("{} is gone: nothing says what Helix may do with it.", config(path))));
            };
            let record = Record::read(node.data);
            record.editable().map_err(|why| Refusal::new(format!("Not possible here: {why}.")))?;
            if record.enabled() != Some(wanted == "true") {
                let token = json_edit::quoted(wanted);
                let after = json_edit::set(node.data, &ENABLED, &token);
                writes.push(look.set(node, after.map_err(|e| Refusal::new(format!("It cannot be changed: {e}.")))?));
            } else if op == Op::Undrain
                && let Some(held) = record.held()
            {
                return Err(Refusal::new(format!(
                    "HELIX_ENABLED is true already, and the instance operation {held} holds it; end that one with helix-rest \
                     (setInstanceOperation)."
                )));
            }
        }
        let mut warnings: Vec<Arc<str>> = vec![
            "Prefer helix-rest (enable, disable) or Pinot's PUT /instances/NAME/state where they are within reach: they write \
             the reason and the time beside it."
                .into(),
        ];
        if op == Op::Drain {
            warnings.push(
                "HELIX_ENABLED_TIMESTAMP is left as it is: a delayed rebalance counts from the old time, so that replicas may \
                 move at once."
                    .into(),
            );
        }
        Ok(Changes {
            writes,
            durability: Durability::UntilRemoved,
            takes_effect:
                "When the controller's next pipeline has run: it takes the replicas offline here and routes to the \
                           others; seconds, more where states change slowly."
                    .into(),
            warnings,
        })
    }

    fn take_back(&self, _: &str, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        discovery::take_back(before, after, now, &[&ENABLED])
    }
}

/// Where the config of a live instance stands.
fn config(live: &str) -> String {
    let (parent, name) = live.rsplit_once('/').unwrap_or(("", live));
    format!("{}{CONFIGS}/{name}", cluster(parent).unwrap_or(parent))
}

/// Pinot puts several kinds of participants into one cluster: the last of a kind is the last of a service.
fn service(cluster: &str, name: &str) -> Arc<str> {
    let cluster = match cluster.trim_start_matches('/') {
        "" => "helix",
        name => name,
    };
    let kinds = ["Server_", "Broker_", "Controller_", "Minion_"];
    let kind = kinds.iter().find(|kind| name.starts_with(*kind)).map(|kind| kind.trim_end_matches('_'));
    kind.map_or_else(|| cluster.into(), |kind| format!("{cluster}/{kind}").into())
}

fn participant(live: Znode<'_>, config: Option<Znode<'_>>) -> Reading {
    let record = config.map(|node| Record::read(node.data)).unwrap_or_default();
    let told = Record::read(live.data);
    let address = record.address().or_else(|| record::address_of_name(live.name()));
    let can: Can = match config {
        None => {
            Err("it has no znode under CONFIGS/PARTICIPANT that could say so: it is not configured in this cluster"
                .into())
        }
        Some(_) => record.editable(),
    };
    let cluster = cluster(live.parent()).unwrap_or("");
    let mut metadata = record.metadata();
    metadata.extend(told.version().map(|version| ("helix.version".into(), version.into())));
    // Of Pinot's participants the servers alone have no pages on their port, but on one that their config names.
    let server = live.name().starts_with("Server_");
    let speaks = server.then(|| "pinot".into());
    let page_port = record.admin_port().filter(|_| server);
    let mut notes: Vec<Arc<str>> = Vec::new();
    notes.extend(record.held().map(|held| format!("The instance operation {held} holds it.").into()));
    Reading {
        path: live.path.clone(),
        service: service(cluster, live.name()),
        parent: live.parent().into(),
        content: Content {
            service: None,
            address,
            admin: match record.enabled() {
                None => RegistryAdmin::Unknown,
                Some(false) => RegistryAdmin::Drained,
                Some(true) if record.held().is_some() => RegistryAdmin::Drained,
                Some(true) => RegistryAdmin::Enabled,
            },
            weight: None,
            metadata,
            capabilities: Arc::new(Capabilities {
                drain: can,
                weight: Err("Helix spreads replicas by its rebalancer's capacities, and has no weight of calls".into()),
                deregister: Err(
                    "a live instance is its participant's own session: without the znode Helix gives all its replicas away \
                     while the process runs on; drain it, then stop it"
                        .into(),
                ),
            }),
            more: Some(Arc::new(More { notes, speaks, page_port, ..More::default() })),
        },
        needs: Needs { drain: config.map(|node| Need::Set(node.path.clone())).into_iter().collect(), ..Needs::default() },
    }
}

#[cfg(test)]
mod helix_tests;
