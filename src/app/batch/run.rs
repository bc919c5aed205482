//! A batch that runs: step by step, each planned anew, compared with what was shown, written, and waited for.

use std::sync::Arc;

use serde_json::json;

use super::{Batch, End, PATIENCE_MS, Stage};
use crate::{
    app::{
        Model, action,
        msg::{Effect, Effects},
        overlay::Overlay,
        update::say,
    },
    domain::{
        event::{Event, EventKind},
        intent::{self, Why},
        plan::{Draft, Outcome, Plan, Receipt, Refusal},
        text::Shown,
    },
    insight::batch::{Gate, gate},
};

/// A person said yes to all of it.
pub(in crate::app) fn confirm(model: &mut Model, reason: Option<String>) -> Effects {
    if let Some(why) = action::blocked(model) {
        say(model, why, true);
        return Effects::new();
    }
    let Some(batch) = &mut model.batch else { return Effects::new() };
    if let (Some(asks), None) = (batch.asks_reason(), &reason) {
        let why = format!("Not confirmed: {asks} Type it.");
        say(model, why, true);
        return Effects::new();
    }
    batch.reason = reason.map(Into::into);
    model.marks.clear();
    model.rows.forget();
    next(model, 0)
}

/// Begins with the first step from here on that is not over.
fn next(model: &mut Model, from: usize) -> Effects {
    let Some(batch) = &model.batch else { return Effects::new() };
    let Some(at) = (from..batch.steps.len()).find(|n| batch.steps[*n].end.is_none()) else {
        return over(model, None);
    };
    if batch.stopping {
        return over(model, Some("stopped by you".into()));
    }
    if let Some(why) = action::blocked(model) {
        return over(model, Some(why.into()));
    }
    model.action_number += 1;
    let number = model.action_number;
    let Some(batch) = &mut model.batch else { return Effects::new() };
    batch.steps[at].number = number;
    batch.stage = Stage::Planning(at);
    let step = &batch.steps[at];
    let why = Why { reason: batch.reason.clone(), hold: batch.hold, via: batch.via, ..Why::default() };
    vec![Effect::Plan(number, step.target.clone(), step.op, why)]
}

/// It is a step's turn, and this is what would be written now.
pub(super) fn planned(model: &mut Model, at: usize, draft: Result<Draft, Refusal>) -> Effects {
    let draft = match draft {
        Ok(draft) => draft,
        Err(refusal) => return failed(model, at, refusal.why),
    };
    if let Some(why) = draft.no_effect.clone().filter(|_| draft.writes.is_empty()) {
        return ended(model, at, End::Nothing(why));
    }
    let mut plan = action::laid(model, draft, &[]);
    let Some(batch) = &mut model.batch else { return Effects::new() };
    if batch.stopping {
        return over(model, Some("stopped by you".into()));
    }
    if !as_expected(batch, at, &plan) {
        return failed(model, at, "it changed since the plan was shown; nothing was written".into());
    }
    plan.reason = batch.reason.clone().or(plan.reason);
    let (number, target) = (batch.steps[at].number, batch.steps[at].target.clone());
    batch.steps[at].plan = Some(Box::new(plan.clone()));
    batch.stage = Stage::Writing(at);
    match action::send(model, number, target, plan) {
        Ok(effects) => effects,
        Err(refusal) => failed(model, at, refusal.why),
    }
}

/// Whether what stands in the registry is what the plan showed, or what an earlier step wrote.
fn as_expected(batch: &Batch, at: usize, plan: &Plan) -> bool {
    let target = &batch.steps[at].target;
    let earlier =
        batch.steps[..at].iter().rev().find(|s| s.target == *target && matches!(s.end, Some(End::Written { .. })));
    let of_earlier = earlier.and_then(|step| step.plan.as_ref());
    let own = batch.steps[at].plan.as_ref();
    let theirs = plan.draft.writes.iter().filter(|write| !write.path.starts_with(intent::ROOT));
    theirs.into_iter().all(|write| {
        let known = match (of_earlier, own) {
            (Some(plan), _) => plan.draft.writes.iter().find(|w| w.path == write.path).map(|w| &w.after),
            (None, Some(plan)) => plan.draft.writes.iter().find(|w| w.path == write.path).map(|w| &w.before),
            (None, None) => return true,
        };
        known == Some(&write.before)
    })
}

