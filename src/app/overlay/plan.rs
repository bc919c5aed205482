//! The plan while it is read: which key confirms, which field is edited, and what never confirms.

use tui_input::Input;

use super::{Overlay, PlanField, field};
use crate::domain::way::Via;
use crate::{
    app::{
        Model,
        action::{self, Stage},
        grid::Room,
        keys,
        msg::{Effect, Effects},
        update::say,
    },
    command::{Code, Key},
    config::units,
    domain::{
        intent::{Intent, Op, Why},
        plan::{Assent, Danger, Plan},
        text::Shown,
    },
    insight,
};

/// Opens it, while the registry is still being read.
pub fn open(model: &mut Model) {
    model.overlays.push(Overlay::Plan {
        name: Input::default(),
        lease: Input::default(),
        reason: Input::default(),
        field: PlanField::None,
        drawn: None,
        top: 0,
    });
}

/// The number of the planned action, or of several, that waits to have been on the terminal.
pub fn drawn_next(model: &Model) -> Option<u64> {
    if let (Some(Overlay::Batch { drawn: None, .. }), Some(batch)) = (model.overlays.last(), &model.batch) {
        return matches!(batch.stage, crate::app::batch::Stage::Planned(..)).then_some(batch.number);
    }
    let waits = matches!(model.overlays.last(), Some(Overlay::Plan { drawn: None, .. }));
    let action = model.action.as_ref().filter(|_| waits)?;
    matches!(action.stage, Stage::Planned { .. }).then_some(action.number)
}

/// A key while it is on the screen. Once it has ended nothing is asked any more: what the overlay has no use for is the
/// screen's below, as its footer says.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let (danger, leased) = match model.action.as_ref().map(|a| &a.stage) {
        Some(Stage::Planned { plan, .. }) if plan.refused.is_none() => (Some(plan.danger), takes_lease(plan)),
        _ => (None, false),
    };
    let over = matches!(model.action.as_ref().map(|a| &a.stage), Some(Stage::Ended { .. }) | None);
    let Some(Overlay::Plan { name, lease, reason, field, drawn, top }) = model.overlays.last_mut() else {
        return Effects::new();
    };
    match (key.code, key.ctrl) {
        (Code::Esc, _) => return close(model),
        (Code::Char('q') | Code::Enter, false) if over => return close(model),
        (Code::Char('r'), true) => return action::again(model),
        (Code::Char('y'), true) => return copy(model),
        (Code::Char('t'), true) => return other_way(model),
        (Code::Tab, _) if danger.is_some() => {
            *field = match (*field, danger) {
                (PlanField::Reason, _) if leased => PlanField::Lease,
                (PlanField::Reason | PlanField::Lease, Some(Danger::Safe)) => PlanField::None,
                (PlanField::Reason | PlanField::Lease, _) => PlanField::Name,
                (PlanField::None | PlanField::Name, _) => PlanField::Reason,
            };
        }
        (Code::PageDown, _) => *top += 5,
        (Code::PageUp, _) => *top = top.saturating_sub(5),
        (Code::Enter, false) | (Code::Char('y'), false) if key.code == Code::Enter || *field == PlanField::None => {
            // A key that was on its way before the plan could be read confirms nothing.
            if let (Some(danger), Some(_)) = (danger, *drawn) {
                let assent = match danger {
                    Danger::Safe => Assent::Key,
                    Danger::TypedName | Danger::LastHealthy => Assent::TypedName(name.value().trim().to_owned()),
                };
                let reason = Some(reason.value().trim().to_owned()).filter(|r| !r.is_empty());
                if Room::of(model.size) == Room::Sentence {
                    say(model, "Not done: there is no room to read the plan. Make the terminal 40x10 or larger.", true);
                    return Effects::new();
                }
                match leased_for(model) {
                    Ok(lease) => return action::confirm(model, assent, reason, lease),
                    Err(why) => say(model, why, true),
                }
            }
        }
        (Code::Down | Code::Char('j'), false) if *field == PlanField::None => *top += 1,
        (Code::Up | Code::Char('k'), false) if *field == PlanField::None => *top = top.saturating_sub(1),
        _ if over => {
            close(model);
            return keys::screen_key(model, key);
        }
        // What is typed before the plan was drawn goes nowhere, not even into the field.
        _ if drawn.is_some() => match field {
            PlanField::Name => {
                field::edit(name, key);
            }
            PlanField::Reason => {
                field::edit(reason, key);
            }
            PlanField::Lease => {
                field::edit(lease, key);
            }
            PlanField::None => {}
        },
        _ => {}
    }
    Effects::new()
}

