//! What lies on top of a screen. It opens below the row that it is about, which stays lit; the rest is put into the ink
//! of inactive text. On small terminals it takes the whole body and scrolls.

mod ask;
mod batch;
mod begin;
mod filter;
mod help;
mod palette;
mod plan;
mod weight;
mod why;

use ratatui::layout::{Position, Rect};

use super::{
    rect, screen,
    widget::{
        canvas::Canvas,
        overlay::{overlay, quieten},
        page::Page,
        phrase::Phrase,
    },
};
use crate::{
    app::{
        Model,
        action::Stage,
        grid::{self, Room},
        overlay::Overlay,
        screen::Screen,
    },
    domain::show,
    theme::{Mark, Role},
};

/// What was drawn on top.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawn {
    /// Where the cursor is, if a field has it.
    pub cursor: Option<Position>,
    /// How far the topmost can be scrolled: the number of its last first line; `None` where it does not scroll.
    pub end: Option<usize>,
}

/// Draws everything that is open on top.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) -> Drawn {
    let mut body = rect(grid::frame((area.width, area.height)).body);
    if small(body) && model.notice.is_none() {
        // The keys of the screen below do nothing now: their row is worth more than they.
        body.height = area.bottom().saturating_sub(body.y);
    }
    if tight(model, (area.width, area.height)) {
        let bottom = body.bottom();
        body.y = area.y + 2;
        body.height = bottom - body.y;
    }
    let mut drawn = Drawn::default();
    for open in &model.overlays {
        drawn = match open {
            Overlay::Filter { field, .. } => Drawn { cursor: filter::draw(canvas, model, area, field), end: None },
            Overlay::Ask { asks, field, before } => {
                Drawn { cursor: ask::draw(canvas, model, area, (*asks, before), field), end: None }
            }
            Overlay::Begin { asks, field } => {
                Drawn { cursor: begin::draw(canvas, model, area, *asks, field), end: None }
            }
            Overlay::Help { top } => help::draw(canvas, model, body, *top),
            Overlay::Palette { field, at } => palette::draw(canvas, model, body, field, *at),
            Overlay::Weight { field } => weight::draw(canvas, model, body, field),
            Overlay::Plan { name, lease, reason, field, top, .. } => {
                plan::draw(canvas, model, body, plan::Fields { name, lease, reason, field: *field }, *top)
            }
            Overlay::Batch { reason, field, top, .. } => batch::draw(canvas, model, body, (reason, *field), *top),
            Overlay::Why => why::draw(canvas, model, body),
        };
    }
    drawn
}

/// Whether what lies on top takes row 1's second row too: it is the smallest terminal, and each row counts; or one says it, too.
pub fn tight(model: &Model, size: (u16, u16)) -> bool {
    crate::app::navigate::covered(model) && (size.1 < 13 || size.0 >= 100)
}

/// What an overlay says.
struct Sheet {
    /// At the left of its upper edge.
    title: Phrase<'static>,
    /// At the right of it.
    standing: Phrase<'static>,
    /// There is no way back.
    bad: bool,
    /// What stays in sight above what is scrolled.
    head: Page,
    /// What is scrolled.
    page: Page,
    /// What stays in sight below it: fields and keys.
    foot: Page,
    /// The first line shown.
    top: usize,
    /// Opens below the row of the list's cursor.
    about_row: bool,
}

/// How much of a body an overlay may have in columns; the room inside its frame.
fn inner_width(body: Rect, wish: u16) -> u16 {
    if small(body) { body.width } else { wish.min(body.width) }.saturating_sub(6)
}

/// Whether an overlay takes the whole body.
fn small(body: Rect) -> bool {
    body.width < 76 || body.height < 14
}

