//! One service: a card of four rows, of three, or its name and marks alone. Not where it stands.

use ratatui::layout::Rect;

use super::{Line, Node, Tier};
use crate::theme::{Mark, Role};
use crate::ui::widget::{Canvas, Phrase, spark};

/// The narrowest and the widest card.
const WIDTHS: (usize, usize) = (19, 31);

/// Cards grow in steps, and have room for marks in steps: a mark more does not move what stands beside them.
const STEP: usize = 3;

/// The most instances that a full card shows.
const INSTANCES: usize = 8;

/// So many marks are shown one by one; more are counted.
const MARKS: usize = 6;

/// Where a line leaves a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Through its right border, on this row of the card.
    Right(u16),
    /// Through its upper border, at this column of the card.
    Up(u16),
    /// Through its lower border, at this column of the card.
    Down(u16),
}

/// The rows that a node takes.
pub(super) fn height(node: &Node<'_>, tier: Tier) -> u16 {
    match tier {
        Tier::Full => 3 + u16::try_from(node.instances.len().clamp(1, INSTANCES)).unwrap_or(1),
        Tier::Cards => 4,
        Tier::Small => 3,
        Tier::Names => 1,
    }
}

/// The cells that a node takes. They follow from its name and from how many instances it has, not from what it says:
/// numbers and notes come and go, and nothing may move for them.
pub(super) fn width(node: &Node<'_>, tier: Tier) -> u16 {
    const RATE: usize = 7;
    const P95: usize = 6;
    let (name, marks) = (node.name.cells(), marks_cells(node.marks).next_multiple_of(STEP));
    let wanted = match tier {
        Tier::Names => return u16::try_from((name + usize::from(marks > 0) + marks).min(WIDTHS.1)).unwrap_or(u16::MAX),
        Tier::Full => {
            let what = node.instances.iter().map(|(what, _)| what.cells()).max().unwrap_or(0);
            (what + RATE + 5).max(name + 6)
        }
        Tier::Cards => name + marks + 8,
        Tier::Small => (marks + 2 + RATE + 2 + P95 + 4).max(name + 6),
    };
    let steps = wanted.saturating_sub(WIDTHS.0).div_ceil(STEP);
    u16::try_from((WIDTHS.0 + steps * STEP).min(WIDTHS.1)).unwrap_or(u16::MAX)
}

fn marks_cells(marks: &[Mark]) -> usize {
    if marks.len() <= MARKS { marks.len() } else { counted(marks).iter().map(|(_, _, cells)| cells).sum() }
}

/// Equal marks in one: mark, how many, cells. Those of trouble first, as they come.
fn counted(marks: &[Mark]) -> Vec<(Mark, usize, usize)> {
    let mut all: Vec<(Mark, usize)> = Vec::new();
    for mark in marks.iter().filter(|mark| **mark != Mark::Up).chain(marks.iter().filter(|mark| **mark == Mark::Up)) {
        match all.iter_mut().find(|(known, _)| known == mark) {
            Some((_, n)) => *n += 1,
            None => all.push((*mark, 1)),
        }
    }
    let cells = |n: usize| if n == 1 { 1 } else { 2 + n.to_string().len() };
    all.into_iter().map(|(mark, n)| (mark, n, cells(n))).collect()
}

/// A node's marks as a phrase.
fn marks<'a>(canvas: &Canvas<'_>, node: &Node<'a>) -> Phrase<'a> {
    let muted = canvas.style(Role::Muted);
    let ink = |mark: Mark| if node.quiet { muted } else { canvas.theme().mark(mark) };
    let mut phrase = Phrase::new();
    if node.marks.len() <= MARKS {
        node.marks.iter().for_each(|mark| phrase.push(mark.symbol(), ink(*mark)));
        return phrase;
    }
    for (mark, n, _) in counted(node.marks) {
        phrase.push(mark.symbol(), ink(mark));
        if n > 1 {
            phrase.push(format!("×{n}"), muted);
        }
    }
    phrase
}

/// A node's name; on cards with a blank at each side. The selected one stands on its own ground.
fn name(canvas: &mut Canvas<'_>, (x, y, width): (u16, u16, u16), node: &Node<'_>, blank: u16) -> u16 {
    let style = canvas.style(if node.quiet { Role::Muted } else { Role::Strong });
    let end = canvas.put(x, y, width, &node.name, style);
    canvas.run(x - blank, y, blank, " ", style);
    canvas.run(end, y, blank, " ", style);
    if node.selected {
        let select = canvas.style(Role::Select);
        canvas.tint(Rect::new(x - blank, y, end - x + 2 * blank, 1), select);
    }
    end
}

