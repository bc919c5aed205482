//! The topology: services in their slots, calls between them. Cards while they fit, else names and marks; edges join and
//! cross but never run through text. What could not be drawn or labelled is said in words below.
//!
//! ```text
//!                      ╭─ 118/s ►│ users
//!  ╭─ gateway ── ●● ─╮ │         ╭─ orders ───── ●●● ─╮ was 39/s   ┏━ payments ━ ●◐ ━┓
//!  │ 412/s     41 ms ├─┼─ 88/s ─►│ 88/s         64 ms ┝━ ⊗ open ━━►┃ 1/s       1.9 s ┃
//!  ╰─ 0.6 % errors ──╯ ╰─ 206/s ►│ articles           ├╌╌╌╮        ┗━ 17.7 % fail ━━━┛
//! ```

mod card;
mod geometry;
mod lines;
mod ports;
mod route;

use ratatui::layout::{Position, Rect};

use super::{Canvas, Phrase};
use crate::domain::text::Shown;
use crate::domain::topology::Slot;
use crate::theme::{Mark, Role};
use geometry::Geometry;
use lines::{Lines, Place};

/// A service as it is drawn.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its place, from [`Slots`](crate::domain::topology::Slots).
    pub slot: Slot,
    /// Its name.
    pub name: Shown<'a>,
    /// One mark for each instance; many equal ones are counted.
    pub marks: &'a [Mark],
    /// Its rate.
    pub rate: Phrase<'a>,
    /// Its answer time.
    pub p95: Phrase<'a>,
    /// Its recent rates; the newest is the last, `None` is a gap.
    pub trend: &'a [Option<f64>],
    /// The rate that fills half of the graph.
    pub usual: f64,
    /// Its instances, what stands left and right: on a full card instead of marks and graph, where there is room.
    pub instances: &'a [(Phrase<'a>, Phrase<'a>)],
    /// What the lower border says: `2.7 % errors`, `1 missing`.
    pub note: Phrase<'a>,
    /// The border's ink; [`Role::Bad`] makes it heavy.
    pub border: Role,
    /// Whether the selection does not touch it.
    pub quiet: bool,
    /// Whether the cursor is on it.
    pub selected: bool,
    /// Where nothing is selected and not all fits: whether this one is looked for.
    pub wanted: bool,
}

/// What kind of call a line is. The later ones win where lines meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Line {
    /// Declared, never seen.
    Declared,
    /// Through a queue.
    Queue,
    /// A call.
    Call,
    /// Seen, not declared.
    Undeclared,
    /// Broken: a breaker is open, or calls fail.
    Broken,
}

/// A call as it is drawn.
#[derive(Clone, Debug)]
pub struct Edge<'a> {
    /// The index of the caller among the nodes.
    pub from: usize,
    /// The index of the callee among the nodes.
    pub to: usize,
    /// What kind of call it is.
    pub line: Line,
    /// What stands on the line: its rate, or the breaker's word.
    pub label: Phrase<'a>,
    /// What stands above the line: `was 39/s`. Below it where there is no room, else said in words.
    pub above: Phrase<'a>,
    /// Whether the selection does not touch it.
    pub quiet: bool,
    /// Whether the cursor is on it.
    pub selected: bool,
}

/// How much of a service is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A card with a row for each instance.
    Full,
    /// A card of four rows.
    Cards,
    /// A card of three rows, without a graph.
    Small,
    /// Name and marks.
    Names,
}

/// Folded services of one layer: `▸ search-*   6 ●  48`.
#[derive(Clone, Debug)]
pub struct Fold<'a> {
    /// The layer.
    pub layer: u16,
    /// What their names begin with.
    pub name: Shown<'a>,
    /// How many services.
    pub services: usize,
    /// How many instances.
    pub instances: usize,
}

