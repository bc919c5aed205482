//! The plan while it is read, and what becomes of it: what is written, how long it holds, who serves then, who is
//! affected; then the fields and, last, the keys. While it runs and when it ended, outcome against plan.

mod ended;
mod impact;
mod writes;

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::{Sheet, inner_width, keys, sheet};
use crate::{
    app::{
        Model,
        action::{Action, Stage},
        overlay::PlanField,
    },
    domain::{
        intent::Op,
        plan::{Danger, Durability, Plan},
        show,
        text::Shown,
        time::Moment,
    },
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

/// The fields of the plan as they stand.
pub(super) struct Fields<'a> {
    pub(super) name: &'a Input,
    pub(super) reason: &'a Input,
    pub(super) field: PlanField,
}

/// Draws it; where the cursor is.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    body: Rect,
    fields: Fields<'_>,
    top: usize,
) -> Option<Position> {
    let action = model.action.as_ref()?;
    let muted = canvas.style(Role::Muted);
    let width = inner_width(body, 122);
    let mut page = Page::new(width);
    let mut foot = Page::new(width);
    let mut standing = Phrase::of("nothing is written yet", muted);
    match &action.stage {
        Stage::Reading(since) => {
            let text = format!("Reading the registry anew, for {}.", say::age(model, *since));
            page.say(0, 0, &Phrase::of(text, canvas.style(Role::Text)));
            foot.rule();
            foot.say(0, 0, &keys(canvas, &[("Esc", "do nothing")]));
        }
        Stage::Planned { plan, read } => {
            planned(canvas, model, plan, &mut page);
            if body.height > 30 {
                page.blank();
            }
            feet(canvas, plan, &fields, body.height < 10, &mut foot);
            standing = stands(canvas, model, plan, *read);
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
    sheet(canvas, model, body, &Sheet { title, standing, bad, page, foot, top, about_row: true })
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
fn stands(canvas: &Canvas<'_>, model: &Model, plan: &Plan, read: Moment) -> Phrase<'static> {
    if plan.draft.op == Op::Deregister {
        return Phrase::of("cannot be undone from here", canvas.bold(Role::Bad));
    }
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    Phrase::of("read ", muted).with(say::age(model, read), text).with(" ago, nothing is written yet", muted)
}

fn planned(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    if let Some(refusal) = &plan.refused {
        page.strip(1, 3, &Phrase::of(format!("✗ {}", refusal.why), canvas.theme().strip(Strip::Bad)), {
            canvas.theme().strip(Strip::Bad)
        });
        page.blank();
    }
    if let Some(why) = &plan.draft.no_effect {
        let ground = canvas.theme().strip(Strip::Warn);
        page.strip(1, 3, &Phrase::of(format!("· No effect: {why}"), ground), ground);
        page.blank();
    }
    page.heading("What is written", Phrase::new());
    writes::all(canvas, plan, page);
    page.blank();
    page.heading("How long it holds", Phrase::new());
    holds(canvas, model, plan, page);
    page.blank();
    impact::serves(canvas, model, plan, page);
    impact::affected(canvas, model, plan, page);
    warnings(canvas, plan, page);
}

/// Until what, in bold; what Keepwatch does then; the way back; and when callers notice.
fn holds(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let draft = &plan.draft;
    if draft.op == Op::Deregister {
        let until = match draft.durability {
            Durability::UntilRemoved => "Until its owner registers it again.",
            _ => "Until the provider registers again: at its next session, or never if it does not notice.",
        };
        page.say(2, 2, &Phrase::of(until, text));
        let back = Phrase::of("Keepwatch cannot put it back", canvas.bold(Role::Bad))
            .with(": a znode made by us would outlive the provider. Restart the provider instead.", text);
        page.say(2, 2, &back);
    } else {
        let sentence = draft.durability.sentence();
        let cut = sentence.find(". ").map_or(sentence.len(), |at| at + 1);
        let ink = if draft.durability == Durability::UntilRemoved { Role::Strong } else { Role::Warn };
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
    }
    if !draft.takes_effect.is_empty() {
        let told = Phrase::of("Callers notice: ", muted).with(Shown::new(&draft.takes_effect), text);
        page.say(2, 4, &told);
    }
}

fn warnings(canvas: &mut Canvas<'_>, plan: &Plan, page: &mut Page) {
    if plan.warnings.is_empty() {
        return;
    }
    page.blank();
    let ground = canvas.theme().strip(Strip::Warn);
    let bold = ground.add_modifier(ratatui::style::Modifier::BOLD);
    for warning in &plan.warnings {
        page.strip(1, 3, &Phrase::of("! ", bold).with(Shown::new(warning), bold), ground);
    }
}

/// The fields, then the keys; where it is tight, the one field that is typed in.
fn feet(canvas: &mut Canvas<'_>, plan: &Plan, fields: &Fields<'_>, tight: bool, foot: &mut Page) {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let width = foot.width();
    let refused = plan.refused.is_some();
    let named = plan.danger != Danger::Safe;
    let wanted = plan.draft.target.typed_name();
    let typed = fields.name.value().trim();
    let complete = typed == wanted;
    if !refused {
        foot.blank();
        if named && !(tight && fields.field == PlanField::Reason) {
            let text = Phrase::of("To go on, type ", strong).with(Shown::new(&wanted).into_owned(), strong);
            foot.say(0, 0, &text);
            let room = (width.saturating_sub(24)).min(40).max(width.min(12));
            foot.cells(vec![
                (
                    0,
                    room,
                    Cell::Field(fields.name.value().to_owned(), fields.name.cursor(), {
                        fields.field == PlanField::Name
                    }),
                ),
                (room + 2, width.saturating_sub(room + 2), Cell::Text(missing(canvas, &wanted, typed), Align::Left)),
            ]);
        }
        if !tight || fields.field == PlanField::Reason {
            foot.cells(vec![
                (0, 8, Cell::Text(Phrase::of("Reason", muted), Align::Left)),
                (
                    8,
                    width.saturating_sub(8),
                    Cell::Field(fields.reason.value().to_owned(), fields.reason.cursor(), {
                        fields.field == PlanField::Reason
                    }),
                ),
            ]);
        }
    }
    if !tight {
        foot.rule();
    }
    let verb = match plan.draft.op {
        Op::Drain => "drain it",
        Op::Undrain => "put it back",
        Op::Weight(_) => "set the weight",
        Op::Deregister => "deregister it",
        Op::Undo => "undo it",
    };
    let mut line = Phrase::new();
    if !refused && named && !complete {
        let waits = if tight {
            "Enter waits for the name  ".to_owned()
        } else {
            format!("Enter {verb} (waits for the name)    ")
        };
        line.push(waits, muted);
    } else if !refused {
        line = keys(canvas, &[("Enter", "")]).with(verb, strong).with("    ", muted);
    }
    let mut rest = Vec::new();
    if !refused {
        rest.push(("Tab", "next field"));
    }
    rest.extend([("C-r", "read again"), ("Esc", "do nothing")]);
    line.extend(keys(canvas, &rest));
    foot.say(0, 0, &line);
}

/// How much of the name is still to be typed.
fn missing(canvas: &Canvas<'_>, wanted: &str, typed: &str) -> Phrase<'static> {
    let left = wanted.chars().count().saturating_sub(typed.chars().count()) as u64;
    if wanted == typed {
        Phrase::of(Mark::Good.symbol(), canvas.theme().mark(Mark::Good)).with(" that is it", canvas.style(Role::Text))
    } else if wanted.starts_with(typed) {
        Phrase::of(show::plural(left, "more character", "more characters"), canvas.style(Role::Muted))
    } else {
        Phrase::of("that is another name", canvas.style(Role::Warn))
    }
}
