//! A page of lines: what overlays and details are made of. Lines are made for a width, wrapped and never cut, so that
//! their number is known before they are drawn; then as many as there is room for are drawn, from any of them on.

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::canvas::{Align, Canvas};
use super::field::field;
use super::graph::bar_with_rest;
use super::overlay::heading;
use super::phrase::Phrase;
use crate::domain::fit;
use crate::domain::text::Shown;
use crate::theme::Role;

/// Something that stands at a column of a line.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Text, flush left or right in its width.
    Text(Phrase<'static>, Align),
    /// A share bar of a fraction.
    Bar(f64),
    /// A field: its text, the characters before its cursor, and whether it has the terminal's.
    Field(String, usize, bool),
}

/// One line.
#[derive(Clone, Debug)]
enum Line {
    Blank,
    Heading(Shown<'static>, Phrase<'static>),
    Rule,
    /// Cells with their column and width; a ground under the whole line.
    Cells(Vec<(u16, u16, Cell)>, Option<Style>),
}

/// Lines for a width.
#[derive(Clone, Debug, Default)]
pub struct Page {
    width: u16,
    lines: Vec<Line>,
}

/// The cells that are kept for an age.
const AGE: u16 = 5;

impl Page {
    /// No lines yet, for that many cells.
    pub fn new(width: u16) -> Self {
        Page { width, lines: Vec::new() }
    }

    /// The cells that its lines may fill.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// How many lines it has.
    pub fn len(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A blank line, if it is not the first and the one before is none.
    pub fn blank(&mut self) {
        if !matches!(self.lines.last(), None | Some(Line::Blank)) {
            self.lines.push(Line::Blank);
        }
    }

    /// A heading with a thin rule behind it, and what stands at its right.
    pub fn heading(&mut self, title: impl Into<Shown<'static>>, right: Phrase<'static>) {
        self.lines.push(Line::Heading(title.into(), right));
    }

    /// A thin rule.
    pub fn rule(&mut self) {
        self.lines.push(Line::Rule);
    }

    /// A phrase from a column on, wrapped; lines after the first stand at column `hang`.
    pub fn say(&mut self, x: u16, hang: u16, phrase: &Phrase<'_>) {
        self.cells_of(x, hang, phrase, None, None);
    }

    /// The same on a ground that fills the line.
    pub fn strip(&mut self, x: u16, hang: u16, phrase: &Phrase<'_>, ground: Style) {
        self.cells_of(x, hang, phrase, None, Some(ground));
    }

    /// A label, its value wrapped beside it from column `x` on, and at the right what stands there on its first line.
    pub fn value(&mut self, label: &'static str, x: u16, value: &Phrase<'_>, right: Phrase<'static>, muted: Style) {
        let first = self.lines.len();
        let value = if value.is_empty() { Phrase::of(crate::domain::show::ABSENT, muted) } else { value.clone() };
        self.cells_of(x, x, &value, Some(right), None);
        if let Some(Line::Cells(cells, _)) = self.lines.get_mut(first) {
            cells.push((0, x.saturating_sub(1), Cell::Text(Phrase::of(label, muted), Align::Left)));
        }
    }

    /// Cells of one line, as they are; each with its column and width.
    pub fn cells(&mut self, cells: Vec<(u16, u16, Cell)>) {
        self.lines.push(Line::Cells(cells, None));
    }

    fn cells_of(
        &mut self,
        x: u16,
        hang: u16,
        phrase: &Phrase<'_>,
        right: Option<Phrase<'static>>,
        ground: Option<Style>,
    ) {
        // An age grows from `1 s` to `0.4 s` and back: nothing is wrapped anew for that.
        let aside =
            right.as_ref().filter(|r| !r.is_empty()).map_or(0, |r| u16::try_from(r.cells()).unwrap_or(0).max(AGE));
        let room = self.width.saturating_sub(x.max(hang));
        // What stands further left has the more room.
        let more = usize::from(hang.saturating_sub(x));
        // The right side is given up before the value is pressed into a few cells.
        let whole = u16::try_from(phrase.cells()).unwrap_or(u16::MAX);
        let presses = whole <= room && whole > room.saturating_sub(aside + 1);
        let aside = if aside > 0 && room > aside + 12 && !presses { aside + 1 } else { 0 };
        let rest = usize::from(room - aside);
        for (n, line) in fold_from(phrase, rest + more, rest).into_iter().enumerate() {
            let at = if n == 0 { x } else { hang };
            let width = self.width.saturating_sub(at);
            let mut cells = vec![(at, width, Cell::Text(line, Align::Left))];
            if let (0, Some(right), true) = (n, right.clone(), aside > 0) {
                cells.push((self.width - aside + 1, aside - 1, Cell::Text(right, Align::Right)));
            }
            self.lines.push(Line::Cells(cells, ground));
        }
    }

    /// Leaves out what comes after so many lines.
    pub fn shorten(&mut self, lines: usize) {
        self.lines.truncate(lines);
    }

    /// Adds all lines of another page.
    pub fn extend(&mut self, other: Page) {
        self.lines.extend(other.lines);
    }

    /// Draws lines from `top` on into `area`; where the terminal's cursor belongs, if a field has it.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, top: u16) -> Option<Position> {
        let mut cursor = None;
        for (y, line) in (area.y..area.bottom()).zip(self.lines.iter().skip(usize::from(top))) {
            let row = Rect { y, height: 1, ..area };
            match line {
                Line::Blank => {}
                Line::Heading(title, right) => heading(canvas, row, title, right),
                Line::Rule => {
                    let style = canvas.style(Role::Line);
                    canvas.run(row.x, y, row.width, "─", style);
                }
                Line::Cells(cells, ground) => {
                    if let Some(ground) = ground {
                        canvas.tint(row, *ground);
                    }
                    for (x, width, cell) in cells {
                        cursor = draw_cell(canvas, row, *x, *width, cell).or(cursor);
                    }
                }
            }
        }
        cursor
    }
}

