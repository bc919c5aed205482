//! How many lines of each level came when, on one time axis, and below them what happened.

use ratatui::layout::Rect;

use super::row::kind;
use crate::{
    app::{Model, screen::logs as state},
    domain::{log::Level, show, time::Moment},
    insight::flow::usual,
    theme::Role,
    ui::{
        say,
        widget::{Canvas, Phrase, spark},
    },
};

/// What the axis shows, in ms.
const SPAN_MS: i64 = 140_000;

/// The columns left of the axis.
const LABEL: u16 = 17;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let width = area.width.saturating_sub(LABEL + 1);
    if width < 10 {
        return;
    }
    let (muted, line) = (canvas.style(Role::Muted), canvas.style(Role::Line));
    // Cells have round bounds, so that a graph moves on only when one is over.
    let cell_ms = (SPAN_MS / i64::from(width) + 249) / 250 * 250;
    let cell_ms = cell_ms.max(250);
    let end = Moment((say::now(model).0.div_euclid(cell_ms) + 1) * cell_ms);
    let begin = end.plus(-cell_ms * i64::from(width));
    let cells = model.world.logs.levels(begin, cell_ms, usize::from(width));
    let x = area.x + LABEL;
    let rows: [(&str, &[Level], Role); 3] = [
        ("errors", &[Level::Error, Level::Fatal], Role::Bad),
        ("warnings", &[Level::Warn], Role::Warn),
        ("info", &[Level::Info, Level::Debug, Level::Trace, Level::Unknown], Role::BarLow),
    ];
    for (y, (name, levels, role)) in (area.y..).zip(rows) {
        let counts: Vec<u64> =
            cells.iter().map(|cell| levels.iter().map(|level| u64::from(cell[*level as usize])).sum()).collect();
        let sum: u64 = counts.iter().sum();
        let ink = if sum > 0 && role != Role::BarLow { canvas.bold(role) } else { muted };
        canvas.put(area.x + 1, y, 9, name, muted);
        canvas.phrase_right(area.x + 9, x - 2, y, &Phrase::of(show::about(sum), ink));
        let values: Vec<Option<f64>> = counts.iter().map(|n| (*n > 0).then_some(*n as f64)).collect();
        let style = canvas.style(role);
        spark(canvas, (x, y, width), &values, usual(&values), |_| style);
    }
    let y = area.y + 3;
    canvas.put(area.x + 1, y, 9, "events", muted);
    let mut count = 0;
    for (_, event) in state::events(model).rev().take_while(|(_, event)| event.at >= begin) {
        count += 1;
        let cell = u16::try_from(event.at.since(begin) / cell_ms).unwrap_or(u16::MAX);
        if cell < width {
            let (mark, _) = kind(event);
            canvas.glyph(x + cell, y, mark.symbol(), canvas.theme().mark(mark));
        }
    }
    canvas.phrase_right(area.x + 9, x - 2, y, &Phrase::of(show::count(count), muted));
    let y = y + 1;
    canvas.put(x, y, 8, say::clock(model, begin), muted);
    if width > 40 {
        canvas.put(x + width / 2, y, 8, say::clock(model, begin.plus(cell_ms * i64::from(width / 2))), muted);
    }
    canvas.phrase_right(x, area.right().saturating_sub(1), y, &Phrase::of(say::clock(model, say::now(model)), muted));
    canvas.run(area.x, y + 1, area.width, "─", line);
}
