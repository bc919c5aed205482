//! The rows: a line for each pair, and below it a lane for each of its breakers where that says more. In a pane the well
//! ones are folded before anything that is not well.

use ratatui::{layout::Rect, style::Modifier};

use super::{cell, chosen, name, pair_of, state};
use crate::{
    app::{
        Model,
        cursor::Cursor,
        msg::Hit,
        screen::{Screen, circuits::Row},
    },
    domain::{circuit::CircuitState, show},
    insight::edge,
    store::circuits::{Breaker, Pair},
    theme::{Mark, Role},
    ui::{
        say,
        widget::{Canvas, Phrase, lane},
    },
};

/// What a pane's lane shows, in ms.
const PANE_MS: i64 = 2 * 60_000;

/// What the full screen's lane shows, in ms.
const FULL_MS: i64 = 6 * 60_000;

/// Where the parts of a row stand.
struct Columns {
    name: (u16, u16),
    lane: (u16, u16),
    state: (u16, u16),
    more: (u16, u16),
}

impl Columns {
    /// The state first, then the name, then the lane: it is left out under 8 cells.
    fn new(area: Rect, full: bool) -> Self {
        let room = area.width.saturating_sub(2);
        let state = 18.min(room / 2);
        let more = if full && room >= 100 { 46 } else { 0 };
        let name = if full { 26 } else { 20 }.min(room.saturating_sub(state + 1));
        let lane = room.saturating_sub(name + state + more + 3 + u16::from(more > 0));
        let lane = if lane < 8 { 0 } else { lane.min(if full { 120 } else { 40 }) };
        let x = area.x + 1;
        let at = x + name + 1;
        let after = at + lane + if lane > 0 { 2 } else { 0 };
        Columns { name: (x, name), lane: (at, lane), state: (after, state), more: (after + state + 1, more) }
    }

    fn titles(&self, canvas: &mut Canvas<'_>, y: u16, span: i64) {
        let muted = canvas.style(Role::Muted);
        canvas.put(self.name.0, y, self.name.1, "caller ▸ callee", muted);
        let (x, width) = self.lane;
        if width >= 12 {
            canvas.put(x, y, width, format!("-{} min", span / 60_000), muted);
            if width >= 40 {
                for third in [1, 2] {
                    let back = span / 60_000 * (3 - third) / 3;
                    canvas.put(x + width * third as u16 / 3, y, 8, format!("-{back} min"), muted);
                }
            }
            canvas.put(x + width - 3, y, 3, "now", muted);
        }
        if self.more.1 > 0 {
            canvas.put(self.state.0, y, self.state.1, "state", muted);
            let (x, width) = self.more;
            canvas.put(x, y, width, format!("{:<10}{:<12}{:<9}{}", "since", "failed", "refused", "next"), muted);
        }
    }
}

/// As a pane.
pub(super) fn pane(canvas: &mut Canvas<'_>, model: &Model, area: Rect, pairs: &[&Pair<'_>]) {
    let columns = Columns::new(area, false);
    let titles = u16::from(area.height > 3);
    if titles > 0 {
        columns.titles(canvas, area.y, PANE_MS);
    }
    let view = Rect { y: area.y + titles, height: area.height - titles, ..area };
    let room = usize::from(view.height);
    let all = crate::app::screen::circuits::rows(model);
    let at = model.screens.circuits.at(&all);
    let cursor = all.get(at);
    let focused = model.pane == Screen::Circuits;
    let only_pairs: Vec<Row> = all.iter().filter(|r| matches!(r, Row::Pair(..))).cloned().collect();
    let ill = |row: &Row| pair_of(pairs, row).is_some_and(|p| p.state != CircuitState::Closed);
    let mut more = Vec::new();
    let (rows, top) =
        if all.len() <= room || (focused && only_pairs.len() > room && model.screens.circuits.on.is_some()) {
            (all.clone(), Cursor { at, ..model.screens.circuits.cursor }.first(room, all.len()))
        } else if only_pairs.len() <= room && !chosen(model) {
            (only_pairs, 0)
        } else {
            let (folded, well): (Vec<Row>, Vec<Row>) = only_pairs.into_iter().partition(&ill);
            let unwell: Vec<Row> = all.iter().filter(|row| ill(row)).cloned().collect();
            let mut rows = if unwell.len() + usize::from(!well.is_empty()) <= room { unwell } else { folded };
            // What is not well comes first; then as many of the closed ones as there is room for.
            let mut rest = well;
            if rows.len() + rest.len() > room {
                more = rest.split_off((room.saturating_sub(1)).saturating_sub(rows.len()).min(rest.len()));
            }
            rows.extend(rest);
            if !more.is_empty() && rows.len() >= room {
                more.extend(rows.split_off(room.saturating_sub(1)));
            }
            (rows, 0)
        };
    let mut y = view.y;
    for row in rows.iter().skip(top) {
        if y + u16::from(!more.is_empty()) >= view.bottom() {
            break;
        }
        draw(canvas, model, &columns, y, row, pairs, PANE_MS);
        canvas.spot(Rect { y, height: 1, ..view }, || Hit::Circuit(row.clone()));
        if focused && (cursor == Some(row)) {
            lit(canvas, view, y);
        }
        y += 1;
    }
    if !more.is_empty() && y < view.bottom() {
        let muted = canvas.style(Role::Muted);
        let bad = more.iter().filter(|row| ill(row)).count();
        let of = if bad == 0 { "all closed".to_owned() } else { format!("{bad} not closed") };
        canvas.put(area.x + 1, y, area.width.saturating_sub(2), format!("▸ {} more, {of}", more.len()), muted);
    }
}

