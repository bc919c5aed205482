//! A service that turns calls away because there are too many of them (HTTP 429): somebody is refused, though nothing fails.

use std::sync::Arc;

use super::{Facts, Rule};
use crate::domain::{
    show,
    text::Shown,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each service that turned away a tenth of its calls of the last 10 to 20 s, where 30 were made.
pub const RULE: Rule = Rule { name: "refused", check };

/// Calls without which a ratio says nothing.
const CALLS: u32 = 30;

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for (name, _) in facts.world.traffic.services() {
        let Some(calls) = facts.world.traffic.refused(name) else { continue };
        if calls.calls < CALLS || calls.errors.saturating_mul(10) < calls.calls {
            continue;
        }
        let ratio = f64::from(calls.errors) / f64::from(calls.calls);
        let sentence =
            format!("{} turns away {} of its calls: too many (429).", facts.cluster.short(name), show::percent(ratio));
        let of = [calls.errors, calls.calls].map(|n| show::count(u64::from(n)));
        out.push(Verdict {
            rule: RULE.name,
            severity: Severity::Critical,
            subject: Subject::Service(name.clone()),
            sentence: Shown::new(&sentence).as_str().into(),
            since: None,
            evidence: vec![
                format!("{} of {} calls of the last 10 to 20 s were answered 429 (traces)", of[0], of[1]).into(),
            ],
            cause: Some(why(facts, name)),
            harm: 555 + (ratio * 100.0) as u32,
        });
    }
}

fn why(facts: &Facts<'_>, name: &Arc<str>) -> Arc<str> {
    let known = facts.known(RULE.name, &Subject::Service(name.clone())).and_then(|verdict| verdict.since);
    let low = "its rate limit is lower than what comes in";
    match super::why::setting(facts, name, known.unwrap_or(facts.now)) {
        Some(setting) => format!("{low} since {setting}").into(),
        None => low.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::fact::{Fact, RegistryFact, Setting};

    #[test]
    fn a_service_that_turns_calls_away_is_told_until_it_takes_them_again() {
        let mut scene = Scene::new();
        scene.registered("gateway", "127.0.0.1:1", 1);
        scene.complete();
        scene.answers("gateway", "127.0.0.1:1", 100, "200");
        scene.answers("gateway", "127.0.0.1:1", 5, "429");
        assert!(scene.rules().is_empty(), "one in twenty is nobody's night");
        scene.answers("gateway", "127.0.0.1:1", 60, "429");
        assert_eq!(scene.sentences(), ["gateway turns away 39.4 % of its calls: too many (429)."]);
        scene.seconds(21);
        scene.answers("gateway", "127.0.0.1:1", 100, "200");
        assert!(scene.rules().is_empty());
    }

    #[test]
    fn a_setting_that_was_changed_a_moment_before_is_named_and_one_of_somebody_else_is_not() {
        for (of, named) in [("gateway", true), ("orders", false)] {
            let mut scene = Scene::new();
            scene.registered("gateway", "127.0.0.1:1", 1);
            scene.complete();
            let setting = Setting {
                path: "/config/gateway/rate-limit".into(),
                of: Some(of.into()),
                all: false,
                before: true,
                after: true,
            };
            scene.tell(Fact::Registry(RegistryFact::Setting(setting)));
            scene.seconds(1);
            scene.answers("gateway", "127.0.0.1:1", 60, "429");
            let causes: Vec<_> = scene.verdicts().into_iter().filter_map(|verdict| verdict.cause).collect();
            assert_eq!(causes[0].contains("since setting rate-limit of gateway was changed at "), named, "{causes:?}");
        }
    }
}
