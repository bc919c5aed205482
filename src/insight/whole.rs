//! What a batch comes to, taken as one: for each service who serves after all of its steps and with what share, who calls it,
//! and whether one alone is left. Each single step's plan is `impact`'s.

use std::sync::Arc;

use super::{
    ahead,
    batch::views,
    edge, share,
    status::{self, InstanceView},
};
use crate::{
    domain::{
        draft::Becomes,
        id::ServiceId,
        intent::Op,
        plan::{Remaining, Target},
    },
    store::World,
};

/// A step: of whom, what, and what its znode tells then, where that is known.
pub type Step<'a> = (&'a Target, Op, Option<Becomes>);

/// A service after all steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// The service.
    pub service: ServiceId,
    /// Its instances, before all of it and after all of it.
    pub remaining: Vec<Remaining>,
    /// Its callers by name.
    pub callers: Vec<Arc<str>>,
    /// What has to be read before it is done: that one alone is left. A sentence.
    pub warning: Option<String>,
}

/// Every service that a batch touches, in the order of its steps.
pub fn all(world: &World, steps: &[Step<'_>]) -> Vec<Whole> {
    let mut services: Vec<&ServiceId> = Vec::new();
    for (target, ..) in steps {
        if !services.contains(&&target.service) {
            services.push(&target.service);
        }
    }
    services.into_iter().filter_map(|id| one(world, id, steps)).collect()
}

/// The table of a step's service, where those before it are done and it is: what a plan that is made of the registry as it is
/// today cannot show of a later step.
pub fn then(world: &World, before: &[Step<'_>], step: Step<'_>) -> Option<Vec<Remaining>> {
    let service = &step.0.service;
    let steps: Vec<Step<'_>> = before.iter().copied().chain([step]).collect();
    let gone = |row: &Remaining| {
        let own = |(t, op, _): &Step<'_>| *op == Op::Deregister && t.service == *service && t.address == row.address;
        steps.iter().any(own)
    };
    let (first, last) = (one(world, service, before)?, one(world, service, &steps)?);
    let both = first.remaining.into_iter().zip(last.remaining);
    let row = |(first, last): (Remaining, Remaining)| Remaining {
        share_before: first.share_after,
        rate_before: first.rate_after,
        ..last
    };
    Some(both.map(row).filter(|row| !gone(row)).collect())
}

fn one(world: &World, id: &ServiceId, steps: &[Step<'_>]) -> Option<Whole> {
    let views = views(world, world.registry.service(id)?);
    let last = |v: &InstanceView<'_>| steps.iter().rev().find(|(t, ..)| t.paths.contains(&v.slot.key.path));
    let after = |v: &InstanceView<'_>| match last(v) {
        Some((_, Op::Drain | Op::Deregister, _)) => Some(0.0),
        Some((_, _, Some(becomes))) => share::then(id.layout, *becomes, None),
        Some((_, Op::Weight(number), None)) => Some(*number as f64),
        // What it becomes could not be read ahead.
        Some((_, Op::Undo, None)) => None,
        Some((_, Op::Undrain, None)) | None => v.effective,
    };
    let total: f64 = views.iter().filter_map(&after).filter(|weight| *weight > 0.0).sum();
    let part = |weight: Option<f64>| match weight {
        Some(0.0) => Some(0.0),
        Some(weight) if total > 0.0 => Some(weight.max(0.0) / total),
        _ => None,
    };
    let row = |v: &InstanceView<'_>| Remaining {
        address: v.slot.address().cloned(),
        share_before: v.due,
        share_after: part(after(v)),
        rate_before: None,
        rate_after: None,
    };
    let mut remaining: Vec<Remaining> = views.iter().map(row).collect();
    ahead::rates(world, &id.name, &mut remaining);
    let known = views.iter().any(status::known);
    let well = |v: &&InstanceView<'_>| if known { status::serves(v) } else { status::able(v) };
    let out = |v: &InstanceView<'_>| last(v).is_some() && after(v) == Some(0.0);
    let stay: Vec<&InstanceView<'_>> = views.iter().filter(well).filter(|v| !out(v)).collect();
    let goes = views.iter().filter(well).any(out);
    let warning = match stay.as_slice() {
        [only] if goes => Some(format!(
            "One instance of {} is left after all of it, {}; if it fails too, nobody serves.",
            id.name,
            only.slot.name()
        )),
        _ => None,
    };
    let callers = edge::callers(world, &id.name);
    Some(Whole { service: id.clone(), remaining, callers, warning })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{health::Asked, health::HealthState, id::Layout},
        insight::verdict::scene::Scene,
    };

    #[test]
    fn of_three_that_lose_two_the_third_gets_everything_and_that_is_said_before() {
        let mut scene = Scene::new();
        for n in 1..=3 {
            scene.registered("a-service", &format!("127.0.0.{n}:1"), 5);
            scene.says("a-service", &format!("127.0.0.{n}:1"), Asked::Answered(HealthState::Up), None);
        }
        scene.complete();
        let target = |n: u8| {
            let service = ServiceId { name: "a-service".into(), layout: Layout::SEED, parent: "/a-service".into() };
            let address = format!("127.0.0.{n}:1");
            let path = format!("/a-service/{address}").into();
            Target { service, address: address.parse().ok(), paths: vec![path] }
        };
        let (one, two) = (target(1), target(2));
        let whole = all(&scene.world, &[(&one, Op::Drain, None), (&two, Op::Drain, None)]);
        let [whole] = whole.as_slice() else { panic!("{whole:?}") };
        let after: Vec<Option<f64>> = whole.remaining.iter().map(|one| one.share_after).collect();
        assert_eq!(after, [Some(0.0), Some(0.0), Some(1.0)]);
        assert!(whole.warning.as_deref().is_some_and(|w| w.contains("127.0.0.3:1")), "{whole:?}");
        let second = then(&scene.world, &[(&one, Op::Drain, None)], (&two, Op::Drain, None)).expect("it is known");
        let shares: Vec<_> = second.iter().map(|row| (row.share_before, row.share_after)).collect();
        assert_eq!(shares, [(Some(0.0), Some(0.0)), (Some(0.5), Some(0.0)), (Some(0.5), Some(1.0))]);
        let second = then(&scene.world, &[(&one, Op::Deregister, None)], (&two, Op::Drain, None)).expect("it is known");
        assert_eq!(second.len(), 2, "who is deregistered is in no table");
        let back = all(&scene.world, &[(&one, Op::Drain, None)]);
        assert_eq!(back[0].warning, None, "two are left");
    }
}
