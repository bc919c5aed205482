//! The filter that is typed: it acts on the pane in focus while it is typed; `Enter` keeps it where all of it can be read, `Esc`
//! puts the one before back.

use tui_input::Input;

use super::{Overlay, field};
use crate::{
    app::{
        Model,
        msg::Effects,
        navigate,
        screen::{Screen, logs, traces},
    },
    command::{Code, Key},
    domain::query::{Completion, Wrong},
};

/// Opens it on the pane in focus.
pub fn open(model: &mut Model) {
    let before = slot(model).map(|s| s.clone()).unwrap_or_default();
    model.overlays.push(Overlay::Filter { field: Input::new(before.clone()), before });
}

/// Sets the filter of the pane in focus.
pub fn set(model: &mut Model, text: &str) {
    if let Some(slot) = slot(model) {
        *slot = text.to_owned();
    }
    navigate::renew_rows(model);
}

/// A key while it is typed.
pub fn key(model: &mut Model, key: Key) -> Effects {
    match key.code {
        // A part that asks nothing would look as if it did: it stays, with what is wrong with it.
        Code::Enter if problem(model).is_some() => {}
        Code::Enter => {
            model.overlays.pop();
        }
        Code::Esc => {
            if let Some(Overlay::Filter { before, .. }) = model.overlays.pop() {
                set(model, &before);
            }
        }
        Code::Tab if has_language(navigate::focus(model)) => {
            let Some(Overlay::Filter { field, .. }) = model.overlays.last() else { return Effects::new() };
            let completed = match navigate::focus(model) {
                Screen::Traces => traces::completed(model, field.value()),
                _ => logs::completed(model, field.value()),
            };
            if let Some(text) = completed
                && let Some(Overlay::Filter { field, .. }) = model.overlays.last_mut()
            {
                *field = Input::new(text);
                renew(model);
            }
        }
        _ => {
            if let Some(Overlay::Filter { field, .. }) = model.overlays.last_mut() {
                field::edit(field, key);
            }
            renew(model);
        }
    }
    Effects::new()
}

/// Makes what is typed act.
pub fn renew(model: &mut Model) {
    if let Some(Overlay::Filter { field, .. }) = model.overlays.last() {
        let text = field.value().to_owned();
        set(model, &text);
    }
}

/// Where the pane in focus keeps its filter.
fn slot(model: &mut Model) -> Option<&mut String> {
    Some(match navigate::focus(model) {
        Screen::Logs => &mut model.screens.logs.filter,
        Screen::Traces => &mut model.screens.traces.filter,
        Screen::Circuits => &mut model.screens.circuits.filter,
        Screen::Story => &mut model.screens.story_filter,
        Screen::Topology | Screen::Balancer | Screen::Overview => &mut model.rows.filter,
        Screen::Verdicts | Screen::Diagnostics => return None,
    })
}

/// The filter of a pane, as it acts now; empty for none.
pub fn of(model: &Model, screen: Screen) -> &str {
    match screen {
        Screen::Logs => &model.screens.logs.filter,
        Screen::Traces => &model.screens.traces.filter,
        Screen::Circuits => &model.screens.circuits.filter,
        Screen::Story => &model.screens.story_filter,
        Screen::Topology | Screen::Balancer | Screen::Overview => &model.rows.filter,
        Screen::Verdicts | Screen::Diagnostics => "",
    }
}

/// Whether a pane's filter is more than a text: the language of `domain::query`.
pub fn has_language(screen: Screen) -> bool {
    matches!(screen, Screen::Logs | Screen::Traces)
}

/// What is wrong with the filter of the pane in focus.
pub fn problem(model: &Model) -> Option<&Wrong> {
    match navigate::focus(model) {
        Screen::Logs => model.screens.logs.problem.as_ref(),
        Screen::Traces => model.screens.traces.problem.as_ref(),
        _ => None,
    }
}

/// What could be typed next in the filter of the pane in focus.
pub fn completion(model: &Model, text: &str) -> Option<Completion> {
    match navigate::focus(model) {
        Screen::Logs => Some(logs::completion(model, text)),
        Screen::Traces => Some(traces::completion(model, text)),
        _ => None,
    }
}
