//! What an instance, the registry and its callers say of its health, side by side; and what happened to it.

use crate::{
    app::Model,
    domain::{event::Event, health::HealthState, instance::Presence, show, text::Shown},
    insight::{
        edge,
        status::{InstanceView, Mark as Status},
        told,
    },
    theme::{Mark, Role},
    ui::{
        say,
        screen::{instances, story as lines},
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page},
            phrase::Phrase,
        },
    },
};

const VALUE: u16 = 13;
/// Events shown at most.
const EVENTS: usize = 8;
/// Components shown at most.
const COMPONENTS: usize = 12;

/// Three opinions.
pub(super) fn health(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, width: u16) -> Page {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    let differ = instances::differ(model, view);
    page.heading(if differ { "Health: opinions differ" } else { "Health" }, Phrase::new());
    let registered = match view.presence {
        Presence::Registered => (Mark::Up, "registered".to_owned()),
        Presence::Gone if view.mark == Status::Gone => {
            (Mark::Left, format!("gone since {}", say::when(model, view.slot.since)))
        }
        Presence::Gone => (Mark::Missing, format!("missing since {}", say::when(model, view.slot.since))),
        Presence::ExpectedMissing => (Mark::Missing, "missing: expected, never seen registered".to_owned()),
    };
    let registry = marked(canvas, registered.0).with(registered.1, text);
    page.value("registry", VALUE, &registry, Phrase::new(), muted);
    own(canvas, model, view, &mut page);
    callers(canvas, model, view, &mut page);
    page
}

fn marked(canvas: &Canvas<'_>, mark: Mark) -> Phrase<'static> {
    Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(" ", canvas.style(Role::Muted))
}

/// What it says of itself: state, source, parts, how long the answer took, how old it is.
fn own(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let Some(entry) = view.health else {
        page.value("itself", VALUE, &Phrase::of("? not asked", muted), Phrase::new(), muted);
        return;
    };
    let mark = match entry.state {
        HealthState::Up => Mark::Up,
        HealthState::Degraded | HealthState::Starting | HealthState::OutOfService => Mark::Slow,
        HealthState::Down => Mark::Down,
        HealthState::Unreachable | HealthState::NeverAnswered => Mark::NoAnswer,
        HealthState::Auth | HealthState::Unknown => Mark::Unknown,
    };
    let ink = if mark == Mark::Up { text } else { canvas.theme().mark(mark) };
    let mut state = marked(canvas, mark).with(entry.state.word().replace('_', " "), ink);
    if entry.asked() {
        state.push(format!(" since {}", say::when(model, entry.since)), muted);
    }
    let old = entry.is_old(say::now(model));
    let age = entry.as_of.map(|at| Phrase::of(say::age(model, at), if old { canvas.bold(Role::Warn) } else { muted }));
    page.value("itself", VALUE, &state, age.unwrap_or_default(), muted);
    let mut source = Phrase::of(Shown::new(&entry.source).into_owned(), muted);
    if let Some(took) = entry.took_ms {
        source.push(format!(", answered in {}", show::latency(f64::from(took))), muted);
    }
    page.say(VALUE, VALUE, &source);
    if let Some(detail) = &entry.detail {
        page.say(VALUE, VALUE, &Phrase::of(Shown::new(detail).into_owned(), text));
    }
    let mut parts = Phrase::new();
    for (name, state) in entry.components.iter().take(COMPONENTS) {
        let well = matches!(&*state.to_ascii_lowercase(), "up" | "pass" | "ok" | "healthy");
        let ink = if well { muted } else { canvas.style(Role::Warn) };
        parts.push(if parts.is_empty() { "" } else { ", " }, muted);
        parts = parts.with(Shown::new(name).into_owned(), muted).with(": ", muted);
        parts.push(Shown::new(state).into_owned(), ink);
    }
    if !parts.is_empty() {
        page.say(VALUE, VALUE, &parts);
    }
    if let (Some(answer), true) = (entry.last_answer, mark == Mark::NoAnswer) {
        page.say(VALUE, VALUE, &Phrase::of(format!("last answer at {}", say::when(model, answer)), muted));
    }
}

/// What callers believe, by the breakers that they have towards the service.
fn callers(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let Some(id) = &view.id else { return };
    let pairs: Vec<_> = model.world.circuits.pairs().into_iter().filter(|p| p.callee == id.service).collect();
    if pairs.is_empty() {
        page.value("callers", VALUE, &Phrase::of("? none tells of a breaker towards it", muted), Phrase::new(), muted);
        return;
    }
    for (n, pair) in pairs.iter().take(6).enumerate() {
        let state = pair.state.word().replace('_', "-");
        let mark = say::breaker(pair.state).unwrap_or(Mark::Up);
        let count = pair.count(pair.state);
        let line = marked(canvas, mark).with(Shown::new(model.cluster.short(&pair.caller)).into_owned(), text).with(
            format!(" {state} on {}", edge::count_of(count, edge::breakers(&model.world, pair))),
            if mark == Mark::Up { muted } else { text },
        );
        let newest = pair.breakers.iter().map(|b| b.as_of()).max();
        let age = newest.map(|at| Phrase::of(say::age(model, at), muted)).unwrap_or_default();
        page.value(if n == 0 { "callers" } else { "" }, VALUE, &line, age, muted);
    }
}

/// Its own last events.
pub(super) fn story(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, width: u16) -> Option<Page> {
    let id = view.id.as_ref()?;
    let own = |event: &&Event| {
        event.service.as_ref() == Some(&id.service) && event.instance.as_deref() == Some(id.address.text())
    };
    let mut events: Vec<&Event> = told::newest(&model.world.story).filter(own).take(EVENTS).collect();
    events.reverse();
    if events.is_empty() {
        return None;
    }
    let mut page = Page::new(width);
    page.heading("Its story", Phrase::new());
    for event in events {
        page.cells(vec![(
            0,
            width,
            Cell::Text(event_line(canvas, model, event).elide_middle(usize::from(width)), Align::Left),
        )]);
    }
    Some(page)
}

/// A line of the story in a detail: time, mark, sentence.
pub(super) fn event_line(canvas: &Canvas<'_>, model: &Model, event: &Event) -> Phrase<'static> {
    let mark = lines::mark(event);
    Phrase::of(format!("{}  ", say::when(model, event.at)), canvas.style(Role::Muted))
        .with(mark.symbol(), canvas.theme().mark(mark))
        .with(" ", canvas.style(Role::Muted))
        .with(Shown::new(&lines::told(model, event)).into_owned(), canvas.style(Role::Text))
}
