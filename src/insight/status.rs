//! One instance's five answers, side by side: presence, admin, health, weight, traffic; and the one mark for where there
//! is only one cell. Made for the rows that are seen, from the stores, when they are drawn.

use crate::{
    domain::{
        health::HealthState,
        id::InstanceId,
        instance::{Admin, Presence, RegistryAdmin},
        intent::{Intent, Op},
        time::Moment,
    },
    insight::share,
    store::{
        World,
        health::Entry,
        registry::{Service, Slot},
        traffic::Slow,
    },
};

/// The one mark of an instance, worst first: the order of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Expected, not registered.
    Missing,
    /// Says it is down.
    Down,
    /// Registered, and nobody listens there.
    Ghost,
    /// Cannot be reached.
    NoAnswer,
    /// Wanted drained, is not.
    DrainLost,
    /// Marked, traffic is still seen.
    Draining,
    /// Marked.
    Drained,
    /// Degraded, starting, or slow as its callers see it.
    Slow,
    /// Not known.
    Unknown,
    /// Up.
    Up,
    /// Left, and nobody expects it.
    Gone,
}

impl Mark {
    /// All, worst first.
    pub const ALL: [Mark; 11] = [
        Mark::Missing,
        Mark::Down,
        Mark::Ghost,
        Mark::NoAnswer,
        Mark::DrainLost,
        Mark::Draining,
        Mark::Drained,
        Mark::Slow,
        Mark::Unknown,
        Mark::Up,
        Mark::Gone,
    ];

    /// Whether it is trouble: never folded away.
    pub fn trouble(self) -> bool {
        !matches!(self, Mark::Up | Mark::Unknown | Mark::Gone)
    }
}

/// An instance, all answers together.
#[derive(Clone, Debug)]
pub struct InstanceView<'a> {
    /// Its identity towards telemetry.
    pub id: Option<InstanceId>,
    /// Its place.
    pub slot: &'a Slot,
    /// Whether it is there.
    pub presence: Presence,
    /// What people decided.
    pub admin: Admin,
    /// What it says of itself; `None` where it was not asked.
    pub health: Option<&'a Entry>,
    /// That state's word, `Unknown` where it was not asked.
    pub state: HealthState,
    /// Weight in the znode.
    pub declared: Option<i64>,
    /// Weight that callers use.
    pub effective: Option<f64>,
    /// Share due, 0 to 1.
    pub due: Option<f64>,
    /// Far slower than its siblings, as its calls show.
    pub slow: Option<Slow>,
    /// The intent kept for it.
    pub intent: Option<&'a Intent>,
    /// The one mark.
    pub mark: Mark,
    /// Since when that mark holds, as far as known.
    pub since: Option<Moment>,
}

/// An instance of a service whose weights sum up to `total` ([`share::total`]).
pub fn instance<'a>(world: &'a World, service: &Service, slot: &'a Slot, total: f64) -> InstanceView<'a> {
    let id = slot.id(service);
    let registered = slot.registered();
    let health = id.as_ref().filter(|_| service.id.layout.explained()).and_then(|id| world.health.get(id));
    let state = health.map_or(HealthState::Unknown, |h| h.state);
    let intent = id.as_ref().and_then(|id| world.registry.intent(&id.service, &id.address));
    let seen = id.as_ref().and_then(|id| world.traffic.instance(id)).and_then(|t| t.rate);
    let admin = admin(world, registered.map(|i| i.admin), intent, seen);
    let slow = id.as_ref().filter(|_| registered.is_some()).and_then(|id| world.traffic.slow(id)).copied();
    let mark = match slot.presence {
        Presence::Gone if !world.registry.wants(&service.id, slot) => Mark::Gone,
        presence => match mark(presence, admin, state, slow.is_some()) {
            Mark::NoAnswer if dead(health) => Mark::Ghost,
            mark => mark,
        },
    };
    let since = match mark {
        Mark::Missing | Mark::Gone => Some(slot.since),
        Mark::DrainLost => intent.map(|i| world.lost_since(&i.znode()).unwrap_or(i.at)),
        Mark::Drained | Mark::Draining => intent.map(|i| i.at),
        Mark::Slow if !own_slow(state) => slow.map(|s| s.since),
        Mark::Down | Mark::Ghost | Mark::NoAnswer | Mark::Slow | Mark::Up => health.map(|h| h.since),
        Mark::Unknown => None,
    };
    InstanceView {
        slot,
        presence: slot.presence,
        admin,
        health,
        state,
        declared: registered.and_then(|i| i.weight),
        effective: registered.and_then(share::effective),
        due: registered.and_then(|i| share::due(i, total)),
        slow,
        intent,
        mark,
        since,
        id,
    }
}

