//! The balancer: instances with weights and shares, and the detail of the one under the cursor.

use ratatui::layout::Rect;

use super::instances;
use crate::{app::Model, ui::widget::canvas::Canvas};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, size: (u16, u16)) {
    let _ = size;
    instances::draw(canvas, model, area, false);
}
