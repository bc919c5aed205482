//! Request traces: the list, newest first, with where the time went; below it the waterfall of the open one, a span's
//! detail, and the log lines of the trace.
//!
//! ```text
//! ─ 4 Traces ──────────────────────────────────────────────── held, 38 newer ─
//!  started       request          code     took                   where the time went
//!  14:03:04.330  POST /orders     504    842 ms  ━━━━━━━━━━━━━━━╸ payments 10.0.0.9 ✗ 800 ms
//! ```

mod list;
mod logs;
mod operations;
mod span;
mod tree;
mod usual;

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{as_of, grey, head, narrowed, way_out};
use crate::{
    app::{
        Model,
        screen::{
            Screen,
            traces::{self, hint},
        },
        selection::Selection,
    },
    domain::{called::QUEUE, fact::SourceState, show, text::Shown, time::Moment},
    store::traces::{Row, TraceOrder},
    theme::Role,
    ui::{
        say,
        widget::{
            Canvas, Phrase,
            rule::{Rule, divider, rule},
        },
    },
};

/// Draws it; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let state = &model.screens.traces;
    if !pane && traces::operations::shown(model) {
        return operations::draw(canvas, model, area);
    }
    let open = state.fall.as_ref().filter(|_| !pane);
    let list_rows = match open {
        Some(_) => traces::list_rows(area.height),
        None => area.height,
    };
    let (upper, lower) =
        (Rect { height: list_rows, ..area }, Rect { y: area.y + list_rows, height: area.height - list_rows, ..area });
    if list_rows > 0 {
        show_list(canvas, model, upper, pane);
    }
    let age = say::freshness(model).traces;
    grey(canvas, upper, age);
    let Some(fall) = open else { return };
    let mut logs = traces::log_rows(lower.height);
    if state.lines.is_empty(&model.world.logs) && !state.lines.is_behind() {
        // That there are none wants no more room than to say so.
        logs = logs.min(2);
    }
    let (falls, lines) =
        (Rect { height: lower.height - logs, ..lower }, Rect { y: lower.bottom() - logs, height: logs, ..lower });
    if let Some(right) = traces::beside(lower.width) {
        let left = Rect { width: falls.width - right - 1, ..falls };
        tree::draw(canvas, model, left, fall, list_rows == 0);
        span::draw(canvas, model, Rect { x: left.right() + 1, width: right, ..falls }, fall);
        divider(canvas, left.right(), falls.y, falls.bottom());
    } else if state.detail {
        span::draw(canvas, model, falls, fall);
    } else {
        tree::draw(canvas, model, falls, fall, list_rows == 0);
    }
    if logs > 0 {
        logs::draw(canvas, model, lines, fall);
    }
}

fn show_list(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let state = &model.screens.traces;
    let inner = if pane {
        head(canvas, model, area, Screen::Traces, true, standing(canvas, model, area.height, pane))
    } else {
        let muted = canvas.style(Role::Muted);
        let first = match state.list.filter().order {
            TraceOrder::Newest => "newest first",
            TraceOrder::Slowest => "slowest first",
        };
        let note = if state.errors { format!("only failed ones, {first}") } else { first.to_owned() };
        let note = filtered(canvas, &state.filter).with(note, muted);
        let title = Rule {
            number: Some(Screen::Traces.digit() as u8),
            name: Shown::new("Traces"),
            narrowed: narrowed(model),
            note,
            leave: way_out(canvas, model),
            summary: standing(canvas, model, area.height, pane),
            focused: state.fall.is_none(),
        };
        rule(canvas, area, &title);
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    };
    if state.list.is_empty() {
        let muted = canvas.style(Role::Muted);
        let width = inner.width.saturating_sub(2);
        for (row, line) in Phrase::of(empty(model), muted).wrap(usize::from(width), 3).iter().enumerate() {
            if row < usize::from(inner.height) {
                canvas.phrase(inner.x + 1, inner.y + row as u16, width, line);
            }
        }
        return;
    }
    let focused = !pane || model.pane == Screen::Traces;
    list::draw(canvas, model, inner, pane, focused);
}