/// Draws a node into its box. `exits` tells where lines leave it.
pub(super) fn draw(canvas: &mut Canvas<'_>, place: Rect, node: &Node<'_>, tier: Tier, exits: &[(Exit, Line)]) {
    let marks = marks(canvas, node);
    if tier == Tier::Names {
        let cells = u16::try_from(marks.cells()).unwrap_or(u16::MAX);
        let end = name(canvas, (place.x, place.y, place.width.saturating_sub(cells + 1)), node, 0);
        canvas.phrase(end + 1, place.y, cells, &marks);
        return;
    }
    let role = if node.quiet { Role::Line } else { node.border };
    frame(canvas, place, role, node.border == Role::Bad);
    joints(canvas, place, node.border == Role::Bad, exits);
    let border = canvas.style(role);
    let (right, inner) = (place.right() - 1, place.width - 4);
    let cells = u16::try_from(marks.cells()).unwrap_or(u16::MAX);
    let title = if tier == Tier::Cards { inner.saturating_sub(cells + 4) } else { inner.saturating_sub(2) };
    let end = name(canvas, (place.x + 3, place.y, title), node, 1);
    let numbers = place.y + 1;
    let mut from = place.x + 2;
    if tier == Tier::Full {
        instances(canvas, place, node);
    } else if tier == Tier::Cards && !marks.is_empty() {
        let start = canvas.phrase_right(end, right - 2, place.y, &marks);
        canvas.glyph(start - 1, place.y, " ", border);
        canvas.glyph(right - 2, place.y, " ", border);
    } else {
        from = canvas.phrase(from, numbers, cells, &marks) + 1;
    }
    let start = canvas.phrase_right(from, right - 1, numbers, &node.p95);
    let rate = u16::try_from(node.rate.cells()).unwrap_or(u16::MAX);
    if tier == Tier::Small {
        canvas.phrase_right(from, start.saturating_sub(2).max(from), numbers, &node.rate);
    } else {
        canvas.phrase(from, numbers, rate.min(start.saturating_sub(from)), &node.rate);
    }
    if tier == Tier::Cards {
        let ink = canvas.style(if node.border == Role::Bad { Role::Bar } else { Role::BarLow });
        spark(canvas, (place.x + 2, place.y + 2, inner), node.trend, node.usual, |_| ink);
    }
    if !node.note.is_empty() {
        let bottom = place.bottom() - 1;
        canvas.glyph(place.x + 2, bottom, " ", border);
        let end = canvas.phrase(place.x + 3, bottom, inner.saturating_sub(1), &node.note);
        canvas.glyph(end, bottom, " ", border);
    }
}

/// One row for each instance; the last tells how many more there are.
fn instances(canvas: &mut Canvas<'_>, place: Rect, node: &Node<'_>) {
    let (left, right) = (place.x + 2, place.right() - 2);
    let more = node.instances.len().saturating_sub(INSTANCES);
    let shown = if more > 0 { INSTANCES - 1 } else { node.instances.len() };
    for (y, (what, number)) in (place.y + 2..).zip(&node.instances[..shown]) {
        let start = canvas.phrase_right(left, right, y, number);
        canvas.phrase(left, y, start.saturating_sub(left + 1), what);
    }
    if more > 0 {
        let muted = canvas.style(Role::Muted);
        canvas.put(left, place.bottom() - 2, right - left, format!("{} more", more + 1), muted);
    }
}

fn frame(canvas: &mut Canvas<'_>, place: Rect, role: Role, heavy: bool) {
    let style = canvas.style(role);
    let set =
        if heavy { ["┏", "┓", "┗", "┛", "━", "┃"] } else { ["╭", "╮", "╰", "╯", "─", "│"] };
    let (right, bottom) = (place.right() - 1, place.bottom() - 1);
    for y in [place.y, bottom] {
        canvas.run(place.x, y, place.width, set[4], style);
    }
    for y in place.y + 1..bottom {
        canvas.glyph(place.x, y, set[5], style);
        canvas.run(place.x + 1, y, place.width - 2, " ", style);
        canvas.glyph(right, y, set[5], style);
    }
    for (x, y, corner) in
        [(place.x, place.y, set[0]), (right, place.y, set[1]), (place.x, bottom, set[2]), (right, bottom, set[3])]
    {
        canvas.glyph(x, y, corner, style);
    }
}

/// Opens the border where lines leave. Titles and notes are drawn after, so they are never over a join.
fn joints(canvas: &mut Canvas<'_>, place: Rect, heavy: bool, exits: &[(Exit, Line)]) {
    if heavy {
        return;
    }
    for (exit, line) in exits {
        let (x, y, glyph) = match (*exit, line) {
            (Exit::Right(row), Line::Broken) => (place.right() - 1, place.y + row, "┝"),
            (Exit::Right(row), Line::Undeclared) => (place.right() - 1, place.y + row, "╞"),
            (Exit::Right(row), _) => (place.right() - 1, place.y + row, "├"),
            (Exit::Up(column), _) => (place.x + column, place.y, "┴"),
            (Exit::Down(column), _) => (place.x + column, place.bottom() - 1, "┬"),
        };
        let style = canvas.style(super::role(*line));
        canvas.glyph(x, y, glyph, style);
    }
}
