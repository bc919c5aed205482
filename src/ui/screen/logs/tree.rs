//! An opened line: its fields as a tree, what was outside shown escaped, secrets masked.

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::logs as state},
    domain::{
        log::{LogLine, LogSource},
        show,
        text::Shown,
    },
    theme::Role,
    ui::widget::{Canvas, Phrase},
};

/// Fields shown of one line.
const MOST: usize = 24;

/// The rows that the opened line's tree takes.
pub(super) fn height(model: &Model) -> usize {
    state::line(model).map_or(0, |line| parts(model, &line).len())
}

/// Draws it and returns the first row below.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, line: &LogLine) -> u16 {
    let (text, muted, key, line2) =
        (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Key), canvas.style(Role::Line2));
    let parts = parts(model, line);
    let indent = area.x + if area.width >= 110 { 22 } else { 4 }.min(area.width);
    let label = parts.iter().map(|(key, ..)| Shown::new(key).cells()).max().unwrap_or(0).min(28);
    let last = parts.len();
    let mut y = area.y;
    for (n, (name, value, hint)) in parts.iter().enumerate() {
        if y >= area.bottom() {
            break;
        }
        let place = Rect { y, height: 1, ..area };
        canvas.tint(place, canvas.style(Role::Surface));
        let lead = if n + 1 == last { "└─ " } else { "├─ " };
        let name = Shown::within(name, label).into_owned();
        let gap = (label + 2).saturating_sub(name.cells());
        let mut phrase = Phrase::of(lead, line2).with(name, muted).with(" ".repeat(gap), muted);
        phrase.push(Shown::new(value).into_owned(), text);
        if let Some((press, what)) = hint {
            phrase = phrase.with("   ", muted).with(*press, key).with(format!(" {what}"), muted);
        }
        canvas.phrase(indent, y, area.right().saturating_sub(indent + 1), &phrase);
        y += 1;
    }
    y
}

/// A part of the tree: its name, its value, and the key that goes on from there.
type Part = (String, String, Option<(&'static str, &'static str)>);

/// Name, value, and a key that goes on from there.
fn parts(model: &Model, line: &LogLine) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let message = &*line.message;
    if message.chars().count() > 80 {
        parts.push(("message".to_owned(), message.to_owned(), None));
    }
    for (key, value) in line.fields.iter().take(MOST) {
        parts.push((key.to_string(), value.to_string(), None));
    }
    if line.fields.len() > MOST {
        parts.push(("more".to_owned(), format!("{} fields", line.fields.len() - MOST), None));
    }
    let late = line.seen_at.since(line.at);
    if late >= 1_000 {
        parts.push(("known".to_owned(), format!("{} later", show::age(late as u64)), None));
    }
    let came = match &line.source {
        LogSource::Otlp => "OTLP".to_owned(),
        LogSource::Stdin => "standard input".to_owned(),
        LogSource::File(path) => path.to_string(),
    };
    parts.push(("came by".to_owned(), came, None));
    if let Some(trace) = line.trace {
        let held = model.world.traces.summary(trace);
        let text = match &held {
            Some(summary) => format!(
                "{trace}  {}, {}",
                show::plural(u64::from(summary.spans), "span", "spans"),
                show::took(summary.duration_ns / 1_000)
            ),
            None => format!("{trace}  not here"),
        };
        parts.push(("trace".to_owned(), text, held.map(|_| ("Enter", "open"))));
    }
    parts
}
