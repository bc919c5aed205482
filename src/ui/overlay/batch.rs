//! A batch: its steps with what each writes, how they are taken, and while it runs what became of each.
//!
//! ```text
//! ✓  users 10.0.0.4:5001      "10" ▸ "0"     written 14:03:12, journal 17
//! ◈  users 10.0.0.5:5001      "10" ▸ "0"     waits: users 10.0.0.7:5001 was not heard since the last step
//! ·  users 10.0.0.7:5001      "10" ▸ "0"
//! ```

mod whole;

use ratatui::layout::Rect;
use tui_input::Input;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::{
        Model,
        batch::{Batch, End, PATIENCE_MS, Stage, Step},
        overlay::PlanField,
    },
    domain::{
        fit,
        intent::{self, Op},
        show,
        text::Shown,
        way::Via,
    },
    insight::whole::{self as insight_whole, Whole},
    theme::{Mark, Role, Strip},
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page},
            phrase::Phrase,
        },
    },
};

/// The longest old or new value, in cells.
const VALUE: usize = 24;

/// Draws it; where the cursor is.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    body: Rect,
    input: (&Input, PlanField),
    top: usize,
) -> Drawn {
    let Some(batch) = &model.batch else { return Drawn::default() };
    let (text, muted, strong) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.style(Role::Strong));
    let width = inner_width(body, 122);
    let (mut page, mut head, mut foot) = (Page::new(width), Page::new(width), Page::new(width));
    page.heading("One after another", Phrase::new());
    for (n, step) in batch.steps.iter().enumerate() {
        one(canvas, model, batch, n, step, &mut page);
    }
    page.blank();
    let wholes = match &batch.stage {
        Stage::Planned(..) => wholes(model, batch),
        _ => Vec::new(),
    };
    whole::all(canvas, model, batch, &wholes, &mut page);
    page.heading("How it goes", Phrase::new());
    let wait = PATIENCE_MS / 1000;
    let mut how = format!(
        "Each step is planned anew right before it and written only if nothing changed. The next one waits until those that serve beside it have answered well, {wait} s at most; else it ends."
    );
    if batch.every_ms > 1 {
        let every = show::duration((batch.every_ms / 1000).max(1) as u64);
        how.push_str(&format!(" Between two steps: {every}."));
    }
    page.say(2, 2, &Phrase::of(how, text));
    if batch.hold {
        let held = "Each is held: asserted again where the registry loses it, by whichever writable Keepwatch runs.";
        page.say(2, 2, &Phrase::of(held, text));
    }
    if let Some(way) = way(batch) {
        page.say(2, 2, &Phrase::of(way, text));
    }
    page.say(2, 2, &Phrase::of("Every step is journalled; U takes them back one by one, the last one first.", muted));
    // What has to be read before Enter is not scrolled away.
    warnings(canvas, model, batch, &wholes, &mut head);
    if let Some(why) = over(batch) {
        let ground = canvas.theme().strip(if batch.written() > 0 { Strip::Warn } else { Strip::Bad });
        let why = Shown::new(&why.replace("-service", "")).into_owned();
        head.strip(1, 3, &Phrase::of("✗ ", ground).with(why, ground), ground);
    }
    let (lead, standing) = foot_of(canvas, model, batch, input, body.height, &mut foot);
    let title = Phrase::of(Shown::new(&format!("{lead}{}", batch.what)).into_owned(), strong);
    sheet(canvas, model, body, &Sheet { title, standing, bad: false, head, page, foot, top, about_row: false })
}

/// By which of two ways, where a layout has two; else nothing.
fn way(batch: &Batch) -> Option<String> {
    let (posts, all) = (batch.by_actuator(), batch.steps.len());
    let told = "told by its actuator: the process holds it, and a reconnect keeps it";
    match batch.via {
        Via::Registry => Some("All in the registry alone, as asked for: a provider's reconnect undoes that.".into()),
        _ if posts == 0 => None,
        _ if posts == all => Some(format!("Each is {told}.")),
        _ => Some(format!("{posts} of {all} {told}; the rest in the registry.", told = told.replace("its", "their"))),
    }
}

