//! What operators want, as lines of the story: an intent that comes, changes or goes is somebody's act, wherever it was made;
//! and a want that the registry no longer agrees with is told once for each loss, with its cause.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::World;
use crate::domain::{
    event::{Event, EventKind},
    fact::RegistryFact,
    intent::{HELD_WITHIN_MS, Intent, IntentState, MOST_HELD, Op},
    show,
    text::Shown,
    time::Moment,
};

/// How long a registry has to disagree with an intent before its loss is told, in ms: a write and its intent, though one
/// transaction, are read one after the other.
const LOST_AFTER_MS: i64 = 300;

/// Source of the events that tell what an intent shows: where the act itself is told too, these are a part of it.
pub const SOURCE: &str = "intent";

/// Intents that were found lost, by path: since when, and whether that was told.
pub(super) type Lost = BTreeMap<Arc<str>, (Moment, bool)>;

impl World {
    /// Since when an intent is lost; `None` where it is not, or where that was found only a moment ago.
    pub fn lost_since(&self, path: &str) -> Option<Moment> {
        self.lost.get(path).filter(|(_, told)| *told).map(|(since, _)| *since)
    }

    /// Whether the registry no longer agrees with the intent kept here, and not only for the moment in which one half of an
    /// undrain is read and the other is not.
    pub fn is_lost(&self, path: &str, intent: &Intent) -> bool {
        let fresh = self.lost.get(path).is_some_and(|(_, told)| !told);
        !fresh && self.registry.intent_state(intent) == IntentState::Lost
    }

    /// Whether a loss was found that is still to be told: time has to be told soon, then.
    pub fn losing(&self) -> bool {
        self.lost.values().any(|(_, told)| !told)
    }

    /// Tells each intent that the registry lost, once for each loss; whether anything was told.
    pub fn tell_lost(&mut self, now: Moment) -> bool {
        if self.registry.complete().is_none() {
            return false;
        }
        if self.lost.is_empty() && self.registry.intents().next().is_none() {
            self.looked = true;
            return false;
        }
        // What the first picture shows was lost before anybody looked.
        let first = !std::mem::replace(&mut self.looked, true);
        let mut lost = Lost::new();
        let mut events = Vec::new();
        for (path, intent) in self.registry.intents() {
            if self.registry.intent_state(intent) != IntentState::Lost {
                continue;
            }
            let (since, told) = self.lost.get(path).copied().unwrap_or((now, false));
            let due = first || now.since(since) >= LOST_AFTER_MS;
            if due && !told {
                events.push(self.loss(intent, now));
            }
            lost.insert(path.clone(), (since, told || due));
        }
        self.lost = lost;
        let told = !events.is_empty();
        events.into_iter().for_each(|event| self.story.push(event));
        told
    }

    fn loss(&self, intent: &Intent, at: Moment) -> Event {
        let because = self.registry.cause(intent).map(|cause| cause.sentence()).unwrap_or_default();
        let text = format!(
            "{} {} lost its {}, which {} wanted: {because}",
            intent.service,
            intent.address.text(),
            intent.what(),
            intent.by
        );
        let (before, after) = (Some(json!("held")), Some(json!("lost")));
        Event { before, after, ..event(intent, EventKind::DrainLost, "registry", &text, at) }
    }

    /// The act that a fact about an intent shows; asked before the fact is applied.
    pub(super) fn act(&self, fact: &RegistryFact, now: Moment) -> Option<Event> {
        let (path, new) = match fact {
            RegistryFact::Intent(path, intent) => (path, Some(&**intent)),
            RegistryFact::IntentGone(path) => (path, None),
            _ => return None,
        };
        let old = self.registry.intents().find(|(at, _)| *at == path).map(|(_, intent)| intent);
        let (intent, text) = match (old, new) {
            (None, None) => return None,
            (Some(old), None) => (old, self.ended(old, now)),
            (old, Some(new)) => (new, wanted(old, new, now)?),
        };
        Some(event(intent, EventKind::Action, SOURCE, &text, now))
    }

    pub(super) fn story_of(&mut self, act: Option<Event>) {
        act.into_iter().for_each(|event| self.story.push(event));
    }

    fn ended(&self, old: &Intent, now: Moment) -> String {
        let (thing, what, by) = (thing(old), old.what(), &old.by);
        let orphan = old.ties.operator.as_ref().is_some_and(|operator| !self.registry.present(operator));
        match () {
            // Clocks of machines differ by a little.
            () if old.over(now.plus(2_000)) => format!("{thing}: the lease of {by}'s {what} ended by itself"),
            () if orphan => format!("{thing}: {by}'s {what} ended by itself, as {by}'s session is gone"),
            () => format!("{thing}: {by}'s {what} is taken back"),
        }
    }
}

/// What somebody did, by the intent that was there and the one that is.
fn wanted(old: Option<&Intent>, new: &Intent, now: Moment) -> Option<String> {
    let by = &new.by;
    let same = old.filter(|old| (old.op, &old.by, old.at) == (new.op, &new.by, new.at));
    if let Some(old) = same {
        let (before, after) = (old.held_again(now), new.held_again(now));
        return (after > before || old.ties.hold.as_ref().map(Vec::len) < new.ties.hold.as_ref().map(Vec::len)).then(
            || {
                let of = HELD_WITHIN_MS / 60_000;
                format!("keepwatch {} again for {by}, {after} of {MOST_HELD} times in {of} min", did(new))
            },
        );
    }
    let lease = new.until.map(|until| format!(" for {}", show::duration((until.since(new.at) + 999) as u64 / 1000)));
    let held = if new.ties.hold.is_some() { ", and again each time it is lost" } else { "" };
    let tied = if new.ties.operator.is_some() { ", for as long as they are there" } else { "" };
    let reason = new.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{by} {}{}{held}{tied}{reason}", did(new), lease.unwrap_or_default()))
}

fn thing(intent: &Intent) -> String {
    format!("{} {}", intent.service, intent.address.text())
}

fn did(intent: &Intent) -> String {
    match intent.op {
        Op::Weight(number) => format!("set the weight of {} to {number}", thing(intent)),
        _ => format!("drained {}", thing(intent)),
    }
}

fn event(intent: &Intent, kind: EventKind, source: &str, text: &str, at: Moment) -> Event {
    Event {
        at,
        kind,
        service: Some(intent.service.clone()),
        instance: Some(intent.address.text().into()),
        before: None,
        after: Some(json!("done")),
        source: source.into(),
        text: Shown::new(text).as_str().into(),
    }
}

#[cfg(test)]
#[path = "wanted_tests.rs"]
mod wanted_tests;
