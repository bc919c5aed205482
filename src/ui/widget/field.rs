//! A line of text being edited: it scrolls so that the cursor stays in sight. Editing itself is `tui-input`'s.

use ratatui::layout::{Position, Rect};

use super::canvas::Canvas;
use crate::domain::fit;
use crate::domain::text::Shown;
use crate::theme::Role;

/// Draws a field's text into the first row of `area`, and returns where the terminal's cursor belongs when the field has
/// it. `cursor` counts the characters before it.
pub fn field(canvas: &mut Canvas<'_>, area: Rect, text: &str, cursor: usize, focused: bool) -> Option<Position> {
    if area.width < 2 || area.height == 0 {
        return None;
    }
    let row = Rect { height: 1, ..area };
    canvas.clear(row, if focused { Role::Select } else { Role::Bg });
    let room = usize::from(area.width) - 1;
    let split = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
    let before = fit::elide_start(Shown::new(&text[..split]), room);
    let style = canvas.style(Role::Text);
    let at = canvas.put(area.x, area.y, area.width, &before, style);
    let after = Shown::new(&text[split..]);
    canvas.put(at, area.y, area.right().saturating_sub(at), after, style);
    if !focused {
        return None;
    }
    let select = canvas.style(Role::Select);
    canvas.tint(row, select);
    Some(Position { x: at.min(area.right() - 1), y: area.y })
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    fn shown(text: &str, cursor: usize) -> (String, Option<Position>) {
        let mut place = None;
        let text = drawn(10, 1, |canvas| place = field(canvas, Rect::new(0, 0, 10, 1), text, cursor, true));
        (text, place)
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        assert_eq!(shown("slow", 4), ("slow".into(), Some(Position { x: 4, y: 0 })));
        assert_eq!(shown("slow since 14:02", 16), ("…ce 14:02".into(), Some(Position { x: 9, y: 0 })));
        assert_eq!(shown("slow since 14:02", 2), ("slow sinc…".into(), Some(Position { x: 2, y: 0 })));
        assert_eq!(
            shown("日本語", 2),
            ("日本語".replace("日本語", "日 本 語 ").trim_end().into(), Some(Position { x: 4, y: 0 }))
        );
        assert_eq!(shown("a\x1b", 2).0, "a\\x1b");
    }

    #[test]
    fn without_the_focus_there_is_no_cursor() {
        let text = drawn(10, 1, |canvas| {
            assert_eq!(field(canvas, Rect::new(0, 0, 10, 1), "30 min", 6, false), None);
        });
        assert_eq!(text, "30 min");
    }
}