/// Why it cannot be done, or ended early.
fn over(batch: &Batch) -> Option<String> {
    match &batch.stage {
        Stage::Planned(_, Some(why)) => Some(why.to_string()),
        Stage::Ended(_, Some(why)) => Some(format!("It ended early: {why}. What was not begun is not written.")),
        _ => None,
    }
}

/// Fields and keys; what leads the title and what stands at the right of it.
fn foot_of(
    canvas: &mut Canvas<'_>,
    model: &Model,
    batch: &Batch,
    (input, field): (&Input, PlanField),
    height: u16,
    foot: &mut Page,
) -> (&'static str, Phrase<'static>) {
    let (muted, strong) = (canvas.style(Role::Muted), canvas.style(Role::Strong));
    let of = format!("{} of {} written", batch.written(), batch.steps.len());
    match &batch.stage {
        Stage::Reading(since) => {
            foot.rule();
            foot.say(0, 0, &keys(canvas, &[("Esc", "do nothing")]));
            ("Plan: ", Phrase::of(format!("reading the registry anew, for {}", say::age(model, *since)), muted))
        }
        Stage::Planned(read, why) => {
            if why.is_none() {
                let wanting = batch.asks_reason().is_some() && input.value().trim().is_empty();
                let ink = if wanting { canvas.bold(Role::Warn) } else { muted };
                foot.cells(vec![
                    (0, 8, Cell::Text(Phrase::of("Reason", ink), Align::Left)),
                    (
                        8,
                        foot.width().saturating_sub(8),
                        Cell::Field(input.value().to_owned(), input.cursor(), field == PlanField::Reason),
                    ),
                ]);
            }
            if height > 13 {
                foot.rule();
            }
            let mut line = Phrase::new();
            if why.is_none() {
                line.extend(keys(canvas, &[("Enter", "")]).with("do all of it", strong).with("    ", muted));
                line.extend(keys(canvas, &[("Tab", "reason")]).with("    ", muted));
            }
            if let Some(way) = batch.other_way() {
                let by = if way == Via::Registry { "by the registry alone" } else { "by the actuators" };
                line.extend(keys(canvas, &[("C-t", by)]).with("    ", muted));
            }
            line.extend(keys(canvas, &[("Esc", "do nothing")]));
            foot.say(0, 0, &line);
            ("Plan: ", Phrase::of(format!("read {} ago, nothing is written yet", say::age(model, *read)), muted))
        }
        Stage::Planning(_) | Stage::Writing(_) | Stage::Waiting(..) => {
            foot.rule();
            let stop = if batch.stopping { "ends after this step" } else { "end it, between steps" };
            foot.say(0, 0, &keys(canvas, &[("Esc", stop), ("Enter", "close; it goes on, B shows it")]));
            ("", Phrase::of(of, canvas.bold(Role::Op)))
        }
        Stage::Ended(at, _) => {
            foot.rule();
            foot.say(0, 0, &keys(canvas, &[("Esc", "close"), ("then U", "undoes the last step, and so on")]));
            ("", Phrase::of(format!("{of}, ended at {}", say::clock(model, *at)), strong))
        }
    }
}

