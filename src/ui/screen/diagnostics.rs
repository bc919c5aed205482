//! The diagnostics: the registry's link, sources and their states, what was left out and dropped, what the stores hold;
//! and beside them Keepwatch's own log, which the runtime draws into [`area`], as its widget's state is the runtime's.

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, grid, screen::Screen},
    domain::{
        fact::{LinkState, SourceState},
        show,
        text::Shown,
    },
    theme::{Mark, Role},
    ui::{
        rect, say,
        widget::{
            canvas::Canvas,
            overlay::heading,
            page::Page,
            phrase::Phrase,
            rule::{Rule, divider, joint, rule},
        },
    },
};

/// Where values stand.
const VALUE: u16 = 15;

/// Where the runtime draws Keepwatch's own log; a part is empty where there is no room for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogArea {
    /// The lines.
    pub lines: Rect,
    /// The parts of the program that are recorded, each with its levels: what the keys switch.
    pub targets: Rect,
}

/// From how many rows on the targets have a heading and several rows.
const ROOMY: u16 = 12;

/// Sources at the left, the log at the right (from 100 columns) or below.
fn parts(body: Rect) -> (Rect, Rect) {
    if body.width >= 100 && body.height >= ROOMY {
        let left = (body.width * 2 / 5).min(64);
        return (Rect { width: left, ..body }, Rect { x: body.x + left, width: body.width - left, ..body });
    }
    let upper = if body.height >= ROOMY { body.height / 2 } else { (body.height * 2 / 5).clamp(2, 5).min(body.height) };
    (Rect { height: upper, ..body }, Rect { y: body.y + upper, height: body.height - upper, ..body })
}

/// Where the runtime draws the log on a terminal of that size.
pub fn area(size: (u16, u16)) -> LogArea {
    let body = rect(grid::frame(size).body);
    let (_, log) = parts(body);
    let beside = u16::from(log.x > body.x);
    let inner = Rect {
        x: log.x + beside + 1,
        y: log.y + log.height.min(1),
        width: log.width.saturating_sub(beside + 2),
        height: log.height.saturating_sub(1),
    };
    let targets = match inner.height {
        0..=2 => 0,
        3..ROOMY => 1,
        tall => (tall / 3).min(8),
    };
    // The heading's row is the screen's own.
    let lines = inner.height - targets - u16::from(inner.height >= ROOMY);
    let targets = Rect { y: inner.bottom() - targets, height: targets, ..inner };
    LogArea { lines: Rect { height: lines, ..inner }, targets }
}

/// Draws it, but for the log.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect) {
    let (left, log) = parts(body);
    let inner = head(canvas, model, left, Screen::Diagnostics, false, Phrase::new());
    let room = Rect { x: inner.x + 1, width: inner.width.saturating_sub(3), ..inner };
    let page = if inner.height < 8 { short(canvas, model, room.width) } else { page(canvas, model, room.width) };
    page.draw(canvas, room, 0);
    let beside = log.x > body.x;
    let below = if beside { Rect { x: log.x + 1, width: log.width.saturating_sub(1), ..log } } else { log };
    let muted = canvas.style(Role::Muted);
    let title = Rule {
        name: "Log of Keepwatch".into(),
        summary: Phrase::of("PgUp PgDn back and forth, End newest", muted),
        ..Rule::default()
    };
    rule(canvas, below, &title);
    if beside {
        divider(canvas, log.x, log.y, log.bottom());
        joint(canvas, log.x, log.y, false, true);
    }
    let LogArea { lines, targets } = area(model.size);
    if targets.height > 1 {
        let row = Rect { y: lines.bottom(), height: 1, ..lines };
        let keys = Phrase::of("underlined: shown; named: recorded", muted);
        heading(canvas, row, "Which parts tell, and how much", &keys);
    }
}

