//! What the traces screen remembers: the list as it is filtered, the trace under the cursor, the one that is open with its
//! waterfall. Traces themselves are in the store.

mod complete;
mod cursor;
mod detail;
mod exemplar;
pub mod failed;
mod joined;
pub mod operations;
mod page;
mod served;
mod wanted;

use std::sync::Arc;

use crate::{
    app::{Model, cursor::Cursor, msg::Effects, navigate, screen::Screen, screen::reach::Known, selection::Selection},
    domain::{
        query::Wrong,
        span::{Span, TraceId},
        time::Moment,
    },
    store::effort::Effort,
    store::logs::{LogFilter, LogList},
    store::traces::{Comparison, Many, Row, Rows, TraceList, TraceOrder, Traces, Waterfall},
};
pub(in crate::app) use complete::completed;
pub use complete::{completion, hint};
pub(in crate::app) use cursor::{come_back, forget, sort, step};
pub use cursor::{lists, under_cursor};
pub use detail::{LONGEST_DETAIL, beside};
pub(in crate::app) use detail::{has_detail, holds_detail, scroll};
pub(in crate::app) use joined::with;
use joined::{concerns, of};
pub(in crate::app) use page::page;
pub use page::{below_rows, height, list_rows, log_rows};
pub(in crate::app) use served::instance;
use served::{BESIDE, into_span};
pub use wanted::narrowing;
use wanted::{sample, wanted};

/// How often an open trace of many spans is laid out anew while more may still come, and every one is compared anew, in ms.
const AGAIN_MS: i64 = 1_000;
/// So many spans are laid out at once.
const FEW_SPANS: usize = 500;

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The traces that fit, newest first.
    pub list: TraceList,
    /// Those of its rows that are on the screen.
    pub rows: Rows,
    /// The trace under the cursor: the cursor stays on it while newer ones come. `None` follows the newest.
    pub on: Option<TraceId>,
    /// Rows shown above the cursor.
    pub above: usize,
    /// The trace whose waterfall is open.
    pub open: Option<TraceId>,
    /// What was selected before a trace was.
    pub before: Selection,
    /// That trace was opened from another screen: `Esc` goes back there.
    pub visit: bool,
    /// Its waterfall.
    pub fall: Option<Fall>,
    /// Its log lines.
    pub lines: LogList,
    /// Cursor among the waterfall's rows that are shown.
    pub span: Cursor,
    /// Many equal spans beside each other stand each in a row of its own.
    pub unfolded: bool,
    /// The span's detail is open.
    pub detail: bool,
    /// Lines by which it is scrolled; the view stops at its end.
    pub detail_top: usize,
    /// Where the trace under the cursor stood: should it go, the cursor stays there.
    place: Option<(u64, TraceId)>,
    /// What stands first in the list.
    pub order: TraceOrder,
    /// The table by service and operation is shown instead of the list.
    pub operations: bool,
    /// Cursor in that table.
    pub operation: Cursor,
    /// Of a list that is narrowed, the traces that show its rows.
    listed: exemplar::Listed,
    /// What it stands on: a service and an operation.
    on_operation: Option<(Arc<str>, Arc<str>)>,
    /// How what it is narrowed to is reached.
    reach: Known,
    /// Only traces that hold this.
    pub filter: String,
    /// Why the filter cannot be read.
    pub problem: Option<Wrong>,
    /// Only failed ones.
    pub errors: bool,
    /// On the overview, of the ordinary ones one in so many is listed; 0 and 1: all.
    pub one_in: u64,
}

/// An open trace, laid out.
#[derive(Clone, Debug)]
pub struct Fall {
    /// Which.
    pub id: TraceId,
    /// Its spans as a tree on their time axis.
    pub waterfall: Waterfall,
    /// It beside the usual one of the same root, where that is known.
    pub usual: Option<Comparison>,
    /// Rows that are shown: of many equal ones beside each other, the first and what is below it.
    pub shown: Vec<usize>,
    pub(super) made: (Moment, u64),
}

impl Fall {
    /// The span that a row shows in detail, of those that it stands for the longest; `unfolded`: each stands for itself.
    pub fn under(&self, at: usize, unfolded: bool) -> Option<usize> {
        let first = *self.shown.get(at)?;
        let many = self.waterfall.rows.get(first).and_then(|row| row.many.as_ref()).filter(|_| !unfolded);
        Some(many.map_or(first, |many| many.longest))
    }
}

/// Brings the list and the open trace up to date.
pub(in crate::app) fn renew(model: &mut Model) {
    let mut effort = model.piece.first();
    renew_within(model, &mut effort);
}

/// Whether the list is on the screen: what nobody sees waits until somebody does.
fn shows(model: &Model) -> bool {
    matches!(model.screen, Screen::Overview | Screen::Traces)
}

