//! A breaker is open: calls are refused on the way to a callee, by whom, and what is wrong with the callee.

use std::sync::Arc;

use super::{Facts, Rule, why};
use crate::{
    domain::{
        circuit::CircuitState,
        text::Shown,
        verdict::{Severity, Subject, Verdict},
    },
    store::circuits::Pair,
};

/// Fires for each circuit of which a breaker refuses calls.
pub const RULE: Rule = Rule { name: "circuit-open", check };

/// What follows a cause that was seen when the breaker opened, and is not seen now: no calls, no proof.
const THEN: &str = ", when it opened";

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for pair in facts.world.circuits.pairs().into_iter().filter(|p| p.state.refuses()) {
        let (from, to) = (facts.cluster.short(&pair.caller), facts.cluster.short(&pair.callee));
        let all = pair.breakers.len();
        let count = |state| pair.count(state);
        let (open, half, forced) =
            (count(CircuitState::Open), count(CircuitState::HalfOpen), count(CircuitState::ForcedOpen));
        let (words, severity) = match (open, forced, half) {
            (0, 0, half) => (format!("half-open on {half} of {all} callers"), Severity::Warning),
            (0, forced, _) => (format!("forced open on {forced} of {all} callers"), Severity::Warning),
            (open, _, 0) => (format!("open on {open} of {all} callers"), Severity::Critical),
            (open, _, half) => (format!("open on {open} of {all} callers, half-open on {half}"), Severity::Critical),
        };
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
        let subject = Subject::Circuit(pair.caller.clone(), pair.callee.clone());
        let cause = cause(facts, &pair, &subject);
        if cause.is_none() {
            evidence.push(format!("looked at: health, errors and answer times of {to}; nothing stands out").into());
        }
        out.push(Verdict {
            rule: RULE.name,
            severity,
            subject,
            sentence: Shown::new(&format!("{from} ▸ {to}: breaker {words}.")).as_str().into(),
            since: Some(pair.since),
            evidence,
            cause,
            harm: 600 + (100 * (open + forced) / all.max(1)) as u32,
        });
    }
}

/// What is wrong with the callee; where nothing is seen any more, what was when it opened.
fn cause(facts: &Facts<'_>, pair: &Pair<'_>, subject: &Subject) -> Option<Arc<str>> {
    if pair.count(CircuitState::ForcedOpen) == pair.breakers.iter().filter(|b| b.state.refuses()).count() {
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
