//! Circuits: the worst of each caller ▸ callee pair, and a lane for each caller instance of those that refuse calls.
//! What nobody answers for is unknown, never closed.
//!
//! ```text
//! ─ 3 Circuits ──────────────────────────────── ⊗ 1 open of 6 ─
//!  caller ▸ callee      -2 min               now
//!  orders ▸ payments    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇▇▇▄  ⊗ open 2 of 3
//! ```

mod detail;
mod rows;

use ratatui::layout::Rect;

use super::{as_of, grey, head};
use crate::{
    app::{
        Model,
        screen::{Screen, circuits::Row},
        selection::Selection,
    },
    domain::{circuit::CircuitState, show},
    store::circuits::Pair,
    theme::{Mark, Role},
    ui::{
        say,
        widget::{Canvas, Lane, Phrase, heading, rule::divider},
    },
};

/// Draws it; `pane`: as a pane of the overview.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pane: bool) {
    let pairs = model.world.circuits.pairs();
    let shown: Vec<&Pair<'_>> =
        pairs.iter().filter(|p| crate::app::screen::circuits::shows(model, &p.caller, &p.callee)).collect();
    let age = say::freshness(model).circuits;
    let said = as_of(canvas, model, "", age).unwrap_or_else(|| summary(canvas, &shown, pane));
    let inner = head(canvas, model, area, Screen::Circuits, pane, said);
    if inner.height == 0 {
        return;
    }
    if shown.is_empty() {
        let muted = canvas.style(Role::Muted);
        for (n, line) in
            Phrase::of(empty(model), muted).wrap(usize::from(inner.width.saturating_sub(2)), 3).iter().enumerate()
        {
            if n < usize::from(inner.height) {
                canvas.phrase(inner.x + 1, inner.y + n as u16, inner.width.saturating_sub(2), line);
            }
        }
        return;
    }
    if pane {
        rows::pane(canvas, model, inner, &shown);
        grey(canvas, area, age);
        return;
    }
    let all = crate::app::screen::circuits::rows(model);
    let cursor = model.screens.circuits.at(&all);
    let (height, below) = crate::app::screen::circuits::split(inner.height);
    let list = Rect { height, ..inner };
    rows::full(canvas, model, list, &shown, &all, cursor);
    if below > 0 {
        let under = Rect { y: list.bottom(), height: below, ..inner };
        let half = if under.width >= 120 { under.width / 2 } else { under.width };
        let left = Rect { width: half, ..under };
        detail::breaker(canvas, model, left, &shown, all.get(cursor));
        if half < under.width {
            let right = Rect { x: under.x + half + 1, width: under.width - half - 1, ..under };
            detail::who(canvas, model, right, &pairs, all.get(cursor));
            divider(canvas, under.x + half, under.y, under.bottom());
        }
    }
    grey(canvas, area, age);
}

/// Why there is nothing to show.
fn empty(model: &Model) -> String {
    let filter = &model.screens.circuits.filter;
    if !filter.is_empty() {
        return format!("No circuit holds `{filter}`. Esc takes the filter away.");
    }
    if !model.world.circuits.is_empty() {
        let of = super::narrowed(model).map(|n| n.as_str().to_owned()).unwrap_or_default();
        return format!("No breaker on the way to or from {of} is known. Esc shows all.");
    }
    let all = show::plural(model.cluster.totals.registered as u64, "instance", "instances");
    format!("No breaker is known. None of {all} has offered /actuator/circuitbreakers so far.")
}

