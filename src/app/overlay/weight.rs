//! The number field of `w`: `Enter` shows the plan.

use tui_input::Input;

use super::{Overlay, field};
use crate::{
    app::{Model, action, msg::Effects, update::say},
    command::{Code, Key},
    domain::intent::Op,
};

/// Opens it, empty: what is typed is the new weight; the view shows the old one beside it.
pub fn open(model: &mut Model) {
    model.overlays.push(Overlay::Weight { field: Input::default() });
}

/// A key while it is typed.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let Some(Overlay::Weight { field }) = model.overlays.last_mut() else { return Effects::new() };
    match key.code {
        Code::Esc => {
            model.overlays.pop();
        }
        Code::Enter => {
            let typed = field.value().trim().to_owned();
            match typed.parse::<i64>() {
                Ok(n) if n >= 0 => {
                    model.overlays.pop();
                    return action::begin(model, Op::Weight(n), None);
                }
                _ => say(model, format!("No weight: `{typed}` is no whole number from 0."), true),
            }
        }
        _ => {
            field::edit(field, key);
        }
    }
    Effects::new()
}
