//! The plan while it is read: which key confirms, which field is edited, and what never confirms.

use tui_input::Input;

use super::{Overlay, PlanField, field};
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
    domain::plan::{Assent, Danger},
    insight,
};

/// Opens it, while the registry is still being read.
pub fn open(model: &mut Model) {
    model.overlays.push(Overlay::Plan {
        name: Input::default(),
        reason: Input::default(),
        field: PlanField::None,
        drawn: None,
        top: 0,
    });
}

/// A key while it is on the screen. Once it has ended nothing is asked any more: what the overlay has no use for is the
/// screen's below, as its footer says.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let danger = match model.action.as_ref().map(|a| &a.stage) {
        Some(Stage::Planned { plan, .. }) if plan.refused.is_none() => Some(plan.danger),
        _ => None,
    };
    let over = matches!(model.action.as_ref().map(|a| &a.stage), Some(Stage::Ended { .. }) | None);
    let Some(Overlay::Plan { name, reason, field, drawn, top }) = model.overlays.last_mut() else {
        return Effects::new();
    };
    match (key.code, key.ctrl) {
        (Code::Esc, _) => return close(model),
        (Code::Char('q') | Code::Enter, false) if over => return close(model),
        (Code::Char('r'), true) => return action::again(model),
        (Code::Char('y'), true) => return copy(model),
        (Code::Tab, _) if danger.is_some() => {
            *field = match (*field, danger) {
                (PlanField::Reason, Some(Danger::Safe)) => PlanField::None,
                (PlanField::Reason, _) => PlanField::Name,
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
                return action::confirm(model, assent, reason);
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
            PlanField::None => {}
        },
        _ => {}
    }
    Effects::new()
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
    match insight::impact::command(plan, &model.setup.registry, &reason) {
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
