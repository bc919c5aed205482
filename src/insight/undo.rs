//! Which step of the journal an undo would take back, as the registry is now; and where the last one cannot be, the next
//! that can. What is written to take it back is `registry`'s.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    domain::{
        intent::Op,
        plan::{Refusal, Step, Target},
    },
    store::{
        World,
        registry::{Service, Slot},
    },
};

/// The steps with the instances that they wrote, newest first. Steps of instances that are gone are left out behind one that was
/// applied for certain, which none is taken back in place of; before that they end the list, so that none is passed over.
///
/// # Errors
/// A refusal where the newest cannot be taken back; it says which that is, and names the next one that can.
pub fn matched(world: &World, steps: Vec<Step>) -> Result<Vec<(Target, Step)>, Refusal> {
    let mut matched: Vec<(Target, Step)> = Vec::new();
    let several = steps.len() > 1;
    let mut steps = steps.into_iter();
    while let Some(step) = steps.next() {
        match target_of(world, &step) {
            Ok(target) => matched.push((target, step)),
            Err(refusal) if matched.is_empty() => {
                let next = steps.find_map(|step| Some((target_of(world, &step).ok()?, step)));
                let on = match next {
                    Some((target, step)) => format!(" {}", instead(&target, &step)),
                    None if several => " None of your older steps can be taken back, either.".to_owned(),
                    None => String::new(),
                };
                return Err(Refusal::new(format!("{}{on}", refusal.why)));
            }
            Err(_) if matched.iter().any(|(_, step)| step.certain) => {}
            Err(_) => break,
        }
    }
    Ok(matched)
}

/// How to go on with an older step where a newer one cannot be taken back: nothing is passed over but by who asks for it.
pub fn instead(target: &Target, step: &Step) -> String {
    format!("`undo {}` takes back the {} of {target}.", step.id, step.op)
}

/// The instance that a step of the journal wrote, as it is registered now.
///
/// # Errors
/// A refusal where it is gone: what was written went with its znode.
fn target_of(world: &World, step: &Step) -> Result<Target, Refusal> {
    let name = step.address.as_ref().map_or_else(|| step.path.to_string(), |a| a.text().to_owned());
    if step.op.as_ref() == Op::Deregister.word() {
        return Err(Refusal::new(format!(
            "Not undone: step {}: {}/{name} was deregistered; only its provider can register it again.",
            step.id, step.service
        )));
    }
    let Some((service, slot)) = world.registry.slot(&step.path).or_else(|| renamed(world, step)) else {
        return Err(Refusal::new(format!(
            "Not undone: step {}, the {} of {}/{name}: {} is not registered any more; what was written there went with it.",
            step.id, step.op, step.service, step.path
        )));
    };
    // Of what was written, the instances' own znodes: rules and vectors beside them are found by their layout.
    let written = step.writes.iter().map(|w| &w.path).filter(|path| world.registry.instance(path).is_some());
    let own = slot.registered().into_iter().flat_map(|instance| instance.paths());
    let paths: BTreeSet<Arc<str>> = written.chain(own).cloned().collect();
    Ok(Target { service: service.id.clone(), address: step.address.clone(), paths: paths.into_iter().collect() })
}

/// The instance under another name: what was written beside its znode, a rule say, outlives that, and some providers answer
/// a rule by registering under a new name.
fn renamed<'a>(world: &'a World, step: &'a Step) -> Option<(&'a Service, &'a Slot)> {
    if step.writes.iter().any(|write| write.path == step.path) {
        return None;
    }
    world.registry.at(&step.service, step.address.as_ref()?).find(|(_, slot)| slot.registered().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::plan::{Write, WriteKind},
        insight::verdict::scene::Scene,
    };

    fn step(path: &str, written: &str) -> Step {
        let write = Write {
            kind: WriteKind::Set,
            path: written.into(),
            before: Some(Arc::from(*b"1")),
            after: Some(Arc::from(*b"2")),
            version: Some(0),
        };
        Step {
            id: "1".into(),
            op: "weight".into(),
            service: "a".into(),
            address: "127.0.0.1:1".parse().ok(),
            path: path.into(),
            writes: vec![write],
            certain: true,
        }
    }

    #[test]
    fn a_rule_is_taken_back_though_its_instance_registered_under_another_name() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 10);
        let found = target_of(&scene.world, &step("/a/its-old-name", "/config/a.rule")).expect("it is there");
        assert_eq!(found.paths, [Arc::from("/a/127.0.0.1:1")]);
    }

    #[test]
    fn what_was_written_into_a_znode_went_with_it() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 10);
        let refused = target_of(&scene.world, &step("/a/its-old-name", "/a/its-old-name")).expect_err("it is gone");
        assert!(refused.why.contains("is not registered any more"), "{refused}");
    }

    #[test]
    fn steps_of_one_that_is_gone_stand_in_nobodys_way_and_none_is_passed_over() {
        let mut scene = Scene::new();
        scene.registered("a", "127.0.0.1:1", 10);
        let of = |id: &str, path: &str, certain| Step { id: id.into(), certain, ..step(path, path) };
        let (gone, there) = ("/a/127.0.0.9:9", "/a/127.0.0.1:1");
        let refused = |steps| matched(&scene.world, steps).expect_err("the newest is gone").why.to_string();
        let told =
            refused((2..40).rev().map(|n| of(&n.to_string(), gone, true)).chain([of("1", there, true)]).collect());
        assert!(told.starts_with("Not undone: step 39, the weight of a/127.0.0.1:1: "), "{told}");
        assert!(told.ends_with("`undo 1` takes back the weight of a/127.0.0.1:1."), "{told}");
        let told = refused(vec![of("3", gone, true), of("2", gone, true)]);
        assert!(told.ends_with("None of your older steps can be taken back, either."), "{told}");
        let ids = |steps| -> Vec<Arc<str>> {
            let matched = matched(&scene.world, steps).expect("the newest is there");
            matched.into_iter().map(|(_, step)| step.id).collect()
        };
        let (newest, oldest) = (of("3", there, true), of("1", there, true));
        assert_eq!(ids(vec![newest, of("2", gone, true), oldest.clone()]), ["3".into(), "1".into()] as [Arc<str>; 2]);
        let maybe = of("3", there, false);
        assert_eq!(ids(vec![maybe, of("2", gone, true), oldest]), ["3".into()] as [Arc<str>; 1]);
    }
}