/// What was drawn where.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// How much of each service was drawn; `None` when nothing was.
    pub tier: Option<Tier>,
    /// The boxes of the nodes in view, by index.
    pub nodes: Vec<(usize, Rect)>,
    /// The labels of the edges in view, by index.
    pub labels: Vec<(usize, Rect)>,
    /// Edges that are not drawn or have no label, by index: said in words below the picture while there is room.
    pub untold: Vec<usize>,
    /// The first row below the picture.
    pub bottom: u16,
}

/// The ink of a kind of line.
pub(super) fn role(line: Line) -> Role {
    match line {
        Line::Call | Line::Queue => Role::Line2,
        Line::Declared => Role::Muted,
        Line::Undeclared => Role::Event,
        Line::Broken => Role::Bad,
    }
}

/// Draws the picture into `area`, as large as fits. When it does not fit at all, what is selected is in view.
pub fn topology(
    canvas: &mut Canvas<'_>,
    area: Rect,
    nodes: &[Node<'_>],
    edges: &[Edge<'_>],
    folds: &[Fold<'_>],
) -> Drawn {
    let area = area.intersection(canvas.area());
    if nodes.is_empty() || area.width < 4 || area.height == 0 {
        return Drawn::default();
    }
    let geometry = Geometry::new(area, nodes, edges, folded_rows(folds));
    let mut lines = Lines::new(area);
    for place in &geometry.boxes {
        (0..place.height).for_each(|row| lines.take((place.x, place.y + row), place.width));
    }
    for route in &geometry.routes {
        let edge = &edges[route.edge];
        let ink = if edge.quiet { Role::Line } else { role(edge.line) };
        lines.path(&route.corners, edge.line, route.edge, ink);
        if let Some(end) = route.corners.last() {
            lines.take(*end, 1);
        }
    }
    let mut drawn = Drawn { tier: Some(geometry.tier), bottom: geometry.bottom(area), ..Drawn::default() };
    let labels = labels(&geometry, edges, &mut lines, &mut drawn);
    for (x, y, glyph, role) in lines.glyphs() {
        let style = canvas.style(role);
        canvas.glyph(x, y, glyph, style);
    }
    for route in &geometry.routes {
        let edge = &edges[route.edge];
        let style = canvas.style(if edge.quiet { Role::Line } else { role(edge.line) });
        if let Some((x, y)) = route.corners.last().and_then(|end| in_view(area, *end)) {
            canvas.glyph(x, y, route.arrow, style);
        }
    }
    for (edge, at, phrase) in labels {
        draw_label(canvas, area, at, &phrase, edge.is_some_and(|edge| edges[edge].selected));
    }
    for (index, node) in nodes.iter().enumerate() {
        if let Some(place) = geometry.boxes[index].whole(area) {
            let exits = geometry.exits(index, edges);
            card::draw(canvas, place, node, geometry.tier, &exits);
            drawn.nodes.push((index, place));
        }
    }
    drawn.bottom = drawn.bottom.max(draw_folds(canvas, area, &geometry, folds));
    say_untold(canvas, area, nodes, edges, &mut drawn);
    drawn
}

/// Where each label stands. Those that find no place are left to be said below.
fn labels<'e>(
    geometry: &Geometry,
    edges: &'e [Edge<'_>],
    lines: &mut Lines,
    drawn: &mut Drawn,
) -> Vec<(Option<usize>, Place, Phrase<'e>)> {
    let mut placed = Vec::new();
    drawn.untold.extend(&geometry.undrawn);
    for route in &geometry.routes {
        let edge = &edges[route.edge];
        if edge.label.is_empty() {
            continue;
        }
        let cells = |phrase: &Phrase<'_>| i32::try_from(phrase.cells()).unwrap_or(i32::MAX);
        let forms = [Some(edge.label.clone()), shorter(edge)];
        let placed_at = |label: Phrase<'e>| Some((route.place_label(lines, cells(&label))?, label));
        let Some((((x, y), room), label)) = forms.into_iter().flatten().find_map(placed_at) else {
            drawn.untold.push(route.edge);
            continue;
        };
        lines.take((x, y), room);
        placed.push((Some(route.edge), (x + 1, y), label));
        if !edge.above.is_empty() {
            // Above the line, else below it where rows stand apart, else in words below the picture.
            let apart = geometry.tier != Tier::Names;
            let width = cells(&edge.above).saturating_add(1);
            let places = [Some((x, y - 1)), apart.then_some((x, y + 1))];
            match places.into_iter().flatten().find(|at| width <= 40 && lines.is_free(*at, width)) {
                Some(at) => {
                    lines.take(at, width);
                    placed.push((None, at, edge.above.clone()));
                }
                None => drawn.untold.push(route.edge),
            }
        }
        if let (Ok(x), Ok(y), Ok(width)) = (u16::try_from(x), u16::try_from(y), u16::try_from(room)) {
            drawn.labels.push((route.edge, Rect::new(x, y, width, 1)));
        }
    }
    placed
}

/// What a label is where there is no room for all of it: the number alone, where the line itself says what kind it is of.
fn shorter<'e>(edge: &Edge<'e>) -> Option<Phrase<'e>> {
    let told = matches!(edge.line, Line::Queue | Line::Undeclared) && edge.above.is_empty();
    let (text, style) = edge.label.pieces().first().filter(|_| told)?;
    Some(Phrase::of(text.clone(), *style))
}

