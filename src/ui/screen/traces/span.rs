//! The detail of the span under the cursor: everything it tells, secrets masked, what was outside shown escaped.

use ratatui::layout::Rect;

use super::{place, took, untaken};
use crate::{
    app::{
        Model,
        screen::traces::{Fall, LONGEST_DETAIL, State, beside},
    },
    domain::{
        fit, secret, show,
        span::{DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, Span, SpanKind, SpanStatus},
        text::Shown,
    },
    store::traces::{Many, Row},
    theme::{Mark, Role},
    ui::{
        say,
        screen::scroll,
        widget::{
            Canvas, Page, Phrase,
            rule::{Rule, rule},
        },
    },
};

/// The cells of a label.
const LABEL: u16 = 11;
/// Lines of one value that follow its first, and cells of one line: more of a text nobody reads here.
const MOST_LINES: usize = 60;
const LONGEST: usize = 4_000;

/// Draws it; what finds no room is scrolled.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect, fall: &Fall) {
    let at = model.screens.traces.span.at.min(fall.shown.len().saturating_sub(1));
    let under = fall.under(at, model.screens.traces.unfolded);
    let Some(row) = under.and_then(|at| fall.waterfall.rows.get(at)) else { return };
    let span = &row.span;
    let title = format!("{} {}", model.cluster.short(&span.service), span.name);
    let focused = model.screens.traces.detail && beside(area.width).is_none();
    rule(canvas, area, &Rule { name: "Span".into(), narrowed: Some(Shown::new(&title)), focused, ..Rule::default() });
    let room = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    let mut page = Page::new(room.width);
    told(canvas, model, (fall, at), row, &mut page);
    // What went wrong is mostly told by an event.
    match span.failed() {
        true => {
            events(canvas, fall, row, &mut page);
            attributes(canvas, span, &mut page);
        }
        false => {
            attributes(canvas, span, &mut page);
            events(canvas, fall, row, &mut page);
        }
    }
    links(canvas, model, span, &mut page);
    if is_full(&page) {
        let rest = "More of it is not shown: it is longer than anybody reads here.";
        page.shorten(LONGEST_DETAIL);
        page.say(0, 0, &Phrase::of(rest, canvas.style(Role::Warn)));
    }
    match page.len() > room.height {
        true => scroll::scrolled(canvas, room, &page, model, (1, room.width), model.screens.traces.detail_top),
        false => drop(page.draw(canvas, room, 0)),
    }
}

/// Whether it is as long as it gets: no frame takes longer for a span that holds megabytes.
fn is_full(page: &Page) -> bool {
    usize::from(page.len()) >= LONGEST_DETAIL
}

