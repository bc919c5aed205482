//! The only hand that writes into ratatui's buffer: clips, sanitises, and swaps glyphs for the terminal's set. Not what
//! is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;

use super::phrase::Phrase;
use crate::app::msg::Hit;
use crate::domain::fit::elide_end;
use crate::domain::text::{Shown, grapheme_cells};
use crate::theme::{Mark, Role, Theme};

/// Where text stands in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Flush left.
    #[default]
    Left,
    /// Flush right: every number.
    Right,
}

/// A buffer and the theme that it is drawn in. What falls outside of the buffer is not drawn.
pub struct Canvas<'a> {
    theme: &'a Theme,
    buffer: &'a mut Buffer,
    probe: Option<Probe>,
}

/// What is drawn at one cell, for the mouse: asked of the same drawing that a person sees.
struct Probe {
    at: Position,
    hit: Option<Hit>,
}

impl<'a> Canvas<'a> {
    /// Draws into `buffer` in the inks of `theme`.
    pub fn new(theme: &'a Theme, buffer: &'a mut Buffer) -> Self {
        Self { theme, buffer, probe: None }
    }

    /// Finds out what is drawn at a cell: see [`Canvas::hit`].
    #[must_use]
    pub fn probing(self, at: Position) -> Self {
        Self { probe: Some(Probe { at, hit: None }), ..self }
    }

    /// Says what stands in an area that is being drawn; what is said later lies on top.
    pub fn spot(&mut self, area: Rect, what: impl FnOnce() -> Hit) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| area.contains(probe.at)) {
            probe.hit = Some(what());
        }
    }

    /// What stands in the cell that is asked about.
    pub fn hit(self) -> Option<Hit> {
        self.probe?.hit
    }

    /// The whole buffer's area.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// The theme.
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The style of a role, in bold.
    pub fn bold(&self, role: Role) -> Style {
        self.theme.bold(role)
    }

    /// Empties an area and lays a ground.
    pub fn clear(&mut self, area: Rect, ground: Role) {
        let (ground, text) = (self.style(ground), self.style(Role::Text));
        for position in area.intersection(self.buffer.area).positions() {
            let cell = &mut self.buffer[position];
            cell.reset();
            cell.set_style(text.patch(ground));
        }
    }

    /// Lays a style over an area and leaves its text: a ground, a strip, the ink of everything under an overlay.
    pub fn tint(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// The ink of what is old over everything in an area: shapes, bold and grounds stay, so that it can still be read.
    pub fn stale(&mut self, area: Rect) {
        let stale = self.style(Role::Stale);
        for position in area.intersection(self.buffer.area).positions() {
            let cell = &mut self.buffer[position];
            if let Some(ink) = stale.fg {
                cell.set_fg(ink);
            }
            if !cell.modifier.contains(Modifier::BOLD) {
                cell.modifier.insert(stale.add_modifier);
            }
        }
    }

    /// One glyph of ours into one cell.
    pub fn glyph(&mut self, x: u16, y: u16, glyph: &'static str, style: Style) {
        let shown = self.theme.glyphs().show(glyph);
        if let Some(cell) = self.buffer.cell_mut(Position { x, y }) {
            cell.set_symbol(shown).set_style(style);
        }
    }

    /// A mark in its own ink.
    pub fn mark(&mut self, x: u16, y: u16, mark: Mark) -> u16 {
        let style = self.theme.mark(mark);
        self.put(x, y, 2, mark.symbol(), style)
    }

    /// The same glyph of ours over `width` cells.
    pub fn run(&mut self, x: u16, y: u16, width: u16, glyph: &'static str, style: Style) {
        for x in x..x.saturating_add(width).min(self.buffer.area.right()) {
            self.glyph(x, y, glyph, style);
        }
    }

    /// Text of at most `width` cells; what is longer loses its end. Returns the column after it.
    pub fn put<'t>(&mut self, x: u16, y: u16, width: u16, text: impl Into<Shown<'t>>, style: Style) -> u16 {
        let text = elide_end(text, usize::from(width));
        self.write(x, y, &text, style)
    }

    /// A phrase of at most `width` cells. Returns the column after it.
    pub fn phrase(&mut self, x: u16, y: u16, width: u16, phrase: &Phrase<'_>) -> u16 {
        let end = x.saturating_add(width);
        let mut at = x;
        let mut rest = phrase.cells();
        for (text, style) in phrase.pieces() {
            let room = usize::from(end.saturating_sub(at));
            if rest <= room {
                at = self.write(at, y, text, *style);
            } else if text.cells() < room {
                // What follows does not fit as a whole, so it is cut where it is.
                at = self.write(at, y, text, *style);
            } else {
                let longer = text.clone().join(&Shown::new("  "));
                return self.write(at, y, &elide_end(longer, room), *style);
            }
            rest -= text.cells();
        }
        at
    }

    /// A phrase that ends before column `right` and starts no earlier than `left`. Returns where it starts.
    pub fn phrase_right(&mut self, left: u16, right: u16, y: u16, phrase: &Phrase<'_>) -> u16 {
        let width = right.saturating_sub(left);
        let x = right.saturating_sub(u16::try_from(phrase.cells()).unwrap_or(u16::MAX)).max(left);
        self.phrase(x, y, width, phrase);
        x
    }

    /// A phrase in a one-row area.
    pub fn phrase_in(&mut self, area: Rect, align: Align, phrase: &Phrase<'_>) {
        match align {
            Align::Left => self.phrase(area.x, area.y, area.width, phrase),
            Align::Right => self.phrase_right(area.x, area.right(), area.y, phrase),
        };
    }

    /// What stands in a cell now; empty outside of the buffer.
    pub fn at(&self, x: u16, y: u16) -> &str {
        self.buffer.cell(Position { x, y }).map_or("", |cell| cell.symbol())
    }

    fn write(&mut self, x: u16, y: u16, text: &Shown<'_>, style: Style) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() {
            return x.saturating_add(u16::try_from(text.cells()).unwrap_or(u16::MAX));
        }
        let muted = self.style(Role::Muted);
        let mut at = x;
        for (hostile, run) in text.runs() {
            let style = if hostile { style.patch(muted) } else { style };
            if run.is_ascii() {
                // Most text: one byte is one cell, and never a glyph of ours.
                for index in 0..run.len() {
                    at = self.cell(at, y, &run[index..=index], 1, style);
                }
                continue;
            }
            for grapheme in run.graphemes(true) {
                let width = u16::try_from(grapheme_cells(grapheme)).unwrap_or(1);
                let shown = self.theme.glyphs().show(grapheme);
                at = self.cell(at, y, shown, width, style);
            }
        }
        at
    }

    /// Writes one grapheme of `width` cells if all of it is inside; `y` is. Returns the column after it.
    fn cell(&mut self, x: u16, y: u16, symbol: &str, width: u16, style: Style) -> u16 {
        let next = x.saturating_add(width);
        if x >= self.buffer.area.left() && next <= self.buffer.area.right() {
            self.buffer[(x, y)].set_symbol(symbol).set_style(style);
            for hidden in x + 1..next {
                self.buffer[(hidden, y)].set_symbol(" ").set_style(style);
            }
        }
        next
    }
}

