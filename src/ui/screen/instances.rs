//! The list of services and their instances: the overview's pane, and the balancer's left half.
//!
//! ```text
//! ─ 2 Instances ────────────────────────────── 13 of 14 registered ─
//!   instance        weight  trend, share   rate    p95  errors
//!   users                   ▅▄▄▄▃▄▅▄▅▄▃   157/s   9 ms     0 %
//!    10.0.0.4:5001      10  ━━━───  50 %   79/s   9 ms     0 % ● up
//! ```

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, rows::Row, screen::Screen},
    domain::{id::ServiceId, show, text::Shown},
    insight::{
        share,
        status::{self, InstanceView, Mark as Status},
    },
    store::registry::SlotKey,
    theme::Role,
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            graph,
            phrase::Phrase,
            table::{Column, Slot, Table},
        },
    },
};

const COLUMNS: &[Column] = &[
    Column { title: "instance", min: 22, max: 34, keep: 2, align: Align::Left },
    Column::number("weight", 7, 6),
    Column::number("due", 5, 9),
    Column { title: "share", min: 6, max: 12, keep: 8, align: Align::Left },
    Column { title: "state", min: 15, max: 26, keep: 1, align: Align::Left },
];

/// Draws the list; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let totals = &model.cluster.totals;
    let summary = Phrase::of(
        format!("{} of {} registered", show::count(totals.registered as u64), show::count(totals.wanted as u64)),
        canvas.style(Role::Muted),
    );
    let inner = head(canvas, model, area, Screen::Balancer, pane, summary);
    if model.rows.all.is_empty() {
        let why = if !model.rows.filter.is_empty() {
            format!("Nothing holds `{}`. Esc takes the filter away.", model.rows.filter)
        } else if model.world.registry.complete().is_none() {
            "The registry is not read yet.".to_owned()
        } else {
            "No instance here.".to_owned()
        };
        canvas.put(inner.x + 1, inner.y, inner.width.saturating_sub(2), why, canvas.style(Role::Muted));
        return;
    }
    list(canvas, model, inner, !pane || model.pane == Screen::Balancer);
}

/// The rows alone.
pub fn list(canvas: &mut Canvas<'_>, model: &Model, area: Rect, focused: bool) {
    let rows = model.rows.all.len();
    let mut table = Table { columns: COLUMNS, gap: 1, titles: true, rows, top: 0, cursor: None };
    table.top = model.cursor.first(table.view(area), rows);
    // Without focus the cursor's row stays marked only where it is what is selected.
    table.cursor = (focused || model.seek || model.selection != Default::default()).then_some(model.cursor.at);
    let mut sums: Option<(ServiceId, i64)> = None;
    table.draw(canvas, area, |canvas, row, slot| match &model.rows.all[row] {
        Row::Service(id) => service_cell(canvas, model, id, slot),
        Row::Instance(id, key) => {
            let total = match &sums {
                Some((of, total)) if *of == **id => *total,
                _ => {
                    let total = model.world.registry.service(id).map_or(0, share::total);
                    sums = Some(((**id).clone(), total));
                    total
                }
            };
            instance_cell(canvas, model, id, key, total, slot);
        }
        Row::RawFold(services, instances) => {
            if slot.column == 0 {
                let text = format!(
                    "{} in {} that no layout explains",
                    show::plural(*instances as u64, "znode", "znodes"),
                    show::plural(*services as u64, "place", "places")
                );
                let area = Rect { width: area.right().saturating_sub(slot.area.x), ..slot.area };
                canvas.phrase_in(area, Align::Left, &Phrase::of(text, canvas.style(Role::Muted)));
            }
        }
    });
}

fn service_cell(canvas: &mut Canvas<'_>, model: &Model, id: &ServiceId, slot: Slot) {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let Some(summary) = model.cluster.services.iter().find(|s| s.id == *id) else {
        if slot.column == 0 {
            slot.put(canvas, &Phrase::of(&*id.name, strong));
        }
        return;
    };
    match slot.column {
        0 => slot.put(canvas, &Phrase::of(&*summary.short, strong)),
        4 => {
            let folded = model.rows.folded.contains(id);
            if folded || summary.trouble() {
                let all = summary.registered.max(summary.places - summary.count(Status::Missing).min(summary.places));
                let ink = if summary.serving < summary.places { strong } else { muted };
                let text = Phrase::of(summary.serving.to_string(), ink)
                    .with(format!(" of {} serve", all.max(summary.places)), muted);
                slot.put(canvas, &text);
            }
        }
        _ => {}
    }
}

fn instance_cell(canvas: &mut Canvas<'_>, model: &Model, id: &ServiceId, key: &SlotKey, total: i64, slot: Slot) {
    let Some(service) = model.world.registry.service(id) else { return };
    let Some(place) = service.slots.get(key) else { return };
    let view = status::instance(&model.world, service, place, total);
    let muted = canvas.style(Role::Muted);
    let ink = match view.mark {
        Status::Up | Status::Unknown => muted,
        _ => canvas.style(Role::Text),
    };
    match slot.column {
        0 => {
            let marked = model.marked.contains(&key.path);
            let lead = if marked { "* " } else { "  " };
            let name = Shown::new(place.name());
            let double = if service.double(place) { " (double)" } else { "" };
            slot.put(
                canvas,
                &Phrase::of(lead, canvas.style(Role::Focus)).with(&name, ink).with(double, canvas.style(Role::Warn)),
            );
        }
        1 => {
            let style = if view.declared == Some(0) { canvas.bold(Role::Op) } else { ink };
            let text = view.declared.map_or(show::ABSENT.to_owned(), |w| w.to_string());
            slot.put(canvas, &Phrase::of(text, style));
        }
        2 => {
            let text = view.due.map_or(show::ABSENT.to_owned(), |d| format!("{:.0} %", d * 100.0));
            slot.put(canvas, &Phrase::of(text, muted));
        }
        3 => {
            if let Some(due) = view.due {
                let style = canvas.style(Role::Bar);
                graph::bar_with_rest(canvas, slot.area.x, slot.area.y, slot.area.width.min(12), due, style);
            }
        }
        _ => slot.put(canvas, &state(canvas, model, &view)),
    }
}

/// Mark, word, and since when where that says something.
pub fn state(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>) -> Phrase<'static> {
    let mark = say::mark(view.mark);
    let ink = canvas.theme().mark(mark);
    let muted = canvas.style(Role::Muted);
    let quiet = matches!(view.mark, Status::Up | Status::Unknown);
    let word = if quiet { muted } else { ink.add_modifier(ratatui::style::Modifier::BOLD) };
    let mut phrase = Phrase::of(mark.symbol(), ink).with(" ", muted).with(say::word(view), word);
    // A change of the last 10 s is told by its age in strong.
    if let Some(since) = view.since {
        let fresh = model.now.since(since) < 10_000;
        if !quiet || fresh {
            let style = if fresh { canvas.style(Role::Strong) } else { muted };
            phrase.push(format!(" {}", say::ago(model, since)), style);
        }
    }
    phrase
}