/// Where there is room for a few lines: the link and the sources in one line each.
fn short(canvas: &Canvas<'_>, model: &Model, width: u16) -> Page {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let mut page = Page::new(width);
    let link = &model.world.registry.link();
    let mark = link_mark(link.state);
    let mut state = Phrase::of("Registry ", muted)
        .with(mark.symbol(), canvas.theme().mark(mark))
        .with(format!(" {}", link.state.word().replace('_', "-")), text);
    if width >= 50 {
        state.push(format!(", {}", model.setup.registry), muted);
    }
    page.say(0, 2, &state);
    let failed: Vec<String> = model
        .world
        .sources
        .iter()
        .filter_map(|(name, source)| match &source.state {
            SourceState::Failed(why) => Some(format!("{name}: {why}")),
            _ => None,
        })
        .collect();
    let all = show::plural(model.world.sources.iter().count() as u64, "source", "sources");
    let mut line = Phrase::of(format!("{all} of telemetry"), muted);
    if !failed.is_empty() {
        line = Phrase::of(Mark::Failed.symbol(), canvas.theme().mark(Mark::Failed))
            .with(format!(" {} of {all} failed: ", failed.len()), warn)
            .with(Shown::new(&failed.join("; ")).into_owned(), text);
    }
    page.say(0, 2, &line);
    let acts = if model.setup.read_only { "read-only: no writer exists" } else { "may act" };
    page.say(0, 2, &Phrase::of(acts, muted));
    page
}

fn link_mark(state: LinkState) -> Mark {
    match state {
        LinkState::Connected => Mark::Up,
        LinkState::ReadOnly => Mark::Slow,
        LinkState::Never => Mark::Unknown,
        LinkState::Reconnecting | LinkState::Lost => Mark::NoAnswer,
    }
}

fn page(canvas: &Canvas<'_>, model: &Model, width: u16) -> Page {
    let mut page = Page::new(width);
    link(canvas, model, &mut page);
    page.blank();
    sources(canvas, model, &mut page);
    page.blank();
    coverage(canvas, model, &mut page);
    page.blank();
    stores(canvas, model, &mut page);
    page
}

fn link(canvas: &Canvas<'_>, model: &Model, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let link = model.world.registry.link();
    page.heading("Registry", Phrase::new());
    let none = Phrase::new;
    page.value("address", VALUE, &Phrase::of(model.setup.registry.to_string(), text), none(), muted);
    let mark = link_mark(link.state);
    let mut state = Phrase::of(mark.symbol(), canvas.theme().mark(mark))
        .with(format!(" {}", link.state.word().replace('_', "-")), text);
    if !link.state.live() {
        state.push(format!(", try {}", link.attempt), muted);
    }
    page.value("link", VALUE, &state, none(), muted);
    if let Some(why) = &link.why {
        page.value("why", VALUE, &Phrase::of(Shown::new(why).into_owned(), text), none(), muted);
    }
    let answer = link.rtt_us.map(|us| Phrase::of(show::took(u64::from(us)), text)).unwrap_or_default();
    page.value("answers in", VALUE, &answer, none(), muted);
    let version = link.server_version.as_ref().map(|v| Phrase::of(Shown::new(v).into_owned(), text));
    page.value("server", VALUE, &version.unwrap_or_default(), none(), muted);
    let session = link.session_timeout_ms.map(|ms| Phrase::of(show::latency(f64::from(ms)), text));
    page.value("session", VALUE, &session.unwrap_or_default(), none(), muted);
    let as_of = link.as_of.map(|at| Phrase::of(say::when(model, at), text)).unwrap_or_default();
    page.value("picture as of", VALUE, &as_of, none(), muted);
    let acts = match (model.setup.read_only, &model.setup.no_journal) {
        (true, _) => Phrase::of("no: started read-only, no writer exists", text),
        (_, Some(why)) => Phrase::of(format!("no: no journal ({why})"), canvas.style(Role::Warn)),
        _ => Phrase::of(format!("yes, as {}", model.setup.user), text),
    };
    page.value("may act", VALUE, &acts, none(), muted);
}

