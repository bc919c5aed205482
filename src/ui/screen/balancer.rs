//! The balancer: instances with weights and shares, and the detail of the one under the cursor: at the right from 130
//! columns, below from 34 rows, else in place of most of the list once the instance is opened.
//!
//! ```text
//! ━ 2 Balancer · orders  3 of 3 serve ━━━━━━━━━━━━━━━┬─ 10.0.0.7:5002 ── ≠ opinions differ ─
//!   instance       declared  acts    due  share      │ Weight ───────────────────────── age
//! ▸ 10.0.0.7:5002         2     2   15 %  ━─────     │ declared     2 in the znode     1.3 s
//! ─ Callers ─────────────────────────────────────────┤
//! ```

mod admin;
mod calls;
mod detail;
pub(in crate::ui) mod progress;
mod shares;
mod told;

use ratatui::layout::Rect;

use super::{instances, narrowed, scroll, way_out};
use crate::{
    app::{
        Model,
        grid::{self, Area},
        rows::Row,
        screen::Screen,
        selection::Selection,
    },
    domain::text::Shown,
    insight::{share, status},
    theme::{Mark, Role},
    ui::{
        rect,
        widget::{
            canvas::Canvas,
            page::Page,
            phrase::Phrase,
            rule::{Rule, divider, joint, rule},
        },
    },
};

/// How a body is shared between list, what belongs to it, and detail.
struct Parts {
    list: Rect,
    below: Option<Rect>,
    detail: Option<Rect>,
}

fn parts(model: &Model, body: Rect) -> Parts {
    let area = Area::new(body.x, body.y, body.width, body.height);
    let instance = matches!(model.selection, Selection::Instance(_));
    let parts = grid::balancer(area, model.rows.all.len(), instance);
    Parts { list: rect(parts.list), below: parts.below.map(rect), detail: parts.detail.map(rect) }
}

/// Where the list is, its rule first.
pub fn list_area(model: &Model, body: Rect) -> Rect {
    parts(model, body).list
}

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, _size: (u16, u16)) {
    let parts = parts(model, body);
    head(canvas, model, parts.list);
    let inner = Rect { y: parts.list.y + 1, height: parts.list.height.saturating_sub(1), ..parts.list };
    // A blank column inside, as each pane has.
    instances::list(canvas, model, Rect { width: inner.width.saturating_sub(1), ..inner }, false);
    if let Some(below) = parts.below {
        calls::draw(canvas, model, below);
    }
    let Some(area) = parts.detail else { return };
    let beside = area.x > body.x;
    let inner = if beside { Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area } } else { area };
    draw_detail(canvas, model, inner, parts.below.is_some());
    if beside {
        divider(canvas, area.x, area.y, area.bottom());
        joint(canvas, area.x, area.y, false, true);
        if let Some(below) = parts.below {
            // Each rule below the list ends at the line.
            let (line, dash) = (canvas.style(Role::Line), canvas.theme().glyphs().show("─"));
            for y in below.y..below.bottom() {
                if canvas.at(area.x - 1, y) == dash {
                    canvas.glyph(area.x, y, "┤", line);
                }
            }
        }
    }
}

/// The list's rule: what it is narrowed to, and that service's sums.
fn head(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let muted = canvas.style(Role::Muted);
    let mut note = Phrase::new();
    if let Some(summary) = model.selection.service().and_then(|name| model.cluster.service(name)) {
        let (number, rest) = summary.serve();
        note.push(number + &rest, muted);
    }
    let of = Rule {
        number: Some(Screen::Balancer.digit() as u8),
        name: Shown::new("Balancer"),
        narrowed: narrowed(model),
        note,
        summary: instances::summary(canvas, model, area, false),
        leave: way_out(canvas, model),
        focused: true,
    };
    rule(canvas, area, &of);
}

/// The detail of what is under the cursor; `apart`: calls and story stand elsewhere.
fn draw_detail(canvas: &mut Canvas<'_>, model: &Model, area: Rect, apart: bool) {
    let muted = canvas.style(Role::Muted);
    let room = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    let (name, summary, blocks) = match model.rows.all.get(model.cursor.at) {
        Some(Row::Instance(id, key)) => {
            let Some((service, slot)) =
                model.world.registry.service(id).and_then(|s| s.slots.get(key).map(|slot| (s, slot)))
            else {
                return;
            };
            let view = status::instance(&model.world, service, slot, share::total(service));
            let summary = if instances::differ(model, &view) {
                Phrase::of(Mark::Disagree.symbol(), canvas.theme().mark(Mark::Disagree)).with(" opinions differ", muted)
            } else {
                instances::state(canvas, model, &view, usize::from(room.width))
            };
            let width = columns(room).1;
            let blocks = detail::blocks(canvas, model, service, &view, width);
            (Shown::new(slot.name()).into_owned(), summary, blocks)
        }
        Some(Row::Service(id)) => {
            let width = columns(room).1;
            let blocks = calls::blocks(canvas, model, id, width, apart);
            (Shown::new(model.cluster.short(&id.name)).into_owned(), Phrase::new(), blocks)
        }
        _ => (Shown::new("Detail"), Phrase::new(), Vec::new()),
    };
    rule(canvas, area, &Rule { name, summary, ..Rule::default() });
    flow(canvas, room, blocks, model);
}

/// How many columns of blocks there are, and how wide each is.
fn columns(room: Rect) -> (u16, u16) {
    let count = ((room.width + 3) / 55).clamp(1, 3);
    (count, (room.width + 3) / count - 3.min(room.width))
}

/// Blocks from top to bottom, then in the next column. What finds no room so is made one text in columns, scrolled by
/// `top` lines; what is still below is counted.
fn flow(canvas: &mut Canvas<'_>, room: Rect, blocks: Vec<Page>, model: &Model) {
    let (count, width) = columns(room);
    let (mut column, mut y) = (0, room.y);
    let mut places = Vec::new();
    for block in &blocks {
        if y > room.y && y + block.len() > room.bottom() && column + 1 < count {
            column += 1;
            y = room.y;
        }
        places.push((room.x + column * (width + 3), y));
        y = y.saturating_add(block.len() + 1);
        if y > room.bottom() + 1 {
            return scrolled(canvas, room, blocks, model);
        }
    }
    for (block, (x, y)) in blocks.iter().zip(places) {
        block.draw(canvas, Rect { x, y, width, height: block.len() }, 0);
    }
}

fn scrolled(canvas: &mut Canvas<'_>, room: Rect, blocks: Vec<Page>, model: &Model) {
    let (count, width) = columns(room);
    let mut all = Page::new(width);
    for block in blocks {
        all.blank();
        all.extend(block);
    }
    scroll::scrolled(canvas, room, &all, model, (count, width), model.screens.detail);
}
