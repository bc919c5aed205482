//! A table: columns kept or dropped by priority and never shrunk below their minimum, numbers at the right, a cursor.
//! Only the rows in view are asked for and drawn, so that its cost does not depend on how many there are.

use ratatui::layout::Rect;

use super::canvas::{Align, Canvas};
use super::phrase::Phrase;
use crate::theme::{Mark, Role};

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// The cells without which it is dropped.
    pub min: u16,
    /// The most cells that it takes of what is left over; `min` for none.
    pub max: u16,
    /// 1 is dropped last.
    pub keep: u8,
    /// Where its text stands.
    pub align: Align,
}

impl Column {
    /// A column of text of a fixed width.
    pub const fn text(title: &'static str, width: u16, keep: u8) -> Self {
        Self { title, min: width, max: width, keep, align: Align::Left }
    }

    /// A column of numbers of a fixed width.
    pub const fn number(title: &'static str, width: u16, keep: u8) -> Self {
        Self { title, min: width, max: width, keep, align: Align::Right }
    }

    /// The same, growing up to `max` cells.
    #[must_use]
    pub const fn up_to(self, max: u16) -> Self {
        Self { max, ..self }
    }
}

/// The place of one cell of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The index of its column in the table's columns.
    pub column: usize,
    /// Where it is, one row high.
    pub area: Rect,
    /// Where its text stands.
    pub align: Align,
}

impl Slot {
    /// Draws a phrase there.
    pub fn put(&self, canvas: &mut Canvas<'_>, phrase: &Phrase<'_>) {
        canvas.phrase_in(self.area, self.align, phrase);
    }
}

/// A table's shape and what of it is in view.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The columns, from left to right.
    pub columns: &'a [Column],
    /// The cells between two columns.
    pub gap: u16,
    /// Whether titles stand in the first row.
    pub titles: bool,
    /// How many rows there are in all.
    pub rows: usize,
    /// The first row in view.
    pub top: usize,
    /// The row of the cursor, if it is in this table.
    pub cursor: Option<usize>,
}

impl Table<'_> {
    /// Where each column that is kept stands in a table of that area. Column 0 of the area is the cursor's.
    pub fn slots(&self, area: Rect) -> Vec<Slot> {
        let room = usize::from(area.width.saturating_sub(1));
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let min = |i: &usize| usize::from(self.columns[*i].min);
        let gaps = |n: usize| n.saturating_sub(1) * usize::from(self.gap);
        while kept.len() > 1 && kept.iter().map(min).sum::<usize>() + gaps(kept.len()) > room {
            // Of equals, the one further right goes first.
            let worst = kept.iter().enumerate().max_by_key(|(at, i)| (self.columns[**i].keep, *at));
            let Some((at, _)) = worst else { break };
            kept.remove(at);
        }
        let mut spare = room.saturating_sub(kept.iter().map(min).sum::<usize>() + gaps(kept.len()));
        let mut x = area.x.saturating_add(1);
        let mut slots = Vec::with_capacity(kept.len());
        for column in kept {
            let Column { min, max, align, .. } = self.columns[column];
            let more = usize::from(max.saturating_sub(min)).min(spare);
            spare -= more;
            let width = (min + u16::try_from(more).unwrap_or(0)).min(area.right().saturating_sub(x));
            slots.push(Slot { column, area: Rect::new(x, area.y, width, 1), align });
            x = x.saturating_add(width).saturating_add(self.gap);
        }
        slots
    }

    /// How many rows are in view.
    pub fn view(&self, area: Rect) -> usize {
        usize::from(area.height.saturating_sub(u16::from(self.titles)))
    }

    /// Draws the table. `cell` draws one cell of one row.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, mut cell: impl FnMut(&mut Canvas<'_>, usize, Slot)) {
        let slots = self.slots(area);
        let mut y = area.y;
        if self.titles && area.height > 0 {
            let muted = canvas.style(Role::Muted);
            for slot in &slots {
                slot.put(canvas, &Phrase::of(self.columns[slot.column].title, muted));
            }
            y += 1;
        }
        let last = self.rows.min(self.top.saturating_add(self.view(area)));
        for (y, row) in (y..area.bottom()).zip(self.top..last) {
            for slot in &slots {
                cell(canvas, row, Slot { area: Rect { y, ..slot.area }, ..*slot });
            }
            if self.cursor == Some(row) {
                let focus = canvas.style(Role::Focus);
                canvas.glyph(area.x, y, Mark::To.symbol(), focus);
                let select = canvas.style(Role::Select);
                canvas.tint(Rect { y, height: 1, ..area }, select);
            }
        }
    }
}

