//! What stays in sight below a plan: its fields, and the keys that confirm and leave.

use ratatui::style::Style;

use super::{super::keys, Fields};
use crate::domain::way::Via;
use crate::{
    app::{
        Model,
        overlay::{
            PlanField,
            plan::{lease as parsed, takes_lease},
        },
    },
    domain::{
        intent::{Intent, Op},
        plan::{Danger, Plan},
        show,
        text::Shown,
    },
    theme::{Mark, Role},
    ui::say,
    ui::widget::{
        canvas::{Align, Canvas},
        page::{Cell, Page},
        phrase::Phrase,
    },
};

/// Lower bodies give up blanks, rules, and the field that is not typed in.
const TIGHT: u16 = 13;
/// From this height on the lease stands there also while it is not typed in.
const ROOMY: u16 = 26;
/// Lower ones say the key in the name's own line.
const TIGHTEST: u16 = 9;

/// The fields, then the keys; where it is tight, the one field that is typed in.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    model: &Model,
    plan: &Plan,
    fields: &Fields<'_>,
    height: u16,
    foot: &mut Page,
) {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let tight = height < TIGHT;
    let refused = plan.refused.is_some();
    let named = plan.danger != Danger::Safe;
    let complete = plan.draft.target.is_named(fields.name.value());
    let by_name = named && !(tight && matches!(fields.field, PlanField::Reason | PlanField::Lease));
    if !refused {
        if !tight {
            foot.blank();
        }
        if by_name && height < TIGHTEST {
            return name_alone(canvas, plan, fields, foot);
        }
        if by_name {
            name(canvas, plan, fields, foot);
        }
        let leasing = fields.field == PlanField::Lease;
        // In the order in which Tab goes through them.
        if !(tight || leasing && height < ROOMY) || fields.field == PlanField::Reason {
            reason(canvas, plan, fields, foot);
        }
        if takes_lease(plan) && (leasing || height >= ROOMY) {
            lease(canvas, model, plan, fields, foot);
        }
    }
    if !tight {
        foot.rule();
    }
    let mut all: Vec<(Phrase<'static>, u8)> = Vec::new();
    if !refused && named && !complete {
        let verb = if tight { String::new() } else { format!(" {}", verb(plan)) };
        let waits = if tight { " waits for the name" } else { " (waits for the name)" };
        all.push((Phrase::of(format!("Enter{verb}{waits}"), muted), 0));
    } else if !refused {
        all.push((keys(canvas, &[("Enter", "")]).with(verb(plan), strong), 0));
    }
    if !refused {
        all.push((keys(canvas, &[("Tab", "next field")]), 2));
    }
    if let Some(other) = plan.draft.way.as_ref().and_then(|way| way.other).filter(|_| !refused) {
        let by = if other == Via::Actuator { "by its actuator" } else { "in its znode alone" };
        all.push((keys(canvas, &[("C-t", by)]), 2));
    }
    all.push((keys(canvas, &[("C-y", "copy as a command")]), 4));
    all.push((keys(canvas, &[("C-r", "read again")]), 3));
    all.push((keys(canvas, &[("Esc", "do nothing")]), 1));
    foot.say(0, 0, &one_line(all, usize::from(foot.width()), muted));
}

/// As many keys as one line holds, in their order; the higher the number beside one, the sooner it is left out.
fn one_line(mut all: Vec<(Phrase<'static>, u8)>, width: usize, muted: Style) -> Phrase<'static> {
    let gap = |all: &[(Phrase<'static>, u8)]| {
        let cells: usize = all.iter().map(|(phrase, _)| phrase.cells()).sum();
        (2..=4).rev().find(|gap| cells + gap * all.len().saturating_sub(1) <= width)
    };
    while gap(&all).is_none() && all.len() > 1 {
        let cheapest = all.iter().enumerate().max_by_key(|(_, (_, cost))| *cost).map_or(0, |(at, _)| at);
        all.remove(cheapest);
    }
    let between = " ".repeat(gap(&all).unwrap_or(2));
    let mut line = Phrase::new();
    for (n, (phrase, _)) in all.into_iter().enumerate() {
        if n > 0 {
            line.push(between.clone(), muted);
        }
        line.extend(phrase);
    }
    line
}

fn verb(plan: &Plan) -> &'static str {
    match plan.draft.op {
        Op::Drain => "drain it",
        Op::Undrain => "put it back",
        Op::Weight(_) => "set the weight",
        Op::Deregister => "deregister it",
        Op::Undo => "undo it",
    }
}

fn asks(canvas: &Canvas<'_>, plan: &Plan) -> Phrase<'static> {
    let strong = canvas.style(Role::Strong);
    Phrase::of("To go on, type ", strong).with(Shown::new(&plan.draft.target.typed_name()).into_owned(), strong)
}

fn field(fields: &Fields<'_>) -> Cell {
    Cell::Field(fields.name.value().to_owned(), fields.name.cursor(), fields.field == PlanField::Name)
}

fn name(canvas: &mut Canvas<'_>, plan: &Plan, fields: &Fields<'_>, foot: &mut Page) {
    let width = foot.width();
    foot.say(0, 0, &asks(canvas, plan));
    let room = (width.saturating_sub(24)).min(40).max(width.min(12));
    let missing = missing(canvas, &plan.draft.target.typed_name(), fields.name.value().trim());
    foot.cells(vec![
        (0, room, field(fields)),
        (room + 2, width.saturating_sub(room + 2), Cell::Text(missing, Align::Left)),
    ]);
}

/// The same in two lines, with the key in the field's own.
fn name_alone(canvas: &mut Canvas<'_>, plan: &Plan, fields: &Fields<'_>, foot: &mut Page) {
    let (wanted, typed) = (plan.draft.target.typed_name(), fields.name.value().trim());
    foot.say(0, 0, &asks(canvas, plan));
    let says = if plan.draft.target.is_named(typed) {
        keys(canvas, &[("Enter", "")]).with(verb(plan), canvas.style(Role::Strong))
    } else {
        missing(canvas, &wanted, typed)
    };
    let width = foot.width();
    let room = width.saturating_sub(20).max(width.min(10));
    foot.cells(vec![
        (0, room, field(fields)),
        (room + 1, width.saturating_sub(room + 1), Cell::Text(says, Align::Left)),
    ]);
}

fn reason(canvas: &mut Canvas<'_>, plan: &Plan, fields: &Fields<'_>, foot: &mut Page) {
    // One that is asked for stands out until it is given.
    let wanting = plan.asks_reason.is_some() && fields.reason.value().trim().is_empty();
    let muted = if wanting { canvas.bold(Role::Warn) } else { canvas.style(Role::Muted) };
    let (value, cursor) = (fields.reason.value().to_owned(), fields.reason.cursor());
    foot.cells(vec![
        (0, 8, Cell::Text(Phrase::of("Reason", muted), Align::Left)),
        (8, foot.width().saturating_sub(8), Cell::Field(value, cursor, fields.field == PlanField::Reason)),
    ]);
}

fn lease(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, fields: &Fields<'_>, foot: &mut Page) {
    let (muted, warn) = (canvas.style(Role::Muted), canvas.style(Role::Warn));
    let intent = plan.draft.intent.as_ref();
    let back = match (intent.map(|intent| intent.op), intent.and_then(|intent| intent.old_weight)) {
        (_, Some(weight)) => format!("puts weight {weight} back"),
        (Some(Op::Drain), None) => "puts it back".to_owned(),
        _ => "puts back what was".to_owned(),
    };
    let ends = |at| format!("then, at {}, any running Keepwatch {back}; empty: no end", say::when(model, at));
    let says = match (parsed(fields.lease.value()), intent.map(Intent::endable)) {
        (_, Some(Err(why))) => Phrase::of(why, muted),
        (Ok(Some(ms)), _) => Phrase::of(ends(model.now.plus(ms)), muted),
        (Ok(None), _) => match intent.and_then(|intent| intent.until) {
            Some(until) => Phrase::of(format!("as before: until {}; or 30m, 2h", say::when(model, until)), muted),
            None => Phrase::of("30m, 2h: then any running Keepwatch ".to_owned() + &back + "; empty: no end", muted),
        },
        (Err(_), _) => Phrase::of("no time; write 30m, 2h or 90s", warn),
    };
    let (value, cursor) = (fields.lease.value().to_owned(), fields.lease.cursor());
    let room = 10.min(foot.width().saturating_sub(8));
    foot.cells(vec![
        (0, 8, Cell::Text(Phrase::of("Lease", muted), Align::Left)),
        (8, room, Cell::Field(value, cursor, fields.field == PlanField::Lease)),
        (10 + room, foot.width().saturating_sub(10 + room), Cell::Text(says, Align::Left)),
    ]);
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
