//! A detail, written line by line from the top: labels, values, what stands at the right. Stops where its room ends.

use ratatui::layout::Rect;

use crate::{
    domain::{fit, text::Shown},
    theme::Role,
    ui::widget::{Canvas, Phrase, heading, spark},
};

/// The cells of a label.
const LABEL: u16 = 11;

/// Where the next line goes.
pub struct Lines {
    area: Rect,
    y: u16,
}

impl Lines {
    /// At the top of an area.
    pub fn new(area: Rect) -> Self {
        Self { area, y: area.y }
    }

    /// How many lines there is still room for.
    pub fn left(&self) -> usize {
        usize::from(self.area.bottom().saturating_sub(self.y))
    }

    /// The place of the next line, which is then taken; `None` where there is no room.
    pub fn row(&mut self) -> Option<Rect> {
        if self.y >= self.area.bottom() || self.area.width == 0 {
            return None;
        }
        self.y += 1;
        Some(Rect { y: self.y - 1, height: 1, ..self.area })
    }

    /// An empty line.
    pub fn skip(&mut self) {
        self.y = self.y.saturating_add(1);
    }

    /// One phrase; what does not fit loses its end.
    pub fn put(&mut self, canvas: &mut Canvas<'_>, phrase: &Phrase<'_>) {
        if let Some(row) = self.row() {
            canvas.phrase(row.x, row.y, row.width, phrase);
        }
    }

    /// A sentence, on as many lines as it needs, at most `most`.
    pub fn wrap(&mut self, canvas: &mut Canvas<'_>, phrase: &Phrase<'_>, most: usize) {
        for line in phrase.wrap(usize::from(self.area.width), most) {
            self.put(canvas, &line);
        }
    }

    /// One thing at the left, one at the right, which is kept whole.
    pub fn both(&mut self, canvas: &mut Canvas<'_>, left: &Phrase<'_>, right: &Phrase<'_>) {
        if let Some(row) = self.row() {
            let start = canvas.phrase_right(row.x, row.right(), row.y, right);
            canvas.phrase(row.x, row.y, start.saturating_sub(row.x + 1), left);
        }
    }

    /// A label, its value, and its age or source at the right.
    pub fn pair(&mut self, canvas: &mut Canvas<'_>, label: &str, value: Phrase<'_>, right: Phrase<'_>) {
        let muted = canvas.style(Role::Muted);
        let label = fit::elide_middle(Shown::new(label), 32);
        let gap = usize::from(LABEL).saturating_sub(label.cells()).max(1);
        let mut left = Phrase::of(label, muted).with(" ".repeat(gap), muted);
        left.extend(value);
        self.both(canvas, &left, &right);
    }

    /// A label and a value on as many lines as it needs; at least one, and `besides` lines stay free below.
    pub fn listed(&mut self, canvas: &mut Canvas<'_>, label: &str, value: &Phrase<'_>, besides: usize) {
        let width = usize::from(self.area.width.saturating_sub(LABEL));
        let most = self.left().saturating_sub(besides).max(1);
        for (n, line) in value.wrap(width, most).into_iter().enumerate() {
            self.pair(canvas, if n == 0 { label } else { "" }, line, Phrase::new());
        }
    }

    /// An empty line and a heading, where there is room for more than that.
    pub fn heading(&mut self, canvas: &mut Canvas<'_>, title: &str, right: Phrase<'_>) {
        if self.left() < 3 {
            self.y = self.area.bottom();
            return;
        }
        self.skip();
        if let Some(row) = self.row() {
            heading(canvas, row, title, &right);
        }
    }

    /// A graph of recent values; nothing where there are none.
    pub fn trend(&mut self, canvas: &mut Canvas<'_>, label: &str, values: &[Option<f64>], usual: f64) {
        if values.iter().all(Option::is_none) {
            return;
        }
        if let Some(row) = self.row() {
            let (muted, ink) = (canvas.style(Role::Muted), canvas.style(Role::BarLow));
            canvas.put(row.x, row.y, LABEL, label, muted);
            let width = row.width.saturating_sub(LABEL);
            spark(canvas, (row.x + LABEL.min(row.width), row.y, width), values, usual, |_| ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::widget::canvas::tests::drawn;

    #[test]
    fn a_long_list_goes_on_below_while_there_is_room() {
        let list = |height: u16| {
            drawn(32, height, |canvas| {
                let text = canvas.style(Role::Text);
                let mut lines = Lines::new(Rect::new(0, 0, 32, height));
                lines.listed(canvas, "calls", &Phrase::of("articles, orders, payments, users", text), 2);
                lines.put(canvas, &Phrase::of("Go", text));
            })
        };
        assert_eq!(list(6), "calls      articles, orders,\n           payments, users\nGo\n\n\n");
        assert!(list(3).starts_with("calls      articles, orders, p…\n"), "{}", list(3));
    }
}
