//! What people decided about an instance: its state, who wants it so, until when, what became of that, and who else is at it.

use crate::{
    app::Model,
    command::Command,
    domain::{
        instance::Admin,
        intent::{Intent, MOST_HELD, Op},
        secret, show,
        text::Shown,
    },
    insight::status::InstanceView,
    theme::Role,
    ui::{
        say,
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// Where values stand.
const VALUE: u16 = 13;
/// Other operators that are named.
const OTHERS: usize = 4;

/// The block.
pub(super) fn page(
    canvas: &Canvas<'_>,
    model: &Model,
    view: &InstanceView<'_>,
    width: u16,
    age: Phrase<'static>,
) -> Page {
    let (strong, text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    page.heading("Admin", Phrase::new());
    let (word, ink) = match view.admin {
        Admin::Enabled => ("enabled", strong),
        Admin::Draining => ("◈ draining", canvas.bold(Role::Op)),
        Admin::Drained => ("◇ drained", canvas.bold(Role::Op)),
        Admin::DrainLost => ("◆ DRAIN LOST", canvas.bold(Role::Bad)),
        Admin::Unknown => ("? not known", muted),
    };
    let mut state = Phrase::of(word, ink);
    if view.intent.is_none() {
        state.push("  no intent kept", muted);
    }
    page.value("state", VALUE, &state, age, muted);
    let Some(intent) = view.intent else {
        if let Some(id) = &view.id {
            others(canvas, model, &id.service, &mut page);
        }
        return page;
    };
    let wanted = match intent.op {
        Op::Weight(n) => format!("weight {n}"),
        Op::Deregister => "deregistered".to_owned(),
        _ => "drained".to_owned(),
    };
    let who = Phrase::of(wanted, strong).with(" by ", muted).with(Shown::new(&intent.by).into_owned(), text);
    let since = Phrase::of(say::when(model, intent.at), muted);
    page.value("wanted", VALUE, &who, since, muted);
    if let Some(reason) = &intent.reason {
        page.value("reason", VALUE, &Phrase::of(Shown::new(reason).into_owned(), text), Phrase::new(), muted);
    }
    let over = lost(canvas, model, view, intent, &mut page);
    if let Some(old) = intent.old_weight.filter(|_| !over) {
        page.value("was", VALUE, &Phrase::of(format!("weight {old}"), text), Phrase::new(), muted);
    }
    terms(canvas, model, intent, &mut page);
    others(canvas, model, &intent.service, &mut page);
    page
}

/// Until when it is wanted, and who asserts or ends it.
fn terms(canvas: &Canvas<'_>, model: &Model, intent: &Intent, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    if let Some(until) = intent.until {
        let left = (until.0 - model.now.0).div_euclid(1000);
        let (line, ink) = match left {
            0.. => (format!("{} left of its lease", show::duration(left as u64)), text),
            _ => ("its lease is over; it ends by itself".to_owned(), canvas.style(Role::Warn)),
        };
        let at = Phrase::of(say::when(model, until), muted);
        page.value("until", VALUE, &Phrase::of(line, ink), at, muted);
    }
    if let Some(operator) = &intent.ties.operator {
        let line = match model.world.registry.present(operator) {
            true => "while its operator's session lives",
            false => "its session is gone; it ends by itself",
        };
        page.value("tied", VALUE, &Phrase::of(line, text), Phrase::new(), muted);
    }
    if let Some(at) = intent.ties.given_up {
        let line = Phrase::of("given up: lost too often; not again by itself", canvas.style(Role::Warn));
        page.value("held", VALUE, &line, Phrase::of(say::when(model, at), muted), muted);
    } else if intent.ties.hold.is_some() {
        let line = match intent.held_again(model.now) {
            0 => "again each time it is lost".to_owned(),
            n => format!("again each time; {n} of {MOST_HELD} in 10 min"),
        };
        page.value("held", VALUE, &Phrase::of(line, text), Phrase::new(), muted);
    }
}

/// What stands there instead of what is wanted, why, and what can be done about it.
/// Whether it is lost.
fn lost(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, intent: &Intent, page: &mut Page) -> bool {
    let (text, muted, bad) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Bad));
    let Some(cause) = model.world.registry.cause(intent) else { return false };
    let found = view.declared.map_or("its own".to_owned(), |weight| format!("weight {weight}"));
    let since = model.world.lost_since(&intent.znode());
    let at = since.map(|at| Phrase::of(say::when(model, at), muted)).unwrap_or_default();
    page.value("found", VALUE, &Phrase::of(found, bad), at, muted);
    page.value("because", VALUE, &Phrase::of(cause.sentence(), text), Phrase::new(), muted);
    if let Some(since) = since {
        // Since it was last asserted, by a person or by itself.
        let again = intent.ties.hold.iter().flatten().copied().filter(|at| *at <= since).max();
        let held = show::duration((since.since(again.unwrap_or(intent.at)).max(0) / 1000) as u64);
        page.value("held for", VALUE, &Phrase::of(held, text), Phrase::new(), muted);
    }
    if crate::app::action::blocked(model).is_some() {
        return true;
    }
    let until = match intent.until {
        Some(_) => "until its lease ends",
        None => "until it is undrained",
    };
    let drain = intent.op == Op::Drain;
    let choices = [
        (Command::Drain, "drain it again; the plan first".to_owned(), drain),
        (Command::HoldDrain, format!("again each time, {until}"), drain),
        (Command::Undrain, "let it be: it stays in".to_owned(), drain),
    ];
    for (command, what, possible) in choices {
        if let (true, Some(key)) = (possible, model.setup.keys.keys(command).first()) {
            let line = Phrase::of(format!("{:<4}", key.to_string()), canvas.style(Role::Key)).with(what, text);
            page.say(VALUE, VALUE + 4, &line);
        }
    }
    page.say(
        VALUE,
        VALUE,
        &Phrase::of(
            match intent.held() {
                true => "A writable Keepwatch asserts it again.",
                false => "Nothing is written until you choose.",
            },
            muted,
        ),
    );
    true
}

/// Other operators whose Keepwatch can write, and who look at this service.
fn others(canvas: &Canvas<'_>, model: &Model, service: &str, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mine = |path: &str| model.keep.me.as_deref() == Some(path);
    let all = model.world.registry.operators().filter(|(path, _)| !mine(path));
    let here: Vec<_> = all.filter(|(_, operator)| operator.service.as_deref() == Some(service)).collect();
    for (_, operator) in here.iter().take(OTHERS) {
        let name = secret::mask(&format!("{} on {}", operator.by, operator.host)).to_string();
        let line = Phrase::of(Shown::new(&name).into_owned(), text).with(" looks at this service", muted);
        page.value("also here", VALUE, &line, Phrase::of(say::when(model, operator.at), muted), muted);
    }
    if here.len() > OTHERS {
        page.say(VALUE, VALUE, &Phrase::of(format!("and {} more", here.len() - OTHERS), muted));
    }
}