fn one(canvas: &Canvas<'_>, model: &Model, batch: &Batch, n: usize, step: &Step, page: &mut Page) {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let width = page.width();
    let (mark, ink, words) = match (&step.end, &batch.stage) {
        (Some(End::Written { journal, at, read_back }), _) => {
            let seen = if *read_back { "" } else { ", not read back" };
            let id = journal.as_deref().map(|id| format!(", journal {id}")).unwrap_or_default();
            (Mark::Good.symbol(), text, format!("written {}{id}{seen}", say::clock(model, *at)))
        }
        (Some(End::Nothing(why)), _) => ("–", muted, format!("nothing to do: {why}")),
        (Some(End::Failed(why)), _) => (Mark::Failed.symbol(), canvas.bold(Role::Warn), why.to_string()),
        (None, Stage::Planning(at)) if *at == n => (Mark::Draining.symbol(), op, "is planned anew".to_owned()),
        (None, Stage::Writing(at)) if *at == n => (Mark::Draining.symbol(), op, "is written".to_owned()),
        (None, Stage::Waiting(at, _, why)) if *at + 1 == n => ("·", op, format!("waits: {why}")),
        (None, Stage::Ended(..)) => ("·", muted, "not begun".to_owned()),
        _ => ("·", muted, String::new()),
    };
    let name = format!("{} {}", model.cluster.short(&step.target.service.name), step.target.typed_name());
    let name_room = (width * 2 / 5).clamp(12, 36);
    let change = change(canvas, step);
    let change_room = (change.cells() as u16).clamp(10, (width / 3).max(10));
    let from = 3 + name_room + change_room + 2;
    page.cells(vec![
        (0, 2, Cell::Text(Phrase::of(mark, ink), Align::Left)),
        (3, name_room.saturating_sub(1), Cell::Text(Phrase::of(Shown::new(&name).into_owned(), text), Align::Left)),
        (3 + name_room, change_room, Cell::Text(change, Align::Left)),
        (
            from.min(width),
            width.saturating_sub(from),
            Cell::Text(Phrase::of(Shown::new(&words).into_owned(), ink), Align::Left),
        ),
    ]);
}

/// What all of it comes to, for each service.
fn wholes(model: &Model, batch: &Batch) -> Vec<Whole> {
    let open = batch.steps.iter().filter(|step| !matches!(step.end, Some(End::Nothing(_))));
    let steps: Vec<_> = open.map(|s| (&s.target, s.op, s.plan.as_ref().and_then(|plan| plan.draft.becomes))).collect();
    insight_whole::all(&model.world, &steps)
}

/// Old ▸ new of the instance's own znode; of what is planned later only what is wanted.
fn change(canvas: &Canvas<'_>, step: &Step) -> Phrase<'static> {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let arrow = format!("{} ", Mark::To.symbol());
    let writes = step.plan.iter().flat_map(|plan| &plan.draft.writes);
    let Some(write) = writes.into_iter().find(|write| !write.path.starts_with(intent::ROOT)) else {
        return match step.op {
            Op::Weight(n) => Phrase::of(arrow, muted).with(format!("weight {n}"), op),
            other => Phrase::of(other.word(), op),
        };
    };
    let (before, after) = (write.before.as_deref().unwrap_or_default(), write.after.as_deref().unwrap_or_default());
    if before.len().max(after.len()) > VALUE {
        let word = match step.op {
            Op::Weight(n) => format!("weight {n}"),
            other => other.word().to_owned(),
        };
        return Phrase::of(word, op).with(" in its own bytes", muted);
    }
    let value = |bytes: &[u8]| fit::elide_middle(say::bytes(bytes), VALUE).into_owned();
    Phrase::of(value(before), text).with(format!(" {arrow}"), muted).with(value(after), op)
}

/// Every warning of its plans once.
fn warnings(canvas: &Canvas<'_>, model: &Model, batch: &Batch, wholes: &[Whole], page: &mut Page) {
    let ground = canvas.theme().strip(Strip::Warn);
    let first = wholes.iter().filter_map(|one| Some((&one.service.name, one.warning.as_ref()?)));
    let mut told: Vec<String> =
        first.map(|(name, warning)| warning.replace(&**name, model.cluster.short(name))).collect();
    for plan in batch.steps.iter().filter_map(|step| step.plan.as_ref()) {
        for warning in &plan.warnings {
            let name = &*plan.draft.target.service.name;
            let text = warning.replace(name, model.cluster.short(name));
            if !told.contains(&text) {
                told.push(text);
            }
        }
    }
    for text in told.iter().take(8) {
        page.strip(1, 3, &Phrase::of("! ", ground).with(Shown::new(text).into_owned(), ground), ground);
    }
}
