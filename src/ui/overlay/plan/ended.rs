//! A plan that was confirmed: sent, perhaps with its outcome unknown, and how it ended, against what it said.

use crate::{
    app::{Model, followed},
    command::Command,
    domain::{
        event::{Event, EventKind},
        id::InstanceId,
        intent::Op,
        plan::{Outcome, Plan, Receipt},
        show,
        text::Shown,
        time::Moment,
    },
    insight::share,
    theme::{Mark, Role, Strip},
    ui::{
        say,
        screen::{balancer::progress, story},
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// How far back what changed meanwhile is looked for, in ms: a plan is seldom read for longer.
const MEANWHILE_MS: i64 = 120_000;

/// Sent: what is waited for.
pub(super) fn applying(
    canvas: &mut Canvas<'_>,
    model: &Model,
    plan: &Plan,
    sent: Moment,
    unknown: bool,
    page: &mut Page,
) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    if unknown {
        let ground = canvas.theme().strip(Strip::Warn);
        let words = "? outcome unknown: sent, no answer. It may have been written. Reading again to find out.";
        page.strip(1, 3, &Phrase::of(words, ground), ground);
    } else {
        let line = Phrase::of("Sent, ", canvas.style(Role::Strong))
            .with(say::age(model, sent), text)
            .with(" ago; waiting for the answer, then for its effect.", text);
        page.say(0, 0, &line);
    }
    page.say(0, 0, &Phrase::of(format!("Sent at {}.", say::clock(model, sent)), muted));
    page.blank();
    page.heading("What is written", Phrase::new());
    super::writes::all(canvas, plan, page);
}

/// Ended: the outcome, then plan against what is seen. Returns what stands at the right of the frame.
pub(super) fn ended(
    canvas: &mut Canvas<'_>,
    model: &Model,
    plan: &Plan,
    receipt: &Receipt,
    at: Moment,
    page: &mut Page,
) -> Phrase<'static> {
    let (mark, role, words) = sentence(plan, receipt);
    let ink = canvas.bold(role);
    let mut line = Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(" ", ink).with(words.clone(), ink);
    if let Some(detail) = &receipt.detail {
        line.push(" ", ink);
        line.push(Shown::new(detail).into_owned(), canvas.style(Role::Text));
    }
    page.say(0, 2, &line);
    let muted = canvas.style(Role::Muted);
    if receipt.outcome == Outcome::Conflict
        && let Some(event) = meanwhile(model, plan, at)
    {
        let told = Phrase::of(format!("What changed: {} ", say::clock(model, event.at)), muted);
        let words = story::told(model, event);
        page.say(2, 2, &told.with(Shown::new(&words).into_owned(), canvas.style(Role::Text)));
    }
    if let Some(ms) = receipt.verified_ms {
        page.say(2, 2, &Phrase::of(format!("Read back after {}.", show::latency(ms as f64)), muted));
    }
    page.blank();
    page.heading("Plan against what is seen", Phrase::new());
    seen(canvas, model, plan, page);
    page.blank();
    follow(canvas, model, plan, page);
    let sure = receipt.outcome != Outcome::Unknown;
    page.heading(if sure { "What was written" } else { "What may have been written" }, Phrase::new());
    if matches!(receipt.outcome, Outcome::Done | Outcome::Requested | Outcome::Unknown) {
        super::writes::all(canvas, plan, page);
    } else {
        page.say(2, 2, &Phrase::of("nothing", muted));
    }
    Phrase::of(format!("{} at {}", word(receipt.outcome), say::clock(model, at)), ink)
}

/// What the story tells last of the instance before the conflict, of the registry or of another operator.
fn meanwhile<'a>(model: &'a Model, plan: &Plan, at: Moment) -> Option<&'a Event> {
    let target = &plan.draft.target;
    let name = target.address.as_ref()?.text();
    let about = |event: &&Event| {
        let it = event.service.as_ref() == Some(&target.service.name) && event.instance.as_deref() == Some(name);
        let recent = at.since(event.at) < MEANWHILE_MS && event.at <= at;
        let ours = &*event.source == "operator";
        it && recent
            && !ours
            && matches!(
                event.kind,
                EventKind::Registered | EventKind::Gone | EventKind::Weight | EventKind::Admin | EventKind::Action
            )
    };
    model.world.story.events().rev().find(about)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Planned => "planned",
        Outcome::Done => "done",
        Outcome::Requested => "requested",
        Outcome::NoEffect => "no effect",
        Outcome::Refused => "refused",
        Outcome::Conflict => "changed meanwhile",
        Outcome::Unknown => "outcome unknown",
        Outcome::Failed | Outcome::Unreachable => "not written",
    }
}

