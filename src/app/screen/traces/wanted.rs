//! Which traces the list asks for: what was typed, what the screen is narrowed to, and, on the overview, how many of the
//! ordinary ones.

use std::sync::Arc;

use crate::{
    app::{Model, screen::Screen, selection::Selection},
    domain::query::{Asked, Query, Wrong},
    store::traces::{TraceFilter, TraceOrder},
};

/// Ordinary traces that come into the overview's list in a second, about: more are a blur.
const READABLE: f64 = 5.0;

/// One in how many of the ordinary ones the overview lists, by how many requests come: a power of ten, which changes only when
/// the rate has changed by far.
pub(super) fn sample(model: &Model) -> u64 {
    let busiest = model.cluster.services.iter().filter_map(|service| service.flow.as_ref()?.rate).fold(0.0, f64::max);
    let mut one_in = model.screens.traces.one_in.max(1);
    while busiest / one_in as f64 > READABLE * 2.0 {
        one_in *= 10;
    }
    while one_in > 1 && busiest / (one_in / 10) as f64 <= READABLE {
        one_in /= 10;
    }
    one_in
}

/// What the list of traces is narrowed to. A trace that is open is seen below the list: it does not narrow that, too.
pub fn narrowing(model: &Model) -> &Selection {
    let state = &model.screens.traces;
    match &model.selection {
        Selection::Trace(id) if model.screen == Screen::Traces && state.open == Some(*id) => &state.before,
        selection => selection,
    }
}

/// Which traces are asked for, and what of the filter cannot be read.
pub(super) fn wanted(model: &Model) -> (TraceFilter, Option<Wrong>) {
    let state = &model.screens.traces;
    // A part that cannot be read does nothing; the field says what is wrong with it.
    let (query, problem) = Query::readable(Asked::Traces, &state.filter);
    let order = if model.screen == Screen::Overview { TraceOrder::Newest } else { state.order };
    let mut filter = TraceFilter { failed: state.errors, query, order, ..TraceFilter::default() };
    if model.screen == Screen::Overview && filter.query.is_all() {
        filter.one_in = state.one_in;
    }
    filter.reach = state.reach.reach();
    let whose = |name: &Arc<str>| model.world.registry.whose_named(name);
    match narrowing(model) {
        Selection::All => {}
        Selection::Service(name) => filter.service = Some(whose(name)),
        Selection::Instance(id) => filter.instance = Some((whose(&id.service), id.address.clone())),
        Selection::Edge(from, to) => {
            filter.edge = Some((whose(from), whose(to)));
            filter.guard = Some(model.world.guard(from, None, to));
        }
        Selection::Circuit(from, to) => {
            filter.edge = Some((whose(&from.service), whose(to)));
            filter.caller = Some(from.address.clone());
            filter.guard = Some(model.world.guard(&from.service, Some(from), to));
        }
        Selection::Trace(id) => (filter.id, filter.one_in) = (Some(Arc::from(id.to_string())), 0),
    }
    (filter, problem)
}
