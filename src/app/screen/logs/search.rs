//! The search in log lines: it hides nothing. What it finds among the lines that the filter leaves is marked and counted,
//! and `n` and `N` go from one to the next. Looked for piece by piece, as the filter does, so that no frame waits for it.

use std::ops::Range;

use super::{Wait, events, go};
use crate::{
    app::{Model, msg::Effects, update::say},
    domain::{
        query::{Query, Wrong},
        time::Moment,
    },
    insight::told,
    store::effort::Effort,
    store::logs::{LogFilter, LogList, RowKey},
};

/// What is searched.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// As typed, in the language of the filter.
    pub text: String,
    /// The same, read.
    pub query: Query,
    /// Why it cannot be read.
    pub problem: Option<Wrong>,
    /// The lines that it finds.
    list: LogList,
    /// The events that it finds, oldest first.
    events: Vec<RowKey>,
    /// Of which events of the story those were found, and under which filter.
    looked: Option<(Range<u64>, String, bool)>,
}

/// Which hit is under the cursor, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Counted from the oldest, from 1; `None` where the cursor is on no hit.
    pub at: Option<u64>,
    /// All of them.
    pub of: u64,
    /// Lines are still to be looked at: there may be more.
    pub behind: bool,
}

impl Search {
    /// Whether it looks for anything.
    pub fn asks(&self) -> bool {
        !self.query.is_all()
    }

    pub(super) fn is_behind(&self) -> bool {
        self.asks() && self.list.is_behind()
    }
}

/// Looks for this from now on; for nothing where it is empty.
pub(in crate::app) fn set(model: &mut Model, text: &str) {
    let search = &mut model.screens.logs.search;
    let (query, problem) = match Query::parse(text) {
        Ok(query) => (query, None),
        Err(wrong) => (Query::default(), Some(wrong)),
    };
    *search = Search { text: text.to_owned(), query, problem, ..Search::default() };
    super::renew(model);
}

/// Brings the hits up to date with the lines that the filter leaves.
pub(super) fn renew(model: &mut Model, full: &LogFilter, effort: &mut Effort) {
    if !model.screens.logs.search.asks() {
        return;
    }
    let mut search = std::mem::take(&mut model.screens.logs.search);
    let wanted = LogFilter { query: full.query.and(&search.query), ..full.clone() };
    if *search.list.filter() != wanted {
        search.list = LogList::new(wanted);
        search.looked = None;
    }
    search.list.refresh_within(&model.world.logs, effort);
    let state = &model.screens.logs;
    let looked = (model.world.story.numbers(), format!("{:?} {}", model.selection, state.filter), state.events);
    if search.looked.as_ref() != Some(&looked) {
        // Searched as it is shown.
        let told = events(model).filter(|(_, event)| {
            let name = event.service.as_deref().map_or("", |name| model.cluster.short(name));
            search.query.is_told_by(&told::sentence(&model.world, name, event))
        });
        search.events = told.map(|(number, event)| RowKey::event(number, event)).collect();
        search.looked = Some(looked);
    }
    model.screens.logs.search = search;
}

/// Where the cursor is among the hits; `None` where nothing is searched.
pub fn found(model: &Model) -> Option<Found> {
    let (state, logs) = (&model.screens.logs, &model.world.logs);
    let search = Some(&state.search).filter(|search| search.asks())?;
    let of = search.list.len(logs) + search.events.len() as u64;
    let is_hit = |row: &RowKey| match row.log() {
        Some(_) => search.list.near(logs, *row) == Some(*row),
        None => search.events.binary_search(row).is_ok(),
    };
    let place = |row| search.list.up_to(logs, row) + search.events.partition_point(|hit| *hit <= row) as u64;
    Some(Found { at: state.on.filter(is_hit).map(place), of, behind: search.is_behind() })
}

/// Goes to the next hit (`by` = 1) or the one before (-1).
pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let from = model.screens.logs.on.unwrap_or(RowKey::at(Moment(i64::MAX)));
    let behind = model.screens.logs.search.is_behind();
    match next(model, from, by) {
        // What is newest is looked at first: a hit before the cursor may be the nearest only when all were seen.
        Some(hit) if by < 0 || !behind => go(model, hit),
        _ if behind => model.screens.logs.waits = Some(Wait::Hit(by)),
        _ => say(model, none(model, by), false),
    }
    Effects::new()
}

fn none(model: &Model, by: isize) -> String {
    let text = &model.screens.logs.search.text;
    match found(model) {
        Some(Found { of: 0, .. }) => format!("Nothing here has `{text}`. Esc ends the search."),
        _ if by > 0 => format!("No newer line has `{text}`; N goes to the older ones."),
        _ => format!("No older line has `{text}`; n goes to the newer ones."),
    }
}

/// The field was left by `Enter`: to the first hit from the cursor on, to the newest where the newest line is followed.
pub(in crate::app) fn enter(model: &mut Model) -> Effects {
    if !model.screens.logs.search.asks() {
        return Effects::new();
    }
    let Some(on) = model.screens.logs.on else { return step(model, -1) };
    if found(model).is_some_and(|found| found.at.is_some()) {
        return Effects::new();
    }
    let by = if next(model, on, 1).is_some() { 1 } else { -1 };
    step(model, by)
}

fn next(model: &Model, from: RowKey, by: isize) -> Option<RowKey> {
    let (search, logs) = (&model.screens.logs.search, &model.world.logs);
    if by > 0 {
        let event = search.events.get(search.events.partition_point(|hit| *hit <= from)).copied();
        return search.list.after_row(logs, from).into_iter().chain(event).min();
    }
    let before = search.events.partition_point(|hit| *hit < from);
    let event = before.checked_sub(1).and_then(|at| search.events.get(at)).copied();
    search.list.before_row(logs, from).into_iter().chain(event).max()
}
