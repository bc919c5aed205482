//! A breaker is open: calls are refused on the way to a callee, by whom, and what is wrong with the callee.

use std::sync::Arc;

use super::{Facts, Rule, why};
use crate::{
    domain::{
        circuit::CircuitState,
        text::Shown,
        time::Moment,
        verdict::{Severity, Subject, Verdict},
    },
    insight::edge,
    store::circuits::Pair,
};

/// How long a circuit has to be closed before its trouble is over, in ms: a breaker that lets a few calls through and opens
/// again was open all along to those who wait for it.
const OVER_MS: i64 = 10_000;

/// Fires for each circuit of which a breaker refuses calls, until none did for 10 s.
pub const RULE: Rule = Rule { name: "circuit-open", check };

/// What follows a cause that was seen when the breaker opened, and is not seen now: no calls, no proof.
const THEN: &str = ", when it opened";

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for pair in facts.world.circuits.pairs() {
        let subject = Subject::Circuit(pair.caller.clone(), pair.callee.clone());
        let known = facts.known(RULE.name, &subject);
        // Trouble that was told goes on while breakers go to and fro.
        let ends =
            || known.is_some() && pair.breakers.iter().any(|b| b.closed_at().is_some_and(|at| lately(facts, at)));
        if !pair.state.refuses() && !ends() {
            continue;
        }
        let (from, to) = (facts.cluster.short(&pair.caller), facts.cluster.short(&pair.callee));
        let (all, unknown) = edge::breakers(facts.world, &pair);
        let count = |state| pair.count(state);
        let (open, half, forced) =
            (count(CircuitState::Open), count(CircuitState::HalfOpen), count(CircuitState::ForcedOpen));
        let (words, severity) = match (open, forced, half) {
            (0, 0, 0) => {
                (format!("closed again on {} of {all} callers", count(CircuitState::Closed)), Severity::Warning)
            }
            (0, 0, half) => (format!("half-open on {half} of {all} callers"), Severity::Warning),
            (0, forced, _) => (format!("forced open on {forced} of {all} callers"), Severity::Warning),
            (open, _, 0) => (format!("open on {open} of {all} callers"), Severity::Critical),
            (open, _, half) => (format!("open on {open} of {all} callers, half-open on {half}"), Severity::Critical),
        };
        let words = if unknown > 0 { format!("{words}, {unknown} not known") } else { words };
        let mut evidence: Vec<Arc<str>> = pair
            .breakers
            .iter()
            .filter(|b| b.state.refuses())
            .take(12)
            .map(|b| {
                let rate =
                    b.reading.failure_rate.map(|r| format!(", {r:.0} % of its calls failed")).unwrap_or_default();
                let refused = b.reading.not_permitted.map(|n| format!(", {n} refused")).unwrap_or_default();
                let state = b.state.word().replace('_', "-");
                format!("{} {}: {state}{rate}{refused} ({})", from, b.reading.caller.address.text(), b.reading.source)
                    .into()
            })
            .collect();
        let cause = cause(facts, &pair, &subject);
        if cause.is_none() {
            evidence.push(format!("looked at: health, errors and answer times of {to}; nothing stands out").into());
        }
        out.push(Verdict {
            rule: RULE.name,
            severity,
            subject,
            sentence: Shown::new(&format!("{from} ▸ {to}: breaker {words}.")).as_str().into(),
            since: known.and_then(|v| v.since).or_else(|| began(&pair)),
            evidence,
            cause,
            harm: 600 + (100 * (open + forced) / all.max(1)) as u32,
        });
    }
}

/// Whether something ended so short a time ago that it may begin again.
fn lately(facts: &Facts<'_>, at: Moment) -> bool {
    facts.now.since(at) < OVER_MS
}

/// When the first of those that refuse calls began to, open and half-open taken as one.
fn began(pair: &Pair<'_>) -> Option<Moment> {
    let opened = pair.breakers.iter().filter_map(|b| b.opened.as_ref()).map(|opening| opening.at);
    opened.min().or(Some(pair.since))
}

