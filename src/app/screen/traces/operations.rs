//! The table by service and operation: which rows it has and where its cursor is. The numbers are the store's; which trace shows
//! what a row says is told in `exemplar`.

use std::sync::Arc;

use regex::bytes::Regex;

use super::exemplar;
pub use super::exemplar::exemplar;
use crate::{
    app::{Model, cursor::Cursor, msg::Effects, navigate, screen::Screen, selection::Selection},
    domain::{
        query::{Subject, Term, What},
        span::TraceId,
    },
    insight::flow::Flow,
    store::traffic::Operation,
};

/// A row as what is asked.
struct Told<'a>(&'a Operation<'a>);

impl Subject for Told<'_> {
    fn service(&self) -> Option<&str> {
        Some(self.0.service)
    }

    fn operation(&self) -> Option<&str> {
        Some(self.0.name)
    }

    fn instance(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn trace(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn span(&self, _test: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn says(&self, pattern: &Regex) -> bool {
        pattern.is_match(self.0.service.as_bytes()) || pattern.is_match(self.0.name.as_bytes())
    }

    fn field(&self, _test: &dyn Fn(&str, &str) -> bool) -> bool {
        false
    }
}

/// Whether the table is what is shown.
pub fn shown(model: &Model) -> bool {
    let state = &model.screens.traces;
    model.screen == Screen::Traces && state.operations && state.open.is_none()
}

/// Its rows: those that fail, those that turn callers away, then the others, each by service and name, so that they stay put; narrowed as everything is, but that
/// what is counted is what a service answers, whichever of its instances and whoever asks.
pub fn rows(model: &Model) -> Vec<Operation<'_>> {
    let of = |operation: &Operation<'_>| match &model.selection {
        Selection::All | Selection::Trace(_) => true,
        Selection::Service(name) => operation.service == name,
        Selection::Instance(id) => *operation.service == id.service,
        Selection::Edge(_, to) | Selection::Circuit(_, to) => operation.service == to,
    };
    let query = &model.screens.traces.list.filter().query;
    let mut rows: Vec<Operation<'_>> = model.world.traffic.operations().filter(of).collect();
    rows.retain(|operation| query.terms().iter().filter(|term| is_told(term)).all(|term| term.holds(&Told(operation))));
    let fails = |row: &Operation<'_>| Flow::new(&row.traffic, None, model.now).fails();
    rows.sort_by_cached_key(|row| (!fails(row), !row.turns_away(), row.service.clone(), row.name.clone()));
    rows
}

/// Whether a row tells what is asked. What it does not (an instance, a duration, an attribute) narrows the list of traces alone.
fn is_told(term: &Term) -> bool {
    matches!(term.what, What::Service(..) | What::Operation(_) | What::Text { .. })
}

/// How much of the filter this table cannot be narrowed by: so many of so many parts.
pub fn untold(model: &Model) -> (usize, usize) {
    let terms = model.screens.traces.list.filter().query.terms();
    (terms.iter().filter(|term| !is_told(term)).count(), terms.len())
}

/// The trace that shows the row under the cursor.
pub(super) fn under_cursor(model: &Model) -> Option<TraceId> {
    exemplar(model, rows(model).get(model.screens.traces.operation.at)?)
}

/// `r`: the table, or the list again.
pub(in crate::app) fn toggle(model: &mut Model) -> Effects {
    let on = model.screen != Screen::Traces || !model.screens.traces.operations || model.screens.traces.open.is_some();
    let effects = navigate::open(model, Screen::Traces);
    super::close(model);
    let state = &mut model.screens.traces;
    (state.operations, state.operation, state.on_operation) = (on, Cursor::default(), None);
    effects
}

/// Brings the cursor to where its row stands by now, or to the one that stands there now that it is gone.
pub(super) fn renew(model: &mut Model) {
    if !shown(model) {
        return;
    }
    exemplar::renew(model);
    let rows = rows(model);
    let state = &model.screens.traces;
    let is_it = |on: &(Arc<str>, Arc<str>)| rows.iter().position(|row| (row.service, row.name) == (&on.0, &on.1));
    let at = match &state.on_operation {
        Some(on) => is_it(on).unwrap_or(state.operation.at).min(rows.len().saturating_sub(1)),
        None => 0,
    };
    let on = rows.get(at).map(named);
    model.screens.traces.operation.at = at;
    // Who has put the cursor nowhere sees what stands first, whatever that is.
    if on.is_some() && model.screens.traces.on_operation.is_some() {
        model.screens.traces.on_operation = on;
    }
}

/// Where the cursor is, once a key has put it on a row.
pub fn cursor(model: &Model) -> Option<usize> {
    let state = &model.screens.traces;
    state.on_operation.as_ref().map(|_| state.operation.at)
}

fn named(row: &Operation<'_>) -> (Arc<str>, Arc<str>) {
    (row.service.clone(), row.name.clone())
}

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let rows = rows(model);
    let mut cursor = model.screens.traces.operation;
    // The first step puts it on the first row.
    let by = if model.screens.traces.on_operation.is_some() { by } else { (by - 1).max(0) };
    cursor.step(by, rows.len());
    let on = rows.get(cursor.at).map(named);
    (model.screens.traces.operation, model.screens.traces.on_operation) = (cursor, on);
    Effects::new()
}

/// `Enter`: the trace that shows the row, the cursor on the span that does.
pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let rows = rows(model);
    let Some(row) = rows.get(model.screens.traces.operation.at) else { return Effects::new() };
    let (found, (meant, at)) = (exemplar::sought(model, row), exemplar::meant(model, row));
    let Some(id) = found else {
        let why = match model.screens.traces.list.filter().narrows() {
            true => "No trace that the list shows as it is narrowed is one of it.",
            false => "No trace of it is kept any more.",
        };
        crate::app::update::say(model, why, true);
        return Effects::new();
    };
    let effects = super::show(model, id, false);
    exemplar::put(model, id, &meant, at.as_ref());
    effects
}
