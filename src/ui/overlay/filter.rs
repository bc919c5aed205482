//! The filter while it is typed: in the footer's row, so that the list that it acts on stays in sight.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use crate::{
    app::{Model, navigate, screen::Screen},
    domain::show,
    theme::Role,
    ui::{
        screen::story,
        widget::{canvas::Canvas, field::field, phrase::Phrase},
    },
};

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, input: &Input) -> Option<Position> {
    let row = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    canvas.clear(row, Role::Surface);
    let (muted, key) = (canvas.style(Role::Muted), canvas.style(Role::Key));
    let mut aside = match hits(model) {
        Some(count) => Phrase::of(format!("{count}   "), canvas.style(Role::Text)),
        None => Phrase::new(),
    };
    aside = aside.with("Enter", key).with(" keep  ", muted).with("Esc", key).with(" as before", muted);
    let right = if row.width > 60 {
        canvas.phrase_right(row.x + 30, row.right().saturating_sub(1), row.y, &aside)
    } else {
        row.right()
    };
    let after = canvas.phrase(row.x + 1, row.y, 9, &Phrase::of("/ ", key).with("filter ", muted));
    let place = Rect { x: after, width: right.saturating_sub(after + 2), ..row };
    field(canvas, place, input.value(), input.cursor(), true)
}

/// How much of the pane the filter leaves, where that is cheap to say.
fn hits(model: &Model) -> Option<String> {
    match navigate::focus(model) {
        Screen::Balancer => Some(show::plural(model.rows.all.len() as u64, "row", "rows")),
        Screen::Circuits => {
            let count = crate::app::screen::circuits::rows(model).len();
            Some(show::plural(count as u64, "row", "rows"))
        }
        Screen::Story => Some(format!("{} of {} lines", story::shown(model).count(), model.world.story.events().len())),
        _ => None,
    }
}
