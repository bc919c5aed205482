//! The pure view: Model and theme to cells. Mirrors `app` file for file.

pub mod widget;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{app::Model, theme::Theme};

/// Draws the Model; where the cursor is to be shown, if anywhere.
pub fn view(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let _ = (model, theme);
    buffer.set_string(area.x, area.y, "KEEPWATCH", ratatui::style::Style::default());
    None
}
