//! The frame of overlays, the headings inside, and what happens to the rest of the screen.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::canvas::Canvas;
use super::phrase::Phrase;
use crate::domain::text::Shown;
use crate::theme::Role;

/// Puts everything in `area` into the ink of inactive text; shapes and grounds stay. Once, before an overlay is drawn.
pub fn quieten(canvas: &mut Canvas<'_>, area: Rect) {
    let quiet = canvas.style(Role::Line2).remove_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    canvas.tint(area, quiet);
}

/// Where an overlay of that size opens on a screen: below the row it is about, above it when there is no room below.
/// The row stays in sight; the overlay is made lower rather than cover it.
pub fn place_below(screen: Rect, row: u16, width: u16, height: u16) -> Rect {
    let width = width.min(screen.width);
    let x = screen.x + (screen.width - width) / 2;
    let below = screen.bottom().saturating_sub(row.saturating_add(2));
    let above = row.saturating_sub(screen.y + 1);
    if height <= below || below >= above {
        let y = row.saturating_add(2).min(screen.bottom());
        return Rect::new(x, y, width, height.min(screen.bottom() - y));
    }
    let height = height.min(above);
    Rect::new(x, row.saturating_sub(1 + height), width, height)
}

/// Draws an overlay's frame on the raised ground, its title at the left and what stands at the right, and returns the
/// room inside. `bad` only where there is no way back.
pub fn overlay(canvas: &mut Canvas<'_>, area: Rect, title: &Phrase<'_>, standing: &Phrase<'_>, bad: bool) -> Rect {
    let area = area.intersection(canvas.area());
    canvas.clear(area, Role::Raised);
    if area.width < 7 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let style = canvas.style(if bad { Role::Bad } else { Role::Focus });
    let (left, right, top, bottom) = (area.x, area.right() - 1, area.y, area.bottom() - 1);
    for y in [top, bottom] {
        canvas.run(left, y, area.width, "━", style);
    }
    for y in top..=bottom {
        canvas.glyph(left, y, "┃", style);
        canvas.glyph(right, y, "┃", style);
    }
    for (x, y, corner) in [(left, top, "┏"), (right, top, "┓"), (left, bottom, "┗"), (right, bottom, "┛")] {
        canvas.glyph(x, y, corner, style);
    }
    let mut after = left + 2;
    if !title.is_empty() && area.width > 8 {
        canvas.glyph(after, top, " ", style);
        after = canvas.phrase(after + 1, top, area.width - 7, title);
        canvas.glyph(after, top, " ", style);
    }
    let cells = u16::try_from(standing.cells()).unwrap_or(u16::MAX);
    if cells > 0 && after.saturating_add(cells).saturating_add(6) <= right {
        let end = right - 2;
        canvas.glyph(end, top, " ", style);
        let start = canvas.phrase_right(after, end, top, standing);
        canvas.glyph(start - 1, top, " ", style);
    }
    Rect::new(left + 3, top + 1, area.width - 6, area.height - 2)
}

/// A heading inside an overlay or a detail: `What is written ───── said by orders, 0.3 s ago`.
pub fn heading<'a>(canvas: &mut Canvas<'_>, area: Rect, title: impl Into<Shown<'a>>, right: &Phrase<'_>) {
    if area.height == 0 {
        return;
    }
    let (strong, line) = (canvas.style(Role::Strong), canvas.style(Role::Line));
    let after = canvas.put(area.x, area.y, area.width, title, strong).saturating_add(1);
    let cells = u16::try_from(right.cells()).unwrap_or(u16::MAX);
    let mut end = area.right();
    if cells > 0 && after.saturating_add(cells).saturating_add(3) <= end {
        end = canvas.phrase_right(after, end, area.y, right) - 1;
    }
    canvas.run(after, area.y, end.saturating_sub(after), "─", line);
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::{drawn, drawn_in, poorest};
    use super::*;

    fn plan(canvas: &mut Canvas<'_>) {
        let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
        let title = Phrase::of("Plan: drain payments", strong);
        let inner = overlay(canvas, Rect::new(1, 0, 54, 4), &title, &Phrase::of("nothing is written", muted), false);
        heading(canvas, inner, "What is written", &Phrase::new());
        let below = Rect { y: inner.y + 1, ..inner };
        heading(canvas, below, "Rules it runs by", &Phrase::of("0.3 s ago", muted));
    }

    #[test]
    fn an_overlay_has_a_heavy_frame_with_its_title_and_standing() {
        insta::assert_snapshot!(drawn(56, 4, plan), @r#"
        ┏━ Plan: drain payments ━━━━━━━━ nothing is written ━┓
        ┃  What is written ────────────────────────────────  ┃
        ┃  Rules it runs by ───────────────────── 0.3 s ago  ┃
        ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
        "#);
        insta::assert_snapshot!(drawn_in(&poorest(), 56, 4, plan), @r#"
        #= Plan: drain payments ======== nothing is written =#
        #  What is written --------------------------------  #
        #  Rules it runs by --------------------- 0.3 s ago  #
        #====================================================#
        "#);
        for (width, height) in [(0, 0), (1, 1), (3, 9), (5, 2), (9, 3)] {
            drawn(9, 3, |canvas| {
                let title = Phrase::of("a long title", canvas.style(Role::Strong));
                overlay(canvas, Rect::new(0, 0, width, height), &title, &title, true);
            });
        }
    }

    #[test]
    fn an_overlay_never_covers_the_row_it_is_about() {
        let screen = Rect::new(0, 0, 100, 30);
        for row in 0..30 {
            for height in [3, 12, 28, 60] {
                let place = place_below(screen, row, 60, height);
                assert!(place.y > row || place.bottom() <= row, "row {row}, {place:?}");
                assert_eq!(place.intersection(screen), place);
            }
        }
        assert_eq!(place_below(screen, 5, 60, 10), Rect::new(20, 7, 60, 10));
    }
}