/// Works out the rows that are about to be drawn.
pub(in crate::app) fn prepare(model: &mut Model) {
    if shows(model) && !operations::shown(model) {
        let (height, now) = (height(model), model.now);
        let state = &mut model.screens.traces;
        let ids: Vec<TraceId> = state.list.ids(state.top(height), height).collect();
        state.rows.refresh(now, &model.world.traces, &ids);
    }
}

/// Whether traces are still to be looked at for what is shown.
pub(in crate::app) fn is_behind(model: &Model) -> bool {
    let state = &model.screens.traces;
    shows(model) && state.list.behind() > 0 || model.screen == Screen::Traces && state.lines.is_behind()
}

/// The same as far as the effort goes.
pub(in crate::app) fn renew_within(model: &mut Model, effort: &mut Effort) {
    renew_lists(model, effort);
    operations::renew(model);
}

fn renew_lists(model: &mut Model, effort: &mut Effort) {
    let shows = shows(model);
    let one_in = sample(model);
    model.screens.traces.one_in = one_in;
    let mut reach = std::mem::take(&mut model.screens.traces.reach);
    reach.renew(&model.world, narrowing(model));
    model.screens.traces.reach = reach;
    let (wanted, problem) = wanted(model);
    model.screens.traces.problem = problem;
    let traces = &model.world.traces;
    let state = &mut model.screens.traces;
    let anew = *state.list.filter() != wanted;
    if anew {
        state.list = TraceList::new(wanted);
    }
    if shows {
        state.list.refresh_within(traces, effort);
    }
    if let Some(on) = state.on {
        match state.list.place(on) {
            Some(place) => state.place = Some(place),
            // It may still be found.
            None if state.list.behind() > 0 => {}
            // It was dropped, or does not fit any more: what stood beside it is under the cursor now.
            None => state.on = state.place.and_then(|place| state.list.nearest(place)),
        }
    }
    if anew {
        // Another list: as much of it as there is room for, not from the cursor on.
        state.above = state.at();
    }
    let Some(id) = state.open else {
        (state.fall, state.lines) = (None, LogList::default());
        return;
    };
    lay_out(state, traces, id, model.now);
    let lines = LogFilter { traces: state.fall.as_ref().map_or(Vec::new(), of), ..LogFilter::default() };
    if *state.lines.filter() != lines {
        state.lines = LogList::ranking(lines);
    }
    if model.screen == Screen::Traces {
        state.lines.refresh_within(&model.world.logs, effort);
    }
}

/// Lays an open trace out anew where more of it may have come.
fn lay_out(state: &mut State, traces: &Traces, id: TraceId, now: Moment) {
    let made = (now, traces.revision());
    if let Some(fall) = state.fall.as_mut().filter(|fall| fall.id == id) {
        let soon = now.since(fall.made.0) < AGAIN_MS;
        if fall.made.1 == made.1 || (soon && fall.waterfall.rows.len() > FEW_SPANS) {
            return;
        }
        if !traces.changed(fall.made.1, &concerns(fall)) {
            fall.made.1 = made.1;
            // What others are usually like may have changed, and with another one beside it whom its calls go to.
            let usual = if soon { None } else { Some(traces.compare(id)) };
            let of = |usual: &Option<Comparison>| usual.as_ref().map(|usual| usual.usual);
            if usual.as_ref().is_none_or(|usual| of(usual) == of(&fall.usual)) {
                if let Some(usual) = usual {
                    (fall.usual, fall.made.0) = (usual, now);
                }
                return;
            }
        }
    }
    // A trace that is dropped while it is read stays on the screen.
    if let Some(waterfall) = traces.joined(id) {
        let shown = shown(&waterfall, state.unfolded);
        // The cursor stays on its span, whatever comes before that.
        let before = state.fall.as_ref().filter(|fall| fall.id == id);
        let on = before.and_then(|fall| fall.waterfall.rows.get(fall.under(state.span.at, state.unfolded)?));
        let same = |row: &Row| on.is_some_and(|on| is_same(&on.span, &row.span));
        // A trace that is opened is looked at from its own top: what it began with may stand above that.
        let begins = before.is_none().then_some(waterfall.root);
        let row = waterfall.rows.iter().position(same).or(begins);
        let at = row.map_or(state.span.at, |row| stands_at(&shown, &waterfall, row));
        state.span.put(at, shown.len());
        let usual = traces.compare(id);
        state.fall = Some(Fall { id, waterfall, usual, shown, made });
    } else if state.fall.as_ref().is_none_or(|fall| fall.id != id) {
        state.open = None;
        state.fall = None;
    }
}

/// A caller and a callee may share an id.
fn is_same(one: &Span, other: &Span) -> bool {
    (one.id, one.kind, one.trace) == (other.id, other.kind, other.trace)
}

