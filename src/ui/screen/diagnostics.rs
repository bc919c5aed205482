//! The diagnostics screen.

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, screen::Screen},
    ui::widget::{canvas::Canvas, phrase::Phrase},
};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    head(canvas, model, area, Screen::Diagnostics, false, Phrase::new());
}
