//! Where no line is left: what of the filter leaves none. What was typed may well be said, only below the level, beside the
//! pattern or elsewhere than in what is selected; that none says so must then not be claimed.

use crate::{
    app::Model,
    store::effort::Effort,
    store::logs::{LogFilter, LogList},
};

/// What hides the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// They are below the level from which lines are shown.
    Below,
    /// They are not of the pattern whose lines are shown.
    Unlike,
    /// They are not of what is selected.
    Elsewhere,
    /// More than one of these.
    Several,
}

/// The lines that there would be.
#[derive(Clone, Debug)]
pub struct Beyond {
    hidden: Hidden,
    list: LogList,
}

impl Beyond {
    /// Whether lines are still to be looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.list.is_behind()
    }
}

/// What is tried, in this order: without one thing that hides lines, and without all.
fn ways(full: &LogFilter) -> Vec<(Hidden, LogFilter)> {
    let typed = LogFilter { query: full.query.clone(), ..LogFilter::default() };
    let selected = LogFilter { level: full.level, keep_unknown: full.keep_unknown, ..typed.clone() };
    let selected = LogFilter { shape: full.shape.clone(), ..selected };
    let mut ways = vec![
        (Hidden::Below, LogFilter { level: None, keep_unknown: false, ..full.clone() }),
        (Hidden::Unlike, LogFilter { shape: None, ..full.clone() }),
        (Hidden::Elsewhere, selected),
        (Hidden::Several, typed),
    ];
    let mut tried = vec![LogFilter { keep_unknown: full.keep_unknown && full.level.is_some(), ..full.clone() }];
    ways.retain(|(_, way)| {
        let is_new = !tried.contains(way);
        tried.push(way.clone());
        is_new
    });
    ways
}

/// Looks for them, where there is no line.
pub(super) fn renew(model: &mut Model, full: &LogFilter, effort: &mut Effort) {
    let (logs, state) = (&model.world.logs, &mut model.screens.logs);
    if state.list.is_behind() || !state.list.is_empty(logs) || logs.held() == 0 {
        state.beyond = None;
        return;
    }
    let ways = ways(full);
    let mut now = state.beyond.take().filter(|beyond| ways.iter().any(|(_, way)| way == beyond.list.filter()));
    loop {
        let at = now.as_ref().and_then(|beyond| ways.iter().position(|(_, way)| way == beyond.list.filter()));
        if let Some(beyond) = &mut now {
            beyond.list.refresh_within(logs, effort);
            if beyond.is_behind() || !beyond.list.is_empty(logs) {
                break;
            }
        }
        let Some((hidden, way)) = ways.get(at.map_or(0, |at| at + 1)) else { break };
        now = Some(Beyond { hidden: *hidden, list: LogList::new(way.clone()) });
    }
    state.beyond = now;
}

/// What hides the lines that there would be, and how many they are; `None`: there is none, or it is not known yet.
pub fn told(model: &Model) -> Option<(Hidden, u64)> {
    let beyond = model.screens.logs.beyond.as_ref().filter(|beyond| !beyond.is_behind())?;
    let count = beyond.list.len(&model.world.logs);
    (count > 0).then_some((beyond.hidden, count))
}
