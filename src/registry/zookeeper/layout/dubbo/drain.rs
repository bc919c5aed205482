//! Drains and their end. The tag rule works for every caller from 2.7 on, at both levels; callers of 2.6 and before know overrides
//! alone, which those of the application level do not. Which of the two, or both, is told by the releases of who is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::group::{Changes, create};
use super::Plan;
use super::effect::{release, some};
use super::rules::{Item, Rule};
use super::splice::{Edit, Step, edit};
use super::tags::{self, Left};
use super::url::{Age, Url};
use super::world::{Export, Own, Who, World, rule_path};
use crate::domain::plan::{Durability, Refusal, Write};

/// Keys of an override that says nothing but that.
pub(super) const PLAIN: [&str; 8] =
    ["category", "check", "disabled", "dynamic", "enabled", "group", "version", "compatible_config"];

/// By which ways a drain reaches its callers.
pub(super) struct Ways {
    pub(super) overrides: bool,
    pub(super) tags: bool,
    /// No caller is known.
    blind: bool,
}

pub(super) fn ways(world: &World<'_>, own: &Own<'_>) -> Ways {
    let callers = own.exports.iter().flat_map(|export| world.consumers(export)).map(Url::age);
    let (mut old, mut two7, mut three, mut blind) = (false, false, release(own) == Age::Three, true);
    for age in callers {
        blind = false;
        match age {
            Age::Old => old = true,
            Age::Two7 => two7 = true,
            Age::Three => three = true,
            Age::Unknown => {}
        }
    }
    let provider = release(own);
    let registered = own.registered.is_some();
    let unknown = provider == Age::Unknown && !two7 && !three && !registered;
    let overrides = !own.exports.is_empty() && (provider == Age::Old || old || unknown || !own.has_app);
    let tags = own.has_app && provider != Age::Old && (!overrides || unknown || registered || three);
    Ways { overrides, tags, blind: blind && !own.exports.is_empty() }
}

/// Marks it as taking no traffic.
pub(super) fn drain(plan: &Plan<'_>) -> Result<Changes, Refusal> {
    let ways = ways(plan.world, plan.own);
    let (mut writes, mut warnings, mut effect) = (Vec::new(), Vec::<Arc<str>>::new(), Vec::new());
    if ways.overrides {
        let made: BTreeSet<String> = plan
            .own
            .exports
            .iter()
            .filter(|export| !disabled(plan.world, plan.who, export))
            .map(|export| path(plan, export, "disabled", "true"))
            .collect();
        if made.len() > 1 {
            warnings.push(
                format!("{} interfaces: an override for each, or it would be drained in part.", made.len()).into(),
            );
        }
        writes.extend(made.into_iter().map(|path| create(path, b"")));
        effect.push("Overrides: callers up to 2.7 at once, 3.x mostly within 5 s, up to 10 s.");
        warnings.push("Callers that run go on calling the last provider though it is disabled; those that start then have nobody.".into());
        if release(plan.own) != Age::Old {
            warnings.push("The provider registers anew under a name with the override in it: that is no loss.".into());
        }
    }
    if ways.tags {
        writes.extend(tag(plan, &mut warnings)?);
        effect.push(
            "Tag rule: at once, all interfaces; 3.x up to 11 s where overrides or rules were changed seconds before.",
        );
        warnings
            .push("With all instances drained, callers have nobody at all (fail-closed), whatever force says.".into());
        if ways.blind {
            warnings.push(
                "No caller is registered: those of 2.6 and before read no tag rule and would go on calling it.".into(),
            );
        }
        if plan.who.address.ip().is_some_and(|ip| ip.is_loopback()) {
            warnings.push("Dubbo's routers take loopback addresses for none: its callers go on.".into());
        }
    }
    Ok(Changes { writes, durability: Durability::UntilRemoved, takes_effect: effect.join(" ").into(), warnings })
}

