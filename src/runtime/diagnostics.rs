//! Keepwatch's own log as a screen: the state of tui-logger's widget, which the runtime owns since its store is the
//! crate's global. Not where the log is written (`log`).

use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget as _};
use tui_logger::{TuiLoggerLevelOutput, TuiLoggerSmartWidget, TuiWidgetEvent, TuiWidgetState};

use crate::{
    app::msg::DiagnosticsKey,
    theme::{Role, Theme},
};

/// Below this many columns or rows there is no room for the widget.
const LEAST: (u16, u16) = (24, 4);

/// The widget's state.
#[derive(Default)]
pub struct Diagnostics {
    state: TuiWidgetState,
}

impl Diagnostics {
    /// Nothing chosen, everything recorded is shown.
    pub fn new() -> Diagnostics {
        Diagnostics { state: TuiWidgetState::new().set_default_display_level(log::LevelFilter::Debug) }
    }

    /// Moves what was logged to where it is shown. tui-logger would run a thread for it, which wakes 85 times a second.
    pub fn gather(&self) {
        tui_logger::move_events();
    }

    /// A key for the widget.
    pub fn press(&self, key: DiagnosticsKey) {
        self.state.transition(match key {
            DiagnosticsKey::Up => TuiWidgetEvent::UpKey,
            DiagnosticsKey::Down => TuiWidgetEvent::DownKey,
            DiagnosticsKey::Right => TuiWidgetEvent::RightKey,
            DiagnosticsKey::Left => TuiWidgetEvent::LeftKey,
            DiagnosticsKey::Plus => TuiWidgetEvent::PlusKey,
            DiagnosticsKey::Minus => TuiWidgetEvent::MinusKey,
            DiagnosticsKey::PageUp => TuiWidgetEvent::PrevPageKey,
            DiagnosticsKey::PageDown => TuiWidgetEvent::NextPageKey,
            DiagnosticsKey::Focus => TuiWidgetEvent::FocusKey,
            DiagnosticsKey::Hide => TuiWidgetEvent::SpaceKey,
            DiagnosticsKey::Escape => TuiWidgetEvent::EscapeKey,
        });
    }

    /// Draws the widget.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return;
        }
        let style = |role| theme.style(role);
        TuiLoggerSmartWidget::default()
            .style(style(Role::Surface).patch(style(Role::Text)))
            .border_style(style(Role::Line))
            .highlight_style(style(Role::Select))
            .style_error(style(Role::Bad))
            .style_warn(style(Role::Warn))
            .style_info(style(Role::Text))
            .style_debug(style(Role::Muted))
            .style_trace(style(Role::Stale))
            .style_show(style(Role::Text))
            .style_hide(style(Role::Muted))
            .style_off(style(Role::Stale))
            .title_target(" Recorded ")
            .title_log(" Keepwatch's own log ")
            .output_separator(' ')
            .output_timestamp(Some("%H:%M:%S".into()))
            .output_level(Some(TuiLoggerLevelOutput::Long))
            .output_target(true)
            .output_file(false)
            .output_line(false)
            .state(&self.state)
            .render(area, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_drawn_and_small_rooms_do_no_harm() {
        tui_logger::set_default_level(log::LevelFilter::Debug);
        let record = log::Record::builder()
            .level(log::Level::Warn)
            .target("keepwatch::probe")
            .args(format_args!("no answer"))
            .build();
        tui_logger::Drain::new().log(&record);
        let diagnostics = Diagnostics::new();
        diagnostics.gather();
        let area = Rect::new(0, 0, 100, 12);
        let mut buffer = Buffer::empty(area);
        diagnostics.draw(area, &mut buffer, &Theme::default());
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("no answer") && text.contains("keepwatch::probe"), "{text}");
        for key in [DiagnosticsKey::Down, DiagnosticsKey::Plus, DiagnosticsKey::Focus, DiagnosticsKey::PageUp] {
            diagnostics.press(key);
        }
        for (width, height) in [(0, 0), (1, 1), (24, 4), (30, 5), (200, 5)] {
            let area = Rect::new(0, 0, width, height);
            diagnostics.draw(area, &mut Buffer::empty(area), &Theme::default());
        }
    }
}
