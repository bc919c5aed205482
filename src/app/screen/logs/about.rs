//! What an event among the lines is about, and where that is looked at.

use std::sync::Arc;

use super::{newest, shows_patterns};
use crate::{
    app::{
        Model,
        msg::Effects,
        navigate,
        screen::{Screen, circuits},
        selection::Selection,
        update::say,
    },
    domain::{
        address::Address,
        event::{Event, EventKind},
        id::InstanceId,
        text::Shown,
    },
};

/// The event under the cursor, or the newest row where that is one.
pub(super) fn event(model: &Model) -> Option<&Event> {
    let key = model.screens.logs.on.or_else(|| newest(model)).filter(|_| !shows_patterns(model))?;
    model.world.story.get(key.happened()?)
}

/// What the event under the cursor is about.
pub(in crate::app) fn under_cursor(model: &Model) -> Option<Selection> {
    subject(model, event(model)?)
}

/// What an event is about, as far as that is known by now: a breaker's circuit, an instance, else a service.
fn subject(model: &Model, event: &Event) -> Option<Selection> {
    let name = event.service.clone()?;
    let registry = &model.world.registry;
    registry.named(&name).next()?;
    let address: Option<Address> = event.instance.as_deref().and_then(|at| at.parse().ok());
    let id = address.map(|address| InstanceId { service: name.clone(), address });
    let Some(id) = id.filter(|id| registry.at(&id.service, &id.address).next().is_some()) else {
        return Some(Selection::Service(name));
    };
    Some(match callee(model, &id, event) {
        Some(to) => Selection::Circuit(id, to),
        None => Selection::Instance(id),
    })
}

/// Whom the breaker guards that an event is about: `orders 10.0.0.4:5002 > payments: breaker open`.
fn callee(model: &Model, caller: &InstanceId, event: &Event) -> Option<Arc<str>> {
    let (_, rest) = event.text.split_once(" > ").filter(|_| event.kind == EventKind::Circuit)?;
    let (name, _) = rest.rsplit_once(": ")?;
    let mut callees = model.world.circuits.of(caller).map(|breaker| &breaker.reading.callee);
    callees.find(|callee| Shown::new(callee).as_str() == name).cloned()
}

/// Where `Enter` leads on the event under the cursor, for the footer and its row; `None`: the cursor is on none, or on one that
/// leads nowhere.
pub fn leads(model: &Model) -> Option<&'static str> {
    model.screens.logs.on?;
    Some(match under_cursor(model)? {
        Selection::Circuit(..) => "its lane",
        Selection::Instance(_) => "its instance",
        _ => "its service",
    })
}

/// `Enter` on an event: to the breaker's lane, to the instance or the service. `None`: the cursor is not on one.
pub(super) fn open(model: &mut Model) -> Option<Effects> {
    model.screens.logs.on?;
    event(model)?;
    let Some(selection) = under_cursor(model) else {
        say(model, "This is about no service or instance that is known.", true);
        return Some(Effects::new());
    };
    let lane = match &selection {
        Selection::Circuit(from, to) => Some((from.clone(), to.clone())),
        _ => None,
    };
    let mut effects = navigate::open(model, if lane.is_some() { Screen::Circuits } else { Screen::Balancer });
    effects.extend(navigate::select(model, selection));
    if let Some((from, to)) = lane {
        circuits::put(model, &from, &to);
    }
    Some(effects)
}
