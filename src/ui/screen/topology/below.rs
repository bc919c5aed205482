//! What stands below the picture: where the keys lead from the cursor; and where there are many services, the problems
//! and one mark for each service in a place of its own.

use ratatui::layout::Rect;

use super::counted;
use crate::{
    app::Model,
    domain::topology::{At, Step},
    insight::status::Mark as Status,
    theme::{Mark, Role},
    ui::{
        frame, say,
        widget::{canvas::Canvas, heading, marks, phrase::Phrase, topology::Fold},
    },
};

/// `Walk`: which key leads where.
pub(super) fn walk(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let state = &model.screens.topology;
    let (key, text, muted) = (canvas.style(Role::Key), canvas.style(Role::Text), canvas.style(Role::Muted));
    let row = |n: u16| Rect { x: area.x + 1, y: area.y + n, width: area.width.saturating_sub(2), height: 1 };
    heading(canvas, row(0), "Walk", &Phrase::new());
    let Some(at) = state.at() else {
        let line =
            Phrase::of("j k ", key).with("among services   ", muted).with("h l ", key).with("along calls", muted);
        canvas.phrase(row(1).x, row(1).y, row(1).width, &line);
        return;
    };
    let mut line = Phrase::of(name(model, &at), canvas.style(Role::Strong));
    for (letter, way) in [("h", Step::Left), ("l", Step::Right), ("j", Step::Down), ("k", Step::Up)] {
        if let Some(to) = state.leads(way) {
            line = line.with("    ", muted).with(letter, key).with(format!(" {}", name(model, &to)), text);
        }
    }
    canvas.phrase(row(1).x, row(1).y, row(1).width, &line);
    let what = if matches!(at, At::Call(..)) { "this call" } else { "this service" };
    let line = Phrase::of("Enter", key).with(format!(" narrows every pane to {what}, "), muted).with("Esc", key);
    canvas.phrase(row(2).x, row(2).y, row(2).width, &line.with(" widens again", muted));
}

fn name(model: &Model, at: &At) -> String {
    match at {
        At::Service(name) => model.cluster.short(name).to_owned(),
        At::Call(from, to) => format!("{} ▸ {}", model.cluster.short(from), model.cluster.short(to)),
    }
}

/// Problems at the left, every service as a mark at the right.
pub(super) fn problems(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let wide = area.width >= 100;
    let half = if wide { area.width / 2 } else { area.width };
    let left = Rect { x: area.x + 1, width: half.saturating_sub(3), height: 1, ..area };
    let muted = canvas.style(Role::Muted);
    heading(canvas, left, "Problems, worst first", &Phrase::new());
    for (n, verdict) in model.verdicts.iter().take(usize::from(area.height.saturating_sub(2))).enumerate() {
        let mark: Mark = frame::verdict_mark(verdict.severity, verdict.rule);
        let text = canvas.style(Role::Text);
        let line = Phrase::of(mark.symbol(), canvas.theme().mark(mark))
            .with(" ", text)
            .with(say::verdict(model, verdict), text);
        let y = left.y + 1 + n as u16;
        let end = verdict.since.map_or(left.right(), |since| {
            canvas.phrase_right(left.x, left.right(), y, &Phrase::of(say::ago(model, since), muted)).saturating_sub(1)
        });
        canvas.phrase(left.x, y, end.saturating_sub(left.x), &line);
    }
    if model.verdicts.is_empty() {
        canvas.put(left.x, left.y + 1, left.width, "No problem is known.", muted);
    }
    let keys = "z unfolds everything; n goes to the next problem";
    canvas.put(left.x, area.bottom() - 1, left.width, keys, muted);
    if !wide {
        return;
    }
    let services: Vec<_> = model.cluster.services.iter().filter(|s| s.id.layout.explained()).collect();
    let all: Vec<Mark> = services.iter().map(|s| say::mark(s.worst().unwrap_or(Status::Unknown))).collect();
    let right = Rect { x: area.x + half + 1, width: (area.width - half).saturating_sub(2), height: 1, ..area };
    let title = format!("All {}, one mark each, same place always", counted(all.len(), "service", "services"));
    heading(canvas, right, title, &Phrase::new());
    let place = Rect { y: right.y + 1, height: area.height.saturating_sub(2), ..right };
    let more = marks(canvas, place, &all, None);
    let order = if more > 0 { format!("{more} more; ") } else { String::new() };
    canvas.put(right.x, area.bottom() - 1, right.width, format!("{order}read from left to right by name"), muted);
}

/// Where all are well and folded: the groups alone, a column for each layer.
pub(super) fn folds(canvas: &mut Canvas<'_>, area: Rect, folds: &[Fold<'_>]) {
    const WIDTH: u16 = 30;
    let (muted, text) = (canvas.style(Role::Muted), canvas.style(Role::Text));
    canvas.put(area.x + 1, area.y, area.width.saturating_sub(2), "All are well, so all are folded: z unfolds", muted);
    let (mut x, mut y, mut layer) = (area.x + 1, area.y + 2, None);
    for fold in folds {
        let next = layer.is_some_and(|l| l != fold.layer);
        if next || y >= area.bottom() {
            (x, y) = (x.saturating_add(WIDTH + 2), area.y + 2);
        }
        layer = Some(fold.layer);
        if x + WIDTH > area.right() || y >= area.bottom() {
            return;
        }
        let count = Phrase::of(format!("{:>3} ", fold.services), muted)
            .with(Mark::Up.symbol(), canvas.theme().mark(Mark::Up))
            .with(format!(" {:>4}", fold.instances), muted);
        canvas.put(x, y, 2, Mark::To.symbol(), muted);
        let start = canvas.phrase_right(x, x + WIDTH, y, &count);
        canvas.put(x + 2, y, start.saturating_sub(x + 3), &fold.name, text);
        y += 1;
    }
}