/// As the full screen's list.
pub(super) fn full(
    canvas: &mut Canvas<'_>,
    model: &Model,
    area: Rect,
    pairs: &[&Pair<'_>],
    rows: &[Row],
    cursor: usize,
) {
    let columns = Columns::new(area, true);
    columns.titles(canvas, area.y, FULL_MS);
    let legend = crate::app::screen::circuits::legend(area.height);
    let view = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + legend), ..area };
    let top = Cursor { at: cursor, ..model.screens.circuits.cursor }.first(usize::from(view.height), rows.len());
    for (y, (n, row)) in (view.y..view.bottom()).zip(rows.iter().enumerate().skip(top)) {
        draw(canvas, model, &columns, y, row, pairs, FULL_MS);
        canvas.spot(Rect { y, height: 1, ..view }, || Hit::Circuit(row.clone()));
        if n == cursor {
            lit(canvas, view, y);
        }
    }
    if legend > 0 {
        let muted = canvas.style(Role::Muted);
        let mut phrase = Phrase::of("height is the state:", muted);
        for (glyph, role, word) in [
            ("▁▁", Role::OkDim, "closed"),
            ("▄▄", Role::Warn, "half-open"),
            ("▇▇", Role::Bad, "open"),
            ("FF", Role::Op, "forced"),
            ("··", Role::Muted, "no caller"),
            ("??", Role::Muted, "not known"),
        ] {
            phrase = phrase.with("  ", muted).with(glyph, canvas.style(role)).with(format!(" {word}"), muted);
        }
        canvas.phrase(area.x + 1, area.bottom() - 1, area.width.saturating_sub(2), &phrase);
    }
}

fn lit(canvas: &mut Canvas<'_>, area: Rect, y: u16) {
    let (focus, select) = (canvas.style(Role::Focus), canvas.style(Role::Select));
    canvas.glyph(area.x, y, Mark::To.symbol(), focus);
    canvas.tint(Rect { y, height: 1, ..area }, select);
}

