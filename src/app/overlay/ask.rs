//! A line that is typed for the log pane: what to search, where to go in time, which columns, where to save. A search and
//! columns act while they are typed; `Esc` puts back what was before.

use tui_input::Input;

use super::{Overlay, field};
use crate::{
    app::{
        Model,
        msg::Effects,
        navigate,
        screen::{
            Screen,
            logs::{self, columns, jump, save, search},
        },
    },
    command::{Code, Key},
    domain::{jump::Jump, query::Completion},
};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// What to search.
    Search,
    /// Where to go in time.
    Time,
    /// Which columns.
    Columns,
    /// Where to save.
    Save,
}

/// Opens it on the log screen; what was said behind the command is answered at once.
pub fn open(model: &mut Model, asks: Asks, argument: &str) -> Effects {
    let mut effects = navigate::open(model, Screen::Logs);
    logs::renew(model);
    if !argument.is_empty() {
        effects.extend(answer(model, asks, argument, false));
        return effects;
    }
    let state = &model.screens.logs;
    let (before, shown) = match asks {
        Asks::Search => (state.search.text.clone(), state.search.text.clone()),
        Asks::Time => (String::new(), String::new()),
        Asks::Columns if state.columns.chosen.is_empty() => (String::new(), columns::STANDARD.to_owned()),
        Asks::Columns => (state.columns.text.clone(), state.columns.text.clone()),
        Asks::Save => (save::proposed(model), save::proposed(model)),
    };
    model.overlays.push(Overlay::Ask { asks, field: Input::new(shown), before });
    effects
}

/// Whether the field holds what was proposed, and nobody has said anything about it: what is typed takes its place. A key
/// that moves or deletes takes it over.
pub fn is_proposed(asks: Asks, before: &str) -> bool {
    asks == Asks::Save && !before.is_empty()
}

/// Empties a field whose proposal is about to be typed over.
pub(in crate::app) fn type_over(model: &mut Model) {
    if let Some(Overlay::Ask { asks, field, before }) = model.overlays.last_mut()
        && is_proposed(*asks, before)
    {
        *field = Input::default();
        before.clear();
    }
}

/// Why what is typed cannot be used.
pub fn problem(model: &Model, asks: Asks, text: &str) -> Option<String> {
    let state = &model.screens.logs;
    match asks {
        Asks::Search => state.search.problem.as_ref().map(|wrong| wrong.what.clone()),
        Asks::Time => Jump::parse(text, jump::reckoned(model)).err().filter(|_| !text.trim().is_empty()),
        Asks::Columns => state.columns.problem.clone(),
        Asks::Save => None,
    }
}

/// What could be typed next.
pub fn completion(model: &Model, asks: Asks, text: &str) -> Completion {
    match asks {
        Asks::Search => logs::completion(model, text),
        Asks::Columns => columns::completion(model, text),
        Asks::Time | Asks::Save => Completion { from: text.len(), with: Vec::new() },
    }
}

/// A key while it is typed.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let Some(Overlay::Ask { asks, field, .. }) = model.overlays.last_mut() else { return Effects::new() };
    let (asks, text) = (*asks, field.value().to_owned());
    let told = asks == Asks::Columns && key == Key::ctrl('s');
    match key.code {
        _ if told || key.code == Code::Enter => {
            if problem(model, asks, &text).is_none() {
                model.overlays.pop();
                return answer(model, asks, &text, told);
            }
        }
        Code::Esc => {
            if let Some(Overlay::Ask { before, .. }) = model.overlays.pop() {
                act(model, asks, &before);
            }
        }
        Code::Tab => {
            let next = completion(model, asks, &text);
            if let (Some(text), Some(Overlay::Ask { field, .. })) =
                (logs::with_completion(&text, next), model.overlays.last_mut())
            {
                *field = Input::new(text);
                renew(model);
            }
        }
        _ => {
            if key.typed().is_some() {
                type_over(model);
            }
            if let Some(Overlay::Ask { field, before, .. }) = model.overlays.last_mut()
                && field::edit(field, key)
            {
                if is_proposed(asks, before) {
                    before.clear();
                }
                renew(model);
            }
        }
    }
    Effects::new()
}

/// Makes what is typed act, where it does so before it is kept.
pub fn renew(model: &mut Model) {
    if let Some(Overlay::Ask { asks, field, .. }) = model.overlays.last() {
        let (asks, text) = (*asks, field.value().to_owned());
        act(model, asks, &text);
    }
}

fn act(model: &mut Model, asks: Asks, text: &str) {
    match asks {
        Asks::Search => search::set(model, text),
        Asks::Columns => columns::set(&mut model.screens.logs.columns, text),
        Asks::Time | Asks::Save => {}
    }
}

/// Does what was asked for; `told`: columns are kept in any case.
fn answer(model: &mut Model, asks: Asks, text: &str, told: bool) -> Effects {
    act(model, asks, text);
    if let Some(why) = problem(model, asks, text) {
        crate::app::update::say(model, format!("{}{}.", why[..1].to_uppercase(), why[1..].trim_end_matches('.')), true);
        return Effects::new();
    }
    match asks {
        Asks::Search => search::enter(model),
        Asks::Time if text.trim().is_empty() => Effects::new(),
        Asks::Time => jump::typed(model, text),
        Asks::Columns => columns::keep(model, told),
        Asks::Save => save::begin(model, text),
    }
}
