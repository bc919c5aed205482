//! The cursor of the log pane: which row it is on, where it goes, what is open there.

use super::{about, events, height, jump, list, renew, search, shows_patterns, tree, window};
use crate::{
    app::{
        Model,
        msg::Effects,
        navigate,
        screen::{Screen, traces},
        update::say,
    },
    domain::{
        log::{LogFormat, LogLine, Printed},
        span::TraceId,
        text::Shown,
    },
    store::logs::{LogRow, Place, RowKey},
};

pub(super) fn newest(model: &Model) -> Option<RowKey> {
    list(model).window(&model.world.logs, events(model), Place::Follow, 1).rows.last().map(LogRow::key)
}

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    const FAR: usize = 1 << 20;
    if tree::step(model, by) {
        return Effects::new();
    }
    close(model);
    let height = height(model);
    let newest = newest(model);
    let (list, logs) = (list(model), &model.world.logs);
    let state = &model.screens.logs;
    let (on, above) = match (state.on, by.unsigned_abs() > FAR) {
        (_, true) if by > 0 => (None, 0),
        (_, true) => {
            let first = list.window(logs, events(model), Place::Starting(RowKey::default()), 1);
            (first.rows.first().map(LogRow::key), 0)
        }
        // Below the newest there is nothing: live.
        (None, _) if by > 0 => (None, 0),
        (from, _) => {
            let from = from.or(newest);
            let to = from.and_then(|from| list.step(logs, events(model), from, by));
            let above = if state.on.is_none() { height.saturating_sub(1) } else { state.above };
            let above = above.saturating_add_signed(by).min(height.saturating_sub(1));
            if to == newest && by > 0 { (None, 0) } else { (to, above) }
        }
    };
    let state = &mut model.screens.logs;
    (state.on, state.above) = (on, above);
    Effects::new()
}

/// A page on (`by` = 1) or back (-1): what stood below the last row is the first, and the cursor stays where it is on the
/// screen. In an open line it is a page of its tree; it hid rows: from its end a page begins behind its own line, or ends
/// before it.
pub(in crate::app) fn page(model: &mut Model, by: isize) -> Effects {
    if tree::page(model, by) {
        return Effects::new();
    }
    let height = height(model).max(1);
    let state = &model.screens.logs;
    let above = if state.on.is_none() { height - 1 } else { state.above.min(height - 1) };
    let rows = match (state.open && model.screen == Screen::Logs, by > 0) {
        (false, _) => height,
        (true, true) => above + 1,
        (true, false) => height - above,
    };
    let was_open = std::mem::take(&mut model.screens.logs.open);
    let effects = step(model, by * rows as isize);
    if was_open {
        close(model);
    }
    if model.screens.logs.on.is_some() {
        model.screens.logs.above = above;
    }
    effects
}

/// The overview is opened: its pane shows what is new.
pub(in crate::app) fn leave(model: &mut Model) {
    let state = &mut model.screens.logs;
    state.left = state.on.take().map(|on| (on, state.above));
}

/// The log screen is opened: where a line was read there, it is read on, unless one was chosen meanwhile.
pub(in crate::app) fn come_back(model: &mut Model) {
    let state = &mut model.screens.logs;
    if let (None, Some((on, above))) = (state.on, state.left.take()) {
        (state.on, state.above) = (Some(on), above);
    }
}

fn close(model: &mut Model) {
    (model.screens.logs.open, model.screens.logs.tree) = (false, tree::State::default());
}

/// The cursor goes to this row. Where the row is in sight nothing else moves. Where patterns are shown, lines are from now on:
/// it is one of them that was asked for.
pub(super) fn go(model: &mut Model, row: RowKey) {
    model.screens.logs.patterns.list = None;
    let height = height(model);
    let seen = window(model, height).rows.iter().position(|seen| seen.key() == row);
    close(model);
    let above = seen.unwrap_or_else(|| jump::above(model));
    (model.screens.logs.on, model.screens.logs.above) = (Some(row), above);
}

/// `Esc`: closes what is open in the pane, ends the search; whether there was something to leave.
pub(in crate::app) fn back(model: &mut Model) -> bool {
    if model.screens.logs.open {
        close(model);
        return true;
    }
    let searched = model.screen == Screen::Logs && !model.screens.logs.search.text.is_empty();
    if searched {
        search::set(model, "");
    }
    searched
}

/// The line under the cursor, or the newest row where that is one.
pub fn line(model: &Model) -> Option<LogLine> {
    // Where patterns are shown no line is.
    let key = model.screens.logs.on.or_else(|| newest(model)).filter(|_| !shows_patterns(model))?;
    model.world.logs.get(key.log()?)
}

/// The trace of the line under the cursor.
pub(in crate::app) fn trace(model: &Model) -> Option<TraceId> {
    line(model)?.trace
}

/// `Enter`: opens the line; on an open line, goes to its trace, from where `Esc` comes back.
pub(in crate::app) fn open(model: &mut Model) -> Effects {
    if let Some(effects) = tree::open(model) {
        return effects;
    }
    if let Some(effects) = about::open(model) {
        return effects;
    }
    let mut effects = Effects::new();
    if model.screen == Screen::Overview {
        let visit = model.screens.logs.on.is_some();
        effects.extend(navigate::open(model, Screen::Logs));
        renew(model);
        if !visit {
            return effects;
        }
    }
    let on = model.screens.logs.on.or_else(|| newest(model));
    let held = model.screens.logs.on.is_some();
    if !held {
        model.screens.logs.above = height(model).saturating_sub(1);
    }
    model.screens.logs.on = on;
    if !model.screens.logs.open {
        model.screens.logs.open = on.and_then(RowKey::log).is_some();
        return effects;
    }
    match trace(model) {
        Some(id) => effects.extend(traces::show(model, id, true)),
        None => say(model, "This line belongs to no trace.", false),
    }
    effects
}

/// The line at the cursor without its secrets: as it came; one that did not come as text, as keys and values.
pub(in crate::app) fn copied(model: &Model) -> Option<String> {
    if let Some(value) = tree::copied(model) {
        return Some(value);
    }
    if shows_patterns(model) {
        let (rows, at) = model.screens.logs.patterns.rows();
        return rows.get(at).map(|row| row.template.to_string());
    }
    if let Some(event) = about::event(model) {
        return Some(Shown::within(&event.text, usize::MAX).to_string());
    }
    // Nothing of it is left out: it is to be asked about, or to be a test.
    let line = line(model)?;
    let printed = Printed::new(&line);
    let text = match line.format {
        LogFormat::Otlp => printed.text_lines(),
        _ if printed.raw.is_empty() => printed.message.into_owned(),
        _ => printed.raw.into_owned(),
    };
    Some(text.trim_end().to_owned())
}
