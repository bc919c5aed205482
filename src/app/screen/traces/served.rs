//! Which instance the span under the cursor was served by, and the way to it. Of a call it is who was called, not who waited.

use crate::{
    app::{Model, msg::Effects, navigate, screen::Screen, selection::Selection, update::say},
    domain::{
        address::Address,
        id::InstanceId,
        span::{Span, SpanKind},
    },
    store::traces::{HOSTS, PORTS, Row},
};

/// From so many columns on the detail of a span always stands beside the waterfall.
pub(super) const BESIDE: u16 = 130;

/// The instance of the span under the cursor of an open trace, where it is registered.
pub(in crate::app) fn instance(model: &Model) -> Option<InstanceId> {
    let state = &model.screens.traces;
    let fall = state.fall.as_ref().filter(|_| state.open.is_some())?;
    served(model, fall.waterfall.rows.get(fall.under(state.span.at, state.unfolded)?..)?)
}

/// The instance that served the first of these: of a call the one that answered below it, else the one that it names,
/// whatever its service is, else who called.
fn served(model: &Model, rows: &[Row]) -> Option<InstanceId> {
    let (row, below) = rows.split_first()?;
    let called = || answered(model, row, below).or_else(|| named(model, &row.span));
    let called = if row.span.kind == SpanKind::Client { called() } else { None };
    called.or_else(|| own(model, &row.span))
}

fn answered(model: &Model, row: &Row, below: &[Row]) -> Option<InstanceId> {
    let of_it = below.iter().take_while(|other| other.depth > row.depth);
    let mut answers = of_it.filter(|other| other.depth == row.depth + 1 && other.span.kind == SpanKind::Server);
    answers.find_map(|other| own(model, &other.span))
}

fn named(model: &Model, span: &Span) -> Option<InstanceId> {
    let told = |names: &[&str]| span.attributes.any(names);
    let address = Address::parse(told(HOSTS)?, told(PORTS)?.parse().ok()).ok()?;
    let mut ids = model.world.registry.services().flat_map(|s| s.slots.values().filter_map(move |slot| slot.id(s)));
    ids.find(|id| id.address == address)
}

fn own(model: &Model, span: &Span) -> Option<InstanceId> {
    let service = model.world.registry.known_as(&span.service);
    let id = InstanceId { service, address: span.instance.clone()? };
    model.world.registered(&id).then_some(id)
}

/// The detail of the span under the cursor; where that is open, the instance that served it, on the balancer.
pub(super) fn into_span(model: &mut Model) -> Effects {
    let beside = model.size.0 >= BESIDE;
    if !std::mem::replace(&mut model.screens.traces.detail, true) && !beside {
        return Effects::new();
    }
    let Some(id) = instance(model) else {
        say(model, "The span names no instance that is registered.", true);
        return Effects::new();
    };
    let mut effects = navigate::open(model, Screen::Balancer);
    effects.extend(navigate::select(model, Selection::Instance(id)));
    effects
}
