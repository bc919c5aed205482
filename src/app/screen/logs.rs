//! What the logs screen remembers: the lines as they are filtered, level, and whether it follows the newest line or is held
//! for reading. Lines themselves are in the store.

use std::sync::Arc;

use crate::{
    app::{
        Model, grid,
        msg::{Effect, Effects},
        navigate,
        screen::{Screen, patterns},
        selection::Selection,
    },
    domain::{
        event::{Event, EventKind},
        log::{Level, LogLine},
        query::{Completion, Known, Query, Wrong, complete},
        span::TraceId,
    },
    insight::told,
    store::logs::{FoldedRow, LogFilter, LogList, LogRow, LogWindow, Place, RowKey},
};

/// Lines that are looked at for names of fields and sources.
const RECENT: usize = 100;
/// Names of fields that are offered.
const MOST_FIELDS: usize = 60;

/// What it remembers.
#[derive(Clone, Debug)]
pub struct State {
    /// The lines that fit.
    pub list: LogList,
    /// Those of the overview's pane: warnings and worse, unless a person asked for more.
    pub pane: LogList,
    /// Lines below this level are left out; unknown levels are kept.
    pub level: Level,
    /// The same of the overview's pane.
    pub pane_level: Level,
    /// Only lines that fit this.
    pub filter: String,
    /// Why the filter cannot be read.
    pub problem: Option<Wrong>,
    /// The row under the cursor; `None` follows the newest.
    pub on: Option<RowKey>,
    /// Rows shown above the cursor.
    pub above: usize,
    /// The line under the cursor is open, as a tree.
    pub open: bool,
    /// Events of the story are shown among the lines.
    pub events: bool,
    /// Lines grouped by what they have in common.
    pub patterns: patterns::State,
    /// It was asked to come back for lines that are still to be looked at.
    pub comes_back: bool,
}

impl Default for State {
    fn default() -> Self {
        State {
            list: LogList::default(),
            pane: LogList::folding(LogFilter::default()),
            level: Level::Info,
            pane_level: Level::Warn,
            filter: String::new(),
            problem: None,
            on: None,
            above: 0,
            open: false,
            events: true,
            patterns: patterns::State::default(),
            comes_back: false,
        }
    }
}

/// Brings the lists up to date.
pub(in crate::app) fn renew(model: &mut Model) {
    let (mut full, problem) = wanted(model, model.screens.logs.level);
    full.shape = model.screens.logs.patterns.lines_of.as_ref().map(|(shape, _)| *shape);
    let (pane, _) = wanted(model, model.screens.logs.pane_level);
    let (logs, state) = (&model.world.logs, &mut model.screens.logs);
    if let Some(list) = &mut state.patterns.list {
        if *list.filter() != full {
            *list = LogList::grouping(full.clone());
        }
        list.refresh(logs);
    }
    let anew = *state.list.filter() != full;
    if anew {
        state.list = LogList::new(full);
    }
    if *state.pane.filter() != pane {
        state.pane = LogList::folding(pane);
    }
    state.list.refresh(logs);
    state.pane.refresh(logs);
    if let Some(on) = state.on.filter(|_| anew && !state.list.is_behind()) {
        // The cursor stays on its line, or goes to the one before it that fits.
        state.on = state.list.near(logs, on);
        state.open = state.open && state.on == Some(on);
    }
    state.problem = problem;
}

/// Asks to come back, once, while lines are still to be looked at.
pub(in crate::app) fn look_further(model: &mut Model) -> Option<Effect> {
    let state = &mut model.screens.logs;
    let asks =
        (state.list.is_behind() || state.patterns.list.as_ref().is_some_and(LogList::is_behind)) && !state.comes_back;
    state.comes_back |= asks;
    asks.then_some(Effect::LookFurther)
}

/// The newest rows of the overview's pane, `height` of them, repeats folded.
pub fn folded(model: &Model, height: usize) -> Vec<FoldedRow<'_>> {
    let story = &model.world.story;
    let first = events(model).filter(|(number, _)| story.run(*number).is_some());
    model.screens.logs.pane.folded(&model.world.logs, first, height, model.now)
}

