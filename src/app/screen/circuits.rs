//! What the circuits screen remembers: the pair or breaker under the cursor.

use std::sync::Arc;

use crate::{
    app::{Model, cursor::Cursor, selection::Selection},
    domain::id::InstanceId,
};

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Cursor among pairs and, where unfolded, their breakers: the row it was put on, and the first row shown.
    pub cursor: Cursor,
    /// The thing that the cursor is on: it stays there while rows come and go.
    pub on: Option<Row>,
    /// Pairs whose breakers are shown although all are closed.
    pub open: std::collections::BTreeSet<(Arc<str>, Arc<str>)>,
    /// Only pairs whose caller or callee holds this.
    pub filter: String,
}

/// A row of the circuits screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A circuit: caller and callee.
    Pair(Arc<str>, Arc<str>),
    /// One caller instance's breaker of the pair above, by its index there.
    Breaker(Arc<str>, Arc<str>, usize),
}

impl State {
    /// The row of the cursor among these.
    pub fn at(&self, rows: &[Row]) -> usize {
        let on = self.on.as_ref().and_then(|on| rows.iter().position(|row| row == on));
        on.unwrap_or(self.cursor.at).min(rows.len().saturating_sub(1))
    }
}

/// Whether a pair is among what is selected and looked for.
pub fn shows(model: &Model, caller: &str, callee: &str) -> bool {
    let filter = model.screens.circuits.filter.to_lowercase();
    model.selection.holds_edge(caller, callee)
        && (filter.is_empty() || caller.to_lowercase().contains(&filter) || callee.to_lowercase().contains(&filter))
}

/// The rows as they are shown: every pair, and the breakers of those that refuse calls or are unfolded.
pub fn rows(model: &Model) -> Vec<Row> {
    let open = &model.screens.circuits.open;
    let mut rows = Vec::new();
    for pair in model.world.circuits.pairs() {
        if !shows(model, &pair.caller, &pair.callee) {
            continue;
        }
        let key = (pair.caller.clone(), pair.callee.clone());
        rows.push(Row::Pair(pair.caller.clone(), pair.callee.clone()));
        if pair.state.refuses() != open.contains(&key) {
            rows.extend((0..pair.breakers.len()).map(|n| Row::Breaker(key.0.clone(), key.1.clone(), n)));
        }
    }
    rows
}

/// The screen was opened: where nothing was looked at before, the cursor is on the first circuit that refuses calls.
pub(in crate::app) fn begin(model: &mut Model) {
    if model.screens.circuits.on.is_none() {
        let pairs = model.world.circuits.pairs();
        let open = pairs.iter().find(|pair| pair.state.refuses() && shows(model, &pair.caller, &pair.callee));
        model.screens.circuits.on = open.map(|pair| Row::Pair(pair.caller.clone(), pair.callee.clone()));
    }
}

/// Of so many rows of the full screen, those of the list, and those of what is told below it.
pub fn split(rows: u16) -> (u16, u16) {
    let below = if rows >= 28 { (rows * 2 / 5).max(14) } else { 0 };
    (rows - below, below)
}

/// Rows of the legend below a list of so many rows, with a blank one.
pub fn legend(list: u16) -> u16 {
    if list >= 12 { 2 } else { 0 }
}

pub(in crate::app) fn step(model: &mut Model, by: isize) {
    let rows = rows(model);
    let state = &mut model.screens.circuits;
    state.cursor.at = state.at(&rows);
    state.cursor.step(by, rows.len());
    state.on = rows.get(state.cursor.at).cloned();
}

/// Puts the cursor on a caller's breaker, unfolding its pair.
pub(in crate::app) fn put(model: &mut Model, caller: &InstanceId, callee: &Arc<str>) {
    let Some(pair) = model.world.circuits.pair(&caller.service, callee) else { return };
    let refuses = pair.state.refuses();
    let at = pair.breakers.iter().position(|breaker| breaker.reading.caller == *caller);
    let key = (caller.service.clone(), callee.clone());
    let open = &mut model.screens.circuits.open;
    match refuses {
        // Of those that refuse calls it is what folds them.
        true => open.remove(&key),
        false => open.insert(key.clone()),
    };
    model.screens.circuits.on = Some(match at {
        Some(n) => Row::Breaker(key.0, key.1, n),
        None => Row::Pair(key.0, key.1),
    });
}

/// Folds or unfolds the pair under the cursor.
pub(in crate::app) fn fold(model: &mut Model) {
    let rows = rows(model);
    let state = &mut model.screens.circuits;
    let at = state.at(&rows);
    if let Some(Row::Pair(from, to) | Row::Breaker(from, to, _)) = rows.into_iter().nth(at) {
        if !state.open.remove(&(from.clone(), to.clone())) {
            state.open.insert((from.clone(), to.clone()));
        }
        state.on = Some(Row::Pair(from, to));
    }
}

/// What the cursor is on: a call, or those of the one caller whose breaker it is.
pub(in crate::app) fn under_cursor(model: &Model) -> Option<Selection> {
    let rows = rows(model);
    let at = model.screens.circuits.at(&rows);
    match rows.into_iter().nth(at)? {
        Row::Pair(from, to) => Some(Selection::Edge(from, to)),
        Row::Breaker(from, to, n) => {
            let pair = model.world.circuits.pair(&from, &to)?;
            pair.breakers.get(n).map(|b| Selection::Circuit(b.reading.caller.clone(), to))
        }
    }
}
