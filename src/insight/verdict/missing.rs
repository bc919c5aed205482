//! An instance that the file expects is not registered.

use super::{Facts, Rule};
use crate::domain::{
    id::{InstanceId, Layout},
    instance::Presence,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each expected instance that is not in the registry, once that was read.
pub const RULE: Rule = Rule { name: "missing", check };

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    if registry.complete().is_none() {
        return;
    }
    for (service, id) in registry.services().filter(|s| s.id.layout != Layout::Raw).map(|s| (s, &s.id)) {
        for slot in service.slots.values() {
            let wanted = |address| registry.expected().services.get(&id.name).is_some_and(|all| all.contains(address));
            let missing = match slot.presence {
                Presence::ExpectedMissing => true,
                Presence::Gone => slot.address().is_some_and(wanted),
                Presence::Registered => false,
            };
            let (true, Some(address)) = (missing, slot.address()) else { continue };
            let expected = registry.expected().services.get(&id.name).map_or(0, Vec::len);
            let there = service.registered().count();
            let short = facts.cluster.short(&id.name);
            let gone = slot.presence == Presence::Gone;
            out.push(Verdict {
                rule: RULE.name,
                severity: Severity::Warning,
                subject: Subject::Instance(InstanceId { service: id.name.clone(), address: address.clone() }),
                sentence: format!("{short} {} is missing: {expected} expected, {there} registered.", address.text())
                    .into(),
                since: gone.then_some(slot.since),
                evidence: vec![if gone {
                    "its znode was there and went".into()
                } else {
                    "named in the configuration file, no znode of this address".into()
                }],
                cause: None,
                harm: 300 + if there == 0 { 100 } else { 0 },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;

    #[test]
    fn an_expected_instance_that_is_not_registered_is_missing_and_a_registered_one_is_not() {
        let mut scene = Scene::expecting("users-service", &["127.0.0.1:5000", "127.0.0.1:5010"]);
        scene.registered("users-service", "127.0.0.1:5000", 1);
        scene.complete();
        assert_eq!(scene.sentences(), ["users 127.0.0.1:5010 is missing: 2 expected, 1 registered."]);
        scene.registered("users-service", "127.0.0.1:5010", 1);
        assert!(scene.rules().is_empty());
    }
}
