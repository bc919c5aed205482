//! Log lines of all services in one time order, with what happened among them. As a pane: warnings and worse, repeats
//! folded. Held while it is read, opened line by line.
//!
//! ```text
//! ─ 5 Logs · warnings, errors, events; repeats folded ──────── 145 errors, 702 warnings, 24,012 info in 1 min ─
//!  14:02:42.655  ERROR  orders 10.0.0.4:5002    payment timed out after 800 ms                      ×140
//! ```

mod columns;
mod empty;
mod graphs;
mod patterns;
mod row;
mod tree;

use ratatui::layout::Rect;

use columns::Columns;
use empty::{hint, say_empty};
pub(super) use row::{level, source};
use tree::Tree;

use super::{as_of, grey, narrowed, way_out};
use crate::{
    app::{
        Model,
        hold::Hold,
        msg::Hit,
        screen::{
            Screen,
            logs::{self as state, search},
        },
        selection::Selection,
    },
    command::Command,
    domain::{log::Level, show, text::Shown},
    store::logs::LogRow,
    theme::{Mark, Role},
    ui::{
        say,
        widget::{
            Canvas, Phrase,
            rule::{Rule, rule},
        },
    },
};

/// Cells of the rule around what is noted and summed up: number, name, blanks.
const NAME: usize = 16;
/// A note of fewer cells says nothing.
const LEAST_NOTE: usize = 8;

/// Draws it; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let state = &model.screens.logs;
    let (above, foot) = if pane { (0, 0) } else { (state::graphs(area.height), state::foot(area.height)) };
    let inner = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let view =
        Rect { y: inner.y + above.min(inner.height), height: inner.height.saturating_sub(above + foot), ..inner };
    let names = if pane { 0 } else { state::names(model, area.height) };
    let (line, view) = (view, Rect { y: view.y + names, height: view.height.saturating_sub(names), ..view });
    let height = usize::from(view.height);
    let focused = !pane || model.pane == Screen::Logs;
    let folded = pane && state.on.is_none();
    let tree = (state.open && !pane).then(|| Tree::new(canvas, model, view.width)).flatten();
    let room = tree.as_ref().map_or(height, |tree| height.saturating_sub(tree.len()).max(1));
    let groups = if folded { state::folded(model, height) } else { Vec::new() };
    let window = if folded { None } else { Some(state::window(model, room.min(height))) };
    let days = match &window {
        Some(window) => say::days(model, window.rows.iter().map(row::at)),
        None => say::days(model, groups.iter().map(|group| group.key.at)),
    };
    if names > 0 {
        Columns::chosen(line, state::columns(model), days).names(canvas, line.y);
    }
    let (newer, shown) = window.as_ref().map_or((0, 0), |w| (w.newer, w.rows.len()));
    head(canvas, model, area, pane, newer, focused);
    if above > 0 {
        graphs::draw(canvas, model, Rect { height: above, ..inner });
    }
    if !pane && state.patterns.list.is_some() {
        patterns::draw(canvas, model, view);
        if foot > 0 {
            bookkeeping(canvas, model, Rect { y: area.bottom() - 1, height: 1, ..area });
        }
        return;
    }
    match window {
        None if groups.is_empty() => say_empty(canvas, model, view, pane),
        None => {
            for (y, group) in (view.y..view.bottom()).zip(&groups) {
                canvas.spot(Rect { y, height: 1, ..view }, || Hit::Line(group.key, usize::from(y - view.y)));
                row::group(canvas, model, Rect { y, height: 1, ..view }, group, days);
            }
        }
        Some(window) if window.rows.is_empty() && model.world.logs.held() > 0 => say_empty(canvas, model, view, pane),
        Some(window) => rows(canvas, model, view, &window.rows, focused, tree.as_ref()),
    }
    if model.world.logs.held() == 0 && (!folded || !groups.is_empty()) {
        // Events alone: why there are no lines is said below them.
        let rows = if folded { groups.len() } else { shown };
        let free = Rect { y: view.y + rows.min(height) as u16, height: height.saturating_sub(rows) as u16, ..view };
        say_empty(canvas, model, free, pane);
    }
    grey(canvas, Rect { height: area.height - foot.min(area.height), ..area }, say::freshness(model).logs);
    if foot > 0 {
        let place = Rect { y: area.bottom() - 1, height: 1, ..area };
        // The line itself stands above its tree.
        match tree.as_ref().and_then(|tree| tree.hidden(height.saturating_sub(1))) {
            Some(hidden) => scrolled(canvas, model, place, hidden),
            None => bookkeeping(canvas, model, place),
        }
    }
}

