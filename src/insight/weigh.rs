//! What a weight would mean for an instance, before a plan is asked for: the share it would be due, or why there is none. The
//! registry has the last word; this says the same beforehand.

use crate::{
    domain::{
        instance::{Can, Instance, RegistryAdmin},
        intent::Op,
        plan::Target,
    },
    insight::share,
    store::World,
};

/// What a weight would come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Weighed {
    /// This share of the calls, in whole percent.
    Share(u8),
    /// Nobody of the service would be due any.
    Nobody,
    /// It is drained and stays so: the weight counts once it is undrained.
    StaysDrained,
    /// The plan would be refused, and why: a clause.
    Refused(&'static str),
}

/// Whether a weight can be set of a registered instance now, in the words of its capabilities.
pub fn can(world: &World, instance: &Instance) -> Can {
    instance.capabilities.weight.clone()?;
    let held = instance.address.as_ref().and_then(|address| world.registry.intent(&instance.service.name, address));
    let held = held.filter(|intent| intent.op == Op::Drain && intent.old_weight.is_some());
    match (instance.service.layout.traits().weights.mark, instance.admin, held) {
        (true, RegistryAdmin::Drained, Some(intent)) => {
            Err(format!("it is drained by {}, and a weight would put it back unseen; undrain it first", intent.by)
                .into())
        }
        _ => Ok(()),
    }
}

/// Why no weight at all can be set there now, if so: a sentence.
pub fn refused(world: &World, target: &Target) -> Option<String> {
    let instance = world.registry.instance(target.paths.first()?)?;
    can(world, instance).err().map(|why| format!("No weight for {target}: {why}."))
}

/// What this weight would come to.
pub fn weighed(world: &World, target: &Target, number: i64) -> Weighed {
    let weights = &target.service.layout.traits().weights;
    if let Some(why) = weights.no_zero.filter(|_| number < 1) {
        return Weighed::Refused(why);
    }
    let known = target.paths.first().and_then(|path| world.registry.instance(path));
    let out = known.is_some_and(|i| i.admin == RegistryAdmin::Drained) && !weights.mark;
    if out {
        return Weighed::StaysDrained;
    }
    let service = world.registry.service(&target.service);
    let all = service.into_iter().flat_map(|service| service.registered());
    let others = all.filter(|(_, other)| !target.paths.contains(&other.path)).filter_map(|(_, i)| share::effective(i));
    let others: Vec<f64> = others.map(|weight| weight.max(0.0)).collect();
    match number as f64 + others.iter().sum::<f64>() {
        0.0 => Weighed::Nobody,
        _ => Weighed::Share(share::part(number as f64, others.into_iter())),
    }
}