fn draw_label(canvas: &mut Canvas<'_>, area: Rect, at: Place, phrase: &Phrase<'_>, selected: bool) {
    if let Some((x, y)) = in_view(area, at) {
        let end = canvas.phrase(x, y, area.right() - x, phrase);
        if selected {
            let select = canvas.style(Role::Select);
            canvas.tint(Rect::new(x - 1, y, end + 2 - x, 1), select);
        }
    }
}

/// How many rows the folded groups of one layer need at most.
fn folded_rows(folds: &[Fold<'_>]) -> u16 {
    let most = folds.iter().map(|fold| folds.iter().filter(|other| other.layer == fold.layer).count()).max();
    most.map_or(0, |rows| u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(1))
}

/// The least width of a folded group: a name of nine cells and its counts.
const FOLD: i32 = 24;

/// Draws the folded groups under the lowest node of their layer and returns the first row below them.
fn draw_folds(canvas: &mut Canvas<'_>, area: Rect, geometry: &Geometry, folds: &[Fold<'_>]) -> u16 {
    let (muted, text) = (canvas.style(Role::Muted), canvas.style(Role::Text));
    let mut bottom = area.y;
    let mut used: Vec<(u16, i32)> = Vec::new();
    for fold in folds {
        let Some((x, width, below)) = geometry.below(fold.layer) else { continue };
        let first = used.iter().rev().find(|(layer, _)| *layer == fold.layer).map_or(below + 1, |(_, y)| y + 1);
        used.push((fold.layer, first));
        let Some((x, y)) = in_view(area, (x, first)) else { continue };
        let count = Phrase::of(format!("{:>3} ", fold.services), muted)
            .with(Mark::Up.symbol(), canvas.theme().mark(Mark::Up))
            .with(format!(" {:>4}", fold.instances), muted);
        canvas.put(x, y, 2, Mark::To.symbol(), muted);
        let right = x.saturating_add(u16::try_from(width.max(FOLD)).unwrap_or(0)).min(area.right());
        let start = canvas.phrase_right(x, right, y, &count);
        canvas.put(x + 2, y, start.saturating_sub(x + 3), &fold.name, text);
        bottom = bottom.max(y + 1);
    }
    bottom
}

