//! Below the list: what happened to the breaker under the cursor, what it said last, and who else sees that callee.

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::{pair_of, rows::probe, section, state};
use crate::{
    app::{Model, screen::circuits::Row},
    domain::{circuit::CircuitState, show, text::Shown},
    store::circuits::{Breaker, Opening, Pair},
    theme::{Mark, Role},
    ui::{
        say,
        screen::lines::Lines,
        widget::{
            Canvas, Phrase,
            rule::{Rule, rule},
        },
    },
};

/// The cells of one callee in the table of who sees what.
const CELL: u16 = 14;

/// What is known of the breaker (or of the worst of the pair) under the cursor.
pub(super) fn breaker(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pairs: &[&Pair<'_>], row: Option<&Row>) {
    let Some(pair) = row.and_then(|row| pair_of(pairs, row)) else { return };
    let of_row = match row {
        Some(Row::Breaker(.., n)) => pair.breakers.get(*n).copied(),
        _ => pair.breakers.iter().copied().find(|b| b.state == pair.state),
    };
    let Some(breaker) = of_row else { return };
    let muted = canvas.style(Role::Muted);
    let caller = &breaker.reading.caller;
    let title = format!(
        "{} {} ▸ {}",
        model.cluster.short(&caller.service),
        caller.address.text(),
        model.cluster.short(&pair.callee)
    );
    let standing = state(canvas, breaker.state).with(format!(" {}", say::ago(model, breaker.since)), muted);
    rule(canvas, area, &Rule { name: Shown::new(&title), summary: standing, ..Rule::default() });
    let mut lines = Lines::new(Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(1),
    });
    said(canvas, model, breaker, &mut lines);
    if let Some(row) = lines.row() {
        section(canvas, row, "What happened", &Phrase::new());
    }
    happened(canvas, model, breaker, &mut lines);
}

/// The numbers of its last reading, with who said them and when.
fn said(canvas: &mut Canvas<'_>, model: &Model, breaker: &Breaker, lines: &mut Lines) {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let reading = &breaker.reading;
    let age = show::age(say::now(model).since(breaker.as_of()) as u64);
    let old = breaker.is_old(say::now(model)) || breaker.silent.is_some();
    let source =
        Phrase::of(format!("{}, ", reading.source), muted).with(format!("{age} ago"), if old { warn } else { muted });
    if let Some(row) = lines.row() {
        section(canvas, row, "What it says", &source);
    }
    if let Some((at, why)) = &breaker.silent {
        let line = Phrase::of(format!("Not known since {}: ", say::when(model, *at)), warn).with(&**why, text);
        lines.wrap(canvas, &line, 2);
    }
    let percent = |value: Option<f64>| value.map_or(show::ABSENT.to_owned(), |p| show::percent(p / 100.0));
    let count = |value: Option<u64>| value.map_or(show::ABSENT.to_owned(), show::count);
    let failed = Phrase::of(percent(reading.failure_rate), text)
        .with(format!("  {} of {} calls in its window", count(reading.failed), count(reading.buffered)), muted);
    lines.pair(canvas, "failed", failed, Phrase::new());
    lines.pair(canvas, "slow", Phrase::of(percent(reading.slow_rate), text), Phrase::new());
    lines.pair(canvas, "refused", Phrase::of(count(reading.not_permitted), text).with(" calls", muted), Phrase::new());
    let next = probe(model, breaker);
    if !next.is_empty() {
        let why = if breaker.probe_at().is_some() { "  by how long it stayed open before" } else { "" };
        lines.pair(canvas, "next", Phrase::of(next, text).with(why, muted), Phrase::new());
    }
    lines.pair(canvas, "its name", Phrase::of(&*reading.name, text), Phrase::new());
    lines.skip();
}

/// Its states, newest first, each with how it came about as far as that was read.
fn happened(canvas: &mut Canvas<'_>, model: &Model, breaker: &Breaker, lines: &mut Lines) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    for (at, now) in breaker.history().rev() {
        let mut line = Phrase::of(format!("{}  ", say::when(model, at)), muted);
        line.extend(state(canvas, now));
        let opening = breaker.opened.as_ref().filter(|o| o.at == at && now == CircuitState::Open);
        if let Some(opening) = opening {
            line.push(format!(": {}", opened(opening)), text);
        }
        lines.put(canvas, &line);
    }
}

