//! How far a drain (or a deregister) has come, from evidence: what the registry holds, which calls are seen, who still
//! makes them. *Done* needs proof: no call while the siblings were called. Where nothing proves it, that is said.

use crate::{
    domain::{
        id::{InstanceId, ServiceId},
        instance::RegistryAdmin,
        show,
        time::Moment,
    },
    insight::share,
    store::{
        World,
        traffic::{CELL_MS, CELLS, Calls},
    },
};

/// Without a call for this long, while its siblings were called, traffic has ended; in ms. As long as a rate's window.
pub const QUIET_MS: i64 = 10_000;
/// With calls still seen after this long, the write has no effect; in ms.
pub const BOUND_MS: i64 = 60_000;
/// So many calls would have come to it by its share of before: that none did is no chance any more (e^-4, 2 %).
const EXPECTED: f64 = 4.0;
/// So many calls of its siblings are proof where its share of before is not known.
const SIBLINGS: u64 = 20;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Written; what it does is not seen yet.
    Requested,
    /// Calls still come.
    Leaving,
    /// No call any more, while its siblings were called.
    Done,
    /// Calls come as ever, past the bound.
    NoEffect,
    /// Nothing can prove it.
    Untold,
}

/// What is seen of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// How far it is.
    pub phase: Phase,
    /// Why it is not further: a sentence.
    pub why: Option<String>,
    /// The registry holds what was written.
    pub marked: bool,
    /// Its share of the service's calls of the last 10 s, as seen.
    pub share: Option<f64>,
    /// When a call to it was seen last.
    pub last_call: Option<Moment>,
    /// For how long none was seen since the write, in ms.
    pub quiet_ms: i64,
    /// Calls that its siblings served meanwhile.
    pub siblings: u64,
    /// Instances that still call it, of so many that did; `None` where nobody tells.
    pub holders: Option<(Vec<InstanceId>, usize)>,
}

/// Looks: `since` it was written, `before` its share of then where that is known.
pub fn look(
    world: &World,
    service: &ServiceId,
    id: &InstanceId,
    since: Moment,
    before: Option<f64>,
    now: Moment,
) -> Progress {
    let marked = marked(world, service, id);
    let traffic = world.traffic.instance(id);
    let share = world.traffic.share_seen(id);
    let last_call = traffic.map(|t| t.as_of).filter(|_| traffic.is_some_and(|t| t.as_of.0 > 0));
    let from = last_call.filter(|at| *at > since).unwrap_or(since);
    let quiet_ms = now.since(from).max(0);
    let siblings = siblings(world, id, from, now);
    let holders = world.traffic.callers_of(id).filter(|all| !all.is_empty()).map(|all| {
        let count = all.len();
        let still = |at: &Moment| *at > since && now.since(*at) < QUIET_MS;
        (all.into_iter().filter(|(_, at)| still(at)).map(|(id, _)| id).collect::<Vec<_>>(), count)
    });
    let mut progress =
        Progress { phase: Phase::Requested, why: None, marked, share, last_call, quiet_ms, siblings, holders };
    (progress.phase, progress.why) = phase(world, service, id, &progress, (since, before, now));
    progress
}

fn phase(
    world: &World,
    service: &ServiceId,
    id: &InstanceId,
    seen: &Progress,
    (since, before, now): (Moment, Option<f64>, Moment),
) -> (Phase, Option<String>) {
    let name = &id.service;
    if !seen.marked {
        return (Phase::Requested, Some("the registry does not hold what was written, or not yet".into()));
    }
    let late = now.since(since) >= BOUND_MS;
    let calls = seen.last_call.is_some_and(|at| at > since) && seen.quiet_ms < QUIET_MS;
    match (calls, late) {
        (true, true) => return (Phase::NoEffect, Some(reason(service, seen))),
        (true, false) => return (Phase::Leaving, None),
        (false, _) => {}
    }
    if !world.traffic.is_live() || seen.share.is_none() {
        let why = format!("no trace tells who serves the calls of {name}: the registry alone says that it is out");
        return (Phase::Untold, Some(why));
    }
    let proof = match before.filter(|share| *share > 0.0) {
        Some(share) if share < 1.0 => seen.siblings as f64 * share / (1.0 - share) >= EXPECTED,
        Some(_) => false,
        None => seen.siblings >= SIBLINGS,
    };
    if proof && seen.quiet_ms >= QUIET_MS {
        return (Phase::Done, None);
    }
    if late && seen.quiet_ms >= BOUND_MS {
        let calls = show::plural(seen.siblings, "call", "calls");
        let why = format!("its siblings served {calls} meanwhile: too few to prove that none would come to it");
        return (Phase::Untold, Some(why));
    }
    (Phase::Requested, None)
}

/// Why calls come all the same.
fn reason(service: &ServiceId, seen: &Progress) -> String {
    let who = match &seen.holders {
        Some((still, _)) if !still.is_empty() => {
            let named: Vec<String> = still.iter().take(3).map(|id| format!("{} {}", id.service, id.address)).collect();
            let more = if still.len() > 3 { format!(" and {} more", still.len() - 3) } else { String::new() };
            format!("{}{more} still call it", named.join(", "))
        }
        _ => "calls come as before".to_owned(),
    };
    format!("{who}: {}", service.layout.traits().unheeded)
}

/// Whether every znode of it says that it takes none, or it is not registered at all.
fn marked(world: &World, service: &ServiceId, id: &InstanceId) -> bool {
    let at = world.registry.at(&id.service, &id.address).filter(|(known, _)| known.id == *service);
    at.filter_map(|(_, slot)| slot.registered())
        .all(|i| i.admin == RegistryAdmin::Drained || share::effective(i) == Some(0.0))
}

/// Calls that the others of the service served in whole cells since then, of the last two minutes at most.
fn siblings(world: &World, id: &InstanceId, from: Moment, now: Moment) -> u64 {
    let Some(all) = world.traffic.service_cells(&id.service) else { return 0 };
    let own = world.traffic.instance_cells(id).unwrap_or([Calls::default(); CELLS]);
    let first = now.0.div_euclid(CELL_MS) - CELLS as i64 + 1;
    let after = from.0.div_euclid(CELL_MS);
    let cells = all.iter().zip(&own).enumerate().filter(|(n, _)| first + *n as i64 > after);
    cells.map(|(_, (all, own))| u64::from(all.calls.saturating_sub(own.calls))).sum()
}
