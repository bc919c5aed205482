//! Which step of the journal an undo would take back, as the registry is now; and where the last one cannot be, the next
//! that can. What is written to take it back is `registry`'s.

use crate::{
    domain::{
        intent::{self, Op},
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
    let Some((service, _)) = world.registry.slot(&step.path) else {
        return Err(Refusal::new(format!(
            "Not undone: {} is not registered any more; what was written there went with it.",
            step.path
        )));
    };
    let paths = step.writes.iter().map(|w| w.path.clone()).filter(|p| !p.starts_with(intent::ROOT));
    Ok(Target { service: service.id.clone(), address: step.address.clone(), paths: paths.collect() })
}
