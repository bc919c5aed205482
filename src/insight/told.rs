//! One line for one act: what the registry tells of a write (a weight, a mark) is part of the act of the person who made it,
//! and is told as that. Machines get every event (`keepwatch events`); people read this.

use std::sync::Arc;

use crate::{
    domain::{
        event::{Event, EventKind},
        intent::{Intent, Op},
    },
    store::{
        World,
        story::Story,
        world::wanted::{ITSELF, SOURCE},
    },
};

/// How far apart a write, its journal's end and what is read back may be told, in ms.
const APART_MS: i64 = 5_000;
/// Events looked at on either side.
const AROUND: u64 = 64;

/// The lines of a story, newest first, each act once.
pub fn newest(story: &Story) -> impl Iterator<Item = &Event> {
    story.numbers().rev().filter(|number| !part_of_another(story, *number)).filter_map(|number| story.get(number))
}

/// Whether another line tells the act that this event is a part of.
pub fn part_of_another(story: &Story, number: u64) -> bool {
    let part = |e: &&Event| matches!(e.kind, EventKind::Weight | EventKind::Admin) || shown_by_intent(e);
    let Some(event) = story.get(number).filter(part) else { return false };
    let numbers = number.saturating_sub(AROUND)..number.saturating_add(AROUND);
    numbers.filter(|other| *other != number).filter_map(|other| story.get(other)).any(|other| {
        let near = other.at.since(event.at).abs() <= APART_MS;
        near && same_instance(event, other) && tells(other, event)
    })
}

fn same_instance(a: &Event, b: &Event) -> bool {
    a.service == b.service && a.instance == b.instance && a.instance.is_some()
}

/// An act that reached the registry tells both, a mark the weight that is the mark.
fn tells(other: &Event, event: &Event) -> bool {
    let word = other.after.as_ref().and_then(|after| after.as_str()).unwrap_or_default();
    match other.kind {
        EventKind::Action if shown_by_intent(event) => {
            // The same person's, told where it was done; never what a Keepwatch did by itself.
            !shown_by_intent(other) && &*other.source != ITSELF && matches!(word, "done" | "requested" | "unknown")
        }
        EventKind::Action => matches!(word, "done" | "requested" | "unknown"),
        EventKind::Admin => event.kind == EventKind::Weight,
        _ => false,
    }
}

/// Whether it is what an intent shows of an act, told by whoever sees the intent.
fn shown_by_intent(event: &Event) -> bool {
    event.kind == EventKind::Action && &*event.source == SOURCE
}

/// Who did it: `operator` for what a person did, here or elsewhere.
pub fn by_operator(world: &World, event: &Event) -> bool {
    event.kind == EventKind::Action || wanted(world, event).is_some()
}

/// The sentence, with the service's name as screens have it, and with the name of the one who wanted it so, where what
/// stands in the registry is wanted by an intent of that very time.
pub fn sentence(world: &World, short: &str, event: &Event) -> Arc<str> {
    let (Some(service), Some(instance)) = (&event.service, &event.instance) else { return event.text.clone() };
    if let Some(intent) = wanted(world, event) {
        let what = match intent.op {
            Op::Weight(number) => format!("set the weight of {short} {instance} to {number}"),
            _ => format!("drained {short} {instance}"),
        };
        let reason = intent.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        return format!("{} {what}{reason}", intent.by).into();
    }
    let named = format!("{short} {instance}");
    let whole = [format!("{service}/{instance}"), format!("{service} {instance}")];
    whole.iter().fold(event.text.to_string(), |text, long| text.replacen(long, &named, 1)).into()
}

/// The kept intent that this change of the registry is the write of.
fn wanted<'a>(world: &'a World, event: &Event) -> Option<&'a Intent> {
    let (service, address) = (event.service.as_ref()?, event.instance.as_ref()?.parse().ok()?);
    let intent = world.registry.intent(service, &address)?;
    let after = event.after.as_ref();
    let same = match (event.kind, intent.op) {
        (EventKind::Admin, Op::Drain) => after.and_then(|a| a.as_str()) == Some("drained"),
        (EventKind::Weight, Op::Weight(number)) => after.and_then(serde_json::Value::as_i64) == Some(number),
        _ => false,
    };
    (same && event.at.since(intent.at).abs() <= APART_MS).then_some(intent)
}
