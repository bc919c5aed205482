//! One file for each screen; those that are panes of the overview draw both forms.

pub mod balancer;
pub mod circuits;
pub mod diagnostics;
pub mod first_run;
pub mod instances;
pub mod lines;
pub mod logs;
pub mod overview;
pub mod pulse;
mod scroll;
pub mod story;
pub mod topology;
pub mod traces;
pub mod verdicts;

use ratatui::layout::Rect;

use super::{
    say,
    widget::{
        canvas::Canvas,
        phrase::Phrase,
        rule::{Rule, rule},
    },
};
use crate::{
    app::{Model, applies, navigate, overlay::filter, screen::Screen, selection::Selection},
    command::Command,
    domain::text::Shown,
    insight::freshness::Age,
    theme::Role,
};

/// Draws a pane's rule; what is below it.
pub fn head(
    canvas: &mut Canvas<'_>,
    model: &Model,
    area: Rect,
    screen: Screen,
    pane: bool,
    summary: Phrase<'_>,
) -> Rect {
    let title = if pane && screen == Screen::Balancer { "Instances" } else { screen.title() };
    let focused = !pane || navigate::focus(model) == screen;
    let leave = if focused { way_out(canvas, model) } else { Phrase::new() };
    rule(
        canvas,
        area,
        &Rule {
            number: Some(screen.digit() as u8),
            name: Shown::new(title),
            narrowed: narrowed(model).filter(|_| follows(model, screen)),
            note: Phrase::new(),
            summary,
            leave,
            focused,
        },
    );
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
}

/// What the rule of the pane in focus says of `Esc`, where that takes away what the pane is narrowed to.
pub fn way_out(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    if filter::problem(model).is_some() {
        // What is wrong with it stands there, and is no half of a sentence.
        return Phrase::new();
    }
    let key = model.setup.keys.keys(Command::Back).first();
    let Some((key, verb)) = key.zip(applies::way_out(model)) else { return Phrase::new() };
    Phrase::of(format!("{key} {verb}s"), canvas.style(Role::Muted))
}

/// What a pane's rule says at its right where what the pane shows is old: of when it is.
pub fn as_of(canvas: &Canvas<'_>, model: &Model, what: &'static str, age: Age) -> Option<Phrase<'static>> {
    let at = age.old()?;
    let muted = canvas.style(Role::Muted);
    Some(Phrase::of(what, muted).with(format!("as of {}", say::when(model, at)), canvas.style(Role::Warn)))
}

/// Greys what stands below a pane's rule, where what it shows is old.
pub fn grey(canvas: &mut Canvas<'_>, area: Rect, age: Age) {
    if age.old().is_some() {
        canvas.stale(Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area });
    }
}

/// Whether a pane shows only what belongs to the selection: who calls whom, breakers and what happened are of no one trace.
pub fn follows(model: &Model, screen: Screen) -> bool {
    let apart = matches!(screen, Screen::Topology | Screen::Circuits | Screen::Story);
    !(apart && matches!(model.selection, Selection::Trace(_)))
}

/// What panes are narrowed to, in words.
pub fn narrowed(model: &Model) -> Option<Shown<'static>> {
    let text = match crate::app::screen::traces::narrowing(model) {
        Selection::All => return None,
        Selection::Service(name) => model.cluster.short(name).to_owned(),
        Selection::Instance(id) => format!("{} {}", model.cluster.short(&id.service), id.address.text()),
        Selection::Edge(from, to) => format!("{} ▸ {}", model.cluster.short(from), model.cluster.short(to)),
        Selection::Circuit(from, to) => {
            format!("{} {} ▸ {}", model.cluster.short(&from.service), from.address.text(), model.cluster.short(to))
        }
        Selection::Trace(id) => format!("trace {}", id.short(8)),
    };
    Some(Shown::from(text))
}
