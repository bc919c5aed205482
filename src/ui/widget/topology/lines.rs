//! The grid that edges are laid into before anything is drawn: which cell a line passes in which direction, whose it is,
//! and where text stands. That is how edges join and cross, and never run through text.

use ratatui::layout::Rect;

use super::Line;
use crate::theme::Role;

/// A cell's place; may lie outside of what is in view.
pub(super) type Place = (i32, i32);

/// Directions out of a cell, as indices.
const UP: usize = 0;
const RIGHT: usize = 1;
const DOWN: usize = 2;
const LEFT: usize = 3;

/// Belongs to several edges.
const SHARED: usize = usize::MAX;

#[derive(Clone, Copy, Default)]
struct Cell {
    ways: [Option<Line>; 4],
    owner: Option<usize>,
    role: Option<Role>,
    text: bool,
}

/// The lines in view.
pub(super) struct Lines {
    view: Rect,
    cells: Vec<Cell>,
}

impl Lines {
    pub(super) fn new(view: Rect) -> Self {
        Self { view, cells: vec![Cell::default(); usize::from(view.width) * usize::from(view.height)] }
    }

    fn index(&self, (x, y): Place) -> Option<usize> {
        let x = usize::try_from(x - i32::from(self.view.x)).ok().filter(|x| *x < usize::from(self.view.width))?;
        let y = usize::try_from(y - i32::from(self.view.y)).ok().filter(|y| *y < usize::from(self.view.height))?;
        Some(y * usize::from(self.view.width) + x)
    }

    /// Lays a line through the corners given, each straight beside or above the next.
    pub(super) fn path(&mut self, corners: &[Place], line: Line, owner: usize, role: Role) {
        for pair in corners.windows(2) {
            let [mut here, end] = [pair[0], pair[1]];
            while here != end {
                let (dx, dy) = ((end.0 - here.0).signum(), (end.1 - here.1).signum());
                let (out, back) = match (dx, dy) {
                    (1, _) => (RIGHT, LEFT),
                    (-1, _) => (LEFT, RIGHT),
                    (_, 1) => (DOWN, UP),
                    _ => (UP, DOWN),
                };
                self.mark(here, out, line, owner, role);
                here = if dx == 0 { (here.0, here.1 + dy) } else { (here.0 + dx, here.1) };
                self.mark(here, back, line, owner, role);
            }
        }
    }

    fn mark(&mut self, at: Place, way: usize, line: Line, owner: usize, role: Role) {
        let Some(index) = self.index(at) else { return };
        let cell = &mut self.cells[index];
        let stronger = |old: Option<Line>| old.map_or(line, |old| old.max(line));
        cell.ways[way] = Some(stronger(cell.ways[way]));
        cell.owner = Some(if cell.owner.is_none_or(|other| other == owner) { owner } else { SHARED });
        cell.role = Some(cell.role.map_or(role, |old| if weight(old) >= weight(role) { old } else { role }));
    }

    /// Tells that text stands on `width` cells; lines stop there.
    pub(super) fn take(&mut self, (x, y): Place, width: i32) {
        for x in x..x + width {
            if let Some(index) = self.index((x, y)) {
                self.cells[index].text = true;
            }
        }
    }

    /// Whether text can stand there without touching a line, a card or other text.
    pub(super) fn is_free(&self, (x, y): Place, width: i32) -> bool {
        let free = |x| {
            let cell = self.index((x, y)).map(|index| self.cells[index]);
            cell.is_some_and(|cell| !cell.text && cell.owner.is_none())
        };
        (x..x + width).all(free)
    }

    /// Whether a label of this edge can stand on its line there: nobody else's line, no corner, no text.
    pub(super) fn is_own_run(&self, at: Place, owner: usize) -> bool {
        self.index(at).map(|index| self.cells[index]).is_some_and(|cell| {
            !cell.text && cell.owner == Some(owner) && cell.ways[UP].is_none() && cell.ways[DOWN].is_none()
        })
    }

    /// Every cell that a line passes, with its glyph and role.
    pub(super) fn glyphs(&self) -> impl Iterator<Item = (u16, u16, &'static str, Role)> {
        let width = usize::from(self.view.width).max(1);
        self.cells.iter().enumerate().filter(|(_, cell)| !cell.text).filter_map(move |(index, cell)| {
            let x = self.view.x + u16::try_from(index % width).ok()?;
            let y = self.view.y + u16::try_from(index / width).ok()?;
            Some((x, y, glyph(cell.ways)?, cell.role?))
        })
    }
}

