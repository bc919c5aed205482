//! Apache Curator's service discovery: `<base>/<service>/<id>`, JSON. Drained is `"enabled":false`, which Curator's own
//! ServiceProvider obeys; without the field an instance is enabled. A weight is a convention of the payload's metadata.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::{Content, Edit, Format, Leaf, Undone, discovery, everything, json_edit, unread};
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, RegistryAdmin};
use crate::domain::layout::{Comeback, Heed, Holds, Traits, Weights};
use crate::domain::plan::{Durability, Refusal};

pub(super) struct Curator;

const OWN_STRATEGY: Holds = Holds {
    whom: "for callers with a strategy of their own",
    shares: "shares by weight; callers without such a strategy spread evenly, whatever the weights",
};

static TRAITS: Traits = Traits {
    word: "curator",
    rank: 2,
    weights: Weights { none_as: Some(1.0), by_choice: true, ..Weights::PLAIN },
    heed: Heed {
        state: Holds {
            whom: "for callers that choose by Curator's ServiceProvider",
            shares: "shares by weight, which only a strategy of a caller's own reads; by default callers spread evenly",
        },
        weight: OWN_STRATEGY,
        rest: OWN_STRATEGY,
    },
    unheeded: "callers that read the list through a cache of their own do not look at `enabled`",
    comeback: Comeback::AtReconnect,
    ..Traits::PLAIN
};

impl Layout {
    /// Apache Curator x-discovery: `<base>/<service>/<id>`, JSON.
    pub const CURATOR: Layout = Layout::new(&TRAITS);
}

const ENABLED: [&str; 1] = ["enabled"];
const WEIGHT: [&str; 3] = ["payload", "metadata", "weight"];

const NO_METADATA: &str = "its payload has no metadata that could hold a weight";

static ALL: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(everything()));
static NO_WEIGHT: LazyLock<Arc<Capabilities>> =
    LazyLock::new(|| Arc::new(Capabilities { weight: Err(NO_METADATA.into()), ..everything() }));
static UNREADABLE: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(discovery::unreadable()));

impl Format for Curator {
    fn layout(&self) -> Layout {
        Layout::CURATOR
    }

    /// Dubbo writes the same JSON, but its callers obey none of the fields.
    fn claim(&self, leaf: &Leaf<'_>) -> Option<Content> {
        let document = discovery::parse(leaf.data)?;
        if discovery::class(&document).contains(".dubbo.") {
            return None;
        }
        let metadata = discovery::metadata(&document);
        let weighs =
            document.get("payload").is_some_and(|payload| payload.get("metadata").is_some_and(Value::is_object));
        Some(Content {
            service: discovery::name(&document),
            address: discovery::address(&document),
            admin: match document.get("enabled") {
                None | Some(Value::Null | Value::Bool(true)) => RegistryAdmin::Enabled,
                Some(Value::Bool(false)) => RegistryAdmin::Drained,
                Some(_) => RegistryAdmin::Unknown,
            },
            weight: discovery::weight(&metadata),
            metadata,
            capabilities: if weighs { ALL.clone() } else { NO_WEIGHT.clone() },
            more: None,
        })
    }

    fn adopt(&self, leaf: &Leaf<'_>) -> Content {
        self.claim(leaf).unwrap_or_else(|| unread(UNREADABLE.clone()))
    }

    fn edit(&self, data: &[u8], edit: Edit<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let document = discovery::parse(data).ok_or_else(|| {
            Refusal::new("Its bytes are not the JSON that Curator's readers expect: nothing in it can be changed.")
        })?;
        let drained = document.get("enabled") == Some(&Value::Bool(false));
        let failed = |e: json_edit::NoEdit| Refusal::new(format!("It cannot be changed: {e}."));
        match edit {
            Edit::Drain if drained => Ok(None),
            Edit::Drain => json_edit::set(data, &ENABLED, b"false").map(Some).map_err(failed),
            Edit::Undrain(_) if !drained => Ok(None),
            Edit::Undrain(saved) => {
                let kept = saved.and_then(|saved| saved.bytes).filter(|kept| discovery::parse(kept).is_some());
                match kept {
                    Some(kept) if json_edit::token(kept, &ENABLED) != Some(b"false") => {
                        Ok(discovery::as_in(data, kept, &ENABLED))
                    }
                    _ => json_edit::set(data, &ENABLED, b"true").map(Some).map_err(failed),
                }
            }
            Edit::Weight(_)
                if !document.get("payload").is_some_and(|p| p.get("metadata").is_some_and(Value::is_object)) =>
            {
                Err(Refusal::new(
                    "Its payload has no metadata that could hold a weight, and callers would not read one.",
                ))
            }
            Edit::Weight(number) => {
                let edited = json_edit::set(data, &WEIGHT, &discovery::weight_token(data, number)).map_err(failed)?;
                Ok((edited != data).then_some(edited))
            }
        }
    }

    fn take_back(&self, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        discovery::take_back(before, after, now, &[&ENABLED, &WEIGHT])
    }

    fn names_service(&self) -> bool {
        true
    }

    fn durability(&self) -> Durability {
        Durability::UntilReconnect
    }

    fn leaves(&self) -> &'static str {
        "At once for callers that choose by Curator's ServiceProvider or read a ServiceCache; for those that query the instances \
         themselves, at their next query."
    }

    fn takes_effect(&self, edit: Edit<'_>) -> &'static str {
        match edit {
            Edit::Weight(_) => "Only for callers with a strategy of their own that reads metadata.weight.",
            _ => {
                "At once for callers that choose by Curator's ServiceProvider; those that read a ServiceCache or query the \
                 instances themselves do not look at `enabled`."
            }
        }
    }
}