/// The tag rule with its address, where that is not there.
fn tag(plan: &Plan<'_>, warnings: &mut Vec<Arc<str>>) -> Result<Option<Write>, Refusal> {
    let (app, address) = (&plan.who.service, plan.who.address.text());
    let path = rule_path(plan.root, app, ".tag-router");
    let fixed = fixed_tags(plan);
    let Some((node, rule)) = plan.world.rule(plan.root, app, ".tag-router") else {
        return Ok(Some(create(path, tags::fresh(app, address, &fixed).as_bytes())));
    };
    let mut steers: Vec<&str> = Vec::new();
    if let Rule::Read(document) = rule {
        if rule.enabled().is_none() {
            return Err(Refusal::new(format!(
                "{path} is switched off (enabled: false): to switch it on would bring back what others wrote there. Clear it up \
                 first."
            )));
        }
        let of = tags::groups_of(document, address);
        let drained: Vec<&str>;
        (drained, steers) = of.iter().partition(|name| tags::drains(name));
        if !drained.is_empty() && steers.is_empty() {
            return Ok(None);
        }
    }
    let text = std::str::from_utf8(node.data).map_err(|_| cannot(&path, "it is no UTF-8 text"))?;
    let then = tags::add(text, app, address, &fixed).map_err(|why| cannot(&path, &why))?;
    // A group that names its host is about all that runs there: its entry is nobody's to take away for one of them.
    let stays = |name: &&str| tags::names(&then, name, address);
    let (by_host, out): (Vec<&str>, Vec<&str>) = steers.into_iter().partition(stays);
    if !out.is_empty() {
        let out = some(&out);
        let words = format!("It is taken out of the tag group {out}, too; undo puts it back there, undrain does not.");
        warnings.push(words.into());
    }
    if !by_host.is_empty() {
        warnings.push(
            format!(
                "It stays in the tag group {}, which names its whole host: calls tagged so go on to it. Write the addresses of \
                 the others there in its place, and drain it then.",
                some(&by_host)
            )
            .into(),
        );
    }
    if then == text {
        return Ok(None);
    }
    Ok(Some(plan.look.set(*node, then.into_bytes())))
}

pub(super) fn cannot(path: &str, why: &str) -> Refusal {
    Refusal::new(format!("{path} is not changed: {why}. Change it by hand, or with Dubbo Admin."))
}

/// Static tags of providers of the application that 2.7 may be calling: once a rule is there, it sends them untagged requests
/// unless the rule names them.
fn fixed_tags<'p>(plan: &'p Plan<'_>) -> Vec<&'p str> {
    let of_app = plan.world.instances.iter().filter(|(who, _)| who.service == plan.who.service);
    let exports = of_app.flat_map(|(_, own)| &own.exports);
    let tags: BTreeSet<&str> = exports.filter_map(|export| export.url.get("dubbo.tag")).collect();
    tags.into_iter().collect()
}

/// Whether an override of its own disables it at this interface.
pub(super) fn disabled(world: &World<'_>, who: &Who, export: &Export<'_>) -> bool {
    world.overrides(export, &who.address).any(|(_, url)| url.truth("disabled") == Some(true))
}

