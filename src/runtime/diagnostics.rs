//! Keepwatch's own log as a screen: the state of tui-logger's widget, which the runtime owns since its store is the
//! crate's global. Not where the log is written (`log`).

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier, widgets::Widget as _};
use tui_logger::{TuiLoggerLevelOutput, TuiLoggerTargetWidget, TuiLoggerWidget, TuiWidgetEvent, TuiWidgetState};

use crate::{
    app::msg::DiagnosticsKey,
    theme::{Role, Theme},
    ui::screen::diagnostics::LogArea,
};

/// Below this many columns there is no room for it.
const LEAST: u16 = 12;

/// From this many columns on a line says which part of the program wrote it.
const WITH_TARGET: u16 = 60;

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

    /// Draws the lines, and below them what is recorded of whom. The screen has drawn all around them.
    pub fn draw(&self, area: LogArea, buffer: &mut Buffer, theme: &Theme) {
        let style = |role| theme.style(role);
        let clear = |area: Rect| area.width >= LEAST && area.height > 0;
        // First the targets: drawing them is what makes known which one the keys are for.
        if clear(area.targets) {
            // What is not recorded is left out, what is shown is underlined: never told by ink alone.
            TuiLoggerTargetWidget::default()
                .style(style(Role::Text))
                .highlight_style(style(Role::Select))
                .style_show(style(Role::Strong).add_modifier(Modifier::UNDERLINED))
                .style_hide(style(Role::Muted))
                .state(&self.state)
                .render(area.targets, buffer);
        }
        if clear(area.lines) {
            TuiLoggerWidget::default()
                .style(style(Role::Text))
                .style_error(style(Role::Bad))
                .style_warn(style(Role::Warn))
                .style_info(style(Role::Text))
                .style_debug(style(Role::Muted))
                .style_trace(style(Role::Stale))
                .output_separator(' ')
                .output_timestamp(Some("%H:%M:%S".into()))
                .output_level(Some(TuiLoggerLevelOutput::Long))
                .output_target(area.lines.width >= WITH_TARGET)
                .output_file(false)
                .output_line(false)
                .state(&self.state)
                .render(area.lines, buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screen::diagnostics::area;

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
        for size in [(160, 48), (100, 30), (80, 24), (60, 15), (40, 10)] {
            let at = area(size);
            let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            diagnostics.draw(at, &mut buffer, &Theme::default());
            let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            assert!(text.contains("no answer") && text.contains("keepwatch::probe"), "{size:?} {text}");
            assert!(!text.contains(['│', '┌', '└']), "no boxes of its own: {size:?} {text}");
        }
        for key in [DiagnosticsKey::Down, DiagnosticsKey::Plus, DiagnosticsKey::Focus, DiagnosticsKey::PageUp] {
            diagnostics.press(key);
        }
        for (width, height) in [(0, 0), (1, 1), (24, 4), (30, 5), (200, 5)] {
            diagnostics.draw(
                area((width, height)),
                &mut Buffer::empty(Rect::new(0, 0, width, height)),
                &Theme::default(),
            );
        }
    }
}