fn rows(canvas: &mut Canvas<'_>, model: &Model, view: Rect, rows: &[LogRow<'_>], focused: bool, tree: Option<&Tree>) {
    let state = &model.screens.logs;
    let days = say::days(model, rows.iter().map(row::at));
    let mut y = view.y;
    for row in rows {
        if y >= view.bottom() {
            return;
        }
        let here = state.on == Some(row.key()) && focused;
        let place = Rect { y, height: 1, ..view };
        canvas.spot(place, || Hit::Line(row.key(), usize::from(y - view.y)));
        row::draw(canvas, model, place, row, days);
        y += 1;
        if here {
            canvas.glyph(place.x, place.y, Mark::To.symbol(), canvas.style(Role::Focus));
            // In the tree it is the part that is lit.
            let ground = if state.tree.on.is_some() { Role::Surface } else { Role::Select };
            canvas.tint(place, canvas.style(ground));
        }
        if let (true, Some(tree)) = (here, tree) {
            y = tree.draw(canvas, Rect { y, height: view.bottom() - y, ..view });
        }
    }
}

fn head(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool, newer: u64, focused: bool) {
    let state = &model.screens.logs;
    let muted = canvas.style(Role::Muted);
    let mut note = String::new();
    if pane && model.selection == Selection::All {
        note = if state.pane_level >= Level::Warn {
            if state.events { "warnings, errors, events" } else { "warnings, errors, no events" }.to_owned()
        } else {
            from(state.pane_level)
        };
        if state.on.is_none() {
            note.push_str("; repeats folded");
        }
    } else if !pane && state.level != Level::Info {
        note = from(state.level);
    }
    let mut note = Phrase::of(note, muted);
    if !state.filter.is_empty() {
        note = Phrase::of(format!("filter {}", state.filter), canvas.style(Role::Hit));
    }
    if !pane && !state.events {
        note.push(if note.is_empty() { "no events" } else { ", no events" }, muted);
    }
    if let (false, Some((_, template))) = (pane, &state.patterns.lines_of) {
        if !note.is_empty() {
            note.push("  ", muted);
        }
        note.push(format!("lines like: {template}"), canvas.style(Role::Focus));
    }
    if let (false, Some((whose, traces))) = (pane, state::through::told(model)) {
        if !note.is_empty() {
            note.push("  ", muted);
        }
        let said = match traces {
            0 => format!("of {whose} no line: no trace that came this way is kept"),
            _ => format!("of {whose} lines of traces that came this way"),
        };
        note.push(said, muted);
    }
    if let (false, Some(traces)) = (pane, state::through::in_vain(model)) {
        note.push(if note.is_empty() { "" } else { "  " }, muted);
        let calls = show::plural(traces as u64, "request", "requests");
        note.push(format!("and its callers' of {calls} whose calls to it failed"), muted);
    }
    if let (false, Some(found)) = (pane, search::found(model)) {
        note.push(if note.is_empty() { "" } else { "  " }, muted);
        note.push(format!("find {}", state.search.text), canvas.style(Role::Hit));
        let at = match found.at {
            Some(at) => format!("hit {} of {}", show::commas(at), show::commas(found.of)),
            None => show::plural(found.of, "hit", "hits"),
        };
        let more = if found.behind { "+" } else { "" };
        note.push(format!("  {at}{more}"), canvas.style(if found.of > 0 { Role::Strong } else { Role::Warn }));
    }
    let mut summary = Phrase::new();
    let narrow = area.width < 76;
    let (of, all) = (state.list.len(&model.world.logs), model.world.logs.held());
    // Where rows stand and no line is among them, they are told, too.
    let events = if !pane && of == 0 && !narrow { state::events(model).count() } else { 0 };
    let events =
        if events > 0 { format!(", {}", show::plural(events as u64, "event", "events")) } else { String::new() };
    // How many fit is asked of what is held, too.
    let fitting = (!pane && !narrow && of != all && state.patterns.list.is_none())
        .then(|| format!("{} of {} lines{events}  ", show::count(of), show::count(all)));
    let fitting = fitting.unwrap_or_default();
    if let Some(why) = &state.problem {
        summary.push(why.what.clone(), canvas.style(Role::Warn));
    } else if let Some(hint) = hint(model, pane) {
        summary.push(hint, canvas.style(Role::Warn));
    } else if let Some(newer) = model.hold.as_ref().map(Hold::newer_lines) {
        summary.push(fitting, muted);
        summary.push(format!("held, {} newer", show::commas(newer)), canvas.bold(Role::Warn));
        summary.push("  Space goes on", muted);
    } else if state.on.is_some() {
        summary.push(fitting, muted);
        let held = if newer > 0 { format!("held, {} newer", show::commas(newer)) } else { "held".to_owned() };
        summary.push(held, canvas.style(Role::Focus));
        summary.push(if narrow { "" } else { "  End goes live" }, muted);
    } else if let Some(old) = as_of(canvas, model, "", say::freshness(model).logs) {
        summary = old;
    } else if let (false, Some(list)) = (pane, &state.patterns.list) {
        let count = list.patterns().len() as u64;
        summary.push(format!("{}  newest first", show::plural(count, "pattern", "patterns")), muted);
    } else if pane {
        summary = counts(canvas, model);
    } else {
        if of != all {
            let lines = if narrow { "" } else { " lines" };
            summary.push(format!("{} of {}{lines}{events}", show::count(of), show::count(all)), muted);
            // Else it is said beside the name.
            let level = state.list.filter().level.filter(|level| *level == Level::Info && !narrow);
            summary.push(level.map_or_else(String::new, |level| format!(" {}", from(level))), muted);
            summary.push("  ", muted);
        }
        if state.list.is_behind() {
            summary.push("still looking  ", canvas.style(Role::Focus));
        }
        summary.push(if narrow { "following" } else { "following  live" }, canvas.style(Role::Ok));
    }
    let narrowed = narrowed(model);
    // How many there are and whether they are followed is not pushed out by what was typed.
    let name = NAME + narrowed.as_ref().map_or(0, |narrowed| narrowed.cells() + 3);
    let room = usize::from(area.width).saturating_sub(name + summary.cells());
    let note = if !pane && note.cells() > room && room >= LEAST_NOTE { note.elide_middle(room) } else { note };
    let leave = if focused { way_out(canvas, model) } else { Phrase::new() };
    let number = Some(Screen::Logs.digit() as u8);
    let title = Rule { number, name: Shown::new("Logs"), narrowed, note, summary, leave, focused };
    rule(canvas, area, &title);
}

