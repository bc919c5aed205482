//! Walking the topology: up and down among services, left and right along calls.

use super::{Graph, Slots};

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// On a service.
    Service(String),
    /// On a call: caller and callee.
    Call(String, String),
}

/// Which way they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Towards callers.
    Left,
    /// Towards callees.
    Right,
    /// Up: the service above, or another call of the same caller.
    Up,
    /// Down: the service below, or another call of the same caller.
    Down,
}

/// Where a step leads, or `None` where there is nothing that way. Right of a service is its call to the callee nearest
/// to it; right of a call is its callee; so every call can be stood on.
pub fn step(at: &At, way: Step, graph: &Graph, slots: &Slots) -> Option<At> {
    match (at, way) {
        (At::Service(name), Step::Right) => {
            let callee = nearest(slots, name, graph.callees(name))?;
            Some(At::Call(name.clone(), callee.to_owned()))
        }
        (At::Service(name), Step::Left) => {
            let caller = nearest(slots, name, graph.callers(name))?;
            Some(At::Call(caller.to_owned(), name.clone()))
        }
        (At::Call(_, to), Step::Right) => Some(At::Service(to.clone())),
        (At::Call(from, _), Step::Left) => Some(At::Service(from.clone())),
        (At::Service(name), Step::Up | Step::Down) => {
            beside(slots, name, way == Step::Down).map(|name| At::Service(name.to_owned()))
        }
        (At::Call(from, to), Step::Up | Step::Down) => {
            let mut all: Vec<&str> = graph.callees(from).collect();
            all.sort_by_key(|name| slots.get(name).map(|slot| (slot.row, slot.layer)));
            let here = all.iter().position(|name| name == to)?;
            let next = if way == Step::Down { here.checked_add(1) } else { here.checked_sub(1) };
            all.get(next?).map(|to| At::Call(from.clone(), (*to).to_owned()))
        }
    }
}

/// The service above or below; past the end of a layer, the nearest end of the next layer.
pub fn beside<'s>(slots: &'s Slots, name: &str, down: bool) -> Option<&'s str> {
    let mut all: Vec<_> = slots.iter().map(|(name, slot)| (slot, name)).collect();
    all.sort_unstable();
    let here = all.iter().position(|(_, other)| *other == name)?;
    let next = if down { here + 1 } else { here.checked_sub(1)? };
    all.get(next).map(|(_, name)| *name)
}

fn nearest<'g>(slots: &Slots, name: &str, among: impl Iterator<Item = &'g str>) -> Option<&'g str> {
    let here = slots.get(name)?;
    let drawn = among.filter_map(|other| Some((slots.get(other)?, other)));
    drawn.min_by_key(|(slot, other)| (slot.row.abs_diff(here.row), *slot, *other)).map(|(_, other)| other)
}
