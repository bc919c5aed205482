//! Who serves after a plan, and who is affected by it.

use crate::{
    app::Model,
    domain::{
        address::Address,
        instance::Presence,
        plan::{Plan, Remaining},
        show,
        text::Shown,
    },
    insight::{
        share,
        status::{self, InstanceView},
    },
    theme::{Mark, Role},
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page},
            phrase::Phrase,
        },
    },
};

/// Instances shown at most; the rest are counted.
const SHOWN: usize = 10;
/// Callers named at most.
const CALLERS: usize = 12;

/// The table of shares before ▸ after.
pub(super) fn serves(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    if plan.remaining.is_empty() {
        return;
    }
    let muted = canvas.style(Role::Muted);
    page.heading("Who serves then", Phrase::new());
    let parts = |of: fn(&Remaining) -> Option<f64>| {
        let known: Vec<f64> = plan.remaining.iter().map(|r| of(r).unwrap_or(0.0)).collect();
        show::shares(&known)
    };
    let (before, after) = (parts(|r| r.share_before), parts(|r| r.share_after));
    // The target always, then the others in their order.
    let target = &plan.draft.target.address;
    let mut order: Vec<usize> = (0..plan.remaining.len()).collect();
    if order.len() > SHOWN {
        order.sort_by_key(|i| plan.remaining[*i].address != *target);
    }
    let columns = Columns::of(page.width());
    columns.titles(muted, page);
    for i in order.iter().copied().take(SHOWN) {
        let one = &plan.remaining[i];
        let share = |known: Option<f64>, whole: &[u8]| known.map(|f| (f, show::share(whole[i])));
        let shares = (share(one.share_before, &before), share(one.share_after, &after));
        row(canvas, model, plan, one, shares, &columns, page);
    }
    if let Some(more) = order.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        let text = format!("and {} more", show::plural(more as u64, "instance", "instances"));
        page.say(2, 2, &Phrase::of(text, muted));
    }
    page.say(2, 2, &Phrase::of("shares by weight; calls follow as callers notice", muted));
    page.blank();
}

/// Where the table's columns stand, by the room there is.
struct Columns {
    state: Option<u16>,
    weight: Option<u16>,
    before: u16,
    after: u16,
    bar: u16,
}

impl Columns {
    fn of(width: u16) -> Columns {
        match width {
            100.. => Columns { state: Some(25), weight: Some(42), before: 54, after: 78, bar: 12 },
            72.. => Columns { state: Some(25), weight: None, before: 40, after: 57, bar: 6 },
            52.. => Columns { state: None, weight: None, before: 25, after: 40, bar: 6 },
            _ => Columns { state: None, weight: None, before: 22, after: 28, bar: 0 },
        }
    }

    fn titles(&self, muted: ratatui::style::Style, page: &mut Page) {
        let title = |x, text: &'static str| (x, 16, Cell::Text(Phrase::of(text, muted), Align::Left));
        let mut cells = vec![title(2, "instance")];
        cells.extend(self.weight.map(|x| title(x, "weight")));
        if self.bar > 0 {
            cells.push(title(self.before, "share before"));
            cells.push(title(self.after, "after"));
        } else {
            cells.push(title(self.before, "share"));
        }
        page.cells(cells);
    }
}

type Share = Option<(f64, String)>;

