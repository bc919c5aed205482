//! Something is written about an instance that no caller acts on: whoever wrote it may believe that it is done.

use super::{Facts, Rule};
use crate::domain::{
    id::InstanceId,
    text::Shown,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each instance of which its layout says so.
pub const RULE: Rule = Rule { name: "without-effect", check };

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for service in facts.world.registry.services() {
        for (slot, instance) in service.registered() {
            let Some(vain) = instance.more.as_ref().and_then(|more| more.vain.as_ref()) else { continue };
            let Some(address) = slot.address() else { continue };
            let (short, name) = (facts.cluster.short(&service.id.name), slot.name());
            let id = InstanceId { service: service.id.name.clone(), address: address.clone() };
            out.push(Verdict {
                rule: RULE.name,
                severity: Severity::Notice,
                subject: Subject::Instance(id),
                sentence: Shown::new(&format!("{short} {name}: {vain}.")).as_str().into(),
                since: Some(slot.since),
                evidence: vec![Shown::new(&format!("{} (registry)", instance.path)).as_str().into()],
                cause: None,
                harm: 60,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::scene::Scene;
    use crate::domain::{fact::RegistryFact, instance::More};

    #[test]
    fn what_is_written_in_vain_is_told_of_the_instance_alone() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.registered("a-service", "127.0.0.1:2", 1);
        scene.complete();
        assert!(scene.rules().is_empty());
        let (_, found) = scene.world.registry.services().next().and_then(|s| s.registered().next()).expect("there");
        let mut instance = found.clone();
        instance.mzxid += 1;
        let vain = Some("an override is there, without effect".into());
        instance.more = Some(Arc::new(More { vain, ..More::default() }));
        scene.world.registry.apply(&RegistryFact::Upsert(Arc::new(instance)), scene.now());
        assert_eq!(scene.sentences(), ["a 127.0.0.1:1: an override is there, without effect."]);
        assert!(scene.critical().is_empty());
    }
}