#[cfg(test)]
pub(in crate::ui) mod tests {
    use super::*;
    use crate::theme::{Depth, Glyphs, Palette};

    /// Draws on an empty buffer and returns its text, without trailing blanks.
    pub fn drawn(width: u16, height: u16, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
        drawn_in(&Theme::default(), width, height, draw)
    }

    /// The same in a theme of choice.
    pub fn drawn_in(theme: &Theme, width: u16, height: u16, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        draw(&mut Canvas::new(theme, &mut buffer));
        let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// The theme of a terminal without colours and without Unicode.
    pub fn poorest() -> Theme {
        Theme::new(&Palette::shipped("dark").expect("shipped"), Depth::None, Glyphs::Ascii)
    }

    #[test]
    fn nothing_is_drawn_outside_and_nothing_hostile_inside() {
        let text = drawn(8, 2, |canvas| {
            let style = canvas.style(Role::Text);
            canvas.put(0, 0, 200, "a\u{202e}bcdefgh", style);
            canvas.put(6, 1, 9, "漢字", style);
            canvas.put(0, 9, 9, "below", style);
            canvas.glyph(99, 0, "●", style);
        });
        assert_eq!(text, "a\\u{202e\n      漢");
    }

    #[test]
    fn ascii_takes_the_place_cell_for_cell() {
        let text = drawn_in(&poorest(), 12, 1, |canvas| {
            let style = canvas.style(Role::Text);
            canvas.put(0, 0, 12, "a ▸ b ‹1/s ●", style);
        });
        assert_eq!(text, "a > b <1/s o");
    }

    #[test]
    fn a_phrase_that_does_not_fit_says_so() {
        let text = drawn(10, 2, |canvas| {
            let style = canvas.style(Role::Text);
            let phrase = Phrase::new().with("orders", style).with(" fails", style);
            canvas.phrase(0, 0, 10, &phrase);
            canvas.phrase_right(0, 10, 1, &Phrase::new().with("412/s", style));
        });
        assert_eq!(text, "orders fa…\n     412/s");
    }
}