/// What was read when it was first seen open.
fn opened(opening: &Opening) -> String {
    let mut text = match (opening.failed_of, opening.failure_rate) {
        (Some((failed, of)), _) => format!("{failed} of {of} calls had failed"),
        (None, Some(rate)) => format!("{} of calls had failed", show::percent(rate / 100.0)),
        (None, None) => "no numbers were told".to_owned(),
    };
    if let Some(slow) = opening.slow_rate.filter(|s| *s > 0.0) {
        text.push_str(&format!(", {} were slow", show::percent(slow / 100.0)));
    }
    if !opening.witnessed {
        text.push_str("; it was open when Keepwatch first looked");
    }
    text
}

/// One row for each caller instance, a column for each callee: does everybody see what this one sees?
pub(super) fn who(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pairs: &[Pair<'_>], row: Option<&Row>) {
    let (text, muted, strong) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Strong));
    rule(canvas, area, &Rule { name: "Who sees what".into(), ..Rule::default() });
    let here = row.map(|row| match row {
        Row::Pair(_, to) | Row::Breaker(_, to, _) => to.clone(),
    });
    let mut callees: Vec<_> = pairs.iter().map(|p| p.callee.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let room = usize::from(area.width.saturating_sub(26) / CELL).max(1);
    if callees.len() > room {
        // The callee under the cursor is never left out.
        callees.retain(|c| Some(c) == here.as_ref() || pairs.iter().any(|p| p.callee == *c && p.state.refuses()));
        callees.sort_by_key(|c| Some(c) != here.as_ref());
        callees.truncate(room);
    }
    let callers: BTreeSet<_> = pairs
        .iter()
        .filter(|p| callees.contains(&p.callee))
        .flat_map(|p| p.breakers.iter().map(|b| b.reading.caller.clone()))
        .collect();
    let mut lines = Lines::new(Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    });
    if let Some(row) = lines.row() {
        canvas.put(row.x, row.y, 24, "caller", muted);
        for (n, callee) in callees.iter().enumerate() {
            let ink = if Some(callee) == here.as_ref() { strong } else { muted };
            canvas.put(row.x + 25 + CELL * n as u16, row.y, CELL - 1, model.cluster.short(callee), ink);
        }
    }
    let spare = if here.is_some() { 3 } else { 0 };
    let most = lines.left().saturating_sub(spare);
    for caller in callers.iter().take(most) {
        let Some(row) = lines.row() else { break };
        let who = format!("{} {}", model.cluster.short(&caller.service), caller.address.text());
        canvas.put(row.x, row.y, 24, who, text);
        for (n, callee) in callees.iter().enumerate() {
            let worst = pairs
                .iter()
                .filter(|p| p.callee == *callee && p.caller == caller.service)
                .flat_map(|p| p.breakers.iter().filter(|b| b.reading.caller == *caller))
                .map(|b| b.state)
                .next();
            let x = row.x + 25 + CELL * n as u16;
            match worst {
                Some(seen) => canvas.phrase(x, row.y, CELL - 1, &state(canvas, seen)),
                None => canvas.put(x, row.y, 1, "·", muted),
            };
        }
    }
    if let Some(here) = here {
        lines.skip();
        lines.wrap(canvas, &skew(canvas, model, pairs, &here), 3);
    }
}

/// How many callers refuse a callee, in one sentence.
fn skew(canvas: &Canvas<'_>, model: &Model, pairs: &[Pair<'_>], callee: &str) -> Phrase<'static> {
    let text = canvas.style(Role::Text);
    let of_callee = || pairs.iter().filter(|p| &*p.callee == callee);
    let all: usize = of_callee().map(|p| p.breakers.len()).sum();
    let count = |state| of_callee().map(|p| p.count(state)).sum::<usize>();
    let (open, half, unknown) = (
        count(CircuitState::Open) + count(CircuitState::ForcedOpen),
        count(CircuitState::HalfOpen),
        count(CircuitState::Unknown),
    );
    let short = model.cluster.short(callee).to_owned();
    if open + half == 0 {
        let rest = if unknown > 0 { format!(" {unknown} of {all} breakers are not known.") } else { String::new() };
        return Phrase::of(format!("No breaker refuses calls to {short}.{rest}"), text);
    }
    let bad = canvas.theme().mark(Mark::Open);
    Phrase::of(format!("{short} is refused by "), text)
        .with(format!("{open} of {all}"), bad)
        .with(" callers", text)
        .with(if half > 0 { format!(", probed by {half}.") } else { ".".to_owned() }, text)
        .with(if open + half < all { " The others still call it." } else { "" }, text)
}
