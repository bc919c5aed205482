//! What the logs screen remembers: the lines as they are filtered, level, and whether it follows the newest line or is held
//! for reading. Lines themselves are in the store.

pub mod about;
pub mod beyond;
pub mod columns;
mod complete;
mod cursor;
pub mod jump;
pub mod save;
pub mod search;
pub mod through;
pub mod tree;
mod whose;

use crate::{
    app::{
        Model, applies, grid,
        msg::Effects,
        navigate,
        screen::{Screen, patterns, traces},
        selection::Selection,
        update::say,
    },
    command::Command,
    domain::{
        event::{Event, EventKind},
        id::InstanceId,
        log::Level,
        query::{Asked, Query, Wrong},
        time::Moment,
    },
    insight::told,
    store::effort::Effort,
    store::logs::{FoldedRow, LogFilter, LogList, LogWindow, Place, RowKey},
};
use columns::Column;
use complete::known;
pub(in crate::app) use complete::{completed, registered, told, with_completion};
pub use complete::{completion, hint};
pub use cursor::line;
pub(in crate::app) use cursor::{back, come_back, copied, leave, open, page, step, trace};
use cursor::{go, newest};

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
    /// Others fit than before: the cursor has still to be put on one that does, once all have been looked at.
    moved: bool,
    /// The row under the cursor; `None` follows the newest.
    pub on: Option<RowKey>,
    /// Rows shown above the cursor.
    pub above: usize,
    /// Where both were when the overview was opened: there the newest are shown.
    left: Option<(RowKey, usize)>,
    /// The line under the cursor is open, as a tree.
    pub open: bool,
    /// Where the cursor is in that tree.
    pub tree: tree::State,
    /// What is searched among the lines.
    pub search: search::Search,
    /// The errors among the lines, while somebody goes along them.
    pub errors: Option<LogList>,
    /// What was asked for while lines were still to be looked at.
    pub waits: Option<Wait>,
    /// The columns that were chosen.
    pub columns: columns::State,
    /// What is being saved.
    pub saving: Option<save::Saving>,
    /// Where no line is left: what there would be elsewhere.
    pub beyond: Option<beyond::Beyond>,
    /// By what lines are those of what is selected.
    whose: whose::Known,
    /// Of the circuit or the edge that is selected, the traces that went through it.
    pub calls: Option<through::Calls>,
    /// Events of the story are shown among the lines.
    pub events: bool,
    /// Lines grouped by what they have in common.
    pub patterns: patterns::State,
}

/// What is done as soon as all lines have been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// To the next hit of the search, or the one before.
    Hit(isize),
    /// So many errors on, or back.
    Error(isize),
    /// To a moment.
    Time(Moment),
    /// Save to this file.
    Save(String),
}

impl Default for State {
    fn default() -> Self {
        State {
            list: LogList::counting(LogFilter::default()),
            pane: LogList::folding(LogFilter::default()),
            level: Level::Info,
            pane_level: Level::Warn,
            filter: String::new(),
            problem: None,
            moved: false,
            on: None,
            above: 0,
            left: None,
            open: false,
            tree: tree::State::default(),
            search: search::Search::default(),
            errors: None,
            waits: None,
            columns: columns::State::default(),
            saving: None,
            beyond: None,
            whose: whose::Known::default(),
            calls: None,
            events: true,
            patterns: patterns::State::default(),
        }
    }
}

/// Brings the lists up to date.
pub(in crate::app) fn renew(model: &mut Model) {
    let mut effort = model.piece.first();
    renew_within(model, &mut effort);
}