fn draw_cell(canvas: &mut Canvas<'_>, row: Rect, x: u16, width: u16, cell: &Cell) -> Option<Position> {
    let x = row.x.saturating_add(x);
    let place = Rect { x, width: width.min(row.right().saturating_sub(x)), ..row };
    match cell {
        Cell::Text(phrase, align) => canvas.phrase_in(place, *align, phrase),
        Cell::Bar(fraction) => {
            let style = canvas.style(Role::Bar);
            bar_with_rest(canvas, place.x, place.y, place.width, *fraction, style);
        }
        Cell::Field(text, cursor, focused) => return field(canvas, place, text, *cursor, *focused),
    }
    None
}

/// Breaks a phrase into lines of at most `width` cells, between words where it can and within them where it must:
/// nothing of it is lost.
pub fn fold(phrase: &Phrase<'_>, width: usize) -> Vec<Phrase<'static>> {
    fold_from(phrase, width, width)
}

/// The same where the first line is as wide as `first`.
fn fold_from(phrase: &Phrase<'_>, first: usize, rest: usize) -> Vec<Phrase<'static>> {
    let mut width = first.max(1);
    let rest = rest.max(1);
    let mut lines = vec![Phrase::new()];
    let mut used = 0;
    for word in phrase.words() {
        let needed = crate::domain::text::cells(word.text().trim_end());
        if used > 0 && used + needed > width {
            lines.push(Phrase::new());
            (width, used) = (rest, 0);
        }
        let cut = needed > width;
        for (text, style) in word.pieces() {
            let mut text = text.clone().into_owned();
            let bare = |text: &Shown<'_>| crate::domain::text::cells(text.as_str().trim_end());
            while cut && used + bare(&text) > width {
                let (part, after) = fit::split(&text, width - used);
                if part.is_empty() && used == 0 {
                    break;
                }
                push(&mut lines, part, *style);
                lines.push(Phrase::new());
                (width, used) = (rest, 0);
                text = after;
            }
            // A blank that has no room is left out, or it would cut the word before it.
            if used + text.cells() > width {
                text = fit::end(&text, bare(&text));
            }
            used += text.cells();
            push(&mut lines, text, *style);
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(Phrase::is_empty) {
        lines.pop();
    }
    lines
}

fn push(lines: &mut [Phrase<'static>], text: Shown<'static>, style: Style) {
    if let Some(line) = lines.last_mut() {
        line.push(text, style);
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    #[test]
    fn nothing_of_a_long_path_is_lost() {
        let style = Style::new();
        let path = "/services/a-very-long-name-of-a-service/10.0.0.9:5005";
        let phrase = Phrase::of("set ", style).with(path, style).with(" only if", style);
        let lines: Vec<String> = fold(&phrase, 20).iter().map(Phrase::text).collect();
        assert!(lines.iter().all(|line| line.trim_end().chars().count() <= 20), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), format!("set{path}onlyif"));
        assert_eq!(fold(&Phrase::new(), 0).len(), 1);
    }

    #[test]
    fn no_line_is_wrapped_anew_because_an_age_grows() {
        let (style, muted) = (Style::new(), Style::new());
        for cells in 1..60 {
            let lines = |age: String| {
                let mut page = Page::new(36);
                let path = format!("/{}", "a".repeat(cells));
                page.value("path", 13, &Phrase::of(path, style), Phrase::of(age, muted), muted);
                page.len()
            };
            let ages = [0, 400, 1_000, 9_000, 59_000, 180_000].map(crate::domain::show::age);
            let first = lines(ages[0].clone());
            assert!(ages.iter().all(|age| lines(age.clone()) == first), "{cells} cells, {ages:?}");
        }
    }

    #[test]
    fn what_hangs_fills_its_first_line() {
        let mut page = Page::new(40);
        page.say(0, 19, &Phrase::of("✓ marked           the registry says so", Style::new()));
        assert_eq!(page.len(), 1);
    }

    #[test]
    fn values_stand_beside_their_labels_and_ages_at_the_right() {
        let text = drawn(34, 6, |canvas| {
            let (style, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
            let mut page = Page::new(30);
            page.heading("Weight", Phrase::of("age", muted));
            page.value("declared", 10, &Phrase::of("2 in the znode", style), Phrase::of("1.3 s", muted), muted);
            page.value("path", 10, &Phrase::of("/orders-service/10.0.0.7:5002", style), Phrase::new(), muted);
            page.cells(vec![(0, 6, Cell::Bar(0.5)), (8, 5, Cell::Text(Phrase::of("50 %", style), Align::Right))]);
            assert_eq!(page.len(), 5);
            page.draw(canvas, Rect::new(1, 0, 30, 6), 0);
        });
        insta::assert_snapshot!(text, @r"
         Weight ─────────────────── age
         declared  2 in the znode 1.3 s
         path      /orders-service/10.0
                   .0.7:5002
         ━━━───   50 %
        ");
    }
}