/// Whether a lease can be given in the plan: something is kept that it could end.
pub fn takes_lease(plan: &Plan) -> bool {
    plan.draft.intent.is_some() && matches!(plan.draft.op, Op::Drain | Op::Weight(_))
}

/// A lease as it was typed, in ms; `None`: none was.
///
/// # Errors
/// What is wrong with it: a sentence.
pub fn lease(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim().trim_start_matches("for ");
    if text.is_empty() {
        return Ok(None);
    }
    let bare = text.replace(' ', "").replace("min", "m");
    match units::duration(&bare).ok().and_then(|time| i64::try_from(time.as_millis()).ok()) {
        Some(ms) if ms >= 1000 => Ok(Some(ms)),
        Some(_) => Err("Not done: a lease is a second at least.".into()),
        None => {
            Err(format!("Not done: `{}` is no time. Write the lease as 30m, 2h or 90s.", Shown::new(text).as_str()))
        }
    }
}

/// The lease of the overlay's field, where the plan takes one.
fn leased_for(model: &Model) -> Result<Option<i64>, String> {
    let Some(Overlay::Plan { lease: typed, .. }) = model.overlays.last() else { return Ok(None) };
    let ms = lease(typed.value())?;
    let intent = match model.action.as_ref().map(|a| &a.stage) {
        Some(Stage::Planned { plan, .. }) => plan.draft.intent.as_ref(),
        _ => None,
    };
    match (ms, intent.map(Intent::endable)) {
        (Some(_), Some(Err(why))) => Err(why.to_owned()),
        (Some(_), None) => Err("Not done: nothing is kept for this, so no lease could end it. Empty the field.".into()),
        (ms, _) => Ok(ms),
    }
}

/// `C-t`: the same by the other way, where the layout has two; what was typed stays.
fn other_way(model: &mut Model) -> Effects {
    let Some(action) = &model.action else { return Effects::new() };
    let Stage::Planned { plan, .. } = &action.stage else { return Effects::new() };
    let (Some(via), Some(target)) = (plan.draft.way.as_ref().and_then(|way| way.other), action.target.clone()) else {
        return Effects::new();
    };
    let (op, why) = (action.op, Why { via, hold: action.hold, ..Why::default() });
    model.action_number += 1;
    let (number, now) = (model.action_number, model.now);
    if let Some(Overlay::Plan { drawn, .. }) = model.overlays.last_mut() {
        *drawn = None;
    }
    if let Some(action) = &mut model.action {
        (action.number, action.via, action.stage) = (number, via, Stage::Reading(now));
    }
    vec![Effect::Plan(number, target, op, why)]
}

/// What was just begun, by this way.
pub fn by(model: &mut Model, via: Via, mut effects: Effects) -> Effects {
    for effect in &mut effects {
        if let (Effect::Plan(_, _, _, why), Some(action)) = (effect, &mut model.action) {
            (why.via, action.via) = (via, via);
        }
    }
    effects
}

/// `C-y`: the command that asks for the same, on this registry, into the clipboard.
fn copy(model: &mut Model) -> Effects {
    let reason = match model.overlays.last() {
        Some(Overlay::Plan { reason, .. }) => reason.value().trim().to_owned(),
        _ => String::new(),
    };
    let plan = match model.action.as_ref().map(|a| &a.stage) {
        Some(Stage::Planned { plan, .. } | Stage::Applying { plan, .. } | Stage::Ended { plan, .. }) => plan,
        Some(Stage::Reading(_)) | None => return Effects::new(),
    };
    let mut plan = plan.clone();
    let typed = match model.overlays.last() {
        Some(Overlay::Plan { lease: typed, .. }) if takes_lease(&plan) => lease(typed.value()).ok().flatten(),
        _ => None,
    };
    insight::impact::settle(&mut plan, None, typed, model.now);
    match insight::impact::command(&plan, &model.setup.registry, &reason) {
        Some(command) => vec![Effect::Copy(command)],
        None => {
            say(model, "No command does the same: the instance has no address to name it by.", true);
            Effects::new()
        }
    }
}

/// Closes it: nothing was written, or what was written goes on by itself.
fn close(model: &mut Model) -> Effects {
    model.overlays.pop();
    if !model.action.as_ref().is_some_and(action::Action::in_flight) {
        model.action = None;
    }
    Effects::new()
}
