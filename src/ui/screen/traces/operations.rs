//! The table by service and operation: how many a second, how many of them fail, how long they take, and the trace that
//! shows it. From the same spans as the list.
//!
//! ```text
//!  service    operation       rate   errors   4xx   p50     p95     p99     last 2 min       trace
//!  payments   charge         38/s    6.2 %    0 %   31 ms   806 ms  1.9 s   ▁▁▂▁▃▆▇▇▆        4f1c9a
//! ```

use std::{collections::HashMap, sync::Arc};

use ratatui::{layout::Rect, style::Style};

use super::{as_of, narrowed, place, way_out};
use crate::{
    app::{
        Model,
        screen::{
            Screen,
            traces::{narrowing, operations},
        },
        selection::Selection,
    },
    domain::{fit, show, text::Shown},
    insight::flow::Flow,
    store::traffic::Operation,
    theme::{Mark, Role},
    ui::{
        say,
        widget::{
            Align, Canvas, Column, Phrase, Slot, Table,
            graph::spark,
            rule::{Rule, rule},
        },
    },
};

const COLUMNS: &[Column] = &[
    Column { title: "service", min: 10, max: 22, keep: 1, align: Align::Left },
    Column { title: "operation", min: 18, max: 44, keep: 2, align: Align::Left },
    Column::number("rate", 7, 3),
    Column::number("errors", 7, 4),
    Column::number("4xx", 7, 6),
    Column::number("p50", 7, 8),
    Column::number("p95", 7, 5),
    Column::number("p99", 7, 7),
    Column { title: "last 2 min", min: 12, max: 12, keep: 9, align: Align::Left },
    Column { title: "trace", min: 8, max: 8, keep: 10, align: Align::Left },
];

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let rows = operations::rows(model);
    let muted = canvas.style(Role::Muted);
    // What is counted is what a service answers: the title says no less than that.
    let of = |service: &str, whose| (Some(Shown::new(model.cluster.short(service)).into_owned()), whose);
    let (narrowed, whose) = match narrowing(model) {
        Selection::Instance(id) => of(&id.service, "all of its instances, "),
        Selection::Edge(_, to) | Selection::Circuit(_, to) => of(to, "whoever calls it, "),
        _ => (narrowed(model), ""),
    };
    let filter = &model.screens.traces.filter;
    // What a row does not tell narrows nothing here: a filter that stands there and does nothing is said to.
    let does_nothing = match operations::untold(model) {
        (0, _) => "",
        (n, all) if n == all => "of single traces, not of this table  ",
        _ => "only service, operation and words count here  ",
    };
    let note = super::filtered(canvas, filter)
        .with(does_nothing, canvas.style(Role::Warn))
        .with(format!("{whose}by service and operation, 1 min, rate 10 s; r list"), muted);
    let counted = show::plural(rows.len() as u64, "operation", "operations");
    let title = Rule {
        number: Some(Screen::Traces.digit() as u8),
        name: Shown::new("Traces"),
        narrowed,
        note,
        leave: way_out(canvas, model),
        summary: as_of(canvas, model, "", say::freshness(model).traces).unwrap_or_else(|| Phrase::of(counted, muted)),
        focused: true,
    };
    rule(canvas, area, &title);
    let mut inner = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let room = usize::from(inner.width.saturating_sub(2));
    let told = unanswered(model).or_else(|| unanswered_by_any(model, room));
    if let Some(told) = told.filter(|_| inner.height > 2) {
        // Where it is wider than the screen its first half says most.
        inner.height -= 1;
        let told = Phrase::of(told, canvas.style(Role::Warn));
        canvas.phrase(inner.x + 1, inner.bottom(), inner.width.saturating_sub(2), &told);
    }
    if rows.is_empty() {
        let why = match (filter.is_empty(), model.world.traces.held()) {
            (_, 0) => super::intake(model, "trace"),
            (false, _) => format!("No operation fits `{filter}`. Esc takes the filter away."),
            _ => "No span of late answers a call.".to_owned(),
        };
        canvas.phrase(inner.x + 1, inner.y, inner.width.saturating_sub(2), &Phrase::of(why, muted));
        return;
    }
    let mut table = Table { columns: COLUMNS, gap: 2, titles: area.height > 3, rows: rows.len(), top: 0, cursor: None };
    let cursor = &model.screens.traces.operation;
    table.top = cursor.first(table.view(inner), rows.len());
    table.cursor = operations::cursor(model).map(|at| at.min(rows.len() - 1));
    table.draw(canvas, inner, |canvas, row, slot| {
        if let Some(operation) = rows.get(row) {
            cell(canvas, model, operation, slot);
        }
    });
}

