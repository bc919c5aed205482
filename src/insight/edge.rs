//! Calls between services: declared by the registry or the file, seen in traces, guarded by breakers; one edge for each
//! pair, whoever tells of it.

use std::{collections::BTreeMap, sync::Arc};

use super::flow::Flow;
use crate::{
    domain::{circuit::CircuitState, time::Moment},
    store::{World, circuits::Pair},
};

/// Calls from one service to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The caller.
    pub from: Arc<str>,
    /// The callee.
    pub to: Arc<str>,
    /// The registry or the file says so.
    pub declared: bool,
    /// Traces show it.
    pub observed: bool,
    /// Through a queue.
    pub queue: bool,
    /// The circuit that guards it, if one is known.
    pub guard: Option<Guard>,
    /// Its traffic; `None` where no trace shows any.
    pub flow: Option<Flow>,
}

/// The circuit on the way to a callee, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The gravest state of its breakers.
    pub state: CircuitState,
    /// How many of its breakers are in that state.
    pub count: usize,
    /// How many breakers it has.
    pub of: usize,
}

/// How many breakers a circuit has, with those of registered callers that were not read yet; and how many of them are not
/// known beside those in its state.
pub fn breakers(world: &World, pair: &Pair<'_>) -> (usize, usize) {
    let registered = world.registry.named(&pair.caller).filter(|s| s.id.layout.explained());
    let ids = registered.flat_map(|s| s.registered().filter_map(move |(slot, _)| slot.id(s)));
    let unread = ids.filter(|id| !world.circuits.is_read(id)).count();
    let unknown = if pair.state == CircuitState::Unknown { 0 } else { pair.count(CircuitState::Unknown) };
    (pair.breakers.len() + unread, unread + unknown)
}

/// `2 of 3`, `2 of 3, 1 not known`.
pub fn count_of(count: usize, (of, unknown): (usize, usize)) -> String {
    match unknown {
        0 => format!("{count} of {of}"),
        n => format!("{count} of {of}, {n} not known"),
    }
}

impl Edge {
    /// Whether calls are refused, or enough of them fail.
    pub fn broken(&self) -> bool {
        self.guard.is_some_and(|g| g.state.refuses()) || self.flow.as_ref().is_some_and(Flow::breaks)
    }
}

/// All of them, in the order of their names.
pub(super) fn edges(world: &World, pairs: &[Pair<'_>], now: Moment) -> Vec<Edge> {
    let mut found = Found(BTreeMap::new());
    for service in world.registry.services().filter(|s| s.id.layout.explained()) {
        for (_, instance) in service.registered() {
            for to in &instance.depends_on {
                found.edge(&service.id.name, to).declared = true;
            }
            for from in instance.more.iter().flat_map(|more| &more.called_by) {
                found.edge(from, &service.id.name).declared = true;
            }
        }
    }
    for (from, all) in &world.registry.expected().depends_on {
        for to in all {
            found.edge(from, to).declared = true;
        }
    }
    for pair in pairs {
        let guard = Guard { state: pair.state, count: pair.count(pair.state), of: breakers(world, pair).0 };
        found.edge(&pair.caller, &pair.callee).guard = Some(guard);
    }
    for seen in world.traffic.edges() {
        let cells = world.traffic.edge_cells(&seen.from, &seen.to);
        let edge = found.edge(&seen.from, &seen.to);
        edge.observed = true;
        edge.queue = seen.queue;
        edge.flow = Some(Flow::new(&seen.traffic, cells.as_ref(), now));
    }
    found.0.into_values().collect()
}

struct Found(BTreeMap<(Arc<str>, Arc<str>), Edge>);

impl Found {
    fn edge(&mut self, from: &Arc<str>, to: &Arc<str>) -> &mut Edge {
        self.0.entry((from.clone(), to.clone())).or_insert_with(|| Edge {
            from: from.clone(),
            to: to.clone(),
            declared: false,
            observed: false,
            queue: false,
            guard: None,
            flow: None,
        })
    }
}
