//! What of the Model the picture shows: a node for each service that has a place, an edge for each call between two of
//! them. Not where anything stands: places are remembered in the Model, cells are the widget's.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{counted, inside};
use crate::{
    app::{Model, msg::Hit, selection::Selection},
    domain::{
        circuit::CircuitState,
        fit, show,
        text::Shown,
        topology::{At, Slot},
    },
    insight::{cluster::Summary, edge, status::Mark as Status},
    theme::{Mark, Role},
    ui::{
        say,
        widget::{
            canvas::Canvas,
            phrase::Phrase,
            topology::{Edge, Fold, Line, Node, topology},
        },
    },
};

/// Everything that the widget draws.
pub(super) struct Picture<'m> {
    nodes: Vec<Part<'m>>,
    edges: Vec<Edge<'m>>,
    /// What is folded.
    pub(super) folds: Vec<Fold<'m>>,
    /// Services that are folded.
    folded: usize,
    /// Calls that are known and not drawn: faint or never seen.
    faint: usize,
    strangers: Vec<Arc<str>>,
    pane: bool,
    /// Whether any call was seen.
    pub(super) traffic: bool,
}

/// A node and what it borrows.
struct Part<'m> {
    slot: Slot,
    summary: &'m Summary,
    marks: Vec<Mark>,
    instances: Vec<(Phrase<'m>, Phrase<'m>)>,
    trend: Vec<Option<f64>>,
    usual: f64,
    note: Phrase<'m>,
    rate: Phrase<'m>,
    p95: Phrase<'m>,
    border: Role,
    quiet: bool,
    selected: bool,
}

impl<'m> Picture<'m> {
    /// Of the Model as it is; in a pane calls that are faint are left out, and instances are marks.
    pub(super) fn new(canvas: &Canvas<'_>, model: &'m Model, pane: bool) -> Self {
        let map = &model.screens.topology.map;
        let cursor = cursor(model, pane);
        let mut names: Vec<&str> = Vec::new();
        let mut nodes = Vec::new();
        for (name, slot) in map.slots.iter() {
            let Ok(at) = model.cluster.services.binary_search_by(|s| (*s.id.name).cmp(name)) else { continue };
            let mut summary = &model.cluster.services[at];
            if !summary.id.layout.explained() {
                let other = model.cluster.services.iter().find(|s| &*s.id.name == name && s.id.layout.explained());
                let Some(other) = other else { continue };
                summary = other;
            }
            let selected = cursor == Some(At::Service(name.to_owned()));
            names.push(name);
            nodes.push(part(canvas, model, summary, slot, selected, pane));
        }
        let traffic = model.cluster.edges.iter().any(|e| e.observed);
        let mut faint = 0;
        let mut edges = Vec::new();
        for edge in &model.cluster.edges {
            let place = |name: &str| names.binary_search(&name).ok();
            let (Some(from), Some(to)) = (place(&edge.from), place(&edge.to)) else { continue };
            if from == to {
                continue;
            }
            let weak = edge.flow.as_ref().is_none_or(|flow| flow.faint());
            // Whatever is selected: else what is drawn would make room for what was not, and move.
            if pane && traffic && weak && !edge.broken() {
                faint += 1;
                continue;
            }
            let selected = matches!(&cursor, Some(At::Call(a, b)) if **a == *edge.from && **b == *edge.to);
            edges.push(line(canvas, model, edge, (from, to), selected));
        }
        let folds = map.folded.groups.iter().map(|group| Fold {
            layer: group.layer,
            name: Shown::new(&group.name),
            services: group.members.len(),
            instances: group.instances,
        });
        Picture {
            nodes,
            edges,
            folds: folds.collect(),
            folded: map.folded.services(),
            faint,
            strangers: map.strangers.clone(),
            pane,
            traffic,
        }
    }

