//! What stands in the cells of the list of instances. Everything that only the registry tells is in the ink of what is
//! old while its link is lost.

use ratatui::style::{Modifier, Style};

use super::Tells;
use crate::{
    app::Model,
    domain::{
        health::HealthState,
        id::ServiceId,
        instance::{Admin, Presence},
        show,
        text::Shown,
    },
    insight::{
        cluster::Shares,
        share,
        status::{self, InstanceView, Mark as Status},
    },
    store::{registry::SlotKey, traffic::Calls},
    theme::{Mark, Role},
    ui::{
        say,
        widget::{canvas::Canvas, graph, phrase::Phrase, table::Slot},
    },
};

/// The cells of a share's bar where its number stands beside it.
const SHARE_BAR: u16 = 6;

/// Whether what the registry tells is old.
fn old(model: &Model) -> bool {
    say::freshness(model).registry.old().is_some()
}

/// A phrase in the ink of what is old; what is bold stays bold.
fn stale(canvas: &Canvas<'_>, phrase: Phrase<'static>) -> Phrase<'static> {
    let mut out = Phrase::new();
    for (text, style) in phrase.pieces() {
        let bold = style.add_modifier.contains(Modifier::BOLD);
        out.push(text.clone(), if bold { canvas.bold(Role::Stale) } else { canvas.style(Role::Stale) });
    }
    out
}

/// Whether what a mark says was told by a source that is old now.
fn mark_is_old(model: &Model, view: &InstanceView<'_>) -> bool {
    let now = say::freshness(model);
    let of = match view.mark {
        Status::Missing | Status::Gone | Status::DrainLost | Status::Drained => now.registry,
        Status::Draining | Status::Slow if view.slow.is_some() => now.traces,
        Status::Draining => now.registry,
        Status::Down | Status::Ghost | Status::NoAnswer | Status::Slow | Status::Unknown | Status::Up => now.health,
    };
    of.old().is_some()
}

/// A cell of a service's own line.
pub(super) fn service(canvas: &mut Canvas<'_>, model: &Model, id: &ServiceId, tells: Tells, slot: Slot) {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let name_ink = if old(model) { canvas.style(Role::Stale) } else { strong };
    let Some(summary) = model.cluster.of(id) else {
        if tells == Tells::Name {
            slot.put(canvas, &Phrase::of(&*id.name, name_ink));
        }
        return;
    };
    match tells {
        Tells::Name => {
            let mut phrase = Phrase::of(&*summary.short, name_ink);
            if !id.layout.explained() {
                phrase.push("  no known layout", muted);
            }
            slot.put(canvas, &phrase);
        }
        Tells::Marks => {
            let room = usize::from(slot.area.width);
            let fits = summary.places <= room;
            let shown = if fits { summary.places } else { room.saturating_sub(4) };
            let mut phrase = Phrase::new();
            for status in summary.row.iter().take(shown) {
                let mark = say::mark(*status);
                phrase.push(mark.symbol(), canvas.theme().mark(mark));
            }
            if shown < summary.places {
                phrase.push(format!("+{}", summary.places - shown.min(summary.row.len())), muted);
            }
            slot.put(canvas, &phrase);
        }
        Tells::Bar | Tells::Share => trend(canvas, model, id, slot),
        Tells::Rate | Tells::P95 | Tells::Errors => {
            let seen = summary.flow.as_ref().map(|flow| [flow.rate, flow.p95_ms, flow.errors()]);
            slot.put(canvas, &traffic(canvas, model, seen, tells, strong));
        }
        Tells::State if id.layout.explained() => {
            if let Some((note, role)) = say::judged(model, &id.name) {
                slot.put(canvas, &Phrase::of(note, canvas.bold(role)));
                return;
            }
            let full = summary.wanted == 0 && (summary.serving == summary.registered || !summary.asked);
            let (number, rest) = summary.serve();
            slot.put(canvas, &Phrase::of(number, if full { muted } else { strong }).with(rest, muted));
        }
        _ => {}
    }
}

/// A service's calls of the last two minutes, a cell for each part of them.
fn trend(canvas: &mut Canvas<'_>, model: &Model, id: &ServiceId, slot: Slot) {
    let Some(cells) = model.world.traffic.service_cells(&id.name) else { return };
    // The cell that is still going on would look like a fall.
    let done = &cells[..cells.len() - 1];
    let each = done.len().div_ceil(usize::from(slot.area.width).max(1));
    let mean = |part: &[Calls]| part.iter().map(|c| f64::from(c.calls)).sum::<f64>() / part.len() as f64;
    // What was before the first call is not known.
    let known = done.iter().skip_while(|c| c.calls == 0).count();
    let values: Vec<Option<f64>> =
        done[done.len() - known..].rchunks(each).rev().map(|part| Some(mean(part))).collect();
    let usual = crate::insight::flow::usual(&values);
    let style = canvas.style(Role::Bar);
    graph::spark(canvas, (slot.area.x, slot.area.y, slot.area.width), &values, usual, |_| style);
}