/// What a rule says of a filter: by a word, since slashes are of patterns.
fn filtered(canvas: &Canvas<'_>, filter: &str) -> Phrase<'static> {
    if filter.is_empty() {
        return Phrase::new();
    }
    Phrase::of(format!("filter {filter}"), canvas.style(Role::Hit)).with("  ", canvas.style(Role::Muted))
}

/// The rule's right end: held or live, how many, what was lost.
fn standing(canvas: &Canvas<'_>, model: &Model, height: u16, pane: bool) -> Phrase<'static> {
    let (muted, warn) = (canvas.style(Role::Muted), canvas.style(Role::Warn));
    if let Some(why) = &model.screens.traces.problem {
        return Phrase::of(why.what.clone(), warn);
    }
    if let Some(old) = as_of(canvas, model, "", say::freshness(model).traces) {
        return old;
    }
    let (state, held) = (&model.screens.traces, &model.world.traces);
    let mut phrase = Phrase::new();
    let newer = state.top(usize::from(height.saturating_sub(2)));
    if let Some(hold) = &model.hold {
        let newer = show::plural(hold.newer_spans(), "newer span", "newer spans");
        phrase.push(format!("held, {newer}  "), canvas.bold(Role::Warn));
        phrase.push("Space goes on  ", muted);
    } else if state.on.is_some() && newer > 0 {
        phrase.push(format!("held, {} newer  ", show::commas(newer as u64)), canvas.style(Role::Focus));
    }
    if held.held() == 0 {
        return phrase;
    }
    let (of, all, one_in) = (state.list.len() as u64, held.held() as u64, state.list.filter().one_in);
    let count = if one_in > 1 {
        format!("slow and failed: all; others 1 in {}", show::commas(one_in))
    } else if of == all {
        format!("kept {}", show::count(all))
    } else {
        format!("{} of {}", show::count(of), show::count(all))
    };
    phrase.push(count, muted);
    if state.list.behind() > 0 {
        let left = show::count(state.list.behind() as u64);
        phrase.push(format!("  still looking, {left} to go"), canvas.style(Role::Focus));
    }
    if held.dropped() > 0 {
        phrase.push(format!("  {} dropped to make room", show::some(held.dropped(), "spans")), muted);
    }
    let lost = model.world.sources.dropped("spans");
    if lost > 0 {
        phrase.push(format!("  {} lost", show::some(lost, "spans")), warn);
    }
    if !pane && model.hold.is_none() && state.on.is_none() && !state.list.is_empty() {
        phrase.push("  following  live", canvas.style(Role::Ok));
    }
    phrase
}

/// Why the list is empty.
fn empty(model: &Model) -> String {
    let state = &model.screens.traces;
    if model.world.traces.held() > 0 {
        if state.list.behind() > 0 {
            return format!(
                "None so far: {} traces are still to be looked at.",
                show::count(state.list.behind() as u64)
            );
        }
        let refused = refused(model);
        let hint = hint(model).map(|hint| format!(" {hint}")).unwrap_or_default();
        let of = narrowed(model).map(|n| format!(" of {}", n.as_str())).unwrap_or_default();
        return match (state.filter.is_empty(), state.errors) {
            (false, false) => format!("No trace fits `{}`.{hint} Esc takes the filter away.", state.filter),
            (false, true) => {
                format!(
                    "No trace that failed fits `{}`.{hint} Esc takes the filter away, z shows all.{refused}",
                    state.filter
                )
            }
            (true, true) => format!("No trace{of} that failed is kept. z shows all.{refused}"),
            (true, false) => format!("No trace{of} is kept. Esc widens."),
        };
    }
    intake(model, "trace")
}

/// What is said of traces that are not among the failed ones although somebody was turned away, and what shows them: as long as
/// only failed ones are asked for, no filter does.
fn refused(model: &Model) -> String {
    let state = &model.screens.traces;
    let asks = |filter: &str| filter.split_whitespace().any(|part| part.starts_with("status:4"));
    let finds = if asks(&state.filter) { "z shows" } else { "z, then /status:4xx finds" };
    let is_narrowed = *traces::narrowing(model) != Selection::All;
    match model.world.traces.refused() as u64 {
        0 => String::new(),
        // How many of them are of what is selected nobody counts.
        _ if is_narrowed => format!(" A call that was answered 4xx counts as no failure: {finds} those that were."),
        1 => format!(" In one a call was answered 4xx, which counts as no failure: {finds} it."),
        n => {
            let n = show::count(n);
            format!(" In {n} a call was answered 4xx, which counts as no failure: {finds} them.")
        }
    }
}

/// What is known of the OTLP intake, for a pane that has nothing to show.
pub(super) fn intake(model: &Model, what: &str) -> String {
    let sources = || model.world.sources.iter().filter(|(name, _)| name.starts_with("otlp"));
    if let Some(why) = sources().find_map(|(_, source)| match &source.state {
        SourceState::Failed(why) => Some(why.clone()),
        _ => None,
    }) {
        return format!("No {what} can come: {why}");
    }
    match sources().next() {
        Some((name, _)) => {
            format!("No {what} yet. OTLP is taken at {}.", name.trim_start_matches("otlp").trim())
        }
        None => format!("No {what}: no OTLP intake is open (--otlp)."),
    }
}

/// A service and where it runs: `payments 10.0.0.9`; the port is left out where it is known to be the one there.
fn place(model: &Model, service: &Arc<str>, instance: Option<&crate::domain::address::Address>, host: bool) -> String {
    let short = model.cluster.short(service);
    match instance {
        Some(address) if host => {
            let registry = &model.world.registry;
            let known = registry.known_as(service);
            let all =
                registry.named(&known).flat_map(|service| service.slots.values().filter_map(|slot| slot.address()));
            let mut there = all.filter(|other| other.host() == address.host()).peekable();
            let alone = there.peek().is_some() && there.all(|other| other == address);
            format!("{short} {}", if alone { address.host() } else { address.text() })
        }
        Some(address) => format!("{short} {}", address.text()),
        None => short.to_owned(),
    }
}

/// Who takes from the queue into which a span put a message that nobody took yet, as far as anybody told.
fn untaken<'m>(model: &'m Model, row: &Row) -> Option<&'m Arc<str>> {
    let taker = model.world.traffic.taker(row.span.told(QUEUE).filter(|_| row.untaken)?)?;
    let ended = Moment((row.span.end_ns / 1_000_000) as i64);
    (say::now(model).since(ended) > TAKEN_MS).then_some(taker)
}

/// How long a message may wait before that is told, in ms.
const TAKEN_MS: i64 = 5_000;

/// How long, as a column shows it: in one unit.
fn in_column(ns: u64) -> String {
    let text = took(ns);
    let seconds = ns / 1_000_000_000;
    match seconds {
        _ if text.chars().count() <= 8 => text,
        0..1_000 => format!("{seconds} s"),
        1_000..3_600 => format!("{:.1} min", seconds as f64 / 60.0),
        3_600..360_000 => format!("{:.1} h", seconds as f64 / 3_600.0),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// How long, of ns.
fn took(ns: u64) -> String {
    show::took(ns / 1_000)
}

#[cfg(test)]
mod served_tests;

#[cfg(test)]
mod traces_tests;

#[cfg(test)]
mod cursor_tests;

#[cfg(test)]
mod detail_tests;

#[cfg(test)]
mod lost_tests;

#[cfg(test)]
mod odd_tests;

#[cfg(test)]
mod operations_tests;

#[cfg(test)]
mod loops_tests;

#[cfg(test)]
mod held_tests;

#[cfg(test)]
mod joined_tests;

#[cfg(test)]
mod exemplar_tests;

#[cfg(test)]
mod vain_tests;
