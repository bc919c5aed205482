//! An opened line: its parts as a tree, types kept, what was outside shown escaped, secrets masked; on the part under the
//! cursor the keys that go on from there.

use ratatui::layout::Rect;

use crate::{
    app::{
        Model,
        screen::logs::{
            self as state,
            tree::{Node, Way, nodes},
        },
    },
    command::Command,
    domain::{
        log::{Kind, LogLine},
        show,
        text::Shown,
    },
    theme::Role,
    ui::widget::{Canvas, Phrase},
};

/// The widest that names are given, in cells.
const NAMES: usize = 28;
/// Rows of one long value at most.
const LONG: usize = 12;

/// A row of the tree.
pub(super) struct Row {
    phrase: Phrase<'static>,
    /// The part that it shows.
    node: usize,
}

/// The rows of the tree of the opened line.
pub(super) fn rows(canvas: &Canvas<'_>, model: &Model, width: u16) -> Vec<Row> {
    let Some(line) = state::line(model) else { return Vec::new() };
    let nodes = nodes(model, &line);
    let on = model.screens.logs.tree.on;
    let indent = indent(width);
    let deep = |node: &Node| node.part.depth * 3;
    let label = nodes.iter().map(|node| Shown::new(&node.part.name).cells() + deep(node)).max().unwrap_or(0);
    // Where there is little room a name has a third of it.
    let label = label.min(NAMES).min(usize::from(width) / 3);
    let mut rows = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        let room = usize::from(width.saturating_sub(indent + 1)).saturating_sub(label + 5);
        let hint = if on == Some(place) { hint(canvas, model, &line, node) } else { lead(canvas, node) };
        for (at, phrase) in value(canvas, node, room, hint, on == Some(place)).into_iter().enumerate() {
            let mut whole = trunk(canvas, node, at == 0, label);
            whole.extend(phrase);
            rows.push(Row { phrase: whole, node: place });
        }
    }
    rows
}

fn indent(width: u16) -> u16 {
    if width >= 110 { 22 } else { 3 }.min(width)
}

/// Draws as much of it as there is room for, the part under the cursor among it, and returns the first row below.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, rows: &[Row]) -> u16 {
    let on = model.screens.logs.tree.on;
    let height = usize::from(area.height);
    let last = on.and_then(|on| rows.iter().rposition(|row| row.node == on)).unwrap_or(0);
    let top = (last + 1).saturating_sub(height).min(rows.len().saturating_sub(height));
    let indent = area.x + indent(area.width);
    let mut y = area.y;
    for row in rows.iter().skip(top).take(height) {
        let place = Rect { y, height: 1, ..area };
        let here = on == Some(row.node);
        canvas.tint(place, canvas.style(if here { Role::Select } else { Role::Surface }));
        canvas.phrase(indent, y, area.right().saturating_sub(indent + 1), &row.phrase);
        if here {
            canvas.tint(place, canvas.style(Role::Select));
        }
        y += 1;
    }
    y
}

