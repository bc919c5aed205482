//! ServerSets (Finagle, Aurora): `<path>/member_<10 digits>` for the instances, and beside them `<path>/vector_<10 digits>`,
//! each a list of weights that Finagle multiplies; exactly -1 is its drain. Vectors are read once by path and never again,
//! so they are made and deleted, not set. From Finagle's `ZkNodeDataCache`, `ServiceDiscoverer` and `Zk2Resolver`.

mod vector;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use self::vector::{DRAINED, Vectors};
use super::group::{Ask, Changes, Group, Look, Need, Needs, Nodes, Reading, Znode, create};
use super::{Content, Leaf, speech};
use crate::domain::address::Address;
use crate::domain::id::Layout;
use crate::domain::instance::{Capabilities, More, RegistryAdmin};
use crate::domain::intent::Op;
use crate::domain::layout::{Comeback, Traits};
use crate::domain::plan::{Durability, Refusal, Target};

/// The layout.
pub(super) struct ServerSet;

static TRAITS: Traits =
    Traits { word: "serverset", kept_as: Some("server_set"), rank: 5, comeback: Comeback::AtOnce, ..Traits::PLAIN };

impl Layout {
    /// ServerSets of Finagle and Aurora: `member_…` and beside them `vector_…` with weights.
    pub const SERVERSET: Layout = Layout::new(&TRAITS);
}

/// Additional endpoints that have pages, the likeliest to tell of its health first.
const PAGES: [&str; 4] = ["health", "http-admin", "admin", "http"];

static CAN: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let comes_back = "Finagle's publisher joins again as soon as its member is deleted; stop it at its source: the scheduler \
                      (aurora job kill) or its admin server";
    Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Err(comes_back.into()) })
});
static UNREADABLE: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why: Arc<str> = "this member is not JSON (an old thrift one), so that no vector could name its address".into();
    Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why.clone()), deregister: Err(why) })
});

fn numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|digits| digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit()))
}

impl Group for ServerSet {
    fn layout(&self) -> Layout {
        Layout::SERVERSET
    }

    fn group(&self, leaf: &Leaf<'_>) -> Option<Arc<str>> {
        (numbered(leaf.name, "member_") || numbered(leaf.name, "vector_")).then(|| leaf.parent.into())
    }

    fn read(&self, nodes: &Nodes<'_>) -> Vec<Reading> {
        let vectors = Vectors::new(nodes.iter().filter(|node| numbered(node.name(), "vector_")));
        nodes.iter().filter(|node| numbered(node.name(), "member_")).map(|node| member(node, &vectors)).collect()
    }

    fn asks(&self, target: &Target) -> Vec<Ask> {
        vec![Ask::Children(target.service.parent.clone())]
    }

