//! Row 1: the worst verdict or that nothing is wrong; and the verdict alone where there is no room for more.

use ratatui::layout::Rect;

use crate::{
    app::Model,
    domain::{fact::LinkState, show, verdict::Severity},
    theme::{Mark, Role, Strip},
    ui::{
        say::{self, short},
        widget::{canvas::Canvas, phrase::Phrase},
    },
};

/// The strip of a severity: its ground, where there is one.
fn strip(canvas: &Canvas<'_>, severity: Severity) -> Option<ratatui::style::Style> {
    match severity {
        Severity::Critical => Some(canvas.theme().strip(Strip::Bad)),
        Severity::Warning => Some(canvas.theme().strip(Strip::Warn)),
        Severity::Notice => None,
    }
}

/// The mark that stands before a verdict.
pub fn verdict_mark(severity: Severity, rule: &str) -> Mark {
    match (severity, rule) {
        (_, "drained") => Mark::Drained,
        (_, "drain-lost") => Mark::DrainLost,
        (_, "circuit-open") => Mark::Open,
        (_, "missing") => Mark::Missing,
        (_, "registry-link") => Mark::NoAnswer,
        (Severity::Critical, _) => Mark::Down,
        (Severity::Warning, _) => Mark::Slow,
        (Severity::Notice, _) => Mark::Unknown,
    }
}

/// Row 1: what is wrong, or since when nothing is.
pub fn verdict(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let Some(shown) = model.verdicts.get(model.verdict_at) else { return well(canvas, model, area) };
    let ground = strip(canvas, shown.severity);
    let ink = ground.unwrap_or(canvas.style(Role::Text));
    if let Some(style) = ground {
        canvas.tint(area, style);
    }
    let mark = verdict_mark(shown.severity, shown.rule);
    let mark_ink = ground.unwrap_or(canvas.theme().mark(mark));
    let bold = ink.add_modifier(ratatui::style::Modifier::BOLD);
    let gap = if area.width < 80 { " " } else { "   " };
    let at = format!("{} of {}{gap}", model.verdict_at + 1, model.verdicts.len());
    let why = Phrase::of(at, ink).with("v", bold).with(" why?", ink);
    let last = area.bottom().saturating_sub(1);
    let start = canvas.phrase_right(area.x + 1, area.right().saturating_sub(1), last, &why);
    let room = area.width.saturating_sub(4);
    let mut widths = vec![usize::from(room); usize::from(area.height)];
    if let Some(beside) = widths.last_mut() {
        *beside = usize::from(start.saturating_sub(area.x + 5));
    }
    canvas.phrase(area.x + 1, area.y, 1, &Phrase::of(mark.symbol(), mark_ink));
    let lines = short::lines(model, shown, (bold, ink), &widths);
    for ((y, line), width) in (area.y..area.bottom()).zip(&lines).zip(&widths) {
        canvas.phrase(area.x + 3, y, *width as u16, line);
    }
}

/// Row 1 where no problem is known.
fn well(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let registry = &model.world.registry;
    let phrase = match (registry.complete(), model.well_since) {
        (None, _) => {
            let what = if registry.link().state == LinkState::Never { "Connecting to" } else { "Reading" };
            Phrase::of("? ", muted).with(format!("{what} the registry {}.", model.setup.registry), text)
        }
        (Some(_), since) => {
            let unknown = model.cluster.totals.unknown;
            let all = model.cluster.totals.registered;
            let away = model.cluster.totals.wanted.saturating_sub(all);
            if all == 0 && away == 0 {
                nothing(canvas, model)
            } else if away > 0 {
                // It left a moment ago, and may only be written anew by its provider.
                let left = show::plural(away as u64, "expected instance", "expected instances");
                Phrase::of("? ", muted)
                    .with("No problem seen", text)
                    .with(format!(", but {left} left the registry a moment ago."), muted)
            } else if unknown > 0 {
                Phrase::of("? ", muted).with("No problem seen", text).with(
                    format!(
                        ", but {unknown} of {} {} not known to be up.",
                        show::plural(all as u64, "instance", "instances"),
                        if unknown == 1 { "is" } else { "are" }
                    ),
                    muted,
                )
            } else if let Some((name, at)) = say::freshness(model).old_ones().first() {
                Phrase::of("? ", muted)
                    .with("No problem seen", text)
                    .with(format!(", but what {name} tell is of {}.", say::when(model, *at)), muted)
            } else {
                let long = since.map_or(0, |s| (say::now(model).since(s) / 1000) as u64);
                let (mark, ink) = (Mark::Up.symbol(), canvas.theme().mark(Mark::Up));
                Phrase::of(mark, ink).with(format!(" All well for {}", show::duration(long)), text)
            }
        }
    };
    canvas.phrase(area.x + 1, area.y, area.width.saturating_sub(2), &phrase);
}

/// An empty registry: which, and what was read.
fn nothing(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    let coverage = model.world.registry.coverage();
    let list = |paths: &[std::sync::Arc<str>]| paths.iter().map(|p| &**p).collect::<Vec<_>>().join(", ");
    let mut text = format!("No instance is registered in {}.", model.setup.registry);
    if !coverage.missing_roots.is_empty() {
        text.push_str(&format!(" Not there: {}. Looking on.", list(&coverage.missing_roots)));
    } else if !coverage.roots.is_empty() {
        text.push_str(&format!(" Read: {}. Looking on.", list(&coverage.roots)));
    }
    Phrase::of("? ", canvas.style(Role::Muted)).with(text, canvas.style(Role::Strong))
}

/// Where there is room for nothing else: the verdict's sentence, wrapped, and `q`.
pub fn sentence(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let text = canvas.style(Role::Text);
    let mut lead = super::freshness(canvas, model);
    lead.push(" ", text);
    let mut tail = Phrase::new();
    if let Some(notice) = &model.notice {
        tail.push(format!(" {}", notice.text), canvas.bold(Role::Warn));
    }
    // A plan that cannot be read is not confirmed: it waits for more room.
    let keys =
        if model.overlays.is_empty() { " q quit" } else { " Esc closes what is open; there is no room to show it" };
    tail.push(keys, canvas.style(Role::Muted));
    let widths = vec![usize::from(area.width); usize::from(area.height)];
    let lines = match model.verdicts.get(model.verdict_at) {
        Some(verdict) => short::between(model, verdict, (text, text), (lead, tail), &widths),
        None => {
            lead.push("KEEPWATCH: no problem is known.", text);
            lead.extend(tail);
            lead.wrap(usize::from(area.width), usize::from(area.height))
        }
    };
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        canvas.phrase(area.x, y, area.width, line);
    }
}
