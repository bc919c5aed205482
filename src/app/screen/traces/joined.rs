//! Which traces an open one is read with: those that queues parted from it, and those that would be if they were here. What is
//! narrowed to a trace is narrowed to all of them, as its waterfall shows all of them.

use super::Fall;
use crate::{app::Model, domain::span::TraceId};

/// The traces that an open one is made of: itself, and those that it is joined with, in an order that stays while they do.
pub(super) fn of(fall: &Fall) -> Vec<TraceId> {
    let mut traces = vec![fall.id];
    for row in &fall.waterfall.rows {
        if traces.last() != Some(&row.span.trace) && !traces.contains(&row.span.trace) {
            traces.push(row.span.trace);
        }
    }
    traces[1..].sort_unstable();
    traces
}

/// The same, and those that it would be joined with if they were here.
pub(super) fn concerns(fall: &Fall) -> Vec<TraceId> {
    let links = fall.waterfall.rows.iter().flat_map(|row| &row.span.links);
    of(fall).into_iter().chain(links.map(|link| link.trace)).collect()
}

/// A trace with those that it is joined with, where it is open.
pub(in crate::app) fn with(model: &Model, id: TraceId) -> Vec<TraceId> {
    let fall = model.screens.traces.fall.as_ref().filter(|fall| fall.id == id);
    fall.map_or_else(|| vec![id], of)
}
