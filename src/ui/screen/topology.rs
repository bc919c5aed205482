//! The topology pane and screen: the picture, what it leaves out, and beside it what is known of the service or call under
//! the cursor.
//!
//! ```text
//! ━ 1 Topology · standing on the call orders ▸ payments ━━━━ 6 services, 9 calls, all drawn ━┬─ Call · orders ▸ payments ─ ⊗ open ─
//! ```

mod below;
mod detail;
mod inside;
mod picture;

use ratatui::layout::Rect;

use super::{as_of, follows, head, narrowed, way_out};
use crate::{
    app::{Model, screen::Screen},
    domain::{show, text::Shown, topology::At},
    theme::Role,
    ui::{
        say,
        widget::{
            canvas::Canvas,
            phrase::Phrase,
            rule::{Rule, divider, rule},
            topology::legend,
        },
    },
};

/// The columns of the detail, from a width of 130 on.
const DETAIL: u16 = 43;

/// Draws it; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    if pane {
        let picture = picture::Picture::new(canvas, model, true);
        let said = old(canvas, model).unwrap_or_else(|| picture.left_out(canvas, area.width));
        let inner = head(canvas, model, area, Screen::Topology, true, said);
        show_picture(canvas, model, inner, &picture, false);
        if say::freshness(model).all_old() {
            canvas.stale(inner);
        }
        return;
    }
    let beside = area.width >= 130;
    let left = if beside { Rect { width: area.width - DETAIL - 1, ..area } } else { area };
    let picture = picture::Picture::new(canvas, model, false);
    let standing = model.screens.topology.at().map(|at| match at {
        At::Service(name) => format!("standing on {}", model.cluster.short(&name)),
        At::Call(from, to) => {
            format!("standing on the call {} ▸ {}", model.cluster.short(&from), model.cluster.short(&to))
        }
    });
    let muted = canvas.style(Role::Muted);
    let title = Rule {
        number: Some(Screen::Topology.digit() as u8),
        name: Shown::new("Topology"),
        narrowed: narrowed(model).filter(|_| follows(model, Screen::Topology)),
        note: standing.map_or_else(Phrase::new, |text| Phrase::of(text, muted)),
        summary: old(canvas, model).unwrap_or_else(|| picture.left_out(canvas, left.width)),
        leave: way_out(canvas, model),
        focused: true,
    };
    rule(canvas, left, &title);
    let inner = Rect { y: left.y + 1, height: left.height - 1, ..left };
    let folded = !model.screens.topology.map.folded.groups.is_empty();
    let rows = match (inner.height, folded) {
        (0..20, _) => 0,
        (20..34, _) | (_, false) => 3,
        (_, true) => 10,
    };
    let (above, under) =
        (Rect { height: inner.height - rows, ..inner }, Rect { y: inner.bottom() - rows, height: rows, ..inner });
    show_picture(canvas, model, above, &picture, true);
    if say::freshness(model).all_old() {
        canvas.stale(above);
    }
    if folded && rows > 3 {
        below::problems(canvas, model, under);
    } else if rows > 0 {
        below::walk(canvas, model, under);
    }
    if beside {
        let right = Rect { x: left.right() + 1, width: DETAIL, ..area };
        detail::draw(canvas, model, right);
        divider(canvas, left.right(), area.y, area.bottom());
    }
}

/// Of when the picture is, where it is old: its shape is the registry's, its numbers are the traces'.
fn old(canvas: &Canvas<'_>, model: &Model) -> Option<Phrase<'static>> {
    let now = say::freshness(model);
    let shape = if now.all_old() { "" } else { "shape " };
    as_of(canvas, model, shape, now.registry).or_else(|| as_of(canvas, model, "rates ", now.traces))
}

/// The picture, and below it what its lines mean where there is room for that.
fn show_picture(canvas: &mut Canvas<'_>, model: &Model, area: Rect, picture: &picture::Picture<'_>, full: bool) {
    if picture.is_empty() && picture.folds.is_empty() {
        let why = if model.world.registry.complete().is_none() {
            "The registry is not read yet."
        } else {
            "No service is registered."
        };
        canvas.put(area.x + 1, area.y, area.width.saturating_sub(2), why, canvas.style(Role::Muted));
        return;
    }
    let room = u16::from(area.height >= 16 && area.width >= 60);
    let upper = Rect { height: area.height - room, ..area };
    if picture.is_empty() {
        below::folds(canvas, upper, &picture.folds);
    } else {
        picture.draw(canvas, upper);
    }
    if room > 0 {
        legend(canvas, area.x + 1, area.bottom() - 1, area.width.saturating_sub(2), full || !picture.traffic);
    }
}

/// So many of a thing, in the words of a rule.
fn counted(n: usize, one: &str, many: &str) -> String {
    show::plural(n as u64, one, many)
}

#[cfg(test)]
mod topology_tests;
