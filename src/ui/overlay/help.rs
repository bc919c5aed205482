//! The help: the whole command table from the live keymap, by heading, and what the marks mean.

use ratatui::layout::Rect;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::{Model, applies},
    command::{Group, TABLE},
    theme::{Mark, Role},
    ui::widget::{
        canvas::{Align, Canvas},
        page::{Cell, Page, fold},
        phrase::Phrase,
    },
};

/// Cells between two columns.
const GAP: u16 = 3;
/// Cells that keys take.
const KEYS: u16 = 14;
/// The narrowest column that reads well.
const COLUMN: u16 = 48;

/// A line of a column: at the left a key or mark, and beside it what it does; a heading has no left part.
type Line = (Phrase<'static>, Phrase<'static>, bool);

/// Draws it, from its line `top` on.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, top: usize) -> Drawn {
    let width = inner_width(body, 160);
    let columns = (usize::from((width + GAP) / (COLUMN + GAP))).clamp(1, 3);
    let each = (width - GAP * (columns as u16 - 1).min(width)) / columns as u16;
    let blocks = blocks(canvas, model, each);
    let mut page = Page::new(width);
    let mut columns = flow(blocks, columns);
    if let Some(last) = columns.last_mut() {
        if !last.is_empty() {
            last.push((Phrase::new(), Phrase::new(), false));
        }
        last.extend(filters(canvas, each));
    }
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..longest {
        let mut cells = Vec::new();
        for (n, column) in columns.iter().enumerate() {
            let Some((left, right, heading)) = column.get(row) else { continue };
            let x = n as u16 * (each + GAP);
            if *heading {
                let used = right.cells() as u16 + 1;
                cells.push((x, each, Cell::Text(right.clone(), Align::Left)));
                let line = "─".repeat(usize::from(each.saturating_sub(used)));
                let line = Phrase::of(line, canvas.style(Role::Line));
                cells.push((x + used, each.saturating_sub(used), Cell::Text(line, Align::Left)));
            } else {
                cells.push((x, KEYS - 1, Cell::Text(left.clone(), Align::Left)));
                cells.push((x + KEYS, each.saturating_sub(KEYS), Cell::Text(right.clone(), Align::Left)));
            }
        }
        page.cells(cells);
    }
    let mut foot = Page::new(width);
    foot.rule();
    let close = [("j k", "scroll"), ("Esc", "close")];
    let mut line = keys(canvas, &close);
    let grey = "    (grey) does not act here, and says why when pressed";
    line.push(grey, canvas.style(Role::Muted));
    let printed = "    keepwatch keys prints this table";
    if line.cells() + printed.len() <= usize::from(width) {
        line.push(printed, canvas.style(Role::Muted));
    }
    foot.cells(vec![(0, width, Cell::Text(line, Align::Left))]);
    let title = Phrase::of("Help", canvas.style(Role::Strong));
    let standing = Phrase::of("keys of the file's `keys:` are shown as they are", canvas.style(Role::Muted));
    sheet(
        canvas,
        model,
        body,
        &Sheet { title, standing, bad: false, head: Page::new(0), page, foot, top, about_row: false },
    )
}

/// Headings with their lines, wrapped to the column's width.
fn blocks(canvas: &Canvas<'_>, model: &Model, each: u16) -> Vec<Vec<Line>> {
    let (strong, text, key) = (canvas.style(Role::Strong), canvas.style(Role::Text), canvas.style(Role::Key));
    let muted = canvas.style(Role::Muted);
    let room = usize::from(each.saturating_sub(KEYS)).max(8);
    let mut blocks = Vec::new();
    for group in Group::ALL {
        let mut lines: Vec<Line> = vec![(Phrase::new(), Phrase::of(group.title(), strong), true)];
        for row in TABLE.iter().filter(|row| row.group == group) {
            let bound = model.setup.keys.keys(row.command);
            let first = bound.first().map_or_else(|| format!(":{}", row.name), ToString::to_string);
            let both = bound.get(1).map(|second| format!("{first} {second}"));
            let shown = both.filter(|both| both.len() < usize::from(KEYS)).unwrap_or_else(|| first.clone());
            let idle = applies::idle(model, row.command).is_some();
            let in_brackets = format!("({shown})");
            let (shown, ink, told) = match idle {
                true if in_brackets.len() < usize::from(KEYS) => (in_brackets, muted, muted),
                true => (format!("({first})"), muted, muted),
                false => (shown, key, text),
            };
            push(&mut lines, Phrase::of(shown, ink), &Phrase::of(row.doc, told), room);
        }
        blocks.push(lines);
    }
    if !model.setup.extras.is_empty() {
        let mut lines: Vec<Line> = vec![(Phrase::new(), Phrase::of("Of this demo", strong), true)];
        for (name, argument, doc) in &model.setup.extras {
            let doc = format!("{argument} {doc}");
            push(&mut lines, Phrase::of(format!(":{name}"), key), &Phrase::of(doc.trim().to_owned(), text), room);
        }
        blocks.push(lines);
    }
    let mut lines: Vec<Line> = vec![(Phrase::new(), Phrase::of("Marks", strong), true)];
    for (mark, word) in MARKS {
        let left = Phrase::of(mark.symbol(), canvas.theme().mark(*mark));
        push(&mut lines, left, &Phrase::of(*word, text), room);
    }
    blocks.push(lines);
    let mut lines: Vec<Line> = vec![(Phrase::new(), Phrase::of("Numbers", strong), true)];
    for (left, word) in WINDOWS {
        push(&mut lines, Phrase::of(*left, text), &Phrase::of(*word, text), room);
    }
    blocks.push(lines);
    blocks
}

