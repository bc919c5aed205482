//! What is typed for the log pane, in the footer's row, so that the lines stay in sight: a search, a time, columns, a file.
//! Above it what is wrong with it, at its place; else what it would do, or what could follow.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use tui_input::Input;

use super::filter::OFFERED;
use crate::{
    app::{
        Model,
        overlay::ask::{self, Asks},
        screen::logs::{jump, save, search},
    },
    domain::{jump::Jump, show, text::Shown},
    theme::Role,
    ui::{
        say,
        widget::{canvas::Canvas, field::field, phrase::Phrase},
    },
};

/// Draws it; where the cursor is.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    area: Rect,
    (asks, before): (Asks, &str),
    input: &Input,
) -> Option<Position> {
    let row = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    canvas.clear(row, Role::Surface);
    let (muted, key) = (canvas.style(Role::Muted), canvas.style(Role::Key));
    let is_proposed = ask::is_proposed(asks, before);
    let (name, keys): (&str, &[(&str, &str)]) = match asks {
        Asks::Search => ("find ", &[("Tab", "complete"), ("Enter", "go"), ("Esc", "as before")]),
        Asks::Time => ("go to ", &[("Enter", "go"), ("Esc", "close")]),
        Asks::Columns if model.setup.read_only => {
            ("columns ", &[("Tab", "complete"), ("Enter", "for this run"), ("C-s", "keep"), ("Esc", "as before")])
        }
        Asks::Columns => ("columns ", &[("Tab", "complete"), ("Enter", "keep"), ("Esc", "as before")]),
        Asks::Save if is_proposed => {
            ("save to ", &[("Enter", "save"), ("Left", "change it"), ("typing", "another"), ("Esc", "close")])
        }
        Asks::Save => ("save to ", &[("Enter", "save"), ("Esc", "close")]),
    };
    let mut right = row.right();
    if row.width > 60 {
        let mut aside = Phrase::new();
        for (at, (press, what)) in keys.iter().enumerate() {
            aside = aside.with(if at > 0 { "  " } else { "" }, muted).with(*press, key).with(format!(" {what}"), muted);
        }
        let start = row.right().saturating_sub(1 + aside.cells() as u16);
        // A long text is worth more than its keys.
        let needed = input.value().chars().count() as u16 + name.len() as u16 + 6;
        if needed < start || start > row.width * 2 / 3 {
            right = canvas.phrase_right(row.x + 24, row.right().saturating_sub(1), row.y, &aside);
        }
    }
    let after = canvas.phrase(row.x + 1, row.y, 9, &Phrase::of(name, muted));
    let place = Rect { x: after, width: right.saturating_sub(after + 2), ..row };
    if area.height > 3 {
        above(canvas, model, Rect { y: row.y - 1, ..row }, place.x, (asks, input.value()));
    }
    let at = field(canvas, place, input.value(), input.cursor(), true);
    if let (true, Some(end)) = (is_proposed, at) {
        // As text that is selected: what is typed takes its place.
        let chosen = canvas.style(Role::Select).add_modifier(Modifier::REVERSED);
        canvas.tint(Rect { width: end.x.saturating_sub(place.x), ..place }, chosen);
    }
    at
}

fn above(canvas: &mut Canvas<'_>, model: &Model, row: Rect, from: u16, (asks, text): (Asks, &str)) {
    let (muted, warn) = (canvas.style(Role::Muted), canvas.style(Role::Warn));
    let mut at = 0;
    let phrase = if let Some(why) = ask::problem(model, asks, text) {
        if let (Asks::Search, Some(wrong)) = (asks, &model.screens.logs.search.problem) {
            at = text.get(..wrong.at.start).map_or(0, |front| Shown::new(front).cells());
        }
        Phrase::of("v ", canvas.bold(Role::Warn)).with(Shown::new(&why).into_owned(), warn)
    } else {
        let next = ask::completion(model, asks, text);
        if next.with.is_empty() {
            told(canvas, model, asks, text)
        } else {
            at = text.get(..next.from).map_or(0, |front| Shown::new(front).cells());
            Phrase::of(next.with.into_iter().take(OFFERED).collect::<Vec<_>>().join("  "), muted)
        }
    };
    if phrase.is_empty() {
        return;
    }
    canvas.clear(row, Role::Surface);
    let width = phrase.cells().min(usize::from(row.width.saturating_sub(2))) as u16;
    // It ends with the row, however far right its place is.
    let x = (from.saturating_add(at as u16)).min(row.right().saturating_sub(width + 1));
    canvas.phrase(x, row.y, width, &phrase);
}

/// What `Enter` would do.
fn told(canvas: &Canvas<'_>, model: &Model, asks: Asks, text: &str) -> Phrase<'static> {
    let (muted, strong) = (canvas.style(Role::Muted), canvas.style(Role::Strong));
    match asks {
        Asks::Search => hits(canvas, model),
        Asks::Time => match Jump::parse(text, jump::reckoned(model)) {
            Ok(Jump::To(to)) => {
                let from = jump::reckoned(model).from;
                let (far, way) =
                    if to < from { (from.since(to), "before this") } else { (to.since(from), "after this") };
                let far = show::duration((far / 1_000) as u64);
                Phrase::of("to ", muted).with(say::when(model, to), strong).with(format!(", {far} {way}"), muted)
            }
            Ok(Jump::First) => Phrase::of("to the oldest line", muted),
            Ok(Jump::Live) => Phrase::of("to the newest line, and on with it", muted),
            Ok(Jump::Error(by)) => Phrase::of(if by > 0 { "to the next error" } else { "to the error before" }, muted),
            Err(_) => Phrase::of(crate::domain::jump::FORMS, muted),
        },
        Asks::Columns => Phrase::of("any field by its name, status:6 gives it 6 cells; standard: as they were", muted),
        Asks::Save => Phrase::of(save::what(model), strong)
            .with(", as they came; .jsonl: as JSON; ! before the name writes over a file", muted),
    }
}

/// How many hits there are.
fn hits(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    let Some(found) = search::found(model) else {
        return Phrase::of(
            "words, \"two words\", /pattern/, status=5.. as in a filter; nothing is hidden",
            canvas.style(Role::Muted),
        );
    };
    let more = if found.behind { ", still looking" } else { "" };
    Phrase::of(format!("{}{more}", show::plural(found.of, "hit", "hits")), canvas.style(Role::Text))
}