/// The rule's right end: how many refuse calls.
fn summary(canvas: &Canvas<'_>, pairs: &[&Pair<'_>], pane: bool) -> Phrase<'static> {
    let muted = canvas.style(Role::Muted);
    let count = |state: CircuitState| match pane {
        true => pairs.iter().filter(|p| p.state == state).count(),
        false => pairs.iter().map(|p| p.count(state)).sum(),
    };
    let all: usize = if pane { pairs.len() } else { pairs.iter().map(|p| p.breakers.len()).sum() };
    // A pane counts circuits, the full screen the breakers of their callers: it says so.
    let mut phrase = Phrase::new();
    for state in [CircuitState::Open, CircuitState::HalfOpen, CircuitState::ForcedOpen, CircuitState::Unknown] {
        let n = count(state);
        if let (1.., Some(mark)) = (n, say::breaker(state)) {
            let ink = canvas.theme().mark(mark).add_modifier(ratatui::style::Modifier::BOLD);
            phrase.push(if phrase.is_empty() { "" } else { "  " }, muted);
            phrase.push(format!("{} {n} {}", mark.symbol(), mark.word()), ink);
        }
    }
    let closed = all
        - [CircuitState::Open, CircuitState::HalfOpen, CircuitState::ForcedOpen, CircuitState::Unknown]
            .map(count)
            .iter()
            .sum::<usize>();
    match (all, pane) {
        (0, _) => Phrase::new(),
        (_, true) if phrase.is_empty() => Phrase::of(format!("{closed} of {all} closed"), muted),
        (_, true) => phrase.with(format!(" of {all}"), muted),
        (_, false) => {
            let mut of = Phrase::of(format!("{}; of ", show::plural(pairs.len() as u64, "circuit", "circuits")), muted);
            of.push(format!("{}  ", show::plural(all as u64, "caller's breaker", "callers' breakers")), muted);
            of.extend(phrase);
            of.with(if all == closed { "" } else { "  " }, muted).with(format!("{closed} closed"), muted)
        }
    }
}

/// A breaker's state: its mark and its word.
pub(super) fn state(canvas: &Canvas<'_>, state: CircuitState) -> Phrase<'static> {
    let word = match state {
        CircuitState::Closed => "closed",
        CircuitState::Open => "open",
        CircuitState::HalfOpen => "half-open",
        CircuitState::ForcedOpen => "forced open",
        CircuitState::Disabled => "switched off",
        CircuitState::MetricsOnly => "only counts",
        CircuitState::Unknown => "not known",
    };
    match say::breaker(state) {
        Some(Mark::Unknown) => Phrase::of("? not known", canvas.style(Role::Muted)),
        Some(mark) => {
            let ink = canvas.theme().mark(mark).add_modifier(ratatui::style::Modifier::BOLD);
            Phrase::of(mark.symbol(), ink).with(" ", ink).with(word, ink)
        }
        None => Phrase::of(word, canvas.style(Role::Muted)),
    }
}

/// What a lane shows of a state.
fn cell(state: CircuitState) -> Lane {
    match state {
        CircuitState::Closed | CircuitState::Disabled | CircuitState::MetricsOnly => Lane::Closed,
        CircuitState::Open => Lane::Open,
        CircuitState::HalfOpen => Lane::HalfOpen,
        CircuitState::ForcedOpen => Lane::Forced,
        CircuitState::Unknown => Lane::Unknown,
    }
}

/// `orders ▸ payments`.
fn name(model: &Model, caller: &str, callee: &str) -> String {
    format!("{} ▸ {}", model.cluster.short(caller), model.cluster.short(callee))
}

/// A heading within the detail.
fn section(canvas: &mut Canvas<'_>, area: Rect, title: &str, right: &Phrase<'_>) {
    heading(canvas, area, title, right);
}

/// Whether the breakers of a pair are what the selection is about: then a pane shows them one by one.
fn chosen(model: &Model) -> bool {
    !matches!(model.selection, Selection::All | Selection::Trace(_))
}

/// The pair that a row belongs to.
fn pair_of<'p, 'w>(pairs: &'p [&'p Pair<'w>], row: &Row) -> Option<&'p Pair<'w>> {
    let (Row::Pair(from, to) | Row::Breaker(from, to, _)) = row;
    pairs.iter().find(|p| p.caller == *from && p.callee == *to).copied()
}

#[cfg(test)]
mod circuits_tests;
