//! Weights: an item of `<application>.configurators`, which the provider itself reads and registers with; for providers of 2.6 and
//! before an override for each interface. An override that weighs it already wins over the rule, so it is replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::Undone;
use super::super::group::{Changes, create};
use super::Plan;
use super::drain::{cannot, path};
use super::effect::release;
use super::rules::{self, Item};
use super::splice::{self, Edit, Step, edit};
use super::url::Age;
use super::world::{Export, rule_path};
use super::yaml::{self, Value};
use crate::domain::plan::{Durability, Refusal, Write};

const MADE: &str = "# Made by keepwatch. It may be deleted when no item stands in it.";

/// Sets the weight.
pub(super) fn weigh(plan: &Plan<'_>, number: i64) -> Result<Changes, Refusal> {
    let by_rule = release(plan.own) != Age::Old && plan.own.has_app;
    let mut warnings: Vec<Arc<str>> = Vec::new();
    let mut writes: Vec<Write> = Vec::new();
    for export in &plan.own.exports {
        override_weight(plan, export, number, !by_rule, &mut writes);
    }
    if by_rule && !writes.is_empty() {
        warnings.push("An override weighs it already and would win over the rule: it is replaced.".into());
    }
    if by_rule {
        writes.extend(rule(plan, number)?);
        if plan.own.exports.iter().any(|export| weighed_by_service(plan, export)) {
            warnings.push("A configurators rule of its service weighs it, too, and wins over this one.".into());
        }
        warnings.push("The provider registers anew with it, under another name or in place: that is no loss.".into());
    }
    if number == 0 {
        warnings.push(
            "Weight 0: no call while another has a weight; if it is the only one, it gets them all (fail-open).".into(),
        );
    }
    let takes_effect = match by_rule {
        true => "Within 1 s; callers of 3.x at the interface level: some seconds.",
        false => "At once for callers that watch the interface's configurators.",
    };
    Ok(Changes { writes, durability: Durability::UntilRemoved, takes_effect: takes_effect.into(), warnings })
}

/// The override of one interface: another number in those that are there; a new one where there is none, if that is wanted.
fn override_weight(plan: &Plan<'_>, export: &Export<'_>, number: i64, wanted: bool, writes: &mut Vec<Write>) {
    let digits = number.to_string();
    let mut found = false;
    let mut made = BTreeSet::new();
    for (node, url) in plan.world.overrides(export, &plan.who.address) {
        if url.address.as_ref() != Some(&plan.who.address) || url.get("weight").is_none() {
            continue;
        }
        found = true;
        if url.get("weight") == Some(&digits) || writes.iter().any(|write| write.path == *node.path) {
            continue;
        }
        writes.push(plan.look.delete(*node));
        made.insert(format!("{}/configurators/{}", export.above, url.with("weight", Some(&digits)).name()));
    }
    if !found && wanted {
        made.insert(path(plan, export, "weight", &digits));
    }
    made.retain(|path| plan.look.nodes.get(path).is_none() && !writes.iter().any(|write| *write.path == **path));
    writes.extend(made.into_iter().map(|path| create(path, b"")));
}

/// The application's rule with the number.
fn rule(plan: &Plan<'_>, number: i64) -> Result<Option<Write>, Refusal> {
    let (app, address) = (&plan.who.service, plan.who.address.text());
    let path = rule_path(plan.root, app, ".configurators");
    let Some((node, rule)) = plan.world.rule(plan.root, app, ".configurators") else {
        return Ok(Some(create(path, fresh(app, address, number).as_bytes())));
    };
    let text = std::str::from_utf8(node.data).map_err(|_| cannot(&path, "it is no UTF-8 text"))?;
    let document = yaml::read(text).map_err(|why| cannot(&path, &why))?.value();
    if document == Value::Null {
        let feed = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let text = [text, feed, &fresh(app, address, number)].concat();
        return Ok(Some(plan.look.set(*node, text.into_bytes())));
    }
    if rule.enabled().is_none() {
        return Err(Refusal::new(format!(
            "{path} is switched off (enabled: false): to switch it on would bring back what others wrote there. Clear it up first."
        )));
    }
    let three = release(plan.own) == Age::Three;
    let items = document.items("configs");
    let weighs =
        |item: &Item<'_>| item.active() && item.picks(address, true, three) && item.parameter("weight").is_some();
    let last = items.iter().rposition(|item| weighs(&Item(item)));
    let change = match last {
        Some(at) if Item(&items[at]).weighs_only(address) => {
            if Item(&items[at]).parameter("weight").and_then(|text| rules::weight(text).ok()) == Some(number) {
                return Ok(None);
            }
            Edit::Set(weight_of(at), number.to_string())
        }
        _ => Edit::Append(vec![Step::Key("configs")], item(address, number)),
    };
    let text = edit(text, &change).map_err(|why| cannot(&path, &why))?;
    Ok(Some(plan.look.set(*node, text.into_bytes())))
}