/// Rate, p95 or errors, of these three; muted where they are nothing. Of one that gets no call now the other two are not
/// told: they would be of before.
fn traffic(
    canvas: &Canvas<'_>,
    model: &Model,
    seen: Option<[Option<f64>; 3]>,
    tells: Tells,
    ink: Style,
) -> Phrase<'static> {
    let muted = canvas.style(Role::Muted);
    let absent = || Phrase::of(show::ABSENT, muted);
    let Some([rate, p95, errors]) = seen else { return absent() };
    let phrase = match tells {
        Tells::Rate => match rate {
            Some(rate) => Phrase::of(show::rate(rate), if rate == 0.0 { muted } else { ink }),
            None => Phrase::of(show::UNKNOWN, muted),
        },
        _ if rate == Some(0.0) => absent(),
        Tells::P95 => p95.map_or_else(absent, |ms| Phrase::of(show::latency(ms), muted)),
        _ => match errors {
            Some(ratio) if ratio >= 0.05 => Phrase::of(show::percent(ratio), canvas.bold(Role::Bad)),
            Some(ratio) if ratio > 0.01 => Phrase::of(show::percent(ratio), canvas.bold(Role::Warn)),
            Some(ratio) => Phrase::of(show::percent(ratio), muted),
            None => absent(),
        },
    };
    if say::freshness(model).traces.old().is_some() { stale(canvas, phrase) } else { phrase }
}

/// A cell of an instance's line.
pub(super) fn instance(
    canvas: &mut Canvas<'_>,
    model: &Model,
    (id, key): (&ServiceId, &SlotKey),
    total: f64,
    tells: Tells,
    slot: Slot,
) {
    let Some(service) = model.world.registry.service(id) else { return };
    let Some(place) = service.slots.get(key) else { return };
    let view = status::instance(&model.world, service, place, total);
    let muted = canvas.style(Role::Muted);
    let ink = match view.mark {
        Status::Up | Status::Unknown => muted,
        _ => canvas.style(Role::Text),
    };
    // What only the registry tells.
    let told = if old(model) { canvas.style(Role::Stale) } else { ink };
    match tells {
        Tells::Name => {
            let double = if service.double(place) { " (double)" } else { "" };
            let room = usize::from(slot.area.width).saturating_sub(1 + double.len());
            let name = match place.address() {
                Some(_) => crate::domain::fit::address(Shown::new(place.name()), false, room),
                None => crate::domain::fit::elide_middle(Shown::new(place.name()), room),
            };
            // The indent gives way before the address does.
            let indent = if name.cells() + double.len() + 2 <= usize::from(slot.area.width) { "  " } else { " " };
            let marked = model.marks.iter().any(|mark| mark.service == *id && mark.address.as_ref() == place.address());
            // The mark takes the place of the indent, so that no name moves.
            let (indent, lead) = if marked {
                (if indent.len() > 1 { "* " } else { "*" }, canvas.bold(Role::Op))
            } else {
                (indent, told)
            };
            let phrase = Phrase::of(indent, lead).with(&name, told).with(double, canvas.style(Role::Warn));
            slot.put(canvas, &phrase);
        }
        Tells::Marks => {
            let mark = say::mark(view.mark);
            let phrase = Phrase::of(mark.symbol(), canvas.theme().mark(mark));
            slot.put(canvas, &if mark_is_old(model, &view) { stale(canvas, phrase) } else { phrase });
        }
        Tells::Declared => slot.put(canvas, &number(canvas, view.declared, told)),
        Tells::Acts => slot.put(canvas, &acts(canvas, view.effective, told)),
        Tells::Due => {
            let text = due(model, id, key, view.due);
            slot.put(canvas, &Phrase::of(text, if old(model) { told } else { muted }));
        }
        Tells::Bar => {
            let live = model.world.traffic.is_live();
            let seen = share::seen(&model.world, place, view.id.as_ref());
            if let Some(due) = if live { seen } else { view.due } {
                let style = canvas.style(if !live && old(model) { Role::Line2 } else { Role::Bar });
                graph::bar_with_rest(canvas, slot.area.x, slot.area.y, slot.area.width.min(12), due, style);
            }
        }
        Tells::Seen => {
            let (text, _) = seen(model, &view, id, key);
            let old = say::freshness(model).traces.old().is_some();
            slot.put(canvas, &Phrase::of(text, if old { canvas.style(Role::Stale) } else { ink }));
        }
        Tells::Share => {
            let (text, share) = seen(model, &view, id, key);
            let old = say::freshness(model).traces.old().is_some();
            if let Some(share) = share {
                let style = canvas.style(if old { Role::BarLow } else { Role::Bar });
                graph::bar_with_rest(canvas, slot.area.x, slot.area.y, SHARE_BAR, share, style);
            }
            let style = match () {
                () if old => canvas.style(Role::Stale),
                () if view.declared == Some(0) => canvas.style(Role::Op),
                () => ink,
            };
            canvas.phrase_right(slot.area.x + SHARE_BAR, slot.area.right(), slot.area.y, &Phrase::of(text, style));
        }
        Tells::Rate | Tells::P95 | Tells::Errors => {
            // What it still took before it left is no traffic of now.
            let there = view.id.as_ref().filter(|_| view.presence == Presence::Registered);
            let seen = there.and_then(|id| model.world.traffic.instance(id));
            let seen = seen.map(|seen| [seen.rate, seen.p95_ms, seen.error_ratio]);
            slot.put(canvas, &traffic(canvas, model, seen, tells, ink));
        }
        Tells::Opinions => slot.put(canvas, &opinions(canvas, model, &view)),
        Tells::Zone | Tells::Version => {
            let keys: &[&str] = if tells == Tells::Zone { &["zone"] } else { &["version"] };
            let found = place.registered().and_then(|i| keys.iter().find_map(|k| i.metadata.get(*k)));
            let text = found.map_or(show::ABSENT, |v| v);
            let masked = crate::domain::secret::mask(text);
            slot.put(canvas, &Phrase::of(Shown::new(&masked), told));
        }
        Tells::State => slot.put(canvas, &state(canvas, model, &view, usize::from(slot.area.width))),
    }
}

