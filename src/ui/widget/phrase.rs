//! A line of text in several inks. Not where it stands.

use ratatui::style::Style;

use crate::domain::text::Shown;

/// Pieces of sanitised text, each in its style.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phrase<'a> {
    pieces: Vec<(Shown<'a>, Style)>,
}

impl<'a> Phrase<'a> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One piece.
    pub fn of(text: impl Into<Shown<'a>>, style: Style) -> Self {
        Self::new().with(text, style)
    }

    /// The phrase with a piece more.
    #[must_use]
    pub fn with(mut self, text: impl Into<Shown<'a>>, style: Style) -> Self {
        self.push(text, style);
        self
    }

    /// Adds a piece.
    pub fn push(&mut self, text: impl Into<Shown<'a>>, style: Style) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((text, style));
        }
    }

    /// Adds all of another phrase.
    pub fn extend(&mut self, other: Phrase<'a>) {
        self.pieces.extend(other.pieces);
    }

    /// The pieces in their order.
    pub fn pieces(&self) -> &[(Shown<'a>, Style)] {
        &self.pieces
    }

    /// Its width.
    pub fn cells(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.cells()).sum()
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Its text without its inks.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Breaks it between words into lines of at most `width` cells; a word that is longer than a line is cut when it is
    /// drawn. At most `most` lines: the last one keeps all the rest.
    pub fn wrap(&self, width: usize, most: usize) -> Vec<Phrase<'static>> {
        let mut lines = vec![Phrase::new()];
        let mut used = 0;
        for (text, style) in &self.pieces {
            for word in text.as_str().split_inclusive(' ') {
                let word = Shown::new(word).into_owned();
                let needed = crate::domain::text::cells(word.as_str().trim_end());
                if used > 0 && used + needed > width && lines.len() < most {
                    if let Some(line) = lines.last_mut() {
                        line.trim_end();
                    }
                    lines.push(Phrase::new());
                    used = 0;
                }
                used += word.cells();
                if let Some(line) = lines.last_mut() {
                    line.glue(word, *style);
                }
            }
        }
        lines
    }

    /// The same into lines of these widths, whole words only; `None` where it does not fit.
    pub fn wrap_whole(&self, widths: &[usize]) -> Option<Vec<Phrase<'static>>> {
        let mut widths = widths.iter();
        let mut width = *widths.next()?;
        let mut lines = vec![Phrase::new()];
        let mut used = 0;
        for (text, style) in &self.pieces {
            for word in text.as_str().split_inclusive(' ') {
                let word = Shown::new(word).into_owned();
                let needed = crate::domain::text::cells(word.as_str().trim_end());
                if used + needed > width {
                    lines.last_mut()?.trim_end();
                    lines.push(Phrase::new());
                    (width, used) = (*widths.next()?, 0);
                }
                if needed > width {
                    return None;
                }
                used += word.cells();
                lines.last_mut()?.glue(word, *style);
            }
        }
        lines.last_mut()?.trim_end();
        Some(lines)
    }

    /// Takes blanks away from its end: they would be cut where the line is full, and the word before them with them.
    fn trim_end(&mut self) {
        while let Some((text, style)) = self.pieces.pop() {
            let kept = text.as_str().trim_end_matches(' ').len();
            if kept > 0 {
                let blanks = text.as_str().len() - kept;
                self.pieces.push((crate::domain::fit::end(&text, text.cells() - blanks), style));
                return;
            }
        }
    }

    /// Adds a piece to the last one when it has the same style: long runs of one style cost the terminal least.
    fn glue(&mut self, text: Shown<'a>, style: Style)
    where
        'a: 'static,
    {
        match self.pieces.pop() {
            Some((before, same)) if same == style => self.pieces.push((before.join(&text), style)),
            Some(before) => self.pieces.extend([before, (text, style)]),
            None => self.pieces.push((text, style)),
        }
    }
}

impl<'a, T: Into<Shown<'a>>> From<(T, Style)> for Phrase<'a> {
    fn from((text, style): (T, Style)) -> Self {
        Self::of(text, style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_break_between_words() {
        let phrase =
            Phrase::of("POST /orders fails, ", Style::new()).with("because payments is slow", Style::new().bold());
        let lines: Vec<_> = phrase.wrap(22, 9).iter().map(|line| line.text().trim_end().to_owned()).collect();
        assert_eq!(lines, ["POST /orders fails,", "because payments is", "slow"]);
        assert!(lines.iter().all(|line| line.len() <= 22));
        let full = Phrase::of("breaker open on 2 of 3 callers", Style::new()).wrap(20, 9);
        assert_eq!(full[0].text(), "breaker open on 2 of", "no blank at the end of a full line");
        let whole = |widths: &[usize]| phrase.wrap_whole(widths).map(|lines| lines.len());
        assert_eq!((whole(&[22, 22, 22]), whole(&[22, 22]), whole(&[60])), (Some(3), None, Some(1)));
        assert_eq!(phrase.wrap(22, 2).len(), 2);
        assert_eq!(phrase.wrap(22, 2)[1].text(), "because payments is slow");
    }
}
