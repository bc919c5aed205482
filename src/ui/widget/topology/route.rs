//! How calls run: straight to the next layer, bent over a trunk in the gap between layers, up or down within a layer, or
//! over a lane between the rows. Trunks and lanes are given out so that lines of different callers lie side by side.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;

use super::geometry::{Frame, Rows};
use super::lines::{Lines, Place};
use super::ports::{Lanes, Ports};
use super::{Edge, Line, Node, Tier};

/// A line's way over the screen.
pub(super) struct Route {
    /// The index of the edge.
    pub(super) edge: usize,
    /// Its corners; the last is where the arrow stands.
    pub(super) corners: Vec<Place>,
    /// The arrow.
    pub(super) arrow: &'static str,
}

impl Route {
    /// A place for a label of that many cells, and how many it takes with the blanks beside it: on its own line, the nearest
    /// to the callee first, or beside where it runs up or down. Where room is short the arrow follows it at once.
    pub(super) fn place_label(&self, lines: &Lines, cells: i32) -> Option<(Place, i32)> {
        [cells + 2, cells + 1].into_iter().find_map(|room| {
            self.corners.windows(2).rev().find_map(|pair| {
                let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
                let place = if ay == by {
                    self.on_line(lines, ax.min(bx), ax.max(bx), ay, room)
                } else {
                    beside(lines, ax, ay, by, room)
                };
                Some((place?, room))
            })
        })
    }

    fn on_line(&self, lines: &Lines, from: i32, to: i32, y: i32, room: i32) -> Option<Place> {
        let mut best = (0, 0);
        let mut start = from;
        for x in from..=to + 1 {
            if x > to || !lines.is_own_run((x, y), self.edge) {
                if x - start > best.1 {
                    best = (start, x - start);
                }
                start = x + 1;
            }
        }
        let spare = best.1 - room;
        (spare >= 0).then_some((best.0 + spare - spare / 2, y))
    }
}

fn beside(lines: &Lines, x: i32, from: i32, to: i32, room: i32) -> Option<Place> {
    let middle = (from + to) / 2;
    let mut rows: Vec<i32> = (from.min(to)..=from.max(to)).collect();
    rows.sort_by_key(|y| (y - middle).abs());
    rows.into_iter().find(|y| lines.is_free((x + 1, *y), room)).map(|y| (x + 1, y))
}

/// The room between a layer and the next. How wide it is does not follow from what runs through it.
#[derive(Default)]
pub(super) struct Gap {
    x: i32,
    width: i32,
    pad: i32,
    trunks: BTreeMap<Trunk, (i32, i32)>,
    places: BTreeMap<Trunk, i32>,
}

impl Gap {
    fn trunk(&mut self, trunk: Trunk, a: i32, b: i32) {
        let range = self.trunks.entry(trunk).or_insert((a.min(b), a.max(b)));
        *range = (range.0.min(a).min(b), range.1.max(a).max(b));
    }

    /// Gives every trunk a column: those of callers first; two share one when they are far enough apart, or when there is
    /// no room for another.
    fn give_out(&mut self) {
        // At its right a line and its arrow.
        let most = usize::try_from(self.width - 2 * self.pad - 3).unwrap_or(0).max(1);
        let mut order: Vec<_> =
            self.trunks.iter().map(|(trunk, range)| (matches!(trunk, Trunk::In(_)), *range, *trunk)).collect();
        order.sort_unstable();
        let mut columns: Vec<(bool, Vec<(i32, i32)>)> = Vec::new();
        for (arrives, range, trunk) in order {
            let apart = |taken: &[(i32, i32)]| taken.iter().all(|other| other.1 + 1 < range.0 || range.1 + 1 < other.0);
            let found = columns.iter().position(|(kind, taken)| *kind == arrives && apart(taken));
            let column = found.unwrap_or_else(|| {
                if columns.len() < most {
                    columns.push((arrives, Vec::new()));
                    return columns.len() - 1;
                }
                let least = columns.iter().enumerate().min_by_key(|(_, (kind, taken))| (*kind != arrives, taken.len()));
                least.map_or(0, |(column, _)| column)
            });
            columns[column].1.push(range);
            self.places.insert(trunk, i32::try_from(column).unwrap_or(i32::MAX));
        }
    }

    fn column(&self, trunk: Trunk) -> i32 {
        self.x + self.pad + 1 + self.places.get(&trunk).copied().unwrap_or(0)
    }
}

/// A line that runs up and down in a gap: all of one caller and kind together, or the end of one call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trunk {
    Out(usize, Line),
    In(usize),
}

/// Lines that leave together. A broken call takes the way that it took before it broke: trouble changes ink, not places.
pub(super) fn class(line: Line) -> Line {
    if line == Line::Broken { Line::Call } else { line }
}

/// Which way a call takes.
#[derive(Clone, Copy)]
enum Way {
    /// To the next layer.
    Next,
    /// To a neighbour in the same layer; the number tells apart calls of the same pair.
    Beside(i32),
    /// Over a lane at that row of cells, to a layer further on or back, or around within a layer.
    Lane { y: i32, back: bool },
}

/// The ways of all calls.
pub(super) struct Plan {
    gaps: Vec<Gap>,
    pub(super) undrawn: Vec<usize>,
    ways: Vec<(usize, Way, i32, i32)>,
    columns: Vec<usize>,
}