/// Where a row stands among those that are shown, or the one that stands for it.
fn stands_at(shown: &[usize], waterfall: &Waterfall, row: usize) -> usize {
    let first = waterfall.rows.get(row).map_or(row, |row| row.stands_for);
    shown.binary_search(&row).or_else(|_| shown.binary_search(&first)).unwrap_or(0)
}

/// The rows that are shown of a waterfall.
fn shown(waterfall: &Waterfall, unfolded: bool) -> Vec<usize> {
    let rows = waterfall.rows.iter().enumerate();
    rows.filter(|(n, row)| unfolded || row.stands_for == *n).map(|(n, _)| n).collect()
}

/// Why `z` does nothing here, in words: nothing is to be folded, and the list that it is for is not what has the keys.
pub fn unfoldable(model: &Model) -> Option<&'static str> {
    let state = &model.screens.traces;
    if operations::shown(model) {
        return Some("Not in this table: in the list (r) z shows only failed traces, or all.");
    }
    let is_flat = model.screen == Screen::Traces && state.open.is_some() && !state.folds();
    is_flat
        .then_some("Here z folds many equal spans into one row: there are none. In the list it shows only failed ones.")
}

/// `z`: folds many equal spans of an open trace, or unfolds them; in the list, only failed ones or all.
pub(in crate::app) fn fold(model: &mut Model) {
    if let Some(why) = unfoldable(model) {
        return crate::app::update::say(model, why, true);
    }
    let state = &mut model.screens.traces;
    let Some(fall) = state.fall.as_mut().filter(|_| model.screen == Screen::Traces) else {
        state.errors ^= true;
        return;
    };
    let on = fall.under(state.span.at, state.unfolded);
    state.unfolded ^= true;
    fall.shown = shown(&fall.waterfall, state.unfolded);
    // The cursor stays on its span, or goes to the one that stands for it.
    let at = on.map_or(0, |on| stands_at(&fall.shown, &fall.waterfall, on));
    state.span.put(at, fall.shown.len());
}

impl State {
    /// The row of the cursor in the list.
    pub fn at(&self) -> usize {
        self.on.and_then(|id| self.list.position(id)).unwrap_or(0)
    }

    /// The first row shown where `height` fit.
    pub fn top(&self, height: usize) -> usize {
        self.at().saturating_sub(self.above.min(height.saturating_sub(1)))
    }

    /// Whether some of the rows of the open trace stand for many, or did before they were unfolded.
    pub fn folds(&self) -> bool {
        self.fall.as_ref().is_some_and(|fall| fall.waterfall.rows.iter().any(|row| State::repeats(row).is_some()))
    }

    /// What is told of the many equal ones for which a row stands where they are folded.
    pub fn repeats(row: &Row) -> Option<&Many> {
        row.many.as_deref()
    }
}

/// `Enter`: the waterfall of the trace, then the detail of a span.
pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let here = model.screens.traces.open.is_some() && model.screen == Screen::Traces;
    if here {
        return into_span(model);
    }
    if operations::shown(model) {
        return operations::open(model);
    }
    let Some(id) = under_cursor(model) else { return Effects::new() };
    let visit = model.screen != Screen::Traces;
    show(model, id, visit)
}

/// Opens a trace's waterfall; `visit`: `Esc` goes back to the screen that is open now.
pub(in crate::app) fn show(model: &mut Model, id: TraceId, visit: bool) -> Effects {
    if !model.world.traces.contains(id) {
        let short = id.short(8);
        super::super::update::say(
            model,
            format!("Trace {short} is not here: not received, or dropped to make room."),
            true,
        );
        return Effects::new();
    }
    let mut effects = navigate::open(model, Screen::Traces);
    let state = &mut model.screens.traces;
    (state.open, state.on, state.visit, state.detail) = (Some(id), Some(id), visit, false);
    (state.span, state.fall, state.detail_top) = (Cursor::default(), None, 0);
    effects.extend(navigate::select(model, Selection::Trace(id)));
    renew(model);
    effects
}

/// Closes the trace that is open; if it is what is selected, what was selected before is so again.
fn close(model: &mut Model) {
    let state = &mut model.screens.traces;
    let open = state.open.take();
    state.fall = None;
    if open.is_some_and(|id| model.selection == Selection::Trace(id)) {
        let wider = navigate::widened(model);
        // Whom to ask first is told with the next step.
        let _ = navigate::select(model, wider);
    }
}

/// `Esc`: closes the detail, then the waterfall; whether there was something to close.
pub(in crate::app) fn back(model: &mut Model) -> bool {
    let state = &mut model.screens.traces;
    if model.screen != Screen::Traces || state.open.is_none() {
        return false;
    }
    // Beside the waterfall the detail is always there: then there is nothing to close.
    if std::mem::take(&mut state.detail) && model.size.0 < BESIDE {
        return true;
    }
    let visit = std::mem::take(&mut state.visit);
    close(model);
    if visit && let Some(screen) = model.trail.pop() {
        model.screen = screen;
    }
    true
}