fn sentence(plan: &Plan, receipt: &Receipt) -> (Mark, Role, String) {
    let done = match plan.draft.op {
        Op::Drain => "Drained".to_owned(),
        Op::Undrain => "Put back".to_owned(),
        Op::Weight(n) => format!("The weight is {n}"),
        Op::Deregister => "Deregistered".to_owned(),
        Op::Undo => "Undone".to_owned(),
    };
    let not = match plan.draft.op {
        Op::Drain => "Not drained",
        Op::Undrain => "Not put back",
        Op::Weight(_) => "The weight was not set",
        Op::Deregister => "Not deregistered",
        Op::Undo => "Not undone",
    };
    match receipt.outcome {
        Outcome::Done => (Mark::Good, Role::Strong, format!("{done}: written, read back, and seen in the registry.")),
        Outcome::Requested if receipt.verified_ms.is_some() => {
            (Mark::Good, Role::Strong, format!("{done} in the registry: written and read back."))
        }
        Outcome::Requested => (Mark::Good, Role::Strong, "Written; not yet seen in the registry.".to_owned()),
        Outcome::NoEffect => (Mark::Good, Role::Text, "Nothing had to change.".to_owned()),
        Outcome::Conflict => {
            (Mark::Failed, Role::Warn, format!("{not}: it changed after you looked. Read again: C-r."))
        }
        Outcome::Refused | Outcome::Planned => (Mark::Failed, Role::Warn, format!("{not}.")),
        Outcome::Failed | Outcome::Unreachable => (Mark::Failed, Role::Bad, format!("{not}.")),
        Outcome::Unknown => (
            Mark::Unknown,
            Role::Warn,
            "outcome unknown: it may have been written, no server could be asked.".to_owned(),
        ),
    }
}

/// How far it has come by the calls that are seen, and whether the plan was right.
fn follow(canvas: &Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let target = &plan.draft.target;
    let Some(address) = target.address.clone() else { return };
    let id = InstanceId { service: target.service.name.clone(), address };
    let Some(one) = followed::last(model, &id).filter(|one| one.plan.draft == plan.draft) else { return };
    if let (Some(seen), Some(since)) = (one.progress(model), one.since) {
        page.heading("Progress", progress::state(canvas, &seen));
        progress::steps(canvas, model, &seen, since, page);
    }
    progress::against(canvas, model, plan, page);
    page.blank();
}

/// For each znode: what the plan said, what the registry says now, and the shares due.
fn seen(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let registry = &model.world.registry;
    let total = registry.service(&plan.draft.target.service).map_or(0.0, share::total);
    for path in &plan.draft.target.paths {
        let Some(write) = plan.draft.writes.iter().find(|w| w.path == *path) else { continue };
        let now = registry.instance(path);
        let agrees = match (&write.after, now) {
            (Some(after), Some(instance)) => **after == *instance.raw,
            (None, None) => true,
            _ => false,
        };
        let mut line = match now {
            None => Phrase::of("it is not registered now", text),
            Some(instance) => {
                let bytes = crate::domain::fit::elide_middle(say::bytes(&instance.raw), 40).into_owned();
                let due = share::due(instance, total)
                    .map(|d| format!(", due {} of the calls", show::share((d * 100.0).round() as u8)));
                Phrase::of("the registry holds \"", muted)
                    .with(bytes, text)
                    .with(format!("\", version {}", instance.version), muted)
                    .with(due.unwrap_or_default(), muted)
            }
        };
        let mark = if agrees { Mark::Good } else { Mark::Disagree };
        line = line.with(format!("  {}", mark.symbol()), canvas.theme().mark(mark));
        line.push(if agrees { " as planned" } else { " not as planned, or not seen yet" }, muted);
        page.say(2, 4, &line);
    }
}

/// What can be done after it: keys and verbs.
pub(super) fn keys_after(
    model: &Model,
    plan: &Plan,
    receipt: &Receipt,
    journalled: bool,
) -> (Vec<String>, Vec<String>) {
    let mut all = vec![("Esc".to_owned(), "close".to_owned())];
    let written = matches!(receipt.outcome, Outcome::Done | Outcome::Requested);
    if written
        && journalled
        && !matches!(plan.draft.op, Op::Deregister | Op::Undo)
        && let Some(key) = model.setup.keys.keys(Command::Undo).first()
    {
        all.push((format!("then {key}"), "undoes this".to_owned()));
    }
    if matches!(receipt.outcome, Outcome::Conflict | Outcome::Failed | Outcome::Unreachable | Outcome::Unknown) {
        all.insert(0, ("C-r".to_owned(), "read again".to_owned()));
    }
    all.into_iter().unzip()
}
