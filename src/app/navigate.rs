//! Getting around: which pane has the keys, what is under the cursor, what is selected, and the way back.

use std::sync::Arc;

use super::{
    Model,
    grid::{self, Room},
    msg::{Effect, Effects},
    overlay::Overlay,
    rows::{Fold, Row},
    screen::Screen,
    selection::Selection,
};
use crate::domain::{
    fact::LinkState,
    id::{InstanceId, ServiceId},
    plan::Target,
    verdict::Subject,
};

/// The pane that has the keys: the overview's focused one, else the screen.
pub fn focus(model: &Model) -> Screen {
    match model.screen {
        // There is only the one pane.
        Screen::Overview if Room::of(model.size) <= Room::Marks => Screen::Balancer,
        Screen::Overview => model.pane,
        screen => screen,
    }
}

/// Whether the first run takes the place of the screen: nothing was ever read, and at least one try has failed. Lines and
/// traces that came without a registry have their screens all the same.
pub fn first_run(model: &Model) -> bool {
    let link = model.world.registry.link();
    let shows = match model.screen {
        Screen::Diagnostics => true,
        Screen::Logs => model.world.logs.held() > 0,
        Screen::Traces => model.world.traces.held() > 0,
        _ => false,
    };
    link.state == LinkState::Never && link.attempt > 0 && !shows
}

/// What the first run offers: its key, what it is, and the command that does the same.
pub const FIRST_RUN: &[(char, &str, &str)] = &[
    #[cfg(feature = "demo")]
    ('d', "demo", "keepwatch demo"),
    ('c', "connect", "keepwatch --registry HOST:2181"),
    ('f', "file", "keepwatch --config microservices.yaml"),
];

/// What the next action is about: the instance under the cursor of the list in focus, else the only one selected.
pub fn target(model: &Model) -> Option<Target> {
    if focus(model) == Screen::Balancer {
        match model.rows.all.get(model.cursor.at) {
            Some(Row::Instance(service, key)) => {
                return target_at(model, service, key.address.as_ref(), &key.path);
            }
            // On a service's own line the selected instance is still the one that is meant, if it is selected.
            Some(Row::Service(_) | Row::RawFold(..)) | None => {}
        }
    }
    let Selection::Instance(id) = &model.selection else { return None };
    let (service, slot) = model.world.registry.at(&id.service, &id.address).next()?;
    target_at(model, &service.id, Some(&id.address), &slot.key.path)
}

fn target_at(
    model: &Model,
    service: &ServiceId,
    address: Option<&crate::domain::address::Address>,
    path: &Arc<str>,
) -> Option<Target> {
    let known = model.world.registry.service(service)?;
    let paths = match address {
        Some(address) => known
            .registered()
            .filter(|(slot, _)| slot.address() == Some(address))
            .flat_map(|(_, instance)| instance.paths().cloned())
            .collect(),
        None => vec![path.clone()],
    };
    Some(Target { service: service.clone(), address: address.cloned(), paths })
}

/// Makes the list of rows anew where it has to be, and keeps the cursor on the thing that it was on.
pub(super) fn renew_rows(model: &mut Model) {
    settle(model);
    let on = model.rows.all.get(model.cursor.at).cloned();
    model.rows.fold = folding(model);
    let traces = match &model.selection {
        Selection::Trace(id) => super::screen::traces::with(model, *id),
        _ => Vec::new(),
    };
    if !model.rows.renew(&model.world, &model.selection, &traces, on.as_ref()) {
        return;
    }
    let len = model.rows.all.len();
    // In a list that stands worst first, who never moved stays at the worst.
    let on = on.filter(|_| model.rows.fold != Fold::Worst || model.cursor.at > 0);
    let moved = on.and_then(|row| {
        model.rows.position(&row).or_else(|| {
            // An instance that came back under another znode is the same to a person.
            let Row::Instance(service, key) = &row else { return None };
            model.rows.all.iter().position(
                |r| matches!(r, Row::Instance(s, k) if s == service && k.address.is_some() && k.address == key.address),
            )
        })
    });
    model.cursor.put(moved.unwrap_or(model.cursor.at), len);
    if model.seek {
        put_cursor(model);
        // Once it is there the cursor is the person's.
        model.seek = !matches!(
            (&model.selection, model.rows.all.get(model.cursor.at)),
            (Selection::Instance(_), Some(Row::Instance(..))) | (Selection::Service(_), Some(_))
        );
    }
}

