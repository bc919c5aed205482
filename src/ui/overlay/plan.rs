//! The plan while it is read, and what becomes of it: what is written, how long it holds, who serves then, who is
//! affected; then the fields and, last, the keys. While it runs and when it ended, outcome against plan.

mod ended;
mod feet;
mod head;
mod impact;
pub(super) mod writes;

use ratatui::layout::Rect;
use tui_input::Input;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::{
        Model,
        action::{Action, Stage},
        overlay::PlanField,
    },
    domain::{
        intent::Op,
        plan::{Durability, Plan},
        text::Shown,
        time::Moment,
    },
    insight::comeback,
    theme::Role,
    ui::{
        say,
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// Where the upper edge has room for who else is here beside the title.
const WIDE: u16 = 100;

/// The fields of the plan as they stand.
pub(super) struct Fields<'a> {
    pub(super) name: &'a Input,
    pub(super) lease: &'a Input,
    pub(super) reason: &'a Input,
    pub(super) field: PlanField,
}

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, fields: Fields<'_>, top: usize) -> Drawn {
    let Some(action) = &model.action else { return Drawn::default() };
    let muted = canvas.style(Role::Muted);
    let width = inner_width(body, 122);
    let mut page = Page::new(width);
    let (mut head, mut foot) = (Page::new(width), Page::new(width));
    let mut standing = Phrase::of("nothing is written yet", muted);
    match &action.stage {
        Stage::Reading(since) => {
            let text = format!("Reading the registry anew, for {}.", say::age(model, *since));
            page.say(0, 0, &Phrase::of(text, canvas.style(Role::Text)));
            foot.rule();
            foot.say(0, 0, &keys(canvas, &[("Esc", "do nothing")]));
        }
        Stage::Planned { plan, read, .. } => {
            feet::draw(canvas, model, plan, &fields, body.height, &mut foot);
            planned(canvas, model, plan, &mut page, true);
            if body.height > 30 {
                page.blank();
            }
            let room = body.height.saturating_sub(2 + foot.len());
            if page.len() > room {
                // Only what a person may do without is scrolled.
                let short;
                (head, short) = head::pinned(canvas, model, plan, width, room.saturating_sub(1));
                page = Page::new(width);
                planned(canvas, model, plan, &mut page, short);
            }
            standing = stands(canvas, model, plan, *read, width >= WIDE);
            if width < WIDE {
                let here = here(canvas, model, plan);
                if !here.is_empty() {
                    let mut first = Page::new(width);
                    first.say(0, 0, &here);
                    first.extend(head);
                    head = first;
                }
            }
        }
        Stage::Applying { plan, sent, unknown } => {
            ended::applying(canvas, model, plan, *sent, *unknown, &mut page);
            foot.rule();
            foot.say(0, 0, &keys(canvas, &[("Esc", "close; leaving does not stop it")]));
            let word = if *unknown { "outcome unknown" } else { "sent" };
            standing = Phrase::of(word, if *unknown { canvas.bold(Role::Warn) } else { muted });
        }
        Stage::Ended { plan, receipt, journal, at } => {
            standing = ended::ended(canvas, model, plan, receipt, *at, &mut page);
            foot.rule();
            let (left, right) = ended::keys_after(model, plan, receipt, journal.is_some());
            let pairs: Vec<(&str, &str)> = left.iter().zip(&right).map(|(k, v)| (k.as_str(), v.as_str())).collect();
            foot.say(0, 0, &keys(canvas, &pairs));
        }
    }
    let title = title(canvas, model, action);
    let bad = action.op == Op::Deregister;
    sheet(canvas, model, body, &Sheet { title, standing, bad, head, page, foot, top, about_row: true })
}