/// Draws a sheet where it belongs.
fn sheet(canvas: &mut Canvas<'_>, model: &Model, body: Rect, sheet: &Sheet) -> Drawn {
    let row = if sheet.about_row { about(model, body) } else { None };
    quieten_but(canvas, model, body, row);
    let roomy = !small(body);
    let width = sheet.page.width().max(sheet.foot.width()).saturating_add(6).min(body.width);
    let (head, foot) = (sheet.head.len(), sheet.foot.len());
    let margin = if roomy { 2 } else { 0 };
    let height = sheet.page.len().saturating_add(head).saturating_add(foot).saturating_add(2 + margin);
    let place = if roomy { place(body, row, width, height) } else { body };
    // Where it has to be scrolled, the lines are worth more than the margin.
    let margin = if place.height < height { 0 } else { margin };
    let inner = overlay(canvas, place, &sheet.title, &sheet.standing, sheet.bad);
    let inner = Rect { y: inner.y + margin / 2, height: inner.height.saturating_sub(margin), ..inner };
    let head = head.min(inner.height.saturating_sub(foot));
    let view = inner.height.saturating_sub(head.saturating_add(foot));
    sheet.head.draw(canvas, Rect { height: head, ..inner }, 0);
    let upper = Rect { y: inner.y + head, height: view, ..inner };
    let most = sheet.page.len().saturating_sub(view);
    let top = u16::try_from(sheet.top).unwrap_or(u16::MAX).min(most);
    let first = sheet.page.draw(canvas, upper, top);
    let lower = Rect { y: inner.y + head + view, height: inner.height - head - view, ..inner };
    let second = sheet.foot.draw(canvas, lower, 0);
    if most > 0 {
        let phrase = Phrase::of(hidden(most - top, top), canvas.style(Role::Muted));
        canvas.phrase_right(place.x + 2, place.right().saturating_sub(2), place.bottom().saturating_sub(1), &phrase);
    }
    Drawn { cursor: second.or(first), end: Some(usize::from(most)) }
}

/// What lies out of sight, and the keys to it.
fn hidden(below: u16, above: u16) -> String {
    let lines =
        |n: u16, mark: Mark| format!("{} {}", mark.symbol(), show::plural(u64::from(n), "more line", "more lines"));
    match (below, above) {
        (0, above) => format!(" {above} above  PgUp "),
        (below, 0) => format!(" {}  PgDn ", lines(below, Mark::Unfolded)),
        (below, above) => format!(" {above} above  {}  PgDn ", lines(below, Mark::Unfolded)),
    }
}

/// The row that an overlay is about, where it can be seen.
fn about(model: &Model, body: Rect) -> Option<Rect> {
    let size = model.size;
    if grid::frame(size).body.width != body.width {
        return None;
    }
    let area = match model.screen {
        Screen::Overview => {
            let shown = grid::overview(size, model.pane, crate::app::navigate::further(model)).panes;
            let (_, area) = shown.into_iter().find(|(s, _)| *s == Screen::Balancer)?;
            rect(area)
        }
        Screen::Balancer => screen::balancer::list_area(model, body),
        _ => return None,
    };
    if Room::of(size) <= Room::Marks {
        return None;
    }
    screen::instances::cursor_row(model, area)
}

/// Below the row, else above it, where it fits as a whole; else as low in the body as it has to be.
fn place(body: Rect, row: Option<Rect>, width: u16, height: u16) -> Rect {
    let x = body.x + (body.width - width) / 2;
    let height = height.min(body.height);
    let y = match row {
        Some(row) if row.y + 2 + height <= body.bottom() => row.y + 2,
        Some(row) if row.y + 1 + height <= body.bottom() => row.y + 1,
        Some(row) if body.y + height < row.y => row.y - height - 1,
        Some(_) => body.bottom() - height,
        None => body.y + (body.height - height).min(3),
    };
    Rect::new(x, y, width, height)
}

/// Everything but the row goes into the ink of what is inactive: body and footer; header and verdict stay.
fn quieten_but(canvas: &mut Canvas<'_>, model: &Model, body: Rect, row: Option<Rect>) {
    // Below what has ended the keys work: they close it first.
    let over = matches!(model.action.as_ref().map(|action| &action.stage), Some(Stage::Ended { .. }));
    if model.notice.is_none() && !over {
        quieten(canvas, Rect { y: body.bottom(), height: 1, ..body });
    }
    let Some(row) = row else { return quieten(canvas, body) };
    quieten(canvas, Rect { height: row.y.saturating_sub(body.y), ..body });
    quieten(canvas, Rect { y: row.bottom(), height: body.bottom().saturating_sub(row.bottom()), ..body });
    quieten(canvas, Rect { x: body.x, width: row.x.saturating_sub(body.x), ..row });
    quieten(canvas, Rect { x: row.right(), width: body.right().saturating_sub(row.right()), ..row });
}

/// Keys as the foot of an overlay names them.
fn keys(canvas: &Canvas<'_>, all: &[(&str, &str)]) -> Phrase<'static> {
    let (key, muted) = (canvas.style(Role::Key), canvas.style(Role::Muted));
    let mut phrase = Phrase::new();
    for (n, (name, verb)) in all.iter().enumerate() {
        if n > 0 {
            phrase.push("    ", muted);
        }
        phrase.push((*name).to_owned(), key);
        phrase.push(format!(" {verb}"), muted);
    }
    phrase
}
