//! A detail that is longer than its room: as much of it as there is room for, in one column or several, and how much is
//! above and below, with the keys that lead there.

use ratatui::layout::Rect;

use crate::{
    app::Model,
    command::Command,
    domain::show,
    theme::Role,
    ui::widget::{Canvas, Page, Phrase},
};

/// Draws a page from line `top` on in `count` columns of `width` cells, no further than its end.
pub(super) fn scrolled(
    canvas: &mut Canvas<'_>,
    room: Rect,
    all: &Page,
    model: &Model,
    (count, width): (u16, u16),
    top: usize,
) {
    let height = room.height.saturating_sub(1);
    let seen = height.saturating_mul(count);
    let most = all.len().saturating_sub(seen);
    let top = u16::try_from(top).unwrap_or(u16::MAX).min(most);
    for column in 0..count {
        let place = Rect { x: room.x + column * (width + 3), width, height, ..room };
        all.draw(canvas, place, top + column * height);
    }
    if room.height < 2 {
        return;
    }
    let (key, muted) = (canvas.style(Role::Key), canvas.style(Role::Muted));
    let mut said = Vec::new();
    for (lines, word, command) in [(top, "above", Command::DetailUp), (most - top, "below", Command::DetailDown)] {
        if lines > 0 {
            let keys = model.setup.keys.keys(command).first().map(ToString::to_string).unwrap_or_default();
            said.push((format!("{} {word} ", show::plural(u64::from(lines), "line", "lines")), keys));
        }
    }
    let mut phrase = Phrase::new();
    for (n, (text, keys)) in said.into_iter().enumerate() {
        phrase = phrase.with(if n > 0 { "  " } else { "" }, muted).with(text, muted).with(keys, key);
    }
    canvas.phrase_right(room.x, room.right(), room.bottom() - 1, &phrase);
}
