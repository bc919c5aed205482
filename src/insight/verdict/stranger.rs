//! A znode among the instances of a service that is none: no address can be read in it. Its readers may stumble over it, and
//! nobody can call it.

use super::{Facts, Rule};
use crate::domain::{
    show,
    text::Shown,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each service below which a znode stands that tells no address.
pub const RULE: Rule = Rule { name: "no-address", check };

/// Names said at most.
const NAMED: usize = 3;

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    if registry.complete().is_none() {
        return;
    }
    for service in registry.services().filter(|s| s.id.layout.explained()) {
        let strangers: Vec<_> = service.registered().filter(|(slot, _)| slot.address().is_none()).collect();
        if strangers.is_empty() {
            continue;
        }
        let mut names: Vec<&str> = strangers.iter().take(NAMED).map(|(slot, _)| slot.name()).collect();
        if strangers.len() > NAMED {
            names.push("…");
        }
        let (count, names) = (strangers.len() as u64, names.join(", "));
        let short = facts.cluster.short(&service.id.name);
        let what = show::plural(count, "znode", "znodes");
        let sentence = format!("{short} has {what} in which no address can be read: {names}.");
        out.push(Verdict {
            rule: RULE.name,
            severity: Severity::Notice,
            subject: Subject::Service(service.id.name.clone()),
            sentence: Shown::new(&sentence).as_str().into(),
            since: strangers.iter().map(|(slot, _)| slot.since).min(),
            evidence: strangers
                .iter()
                .take(NAMED)
                .map(|(_, i)| Shown::new(&format!("{}: {} bytes (registry)", i.path, i.raw.len())).as_str().into())
                .collect(),
            cause: None,
            harm: 70,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;

    #[test]
    fn a_znode_without_an_address_is_told_and_an_instance_is_not() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.complete();
        assert!(scene.rules().is_empty());
        scene.registered("a-service", "notes.txt", 1);
        assert_eq!(scene.sentences(), ["a has 1 znode in which no address can be read: notes.txt."]);
        assert!(scene.critical().is_empty());
    }
}
