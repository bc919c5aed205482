//! The tree of an opened line: its parts, which of them are folded, where the cursor is, and what goes on from there. How
//! they are drawn is the view's.

mod step;
mod term;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, FixedOffset};

use crate::{
    app::{
        Model, grid,
        msg::Effects,
        navigate,
        screen::{Screen, traces},
        selection::Selection,
    },
    domain::{
        address::Address,
        id::InstanceId,
        log::{BODY, Kind, LogFormat, LogLine, LogSource, Part, Printed, parts},
        show,
        text::Shown,
        time::Moment,
        unfold::Rows,
    },
};
pub(super) use step::page;
pub(in crate::app) use step::{is_open, resized, step};
pub(in crate::app) use term::filter;
pub use term::term;

/// A message of more characters than this stands in the tree too: its row may cut it.
const LONG: usize = 80;
/// A tree of more parts than this begins folded.
const UNFOLDED: usize = 24;
/// Rows of one text at most.
const MOST_ROWS: usize = 2_000;
/// The widest that names are given, in cells.
const NAMES: usize = 28;

/// Why lines cannot be asked for that are like a part.
pub const NO_PART: &str = "Enter opens a line; on one of its parts = shows only lines like it, ! only others.";

/// What is remembered while a line is open.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The part under the cursor, of those that are in sight; `None`: the line itself.
    pub on: Option<usize>,
    /// The row of that part's text, where it is unfolded; `None`: the part's own row.
    pub row: Option<usize>,
    /// Parts that were folded or unfolded by hand.
    turned: BTreeSet<String>,
    /// The rows of texts that are unfolded, and the width of the pane that they are for: no frame lays them out anew.
    laid: (u16, BTreeMap<String, Arc<Rows>>),
}

/// What a part leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nowhere.
    None,
    /// It folds and unfolds: an object, a list, a long text.
    Folds,
    /// To a trace that is held.
    Trace,
    /// To an instance of the registry.
    Instance(InstanceId),
}

/// A part that is in sight.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub part: Part,
    /// Whether what is in it is shown.
    pub open: bool,
    /// It is the last of its own, and so were those above it, from the top on.
    pub last: Vec<bool>,
    /// What `Enter` does.
    pub way: Way,
    /// Not of the line: what Keepwatch knows of it.
    pub own: bool,
    /// Of JSON, which tells texts from numbers.
    pub typed: bool,
    /// What else is known of it.
    pub note: Option<String>,
    /// The rows of a text that is unfolded below its own row.
    pub text: Option<Arc<Rows>>,
}

impl Node {
    /// Its rows: its own, those of its text, and the one that tells what is not among them.
    pub fn rows(&self) -> usize {
        1 + self.text.as_ref().map_or(0, |text| text.rows.len() + usize::from(text.rest < self.part.value.len()))
    }

    /// Whether it is a text that is more than fits behind its name.
    pub fn is_long(&self, place: Place) -> bool {
        let value = &self.part.value;
        let is_branch = matches!(self.part.kind, Kind::Object(_) | Kind::List(_));
        !is_branch && (value.trim_end().contains('\n') || Shown::new(value).cells() > place.room)
    }
}

/// Where the tree stands in a pane of some width.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The cells before it.
    pub indent: u16,
    /// Those of names.
    pub label: usize,
    /// Those of values.
    pub room: usize,
}

/// Where these parts stand in a pane so wide.
pub fn place(nodes: &[Node], width: u16) -> Place {
    let indent = if width >= 110 { 22 } else { 3 }.min(width);
    let deep = |node: &Node| node.part.depth * 3;
    let label = nodes.iter().map(|node| Shown::new(&node.part.name).cells() + deep(node)).max().unwrap_or(0);
    // Where there is little room a name has a third of it.
    let label = label.min(NAMES).min(usize::from(width) / 3);
    let room = usize::from(width.saturating_sub(indent + 1)).saturating_sub(label + 5);
    Place { indent, label, room }
}

/// The cells before a text that is unfolded: branches, and a blank or two.
pub fn before_text(node: &Node) -> usize {
    node.part.depth * 3 + 5
}

