//! Beside the picture: what is known of the service or call under the cursor, each thing with who says so.

use ratatui::{layout::Rect, style::Modifier};

use super::super::lines::Lines;
use crate::{
    app::{Model, selection::Selection},
    domain::{show, text::Shown, topology::At},
    insight::{cluster::Summary, flow::Flow, share, status},
    theme::Role,
    ui::{
        say,
        widget::{
            canvas::Canvas,
            phrase::Phrase,
            rule::{Rule, rule},
        },
    },
};

/// The lines of where to go from here, with their heading.
const GO: usize = 6;

/// Draws it, with its rule.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let at = model.screens.topology.at().or_else(|| match &model.selection {
        Selection::Service(name) => Some(At::Service(name.to_string())),
        Selection::Instance(id) => Some(At::Service(id.service.to_string())),
        Selection::Edge(from, to) => Some(At::Call(from.to_string(), to.to_string())),
        Selection::Circuit(from, to) => Some(At::Call(from.service.to_string(), to.to_string())),
        Selection::All | Selection::Trace(_) => None,
    });
    let muted = canvas.style(Role::Muted);
    let mut lines = Lines::new(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area });
    match at {
        Some(At::Service(name)) => match model.cluster.service(&name) {
            Some(summary) => service(canvas, model, area, summary, &mut lines),
            None => title(canvas, area, "Service", model.cluster.short(&name), Phrase::new()),
        },
        Some(At::Call(from, to)) => call(canvas, model, area, (&from, &to), &mut lines),
        None => {
            title(canvas, area, "Detail", "nothing", Phrase::new());
            lines.skip();
            lines.put(canvas, &Phrase::of("The cursor is on nothing yet: press j.", muted));
        }
    }
}

fn title(canvas: &mut Canvas<'_>, area: Rect, what: &'static str, of: &str, summary: Phrase<'_>) {
    let narrowed = (of != "nothing").then(|| Shown::new(of));
    rule(canvas, area, &Rule { name: Shown::new(what), narrowed, summary, ..Rule::default() });
}

fn service(canvas: &mut Canvas<'_>, model: &Model, area: Rect, summary: &Summary, lines: &mut Lines) {
    let (text, strong, muted) = (canvas.style(Role::Text), canvas.style(Role::Strong), canvas.style(Role::Muted));
    let (number, rest) = summary.serve();
    let serve = Phrase::of(number, strong).with(rest, muted);
    title(canvas, area, "Service", &summary.short, serve);
    lines.skip();
    lines.pair(canvas, "name", Phrase::of(&*summary.id.name, text), Phrase::new());
    lines.pair(canvas, "layout", Phrase::of(summary.id.layout.word(), text), Phrase::new());
    if !summary.id.parent.is_empty() {
        lines.pair(canvas, "under", Phrase::of(&*summary.id.parent, text), Phrase::new());
    }
    traffic(canvas, model, summary.flow.as_ref(), lines);
    lines.heading(canvas, "Instances", Phrase::new());
    if let Some(service) = model.world.registry.service(&summary.id) {
        let total = share::total(service);
        let room = lines.left().saturating_sub(12).max(3);
        for slot in service.slots.values().take(room) {
            let view = status::instance(&model.world, service, slot, total);
            let mark = say::mark(view.mark);
            let what = Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(" ", muted).with(slot.name(), text);
            let ill = view.mark.trouble();
            let ink = if ill { canvas.theme().mark(mark).add_modifier(Modifier::BOLD) } else { muted };
            let mut word = Phrase::of(say::word(&view), ink);
            if let (true, Some(since)) = (ill, view.since) {
                word.push(format!(" {}", say::ago(model, since)), muted);
            }
            lines.both(canvas, &what, &word);
        }
        if service.slots.len() > room {
            lines.put(canvas, &Phrase::of(format!("{} more", service.slots.len() - room), muted));
        }
    }
    let map = &model.screens.topology.map.graph;
    let names = |all: &mut dyn Iterator<Item = &str>| {
        let all: Vec<_> = all.map(|n| model.cluster.short(n).to_owned()).collect();
        if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
    };
    lines.heading(canvas, "Also touches", Phrase::new());
    let callers = Phrase::of(names(&mut map.callers(&summary.id.name)), text);
    lines.listed(canvas, "callers", &callers, GO + 1);
    let calls = Phrase::of(names(&mut map.callees(&summary.id.name)), text);
    lines.listed(canvas, "calls", &calls, GO);
    go(canvas, lines, "the balancer narrowed to it");
}