/// The share of its service's calls that an instance was seen to take, as text and as a fraction.
fn seen(model: &Model, view: &InstanceView<'_>, id: &ServiceId, key: &SlotKey) -> (String, Option<f64>) {
    let calls = view.id.as_ref().and_then(|id| model.world.traffic.service(&id.service));
    let calls = calls.map_or(0, |t| u64::from(t.minute.calls));
    match shares(model, id, key).seen {
        Some(_) if calls < show::FEW => ("few".to_owned(), None),
        Some(share) => (show::share(share), Some(f64::from(share) / 100.0)),
        None => (show::ABSENT.to_owned(), None),
    }
}

/// The share that an instance is due, in whole percent: the same wherever it is told. `exact`: where it is not counted.
pub(in crate::ui) fn due(model: &Model, id: &ServiceId, key: &SlotKey, exact: Option<f64>) -> String {
    let whole = shares(model, id, key).due.or(exact.map(|d| (d * 100.0).round() as u8));
    let service = model.world.registry.service(id);
    let certain = || exact == Some(0.0) || service.is_none_or(share::certain);
    whole.filter(|_| exact.is_some() && certain()).map_or(show::ABSENT.to_owned(), show::share)
}

/// The whole percents of an instance, of those that add up to 100.
pub(in crate::ui) fn shares(model: &Model, id: &ServiceId, key: &SlotKey) -> Shares {
    let services = &model.cluster.services;
    let at = services.binary_search_by(|s| s.id.cmp(id));
    at.ok().and_then(|at| services[at].shares.get(key)).copied().unwrap_or_default()
}