fn weight_of(at: usize) -> Vec<Step> {
    vec![Step::Key("configs"), Step::At(at), Step::Key("parameters"), Step::Key("weight")]
}

fn weighed_by_service(plan: &Plan<'_>, export: &Export<'_>) -> bool {
    let rule = plan.world.rule(plan.root, &export.rule(), ".configurators").and_then(|(_, rule)| rule.enabled());
    let items = rule.into_iter().flat_map(|document| document.items("configs")).map(Item);
    items.into_iter().any(|item| {
        item.active() && item.picks(plan.who.address.text(), false, true) && item.parameter("weight").is_some()
    })
}

/// `type: weight` counts only with an `enabled` of its own.
fn item(address: &str, number: i64) -> Value {
    let scalar = |text: &str| Value::Scalar(text.to_owned());
    let entry = |key: &str, value| (key.to_owned(), value);
    Value::Map(vec![
        entry("type", scalar("weight")),
        entry("enabled", scalar("true")),
        entry("side", scalar("provider")),
        entry("addresses", Value::List(vec![scalar(address)])),
        entry("parameters", Value::Map(vec![entry("weight", scalar(&number.to_string()))])),
    ])
}

fn fresh(app: &str, address: &str, number: i64) -> String {
    let mut lines = vec![MADE.to_owned()];
    lines.extend(["configVersion: v2.7", "scope: application"].map(str::to_owned));
    lines.push(format!("key: {}", splice::flow(&Value::Scalar(app.to_owned()))));
    lines.extend(["enabled: true", "configs:"].map(str::to_owned));
    lines.extend(splice::block(&item(address, number), ""));
    lines.push(String::new());
    lines.join("\n")
}

/// Weights that items give to one address alone, with where they stand.
fn weights(document: &Value) -> BTreeMap<&str, (usize, &str)> {
    let mut weights = BTreeMap::new();
    for (at, value) in document.items("configs").iter().enumerate() {
        let item = Item(value);
        if let (Some(address), Some(weight)) = (value.texts("addresses").next(), item.parameter("weight"))
            && item.weighs_only(address)
        {
            weights.insert(address, (at, weight));
        }
    }
    weights
}

/// Whether we made it, and no item is left in it.
fn unused(text: &str) -> bool {
    let ours = |key: &str| matches!(key, "configVersion" | "scope" | "key" | "enabled" | "configs");
    let empty = |document: &Value| match document {
        Value::Map(entries) => entries.iter().all(|(key, _)| ours(key)) && document.items("configs").is_empty(),
        _ => false,
    };
    text.starts_with(MADE) && yaml::read(text).is_ok_and(|node| empty(&node.value()))
}

/// Takes back the weights that a step gave, where they are still those.
pub(super) fn take_back(before: &str, after: &str, now: &str) -> Undone {
    let taken = || -> Result<Option<String>, String> {
        let [old, new] = [before, after].map(|text| yaml::read(text).map(|node| node.value()));
        let (old, new) = (old?, new?);
        let (old, new) = (weights(&old), weights(&new));
        let mut text = now.to_owned();
        for (address, (_, given)) in &new {
            let was = old.get(address).map(|(_, weight)| *weight);
            if was == Some(given) {
                continue;
            }
            let document = yaml::read(&text)?.value();
            let here = weights(&document).get(address).map(|(at, weight)| (*at, (*weight).to_owned()));
            text = match (here, was) {
                (None, None) => continue,
                (Some((_, weight)), Some(was)) if weight == was => continue,
                (Some((at, weight)), None) if weight == *given => {
                    edit(&text, &Edit::Remove(vec![Step::Key("configs")], at))?
                }
                (Some((at, weight)), Some(was)) if weight == *given => {
                    edit(&text, &Edit::Set(weight_of(at), was.to_owned()))?
                }
                _ => return Err("somebody else has given another weight since".into()),
            };
        }
        Ok((text != now).then_some(text))
    };
    match taken() {
        Err(_) => Undone::Conflict,
        Ok(Some(text)) if unused(&text) => Undone::Nothing,
        Ok(Some(text)) => Undone::Bytes(text.into_bytes()),
        Ok(None) => Undone::Already,
    }
}