/// The first row to show so that the cursor is in view: `top` if it can stay, else as near to it as possible.
pub fn scroll(top: usize, cursor: usize, rows: usize, view: usize) -> usize {
    let most = rows.saturating_sub(view);
    let cursor = cursor.min(rows.saturating_sub(1));
    top.min(cursor).max((cursor + 1).saturating_sub(view)).min(most)
}

/// What part of a list is in view: `3-20 of 117`; empty when all of it is.
pub fn position(top: usize, rows: usize, view: usize) -> String {
    if rows <= view {
        return String::new();
    }
    format!("{}-{} of {}", top + 1, (top + view).min(rows), crate::domain::show::commas(rows as u64))
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::text("instance", 13, 2).up_to(20),
        Column::number("rate", 7, 5),
        Column::number("p95", 7, 3),
        Column::text("state", 8, 1),
    ];

    fn table(rows: usize, top: usize, cursor: usize) -> Table<'static> {
        Table { columns: &COLUMNS, gap: 1, titles: true, rows, top, cursor: Some(cursor) }
    }

    fn draw(width: u16, rows: usize, top: usize, cursor: usize) -> (String, usize) {
        let mut asked = 0;
        let text = drawn(width, 4, |canvas| {
            let style = canvas.style(Role::Text);
            table(rows, top, cursor).draw(canvas, Rect::new(0, 0, width, 4), |canvas, row, slot| {
                asked += 1;
                let text = match slot.column {
                    0 => format!("10.0.0.{row}:5005"),
                    1 => "412/s".to_owned(),
                    2 => "33 ms".to_owned(),
                    _ => "● up".to_owned(),
                };
                slot.put(canvas, &Phrase::of(text, style));
            });
        });
        (text, asked)
    }

    #[test]
    fn columns_are_dropped_never_shrunk() {
        insta::assert_snapshot!(draw(40, 9, 3, 4).0, @r#"
         instance          rate     p95 state
         10.0.0.3:5005    412/s   33 ms ● up
        ▸10.0.0.4:5005    412/s   33 ms ● up
         10.0.0.5:5005    412/s   33 ms ● up
        "#);
        insta::assert_snapshot!(draw(31, 9, 3, 4).0, @r#"
         instance          p95 state
         10.0.0.3:5005   33 ms ● up
        ▸10.0.0.4:5005   33 ms ● up
         10.0.0.5:5005   33 ms ● up
        "#);
        insta::assert_snapshot!(draw(23, 9, 3, 4).0, @r#"
         instance      state
         10.0.0.3:5005 ● up
        ▸10.0.0.4:5005 ● up
         10.0.0.5:5005 ● up
        "#);
    }

    #[test]
    fn the_cost_does_not_depend_on_the_number_of_rows() {
        let few = draw(40, 5, 0, 0).1;
        assert_eq!(few, draw(40, usize::MAX, 1_000_000, 1_000_001).1);
    }

    #[test]
    fn scrolling_moves_as_little_as_it_can() {
        assert_eq!(scroll(0, 5, 100, 10), 0);
        assert_eq!(scroll(0, 12, 100, 10), 3);
        assert_eq!(scroll(50, 12, 100, 10), 12);
        assert_eq!(scroll(95, 99, 100, 10), 90);
        assert_eq!(scroll(7, 3, 2, 10), 0);
        assert_eq!(scroll(0, 0, 0, 0), 0);
        assert_eq!((position(2, 117, 18), position(0, 5, 9)), ("3-20 of 117".into(), String::new()));
    }
}
