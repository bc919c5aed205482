//! Which share of a service's calls an instance is due, by the weights in the registry. What it really gets is `traffic`'s.

use crate::{
    domain::{
        id::{InstanceId, Layout},
        instance::{Instance, RegistryAdmin},
    },
    store::{
        World,
        registry::{Service, Slot},
    },
};

/// The weight that callers use, as far as the registry tells: 0 for what is drained; 1 where the layout's convention is
/// that none means 1; `None` where it cannot be read.
pub fn effective(instance: &Instance) -> Option<f64> {
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
    match (layout, weight) {
        // Spring's weighted supplier turns what is not above 0 into 1.
        (Layout::Spring, Some(weight)) if weight <= 0 => Some(1.0),
        (Layout::Curator | Layout::Spring, None) => Some(1.0),
        (_, weight) => weight.map(|weight| weight as f64),
    }
}

/// The sum of a service's effective weights: what each one's share is of.
pub fn total(service: &Service) -> f64 {
    service.registered().filter_map(|(_, i)| effective(i)).filter(|w| *w > 0.0).sum()
}

/// The share of its service's calls of the last minute that an instance got; `None` for one that is not registered: what
/// it still got before it left is no share of what comes now.
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
