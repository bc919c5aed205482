//! What overrides and rules make of an instance: whether it takes traffic, which weight its callers act on, and what there is
//! to know besides. In Dubbo's order: its own URL, the application's configurators (the provider reads them), overrides, the
//! service's configurators; the later wins.

use std::sync::Arc;

use super::super::discovery;
use super::route;
use super::rules::{self, Item, Rule};
use super::url::{Age, age};
use super::world::{Export, Own, Who, World};

/// What is said of an instance.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Of its own URL or metadata; none where that is no number, or not in the registry.
    pub(super) declared: Option<i64>,
    /// What callers act on; none where it is not known.
    pub(super) acts: Option<f64>,
    pub(super) drained: bool,
    pub(super) notes: Vec<Arc<str>>,
    /// The route that takes callers past it.
    pub(super) routed: Option<Arc<str>>,
    /// What is written about it without effect.
    pub(super) vain: Option<Arc<str>>,
}

/// One interface, as far as it is judged.
struct Effect {
    weight: Option<i64>,
    disabled: bool,
}

/// Notes in which each thing is said once, and not too many.
#[derive(Default)]
pub(super) struct Notes(Vec<Arc<str>>);

impl Notes {
    pub(super) fn add(&mut self, note: impl Into<Arc<str>>) {
        let note = note.into();
        if self.0.len() < 12 && !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}

/// The release of an instance, by its URLs or by what its application level tells.
pub(super) fn release(own: &Own<'_>) -> Age {
    let told = own.registered.as_ref().map(|registered| {
        let metadata = discovery::metadata(&registered.document);
        let text = metadata.get("dubbo.metadata-service.url-params").map_or("", |text| text);
        let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
        age(json.as_ref().and_then(|json| json.get("release")?.as_str()).unwrap_or(""))
    });
    let mut ages = told.into_iter().chain(own.exports.iter().map(|export| export.url.age()));
    ages.find(|age| *age != Age::Unknown).unwrap_or(Age::Unknown)
}

/// Judges an instance.
pub(super) fn judge(world: &World<'_>, who: &Who, own: &Own<'_>) -> Judged {
    let mut notes = Notes::default();
    let (address, three) = (who.address.text(), release(own) == Age::Three || own.registered.is_some());
    let rule = |name: &str, end| world.rule(&who.root, name, end).map(|(_, rule)| rule);
    let app = |end| if own.has_app { rule(&who.service, end) } else { None };
    let configurators = app(".configurators");
    let mut judged = Judged::default();
    let mut effects = Vec::new();
    for export in &own.exports {
        let url = &export.url;
        let declared = own_weight(url.get("weight").unwrap_or("100"), &mut notes);
        if effects.is_empty() {
            judged.declared = declared;
        } else if judged.declared != declared {
            notes.add("its interfaces declare different weights");
        }
        let disabled = url.truth("disabled") == Some(true) || url.truth("enabled") == Some(false);
        let mut effect = Effect { weight: declared, disabled };
        let key = (export.interface.as_str(), export.key());
        configure(&mut effect, configurators, &who.service, address, Some(&key), three, true, &mut notes);
        if overridden(&mut effect, world, export, who, own, &mut notes) {
            judged.vain = Some(IN_VAIN.into());
            notes.add(IN_VAIN);
        }
        let service = rule(&export.rule(), ".configurators");
        configure(&mut effect, service, &export.rule(), address, Some(&key), three, false, &mut notes);
        let routed = route::away(world, who, export, &mut notes);
        judged.routed = judged.routed.or(routed);
        effects.push(effect);
    }
    if let (Some(_), true) = (&own.registered, effects.is_empty()) {
        judged.declared = kept_weight(world, who, own, &mut notes);
        let mut effect = Effect { weight: judged.declared, disabled: false };
        configure(&mut effect, configurators, &who.service, address, None, three, true, &mut notes);
        effects.push(effect);
    }
    let away: Vec<&str> = own
        .exports
        .iter()
        .zip(&effects)
        .filter(|(_, e)| e.disabled)
        .map(|(export, _)| export.interface.as_str())
        .collect();
    if !away.is_empty() && away.len() < effects.len() {
        notes.add(format!("disabled for {} of its {} interfaces only: {}", away.len(), effects.len(), some(&away)));
    }
    judged.drained = !effects.is_empty() && effects.iter().all(|effect| effect.disabled);
    judged.drained |= tagged(app(".tag-router"), who, own, &mut notes);
    for end in [".script-router", ".MESHAPPRULE"] {
        if app(end).is_some() {
            notes.add(format!("{}{end} routes its requests, too; what it says is not read here", who.service));
        }
    }
    let weight = effects.first().and_then(|effect| effect.weight);
    if effects.iter().any(|effect| effect.weight != weight) {
        let first = own.exports.first().map_or("", |export| &export.interface);
        notes.add(format!("its interfaces weigh differently for callers; shown is that of {first}"));
    }
    if weight == Some(0) && !judged.drained {
        notes.add("weight 0: no call while another has a weight; alone it gets all of them");
    }
    judged.acts = if judged.drained { Some(0.0) } else { weight.map(|weight| weight as f64) };
    judged.notes = notes.0;
    judged
}

/// Some names, and how many more.
pub(super) fn some(names: &[&str]) -> String {
    let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    if names.len() > 5 { format!("{shown} and {} more", names.len() - 5) } else { shown }
}

fn own_weight(text: &str, notes: &mut Notes) -> Option<i64> {
    let read = rules::weight(text).ok();
    if read.is_none() {
        let text: String = text.chars().take(20).collect();
        notes.add(format!("its weight {text} is no number: every call of the interface fails in its callers"));
    }
    read
}

/// Of the application level: it is in the registry only where the metadata are.
fn kept_weight(world: &World<'_>, who: &Who, own: &Own<'_>, notes: &mut Notes) -> Option<i64> {
    let told = discovery::metadata(&own.registered.as_ref()?.document);
    let metadata = told.get("dubbo.metadata.revision").and_then(|revision| world.metadata(who, revision));
    let services = metadata.and_then(|json| json.get("services")?.as_object());
    let Some(services) = services else {
        if let Some(weight) = told.get("weight") {
            return own_weight(weight, notes);
        }
        notes.add("its weight is not in the registry: its metadata are with the instance itself");
        return None;
    };
    let of = |service: &serde_json::Value| service.get("params")?.get("weight")?.as_str().map(str::to_owned);
    let mut weights =
        services.values().map(|s| of(s).or(told.get("weight").map(|w| w.to_string())).unwrap_or("100".into()));
    let first = weights.next()?;
    if weights.any(|weight| weight != first) {
        notes.add("its interfaces declare different weights");
    }
    own_weight(&first, notes)
}

/// What the items of a document make of it.
#[expect(
    clippy::too_many_arguments,
    reason = "one document against one interface of one instance: all of it is needed"
)]
fn configure(
    effect: &mut Effect,
    rule: Option<&Rule>,
    name: &str,
    address: &str,
    key: Option<&(&str, String)>,
    three: bool,
    app: bool,
    notes: &mut Notes,
) {
    if let Some(Rule::Unreadable(why)) = rule {
        notes.add(unreadable(&format!("{name}.configurators"), why));
    }
    let Some(document) = rule.and_then(Rule::enabled) else { return };
    let items = document.items("configs").iter().map(Item).filter(Item::active);
    for item in items.filter(|item| item.picks(address, app, three)) {
        let serves =
            key.map_or_else(|| item.0.get("services").is_none(), |(interface, key)| item.serves(interface, key));
        if !serves || item.for_some() {
            notes.add(format!("{name}.configurators changes it for some callers or services only"));
            continue;
        }
        if let Some(weight) = item.parameter("weight") {
            effect.weight = own_weight(weight, notes);
        }
        if let Some(disabled) = item.parameter("disabled") {
            effect.disabled = disabled.eq_ignore_ascii_case("true");
            if effect.disabled {
                notes.add(format!(
                    "disabled: true in {name}.configurators: 3.x does not call it again when that is merely deleted; write it \
                     with disabled: false first, then delete it"
                ));
            }
        }
    }
}