impl Plan {
    pub(super) fn new(
        rows: Rows,
        area: Rect,
        nodes: &[Node<'_>],
        columns: &[usize],
        edges: &[Edge<'_>],
        gaps: &[(i32, i32)],
    ) -> Self {
        let gaps =
            gaps.iter().map(|(x, width)| Gap { x: *x, width: *width, pad: rows.pad(), ..Gap::default() }).collect();
        let mut plan = Self { gaps, undrawn: Vec::new(), ways: Vec::new(), columns: columns.to_vec() };
        let taken: BTreeSet<(usize, u16)> = nodes.iter().zip(columns).map(|(node, c)| (*c, node.slot.row)).collect();
        let mut order: Vec<usize> = (0..edges.len()).filter(|i| edges[*i].from != edges[*i].to).collect();
        order.sort_by_key(|i| {
            let (from, to) = (nodes[edges[*i].from].slot, nodes[edges[*i].to].slot);
            (from.row.abs_diff(to.row) > 0, from, to, class(edges[*i].line), *i)
        });
        plan.undrawn.extend((0..edges.len()).filter(|i| edges[*i].from == edges[*i].to));
        let mut ports = Ports::new(rows, columns, nodes, &order, edges, &taken);
        let mut lanes = Lanes::new(rows, area);
        for i in order {
            let edge = &edges[i];
            let (from, to) = (nodes[edge.from].slot.row, nodes[edge.to].slot.row);
            let (a, b) = (columns[edge.from], columns[edge.to]);
            let out = rows.y(from) + ports.out(edge.from, edge.line);
            if b == a + 1 {
                let end = rows.y(to) + ports.arrive(edge.to, (from == to).then(|| ports.out(edge.from, edge.line)));
                plan.ways.push((i, Way::Next, out, end));
                if out != end {
                    plan.gaps[a].trunk(Trunk::Out(edge.from, class(edge.line)), out, end);
                }
            } else if let Some(n) = ports.beside(edge, rows) {
                plan.ways.push((i, Way::Beside(n), 0, 0));
            } else if b > a {
                let end = rows.y(to) + ports.arrive(edge.to, None);
                let free = |row: u16| (a + 1..b).all(|column| !taken.contains(&(column, row)));
                let wanted = [free(from).then_some(out), free(to).then_some(end)];
                let Some(y) = lanes.find(wanted, from, to, (a, b)) else {
                    plan.undrawn.push(i);
                    continue;
                };
                plan.lane(i, edge, (a, b - 1), (out, y, end), false);
            } else if rows.tier == Tier::Names {
                plan.undrawn.push(i);
            } else {
                let end = rows.y(to) + ports.arrive_right(edge.to);
                let free = (b + 1..=a).all(|column| !taken.contains(&(column, to)));
                let Some(y) = lanes.find([free.then_some(end), None], from, to, (b, a + 1)) else {
                    plan.undrawn.push(i);
                    continue;
                };
                plan.lane(i, edge, (a, b), (out, y, end), true);
            }
        }
        plan.gaps.iter_mut().for_each(Gap::give_out);
        plan
    }

    fn lane(&mut self, i: usize, edge: &Edge<'_>, gaps: (usize, usize), (out, y, end): (i32, i32, i32), back: bool) {
        if out != y {
            self.gaps[gaps.0].trunk(Trunk::Out(edge.from, class(edge.line)), out, y);
        }
        if y != end {
            self.gaps[gaps.1].trunk(Trunk::In(i), y, end);
        }
        self.ways.push((i, Way::Lane { y, back }, out, end));
    }

    /// The corners of every line, once gaps and boxes have their places.
    pub(super) fn routes(&self, rows: Rows, boxes: &[Frame], edges: &[Edge<'_>]) -> Vec<Route> {
        let route = |&(i, way, out, end): &(usize, Way, i32, i32)| {
            let edge = &edges[i];
            let (from, to) = (boxes[edge.from], boxes[edge.to]);
            let (a, b) = (self.columns[edge.from], self.columns[edge.to]);
            let start = (from.right() + rows.pad(), out);
            let trunk = self.gaps[a].column(Trunk::Out(edge.from, class(edge.line)));
            let left = (to.x - 1 - rows.pad(), end);
            let (mut corners, arrow) = match way {
                Way::Next => (vec![start, (trunk, out), (trunk, end), left], "►"),
                Way::Beside(n) => {
                    let x = from.x + from.width * 3 / 5 - 4 * n;
                    let down = to.y > from.y;
                    let ends =
                        if down { [(x, from.bottom()), (x, to.y - 1)] } else { [(x, from.y - 1), (x, to.bottom())] };
                    (ends.to_vec(), if down { "▼" } else { "▲" })
                }
                Way::Lane { y, back } => {
                    let turn = self.gaps[if back { b } else { b - 1 }].column(Trunk::In(i));
                    let end = if back { (to.right(), end) } else { left };
                    let first = if out == y { None } else { Some([(trunk, out), (trunk, y)]) };
                    let second = if y == end.1 { None } else { Some([(turn, y), (turn, end.1)]) };
                    let all =
                        [start].into_iter().chain(first.into_iter().flatten()).chain(second.into_iter().flatten());
                    (all.chain([end]).collect(), if back { "◄" } else { "►" })
                }
            };
            corners.dedup();
            if out == end && matches!(way, Way::Next) {
                corners = vec![start, left];
            }
            Route { edge: i, corners, arrow }
        };
        self.ways.iter().map(route).collect()
    }
}
