//! What a batch of actions has to look at beside each single plan: whom a choice means, whether anybody is left after all of
//! it, and whether the last step's siblings are well enough for the next.

use std::sync::Arc;

use crate::{
    domain::{health::HealthState, id::ServiceId, instance::Presence, intent::Op, plan::Target, time::Moment},
    insight::{
        share,
        status::{self, InstanceView},
    },
    store::{World, registry::Service},
};

/// Whom a batch is for; what is `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// On this host.
    pub host: Option<String>,
    /// Whose metadata tell this version.
    pub version: Option<String>,
    /// Whose metadata tell this zone.
    pub zone: Option<String>,
    /// Of this service.
    pub service: Option<String>,
}

/// Everybody registered that a choice means, in the order of services and addresses. Entries that no layout explains are
/// never meant.
pub fn choose(world: &World, choice: &Choice) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for service in world.registry.services().filter(|s| s.id.layout.explained()) {
        let short = service.id.name.strip_suffix("-service").unwrap_or(&service.id.name);
        if choice.service.as_deref().is_some_and(|name| name != &*service.id.name && name != short) {
            continue;
        }
        for (slot, instance) in service.registered() {
            let Some(address) = slot.address() else { continue };
            let tells = |key: &str, wanted: &Option<String>| {
                wanted
                    .as_deref()
                    .is_none_or(|wanted| instance.metadata.get(key).is_some_and(|value| **value == *wanted))
            };
            let on = choice.host.as_deref().is_none_or(|host| address.host() == host);
            if !on || !tells("version", &choice.version) || !tells("zone", &choice.zone) {
                continue;
            }
            let paths = instance.paths().cloned();
            match targets.iter_mut().find(|t| t.service == service.id && t.address.as_ref() == Some(address)) {
                Some(known) => known.paths.extend(paths),
                None => targets.push(Target {
                    service: service.id.clone(),
                    address: Some(address.clone()),
                    paths: paths.collect(),
                }),
            }
        }
    }
    targets
}

pub(super) fn views<'a>(world: &'a World, service: &'a Service) -> Vec<InstanceView<'a>> {
    let total = share::total(service);
    let all = service.slots.values().map(|slot| status::instance(world, service, slot, total));
    all.filter(|view| view.presence == Presence::Registered).collect()
}

/// The service of which no healthy instance would be left after all of these, if there is one; as in a single plan, where
/// the health of none is known, those that are enabled count.
pub fn nobody_left<'a>(world: &World, steps: impl Iterator<Item = (&'a Target, Op)> + Clone) -> Option<ServiceId> {
    let takes_away = |op: Op| matches!(op, Op::Drain | Op::Deregister | Op::Weight(0));
    for (target, op) in steps.clone() {
        let Some(service) = world.registry.service(&target.service).filter(|_| takes_away(op)) else { continue };
        let views = views(world, service);
        let known = views.iter().any(status::known);
        let well = |v: &InstanceView<'_>| if known { status::serves(v) } else { status::able(v) };
        let goes = |v: &InstanceView<'_>| {
            steps.clone().any(|(target, op)| takes_away(op) && target.paths.contains(&v.slot.key.path))
        };
        let (gone, stays): (Vec<_>, Vec<_>) = views.iter().partition(|v| goes(v));
        if gone.into_iter().any(status::may_serve) && !stays.into_iter().any(well) {
            return Some(service.id.clone());
        }
    }
    None
}

/// Whether the next step may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open,
    /// Not yet, for this reason.
    Wait(String),
    /// No: somebody who serves is not well.
    Shut(String),
}

