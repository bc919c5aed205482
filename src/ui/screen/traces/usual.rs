//! An open trace beside the usual one of the same root: which service took longer or shorter, whom it called more often, and
//! who is out of line. Where nothing is usual, that is said.

use ratatui::layout::Rect;

use super::{place, took};
use crate::{
    app::Model,
    store::traces::{Comparison, Share},
    theme::Role,
    ui::widget::{Canvas, Phrase, heading},
};

/// A smaller change of what ran beside each other is not worth a row, in ns.
const NOTABLE_NS: u64 = 500_000;

/// Said where there is none.
pub(super) const NONE: &str = "No usual one to compare with: fewer than 5 like it that went well are here.";

/// Rows that it takes, its heading and its last sentence with them.
pub(super) fn height(usual: &Comparison) -> u16 {
    2 + rows(usual).count() as u16 + u16::from(beside(usual).is_some())
}

/// Those in which the two differ at all.
fn rows(usual: &Comparison) -> impl Iterator<Item = &Share> {
    usual.services.iter().filter(|share| share.more_ns() != 0 || share.own.is_some() != share.usual.is_some())
}

/// How much more ran beside other work, and so did not make it longer, in ns.
fn beside(usual: &Comparison) -> Option<i64> {
    let more = usual.beside_ns.0 as i64 - usual.beside_ns.1 as i64;
    (more.unsigned_abs() >= NOTABLE_NS).then_some(more)
}

/// `payments  +769 ms  usually 31 ms`, what differs most first; together they make the difference in the heading.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, usual: &Comparison) {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let title = format!("Against a usual one, {}: {}", took(usual.usual_ns), difference(usual.more_ns()));
    heading(canvas, Rect { height: 1, ..area }, title, &Phrase::new());
    let room = usize::from(area.height.saturating_sub(2));
    let mut row = |y: u16, name: &str, more: i64, note: String, ink| {
        canvas.put(area.x, y, 18, name.to_owned(), ink);
        canvas.phrase_right(area.x + 18, area.x + 30, y, &Phrase::of(difference(more), ink));
        canvas.phrase(area.x + 32, y, area.width.saturating_sub(32), &Phrase::of(note, muted));
    };
    let mut y = area.y + 1;
    let culprit = usual.culprit().map(|share| &share.service);
    for share in rows(usual).take(room) {
        let ink = if culprit == Some(&share.service) { warn } else { text };
        row(y, &place(model, &share.service, None, false), share.more_ns(), note(share), ink);
        y += 1;
    }
    if let Some(more) = beside(usual).filter(|_| y + 1 < area.bottom()) {
        row(y, "side by side", -more, "at the same time".to_owned(), muted);
        y += 1;
    }
    if y < area.bottom() {
        canvas.phrase(area.x, y, area.width, &Phrase::of(so(model, usual), muted));
    }
}

/// What is usual of a service.
fn note(share: &Share) -> String {
    match (&share.own, &share.usual) {
        (_, None) => "usually not called".to_owned(),
        (None, Some(usual)) => format!("not called, usually {}", took(usual.own_ns)),
        (Some(_), Some(usual)) => {
            let calls = share.calls().map(|calls| format!(", {}", often(calls))).unwrap_or_default();
            format!("usually {}{calls}", took(usual.own_ns))
        }
    }
}

/// `called 2×, usually once`.
fn often((own, usual): (u32, u32)) -> String {
    let times = |n: u32| if n == 1 { "once".to_owned() } else { format!("{n}×") };
    format!("called {}, usually {}", times(own), times(usual))
}

/// The same in one line.
pub(super) fn line(model: &Model, usual: &Comparison) -> String {
    format!("usually {}: {}", took(usual.usual_ns), so(model, usual))
}

fn so(model: &Model, usual: &Comparison) -> String {
    let name = |share: &Share| place(model, &share.service, None, false);
    // A call that was made again is the clearest of what was different.
    let more_often = |share: &&Share| share.calls().is_some_and(|(own, usual)| own > usual && usual > 0);
    let again = usual.services.iter().find(more_often);
    let again = again.and_then(|share| Some(format!("{} was {}", name(share), often(share.calls()?))));
    let time = match usual.culprit() {
        Some(share) => format!("{} is out of line, {}", name(share), difference(share.more_ns())),
        None if usual.took_ns <= usual.usual_ns => "it was not slower".to_owned(),
        None if !usual.slower() => "it took about as long".to_owned(),
        None => "no service alone is out of line".to_owned(),
    };
    again.map_or(time.clone(), |again| format!("{again}; {time}"))
}

fn difference(more_ns: i64) -> String {
    let sign = if more_ns >= 0 { '+' } else { '-' };
    format!("{sign}{}", took(more_ns.unsigned_abs()))
}