fn sources(canvas: &Canvas<'_>, model: &Model, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    page.heading("Sources", Phrase::new());
    let mut any = false;
    for (name, source) in model.world.sources.iter() {
        any = true;
        let (mark, word) = match &source.state {
            SourceState::Running => (Mark::Up, "runs".to_owned()),
            SourceState::Failed(why) => (Mark::Failed, format!("failed: {why}")),
            SourceState::Ended => (Mark::Unknown, "ended".to_owned()),
            SourceState::Dropped(..) | SourceState::Refused(_) | SourceState::Unread(_) => {
                (Mark::Slow, "drops".to_owned())
            }
        };
        let mut line = Phrase::of(mark.symbol(), canvas.theme().mark(mark))
            .with(" ", muted)
            .with(Shown::new(name).into_owned(), text)
            .with(format!("  {word}"), if mark == Mark::Failed { canvas.style(Role::Bad) } else { muted })
            .with(format!(" since {}", say::when(model, source.since)), muted);
        for (what, count) in &source.dropped {
            line.push(format!("  {} {what} lost", show::count(*count)), canvas.style(Role::Warn));
        }
        if source.unread > 0 {
            let unread = format!("  its first {} not read", show::bytes(source.unread));
            line.push(unread, canvas.style(Role::Warn));
        }
        if source.refused > 0 {
            line.push(format!("  {} refused", show::some(source.refused, "exports")), canvas.style(Role::Warn));
        }
        if source.again > 0 {
            line.push(format!("  {} told to come again", show::some(source.again, "exports")), muted);
        }
        page.say(0, 2, &line);
        if let Some((at, turned)) = &source.turned {
            let last = format!("last {} {}", say::when(model, *at), turned.words());
            page.say(2, 2, &Phrase::of(Shown::new(&last).into_owned(), muted));
        }
    }
    if !any {
        page.say(0, 0, &Phrase::of("No source of telemetry tells anything yet.", muted));
    }
}

fn coverage(canvas: &Canvas<'_>, model: &Model, page: &mut Page) {
    let (text, muted, warn) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Warn));
    let coverage = model.world.registry.coverage();
    page.heading("What is read of it", Phrase::new());
    let list = |paths: &[std::sync::Arc<str>]| {
        let all: Vec<&str> = paths.iter().take(20).map(|p| &**p).collect();
        Phrase::of(Shown::new(&all.join(", ")).into_owned(), text)
    };
    page.value("paths", VALUE, &list(&coverage.roots), Phrase::new(), muted);
    if !coverage.missing_roots.is_empty() {
        page.value("not there", VALUE, &list(&coverage.missing_roots), Phrase::new(), muted);
    }
    let count = |n: u64| Phrase::of(show::count(n), if n > 0 { warn } else { muted });
    page.value("no permission", VALUE, &count(coverage.unreadable), Phrase::new(), muted);
    page.value("beyond limit", VALUE, &count(coverage.beyond_limit), Phrase::new(), muted);
}

