//! What is due about kept intents without a person asking for it now. Not who does it: any writable Keepwatch that runs, and
//! the registry decides who was first.

use std::sync::Arc;

use crate::{
    domain::{
        duty::{Due, Duty},
        id::{Layout, ServiceId},
        intent::{Intent, MOST_HELD, Op},
        plan::Target,
        time::Moment,
    },
    store::World,
};

/// All that is due. `away`: whether the operator of this ephemeral has been missing for long enough to be gone.
pub fn all(world: &World, now: Moment, away: impl Fn(&str) -> bool) -> Vec<Duty> {
    let due = |(path, intent): (&Arc<str>, &Intent)| {
        let gone = intent.ties.operator.as_ref().is_some_and(|operator| away(operator));
        let what = match () {
            () if intent.op == Op::Deregister => Due::Back,
            () if intent.over(now) => Due::LeaseOver,
            () if gone => Due::OperatorGone,
            () if !intent.held() || world.lost_since(path).is_none() => return None,
            () if intent.held_again(now) < MOST_HELD => Due::Again,
            () => Due::GiveUp,
        };
        let target = target(world, intent);
        // What is not registered cannot be asserted, and is not back.
        (!matches!(what, Due::Again | Due::Back) || !target.paths.is_empty()).then(|| Duty {
            path: path.clone(),
            intent: intent.clone(),
            target,
            what,
        })
    };
    world.registry.intents().filter_map(due).collect()
}

/// The instance that an intent is about, as it is registered now.
fn target(world: &World, intent: &Intent) -> Target {
    let at = || world.registry.at(&intent.service, &intent.address);
    let found = at().find(|(_, slot)| slot.registered().is_some_and(|i| i.path == intent.path));
    let found = found.or_else(|| at().find(|(_, slot)| slot.registered().is_some()));
    let Some((service, _)) = found else {
        let parent = intent.path.rsplit_once('/').map_or("", |(parent, _)| parent).into();
        let service = ServiceId { name: intent.service.clone(), layout: Layout::RAW, parent };
        return Target { service, address: Some(intent.address.clone()), paths: Vec::new() };
    };
    let same = at().filter(|(other, _)| other.id == service.id).filter_map(|(_, slot)| slot.registered());
    let paths = same.flat_map(|instance| instance.paths().cloned()).collect();
    Target { service: service.id.clone(), address: Some(intent.address.clone()), paths }
}