/// The parts of an opened line that are in sight, of a pane so wide.
pub fn nodes(model: &Model, line: &LogLine, width: u16) -> Vec<Node> {
    let turned = &model.screens.logs.tree.turned;
    let (mut all, is_json) = parts(line);
    let of_line = all.len();
    let has_body = line.format == LogFormat::Otlp && all.iter().any(|part| part.path == BODY);
    let (typed, is_body) = (is_json || has_body, has_body && *line.raw == *line.message.as_bytes());
    let says = |name: &str, kind, value: String| Part { depth: 0, name: name.into(), path: name.into(), kind, value };
    let long = !is_json && !is_body && (line.message.chars().count() > LONG || line.message.contains('\n'));
    if long {
        all.insert(0, says("message", Kind::Text, line.message.to_string()));
    }
    let of_line = of_line + usize::from(long);
    if let Some(at) = &line.instance {
        all.push(says("instance", Kind::Text, at.text().to_owned()));
    }
    if let Some(date) = date(model, line.at) {
        all.push(says("date", Kind::Text, date));
    }
    let late = line.seen_at.since(line.at);
    if late >= 1_000 {
        all.push(says("known", Kind::Text, format!("{} later", show::age(late as u64))));
    }
    let came = match &line.source {
        LogSource::Otlp => "OTLP",
        LogSource::Stdin => "standard input",
        LogSource::File(path) => path,
    };
    all.push(says("came by", Kind::Text, came.to_owned()));
    let raw = Printed::new(line).raw.into_owned();
    if !raw.is_empty() && raw != *line.message {
        all.push(says("raw", Kind::Text, raw));
    }
    let held = line.trace.map(|trace| model.world.traces.summary(trace));
    if let Some(trace) = line.trace {
        all.push(says("trace", Kind::Text, trace.to_string()));
    }
    let folded = of_line > UNFOLDED;
    let (mut nodes, mut hidden): (Vec<Node>, Option<usize>) = (Vec::new(), None);
    for (place, part) in all.iter().enumerate() {
        if hidden.is_some_and(|depth| part.depth > depth) {
            continue;
        }
        let own = place >= of_line;
        let branch = matches!(part.kind, Kind::Object(n) | Kind::List(n) if n > 0);
        let open = turned.contains(&key(part, own)) != (branch && !folded);
        hidden = (branch && !open).then_some(part.depth);
        let way = match &*part.name {
            _ if branch => Way::Folds,
            "trace" if own && held.as_ref().is_some_and(Option::is_some) => Way::Trace,
            _ => instance(model, line, part, own).map_or(Way::Folds, Way::Instance),
        };
        let above = nodes.iter().rev().find(|node: &&Node| node.part.depth + 1 == part.depth);
        let mut last = above.filter(|_| part.depth > 0).map_or(Vec::new(), |node| node.last.clone());
        let after = all[place + 1..].iter().find(|other| other.depth <= part.depth);
        last.push(after.is_none_or(|other| other.depth < part.depth));
        let note = held.as_ref().filter(|_| own && part.name == "trace").map(|held| match held {
            Some(held) => {
                let spans = show::plural(u64::from(held.spans), "span", "spans");
                format!("{spans}, {}", show::took(held.duration_ns / 1_000))
            }
            None => "not here".to_owned(),
        });
        nodes.push(Node { part: part.clone(), open, last, way, own, typed: typed && !own, note, text: None });
    }
    let (place, laid) = (place(&nodes, width), &model.screens.logs.tree.laid);
    for node in nodes.iter_mut().filter(|node| node.open && node.is_long(place)) {
        let room = usize::from(width.saturating_sub(place.indent + 1)).saturating_sub(before_text(node));
        let known = laid.1.get(&key(&node.part, node.own)).filter(|_| laid.0 == width);
        let rows = || Arc::new(Rows::of(&node.part.value, room, MOST_ROWS));
        node.text = Some(known.cloned().unwrap_or_else(rows));
    }
    nodes
}

/// The same of the pane that is on the screen.
fn in_sight(model: &Model, line: &LogLine) -> Vec<Node> {
    nodes(model, line, grid::frame(model.size).body.width)
}