fn stores(canvas: &Canvas<'_>, model: &Model, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    page.heading("What is remembered", Phrase::new());
    let world = &model.world;
    let rows: [(&'static str, usize, u64); 4] = [
        ("instances", world.registry.registered(), 0),
        ("health", world.health.len(), 0),
        ("breakers", world.circuits.len(), world.circuits.dropped()),
        ("story", world.story.events().len(), world.story.dropped()),
    ];
    for (name, held, dropped) in rows {
        let mut value = Phrase::of(show::count(held as u64), text);
        if dropped > 0 {
            value.push(format!("  {} lost for want of room", show::count(dropped)), canvas.style(Role::Warn));
        }
        page.value(name, VALUE, &value, Phrase::new(), muted);
    }
    let traces = &world.traces;
    let held = Phrase::of(show::count(traces.held() as u64), text)
        .with(format!(" with {} spans", show::count(traces.spans())), text);
    page.value("traces", VALUE, &held, Phrase::new(), muted);
    let room = format!("{} of {}", show::memory(traces.bytes() as u64), show::memory(traces.limit() as u64));
    page.value("", VALUE, &Phrase::of(room, muted), Phrase::new(), muted);
    if traces.dropped() > 0 {
        let line = format!("{} of the oldest traces dropped to make room", show::some(traces.dropped(), "spans"));
        page.value("", VALUE, &Phrase::of(line, muted), Phrase::new(), muted);
    }
    lines(canvas, model, page);
    let left = world.traffic.measures_left_out();
    if left > 0 {
        let line = format!("{} points of metrics left out: too many instances", show::count(left));
        page.say(0, 0, &Phrase::of(line, canvas.style(Role::Warn)));
    }
    if let Some(said) = left_out_of_traffic(model) {
        page.say(0, 0, &Phrase::of(said, canvas.style(Role::Warn)));
    }
    for what in ["lines", "spans", "measures"] {
        let lost = world.sources.dropped(what);
        if lost > 0 {
            let line = format!("{} lost here", show::some(lost, what));
            page.say(0, 0, &Phrase::of(line, canvas.style(Role::Warn)));
        }
    }
}

/// What the traffic that traces tell of does not count, and why; `None` where it counts all.
fn left_out_of_traffic(model: &Model) -> Option<String> {
    let crate::store::traffic::LeftOut { services, instances, edges, waiting, messages } =
        model.world.traffic.left_out();
    let parts = [
        (services, "of services beyond the limit"),
        (instances, "of instances beyond the limit"),
        (edges, "of edges beyond the limit"),
        (waiting, "whose callers were not waited for"),
        (messages, "messages without a link"),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).collect();
    let said: Vec<String> = parts.iter().map(|(count, what)| format!("{} {what}", show::count(*count))).collect();
    (!said.is_empty()).then(|| format!("calls not counted: {}", said.join(", ")))
}

/// The store of log lines: how many, in how much room, and what gave way; and the room of both stores.
fn lines(canvas: &Canvas<'_>, model: &Model, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let logs = &model.world.logs;
    // In one row: at 100x30 there is no other.
    let room = format!(" in {} of {}", show::memory(logs.bytes() as u64), show::memory(logs.limit() as u64));
    let held = Phrase::of(show::count(logs.held()), text).with(room, muted);
    page.value("log lines", VALUE, &held, Phrase::new(), muted);
    let older = logs.dropped().saturating_sub(model.world.sources.dropped("lines"));
    if older > 0 {
        let line = format!("{} of the oldest lines dropped to make room", show::count(older));
        page.value("", VALUE, &Phrase::of(line, muted), Phrase::new(), muted);
    }
    let traces = &model.world.traces;
    let (taken, most) = (logs.bytes() + traces.bytes(), logs.limit() + traces.limit());
    let both = Phrase::of(show::memory(taken as u64), text)
        .with(format!(" of {} of traces and lines", show::memory(most as u64)), muted);
    page.value("memory", VALUE, &both, Phrase::new(), muted);
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::{theme::Theme, ui};

    #[test]
    fn nothing_else_stands_where_the_log_is_drawn() {
        for size in [(160, 48), (100, 30), (80, 24), (60, 15), (40, 10)] {
            let mut model = ui::scene::shop(size);
            model.begin(Some(Screen::Diagnostics), Default::default());
            let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            ui::view(&model, &Theme::default(), buffer.area, &mut buffer);
            let at = area(size);
            assert!(at.lines.height > 0 && at.targets.height > 0, "{size:?} {at:?}");
            for part in [at.lines, at.targets] {
                let free = part.positions().all(|cell| buffer[cell].symbol() == " ");
                assert!(free, "{size:?} {part:?}");
            }
        }
    }
}
