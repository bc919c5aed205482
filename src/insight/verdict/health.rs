//! Instances that are down or cannot be reached, ghosts (registered, dead), and services of which none is left.

use super::{Facts, Rule};
use crate::{
    domain::{
        health::HealthState,
        verdict::{Severity, Subject, Verdict},
    },
    insight::{
        cluster::Summary,
        share,
        status::{self, InstanceView},
    },
    store::registry::Service,
};

/// Fires for a service of which no instance serves, though some are registered or expected.
pub const NONE_LEFT: Rule = Rule { name: "none-left", check: none_left };

/// Fires for each registered instance that is down, cannot be reached, or is a ghost.
pub const ILL: Rule = Rule { name: "instance-ill", check: ill };

fn pairs<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a Summary, &'a Service)> {
    facts
        .cluster
        .services
        .iter()
        .filter(|s| s.id.layout.explained())
        .filter_map(|s| Some((s, facts.world.registry.service(&s.id)?)))
}

fn none_left(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    if facts.world.registry.complete().is_none() {
        return;
    }
    for (summary, _) in pairs(facts) {
        // What was never registered here is told as missing; what people drained as drained; what was never asked is not judged.
        let hurt = summary.registered > 0 && summary.asked
            || summary.registered == 0 && left_by_any(facts, summary) && !only_expected(facts, summary);
        if !hurt || summary.serving > 0 || unanswered(facts, summary) {
            continue;
        }
        // One that left a moment ago may only be written anew by its provider.
        let left = summary.registered == 0 && newest_gone(facts, summary).is_some_and(|ms| ms < super::SETTLED_MS);
        if left {
            continue;
        }
        let what = match summary.registered {
            0 => "none is registered".to_owned(),
            n => format!("{n} registered, none of them serves"),
        };
        out.push(Verdict {
            rule: NONE_LEFT.name,
            severity: Severity::Critical,
            subject: Subject::Service(summary.id.name.clone()),
            sentence: format!("{} has no healthy instance left: {what}.", summary.short).into(),
            since: None,
            evidence: vec![
                format!(
                    "{} down, {} without an answer, {} drained, {} missing",
                    summary.count(status::Mark::Down),
                    summary.count(status::Mark::Ghost) + summary.count(status::Mark::NoAnswer),
                    summary.count(status::Mark::Drained),
                    summary.count(status::Mark::Missing)
                )
                .into(),
            ],
            cause: none_left_cause(facts, summary).map(|c| crate::domain::text::Shown::new(&c).as_str().into()),
            harm: 900,
        });
    }
}

/// How long ago the last of its instances left, in ms.
fn newest_gone(facts: &Facts<'_>, summary: &Summary) -> Option<i64> {
    let service = facts.world.registry.service(&summary.id)?;
    let gone = service.slots.values().filter(|s| s.presence == crate::domain::instance::Presence::Gone);
    gone.map(|s| facts.now.since(s.since)).min()
}

/// Why none is left: people drained all, or what is wrong with the first that is ill.
fn none_left_cause(facts: &Facts<'_>, summary: &Summary) -> Option<String> {
    let drained = summary.count(status::Mark::Drained) + summary.count(status::Mark::Draining);
    if drained > 0 && drained == summary.registered {
        return Some("people drained all of them".to_owned());
    }
    super::why::says_ill(facts, &summary.id.name)
}

/// Whether it has a place of an instance, filled or not: what was never one leaves nobody behind.
fn left_by_any(facts: &Facts<'_>, summary: &Summary) -> bool {
    facts.world.registry.service(&summary.id).is_some_and(|s| s.slots.values().any(|slot| slot.address().is_some()))
}

/// Nothing of it was ever registered while this Keepwatch ran.
fn only_expected(facts: &Facts<'_>, summary: &Summary) -> bool {
    facts.world.registry.service(&summary.id).is_some_and(|s| {
        s.slots.values().all(|slot| slot.presence == crate::domain::instance::Presence::ExpectedMissing)
    })
}

/// All that is known is that none has ever answered us, for a reason other than a closed port: they may serve others well.
fn unanswered(facts: &Facts<'_>, summary: &Summary) -> bool {
    let Some(service) = facts.world.registry.service(&summary.id) else { return true };
    let mut known = false;
    for (slot, _) in service.registered() {
        let entry = slot.id(service).and_then(|id| facts.world.health.get(&id));
        // Not looked at yet: it may well serve.
        let Some(entry) = entry else { return true };
        match entry.state {
            HealthState::NeverAnswered if !status::dead(Some(entry)) => {}
            HealthState::Unknown | HealthState::Auth => {}
            _ => known = true,
        }
    }
    summary.registered > 0 && !known
}

fn ill(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for (summary, service) in pairs(facts) {
        // Whoever is ill has a mark of trouble, and those are counted.
        if !summary.asked || !summary.trouble() {
            continue;
        }
        let total = share::total(service);
        for slot in service.slots.values() {
            let view = status::instance(facts.world, service, slot, total);
            if let Some(verdict) = ill_one(facts, summary, &view) {
                out.push(verdict);
            }
        }
    }
}