/// A rule that cannot be read.
pub(super) fn unreadable(name: &str, why: &str) -> String {
    format!("{name} cannot be read ({why}): callers that run go on with what they read last")
}

/// Said where consumers follow the application level.
pub(super) const IN_VAIN: &str =
    "an override is there, without effect: callers of 3.x follow the application level, which knows none";

/// What overrides make of it; whether one is there in vain.
fn overridden(
    effect: &mut Effect,
    world: &World<'_>,
    export: &Export<'_>,
    who: &Who,
    own: &Own<'_>,
    notes: &mut Notes,
) -> bool {
    let (mut weight, mut disabled) = (None, None);
    for (_, url) in world.overrides(export, &who.address) {
        weight = url.get("weight").or(weight);
        // Of two that contradict each other, the drain stays.
        disabled = url.truth("disabled").map(|new| new || disabled == Some(true)).or(disabled);
    }
    if own.registered.is_some() {
        return weight.is_some() || disabled.is_some();
    }
    effect.weight = weight.map_or(effect.weight, |weight| own_weight(weight, notes));
    effect.disabled = disabled.unwrap_or(effect.disabled);
    false
}

/// Whether a tag group takes untagged requests from it.
fn tagged(rule: Option<&Rule>, who: &Who, own: &Own<'_>, notes: &mut Notes) -> bool {
    let fixed = own.exports.iter().find_map(|export| export.url.get("dubbo.tag"));
    if let Some(tag) = fixed {
        notes.add(format!("static tag {tag}: it gets the requests that ask for {tag}"));
    }
    if let Some(Rule::Unreadable(why)) = rule {
        notes.add(unreadable(&format!("{}.tag-router", who.service), why));
    }
    let Some(document) = rule.and_then(Rule::enabled) else { return false };
    let groups = rules::groups(document);
    if let Some(tag) = fixed.filter(|tag| !groups.contains_key(tag)) {
        notes.add(format!(
            "{}.tag-router does not name {tag}: callers of 2.7 send it untagged requests, too",
            who.service
        ));
    }
    let matching: Vec<&str> = document
        .items("tags")
        .iter()
        .filter(|tag| tag.get("match").is_some())
        .filter_map(|tag| tag.text("name"))
        .collect();
    if !matching.is_empty() {
        notes.add(format!("tag group {} picks by match, too, which is not read here", some(&matching)));
    }
    let of: Vec<&str> = groups
        .iter()
        .filter(|(_, addresses)| addresses.iter().any(|written| rules::is(written, who.address.text())))
        .map(|(name, _)| *name)
        .collect();
    if !of.is_empty() {
        notes.add(format!("in tag group {} of {}.tag-router: untagged requests skip it", some(&of), who.service));
    }
    !of.is_empty()
}