/// Where an override for one interface, group and version stands.
pub(super) fn path(plan: &Plan<'_>, export: &Export<'_>, key: &str, value: &str) -> String {
    let mut url = Url {
        scheme: "override".into(),
        address: Some(plan.who.address.clone()),
        host: String::new(),
        path: export.interface.clone(),
        query: [("category", "configurators"), ("dynamic", "false"), ("enabled", "true")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    };
    for part in ["group", "version"] {
        url = url.with(part, export.url.get(part));
    }
    format!("{}/configurators/{}", export.above, url.with(key, Some(value)).name())
}

/// Takes away what drains it: our address in tag groups that drain, overrides that disable this very address.
pub(super) fn undrain(plan: &Plan<'_>) -> Result<Changes, Refusal> {
    let (app, address) = (&plan.who.service, plan.who.address.text());
    let mut writes: Vec<Write> = Vec::new();
    let mut left: Vec<Arc<str>> = Vec::new();
    if let Some((node, rule)) = plan.world.rule(plan.root, app, ".tag-router").filter(|_| plan.own.has_app) {
        let of: Vec<&str> = rule.enabled().map(|document| tags::groups_of(document, address)).unwrap_or_default();
        let steers: Vec<&str> = of.iter().copied().filter(|name| !tags::drains(name)).collect();
        if of.iter().any(|name| tags::drains(name)) {
            let path = &node.path;
            let text = std::str::from_utf8(node.data).map_err(|_| cannot(path, "it is no UTF-8 text"))?;
            match tags::remove(text, address).map_err(|why| cannot(path, &why))? {
                Left::Nothing => writes.push(plan.look.delete(*node)),
                // Drained by its host alone, together with all that runs there.
                Left::Text(new) if new == text => {
                    left.push(format!("{path} names its host without a port: take that out by hand").into());
                }
                Left::Text(new) => writes.push(plan.look.set(*node, new.into_bytes())),
            }
        }
        if !steers.is_empty() {
            left.push(
                format!("it is in tag group {} of {app}.tag-router, a routing rule and no drain", some(&steers)).into(),
            );
        }
    }
    for export in &plan.own.exports {
        enable(plan, export, &mut writes, &mut left);
    }
    let set = writes.len();
    configured(plan, &mut writes, &mut left)?;
    let repaired = writes.len() > set;
    if writes.is_empty()
        && let Some(why) = left.first()
    {
        return Err(Refusal::new(format!("Not undrained: {why}.")));
    }
    let mut warnings: Vec<Arc<str>> =
        left.iter().map(|why| format!("It stays out of traffic: {why}.").into()).collect();
    let by_tag = writes.iter().any(|write| write.path.ends_with(".tag-router"));
    if by_tag && plan.who.address.ip().is_some_and(|ip| ip.is_loopback()) {
        warnings.push("Dubbo's routers take loopback addresses for none: the tag rule kept no caller from it.".into());
    }
    let deletes = |write: &Write| write.path.contains("/configurators/");
    if plan.own.registered.is_some() && writes.iter().any(deletes) {
        warnings.push(
            "The override that this takes away had no effect on callers of 3.x, which follow the application level: their \
             calls stay as they are."
                .into(),
        );
    }
    if repaired {
        warnings.push(
            "The rule that disables it says disabled: false from now on; delete it when calls have come back.".into(),
        );
    }
    let takes_effect =
        "Tag rule: at once, 3.x up to 11 s after other changes. Overrides: up to 2.7 at once, 3.x 6-15 s.".into();
    Ok(Changes { writes, durability: Durability::UntilRemoved, takes_effect, warnings })
}

/// Overrides that disable it at one interface, and nothing else of them.
fn enable(plan: &Plan<'_>, export: &Export<'_>, writes: &mut Vec<Write>, left: &mut Vec<Arc<str>>) {
    let mut overridden = false;
    for (node, url) in
        plan.world.overrides(export, &plan.who.address).filter(|(_, url)| url.truth("disabled") == Some(true))
    {
        overridden = true;
        if url.address.as_ref() != Some(&plan.who.address) {
            left.push("an override for all providers of the interface disables it".into());
            continue;
        }
        if writes.iter().any(|write| write.path == *node.path) {
            continue;
        }
        writes.push(plan.look.delete(*node));
        if url.query.iter().any(|(key, _)| !PLAIN.contains(&key.as_str())) {
            let path = format!("{}/configurators/{}", export.above, url.with("disabled", None).name());
            if plan.look.nodes.get(&path).is_none() {
                writes.push(create(path, node.data));
            }
        }
    }
    // Not by an override that it was registered anew with: by its own configuration.
    if !overridden && export.url.truth("disabled") == Some(true) {
        let path = path(plan, export, "disabled", "false");
        if plan.look.nodes.get(&path).is_none() {
            writes.push(create(path, b""));
        }
    }
}

/// Items of configurators that disable it: those that are about it alone say `disabled: false` from now on. Merely deleted, they
/// would leave it without calls for ever with 3.x.
fn configured(plan: &Plan<'_>, writes: &mut Vec<Write>, left: &mut Vec<Arc<str>>) -> Result<(), Refusal> {
    let address = plan.who.address.text();
    let exports = plan.own.exports.iter().map(|export| (export.rule(), false));
    let names: BTreeMap<String, bool> = exports.chain([(plan.who.service.to_string(), true)]).collect();
    for (name, app) in names {
        let Some((node, rule)) = plan.world.rule(plan.root, &name, ".configurators") else { continue };
        let mut text = std::str::from_utf8(node.data).unwrap_or_default().to_owned();
        for (at, item) in
            rule.enabled().into_iter().flat_map(|document| document.items("configs")).map(Item).enumerate()
        {
            if !item.disables(address, app) {
                continue;
            }
            if !item.names_only(address) {
                left.push(format!("{name}.configurators says disabled: true for more than this one").into());
                continue;
            }
            let path = vec![Step::Key("configs"), Step::At(at), Step::Key("parameters"), Step::Key("disabled")];
            text = edit(&text, &Edit::Set(path, "false".into())).map_err(|why| cannot(node.path, &why))?;
        }
        if text.as_bytes() != &**node.data && !text.is_empty() {
            writes.push(plan.look.set(*node, text.into_bytes()));
        }
    }
    Ok(())
}
