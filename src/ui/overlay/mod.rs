//! What lies on top of a screen.

use ratatui::layout::{Position, Rect};

use super::widget::canvas::Canvas;
use crate::app::Model;

/// Draws everything that is open on top; where the cursor is, if a field has it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) -> Option<Position> {
    let _ = (canvas, model, area);
    None
}