fn call(canvas: &mut Canvas<'_>, model: &Model, area: Rect, (from, to): (&str, &str), lines: &mut Lines) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let of = format!("{} ▸ {}", model.cluster.short(from), model.cluster.short(to));
    let edge = model.cluster.edges.iter().find(|e| &*e.from == from && &*e.to == to);
    let guard = edge.and_then(|e| e.guard);
    let standing = guard.map_or_else(Phrase::new, |g| circuit(canvas, g.state));
    title(canvas, area, "Call", &of, standing);
    lines.skip();
    let Some(edge) = edge else {
        lines.put(canvas, &Phrase::of("This call is not known any more.", muted));
        return;
    };
    let yes = |yes: bool, by: &'static str| {
        Phrase::of(if yes { "yes" } else { "no" }, text).with(if yes { by } else { "" }, muted)
    };
    lines.pair(canvas, "declared", yes(edge.declared, " registry or file"), Phrase::new());
    let seen = edge.flow.as_ref().and_then(|f| f.seen);
    let age = seen.map_or_else(Phrase::new, |at| Phrase::of(show::age(say::now(model).since(at) as u64), muted));
    lines.pair(canvas, "seen", yes(edge.observed, if edge.queue { " in traces, a queue" } else { " in traces" }), age);
    traffic(canvas, model, edge.flow.as_ref(), lines);
    if let Some(pair) = model.world.circuits.pair(from, to) {
        lines.heading(canvas, "Breakers", Phrase::new());
        let room = lines.left().saturating_sub(6).max(1);
        for breaker in pair.breakers.iter().take(room) {
            let since = Phrase::of(say::ago(model, breaker.since), muted);
            lines.pair(canvas, breaker.reading.caller.address.text(), circuit(canvas, breaker.state), since);
        }
        if pair.breakers.len() > room {
            lines.put(canvas, &Phrase::of(format!("{} more", pair.breakers.len() - room), muted));
        }
    }
    go(canvas, lines, "every pane narrowed to it");
}

/// A breaker's state: its mark and its word.
fn circuit(canvas: &Canvas<'_>, state: crate::domain::circuit::CircuitState) -> Phrase<'static> {
    super::super::circuits::state(canvas, state)
}

fn traffic(canvas: &mut Canvas<'_>, model: &Model, flow: Option<&Flow>, lines: &mut Lines) {
    let (text, strong, muted) = (canvas.style(Role::Text), canvas.style(Role::Strong), canvas.style(Role::Muted));
    lines.heading(canvas, "Traffic", Phrase::of("last minute", muted));
    let Some(flow) = flow else {
        let why = if model.cluster.edges.iter().any(|e| e.observed) {
            "No trace of it was seen."
        } else {
            "Not known: no trace was received."
        };
        lines.put(canvas, &Phrase::of(why, muted));
        return;
    };
    lines.pair(canvas, "rate", Phrase::of(flow.rate_text(), strong), Phrase::new());
    let p95 = flow.p95_ms.map_or(show::ABSENT.to_owned(), show::latency);
    lines.pair(canvas, "p95", Phrase::of(p95, text), Phrase::new());
    let ink = if flow.fails() { canvas.bold(Role::Bad) } else { text };
    let ratio = Phrase::of(show::errors(flow.failed, flow.calls), ink);
    let of = format!(" {} of {}", show::count(flow.failed), show::count(flow.calls));
    lines.pair(canvas, "errors", ratio.with(of, muted), Phrase::new());
    lines.trend(canvas, "trend", &flow.trend, flow.usual());
}

fn go(canvas: &mut Canvas<'_>, lines: &mut Lines, enter: &'static str) {
    let (key, text) = (canvas.style(Role::Key), canvas.style(Role::Text));
    lines.heading(canvas, "Go", Phrase::new());
    for (k, what) in [("Enter", enter), ("t", "its traces"), ("L", "its log lines"), ("b", "its breakers")] {
        lines.put(canvas, &Phrase::of(format!("{k:<7}"), key).with(what, text));
    }
}
