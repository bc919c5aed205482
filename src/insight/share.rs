//! Which share of a service's calls an instance is due, by the weights in the registry. What it really gets is `traffic`'s.

use crate::{
    domain::{
        id::{InstanceId, Layout},
        instance::{Instance, RegistryAdmin},
        plan::{Becomes, Remaining},
        show,
    },
    store::{
        World,
        registry::{Service, Slot},
    },
};

/// The weight that callers use, as far as the registry tells: 0 for what is drained; 1 where the layout's convention is
/// that none means 1; `None` where it cannot be read.
pub fn effective(instance: &Instance) -> Option<f64> {
    // A znode that tells no address is nobody that could be called.
    instance.address.as_ref()?;
    match instance.more.as_ref().and_then(|more| more.acts) {
        Some(acts) => Some(acts),
        None => of(instance.service.layout, instance.admin, instance.weight),
    }
}

/// The same of what a znode tells, or will tell.
pub fn of(layout: Layout, admin: RegistryAdmin, weight: Option<i64>) -> Option<f64> {
    if admin == RegistryAdmin::Drained {
        return Some(0.0);
    }
    let weights = &layout.traits().weights;
    match weight {
        Some(weight) if weight <= 0 => weights.zero_as.or(Some(weight as f64)),
        Some(weight) => Some(weight as f64),
        None => weights.none_as,
    }
}

/// The same of what it will tell; `known` is the weight where the znodes that were read for it tell none.
pub fn then(layout: Layout, becomes: Becomes, known: Option<i64>) -> Option<f64> {
    match becomes.acts.filter(|_| becomes.admin != RegistryAdmin::Drained) {
        Some(acts) => Some(acts),
        None => of(layout, becomes.admin, becomes.weight.or(known)),
    }
}

/// The sum of a service's effective weights: what each one's share is of.
pub fn total(service: &Service) -> f64 {
    service.registered().filter_map(|(_, i)| effective(i)).filter(|w| *w > 0.0).sum()
}

/// Whether the weights tell the shares: not where some callers go past an instance by a route, nor where weights differ that
/// callers of this layout do not read unless they were built to.
pub fn certain(service: &Service) -> bool {
    let routed = |i: &Instance| i.more.as_ref().is_some_and(|more| more.routed.is_some());
    let by_choice = service.id.layout.traits().weights.by_choice;
    let mut weights = service.registered().filter_map(|(_, i)| effective(i)).filter(|w| *w > 0.0);
    let first = weights.next();
    let apart = by_choice && weights.any(|weight| Some(weight) != first);
    !apart && !service.registered().any(|(_, i)| routed(i))
}

/// The share of its service's calls that an instance gets; `None` for one that is not registered: what it still got before
/// it left is no share of what comes now.
pub fn seen(world: &World, slot: &Slot, id: Option<&InstanceId>) -> Option<f64> {
    slot.registered()?;
    world.traffic.share_seen(id?)
}

/// The share that an instance is due, 0 to 1, of a service whose weights sum up to `total`.
pub fn due(instance: &Instance, total: f64) -> Option<f64> {
    let weight = effective(instance)?;
    if weight == 0.0 {
        return Some(0.0);
    }
    (total > 0.0).then(|| weight.max(0.0) / total)
}

/// The shares of a plan's table before and after in whole percent, as every list has them: a column adds up to 100, unless
/// one of them is not in the table.
pub fn whole(remaining: &[Remaining]) -> Vec<(Option<u8>, Option<u8>)> {
    let column = |of: fn(&Remaining) -> Option<f64>| {
        let known: Vec<f64> = remaining.iter().map(|one| of(one).unwrap_or(0.0)).collect();
        // One that is deleted is not in the table, and what it has is nobody else's.
        let all = known.iter().sum::<f64>() > 0.99;
        if all { show::shares(&known) } else { known.iter().map(|part| (part * 100.0).round() as u8).collect() }
    };
    let (before, after) = (column(|one| one.share_before), column(|one| one.share_after));
    let both = remaining.iter().zip(before.into_iter().zip(after));
    both.map(|(one, (before, after))| (one.share_before.map(|_| before), one.share_after.map(|_| after))).collect()
}

/// Whether two plans' tables show the same instances with the same shares.
pub fn same(one: &[Remaining], other: &[Remaining]) -> bool {
    let rows = |all: &[Remaining]| -> Vec<_> { all.iter().map(|row| row.address.clone()).zip(whole(all)).collect() };
    rows(one) == rows(other)
}

/// A share of [`whole`] as it is written.
pub fn word(share: Option<u8>) -> String {
    share.map_or(show::UNKNOWN.to_owned(), show::share)
}

/// What one of these weights would be due beside the others, in whole percent as in the list of them all.
pub fn part(own: f64, others: impl Iterator<Item = f64>) -> u8 {
    let all: Vec<f64> = std::iter::once(own).chain(others).collect();
    show::shares(&all).first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::insight::verdict::scene::Scene;

    #[test]
    fn differing_weights_that_callers_need_not_read_tell_no_share() {
        use crate::domain::{fact::RegistryFact, id::Layout};
        let of = |layout, weights: [i64; 2]| {
            let mut scene = Scene::new();
            scene.registered("a", "127.0.0.1:1", weights[0]);
            scene.registered("a", "127.0.0.1:2", weights[1]);
            let service = scene.world.registry.named("a").next().expect("registered");
            let mut all: Vec<_> = service.registered().map(|(_, i)| i.clone()).collect();
            for instance in &mut all {
                instance.service.layout = layout;
                instance.mzxid += 1;
                scene.world.registry.apply(&RegistryFact::Upsert(std::sync::Arc::new(instance.clone())), scene.now());
            }
            super::certain(scene.world.registry.service(&all[0].service).expect("registered"))
        };
        assert!(of(Layout::SEED, [1, 9]) && of(Layout::CURATOR, [5, 5]));
        assert!(!of(Layout::CURATOR, [1, 9]) && !of(Layout::SPRING, [1, 9]));
    }

    #[test]
    fn a_share_and_a_rate_are_of_the_same_seconds() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 5);
        scene.registered("a", "127.0.0.1:2", 5);
        scene.complete();
        let seen = |scene: &Scene| -> Vec<Option<f64>> {
            let service = scene.world.registry.named("a").next().expect("registered");
            let each = service.slots.values();
            each.map(|slot| super::seen(&scene.world, slot, slot.id(service).as_ref())).collect()
        };
        for _ in 0..30 {
            scene.served("a", "127.0.0.1:1", 10, 5, 0);
            scene.served("a", "127.0.0.1:2", 10, 5, 0);
            scene.seconds(1);
        }
        assert_eq!(seen(&scene), [Some(0.5), Some(0.5)]);
        for _ in 0..14 {
            scene.served("a", "127.0.0.1:2", 20, 5, 0);
            scene.seconds(1);
        }
        assert_eq!(seen(&scene)[0], Some(0.0), "it takes 0/s, so it has no share");
    }
}
