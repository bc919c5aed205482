//! Dubbo's instances as they are told: address, marks, weights, metadata, callers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::super::discovery;
use super::super::group::{Needs, Reading, Znode};
use super::super::{Content, everything, speech, unread};
use serde_json::Value;

use super::effect::{self, judge};
use super::needs;
use super::url::Age;
use super::world::{Own, Who, World};
use crate::domain::instance::{Capabilities, More, RegistryAdmin};

static ALL: LazyLock<Arc<Capabilities>> = LazyLock::new(|| Arc::new(everything()));
static NO_WEIGHT: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why = "at the application level of 2.7 no weight rule moves anything; drain it, or set the weight in its own configuration";
    Arc::new(Capabilities { weight: Err(why.into()), ..everything() })
});
static BAD: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why: Arc<str> =
        "its name or bytes are not what Dubbo's readers expect, so that no rule could name its address; callers' \
                         lists may stand still until this znode is deleted"
            .into();
    Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why), deregister: Ok(()) })
});

/// Keys of a URL that are told; others may hold secrets, or are of no use to an operator.
const TOLD: [&str; 14] = [
    "dubbo",
    "dubbo.tag",
    "dynamic",
    "environment",
    "group",
    "owner",
    "organization",
    "pid",
    "qos.port",
    "release",
    "revision",
    "timestamp",
    "version",
    "warmup",
];

/// Interfaces that are named at most.
const MOST_NAMED: usize = 20;

/// All of them.
pub(super) fn all(world: &World<'_>) -> Vec<Reading> {
    let good = world.instances.iter().filter_map(|(who, own)| instance(world, who, own));
    good.chain(world.bad.iter().map(|node| bad(*node))).collect()
}

fn bad(node: Znode<'_>) -> Reading {
    let mut content = unread(BAD.clone());
    let note = "Dubbo cannot read it; it may stop every change of its callers' lists until it is deleted";
    content.more = Some(Arc::new(More { notes: vec![note.into()], ..More::default() }));
    let service = node.parent().trim_start_matches('/').into();
    Reading { path: node.path.clone(), service, parent: node.parent().into(), content, needs: Needs::default() }
}

fn instance(world: &World<'_>, who: &Who, own: &Own<'_>) -> Option<Reading> {
    let exports = own.exports.iter().map(|export| export.node.path);
    let mut paths = own.registered.iter().map(|registered| registered.node.path).chain(exports).cloned();
    let path = paths.next()?;
    let judged = judge(world, who, own);
    let needs = needs::of(world, who, own, judged.drained);
    let weighs = !(own.registered.is_some() && effect::release(own) == Age::Two7);
    let more = More {
        acts: judged.acts,
        paths: paths.collect(),
        called_by: callers(world, who, own),
        notes: judged.notes,
        speaks: speaks(who, own),
        page_port: None,
        routed: judged.routed,
        vain: judged.vain,
    };
    Some(Reading {
        path,
        service: who.service.clone(),
        parent: who.root.clone(),
        content: Content {
            service: None,
            address: Some(who.address.clone()),
            admin: if judged.drained { RegistryAdmin::Drained } else { RegistryAdmin::Enabled },
            weight: judged.declared,
            metadata: metadata(own),
            capabilities: if weighs { ALL.clone() } else { NO_WEIGHT.clone() },
            more: Some(Arc::new(more)),
        },
        needs,
    })
}

/// Applications that the registry says call it.
fn callers(world: &World<'_>, who: &Who, own: &Own<'_>) -> Vec<Arc<str>> {
    let of_exports = own.exports.iter().flat_map(|export| world.consumers(export));
    let mapped = own.registered.iter().flat_map(|_| world.mapped(who));
    let names: BTreeSet<&str> = of_exports.chain(mapped).filter_map(|url| url.get("application")).collect();
    names.into_iter().filter(|name| **name != *who.service).map(Arc::from).collect()
}

/// What its port speaks, where none of its protocols there is HTTP: the port may have several.
fn speaks(who: &Who, own: &Own<'_>) -> Option<Arc<str>> {
    let registered = own.registered.as_ref().map(|registered| discovery::metadata(&registered.document));
    let endpoints = registered.as_ref().and_then(|told| told.get("dubbo.endpoints"));
    let endpoints: Vec<Value> = endpoints.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let here = |one: &&Value| one.get("port").and_then(Value::as_u64) == Some(u64::from(who.address.port()));
    let endpoints = endpoints.iter().filter(here).filter_map(|one| one.get("protocol")?.as_str());
    let mut all = own.exports.iter().map(|export| export.url.scheme.as_str()).chain(endpoints).map(speech::of_scheme);
    all.next().and_then(|first| all.all(|other| other.is_some()).then_some(first)).flatten()
}

fn metadata(own: &Own<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut told: BTreeMap<Arc<str>, Arc<str>> =
        own.registered.as_ref().map(|registered| discovery::metadata(&registered.document)).unwrap_or_default();
    for export in &own.exports {
        for key in TOLD {
            if let Some(value) = export.url.get(key) {
                told.entry(key.into()).or_insert_with(|| value.into());
            }
        }
        told.entry("protocol".into()).or_insert_with(|| export.url.scheme.as_str().into());
    }
    let interfaces: BTreeSet<&str> = own.exports.iter().map(|export| export.interface.as_str()).collect();
    if !interfaces.is_empty() {
        let named = interfaces.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(",");
        let more = interfaces.len().saturating_sub(MOST_NAMED);
        let all = if more > 0 { format!("{named} and {more} more") } else { named };
        told.insert("interfaces".into(), all.into());
    }
    told
}
