//! Where lines leave and reach boxes, and the lanes on which they run past layers: given out once, in a fixed order.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;

use super::geometry::Rows;
use super::route::class;
use super::{Edge, Line, Node, Tier};

/// Which rows of a node's sides are taken.
pub(super) struct Ports {
    ports: &'static [i32],
    out: BTreeMap<usize, Vec<Line>>,
    arrived: BTreeMap<usize, Vec<i32>>,
    arrived_right: BTreeMap<usize, usize>,
    beside: BTreeMap<(usize, usize), i32>,
    /// Pairs that stand one above the other with nobody between.
    adjacent: BTreeSet<(usize, usize)>,
}

impl Ports {
    pub(super) fn new(
        rows: Rows,
        columns: &[usize],
        nodes: &[Node<'_>],
        order: &[usize],
        edges: &[Edge<'_>],
        taken: &BTreeSet<(usize, u16)>,
    ) -> Self {
        let mut ports = Self {
            ports: rows.ports(),
            out: BTreeMap::new(),
            arrived: BTreeMap::new(),
            arrived_right: BTreeMap::new(),
            beside: BTreeMap::new(),
            adjacent: BTreeSet::new(),
        };
        for edge in order.iter().map(|i| &edges[*i]) {
            let column = columns[edge.from];
            let (a, b) = (nodes[edge.from].slot.row, nodes[edge.to].slot.row);
            let between = a.min(b) + 1..a.max(b);
            if column == columns[edge.to] && between.into_iter().all(|row| !taken.contains(&(column, row))) {
                ports.adjacent.insert((edge.from, edge.to));
                if rows.tier != Tier::Names {
                    continue;
                }
            }
            let kinds = ports.out.entry(edge.from).or_default();
            if !kinds.contains(&class(edge.line)) {
                kinds.push(class(edge.line));
            }
        }
        // Usual calls leave first, beside the numbers; the rest below.
        let rank = |line: &Line| match line {
            Line::Call | Line::Broken => 1,
            Line::Undeclared => 2,
            Line::Queue => 3,
            Line::Declared => 4,
        };
        ports.out.values_mut().for_each(|kinds| kinds.sort_by_key(rank));
        ports
    }

    fn nth(&self, n: usize) -> i32 {
        self.ports[n.min(self.ports.len() - 1)]
    }

    pub(super) fn out(&self, node: usize, line: Line) -> i32 {
        let kinds = self.out.get(&node);
        self.nth(kinds.and_then(|kinds| kinds.iter().position(|kind| *kind == class(line))).unwrap_or(0))
    }

    /// A port at the left side: the wanted one, else one that is free, else the first.
    pub(super) fn arrive(&mut self, node: usize, wanted: Option<i32>) -> i32 {
        let arrived = self.arrived.entry(node).or_default();
        let free = |port: &i32| !arrived.contains(port);
        let port = wanted.filter(free).or_else(|| self.ports.iter().copied().find(free)).unwrap_or(self.ports[0]);
        arrived.push(port);
        port
    }

    /// A port at the right side, beside those where lines leave and others have arrived.
    pub(super) fn arrive_right(&mut self, node: usize) -> i32 {
        let leave = self.out.get(&node).map_or(0, Vec::len);
        let arrived = self.arrived_right.entry(node).or_insert(0);
        *arrived += 1;
        let n = leave + *arrived - 1;
        self.nth(n)
    }

    /// Whether a call can run straight up or down within its layer, and which of its pair it is.
    pub(super) fn beside(&mut self, edge: &Edge<'_>, rows: Rows) -> Option<i32> {
        if rows.tier == Tier::Names || rows.gap < 1 || !self.adjacent.contains(&(edge.from, edge.to)) {
            return None;
        }
        let n = self.beside.entry((edge.from.min(edge.to), edge.from.max(edge.to))).or_insert(-1);
        *n += 1;
        (*n < 2).then_some(*n)
    }
}

/// Rows of cells on which lines run past layers.
pub(super) struct Lanes {
    rows: Rows,
    area: Rect,
    used: Vec<(i32, usize, usize)>,
}

impl Lanes {
    pub(super) fn new(rows: Rows, area: Rect) -> Self {
        Self { rows, area, used: Vec::new() }
    }

    /// A row of cells for a line that runs past columns: one of the wanted, or one between the rows of slots near where it
    /// ends. Two lines share a row only when they do not meet, or when there is no other.
    pub(super) fn find(&mut self, wanted: [Option<i32>; 2], from: u16, to: u16, span: (usize, usize)) -> Option<i32> {
        let near = if from > to { [to + 1, to] } else { [to, to + 1] };
        let gap = |row: u16| {
            let below = self.rows.y(row);
            (below - self.rows.gap.max(0)..below).rev()
        };
        let inside = |y: &i32| {
            let whole = i32::from(self.area.y)..i32::from(self.area.bottom());
            self.rows.y(u16::try_from(self.rows.count).unwrap_or(0)) > *y && whole.contains(y) || *y > self.rows.top
        };
        let mut all: Vec<i32> = wanted.into_iter().flatten().collect();
        all.extend(near.into_iter().flat_map(gap).filter(inside));
        let meets = |y: i32| self.used.iter().any(|(other, a, b)| *other == y && *a < span.1 && span.0 < *b);
        let y = all.iter().copied().find(|y| !meets(*y)).or_else(|| all.first().copied())?;
        self.used.push((y, span.0, span.1));
        Some(y)
    }
}
