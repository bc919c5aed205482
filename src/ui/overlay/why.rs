//! Why: the shown verdict with its evidence and its cause, over whatever screen is open.

use ratatui::layout::Rect;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::Model,
    theme::Role,
    ui::{
        screen::verdicts,
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect) -> Drawn {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let width = inner_width(body, 116);
    let mut page = Page::new(width);
    let mut standing = Phrase::new();
    match model.verdicts.get(model.verdict_at) {
        Some(verdict) => {
            standing.push(format!("{} of {}", model.verdict_at + 1, model.verdicts.len()), muted);
            verdicts::why(canvas, model, verdict, &mut page);
        }
        None => page.say(0, 0, &Phrase::of("No problem is known.", canvas.style(Role::Text))),
    }
    let mut foot = Page::new(width);
    foot.rule();
    foot.say(0, 0, &keys(canvas, &[("Enter", "go to it"), ("n N", "next, previous problem"), ("Esc", "close")]));
    let title = Phrase::of("Why?", strong);
    sheet(
        canvas,
        model,
        body,
        &Sheet { title, standing, bad: false, head: Page::new(0), page, foot, top: 0, about_row: false },
    )
}
