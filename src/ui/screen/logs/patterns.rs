//! Lines grouped by what they have in common, the newest kind of line first.
//!
//! ```text
//!    count   /min  since     level  service    pattern
//! ▸    140    140  new 26s   ERROR  orders     payment timed out after * ms
//! ```

use ratatui::layout::Rect;

use super::row;
use crate::{
    app::{Model, selection::Selection},
    domain::{
        log::Level,
        query::{Term, What},
        show,
        time::Moment,
    },
    theme::{Mark, Role},
    ui::{
        say,
        widget::{Canvas, Phrase},
    },
};

/// A pattern is new for so long, in ms.
const NEW_MS: i64 = 5 * 60_000;
/// Only what came so long after the first line of all can be known not to have been there before, in ms.
const BEFORE_MS: i64 = 30_000;

/// From which moment on what comes first is new; `None` where the lines that are told are too few to know.
fn new_from(model: &Model) -> Option<Moment> {
    let (first, _) = model.world.logs.range()?;
    let all =
        |term: &Term| matches!(term.what, What::Level(_) | What::Service(..) | What::Instance(_) | What::Source(_));
    let state = &model.screens.logs;
    let known = !matches!(model.selection, Selection::Trace(_)) && state.list.filter().query.terms().iter().all(all);
    known.then(|| first.plus(BEFORE_MS).max(say::now(model).plus(-NEW_MS)))
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, view: Rect) {
    let (rows, at) = model.screens.logs.patterns.rows();
    let (muted, text, now) = (canvas.style(Role::Muted), canvas.style(Role::Text), say::now(model));
    if view.height < 2 {
        return;
    }
    if rows.is_empty() {
        return super::empty::say_empty(canvas, model, view, false);
    }
    let wide = view.width >= 70;
    let (x, right) = (view.x, view.right().saturating_sub(1));
    // Where things stand: count, rate, age, level, service, what they say.
    let roomy = if view.width >= 120 { 6 } else { 0 };
    let (rate, age, level) = if wide { (x + 16, x + 27 + roomy, x + 29 + roomy) } else { (x + 9, x + 9, x + 11) };
    let service = level + 7;
    let said = service + if wide { 16 } else { 0 };
    let put = |canvas: &mut Canvas<'_>, from: u16, to: u16, y: u16, phrase: Phrase<'static>| {
        canvas.phrase_right(from, to, y, &phrase);
    };
    put(canvas, x + 1, x + 9, view.y, Phrase::of("lines", muted));
    if wide {
        put(canvas, x + 10, rate, view.y, Phrase::of("/min", muted));
        put(canvas, rate + 1, age, view.y, Phrase::of("first", muted));
        canvas.put(service, view.y, 14, "service", muted);
    }
    canvas.put(level, view.y, 6, "level", muted);
    canvas.put(said, view.y, 8, "pattern", muted);
    let height = usize::from(view.height - 1);
    let top = at.saturating_sub(height.saturating_sub(1));
    let new_from = new_from(model);
    for (y, (place, pattern)) in (view.y + 1..view.bottom()).zip(rows.iter().enumerate().skip(top)) {
        let old = now.since(pattern.first);
        let is_bad = pattern.level >= Level::Error;
        put(
            canvas,
            x + 1,
            x + 9,
            y,
            Phrase::of(show::count(pattern.count), if is_bad { canvas.bold(Role::Bad) } else { text }),
        );
        if wide {
            let rate_now = pattern.per_minute(now);
            let style = if rate_now > 0 { text } else { muted };
            put(canvas, x + 10, rate, y, Phrase::of(show::about(rate_now), style));
            let is_new = new_from.is_some_and(|from| pattern.first >= from);
            let style = if is_new { canvas.style(Role::Strong) } else { muted };
            let word = if is_new { "new " } else { "" };
            put(
                canvas,
                rate + 1,
                age,
                y,
                Phrase::of(format!("{word}{}", show::duration((old / 1_000).max(0) as u64)), style),
            );
            let name = pattern.service.as_deref().map_or("–", |name| model.cluster.short(name)).to_owned();
            canvas.put(service, y, 15, name, text);
        }
        canvas.phrase(level, y, 6, &row::level(canvas, pattern.level));
        let room = right.saturating_sub(said);
        canvas.phrase(said, y, room, &Phrase::of(&*pattern.template, text).elide_middle(usize::from(room)));
        if place == at {
            canvas.glyph(x, y, Mark::To.symbol(), canvas.style(Role::Focus));
            canvas.tint(Rect { y, height: 1, ..view }, canvas.style(Role::Select));
        }
    }
}
