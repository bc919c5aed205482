//! The trace that shows a row of the table by service and operation: one of those that the list would show, so that what is opened
//! is of what is selected. Where nothing is narrowed the store of traffic knows it; else the list is looked through, once a second.

use std::{collections::HashMap, sync::Arc};

use super::{operations::rows, stands_at};
use crate::{
    app::{Model, selection::Selection},
    domain::{
        address::Address,
        span::{Ended, SpanKind, TraceId},
        time::Moment,
        whose::Whose,
    },
    store::{
        traces::{Examples, TraceFilter},
        traffic::Operation,
    },
};

/// How often the list is looked through anew, in ms.
const AGAIN_MS: i64 = 1_000;
/// Spans that are read for that, the newest first.
const MOST: u64 = 10_000;
/// The same when one row is opened of which none was found among those.
const MOST_OF_ONE: u64 = 200_000;

/// Of a list that is narrowed, the traces that show the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    made: Option<(Moment, TraceFilter)>,
    of: HashMap<(Arc<str>, Arc<str>), Examples>,
}

fn is_narrowed(model: &Model) -> bool {
    model.screens.traces.list.filter().narrows()
}

/// Which instance's calls are meant.
fn at(model: &Model) -> Option<Address> {
    match super::narrowing(model) {
        Selection::Instance(id) => Some(id.address.clone()),
        _ => None,
    }
}

fn named(model: &Model, row: &Operation<'_>) -> (Whose, Arc<str>) {
    (model.world.registry.whose_named(row.service), row.name.clone())
}

/// Looks through a list that is narrowed.
pub(super) fn renew(model: &mut Model) {
    let state = &model.screens.traces;
    if !is_narrowed(model) {
        model.screens.traces.listed = Listed::default();
        return;
    }
    let is_fresh =
        |(made, filter): &(Moment, TraceFilter)| model.now.since(*made) < AGAIN_MS && filter == state.list.filter();
    if state.listed.made.as_ref().is_some_and(is_fresh) {
        return;
    }
    let rows = rows(model);
    let wanted: Vec<(Whose, Arc<str>)> = rows.iter().map(|row| named(model, row)).collect();
    let ids = state.list.ids(0, state.list.len());
    let found = model.world.traces.examples(ids, &wanted, at(model).as_ref(), MOST);
    let of = rows.iter().map(|row| (row.service.clone(), row.name.clone())).zip(found).collect();
    let made = Some((model.now, state.list.filter().clone()));
    model.screens.traces.listed = Listed { made, of };
}

/// The trace that shows a row: the last that failed, else the last that was turned away where many are, else the slowest;
/// one that is still here, and that the list shows.
pub fn exemplar(model: &Model, operation: &Operation<'_>) -> Option<TraceId> {
    let found = model.screens.traces.listed.of.get(&(operation.service.clone(), operation.name.clone()));
    choose(model, operation, &found.copied().unwrap_or_default())
}

/// The same, looked for further among those that the list shows.
pub(super) fn sought(model: &Model, operation: &Operation<'_>) -> Option<TraceId> {
    exemplar(model, operation).or_else(|| {
        let list = &model.screens.traces.list;
        let ids = is_narrowed(model).then(|| list.ids(0, list.len())).into_iter().flatten();
        let found = model.world.traces.examples(ids, &[named(model, operation)], at(model).as_ref(), MOST_OF_ONE);
        choose(model, operation, &found.first().copied().unwrap_or_default())
    })
}

fn choose(model: &Model, operation: &Operation<'_>, listed: &Examples) -> Option<TraceId> {
    let list = &model.screens.traces.list;
    let (is_narrowed, of_one) = (is_narrowed(model), at(model).is_some());
    // Of one instance what is known of all of them tells nothing.
    let here =
        |id: &TraceId| model.world.traces.contains(*id) && (!is_narrowed || !of_one && list.position(*id).is_some());
    let one_of = |known: Option<TraceId>, listed: Option<TraceId>| {
        known.filter(here).or(listed.filter(|id| model.world.traces.contains(*id)))
    };
    let failing = one_of(operation.failed, listed.failed).filter(|_| operation.traffic.minute.errors > 0);
    let turned_away = one_of(operation.turned_away, listed.turned_away).filter(|_| operation.turns_away());
    failing.or(turned_away).or_else(|| one_of(operation.slow, listed.slow))
}

/// A row's trace was opened: the cursor is on the span that answered, the one that failed before one that went well.
pub(super) fn put(model: &mut Model, id: TraceId, (whose, name): &(Whose, Arc<str>), at: Option<&Address>) {
    let state = &mut model.screens.traces;
    let Some(fall) = state.fall.as_ref().filter(|fall| fall.id == id) else { return };
    let rank = |place: usize| {
        let span = &fall.waterfall.rows.get(place)?.span;
        let answers = !matches!(span.kind, SpanKind::Client | SpanKind::Producer);
        let is_it = answers && span.trace == id && span.name == *name && whose.is_called(&span.service);
        let how = match span.ended() {
            Ended::Failed => 2,
            Ended::Refused => 1,
            _ => 0,
        };
        (is_it && (at.is_none() || span.instance.as_ref() == at)).then_some((how, span.duration_ns()))
    };
    let places = (0..fall.waterfall.rows.len()).filter_map(|place| Some((rank(place)?, place)));
    if let Some((_, place)) = places.max_by_key(|(rank, place)| (*rank, std::cmp::Reverse(*place))) {
        state.span.put(stands_at(&fall.shown, &fall.waterfall, place), fall.shown.len());
    }
}

/// What is meant by a row, for [`put`].
pub(super) fn meant(model: &Model, row: &Operation<'_>) -> ((Whose, Arc<str>), Option<Address>) {
    (named(model, row), at(model))
}
