//! What a plan would likely do to traffic: the calls a second that each instance would get, and the breakers of the callers.
//! Guesses, and said as such; who serves at all is `impact`'s.

use std::sync::Arc;

use crate::{
    domain::{
        circuit::CircuitState,
        health::HealthState,
        id::InstanceId,
        intent::Op,
        plan::{BreakersAhead, Plan, Remaining},
        show,
    },
    store::World,
};

/// Cells of 2 s that make one rate: 10 s, as all rates on the screen.
const CELLS: usize = 5;
/// How much more than it has carried an instance may get before that is called a risk: a fifth, which is within what calls
/// vary by from minute to minute.
const MUCH: f64 = 1.2;

/// For whom the table holds, and how it is meant: not all callers of every layout look at what is written.
pub fn conditions(plan: &Plan) -> (&'static str, &'static str) {
    let heed = &plan.draft.target.service.layout.traits().heed;
    let holds = match plan.draft.op {
        Op::Drain | Op::Undrain => heed.state,
        Op::Weight(_) => heed.weight,
        Op::Deregister | Op::Undo => heed.rest,
    };
    (holds.whom, holds.shares)
}

/// Fills in the rates: each instance's own as seen, and its part of all of the service's calls then. Of a service that
/// no trace tells of they stay unknown.
pub(super) fn rates(world: &World, service: &Arc<str>, remaining: &mut [Remaining]) {
    let all = world.traffic.service(service).and_then(|traffic| traffic.rate);
    for one in remaining {
        let id = id(service, one);
        let seen = id.as_ref().and_then(|id| world.traffic.share_seen(id).and(world.traffic.instance(id)));
        one.rate_before = seen.and_then(|traffic| traffic.rate);
        one.rate_after = all.zip(one.share_after).map(|(all, share)| all * share);
    }
}

/// What would likely become of the breakers of all callers.
pub(super) fn breakers(world: &World, plan: &Plan, takes_away: bool, target_well: bool) -> Vec<BreakersAhead> {
    let callee = &plan.draft.target.service.name;
    let pairs = plan.callers.iter().filter_map(|caller| world.circuits.pair(caller, callee));
    pairs
        .map(|pair| {
            let (of, unknown) = super::edge::breakers(world, &pair);
            BreakersAhead {
                caller: pair.caller.clone(),
                state: pair.state,
                count: pair.count(pair.state),
                of,
                unknown,
                ahead: likely(world, plan, pair.state, takes_away, target_well).into(),
            }
        })
        .collect()
}

fn likely(world: &World, plan: &Plan, state: CircuitState, takes_away: bool, target_well: bool) -> String {
    let service = &plan.draft.target.service.name;
    // Who is known not to answer is due calls, and answers none.
    let answers = |one: &&Remaining| {
        let known = id(service, one).and_then(|id| world.health.get(&id));
        known.is_none_or(|entry| entry.state.serves() || entry.state == HealthState::Unknown)
    };
    let left = plan.remaining.iter().filter(|one| one.share_after.is_some_and(|share| share > 0.0)).filter(answers);
    let left: Vec<&Remaining> = left.collect();
    let target = plan.draft.target.typed_name();
    match (state, takes_away) {
        (CircuitState::ForcedOpen, _) => "stays open: a person holds it so".to_owned(),
        (CircuitState::Disabled | CircuitState::MetricsOnly, _) => "does not open: it is switched off".to_owned(),
        (CircuitState::Unknown, _) => "its state is not known".to_owned(),
        (_, true) if left.is_empty() && state.refuses() => {
            "likely to stay open: nobody would be left to answer".to_owned()
        }
        (_, true) if left.is_empty() => "likely to open: nobody would be left to answer".to_owned(),
        (CircuitState::Open | CircuitState::HalfOpen, true) if !target_well => {
            format!("likely to close: probes then reach only {}", names(&left))
        }
        (CircuitState::Open | CircuitState::HalfOpen, _) => {
            "stays until its probes succeed; this plan does not change why it opened".to_owned()
        }
        (CircuitState::Closed, true) => load(world, plan, &left),
        (CircuitState::Closed, false) if !target_well => format!("may open: {target} is not well, and gets calls"),
        (CircuitState::Closed, false) => "unlikely to open: nobody is taken away".to_owned(),
    }
}

/// Whether those that are left would get more than they have lately carried.
fn load(world: &World, plan: &Plan, left: &[&Remaining]) -> String {
    let service = &plan.draft.target.service.name;
    let loads = left.iter().filter_map(|one| {
        let (after, most) = (one.rate_after?, peak(world, &id(service, one)?)?);
        (most > 0.0).then_some((*one, after, most))
    });
    let Some((one, after, most)) = loads.max_by(|(_, a, b), (_, c, d)| (a / b).total_cmp(&(c / d))) else {
        return "not known whether it would open: no calls are seen".to_owned();
    };
    let name = one.address.as_ref().map_or(show::UNKNOWN, |address| address.text());
    let (after_text, most_text) = (show::rate(after), show::rate(most));
    if after <= most {
        format!("unlikely to open: {after_text} stays under the {most_text} that {name} has carried")
    } else if after <= most * MUCH {
        let more = ((after / most - 1.0) * 100.0).ceil();
        format!("unlikely to open: {name} would get {after_text}, {more} % more than the {most_text} it has carried")
    } else {
        let more = ((after / most - 1.0) * 100.0).round();
        format!(
            "may open: {name} would get {after_text}, {more} % more than the {most_text} it carried at most in 2 min"
        )
    }
}

/// The most calls a second that it carried over 10 s, within 2 minutes.
fn peak(world: &World, id: &InstanceId) -> Option<f64> {
    let cells = world.traffic.instance_cells(id)?;
    let calls = |window: &[crate::store::traffic::Calls]| window.iter().map(|cell| f64::from(cell.calls)).sum::<f64>();
    cells.windows(CELLS).map(|window| calls(window) / (2 * CELLS) as f64).max_by(f64::total_cmp)
}

fn names(left: &[&Remaining]) -> String {
    match left {
        [] => "nobody".to_owned(),
        [one, more @ ..] if more.len() < 2 => {
            let text = |one: &Remaining| one.address.as_ref().map_or(show::UNKNOWN, |a| a.text()).to_owned();
            std::iter::once(text(one)).chain(more.iter().map(|one| text(one))).collect::<Vec<_>>().join(", ")
        }
        all => format!("the other {}", all.len()),
    }
}

fn id(service: &Arc<str>, one: &Remaining) -> Option<InstanceId> {
    one.address.clone().map(|address| InstanceId { service: service.clone(), address })
}
