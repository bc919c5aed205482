//! The cursor of the list of traces: what it is on, where it goes, and what is open when the screen is.

use super::{height, list_rows, operations};
use crate::{
    app::{Model, grid, msg::Effects, navigate, screen::Screen, selection::Selection},
    domain::span::TraceId,
    store::traces::TraceOrder,
};

/// `s`: the newest first, the slowest first, only the failed ones, and so on.
pub(in crate::app) fn sort(model: &mut Model) {
    let state = &mut model.screens.traces;
    (state.order, state.errors) = match (state.order, state.errors) {
        (TraceOrder::Newest, false) => (TraceOrder::Slowest, false),
        (TraceOrder::Slowest, false) => (TraceOrder::Newest, true),
        (_, true) => (TraceOrder::Newest, false),
    };
    // What stands first is what was asked for.
    // What stands first is what was asked for; a trace that is open stays in sight.
    (state.on, state.above) = (state.open, 0);
}

/// `G`: as far as it goes, which in this list is the newest, and following it.
const NEWEST: isize = isize::MAX / 2;

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    if operations::shown(model) {
        return operations::step(model, by);
    }
    let height = height(model);
    let state = &mut model.screens.traces;
    if let (Some(fall), true) = (&state.fall, model.screen == Screen::Traces) {
        state.span.step(by, fall.shown.len());
        state.detail_top = 0;
        return Effects::new();
    }
    if by == NEWEST {
        (state.on, state.above) = (None, 0);
        return Effects::new();
    }
    let len = state.list.len();
    let before = state.at();
    // Who follows has no cursor yet: the first step puts it on the newest.
    let by = if state.on.is_none() && by == 1 { 0 } else { by };
    let at = before.saturating_add_signed(by).min(len.saturating_sub(1));
    let above = state.above.min(before).saturating_add_signed(at as isize - before as isize);
    state.above = above.min(height.saturating_sub(1)).min(at);
    // To the top at once goes live again; step by step it only gets there.
    state.on = if at == 0 && by < -1 { None } else { state.list.ids(at, 1).next() };
    Effects::new()
}

/// The trace that is open, else the one under the cursor; of the table by operation, the one that shows its row.
pub fn under_cursor(model: &Model) -> Option<TraceId> {
    if operations::shown(model) {
        return operations::under_cursor(model);
    }
    let state = &model.screens.traces;
    state.open.filter(|_| model.screen == Screen::Traces).or(state.on).or_else(|| state.list.ids(0, 1).next())
}

/// Whether the list is in sight: on a small screen an open trace takes its room.
pub fn lists(model: &Model) -> bool {
    model.screens.traces.open.is_none() || list_rows(grid::frame(model.size).body.height) > 0
}

/// The screen is opened: a trace that is still open there is what is selected, as it was when it was opened.
pub(in crate::app) fn come_back(model: &mut Model) -> Effects {
    let Some(id) = model.screens.traces.open else { return Effects::new() };
    model.screens.traces.on = Some(id);
    match model.selection == Selection::Trace(id) {
        true => Effects::new(),
        false => navigate::select(model, Selection::Trace(id)),
    }
}

/// The list is asked for: a trace that was open is not any more.
pub(in crate::app) fn forget(model: &mut Model) {
    super::close(model);
    model.screens.traces.visit = false;
}
