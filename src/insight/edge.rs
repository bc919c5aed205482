//! Calls between services: declared by the registry or the file, seen in traces, guarded by breakers; one edge for each
//! pair, whoever tells of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::flow::Flow;
use crate::{
    domain::{circuit::CircuitState, time::Moment},
    store::{World, circuits::Pair, traffic::EdgeTraffic},
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
    told(world, pairs, |from, to, by| {
        let edge = found.edge(from, to);
        match by {
            By::Declared => edge.declared = true,
            By::Circuit(pair) => {
                let (count, of) = (pair.count(pair.state), breakers(world, pair).0);
                edge.guard = Some(Guard { state: pair.state, count, of });
            }
            By::Traffic(seen) => {
                let cells = world.traffic.edge_cells(from, to);
                (edge.observed, edge.queue) = (true, seen.queue);
                edge.flow = Some(Flow::new(&seen.traffic, cells.as_ref(), now));
            }
        }
    });
    found.0.into_values().collect()
}

/// The services that call this one, by their names' order: whoever tells of it.
pub(super) fn callers(world: &World, name: &str) -> Vec<Arc<str>> {
    let mut all = BTreeSet::new();
    told(world, &world.circuits.pairs(), |from, to, _| {
        if **to == *name {
            all.insert(from.clone());
        }
    });
    all.into_iter().collect()
}

/// Who tells that one service calls another.
enum By<'a> {
    /// The registry or the file.
    Declared,
    /// A breaker of the caller.
    Circuit(&'a Pair<'a>),
    /// Traces.
    Traffic(&'a EdgeTraffic),
}

/// Tells every call (caller, callee) of every source: the one place that knows them, so that the picture and a plan never
/// differ about who calls whom.
fn told(world: &World, pairs: &[Pair<'_>], mut tell: impl FnMut(&Arc<str>, &Arc<str>, By<'_>)) {
    for service in world.registry.services().filter(|s| s.id.layout.explained()) {
        for (_, instance) in service.registered() {
            for to in &instance.depends_on {
                tell(&service.id.name, to, By::Declared);
            }
            for from in instance.more.iter().flat_map(|more| &more.called_by) {
                tell(from, &service.id.name, By::Declared);
            }
        }
    }
    for (from, all) in &world.registry.expected().depends_on {
        for to in all {
            tell(from, to, By::Declared);
        }
    }
    for pair in pairs {
        tell(&pair.caller, &pair.callee, By::Circuit(pair));
    }
    for seen in world.traffic.edges() {
        tell(&seen.from, &seen.to, By::Traffic(&seen));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            fact::{Fact, RegistryFact},
            instance::More,
        },
        insight::{impact, verdict::scene::Scene},
        store::registry::Expected,
    };

    #[test]
    fn a_plan_names_every_caller_that_the_picture_has_whoever_tells_of_it() {
        let mut scene = Scene::new();
        let depends_on = [("of-file".into(), vec!["a".into()])].into();
        scene.world = World::new(Expected { depends_on, ..Expected::default() }, scene.now());
        scene.registered("a", "127.0.0.1:1", 5);
        scene.registered("of-znode", "127.0.0.2:1", 5);
        let change = |scene: &mut Scene, name: &str, change: &dyn Fn(&mut crate::domain::instance::Instance)| {
            let service = scene.world.registry.named(name).next().expect("registered");
            let mut told = service.registered().next().expect("registered").1.clone();
            change(&mut told);
            told.mzxid += 1;
            scene.tell(Fact::Registry(RegistryFact::Upsert(Arc::new(told))));
        };
        change(&mut scene, "of-znode", &|told| told.depends_on = vec!["a".into()]);
        change(&mut scene, "a", &|told| {
            told.more = Some(Arc::new(More { called_by: vec!["of-consumer".into()], ..More::default() }));
        });
        scene.breaker("of-breaker", "127.0.0.3:1", "a", CircuitState::Closed);
        scene.calls("of-trace", "a", "127.0.0.1:1", (1, 5, false), 5);
        let pairs = scene.world.circuits.pairs();
        let edges = edges(&scene.world, &pairs, scene.now());
        let drawn: Vec<&str> = edges.iter().filter(|edge| &*edge.to == "a").map(|edge| &*edge.from).collect();
        assert_eq!(drawn, ["of-breaker", "of-consumer", "of-file", "of-trace", "of-znode"]);
        assert_eq!(callers(&scene.world, "a").iter().map(|name| &**name).collect::<Vec<_>>(), drawn);
        assert_eq!(impact::tests::drain(&scene).callers.len(), drawn.len());
    }
}