/// The day and the time, in the zone that is shown, of what is not of today.
fn date(model: &Model, at: Moment) -> Option<String> {
    let zone = FixedOffset::east_opt(model.setup.utc_offset)?;
    let local = |at: Moment| DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&zone);
    let now = model.hold.as_ref().map_or(model.now, |hold| hold.since);
    show::day(&local(at), &local(now))?;
    Some(local(at).format("%a %Y-%m-%d %H:%M:%S%.3f %:z").to_string())
}

fn key(part: &Part, own: bool) -> String {
    format!("{}{}", if own { "\n" } else { "" }, part.path)
}

/// The instance that a part names: the line's own, or the one registered at an address.
fn instance(model: &Model, line: &LogLine, part: &Part, own: bool) -> Option<InstanceId> {
    let registry = &model.world.registry;
    if own && part.name == "instance" {
        let address = line.instance.clone()?;
        let service = match &line.service {
            Some(name) => registry.known_as(name),
            None => registry.owner(&address)?.clone(),
        };
        let id = InstanceId { service, address };
        let there = registry.at(&id.service, &id.address).next().is_some();
        return there.then_some(id);
    }
    let is_host = part.kind == Kind::Text && part.value.len() < 100 && part.value.contains(':') && !own;
    let address: Address = part.value.trim().parse().ok().filter(|_| is_host)?;
    let mut all = registry.services().flat_map(|service| service.registered().map(move |(slot, _)| (service, slot)));
    let (service, _) = all.find(|(_, slot)| slot.address() == Some(&address))?;
    Some(InstanceId { service: service.id.name.clone(), address })
}

/// The part under the cursor.
fn under(model: &Model) -> Option<(LogLine, Node)> {
    let state = &model.screens.logs;
    let at = state.tree.on.filter(|_| state.open)?;
    let line = super::line(model)?;
    let node = in_sight(model, &line).into_iter().nth(at)?;
    Some((line, node))
}

/// `Enter` on a part: folds it, or goes where it leads. `None`: the cursor is on no part.
pub(super) fn open(model: &mut Model) -> Option<Effects> {
    let (line, node) = under(model)?;
    Some(match (node.way, line.trace) {
        (Way::Trace, Some(id)) => traces::show(model, id, true),
        (Way::Instance(id), _) => {
            let mut effects = navigate::open(model, Screen::Balancer);
            effects.extend(navigate::select(model, Selection::Instance(id)));
            effects
        }
        _ => {
            turn(model, &key(&node.part, node.own));
            Effects::new()
        }
    })
}

/// Unfolds (`by` = 1) or folds (-1) the part under the cursor; a folded part's cursor goes to what it lies in.
pub(in crate::app) fn fold(model: &mut Model, by: isize) {
    let Some((line, node)) = under(model) else { return };
    if node.open == (by < 0) {
        turn(model, &key(&node.part, node.own));
    } else if by < 0 && node.part.depth > 0 {
        let at = model.screens.logs.tree.on.unwrap_or(0);
        let above = in_sight(model, &line).iter().take(at).rposition(|other| other.part.depth < node.part.depth);
        (model.screens.logs.tree.on, model.screens.logs.tree.row) = (above, None);
    }
}

fn turn(model: &mut Model, key: &str) {
    let tree = &mut model.screens.logs.tree;
    tree.row = None;
    if !tree.turned.remove(key) {
        tree.turned.insert(key.to_owned());
    }
    if let Some(line) = super::line(model) {
        let nodes = in_sight(model, &line);
        keep(model, &nodes);
    }
}

/// Keeps the rows of the texts that are unfolded.
fn keep(model: &mut Model, nodes: &[Node]) {
    let width = grid::frame(model.size).body.width;
    let texts = nodes.iter().filter_map(|node| Some((key(&node.part, node.own), node.text.clone()?)));
    model.screens.logs.tree.laid = (width, texts.collect());
}

/// The value of the part under the cursor.
pub(super) fn copied(model: &Model) -> Option<String> {
    under(model).map(|(_, node)| node.part.value)
}
