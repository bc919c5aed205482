//! Where every box is and how much of each service fits. Tries the largest picture first; what does not fit even as names
//! is scrolled so that the selection is in view.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;

use super::card::{self, Exit};
use super::lines::Place;
use super::route::{Plan, Route};
use super::{Edge, Line, Node, Tier};

/// What is tried, the largest first: how much of a service, the least room for an arrow and a label in a gap, and the widest
/// box (longer names lose their end).
const TRIES: [(Tier, i32, u16); 8] = [
    (Tier::Full, 11, 31),
    (Tier::Cards, 11, 31),
    (Tier::Cards, 11, 22),
    (Tier::Cards, 6, 22),
    (Tier::Cards, 6, 19),
    (Tier::Small, 11, 28),
    (Tier::Names, 11, 31),
    (Tier::Names, 2, 24),
];

/// The widest gap that is made: the longest label that is said on a line has room in it.
const WIDEST: i32 = 28;

/// The cells right of the last layer, for calls back to the left.
const BACK: i32 = 3;

/// The box of a node; may lie outside of what is in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Frame {
    pub(super) fn right(&self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// The box on the screen, if all of it is in view.
    pub(super) fn whole(&self, area: Rect) -> Option<Rect> {
        let to = |n: i32| u16::try_from(n).ok();
        let rect = Rect::new(to(self.x)?, to(self.y)?, to(self.width)?, to(self.height)?);
        (area.intersection(rect) == rect).then_some(rect)
    }
}

/// How rows are spread over the height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) tier: Tier,
    pub(super) top: i32,
    pub(super) height: i32,
    pub(super) gap: i32,
    pub(super) count: i32,
}

impl Rows {
    /// The first cell row of a row of slots.
    pub(super) fn y(&self, row: u16) -> i32 {
        self.top + i32::from(row) * (self.height + self.gap)
    }

    /// All rows of cells together.
    fn whole(&self) -> i32 {
        self.count * (self.height + self.gap) - self.gap
    }

    /// The rows on a node's side where lines leave and arrive.
    pub(super) fn ports(&self) -> &'static [i32] {
        match self.tier {
            Tier::Full | Tier::Cards => &[1, 2],
            Tier::Small => &[1],
            Tier::Names => &[0],
        }
    }

    /// Blank cells between a name and a line; cards have a border instead.
    pub(super) fn pad(&self) -> i32 {
        i32::from(self.tier == Tier::Names)
    }

    fn spread(tier: Tier, area: Rect, reserved: u16, nodes: &[Node<'_>]) -> Option<Self> {
        let count = nodes.iter().map(|node| node.slot.row).max().map_or(1, |row| row.saturating_add(1));
        let full = nodes.iter().map(|node| i32::from(card::height(node, Tier::Full))).max().unwrap_or(0);
        let (height, most) = match tier {
            Tier::Full => (full, 6),
            Tier::Cards => (4, 3),
            Tier::Small => (3, 3),
            Tier::Names => (1, 1),
        };
        let (count, room) = (i32::from(count), i32::from(area.height.saturating_sub(reserved)));
        let spare = room - count * height;
        let least = if tier == Tier::Names { 0 } else { 1 };
        let gap = if count > 1 { ((spare - 2) / (count - 1)).clamp(least, most) } else { 1 };
        let rows = Self { tier, top: i32::from(area.y), height, gap, count };
        let fits = rows.whole() <= room;
        let top = rows.top + i32::from(rows.whole() < room);
        (fits || tier == Tier::Names).then_some(Self { top, ..rows })
    }
}

/// Everything that has a place.
pub(super) struct Geometry {
    pub(super) tier: Tier,
    pub(super) boxes: Vec<Frame>,
    pub(super) routes: Vec<Route>,
    pub(super) undrawn: Vec<usize>,
    layers: Vec<u16>,
    columns: Vec<(i32, i32)>,
    node_columns: Vec<usize>,
}

