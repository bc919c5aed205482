//! The pulse of the overview: how much comes in, how much of it fails, and which route is slowest. Nothing where no trace tells.
//!
//! ```text
//! traffic  ▅▅▆▅▅▅▄▅▅▅▆▅▅▅▄  412 req/s
//! errors   ▁▁▁▁▁▁▁▁▁▁▁▆▇▃▁  6.2 % in 1 min
//! slowest              ▁▁▃▅▇▇  806 ms POST /orders
//! ```

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::{
    app::Model,
    domain::{fit::elide_middle, show},
    insight::flow::{self, Flow},
    theme::Role,
    ui::{
        say,
        widget::{Canvas, Phrase, spark},
    },
};

/// The cells of a label.
const LABEL: u16 = 9;

/// The cells of a graph.
const GRAPH: u16 = 26;

/// The same in one place of a header: calls per second and how many fail. `None` where no trace tells.
pub fn brief(canvas: &Canvas<'_>, model: &Model, gap: &'static str) -> Option<Phrase<'static>> {
    let entrances = entrances(model);
    let (calls, failed) = entrances.iter().fold((0, 0), |(c, f), flow| (c + flow.calls, f + flow.failed));
    let rate = entrances.iter().filter_map(|flow| flow.rate).reduce(|all, one| all + one)?;
    let old = say::freshness(model).traces.old().is_some();
    let (strong, muted) = (canvas.style(if old { Role::Stale } else { Role::Strong }), canvas.style(Role::Muted));
    let ink = match calls >= show::FEW && failed * 100 >= calls {
        _ if old => canvas.style(Role::Stale),
        true => canvas.bold(Role::Bad),
        false => muted,
    };
    Some(Phrase::of(show::rate(rate), strong).with(gap, muted).with(show::errors(failed, calls), ink))
}

/// Draws it into three rows.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let entrances = entrances(model);
    if area.width < LABEL + GRAPH + 12 || entrances.is_empty() {
        return;
    }
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let (calls, failed) = entrances.iter().fold((0, 0), |(c, f), flow| (c + flow.calls, f + flow.failed));
    let known = entrances.iter().any(|flow| flow.rate.is_some());
    let rate = known.then(|| entrances.iter().filter_map(|flow| flow.rate).sum::<f64>());
    let trend = flow::sum(entrances.iter().map(|flow| &flow.trend[..]));
    let failing = flow::sum(entrances.iter().map(|flow| &flow.failing[..]));

    let text = rate.map_or(show::UNKNOWN.to_owned(), show::rate);
    let text = Phrase::of(text.trim_end_matches("/s").to_owned(), strong).with(" req/s", muted);
    row(canvas, area, 0, "traffic", (&trend, flow::usual(&trend), Role::Bar), &text);
    let bad = calls >= show::FEW && failed * 100 >= calls;
    let ink = if bad { canvas.bold(Role::Bad) } else { muted };
    let some = failing.iter().flatten().copied().filter(|v| *v > 0.0).fold(0.0_f64, f64::max);
    // The worst of the two minutes fills most of the height, and 1 % of the traffic at least the lowest cell.
    let scale = (some * 0.6).max(flow::usual(&trend) / 50.0);
    let role = if bad { Role::Bad } else { Role::BarLow };
    // What failed within the minute may be over: the number says its window where it is worth a look.
    let window = if bad { " in 1 min" } else { "" };
    let text = Phrase::of(show::errors(failed, calls), ink).with(window, muted);
    row(canvas, area, 1, "errors", (&failing, scale, role), &text);
    let old = say::freshness(model).traces.old();
    if let Some(Slowest { what, ms, trend }) = slowest(model) {
        let number = show::latency(ms);
        let room = usize::from(area.width.saturating_sub(LABEL + GRAPH + 5)).saturating_sub(number.len());
        let what = elide_middle(&*what, room);
        let text = Phrase::of(number, strong).with(" ", muted).with(&what, muted);
        row(canvas, area, 2, "slowest", (&trend, flow::usual(&trend), Role::BarLow), &text);
    }
    if old.is_some() {
        canvas.stale(area);
    }
}

fn row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    n: u16,
    label: &'static str,
    (values, usual, role): (&[Option<f64>], f64, Role),
    text: &Phrase<'_>,
) {
    if n >= area.height {
        return;
    }
    let (y, muted, style) = (area.y + n, canvas.style(Role::Muted), canvas.style(role));
    canvas.put(area.x + 1, y, LABEL, label, muted);
    let x = area.x + 1 + LABEL;
    // Two cells for each value: ten seconds are drawn as wide as five twos would be.
    let wide: Vec<Option<f64>> = values.iter().flat_map(|v| [*v, *v]).collect();
    spark(canvas, (x, y, GRAPH), &wide, usual, |_| style);
    canvas.phrase(x + GRAPH + 2, y, area.width.saturating_sub(LABEL + GRAPH + 4), text);
}

/// Traffic of the services that nobody is seen calling: where requests come in.
fn entrances(model: &Model) -> Vec<&Flow> {
    let called = |name: &str| model.cluster.edges.iter().any(|e| e.observed && &*e.to == name);
    let flows = || model.cluster.services.iter().filter_map(|s| Some((s, s.flow.as_ref()?)));
    let found: Vec<&Flow> = flows().filter(|(s, _)| !called(&s.id.name)).map(|(_, flow)| flow).collect();
    if found.is_empty() { flows().map(|(_, flow)| flow).max_by_key(|f| f.calls).into_iter().collect() } else { found }
}

/// Who answers last: its name, its p95 in ms, and how that was in each 10 s of the last minute.
struct Slowest {
    what: Arc<str>,
    ms: f64,
    trend: Vec<Option<f64>>,
}

/// The slowest route; where no request shows one, the slowest service.
fn slowest(model: &Model) -> Option<Slowest> {
    let traffic = &model.world.traffic;
    let enough = traffic.routes().filter(|(.., seen)| u64::from(seen.minute.calls) >= show::FEW);
    let route = enough.filter_map(|(service, name, seen)| Some((service, name, seen.p95_ms?)));
    if let Some((service, name, ms)) = route.max_by(|a, b| a.2.total_cmp(&b.2)) {
        return Some(Slowest { what: name.clone(), ms, trend: traffic.route_p95s(service, name) });
    }
    let all = model.cluster.services.iter().filter_map(|s| Some((s, s.flow.as_ref()?.p95_ms?)));
    let (summary, ms) = all.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Slowest { what: summary.short.clone(), ms, trend: Vec::new() })
}
