//! An open trace beside the usual one of the same root: what took longer, and who is out of line.

use ratatui::layout::Rect;

use super::{place, took};
use crate::{
    app::Model,
    store::traces::Comparison,
    theme::Role,
    ui::widget::{Canvas, Phrase, heading},
};

/// `payments  +769 ms  usually 31 ms`, the most first, and what follows from it.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, usual: &Comparison) {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    heading(
        canvas,
        Rect { height: 1, ..area },
        format!("Against a usual one, {}", took(usual.usual_ns)),
        &Phrase::new(),
    );
    let room = usize::from(area.height.saturating_sub(2));
    for (y, (service, own, theirs)) in (area.y + 1..area.bottom()).zip(usual.services.iter().take(room)) {
        let ink = if usual.culprit() == Some(service) { warn } else { text };
        canvas.put(area.x, y, 18, place(model, service, None, false), ink);
        canvas.phrase_right(area.x + 18, area.x + 30, y, &Phrase::of(difference(*own, *theirs), ink));
        canvas.phrase(
            area.x + 32,
            y,
            area.width.saturating_sub(32),
            &Phrase::of(format!("usually {}", took(*theirs)), muted),
        );
    }
    let y = area.y + 1 + usual.services.len().min(room) as u16;
    if y < area.bottom() {
        canvas.phrase(area.x, y, area.width, &Phrase::of(so(model, usual), muted));
    }
}

/// The same in one line.
pub(super) fn line(model: &Model, usual: &Comparison) -> String {
    format!("usually {}: {}", took(usual.usual_ns), so(model, usual))
}

fn so(model: &Model, usual: &Comparison) -> String {
    match (usual.culprit(), usual.services.first()) {
        (Some(service), Some((_, own, theirs))) => {
            format!("{} is out of line, {}", place(model, service, None, false), difference(*own, *theirs))
        }
        _ if usual.took_ns <= usual.usual_ns => "it was not slower".to_owned(),
        _ if !usual.slower() => "it took about as long".to_owned(),
        _ => "no service alone is out of line".to_owned(),
    }
}

fn difference(own: u64, usual: u64) -> String {
    let sign = if own >= usual { '+' } else { '-' };
    format!("{sign}{}", took(own.abs_diff(usual)))
}
