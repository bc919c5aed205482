//! The logs pane and screen.

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, screen::Screen},
    ui::widget::{canvas::Canvas, phrase::Phrase},
};

/// Draws it; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    head(canvas, model, area, Screen::Logs, pane, Phrase::new());
}