/// `seen`: calls per second that traces show, where they tell of this instance at all.
fn admin(world: &World, registry: Option<RegistryAdmin>, intent: Option<&Intent>, seen: Option<f64>) -> Admin {
    let lost = intent.filter(|i| i.op == Op::Drain).is_some_and(|i| world.is_lost(&i.znode(), i));
    match registry {
        Some(_) if lost => Admin::DrainLost,
        Some(RegistryAdmin::Enabled) => Admin::Enabled,
        Some(RegistryAdmin::Drained) if seen.is_some_and(|rate| rate > 0.0) => Admin::Draining,
        Some(RegistryAdmin::Drained) => Admin::Drained,
        Some(RegistryAdmin::Unknown) | None => Admin::Unknown,
    }
}

/// Whether nobody listened where it should be when it was asked last.
pub fn dead(health: Option<&Entry>) -> bool {
    health.is_some_and(|entry| entry.refused)
}

/// Whether it says itself that it is weak.
fn own_slow(state: HealthState) -> bool {
    matches!(state, HealthState::Degraded | HealthState::Starting | HealthState::OutOfService)
}

/// The mark for one cell, by the guide's order: THE one place where a status becomes a mark, but for those that left and that
/// nobody expects. `slow`: as its calls show.
pub fn mark(presence: Presence, admin: Admin, health: HealthState, slow: bool) -> Mark {
    match (presence, admin, health) {
        (Presence::Gone | Presence::ExpectedMissing, ..) => Mark::Missing,
        (_, _, HealthState::Down) => Mark::Down,
        (_, _, HealthState::Unreachable | HealthState::NeverAnswered) => Mark::NoAnswer,
        (_, Admin::DrainLost, _) => Mark::DrainLost,
        (_, Admin::Draining, _) => Mark::Draining,
        (_, Admin::Drained, _) => Mark::Drained,
        (_, _, state) if slow || own_slow(state) => Mark::Slow,
        (_, _, HealthState::Unknown | HealthState::Auth) => Mark::Unknown,
        (_, _, _) => Mark::Up,
    }
}

/// Whether it can take calls: registered, enabled, weight not 0, and well as far as it says.
pub fn serves(view: &InstanceView<'_>) -> bool {
    able(view) && view.state.serves()
}

/// Whether it is known of it how it is: it says so, or nobody listens there. One that was never heard tells nothing, since
/// others may well reach it; nor does one that answers, but not how it is.
pub fn known(view: &InstanceView<'_>) -> bool {
    let answered = view.health.is_some_and(|h| h.last_answer.is_some());
    let told = answered && !matches!(view.state, HealthState::Unknown | HealthState::Auth);
    told || view.health.is_some_and(|h| h.refused)
}

/// Whether it might serve, for all that is known: one that says it is down may be up in a moment, one where nobody listens
/// is taken from nobody.
pub fn may_serve(view: &InstanceView<'_>) -> bool {
    able(view) && !view.health.is_some_and(|h| h.refused)
}

/// The same without what it says: where nothing is known of any, this is what counts.
pub fn able(view: &InstanceView<'_>) -> bool {
    view.slot.is_instance()
        && matches!(view.admin, Admin::Enabled | Admin::Unknown | Admin::DrainLost)
        && view.effective != Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drained_instance_never_looks_like_a_broken_one_and_a_broken_one_never_like_a_drained_one() {
        assert_eq!(mark(Presence::Registered, Admin::Drained, HealthState::Up, false), Mark::Drained);
        assert_eq!(mark(Presence::Registered, Admin::Drained, HealthState::Down, false), Mark::Down);
        assert_eq!(mark(Presence::Registered, Admin::Enabled, HealthState::Unknown, false), Mark::Unknown);
        assert_eq!(mark(Presence::ExpectedMissing, Admin::Enabled, HealthState::Up, false), Mark::Missing);
    }

    #[test]
    fn what_its_calls_show_to_be_slow_is_not_up_whatever_it_says_and_what_is_worse_stays_worse() {
        let of = |admin, health| mark(Presence::Registered, admin, health, true);
        assert_eq!(of(Admin::Enabled, HealthState::Up), Mark::Slow);
        assert_eq!(of(Admin::Enabled, HealthState::Unknown), Mark::Slow);
        assert_eq!(of(Admin::Enabled, HealthState::Down), Mark::Down);
        assert_eq!(of(Admin::Drained, HealthState::Up), Mark::Drained);
        assert_eq!(mark(Presence::Gone, Admin::Enabled, HealthState::Up, true), Mark::Missing);
        assert_eq!(mark(Presence::Registered, Admin::Enabled, HealthState::Up, false), Mark::Up);
    }
}