impl Geometry {
    pub(super) fn new(area: Rect, nodes: &[Node<'_>], edges: &[Edge<'_>], reserved: u16) -> Self {
        let layers: BTreeSet<u16> = nodes.iter().map(|node| node.slot.layer).collect();
        let layers: Vec<u16> = layers.into_iter().collect();
        let column = |node: &Node<'_>| layers.binary_search(&node.slot.layer).unwrap_or(0);
        let node_columns: Vec<usize> = nodes.iter().map(column).collect();
        for (tier, zone, widest) in TRIES {
            if tier == Tier::Full && nodes.iter().all(|node| node.instances.is_empty()) {
                continue;
            }
            let Some(rows) = Rows::spread(tier, area, reserved, nodes) else { continue };
            let mut widths = vec![0; layers.len()];
            for (node, column) in nodes.iter().zip(&node_columns) {
                widths[*column] = widths[*column].max(i32::from(card::width(node, tier).min(widest)));
            }
            // Of the services alone, never of their calls: one that appears or vanishes moves nobody. Calls make do with
            // the room that there is.
            let inner = i32::try_from(widths.len()).unwrap_or(1) - 1;
            let least = 2 * rows.pad() + 2 + zone;
            let back = if tier == Tier::Names { 0 } else { BACK };
            let needed = 1 + widths.iter().sum::<i32>() + inner * least + back;
            let spare = i32::from(area.width) - needed;
            if spare < 0 && zone > 2 {
                continue;
            }
            let gap = if inner > 0 { (least + spare.max(0) / inner).min(WIDEST.max(least)) } else { 0 };
            let mut geometry = Self::place(area, nodes, edges, rows, &widths, gap, &layers, &node_columns);
            geometry.scroll(area, rows, needed, nodes, edges);
            return geometry;
        }
        Self {
            tier: Tier::Names,
            boxes: vec![Frame::default(); nodes.len()],
            routes: Vec::new(),
            undrawn: (0..edges.len()).collect(),
            columns: vec![(0, 0); layers.len()],
            layers,
            node_columns,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, right above: the parts of one picture in the making")]
    fn place(
        area: Rect,
        nodes: &[Node<'_>],
        edges: &[Edge<'_>],
        rows: Rows,
        widths: &[i32],
        gap: i32,
        layers: &[u16],
        node_columns: &[usize],
    ) -> Self {
        let mut x = i32::from(area.x) + 1;
        let mut columns = Vec::with_capacity(widths.len());
        let mut gaps = Vec::with_capacity(widths.len());
        for width in widths {
            columns.push((x, *width));
            gaps.push((x + width, gap));
            x += width + gap;
        }
        if let Some((x, width)) = gaps.last_mut() {
            *width = (i32::from(area.right()) - *x).max(BACK);
        }
        let frame = |(node, column): (&Node<'_>, &usize)| {
            let (x, width) = columns[*column];
            let own = i32::from(card::width(node, rows.tier)).min(width);
            let width = if rows.tier == Tier::Names { own } else { width };
            Frame { x, y: rows.y(node.slot.row), width, height: i32::from(card::height(node, rows.tier)) }
        };
        let boxes: Vec<Frame> = nodes.iter().zip(node_columns).map(frame).collect();
        let plan = Plan::new(rows, area, nodes, node_columns, edges, &gaps);
        let routes = plan.routes(rows, &boxes, edges);
        Self {
            tier: rows.tier,
            boxes,
            routes,
            undrawn: plan.undrawn,
            layers: layers.to_vec(),
            columns,
            node_columns: node_columns.to_vec(),
        }
    }

    /// Moves a picture that is too large so that what is selected is in the middle of the view, as far as it can be.
    fn scroll(&mut self, area: Rect, rows: Rows, width: i32, nodes: &[Node<'_>], edges: &[Edge<'_>]) {
        let edge = edges.iter().find(|edge| edge.selected).map(|edge| edge.to);
        let wanted = || nodes.iter().position(|node| node.wanted);
        let focus = nodes.iter().position(|node| node.selected).or(edge).or_else(wanted);
        let Some(focus) = focus.map(|node| self.boxes[node]) else { return };
        let shift = |whole: i32, room: u16, middle: i32| {
            (middle - i32::from(room) / 2).clamp(0, (whole - i32::from(room)).max(0))
        };
        let dy = shift(rows.whole(), area.height, focus.y - i32::from(area.y));
        let dx = shift(width, area.width, focus.x + focus.width / 2 - i32::from(area.x));
        self.boxes.iter_mut().for_each(|frame| (frame.x, frame.y) = (frame.x - dx, frame.y - dy));
        self.columns.iter_mut().for_each(|column| column.0 -= dx);
        let corners = self.routes.iter_mut().flat_map(|route| &mut route.corners);
        corners.for_each(|(x, y)| (*x, *y) = (*x - dx, *y - dy));
    }

    /// Where lines leave a node.
    pub(super) fn exits(&self, node: usize, edges: &[Edge<'_>]) -> Vec<(Exit, Line)> {
        let frame = self.boxes[node];
        let mut exits: BTreeMap<(i32, i32), (Exit, Line)> = BTreeMap::new();
        for route in self.routes.iter().filter(|route| edges[route.edge].from == node) {
            let Some(&(x, y)) = route.corners.first() else { continue };
            let (column, row) = (u16::try_from(x - frame.x), u16::try_from(y - frame.y));
            let exit = match (column, row) {
                (_, Ok(row)) if x >= frame.right() => Exit::Right(row),
                (Ok(column), _) if y < frame.y => Exit::Up(column),
                (Ok(column), _) => Exit::Down(column),
                _ => continue,
            };
            let line = edges[route.edge].line;
            exits.entry((x, y)).and_modify(|old| old.1 = old.1.max(line)).or_insert((exit, line));
        }
        exits.into_values().collect()
    }

    /// The column of a layer, its width, and the first row below its lowest node.
    pub(super) fn below(&self, layer: u16) -> Option<(i32, i32, i32)> {
        let column = self.layers.binary_search(&layer).ok()?;
        let nodes = self.boxes.iter().zip(&self.node_columns).filter(|(_, of)| **of == column);
        let bottom = nodes.map(|(frame, _)| frame.bottom()).max()?;
        let (x, width) = self.columns[column];
        Some((x, width, bottom))
    }

    /// The first row below everything.
    pub(super) fn bottom(&self, area: Rect) -> u16 {
        let boxes = self.boxes.iter().map(Frame::bottom);
        let corners = self.routes.iter().flat_map(|route| route.corners.iter().map(|(_, y): &Place| y + 1));
        let bottom = boxes.chain(corners).max().unwrap_or(0);
        u16::try_from(bottom.max(0)).unwrap_or(u16::MAX).clamp(area.y, area.bottom())
    }
}
