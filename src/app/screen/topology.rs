//! The topology as it is remembered: where each service stands, who is folded, and where the cursor is. It is renewed when
//! the cluster is summed up, never while it is drawn. How many cells a place has is the view's.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use crate::{
    app::{Model, selection::Selection},
    domain::{
        time::Moment,
        topology::{At, Folded, Graph, Slots, Step, fold, step as go},
    },
    insight::edge::Edge,
};

/// So many services are drawn without folding any.
const MOST: usize = 24;

/// So many are drawn at most when a person unfolds them.
const MOST_UNFOLDED: usize = 120;

/// How long the picture is laid out anew, while calls are being discovered, in ms. After that nothing moves any more.
const DISCOVERY_MS: i64 = 20_000;

/// What the topology remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The service under the cursor.
    pub node: Option<Arc<str>>,
    /// The callee of the call under the cursor, if a call is.
    pub edge: Option<Arc<str>>,
    /// Draws everything, folds nothing.
    pub unfolded: bool,
    /// The picture.
    pub map: Map,
}

/// Who stands where.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Services and calls that are known, by the services' whole names.
    pub graph: Graph,
    /// Their places.
    pub slots: Slots,
    /// Who is drawn and who is folded.
    pub folded: Folded,
    /// Who calls or is called and is no service of the registry, by name: they have no place.
    pub strangers: Vec<Arc<str>>,
    /// Until when places may still change.
    settling: Option<Moment>,
    made_for: Option<u64>,
}

/// Takes the cluster as it is now.
pub(in crate::app) fn renew(model: &mut Model) {
    let made_for = fingerprint(model);
    let map = &model.screens.topology.map;
    if map.made_for == Some(made_for) {
        return;
    }
    let services: Vec<_> = model.cluster.services.iter().filter(|s| s.id.layout.explained()).collect();
    let edges = &model.cluster.edges;
    let graph = Graph::new(services.iter().map(|s| &*s.id.name), edges.iter().map(|e| (&*e.from, &*e.to)));
    let known = |name: &str| graph.names().binary_search_by(|n| n.as_str().cmp(name)).is_ok();
    let ends = edges.iter().flat_map(|e| [&e.from, &e.to]);
    let strangers: BTreeSet<Arc<str>> = ends.filter(|name| !known(name)).cloned().collect();
    let strangers = strangers.into_iter().collect();

    let troubled: BTreeSet<&str> = services.iter().filter(|s| s.trouble()).map(|s| &*s.id.name).collect();
    let broken: BTreeSet<&str> = edges.iter().filter(|e| e.broken()).map(|e| &*e.to).collect();
    let filter = model.rows.filter.to_lowercase();
    let (selection, node) = (&model.selection, model.screens.topology.node.as_deref());
    let keep = |name: &str| {
        troubled.contains(name)
            || broken.contains(name)
            || (*selection != Selection::All
                && !matches!(selection, Selection::Trace(_))
                && selection.holds_service(name))
            || node == Some(name)
            || (!filter.is_empty() && name.to_lowercase().contains(&filter))
    };
    // Layers are needed to fold by, and folding to know who has a row: those who are new get their layer first.
    let mut slots = map.slots.clone();
    let settling = map.settling.or_else(|| graph.calls().next().map(|_| model.now.plus(DISCOVERY_MS)));
    let fresh = settling.is_none_or(|until| model.now < until) && *selection == Selection::All && node.is_none();
    // Who is called by others stands behind them, not behind somebody who only says that it would call.
    let seen = |e: &&Edge| e.observed || e.guard.is_some();
    let called: BTreeSet<&str> = edges.iter().filter(seen).map(|e| &*e.to).collect();
    let true_ones = edges.iter().filter(|e| seen(e) || !called.contains(&*e.to));
    let layered = Graph::new(services.iter().map(|s| &*s.id.name), true_ones.map(|e| (&*e.from, &*e.to)));
    let arrange = |slots: &mut Slots, drawn: &dyn Fn(&str) -> bool| {
        if fresh { slots.arrange(&layered, drawn) } else { slots.update(&layered, drawn) }
    };
    let most = if model.screens.topology.unfolded { MOST_UNFOLDED } else { MOST };
    let instances = |name: &str| services.iter().find(|s| &*s.id.name == name).map_or(0, |s| s.registered);
    if graph.names().len() > most {
        arrange(&mut slots, &|name| map.folded.drawn.contains(name));
    }
    let folded = fold(&graph, most, keep, |name| slots.layer(name).unwrap_or(0), instances);
    arrange(&mut slots, &|name| folded.drawn.contains(name));

    model.screens.topology.map = Map { graph, slots, folded, strangers, settling, made_for: Some(made_for) };
}

/// What the picture depends on, in one number: names, calls, who is ill, and what is looked at.
fn fingerprint(model: &Model) -> u64 {
    let mut hasher = DefaultHasher::new();
    for service in &model.cluster.services {
        (&service.id, service.registered, service.trouble()).hash(&mut hasher);
    }
    for edge in &model.cluster.edges {
        (&edge.from, &edge.to, edge.broken(), edge.observed).hash(&mut hasher);
    }
    let state = &model.screens.topology;
    (state.unfolded, &state.node, &model.rows.filter).hash(&mut hasher);
    match &model.selection {
        Selection::Service(name) => name.hash(&mut hasher),
        Selection::Instance(id) => id.service.hash(&mut hasher),
        Selection::Edge(from, to) => (from, to).hash(&mut hasher),
        Selection::Circuit(from, to) => (&from.service, to).hash(&mut hasher),
        Selection::All | Selection::Trace(_) => {}
    }
    hasher.finish()
}

impl State {
    /// Where the cursor is, if that is drawn.
    pub fn at(&self) -> Option<At> {
        let node = self.node.as_deref().filter(|node| self.map.slots.get(node).is_some())?;
        match self.edge.as_deref() {
            Some(to) if self.map.graph.callees(node).any(|callee| callee == to) => {
                Some(At::Call(node.to_owned(), to.to_owned()))
            }
            _ => Some(At::Service(node.to_owned())),
        }
    }

    /// Where a step from the cursor leads.
    pub fn leads(&self, way: Step) -> Option<At> {
        go(&self.at()?, way, &self.map.graph, &self.map.slots)
    }

    pub(in crate::app) fn put(&mut self, at: At) {
        (self.node, self.edge) = match at {
            At::Service(node) => (Some(node.into()), None),
            At::Call(from, to) => (Some(from.into()), Some(to.into())),
        };
    }

    /// One step; whether there was one.
    fn walk(&mut self, way: Step) -> bool {
        let next = match self.at() {
            None => {
                let first = self.map.slots.iter().min_by_key(|(_, slot)| *slot);
                first.map(|(name, _)| At::Service(name.to_owned()))
            }
            Some(at) => go(&at, way, &self.map.graph, &self.map.slots),
        };
        let found = next.is_some();
        next.into_iter().for_each(|at| self.put(at));
        found
    }
}

/// Up or down: among the services of a layer and on to the next, or among the calls of a caller.
pub(in crate::app) fn step(model: &mut Model, by: isize) {
    let way = if by > 0 { Step::Down } else { Step::Up };
    let most = by.unsigned_abs().min(MOST_UNFOLDED * 4);
    (0..most).find(|_| !model.screens.topology.walk(way));
}

/// Along the calls: right from a service onto its nearest call, from a call to its callee; left the way back.
pub(in crate::app) fn along(model: &mut Model, by: isize) {
    model.screens.topology.walk(if by > 0 { Step::Right } else { Step::Left });
}
