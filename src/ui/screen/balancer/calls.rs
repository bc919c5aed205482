//! Who calls the service under the cursor, whom it calls, and its story: what belongs to a service rather than to one of
//! its instances.

use std::sync::Arc;

use ratatui::{layout::Rect, style::Style};

use super::told::event_line;
use crate::{
    app::{Model, rows::Row},
    domain::{event::Event, id::ServiceId, show, text::Shown},
    insight::{
        edge::{self, Edge},
        told,
    },
    theme::Role,
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page},
            phrase::Phrase,
            rule::{Rule, rule},
        },
    },
};

/// Calls shown at most in each direction.
const CALLS: usize = 10;
/// Events made at most: more never fit.
const EVENTS: usize = 40;

/// The service under the cursor.
fn service(model: &Model) -> Option<Arc<str>> {
    match model.rows.all.get(model.cursor.at) {
        Some(Row::Service(id) | Row::Instance(id, _)) => Some(id.name.clone()),
        _ => None,
    }
}

/// Below the list: callers, calls out and the story, each under a rule of its own.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let Some(name) = service(model) else { return };
    let short = model.cluster.short(&name).to_owned();
    let muted = canvas.style(Role::Muted);
    let width = area.width.saturating_sub(3);
    let sections = [
        ("Callers".to_owned(), format!("who calls {short}"), edges(canvas, model, &name, true, width)),
        ("Calls out".to_owned(), format!("{short} depends on"), edges(canvas, model, &name, false, width)),
        (format!("Story of {short}"), String::new(), story(canvas, model, &name, width)),
    ];
    let wanted = sections.iter().take(2).map(|(.., page)| page.len() + 2).sum::<u16>() + 4;
    let mut y = area.y + super::shares::draw(canvas, model, area, wanted);
    for (n, (title, summary, page)) in sections.iter().enumerate() {
        let left = area.bottom().saturating_sub(y);
        if left < 2 {
            break;
        }
        let title = Rule { name: Shown::new(title), summary: Phrase::of(&**summary, muted), ..Rule::default() };
        rule(canvas, Rect { y, height: 1, ..area }, &title);
        // The story is what grows: it shows its newest lines.
        let height = page.len().min(left - 1);
        let top = if n == 2 { page.len() - height } else { 0 };
        page.draw(canvas, Rect { x: area.x + 2, y: y + 1, width, height }, top);
        y += 1 + height + u16::from(n < 2);
    }
}

/// What is known of the service itself: where it is registered, how many serve, what traces tell of it.
fn itself(canvas: &Canvas<'_>, model: &Model, id: &ServiceId, width: u16) -> Page {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    page.heading("Service", Phrase::of(format!("layout {}", id.layout.word()), muted));
    let value = |text_of: String| Phrase::of(Shown::from(text_of), text);
    page.value("name", 13, &value(id.name.to_string()), Phrase::new(), muted);
    page.value("path", 13, &value(id.parent.to_string()), Phrase::new(), muted);
    if let Some(summary) = model.cluster.of(id) {
        let (number, rest) = summary.serve();
        let serve = number + &rest;
        page.value("instances", 13, &value(serve), Phrase::new(), muted);
        let expected = if summary.expected { "named in the configuration file" } else { "not named in the file" };
        page.value("expected", 13, &value(expected.to_owned()), Phrase::new(), muted);
    }
    let seen = model.world.traffic.service(&id.name);
    let told = |what: Option<String>| what.map(value).unwrap_or_default();
    let age = seen.map(|t| Phrase::of(say::age(model, t.as_of), muted)).unwrap_or_default();
    let usual = model.world.traffic.service_usual(&id.name);
    let usually = |text: Option<String>| text.map_or_else(String::new, |text| format!("  usually {text}"));
    let numbers = [
        ("rate", seen.and_then(|t| t.rate).map(show::rate), usual.map(|u| show::rate(u.rate))),
        ("p95", seen.and_then(|t| t.p95_ms).map(show::latency), usual.and_then(|u| u.p95_ms).map(show::latency)),
        ("p99", seen.and_then(|t| t.p99_ms).map(show::latency), None),
        (
            "errors",
            seen.and_then(|t| t.error_ratio).map(show::percent),
            usual.and_then(|u| u.error_ratio).map(show::percent),
        ),
    ];
    for (label, number, usual) in numbers {
        let line = if number.is_some() { told(number).with(usually(usual), muted) } else { told(None) };
        page.value(label, 13, &line, age.clone(), muted);
    }
    page
}

