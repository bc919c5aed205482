//! The patterns of the log screen: lines grouped by what they have in common, and the way from one to its lines and back.

use std::sync::Arc;

use crate::{
    app::{Model, msg::Effects, navigate, screen::Screen, screen::logs},
    store::logs::{LogList, Pattern, Shape},
};

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Patterns are shown instead of lines; the lines that fit, grouped.
    pub list: Option<LogList>,
    /// The one under the cursor, by its shape; `None`: the first.
    pub on: Option<u64>,
    /// The one whose lines are shown, and what it says.
    pub lines_of: Option<(Shape, Arc<str>)>,
}

impl State {
    /// The patterns, and the place of the cursor among them.
    pub fn rows(&self) -> (Vec<&Pattern>, usize) {
        let rows = self.list.as_ref().map(LogList::patterns).unwrap_or_default();
        let at = rows.iter().position(|row| Some(row.shape) == self.on).unwrap_or(0);
        (rows, at)
    }
}

/// Shows patterns instead of lines, or lines again; from a pattern's lines back to the patterns.
pub(in crate::app) fn toggle(model: &mut Model) -> Effects {
    let effects = if model.screen == Screen::Logs { Effects::new() } else { navigate::open(model, Screen::Logs) };
    let state = &mut model.screens.logs.patterns;
    let had_lines = state.lines_of.take().is_some();
    if state.list.take().is_none() || had_lines {
        state.list = Some(LogList::grouping(Default::default()));
        (model.screens.logs.open, model.screens.logs.on) = (false, None);
    }
    logs::renew(model);
    effects
}

/// `Esc`: from a pattern's lines to the patterns, from there to all lines; whether there was something to leave.
pub(in crate::app) fn back(model: &mut Model) -> bool {
    let state = &mut model.screens.logs.patterns;
    if state.lines_of.is_some() {
        toggle(model);
        return true;
    }
    let left = state.list.take().is_some();
    if left {
        logs::renew(model);
    }
    left
}

/// Moves the cursor.
pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let (rows, at) = model.screens.logs.patterns.rows();
    let to = at.saturating_add_signed(by).min(rows.len().saturating_sub(1));
    model.screens.logs.patterns.on = rows.get(to).map(|row| row.shape);
    Effects::new()
}

/// `Enter`: the lines of the pattern under the cursor.
pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let state = &model.screens.logs.patterns;
    let (rows, at) = state.rows();
    let Some(row) = rows.get(at) else { return Effects::new() };
    let Some(shape) = state.list.as_ref().and_then(|list| list.shape(row)) else { return Effects::new() };
    let (number, template) = (row.shape, row.template.clone());
    let state = &mut model.screens.logs.patterns;
    (state.on, state.lines_of, state.list) = (Some(number), Some((shape, template)), None);
    logs::renew(model);
    Effects::new()
}
