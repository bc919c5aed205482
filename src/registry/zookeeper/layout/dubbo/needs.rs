//! Which znodes the plans for an instance would set, make or delete, so that access lists can be looked at before a key is
//! pressed. It follows `drain` and `weigh` step by step without making their documents: it is asked for every instance, each
//! time that anything of Dubbo's changes.

use std::sync::Arc;

use super::super::group::{Need, Needs, Znode};
use super::drain::{PLAIN, disabled, ways};
use super::effect::release;
use super::rules::{self, Item, Rule};
use super::tags;
use super::url::Age;
use super::world::{Export, Own, Who, World};

/// What is needed, each thing once.
#[derive(Default)]
struct All(Vec<Need>);

impl All {
    fn add(&mut self, need: Need) {
        if !self.0.contains(&need) {
            self.0.push(need);
        }
    }

    fn set(&mut self, node: &Znode<'_>) {
        self.add(Need::Set(node.path.clone()));
    }

    fn delete(&mut self, node: &Znode<'_>) {
        self.add(Need::Delete(node.path.clone()));
    }

    fn make_override(&mut self, export: &Export<'_>) {
        self.add(Need::Below(format!("{}/configurators", export.above).into()));
    }

    fn make_rule(&mut self, root: &Arc<str>) {
        self.add(Need::Below(format!("{root}/config/dubbo").into()));
    }
}

/// What is needed for an instance.
pub(super) fn of(world: &World<'_>, who: &Who, own: &Own<'_>, drained: bool) -> Needs {
    let drain = if drained { undrain(world, who, own) } else { drain(world, who, own) };
    Needs { drain: drain.0, weight: weigh(world, who, own).0 }
}

fn drain(world: &World<'_>, who: &Who, own: &Own<'_>) -> All {
    let (mut all, ways) = (All::default(), ways(world, own));
    if ways.overrides {
        let open = own.exports.iter().filter(|export| !disabled(world, who, export));
        open.for_each(|export| all.make_override(export));
    }
    if ways.tags {
        match world.rule(&who.root, &who.service, ".tag-router") {
            None => all.make_rule(&who.root),
            Some((node, Rule::Unreadable(_))) => all.set(node),
            // One that is switched off is not written, whoever may.
            Some((node, rule)) => {
                let of = rule.enabled().map(|document| tags::groups_of(document, who.address.text()));
                if of.is_some_and(|of| of.is_empty() || of.iter().any(|name| !tags::drains(name))) {
                    all.set(node);
                }
            }
        }
    }
    all
}

fn undrain(world: &World<'_>, who: &Who, own: &Own<'_>) -> All {
    let (mut all, address) = (All::default(), who.address.text());
    if let Some((node, rule)) = world.rule(&who.root, &who.service, ".tag-router").filter(|_| own.has_app)
        && let Some(document) = rule.enabled()
    {
        let groups = rules::groups(document);
        let named = |(name, list): (&&str, &Vec<&str>)| tags::drains(name) && list.contains(&address);
        // A document that we made goes with the last address in it.
        let alone = || groups.values().flatten().all(|written| *written == address);
        if groups.iter().any(named) {
            match alone() && tags::left_empty(node.data, address) {
                true => all.delete(node),
                false => all.set(node),
            }
        }
    }
    for export in &own.exports {
        let mut overridden = false;
        for (node, url) in world.overrides(export, &who.address).filter(|(_, url)| url.truth("disabled") == Some(true))
        {
            overridden = true;
            if url.address.as_ref() == Some(&who.address) {
                all.delete(node);
                if url.query.iter().any(|(key, _)| !PLAIN.contains(&key.as_str())) {
                    all.make_override(export);
                }
            }
        }
        if !overridden && export.url.truth("disabled") == Some(true) {
            all.make_override(export);
        }
    }
    let exports = own.exports.iter().map(|export| (export.rule(), false));
    for (name, app) in exports.chain([(who.service.to_string(), true)]) {
        let Some((node, rule)) = world.rule(&who.root, &name, ".configurators") else { continue };
        let mut items = rule.enabled().into_iter().flat_map(|document| document.items("configs")).map(Item);
        if items.any(|item| item.disables(address, app) && item.names_only(address)) {
            all.set(node);
        }
    }
    all
}

fn weigh(world: &World<'_>, who: &Who, own: &Own<'_>) -> All {
    let (mut all, by_rule) = (All::default(), release(own) != Age::Old && own.has_app);
    for export in &own.exports {
        let mut found = false;
        let overrides = world.overrides(export, &who.address);
        for (node, _) in
            overrides.filter(|(_, url)| url.address.as_ref() == Some(&who.address) && url.get("weight").is_some())
        {
            found = true;
            all.delete(node);
        }
        if found || !by_rule {
            all.make_override(export);
        }
    }
    if by_rule {
        match world.rule(&who.root, &who.service, ".configurators") {
            None => all.make_rule(&who.root),
            Some((node, _)) => all.set(node),
        }
    }
    all
}
