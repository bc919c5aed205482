//! One row: a line, an event of the story, or the place where lines are missing.

use ratatui::{layout::Rect, style::Style};

use super::columns::Columns;
use crate::{
    app::{
        Model,
        screen::{
            Screen,
            logs::{self as state, columns::Part},
        },
    },
    command::Command,
    domain::{
        address::Address,
        event::{ENDED, Event, EventKind},
        log::{Level, LogLine},
        show,
        text::Shown,
        time::Moment,
    },
    store::logs::{Folded, FoldedRow, Gap, LogRow},
    theme::{Mark, Role},
    ui::{
        say,
        screen::story,
        widget::{Canvas, Phrase},
    },
};

/// From so many columns on an event under the cursor says where `Enter` leads.
const LEADS: u16 = 100;

/// A level's word in its ink.
pub fn level(canvas: &Canvas<'_>, level: Level) -> Phrase<'static> {
    match level {
        Level::Fatal => Phrase::of("FATAL", canvas.bold(Role::Bad)),
        Level::Error => Phrase::of("ERROR", canvas.bold(Role::Bad)),
        Level::Warn => Phrase::of("WARN", canvas.bold(Role::Warn)),
        Level::Unknown => Phrase::of("–", canvas.style(Role::Muted)),
        level => Phrase::of(level.word(), canvas.style(Role::Muted)),
    }
}

/// The service that said it: the one that is named, else the only one that has the address.
pub(super) fn service<'a>(model: &'a Model, named: Option<&'a str>, instance: Option<&Address>) -> Option<&'a str> {
    let owner = || Some(&**model.world.registry.owner(instance?)?);
    named.or_else(owner).map(|name| model.cluster.short(name))
}

/// Who said it: `payments 10.0.0.9:5005`.
pub fn source(model: &Model, named: Option<&str>, instance: Option<&Address>) -> String {
    let service = service(model, named, instance).unwrap_or("–");
    instance.map_or_else(|| service.to_owned(), |address| format!("{service} {}", address.text()))
}

/// The time that a row tells.
pub(super) fn at(row: &LogRow<'_>) -> Moment {
    match row {
        LogRow::Event(_, happened) => happened.at,
        LogRow::Lost(gap) => gap.at,
        LogRow::Line(_, line) => line.at,
    }
}

/// A row of the full screen, or of a pane that is read. `days`: cells for days, as its neighbours have.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, row: &LogRow<'_>, days: u16) {
    let columns = &Columns::chosen(area, state::columns(model), days);
    match row {
        LogRow::Event(_, happened) => {
            let mut right = Phrase::new();
            if model.screens.logs.on == Some(row.key())
                && area.width >= LEADS
                && let (Some(key), Some(where_to)) =
                    (model.setup.keys.keys(Command::Open).first(), state::about::leads(model))
            {
                right = Phrase::of(key.to_string(), canvas.style(Role::Key));
                right.push(format!(" {where_to}"), canvas.style(Role::Muted));
            }
            event(canvas, model, columns, area.y, (happened.at, happened), &right);
        }
        LogRow::Lost(gap) => {
            let until = (gap.until > gap.at).then_some(gap.until);
            lost(canvas, model, area, gap, until);
        }
        LogRow::Line(_, line) => {
            let mut right = Phrase::new();
            if let (true, Some(trace)) = (columns.trace, line.trace) {
                right = Phrase::of(trace.short(6), canvas.style(Role::Muted));
            }
            let from = source(model, line.service.as_deref(), line.instance.as_ref());
            said(canvas, model, columns, area.y, line, &from, &right);
        }
    }
}

/// A row of a folded list.
pub(super) fn group(canvas: &mut Canvas<'_>, model: &Model, area: Rect, group: &FoldedRow<'_>, days: u16) {
    let columns = &Columns::of(area, days);
    match &group.what {
        Folded::Event(number, happened) => {
            let story = &model.world.story;
            let run = story.run(*number).filter(|run| run.count > 1);
            let last = run.and_then(|run| Some((run.count, story.get(run.last)?)));
            let right = last.map_or(Phrase::new(), |(count, last)| {
                let ink = canvas.bold(Role::Event);
                times(canvas, model, columns, (count, ink), last.at)
            });
            // How it stands now, at the time when it began.
            let now = last.map_or(*happened, |(_, last)| last);
            event(canvas, model, columns, area.y, (happened.at, now), &right);
        }
        Folded::Lost(gap) => lost(canvas, model, area, gap, None),
        Folded::Line { line, count, until, instances } => {
            let muted = canvas.style(Role::Muted);
            let mut right = Phrase::new();
            if *count > 1 {
                let ink = level(canvas, line.level).pieces().first().map_or(muted, |(_, style)| *style);
                right = times(canvas, model, columns, (*count, ink), *until);
            }
            let from = match instances {
                0 | 1 => source(model, line.service.as_deref(), line.instance.as_ref()),
                n => format!(
                    "{}, {n} instances",
                    service(model, line.service.as_deref(), line.instance.as_ref()).unwrap_or("–")
                ),
            };
            said(canvas, model, columns, area.y, line, &from, &right);
        }
    }
}

