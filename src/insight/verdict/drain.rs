//! What people decided: drains that hold, those that hold for long, and those that the registry lost.

use super::{Facts, Rule};
use crate::domain::{
    id::InstanceId,
    instance::RegistryAdmin,
    intent::{Intent, MOST_HELD, Op},
    show,
    verdict::{Severity, Subject, Verdict},
};

/// A drain that holds for longer than this has perhaps been forgotten, in ms.
const LONG_MS: i64 = 60 * 60 * 1000;

/// Fires for each kept intent with which the registry no longer agrees.
pub const LOST: Rule = Rule { name: "drain-lost", check: lost };

/// Fires for each instance that is drained.
pub const HELD: Rule = Rule { name: "drained", check: held };

fn lost(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    if registry.complete().is_none() {
        return;
    }
    for (path, intent) in registry.intents().filter(|(path, i)| facts.world.is_lost(path, i)) {
        let name = format!("{} {}", facts.cluster.short(&intent.service), intent.address.text());
        let cause = registry.cause(intent).map(|cause| cause.sentence());
        let (sentence, severity) = match intent.op {
            Op::Weight(n) => (format!("{name} lost its weight {n}, which {} set.", intent.by), Severity::Warning),
            _ => {
                let id = InstanceId { service: intent.service.clone(), address: intent.address.clone() };
                // Only traces tell that it does; the registry, that it may.
                let seen = facts.world.traffic.instance(&id).and_then(|t| t.rate).is_some_and(|rate| rate > 0.0);
                let takes = if seen { "takes" } else { "may take" };
                (
                    format!("DRAIN LOST: {name} {takes} calls again, though {} drained it.", intent.by),
                    Severity::Critical,
                )
            }
        };
        out.push(Verdict {
            rule: LOST.name,
            severity,
            subject: Subject::Instance(InstanceId { service: intent.service.clone(), address: intent.address.clone() }),
            sentence: crate::domain::text::Shown::new(&sentence).as_str().into(),
            since: facts.world.lost_since(path),
            evidence: vec![
                format!("wanted: {} since {} ({path})", intent.what(), intent.at.rfc3339()).into(),
                format!("found: {}", found(facts, intent)).into(),
            ]
            .into_iter()
            .chain(given_up(facts, intent))
            .collect(),
            cause: cause.map(Into::into),
            harm: 550,
        });
    }
}

/// Why nobody asserts again what was to be held.
fn given_up(facts: &Facts<'_>, intent: &Intent) -> Option<std::sync::Arc<str>> {
    let at = facts.clock(intent.ties.given_up?);
    Some(
        format!("held until {at}: lost {MOST_HELD} times in 10 min, so no Keepwatch asserts it again by itself").into(),
    )
}

/// What stands in the registry instead.
fn found(facts: &Facts<'_>, intent: &Intent) -> String {
    let at = facts.world.registry.at(&intent.service, &intent.address);
    let Some(instance) = at.filter_map(|(_, slot)| slot.registered()).next() else { return "nothing".to_owned() };
    let weight = instance.weight.map(|weight| format!("weight {weight}, ")).unwrap_or_default();
    format!("{weight}version {} of {}", instance.version, instance.path)
}

fn held(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    if registry.complete().is_none() {
        return;
    }
    for service in registry.services().filter(|s| s.id.layout.explained()) {
        for (slot, instance) in service.registered().filter(|(_, i)| i.admin == RegistryAdmin::Drained) {
            let Some(id) = slot.id(service) else { continue };
            let intent = registry.intent(&id.service, &id.address).filter(|i| i.op == Op::Drain);
            let by = intent.map(|i| format!(" by {}", i.by)).unwrap_or_default();
            let why = intent.and_then(|i| i.reason.as_deref()).map(|r| format!(" for {r}")).unwrap_or_default();
            let age = intent.map_or(0, |i| facts.now.since(i.at));
            let long = if age >= LONG_MS {
                format!(", for {} now", show::duration((age / 1000) as u64))
            } else {
                String::new()
            };
            let name = format!("{} {}", facts.cluster.short(&id.service), id.address.text());
            let until = intent.and_then(|i| i.until).map(|until| {
                let left = until.0 - facts.now.0;
                match left {
                    0.. => format!(", {} left of its lease", show::duration((left / 1000) as u64)),
                    _ => ", though its lease is over: no writable Keepwatch has ended it yet".to_owned(),
                }
            });
            let sentence = format!("{name} is drained{by}{why}{long}{}.", until.unwrap_or_default());
            out.push(Verdict {
                rule: HELD.name,
                severity: Severity::Notice,
                subject: Subject::Instance(id),
                sentence: crate::domain::text::Shown::new(&sentence).as_str().into(),
                since: intent.map(|i| i.at),
                evidence: vec![format!("the znode says so ({})", instance.path).into()],
                cause: None,
                harm: if age >= LONG_MS { 50 } else { 10 },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;

    #[test]
    fn a_drain_that_the_registry_forgot_is_lost_and_one_that_holds_is_only_noted() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 0);
        scene.registered("a-service", "127.0.0.1:2", 5);
        scene.complete();
        scene.drained_by_ana("a-service", "127.0.0.1:1");
        assert_eq!(scene.sentences(), ["a 127.0.0.1:1 is drained by ana for kernel update."]);
        assert!(scene.critical().is_empty());
        scene.registered("a-service", "127.0.0.1:1", 5);
        // One half of an undrain, perhaps, whose other half is read in a moment.
        assert!(scene.critical().is_empty(), "{:?}", scene.critical());
        scene.seconds(1);
        scene.world.tell_lost(scene.now());
        assert_eq!(scene.critical(), ["DRAIN LOST: a 127.0.0.1:1 may take calls again, though ana drained it."]);
    }

    #[test]
    fn a_lost_drain_takes_calls_only_where_traces_show_it_and_both_ages_are_since_it_was_lost() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 0);
        scene.registered("a-service", "127.0.0.1:2", 5);
        scene.complete();
        scene.drained_by_ana("a-service", "127.0.0.1:1");
        scene.seconds(600);
        scene.registered("a-service", "127.0.0.1:1", 5);
        let lost = scene.now();
        scene.seconds(3);
        // As the app does while a loss is still to be told.
        assert!(scene.world.losing() && scene.world.tell_lost(scene.now()));
        assert!(scene.sentences()[0].contains("may take calls again"), "{:?}", scene.sentences());
        assert_eq!(scene.verdicts()[0].since, Some(lost));
        let service = scene.world.registry.named("a-service").next().expect("registered");
        let slot = service.slots.values().next().expect("registered");
        assert_eq!(crate::insight::status::instance(&scene.world, service, slot, 10.0).since, Some(lost));
        scene.served("a-service", "127.0.0.1:1", 50, 5, 0);
        scene.seconds(2);
        assert!(scene.sentences()[0].contains("1 takes calls again"), "{:?}", scene.sentences());
    }

    #[test]
    fn nothing_drained_nothing_said() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:2", 5);
        scene.complete();
        assert!(scene.rules().is_empty());
    }
}
