//! The verdicts: what is wrong, each by a rule of its own file. A rule is a small value: a name, a check that looks at
//! the facts, and tests: one that fires and one that does not. Without facts a rule is silent.

mod circuit;
mod drain;
mod health;
mod link;
mod missing;
mod queue;
mod refused;
mod source;
mod stranger;
mod traffic;
mod vain;
mod why;

pub use queue::RULE as QUEUE;
pub use refused::RULE as REFUSED;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Offset as _, Utc};
use serde_json::{Value, json};

use super::{cluster::Cluster, freshness::Freshness};
use crate::{
    domain::{show, time::Moment, verdict::Subject, verdict::Verdict},
    store::World,
};

/// What a rule looks at.
pub struct Facts<'a> {
    /// What is known.
    pub world: &'a World,
    /// Its sums.
    pub cluster: &'a Cluster,
    /// Now.
    pub now: Moment,
    /// The verdicts of a moment ago.
    pub before: &'a [Verdict],
    /// Seconds that local time is ahead of UTC.
    pub utc_offset: i32,
}

impl Facts<'_> {
    /// The same verdict of a moment ago, if there was one.
    fn known(&self, rule: &str, subject: &Subject) -> Option<&Verdict> {
        self.before.iter().find(|v| v.rule == rule && v.subject == *subject)
    }

    /// A time where the operator is: `14:03:07`, with its date only when it is not today's.
    fn clock(&self, at: Moment) -> String {
        let zone = FixedOffset::east_opt(self.utc_offset).unwrap_or(Utc.fix());
        let local = |at: Moment| DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&zone);
        show::when(&local(at), &local(self.now))
    }
}

/// A rule.
pub struct Rule {
    /// Its name; with the subject a verdict's identity over time.
    pub name: &'static str,
    /// Looks, and says what is wrong.
    pub check: fn(&Facts<'_>, &mut Vec<Verdict>),
}

/// All rules. A new one is a file and its line here.
pub const RULES: &[Rule] = &[
    link::RULE,
    health::NONE_LEFT,
    health::ILL,
    missing::RULE,
    circuit::RULE,
    drain::LOST,
    drain::HELD,
    traffic::SLOW,
    queue::RULE,
    refused::RULE,
    traffic::ERRORS,
    stranger::RULE,
    vain::RULE,
    source::RULE,
];

/// How long an instance has to be gone before that is a verdict, in ms: after each reconnect Curator's and Spring's providers
/// delete their znode and write it anew, which hurts nobody.
const SETTLED_MS: i64 = 1_000;

/// Verdicts kept at most: beyond that the picture is one of general ruin, and the first ones say so.
const AT_MOST: usize = 500;

/// Every verdict, worst first. `known` are those of before: what has no time of its own keeps the one it had. `utc_offset`:
/// seconds that the operator's time is ahead of UTC.
pub fn all(world: &World, cluster: &Cluster, now: Moment, (known, utc_offset): (&[Verdict], i32)) -> Vec<Verdict> {
    let facts = Facts { world, cluster, now, before: known, utc_offset };
    let mut verdicts = Vec::new();
    for rule in RULES {
        (rule.check)(&facts, &mut verdicts);
    }
    missing::until_settled(&facts, &mut verdicts);
    let before: BTreeMap<(&str, &Subject), Option<Moment>> =
        known.iter().map(|v| ((v.rule, &v.subject), v.since)).collect();
    for verdict in &mut verdicts {
        let was = before.get(&(verdict.rule, &verdict.subject)).copied().flatten();
        verdict.since = match (verdict.since, was) {
            (Some(since), _) => Some(since),
            (None, Some(was)) => Some(was),
            (None, None) => Some(now),
        };
    }
    // Ordered by harm; equal ones in the order of their rules and names, so that row 1 does not jump.
    verdicts.sort_by(|a, b| {
        (a.severity, std::cmp::Reverse(a.harm), &a.subject).cmp(&(b.severity, std::cmp::Reverse(b.harm), &b.subject))
    });
    if Freshness::of(world, now).all_old() {
        // Nothing but that is known of now: it comes before what was then.
        verdicts.sort_by_key(|v| v.rule != link::RULE.name);
    }
    verdicts.truncate(AT_MOST);
    verdicts
}

/// A verdict as `snapshot` and `events` print it.
pub fn json(verdict: &Verdict) -> Value {
    json!({
        "severity": verdict.severity.word(),
        "subject": verdict.subject.to_string(),
        "sentence": verdict.sentence,
        "since": verdict.since.map(Moment::rfc3339),
        "evidence": verdict.evidence,
        "cause": verdict.cause,
    })
}

#[cfg(test)]
#[path = "scene_tests.rs"]
pub(crate) mod scene;
