//! `update`: the one function that changes the Model. Each kind of message is handled in a file of its own.

use std::sync::Arc;

use super::{
    Model, action, facts,
    grid::Room,
    keep, keys,
    model::Notice,
    mouse,
    msg::{Effect, Effects, Input, Msg},
    overlay::Overlay,
    screen::Screen,
};

/// Changes the Model by what happened, and says what the world is asked for.
pub fn update(model: &mut Model, msg: Msg) -> Effects {
    let looked_at = matches!(msg, Msg::Input(_) | Msg::Facts(_) | Msg::Tick(_) | Msg::LookFurther);
    let mut effort = if matches!(msg, Msg::LookFurther) { model.piece.next() } else { model.piece.first() };
    let mut effects = change(model, msg);
    effects.extend(keep::present(model));
    if looked_at {
        super::screen::traces::renew_within(model, &mut effort);
        super::screen::logs::renew_within(model, &mut effort);
        effects.extend(super::screen::logs::waited(model));
        effects.extend(look_further(model));
    }
    effects
}

/// Asks to come back, once, while lines or traces are still to be looked at.
fn look_further(model: &mut Model) -> Effects {
    let behind = super::screen::logs::is_behind(model) || super::screen::traces::is_behind(model);
    let asks = behind && !model.comes_back;
    model.comes_back |= asks;
    if asks { vec![Effect::LookFurther] } else { Effects::new() }
}

fn change(model: &mut Model, msg: Msg) -> Effects {
    match msg {
        Msg::Input(Input::Key(key)) => {
            model.dirty = true;
            keys::press(model, key)
        }
        Msg::Input(Input::Paste(text)) => keys::paste(model, &text),
        Msg::Input(Input::Mouse(act, x, y)) => {
            model.dirty = true;
            mouse::act(model, act, x, y)
        }
        Msg::Input(Input::Point(act, hit, (x, y))) => {
            model.dirty = true;
            mouse::point(model, act, hit, x, y)
        }
        Msg::LookFurther => {
            model.comes_back = false;
            model.dirty = true;
            Effects::new()
        }
        Msg::Facts(facts) => facts::take(model, facts),
        Msg::Tick(now) => facts::tick(model, now),
        Msg::Steps(number, steps) => action::steps(model, number, steps),
        Msg::Drafted(number, draft) => action::drafted(model, number, *draft),
        Msg::Applied(number, receipt, journal) => action::applied(model, number, receipt, journal),
        Msg::KeepDrafted(path, draft) => keep::drafted(model, &path, *draft),
        Msg::Kept(path, receipt) => {
            keep::kept(model, &path, &receipt);
            Effects::new()
        }
        Msg::OutcomeUnknown(number) => action::lost(model, number),
        Msg::Drawn(at) => {
            action::drawn(model, at);
            Effects::new()
        }
        Msg::ScrollEnd(end) => {
            if let Some(Overlay::Help { top } | Overlay::Plan { top, .. } | Overlay::Batch { top, .. }) =
                model.overlays.last_mut()
            {
                *top = (*top).min(end);
            }
            Effects::new()
        }
        Msg::Tried(path, read) => super::overlay::begin::tried(model, path, read),
        Msg::Saved(done) => super::screen::logs::save::written(model, done),
        Msg::Copied(done) | Msg::Extra(done) => {
            let (text, bad) = match done {
                Ok(text) => (text, false),
                Err(text) => (text, true),
            };
            say(model, text, bad);
            Effects::new()
        }
        Msg::Resized(width, height) => {
            model.size = (width, height);
            // Where there is room for one pane only, the one with the instances tells most.
            if Room::of(model.size) <= Room::Column && model.pane == Screen::Topology {
                model.pane = Screen::Balancer;
            }
            super::navigate::renew_rows(model);
            super::screen::logs::tree::resized(model);
            model.dirty = true;
            Effects::new()
        }
    }
}

/// Puts a sentence where it is seen until the next key.
pub(super) fn say(model: &mut Model, text: impl Into<Arc<str>>, bad: bool) {
    model.notice = Some(Notice { at: model.now, text: text.into(), bad });
    model.dirty = true;
}