    /// Whether no service is drawn.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What the rule says at its right: what is drawn and what is not.
    pub(super) fn left_out(&self, canvas: &Canvas<'_>, width: u16) -> Phrase<'static> {
        let mut parts = Vec::new();
        if self.folded > 0 {
            let drawn = show::count(self.nodes.len() as u64);
            parts.push(format!("drawn {drawn} · folded {} healthy", show::count(self.folded as u64)));
            if !self.pane {
                parts.push("no problem is hidden".to_owned());
            }
        } else if !self.pane && !self.nodes.is_empty() {
            let (services, calls) =
                (counted(self.nodes.len(), "service", "services"), counted(self.edges.len(), "call", "calls"));
            parts.push(format!("{services}, {calls}, all drawn"));
        }
        if self.faint > 0 {
            parts.push(format!("{} not drawn", counted(self.faint, "faint call", "faint calls")));
        }
        if !self.traffic && !self.edges.is_empty() {
            parts.push("no trace yet".to_owned());
        }
        // The name at the left and what it is narrowed to keep their room, and who calls without being registered is told at
        // every width: nothing else tells of them.
        let room = usize::from(width).saturating_sub(40);
        let told: Vec<Option<String>> = match told(&self.strangers, room) {
            none if none.is_empty() => vec![None],
            told => told.into_iter().map(Some).collect(),
        };
        let least = usize::from(told == [None]).min(parts.len());
        let forms: Vec<String> = (least..=parts.len())
            .rev()
            .flat_map(|count| told.iter().map(move |told| (count, told)))
            .map(|(count, told)| parts[..count].iter().chain(told).map(String::as_str).collect::<Vec<_>>().join(" · "))
            .collect();
        let form = forms.iter().find(|form| form.chars().count() <= room).or(forms.last());
        Phrase::of(form.cloned().unwrap_or_default(), canvas.style(Role::Muted))
    }

    /// Draws it.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let mut nodes: Vec<Node<'_>> = self.nodes.iter().map(Part::node).collect();
        // What hurts is looked for before what is only weak.
        if nodes.iter().any(|node| node.border == Role::Bad) {
            nodes.iter_mut().for_each(|node| node.wanted = node.border == Role::Bad);
        }
        let drawn = topology(canvas, area, &nodes, &self.edges, &self.folds);
        let name = |node: usize| self.nodes[node].summary.id.name.to_string();
        for (edge, place) in drawn.labels {
            canvas.spot(place, || {
                let edge = &self.edges[edge];
                Hit::Node(At::Call(name(edge.from), name(edge.to)))
            });
        }
        for (node, place) in drawn.nodes {
            canvas.spot(place, || Hit::Node(At::Service(name(node))));
        }
    }
}

impl Part<'_> {
    fn node(&self) -> Node<'_> {
        Node {
            slot: self.slot,
            name: Shown::new(&self.summary.short),
            marks: &self.marks,
            rate: self.rate.clone(),
            p95: self.p95.clone(),
            trend: &self.trend,
            usual: self.usual,
            instances: &self.instances,
            note: self.note.clone(),
            border: self.border,
            quiet: self.quiet,
            selected: self.selected,
            wanted: matches!(self.border, Role::Bad | Role::Warn),
        }
    }
}

/// Who is called or calls without being registered, in words, the most of them first.
fn told(strangers: &[Arc<str>], room: usize) -> Vec<String> {
    let [first, others @ ..] = strangers else { return Vec::new() };
    let first = fit::elide_middle(Shown::new(first), room.saturating_sub(15).max(8));
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let named = |text: String| Shown::new(&text).as_str().to_owned();
    let short = match others.len() {
        0 => named(format!("{} not registered", first.as_str())),
        more => format!("{} not registered", more + 1),
    };
    vec![named(format!("calls with {}{more}, not registered", first.as_str())), short]
}

