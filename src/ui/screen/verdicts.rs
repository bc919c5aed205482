//! The verdicts screen: what is wrong, worst first; below, the chosen one with its evidence, its cause and its key.

use ratatui::layout::Rect;

use super::head;
use crate::{
    app::{Model, cursor::Cursor, page, screen::Screen},
    command::Command,
    domain::{
        show,
        text::Shown,
        verdict::{Severity, Subject, Verdict},
    },
    theme::{Mark, Role},
    ui::{
        frame,
        say::{self, short},
        widget::{
            canvas::Canvas,
            page::Page,
            phrase::Phrase,
            rule::{Rule, rule},
            table::position,
        },
    },
};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let muted = canvas.style(Role::Muted);
    let count = model.verdicts.len();
    let list = page::verdicts(area.height, count);
    let cursor = Cursor { at: model.verdict_at, top: 0 };
    let view = usize::from(list.saturating_sub(1)).max(1);
    let first = cursor.first(view, count);
    let place = position(first, count, view);
    let summary = if place.is_empty() { "worst first".to_owned() } else { format!("worst first, {place}") };
    let inner = head(canvas, model, area, Screen::Verdicts, false, Phrase::of(summary, muted));
    if count == 0 {
        let text = match model.well_since {
            Some(since) => format!("No problem is known. {}", say::since(model, since)),
            None => "No problem is known.".to_owned(),
        };
        canvas.put(inner.x + 1, inner.y, inner.width.saturating_sub(2), text, muted);
        return;
    }
    for (n, (at, verdict)) in model.verdicts.iter().enumerate().skip(first).take(view).enumerate() {
        let row = Rect { y: inner.y + n as u16, height: 1, ..inner };
        if row.y < inner.bottom() {
            draw_row(canvas, model, verdict, row, at == model.verdict_at);
        }
    }
    let Some(verdict) = model.verdicts.get(model.verdict_at) else { return };
    let below = inner.y + list;
    if below + 2 >= inner.bottom() {
        return;
    }
    let detail = Rect { y: below, height: inner.bottom() - below, ..inner };
    let sources = show::plural(verdict.evidence.len() as u64, "piece of evidence", "pieces of evidence");
    let of = Rule {
        name: "Why?".into(),
        note: Phrase::of(harm(verdict.severity), muted),
        summary: Phrase::of(sources, muted),
        ..Rule::default()
    };
    rule(canvas, detail, &of);
    let room = Rect {
        x: detail.x + 3,
        y: detail.y + 2,
        width: detail.width.saturating_sub(6).min(120),
        height: detail.height - 2,
    };
    let mut page = Page::new(room.width);
    why(canvas, model, verdict, &mut page);
    page.draw(canvas, room, 0);
}

fn draw_row(canvas: &mut Canvas<'_>, model: &Model, verdict: &Verdict, row: Rect, chosen: bool) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mark = frame::verdict_mark(verdict.severity, verdict.rule);
    let age = verdict.since.map_or(String::new(), |s| show::duration((say::now(model).since(s) / 1000) as u64));
    let mut right = Phrase::new();
    if row.width >= 100 {
        right.push(format!("{:<18}", harm(verdict.severity)), muted);
    }
    right.push(format!("{age:>12}"), muted);
    let start = canvas.phrase_right(row.x + 20, row.right().saturating_sub(1), row.y, &right);
    let ink = if chosen { canvas.style(Role::Strong) } else { text };
    canvas.phrase(row.x + 2, row.y, 1, &Phrase::of(mark.symbol(), canvas.theme().mark(mark)));
    let room = start.saturating_sub(row.x + 5);
    let forms = short::forms(&verdict.sentence);
    let fitting = forms.all().find(|body| Shown::new(body).cells() <= usize::from(room));
    let sentence = fitting.cloned().unwrap_or_else(|| verdict.sentence.to_string());
    canvas.phrase(row.x + 4, row.y, room, &Phrase::of(sentence, ink));
    if chosen {
        let focus = canvas.style(Role::Focus);
        canvas.glyph(row.x, row.y, Mark::To.symbol(), focus);
        let select = canvas.style(Role::Select);
        canvas.tint(row, select);
    }
}

/// Who is hurt, by a severity.
fn harm(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "someone is hurt",
        Severity::Warning => "weak or unsure",
        Severity::Notice => "meant to be",
    }
}

/// The chain behind a verdict: its sentence, the evidence below it, and the cause or that it is not known.
pub fn why(canvas: &mut Canvas<'_>, model: &Model, verdict: &Verdict, page: &mut Page) {
    let (strong, text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Text), canvas.style(Role::Muted));
    let mark = frame::verdict_mark(verdict.severity, verdict.rule);
    let ink = canvas.theme().mark(mark);
    let mut line = Phrase::of(mark.symbol(), ink).with("  ", muted).with(verdict.sentence.to_string(), strong);
    if let Some(since) = verdict.since {
        line.push(format!(" {}", say::since(model, since)), muted);
    }
    page.say(0, 3, &line);
    for evidence in &verdict.evidence {
        let line = Phrase::of("│  ", ink).with(evidence.to_string(), text);
        page.say(0, 3, &line);
    }
    if verdict.evidence.is_empty() {
        page.say(0, 3, &Phrase::of("│  ", ink).with("no more is known than that", muted));
    }
    page.say(0, 3, &Phrase::of("│  because", muted));
    match &verdict.cause {
        Some(cause) => {
            let line = Phrase::of(Mark::Slow.symbol(), canvas.theme().mark(Mark::Slow))
                .with("  ", muted)
                .with(format!("{cause}."), strong);
            page.say(0, 3, &line);
        }
        None => page.say(0, 3, &Phrase::of("?  ", muted).with("Not known why.", strong)),
    }
    page.blank();
    page.heading("What you can do", Phrase::new());
    for (key, what) in can(model, verdict) {
        let line = Phrase::of(format!("{key:<7}"), canvas.style(Role::Key)).with(what, text);
        page.say(0, 7, &line);
    }
}

/// The keys that lead on from a verdict.
fn can(model: &Model, verdict: &Verdict) -> Vec<(String, String)> {
    let key = |command| model.setup.keys.keys(command).first().map(ToString::to_string);
    let mut all = Vec::new();
    let goes = match &verdict.subject {
        Subject::Registry | Subject::Source(_) => "go to it: link and sources".to_owned(),
        Subject::Service(name) => format!("go to it: the instances of {}", model.cluster.short(name)),
        Subject::Instance(id) => format!("go to it: {}, and act on it there", say::instance(model, id)),
        Subject::Circuit(from, to) => {
            format!("go to it: the breakers of {} ▸ {}", model.cluster.short(from), model.cluster.short(to))
        }
    };
    all.extend(key(Command::Open).map(|k| (k, goes)));
    if verdict.rule == "drain-lost" {
        all.extend(key(Command::Drain).map(|k| (k, "there: drain it again; the plan is shown first".to_owned())));
        all.extend(key(Command::Undrain).map(|k| (k, "there: let it be; ends the intent".to_owned())));
    }
    if model.verdicts.len() > 1 {
        all.extend(key(Command::Next).map(|k| (k, "next problem".to_owned())));
    }
    all.extend(key(Command::Copy).map(|k| (k, "on this screen: copy the sentence".to_owned())));
    all
}
