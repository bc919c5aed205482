//! What callers feel: a service of which more calls fail than usual, an instance that is slower than its siblings. Facts of
//! traces; without history both are silent.

use super::{Facts, Rule};
use crate::{
    domain::{
        id::InstanceId,
        show,
        text::Shown,
        verdict::{Severity, Subject, Verdict},
    },
    store::traffic::Slow,
};

/// Fires for a service whose errors of the last minute are over three times the median of its last fifteen minutes and over
/// 1 %, where at least five minutes are known and 30 calls were made.
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

fn errors(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for (name, traffic) in facts.world.traffic.services() {
        let Some(ratio) = traffic.error_ratio.filter(|r| *r > ERRORS_FROM && traffic.minute.calls >= CALLS) else {
            continue;
        };
        let history: Vec<f64> =
            facts.world.traffic.service_minutes(name).into_iter().filter_map(|minute| minute.error_ratio()).collect();
        let Some(usual) = median(history).filter(|_| facts.world.traffic.service_minutes(name).len() >= MINUTES) else {
            continue;
        };
        if ratio <= TIMES * usual {
            continue;
        }
        let short = facts.cluster.short(name);
        let slowest = worst_callee(facts, name);
        out.push(Verdict {
            rule: ERRORS.name,
            severity: Severity::Critical,
            subject: Subject::Service(name.clone()),
            sentence: Shown::new(&format!("{short} fails {}, usually {}.", show::percent(ratio), show::percent(usual)))
                .as_str()
                .into(),
            since: None,
            evidence: vec![
                format!(
                    "{} of {} calls failed in the last minute (traces)",
                    show::count(u64::from(traffic.minute.errors)),
                    show::count(u64::from(traffic.minute.calls))
                )
                .into(),
            ],
            cause: slowest,
            harm: 560 + (ratio * 100.0) as u32,
        });
    }
}

/// The callee whose calls from this service fail most, if enough of them do.
fn worst_callee(facts: &Facts<'_>, name: &str) -> Option<std::sync::Arc<str>> {
    let failing = facts.cluster.edges.iter().filter(|e| &*e.from == name);
    let worst = failing
        .filter_map(|e| Some((e, facts.world.traffic.edge(&e.from, &e.to)?.error_ratio?)))
        .filter(|(_, ratio)| *ratio > ERRORS_FROM)
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!("its calls to {} fail {}", facts.cluster.short(&worst.0.to), show::percent(worst.1)).into())
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
    fn errors_far_over_the_usual_are_told_only_where_there_is_a_usual() {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.complete();
        scene.served("a-service", "127.0.0.1:1", 100, 5, 50);
        assert!(scene.rules().is_empty(), "without history: silent");
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
}
