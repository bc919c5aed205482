//! Jumps in the log lines: to a time, to the next error, by minutes and hours. What can be typed is `domain::jump`'s.

use super::{Wait, events, go, height, newest};
use crate::{
    app::{Model, msg::Effects, update::say},
    domain::{
        jump::{Jump, Reckoned},
        query::Query,
        time::Moment,
    },
    store::effort::Effort,
    store::logs::{LogFilter, LogList, LogRow, Place, RowKey},
};

/// A minute, in ms.
pub(in crate::app) const MINUTE: i64 = 60_000;
/// An hour, in ms.
pub(in crate::app) const HOUR: i64 = 60 * MINUTE;

/// Where typed times are reckoned from: what is under the cursor, else the newest line.
pub fn reckoned(model: &Model) -> Reckoned {
    let newest = || newest(model).map_or(model.now, |row| row.at.min(model.now));
    let from = model.screens.logs.on.map_or_else(newest, |on| on.at);
    Reckoned { from, now: model.now, utc_offset: model.setup.utc_offset }
}

/// Goes where a typed time says.
pub(in crate::app) fn typed(model: &mut Model, text: &str) -> Effects {
    match Jump::parse(text, reckoned(model)) {
        Ok(Jump::To(at)) => land(model, at),
        Ok(end @ (Jump::First | Jump::Live)) => {
            // An end of the lines, though patterns be shown.
            model.screens.logs.patterns.list = None;
            return super::step(model, if end == Jump::First { isize::MIN / 2 } else { isize::MAX / 2 });
        }
        Ok(Jump::Error(by)) => return error(model, by),
        Err(why) => say(model, why, true),
    }
    Effects::new()
}

/// Goes to the first row at or after a moment, and says so where there is none.
pub(super) fn land(model: &mut Model, at: Moment) {
    if model.screens.logs.list.is_behind() {
        model.screens.logs.waits = Some(Wait::Time(at));
        return;
    }
    let Some(row) = row_from(model, RowKey::at(at)) else {
        return say(model, "There is no line to go to.", false);
    };
    go(model, row);
    if row.at < at {
        say(model, "Nothing is as late as that: this is the newest.", false);
    } else if row_before(model, row).is_none() {
        let late = row.at.since(at) >= 1_000;
        say(model, if late { "Nothing is as old as that: this is the oldest." } else { "This is the oldest." }, false);
    }
}

/// To the beginning of the next minute or hour (`by` = 1), or of the one that the row before the cursor is in (-1).
pub(in crate::app) fn by_clock(model: &mut Model, unit: i64, by: isize) -> Effects {
    let Some(from) = model.screens.logs.on.or_else(|| newest(model)) else { return Effects::new() };
    let offset = i64::from(model.setup.utc_offset) * 1_000;
    let begin = |at: Moment| Moment((at.0 + offset).div_euclid(unit) * unit - offset);
    if by > 0 {
        let next = begin(from.at).plus(unit);
        match row_from(model, RowKey::at(next)).filter(|row| row.at >= next) {
            Some(_) => land(model, next),
            None => last(model),
        }
    } else if let Some(before) = row_before(model, from) {
        land(model, begin(before.at));
    } else {
        say(model, "This is the oldest.", false);
    }
    Effects::new()
}

/// Nothing stands where it was to go on to: the cursor goes to the newest, and stays there.
fn last(model: &mut Model) {
    match newest(model).filter(|_| model.screens.logs.on.is_some()) {
        Some(row) => {
            go(model, row);
            say(model, "Nothing is as late as that: this is the newest. End goes live.", false);
        }
        None => say(model, "Nothing is as late as that: this is live.", false),
    }
}

/// Goes `by` errors on, or back where negative: lines of level error or fatal, of those that the filter leaves.
pub(in crate::app) fn error(model: &mut Model, by: isize) -> Effects {
    let (logs, state) = (&model.world.logs, &mut model.screens.logs);
    let full = state.list.filter().clone();
    let errors = state.errors.get_or_insert_with(|| LogList::new(wanted(&full)));
    errors.refresh_within(logs, &mut model.piece.first());
    let mut row = state.on.unwrap_or(RowKey::at(Moment(i64::MAX)));
    let mut moved = false;
    for _ in 0..by.unsigned_abs() {
        let next = if by > 0 { errors.after_row(logs, row) } else { errors.before_row(logs, row) };
        let Some(next) = next else { break };
        (row, moved) = (next, true);
    }
    let behind = errors.is_behind();
    if behind && (by > 0 || !moved) {
        state.waits = Some(Wait::Error(by));
    } else if moved {
        go(model, row);
    } else {
        let where_ = if by > 0 { "after" } else { "before" };
        say(model, format!("No error {where_} this among the lines that are shown."), false);
    }
    Effects::new()
}

/// Keeps the errors up to date while somebody goes along them.
pub(super) fn renew(model: &mut Model, full: &LogFilter, effort: &mut Effort) {
    let state = &mut model.screens.logs;
    let Some(errors) = &mut state.errors else { return };
    let wanted = wanted(full);
    if *errors.filter() != wanted {
        *errors = LogList::new(wanted);
    }
    errors.refresh_within(&model.world.logs, effort);
}

fn wanted(full: &LogFilter) -> LogFilter {
    let errors = Query::parse("level>=error").unwrap_or_default();
    LogFilter { query: full.query.and(&errors), ..full.clone() }
}

/// The row that stands at this place or is the next after it; the last where there is none.
fn row_from(model: &Model, key: RowKey) -> Option<RowKey> {
    let list = &model.screens.logs.list;
    list.window(&model.world.logs, events(model), Place::Starting(key), 1).rows.last().map(LogRow::key)
}

fn row_before(model: &Model, row: RowKey) -> Option<RowKey> {
    let list = &model.screens.logs.list;
    list.step(&model.world.logs, events(model), row, -1).filter(|before| *before != row)
}

/// Rows above the one that was gone to, where it was not in sight.
pub(super) fn above(model: &Model) -> usize {
    height(model) / 3
}