fn draw(canvas: &mut Canvas<'_>, model: &Model, columns: &Columns, y: u16, row: &Row, pairs: &[&Pair<'_>], span: i64) {
    let Some(pair) = pair_of(pairs, row) else { return };
    let (muted, strong) = (canvas.style(Role::Muted), canvas.style(Role::Strong));
    let cells = usize::from(columns.lane.1);
    let cell_ms = span / i64::from(columns.lane.1.max(1));
    let now = say::now(model);
    let states = match row {
        Row::Pair(..) => pair.lane(now, cells, cell_ms),
        Row::Breaker(.., n) => pair.breakers.get(*n).map(|b| b.lane(now, cells, cell_ms)).unwrap_or_default(),
    };
    // What was before Keepwatch looked is a gap.
    let known: Vec<_> =
        states.iter().skip_while(|s| s.is_none()).map(|s| s.map_or(crate::ui::widget::Lane::NoCaller, cell)).collect();
    lane(canvas, (columns.lane.0, y, columns.lane.1), &known);
    let (x, width) = columns.name;
    let (sx, swidth) = columns.state;
    match row {
        Row::Pair(from, to) => {
            let ink = if pair.state.refuses() { strong } else { muted };
            canvas.put(x, y, width, name(model, from, to), ink);
            let (all, unknown) = edge::breakers(&model.world, pair);
            let mut said = state(canvas, pair.state);
            if all > 1 && (pair.state != CircuitState::Closed || columns.more.1 > 0) {
                let bold = canvas.style(Role::Text).add_modifier(Modifier::BOLD);
                let ink = if pair.state.refuses() { bold } else { muted };
                let mut count = format!(" {}", edge::count_of(pair.count(pair.state), (all, unknown)));
                if said.cells() + count.len() > usize::from(swidth) {
                    count = count.replace(" not known", " ?");
                }
                said.push(count, ink);
            }
            canvas.phrase(sx, y, swidth, &said);
            if let (1.., Some(refused)) = (columns.more.1, pair.refused.filter(|n| *n > 0)) {
                let text = format!("{} refused", show::plural(refused, "call", "calls"));
                canvas.put(columns.more.0, y, columns.more.1, text, muted);
            }
        }
        Row::Breaker(.., n) => {
            let Some(breaker) = pair.breakers.get(*n) else { return };
            let ink = if breaker.state.refuses() { canvas.style(Role::Text) } else { muted };
            canvas.put(x + 2, y, width.saturating_sub(2), said_by(breaker, pair), ink);
            let mut said = state(canvas, breaker.state);
            let next = probe(model, breaker);
            if columns.more.1 == 0 && !next.is_empty() && said.cells() + 1 + next.chars().count() <= usize::from(swidth)
            {
                said = said.with(" ", muted).with(next, muted);
            }
            canvas.phrase(sx, y, swidth, &said);
            numbers(canvas, model, columns, y, breaker);
        }
    }
}

/// When a breaker lets a call through again, as far as that can be guessed: `probe ~4 s`.
pub(super) fn probe(model: &Model, breaker: &Breaker) -> String {
    match (breaker.state, breaker.probe_at()) {
        (CircuitState::HalfOpen, _) => "probing".to_owned(),
        (_, Some(at)) if at > say::now(model) => {
            let left = show::duration((at.since(say::now(model)) as u64).div_ceil(1_000));
            format!("probe ~{left}")
        }
        (_, Some(_)) => "probe due".to_owned(),
        _ => String::new(),
    }
}

/// The caller's address; with the breaker's own name where an instance has several on the same way.
fn said_by(breaker: &Breaker, pair: &Pair<'_>) -> String {
    let address = breaker.reading.caller.address.text();
    if pair.breakers.iter().filter(|b| b.reading.caller == breaker.reading.caller).count() > 1 {
        return format!("{address} {}", breaker.reading.name);
    }
    address.to_owned()
}

fn numbers(canvas: &mut Canvas<'_>, model: &Model, columns: &Columns, y: u16, breaker: &Breaker) {
    let (x, width) = columns.more;
    if width == 0 {
        return;
    }
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let since = say::when(model, breaker.since);
    let failed = match (breaker.reading.failed, breaker.reading.buffered) {
        (Some(failed), Some(of)) => format!("{failed} of {of}"),
        (Some(failed), None) => failed.to_string(),
        _ => show::ABSENT.to_owned(),
    };
    let refused = breaker.reading.not_permitted.map_or(show::ABSENT.to_owned(), show::count);
    let bad = breaker.state.refuses();
    let mut phrase = Phrase::of(format!("{since:<10}"), if bad { text } else { muted })
        .with(format!("{failed:<12}"), if bad { text } else { muted })
        .with(format!("{refused:<9}"), muted)
        .with(probe(model, breaker), muted);
    if let Some((at, why)) = &breaker.silent {
        phrase = Phrase::of(format!("since {}: ", say::when(model, *at)), muted).with(&**why, canvas.style(Role::Warn));
    } else if breaker.is_old(say::now(model)) {
        let age = show::age(say::now(model).since(breaker.as_of()) as u64);
        phrase.push(format!("  {age} old"), canvas.style(Role::Warn));
    }
    canvas.phrase(x, y, width, &phrase);
}