/// The same as far as the effort goes.
pub(in crate::app) fn renew_within(model: &mut Model, effort: &mut Effort) {
    whose::renew(model);
    if matches!(model.screen, Screen::Logs | Screen::Overview) {
        through::renew(model, effort);
    }
    let (mut full, problem) = wanted(model, model.screens.logs.level);
    full.shape = model.screens.logs.patterns.lines_of.as_ref().map(|(shape, _)| shape.clone());
    let (pane, _) = wanted(model, model.screens.logs.pane_level);
    let (logs, state) = (&model.world.logs, &mut model.screens.logs);
    state.problem = problem;
    if *state.list.filter() != full {
        state.list = LogList::counting(full.clone());
        state.moved = true;
    }
    if *state.pane.filter() != pane {
        state.pane = LogList::folding(pane);
    }
    // What nobody sees waits until somebody does.
    match model.screen {
        Screen::Logs => {}
        Screen::Overview => return state.pane.refresh_within(logs, effort),
        _ => return state.errors = None,
    }
    state.list.refresh_within(logs, effort);
    if let Some(list) = &mut state.patterns.list {
        if *list.filter() != full {
            *list = LogList::grouping(full.clone());
        }
        list.refresh_within(logs, effort);
    }
    if state.moved && !state.list.is_behind() {
        state.moved = false;
        // The cursor stays on its line, or goes to the one before it that fits.
        let near = state.on.and_then(|on| state.list.near(logs, on));
        state.open = state.open && state.on == near;
        state.on = near;
    }
    beyond::renew(model, &full, effort);
    search::renew(model, &full, effort);
    jump::renew(model, &full, effort);
}

/// Whether lines are still to be looked at.
pub(in crate::app) fn is_behind(model: &Model) -> bool {
    let calls = model.screens.logs.calls.as_ref().is_some_and(through::Calls::is_behind);
    match model.screen {
        Screen::Overview => calls || model.screens.logs.pane.is_behind(),
        Screen::Logs => {
            let beyond = model.screens.logs.beyond.as_ref();
            calls || waits(model) || beyond.is_some_and(beyond::Beyond::is_behind)
        }
        _ => false,
    }
}

/// Whether lines are still to be looked at that keys of this screen go along.
fn waits(model: &Model) -> bool {
    let state = &model.screens.logs;
    let lists = [Some(&state.list), state.patterns.list.as_ref(), state.errors.as_ref()];
    lists.into_iter().flatten().any(LogList::is_behind) || state.search.is_behind()
}

/// Does what waited for all lines to be looked at.
pub(in crate::app) fn waited(model: &mut Model) -> Effects {
    if waits(model) {
        return Effects::new();
    }
    if let Some(wait) = model.screens.logs.waits.take() {
        model.dirty = true;
        match wait {
            Wait::Hit(by) => return search::step(model, by),
            Wait::Error(by) => return jump::error(model, by),
            Wait::Time(at) => jump::land(model, at),
            Wait::Save(path) => return save::begin(model, &path),
        }
    }
    Effects::new()
}

/// The newest rows of the overview's pane, `height` of them, repeats folded.
pub fn folded(model: &Model, height: usize) -> Vec<FoldedRow<'_>> {
    let story = &model.world.story;
    let first = events(model).filter(|(number, _)| story.run(*number).is_some());
    model.screens.logs.pane.folded(&model.world.logs, first, height, model.now)
}

fn wanted(model: &Model, level: Level) -> (LogFilter, Option<Wrong>) {
    // A part that cannot be read does nothing; the field says what is wrong with it.
    let (query, problem) = Query::readable(Asked::Lines, &model.screens.logs.filter);
    let mut filter = LogFilter { query, ..LogFilter::default() };
    if !filter.query.asks_level() && level > Level::Trace {
        filter.level = Some(level);
        filter.keep_unknown = level <= Level::Info;
    }
    let whose = &model.screens.logs.whose.services;
    let of = |id: &InstanceId| whose.first().map(|whose| (whose.clone(), id.address.clone()));
    match &model.selection {
        Selection::All => {}
        Selection::Instance(id) => filter.instance = of(id),
        Selection::Service(_) | Selection::Edge(..) => filter.services.clone_from(whose),
        Selection::Circuit(from, _) => {
            filter.services.clone_from(whose);
            filter.only = of(from);
        }
        Selection::Trace(id) => filter.traces = traces::with(model, *id),
    }
    let through = || model.screens.logs.calls.as_ref().map(|calls| calls.through.clone());
    match &model.selection {
        Selection::Edge(..) | Selection::Circuit(..) => filter.through = through(),
        Selection::Service(_) | Selection::Instance(_) => filter.beside = through().filter(|vain| !vain.is_empty()),
        _ => {}
    }
    (filter, problem)
}

/// The list that is shown now: the screen's, or the pane's.
pub fn list(model: &Model) -> &LogList {
    if model.screen == Screen::Overview { &model.screens.logs.pane } else { &model.screens.logs.list }
}