/// What is selected is from now on called as it is registered: who named it may have left out the `-service` at its end, before
/// anything was known. Before all is known another may still have that very name.
fn settle(model: &mut Model) {
    let registry = &model.world.registry;
    let is_named = !matches!(model.selection, Selection::All | Selection::Trace(_));
    if is_named && registry.complete().is_some() {
        model.selection = model.selection.renamed(|name| registry.known_as(name));
    }
}

/// What the list folds by itself: on the overview what is well, where there is not room for all; where a service is only
/// its marks, all. What is searched for or selected is never folded.
fn folding(model: &Model) -> Fold {
    let overview = || grid::overview(model.size, model.pane, further(model)).panes;
    if model.screen != Screen::Overview || model.selection != Selection::All || !model.rows.filter.is_empty() {
        return Fold::None;
    }
    if Room::of(model.size) <= Room::Marks {
        let room = overview().first().map_or(0, |(_, area)| usize::from(area.height.saturating_sub(2)));
        return if model.cluster.services.len() > room { Fold::Worst } else { Fold::All };
    }
    let Some((_, area)) = overview().into_iter().find(|(screen, _)| *screen == Screen::Balancer) else {
        return Fold::None;
    };
    let room = usize::from(area.height.saturating_sub(2));
    let listed = model.world.registry.services().filter(|s| s.id.layout.explained() || model.rows.raw_open);
    let rows: usize = listed.map(|s| s.slots.len() + 1).sum();
    if rows > room { Fold::Well } else { Fold::None }
}

/// How many lines the overview has to say beside row 1: the other verdicts, or what is well.
pub fn further(model: &Model) -> u16 {
    match u16::try_from(model.verdicts.len()).unwrap_or(u16::MAX) {
        0 if model.size.1 < 13 => 1,
        0 => 2,
        verdicts => verdicts - 1,
    }
}

/// Opens a screen; `Esc` comes back to the one before.
pub(super) fn open(model: &mut Model, screen: Screen) -> Effects {
    let mut effects = Effects::new();
    if model.screen != screen {
        let read = model.screen == Screen::Traces && screen == Screen::Balancer;
        let on = if read { super::screen::traces::instance(model) } else { None };
        model.trail.retain(|s| *s != screen);
        model.trail.push(model.screen);
        model.screen = screen;
        if screen == Screen::Overview {
            // A list that was read there is not read any more: its pane shows what is new. Its own screen goes on with it.
            super::screen::logs::leave(model);
            model.screens.traces.on = None;
            model.trail.clear();
        } else if Screen::PANES.contains(&screen) {
            model.pane = screen;
        }
        match screen {
            Screen::Circuits => super::screen::circuits::begin(model),
            Screen::Logs => super::screen::logs::come_back(model),
            Screen::Traces => effects.extend(super::screen::traces::come_back(model)),
            _ => {}
        }
        renew_rows(model);
        if let Some(at) = on.and_then(|id| stands_at(model, &id)) {
            model.cursor.put(at, model.rows.all.len());
        }
        // While nobody saw them they were not kept up to date.
        super::screen::logs::renew(model);
        super::screen::traces::renew(model);
    }
    effects
}

