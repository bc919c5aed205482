//! A source of telemetry that could not begin, or stopped: what it would tell is not known.

use super::{Facts, Rule};
use crate::domain::{
    fact::SourceState,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each source that failed.
pub const RULE: Rule = Rule { name: "source-failed", check };

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    for (name, source) in facts.world.sources.iter() {
        let SourceState::Failed(why) = &source.state else { continue };
        out.push(Verdict {
            rule: RULE.name,
            severity: Severity::Notice,
            subject: Subject::Source(name.clone()),
            sentence: crate::domain::text::Shown::new(&format!("{name}: {why}.")).as_str().into(),
            since: Some(source.since),
            evidence: Vec::new(),
            cause: None,
            harm: 60,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use crate::domain::fact::SourceState;

    #[test]
    fn a_failed_source_is_told_and_a_running_one_is_not() {
        let mut scene = Scene::new();
        scene.source("traces", SourceState::Running);
        assert!(scene.rules().is_empty());
        scene.source("traces", SourceState::Failed("127.0.0.1:4317 is taken".into()));
        assert_eq!(scene.sentences(), ["traces: 127.0.0.1:4317 is taken."]);
    }
}
