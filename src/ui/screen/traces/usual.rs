//! An open trace beside the usual one of the same root: which service took longer or shorter, whom it called more often, and
//! who is out of line. Where nothing is usual, that is said.

use ratatui::layout::Rect;

use super::{place, took};
use crate::{
    app::Model,
    domain::{fit, text::Shown, time::Moment},
    store::traces::{Comparison, Share, Waterfall},
    theme::Role,
    ui::{
        say,
        widget::{Canvas, Phrase, heading},
    },
};

/// A smaller change of what ran beside each other is not worth a row, in ns.
const NOTABLE_NS: u64 = 500_000;

/// A difference that would be shown as less than the least that is shown is none, in ns.
const SEEN_NS: u64 = 100_000;

/// Why there is none.
pub(super) fn none(whole: &Waterfall) -> &'static str {
    match whole.rows.get(whole.root) {
        Some(root) if root.no_parent && whole.has_several => "Not compared: who called these first is not here.",
        _ => "No usual one to compare with: fewer than 5 like it that went well are here.",
    }
}

/// Rows that it takes in so many columns, its heading and its last sentence with them.
pub(super) fn height(model: &Model, usual: &Comparison, width: u16) -> u16 {
    1 + rows(usual).count() as u16 + u16::from(beside(usual).is_some()) + sentence(model, usual, width).len() as u16
}

/// Those in which the two differ by what can be seen, or in how often they were called.
fn rows(usual: &Comparison) -> impl Iterator<Item = &Share> {
    let seen = |share: &Share| share.more_ns().unsigned_abs() >= SEEN_NS;
    usual.services.iter().filter(move |share| seen(share) || share.calls().is_some())
}

/// How much more ran beside other work, and so did not make it longer, in ns.
fn beside(usual: &Comparison) -> Option<i64> {
    let more = usual.beside_ns.0 as i64 - usual.beside_ns.1 as i64;
    (more.unsigned_abs() >= NOTABLE_NS).then_some(more)
}

/// `payments  +769 ms  usually 31 ms`, what differs most first; together they make the difference in the heading.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, usual: &Comparison) {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let title = format!("Against usual {} of {}: {}", took(usual.usual_ns), when(model, usual), whole(usual.more_ns()));
    heading(canvas, Rect { height: 1, ..area }, title, &Phrase::new());
    let sentence = sentence(model, usual, area.width);
    let room = usize::from(area.height.saturating_sub(1 + sentence.len() as u16));
    let mut row = |y: u16, name: &str, more: i64, note: String, ink| {
        canvas.put(area.x, y, 18, fit::elide_middle(Shown::new(name), 18).into_owned(), ink);
        canvas.phrase_right(area.x + 18, area.x + 30, y, &Phrase::of(difference(more), ink));
        canvas.phrase(area.x + 32, y, area.width.saturating_sub(32), &Phrase::of(note, muted));
    };
    let mut y = area.y + 1;
    let culprit = usual.culprit().map(|share| &share.service);
    for share in rows(usual).take(room) {
        let ink = if culprit == Some(&share.service) { warn } else { text };
        row(
            y,
            &place(model, &share.service, None, false),
            share.more_ns(),
            note(share, area.width.saturating_sub(32)),
            ink,
        );
        y += 1;
    }
    if let Some(more) = beside(usual).filter(|_| y + (sentence.len() as u16) < area.bottom()) {
        row(y, "(in parallel)", -more, "ran beside other work".to_owned(), muted);
        y += 1;
    }
    for (y, line) in (y..area.bottom()).zip(sentence) {
        canvas.put(area.x, y, area.width, line, muted);
    }
}

/// The last sentence, whole: in as many lines as it takes, two at most.
fn sentence(model: &Model, usual: &Comparison, width: u16) -> Vec<String> {
    let whole = so(model, usual);
    match whole.split_once("; ") {
        Some((first, second)) if whole.chars().count() > usize::from(width) => {
            vec![format!("{first};"), second.to_owned()]
        }
        _ => vec![whole],
    }
}

/// What is usual of a service, as much of it as is whole in so many columns.
fn note(share: &Share, width: u16) -> String {
    match (&share.own, &share.usual) {
        (_, None) => "usually not called".to_owned(),
        // How long it usually takes stands beside it already: it is all of the difference.
        (None, Some(_)) => "not called".to_owned(),
        (Some(_), Some(usual)) => {
            let time = format!("usually {}", took(usual.own_ns));
            let Some(calls) = share.calls() else { return time };
            // Who was called how often stands in the sentence, too.
            let forms = [format!("{time}, {}", often(calls)), format!("{time}, called {}×", calls.0)];
            forms.into_iter().find(|form| form.chars().count() <= usize::from(width)).unwrap_or(time)
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
    format!("usually {}: {}, as of {}", took(usual.usual_ns), so(model, usual), when(model, usual))
}

/// When that was usual.
fn when(model: &Model, usual: &Comparison) -> String {
    let (from, until) = usual.of_ns;
    say::between(model, Moment::from_nanos(from), Moment::from_nanos(until))
}

fn so(model: &Model, usual: &Comparison) -> String {
    let name = |share: &Share| place(model, &share.service, None, false);
    // A call that was made again is the clearest of what was different.
    let more_often = |share: &&Share| share.calls().is_some_and(|(own, usual)| own > usual && usual > 0);
    let again = usual.services.iter().find(more_often).and_then(|share| Some((share, often(share.calls()?))));
    let time = match usual.culprit() {
        Some(share) => format!("{} is out of line, {}", name(share), difference(share.more_ns())),
        None if usual.took_ns <= usual.usual_ns => "it was not slower".to_owned(),
        None if !usual.slower() => "it took about as long".to_owned(),
        None if !usual.unusual() => format!("within what is usual, up to {}", took(usual.at_times_ns)),
        None => "no service alone is out of line".to_owned(),
    };
    match again {
        None => time,
        Some((again, often)) if usual.culprit() == Some(again) => format!("{time}; it was {often}"),
        Some((again, often)) => format!("{time}; {} was {often}", name(again)),
    }
}

/// How much longer all of it took.
fn whole(more_ns: i64) -> String {
    if more_ns.unsigned_abs() < SEEN_NS { "as long".to_owned() } else { difference(more_ns) }
}

/// `+769 ms`; nothing where it is less than is shown: who was called more often may have taken as long.
fn difference(more_ns: i64) -> String {
    if more_ns.unsigned_abs() < SEEN_NS {
        return String::new();
    }
    let sign = if more_ns >= 0 { '+' } else { '-' };
    format!("{sign}{}", took(more_ns.unsigned_abs()))
}

#[cfg(test)]
#[path = "usual_tests.rs"]
mod tests;
