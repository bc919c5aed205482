//! The list of services and their instances: the overview's pane, and the balancer's left half. What a cell says is in
//! `cells`.
//!
//! ```text
//! ─ 2 Instances ────────────────────────────── 13 of 14 registered ─
//!   instance        now   weight    due  share        state
//!   users           ●●◌                               2 of 3 serve
//!    10.0.0.7:5001  ◌          –      –               ◌ missing 4m
//! ```

mod cells;

pub use cells::state;
pub(in crate::ui) use cells::{callers_mark, differ, due, shares};

use ratatui::layout::Rect;

use super::{as_of, head};
use crate::{
    app::{Model, grid::Room, navigate, rows::Row, screen::Screen},
    domain::{fact::LinkState, id::ServiceId, show},
    insight::share,
    theme::Role,
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            phrase::Phrase,
            table::{Column, Table, position},
        },
    },
};

/// What a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tells {
    Name,
    Marks,
    Declared,
    Acts,
    Due,
    Bar,
    Share,
    Seen,
    Rate,
    P95,
    Errors,
    Opinions,
    Zone,
    Version,
    State,
}

const NAME: Column = Column { title: "instance", min: 19, max: 26, keep: 2, align: Align::Left };
const STATE: Column = Column { title: "state", min: 12, max: 26, keep: 1, align: Align::Left };

/// How long the opinions are kept.
const OPINIONS: u8 = 10;

/// The columns: kept in the guide's order; those of traffic only where traces tell of it, `live`.
fn columns(pane: bool, live: bool, marks_first: bool) -> Vec<(Tells, Column)> {
    let marks = Column { title: "now", min: 4, max: 12, keep: if marks_first { 2 } else { 11 }, align: Align::Left };
    let text = |title, min, max, keep| Column { title, min, max, keep, align: Align::Left };
    let mut all =
        vec![(Tells::Name, if pane { Column { min: 14, max: 19, ..NAME } } else { NAME }), (Tells::Marks, marks)];
    if pane {
        all.push((Tells::Declared, Column::number("weight", 6, 6)));
    } else {
        all.push((Tells::Declared, Column::number("declared", 8, 6)));
        all.push((Tells::Acts, Column::number("acts", 5, 9)));
    }
    if !pane || !live {
        all.push((Tells::Due, Column::number("due", 5, 9)));
    }
    match (live, pane) {
        // In a pane the bar and its number share a column.
        (true, true) => all.push((Tells::Share, text("trend, share", 12, 12, 7))),
        (true, false) => all.push((Tells::Bar, text("share", 6, 12, 8))),
        (false, _) => all.push((Tells::Bar, text("share", 6, 12, 8))),
    }
    if live {
        if !pane {
            all.push((Tells::Seen, Column::number("seen", 5, 7)));
        }
        all.push((Tells::Rate, Column::number("rate", 6, 5)));
        all.push((Tells::P95, Column::number("p95", 6, 3)));
        all.push((Tells::Errors, Column::number("errors", 6, 4)));
    }
    if !pane {
        all.push((Tells::Opinions, Column::text("reg self call", 15, OPINIONS)));
    }
    all.push((Tells::State, STATE));
    if !pane {
        all.push((Tells::Zone, Column::text("zone", 8, 12)));
        all.push((Tells::Version, Column::text("version", 8, 12)));
    }
    all
}

/// Draws the list; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let summary = summary(canvas, model, area, pane);
    let inner = head(canvas, model, area, Screen::Balancer, pane, summary);
    list(canvas, model, Rect { width: inner.width.saturating_sub(1), ..inner }, pane);
}

