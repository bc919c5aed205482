//! An opened line: its parts as a tree, types kept, what was outside shown escaped, secrets masked; on the part under the
//! cursor the keys that go on from there.

use ratatui::layout::Rect;

use crate::{
    app::{
        Model,
        screen::logs::{
            self as state,
            tree::{Node, Place, Way, before_text, nodes},
        },
    },
    command::Command,
    domain::{
        log::{Kind, LogLine},
        show,
        text::Shown,
        unfold,
    },
    theme::Role,
    ui::widget::{Canvas, Phrase},
};

/// The beginning of a text of many lines tells nothing in fewer cells.
const LEAST_BEGINNING: usize = 8;

/// The tree of the opened line. Only rows that are drawn are made.
pub(super) struct Tree {
    line: LogLine,
    nodes: Vec<Node>,
    place: Place,
    on: Option<usize>,
    row: Option<usize>,
    /// The part under the cursor on its own row: what it says and what can be done with it, in a row or two.
    here: Vec<Phrase<'static>>,
}

/// Rows that are not in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    /// Above those that are.
    pub above: usize,
    /// Below.
    pub below: usize,
}

impl Tree {
    /// That of the line under the cursor, in a pane so wide.
    pub(super) fn new(canvas: &Canvas<'_>, model: &Model, width: u16) -> Option<Tree> {
        let line = state::line(model)?;
        let nodes = nodes(model, &line, width);
        let place = state::tree::place(&nodes, width);
        let (on, row) = (model.screens.logs.tree.on, model.screens.logs.tree.row);
        let mut tree = Tree { line, nodes, place, on, row, here: Vec::new() };
        if let (Some(node), None) = (on.and_then(|on| tree.nodes.get(on)), row) {
            let hint = hint(canvas, model, &tree.line, node, place);
            tree.here = value(canvas, node, place, hint, true);
        }
        Some(tree)
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        (0..self.nodes.len()).map(|node| self.rows_of(node)).sum()
    }

    /// The rows of a part, its hint's among them.
    fn rows_of(&self, node: usize) -> usize {
        self.nodes[node].rows() + self.own_rows(node) - 1
    }

    /// Those of them that are no rows of its text.
    fn own_rows(&self, node: usize) -> usize {
        if self.on == Some(node) { self.here.len().max(1) } else { 1 }
    }

    /// The first row that is drawn where there is room for `height`: the cursor is among them.
    fn top(&self, height: usize) -> usize {
        let on = self.on.filter(|on| *on < self.nodes.len());
        let below = on.map_or(0, |on| {
            let above: usize = (0..on).map(|node| self.rows_of(node)).sum();
            let row = self.row.map_or(0, |row| row + 1).min(self.rows_of(on) - self.own_rows(on));
            above + self.own_rows(on) + row
        });
        below.max(1).saturating_sub(height).min(self.len().saturating_sub(height))
    }

    /// What is not in sight where there is room for `height`; `None`: all is.
    pub(super) fn hidden(&self, height: usize) -> Option<Hidden> {
        let (above, len) = (self.top(height), self.len());
        (len > height).then(|| Hidden { above, below: (len - above).saturating_sub(height) })
    }

    /// Draws as much of it as there is room for, the part under the cursor among it, and returns the first row below.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let top = self.top(usize::from(area.height));
        let indent = area.x + self.place.indent;
        let (mut y, mut before) = (area.y, 0);
        for place in 0..self.nodes.len() {
            let rows = self.rows_of(place);
            for row in top.saturating_sub(before)..rows {
                if y >= area.bottom() {
                    return y;
                }
                let (at, own) = (Rect { y, height: 1, ..area }, self.own_rows(place));
                let in_text = row.checked_sub(own);
                // Where the text has fewer rows than it had, as after a resize, the cursor is at its last.
                let marked = self.row.filter(|_| rows > own).map(|marked| marked.min(rows - own - 1));
                let here = self.on == Some(place) && marked == in_text;
                canvas.tint(at, canvas.style(if here { Role::Select } else { Role::Surface }));
                let phrase = self.row(canvas, place, row);
                canvas.phrase(indent, y, area.right().saturating_sub(indent + 1), &phrase);
                if here {
                    canvas.tint(at, canvas.style(Role::Select));
                }
                y += 1;
            }
            before += rows;
        }
        y
    }

    /// A row of a part.
    fn row(&self, canvas: &Canvas<'_>, place: usize, row: usize) -> Phrase<'static> {
        let node = &self.nodes[place];
        if let Some(row) = row.checked_sub(self.own_rows(place)) {
            return text_row(canvas, node, row);
        }
        let mut whole = trunk(canvas, node, row == 0, self.place.label);
        let said = match self.here.get(row).filter(|_| self.on == Some(place)) {
            Some(said) => said.clone(),
            None => value(canvas, node, self.place, lead(canvas, node), false).into_iter().next().unwrap_or_default(),
        };
        whole.extend(said);
        whole
    }
}

