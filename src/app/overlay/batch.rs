//! The plan of a batch while it is read, and while it runs: which key confirms, and which ends it.

use super::{Overlay, PlanField, field};
use crate::{
    app::{
        Model,
        batch::{self, Stage},
        grid::Room,
        msg::Effects,
        update::say,
    },
    command::{Code, Key},
};

/// A key while it is on the screen.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let (can, runs, over) = match &model.batch {
        Some(b) => (
            matches!(b.stage, Stage::Planned(_, None)),
            b.runs(),
            matches!(b.stage, Stage::Planned(_, Some(_)) | Stage::Ended(..)),
        ),
        None => (false, false, true),
    };
    let Some(Overlay::Batch { reason, field, drawn, top }) = model.overlays.last_mut() else { return Effects::new() };
    match (key.code, key.ctrl) {
        (Code::Esc, _) if runs => return batch::stop(model),
        (Code::Enter | Code::Char('q'), false) if runs => {
            // It goes on; `B` shows it again.
            model.overlays.pop();
        }
        (Code::Esc, _) => return close(model),
        (Code::Enter | Code::Char('q'), false) if over => return close(model),
        (Code::Tab, _) if can => {
            *field = if *field == PlanField::Reason { PlanField::None } else { PlanField::Reason };
        }
        (Code::Char('t'), true) => return batch::other_way(model),
        (Code::PageDown, _) => *top += 5,
        (Code::PageUp, _) => *top = top.saturating_sub(5),
        // A key that was on its way before the plan could be read confirms nothing.
        (Code::Enter, false) if can && drawn.is_some() => {
            let reason = Some(reason.value().trim().to_owned()).filter(|r| !r.is_empty());
            if Room::of(model.size) == Room::Sentence {
                say(model, "Not done: there is no room to read the plan. Make the terminal 40x10 or larger.", true);
                return Effects::new();
            }
            return batch::confirm(model, reason);
        }
        _ if *field == PlanField::Reason && drawn.is_some() => {
            field::edit(reason, key);
        }
        (Code::Down | Code::Char('j'), false) => *top += 1,
        (Code::Up | Code::Char('k'), false) => *top = top.saturating_sub(1),
        _ => {}
    }
    Effects::new()
}

/// Nothing was written, or it is over.
fn close(model: &mut Model) -> Effects {
    model.overlays.pop();
    model.batch = None;
    Effects::new()
}
