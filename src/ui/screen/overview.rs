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
    domain::show,
    insight::told,
    theme::{Mark, Role},
    ui::{
        frame, rect, say,
        widget::{
            canvas::Canvas,
            phrase::Phrase,
            rule::{divider, joint},
        },
    },
};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, size: (u16, u16)) {
    let Overview { further, pulse, panes, tabs } = grid::overview(size, model.pane);
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
        let line = match serving(model) {
            Some(serving) => format!("{serving} of {} instances serve. {circuits}", totals.wanted),
            None => format!(
                "{} of {} instances are registered, none was asked. {circuits}",
                totals.registered, totals.wanted
            ),
        };
        canvas.put(area.x + 3, area.y, width, line, muted);
        let last = told::newest(&model.world.story).next();
        if let (Some(event), true) = (last, area.height > 1) {
            let line = format!("Last change {}: {}", say::when(model, event.at), story::told(model, event));
            canvas.put(area.x + 3, area.y + 1, width, line, muted);
        }
        return;
    }
    let others = model.verdicts.iter().enumerate().filter(|(n, _)| *n != model.verdict_at);
    for (row, (at, verdict)) in others.take(usize::from(area.height)).enumerate() {
        let mark: Mark = frame::verdict_mark(verdict.severity, verdict.rule);
        let mut phrase = Phrase::of(mark.symbol(), canvas.theme().mark(mark))
            .with(" ", text)
            .with(say::verdict(model, verdict), text);
        if let Some(since) = verdict.since {
            phrase.push(format!(" {}", say::since(model, since)), muted);
        }
        canvas.phrase(area.x + 1, area.y + row as u16, width, &phrase);
        canvas.spot(Rect { y: area.y + row as u16, height: 1, ..area }, || Hit::Verdict(at));
    }
}

/// How many serve of those that were asked; `None` where nobody was.
fn serving(model: &Model) -> Option<usize> {
    let known = model.cluster.services.iter().filter(|s| s.id.layout != crate::domain::id::Layout::Raw);
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
            phrase.push(format!("as of {} ", say::clock(model, as_of)), canvas.style(Role::Warn));
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