/// What wins where lines meet: trouble over the rest.
fn weight(role: Role) -> u8 {
    match role {
        Role::Bad => 5,
        Role::Warn => 4,
        Role::Event => 3,
        Role::Line2 => 2,
        Role::Muted => 1,
        _ => 0,
    }
}

fn glyph(ways: [Option<Line>; 4]) -> Option<&'static str> {
    let [up, right, down, left] = ways;
    let (across, along) = (left.max(right), up.max(down));
    let straight = |line: Line, flat: bool| match (line, flat) {
        (Line::Call, true) => "─",
        (Line::Call, false) => "│",
        (Line::Queue, true) => "╌",
        (Line::Queue, false) => "┆",
        (Line::Declared, _) => "·",
        (Line::Undeclared, true) => "═",
        (Line::Undeclared, false) => "║",
        (Line::Broken, true) => "━",
        (Line::Broken, false) => "┃",
    };
    match (across, along) {
        (None, None) => return None,
        (Some(line), None) => return Some(straight(line, true)),
        (None, Some(line)) => return Some(straight(line, false)),
        (Some(across), Some(along)) => {
            // Lines of different kinds meet: what is broken or a surprise stays whole, and runs into no other.
            let strongest = across.max(along);
            let own = ways.map(|way| way.filter(|line| *line == strongest));
            if strongest >= Line::Undeclared && own != ways && own.iter().flatten().count() > 1 {
                return glyph(own);
            }
        }
    }
    let all = ways.iter().flatten();
    let (weakest, strongest) = (all.clone().min()?, all.max()?);
    let set = match (weakest, strongest) {
        (Line::Declared, Line::Declared) => return Some("·"),
        (Line::Broken, _) => ["┗", "┏", "┛", "┓", "┻", "┳", "┣", "┫", "╋"],
        (Line::Undeclared, Line::Undeclared) => ["╚", "╔", "╝", "╗", "╩", "╦", "╠", "╣", "╬"],
        _ => ["╰", "╭", "╯", "╮", "┴", "┬", "├", "┤", "┼"],
    };
    let kind = match [up, right, down, left].map(|way| way.is_some()) {
        [true, true, false, false] => 0,
        [false, true, true, false] => 1,
        [true, false, false, true] => 2,
        [false, false, true, true] => 3,
        [true, true, false, true] => 4,
        [false, true, true, true] => 5,
        [true, true, true, false] => 6,
        [true, false, true, true] => 7,
        _ => 8,
    };
    Some(set[kind])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_does_not_run_into_another() {
        let mut lines = Lines::new(Rect::new(0, 0, 9, 2));
        lines.path(&[(0, 1), (3, 1), (3, 0), (8, 0)], Line::Broken, 0, Role::Bad);
        lines.path(&[(0, 1), (8, 1)], Line::Queue, 1, Role::Line2);
        let mut rows = vec![vec![" "; 9]; 2];
        lines.glyphs().for_each(|(x, y, glyph, _)| rows[usize::from(y)][usize::from(x)] = glyph);
        let rows: Vec<String> = rows.into_iter().map(|row| row.concat()).collect();
        assert_eq!(rows, ["   ┏━━━━━", "━━━┛╌╌╌╌╌"]);
    }

    #[test]
    fn lines_bend_join_and_cross() {
        let mut lines = Lines::new(Rect::new(0, 0, 9, 4));
        lines.path(&[(0, 0), (8, 0)], Line::Call, 0, Role::Line2);
        lines.path(&[(0, 0), (4, 0), (4, 3), (8, 3)], Line::Call, 1, Role::Line2);
        lines.path(&[(0, 2), (8, 2)], Line::Broken, 2, Role::Bad);
        lines.path(&[(6, -5), (6, 0), (6, 9)], Line::Queue, 3, Role::Line2);
        lines.take((1, 2), 2);
        let mut rows = vec![vec![" "; 9]; 4];
        lines.glyphs().for_each(|(x, y, glyph, _)| rows[usize::from(y)][usize::from(x)] = glyph);
        let rows: Vec<String> = rows.into_iter().map(|row| row.concat()).collect();
        assert_eq!(rows, ["────┬─┼──", "    │ ┆  ", "━  ━━━━━━", "    ╰─┼──"]);
        assert!(lines.is_own_run((7, 2), 2));
        assert!(!lines.is_own_run((4, 2), 2), "another line crosses there");
        assert!(lines.is_free((0, 1), 4) && !lines.is_free((3, 1), 2));
    }
}
