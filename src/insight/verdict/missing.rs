//! An instance that the file expects is not registered: who is missing, and as far as it was seen, why it left.

use std::{collections::BTreeMap, sync::Arc};

use super::{Facts, Rule, SETTLED_MS};
use crate::{
    domain::{
        event::EventKind,
        health::HealthState,
        id::InstanceId,
        instance::Presence,
        intent::Op,
        show,
        text::Shown,
        time::Moment,
        verdict::{Severity, Subject, Verdict},
    },
    store::{parting::Parting, registry::Slot},
};

/// Fires for each expected instance that is not in the registry, once that was read.
pub const RULE: Rule = Rule { name: "missing", check };

/// How far from an instance's leaving the operator's action may stand in the story, in ms: the znode is often seen to go
/// before the write that did it is answered, and a gap in the link may lie between.
const BY_HAND_MS: i64 = 60_000;

/// What operators deregistered of late, and the sentence that tells so.
type ByHand<'a> = BTreeMap<(&'a str, &'a str), (Moment, &'a Arc<str>)>;

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    if registry.complete().is_none() {
        return;
    }
    let mut by_hand: Option<ByHand<'_>> = None;
    for (service, id) in registry.services().filter(|s| s.id.layout.explained()).map(|s| (s, &s.id)) {
        for slot in service.slots.values() {
            let missing = registry.wants(id, slot) && !settling(facts, slot);
            let (true, Some(address)) = (missing, slot.address()) else { continue };
            let expected = registry.expected().services.get(&id.name).map_or(0, Vec::len);
            let there = service.registered().count();
            let short = facts.cluster.short(&id.name);
            let gone = slot.presence == Presence::Gone;
            let instance = InstanceId { service: id.name.clone(), address: address.clone() };
            let (mut evidence, mut cause) = (Vec::new(), None);
            if gone {
                evidence.push(format!("its znode was there and went at {}", facts.clock(slot.since)).into());
                let hands = by_hand.get_or_insert_with(|| deregistered(facts));
                cause = why(facts, slot, &instance, hands, &mut evidence);
            } else {
                evidence.push("named in the configuration file, no znode of this address since Keepwatch looks".into());
            }
            out.push(Verdict {
                rule: RULE.name,
                severity: Severity::Warning,
                subject: Subject::Instance(instance),
                sentence: format!("{short} {} is missing: {expected} expected, {there} registered.", address.text())
                    .into(),
                since: gone.then_some(slot.since),
                evidence,
                cause: cause.map(|c| Shown::new(&c).as_str().into()),
                harm: 300 + if there == 0 { 100 } else { 0 },
            });
        }
    }
}

/// Whether it left so short a time ago that its provider may only write it anew.
fn settling(facts: &Facts<'_>, slot: &Slot) -> bool {
    slot.presence == Presence::Gone && facts.now.since(slot.since) < SETTLED_MS
}

/// What was told of services of which an expected instance left a moment ago: its dead end stays told until that it is
/// missing takes its place, so that nothing looks well in between. Where nothing else is told, what was told last stays.
pub(super) fn until_settled(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let registry = &facts.world.registry;
    let leaves = |name: &str| {
        let mut slots = registry.named(name).flat_map(|s| s.slots.values().map(move |slot| (&s.id, slot)));
        slots.any(|(id, slot)| settling(facts, slot) && registry.wants(id, slot))
    };
    let still = |v: &&Verdict| {
        let service = match &v.subject {
            Subject::Instance(id) => &id.service,
            Subject::Service(name) => name,
            _ => return false,
        };
        [super::health::ILL.name, super::health::NONE_LEFT.name].contains(&v.rule) && leaves(service)
    };
    let kept: Vec<Verdict> = facts
        .before
        .iter()
        .filter(still)
        .filter(|v| !out.iter().any(|o| (o.rule, &o.subject) == (v.rule, &v.subject)))
        .cloned()
        .collect();
    out.extend(kept);
    if out.is_empty() && registry.services().any(|s| leaves(&s.id.name)) {
        // A link that is back is not said to be lost for that.
        out.extend(facts.before.first().filter(|v| v.subject != Subject::Registry).cloned());
    }
}

/// What operators deregistered, by this Keepwatch's story: the last of each.
fn deregistered<'a>(facts: &Facts<'a>) -> ByHand<'a> {
    let mut all = ByHand::new();
    let from = facts.now.plus(-crate::store::registry::GONE_KEPT_MS - BY_HAND_MS);
    for event in facts.world.story.events().rev().take_while(|e| e.at >= from) {
        let written = event.after.as_ref().and_then(|a| a.as_str()).is_some_and(|a| matches!(a, "done" | "requested"));
        if event.kind != EventKind::Action || !written || !event.text.contains(" deregistered ") {
            continue;
        }
        if let (Some(service), Some(instance)) = (event.service.as_deref(), event.instance.as_deref()) {
            all.entry((service, instance)).or_insert((event.at, &event.text));
        }
    }
    all
}

