//! The registry's link is lost: who is there and with what weight is old.

use super::{Facts, Rule};
use crate::{
    domain::{
        fact::LinkState,
        verdict::{Severity, Subject, Verdict},
    },
    insight::freshness::Freshness,
};

/// Fires while the registry does not answer, or only reads.
pub const RULE: Rule = Rule { name: "registry-link", check };

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let link = facts.world.registry.link();
    let why = link.why.as_deref().map(|w| format!(": {}", w.trim_end_matches('.'))).unwrap_or_default();
    let (sentence, severity) = match link.state {
        LinkState::Connected => return,
        LinkState::Never if link.attempt == 0 => return,
        LinkState::Never if link.lasting => (format!("The registry cannot be read{why}."), Severity::Warning),
        LinkState::Never => (format!("The registry has not answered yet{why}."), Severity::Warning),
        LinkState::ReadOnly => (
            "The registry only reads now: it has lost its quorum. Nothing can be written.".to_owned(),
            Severity::Warning,
        ),
        LinkState::Reconnecting | LinkState::Lost => {
            let now = Freshness::of(facts.world, facts.now);
            let rest = match (now.all_old(), now.rest_is_live()) {
                (true, _) => ", and no other source answers: this is an old picture",
                (_, true) => ": who is there and with what weight is old, the rest is live",
                _ => ": who is there and with what weight is old",
            };
            (format!("Registry lost{rest}."), Severity::Warning)
        }
    };
    out.push(Verdict {
        rule: RULE.name,
        severity,
        subject: Subject::Registry,
        sentence: sentence.into(),
        since: if link.state == LinkState::ReadOnly { None } else { link.as_of },
        evidence: vec![format!("link: {}, try {}", link.state.word().replace('_', " "), link.attempt).into()],
        cause: link.why.clone(),
        harm: 1000,
    });
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::fact::LinkState;

    #[test]
    fn a_lost_link_is_told_and_a_live_one_is_not() {
        let mut scene = Scene::new();
        scene.link(LinkState::Connected);
        assert!(scene.rules().is_empty());
        scene.link(LinkState::Reconnecting);
        assert_eq!(scene.rules(), ["registry-link"]);
    }
}