/// Narrows every pane.
pub(super) fn select(model: &mut Model, selection: Selection) -> Effects {
    let before = std::mem::replace(&mut model.selection, selection);
    let is_trace = |selection: &Selection| matches!(selection, Selection::Trace(_));
    if is_trace(&model.selection) && !is_trace(&before) {
        // A trace is looked at for a while: then it goes on with what was selected.
        model.screens.traces.before = before;
    }
    renew_rows(model);
    model.stale_insight = true;
    put_cursor(model);
    preferred(model)
}

/// One step wider than what is selected; from a trace, what was selected before.
pub(super) fn widened(model: &mut Model) -> Selection {
    match model.selection {
        Selection::Trace(_) => std::mem::take(&mut model.screens.traces.before),
        _ => model.selection.widened(),
    }
}

/// Puts the list's cursor on what is selected.
pub(super) fn put_cursor(model: &mut Model) {
    let at = match &model.selection {
        Selection::Instance(id) => stands_at(model, id),
        Selection::Service(name) => model.rows.all.iter().position(|r| matches!(r, Row::Service(s) if s.name == *name)),
        _ => None,
    };
    if let Some(at) = at {
        model.cursor.put(at, model.rows.all.len());
    }
}

/// The row of an instance.
fn stands_at(model: &Model, id: &InstanceId) -> Option<usize> {
    let is_it = |row: &Row| matches!(row, Row::Instance(s, k) if s.name == id.service && k.address.as_ref() == Some(&id.address));
    model.rows.all.iter().position(is_it)
}

/// `Esc`: closes what is open within the pane, else widens the selection, else goes back a screen.
pub(super) fn back(model: &mut Model) -> Effects {
    let pane = focus(model);
    if super::screen::traces::back(model) {
        return Effects::new();
    }
    if pane == Screen::Logs && super::screen::logs::back(model) {
        return Effects::new();
    }
    if model.screen == Screen::Logs && super::screen::patterns::back(model) {
        return Effects::new();
    }
    if !super::overlay::filter::of(model, pane).is_empty() {
        super::overlay::filter::set(model, "");
        return Effects::new();
    }
    if model.selection != Selection::All {
        let wider = widened(model);
        return select(model, wider);
    }
    if let Some(screen) = model.trail.pop() {
        model.screen = screen;
        renew_rows(model);
        if screen == Screen::Traces {
            return super::screen::traces::come_back(model);
        }
    }
    Effects::new()
}

/// `Tab`: the next pane of the overview (`by` = 1) or the one before (-1); elsewhere the next screen.
pub(super) fn next_pane(model: &mut Model, by: isize) -> Effects {
    if model.screen == Screen::Overview {
        let shown: Vec<Screen> =
            if Room::of(model.size) == Room::Marks { vec![Screen::Balancer] } else { Screen::PANES.to_vec() };
        let at = shown.iter().position(|s| *s == model.pane).unwrap_or(0) as isize;
        model.pane = shown[(at + by).rem_euclid(shown.len() as isize) as usize];
        return Effects::new();
    }
    let at = model.screen.digit() as isize - 1;
    let screen = Screen::ALL[1 + (at + by).rem_euclid(Screen::ALL.len() as isize - 1) as usize];
    open(model, screen)
}

/// Row 1 shows the next verdict (`by` = 1) or the one before (-1), and the cursor goes where it is about.
pub(super) fn next_problem(model: &mut Model, by: isize) -> Effects {
    let count = model.verdicts.len();
    if count == 0 {
        super::update::say(model, "No problem is known.", false);
        return Effects::new();
    }
    model.verdict_at = (model.verdict_at as isize + by).rem_euclid(count as isize) as usize;
    model.screens.verdicts.put(model.verdict_at, count);
    Effects::new()
}

/// Goes where the shown verdict is about: selects it and opens the screen that shows it best.
pub(super) fn to_verdict(model: &mut Model) -> Effects {
    let Some(verdict) = model.verdicts.get(model.verdict_at) else { return Effects::new() };
    let (selection, screen) = match verdict.subject.clone() {
        Subject::Registry | Subject::Source(_) => (Selection::All, Screen::Diagnostics),
        Subject::Service(name) => (Selection::Service(name), Screen::Balancer),
        Subject::Instance(id) => (Selection::Instance(id), Screen::Balancer),
        Subject::Circuit(from, to) => (Selection::Edge(from, to), Screen::Circuits),
    };
    let mut effects = open(model, screen);
    effects.extend(select(model, selection));
    effects
}