/// What is missing stands where it would.
fn missing(canvas: &Canvas<'_>, span: &Span, what: &str) -> Option<Phrase<'static>> {
    let count = span.missing(what);
    (count > 0).then(|| Phrase::of(format!("{} not kept", show::count(count)), canvas.style(Role::Warn)))
}

fn attributes(canvas: &Canvas<'_>, span: &Span, page: &mut Page) {
    if span.attributes.is_empty() {
        return;
    }
    page.blank();
    page.heading("Attributes", missing(canvas, span, DROPPED_ATTRIBUTES).unwrap_or_default());
    let less = [DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS];
    for (key, value) in span.attributes.iter().filter(|(key, _)| !less.contains(&&***key)) {
        if is_full(page) {
            return;
        }
        attribute(canvas, page, key, &value);
    }
}

fn events(canvas: &Canvas<'_>, fall: &Fall, row: &Row, page: &mut Page) {
    let span = &row.span;
    let missing = missing(canvas, span, DROPPED_EVENTS);
    if span.events.is_empty() && missing.is_none() {
        return;
    }
    page.blank();
    page.heading("Events", missing.unwrap_or_default());
    for event in &span.events {
        // By the span's own clock since it began, which may be wrong.
        let began = row.start_ns.saturating_sub(fall.waterfall.start_ns);
        let after = event.at_ns.saturating_sub(span.start_ns).saturating_add(began);
        let line = Phrase::of(format!("+{}  ", took(after)), canvas.style(Role::Muted))
            .with(masked(&event.name), canvas.style(Role::Text));
        page.say(0, 2, &line);
        for (key, value) in &event.attributes {
            if is_full(page) {
                return;
            }
            attribute(canvas, page, key, &value);
        }
    }
}

fn links(canvas: &Canvas<'_>, model: &Model, span: &Span, page: &mut Page) {
    let missing = missing(canvas, span, DROPPED_LINKS);
    if span.links.is_empty() && missing.is_none() {
        return;
    }
    page.blank();
    page.heading("Links", missing.unwrap_or_default());
    for link in &span.links {
        let held = if model.world.traces.contains(link.trace) { "" } else { "  not here" };
        let line = Phrase::of(link.trace.to_string(), canvas.style(Role::Text)).with(held, canvas.style(Role::Muted));
        page.say(0, 2, &line);
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

fn told(canvas: &Canvas<'_>, model: &Model, (fall, at): (&Fall, usize), row: &Row, page: &mut Page) {
    let (text, muted, bad) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Bad));
    let span = &row.span;
    let pair = |page: &mut Page, label, value: &Phrase<'_>| page.value(label, LABEL, value, Phrase::new(), muted);
    let first = fall.shown.get(at).and_then(|first| fall.waterfall.rows.get(*first));
    let many = first.and_then(State::repeats).filter(|_| !model.screens.traces.unfolded);
    if let Some(many) = many {
        // Else what one of them took would be read as what the row did.
        page.say(0, 0, &Phrase::of(of_many(many), canvas.style(Role::Warn)));
    }
    let by = place(model, &span.service, span.instance.as_ref(), false);
    let by = if span.instance.is_some() {
        Phrase::of(by, text)
    } else {
        Phrase::of(by, text).with(" no address told", muted)
    };
    pair(page, "by", &by);
    let kind = match span.kind {
        SpanKind::Internal => "work inside",
        SpanKind::Server => "answers a call",
        SpanKind::Client => "makes a call",
        SpanKind::Producer => "puts a message",
        SpanKind::Consumer => "takes a message",
    };
    pair(page, "does", &Phrase::of(kind, text));
    let own = Phrase::of(format!(" {} of it on the path", took(row.self_ns())), muted);
    let mut time = Phrase::of(took(span.duration_ns()), if span.failed() { bad } else { text });
    time.extend(own);
    pair(page, "took", &time);
    let itself = Phrase::of(took(row.own_ns), text).with(" while no span below it ran", muted);
    pair(page, "itself", &itself);
    if let Some(from) = row.unheard_ns {
        let late = Phrase::of(took(row.end_ns.saturating_sub(from)), canvas.style(Role::Warn));
        pair(page, "unheard", &late.with(" after who waited had ended", muted));
    }
    let after = row.start_ns.saturating_sub(fall.waterfall.start_ns);
    let started = match span.is_timeless() {
        true => Phrase::of("not told", muted),
        false => Phrase::of(format!("+{}", took(after)), text)
            .with(format!(" {}", say::stamp_ms(model, span.started())), muted),
    };
    pair(page, "started", &started);
    let status = match (span.failed(), span.status) {
        (true, _) if span.is_error() => Phrase::of(Mark::Failed.symbol(), bad).with(" failed", bad),
        (true, _) => Phrase::of(Mark::Failed.symbol(), bad).with(" says error", bad).with(", was answered well", muted),
        (false, SpanStatus::Ok) => Phrase::of("ok", text),
        (false, SpanStatus::Unset) => Phrase::of("not said", muted),
        (false, SpanStatus::Error) => Phrase::of(says_error(span.http_status()), canvas.style(Role::Warn)),
    };
    pair(page, "status", &status);
    if !span.message.is_empty() {
        page.say(LABEL, LABEL, &Phrase::of(masked(&span.message), text));
    }
    if let Some(breaker) = breaker(canvas, model, fall, row) {
        pair(page, "breaker", &breaker);
    }
    if row.no_parent {
        page.say(0, 0, &Phrase::of("It names a parent that was not received.", canvas.style(Role::Warn)));
    }
    if row.circle {
        let why =
            "It names itself or a span below it as its parent: the spans go round in a circle, and it starts first.";
        page.say(0, 0, &Phrase::of(why, canvas.style(Role::Warn)));
    }
    if row.clock_skew {
        let why = if span.parent.is_none() {
            "By its own clock it began after it came: its clock is ahead."
        } else {
            "By its own clock it was not called when it was: the clocks of the two machines differ."
        };
        page.say(0, 0, &Phrase::of(why, canvas.style(Role::Warn)));
    }
    if span.end_ns < span.start_ns {
        let why = "It ends before it starts: its clock was set back meanwhile.";
        page.say(0, 0, &Phrase::of(why, canvas.style(Role::Warn)));
    }
    if let Some(taker) = untaken(model, row) {
        let taker = model.cluster.short(taker);
        let why = format!("Nobody took it from its queue yet, as far as was told; {taker} did with others.");
        page.say(0, 0, &Phrase::of(why, canvas.style(Role::Warn)));
    }
    if row.queue {
        page.say(0, 0, &Phrase::of("It took this from a queue: nobody waited for it.", muted));
    }
    if row.span.truncated() {
        page.say(0, 0, &Phrase::of("It was longer than is kept: some of it is cut.", canvas.style(Role::Warn)));
    }
    if many.is_none() && row.repeat.1 > 1 {
        let line = format!("The {} of {} equal ones in a row.", ordinal(row.repeat.0 + 1), row.repeat.1);
        page.say(0, 0, &Phrase::of(line, muted));
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

/// A name and its value, each line of that for itself, as a stack trace has many.
fn attribute(canvas: &Canvas<'_>, page: &mut Page, key: &str, value: &str) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let value = secret::mask_value(key, value);
    let mut rest = value.trim_end().split('\n');
    let mut line = Phrase::of(Shown::within(key, 40).into_owned(), muted);
    line.push(" ".repeat(usize::from(22_u16).saturating_sub(line.cells()).max(1)), muted);
    line.push(fit::end(&Shown::new(rest.next().unwrap_or_default()), LONGEST).into_owned(), text);
    page.say(0, 2, &line);
    for line in rest.by_ref().take(MOST_LINES) {
        page.say(2, 4, &Phrase::of(fit::end(&Shown::new(line), LONGEST).into_owned(), text));
    }
    let more = rest.count();
    if more > 0 {
        page.say(2, 2, &Phrase::of(format!("and {}", show::plural(more as u64, "line more", "lines more")), muted));
    }
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