fn from(level: Level) -> String {
    format!("from {} on", level.word())
}

/// Errors, warnings and informing lines of the last minute.
pub(super) fn minute(model: &Model) -> (u32, u32, u32) {
    const MINUTE: i64 = 60_000;
    let cells = model.world.logs.levels(say::now(model).plus(-MINUTE), MINUTE, 1);
    let count = |level: Level| cells.first().map_or(0, |cell| cell[level as usize]);
    (count(Level::Error).saturating_add(count(Level::Fatal)), count(Level::Warn), count(Level::Info))
}

/// `145 errors, 702 warnings, 24,012 info in 1 min`.
fn counts(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    if model.world.logs.held() == 0 {
        return Phrase::new();
    }
    let muted = canvas.style(Role::Muted);
    let (errors, warnings, info) = minute(model);
    let (errors, warnings, info) = (u64::from(errors), u64::from(warnings), u64::from(info));
    let part = |n: u64, one: &str, many: &str| match n {
        0 => format!("no {many}"),
        n => show::plural(n, one, many),
    };
    let ink = if errors > 0 { canvas.bold(Role::Bad) } else { muted };
    Phrase::of(part(errors, "error", "errors"), ink)
        .with(format!(", {}, {} info in 1 min", part(warnings, "warning", "warnings"), show::count(info)), muted)
}

/// How much of an opened line is out of sight, and the keys that go there.
fn scrolled(canvas: &mut Canvas<'_>, model: &Model, area: Rect, hidden: tree::Hidden) {
    let (key, muted) = (canvas.style(Role::Key), canvas.style(Role::Muted));
    let mut phrase = Phrase::new();
    let told = [(hidden.above, "above", Command::DetailUp), (hidden.below, "below", Command::DetailDown)];
    for (rows, word, command) in told.into_iter().filter(|(rows, ..)| *rows > 0) {
        phrase.push(if phrase.is_empty() { "of the opened line " } else { "    " }, muted);
        phrase.push(format!("{} {word}", show::plural(rows as u64, "row", "rows")), muted);
        if let Some(press) = model.setup.keys.keys(command).first() {
            phrase.push(format!(" {press}"), key);
        }
    }
    canvas.phrase(area.x + 2, area.y, area.width.saturating_sub(3), &phrase);
}

/// What is kept, and what was lost.
fn bookkeeping(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let logs = &model.world.logs;
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let Some((first, last)) = logs.range() else { return };
    let mut phrase = Phrase::of("newest line is ", muted)
        .with(show::age(say::now(model).since(last) as u64), text)
        .with(" old    kept ", muted)
        .with(show::count(logs.held()), text)
        .with(format!(" lines, {}", show::duration((last.since(first) / 1000) as u64)), muted);
    if logs.dropped() > 0 {
        phrase.push(format!("    {} dropped or lost", show::count(logs.dropped())), warn);
    }
    canvas.phrase(area.x + 2, area.y, area.width.saturating_sub(3), &phrase);
}

#[cfg(test)]
mod logs_tests;

#[cfg(test)]
mod circuit_tests;

#[cfg(test)]
mod days_tests;

#[cfg(test)]
mod event_tests;

#[cfg(test)]
mod found_tests;

#[cfg(test)]
mod whose_tests;

#[cfg(test)]
mod tree_tests;
