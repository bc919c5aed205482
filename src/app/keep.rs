//! What this Keepwatch does about kept intents by itself: it ends those whose lease is over or whose operator is gone, and
//! asserts again those that are to be held. It plans, confirms by the intent itself, and writes as any action does; where
//! another Keepwatch was first, the registry says so and there is nothing left to do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::json;

use super::{
    Model,
    msg::{Effect, Effects},
};
use crate::{
    domain::{
        duty::{Due, Duty},
        event::{Event, EventKind},
        fact::LinkState,
        intent::Intent,
        plan::{Assent, Confirmed, Draft, Outcome, Plan, Receipt, Refusal},
        text::Shown,
        time::Moment,
    },
    insight::{self, guard::Rails},
};

/// How long an operator has to be missing to be gone, in ms: a session that expired is followed by another.
const AWAY_MS: i64 = 2_000;
/// Before what did not succeed is tried again, in ms.
const AGAIN_MS: i64 = 3_000;

/// What is being done about kept intents.
#[derive(Debug, Default)]
pub struct Keeping {
    /// Whether this Keepwatch does any of it: it can write, and runs for longer than one action.
    pub on: bool,
    /// The path of this operator's own ephemeral.
    pub me: Option<Arc<str>>,
    /// The service that others were told this operator looks at.
    presented: Option<Arc<str>>,
    /// What is being done or was tried, by the intent's path.
    tried: BTreeMap<Arc<str>, Tried>,
    /// Operators that are missing, since when.
    missing: BTreeMap<Arc<str>, Moment>,
    /// What was said already: it is tried again, but not said again.
    said: BTreeSet<Arc<str>>,
}

#[derive(Debug)]
struct Tried {
    duty: Duty,
    at: Moment,
    running: bool,
    /// Its write was asked for: whatever the registry says of its plan now is said too late.
    sent: bool,
    /// What its end leaves as it is, as somebody else has decided it since.
    left: Vec<Arc<str>>,
}

impl Keeping {
    /// Whether something is being written.
    pub fn busy(&self) -> bool {
        self.tried.values().any(|tried| tried.running)
    }

    /// Whether something is due for which time has to be told soon.
    pub fn waits(&self) -> bool {
        self.on && !self.missing.is_empty()
    }
}

/// Tells others which service this operator is at, where that changed: from the first plan on. Who only looks writes nothing.
pub(super) fn present(model: &mut Model) -> Option<Effect> {
    if !model.keep.on || model.setup.read_only {
        return None;
    }
    let planned = model.action.as_ref().and_then(|action| action.target.as_ref()).map(|target| &*target.service.name);
    let acting = planned.is_some() || model.keep.presented.is_some();
    let selected = || model.selection.service().map(|name| &**name).filter(|_| acting);
    let service = planned.or_else(selected);
    if service == model.keep.presented.as_deref() {
        return None;
    }
    model.keep.presented = service.map(Arc::from);
    Some(Effect::Present(model.keep.presented.clone()))
}

/// Whether anything may be written by itself now: not on an old picture.
fn able(model: &Model) -> bool {
    let registry = &model.world.registry;
    let may = model.keep.on && !model.setup.read_only && model.setup.no_journal.is_none() && !model.quitting;
    may && registry.complete().is_some() && registry.link().state == LinkState::Connected
}

/// Begins with what is due and not being done.
pub(super) fn due(model: &mut Model) -> Effects {
    if !able(model) {
        return Effects::new();
    }
    let (now, keep, registry) = (model.now, &mut model.keep, &model.world.registry);
    let tied = registry.intents().filter_map(|(_, intent)| intent.ties.operator.clone());
    let missing: BTreeSet<Arc<str>> = tied.filter(|operator| !registry.present(operator)).collect();
    keep.missing.retain(|operator, _| missing.contains(operator));
    missing.into_iter().for_each(|operator| {
        keep.missing.entry(operator).or_insert(now);
    });
    let away = |operator: &str| keep.missing.get(operator).is_some_and(|since| now.since(*since) >= AWAY_MS);
    let due = insight::duty::all(&model.world, now, away);
    keep.tried.retain(|path, tried| tried.running || due.iter().any(|duty| duty.path == *path));
    let mut effects = Effects::new();
    for duty in due {
        let waits = |tried: &Tried| tried.running || (tried.duty == duty && now.since(tried.at) < AGAIN_MS);
        if keep.tried.get(&duty.path).is_some_and(waits) {
            continue;
        }
        keep.tried.insert(
            duty.path.clone(),
            Tried { duty: duty.clone(), at: now, running: true, sent: false, left: Vec::new() },
        );
        effects.push(Effect::Keep(Box::new(duty)));
    }
    effects
}

