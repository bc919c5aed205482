//! The detail of the span under the cursor of an open trace: whether it is on the screen, where, and how far it is scrolled.

use crate::{
    app::{Model, grid::Area, screen::Screen},
    domain::{attributes::Attributes, span::Span},
};

use super::{BESIDE, list_rows};

/// Lines that are told of each span, at most, besides what it says itself.
const OWN: usize = 24;
/// Lines of it that are made at most: a span may hold megabytes.
pub const LONGEST_DETAIL: usize = 600;
/// Its columns beside the waterfall at most.
const WIDEST: u16 = 52;

/// Its columns beside the waterfall; `None`: a body of that width has no room for it there.
pub fn beside(width: u16) -> Option<u16> {
    (width >= BESIDE).then(|| (width / 3).min(WIDEST))
}

/// Whether it is on the screen.
pub(in crate::app) fn has_detail(model: &Model) -> bool {
    let state = &model.screens.traces;
    model.screen == Screen::Traces && state.fall.is_some() && (model.size.0 >= BESIDE || state.detail)
}

/// Whether it is at a place of the body.
pub(in crate::app) fn holds_detail(model: &Model, body: Area, x: u16, y: u16) -> bool {
    let left = beside(body.width).map_or(0, |width| (body.x + body.width).saturating_sub(width));
    has_detail(model) && x >= left && y >= body.y + list_rows(body.height)
}

/// Scrolls it, not far past its end: that would have to be scrolled back.
pub(in crate::app) fn scroll(model: &mut Model, by: isize) {
    let width = beside(model.size.0).unwrap_or(model.size.0);
    let state = &mut model.screens.traces;
    let under = state.fall.as_ref().and_then(|fall| {
        let row = fall.under(state.span.at.min(fall.shown.len().saturating_sub(1)), state.unfolded)?;
        fall.waterfall.rows.get(row)
    });
    let most = under.map_or(0, |row| lines(&row.span, usize::from(width.saturating_sub(4)).max(20)));
    state.detail_top = state.detail_top.saturating_add_signed(by).min(most.min(LONGEST_DETAIL));
}

/// About how many lines a span is, for texts of that width.
fn lines(span: &Span, width: usize) -> usize {
    let of_text = |text: &str| text.split('\n').map(|line| 1 + line.len() / width).sum::<usize>();
    let of_pairs = |pairs: &Attributes| {
        pairs.iter().map(|(key, value)| of_text(&value) + key.len().max(22) / width).sum::<usize>()
    };
    let events: usize = span.events.iter().map(|event| 1 + of_pairs(&event.attributes)).sum();
    OWN + of_text(&span.message) + of_pairs(&span.attributes) + events + span.links.len()
}
