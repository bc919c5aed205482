//! What operators want, as lines of the story: an intent that comes, changes or goes is somebody's act, wherever it was made;
//! and a want that the registry no longer agrees with is told once for each loss, with its cause.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;

use super::World;
use crate::domain::{
    act::LastAct,
    address::Address,
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

/// How far apart the two halves of one act may be read, in ms.
const ONE_ACT_MS: i64 = 2_000;

/// Source of the events that tell what an intent shows: where the act itself is told too, these are a part of it.
pub const SOURCE: &str = "intent";

/// Source of the events that tell what a Keepwatch did about an intent by itself: no person's act, here or elsewhere.
pub const ITSELF: &str = "keepwatch";

/// Intents that were found lost, by path: since when, and whether that was told.
pub(super) type Lost = BTreeMap<Arc<str>, (Moment, bool)>;

/// Intents that went, and the acts that told of that: one transaction is read one half after the other.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Intents that went, of which no act is known yet, and when.
    waiting: Vec<(Intent, Moment)>,
    /// Instances of which an act was told, and when.
    told: Vec<(Arc<str>, Address, Moment)>,
}

impl Ends {
    /// An intent went: it is told with the act that took it back, or in a moment without one.
    fn wait(&mut self, old: Intent, now: Moment) {
        self.told.retain(|(.., at)| now.since(*at) < ONE_ACT_MS);
        let told = self.told.iter().any(|(service, address, _)| *service == old.service && *address == old.address);
        // That it was deregistered is forgotten once it is back, which is told as that.
        if !told && old.op != Op::Deregister {
            self.waiting.push((old, now));
        }
    }

