//! Why a callee fails its callers, as far as health, traces and the registry know: the first that explains it. Used by every
//! rule that tells of the harm and not of its origin.

use super::Facts;
use crate::{
    domain::{
        event::{Event, EventKind},
        health::HealthState,
        id::InstanceId,
        instance::Presence,
        show,
        time::Moment,
    },
    store::traffic::Traffic,
};

/// Calls without which a ratio explains nothing.
const CALLS: u32 = 10;
/// A ratio of failed calls from which a callee is the cause.
const FAILS: f64 = 0.05;
/// How long before the harm began a setting may have been changed to be its cause, in ms.
const CHANGED_BEFORE_MS: i64 = 30_000;
/// How long before the harm began somebody may have left to be its cause, in ms.
const LEFT_BEFORE_MS: i64 = 30_000;

/// What is wrong with `to` that makes calls from `from` fail since `since`; a clause without its full stop.
pub(super) fn callee(facts: &Facts<'_>, from: &str, to: &str, since: Moment) -> Option<String> {
    says_ill(facts, to)
        .or_else(|| slow(facts, to))
        .or_else(|| fails(facts, to))
        .or_else(|| gives_up(facts, from, to, since))
        .or_else(|| left(facts, to, since))
}

/// A clause about instances: the first one, and how many more there are.
fn first_of(facts: &Facts<'_>, all: &[(InstanceId, String)]) -> Option<String> {
    let (id, what) = all.first()?;
    let more = match all.len() - 1 {
        0 => String::new(),
        n => format!(", and so are {n} more"),
    };
    Some(format!("{} {} {what}{more}", facts.cluster.short(&id.service), id.address.text()))
}

fn registered<'a>(facts: &'a Facts<'_>, name: &'a str) -> impl Iterator<Item = InstanceId> + 'a {
    facts.world.registry.named(name).flat_map(|s| s.registered().filter_map(move |(slot, _)| slot.id(s)))
}

/// What an instance says of itself, or that it does not answer.
pub(super) fn says_ill(facts: &Facts<'_>, to: &str) -> Option<String> {
    let ill = registered(facts, to).filter_map(|id| {
        let entry = facts.world.health.get(&id)?;
        let refused = entry.detail.as_deref().is_some_and(|d| d.contains("refused"));
        let what = match entry.state {
            HealthState::Down => "is down",
            HealthState::Unreachable | HealthState::NeverAnswered if refused => "is dead: its port refuses connections",
            HealthState::Unreachable => "is without an answer",
            HealthState::OutOfService => "is out of service",
            HealthState::Degraded => "is degraded",
            _ => return None,
        };
        Some((id, what.to_owned()))
    });
    first_of(facts, &ill.collect::<Vec<_>>())
}

/// Far slower than its siblings.
fn slow(facts: &Facts<'_>, to: &str) -> Option<String> {
    let slow = registered(facts, to).filter_map(|id| {
        let slow = facts.world.traffic.slow(&id)?;
        let (p95, usual) = super::traffic::as_shown(facts, &id, slow);
        let (p95, usual) = (show::latency(p95), show::latency(usual));
        Some((id, format!("is slow: p95 {p95}, its siblings {usual}")))
    });
    first_of(facts, &slow.collect::<Vec<_>>())
}

/// The instances that serve enough to be judged, and of them those that fail their calls.
fn failing(facts: &Facts<'_>, to: &str) -> (Vec<(InstanceId, Traffic)>, usize) {
    let served = registered(facts, to).filter_map(|id| facts.world.traffic.instance(&id).map(|t| (id, t)));
    let mut told: Vec<(InstanceId, Traffic)> = served.filter(|(_, t)| t.minute.calls >= CALLS).collect();
    let of = told.len();
    told.retain(|(_, t)| t.error_ratio.is_some_and(|r| r >= FAILS));
    (told, of)
}

fn ratio(t: &Traffic) -> String {
    show::percent(t.error_ratio.unwrap_or(0.0))
}

/// One instance fails its calls, and its siblings do not.
pub(super) fn alone(facts: &Facts<'_>, to: &str) -> Option<String> {
    match failing(facts, to) {
        (one, of) if one.len() == 1 && of > 1 => {
            let (id, traffic) = one.first()?;
            let (short, address) = (facts.cluster.short(to), id.address.text());
            Some(format!("{short} {address} fails {} of its calls, its siblings do not", ratio(traffic)))
        }
        _ => None,
    }
}

/// Fails its calls: one of its instances, or several, or all.
fn fails(facts: &Facts<'_>, to: &str) -> Option<String> {
    if let Some(alone) = alone(facts, to) {
        return Some(alone);
    }
    let (failing, of) = failing(facts, to);
    let short = facts.cluster.short(to);
    let whole = facts.world.traffic.service(to);
    if failing.is_empty() {
        let whole = whole.filter(|t| of == 0 && t.minute.calls >= CALLS)?;
        whole.error_ratio.filter(|r| *r >= FAILS)?;
        return Some(format!("{short} fails {} of its calls", ratio(&whole)));
    }
    let whole = whole.map(|t| ratio(&t)).unwrap_or_default();
    let all = show::plural(of as u64, "instance", "instances");
    Some(format!("{short} fails {whole} of its calls, on {} of {all}", failing.len()))
}

/// Callers wait for less than the callee takes: they fail, the callee does not.
fn gives_up(facts: &Facts<'_>, from: &str, to: &str, since: Moment) -> Option<String> {
    let traffic = &facts.world.traffic;
    let (asked, vain, served) = (traffic.asked(from, to)?, traffic.asked_in_vain(from, to)?, traffic.service(to)?);
    asked.error_ratio.filter(|r| *r >= FAILS && vain.minute.calls >= CALLS)?;
    served.error_ratio.filter(|r| *r < FAILS)?;
    let (waits, takes) = (vain.p50_ms?, served.p50_ms?);
    (waits < takes).then(|| {
        let changed = setting(facts, from, since).map(|setting| format!(", since {setting}")).unwrap_or_default();
        let (from, to) = (facts.cluster.short(from), facts.cluster.short(to));
        format!("{from} gives up after {}, {to} takes {}{changed}", show::latency(waits), show::latency(takes))
    })
}

/// A setting of a service that was changed a moment before: `setting timeout-ms of orders was changed at 14:03:07`.
pub(super) fn setting(facts: &Facts<'_>, name: &str, since: Moment) -> Option<String> {
    let lately = |event: &&Event| event.at > since.plus(-CHANGED_BEFORE_MS) && event.at < since.plus(5_000);
    let mut changed = facts.world.story.events().rev().filter(lately).filter(|event| event.kind == EventKind::Config);
    let event = changed.find(|event| event.service.as_deref().is_none_or(|of| of == name))?;
    let path = event.text.strip_prefix("setting ")?.split(' ').next()?;
    let short = path.rsplit('/').next().filter(|short| !short.is_empty())?;
    Some(format!("setting {short} of {} was changed at {}", facts.cluster.short(name), facts.clock(event.at)))
}

/// An instance left a moment before.
fn left(facts: &Facts<'_>, to: &str, since: Moment) -> Option<String> {
    let slots = facts.world.registry.named(to).flat_map(|s| s.slots.values());
    let gone = slots.filter(|slot| slot.presence == Presence::Gone);
    let slot = gone.filter(|s| since.plus(5_000).since(s.since) <= LEFT_BEFORE_MS + 5_000).max_by_key(|s| s.since)?;
    (slot.since <= since.plus(5_000))
        .then(|| format!("{} {} left the registry", facts.cluster.short(to), slot.address().map_or("", |a| a.text())))
}