/// The same as blocks of a detail; `apart`: where calls and story already stand elsewhere.
pub(super) fn blocks(canvas: &Canvas<'_>, model: &Model, id: &ServiceId, width: u16, apart: bool) -> Vec<Page> {
    let name = &id.name;
    let mut all = vec![itself(canvas, model, id, width)];
    if apart {
        return all;
    }
    for (title, mut page) in [
        ("Callers", edges(canvas, model, name, true, width)),
        ("Calls out", edges(canvas, model, name, false, width)),
        ("Its story", story(canvas, model, name, width)),
    ] {
        let mut block = Page::new(width);
        block.heading(title, Phrase::new());
        std::mem::swap(&mut block, &mut page);
        page.extend(block);
        all.push(page);
    }
    all
}

/// Calls into (`into`) or out of a service, with how they are known and the breaker between.
fn edges(canvas: &Canvas<'_>, model: &Model, name: &Arc<str>, into: bool, width: u16) -> Page {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    let found: Vec<&Edge> =
        model.cluster.edges.iter().filter(|e| if into { e.to == *name } else { e.from == *name }).collect();
    if found.is_empty() {
        let why = if into { "No caller is known." } else { "It is not known to call anybody." };
        page.say(0, 0, &Phrase::of(why, muted));
    }
    let first = (width / 4).clamp(12, 24);
    // Where it is narrow the breaker matters more than how the call is known, and that more than how it goes.
    let roomy = width >= 60;
    let told = if width >= 90 { 3 } else { usize::from(roomy) };
    for edge in found.iter().take(CALLS) {
        let other = if into { &edge.from } else { &edge.to };
        let mut breaker = Phrase::new();
        match model.world.circuits.pair(&edge.from, &edge.to) {
            Some(pair) => {
                let mark = say::breaker(pair.state);
                let ink = mark.map_or(muted, |m| canvas.theme().mark(m));
                if let Some(mark) = mark {
                    breaker.push(format!("{} ", mark.symbol()), ink);
                }
                let state = pair.state.word().replace('_', "-");
                let of = edge::breakers(&model.world, &pair);
                breaker.push(format!("{state} on {}", edge::count_of(pair.count(pair.state), of)), ink);
                breaker.push(format!(" since {}", say::when(model, pair.since)), muted);
            }
            None => breaker.push("no breaker known", muted),
        }
        let known = match (edge.declared, edge.observed) {
            (true, true) => "declared and seen",
            (true, false) => "declared",
            (false, _) if model.world.registry.named(other).next().is_none() => "seen, unregistered",
            (false, _) => "seen, not declared",
        };
        let mut cells = vec![(
            0,
            first,
            Cell::Text(Phrase::of(Shown::new(model.cluster.short(other)).into_owned(), text), Align::Left),
        )];
        let mut x = first + 1;
        for number in numbers(edge, text, muted).into_iter().take(told) {
            cells.push((x, NUMBER, Cell::Text(number, Align::Right)));
            x += NUMBER + 2;
        }
        if roomy {
            cells.push((x, KNOWN, Cell::Text(Phrase::of(known, muted), Align::Left)));
            x += KNOWN + 1;
        }
        cells.push((x, width.saturating_sub(x), Cell::Text(breaker, Align::Left)));
        page.cells(cells);
    }
    if found.len() > CALLS {
        let text = format!("and {} more", show::plural((found.len() - CALLS) as u64, "call", "calls"));
        page.say(0, 0, &Phrase::of(text, muted));
    }
    page
}

/// The columns of a number, and of how a call is known.
const NUMBER: u16 = 7;
const KNOWN: u16 = 18;

/// Rate, answer time and errors of a call; absent where no trace shows it.
fn numbers(edge: &Edge, ink: Style, muted: Style) -> [Phrase<'static>; 3] {
    let told = |text: Option<String>, ink| text.map_or(Phrase::of(show::ABSENT, muted), |text| Phrase::of(text, ink));
    let flow = edge.flow.as_ref();
    [
        told(flow.map(|flow| flow.rate_text()), ink),
        told(flow.and_then(|flow| flow.p95_ms).map(show::latency), muted),
        told(flow.map(|flow| show::errors(flow.failed, flow.calls)), muted),
    ]
}

fn story(canvas: &Canvas<'_>, model: &Model, name: &Arc<str>, width: u16) -> Page {
    let mut page = Page::new(width);
    let own = |event: &&Event| event.service.as_ref() == Some(name);
    let mut events: Vec<&Event> = told::newest(&model.world.story).filter(own).take(EVENTS).collect();
    events.reverse();
    if events.is_empty() {
        let text = format!("Nothing happened to it since {}.", say::when(model, model.started));
        page.say(0, 0, &Phrase::of(text, canvas.style(Role::Muted)));
    }
    for event in events {
        page.cells(vec![(
            0,
            width,
            Cell::Text(event_line(canvas, model, event).elide_middle(usize::from(width)), Align::Left),
        )]);
    }
    page
}