/// A row of a text that is unfolded, or what is not among them.
fn text_row(canvas: &Canvas<'_>, node: &Node, row: usize) -> Phrase<'static> {
    let mut branches = branches(node, false);
    branches.push_str(&" ".repeat(before_text(node).saturating_sub(Shown::new(&branches).cells())));
    let whole = Phrase::of(branches, canvas.style(Role::Line2));
    let (value, Some(text)) = (&node.part.value, &node.text) else { return whole };
    if row < text.rows.len() {
        return whole.with(text.shown(value, row), canvas.style(Role::Text));
    }
    let rest = value.get(text.rest..).unwrap_or_default().trim_end();
    let more = match unfold::lines(rest) {
        1 => show::plural(rest.chars().count() as u64, "character more", "characters more"),
        lines => show::plural(lines as u64, "line more", "lines more"),
    };
    whole.with(format!("and {more}, which are not shown"), canvas.style(Role::Warn))
}

/// The branches before a part; before further rows of one only what goes on.
fn branches(node: &Node, first: bool) -> String {
    let mut branches = String::new();
    let (own, above) = node.last.split_last().unwrap_or((&true, &[]));
    above.iter().for_each(|last| branches.push_str(if *last { "   " } else { "│  " }));
    branches.push_str(match (first, own) {
        (true, true) => "└─ ",
        (true, false) => "├─ ",
        (false, true) => "   ",
        (false, false) => "│  ",
    });
    branches
}

/// The branches before a part and its name; of further rows of one part only the branches.
fn trunk(canvas: &Canvas<'_>, node: &Node, first: bool, label: usize) -> Phrase<'static> {
    let (line2, muted) = (canvas.style(Role::Line2), canvas.style(Role::Muted));
    let room = label.saturating_sub(node.part.depth * 3).max(4);
    let name = if first { Shown::within(&node.part.name, room).into_owned() } else { Shown::new("") };
    let gap = (room + 2).saturating_sub(name.cells());
    Phrase::of(branches(node, first), line2).with(name, muted).with(" ".repeat(gap), muted)
}

/// What a part says on its own row, or on two with what can be done with it. `here`: the cursor is on it.
fn value(canvas: &Canvas<'_>, node: &Node, place: Place, hint: Phrase<'static>, here: bool) -> Vec<Phrase<'static>> {
    let room = place.room;
    let (text, muted, strong) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Strong));
    let part = &node.part;
    let fold = if node.open { "▾ " } else { "▸ " };
    let ink = match part.kind {
        Kind::Number => strong,
        Kind::Bool | Kind::Null => muted,
        _ => text,
    };
    let left = room.saturating_sub(if hint.is_empty() { 0 } else { hint.cells() + 2 }).max(room / 3);
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
        // Its rows stand below.
        _ if node.text.is_some() => Phrase::of(fold, muted).with(many(&part.value), muted),
        _ if unfold::lines(&part.value) > 1 => {
            let first = part.value.trim_start().lines().next().unwrap_or_default().replace('\t', " ");
            let said = Phrase::of(fold, muted).with(many(&part.value), muted);
            match left.saturating_sub(said.cells() + 2) {
                0..LEAST_BEGINNING => said,
                free => said.with("  ", muted).with(Shown::within(&first, free).into_owned(), ink),
            }
        }
        // A text that looks like something else is told apart from it.
        Kind::Text if node.typed && is_like_another(&part.value) => {
            Phrase::of("\"", muted).with(Shown::new(&part.value).into_owned(), ink).with("\"", muted)
        }
        _ => Phrase::of(Shown::new(&part.value).into_owned(), ink),
    };
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

/// How much a text is.
fn many(text: &str) -> String {
    match unfold::lines(text) {
        1 => show::plural(text.chars().count() as u64, "character", "characters"),
        lines => show::plural(lines as u64, "line", "lines"),
    }
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
fn hint(canvas: &Canvas<'_>, model: &Model, line: &LogLine, node: &Node, place: Place) -> Phrase<'static> {
    let (key, muted) = (canvas.style(Role::Key), canvas.style(Role::Muted));
    let mut hint = lead(canvas, node);
    let mut add = |command: Command, what: &str| {
        if let Some(press) = model.setup.keys.keys(command).first() {
            hint.push(if hint.is_empty() { "" } else { "  " }, muted);
            hint.push(press.to_string(), key);
            hint.push(format!(" {what}"), muted);
        }
    };
    let folds = matches!(node.part.kind, Kind::Object(n) | Kind::List(n) if n > 0) || node.is_long(place);
    if folds && node.way == Way::Folds {
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
