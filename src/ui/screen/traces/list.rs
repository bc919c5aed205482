//! The list of traces. Rows are read for the viewport alone.

use ratatui::layout::Rect;

use super::{in_column, place};
use crate::{
    app::{Model, msg::Hit},
    domain::{fit, show, text::Shown},
    store::traces::{Kept, TraceSummary},
    theme::{Mark, Role},
    ui::{
        say,
        widget::{Align, Canvas, Column, Phrase, Slot, Table, bar},
    },
};

const PANE: &[Column] = &[
    Column::text("started", 12, 6),
    Column { title: "request", min: 18, max: 24, keep: 2, align: Align::Left },
    Column::text("code", 5, 4),
    Column::number("took", 7, 1),
    Column { title: "", min: 6, max: 16, keep: 5, align: Align::Left },
    Column { title: "where the time went", min: 33, max: 60, keep: 3, align: Align::Left },
];

const FULL: &[Column] = &[
    Column::text("started", 12, 6),
    Column { title: "request", min: 16, max: 34, keep: 2, align: Align::Left },
    Column::text("code", 5, 4),
    Column::number("took", 8, 1),
    Column { title: "", min: 12, max: 28, keep: 5, align: Align::Left },
    Column { title: "where the time went", min: 33, max: 44, keep: 3, align: Align::Left },
    Column::number("spans", 6, 7),
    Column::text("trace", 8, 8),
    Column::text("kept as", 10, 9),
];

/// Stands before a request whose own time cannot be.
const AHEAD: &str = "clock off ";

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool, focused: bool) {
    let state = &model.screens.traces;
    let mut columns = if pane { PANE.to_vec() } else { FULL.to_vec() };
    let rows = state.list.len();
    let mut table = Table {
        columns: &[],
        gap: if area.width > 90 { 2 } else { 1 },
        titles: area.height > 2,
        rows,
        top: 0,
        cursor: None,
    };
    let height = table.view(area);
    let at = state.at();
    table.top = state.top(height);
    // Who follows has no cursor: what stands first may be another in a moment.
    table.cursor = (focused && state.on.is_some()).then_some(at);
    let ids = state.list.ids(table.top, height);
    let shown: Vec<TraceSummary> = ids.filter_map(|id| state.rows.of(&model.world.traces, id)).collect();
    let longest = shown.iter().map(|t| t.duration_ns).max().unwrap_or(0);
    let days = say::days(model, shown.iter().map(|trace| trace.started));
    let narrow = !pane && area.width < 86;
    let fine = (days == 0 && !narrow) || area.width >= 130;
    if days == 0 && narrow {
        // Since when something goes on is worth more than how its bars compare, and than the ms of it.
        columns[0] = Column::text("started", 8, 4);
    }
    if days > 0 {
        // Which day it was matters more than how its bar compares, and more than the ms where there is little room.
        let width = days + if fine { 12 } else { 8 };
        columns[0] = Column::text("started", width, 4);
    }
    // What the names do not need is the addresses'; in steps, that no column moves for a letter.
    let marks = |trace: &TraceSummary| if trace.ahead { AHEAD.len() + 2 } else { 2 };
    let names = shown.iter().map(|trace| Shown::new(&trace.top.name).cells() + marks(trace)).max().unwrap_or(0);
    let request = &mut columns[1];
    request.max = u16::try_from(names.next_multiple_of(4)).unwrap_or(u16::MAX).clamp(request.min, request.max);
    table.columns = &columns;
    let (top, cursor, titles) = (table.top, table.cursor, table.titles);
    table.draw(canvas, area, |canvas, row, slot| {
        if let Some(trace) = shown.get(row - top) {
            canvas.spot(Rect { x: area.x, width: area.width, ..slot.area }, || Hit::Trace(trace.id, row - top));
            cell(canvas, model, trace, (longest, days, fine), slot, pane);
        }
    });
    // Whose waterfall is open below, where the cursor is elsewhere.
    let open = shown.iter().position(|trace| state.open == Some(trace.id) && !pane);
    if let Some(row) = open.filter(|row| cursor != Some(top + row)) {
        let y = area.y + u16::from(titles) + u16::try_from(row).unwrap_or(u16::MAX);
        canvas.glyph(area.x, y, Mark::Unfolded.symbol(), canvas.style(Role::Focus));
    }
}

