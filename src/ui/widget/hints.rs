//! The footer: which keys do what here. What does not fit is dropped from the right; `?` never is.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::phrase::Phrase;
use crate::domain::text::Shown;
use crate::theme::Role;

/// A key and what it does.
#[derive(Clone, Debug)]
pub struct Hint<'a> {
    /// The key as it is written: `d`, `Enter`, `C-r`.
    pub key: Shown<'a>,
    /// The verb.
    pub verb: Shown<'a>,
    /// Kept whatever else is dropped.
    pub always: bool,
    /// Why it is refused now: then it stays, muted, with the reason; none is told where the next key tells it.
    pub refused: Option<Shown<'a>>,
}

impl<'a> Hint<'a> {
    /// A key that works now.
    pub fn new(key: impl Into<Shown<'a>>, verb: impl Into<Shown<'a>>) -> Self {
        Self { key: key.into(), verb: verb.into(), always: false, refused: None }
    }

    /// The same, never dropped.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// The same, refused now for a reason.
    #[must_use]
    pub fn refused(mut self, why: impl Into<Shown<'a>>) -> Self {
        self.refused = Some(why.into());
        self
    }

    fn cells(&self) -> usize {
        let why = self.refused.as_ref().filter(|why| !why.is_empty()).map_or(0, |why| why.cells() + 3);
        self.key.cells() + 1 + self.verb.cells() + why
    }

    fn phrase(&self, canvas: &Canvas<'_>) -> Phrase<'_> {
        let muted = canvas.style(Role::Muted);
        let key = if self.refused.is_some() { muted } else { canvas.style(Role::Key) };
        let mut phrase = Phrase::of(&self.key, key).with(" ", muted).with(&self.verb, muted);
        if let Some(why) = self.refused.as_ref().filter(|why| !why.is_empty()) {
            phrase = phrase.with(" (", muted).with(why, muted).with(")", muted);
        }
        phrase
    }
}

/// Draws hints into the first row of `area`, and `right` at its right end while there is room for both.
pub fn hints(canvas: &mut Canvas<'_>, area: Rect, left: &[Hint<'_>], right: &[Hint<'_>]) {
    if area.width < 3 || area.height == 0 {
        return;
    }
    let room = usize::from(area.width) - 2;
    let whole = width(left.iter(), 2);
    let aside = width(right.iter(), 3);
    if aside > 0 && whole + 4 + aside <= room {
        draw(canvas, area.right().saturating_sub(1 + u16::try_from(aside).unwrap_or(0)), area, right.iter(), 3);
    }
    let mut kept: Vec<_> = left.iter().collect();
    while width(kept.iter().copied(), 2) > room {
        let Some(last) = kept.iter().rposition(|hint| !hint.always) else { break };
        kept.remove(last);
    }
    draw(canvas, area.x + 1, area, kept.into_iter(), 2);
}

fn width<'h, 'a: 'h>(hints: impl Iterator<Item = &'h Hint<'a>>, gap: usize) -> usize {
    hints.map(|hint| hint.cells() + gap).sum::<usize>().saturating_sub(gap)
}

fn draw<'h, 'a: 'h>(canvas: &mut Canvas<'_>, x: u16, area: Rect, hints: impl Iterator<Item = &'h Hint<'a>>, gap: u16) {
    let mut at = x;
    for hint in hints {
        let phrase = hint.phrase(canvas);
        at = canvas.phrase(at, area.y, area.right().saturating_sub(at), &phrase) + gap;
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    #[test]
    fn hints_drop_from_the_right_but_never_the_help() {
        let line = |width| {
            drawn(width, 1, |canvas| {
                let left = [Hint::new("d", "drain"), Hint::new("/", "filter"), Hint::new("?", "help").always()];
                hints(canvas, Rect::new(0, 0, width, 1), &left, &[Hint::new("Tab", "panes"), Hint::new("q", "quit")]);
            })
        };
        assert_eq!(line(50), " d drain  / filter  ? help     Tab panes   q quit");
        assert_eq!(line(30), " d drain  / filter  ? help");
        assert_eq!(line(20), " d drain  ? help");
        assert_eq!(line(9), " ? help");
    }

    #[test]
    fn a_refused_key_stays_with_its_reason() {
        let text = drawn(40, 1, |canvas| {
            let left = [Hint::new("d", "drain").refused("registry lost")];
            hints(canvas, Rect::new(0, 0, 40, 1), &left, &[]);
        });
        assert_eq!(text, " d drain (registry lost)");
    }
}