/// What is lit: the cursor where the topology has the keys, else what is selected.
fn cursor(model: &Model, pane: bool) -> Option<At> {
    let selected = match &model.selection {
        Selection::Service(name) => Some(At::Service(name.to_string())),
        Selection::Instance(id) => Some(At::Service(id.service.to_string())),
        Selection::Edge(from, to) => Some(At::Call(from.to_string(), to.to_string())),
        Selection::Circuit(from, to) => Some(At::Call(from.service.to_string(), to.to_string())),
        Selection::All | Selection::Trace(_) => None,
    };
    let here = !pane || model.pane == crate::app::screen::Screen::Topology;
    if here { model.screens.topology.at().or(selected) } else { selected }
}

fn part<'m>(
    canvas: &Canvas<'_>,
    model: &'m Model,
    summary: &'m Summary,
    slot: Slot,
    selected: bool,
    pane: bool,
) -> Part<'m> {
    let (muted, bad) = (canvas.style(Role::Muted), canvas.bold(Role::Bad));
    // What only traces tell, where they stay away.
    let old = say::freshness(model).traces.old().is_some();
    let text = canvas.style(if old { Role::Stale } else { Role::Text });
    let flow = summary.flow.as_ref();
    let (note, border) = trouble(canvas, model, summary);
    let rate = flow.map_or_else(Phrase::new, |f| Phrase::of(f.rate_text(), text));
    let p95 = flow.and_then(|f| f.p95_ms).map_or_else(Phrase::new, |ms| {
        let ink = if summary.slow > 0 && !old { bad } else { text };
        Phrase::of(show::latency(ms), ink)
    });
    let (number, rest) = summary.serve();
    let serving = Phrase::of(number, text).with(rest, muted);
    Part {
        slot,
        summary,
        marks: summary.row.iter().map(|m| say::mark(*m)).collect(),
        instances: if pane { Vec::new() } else { inside::instances(canvas, model, summary) },
        trend: flow.map_or_else(Vec::new, |f| f.trend.clone()),
        usual: flow.map_or(0.0, |f| f.usual()),
        note,
        // Without traffic a card says how many serve.
        rate: if flow.is_some() { rate } else { serving },
        p95,
        border,
        quiet: quiet(model, &summary.id.name),
        selected,
    }
}

/// What is wrong with a service in two words, and the ink of its border.
fn trouble<'m>(canvas: &Canvas<'_>, model: &Model, summary: &Summary) -> (Phrase<'m>, Role) {
    let count = |mark| summary.count(mark);
    let fails = summary.flow.as_ref().filter(|f| f.fails()).and_then(|f| Some((f, f.errors()?)));
    if let Some((_, ratio)) = fails.filter(|(flow, _)| flow.breaks()) {
        return (Phrase::of(format!("{} fail", show::percent(ratio)), canvas.bold(Role::Bad)), Role::Bad);
    }
    let worst = [Status::DrainLost, Status::Down, Status::Ghost, Status::NoAnswer, Status::Missing]
        .into_iter()
        .find(|m| count(*m) > 0);
    let none = summary.left() || summary.registered + summary.wanted > 0 && summary.serving == 0;
    if let Some(worst) = worst.or(summary.left().then_some(Status::Gone)) {
        let bad = none || matches!(worst, Status::DrainLost | Status::Down | Status::Ghost);
        let role = if bad { Role::Bad } else { Role::Warn };
        let text = match worst {
            _ if none => "none serves".to_owned(),
            Status::DrainLost => "DRAIN LOST".to_owned(),
            _ => format!("{} {}", count(worst), say::status_word(worst)),
        };
        return (Phrase::of(text, canvas.bold(role)), role);
    }
    let said = |text: String, ink, border| (Phrase::of(text, canvas.bold(ink)), border);
    if let Some((note, role)) = say::judged(model, &summary.id.name) {
        return said(note, role, role);
    }
    if let Some((_, ratio)) = fails {
        return said(format!("{} errors", show::percent(ratio)), Role::Bad, Role::Line2);
    }
    if count(Status::Slow) > 0 {
        let word = if summary.slow > 0 { "slow" } else { "degraded" };
        return said(format!("{} {word}", count(Status::Slow)), Role::Warn, Role::Warn);
    }
    if let Some(mark) = [Status::Draining, Status::Drained].into_iter().find(|m| count(*m) > 0) {
        return said(format!("{} {}", count(mark), say::status_word(mark)), Role::Op, Role::Line2);
    }
    if none { said("none serves".to_owned(), Role::Bad, Role::Bad) } else { (Phrase::new(), Role::Line2) }
}