fn row(
    canvas: &Canvas<'_>,
    model: &Model,
    plan: &Plan,
    one: &Remaining,
    (before, after): (Share, Share),
    columns: &Columns,
    page: &mut Page,
) {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let is_target = one.address == plan.draft.target.address;
    let name = one.address.as_ref().map_or(show::ABSENT.to_owned(), |a| a.text().to_owned());
    let width = columns.state.unwrap_or(columns.before).saturating_sub(3);
    let name = crate::domain::fit::address(Shown::new(&name).into_owned(), false, usize::from(width)).into_owned();
    let mut cells = vec![(
        2,
        width,
        Cell::Text(Phrase::of(name, if is_target { canvas.style(Role::Strong) } else { text }), Align::Left),
    )];
    if let Some(address) = &one.address {
        with_view(model, plan, address, |view| {
            if let Some(x) = columns.state {
                let mark = say::mark(view.mark);
                let phrase =
                    Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(format!(" {}", say::word(view)), text);
                cells.push((x, 16, Cell::Text(phrase, Align::Left)));
            }
            if let Some(x) = columns.weight {
                cells.push((x, 11, Cell::Text(weights(canvas, plan, view, is_target), Align::Left)));
            }
        });
    }
    let arrow = Phrase::of(Mark::To.symbol(), if is_target { op } else { muted });
    let ink = if is_target { op } else { canvas.style(Role::Strong) };
    for (x, share, ink) in [(columns.before, before, text), (columns.after, after, ink)] {
        let word = share.as_ref().map_or(show::ABSENT.to_owned(), |(_, text)| text.clone());
        if columns.bar > 0 {
            if let Some((fraction, _)) = share {
                cells.push((x, columns.bar, Cell::Bar(fraction)));
            }
            cells.push((x + columns.bar + 1, 5, Cell::Text(Phrase::of(word, ink), Align::Right)));
        } else {
            cells.push((x, 5, Cell::Text(Phrase::of(word, ink), Align::Right)));
        }
    }
    let at = if columns.bar > 0 { columns.after - 2 } else { columns.after - 1 };
    cells.push((at, 1, Cell::Text(arrow, Align::Left)));
    page.cells(cells);
}

/// The weight as it is and, of the target, as it would be.
fn weights(canvas: &Canvas<'_>, plan: &Plan, view: &InstanceView<'_>, is_target: bool) -> Phrase<'static> {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let mut phrase = Phrase::of(view.declared.map_or(show::ABSENT.to_owned(), |w| w.to_string()), text);
    let written = plan.draft.writes.iter().find(|w| *w.path == *view.slot.key.path).and_then(|w| w.after.as_deref());
    let after = written.and_then(|bytes| std::str::from_utf8(bytes).ok()?.trim().parse::<i64>().ok());
    let after = match plan.draft.op {
        crate::domain::intent::Op::Weight(n) => Some(n),
        _ => after,
    };
    if let Some(after) = after.filter(|after| is_target && Some(*after) != view.declared) {
        phrase = phrase.with(format!(" {} ", Mark::To.symbol()), muted).with(after.to_string(), op);
    }
    phrase
}

fn with_view(model: &Model, plan: &Plan, address: &Address, then: impl FnOnce(&InstanceView<'_>)) {
    let Some(service) = model.world.registry.service(&plan.draft.target.service) else { return };
    let slot = service.slots.values().find(|s| s.presence == Presence::Registered && s.address() == Some(address));
    let Some(slot) = slot else { return };
    then(&status::instance(&model.world, service, slot, share::total(service)));
}

/// Callers by name, and the breakers that they have towards this service.
pub(super) fn affected(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let service = &plan.draft.target.service.name;
    page.heading("Who is affected", Phrase::new());
    if plan.callers.is_empty() {
        let line = format!(
            "No caller of {} is known: none is declared, no breaker leads to it.",
            model.cluster.short(service)
        );
        page.say(2, 2, &Phrase::of(line, muted));
        return;
    }
    for caller in plan.callers.iter().take(CALLERS) {
        let mut phrase = Phrase::of(Shown::new(model.cluster.short(caller)).into_owned(), text);
        match model.world.circuits.pair(caller, service) {
            Some(pair) => {
                let names: Vec<&str> = pair.breakers.iter().take(8).map(|b| b.reading.caller.address.text()).collect();
                phrase.push(format!(" {}", names.join(", ")), text);
                let state = pair.state.word().replace('_', "-");
                let count = pair.count(pair.state);
                phrase.push("    breaker ", muted);
                let ink = say::breaker(pair.state).map_or(muted, |mark| canvas.theme().mark(mark));
                if let Some(mark) = say::breaker(pair.state) {
                    phrase.push(format!("{} ", mark.symbol()), ink);
                }
                phrase.push(format!("{state} on {count} of {}", pair.breakers.len()), ink);
            }
            None => phrase.push("    calls it, as declared; no breaker known", muted),
        }
        page.say(2, 4, &phrase);
    }
    if let Some(more) = plan.callers.len().checked_sub(CALLERS).filter(|n| *n > 0) {
        page.say(2, 2, &Phrase::of(format!("and {} more", show::plural(more as u64, "caller", "callers")), muted));
    }
}
