//! Why no line is shown, and what shows one: what was typed may be said below the level, or elsewhere.

use ratatui::layout::Rect;

use super::super::{narrowed, traces::intake};
use crate::{
    app::{
        Model,
        screen::logs::{
            self as state, State,
            beyond::{self, Hidden},
        },
    },
    command::Command,
    domain::show,
    theme::Role,
    ui::widget::{Canvas, Phrase},
};

pub(super) fn say_empty(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let muted = canvas.style(Role::Muted);
    let width = area.width.saturating_sub(2);
    let lines = Phrase::of(why(model, pane), muted).wrap(usize::from(width), 3);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        canvas.phrase(area.x + 1, y, width, &line);
    }
}

fn why(model: &Model, pane: bool) -> String {
    let state: &State = &model.screens.logs;
    let logs = &model.world.logs;
    if logs.held() == 0 {
        return intake(model, "log line");
    }
    let key = |command: Command| model.setup.keys.keys(command).first().map_or_else(String::new, ToString::to_string);
    let more = key(Command::More);
    if pane && state.filter.is_empty() {
        let hidden = show::count(logs.held());
        return format!("No warning, no error, no event. {hidden} lines are hidden here: press {more} to show them.");
    }
    // What cannot be read of it asks nothing.
    let asks = match (&*state.filter, &state.problem) {
        ("", _) => String::new(),
        (_, Some(_)) => " fits what can be read of the filter".to_owned(),
        (filter, None) => format!(" holds `{filter}`"),
    };
    let of = narrowed(model).map(|n| format!(" of {}", n.as_str())).unwrap_or_default();
    let level = state::list(model).filter().level;
    let from = level.map_or_else(String::new, |level| format!(" from {} on", level.word()));
    let like = if state.patterns.lines_of.is_some() && !pane { " like these" } else { "" };
    let told = beyond::told(model).filter(|_| !pane);
    let back = key(Command::Back);
    let Some((hidden, count)) = told else {
        let widens = match (asks.is_empty(), of.is_empty()) {
            (false, _) => format!("{back} takes the filter away."),
            (true, _) => format!("{} and {more} change the level, {back} widens.", key(Command::Less)),
        };
        return format!("No line{like}{of}{from}{asks}. {widens}");
    };
    let (is, them, lines) = match count {
        1 => ("is", "it", "1 line".to_owned()),
        _ => ("are", "them", format!("{} lines", show::count(count))),
    };
    match hidden {
        Hidden::Below => {
            let level = level.map_or("", |level| level.word());
            format!("No line{like}{of}{from}{asks}. {lines} below {level} {is} hidden: {more} shows {them}.")
        }
        Hidden::Unlike => {
            format!("No line{like}{asks}; {lines} of other patterns {is} there: {back} goes back to all.")
        }
        Hidden::Elsewhere => format!("No line{like}{of}{from}{asks}; {lines} elsewhere {is} there."),
        Hidden::Several => {
            format!("No line{like}{of}{from}{asks}; {lines} {is} there, elsewhere or below: {more} shows more.")
        }
    }
}

/// What a name in the filter may have been meant to be, where no line fits: gaps and events stand there all the same. Where
/// lines are only hidden, the filter is well understood.
pub(super) fn hint(model: &Model, pane: bool) -> Option<String> {
    let state = &model.screens.logs;
    let none = !pane && !state.filter.is_empty() && state.list.len(&model.world.logs) == 0;
    let is_hidden = state.beyond.as_ref().is_some_and(|_| beyond::told(model).is_some());
    (none && !is_hidden).then(|| state::hint(model)).flatten()
}
