//! What became of the writes of this run: each drain is followed until its traffic has ended, each deregister for whether
//! its provider comes back. What follows from the facts is worked out in `insight::progress`; here it is remembered and told.

use std::sync::Arc;

use serde_json::json;

use super::{Model, model::Notice};
use crate::{
    domain::{
        event::{Event, EventKind},
        id::InstanceId,
        intent::Op,
        plan::{Outcome, Plan},
        show,
        text::Shown,
        time::Moment,
    },
    insight::progress::{self, Phase, Progress},
    store::World,
};

/// Writes that are followed at most; the oldest is forgotten first.
const MOST: usize = 64;
/// For how long one is followed, in ms.
const LONGEST_MS: i64 = 60 * 60 * 1000;

/// A write of this run.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The number of its action.
    number: u64,
    /// What was planned.
    pub plan: Plan,
    /// When it was written; `None` while its answer is out.
    pub since: Option<Moment>,
    /// Who serves it was called so far: the last that was told.
    told: Option<Phase>,
    /// The transactions that made its znodes: another one is another registration.
    made: Vec<i64>,
    /// Its intent was seen in the registry.
    kept: bool,
}

impl Followed {
    /// Whom it is about, where it has an address.
    pub fn id(&self) -> Option<InstanceId> {
        let target = &self.plan.draft.target;
        Some(InstanceId { service: target.service.name.clone(), address: target.address.clone()? })
    }

    /// Whether it takes the instance out of the balance: then there is a progress.
    fn takes_away(&self) -> bool {
        matches!(self.plan.draft.op, Op::Drain | Op::Deregister | Op::Weight(0))
    }

    /// Looks whether it is still wanted: not where its intent, once seen, is gone with its lease, with its operator, or by
    /// somebody else's hand.
    fn still(&mut self, world: &World) -> bool {
        let Some(wanted) = self.plan.draft.intent.as_ref().filter(|wanted| wanted.op != Op::Deregister) else {
            return true;
        };
        let kept = world.registry.intent(&wanted.service, &wanted.address);
        let there = kept.is_some_and(|kept| (&kept.by, kept.at) == (&wanted.by, wanted.at));
        self.kept |= there;
        there || !self.kept
    }

    /// How far it is; `None` where nothing is followed by calls.
    pub fn progress(&self, model: &Model) -> Option<Progress> {
        let (id, since) = (self.id()?, self.since?);
        let own = self.plan.remaining.iter().find(|one| one.address.as_ref() == Some(&id.address));
        // Of one that is deregistered the plan does not say a share: it is what the others do not have.
        let others = || self.plan.remaining.iter().map(|one| one.share_before).sum::<Option<f64>>().map(|s| 1.0 - s);
        let before = own.map_or_else(others, |one| one.share_before);
        let service = &self.plan.draft.target.service;
        self.takes_away().then(|| progress::look(&model.world, service, &id, since, before, model.now))
    }
}

/// The last write of this run to an instance, if it was followed.
pub fn last<'a>(model: &'a Model, id: &InstanceId) -> Option<&'a Followed> {
    model.followed.iter().rfind(|one| one.since.is_some() && one.id().as_ref() == Some(id))
}

/// A plan was confirmed and is sent.
pub(super) fn sent(model: &mut Model, number: u64, plan: &Plan) {
    let made = |path: &Arc<str>| model.world.registry.instance(path).map(|i| i.czxid);
    let made = plan.draft.target.paths.iter().filter_map(made).collect();
    if model.followed.len() >= MOST {
        model.followed.remove(0);
    }
    model.followed.push(Followed { number, plan: plan.clone(), since: None, told: None, made, kept: false });
}

/// It ended: what was written is followed, what was not is forgotten.
pub(super) fn ended(model: &mut Model, number: u64, outcome: Outcome) {
    let now = model.now;
    let written = matches!(outcome, Outcome::Done | Outcome::Requested);
    model.followed.retain(|one| one.number != number || written);
    if let Some(one) = model.followed.iter_mut().find(|one| one.number == number) {
        one.since = Some(now);
    }
}

/// Time went on: what is new is told in the story.
pub(super) fn renew(model: &mut Model) {
    let now = model.now;
    let world = &model.world;
    model.followed.retain_mut(|one| one.since.is_none_or(|since| now.since(since) < LONGEST_MS && one.still(world)));
    let mut told: Vec<(usize, Phase, String, &str)> = Vec::new();
    for (n, one) in model.followed.iter().enumerate() {
        let Some(since) = one.since else { continue };
        // A later write to the same instance takes its place.
        if one.id().is_none() || last(model, &one.id().expect("asked above")).is_none_or(|l| l.number != one.number) {
            continue;
        }
        if let Some(text) = came_back(model, one, since).filter(|_| one.told != Some(Phase::NoEffect)) {
            told.push((n, Phase::NoEffect, text, Outcome::NoEffect.word()));
            continue;
        }
        let Some(progress) = one.progress(model).filter(|p| one.told != Some(p.phase)) else { continue };
        let what = format!("the {} of {}", one.plan.draft.op.word(), one.plan.draft.target);
        match progress.phase {
            Phase::Done => {
                let quiet = show::duration((progress.quiet_ms / 1000) as u64);
                let calls = show::plural(progress.siblings, "call", "calls");
                let text = format!("{what} is done: no call for {quiet}, while its siblings served {calls}");
                told.push((n, Phase::Done, text, Outcome::Done.word()));
            }
            Phase::NoEffect => {
                let late = show::duration((now.since(since) / 1000) as u64);
                let why = progress.why.unwrap_or_default();
                let text = format!("{what} has no effect after {late}: {why}");
                told.push((n, Phase::NoEffect, text, Outcome::NoEffect.word()));
            }
            Phase::Requested | Phase::Leaving | Phase::Untold => {}
        }
    }
    for (n, phase, text, word) in told {
        let one = &mut model.followed[n];
        one.told = Some(phase);
        let target = one.plan.draft.target.clone();
        let text: Arc<str> = Shown::new(&text).as_str().into();
        if model.notice.is_none() {
            model.notice = Some(Notice { at: now, text: text.clone(), bad: phase == Phase::NoEffect });
        }
        model.world.story.push(Event {
            at: now,
            kind: EventKind::Action,
            service: Some(target.service.name.clone()),
            instance: target.address.as_ref().map(|a| a.text().into()),
            before: None,
            after: Some(json!(word)),
            source: "keepwatch".into(),
            text,
        });
        model.dirty = true;
    }
}

/// That what was deregistered is registered again, if it is: a sentence.
fn came_back(model: &Model, one: &Followed, since: Moment) -> Option<String> {
    if one.plan.draft.op != Op::Deregister {
        return None;
    }
    let target = &one.plan.draft.target;
    let mut at = model.world.registry.at(&target.service.name, target.address.as_ref()?);
    let again = at.any(|(service, slot)| {
        service.id == target.service && slot.registered().is_some_and(|i| !one.made.contains(&i.czxid))
    });
    let after = show::duration((model.now.since(since) / 1000).max(0) as u64);
    again.then(|| format!("{target} is back: its provider registered it again within {after} of the deregister"))
}