/// What its callers tell of calls in which who is selected did not answer: the table counts what somebody answered. Where no more
/// failed for them than the rows say, those may be the same.
fn unanswered(model: &Model) -> Option<String> {
    let (from, to) = match narrowing(model) {
        Selection::Service(to) => (None, to),
        Selection::Instance(id) => (None, &id.service),
        Selection::Edge(from, to) => (Some(from), to),
        Selection::Circuit(from, to) => (Some(&from.service), to),
        Selection::All | Selection::Trace(_) => return None,
    };
    let answered = model.world.traffic.operations().filter(|operation| operation.service == to);
    let answered: u64 = answered.map(|operation| u64::from(operation.traffic.minute.errors)).sum();
    let calls = || model.cluster.edges.iter().filter(|edge| edge.to == *to);
    let told = |from: Option<&Arc<str>>| {
        let flows =
            calls().filter(|edge| from.is_none_or(|from| edge.from == *from)).filter_map(|edge| edge.flow.as_ref());
        flows.fold((0, 0), |(failed, all), flow| (failed + flow.failed, all + flow.calls))
    };
    let (failed, all) = told(from);
    (failed > 0 && told(None).0 > answered).then(|| {
        let callers = from.map_or("its callers", |from| model.cluster.short(from));
        let to = model.cluster.short(to);
        let (failed, all) = (show::commas(failed), show::commas(all));
        format!(
            "For {callers} {failed} of {all} calls failed in 1 min; those of which {to} tells nothing are in no row."
        )
    })
}

/// The same where nothing is selected: how many calls failed of which no row tells, to whom the most of them were, and what shows
/// them; of two of these the first, and of that what tells most, where there is no room for both.
fn unanswered_by_any(model: &Model, room: usize) -> Option<String> {
    if *narrowing(model) != Selection::All || !model.screens.traces.filter.is_empty() {
        return None;
    }
    let mut told: HashMap<&str, (u64, u64)> = HashMap::new();
    for edge in &model.cluster.edges {
        let failed = edge.flow.as_ref().map_or(0, |flow| flow.failed);
        told.entry(&edge.to).or_default().0 += failed;
    }
    for operation in model.world.traffic.operations() {
        if let Some((_, answered)) = told.get_mut(&**operation.service) {
            *answered += u64::from(operation.traffic.minute.errors);
        }
    }
    let more = told.into_iter().map(|(to, (failed, answered))| (failed.saturating_sub(answered), to));
    let mut more: Vec<(u64, &str)> = more.filter(|(more, _)| *more > 0).collect();
    more.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    let most = model.cluster.short(more.first()?.1);
    let all: u64 = more.iter().map(|(more, _)| more).sum();
    let is_known = model.world.registry.named(&model.world.registry.called(most)).next().is_some();
    let way = if is_known { format!(":goto {most}, r, z list them.") } else { "r, z list what failed.".to_owned() };
    let said = |most_of: usize| {
        let whose = more.iter().take(most_of).map(|(n, to)| {
            let to = model.cluster.short(to);
            format!("{to} {}", show::commas(*n))
        });
        let whose = whose.collect::<Vec<_>>().join(", ");
        let calls = show::plural(all, "failed call", "failed calls");
        let are = if all == 1 { "is" } else { "are" };
        format!("{calls} of 1 min {are} in no row: to {whose}. {way}")
    };
    let both = said(2);
    Some(if both.chars().count() > room { said(1) } else { both })
}

fn cell(canvas: &mut Canvas<'_>, model: &Model, operation: &Operation<'_>, slot: Slot) {
    let (text, muted, strong) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Strong));
    let traffic = &operation.traffic;
    let flow = Flow::new(traffic, Some(&operation.cells), model.now);
    let latency = |ms: Option<f64>| ms.map_or(show::ABSENT.to_owned(), show::latency);
    let width = usize::from(slot.area.width);
    let phrase = match slot.column {
        0 => Phrase::of(
            fit::elide_end(place(model, operation.service, None, false).as_str(), width).into_owned(),
            strong,
        ),
        1 => Phrase::of(fit::elide_middle(Shown::new(operation.name), width).into_owned(), text),
        2 => {
            // The same as in every other pane.
            let idle = flow.rate.is_none_or(|rate| rate <= 0.0);
            Phrase::of(flow.rate_text(), if idle { muted } else { text })
        }
        3 => match traffic.error_ratio {
            None => Phrase::of(show::ABSENT, muted),
            Some(_) if traffic.minute.errors == 0 => Phrase::of("0 %", muted),
            Some(ratio) => Phrase::of(show::percent(ratio), if flow.fails() { canvas.bold(Role::Bad) } else { text }),
        },
        4 => turned_away(operation, text, muted, canvas.style(Role::Warn)),
        5 => Phrase::of(latency(traffic.p50_ms), muted),
        6 => Phrase::of(latency(traffic.p95_ms), text),
        7 => Phrase::of(latency(traffic.p99_ms), muted),
        8 => {
            let (bar, usual) = (canvas.style(Role::Bar), flow.usual());
            spark(canvas, (slot.area.x, slot.area.y, slot.area.width), &flow.trend, usual, |_| bar);
            return;
        }
        _ => match operations::exemplar(model, operation) {
            Some(id) => {
                let failed = operation.failed == Some(id);
                let mark = if failed { Mark::Failed.symbol() } else { " " };
                Phrase::of(mark, canvas.theme().mark(Mark::Failed)).with(id.short(6), muted)
            }
            None => Phrase::of(show::ABSENT, muted),
        },
    };
    slot.put(canvas, &phrase);
}

/// How many were turned away: no errors, and yet nobody got what was asked for.
fn turned_away(operation: &Operation<'_>, text: Style, muted: Style, warn: Style) -> Phrase<'static> {
    let calls = operation.traffic.minute.calls;
    if operation.refused == 0 || calls == 0 {
        return Phrase::of(if calls == 0 { show::ABSENT } else { "0 %" }, muted);
    }
    let share = f64::from(operation.refused.min(calls)) / f64::from(calls);
    Phrase::of(show::percent(share), if operation.turns_away() { warn } else { text })
}
