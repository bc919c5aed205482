//! How many rows there are for the list of traces and for what stands below it, and a page of the list.

use super::step;
use crate::app::{Model, grid, msg::Effects, navigate, screen::Screen};

/// How many rows of the list are shown: the same for the view and for the cursor that must stay in sight.
pub fn height(model: &Model) -> usize {
    if model.screen == Screen::Overview {
        let panes = grid::overview(model.size, model.pane, navigate::further(model)).panes;
        let area = panes.into_iter().find(|(screen, _)| *screen == Screen::Traces).map(|(_, area)| area);
        return usize::from(area.map_or(0, |area| area.height.saturating_sub(2)));
    }
    let body = grid::frame(model.size).body.height;
    let rows = match model.screens.traces.open {
        Some(_) => list_rows(body),
        None => body,
    };
    usize::from(rows.saturating_sub(2))
}

/// Rows that the list has, its rule among them, while a trace is open on a screen of so many rows.
pub fn list_rows(body: u16) -> u16 {
    if body < 30 { 0 } else { 9 }
}

/// Rows that the log lines of an open trace have, of so many below the list.
pub fn log_rows(lower: u16) -> u16 {
    if lower >= 26 { (lower / 4).clamp(5, 10) } else { 0 }
}

/// Rows below a waterfall that is longer than its room, of so many for both: where the time went is worth more than its last
/// rows, which are scrolled to.
pub fn below_rows(body: u16) -> u16 {
    let rest = body - (body * 3 / 5).max(10).min(body);
    if rest >= 6 { rest.min(16) } else { 0 }
}

/// A page on or back: what stood below the last row is the first, and the cursor stays where it is on the screen.
pub(in crate::app) fn page(model: &mut Model, by: isize) -> Effects {
    let height = height(model).max(1);
    let above = model.screens.traces.above.min(model.screens.traces.at());
    let effects = step(model, by * height as isize);
    let state = &mut model.screens.traces;
    // Never beyond the list's end.
    let least = (state.at() + height).saturating_sub(state.list.len());
    state.above = above.max(least).min(height - 1).min(state.at());
    effects
}
