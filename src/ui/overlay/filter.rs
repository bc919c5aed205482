//! The filter while it is typed: in the footer's row, so that the list that it acts on stays in sight.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use crate::{
    app::{
        Model, navigate,
        overlay::filter::{completion, has_language, problem},
        screen::{Screen, traces::operations},
    },
    domain::{show, text::Shown},
    theme::Role,
    ui::{
        screen::story,
        widget::{canvas::Canvas, field::field, phrase::Phrase},
    },
};

/// What is offered at once.
pub(super) const OFFERED: usize = 12;

/// What stands in front of what is typed.
const NAME: &str = "filter ";

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, input: &Input) -> Option<Position> {
    let row = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    canvas.clear(row, Role::Surface);
    let (muted, key) = (canvas.style(Role::Muted), canvas.style(Role::Key));
    let mut aside = match hits(model) {
        Some(count) => Phrase::of(format!("{count}   "), canvas.style(Role::Text)),
        None => Phrase::new(),
    };
    let has_language = has_language(navigate::focus(model));
    if has_language && row.width > 60 {
        aside = aside.with("Tab", key).with(" complete  ", muted);
    }
    aside = aside.with("Enter", key).with(" keep", muted);
    let (mut right, inside) = (row.right(), row.right().saturating_sub(1));
    if row.width > 60 {
        let aside = aside.with("  ", muted).with("Esc", key).with(" as before", muted);
        right = canvas.phrase_right(row.x + 30, inside, row.y, &aside);
    } else {
        // A long text is worth more than how many there are and its key.
        let typed = Shown::new(input.value()).cells() + NAME.len() + 5;
        if typed + aside.cells() <= usize::from(row.width) {
            right = canvas.phrase_right(row.x, inside, row.y, &aside);
        }
    }
    let after = canvas.phrase(row.x + 1, row.y, 9, &Phrase::of("/ ", key).with(NAME, muted));
    let place = Rect { x: after, width: right.saturating_sub(after + 2), ..row };
    if has_language && area.height > 3 {
        above(canvas, model, Rect { y: row.y - 1, ..row }, place.x, input.value());
    }
    field(canvas, place, input.value(), input.cursor(), true)
}

/// Above what is typed: what is wrong with it, at its place; else what could be typed next.
fn above(canvas: &mut Canvas<'_>, model: &Model, row: Rect, from: u16, text: &str) {
    let muted = canvas.style(Role::Muted);
    let place = |bytes: usize| {
        let cells = text.get(..bytes).map_or(0, |front| Shown::new(front).cells());
        from.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX)).min(row.right().saturating_sub(1))
    };
    let (place, phrase, behind) = match problem(model) {
        Some(wrong) => {
            let place = place(wrong.at.start);
            let (phrase, behind) = pointed(canvas, row, place, &wrong.what);
            (place, phrase, behind)
        }
        None => {
            let Some(next) = completion(model, text).filter(|next| !next.with.is_empty()) else { return };
            let words = next.with.into_iter().take(OFFERED).collect::<Vec<_>>().join("  ");
            (place(next.from), Phrase::of(words, muted), false)
        }
    };
    let room = usize::from(row.width.saturating_sub(2));
    if phrase.cells() > room && problem(model).is_some() && row.y > 2 {
        // In as many rows as it needs, its end beside what is typed: why it is wrong is never cut.
        let lines = phrase.wrap(room, 3);
        let first = row.y + 1 - (lines.len() as u16).min(row.y);
        for (line, y) in lines.iter().zip(first..) {
            canvas.clear(Rect { y, ..row }, Role::Surface);
            canvas.phrase(row.x + 1, y, room as u16, line);
        }
        return;
    }
    canvas.clear(row, Role::Surface);
    let width = phrase.cells().min(room) as u16;
    let x = match behind {
        true => (place + 1).saturating_sub(width),
        // It ends with the row, however far right its place is.
        false => place.min(row.right().saturating_sub(width + 1)),
    };
    canvas.phrase(x, row.y, width, &phrase);
}

/// What is wrong, with a caret over its place: before the words, behind them where there is no room at its right, and none
/// where it could not stand over its place; and whether it is behind them.
fn pointed(canvas: &Canvas<'_>, row: Rect, place: u16, what: &str) -> (Phrase<'static>, bool) {
    let (warn, bold) = (canvas.style(Role::Warn), canvas.bold(Role::Warn));
    let words = Phrase::of(Shown::new(what).into_owned(), warn);
    let wide = words.cells() + 2;
    if usize::from(place) + wide < usize::from(row.right()) {
        (Phrase::of("v ", bold).with(Shown::new(what).into_owned(), warn), false)
    } else if usize::from(place) + 1 > usize::from(row.x) + wide {
        (words.with(" v", bold), true)
    } else {
        (words, false)
    }
}

/// How much of the pane the filter leaves, where that is cheap to say.
fn hits(model: &Model) -> Option<String> {
    match navigate::focus(model) {
        Screen::Balancer => Some(show::plural(model.rows.all.len() as u64, "row", "rows")),
        Screen::Circuits => {
            let count = crate::app::screen::circuits::rows(model).len();
            Some(show::plural(count as u64, "row", "rows"))
        }
        Screen::Traces if operations::shown(model) => {
            Some(show::plural(operations::rows(model).len() as u64, "operation", "operations"))
        }
        Screen::Traces => {
            let list = &model.screens.traces.list;
            let looking = if list.behind() > 0 { ", still looking" } else { "" };
            let (of, all) = (show::count(list.len() as u64), show::count(model.world.traces.held() as u64));
            Some(format!("{of} of {all}{looking}"))
        }
        Screen::Story => Some(format!("{} of {} lines", story::shown(model).count(), model.world.story.events().len())),
        _ => None,
    }
}
