//! How many of the lines that the filter leaves came when, by level, on one time axis, and below them what happened. It ends
//! now; where older lines are read it is about them, and says where among them the cursor is. Where none of them is of now, as in
//! a file of yesterday or where what is asked for ended a while ago, it is about all of them.

use ratatui::{layout::Rect, style::Style};

use super::row::kind;
use crate::{
    app::{Model, screen::logs as state},
    domain::{log::Level, show, time::Moment},
    insight::flow::usual,
    theme::{Mark, Role},
    ui::{
        say,
        widget::{Canvas, Phrase, spark},
    },
};

/// What the axis shows of what goes on, in ms.
const SPAN_MS: i64 = 140_000;

/// What a cell spans where all lines are shown, in ms, at least; beyond the last, days.
const ROUND_MS: [i64; 19] = [
    1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
    7_200_000, 10_800_000, 14_400_000, 21_600_000, 43_200_000, DAY_MS,
];
const DAY_MS: i64 = 86_400_000;

/// The columns left of the axis.
const LABEL: u16 = 17;

/// The moment at which the axis ends: now, or later than what is read by a part of it. It moves by halves, not with each row.
fn last(model: &Model, span: i64) -> Moment {
    let now = say::now(model);
    let newest = model.world.logs.range().map_or(now, |(_, newest)| newest);
    let read = model.screens.logs.on.map_or(newest, |on| on.at);
    if read > now.plus(-span) {
        return now;
    }
    let half = (span / 2).max(1);
    Moment((read.0.div_euclid(half) + 1) * half).plus(half / 2).min(now)
}

/// What a cell spans where all lines have room in so many of them, and where the axis ends; `None` where some are of now.
fn whole(model: &Model, width: u16, span: i64) -> Option<(i64, Moment)> {
    let logs = &model.world.logs;
    let (first, newest) = model.screens.logs.list.range(logs).or_else(|| logs.range())?;
    let cells = |cell: i64| newest.0.div_euclid(cell) - first.0.div_euclid(cell) + 1;
    let fits = |cell: &i64| cells(*cell) <= i64::from(width);
    let is_old = newest <= say::now(model).plus(-span);
    let cell = || ROUND_MS.into_iter().find(fits).unwrap_or((cells(DAY_MS) / i64::from(width) + 1) * DAY_MS);
    is_old.then(|| (cell(), newest))
}

/// The levels that have no row of their own.
const OTHERS: [Level; 4] = [Level::Info, Level::Debug, Level::Trace, Level::Unknown];

/// What the row of those levels counts: one of them, or several.
fn others(cells: &[[u32; 7]]) -> &'static str {
    let mut there = OTHERS.into_iter().filter(|level| cells.iter().any(|cell| cell[*level as usize] > 0));
    match (there.next(), there.next()) {
        (None | Some(Level::Info), None) => "info",
        (Some(Level::Unknown), None) => "no level",
        (Some(level), None) => level.word(),
        _ => "others",
    }
}

fn long(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let width = area.width.saturating_sub(LABEL + 1);
    if width < 10 {
        return;
    }
    let (muted, line) = (canvas.style(Role::Muted), canvas.style(Role::Line));
    // Cells have round bounds, so that a graph moves on only when one is over.
    let cell_ms = (SPAN_MS / i64::from(width) + 249) / 250 * 250;
    let cell_ms = cell_ms.max(250);
    let live = cell_ms * i64::from(width);
    let (cell_ms, last) = whole(model, width, live).unwrap_or_else(|| (cell_ms, last(model, live)));
    let span = cell_ms * i64::from(width);
    let end = Moment((last.0.div_euclid(cell_ms) + 1) * cell_ms);
    let begin = end.plus(-span);
    let cells = model.screens.logs.list.levels(&model.world.logs, begin, cell_ms, usize::from(width));
    let x = area.x + LABEL;
    let rows: [(&str, &[Level], Role); 3] = [
        ("errors", &[Level::Error, Level::Fatal], Role::Bad),
        ("warnings", &[Level::Warn], Role::Warn),
        (others(&cells), &OTHERS, Role::BarLow),
    ];
    // Where there is little room: what is wrong, and when.
    let small = area.height < 6;
    let mut y = area.y;
    for (name, levels, role) in rows.into_iter().take(if small { 2 } else { 3 }) {
        let counts: Vec<u64> =
            cells.iter().map(|cell| levels.iter().map(|level| u64::from(cell[*level as usize])).sum()).collect();
        let sum: u64 = counts.iter().sum();
        let ink = if sum > 0 && role != Role::BarLow { canvas.bold(role) } else { muted };
        canvas.put(area.x + 1, y, 9, name, muted);
        canvas.phrase_right(area.x + 10, x - 1, y, &Phrase::of(show::count(sum), ink));
        let values: Vec<Option<f64>> = counts.iter().map(|n| (*n > 0).then_some(*n as f64)).collect();
        let style = canvas.style(role);
        spark(canvas, (x, y, width), &values, usual(&values), |_| style);
        y += 1;
    }
    if small {
        return axis(canvas, model, Rect { y, ..area }, (begin, last, cell_ms));
    }
    canvas.put(area.x + 1, y, 9, "events", muted);
    let mut count = 0;
    for (_, event) in state::events(model).rev().take_while(|(_, event)| event.at >= begin) {
        let cell = u16::try_from(event.at.since(begin) / cell_ms).unwrap_or(u16::MAX);
        if cell < width {
            count += 1;
            let (mark, _) = kind(event);
            canvas.glyph(x + cell, y, mark.symbol(), canvas.theme().mark(mark));
        }
    }
    // Where they are left out, nothing is counted.
    let count = if model.screens.logs.events { show::count(count) } else { "–".to_owned() };
    canvas.phrase_right(area.x + 10, x - 1, y, &Phrase::of(count, muted));
    axis(canvas, model, Rect { y: y + 1, ..area }, (begin, last, cell_ms));
    canvas.run(area.x, y + 2, area.width, "─", line);
}

/// When the graphs begin and end, and where between is what is read, in the first row of an area.
fn axis(canvas: &mut Canvas<'_>, model: &Model, area: Rect, (begin, last, cell_ms): (Moment, Moment, i64)) {
    let muted = canvas.style(Role::Muted);
    let (x, y, width) = (area.x + LABEL, area.y, area.width.saturating_sub(LABEL + 1));
    let end = begin.plus(cell_ms * i64::from(width));
    let right = area.right().saturating_sub(1);
    let mut said: Vec<(u16, String, Style)> = Vec::new();
    if let Some(on) = model.screens.logs.on.filter(|on| on.at >= begin && on.at < end) {
        // In place of other times: where it is read is what matters.
        let cell = u16::try_from(on.at.since(begin) / cell_ms).unwrap_or(width);
        let text = format!("{}{}", Mark::To.symbol(), say::stamp(model, on.at));
        said.push(((x + cell).min(right.saturating_sub(long(&text))), text, canvas.style(Role::Focus)));
    }
    let middle = begin.plus(cell_ms * i64::from(width / 2));
    let last = say::behind(model, begin, last, false);
    said.push((x, say::stamp(model, begin), muted));
    said.push((right.saturating_sub(long(&last)), last, muted));
    if width > 40 {
        said.push((x + width / 2, say::behind(model, begin, middle, false), muted));
    }
    for (place, (from, text, style)) in said.iter().enumerate() {
        let end = from + long(text);
        let beside = |(at, text, _): &(u16, String, Style)| *from > at + long(text) || *at > end;
        if said[..place].iter().all(beside) {
            canvas.put(*from, y, right.saturating_sub(*from), &**text, *style);
        }
    }
}
