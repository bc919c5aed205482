//! The header line: groups at the left, in the middle and at the right, dropped by priority when there is no room.

use ratatui::layout::Rect;

use super::canvas::{Align, Canvas};
use super::phrase::Phrase;

/// One thing that the line says.
#[derive(Clone, Debug)]
pub struct Status<'a> {
    /// What it says.
    pub text: Phrase<'a>,
    /// The lowest goes first; [`Status::ALWAYS`] never does.
    pub keep: u8,
}

impl<'a> Status<'a> {
    /// Never dropped.
    pub const ALWAYS: u8 = u8::MAX;

    /// Said while there is room for what is kept longer.
    pub fn new(text: Phrase<'a>, keep: u8) -> Self {
        Self { text, keep }
    }
}

/// The gap between two things, and the least between two groups.
const GAP: u16 = 3;

/// Draws the groups into the first row of `area`: left flush, right flush, and the middle between them, nearer to the
/// right. What has the lowest `keep` is dropped until all fit. One blank column stays at each end.
pub fn status(canvas: &mut Canvas<'_>, area: Rect, left: &[Status<'_>], middle: &[Status<'_>], right: &[Status<'_>]) {
    if area.width < 3 || area.height == 0 {
        return;
    }
    let area = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let mut least = 0;
    let keeps = || left.iter().chain(middle).chain(right).map(|item| item.keep);
    let room = usize::from(area.width + GAP);
    while width(left, least) + width(middle, least) + width(right, least) > room {
        match keeps().filter(|keep| *keep >= least && *keep < Status::ALWAYS).min() {
            Some(keep) => least = keep + 1,
            None => break,
        }
    }
    let right = line(right, least);
    let start = canvas.phrase_right(area.x, area.right(), area.y, &right);
    let room = Rect { width: start.saturating_sub(area.x), ..area };
    let after = canvas.phrase(room.x, room.y, room.width.saturating_sub(1), &line(left, least));
    let middle = line(middle, least);
    let free = usize::from(room.right().saturating_sub(after)).saturating_sub(middle.cells());
    let before = u16::try_from(free - (free / 3).max(usize::from(GAP)).min(free)).unwrap_or(0);
    let place = Rect { x: after + before, width: room.right().saturating_sub(after + before), ..room };
    canvas.phrase_in(place, Align::Left, &middle);
}

/// The width of what is kept of a group, with the gap that follows it.
fn width(group: &[Status<'_>], least: u8) -> usize {
    let line = line(group, least);
    if line.is_empty() { 0 } else { line.cells() + usize::from(GAP) }
}

fn line<'a>(group: &[Status<'a>], least: u8) -> Phrase<'a> {
    let mut line = Phrase::new();
    for item in group.iter().filter(|item| item.keep >= least && !item.text.is_empty()) {
        if !line.is_empty() {
            line.push("   ", ratatui::style::Style::new());
        }
        line.extend(item.text.clone());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;
    use crate::theme::Role;

    fn header(width: u16) -> String {
        drawn(width, 1, |canvas| {
            let text = canvas.style(Role::Text);
            let item = |words: &'static str, keep| Status::new(Phrase::of(words, text), keep);
            status(
                canvas,
                Rect::new(0, 0, width, 1),
                &[item("KEEPWATCH", 9), item("shop", 5)],
                &[item("services 6", 1), item("13 of 14", Status::ALWAYS)],
                &[item("data 0.3 s old", 2), item("LIVE 14:03:07", Status::ALWAYS)],
            );
        })
    }

    #[test]
    fn the_middle_goes_first_and_the_clock_never() {
        assert_eq!(header(80), " KEEPWATCH   shop        services 6   13 of 14   data 0.3 s old   LIVE 14:03:07");
        assert_eq!(header(68), " KEEPWATCH   shop        13 of 14    data 0.3 s old   LIVE 14:03:07");
        assert_eq!(header(30), "     13 of 14   LIVE 14:03:07");
    }
}
