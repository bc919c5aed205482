//! The overview: further verdicts beside the pulse, then the panes that there is room for.

use ratatui::layout::Rect;

use super::{circuits, instances, logs, pulse, story, topology, traces};
use crate::{
    app::{
        Model,
        grid::{self, Overview},
        msg::Hit,
        screen::Screen,
    },
    domain::{event::EventKind, show},
    insight::told,
    theme::{Mark, Role},
    ui::{
        frame, rect,
        say::{self, short},
        widget::{
            canvas::Canvas,
            phrase::Phrase,
            rule::{divider, joint},
        },
    },
};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, size: (u16, u16)) {
    let Overview { further, pulse, panes, tabs } =
        grid::overview(size, model.pane, crate::app::navigate::further(model));
    draw_further(canvas, model, rect(further));
    pulse::draw(canvas, model, rect(pulse));
    for (screen, area) in &panes {
        let area = rect(*area);
        // A pane beside another gives its first column to the line between them.
        let beside = area.x > 0;
        let inner = if beside { Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area } } else { area };
        match screen {
            Screen::Topology => topology::draw(canvas, model, inner, true),
            Screen::Balancer => instances::draw(canvas, model, inner, true),
            Screen::Circuits => circuits::draw(canvas, model, inner, true),
            Screen::Traces => traces::draw(canvas, model, inner, true),
            _ => logs::draw(canvas, model, inner, true),
        }
        if beside {
            divider(canvas, area.x, area.y, area.bottom());
        }
    }
    // Where a line between panes ends, the rule below joins it.
    for (_, area) in panes.iter().filter(|(_, a)| a.x > 0) {
        let below = area.y + area.height;
        if panes.iter().any(|(_, b)| b.y == below) {
            joint(canvas, area.x, below, true, panes.iter().any(|(_, b)| b.x == area.x && b.y == below));
        }
    }
    if let (Some((_, first)), false) = (panes.first(), tabs.is_empty()) {
        draw_tabs(canvas, model, rect(*first), &tabs);
    }
}

/// Verdicts two to four; where there are none, what is well.
fn draw_further(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let width = area.width.saturating_sub(2);
    if model.verdicts.is_empty() {
        if model.world.registry.complete().is_none() {
            return;
        }
        let totals = &model.cluster.totals;
        let circuits = match totals.circuits {
            0 => "No circuit is known.".to_owned(),
            n => format!("{} closed.", show::plural(n as u64, "circuit", "circuits")),
        };
        let serve = match serving(model) {
            Some(serving) => format!("{serving} of {} instances serve.", totals.wanted),
            None => {
                format!("{} of {} instances are registered, none was asked.", totals.registered, totals.wanted)
            }
        };
        let whole = format!("{serve} {circuits}");
        let line = if whole.len() > usize::from(width.saturating_sub(2)) { serve } else { whole };
        canvas.put(area.x + 3, area.y, width, line, muted);
        // That a problem ended is row 1; what changed is what came or went before it.
        let last = told::newest(&model.world.story).find(|event| event.kind != EventKind::Verdict);
        if let (Some(event), true) = (last, area.height > 1) {
            let line = format!("Last change {}: {}", say::when(model, event.at), story::told(model, event));
            canvas.put(area.x + 3, area.y + 1, width, line, muted);
        }
        return;
    }
    let others: Vec<_> = model.verdicts.iter().enumerate().filter(|(n, _)| *n != model.verdict_at).collect();
    let mut y = area.y;
    let mut left = others.len();
    for (at, verdict) in others {
        // Rows that no other verdict needs are given to those that are long.
        let spare = area.bottom().saturating_sub(y).saturating_sub(u16::try_from(left).unwrap_or(u16::MAX)) + 1;
        if y >= area.bottom() {
            break;
        }
        left -= 1;
        let mark: Mark = frame::verdict_mark(verdict.severity, verdict.rule);
        canvas.phrase(area.x + 1, y, 1, &Phrase::of(mark.symbol(), canvas.theme().mark(mark)));
        let widths = vec![usize::from(width.saturating_sub(2)); usize::from(spare)];
        let lines = short::lines(model, verdict, (text, muted), &widths);
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        for (n, line) in (0..).zip(&lines) {
            canvas.phrase(area.x + 3, y + n, width.saturating_sub(2), line);
        }
        canvas.spot(Rect { y, height: rows, ..area }, || Hit::Verdict(at));
        y += rows;
    }
}

/// How many serve of those that were asked; `None` where nobody was.
fn serving(model: &Model) -> Option<usize> {
    let known = model.cluster.services.iter().filter(|s| s.id.layout.explained());
    known.filter(|s| s.asked).map(|s| s.serving).reduce(|a, b| a + b)
}

/// The other panes as tabs in the first one's rule, with their counts of trouble.
fn draw_tabs(canvas: &mut Canvas<'_>, model: &Model, area: Rect, tabs: &[Screen]) {
    let muted = canvas.style(Role::Muted);
    let link = model.world.registry.link();
    let old = link.as_of.filter(|_| !link.state.live());
    let narrowed = super::narrowed(model).map_or(0, |n| n.cells() + 3);
    let left = area.x + u16::try_from(16 + narrowed).unwrap_or(u16::MAX).min(area.width);
    let right = area.right().saturating_sub(1);
    let errors = u64::from(logs::minute(model).0);
    // Titles go before what the pane is narrowed to does.
    for (titles, gap) in [(true, " "), (true, ""), (false, " "), (false, "")] {
        let mut phrase = Phrase::of(" ", muted);
        if let Some(as_of) = old {
            phrase.push(format!("as of {} ", say::when(model, as_of)), canvas.style(Role::Warn));
        }
        let mut starts = Vec::new();
        for screen in tabs {
            let title = if *screen == Screen::Balancer { "Instances" } else { screen.title() };
            starts.push((*screen, phrase.cells()));
            phrase.push(
                if titles { format!("{} {title} ", screen.digit()) } else { format!("{} ", screen.digit()) },
                muted,
            );
            let trouble = match screen {
                Screen::Circuits if model.cluster.totals.open > 0 => {
                    format!("{}{} ", Mark::Open.symbol(), model.cluster.totals.open)
                }
                Screen::Logs if errors > 0 => format!("{} ", show::about(errors)),
                _ => String::new(),
            };
            phrase.push(trouble, canvas.bold(Role::Bad));
            phrase.push(gap, muted);
        }
        if left + u16::try_from(phrase.cells()).unwrap_or(u16::MAX) > right && (titles || !gap.is_empty()) {
            continue;
        }
        let start = canvas.phrase_right(left, right, area.y, &phrase);
        let ends = starts.iter().skip(1).map(|(_, at)| *at).chain([phrase.cells()]);
        for ((screen, at), end) in starts.iter().zip(ends) {
            let place = Rect::new(start + *at as u16, area.y, (end - at) as u16, 1);
            canvas.spot(place, || Hit::Tab(*screen));
        }
        return;
    }
}
