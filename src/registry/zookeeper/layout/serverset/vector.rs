//! Vectors of a ServerSet: `{"vector":[{"select":"inet=10.0.4.12:31623","weight":-1.0,"priority":1}]}`. A member's weight is
//! the product of all entries, in all vectors, that select it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::group::{Nodes, Znode};
use crate::domain::address::Address;
use crate::domain::plan::Target;

/// The product that Finagle takes for a drain, and no other.
pub(super) const DRAINED: f64 = -1.0;

#[derive(Debug, Deserialize, Serialize)]
struct Document {
    vector: Vec<Entry>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    select: String,
    #[serde(default = "one")]
    weight: f64,
    #[serde(default)]
    priority: i64,
}

fn one() -> f64 {
    1.0
}

/// A vector that selects one address by `inet=` and nothing else: it can be taken away without touching another.
pub(super) struct Own<'a> {
    pub(super) node: Znode<'a>,
    pub(super) weight: f64,
}

impl Own<'_> {
    /// Whether it was written for a drain: no weight is negative.
    pub(super) fn drains(&self) -> bool {
        self.weight < 0.0
    }
}

/// All vectors of a set; those that cannot be read select nobody, as for Finagle.
pub(super) struct Vectors<'a>(Vec<(Znode<'a>, Document)>);

impl<'a> Vectors<'a> {
    pub(super) fn new(nodes: impl Iterator<Item = Znode<'a>>) -> Self {
        Vectors(nodes.filter_map(|node| Some((node, serde_json::from_slice(node.data).ok()?))).collect())
    }

    /// The weight of a member.
    pub(super) fn product(&self, address: Option<&Address>, shard: Option<i64>, member: &str) -> f64 {
        product(self.0.iter(), address, shard, member)
    }

    /// Its weight but for those vectors.
    pub(super) fn product_without(
        &self,
        address: &Address,
        without: &[Own<'_>],
        target: &Target,
        nodes: &Nodes<'_>,
    ) -> f64 {
        let node = target.paths.first().and_then(|path| nodes.get(path));
        let json: Option<serde_json::Value> = node.and_then(|node| serde_json::from_slice(node.data).ok());
        let shard = json.as_ref().and_then(|json| json.get("shard")?.as_i64());
        self.product_beside(address, without, shard, node.map_or("", |node| node.name()))
    }

    /// The same of a member that is named by what it tells.
    pub(super) fn product_beside(&self, address: &Address, own: &[Own<'_>], shard: Option<i64>, member: &str) -> f64 {
        let left = self.0.iter().filter(|(node, _)| own.iter().all(|own| own.node.path != node.path));
        product(left, Some(address), shard, member)
    }

    /// Vectors that are about this address alone.
    pub(super) fn only_for(&self, address: &Address) -> Vec<Own<'a>> {
        let own = |(node, document): &(Znode<'a>, Document)| match document.vector.as_slice() {
            [entry] if inet(&entry.select).is_some_and(|selected| selected == *address) => {
                Some(Own { node: *node, weight: entry.weight })
            }
            _ => None,
        };
        self.0.iter().filter_map(own).collect()
    }

    /// Vectors that select the member and are not about its address alone, by name, with what else they are about.
    pub(super) fn others_for(&self, address: &Address, shard: Option<i64>, member: &str) -> Vec<String> {
        let ours = self.only_for(address);
        let others = self.0.iter().filter(|(node, _)| ours.iter().all(|own| own.node.path != node.path));
        let named = others.filter_map(|(node, document)| {
            let (its, rest): (Vec<&Entry>, Vec<&Entry>) =
                document.vector.iter().partition(|entry| selects(entry, Some(address), shard, member));
            let its = its.first()?;
            let also = match rest.first() {
                Some(first) if rest.len() > 1 => {
                    format!("also weighs {} and {} more", first.select, rest.len() - 1)
                }
                Some(first) => format!("also weighs {}", first.select),
                None => format!("selects it by {}", its.select),
            };
            Some(format!("{}, which is not ours and {also}", node.name()))
        });
        named.collect()
    }
}

/// Whether an entry is about this member.
fn selects(entry: &Entry, address: Option<&Address>, shard: Option<i64>, member: &str) -> bool {
    match entry.select.split_once('=') {
        Some(("inet", _)) => address.is_some() && inet(&entry.select).as_ref() == address,
        Some(("shard", number)) => shard.is_some() && number.trim().parse().ok() == shard,
        Some(("member", name)) => name.trim() == member,
        _ => false,
    }
}

/// The path of a new vector: after all members and vectors that are there, as a sequential one would be called.
pub(super) fn next(parent: &str, nodes: &Nodes<'_>) -> Arc<str> {
    let number = |name: &str| name.rsplit_once('_').and_then(|(_, digits)| digits.parse::<u64>().ok());
    let last = nodes.iter().filter(|node| node.parent() == parent).filter_map(|node| number(node.name())).max();
    format!("{parent}/vector_{:010}", last.map_or(0, |last| last + 1)).into()
}

fn product<'a, 'b: 'a>(
    vectors: impl Iterator<Item = &'a (Znode<'b>, Document)>,
    address: Option<&Address>,
    shard: Option<i64>,
    member: &str,
) -> f64 {
    let entries = vectors.flat_map(|(_, document)| document.vector.iter());
    entries.filter(|entry| selects(entry, address, shard, member)).map(|entry| entry.weight).product()
}

fn inet(select: &str) -> Option<Address> {
    Address::parse(select.strip_prefix("inet=")?.trim(), None).ok()
}

/// The weight that makes a drain, which is exactly -1, of what other vectors weigh; `None` where none does.
pub(super) fn drains(others: f64) -> Option<f64> {
    let weight = DRAINED / others;
    (weight.is_finite() && weight * others == DRAINED).then_some(weight)
}

/// The bytes of a vector that weighs one address.
pub(super) fn write(address: &Address, weight: f64) -> Vec<u8> {
    let entry = Entry { select: format!("inet={address}"), weight, priority: 1 };
    serde_json::to_vec(&Document { vector: vec![entry] }).expect("plain data")
}