/// What the pane's rule says at the right: how old it is where it is old, else what is folded, else how many there are.
pub(super) fn summary(canvas: &Canvas<'_>, model: &Model, area: Rect, pane: bool) -> Phrase<'static> {
    let muted = canvas.style(Role::Muted);
    let now = say::freshness(model);
    let what = if now.all_old() { "" } else { "weight and membership " };
    let old = as_of(canvas, model, what, now.registry)
        .or_else(|| as_of(canvas, model, "health ", now.health))
        .or_else(|| as_of(canvas, model, "rates ", now.traces));
    if let Some(old) = old {
        return old;
    }
    let rows = model.rows.all.len();
    let view = usize::from(area.height.saturating_sub(2));
    let place = position(model.cursor.first(view, rows), rows, view);
    let mut said = Vec::new();
    if !model.rows.filter.is_empty() {
        said.push(format!("only what holds `{}`", model.rows.filter));
    }
    if model.rows.folds() && pane {
        said.push("the well ones are folded: z".to_owned());
    } else if !place.is_empty() {
        said.push(place);
    } else {
        let (registered, wanted) = counted(model);
        said.push(format!("{} of {} registered", show::count(registered as u64), show::count(wanted as u64)));
    }
    Phrase::of(said.join(", "), muted)
}

/// How many instances are registered of how many there should be: of all, or of those that the list is narrowed to.
fn counted(model: &Model) -> (usize, usize) {
    let totals = &model.cluster.totals;
    if model.selection == Default::default() && model.rows.filter.is_empty() {
        return (totals.registered, totals.wanted);
    }
    let registry = &model.world.registry;
    let slots = model.rows.all.iter().filter_map(|row| match row {
        Row::Instance(id, key) => Some((id, registry.service(id)?.slots.get(key)?)),
        _ => None,
    });
    slots.fold((0, 0), |(registered, wanted), (id, slot)| {
        let there = usize::from(slot.is_instance());
        (registered + there, wanted + usize::from(there == 1 || registry.wants(id, slot)))
    })
}

/// Why the list has no row.
fn nothing(model: &Model) -> String {
    let registry = &model.world.registry;
    if !model.rows.filter.is_empty() {
        return format!("Nothing holds `{}`. Esc takes the filter away.", model.rows.filter);
    }
    match registry.complete() {
        None if registry.link().state == LinkState::Never => "No registry has answered yet.".to_owned(),
        None => "The registry is not read yet.".to_owned(),
        Some(_) if model.selection != Default::default() => "No instance of what is selected. Esc widens.".to_owned(),
        Some(_) => "No instance is registered.".to_owned(),
    }
}

/// The rows alone, with their titles.
pub fn list(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let rows = model.rows.all.len();
    if rows == 0 {
        canvas.put(area.x + 1, area.y, area.width.saturating_sub(2), nothing(model), canvas.style(Role::Muted));
        return;
    }
    let focused = navigate::focus(model) == Screen::Balancer;
    let marks_first = Room::of(model.size) <= Room::Marks;
    let tells = columns(pane, model.world.traffic.is_live(), marks_first);
    let columns: Vec<Column> = tells.iter().map(|(_, column)| *column).collect();
    // Three opinions stand side by side before blanks do.
    let wanted = columns.iter().filter(|column| column.keep <= OPINIONS).map(|column| column.min + 2).sum::<u16>();
    let gap = if area.width >= 90 && (pane || wanted < area.width) { 2 } else { 1 };
    let mut table = Table { columns: &columns, gap, titles: true, rows, top: 0, cursor: None };
    table.top = model.cursor.first(table.view(area), rows);
    // Without focus the cursor's row stays marked only where it is what is selected.
    table.cursor = (focused || model.seek || model.selection != Default::default()).then_some(model.cursor.at);
    let mut sums: Option<(ServiceId, f64)> = None;
    table.draw(canvas, area, |canvas, row, slot| match &model.rows.all[row] {
        Row::Service(id) => cells::service(canvas, model, id, tells[slot.column].0, slot),
        Row::Instance(id, key) => {
            let total = match &sums {
                Some((of, total)) if *of == **id => *total,
                _ => {
                    let total = model.world.registry.service(id).map_or(0.0, share::total);
                    sums = Some(((**id).clone(), total));
                    total
                }
            };
            cells::instance(canvas, model, (id, key), total, tells[slot.column].0, slot);
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

/// The row of the cursor on the screen, of a list whose rule opens `area`.
pub fn cursor_row(model: &Model, area: Rect) -> Option<Rect> {
    let view = usize::from(area.height.saturating_sub(2));
    let rows = model.rows.all.len();
    let row = model.cursor.at.min(rows.checked_sub(1)?).checked_sub(model.cursor.first(view, rows))?;
    let y = area.y + 2 + u16::try_from(row).ok()?;
    (y < area.bottom()).then_some(Rect { y, height: 1, ..area })
}