    fn draft(&self, target: &Target, op: Op, look: &Look<'_>) -> Result<Changes, Refusal> {
        let Some(address) = &target.address else {
            return Err(Refusal::new("This member tells no address, so that no vector could name it."));
        };
        let vectors = Vectors::new(look.nodes.iter().filter(|node| numbered(node.name(), "vector_")));
        let own = vectors.only_for(address);
        let without = |some: &[vector::Own<'_>]| vectors.product_without(address, some, target, &look.nodes);
        let drained = without(&[]) == DRAINED;
        let mut warnings: Vec<Arc<str>> = Vec::new();
        let (gone, wanted) = match op {
            Op::Drain if drained => (Vec::new(), None),
            Op::Drain => drain(own, &without, &mut warnings)?,
            Op::Undrain => {
                let drains: Vec<_> = own.into_iter().filter(vector::Own::drains).collect();
                if let Some(by) = drained_by(&vectors, &drains, address, target, look) {
                    if drains.is_empty() {
                        return Err(Refusal::new(format!("Not undrained: {by}.")));
                    }
                    warnings.push(format!("It stays drained after this: {by}.").into());
                }
                (drains, None)
            }
            Op::Weight(_) if drained && own.iter().any(vector::Own::drains) => {
                let why = "is drained, and a weight would put it back unseen; undrain it first.";
                return Err(Refusal::new(format!("{target} {why}")));
            }
            Op::Weight(number) if own.iter().any(|vector| vector.weight == number as f64) => (Vec::new(), None),
            Op::Weight(number) => {
                let others = without(&own);
                if others != 1.0 {
                    warnings.push(format!("{}.", multiplied(others)).into());
                }
                warnings.extend(replaced(&own));
                (own, Some(number as f64))
            }
            Op::Deregister | Op::Undo => return Err(Refusal::new("A member of a ServerSet is not deleted here.")),
        };
        warnings.push(
            "Only Finagle's serverset2 clients read vectors; Aurora, Synapse, Prometheus and Armeria go on calling it."
                .into(),
        );
        let mut writes: Vec<_> = gone.iter().map(|vector| look.delete(vector.node)).collect();
        if let Some(weight) = wanted {
            let path = vector::next(&target.service.parent, &look.nodes);
            writes.push(create(path, &vector::write(address, weight)));
        }
        Ok(Changes {
            writes,
            durability: Durability::UntilRemoved,
            takes_effect: "Finagle's clients: a drain in 10 to 20 s, as what leaves waits for the end of their epochs of 10 s; an \
                           undrain or a weight in seconds, up to 20 s after another change."
                .into(),
            warnings,
        })
    }
}

/// Vectors that are deleted, and the weight of a new one, of which Finagle makes exactly -1. What only weighs it stays: an
/// undrain gives that weight back. Where nothing makes -1 of it, the new one takes its place.
fn drain<'a>(
    own: Vec<vector::Own<'a>>,
    without: &dyn Fn(&[vector::Own<'_>]) -> f64,
    warnings: &mut Vec<Arc<str>>,
) -> Result<(Vec<vector::Own<'a>>, Option<f64>), Refusal> {
    // One that is negative and drains nobody was a drain until another one changed.
    let (failed, weighs): (Vec<_>, Vec<_>) = own.into_iter().partition(vector::Own::drains);
    let ends = |others: f64| -> Arc<str> {
        format!("{}: exactly -1 is a drain, and it ends where that one changes.", multiplied(others)).into()
    };
    let others = without(&failed);
    if let Some(weight) = vector::drains(others) {
        warnings.extend((others != 1.0).then(|| ends(others)));
        return Ok((failed, Some(weight)));
    }
    warnings.extend(replaced(&weighs));
    let gone: Vec<_> = failed.into_iter().chain(weighs).collect();
    let others = without(&gone);
    let Some(weight) = vector::drains(others) else {
        let why = format!("{}, and nothing makes exactly -1 of it. Take that one away first.", multiplied(others));
        return Err(Refusal::new(why));
    };
    warnings.extend((others != 1.0).then(|| ends(others)));
    Ok((gone, Some(weight)))
}

fn multiplied(others: f64) -> String {
    format!("Another vector weighs it by {others}; Finagle multiplies the two")
}

/// That what weighs it, whoever wrote it, is taken away.
fn replaced(own: &[vector::Own<'_>]) -> Option<Arc<str>> {
    let each: Vec<String> = own.iter().map(|vector| format!("{} ({})", vector.node.name(), vector.weight)).collect();
    let words = format!("It takes the place of {}; undo puts that back, undrain does not.", each.join(" and "));
    (!each.is_empty()).then(|| words.into())
}

/// What drains a member besides these vectors of its own, if anything does: a clause.
fn drained_by(
    vectors: &Vectors<'_>,
    ours: &[vector::Own<'_>],
    address: &Address,
    target: &Target,
    look: &Look<'_>,
) -> Option<String> {
    let node = target.paths.first().and_then(|path| look.nodes.get(path));
    let json: Option<Value> = node.and_then(|node| serde_json::from_slice(node.data).ok());
    let at = |key: &str| json.as_ref().and_then(|json| json.get(key));
    if let Some(status) = at("status").and_then(Value::as_str).filter(|status| *status != "ALIVE") {
        return Some(format!(
            "its own status is {status}, and Finagle resolves those that are ALIVE alone; its process says so"
        ));
    }
    if vectors.product_without(address, ours, target, &look.nodes) != DRAINED {
        return None;
    }
    let shard = at("shard").and_then(Value::as_i64);
    let others = vectors.others_for(address, shard, node.map_or("", |node| node.name()));
    Some(format!("it is drained by {}: whoever wrote that has to take it away", others.join(" and by ")))
}

/// What can be done to a member that vectors weigh which are not about it alone; `None` where there are none.
fn hindered(
    vectors: &Vectors<'_>,
    address: &Address,
    shard: Option<i64>,
    node: &Znode<'_>,
    own: &[vector::Own<'_>],
) -> Option<Arc<Capabilities>> {
    let others = vectors.product_beside(address, own, shard, node.name());
    let names = || vectors.others_for(address, shard, node.name()).join(" and by ");
    let why = match own {
        _ if others == 1.0 => return None,
        [] if others == DRAINED => format!("it is drained by {}: whoever wrote that has to take it away", names()),
        _ if vector::drains(others).is_some() => return None,
        _ => format!("it is weighed {others} by {}: nothing makes exactly -1 of it, Finagle's drain", names()),
    };
    Some(Arc::new(Capabilities { drain: Err(why.into()), ..(**CAN).clone() }))
}

fn member(node: Znode<'_>, vectors: &Vectors<'_>) -> Reading {
    let json: Option<Value> = serde_json::from_slice(node.data).ok();
    let at = |key: &str| json.as_ref().and_then(|json| json.get(key));
    let endpoint = at("serviceEndpoint");
    let address = endpoint.and_then(|e| {
        let host = e.get("host")?.as_str()?;
        Address::parse(host, e.get("port")?.as_u64().and_then(|port| u16::try_from(port).ok())).ok()
    });
    let shard = at("shard").and_then(Value::as_i64);
    let (mut metadata, mut others): (BTreeMap<Arc<str>, Arc<str>>, _) = (BTreeMap::new(), Vec::new());
    let status = at("status").and_then(Value::as_str);
    metadata.extend(status.map(|status| ("status".into(), status.into())));
    metadata.extend(shard.map(|shard| ("shard".into(), shard.to_string().into())));
    for (name, more) in at("additionalEndpoints").and_then(Value::as_object).into_iter().flatten() {
        if let (Some(host), Some(port)) =
            (more.get("host").and_then(Value::as_str), more.get("port").and_then(Value::as_u64))
        {
            metadata.insert(format!("endpoint.{name}").into(), format!("{host}:{port}").into());
            others.push((name.as_str(), host, port));
        }
    }
    for (key, value) in at("metadata").and_then(Value::as_object).into_iter().flatten() {
        metadata.insert(key.as_str().into(), value.as_str().map_or_else(|| value.to_string(), str::to_owned).into());
    }
    // Its own port may speak anything; what the others are for, their names say.
    let here = |host: &str| address.as_ref().is_some_and(|address| address.host() == host);
    let named =
        |name: &str| others.iter().find(|(other, host, _)| *other == name && here(host)).map(|(.., port)| *port);
    let page_port = PAGES.iter().find_map(|name| named(name)).and_then(|port| u16::try_from(port).ok());
    let is_own = |port: u64| address.as_ref().is_some_and(|address| u64::from(address.port()) == port);
    let speaks = others.iter().filter(|(_, host, port)| here(host) && is_own(*port));
    let speaks = speaks.filter_map(|(name, ..)| speech::of_word(name)).next();
    let product = vectors.product(address.as_ref(), shard, node.name());
    let alive = status.is_none_or(|status| status == "ALIVE");
    let admin = match () {
        () if address.is_none() => RegistryAdmin::Unknown,
        // Finagle resolves those that are ALIVE alone.
        () if product == DRAINED || !alive => RegistryAdmin::Drained,
        () => RegistryAdmin::Enabled,
    };
    let acts = if admin == RegistryAdmin::Drained { 0.0 } else { product };
    let own = address.as_ref().map(|address| vectors.only_for(address)).unwrap_or_default();
    let delete = |vector: &vector::Own<'_>| Need::Delete(vector.node.path.clone());
    let below = || Need::Below(node.parent().into());
    let back: Vec<Need> = own.iter().filter(|vector| vector.drains()).map(delete).collect();
    let set: Vec<Need> = own.iter().map(delete).chain([below()]).collect();
    let out = || back.iter().cloned().chain([below()]).collect();
    let needs = Needs { drain: if product == DRAINED { back.clone() } else { out() }, weight: set };
    let can = match &address {
        Some(address) => hindered(vectors, address, shard, &node, &own).unwrap_or_else(|| CAN.clone()),
        None => UNREADABLE.clone(),
    };
    Reading {
        path: node.path.clone(),
        service: node.parent().trim_start_matches('/').into(),
        parent: node.parent().into(),
        content: Content {
            service: None,
            address,
            admin,
            weight: None,
            metadata,
            capabilities: can,
            more: Some(Arc::new(More { acts: Some(acts), speaks, page_port, ..More::default() })),
        },
        needs,
    }
}

#[cfg(test)]
mod serverset_tests;
