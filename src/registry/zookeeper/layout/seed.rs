//! The seed's layout: `/<service>/<host:port>`, the weight as integer text; 0 is drained. Readers trim, and take what is no
//! number for an unknown weight, never for 0.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::{Content, Edit, Format, Leaf, Undone, everything};
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, RegistryAdmin};
use crate::domain::layout::{Traits, Weights};
use crate::domain::plan::{Durability, Refusal};

pub(super) struct Seed;

static TRAITS: Traits = Traits {
    word: "seed",
    rank: 1,
    weights: Weights {
        mark: true,
        no_zero: Some("0 is a drain here; drain keeps the weight to put back"),
        ..Weights::PLAIN
    },
    ..Traits::PLAIN
};

impl Layout {
    /// The seed's: `/<service>/<host:port>`, data = the weight as integer text.
    pub const SEED: Layout = Layout::new(&TRAITS);
}

static ALL: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(everything()));
static NO_WEIGHT: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why = "its bytes are no weight that could be put back; set one with weight N";
    Arc::new(Capabilities { drain: Err(why.into()), ..everything() })
});

fn weight(data: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(data).ok()?.trim();
    text.parse().ok().filter(|weight| *weight >= 0)
}

/// Also of a port 0, where nobody can listen: it is what the znode says.
fn address(name: &str) -> Option<Address> {
    Address::parse(name, None).ok()
}

/// The number put where the old one stood; blanks around it are the owner's.
fn with(data: &[u8], number: i64) -> Vec<u8> {
    let start = data.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = data.len() - data[start..].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    [&data[..start], number.to_string().as_bytes(), &data[end.max(start)..]].concat()
}

impl Format for Seed {
    fn layout(&self) -> Layout {
        Layout::SEED
    }

    /// A `host:port` below a top-level znode, or a number below any; what holds an object is somebody else's.
    fn claim(&self, leaf: &Leaf<'_>) -> Option<Content> {
        let number = weight(leaf.data).is_some();
        let top = leaf.parent.matches('/').count() == 1;
        let named = address(leaf.name).is_some();
        let object = leaf.data.trim_ascii_start().starts_with(b"{");
        let mine = match (named, leaf.ephemeral) {
            (true, true) => number || (top && !object),
            (true, false) => number,
            (false, true) => number && top && leaf.parent != "/",
            (false, false) => false,
        };
        mine.then(|| self.adopt(leaf))
    }

    fn adopt(&self, leaf: &Leaf<'_>) -> Content {
        let weight = weight(leaf.data);
        Content {
            service: None,
            address: address(leaf.name),
            admin: match weight {
                Some(0) => RegistryAdmin::Drained,
                Some(_) => RegistryAdmin::Enabled,
                None => RegistryAdmin::Unknown,
            },
            weight,
            metadata: BTreeMap::new(),
            capabilities: if weight.is_some() { ALL.clone() } else { NO_WEIGHT.clone() },
            more: None,
        }
    }

    fn edit(&self, data: &[u8], edit: Edit<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        let now = weight(data);
        match (edit, now) {
            (Edit::Drain, Some(0)) => Ok(None),
            (Edit::Drain, Some(_)) => Ok(Some(with(data, 0))),
            (Edit::Drain, None) => {
                Err(Refusal::new("Its bytes are no weight, so that nothing could be put back; set one with weight N."))
            }
            (Edit::Undrain(_), Some(1..)) => Ok(None),
            (Edit::Undrain(saved), _) => match saved.and_then(|saved| saved.weight) {
                Some(weight) if weight > 0 => Ok(Some(with(data, weight))),
                _ => Err(Refusal::new(
                    "No weight from before the drain was kept, so undrain has nothing to put back; set one with weight N.",
                )),
            },
            (Edit::Weight(0), _) => Err(Refusal::new(
                "A weight of 0 is a drain in this layout; use drain, which keeps the weight to put back.",
            )),
            (Edit::Weight(number), now) if now == Some(number) => Ok(None),
            (Edit::Weight(number), _) => Ok(Some(with(data, number))),
        }
    }

    /// The bytes are one field.
    fn take_back(&self, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
        match () {
            () if now == after => Undone::Bytes(before.to_vec()),
            () if now == before => Undone::Already,
            () => Undone::Conflict,
        }
    }

    fn lends_address(&self) -> bool {
        true
    }

    /// Its readers pass over what is no address.
    fn shows_strangers(&self) -> bool {
        false
    }

    fn durability(&self) -> Durability {
        Durability::UntilItRegisters
    }

    fn leaves(&self) -> &'static str {
        "At once for callers that watch the list of children."
    }

    fn takes_effect(&self, _: Edit<'_>) -> &'static str {
        "At once for callers that watch the data; callers that watch only the list of children do not see it."
    }
}
