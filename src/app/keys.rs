//! From a key to what it does: the topmost overlay takes it first, then the command table says what it means here.

use super::{
    Model, applies, commands,
    msg::{DiagnosticsKey, Effect, Effects},
    navigate,
    overlay::{Overlay, PlanField, ask, batch, begin, field, filter, palette, plan, weight},
    screen::Screen,
    update::say,
};
use crate::command::{Code, Command, Key, Scope};

/// A key was pressed.
pub(super) fn press(model: &mut Model, key: Key) -> Effects {
    if key == Key::ctrl('c') {
        return commands::run(model, Command::QuitNow, "");
    }
    model.notice = None;
    match model.overlays.last() {
        Some(Overlay::Palette { .. }) => palette::key(model, key),
        Some(Overlay::Filter { .. }) => filter::key(model, key),
        Some(Overlay::Ask { .. }) => ask::key(model, key),
        Some(Overlay::Begin { .. }) => begin::key(model, key),
        Some(Overlay::Weight { .. }) => weight::key(model, key),
        Some(Overlay::Plan { .. }) => plan::key(model, key),
        Some(Overlay::Batch { .. }) => batch::key(model, key),
        Some(Overlay::Help { .. }) => help_key(model, key),
        Some(Overlay::Why) => why_key(model, key),
        None => screen_key(model, key),
    }
}

/// Text was pasted: into a field, else nowhere. The typed name is a brake, so pasting does not fill it.
pub(super) fn paste(model: &mut Model, text: &str) -> Effects {
    ask::type_over(model);
    let field = match model.overlays.last_mut() {
        Some(
            Overlay::Palette { field, .. }
            | Overlay::Filter { field, .. }
            | Overlay::Ask { field, .. }
            | Overlay::Begin { field, .. }
            | Overlay::Weight { field },
        ) => field,
        Some(
            Overlay::Plan { reason, field: PlanField::Reason, .. }
            | Overlay::Batch { reason, field: PlanField::Reason, .. },
        ) => reason,
        Some(Overlay::Plan { lease, field: PlanField::Lease, .. }) => lease,
        Some(Overlay::Plan { field: PlanField::Name, .. }) => {
            say(model, "The name has to be typed: pasted text does not confirm.", true);
            return Effects::new();
        }
        _ => return Effects::new(),
    };
    let is_whole = field::paste(field, text);
    model.dirty = true;
    if !is_whole {
        say(model, format!("Only a part was taken: a field holds {} characters.", field::LONGEST), true);
    }
    filter::renew(model);
    ask::renew(model);
    Effects::new()
}

/// The scopes that are live on the screen now.
pub fn live(model: &Model) -> Vec<Scope> {
    let mut live = vec![Scope::Everywhere, Scope::List];
    if navigate::target(model).is_some() {
        live.push(Scope::Instance);
    }
    if navigate::focus(model) == Screen::Logs {
        live.push(Scope::Lines);
    }
    live
}

pub(super) fn screen_key(model: &mut Model, key: Key) -> Effects {
    if model.screen == Screen::Diagnostics
        && let Some(key) = diagnostics_key(key)
    {
        return vec![Effect::Diagnostics(key)];
    }
    if navigate::first_run(model)
        && let Some(pressed) = key.typed()
        && navigate::FIRST_RUN.iter().any(|(key, ..)| *key == pressed)
    {
        return begin::press(model, pressed);
    }
    // What does not act here answers with why, so it is looked up as if it did; what acts goes first.
    let found = model.setup.keys.command(key, &live(model)).or_else(|| model.setup.keys.command(key, &Scope::ALL));
    let Some(command) = found else { return Effects::new() };
    // An action without a target has more to say than that.
    if command.row().scope != Scope::Instance
        && let Some(why) = applies::idle(model, command)
    {
        say(model, why, true);
        return Effects::new();
    }
    commands::run(model, command, "")
}

fn diagnostics_key(key: Key) -> Option<DiagnosticsKey> {
    if key.ctrl || key.alt {
        return None;
    }
    Some(match key.code {
        Code::Up => DiagnosticsKey::Up,
        Code::Down => DiagnosticsKey::Down,
        Code::Left => DiagnosticsKey::Left,
        Code::Right => DiagnosticsKey::Right,
        Code::Char('j') => DiagnosticsKey::Down,
        Code::Char('k') => DiagnosticsKey::Up,
        Code::Char('+') => DiagnosticsKey::Plus,
        Code::Char('-') => DiagnosticsKey::Minus,
        Code::PageUp => DiagnosticsKey::PageUp,
        Code::PageDown => DiagnosticsKey::PageDown,
        Code::End => DiagnosticsKey::Escape,
        Code::Char('f') => DiagnosticsKey::Focus,
        Code::Char('z') => DiagnosticsKey::Hide,
        _ => return None,
    })
}

fn help_key(model: &mut Model, key: Key) -> Effects {
    let page = usize::from(model.size.1.saturating_sub(8)).max(1);
    let Some(Overlay::Help { top }) = model.overlays.last_mut() else { return Effects::new() };
    match key.code {
        Code::Down | Code::Char('j') => *top += 1,
        Code::Up | Code::Char('k') => *top = top.saturating_sub(1),
        Code::PageDown | Code::Char(' ') => *top += page,
        Code::PageUp => *top = top.saturating_sub(page),
        Code::Home => *top = 0,
        Code::Esc | Code::Char('q') | Code::Char('?') | Code::Enter => {
            model.overlays.pop();
        }
        _ => {}
    }
    Effects::new()
}

fn why_key(model: &mut Model, key: Key) -> Effects {
    match model.setup.keys.command(key, &[Scope::Everywhere]) {
        Some(Command::Next | Command::Previous) => return screen_key(model, key),
        Some(Command::Open) => {
            model.overlays.pop();
            navigate::to_verdict(model);
        }
        Some(Command::Back | Command::Why | Command::Quit) => {
            model.overlays.pop();
        }
        _ => {}
    }
    navigate::preferred(model)
}