/// Events of the story that belong among the lines, oldest first, with their numbers.
pub fn events(model: &Model) -> impl DoubleEndedIterator<Item = (u64, &Event)> + Clone {
    let (story, selection) = (&model.world.story, &model.selection);
    let state = &model.screens.logs;
    let LogFilter { query, shape, .. } = list(model).filter();
    // What is told of one trace or of lines that are alike are those lines alone.
    let alone = shape.is_some() || matches!(selection, Selection::Trace(_));
    let numbers = if state.events && !alone { story.numbers() } else { 0..0 };
    numbers.filter_map(|n| story.get(n).map(|event| (n, event))).filter(move |(number, event)| {
        // Lost lines stand in their own place, and the first verdict is in row 1.
        !matches!(event.kind, EventKind::Drops | EventKind::Verdict)
            && match (selection, &event.service) {
                (Selection::All, _) => true,
                (Selection::Instance(id), Some(service)) => {
                    *service == id.service && event.instance.as_deref().is_none_or(|at| at == id.address.text())
                }
                (Selection::Circuit(from, _), Some(service)) if from.service == *service => {
                    event.instance.as_deref().is_none_or(|at| at == from.address.text())
                }
                (_, Some(service)) => selection.holds_service(service),
                (_, None) => false,
            }
            && query.fits_event(event)
            // One line for one act.
            && !told::part_of_another(story, *number)
    })
}

/// `z`: events among the lines, or none.
pub(in crate::app) fn show_events(model: &mut Model) -> Effects {
    let state = &mut model.screens.logs;
    state.events ^= true;
    let text = match (state.events, model.setup.keys.keys(Command::Fold).first()) {
        (true, _) => "Events stand among the lines again.".to_owned(),
        (false, Some(key)) => format!("Events are left out among the lines; {key} shows them."),
        (false, None) => "Events are left out among the lines.".to_owned(),
    };
    say(model, text, false);
    Effects::new()
}

/// How many rows are shown, the rule and the lines around them left out.
pub fn height(model: &Model) -> usize {
    if model.screen == Screen::Overview {
        let panes = grid::overview(model.size, model.pane, navigate::further(model)).panes;
        let area = panes.into_iter().find(|(screen, _)| *screen == Screen::Logs).map(|(_, area)| area);
        return usize::from(area.map_or(0, |area| area.height.saturating_sub(1)));
    }
    let body = grid::frame(model.size).body.height;
    usize::from(body.saturating_sub(1 + graphs(body) + foot(body) + names(model, body)))
}

/// How many rows are drawn of what is listed, lines or patterns.
pub fn rows(model: &Model) -> usize {
    // Patterns have the names of their columns above them.
    height(model).saturating_sub(usize::from(shows_patterns(model))).max(1)
}

/// Whether the log screen shows patterns instead of lines.
pub fn shows_patterns(model: &Model) -> bool {
    model.screen == Screen::Logs && model.screens.logs.patterns.list.is_some()
}

/// Rows that the graphs of the levels take on a screen whose body is so high.
pub fn graphs(body: u16) -> u16 {
    match body {
        26.. => 6,
        // Without those of what is well, and without events.
        19.. => 3,
        _ => 0,
    }
}

/// Rows that say what the columns are, where they were chosen.
pub fn names(model: &Model, body: u16) -> u16 {
    let state = &model.screens.logs;
    u16::from(body >= 8 && !state.columns.chosen.is_empty() && state.patterns.list.is_none())
}

/// The columns that were chosen; none: those that everybody has.
pub fn columns(model: &Model) -> &[Column] {
    if model.screen == Screen::Logs { &model.screens.logs.columns.chosen } else { &[] }
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

/// A level more (`by` = 1) or less is asked of the lines.
pub(in crate::app) fn level(model: &mut Model, by: isize) -> Effects {
    const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
    if let Some(why) = applies::idle(model, Command::More) {
        say(model, why, true);
        return Effects::new();
    }
    let state = &mut model.screens.logs;
    let level = if model.screen == Screen::Overview { &mut state.pane_level } else { &mut state.level };
    let at = LEVELS.iter().position(|l| l == level).unwrap_or(2);
    *level = LEVELS[at.saturating_add_signed(by).min(LEVELS.len() - 1)];
    let word = level.word();
    say(model, format!("Lines from {word} on are shown."), false);
    renew(model);
    Effects::new()
}