fn wanted(model: &Model, level: Level) -> (LogFilter, Option<Wrong>) {
    let (query, problem) = match Query::parse(&model.screens.logs.filter) {
        Ok(query) => (query, None),
        Err(wrong) => (Query::default(), Some(wrong)),
    };
    let mut filter = LogFilter { query, ..LogFilter::default() };
    if !filter.query.asks_level() && level > Level::Trace {
        filter.level = Some(level);
        filter.keep_unknown = level <= Level::Info;
    }
    match &model.selection {
        Selection::All => {}
        Selection::Service(name) => filter.services.push(name.clone()),
        Selection::Instance(id) => filter.instance = Some(id.clone()),
        Selection::Edge(from, to) => filter.services.extend([from.clone(), to.clone()]),
        Selection::Trace(id) => filter.trace = Some(*id),
    }
    (filter, problem)
}

/// The list that is shown now: the screen's, or the pane's.
pub fn list(model: &Model) -> &LogList {
    if model.screen == Screen::Overview { &model.screens.logs.pane } else { &model.screens.logs.list }
}

/// What is known of the world, for completing a filter.
fn known(model: &Model) -> Known {
    let registry = &model.world.registry;
    let mut services: Vec<Arc<str>> = registry.services().map(|s| s.id.name.clone()).collect();
    services.dedup();
    let slots = registry.services().flat_map(|s| s.registered());
    let instances = slots.filter_map(|(slot, _)| Some(slot.address()?.text().into())).collect();
    let mut fields = Vec::new();
    let mut sources: Vec<Arc<str>> = Vec::new();
    for line in model.world.logs.newest(RECENT) {
        for (key, _) in &line.fields {
            if !fields.contains(key) && fields.len() < MOST_FIELDS {
                fields.push(key.clone());
            }
        }
        let source: Arc<str> = line.source.name().into();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    Known { services, instances, fields, sources }
}

/// What could be typed next in the filter of lines.
pub fn completion(model: &Model, text: &str) -> Completion {
    complete(text, &known(model))
}

/// The filter with its last part completed as far as that is certain; else by the first that could be meant.
pub(in crate::app) fn completed(model: &Model, text: &str) -> Option<String> {
    let Completion { from, with } = completion(model, text);
    let first = with.first()?;
    let typed = text.len() - from;
    let common = with.iter().fold(first.as_str(), |common, other| {
        let same = common.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
        &common[..same.map_or(common.len().min(other.len()), |((at, _), _)| at)]
    });
    let best = if common.len() > typed { common } else { first };
    Some(format!("{}{best}", &text[..from]))
}

/// Events of the story that belong among the lines, oldest first, with their numbers.
pub fn events(model: &Model) -> impl DoubleEndedIterator<Item = (u64, &Event)> + Clone {
    let (story, selection) = (&model.world.story, &model.selection);
    let state = &model.screens.logs;
    let numbers = if state.events && !matches!(selection, Selection::Trace(_)) { story.numbers() } else { 0..0 };
    numbers.filter_map(|n| story.get(n).map(|event| (n, event))).filter(move |(number, event)| {
        // Lost lines stand in their own place, and the first verdict is in row 1.
        !matches!(event.kind, EventKind::Drops | EventKind::Verdict)
            && match (selection, &event.service) {
                (Selection::All, _) => true,
                (Selection::Instance(id), Some(service)) => {
                    *service == id.service && event.instance.as_deref().is_none_or(|at| at == id.address.text())
                }
                (_, Some(service)) => selection.holds_service(service),
                (_, None) => false,
            }
            && holds(&event.text, state.filter.trim())
            // One line for one act.
            && !told::part_of_another(story, *number)
    })
}

/// Whether a text holds what is looked for, capitals or not; most texts are looked through without a copy.
fn holds(text: &str, filter: &str) -> bool {
    filter.is_empty() || text.to_lowercase().contains(&filter.to_lowercase())
}

/// How many rows are shown, the rule and the lines around them left out.
pub fn height(model: &Model) -> usize {
    if model.screen == Screen::Overview {
        let panes = grid::overview(model.size, model.pane, navigate::further(model)).panes;
        let area = panes.into_iter().find(|(screen, _)| *screen == Screen::Logs).map(|(_, area)| area);
        return usize::from(area.map_or(0, |area| area.height.saturating_sub(1)));
    }
    let body = grid::frame(model.size).body.height;
    usize::from(body.saturating_sub(1 + graphs(body) + foot(body)))
}

/// Rows that the graphs of the levels take on a screen whose body is so high.
pub fn graphs(body: u16) -> u16 {
    if body >= 26 { 6 } else { 0 }
}

/// Rows of bookkeeping at the bottom.
pub fn foot(body: u16) -> u16 {
    if body >= 12 { 1 } else { 0 }
}

/// The rows that are seen, `height` of them.
pub fn window(model: &Model, height: usize) -> LogWindow<'_> {
    let state = &model.screens.logs;
    let (list, logs) = (list(model), &model.world.logs);
    let place = match state.on {
        None => Place::Follow,
        Some(on) => {
            let above = state.above.min(height.saturating_sub(1));
            let top = list.step(logs, events(model), on, -(above as isize)).unwrap_or(on);
            Place::Starting(top)
        }
    };
    list.window(logs, events(model), place, height)
}