/// Selects by a name as typed: `SERVICE/HOST:PORT` or `SERVICE`; a `-service` at the end may be left out.
pub(super) fn goto(model: &mut Model, text: &str) -> Effects {
    use crate::domain::target::Choice;
    let whole = |name: &str| {
        let whole = model.world.registry.called(name);
        let there = model.world.registry.named(&whole).next().is_some();
        there.then_some(whole)
    };
    let found = match text.parse::<Choice>() {
        Ok(Choice::Service(name)) => whole(&name).map(Selection::Service),
        Ok(Choice::Instance(target)) => whole(&target.service)
            .filter(|service| model.world.registry.at(service, &target.address).next().is_some())
            .map(|service| Selection::Instance(InstanceId { service, address: target.address })),
        Err(_) => None,
    };
    match found {
        Some(selection) => {
            // A trace that is open is what is selected: now something else is.
            super::screen::traces::forget(model);
            select(model, selection)
        }
        None => {
            super::update::say(model, format!("Nothing is called `{text}`: no such service or instance."), true);
            Effects::new()
        }
    }
}

/// The services and instance that telemetry panes are narrowed to by what is under the cursor.
pub fn under_cursor(model: &Model) -> Selection {
    match focus(model) {
        Screen::Balancer => match model.rows.all.get(model.cursor.at) {
            Some(Row::Service(id)) => Selection::Service(id.name.clone()),
            Some(Row::Instance(id, key)) => match &key.address {
                Some(address) => Selection::Instance(InstanceId { service: id.name.clone(), address: address.clone() }),
                None => Selection::Service(id.name.clone()),
            },
            _ => model.selection.clone(),
        },
        Screen::Topology => match (&model.screens.topology.node, &model.screens.topology.edge) {
            (Some(node), Some(to)) => Selection::Edge(node.clone(), to.clone()),
            (Some(node), None) => Selection::Service(node.clone()),
            _ => model.selection.clone(),
        },
        Screen::Circuits => super::screen::circuits::under_cursor(model).unwrap_or_else(|| model.selection.clone()),
        Screen::Traces => {
            super::screen::traces::under_cursor(model).map_or_else(|| model.selection.clone(), Selection::Trace)
        }
        Screen::Logs => {
            let about = super::screen::logs::about::under_cursor(model);
            let trace = || super::screen::logs::trace(model).map(Selection::Trace);
            about.or_else(trace).unwrap_or_else(|| model.selection.clone())
        }
        _ => model.selection.clone(),
    }
}

/// Whether anything lies on top.
pub fn covered(model: &Model) -> bool {
    model.overlays.iter().any(|o| !matches!(o, Overlay::Filter { .. } | Overlay::Ask { .. } | Overlay::Begin { .. }))
}

/// Ends the program, unless a write is under way: then when it is answered, or its time is over.
pub(super) fn quit(model: &mut Model) -> Effects {
    model.quitting = true;
    vec![Effect::Quit]
}

/// Whom to ask first: what is selected or under the cursor, and what is ill.
pub(super) fn interesting(model: &Model) -> Vec<InstanceId> {
    let mut ids = Vec::new();
    let under = under_cursor(model);
    ids.extend(model.selection.instance().or(under.instance()).cloned());
    for verdict in model.verdicts.iter().take(50) {
        if let Subject::Instance(id) = &verdict.subject {
            ids.push(id.clone());
        }
    }
    ids
}

/// The same as an effect.
pub(super) fn preferred(model: &Model) -> Effects {
    vec![Effect::Prefer(interesting(model))]
}