    /// An act: the intent that went with it, where that was seen first.
    fn found(&mut self, act: &LastAct, now: Moment) -> Option<Intent> {
        self.told.retain(|(.., at)| now.since(*at) < ONE_ACT_MS);
        self.told.push((act.service.clone(), act.address.clone(), now));
        let own = |(old, _): &mut (Intent, Moment)| old.service == act.service && old.address == act.address;
        self.waiting.extract_if(.., own).map(|(old, _)| old).last()
    }
}

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
        self.lost.values().any(|(_, told)| !told) || !self.ends.waiting.is_empty()
    }

    /// Tells each intent that the registry lost, once for each loss; whether anything was told.
    pub fn tell_lost(&mut self, now: Moment) -> bool {
        if self.registry.complete().is_none() {
            return false;
        }
        let ended = self.tell_ends(now);
        if self.lost.is_empty() && self.registry.intents().next().is_none() {
            self.looked = true;
            return ended;
        }
        // What the first picture shows was lost before anybody looked.
        let first = !std::mem::replace(&mut self.looked, true);
        let mut lost = Lost::new();
        let mut events = Vec::new();
        for (path, intent) in self.registry.intents() {
            if self.registry.intent_state(intent) != IntentState::Lost {
                continue;
            }
            // What was lost before anybody looked here: since when its znode is another one, where that tells.
            let found = || if first { self.registry.lost_at(intent, now).unwrap_or(now) } else { now };
            let (since, told) = self.lost.get(path).copied().unwrap_or_else(|| (found(), false));
            let due = first || now.since(since) >= LOST_AFTER_MS;
            if due && !told {
                events.push(self.loss(intent, now));
            }
            lost.insert(path.clone(), (since, told || due));
        }
        self.lost = lost;
        let told = !events.is_empty();
        events.into_iter().for_each(|event| self.story.push(event));
        told || ended
    }

    /// Tells the ends of intents of which no act told in time whose they are: an older Keepwatch leaves none.
    fn tell_ends(&mut self, now: Moment) -> bool {
        let due = |(_, at): &mut (Intent, Moment)| now.since(*at) >= LOST_AFTER_MS;
        let due: Vec<(Intent, Moment)> = self.ends.waiting.extract_if(.., due).collect();
        for (old, at) in &due {
            let text = format!("{}: {}'s {} is taken back", thing(old), old.by, old.what());
            self.story.push(event(old, EventKind::Action, SOURCE, &text, *at));
        }
        !due.is_empty()
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
    pub(super) fn act(&mut self, fact: &RegistryFact, now: Moment) -> Option<Event> {
        let (path, new) = match fact {
            RegistryFact::Act(path, act) if !self.registry.knows(path, act) => return self.acted(act, now),
            RegistryFact::Intent(path, intent) => (path, Some(&**intent)),
            RegistryFact::IntentGone(path) => (path, None),
            _ => return None,
        };
        let old = self.registry.intents().find(|(at, _)| *at == path).map(|(_, intent)| intent);
        let (intent, text, source) = match (old, new) {
            (None, None) => return None,
            (Some(old), None) => match self.ended(old, now) {
                Some(text) => (old, text, ITSELF),
                None => {
                    let old = old.clone();
                    self.ends.wait(old, now);
                    return None;
                }
            },
            (old, Some(new)) => match old.filter(|old| (old.op, &old.by, old.at) == (new.op, &new.by, new.at)) {
                Some(old) => (new, again(old, new, now)?, ITSELF),
                None => (new, wanted(new)?, SOURCE),
            },
        };
        Some(event(intent, EventKind::Action, source, &text, now))
    }

    pub(super) fn story_of(&mut self, act: Option<Event>) {
        act.into_iter().for_each(|event| self.story.push(event));
    }

    /// Who took away or back what: what somebody wanted of an instance is told by the intent itself.
    fn acted(&mut self, act: &LastAct, now: Moment) -> Option<Event> {
        if !matches!(act.op, Op::Deregister | Op::Undrain | Op::Undo) {
            return None;
        }
        let old = self.ends.found(act, now).or_else(|| self.registry.intent(&act.service, &act.address).cloned());
        let (by, thing) = (&act.by, format!("{} {}", act.service, act.address.text()));
        let did = match (act.op, old) {
            (Op::Deregister, _) => format!("{by} deregistered {thing}"),
            (Op::Undrain, Some(old)) if old.by == *by => format!("{by} undrained {thing}"),
            (Op::Undo, Some(old)) if old.by == *by => format!("{by} took back their {} of {thing}", old.what()),
            (_, Some(old)) => format!("{by} took back {}'s {} of {thing}", old.by, old.what()),
            (Op::Undrain, None) => format!("{by} undrained {thing}"),
            (_, None) => format!("{by} took back the last step on {thing}"),
        };
        let text = format!("{did}{}", act.because());
        Some(Event {
            at: now,
            kind: EventKind::Action,
            service: Some(act.service.clone()),
            instance: Some(act.address.text().into()),
            before: None,
            after: Some(json!("done")),
            source: SOURCE.into(),
            text: Shown::new(&text).as_str().into(),
        })
    }

    /// Of an intent that went by itself; `None` where somebody took it back.
    fn ended(&self, old: &Intent, now: Moment) -> Option<String> {
        let (thing, what, by) = (thing(old), old.what(), &old.by);
        let orphan = old.ties.operator.as_ref().is_some_and(|operator| !self.registry.present(operator));
        match () {
            // Clocks of machines differ by a little.
            () if old.over(now.plus(2_000)) => Some(format!("{thing}: the lease of {by}'s {what} ended by itself")),
            () if orphan => Some(format!("{thing}: {by}'s {what} ended by itself, as {by}'s session is gone")),
            () => None,
        }
    }
}

/// What a Keepwatch did by itself about an intent that stays the same person's.
fn again(old: &Intent, new: &Intent, now: Moment) -> Option<String> {
    let within = HELD_WITHIN_MS / 60_000;
    if new.ties.given_up.is_some() && old.ties.given_up.is_none() {
        let lost = format!("{}'s {} was lost {MOST_HELD} times within {within} min", new.by, new.what());
        return Some(format!("{}: {lost}: keepwatch gives up holding it, until a person asserts it again", thing(new)));
    }
    let (before, after) = (old.held_again(now), new.held_again(now));
    let more = after > before || old.ties.hold.as_ref().map(Vec::len) < new.ties.hold.as_ref().map(Vec::len);
    more.then(|| format!("keepwatch {} again for {}, {after} of {MOST_HELD} times in {within} min", did(new), new.by))
}

/// What somebody did, by the intent that it left.
fn wanted(new: &Intent) -> Option<String> {
    let by = &new.by;
    // Told by the act itself, which is there without an intent, too.
    if new.op == Op::Deregister {
        return None;
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
