//! How far a drain has come, a line for each step with its mark, word and number; then the plan against what is seen.
//!
//! ```text
//! ✓  written           at 14:03:12
//! ✓  marked            the registry says so
//! ◈  traffic leaves    ━━───────── share 6 %, due 0 %           last call 0.4 s ago
//! ◈  callers           2 of 3 do not call it any more; orders 10.0.0.4:5002 does
//! ?  in flight         no source tells it
//! ·  done              when no call is seen for 10 s, while its siblings are called
//! ```

use crate::{
    app::{Model, followed},
    domain::{id::InstanceId, intent::Op, plan::Plan, show, text::Shown, time::Moment},
    insight::{
        progress::{self, Phase, Progress},
        status::InstanceView,
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

/// Where what a step says begins.
const SAYS: u16 = 19;
/// Callers named at most.
const NAMED: usize = 3;

/// The block of an instance's detail: of this run's own write, else of a drain that somebody keeps.
pub(super) fn block(
    canvas: &Canvas<'_>,
    model: &Model,
    service: &crate::store::registry::Service,
    view: &InstanceView<'_>,
    width: u16,
) -> Option<Page> {
    let id = view.id.as_ref()?;
    let mut page = Page::new(width);
    if let Some(one) = followed::last(model, id)
        && let (Some(progress), Some(since)) = (one.progress(model), one.since)
    {
        page.heading(title(one.plan.draft.op), state(canvas, &progress));
        steps(canvas, model, &progress, since, &mut page);
        against(canvas, model, &one.plan, &mut page);
        return Some(page);
    }
    let intent = view.intent.filter(|intent| intent.op == Op::Drain)?;
    let progress = progress::look(&model.world, &service.id, id, intent.at, None, model.now);
    page.heading(title(Op::Drain), state(canvas, &progress));
    steps(canvas, model, &progress, intent.at, &mut page);
    Some(page)
}

fn title(op: Op) -> &'static str {
    match op {
        Op::Deregister => "Deregister",
        Op::Weight(_) => "Weight 0",
        _ => "Drain",
    }
}

/// The word for how far it is.
pub(in crate::ui) fn state(canvas: &Canvas<'_>, progress: &Progress) -> Phrase<'static> {
    let (word, role) = match progress.phase {
        Phase::Requested => ("requested", Role::Op),
        Phase::Leaving => ("draining", Role::Op),
        Phase::Done => ("done", Role::Ok),
        Phase::NoEffect => ("no effect", Role::Bad),
        Phase::Untold => ("not proved", Role::Muted),
    };
    Phrase::of(word, canvas.bold(role))
}

/// All steps.
pub(in crate::ui) fn steps(canvas: &Canvas<'_>, model: &Model, progress: &Progress, since: Moment, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let done = progress.phase == Phase::Done;
    let going = if progress.phase == Phase::NoEffect { Some(Mark::Failed) } else { Some(Mark::Draining) };
    line(canvas, page, Some(Mark::Good), "written", Phrase::of(format!("at {}", say::clock(model, since)), text));
    let words = if progress.marked { "the registry says so" } else { "the registry does not say so" };
    let mark = if progress.marked { Mark::Good } else { Mark::Draining };
    line(canvas, page, Some(mark), "marked", Phrase::of(words, text));
    let mut traffic = match progress.share {
        Some(share) => Phrase::of(format!("share seen {}", show::percent(share)), text),
        None => Phrase::of("? no trace tells its share", muted),
    };
    traffic.push(
        match progress.last_call {
            Some(at) => format!("   last call {} ago", say::age(model, at)),
            None => "   no call was ever seen".to_owned(),
        },
        muted,
    );
    let ended = progress.quiet_ms >= progress::QUIET_MS && progress.share.is_some();
    line(canvas, page, if ended { Some(Mark::Good) } else { going }, "traffic leaves", traffic);
    let (mark, callers) = callers(canvas, model, progress);
    line(canvas, page, mark, "callers", callers);
    line(canvas, page, Some(Mark::Unknown), "in flight", Phrase::of("no source tells it", muted));
    let siblings = show::plural(progress.siblings, "call", "calls");
    let quiet = show::duration((progress.quiet_ms / 1000) as u64);
    let (mark, words) = match (progress.phase, &progress.why) {
        (Phase::Done, _) => (Some(Mark::Good), format!("no call for {quiet}, while its siblings served {siblings}")),
        (Phase::NoEffect, Some(why)) => (Some(Mark::Failed), format!("no effect: {why}")),
        (Phase::Untold, Some(why)) => (Some(Mark::Unknown), format!("not proved: {why}")),
        (_, Some(why)) => (None, why.clone()),
        (_, None) => {
            let needs = progress::QUIET_MS / 1000;
            (
                None,
                format!("when no call is seen for {needs} s, while its siblings are called; now {quiet}, {siblings}"),
            )
        }
    };
    line(canvas, page, mark, "done", Phrase::of(Shown::new(&words).into_owned(), if done { text } else { muted }));
}

fn callers(canvas: &Canvas<'_>, model: &Model, progress: &Progress) -> (Option<Mark>, Phrase<'static>) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let Some((still, all)) = &progress.holders else {
        return (Some(Mark::Unknown), Phrase::of("no trace tells who calls it", muted));
    };
    if still.is_empty() {
        return (Some(Mark::Good), Phrase::of(format!("none of {all} calls it any more"), text));
    }
    let name = |id: &InstanceId| say::instance(model, id);
    let mut names: Vec<String> = still.iter().take(NAMED).map(name).collect();
    if let Some(more) = still.len().checked_sub(NAMED).filter(|n| *n > 0) {
        names.push(format!("{more} more"));
    }
    let words = format!("{} of {all} still call it: {}", still.len(), names.join(", "));
    (Some(Mark::Draining), Phrase::of(Shown::new(&words).into_owned(), text))
}

fn line(canvas: &Canvas<'_>, page: &mut Page, mark: Option<Mark>, word: &'static str, says: Phrase<'static>) {
    let muted = canvas.style(Role::Muted);
    let mut lead = match mark {
        Some(mark) => Phrase::of(mark.symbol(), canvas.theme().mark(mark)),
        None => Phrase::of("·", muted),
    };
    lead.push(format!(" {word:<width$}", width = usize::from(SAYS) - 2), muted);
    lead.extend(says);
    page.say(0, SAYS, &lead);
}

/// For each that serves, what the plan said of its share and rate, and what is seen; then the breakers.
pub(in crate::ui) fn against(canvas: &Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let service = &plan.draft.target.service.name;
    let told = plan.remaining.iter().filter(|one| one.share_after.is_some_and(|share| share > 0.0));
    let told: Vec<_> = told.take(6).collect();
    if told.is_empty() && plan.breakers.is_empty() {
        return;
    }
    page.blank();
    let row = |page: &mut Page, name: Phrase<'static>, said: Phrase<'static>, seen: Phrase<'static>| {
        let width = page.width();
        let (a, b) = (width * 2 / 5, width * 7 / 10);
        page.cells(vec![
            (0, a.saturating_sub(1), Cell::Text(name, Align::Left)),
            (a, (b - a).saturating_sub(1), Cell::Text(said, Align::Left)),
            (b, width - b, Cell::Text(seen, Align::Left)),
        ]);
    };
    row(page, Phrase::of("Was it right?", muted), Phrase::of("plan said", muted), Phrase::of("seen now", muted));
    for one in told {
        let Some(address) = &one.address else { continue };
        let id = InstanceId { service: service.clone(), address: address.clone() };
        let both = |share: Option<f64>, rate: Option<f64>| {
            let share = share.map_or(show::UNKNOWN.to_owned(), show::percent);
            rate.map_or(share.clone(), |rate| format!("{share}  {}", show::rate(rate)))
        };
        let seen = both(
            model.world.traffic.share_seen(&id),
            model.world.traffic.instance(&id).and_then(|traffic| traffic.rate),
        );
        row(
            page,
            Phrase::of(Shown::new(address.text()).into_owned(), text),
            Phrase::of(both(one.share_after, one.rate_after), muted),
            Phrase::of(seen, text),
        );
    }
    for one in plan.breakers.iter().take(NAMED) {
        let now = model.world.circuits.pair(&one.caller, service).map_or(show::UNKNOWN.to_owned(), |pair| {
            format!("{} on {} of {}", pair.state.word().replace('_', "-"), pair.count(pair.state), pair.breakers.len())
        });
        let ahead = one.ahead.split(':').next().unwrap_or_default();
        row(
            page,
            Phrase::of(format!("breakers of {}", Shown::new(model.cluster.short(&one.caller)).as_str()), text),
            Phrase::of(Shown::new(ahead).into_owned(), muted),
            Phrase::of(now, text),
        );
    }
}