/// Says in words, below the picture, which calls are not in it.
fn say_untold(canvas: &mut Canvas<'_>, area: Rect, nodes: &[Node<'_>], edges: &[Edge<'_>], drawn: &mut Drawn) {
    drawn.untold.sort_unstable();
    let muted = canvas.style(Role::Muted);
    let width = area.width.saturating_sub(2);
    if drawn.nodes.len() < nodes.len() && drawn.bottom < area.bottom() {
        let outside = outside(nodes, drawn, usize::from(width));
        canvas.put(area.x + 1, drawn.bottom, width, outside, muted);
        drawn.bottom += 1;
    }
    if drawn.untold.is_empty() || drawn.bottom >= area.bottom() {
        return;
    }
    drawn.untold.dedup();
    let mut all = Phrase::new();
    for edge in drawn.untold.iter().map(|edge| &edges[*edge]) {
        if !all.is_empty() {
            all.push(", ", muted);
        }
        all.push(&nodes[edge.from].name, muted);
        all.push(" ▸ ", muted);
        all.push(&nodes[edge.to].name, muted);
        for said in [&edge.above, &edge.label].into_iter().filter(|said| !said.is_empty()) {
            all.push(" ", muted);
            all.extend(said.clone());
        }
    }
    let rows = usize::from(area.bottom() - drawn.bottom);
    for line in all.wrap(usize::from(width), rows) {
        canvas.phrase(area.x + 1, drawn.bottom, width, &line);
        drawn.bottom += 1;
    }
}

/// Which services lie outside of what is in view: `off the screen: gateway, mailer, 3 more`.
fn outside(nodes: &[Node<'_>], drawn: &Drawn, width: usize) -> String {
    let away = |n: &usize| drawn.nodes.iter().all(|(shown, _)| shown != n);
    let names: Vec<&str> = (0..nodes.len()).filter(away).map(|n| nodes[n].name.as_str()).collect();
    let said = |named: usize| {
        let mut parts: Vec<String> = names.iter().take(named).map(|name| (*name).to_owned()).collect();
        if named < names.len() {
            parts.push(format!("{} more", names.len() - named));
        }
        format!("off the screen: {}", parts.join(", "))
    };
    let fits = |named: &usize| crate::domain::text::cells(&said(*named)) <= width;
    let some = (1..=names.len()).rev().find(fits).map(said);
    some.unwrap_or_else(|| {
        format!("off the screen: {}", crate::domain::show::plural(names.len() as u64, "service", "services"))
    })
}

fn in_view(area: Rect, (x, y): Place) -> Option<(u16, u16)> {
    let at = Position { x: u16::try_from(x).ok()?, y: u16::try_from(y).ok()? };
    area.contains(at).then_some((at.x, at.y))
}

/// What the lines and marks mean, in one row.
pub fn legend(canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, full: bool) {
    let muted = canvas.style(Role::Muted);
    let line = |text: &'static str, kind| (text, canvas.style(role(kind)));
    let mut parts = vec![(line("──", Line::Call), if full { "declared and seen" } else { "call" })];
    parts.push((line("╌╌", Line::Queue), "queue"));
    if full {
        parts.push((line("··", Line::Declared), "declared, never seen"));
        parts.push((line("══", Line::Undeclared), "seen, not declared"));
        parts.push((line("━━", Line::Broken), "broken"));
    } else {
        for mark in [Mark::Up, Mark::Slow, Mark::Down, Mark::Missing, Mark::Drained] {
            parts.push(((mark.symbol(), canvas.theme().mark(mark)), mark.word()));
        }
        parts.push(((Mark::Open.symbol(), canvas.theme().mark(Mark::Open)), "breaker open"));
    }
    let mut phrase = Phrase::new();
    for ((glyph, style), word) in parts {
        let next = phrase.cells() + 2 + glyph.chars().count() + 1 + word.len();
        if next > usize::from(width) {
            break;
        }
        phrase.push(if phrase.is_empty() { "" } else { "  " }, muted);
        phrase.push(glyph, style);
        phrase.push(" ", muted);
        phrase.push(word, muted);
    }
    canvas.phrase(x, y, width, &phrase);
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod topology_tests;