fn acts(canvas: &Canvas<'_>, weight: Option<f64>, ink: Style) -> Phrase<'static> {
    let style = if weight == Some(0.0) { canvas.bold(Role::Op) } else { ink };
    Phrase::of(weight.map_or(show::ABSENT.to_owned(), show::weight), style)
}

fn number(canvas: &Canvas<'_>, weight: Option<i64>, ink: Style) -> Phrase<'static> {
    let style = if weight == Some(0) { canvas.bold(Role::Op) } else { ink };
    Phrase::of(weight.map_or(show::ABSENT.to_owned(), |w| w.to_string()), style)
}

/// Registry, itself, callers: a mark each, and `≠` where they differ.
fn opinions(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>) -> Phrase<'static> {
    let three = [registry_mark(view), self_mark(view), callers_mark(model, view)];
    let blank = canvas.style(Role::Muted);
    let mut phrase = Phrase::of(" ", blank);
    for (n, mark) in three.into_iter().enumerate() {
        match mark {
            Some(mark) => phrase.push(mark.symbol(), canvas.theme().mark(mark)),
            None => phrase.push(show::ABSENT, blank),
        }
        phrase.push(if n < 2 { "    " } else { " " }, blank);
    }
    if differ(model, view) {
        phrase.push(Mark::Disagree.symbol(), canvas.theme().mark(Mark::Disagree));
    }
    phrase
}

fn registry_mark(view: &InstanceView<'_>) -> Option<Mark> {
    Some(match view.mark {
        _ if view.presence == Presence::Registered => Mark::Up,
        Status::Gone => Mark::Left,
        _ => Mark::Missing,
    })
}

fn self_mark(view: &InstanceView<'_>) -> Option<Mark> {
    view.health.filter(|h| h.asked())?;
    Some(match view.state {
        HealthState::Up => Mark::Up,
        HealthState::Degraded | HealthState::Starting | HealthState::OutOfService => Mark::Slow,
        HealthState::Down => Mark::Down,
        HealthState::Unreachable | HealthState::NeverAnswered => Mark::NoAnswer,
        HealthState::Auth | HealthState::Unknown => Mark::Unknown,
    })
}

/// What callers believe of the whole service, by their breakers: one breaker does not tell instances apart.
pub(in crate::ui) fn callers_mark(model: &Model, view: &InstanceView<'_>) -> Option<Mark> {
    let name = &view.id.as_ref()?.service;
    let states = model.world.circuits.iter().filter(|b| b.reading.callee == *name).map(|b| b.state);
    let worst = states.max_by_key(|state| match say::breaker(*state) {
        Some(Mark::Open) => 3,
        Some(Mark::HalfOpen | Mark::Forced) => 2,
        Some(_) => 1,
        None => 0,
    })?;
    Some(say::breaker(worst).unwrap_or(Mark::Up))
}

/// Whether registry, itself and callers say different things of it.
pub(in crate::ui) fn differ(model: &Model, view: &InstanceView<'_>) -> bool {
    if view.presence != Presence::Registered {
        return false;
    }
    let ill = self_mark(view).is_some_and(|m| !matches!(m, Mark::Up | Mark::Unknown));
    let refused = matches!(callers_mark(model, view), Some(Mark::Open | Mark::HalfOpen));
    ill || refused && self_mark(view) == Some(Mark::Up)
}

/// Mark, word, and since when where that says something and there is room for it.
pub fn state(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, room: usize) -> Phrase<'static> {
    // That it is back in the balance is said even of one that is dead: the mark beside it tells that, and callers reach it now.
    let lost =
        view.admin == Admin::DrainLost && view.mark != Status::DrainLost && view.presence == Presence::Registered;
    let mark = if lost { Mark::DrainLost } else { say::mark(view.mark) };
    let ink = canvas.theme().mark(mark);
    let muted = canvas.style(Role::Muted);
    let quiet = matches!(view.mark, Status::Up | Status::Unknown | Status::Gone);
    let word = if quiet { muted } else { ink.add_modifier(Modifier::BOLD) };
    let mut phrase =
        Phrase::of(mark.symbol(), ink).with(" ", muted).with(if lost { "DRAIN LOST" } else { say::word(view) }, word);
    // A change of the last 10 s is told by its age in strong.
    let intent =
        view.intent.filter(|_| lost || matches!(view.mark, Status::DrainLost | Status::Draining | Status::Drained));
    let since = if lost { intent.and_then(|i| model.world.lost_since(&i.znode())) } else { view.since };
    if let Some(since) = since {
        let fresh = say::now(model).since(since) < 10_000;
        if !quiet || fresh {
            let style = if fresh { canvas.style(Role::Strong) } else { muted };
            let age = format!(" {}", say::ago(model, since));
            // Who wants it so goes before for how long, where there is no room for both.
            let by = intent.map_or(0, |intent| " by ".len() + Shown::new(&intent.by).as_str().chars().count());
            let both = phrase.cells() + age.len() + by <= room;
            let who = !both && !fresh && by > 0 && phrase.cells() + by <= room;
            if phrase.cells() + age.len() <= room && !who {
                phrase.push(age, style);
            }
        }
    }
    let more = view.slot.registered().and_then(|instance| instance.more.as_ref());
    let past = more.and_then(|more| more.routed.as_ref()).filter(|_| quiet).map(|_| " routed past");
    if let Some(past) = past.filter(|past| phrase.cells() + past.len() <= room) {
        phrase.push(past, canvas.style(Role::Warn));
    }
    if let Some(intent) = intent {
        let by = Phrase::of(" by ", muted).with(Shown::new(&intent.by).into_owned(), canvas.style(Role::Text));
        if phrase.cells() + by.cells() <= room {
            phrase.extend(by);
        }
    }
    if mark_is_old(model, view) { stale(canvas, phrase) } else { phrase }
}