/// What is wrong with the callee; where nothing is seen any more, what was when it opened.
fn cause(facts: &Facts<'_>, pair: &Pair<'_>, subject: &Subject) -> Option<Arc<str>> {
    if pair.state.refuses()
        && pair.count(CircuitState::ForcedOpen) == pair.breakers.iter().filter(|b| b.state.refuses()).count()
    {
        return Some("a person forced it open".into());
    }
    let now = why::callee(facts, &pair.caller, &pair.callee, pair.since);
    if let Some(now) = now {
        return Some(Shown::new(&now).as_str().into());
    }
    let before = facts.known(RULE.name, subject)?.cause.clone()?;
    Some(if before.ends_with(THEN) { before } else { format!("{before}{THEN}").into() })
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::{
        circuit::CircuitState,
        health::{Asked, HealthState},
    };

    fn opened() -> Scene {
        let mut scene = Scene::new();
        scene.registered("orders-service", "127.0.0.1:1", 1);
        scene.registered("orders-service", "127.0.0.1:2", 1);
        scene.registered("payments-service", "127.0.0.1:3", 1);
        scene.registered("payments-service", "127.0.0.1:4", 1);
        scene.complete();
        scene.breaker("orders-service", "127.0.0.1:1", "payments-service", CircuitState::Closed);
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::Closed);
        assert!(scene.rules().is_empty());
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::Open);
        scene
    }

    fn cause(scene: &mut Scene) -> Option<String> {
        let all = scene.verdicts();
        all.into_iter().find(|v| v.rule == "circuit-open").and_then(|v| v.cause).map(|c| c.to_string())
    }

    #[test]
    fn an_open_breaker_is_told_with_how_many_callers_and_a_closed_one_is_not() {
        let mut scene = opened();
        assert_eq!(scene.sentences(), ["orders ▸ payments: breaker open on 1 of 2 callers."]);
        assert_eq!(cause(&mut scene), None, "where nothing is seen of the callee, nothing is said");
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::Closed);
        assert!(scene.rules().is_empty());
    }

    #[test]
    fn one_that_probes_is_one_trouble_since_it_opened_and_over_once_it_was_closed_for_ten_seconds() {
        let mut scene = opened();
        let breaker =
            |scene: &mut Scene, state| scene.breaker("orders-service", "127.0.0.1:2", "payments-service", state);
        let since = scene.verdicts()[0].since;
        let mut known = scene.verdicts();
        let probes = [CircuitState::HalfOpen, CircuitState::Open, CircuitState::HalfOpen, CircuitState::Closed];
        for state in probes.into_iter().chain([CircuitState::Open]).cycle().take(25) {
            scene.seconds(4);
            breaker(&mut scene, state);
            known = scene.verdicts_after(&known);
            assert_eq!(known.iter().map(|v| (v.rule, v.since)).collect::<Vec<_>>(), [("circuit-open", since)]);
        }
        breaker(&mut scene, CircuitState::Closed);
        scene.seconds(9);
        known = scene.verdicts_after(&known);
        assert_eq!(&*known[0].sentence, "orders ▸ payments: breaker closed again on 2 of 2 callers.");
        scene.seconds(1);
        assert!(scene.verdicts_after(&known).is_empty());
    }

    #[test]
    fn a_caller_that_was_not_read_yet_is_counted_as_not_known() {
        let mut scene = opened();
        scene.registered("orders-service", "127.0.0.1:9", 1);
        let told = "orders ▸ payments: breaker open on 1 of 3 callers, 1 not known.";
        assert_eq!(scene.sentences(), [told]);
        scene.breaker("orders-service", "127.0.0.1:9", "payments-service", CircuitState::Closed);
        assert_eq!(scene.sentences(), ["orders ▸ payments: breaker open on 1 of 3 callers."]);
    }

    #[test]
    fn the_slow_instance_behind_it_is_named_and_stays_named_when_no_call_proves_it_any_more() {
        let mut scene = opened();
        scene.served("payments-service", "127.0.0.1:3", 200, 30, 0);
        scene.served("payments-service", "127.0.0.1:4", 200, 30, 0);
        scene.seconds(1);
        assert_eq!(cause(&mut scene), None, "both are as fast as ever");
        scene.served("payments-service", "127.0.0.1:4", 200, 1_200, 0);
        scene.seconds(1);
        let slow = cause(&mut scene).unwrap();
        assert!(slow.starts_with("payments 127.0.0.1:4 is slow: p95 1.2 s, its siblings"), "{slow}");
        let known = scene.verdicts();
        scene.seconds(90);
        let then = scene.verdicts_after(&known).into_iter().find(|v| v.rule == "circuit-open").unwrap();
        assert!(then.cause.as_deref().is_some_and(|c| c.ends_with("when it opened")), "{then:?}");
    }

    #[test]
    fn a_callee_that_fails_alike_everywhere_is_named_as_a_service_and_one_of_two_as_an_instance() {
        let mut scene = opened();
        scene.served("payments-service", "127.0.0.1:3", 50, 30, 45);
        scene.served("payments-service", "127.0.0.1:4", 50, 30, 45);
        assert_eq!(cause(&mut scene).as_deref(), Some("payments fails 90.0 % of its calls, on 2 of 2 instances"));
        let mut scene = opened();
        scene.served("payments-service", "127.0.0.1:3", 50, 30, 0);
        scene.served("payments-service", "127.0.0.1:4", 50, 30, 25);
        let one = "payments 127.0.0.1:4 fails 50.0 % of its calls, its siblings do not";
        assert_eq!(cause(&mut scene).as_deref(), Some(one));
    }

    #[test]
    fn a_caller_that_waits_for_less_than_its_callee_takes_is_the_cause_itself() {
        let mut scene = opened();
        scene.calls("orders-service", "payments-service", "127.0.0.1:3", (40, 5, true), 33);
        let gives_up = cause(&mut scene).unwrap();
        assert!(gives_up.starts_with("orders gives up after 5"), "{gives_up}");
        let mut scene = opened();
        scene.calls("orders-service", "payments-service", "127.0.0.1:3", (40, 34, false), 33);
        assert_eq!(cause(&mut scene), None, "calls that are well explain nothing");
    }

    #[test]
    fn health_names_the_callee_that_is_down_and_a_person_who_forced_it_is_the_cause() {
        let mut scene = opened();
        scene.says("payments-service", "127.0.0.1:3", Asked::Answered(HealthState::Down), None);
        assert_eq!(cause(&mut scene).as_deref(), Some("payments 127.0.0.1:3 is down"));
        let mut scene = opened();
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::ForcedOpen);
        assert_eq!(cause(&mut scene).as_deref(), Some("a person forced it open"));
    }
}