/// The registry said what would be written.
pub(super) fn drafted(model: &mut Model, path: &Arc<str>, draft: Result<Draft, Option<Refusal>>) -> Effects {
    let (now, able) = (model.now, able(model));
    let Some(tried) = model.keep.tried.get_mut(path).filter(|tried| tried.running && !tried.sent) else {
        return Effects::new();
    };
    if !able {
        // The link broke since it was asked for. It is due again once the picture is true.
        (tried.running, tried.at) = (false, now);
        return Effects::new();
    }
    let duty = tried.duty.clone();
    let confirmed = draft.and_then(|draft| {
        let mut plan = insight::impact::plan(&model.world, draft);
        if duty.what == Due::Again {
            railed(model, &duty.intent, &mut plan);
        }
        Confirmed::new(plan, Assent::Intent(path.clone())).map_err(Some)
    });
    match confirmed {
        Ok(confirmed) => {
            let step = duty.intent.ties.made.is_some() && duty.what != Due::Again;
            if let Some(tried) = model.keep.tried.get_mut(path) {
                tried.sent = true;
                if step {
                    tried.left = confirmed.get().draft.warnings.clone();
                }
            }
            vec![Effect::KeepApply(Box::new(duty), Box::new(confirmed))]
        }
        Err(no) => {
            if let Some(tried) = model.keep.tried.get_mut(path) {
                (tried.running, tried.at) = (false, now);
            }
            if let Some(refusal) = no {
                failed(model, &duty, &refusal.why);
            }
            Effects::new()
        }
    }
}

/// Lays the file's guard rails over what is asserted again: who is denied it meanwhile, or would be one too many out of the
/// balance, is left alone. The name and the reason were given when it was first done. What ends is ended freely.
fn railed(model: &Model, intent: &Intent, plan: &mut Plan) {
    let danger = plan.danger;
    let cluster = model.setup.cluster.as_deref();
    let rails = Rails { guards: &model.setup.guards, cluster, by: &intent.by, beside: &[] };
    insight::guard::lay(&model.world, rails, plan);
    (plan.danger, plan.asks_reason) = (danger, None);
}

/// What was due was written, or was not.
pub(super) fn kept(model: &mut Model, path: &Arc<str>, receipt: &Receipt) {
    let now = model.now;
    let Some(tried) = model.keep.tried.get_mut(path) else { return };
    (tried.running, tried.sent, tried.at) = (false, false, now);
    let (duty, left) = (tried.duty.clone(), std::mem::take(&mut tried.left));
    match receipt.outcome {
        Outcome::Done | Outcome::Requested if !left.is_empty() => {
            let words = format!("ended, and this was left as it is: {}", left.join("; "));
            say(model, &format!("{path} left {}", duty.intent.at.0), &duty.intent, &words, "left");
        }
        // What it did is told by the intent, here and everywhere. Another Keepwatch was first: it tells it.
        Outcome::Done | Outcome::Requested | Outcome::NoEffect | Outcome::Planned | Outcome::Conflict => {}
        Outcome::Refused | Outcome::Unknown | Outcome::Failed | Outcome::Unreachable => {
            let why = receipt.detail.clone().unwrap_or_else(|| receipt.outcome.word().into());
            failed(model, &duty, &why);
        }
    }
}

fn failed(model: &mut Model, duty: &Duty, why: &str) {
    let Duty { path, intent, what, .. } = duty;
    let words = match what {
        Due::LeaseOver => format!("is over, but could not be ended by itself: {why}"),
        Due::OperatorGone => format!("should end, as the session of {} is gone, but could not: {why}", intent.by),
        Due::Again => format!("is lost and was not asserted again: {why}"),
        Due::GiveUp => format!("was lost too often to be held any longer, but that could not be kept: {why}"),
        Due::Back => format!("is over, as it is registered again, but could not be forgotten: {why}"),
    };
    let since = model.world.lost_since(path).unwrap_or(intent.at);
    say(model, &format!("{path} {what:?} {}", since.0), intent, &words, "failed");
}

/// A line of the story, once for what it is about.
fn say(model: &mut Model, about: &str, intent: &Intent, words: &str, outcome: &str) {
    if !model.keep.said.insert(about.into()) {
        return;
    }
    if model.keep.said.len() > 1_000 {
        model.keep.said.pop_first();
    }
    let text = format!("{} {}: {}'s {} {words}", intent.service, intent.address.text(), intent.by, intent.what());
    model.dirty = true;
    model.world.story.push(Event {
        at: model.now,
        kind: EventKind::Action,
        service: Some(intent.service.clone()),
        instance: Some(intent.address.text().into()),
        before: None,
        after: Some(json!(outcome)),
        source: "keepwatch".into(),
        text: Shown::new(&text).as_str().into(),
    });
}
