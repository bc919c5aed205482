//! Which step of the journal an undo would take back, as the registry is now; and where the last one cannot be, the next
//! that can. What is written to take it back is `registry`'s.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    domain::{
        intent::Op,
        plan::{Refusal, Step, Target},
    },
    store::World,
};

/// The steps with the instances that they wrote, newest first, up to the first whose instance is gone.
///
/// # Errors
/// A refusal where the newest cannot be taken back; it names the next one that can.
pub fn matched(world: &World, steps: Vec<Step>) -> Result<Vec<(Target, Step)>, Refusal> {
    let mut matched = Vec::new();
    let mut steps = steps.into_iter();
    while let Some(step) = steps.next() {
        match target_of(world, &step) {
            Ok(target) => matched.push((target, step)),
            Err(refusal) if matched.is_empty() => {
                let next = steps.find_map(|step| Some((target_of(world, &step).ok()?, step)));
                return Err(match next {
                    Some((target, step)) => Refusal::new(format!(
                        "{} `undo {}` takes back the {} of {target}.",
                        refusal.why, step.id, step.op
                    )),
                    None => refusal,
                });
            }
            Err(_) => break,
        }
    }
    Ok(matched)
}

/// The instance that a step of the journal wrote, as it is registered now.
///
/// # Errors
/// A refusal where it is gone: what was written went with its znode.
fn target_of(world: &World, step: &Step) -> Result<Target, Refusal> {
    let name = step.address.as_ref().map_or_else(|| step.path.to_string(), |a| a.text().to_owned());
    if step.op.as_ref() == Op::Deregister.word() {
        return Err(Refusal::new(format!(
            "Not undone: {}/{name} was deregistered; only its provider can register it again.",
            step.service
        )));
    }
    let Some((service, slot)) = world.registry.slot(&step.path) else {
        return Err(Refusal::new(format!(
            "Not undone: {} is not registered any more; what was written there went with it.",
            step.path
        )));
    };
    // Of what was written, the instances' own znodes: rules and vectors beside them are found by their layout.
    let written = step.writes.iter().map(|w| &w.path).filter(|path| world.registry.instance(path).is_some());
    let own = slot.registered().into_iter().flat_map(|instance| instance.paths());
    let paths: BTreeSet<Arc<str>> = written.chain(own).cloned().collect();
    Ok(Target { service: service.id.clone(), address: step.address.clone(), paths: paths.into_iter().collect() })
}
