//! A plan that is on the screen while the world goes on: whether it still is what would happen, and that it is read anew
//! before a key confirms it where it is not. It is never changed under the eyes of who reads it.

use super::{Action, Stage, laid};
use crate::{
    app::{
        Model,
        msg::Effects,
        overlay::{Overlay, PlanField},
        update::say,
    },
    domain::plan::{Danger, Plan},
    insight,
};

/// Looks whether the plan on the screen is still so, and marks it where it is not; once a second.
pub(in crate::app) fn look(model: &mut Model) {
    let Some(Action { stage: Stage::Planned { plan, stale: was, .. }, .. }) = &model.action else { return };
    let now = stale(model, plan).is_some();
    if now != *was
        && let Some(Action { stage: Stage::Planned { stale, .. }, .. }) = &mut model.action
    {
        *stale = now;
        model.dirty = true;
    }
}

/// The plan as the world is now, and why it has to be read again: more assent is needed than when it was shown, as somebody
/// else has gone meanwhile, or others serve then than it says.
pub(super) fn stale(model: &Model, plan: &Plan) -> Option<(Plan, &'static str)> {
    let now = laid(model, plan.draft.clone(), &[]);
    if insight::guard::graver(&now, plan) {
        return Some((now, "Not done: it is graver now than when you read it. Read it again."));
    }
    let others = !insight::share::same(&now.remaining, &plan.remaining);
    others.then_some((now, "Not done: what it comes to changed since you read it. Read it again."))
}

/// Shows it anew: it has to be on the terminal before a key confirms it.
pub(super) fn reread(model: &mut Model, plan: Plan, why: &'static str) -> Effects {
    if let Some(Overlay::Plan { field, drawn, .. }) = model.overlays.last_mut() {
        *field = match plan.danger {
            _ if plan.refused.is_some() => PlanField::None,
            Danger::Safe => *field,
            Danger::TypedName | Danger::LastHealthy => PlanField::Name,
        };
        *drawn = None;
    }
    model.action_number += 1;
    if let Some(action) = &mut model.action {
        // Another plan than the one on the terminal: a frame that shows the old one does not count.
        action.number = model.action_number;
        action.stage = Stage::Planned { plan: Box::new(plan), read: model.now, stale: false };
    }
    say(model, why, true);
    Effects::new()
}
