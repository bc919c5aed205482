//! What a batch is as one plan: every write with its path, how long they hold, who serves after all of it and who calls.

use crate::{
    app::{Model, batch::Batch},
    domain::{plan::Plan, show, text::Shown},
    insight::{share, whole::Whole},
    theme::{Mark, Role},
    ui::{
        overlay::plan::writes,
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page},
            phrase::Phrase,
        },
    },
};

/// Steps whose writes are listed at most; the rest are counted.
const LISTED: usize = 20;
/// Instances of one service shown at most.
const SHOWN: usize = 20;

/// All of it, before it is confirmed; nothing of it while it runs.
pub(super) fn all(canvas: &mut Canvas<'_>, model: &Model, batch: &Batch, wholes: &[Whole], page: &mut Page) {
    if wholes.is_empty() {
        return;
    }
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    for one in wholes {
        serves(canvas, model, one, page);
    }
    let plans: Vec<&Plan> = batch.steps.iter().filter_map(|step| step.plan.as_deref()).collect();
    page.heading("What is written", Phrase::new());
    for plan in plans.iter().take(LISTED) {
        writes::all(canvas, plan, page);
    }
    if plans.len() > LISTED {
        page.say(2, 2, &Phrase::of(format!("and what {} more steps write", plans.len() - LISTED), muted));
    }
    page.blank();
    page.heading("How long it holds", Phrase::new());
    let mut told: Vec<String> = Vec::new();
    for plan in &plans {
        let effect = &plan.draft.takes_effect;
        let notice = if effect.is_empty() { String::new() } else { format!("Callers notice: {effect}") };
        for line in [plan.draft.durability.sentence().to_owned(), notice] {
            if !line.is_empty() && !told.contains(&line) {
                told.push(line);
            }
        }
    }
    for line in &told {
        page.say(2, 2, &Phrase::of(Shown::new(line).into_owned(), text));
    }
    page.blank();
}

/// Who serves one service then, and who calls it.
fn serves(canvas: &Canvas<'_>, model: &Model, one: &Whole, page: &mut Page) {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let name = Shown::new(model.cluster.short(&one.service.name)).into_owned();
    page.heading("Who serves then", Phrase::of(name, muted));
    let width = page.width();
    for (row, (before, after)) in one.remaining.iter().zip(share::whole(&one.remaining)).take(SHOWN) {
        let address = row.address.as_ref().map_or("?", |address| address.text()).to_owned();
        let rate = match (row.rate_before, row.rate_after) {
            (Some(before), Some(after)) => {
                format!("{} {} {}", show::rate(before), Mark::To.symbol(), show::rate(after))
            }
            _ => String::new(),
        };
        let ink = if before == after { muted } else { op };
        let change = format!("{} {} {}", share::word(before), Mark::To.symbol(), share::word(after));
        let rate_at = (width / 2 + 18).min(width);
        page.cells(vec![
            (
                2,
                (width / 2).saturating_sub(3),
                Cell::Text(Phrase::of(Shown::new(&address).into_owned(), text), Align::Left),
            ),
            (width / 2, 17, Cell::Text(Phrase::of(change, ink), Align::Left)),
            (rate_at, width - rate_at, Cell::Text(Phrase::of(rate, muted), Align::Left)),
        ]);
    }
    if one.remaining.len() > SHOWN {
        page.say(2, 2, &Phrase::of(format!("and {} more", one.remaining.len() - SHOWN), muted));
    }
    if !one.callers.is_empty() {
        let names: Vec<&str> = one.callers.iter().map(|name| model.cluster.short(name)).collect();
        let line = Phrase::of("callers: ", muted).with(Shown::new(&names.join(", ")).into_owned(), text);
        page.say(2, 4, &line);
    }
    page.blank();
}