/// What can be typed into a filter: behind everything else, so that the keys stand on the first page.
fn filters(canvas: &Canvas<'_>, each: u16) -> Vec<Line> {
    let (text, strong) = (canvas.style(Role::Text), canvas.style(Role::Strong));
    let room = usize::from(each.saturating_sub(KEYS)).max(8);
    let mut lines: Vec<Line> = vec![(Phrase::new(), Phrase::of("Filters of logs and traces", strong), true)];
    for (left, word) in FILTERS {
        push(&mut lines, Phrase::of(*left, text), &Phrase::of(*word, text), room);
    }
    lines
}

/// The language of filters, its parts by what they begin with; where lines and traces differ it says so.
const FILTERS: &[(&str, &str)] = &[
    ("word", "said anywhere; \"two words\", /pattern/"),
    ("!", "turns a part round; traces: no span"),
    ("service:", "a, b or c*; traces: a part is enough"),
    ("instance:", "address, host, :port; traces: a part"),
    ("trace:", "the beginning of an id; span: too"),
    ("field=5..", "a field or an attribute, a pattern"),
    ("field>=10", "as a number; times: 200ms, 1.5s"),
    ("level>=warn", "lines: from there on; level:warn, alone"),
    ("source:", "lines: file, otlp, stdin; format: shape"),
    ("operation:", "traces: a part of a span's name"),
    ("status:", "504, 5xx; traces: error, ok: no span failed"),
    ("duration>1s", "traces: how long the whole took"),
    ("key:value", "lines: text; traces: an attribute, too"),
];

/// The seconds that a number is of.
const WINDOWS: &[(&str, &str)] =
    &[("10 s", "rates, and shares as seen"), ("1 min", "p95 and errors"), ("2 min", "graphs and lanes")];

/// Every mark that a screen uses, in words.
const MARKS: &[(Mark, &str)] = &[
    (Mark::Up, "up"),
    (Mark::Slow, "slow, degraded, starting"),
    (Mark::Down, "down: it says so itself"),
    (Mark::Ghost, "ghost: registered, but nobody listens there"),
    (Mark::NoAnswer, "no answer: cannot be reached"),
    (Mark::Missing, "missing: expected, not registered"),
    (Mark::Unknown, "not known, never answered"),
    (Mark::Drained, "drained, by a person"),
    (Mark::DrainLost, "DRAIN LOST: the registry forgot it"),
    (Mark::Open, "breaker open: calls are refused"),
    (Mark::HalfOpen, "breaker half-open, probing"),
    (Mark::Forced, "breaker forced open, by a person"),
    (Mark::Disagree, "opinions differ"),
];

fn push(lines: &mut Vec<Line>, left: Phrase<'static>, right: &Phrase<'static>, room: usize) {
    for (n, part) in fold(right, room).into_iter().enumerate() {
        lines.push((if n == 0 { left.clone() } else { Phrase::new() }, part, false));
    }
}

/// Spreads blocks over columns, in their order, each column about as long as the others; long blocks go on in the next.
fn flow(blocks: Vec<Vec<Line>>, columns: usize) -> Vec<Vec<Line>> {
    let total: usize = blocks.iter().map(|b| b.len() + 1).sum();
    let target = total.div_ceil(columns);
    let mut all: Vec<Vec<Line>> = vec![Vec::new()];
    let count = |all: &Vec<Vec<Line>>| all.len();
    for block in blocks {
        if let Some(last) = all.last_mut()
            && !last.is_empty()
        {
            last.push((Phrase::new(), Phrase::new(), false));
        }
        for line in block {
            let full = all.last().is_some_and(|column| column.len() >= target);
            // A heading is not left alone at the end of a column.
            let alone = line.2 && all.last().is_some_and(|column| column.len() + 2 >= target);
            if (full || alone) && count(&all) < columns {
                all.push(Vec::new());
            }
            if let Some(last) = all.last_mut() {
                last.push(line);
            }
        }
    }
    all
}