/// The selection touches a service when it is about it, or when a call joins the two.
fn quiet(model: &Model, name: &str) -> bool {
    if matches!(model.selection, Selection::All | Selection::Trace(_)) || model.selection.holds_service(name) {
        return false;
    }
    if matches!(model.selection, Selection::Edge(..) | Selection::Circuit(..)) {
        return true;
    }
    let map = &model.screens.topology.map;
    let beside = |other: &str| model.selection.holds_service(other);
    !map.graph.callees(name).any(beside) && !map.graph.callers(name).any(beside)
}

/// A call: what kind of line it is, and what stands on it.
fn line<'m>(
    canvas: &Canvas<'_>,
    model: &'m Model,
    edge: &'m edge::Edge,
    (from, to): (usize, usize),
    selected: bool,
) -> Edge<'m> {
    let old = say::freshness(model).traces.old().is_some();
    let (text, muted) = (canvas.style(if old { Role::Stale } else { Role::Text }), canvas.style(Role::Muted));
    let rate = edge.flow.as_ref().map(|f| f.rate_text());
    let refusing = edge.guard.filter(|g| g.state.refuses());
    let kind = if edge.broken() {
        Line::Broken
    } else if !edge.observed {
        Line::Declared
    } else if edge.queue {
        Line::Queue
    } else if !edge.declared {
        Line::Undeclared
    } else {
        Line::Call
    };
    let mut above = Phrase::new();
    let label = match (refusing, &rate) {
        (Some(guard), _) => {
            if let Some(rate) = &rate {
                above = Phrase::of(rate.clone(), muted);
            }
            let (mark, role) = match guard.state {
                CircuitState::HalfOpen => (Mark::HalfOpen, Role::Warn),
                CircuitState::ForcedOpen => (Mark::Forced, Role::Op),
                _ => (Mark::Open, Role::Bad),
            };
            Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(format!(" {}", mark.word()), canvas.bold(role))
        }
        (None, Some(rate)) if kind == Line::Broken => {
            let ratio = edge.flow.as_ref().and_then(|f| f.errors()).unwrap_or(0.0);
            above = Phrase::of(rate.clone(), muted);
            Phrase::of(format!("{} fail", show::percent(ratio)), canvas.bold(Role::Bad))
        }
        (None, Some(rate)) if kind == Line::Queue => match piling_up(model, edge) {
            Some(puts) => {
                above = Phrase::of(show::rate(puts), text).with(" put", muted);
                Phrase::of(rate.clone(), canvas.bold(Role::Warn)).with(" taken", muted)
            }
            None => Phrase::of(rate.clone(), text).with(" queue", muted),
        },
        (None, Some(rate)) if kind == Line::Undeclared => {
            Phrase::of(format!("? {rate}"), canvas.style(Role::Event)).with(" not declared", muted)
        }
        (None, Some(rate)) => Phrase::of(rate.clone(), text),
        (None, None) => Phrase::new(),
    };
    let quiet = !model.selection.holds_edge(&edge.from, &edge.to);
    Edge { from, to, line: kind, label, above, quiet, selected }
}

/// How many messages a second are put into a queue of which far fewer are taken; `None` where it keeps up.
fn piling_up(model: &Model, edge: &edge::Edge) -> Option<f64> {
    let puts = model.world.traffic.asked(&edge.from, &edge.to)?.rate.filter(|puts| *puts >= 1.0)?;
    let taken = edge.flow.as_ref()?.rate?;
    (taken < puts * 0.75).then_some(puts)
}
