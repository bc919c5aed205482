//! What the circuits screen remembers: the pair or breaker under the cursor.

use std::sync::Arc;

use crate::app::{Model, cursor::Cursor, selection::Selection};

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Cursor among pairs and, where unfolded, their breakers.
    pub cursor: Cursor,
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

/// The rows as they are shown: every pair, and the breakers of those that refuse calls or are unfolded.
pub fn rows(model: &Model) -> Vec<Row> {
    let state = &model.screens.circuits;
    let filter = state.filter.to_lowercase();
    let mut rows = Vec::new();
    for pair in model.world.circuits.pairs() {
        let shown = model.selection.holds_edge(&pair.caller, &pair.callee)
            && (filter.is_empty()
                || pair.caller.to_lowercase().contains(&filter)
                || pair.callee.to_lowercase().contains(&filter));
        if !shown {
            continue;
        }
        rows.push(Row::Pair(pair.caller.clone(), pair.callee.clone()));
        if pair.state.refuses() != state.open.contains(&(pair.caller.clone(), pair.callee.clone())) {
            rows.extend((0..pair.breakers.len()).map(|n| Row::Breaker(pair.caller.clone(), pair.callee.clone(), n)));
        }
    }
    rows
}

pub(in crate::app) fn step(model: &mut Model, by: isize) {
    let len = rows(model).len();
    model.screens.circuits.cursor.step(by, len);
}

/// Folds or unfolds the pair under the cursor.
pub(in crate::app) fn fold(model: &mut Model) {
    let at = model.screens.circuits.cursor.at;
    if let Some(Row::Pair(from, to) | Row::Breaker(from, to, _)) = rows(model).into_iter().nth(at) {
        let open = &mut model.screens.circuits.open;
        if !open.remove(&(from.clone(), to.clone())) {
            open.insert((from, to));
        }
    }
}

/// What the cursor is on: a call, or the caller whose breaker it is.
pub(in crate::app) fn under_cursor(model: &Model) -> Option<Selection> {
    match rows(model).into_iter().nth(model.screens.circuits.cursor.at)? {
        Row::Pair(from, to) => Some(Selection::Edge(from, to)),
        Row::Breaker(from, to, n) => {
            let pair = model.world.circuits.pair(&from, &to)?;
            pair.breakers.get(n).map(|b| Selection::Instance(b.reading.caller.clone()))
        }
    }
}
