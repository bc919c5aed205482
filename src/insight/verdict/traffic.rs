//! What callers feel: a service of which more calls fail than usual, an instance that is slower than its siblings. Facts of
//! traces and metrics.

use std::{collections::BTreeSet, sync::Arc};

use super::{Facts, Rule, why};
use crate::{
    domain::{
        id::InstanceId,
        show,
        text::Shown,
        verdict::{Severity, Subject, Verdict},
    },
    store::traffic::{Slow, TrafficSource},
};

/// Fires for a service whose errors of the last minute are over three times the median of its last fifteen minutes and over
/// 1 %, where 30 calls were made. Of less than five minutes nothing is usual: then for one that fails more than half of its
/// calls, and as a notice for one that fails more than 5 % and of which nothing graver is told; "usually" is left out. Over once
/// it has not failed so for 16 s; it began with the first of its failures.
pub const ERRORS: Rule = Rule { name: "errors", check: errors };

/// Fires for an instance whose p95 is over three times the median of its siblings' and over 50 ms, until it is below twice:
/// the same judgement as the mark of its row.
pub const SLOW: Rule = Rule { name: "slow", check: slow };

/// Calls without which a ratio says nothing.
const CALLS: u32 = 30;
/// Minutes without which nothing is usual.
const MINUTES: usize = 5;
/// Times the usual value.
const TIMES: f64 = 3.0;
/// A ratio of errors up to which nobody minds.
const ERRORS_FROM: f64 = 0.01;
/// Ratios of errors that are no good whatever is usual: bad for sure, and worth a look.
const HALF: f64 = 0.5;
const SOME: f64 = 0.05;

fn errors(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let known = facts.cluster.services.iter().map(|service| &service.id.name);
    let names: BTreeSet<&Arc<str>> = known.chain(facts.world.traffic.services().map(|(name, _)| name)).collect();
    for name in names {
        let traffic = facts.world.traffic.service(name).filter(|traffic| traffic.minute.calls >= CALLS);
        let Some((traffic, ratio)) = traffic.and_then(|t| Some((t, t.error_ratio.filter(|r| *r > ERRORS_FROM)?)))
        else {
            continue;
        };
        let minutes = facts.world.traffic.service_minutes(name);
        let usual = median(minutes.iter().filter_map(|minute| minute.error_ratio()).collect());
        let usual = usual.filter(|_| minutes.len() >= MINUTES);
        let worst = worst_callee(facts, name);
        // Where whom it calls fails, that one is told.
        let passed_on = || {
            let own = worst.as_ref().and_then(|(callee, _)| facts.world.traffic.service(callee)?.error_ratio);
            own.is_some_and(|own| own > SOME)
        };
        let (severity, least) = match usual {
            Some(usual) if ratio > TIMES * usual => (Severity::Critical, 560),
            None if ratio > HALF => (Severity::Critical, 560),
            None if ratio > SOME && !passed_on() && !is_told(name, out) => (Severity::Notice, 0),
            _ => continue,
        };
        let part = usual.map_or(SOME, |usual| (TIMES * usual).max(ERRORS_FROM));
        let known = |before: &&Verdict| before.rule == ERRORS.name && before.subject == Subject::Service(name.clone());
        let known = facts.before.iter().find(known).and_then(|before| before.since);
        let by_metrics = traffic.source != TrafficSource::Traces;
        let since = facts.world.traffic.failing_since(name, part);
        if since.is_none() && !by_metrics {
            continue;
        }
        let short = facts.cluster.short(name);
        let told = match usual {
            Some(usual) => format!("{short} fails {}, usually {}.", show::percent(ratio), show::percent(usual)),
            None => format!("{short} fails {}.", show::percent(ratio)),
        };
        out.push(Verdict {
            rule: ERRORS.name,
            severity,
            subject: Subject::Service(name.clone()),
            sentence: Shown::new(&told).as_str().into(),
            since: known.or(since),
            evidence: vec![
                format!(
                    "{} of {} calls failed in the last minute ({})",
                    show::count(u64::from(traffic.minute.errors)),
                    show::count(u64::from(traffic.minute.calls)),
                    traffic.source.words()
                )
                .into(),
            ],
            cause: why::alone(facts, name).map(Into::into).or_else(|| {
                let (callee, ratio) = worst?;
                Some(format!("its calls to {} fail {}", facts.cluster.short(&callee), show::percent(ratio)).into())
            }),
            harm: least + (ratio * 100.0) as u32,
        });
    }
}

/// Whether something graver is told of a service already, of an instance of it, or of a breaker towards it.
fn is_told(name: &Arc<str>, told: &[Verdict]) -> bool {
    let of = |subject: &Subject| match subject {
        Subject::Service(service) | Subject::Circuit(_, service) => service == name,
        Subject::Instance(id) => id.service == *name,
        Subject::Registry | Subject::Source(_) => false,
    };
    told.iter().any(|verdict| verdict.severity != Severity::Notice && of(&verdict.subject))
}

