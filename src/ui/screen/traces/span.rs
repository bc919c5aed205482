//! The detail of the span under the cursor: everything it tells, secrets masked, what was outside shown escaped.

use ratatui::layout::Rect;

use super::{place, took};
use crate::{
    app::{
        Model,
        screen::traces::{Fall, State},
    },
    domain::{
        secret, show,
        span::{DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, SpanKind, SpanStatus},
        text::Shown,
    },
    store::traces::{Many, Row},
    theme::{Mark, Role},
    ui::{
        say,
        screen::lines::Lines,
        widget::{
            Canvas, Phrase,
            rule::{Rule, rule},
        },
    },
};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, fall: &Fall) {
    let at = model.screens.traces.span.at.min(fall.shown.len().saturating_sub(1));
    let under = fall.under(at, model.screens.traces.unfolded);
    let Some(row) = under.and_then(|at| fall.waterfall.rows.get(at)) else { return };
    let span = &row.span;
    let title = format!("{} {}", model.cluster.short(&span.service), span.name);
    let focused = model.screens.traces.detail && area.width < 130;
    rule(canvas, area, &Rule { name: "Span".into(), narrowed: Some(Shown::new(&title)), focused, ..Rule::default() });
    let mut lines = Lines::new(Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    });
    told(canvas, model, (fall, at), row, &mut lines);
    let muted = canvas.style(Role::Muted);
    // What is missing stands where it would.
    let warn = canvas.style(Role::Warn);
    let missing = |what: &str| match span.missing(what) {
        0 => None,
        count => Some(Phrase::of(format!("{} not kept", show::count(count)), warn)),
    };
    let less = [DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS];
    let [attributes, events, links] = less.map(missing);
    if !span.attributes.is_empty() {
        lines.heading(canvas, "Attributes", attributes.unwrap_or_default());
        for (key, value) in span.attributes.iter().filter(|(key, _)| !less.contains(&&**key)) {
            attribute(canvas, &mut lines, key, value);
        }
    }
    if !span.events.is_empty() || events.is_some() {
        lines.heading(canvas, "Events", events.unwrap_or_default());
        for event in &span.events {
            // By the span's own clock since it began, which may be wrong.
            let began = row.start_ns.saturating_sub(fall.waterfall.start_ns);
            let after = event.at_ns.saturating_sub(span.start_ns).saturating_add(began);
            let line =
                Phrase::of(format!("+{}  ", took(after)), muted).with(masked(&event.name), canvas.style(Role::Text));
            lines.put(canvas, &line);
            for (key, value) in &event.attributes {
                attribute(canvas, &mut lines, key, value);
            }
        }
    }
    if !span.links.is_empty() || links.is_some() {
        lines.heading(canvas, "Links", links.unwrap_or_default());
        for link in &span.links {
            let held = if model.world.traces.contains(link.trace) { "" } else { "  not here" };
            let line = Phrase::of(link.trace.to_string(), canvas.style(Role::Text)).with(held, muted);
            lines.put(canvas, &line);
        }
    }
}

/// Of how many a row's longest is, and how many instances they are of.
fn of_many(many: &Many) -> String {
    let on = match many.instances {
        0 | 1 => String::new(),
        count => format!(" on {} instances", show::commas(count as u64)),
    };
    let count = show::commas(many.count as u64);
    format!("The longest of {count} in this row{on}; the shortest took {}.", took(many.least_ns))
}