/// Why it left, the surest first. What was looked at is added to the evidence.
fn why(
    facts: &Facts<'_>,
    slot: &Slot,
    id: &InstanceId,
    by_hand: &ByHand<'_>,
    evidence: &mut Vec<Arc<str>>,
) -> Option<String> {
    let near = |at: Moment| at.since(slot.since) <= BY_HAND_MS && slot.since.since(at) <= BY_HAND_MS;
    if let Some((_, text)) = by_hand.get(&(&*id.service, id.address.text())).filter(|(at, _)| near(*at)) {
        return Some(text.to_string());
    }
    let parting = facts.world.partings.get(id);
    if let Some(told) = parting.and_then(|p| told(facts, p)) {
        evidence.push(told.into());
    }
    let ended = match slot.instance.as_ref().and_then(|i| i.owner_session) {
        Some(_) => "its session ended",
        None => "its znode was deleted",
    };
    let kept = facts.world.registry.intent(&id.service, &id.address);
    if let Some(intent) = kept.filter(|intent| intent.op == Op::Deregister) {
        let why = intent.reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
        return Some(format!("{} deregistered it{why}", intent.by));
    }
    let drained =
        facts.world.registry.intent(&id.service, &id.address).filter(|i| i.op == Op::Drain && i.at <= slot.since).map(
            |i| {
                let why = i.reason.as_deref().map(|r| format!(" for {r}")).unwrap_or_default();
                format!("{} had drained it{why}, and it left", i.by)
            },
        );
    drained.or_else(|| of_health(facts, parting?, ended))
}

/// What its health says of how it left.
fn of_health(facts: &Facts<'_>, parting: &Parting, ended: &str) -> Option<String> {
    let before = show::duration((parting.at.since(parting.since) / 1000) as u64);
    let since = facts.clock(parting.since);
    let refused = parting.detail.as_deref().is_some_and(|d| d.contains("refused"));
    match parting.state {
        HealthState::Unreachable | HealthState::NeverAnswered if refused => {
            Some(format!("its port refused connections since {since}, {before} before {ended}"))
        }
        HealthState::Unreachable => Some(format!("it had not answered since {since}, {before} before {ended}")),
        HealthState::Down => Some(format!("it said it was down since {since}, {before} before {ended}")),
        HealthState::OutOfService => Some(format!("it was out of service since {since}, {before} before {ended}")),
        HealthState::Up | HealthState::Degraded | HealthState::Starting => {
            // Only where it was asked right before: else nobody knows how it was.
            let asked = parting.asked?;
            let ago = parting.at.since(asked);
            if ago > 2 * i64::from(parting.period_ms.max(1_000)) {
                return None;
            }
            let ago = show::age(ago.max(0) as u64);
            Some(match ended {
                "its session ended" => {
                    format!("it deregistered or lost its session while alive: it answered {ago} before")
                }
                _ => format!("somebody deleted its znode while it was alive: it answered {ago} before"),
            })
        }
        HealthState::NeverAnswered | HealthState::Auth | HealthState::Unknown => None,
    }
}