/// `×702 until now`.
fn times(
    canvas: &Canvas<'_>,
    model: &Model,
    columns: &Columns,
    (count, ink): (u64, Style),
    until: Moment,
) -> Phrase<'static> {
    let right = Phrase::of(format!("×{}", show::count(count)), ink);
    if !columns.fine {
        return right;
    }
    let now = say::now(model).since(until) < 2_000;
    let text = if now { "now".to_owned() } else { say::stamp(model, until) };
    right.with(format!(" until {text}"), canvas.style(Role::Muted))
}

fn said(
    canvas: &mut Canvas<'_>,
    model: &Model,
    columns: &Columns,
    y: u16,
    line: &LogLine,
    from: &str,
    right: &Phrase<'_>,
) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    if columns.chosen.is_empty() {
        columns.time(canvas, model, y, line.at, muted);
        let word = level(canvas, line.level);
        columns.level(canvas, y, &word);
        let (x, width) = columns.source;
        // An address is never cut: where it does not fit, the service alone is told.
        let whole = Shown::new(from).cells() <= usize::from(width);
        canvas.put(x, y, width, if whole { from } else { from.split([' ', ',']).next().unwrap_or(from) }, muted);
    } else {
        columns.cells(canvas, model, y, line);
        if !columns.chosen.iter().any(|(.., column)| column.part == Part::Message) {
            return;
        }
    }
    let mut room = columns.room();
    if !right.is_empty() {
        room = canvas.phrase_right(columns.message, columns.right, y, right).saturating_sub(columns.message + 2);
    }
    let ink = match line.level {
        Level::Error | Level::Fatal => canvas.style(Role::Strong),
        Level::Trace | Level::Debug => muted,
        _ => text,
    };
    let phrase = found(canvas, model, line, ink);
    canvas.phrase(columns.message, y, room, &phrase.elide_middle(usize::from(room)));
}

/// A message with what is searched for in the ink of hits, else what is filtered by. A hit that is not in the message is
/// told behind it.
fn found<'a>(canvas: &Canvas<'_>, model: &Model, line: &'a LogLine, ink: Style) -> Phrase<'a> {
    let (search, hit) = (&model.screens.logs.search, canvas.style(Role::Hit));
    let searched = model.screen == Screen::Logs && search.asks();
    let query = if searched { &search.query } else { &state::list(model).filter().query };
    let marked = |text: &'a str, style: Style| {
        let (mut phrase, mut at) = (Phrase::new(), 0);
        for mark in query.marks(text) {
            phrase.push(Shown::new(&text[at..mark.start]), style);
            phrase.push(Shown::new(&text[mark.clone()]), hit);
            at = mark.end;
        }
        phrase.with(Shown::new(&text[at..]), style)
    };
    let mut phrase = marked(&line.message, ink);
    if searched
        && !phrase.pieces().iter().any(|(_, style)| *style == hit)
        && let Some((key, value)) = line.fields.iter().find(|(_, value)| !query.marks(value).is_empty())
    {
        phrase.push(Shown::from(format!("  {key}=")), canvas.style(Role::Muted));
        phrase.extend(marked(value, ink));
    }
    phrase
}