fn cell(
    canvas: &mut Canvas<'_>,
    model: &Model,
    trace: &TraceSummary,
    (longest, days, fine): (u64, u16, bool),
    slot: Slot,
    pane: bool,
) {
    let (text, muted, bad) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Bad));
    let code_is_bad = trace.code.as_deref().is_some_and(|code| code.len() == 3 && code.starts_with('5'));
    let phrase = match slot.column {
        0 => Phrase::of(say::time(model, trace.started, days, fine), muted),
        1 => {
            let mark = if trace.complete { "" } else { "… " };
            // It stands where it came, not where it says.
            let clock = if trace.ahead { AHEAD } else { "" };
            let room = usize::from(slot.area.width).saturating_sub(mark.chars().count() + clock.len());
            let name = fit::elide_middle(Shown::new(&trace.top.name), room.max(6)).into_owned();
            Phrase::of(mark, muted).with(clock, canvas.style(Role::Warn)).with(name, text)
        }
        2 => {
            let code = match (trace.code.as_deref(), trace.failed) {
                (Some(code), true) => format!("{}{code}", Mark::Failed.symbol()),
                (Some(code), false) => code.to_owned(),
                (None, true) => format!("{} err", Mark::Failed.symbol()),
                (None, false) => show::ABSENT.to_owned(),
            };
            Phrase::of(code, if code_is_bad || (trace.failed && trace.code.is_none()) { bad } else { muted })
        }
        3 => Phrase::of(in_column(trace.duration_ns), if trace.failed { bad } else { text }),
        4 => {
            let share = if longest > 0 { trace.duration_ns as f64 / longest as f64 } else { 0.0 };
            let style = canvas.style(if trace.failed { Role::Bad } else { Role::Bar });
            bar(canvas, slot.area.x, slot.area.y, slot.area.width, share, style);
            return;
        }
        5 => went(canvas, model, trace, usize::from(slot.area.width)),
        6 => Phrase::of(show::commas(trace.spans.into()), muted),
        7 => Phrase::of(trace.id.short(6), muted),
        _ => match trace.kept {
            Kept::Failed => Phrase::of("failed", muted),
            Kept::Slow => Phrase::of("slow", canvas.style(Role::Warn)),
            Kept::Breaker => Phrase::of("breaker", canvas.style(Role::Warn)),
            Kept::Recent => Phrase::of("recent", muted),
            Kept::Usual => Phrase::of("usual", muted),
        },
    };
    debug_assert!(pane || slot.column < FULL.len());
    slot.put(canvas, &phrase);
}

/// `payments 10.0.0.9 ✗ 800 ms`. Where room is short the address loses its beginning, which its siblings share, never its end.
fn went(canvas: &Canvas<'_>, model: &Model, trace: &TraceSummary, cells: usize) -> Phrase<'static> {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let Some(went) = &trace.went else { return Phrase::of("–", muted) };
    let ink = if went.failed { text } else { muted };
    let mut took = Phrase::of(" ", muted);
    if went.failed {
        took = took.with(Mark::Failed.symbol(), canvas.theme().mark(Mark::Failed)).with(" ", muted);
    }
    let took = took.with(super::took(went.self_ns), ink);
    let room = cells.saturating_sub(took.cells());
    if let Some(towards) = &went.towards {
        // Nothing came from there: it may be of a service that nobody knows.
        let call = format!("{} {} ", model.cluster.short(&went.service), Mark::To.symbol());
        let mut phrase = Phrase::of(placed(&Shown::new(&call), Some(towards.text()), room), ink);
        phrase.extend(took);
        return phrase;
    }
    let whole = place(model, &went.service, went.instance.as_ref(), true);
    let service = format!("{} ", model.cluster.short(&went.service));
    let address = whole.get(service.len()..).filter(|_| went.instance.is_some());
    let name = placed(&Shown::new(&service), address, room);
    let mut phrase = Phrase::of(name, ink);
    phrase.extend(took);
    phrase
}

/// Who, and the address, of which the end is kept where not all of it has room; who alone where it has none at all.
fn placed(who: &Shown<'_>, address: Option<&str>, room: usize) -> Shown<'static> {
    match address.filter(|_| room.saturating_sub(who.cells()) > 2) {
        Some(address) => who.clone().join(&fit::address(Shown::new(address), false, room - who.cells())),
        None => fit::elide_end(Shown::new(who.as_str().trim_end()), room).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_that_does_not_fit_the_end_is_kept() {
        let at = |room| placed(&Shown::new("gateway ▸ "), Some("127.0.0.1:38173"), room).as_str().to_owned();
        assert_eq!(
            [at(25), at(23), at(19)],
            ["gateway ▸ 127.0.0.1:38173", "gateway ▸ ….0.0.1:38173", "gateway ▸ ….1:38173"]
        );
        assert!(at(15).ends_with("8173") && at(8).starts_with("gateway"), "{} {}", at(15), at(8));
    }

    #[test]
    fn a_request_has_room_before_its_bar_has() {
        let table = Table { columns: PANE, gap: 2, titles: true, rows: 1, top: 0, cursor: None };
        let slots = table.slots(Rect::new(0, 0, 93, 5));
        let width = |column| slots.iter().find(|slot| slot.column == column).map(|slot| slot.area.width);
        assert!(width(1) >= Some(18), "GET /articles/{{id}} is whole");
        assert!(width(4) >= Some(6), "and there still is a bar");
    }
}
