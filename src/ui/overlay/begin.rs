//! What the first screen asks for, typed in the footer's row: an address or a file.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use crate::{
    app::{Model, overlay::begin::Asks},
    theme::Role,
    ui::widget::{canvas::Canvas, field::field, phrase::Phrase},
};

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, asks: Asks, input: &Input) -> Option<Position> {
    let row = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    canvas.clear(row, Role::Surface);
    let (muted, key) = (canvas.style(Role::Muted), canvas.style(Role::Key));
    let what = match asks {
        Asks::Registry => "host:port of a ZooKeeper ",
        Asks::File => "path of a configuration file ",
    };
    if let (Some(told), Some(y)) = (&model.notice, row.y.checked_sub(1)) {
        let warn = canvas.bold(Role::Warn);
        canvas.clear(Rect { y, ..row }, Role::Surface);
        canvas.phrase(row.x + 1, y, row.width.saturating_sub(2), &Phrase::of(&*told.text, warn));
    }
    let mut right = row.right();
    if row.width > 60 {
        let aside = Phrase::of("Enter", key).with(" begin with it  ", muted).with("Esc", key).with(" back", muted);
        right = canvas.phrase_right(row.x + 30, row.right().saturating_sub(1), row.y, &aside);
    }
    let after = canvas.phrase(row.x + 1, row.y, row.width.saturating_sub(2), &Phrase::of(what, muted));
    let place = Rect { x: after, width: right.saturating_sub(after + 2), ..row };
    field(canvas, place, input.value(), input.cursor(), true)
}