/// The last that it said, as evidence.
fn told(facts: &Facts<'_>, parting: &Parting) -> Option<String> {
    let asked = facts.clock(parting.asked?);
    let detail = parting.detail.as_deref().map(|d| format!(", {d}")).unwrap_or_default();
    Some(format!("health, last asked at {asked}: {}{detail}", parting.state.word().replace('_', " ")))
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::{
        domain::{
            event::{Event, EventKind},
            fact::{Fact, RegistryFact},
            health::{Asked, HealthState},
        },
        insight::status::Mark,
    };

    const AT: &str = "127.0.0.1:5010";

    fn two() -> Scene {
        let mut scene = Scene::expecting("users-service", &["127.0.0.1:5000", AT]);
        scene.registered("users-service", "127.0.0.1:5000", 1);
        scene.registered("users-service", AT, 1);
        scene.complete();
        assert!(scene.rules().is_empty());
        scene
    }

    fn cause(scene: &Scene) -> Option<String> {
        let all = scene.verdicts();
        assert_eq!(all.iter().map(|v| v.rule).collect::<Vec<_>>(), ["missing"]);
        all[0].cause.as_deref().map(ToOwned::to_owned)
    }

    #[test]
    fn an_expected_instance_that_is_not_registered_is_missing_and_a_registered_one_is_not() {
        let mut scene = Scene::expecting("users-service", &["127.0.0.1:5000", AT]);
        scene.registered("users-service", "127.0.0.1:5000", 1);
        scene.complete();
        assert_eq!(scene.sentences(), ["users 127.0.0.1:5010 is missing: 2 expected, 1 registered."]);
        assert_eq!(cause(&scene), None, "it was never seen: why is not known");
        scene.registered("users-service", AT, 1);
        assert!(scene.rules().is_empty());
    }

    #[test]
    fn a_port_that_refused_before_the_session_ended_is_the_cause() {
        let mut scene = two();
        scene.says("users-service", AT, Asked::Answered(HealthState::Up), None);
        scene.seconds(7);
        scene.says("users-service", AT, Asked::Refused, Some("connection refused"));
        scene.seconds(4);
        scene.gone("users-service", AT);
        let cause = cause(&scene).unwrap();
        assert_eq!(cause, "its port refused connections since 00:00:07, 4 s before its session ended");
    }

    #[test]
    fn one_that_answered_to_the_last_did_not_crash_and_one_not_asked_for_long_is_not_judged() {
        let mut scene = two();
        scene.says("users-service", AT, Asked::Answered(HealthState::Up), None);
        scene.seconds(1);
        scene.gone("users-service", AT);
        let left = cause(&scene).unwrap();
        assert!(left.starts_with("it deregistered or lost its session while alive"), "{left}");
        let mut scene = two();
        scene.says("users-service", AT, Asked::Answered(HealthState::Up), None);
        scene.seconds(60);
        scene.gone("users-service", AT);
        assert_eq!(cause(&scene), None);
        let mut scene = two();
        scene.gone("users-service", AT);
        assert_eq!(cause(&scene), None, "never asked: not known");
    }

    #[test]
    fn one_that_is_written_anew_within_a_second_was_never_missing() {
        let mut scene = two();
        scene.world.apply(&gone_fact(), scene.now());
        assert!(scene.rules().is_empty(), "its provider may only have reconnected");
        scene.registered("users-service", AT, 1);
        scene.seconds(2);
        assert!(scene.rules().is_empty());
        scene.world.apply(&gone_fact(), scene.now());
        scene.seconds(1);
        assert_eq!(scene.rules(), ["missing"]);
    }

    fn gone_fact() -> Fact {
        Fact::Registry(RegistryFact::Gone(format!("/users-service/{AT}").into()))
    }

    #[test]
    fn who_deregistered_it_is_named_and_who_deregistered_another_is_not() {
        let deregister = |instance: &str| {
            let mut scene = two();
            scene.says("users-service", AT, Asked::Answered(HealthState::Up), None);
            scene.gone("users-service", AT);
            let event = Event {
                at: scene.now(),
                kind: EventKind::Action,
                service: Some("users-service".into()),
                instance: Some(instance.into()),
                before: None,
                after: Some("done".into()),
                source: "operator".into(),
                text: format!("ben deregistered users-service/{instance}").into(),
            };
            scene.world.story.push(event);
            cause(&scene).unwrap()
        };
        assert_eq!(deregister(AT), "ben deregistered users-service/127.0.0.1:5010");
        assert!(deregister("127.0.0.1:5000").contains("while alive"));
    }

    #[test]
    fn a_dead_one_whose_session_ends_stays_told_as_dead_until_it_is_told_as_missing() {
        let mut scene = two();
        scene.says("users-service", "127.0.0.1:5000", Asked::Answered(HealthState::Up), None);
        scene.says("users-service", AT, Asked::Answered(HealthState::Up), None);
        scene.says("users-service", AT, Asked::Refused, Some("connection refused"));
        let mut known = scene.verdicts();
        assert_eq!(known[0].rule, "instance-ill");
        scene.world.apply(&gone_fact(), scene.now());
        for _ in 0..5 {
            known = scene.verdicts_after(&known);
            assert_eq!(
                known.iter().map(|v| v.rule).collect::<Vec<_>>(),
                ["instance-ill"],
                "nothing is well in between"
            );
        }
        scene.seconds(1);
        known = scene.verdicts_after(&known);
        assert_eq!(known.iter().map(|v| v.rule).collect::<Vec<_>>(), ["missing"]);
    }

    #[test]
    fn whoever_was_never_expected_is_gone_and_counted_nowhere() {
        let mut scene = two();
        scene.registered("users-service", "127.0.0.1:5999", 1);
        scene.gone("users-service", "127.0.0.1:5999");
        assert!(scene.rules().is_empty());
        let cluster = crate::insight::cluster::sum(&scene.world, scene.now());
        let users = cluster.service("users-service").expect("registered");
        assert_eq!((users.registered, users.wanted, users.count(Mark::Missing), users.count(Mark::Gone)), (2, 0, 0, 1));
        assert_eq!((cluster.totals.registered, cluster.totals.wanted, users.trouble()), (2, 2, false));
    }

    #[test]
    fn one_that_was_drained_before_left_as_planned() {
        let mut scene = two();
        scene.drained_by_ana("users-service", AT);
        scene.gone("users-service", AT);
        assert_eq!(cause(&scene).as_deref(), Some("ana had drained it for kernel update, and it left"));
    }
}