fn event(
    canvas: &mut Canvas<'_>,
    model: &Model,
    columns: &Columns,
    y: u16,
    (at, event): (Moment, &Event),
    right: &Phrase<'_>,
) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    columns.time(canvas, model, y, at, muted);
    columns.level(canvas, y, &Phrase::of("EVENT", canvas.bold(Role::Event)));
    let (mark, word) = kind(event);
    // The same word as the story has for what a person did, or did not do.
    let word = match event.kind {
        EventKind::Weight | EventKind::Admin => story::kind(model, event),
        _ => word,
    };
    let (x, width) = columns.source;
    let place = if width > 0 { (x, width) } else { (columns.message, 2) };
    let mut said = Phrase::of(mark.symbol(), canvas.theme().mark(mark));
    if width > 0 {
        said.push(format!(" {word}"), muted);
    }
    canvas.phrase(place.0, y, place.1, &said);
    let start = if width > 0 { columns.message } else { columns.message + 2 };
    let mut room = columns.right.saturating_sub(start);
    if !right.is_empty() {
        room = canvas.phrase_right(start, columns.right, y, right).saturating_sub(start + 2);
    }
    let told = story::told(model, event);
    let search = &model.screens.logs.search;
    let marks = if model.screen == Screen::Logs { search.query.marks(&told) } else { Vec::new() };
    let (mut phrase, mut at) = (Phrase::new(), 0);
    for mark in marks {
        phrase.push(Shown::new(&told[at..mark.start]), text);
        phrase.push(Shown::new(&told[mark.clone()]), canvas.style(Role::Hit));
        at = mark.end;
    }
    phrase.push(Shown::new(&told[at..]), text);
    canvas.phrase(start, y, room, &phrase.elide_middle(usize::from(room)));
}

/// What kind of thing happened, by mark and word.
pub(super) fn kind(event: &Event) -> (Mark, &'static str) {
    let after = event.after.as_ref().and_then(|v| v.as_str()).unwrap_or_default();
    match event.kind {
        EventKind::Registered => (Mark::Joined, "registry"),
        EventKind::Gone => (Mark::Missing, "registry"),
        EventKind::Ready => (Mark::Up, "registry"),
        EventKind::Link if after == ENDED => (Mark::Unknown, "source"),
        EventKind::Link => (if after == "connected" { Mark::Up } else { Mark::NoAnswer }, "registry"),
        EventKind::Weight | EventKind::Admin | EventKind::Action => (Mark::Drained, "operator"),
        EventKind::DrainLost => (Mark::DrainLost, "registry"),
        EventKind::Config => (Mark::Drained, "config"),
        EventKind::Verdict => (Mark::Slow, "verdict"),
        EventKind::Drops => (Mark::Slow, "lost"),
        EventKind::Health => {
            let mark = match after {
                "up" => Mark::Up,
                "down" => Mark::Down,
                "unreachable" | "never_answered" => Mark::NoAnswer,
                "unknown" | "auth" => Mark::Unknown,
                _ => Mark::Slow,
            };
            (mark, "health")
        }
        EventKind::Circuit => {
            let mark = match after {
                "open" => Mark::Open,
                "half_open" => Mark::HalfOpen,
                "forced_open" => Mark::Forced,
                "closed" => Mark::Up,
                _ => Mark::Unknown,
            };
            (mark, "breaker")
        }
    }
}

/// `╌╌╌ 212 lines lost here: from otlp, more came than could be taken in ╌╌╌`; what comes again is no loss.
fn lost(canvas: &mut Canvas<'_>, model: &Model, area: Rect, gap: &Gap, until: Option<Moment>) {
    let comes_again = gap.turned.as_ref().is_some_and(|turned| turned.again);
    let warn = canvas.style(if comes_again { Role::Muted } else { Role::Warn });
    canvas.run(area.x + 1, area.y, area.width.saturating_sub(2), "╌", warn);
    let some = |count: u64, what: &str| (count > 0).then(|| show::some(count, what));
    let parts: Vec<String> = some(gap.lines, "lines").into_iter().chain(some(gap.exports, "exports")).collect();
    let what = match &gap.turned {
        Some(turned) => show::turned(turned),
        None if parts.is_empty() => "lines before this were not read".to_owned(),
        None => format!("{} lost here", parts.join(" and ")),
    };
    let when = match until {
        Some(until) => {
            format!(" {} to {}", say::stamp_ms(model, gap.at), say::behind(model, gap.at, until, true))
        }
        None => String::new(),
    };
    let why = match (&gap.turned, &gap.why) {
        (Some(turned), _) => turned.words(),
        (None, Some(why)) => why.to_string(),
        (None, None) => "dropped to make room for newer ones".to_owned(),
    };
    let text = format!(" {what}{when}: {why} ");
    let cells = u16::try_from(Shown::new(&text).cells()).unwrap_or(u16::MAX).min(area.width.saturating_sub(2));
    let x = area.x + 1 + (area.width.saturating_sub(2 + cells)) / 3;
    canvas.put(x, area.y, cells, text, warn);
}