/// Looks whether those that serve beside the last step's instance are well, by what they said since then. Those of whom
/// nothing was ever known do not hinder.
pub fn gate(world: &World, last: (&Target, Op), since: Moment) -> Gate {
    let (target, op) = last;
    let Some(service) = world.registry.service(&target.service) else { return Gate::Open };
    let mut waits: Option<Arc<str>> = None;
    for view in views(world, service) {
        let own = target.paths.contains(&view.slot.key.path);
        let out = own && matches!(op, Op::Drain | Op::Deregister | Op::Weight(0));
        let (Some(health), false) = (view.health, out) else { continue };
        if health.last_answer.is_none() || (!own && !status::able(&view)) {
            continue;
        }
        let name: Arc<str> = view.slot.name().into();
        match health.state {
            state if state.serves() => {}
            HealthState::Unknown | HealthState::Auth => continue,
            state => {
                let word = state.word().replace('_', " ");
                return Gate::Shut(format!("{name} is not well: {word}"));
            }
        }
        if health.as_of.is_none_or(|at| at <= since) {
            waits.get_or_insert(name);
        }
    }
    match waits {
        Some(name) => Gate::Wait(format!("{name} has not answered since the last step")),
        None => Gate::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::scene::Scene;
    use super::*;
    use crate::domain::health::Asked;
    use crate::domain::id::Layout;

    fn target(address: &str) -> Target {
        let service = ServiceId { name: "a-service".into(), layout: Layout::SEED, parent: "/a-service".into() };
        let path = format!("/a-service/{address}").into();
        Target { service, address: address.parse().ok(), paths: vec![path] }
    }

    fn scene() -> Scene {
        let mut scene = Scene::new();
        for n in 1..=3 {
            scene.registered("a-service", &format!("127.0.0.{n}:1"), 5);
            scene.says("a-service", &format!("127.0.0.{n}:1"), Asked::Answered(HealthState::Up), None);
        }
        scene.registered("b", "127.0.0.1:2", 5);
        scene.complete();
        scene
    }

    #[test]
    fn a_host_is_chosen_across_its_services() {
        let scene = scene();
        let chosen =
            |choice: Choice| -> Vec<String> { choose(&scene.world, &choice).iter().map(ToString::to_string).collect() };
        let host = Choice { host: Some("127.0.0.1".into()), ..Choice::default() };
        assert_eq!(chosen(host.clone()), ["a-service/127.0.0.1:1", "b/127.0.0.1:2"]);
        assert_eq!(chosen(Choice { service: Some("a".into()), ..host }), ["a-service/127.0.0.1:1"]);
        assert!(chosen(Choice { zone: Some("x".into()), ..Choice::default() }).is_empty());
    }

    #[test]
    fn the_last_healthy_one_counts_over_the_whole_batch() {
        let mut scene = scene();
        let all: Vec<Target> = (1..=3).map(|n| target(&format!("127.0.0.{n}:1"))).collect();
        let left = |scene: &Scene, targets: &[Target], op| {
            nobody_left(&scene.world, targets.iter().map(|t| (t, op))).map(|s| s.name.to_string())
        };
        assert_eq!(left(&scene, &all[..2], Op::Drain), None);
        assert_eq!(left(&scene, &all, Op::Drain).as_deref(), Some("a-service"));
        assert_eq!(left(&scene, &all, Op::Undrain), None);
        scene.says("a-service", "127.0.0.3:1", Asked::Answered(HealthState::Down), None);
        assert_eq!(left(&scene, &all[..2], Op::Drain).as_deref(), Some("a-service"), "the third is down");
    }

    #[test]
    fn the_gate_waits_for_a_word_of_each_sibling_and_shuts_for_one_that_is_ill() {
        let mut scene = scene();
        let since = scene.now().plus(-1);
        let first = target("127.0.0.1:1");
        let look = |scene: &Scene| gate(&scene.world, (&first, Op::Drain), since);
        assert!(matches!(look(&scene), Gate::Wait(why) if why.contains("127.0.0.2:1")));
        scene.says("a-service", "127.0.0.2:1", Asked::Answered(HealthState::Up), None);
        assert!(matches!(look(&scene), Gate::Wait(why) if why.contains("127.0.0.3:1")));
        scene.says("a-service", "127.0.0.3:1", Asked::Answered(HealthState::Up), None);
        assert_eq!(look(&scene), Gate::Open);
        scene.says("a-service", "127.0.0.3:1", Asked::Answered(HealthState::Down), None);
        assert_eq!(look(&scene), Gate::Shut("127.0.0.3:1 is not well: down".into()));
        assert_eq!(gate(&scene.world, (&target("127.0.0.9:1"), Op::Undrain), Moment(0)), look(&scene));
        let b = Target {
            service: ServiceId { name: "b".into(), layout: Layout::SEED, parent: "/b".into() },
            ..first.clone()
        };
        assert_eq!(gate(&scene.world, (&b, Op::Drain), since), Gate::Open, "of whom nothing is known does not hinder");
    }
}