fn ill_one(facts: &Facts<'_>, summary: &Summary, view: &InstanceView<'_>) -> Option<Verdict> {
    let instance = view.slot.registered()?;
    let (entry, id) = (view.health?, view.id.clone()?);
    let name = format!("{} {}", summary.short, id.address.text());
    let due = view.due.unwrap_or(0.0);
    let takes = due > 0.0 && status::able(view);
    let detail = entry.detail.as_deref().map(|d| format!(": {d}")).unwrap_or_default();
    let (sentence, severity, harm) = match entry.state {
        HealthState::Down if takes => (format!("{name} says it is down{detail}."), Severity::Critical, 500),
        HealthState::Down => (format!("{name} says it is down{detail}; it gets no calls."), Severity::Notice, 100),
        HealthState::Unreachable if takes && status::dead(Some(entry)) => {
            (format!("{name} is a ghost: registered, but nobody answers there{detail}."), Severity::Critical, 520)
        }
        HealthState::Unreachable if takes => {
            (format!("{name} does not answer its health page{detail}."), Severity::Warning, 400)
        }
        HealthState::Unreachable => {
            let what = if status::dead(Some(entry)) { "is a ghost, nobody listens there" } else { "does not answer" };
            (format!("{name} {what}{detail}; it gets no calls."), Severity::Notice, 90)
        }
        // Never answered is only told as trouble where nobody listens there at all, or its siblings do answer.
        HealthState::NeverAnswered if takes && status::dead(Some(entry)) => {
            (format!("{name} is a ghost: registered, but nobody answers there{detail}."), Severity::Critical, 510)
        }
        HealthState::NeverAnswered if summary.serving > 0 && takes => {
            (format!("{name} has never answered, its siblings do{detail}."), Severity::Warning, 350)
        }
        HealthState::OutOfService if takes => (
            format!("{name} calls itself out of service{detail}, and is still in the balance."),
            Severity::Warning,
            320,
        ),
        HealthState::Degraded if takes => (format!("{name} calls itself degraded{detail}."), Severity::Warning, 200),
        _ => return None,
    };
    let mut evidence = vec![
        format!("{}: {}{detail}", entry.source, entry.state.word().replace('_', " ")).into(),
        format!("registry: registered, weight {}", instance.weight.map_or("not told".into(), |w| w.to_string())).into(),
    ];
    evidence.extend(
        entry
            .components
            .iter()
            .filter(|(_, s)| &**s != "UP")
            .take(5)
            .map(|(part, state)| format!("{part}: {state}").into()),
    );
    Some(Verdict {
        rule: ILL.name,
        severity,
        subject: Subject::Instance(id),
        sentence: crate::domain::text::Shown::new(&sentence).as_str().into(),
        since: Some(entry.since),
        evidence,
        cause: entry
            .components
            .iter()
            .find(|(_, s)| &**s == "DOWN")
            .map(|(part, _)| format!("its {part} is down").into()),
        harm: harm + (due * 90.0) as u32,
    })
    .filter(|_| facts.world.registry.complete().is_some())
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::health::{Asked, HealthState};

    fn shop() -> Scene {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.registered("a-service", "127.0.0.1:2", 1);
        scene.complete();
        scene.says("a-service", "127.0.0.1:1", Asked::Answered(HealthState::Up), None);
        scene.says("a-service", "127.0.0.1:2", Asked::Answered(HealthState::Up), None);
        scene
    }

    #[test]
    fn healthy_instances_make_no_verdict() {
        assert!(shop().rules().is_empty());
    }

    #[test]
    fn an_instance_that_stops_answering_is_told_with_its_address() {
        let mut scene = shop();
        scene.says("a-service", "127.0.0.1:2", Asked::Refused, Some("connection refused"));
        assert_eq!(scene.rules(), ["instance-ill"]);
        assert!(scene.sentences()[0].contains("a 127.0.0.1:2 is a ghost"), "{:?}", scene.sentences());
    }

    #[test]
    fn when_none_serves_that_comes_first() {
        let mut scene = shop();
        for port in ["127.0.0.1:1", "127.0.0.1:2"] {
            scene.says("a-service", port, Asked::Answered(HealthState::Down), None);
        }
        assert_eq!(scene.rules(), ["none-left", "instance-ill", "instance-ill"]);
    }

    #[test]
    fn instances_that_were_never_reached_for_another_reason_are_not_called_dead() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.complete();
        scene.says("a-service", "127.0.0.1:1", Asked::Silent, Some("no answer in 5 s"));
        assert!(scene.rules().is_empty(), "{:?}", scene.sentences());
    }

    #[test]
    fn a_drained_instance_that_is_down_hurts_nobody() {
        let mut scene = shop();
        scene.registered("a-service", "127.0.0.1:2", 0);
        scene.says("a-service", "127.0.0.1:2", Asked::Answered(HealthState::Down), None);
        assert!(scene.critical().is_empty(), "{:?}", scene.sentences());
    }
}
