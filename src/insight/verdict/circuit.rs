//! A breaker is open: calls are refused on the way to a callee, and by whom.

use super::{Facts, Rule};
use crate::domain::{
    circuit::CircuitState,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each circuit of which a breaker refuses calls.
pub const RULE: Rule = Rule { name: "circuit-open", check };

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
        let evidence = pair
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
        out.push(Verdict {
            rule: RULE.name,
            severity,
            subject: Subject::Circuit(pair.caller.clone(), pair.callee.clone()),
            sentence: crate::domain::text::Shown::new(&format!("{from} ▸ {to}: breaker {words}.")).as_str().into(),
            since: Some(pair.since),
            evidence,
            cause: cause(facts, &pair.callee),
            harm: 600 + (100 * (open + forced) / all.max(1)) as u32,
        });
    }
}

/// The callee's own trouble, where it is known: the first that is ill.
fn cause(facts: &Facts<'_>, callee: &str) -> Option<std::sync::Arc<str>> {
    use crate::domain::health::HealthState as H;
    let ill = facts
        .world
        .registry
        .named(callee)
        .flat_map(|s| s.registered().filter_map(move |(slot, _)| slot.id(s)))
        .find_map(|id| {
        let entry = facts.world.health.get(&id)?;
        matches!(entry.state, H::Down | H::Unreachable | H::OutOfService | H::Degraded).then(|| (id, entry.state))
    })?;
    Some(
        format!("{} {} is {}", facts.cluster.short(callee), ill.0.address.text(), ill.1.word().replace('_', " "))
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::circuit::CircuitState;

    #[test]
    fn an_open_breaker_is_told_with_how_many_callers_and_a_closed_one_is_not() {
        let mut scene = Scene::new();
        scene.registered("orders-service", "127.0.0.1:1", 1);
        scene.registered("orders-service", "127.0.0.1:2", 1);
        scene.complete();
        scene.breaker("orders-service", "127.0.0.1:1", "payments-service", CircuitState::Closed);
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::Closed);
        assert!(scene.rules().is_empty());
        scene.breaker("orders-service", "127.0.0.1:2", "payments-service", CircuitState::Open);
        assert_eq!(scene.sentences(), ["orders ▸ payments-service: breaker open on 1 of 2 callers."]);
    }
}