/// `Plan: drain payments 10.0.0.9:5005`.
fn title(canvas: &Canvas<'_>, model: &Model, action: &Action) -> Phrase<'static> {
    let name = match &action.target {
        Some(target) => format!("{} {}", model.cluster.short(&target.service.name), target.typed_name()),
        None => "the last step".to_owned(),
    };
    let what = match action.op {
        Op::Weight(n) => format!("set the weight of {name} to {n}"),
        op => format!("{} {name}", op.word()),
    };
    let lead = match action.stage {
        Stage::Reading(_) | Stage::Planned { .. } => "Plan: ",
        Stage::Applying { .. } | Stage::Ended { .. } => "",
    };
    Phrase::of(Shown::new(&format!("{lead}{what}")).into_owned(), canvas.style(Role::Strong))
}

/// At the right of the upper edge: how fresh it is, or that there is no way back.
fn stands(canvas: &Canvas<'_>, model: &Model, plan: &Plan, read: Moment, wide: bool) -> Phrase<'static> {
    if plan.draft.op == Op::Deregister {
        return Phrase::of("cannot be undone from here", canvas.bold(Role::Bad));
    }
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut here = if wide { here(canvas, model, plan) } else { Phrase::new() };
    if !here.is_empty() {
        here.push("; ", canvas.style(Role::Warn));
    }
    let read = Phrase::of("read ", muted).with(say::age(model, read), text).with(" ago", muted);
    // Who else is at it is wanted before what every plan says.
    let mut stands = here.clone();
    stands.extend(read);
    if here.is_empty() { stands.with(", nothing is written yet", muted) } else { stands }
}

/// Who else looks at the service.
fn here(canvas: &Canvas<'_>, model: &Model, plan: &Plan) -> Phrase<'static> {
    let warn = canvas.style(Role::Warn);
    match say::others(model, &plan.draft.target.service.name).as_slice() {
        [] => Phrase::new(),
        [one] => Phrase::of(format!("{one} is here, too"), warn),
        [one, rest @ ..] => Phrase::of(format!("{one} and {} more are here, too", rest.len()), warn),
    }
}

/// All of it, in the guide's order; `warned`: its warnings too.
fn planned(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page, warned: bool) {
    page.heading("What is written", Phrase::new());
    writes::all(canvas, plan, page);
    page.blank();
    page.heading("How long it holds", Phrase::new());
    holds(canvas, model, plan, page);
    page.blank();
    impact::checks(canvas, model, plan, page);
    impact::serves(canvas, model, plan, page);
    impact::affected(canvas, model, plan, page);
    page.blank();
    impact::breakers(canvas, model, plan, page);
    if warned {
        page.blank();
        head::all(canvas, model, plan, page);
    }
}

/// Until what, in bold; what Keepwatch does then; the way back; and when callers notice.
fn holds(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let draft = &plan.draft;
    if draft.op == Op::Deregister {
        let until = comeback::sentence(&model.world, plan);
        let cut = until.find([':', '.']).map_or(until.len(), |at| at + 1);
        let phrase = Phrase::of(&until[..cut], canvas.bold(Role::Warn)).with(&until[cut..], text);
        page.say(2, 2, &phrase);
        page.say(2, 2, &Phrase::of("Keepwatch watches for that and says so.", muted));
        let back = Phrase::of("Keepwatch cannot put it back", canvas.bold(Role::Bad))
            .with(": a znode made by us would outlive the provider. Restart the provider instead.", text);
        page.say(2, 2, &back);
    } else {
        let sentence = draft.holds();
        let cut = sentence.find(". ").map_or(sentence.len(), |at| at + 1);
        let lasts = draft.durability == Durability::UntilRemoved || draft.puts_back();
        let ink = if lasts { Role::Strong } else { Role::Warn };
        let phrase = Phrase::of(&sentence[..cut], canvas.bold(ink)).with(&sentence[cut..], text);
        page.say(2, 2, &phrase);
        let mut then = Phrase::new();
        if draft.intent.is_some() && draft.durability != Durability::UntilRemoved {
            let lost = if draft.op == Op::Drain {
                "Keepwatch watches for that and says DRAIN LOST; one key drains it again. "
            } else {
                "Keepwatch watches for that and says so. "
            };
            then.push(lost, text);
        }
        if draft.op != Op::Undo
            && let Some(key) = model.setup.keys.keys(crate::command::Command::Undo).first()
        {
            then.push(format!("{key} undoes this plan at any time."), muted);
        }
        if !then.is_empty() {
            page.say(2, 2, &then);
        }
        for term in draft.intent.iter().flat_map(|intent| intent.terms(|at| say::when(model, at))) {
            page.say(2, 2, &Phrase::of(term, text));
        }
    }
    if let Some(way) = &draft.way {
        page.say(2, 4, &Phrase::of(Shown::new(&way.says).into_owned(), text));
    }
    for note in &plan.notes {
        page.say(2, 4, &Phrase::of(Shown::new(note).into_owned(), text));
    }
    if !draft.takes_effect.is_empty() {
        let told = Phrase::of("Callers notice: ", muted).with(Shown::new(&draft.takes_effect), text);
        page.say(2, 4, &told);
    }
}