/// A step's write ended.
pub(in crate::app) fn applied(model: &mut Model, number: u64, receipt: &Receipt, journal: Option<Arc<str>>) -> Effects {
    let Some(batch) = &model.batch else { return Effects::new() };
    let Stage::Writing(at) = batch.stage else { return Effects::new() };
    if batch.steps[at].number != number {
        return Effects::new();
    }
    match receipt.outcome {
        Outcome::Done | Outcome::Requested => {
            let end = End::Written { journal, at: model.now, read_back: receipt.verified_ms.is_some() };
            ended(model, at, end)
        }
        Outcome::NoEffect => ended(model, at, End::Nothing(receipt.detail.clone().unwrap_or_default())),
        outcome => {
            let detail = receipt.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default();
            failed(model, at, format!("{}{detail}", outcome.word().replace('_', " ")).into())
        }
    }
}

fn ended(model: &mut Model, at: usize, end: End) -> Effects {
    let now = model.now;
    let Some(batch) = &mut model.batch else { return Effects::new() };
    let wrote = matches!(end, End::Written { .. });
    batch.steps[at].end = Some(end);
    let last = batch.steps[at..].iter().all(|step| step.end.is_some());
    if last || batch.stopping || !wrote {
        return next(model, at);
    }
    batch.stage = Stage::Waiting(at, now, "the siblings have not answered since the last step".into());
    Effects::new()
}

fn failed(model: &mut Model, at: usize, why: Arc<str>) -> Effects {
    if let Some(batch) = &mut model.batch {
        batch.steps[at].end = Some(End::Failed(why.clone()));
        let why = format!("{}: {why}", batch.steps[at].target);
        return over(model, Some(why.into()));
    }
    Effects::new()
}

/// It is over; of what was not begun nothing was written.
fn over(model: &mut Model, why: Option<Arc<str>>) -> Effects {
    let now = model.now;
    let Some(batch) = &mut model.batch else { return Effects::new() };
    batch.stage = Stage::Ended(now, why.clone());
    let (written, all) = (batch.written(), batch.steps.len());
    let text = match why {
        Some(why) => format!("{}: {written} of {all} written, then it ended: {why}", batch.what),
        None => format!("{}: {written} of {all} written", batch.what),
    };
    let hidden = !model.overlays.iter().any(|o| matches!(o, Overlay::Batch { .. }));
    let bad = written < all;
    if hidden {
        model.batch = None;
    }
    if bad {
        // That it ended early is wanted to be known later, too; its steps tell of themselves.
        let by = &model.setup.user;
        model.world.story.push(Event {
            at: now,
            kind: EventKind::Action,
            service: None,
            instance: None,
            before: None,
            after: Some(json!("stopped")),
            source: "keepwatch".into(),
            text: Shown::new(&format!("{by} began to {text}")).as_str().into(),
        });
    }
    say(model, text, bad);
    Effects::new()
}

/// Time went on: whether the next step may be taken.
pub(in crate::app) fn tick(model: &mut Model) -> Effects {
    let Some(batch) = &mut model.batch else { return Effects::new() };
    let Stage::Waiting(at, since, _) = batch.stage else { return Effects::new() };
    if batch.stopping {
        return over(model, Some("stopped by you".into()));
    }
    let step = &batch.steps[at];
    let waited = model.now.since(since);
    let late = waited >= PATIENCE_MS.max(batch.every_ms);
    match gate(&model.world, (&step.target, step.op), since) {
        Gate::Shut(why) => over(model, Some(why.into())),
        Gate::Wait(why) if late => over(model, Some(format!("{why}, in {} s", waited / 1000).into())),
        Gate::Wait(why) => {
            batch.stage = Stage::Waiting(at, since, why.into());
            Effects::new()
        }
        Gate::Open if waited < batch.every_ms => {
            batch.stage = Stage::Waiting(at, since, "it is not yet its time".into());
            Effects::new()
        }
        Gate::Open => next(model, at + 1),
    }
}

/// Ends it after the step that is under way; nothing that was not begun is written.
pub(in crate::app) fn stop(model: &mut Model) -> Effects {
    let Some(batch) = model.batch.as_mut().filter(|batch| batch.runs()) else { return Effects::new() };
    batch.stopping = true;
    if matches!(batch.stage, Stage::Writing(_)) {
        return Effects::new();
    }
    over(model, Some("stopped by you".into()))
}