fn told(canvas: &mut Canvas<'_>, model: &Model, (fall, at): (&Fall, usize), row: &Row, lines: &mut Lines) {
    let (text, muted, bad) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Bad));
    let span = &row.span;
    let by = place(model, &span.service, span.instance.as_ref(), false);
    let by = if span.instance.is_some() {
        Phrase::of(by, text)
    } else {
        Phrase::of(by, text).with(" no address told", muted)
    };
    lines.pair(canvas, "by", by, Phrase::new());
    let kind = match span.kind {
        SpanKind::Internal => "work inside",
        SpanKind::Server => "answers a call",
        SpanKind::Client => "makes a call",
        SpanKind::Producer => "puts a message",
        SpanKind::Consumer => "takes a message",
    };
    lines.pair(canvas, "does", Phrase::of(kind, text), Phrase::new());
    let own = Phrase::of(format!(" {} of it on the path", took(row.self_ns())), muted);
    let mut time = Phrase::of(took(span.duration_ns()), if span.failed() { bad } else { text });
    time.extend(own);
    lines.pair(canvas, "took", time, Phrase::new());
    let itself = Phrase::of(took(row.own_ns), text).with(" while no span below it ran", muted);
    lines.pair(canvas, "itself", itself, Phrase::new());
    if let Some(from) = row.unheard_ns {
        let late = Phrase::of(took(row.end_ns.saturating_sub(from)), canvas.style(Role::Warn));
        lines.pair(canvas, "unheard", late.with(" after who waited had ended", muted), Phrase::new());
    }
    let after = row.start_ns.saturating_sub(fall.waterfall.start_ns);
    let started = match span.is_timeless() {
        true => Phrase::of("not told", muted),
        false => Phrase::of(format!("+{}", took(after)), text)
            .with(format!(" {}", say::stamp_ms(model, span.started())), muted),
    };
    lines.pair(canvas, "started", started, Phrase::new());
    let status = match (span.failed(), span.status) {
        (true, _) if span.is_error() => Phrase::of(Mark::Failed.symbol(), bad).with(" failed", bad),
        (true, _) => Phrase::of(Mark::Failed.symbol(), bad).with(" says error", bad).with(", was answered well", muted),
        (false, SpanStatus::Ok) => Phrase::of("ok", text),
        (false, SpanStatus::Unset) => Phrase::of("not said", muted),
        (false, SpanStatus::Error) => Phrase::of(says_error(span.http_status()), canvas.style(Role::Warn)),
    };
    lines.pair(canvas, "status", status, Phrase::new());
    if !span.message.is_empty() {
        lines.listed(canvas, "", &Phrase::of(masked(&span.message), text), lines.left().saturating_sub(3));
    }
    if let Some(breaker) = breaker(canvas, model, fall, row) {
        lines.pair(canvas, "breaker", breaker, Phrase::new());
    }
    if row.no_parent {
        lines.wrap(canvas, &Phrase::of("It names a parent that was not received.", canvas.style(Role::Warn)), 2);
    }
    if row.circle {
        let why =
            "It names itself or a span below it as its parent: the spans go round in a circle, and it starts first.";
        lines.wrap(canvas, &Phrase::of(why, canvas.style(Role::Warn)), 3);
    }
    if row.clock_skew {
        let why = if span.parent.is_none() {
            "By its own clock it began after it came: its clock is ahead."
        } else {
            "By its own clock it was not called when it was: the clocks of the two machines differ."
        };
        lines.wrap(canvas, &Phrase::of(why, canvas.style(Role::Warn)), 2);
    }
    if span.end_ns < span.start_ns {
        let why = "It ends before it starts: its clock was set back meanwhile.";
        lines.wrap(canvas, &Phrase::of(why, canvas.style(Role::Warn)), 2);
    }
    if row.queue {
        lines.wrap(canvas, &Phrase::of("It took this from a queue: nobody waited for it.", muted), 2);
    }
    if row.span.truncated() {
        lines.wrap(canvas, &Phrase::of("It was longer than is kept: some of it is cut.", canvas.style(Role::Warn)), 2);
    }
    let first = fall.shown.get(at).and_then(|first| fall.waterfall.rows.get(*first));
    if let Some(many) = first.and_then(State::repeats).filter(|_| !model.screens.traces.unfolded) {
        lines.wrap(canvas, &Phrase::of(of_many(many), canvas.style(Role::Warn)), 2);
    } else if row.repeat.1 > 1 {
        let line = format!("The {} of {} equal ones in a row.", ordinal(row.repeat.0 + 1), row.repeat.1);
        lines.put(canvas, &Phrase::of(line, muted));
    }
}

/// The breaker on the way of a call as it was when the call began.
fn breaker(canvas: &Canvas<'_>, model: &Model, fall: &Fall, row: &Row) -> Option<Phrase<'static>> {
    let callee = fall
        .waterfall
        .rows
        .iter()
        .find(|r| r.span.parent == Some(row.span.id) && r.span.service != row.span.service)?;
    let known_as = |name| model.world.registry.known_as(name);
    let service = known_as(&row.span.service);
    let caller = crate::domain::id::InstanceId { service, address: row.span.instance.clone()? };
    let at = row.span.started();
    let breaker =
        model.world.circuits.of(&caller).find(|b| known_as(&b.reading.callee) == known_as(&callee.span.service))?;
    let then = breaker.history().rfind(|(since, _)| *since <= at).map(|(_, state)| state)?;
    Some(super::super::circuits::state(canvas, then).with(" then", canvas.style(Role::Muted)))
}

fn attribute(canvas: &mut Canvas<'_>, lines: &mut Lines, key: &str, value: &str) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let value = Shown::new(&secret::mask_value(key, value)).into_owned();
    let mut line = Phrase::of(Shown::within(key, 40).into_owned(), muted);
    line.push(" ".repeat(usize::from(22_u16).saturating_sub(line.cells()).max(1)), muted);
    line.push(value, text);
    lines.wrap(canvas, &line, 3);
}

fn masked(text: &str) -> Shown<'static> {
    Shown::new(&secret::mask(text)).into_owned()
}

fn ordinal(n: usize) -> String {
    match n {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        n => format!("{n}th"),
    }
}

/// Why what says error counts as none: only 5xx does.
fn says_error(status: Option<u32>) -> String {
    match status {
        // What proxies write where the caller has closed the connection.
        Some(499) => "says error: its caller gave up (499)".to_owned(),
        Some(status @ 400..500) => format!("says error: answered {status}, the caller's doing"),
        _ => "says error".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::says_error;

    #[test]
    fn what_says_error_and_is_none_says_what_it_is() {
        assert_eq!(says_error(Some(499)), "says error: its caller gave up (499)");
        assert_eq!(says_error(Some(404)), "says error: answered 404, the caller's doing");
    }
}