/// The branches before a part and its name; of further rows of one part only the branches.
fn trunk(canvas: &Canvas<'_>, node: &Node, first: bool, label: usize) -> Phrase<'static> {
    let (line2, muted) = (canvas.style(Role::Line2), canvas.style(Role::Muted));
    let mut branches = String::new();
    let (own, above) = node.last.split_last().unwrap_or((&true, &[]));
    above.iter().for_each(|last| branches.push_str(if *last { "   " } else { "│  " }));
    branches.push_str(match (first, own) {
        (true, true) => "└─ ",
        (true, false) => "├─ ",
        (false, true) => "   ",
        (false, false) => "│  ",
    });
    let room = label.saturating_sub(node.part.depth * 3).max(4);
    let name = if first { Shown::within(&node.part.name, room).into_owned() } else { Shown::new("") };
    let gap = (room + 2).saturating_sub(name.cells());
    Phrase::of(branches, line2).with(name, muted).with(" ".repeat(gap), muted)
}

/// What a part says, in as many rows as it takes. `here`: the cursor is on it.
fn value(canvas: &Canvas<'_>, node: &Node, room: usize, hint: Phrase<'static>, here: bool) -> Vec<Phrase<'static>> {
    let (text, muted, strong) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Strong));
    let part = &node.part;
    let fold = if node.open { "▾ " } else { "▸ " };
    let ink = match part.kind {
        Kind::Number => strong,
        Kind::Bool | Kind::Null => muted,
        _ => text,
    };
    let said = match part.kind {
        Kind::Object(0) => Phrase::of("{}", muted),
        Kind::List(0) => Phrase::of("[]", muted),
        Kind::Object(n) | Kind::List(n) => {
            let many = if matches!(part.kind, Kind::Object(_)) {
                show::plural(n as u64, "key", "keys")
            } else {
                show::plural(n as u64, "value", "values")
            };
            let mut said = Phrase::of(fold, muted).with(many, muted);
            if !node.open {
                said = said.with("  ", muted).with(Shown::within(&part.value, room).into_owned(), muted);
            }
            said
        }
        // A text that looks like something else is told apart from it.
        Kind::Text if node.typed && is_like_another(&part.value) => {
            Phrase::of("\"", muted).with(Shown::new(&part.value).into_owned(), ink).with("\"", muted)
        }
        _ => Phrase::of(Shown::new(&part.value).into_owned(), ink),
    };
    let branch = matches!(part.kind, Kind::Object(_) | Kind::List(_));
    if !branch && node.open && said.cells() > room {
        let mut rows = said.wrap(room, LONG);
        rows.push(hint);
        rows.retain(|row| !row.is_empty());
        return rows;
    }
    let left = room.saturating_sub(if hint.is_empty() { 0 } else { hint.cells() + 2 }).max(room / 3);
    if said.cells() > left && said.cells() <= room {
        // What it says is worth more than what can be done with it, and that than a row.
        return if here { vec![said, hint] } else { vec![said] };
    }
    let mut row = said.elide_middle(left);
    // What is known besides stands there where it does not take from what is said.
    if let Some(note) = node.note.as_ref().filter(|note| said.cells() + Shown::new(note).cells() + 2 <= left) {
        row = row.with(format!("  {note}"), muted);
    }
    if !hint.is_empty() {
        row = row.with("  ", muted);
        row.extend(hint);
    }
    vec![row]
}

fn is_like_another(text: &str) -> bool {
    text.parse::<f64>().is_ok() || matches!(text, "" | "true" | "false" | "null")
}

/// Where a part leads to, said of all of them.
fn lead(canvas: &Canvas<'_>, node: &Node) -> Phrase<'static> {
    match node.way {
        Way::Trace | Way::Instance(_) => {
            let what = if node.way == Way::Trace { " open" } else { " go" };
            Phrase::of("Enter", canvas.style(Role::Key)).with(what, canvas.style(Role::Muted))
        }
        Way::None | Way::Folds => Phrase::new(),
    }
}

/// What can be done with the part under the cursor.
fn hint(canvas: &Canvas<'_>, model: &Model, line: &LogLine, node: &Node) -> Phrase<'static> {
    let (key, muted) = (canvas.style(Role::Key), canvas.style(Role::Muted));
    let mut hint = lead(canvas, node);
    let mut add = |command: Command, what: &str| {
        if let Some(press) = model.setup.keys.keys(command).first() {
            hint.push(if hint.is_empty() { "" } else { "  " }, muted);
            hint.push(press.to_string(), key);
            hint.push(format!(" {what}"), muted);
        }
    };
    if matches!(node.part.kind, Kind::Object(n) | Kind::List(n) if n > 0) {
        add(Command::Open, if node.open { "fold" } else { "unfold" });
    }
    if state::tree::term(line, node).is_some() {
        add(Command::Only, "only these");
        add(Command::Without, "without");
    }
    add(Command::Copy, "copy");
    if node.typed {
        hint.push(format!("  {}", node.part.kind.word()), muted);
    }
    hint
}
