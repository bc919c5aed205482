//! Who serves after a plan, and who is affected by it.

use crate::{
    app::Model,
    domain::{
        address::Address,
        instance::Presence,
        intent::Op,
        plan::{Plan, Remaining},
        show,
        text::Shown,
    },
    insight::{
        ahead, checks, edge, share,
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
const NAMED: usize = 12;
/// Addresses of one caller named at most.
const ADDRESSES: usize = 8;

/// The table of shares before ▸ after.
pub(super) fn serves(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    if plan.remaining.is_empty() {
        return;
    }
    let muted = canvas.style(Role::Muted);
    let (whose, how) = ahead::conditions(plan);
    page.heading("Who serves then", Phrase::of(whose, muted));
    let whole = share::whole(&plan.remaining);
    // The target always, then the others in their order.
    let target = &plan.draft.target.address;
    let mut order: Vec<usize> = (0..plan.remaining.len()).collect();
    if order.len() > SHOWN {
        order.sort_by_key(|i| plan.remaining[*i].address != *target);
    }
    let mut columns = Columns::of(page.width());
    // Where no call is seen there is no rate to tell.
    columns.rate = columns.rate.filter(|_| plan.remaining.iter().any(|one| one.rate_after.is_some()));
    columns.titles(muted, page);
    for i in order.iter().copied().take(SHOWN) {
        let one = &plan.remaining[i];
        let share = |known: Option<f64>, whole: Option<u8>| known.map(|f| (f, share::word(whole)));
        let shares = (share(one.share_before, whole[i].0), share(one.share_after, whole[i].1));
        row(canvas, model, plan, one, shares, &columns, page);
    }
    if let Some(more) = order.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        let text = format!("and {} more", show::plural(more as u64, "instance", "instances"));
        page.say(2, 2, &Phrase::of(text, muted));
    }
    page.say(2, 2, &Phrase::of(how, muted));
    page.blank();
}

/// Where the table's columns stand, by the room there is.
struct Columns {
    state: Option<u16>,
    weight: Option<u16>,
    before: u16,
    after: u16,
    bar: u16,
    /// Calls a second, before and after.
    rate: Option<u16>,
}

impl Columns {
    fn of(width: u16) -> Columns {
        match width {
            116.. => Columns { state: Some(25), weight: Some(42), before: 54, after: 76, bar: 12, rate: Some(97) },
            88.. => Columns { state: Some(25), weight: None, before: 40, after: 56, bar: 6, rate: Some(71) },
            72.. => Columns { state: None, weight: None, before: 25, after: 41, bar: 6, rate: Some(55) },
            52.. => Columns { state: None, weight: None, before: 25, after: 40, bar: 6, rate: None },
            _ => Columns { state: None, weight: None, before: 22, after: 28, bar: 0, rate: None },
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
        cells.extend(self.rate.map(|x| title(x, "calls")));
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
                let room = columns.weight.unwrap_or(columns.before).saturating_sub(x + 1);
                // Where the exact word has no room, the mark's own has.
                let exact = say::word(view);
                let word = if exact.len() + 2 > usize::from(room) { say::status_word(view.mark) } else { exact };
                let phrase = Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(format!(" {word}"), text);
                cells.push((x, room, Cell::Text(phrase, Align::Left)));
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
    cells.push((at, 1, Cell::Text(arrow.clone(), Align::Left)));
    if let Some(x) = columns.rate {
        let rate = |known: Option<f64>| known.map_or(show::UNKNOWN.to_owned(), show::rate);
        let (now, then) = (rate(one.rate_before), rate(one.rate_after));
        cells.push((x - 3, 8, Cell::Text(Phrase::of(now, text), Align::Right)));
        cells.push((x + 6, 1, Cell::Text(arrow, Align::Left)));
        cells.push((x + 8, 8, Cell::Text(Phrase::of(then, ink), Align::Right)));
    }
    page.cells(cells);
}

/// The weight as it is and, of the target, as it would be.
fn weights(canvas: &Canvas<'_>, plan: &Plan, view: &InstanceView<'_>, is_target: bool) -> Phrase<'static> {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let mut phrase = Phrase::of(view.declared.map_or(show::ABSENT.to_owned(), |w| w.to_string()), text);
    let written = plan.draft.writes.iter().find(|w| *w.path == *view.slot.key.path).and_then(|w| w.after.as_deref());
    let after = written.and_then(|bytes| std::str::from_utf8(bytes).ok()?.trim().parse::<i64>().ok());
    let after = match plan.draft.op {
        Op::Weight(n) => Some(n),
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

/// Callers by name, with what they call now.
pub(super) fn affected(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let service = &plan.draft.target.service.name;
    page.heading("Who is affected", Phrase::new());
    if plan.callers.is_empty() {
        let line = format!(
            "No caller of {} is known: none is declared, no breaker leads to it, no trace shows one.",
            model.cluster.short(service)
        );
        page.say(2, 2, &Phrase::of(line, muted));
        return;
    }
    for caller in plan.callers.iter().take(NAMED) {
        let mut phrase = Phrase::of(Shown::new(model.cluster.short(caller)).into_owned(), text);
        let addresses =
            model.world.registry.named(caller).flat_map(|s| s.registered().filter_map(|(k, _)| k.address()));
        let all: Vec<&str> = addresses.map(Address::text).collect();
        if !all.is_empty() {
            phrase.push(format!(" {}", all.iter().take(ADDRESSES).copied().collect::<Vec<_>>().join(", ")), text);
        }
        if all.len() > ADDRESSES {
            phrase.push(format!(" and {} more", all.len() - ADDRESSES), muted);
        }
        let calls = match model.world.traffic.edge(caller, service).and_then(|traffic| traffic.rate) {
            Some(rate) => format!("    {}", show::rate(rate)),
            None => "    no calls seen".to_owned(),
        };
        page.say(2, 4, &phrase.with(calls, muted));
    }
    more(&plan.callers, "caller", "callers", muted, page);
}

/// What speaks for and against a deregister, where anything is known.
pub(super) fn checks(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let all = checks::all(&model.world, plan, model.now, |at| say::when(model, at));
    if all.is_empty() {
        return;
    }
    page.heading("Checks", Phrase::new());
    for check in all {
        let (mark, ink) = match check.good {
            true => (Mark::Good.symbol(), canvas.theme().mark(Mark::Good)),
            false => ("!", canvas.bold(Role::Warn)),
        };
        page.say(2, 4, &Phrase::of(mark, ink).with(" ", ink).with(check.text, canvas.style(Role::Text)));
    }
    page.blank();
}

/// The callers' breakers, their state now, and what is likely to become of them.
pub(super) fn breakers(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let service = model.cluster.short(&plan.draft.target.service.name).to_owned();
    page.heading("Breakers", Phrase::new());
    if plan.breakers.is_empty() {
        page.say(2, 2, &Phrase::of(format!("No breaker towards {service} is known."), muted));
        return;
    }
    for one in plan.breakers.iter().take(NAMED) {
        let caller = model.cluster.short(&one.caller);
        let mut phrase = Phrase::of(Shown::new(caller).into_owned(), text)
            .with(format!(" {} ", Mark::To.symbol()), muted)
            .with(Shown::new(&service).into_owned(), text)
            .with("    ", muted);
        let ink = say::breaker(one.state).map_or(muted, |mark| canvas.theme().mark(mark));
        if let Some(mark) = say::breaker(one.state) {
            phrase.push(format!("{} ", mark.symbol()), ink);
        }
        phrase.push(
            format!("{} on {}", one.state.word().replace('_', "-"), edge::count_of(one.count, (one.of, one.unknown))),
            ink,
        );
        page.say(2, 4, &phrase.with("    ", muted).with(Shown::new(&one.ahead).into_owned(), text));
    }
    more(&plan.breakers, "caller", "callers", muted, page);
}

fn more<T>(all: &[T], one: &str, many: &str, muted: ratatui::style::Style, page: &mut Page) {
    if let Some(more) = all.len().checked_sub(NAMED).filter(|n| *n > 0) {
        page.say(2, 2, &Phrase::of(format!("and {} more", show::plural(more as u64, one, many)), muted));
    }
}