fn newest(model: &Model) -> Option<RowKey> {
    list(model).window(&model.world.logs, events(model), Place::Follow, 1).rows.last().map(LogRow::key)
}

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    const FAR: usize = 1 << 20;
    model.screens.logs.open = false;
    let height = height(model);
    let newest = newest(model);
    let (list, logs) = (list(model), &model.world.logs);
    let state = &model.screens.logs;
    let (on, above) = match (state.on, by.unsigned_abs() > FAR) {
        (_, true) if by > 0 => (None, 0),
        (_, true) => {
            let first = list.window(logs, events(model), Place::Starting(RowKey::default()), 1);
            (first.rows.first().map(LogRow::key), 0)
        }
        // Below the newest there is nothing: live.
        (None, _) if by > 0 => (None, 0),
        (from, _) => {
            let from = from.or(newest);
            let to = from.and_then(|from| list.step(logs, events(model), from, by));
            let above = if state.on.is_none() { height.saturating_sub(1) } else { state.above };
            let above = above.saturating_add_signed(by).min(height.saturating_sub(1));
            if to == newest && by > 0 { (None, 0) } else { (to, above) }
        }
    };
    let state = &mut model.screens.logs;
    (state.on, state.above) = (on, above);
    Effects::new()
}

/// The line under the cursor, or the newest.
pub fn line(model: &Model) -> Option<LogLine> {
    let key = model.screens.logs.on.or_else(|| newest(model))?;
    model.world.logs.get(key.log()?)
}

/// The trace of the line under the cursor.
pub(in crate::app) fn trace(model: &Model) -> Option<TraceId> {
    line(model)?.trace
}

/// `Enter`: opens the line; on an open line, goes to its trace, from where `Esc` comes back.
pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let mut effects = Effects::new();
    if model.screen == Screen::Overview {
        let visit = model.screens.logs.on.is_some();
        effects.extend(navigate::open(model, Screen::Logs));
        renew(model);
        if !visit {
            return effects;
        }
    }
    let on = model.screens.logs.on.or_else(|| newest(model));
    let held = model.screens.logs.on.is_some();
    if !held {
        model.screens.logs.above = height(model).saturating_sub(1);
    }
    model.screens.logs.on = on;
    if !model.screens.logs.open {
        model.screens.logs.open = on.and_then(RowKey::log).is_some();
        return effects;
    }
    match trace(model) {
        Some(id) => effects.extend(super::traces::show(model, id, true)),
        None => super::super::update::say(model, "This line belongs to no trace.", false),
    }
    effects
}

pub(in crate::app) fn copied(model: &Model) -> Option<String> {
    let line = line(model)?;
    let service = line.service.as_deref().unwrap_or("-");
    Some(format!("{} {} {service} {}", line.at.rfc3339(), line.level.word(), line.message))
}

/// A level more (`by` = 1) or less is asked of the lines.
pub(in crate::app) fn level(model: &mut Model, by: isize) -> Effects {
    const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
    let state = &mut model.screens.logs;
    let level = if model.screen == Screen::Overview { &mut state.pane_level } else { &mut state.level };
    let at = LEVELS.iter().position(|l| l == level).unwrap_or(2);
    *level = LEVELS[at.saturating_add_signed(by).min(LEVELS.len() - 1)];
    let word = level.word();
    super::super::update::say(model, format!("Lines from {word} on are shown."), false);
    renew(model);
    Effects::new()
}
