//! Of a selected service or instance, the traces in which a call to it failed of which it tells nothing: what its callers say of
//! them stands beside its own lines. Of a selected circuit or edge, the traces in which its caller made its calls, answered or
//! not, or was turned away by its breaker: by them the lines of both ends that are about it are told from those about other
//! calls. As far as traces are held; what is not traced is nobody's of a circuit's callee, which others call as well, and may be
//! about it elsewhere.

use crate::{
    app::{Model, selection::Selection},
    domain::{id::InstanceId, time::Moment, whose::Whose},
    insight::edge::Edge,
    store::{
        World,
        effort::Effort,
        logs::{Through, Untraced},
        traces::{Guard, Reach, TraceFilter, TraceList},
    },
};
use std::sync::Arc;

/// The lines are not looked at anew more often than this because traces came, in ms.
const EVERY_MS: i64 = 3_000;

/// Which traces those are.
#[derive(Clone, Debug, PartialEq)]
enum Way {
    /// In which one called another.
    Call {
        /// Of a circuit, which of the caller's instances.
        at: Option<InstanceId>,
        /// Both, as they are called.
        names: [Arc<str>; 2],
        /// And as lines and spans tell them.
        whose: [Whose; 2],
        /// By what those are told that a breaker turned away.
        guard: Guard,
        /// And by what, that nobody answered.
        reach: Option<Reach>,
    },
    /// In which a call to a service, or to an instance, failed of which that one tells nothing.
    Vain(Arc<str>, Reach),
}

impl Way {
    fn of(model: &Model) -> Option<Way> {
        let known = &model.screens.logs.whose;
        let reach = known.reach.reach();
        let (at, from, to) = match &model.selection {
            Selection::Circuit(at, to) => (Some(at), &at.service, to),
            Selection::Edge(from, to) => (None, from, to),
            Selection::Service(name) => return reach.map(|reach| Way::Vain(name.clone(), reach.in_vain())),
            Selection::Instance(id) => return reach.map(|reach| Way::Vain(id.service.clone(), reach.in_vain())),
            _ => return None,
        };
        let [caller, callee] = &*known.services else { return None };
        let (whose, guard) = ([caller.clone(), callee.clone()], model.world.guard(from, at, to));
        Some(Way::Call { at: at.cloned(), names: [from.clone(), to.clone()], whose, guard, reach })
    }

    fn filter(&self) -> TraceFilter {
        match self {
            Way::Call { at, whose: [from, to], guard, reach, .. } => TraceFilter {
                edge: Some((from.clone(), to.clone())),
                caller: at.as_ref().map(|at| at.address.clone()),
                guard: Some(guard.clone()),
                reach: reach.clone(),
                ..TraceFilter::default()
            },
            Way::Vain(_, reach) => TraceFilter { reach: Some(reach.clone()), ..TraceFilter::default() },
        }
    }

    /// Whose lines are told by those traces; of calls in vain, those of whoever calls it.
    fn ends(&self, world: &World, edges: &[Edge]) -> Vec<(Whose, Untraced)> {
        match self {
            Way::Call { at, whose: [from, to], .. } => {
                let callees = if at.is_some() { Untraced::Hidden } else { Untraced::Shown };
                vec![(from.clone(), Untraced::Shown), (to.clone(), callees)]
            }
            Way::Vain(name, _) => {
                let callers = edges.iter().filter(|edge| edge.to == *name);
                callers.map(|edge| (world.registry.whose_named(&edge.from), Untraced::Hidden)).collect()
            }
        }
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
    let (now, world, state) = (model.now, &model.world, &mut model.screens.logs);
    let reads = state.on.is_some();
    let known = state.calls.take().filter(|calls| calls.way == way);
    let is_new = known.is_none();
    let mut calls = known.unwrap_or_else(|| {
        let ends = way.ends(world, &model.cluster.edges);
        let (list, through) = (TraceList::new(way.filter()), Through::new(ends, std::iter::empty()));
        Calls { way, list, through, since: now }
    });
    let was_behind = calls.list.behind() > 0;
    calls.list.refresh_within(&world.traces, effort);
    let caught_up = calls.list.behind() == 0;
    let due = is_new || was_behind || (now.since(calls.since) >= EVERY_MS && !reads);
    if caught_up && due {
        let ids = calls.list.ids(0, calls.list.len());
        let through = Through::new(calls.way.ends(world, &model.cluster.edges), ids);
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
    let Calls { way: Way::Call { at, names: [from, to], .. }, through, .. } = model.screens.logs.calls.as_ref()? else {
        return None;
    };
    let short = |name| model.cluster.short(name);
    let whose = match at {
        Some(_) => short(to).to_owned(),
        None => format!("{} and {}", short(from), short(to)),
    };
    Some((whose, through.len()))
}

/// In how many traces a call failed of which what is selected tells nothing: what its callers say of them is among its lines.
pub fn in_vain(model: &Model) -> Option<usize> {
    let calls = model.screens.logs.calls.as_ref().filter(|calls| matches!(calls.way, Way::Vain(..)))?;
    Some(calls.through.len()).filter(|traces| *traces > 0)
}
