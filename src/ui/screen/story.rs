//! The story screen: everything that happened, in one time order, the newest at the bottom and followed.

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, msg::Hit, screen::Screen, selection::Selection},
    domain::{
        event::{ENDED, Event, EventKind},
        show,
        text::Shown,
    },
    insight::told,
    theme::{Mark, Role},
    ui::{
        say,
        widget::{canvas::Canvas, phrase::Phrase},
    },
};

/// The lines that selection and filter leave, newest first.
pub fn shown(model: &Model) -> impl Iterator<Item = &Event> {
    let filter = model.screens.story_filter.to_lowercase();
    told::newest(&model.world.story).filter(move |event| {
        belongs(model, event)
            && (filter.is_empty()
                || told(model, event).to_lowercase().contains(&filter)
                || event.text.to_lowercase().contains(&filter)
                || event.kind.word().contains(&*filter)
                || event.source.to_lowercase().contains(&filter)
                || kind(model, event) == filter)
    })
}

/// The sentence as screens say it: who did what to whom, by the short name.
pub fn told(model: &Model, event: &Event) -> std::sync::Arc<str> {
    let short = event.service.as_deref().map_or("", |name| model.cluster.short(name));
    let text = told::sentence(&model.world, short, event);
    match (event.kind, text.split_once(" > ")) {
        (EventKind::Circuit, Some((caller, rest))) => {
            let (callee, became) = rest.split_once(": ").unwrap_or((rest, ""));
            format!("{caller} ▸ {}: {became}", model.cluster.short(callee)).into()
        }
        _ => text,
    }
}

fn belongs(model: &Model, event: &Event) -> bool {
    match (&model.selection, &event.service) {
        (Selection::All | Selection::Trace(_), _) => true,
        // What is about no service is about all of them: links, drops, verdicts.
        (_, None) => matches!(event.kind, EventKind::Link | EventKind::Ready),
        (Selection::Instance(id), Some(service)) => {
            id.service == *service && event.instance.as_deref().is_none_or(|i| i == id.address.text())
        }
        (Selection::Circuit(from, _), Some(service)) if from.service == *service => {
            event.instance.as_deref().is_none_or(|at| at == from.address.text())
        }
        (selection, Some(service)) => selection.holds_service(service),
    }
}

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let muted = canvas.style(Role::Muted);
    let all = model.world.story.events().len();
    let lines = shown(model).count();
    let at = model.screens.story.at.min(lines.saturating_sub(1));
    let mut said = Vec::new();
    if at > 0 {
        said.push(format!("held, {} newer, End goes live", show::count(at as u64)));
    }
    if !model.screens.story_filter.is_empty() {
        said.push(format!("only what holds `{}`", model.screens.story_filter));
    }
    said.push(if lines == all {
        show::plural(all as u64, "line", "lines")
    } else {
        format!("{} of {} lines", show::count(lines as u64), show::count(all as u64))
    });
    if model.world.story.dropped() > 0 {
        said.push(format!("{} older lines lost here", show::count(model.world.story.dropped())));
    }
    let inner = head(canvas, model, area, Screen::Story, false, Phrase::of(said.join(", "), muted));
    if lines == 0 {
        let why = if all == 0 {
            "Nothing has happened yet since Keepwatch looks on.".to_owned()
        } else if !model.screens.story_filter.is_empty() {
            format!("No line holds `{}`. Esc takes the filter away.", model.screens.story_filter)
        } else {
            format!("Nothing happened here; {} elsewhere. Esc widens.", show::plural(all as u64, "line", "lines"))
        };
        canvas.put(inner.x + 1, inner.y, inner.width.saturating_sub(2), why, muted);
        return;
    }
    let rows = usize::from(inner.height);
    // The cursor's line stays in sight: as low as it can stand.
    let skip = at.saturating_sub(rows.saturating_sub(1).min(rows / 2));
    let visible: Vec<&Event> = shown(model).skip(skip).take(rows).collect();
    let first = inner.bottom() - visible.len() as u16;
    let top = first.min(inner.y + inner.height.saturating_sub(visible.len() as u16));
    let start = if visible.len() < rows { inner.y } else { top };
    for (n, event) in visible.iter().rev().enumerate() {
        let y = start + n as u16;
        line(canvas, model, event, Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 });
        let place = skip + visible.len() - 1 - n;
        canvas.spot(Rect { y, height: 1, ..inner }, || Hit::Story(place));
        if place == at {
            let focus = canvas.style(Role::Focus);
            canvas.glyph(inner.x, y, Mark::To.symbol(), focus);
            let select = canvas.style(Role::Select);
            canvas.tint(Rect { y, height: 1, ..inner }, select);
        }
    }
}

/// One line: time, mark and kind, sentence.
pub fn line(canvas: &mut Canvas<'_>, model: &Model, event: &Event, area: Rect) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mark = mark(event);
    let clock = if area.width >= 100 && say::day(model, event.at).is_none() {
        say::stamp_ms(model, event.at)
    } else {
        say::when(model, event.at)
    };
    let phrase = Phrase::of(format!("{clock}  "), muted)
        .with(mark.symbol(), canvas.theme().mark(mark))
        .with(format!(" {:<9} ", kind(model, event)), muted)
        .with(Shown::new(&told(model, event)).into_owned(), text);
    canvas.phrase(area.x, area.y, area.width, &phrase.elide_middle(usize::from(area.width)));
}

/// The mark that stands before an event.
pub fn mark(event: &Event) -> Mark {
    let after = event.after.as_ref().and_then(|v| v.as_str()).unwrap_or("");
    match event.kind {
        EventKind::Ready => Mark::Good,
        EventKind::Registered => Mark::Joined,
        EventKind::Gone => Mark::Missing,
        EventKind::Link if matches!(after, "connected" | "read_only") => Mark::Up,
        EventKind::Link if after == ENDED => Mark::Unknown,
        EventKind::Link => Mark::NoAnswer,
        EventKind::Weight | EventKind::Action => Mark::Drained,
        EventKind::Admin if after == "drained" => Mark::Drained,
        EventKind::Admin => Mark::Up,
        EventKind::DrainLost => Mark::DrainLost,
        EventKind::Circuit => match after {
            "open" => Mark::Open,
            "half_open" => Mark::HalfOpen,
            "forced_open" => Mark::Forced,
            "closed" => Mark::Good,
            _ => Mark::Unknown,
        },
        EventKind::Health => match after {
            "up" => Mark::Up,
            "down" => Mark::Down,
            "unreachable" | "never_answered" => Mark::NoAnswer,
            "unknown" | "auth" => Mark::Unknown,
            _ => Mark::Slow,
        },
        EventKind::Verdict if event.after.as_ref().is_none_or(|v| v.is_null()) => Mark::Good,
        EventKind::Verdict => Mark::Slow,
        EventKind::Config => Mark::To,
        EventKind::Drops => Mark::Disagree,
    }
}

/// Who or what told it, as a column shows it.
pub fn kind(model: &Model, event: &Event) -> &'static str {
    match event.kind {
        _ if told::by_operator(&model.world, event) => "operator",
        EventKind::Ready | EventKind::Registered | EventKind::Gone | EventKind::Weight | EventKind::Admin => "registry",
        EventKind::Link => "link",
        EventKind::Health => "health",
        EventKind::Circuit => "breaker",
        EventKind::Config => "config",
        EventKind::Action => "operator",
        EventKind::DrainLost | EventKind::Verdict => "keepwatch",
        EventKind::Drops => "lost",
    }
}
