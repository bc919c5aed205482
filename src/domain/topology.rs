//! Where each service stands in the topology: a layer by who calls whom, and a row, both kept for as long as the service
//! is known. Not how it is drawn, and not how many cells a slot has.
//!
//! Ready-made layouts move most nodes when one edge goes. Here only [`Slots::arrange`] moves anything; [`Slots::update`]
//! finds a free slot for what is new and leaves all else, whatever calls come and go.

mod arrange;
mod fold;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub use fold::{Folded, Group, fold};
pub use walk::{At, Step, beside, step};

/// Who calls whom. Names are in one order, so that the same graph is always the same picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    names: Vec<String>,
    calls: BTreeSet<(usize, usize)>,
}

impl Graph {
    /// A graph of services and calls (caller, callee). Calls from or to a service that is not named are left out, and so
    /// are calls of a service to itself.
    pub fn new<'a>(
        names: impl IntoIterator<Item = &'a str>,
        calls: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut graph = Self { names, calls: BTreeSet::new() };
        for (from, to) in calls {
            if let (Some(from), Some(to)) = (graph.index(from), graph.index(to))
                && from != to
            {
                graph.calls.insert((from, to));
            }
        }
        graph
    }

    /// The names, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Every call, caller first.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.calls.iter().map(|(from, to)| (self.names[*from].as_str(), self.names[*to].as_str()))
    }

    /// Whom a service calls, by name.
    pub fn callees<'g>(&'g self, name: &str) -> impl Iterator<Item = &'g str> {
        let from = self.index(name).unwrap_or(usize::MAX);
        let range = (from, 0)..=(from, usize::MAX);
        self.calls.range(range).map(|(_, to)| self.names[*to].as_str())
    }

    /// Who calls a service, by name.
    pub fn callers<'g>(&'g self, name: &str) -> impl Iterator<Item = &'g str> {
        let to = self.index(name).unwrap_or(usize::MAX);
        self.calls.iter().filter(move |call| call.1 == to).map(|(from, _)| self.names[*from].as_str())
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|known| known.as_str().cmp(name)).ok()
    }

    /// For each service, whom it calls or is called by.
    fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new(); self.names.len()];
        for (from, to) in &self.calls {
            all[*from].push(*to);
            all[*to].push(*from);
        }
        all
    }
}

/// A place in the picture, counted from the left and from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// How many calls away from where requests come in.
    pub layer: u16,
    /// The place in the layer; free places lie between.
    pub row: u16,
}

/// The slots of all services, remembered from picture to picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    layers: BTreeMap<String, u16>,
    rows: BTreeMap<String, u16>,
    /// Whether a call was ever known; until then there is nothing that could be told apart, so nothing to keep.
    settled: bool,
}

impl Slots {
    /// Nobody is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lays everything out anew. For the first seconds, while calls are being discovered, and when a person asks for it.
    /// `drawn` says who has a card; the others have a layer only.
    pub fn arrange(&mut self, graph: &Graph, drawn: impl Fn(&str) -> bool) {
        let layers = arrange::layers(graph);
        let shown: Vec<bool> = graph.names.iter().map(|name| drawn(name)).collect();
        let rows = arrange::rows(graph, &layers, &shown);
        self.layers = graph.names.iter().cloned().zip(layers).collect();
        let placed = graph.names.iter().cloned().zip(rows);
        self.rows = placed.filter_map(|(name, row)| row.map(|row| (name, row))).collect();
        self.settled = !graph.calls.is_empty();
    }

    /// Takes the graph as it is now. Who was known keeps its slot, whoever else and whichever call came or went; who is
    /// new gets a free one near its neighbours; who is no longer named is forgotten.
    pub fn update(&mut self, graph: &Graph, drawn: impl Fn(&str) -> bool) {
        if !self.settled {
            return self.arrange(graph, drawn);
        }
        self.layers.retain(|name, _| graph.index(name).is_some());
        self.rows.retain(|name, _| graph.index(name).is_some() && drawn(name));
        let mut new: Vec<&String> = graph.names.iter().filter(|name| !self.layers.contains_key(*name)).collect();
        while !new.is_empty() {
            // Whoever is called by somebody placed goes first, so that a whole chain that is new finds its layers.
            let placed = |name: &str| self.layers.contains_key(name);
            let called = new.iter().position(|name| graph.callers(name).any(placed));
            let next = called.or_else(|| new.iter().position(|name| graph.callees(name).any(placed))).unwrap_or(0);
            let name = new.remove(next);
            let layer = self.layer_for(graph, name);
            self.layers.insert(name.clone(), layer);
        }
        for name in &graph.names {
            if drawn(name) && !self.rows.contains_key(name) {
                let row = self.row_for(graph, name);
                self.rows.insert(name.clone(), row);
            }
        }
    }

    /// One right of the caller who is furthest left; without a caller one left of its callees.
    fn layer_for(&self, graph: &Graph, name: &str) -> u16 {
        let known = |name: &str| self.layers.get(name).copied();
        let caller = graph.callers(name).filter_map(known).min();
        let callee = graph.callees(name).filter_map(known).min();
        match (caller, callee) {
            (Some(caller), _) => caller.saturating_add(1),
            (None, Some(callee)) => callee.saturating_sub(1),
            (None, None) => 0,
        }
    }

    /// The free row of its layer that is nearest to the middle of its neighbours.
    fn row_for(&self, graph: &Graph, name: &str) -> u16 {
        let near: Vec<usize> = graph
            .callers(name)
            .chain(graph.callees(name))
            .filter_map(|name| self.rows.get(name).map(|row| usize::from(*row)))
            .collect();
        let wanted = u16::try_from(near.iter().sum::<usize>() / near.len().max(1)).unwrap_or(u16::MAX);
        let layer = self.layers.get(name);
        let taken: BTreeSet<u16> =
            self.rows.iter().filter(|(other, _)| self.layers.get(*other) == layer).map(|(_, row)| *row).collect();
        let below = (wanted..u16::MAX).find(|row| !taken.contains(row)).unwrap_or(u16::MAX);
        let above = (0..wanted).rev().find(|row| !taken.contains(row));
        above.filter(|above| wanted - above < below - wanted).unwrap_or(below)
    }

    /// The slot of a service that is drawn.
    pub fn get(&self, name: &str) -> Option<Slot> {
        Some(Slot { layer: self.layer(name)?, row: *self.rows.get(name)? })
    }

    /// The layer of any service that is known.
    pub fn layer(&self, name: &str) -> Option<u16> {
        self.layers.get(name).copied()
    }

    /// Every service that is drawn, and its slot, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Slot)> {
        self.rows.keys().filter_map(|name| Some((name.as_str(), self.get(name)?)))
    }
}

#[cfg(test)]
#[path = "topology_tests.rs"]
mod tests;