/// The callee whose calls from this service fail most, if enough of them do, and how many.
fn worst_callee(facts: &Facts<'_>, name: &str) -> Option<(Arc<str>, f64)> {
    let failing = facts.cluster.edges.iter().filter(|e| &*e.from == name);
    failing
        .filter_map(|e| Some((e.to.clone(), facts.world.traffic.edge(&e.from, &e.to)?.error_ratio?)))
        .filter(|(_, ratio)| *ratio > ERRORS_FROM)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

fn slow(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let names = facts.world.traffic.slow_services();
    for service in names.into_iter().flat_map(|name| facts.world.registry.named(name)) {
        if !service.id.layout.explained() {
            continue;
        }
        for (slot, _) in service.registered() {
            let Some(id) = slot.id(service) else { continue };
            let Some(slow) = facts.world.traffic.slow(&id) else { continue };
            let (p95, siblings) = as_shown(facts, &id, slow);
            let sentence = format!(
                "{} {} is slow: p95 {}, its siblings {}.",
                facts.cluster.short(&id.service),
                id.address.text(),
                show::latency(p95),
                show::latency(siblings)
            );
            let calls = show::count(u64::from(slow.calls));
            out.push(Verdict {
                rule: SLOW.name,
                severity: Severity::Warning,
                subject: Subject::Instance(id),
                sentence: Shown::new(&sentence).as_str().into(),
                since: Some(slow.since),
                evidence: vec![
                    format!("p95 {} of {calls} calls of the last 10 to 20 s (traces)", show::latency(slow.p95_ms))
                        .into(),
                ],
                cause: None,
                harm: 450,
            });
        }
    }
}

/// The p95 in ms of a slow one and the median of its siblings', as their rows have them: of the last minute. While the minute
/// does not tell it yet, or any more, as it was found.
pub(super) fn as_shown(facts: &Facts<'_>, slow: &InstanceId, found: &Slow) -> (f64, f64) {
    let p95 = |id: &InstanceId| facts.world.traffic.instance(id)?.p95_ms;
    let all = facts.world.registry.named(&slow.service);
    let all = all.flat_map(|service| service.registered().filter_map(move |(slot, _)| slot.id(service)));
    let siblings = median(all.filter(|id| id != slow).filter_map(|id| p95(&id)).collect());
    let told = p95(slow).zip(siblings).filter(|(own, siblings)| *own > TIMES * siblings);
    told.unwrap_or((found.p95_ms, found.usual_ms))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::verdict::Severity;

    #[test]
    fn an_instance_far_slower_than_its_siblings_is_told_and_three_alike_are_not() {
        let mut scene = Scene::new();
        for port in 1..=3 {
            scene.registered("a-service", &format!("127.0.0.1:{port}"), 1);
        }
        scene.complete();
        for port in 1..=3 {
            scene.served("a-service", &format!("127.0.0.1:{port}"), 40, 20, 0);
        }
        scene.seconds(1);
        assert!(scene.rules().is_empty(), "{:?}", scene.sentences());
        scene.served("a-service", "127.0.0.1:3", 200, 900, 0);
        scene.seconds(1);
        assert_eq!(scene.rules(), ["slow"]);
        assert!(scene.sentences()[0].contains("a 127.0.0.1:3 is slow"), "{:?}", scene.sentences());
        let marks = |scene: &Scene| {
            let cluster = crate::insight::cluster::sum(&scene.world, crate::domain::time::Moment(0));
            (cluster.services[0].count(crate::insight::status::Mark::Slow), cluster.services[0].slow)
        };
        assert_eq!(marks(&scene), (1, 1), "the mark is the verdict's");
        scene.seconds(30);
        for port in 1..=3 {
            scene.served("a-service", &format!("127.0.0.1:{port}"), 40, 20, 0);
        }
        scene.seconds(1);
        assert!(scene.rules().is_empty(), "over within half a minute: {:?}", scene.sentences());
        assert_eq!(marks(&scene), (0, 0));
    }

    #[test]
    fn errors_far_over_the_usual_are_told_and_without_a_usual_those_that_are_no_good_anyway() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.complete();
        scene.served("a-service", "127.0.0.1:1", 100, 5, 5);
        assert!(scene.rules().is_empty(), "without history: silent");
        scene.served("a-service", "127.0.0.1:1", 100, 5, 40);
        let all = scene.verdicts();
        assert_eq!((all[0].severity, all[0].sentence.as_ref()), (Severity::Notice, "a fails 22.5 %."));
        scene.served("a-service", "127.0.0.1:1", 800, 5, 800);
        let all = scene.verdicts();
        assert_eq!((all[0].severity, all[0].sentence.as_ref()), (Severity::Critical, "a fails 84.5 %."));
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.complete();
        for _ in 0..7 {
            scene.served("a-service", "127.0.0.1:1", 100, 5, 0);
            scene.minute();
        }
        scene.served("a-service", "127.0.0.1:1", 100, 5, 20);
        assert_eq!(scene.rules(), ["errors"]);
    }

    #[test]
    fn errors_are_told_since_their_first_and_until_they_have_stopped_and_whose_they_are_alone() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.registered("a-service", "127.0.0.1:2", 1);
        scene.complete();
        let serve = |scene: &mut Scene, seconds: i64, failed: u32| {
            for _ in 0..seconds {
                scene.served("a-service", "127.0.0.1:1", 2, 5, failed);
                scene.served("a-service", "127.0.0.1:2", 8, 5, 0);
                scene.seconds(1);
            }
        };
        serve(&mut scene, 60, 0);
        let began = scene.now();
        serve(&mut scene, 40, 2);
        let all = scene.verdicts();
        let errors = all.iter().find(|verdict| verdict.rule == "errors").expect("errors are told");
        let since = errors.since.expect("since when");
        assert!((since.0 - began.0).abs() <= 2_000, "{since:?} {began:?}");
        assert!(errors.cause.as_deref().is_some_and(|why| why.contains("a 127.0.0.1:1 fails")), "{:?}", errors.cause);
        // They stop: the minute still holds them, nobody fails any more.
        serve(&mut scene, 20, 0);
        assert!(!scene.rules().contains(&"errors"), "{:?}", scene.sentences());
    }
}
