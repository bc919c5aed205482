//! Of a selected circuit or edge, the traces in which its caller made its calls, or was turned away by its breaker: by them the
//! lines of both ends that are about it are told from those about other calls. As far as traces are held; what is not traced is
//! nobody's of a circuit's callee, which others call as well, and may be about it elsewhere.

use crate::{
    app::{Model, selection::Selection},
    domain::{id::InstanceId, time::Moment, whose::Whose},
    store::{
        effort::Effort,
        logs::{Through, Untraced},
        traces::{Guard, TraceFilter, TraceList},
    },
};
use std::sync::Arc;

/// The lines are not looked at anew more often than this because traces came, in ms.
const EVERY_MS: i64 = 3_000;

/// Who calls whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    from: Arc<str>,
    /// Of a circuit, which of its instances.
    at: Option<InstanceId>,
    to: Arc<str>,
    /// Both, as lines and spans tell them.
    whose: [Whose; 2],
    /// By what those are told that a breaker turned away.
    guard: Guard,
}

impl Way {
    fn of(model: &Model) -> Option<Way> {
        let [from, to] = &*model.screens.logs.whose.services else { return None };
        let whose = [from.clone(), to.clone()];
        match &model.selection {
            Selection::Circuit(at, to) => {
                let guard = model.world.guard(&at.service, Some(at), to);
                Some(Way { from: at.service.clone(), at: Some(at.clone()), to: to.clone(), whose, guard })
            }
            Selection::Edge(from, to) => {
                let guard = model.world.guard(from, None, to);
                Some(Way { from: from.clone(), at: None, to: to.clone(), whose, guard })
            }
            _ => None,
        }
    }

    fn filter(&self) -> TraceFilter {
        let caller = self.at.as_ref().map(|at| at.address.clone());
        let [from, to] = self.whose.clone();
        TraceFilter { edge: Some((from, to)), caller, guard: Some(self.guard.clone()), ..TraceFilter::default() }
    }

    fn ends(&self) -> Vec<(Whose, Untraced)> {
        let callees = if self.at.is_some() { Untraced::Hidden } else { Untraced::Shown };
        let [from, to] = self.whose.clone();
        vec![(from, Untraced::Shown), (to, callees)]
    }
}

/// The traces of what is selected.
#[derive(Clone, Debug)]
pub struct Calls {
    way: Way,
    list: TraceList,
    /// Those by which the lines are told, and since when.
    pub(super) through: Through,
    since: Moment,
}

/// Brings them up to date. While lines are read they stay as they are.
pub(super) fn renew(model: &mut Model, effort: &mut Effort) {
    let Some(way) = Way::of(model) else {
        model.screens.logs.calls = None;
        return;
    };
    let (now, traces, state) = (model.now, &model.world.traces, &mut model.screens.logs);
    let reads = state.on.is_some();
    let known = state.calls.take().filter(|calls| calls.way == way);
    let is_new = known.is_none();
    let mut calls = known.unwrap_or_else(|| {
        let (list, through) = (TraceList::new(way.filter()), Through::new(way.ends(), std::iter::empty()));
        Calls { way, list, through, since: now }
    });
    let was_behind = calls.list.behind() > 0;
    calls.list.refresh_within(traces, effort);
    let caught_up = calls.list.behind() == 0;
    let due = is_new || was_behind || (now.since(calls.since) >= EVERY_MS && !reads);
    if caught_up && due {
        let ids = calls.list.ids(0, calls.list.len());
        let through = Through::new(calls.way.ends(), ids);
        calls.since = now;
        // The same ones need no other list of lines.
        if !through.is_as(&calls.through) {
            calls.through = through;
        }
    }
    state.calls = Some(calls);
}

impl Calls {
    /// Whether traces are still to be looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.list.behind() > 0
    }
}

/// Of whom only the lines about what is selected are shown, and of how many traces those are.
pub fn told(model: &Model) -> Option<(String, usize)> {
    let Calls { way, through, .. } = model.screens.logs.calls.as_ref()?;
    let short = |name| model.cluster.short(name);
    let whose = match way.at {
        Some(_) => short(&way.to).to_owned(),
        None => format!("{} and {}", short(&way.from), short(&way.to)),
    };
    Some((whose, through.len()))
}
