//! Spring Cloud ZooKeeper: Curator's JSON with a `ZookeeperInstance` payload, names that may be nested. Drained is a
//! `metadata.instance_status` other than UP; a weight is `metadata.weight`, 1 or more.

mod page;

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::{Content, Edit, Format, Leaf, Undone, discovery, everything, json_edit, unread};
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, RegistryAdmin};
use crate::domain::layout::{Comeback, Heed, Holds, Probe, Traits, Weights};
use crate::domain::plan::{Durability, Refusal};
use crate::registry::zookeeper::plan_page::OwnPage;

pub(super) struct Spring;

static TRAITS: Traits = Traits {
    word: "spring",
    rank: 3,
    own_page: true,
    weights: Weights {
        no_zero: Some("Spring takes it for 1; drain takes the calls away"),
        // The weighted supplier turns what is not above 0 into 1.
        zero_as: Some(1.0),
        none_as: Some(1.0),
        by_choice: true,
        ..Weights::PLAIN
    },
    heed: Heed {
        state: Holds {
            whom: "for callers that obey the status",
            shares: "shares by weight; callers with the weighted balancer do not look at the status and go on as before",
        },
        weight: Holds {
            whom: "for callers with the weighted balancer",
            shares: "shares by weight; callers with the default balancer spread evenly and go on as before",
        },
        ..Heed::PLAIN
    },
    unheeded: "callers with the weighted balancer do not look at the status, and a weight of 0 counts as 1",
    comeback: Comeback::AtReconnect,
    // Readiness before the whole, as in a registry outage the whole takes longer than we wait.
    probe: Probe { first: Some("/actuator/health/readiness"), ..Probe::PLAIN },
    ..Traits::PLAIN
};

impl Layout {
    /// Spring Cloud ZooKeeper: Curator's JSON with a `ZookeeperInstance` payload; names may be nested.
    pub const SPRING: Layout = Layout::new(&TRAITS);
}

const STATUS: [&str; 3] = ["payload", "metadata", "instance_status"];
const WEIGHT: [&str; 3] = ["payload", "metadata", "weight"];

static ALL: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(everything()));
static UNREADABLE: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(discovery::unreadable()));

/// The words of `instance_status`.
mod status {
    /// Takes calls.
    pub(super) const UP: &str = "UP";
    /// Drained.
    pub(super) const OUT: &str = "OUT_OF_SERVICE";

    /// What Spring's own filter lets through: nothing said, or UP in any case.
    pub(super) fn up(status: &str) -> bool {
        status.trim().is_empty() || status.eq_ignore_ascii_case(UP)
    }
}

fn up(status: Option<&str>) -> bool {
    status.is_none_or(status::up)
}

fn read(data: &[u8]) -> Option<serde_json::Map<String, Value>> {
    let document = discovery::parse(data)?;
    let class = discovery::class(&document);
    (class.starts_with("org.springframework.") && class.ends_with(".ZookeeperInstance")).then_some(document)
}

impl Format for Spring {
    fn layout(&self) -> Layout {
        Layout::SPRING
    }

    fn claim(&self, leaf: &Leaf<'_>) -> Option<Content> {
        let document = read(leaf.data)?;
        let metadata = discovery::metadata(&document);
        let taken = up(metadata.get("instance_status").map(|status| &**status));
        Some(Content {
            service: discovery::name(&document),
            address: discovery::address(&document),
            admin: if taken { RegistryAdmin::Enabled } else { RegistryAdmin::Drained },
            // Spring takes 0 and less for 1, as if nothing were written.
            weight: discovery::weight(&metadata).filter(|weight| *weight > 0),
            metadata,
            capabilities: ALL.clone(),
            more: None,
        })
    }

    fn adopt(&self, leaf: &Leaf<'_>) -> Content {
        self.claim(leaf).unwrap_or_else(|| unread(UNREADABLE.clone()))
    }

    fn edit(&self, data: &[u8], edit: Edit<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let document = read(data).ok_or_else(|| {
            Refusal::new("Its bytes are not the JSON that Spring Cloud's readers expect: nothing in it can be changed.")
        })?;
        let metadata = discovery::metadata(&document);
        let drained = !up(metadata.get("instance_status").map(|status| &**status));
        let failed = |e: json_edit::NoEdit| Refusal::new(format!("It cannot be changed: {e}."));
        match edit {
            Edit::Drain if drained => Ok(None),
            Edit::Drain => json_edit::set(data, &STATUS, b"\"OUT_OF_SERVICE\"").map(Some).map_err(failed),
            Edit::Undrain(_) if !drained => Ok(None),
            Edit::Undrain(saved) => {
                let kept = saved.and_then(|saved| saved.bytes).and_then(|kept| Some((kept, read(kept)?)));
                match kept {
                    Some((kept, document))
                        if up(discovery::metadata(&document).get("instance_status").map(|status| &**status)) =>
                    {
                        Ok(discovery::as_in(data, kept, &STATUS))
                    }
                    _ => json_edit::set(data, &STATUS, b"\"UP\"").map(Some).map_err(failed),
                }
            }
            Edit::Weight(..1) => {
                Err(Refusal::new("Spring takes a weight of 0 for 1; use drain to take its traffic away."))
            }
            Edit::Weight(number) => {
                let edited = json_edit::set(data, &WEIGHT, &discovery::weight_token(data, number)).map_err(failed)?;
                Ok((edited != data).then_some(edited))
            }
        }
    }

    fn take_back(&self, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        discovery::take_back(before, after, now, &[&STATUS, &WEIGHT])
    }

    fn own_page(&self) -> Option<&'static dyn OwnPage> {
        Some(&page::Actuator)
    }

    fn names_service(&self) -> bool {
        true
    }

    fn durability(&self) -> Durability {
        Durability::UntilReconnect
    }

    fn leaves(&self) -> &'static str {
        "Within 35 s by default, as callers' load balancers cache, whatever their own watch sees: 23 to 32 s were measured."
    }

    fn takes_effect(&self, edit: Edit<'_>) -> &'static str {
        match edit {
            Edit::Weight(_) => {
                "Only for callers with the weighted balancer, within 35 s by default; the default balancer looks at no weight."
            }
            Edit::Drain => {
                "Within 35 s by default, as callers' load balancers cache; the application's own actuator still says UP. \
                 Callers with the weighted balancer do not look at the status."
            }
            Edit::Undrain(_) => {
                "Within 35 s by default, as callers' load balancers cache. Callers with the weighted balancer do not look at the \
                 status."
            }
        }
    }
}
