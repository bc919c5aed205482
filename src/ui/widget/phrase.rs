//! A line of text in several inks. Not where it stands.

use ratatui::style::Style;

use crate::domain::{fit, text::Shown};

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

    /// Its words, each with the blank behind it. A word goes on over pieces until a blank ends it: `/orders` in one ink and
    /// the comma behind it in another are one word, which no line breaks.
    pub(super) fn words(&self) -> Vec<Phrase<'static>> {
        let mut words: Vec<Phrase<'static>> = Vec::new();
        let mut open = false;
        for (text, style) in &self.pieces {
            for part in text.as_str().split_inclusive(' ') {
                let ends = part.ends_with(' ');
                let part = Shown::new(part).into_owned();
                match words.last_mut() {
                    Some(word) if open => word.glue(part, *style),
                    _ => words.push(Phrase::of(part, *style)),
                }
                open = !ends;
            }
        }
        words
    }

    /// Its width without the blanks at its end.
    fn bare_cells(&self) -> usize {
        crate::domain::text::cells(self.text().trim_end())
    }

    /// It, made to fit: what is too long loses words of its middle, as messages do. At most three quarters of what stays are
    /// its beginning, which says what it is about. A word that must be cut loses its beginning: it may be an address.
    pub fn elide_middle(&self, cells: usize) -> Phrase<'static> {
        if self.cells() <= cells {
            return self.first(cells);
        }
        let ink = self.pieces.last().map(|(_, style)| *style).unwrap_or_default();
        let most = cells * 3 / 4;
        let mut phrase = Phrase::new();
        for word in self.first(cells).words() {
            if phrase.cells() + word.cells() > most {
                break;
            }
            phrase.extend(word);
        }
        if phrase.is_empty() {
            phrase = self.first(most.saturating_sub(1));
        }
        let left = cells.saturating_sub(phrase.cells() + 2);
        let mut end = Vec::new();
        let mut used = 0;
        for word in self.last(cells).words().into_iter().rev() {
            used += word.cells();
            if used > left {
                break;
            }
            end.push(word);
        }
        if end.is_empty() {
            phrase.push(if cells > 0 { "…" } else { "" }, ink);
            let left = cells.saturating_sub(phrase.cells());
            phrase.extend(self.last(left));
            return phrase;
        }
        phrase.push("… ", ink);
        end.into_iter().rev().for_each(|word| phrase.extend(word));
        phrase
    }

    /// As much of its beginning as fits.
    fn first(&self, cells: usize) -> Phrase<'static> {
        let mut phrase = Phrase::new();
        let mut left = cells;
        for (text, style) in &self.pieces {
            let part = fit::end(text, left);
            left -= part.cells();
            let whole = part.cells() == text.cells();
            phrase.push(part, *style);
            if !whole {
                break;
            }
        }
        phrase
    }

    /// As much of its end as fits.
    fn last(&self, cells: usize) -> Phrase<'static> {
        let mut parts = Vec::new();
        let mut left = cells;
        for (text, style) in self.pieces.iter().rev() {
            let part = fit::start(text, left);
            left -= part.cells();
            let whole = part.cells() == text.cells();
            parts.push((part, *style));
            if !whole {
                break;
            }
        }
        let mut phrase = Phrase::new();
        parts.into_iter().rev().for_each(|(text, style)| phrase.push(text, style));
        phrase
    }

    /// Breaks it between words into lines of at most `width` cells; a word that is longer than a line is cut when it is
    /// drawn. At most `most` lines: the last one keeps all the rest.
    pub fn wrap(&self, width: usize, most: usize) -> Vec<Phrase<'static>> {
        let mut lines = vec![Phrase::new()];
        let mut used = 0;
        for word in self.words() {
            if used > 0 && used + word.bare_cells() > width && lines.len() < most {
                if let Some(line) = lines.last_mut() {
                    line.trim_end();
                }
                lines.push(Phrase::new());
                used = 0;
            }
            used += word.cells();
            if let Some(line) = lines.last_mut() {
                line.glue_all(word);
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
        for word in self.words() {
            let needed = word.bare_cells();
            if used + needed > width {
                lines.last_mut()?.trim_end();
                lines.push(Phrase::new());
                (width, used) = (*widths.next()?, 0);
            }
            if needed > width {
                return None;
            }
            used += word.cells();
            lines.last_mut()?.glue_all(word);
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
                self.pieces.push((fit::end(&text, text.cells() - blanks), style));
                return;
            }
        }
    }

    /// Adds the pieces of a word.
    fn glue_all(&mut self, word: Phrase<'static>)
    where
        'a: 'static,
    {
        word.pieces.into_iter().for_each(|(text, style)| self.glue(text, style));
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
    fn a_word_goes_on_over_pieces_until_a_blank_ends_it() {
        let (plain, bold) = (Style::new(), Style::new().bold());
        let phrase = Phrase::of("orders ▸ articles ", plain).with("64/s", bold).with(", ", plain).with("orders", plain);
        let lines: Vec<_> = phrase.wrap(22, 9).iter().map(|line| line.text().trim_end().to_owned()).collect();
        assert_eq!(lines, ["orders ▸ articles", "64/s, orders"]);
        let lines = phrase.wrap_whole(&[22, 22]).expect("two lines are enough");
        assert_eq!(lines[1].text(), "64/s, orders");
    }

    #[test]
    fn a_message_loses_its_middle() {
        let phrase = Phrase::of("timed out after 800 ms, ", Style::new()).with("10.0.0.9:5005", Style::new().bold());
        assert_eq!(phrase.elide_middle(37), phrase);
        assert_eq!(phrase.elide_middle(36).text(), "timed out after 800 ms, ….0.0.9:5005");
        assert_eq!(phrase.elide_middle(20).text(), "timed out ….0.9:5005");
        assert_eq!((phrase.elide_middle(1).text(), phrase.elide_middle(0).text()), ("…".into(), String::new()));
        for cells in 0..40 {
            assert!(phrase.elide_middle(cells).cells() <= cells);
        }
        let event = Phrase::of("ana drained users 127.0.0.5:5001: kernel update", Style::new());
        assert_eq!(event.elide_middle(46).text(), "ana drained users 127.0.0.5:5001: … update");
        assert_eq!(event.elide_middle(40).text(), "ana drained users … kernel update");
    }

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
