//! A verdict: what is wrong, in one sentence, with the facts behind it. The rules that make verdicts are in `insight`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{id::InstanceId, time::Moment};

/// How much harm: somebody is hurt now; weak, late or unsure; worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody is hurt or refused now (role *bad*).
    Critical,
    /// Weak, late, missing or unsure; nobody hurt yet (role *warn*).
    Warning,
    /// Wanted by a person, or only worth knowing (role *op*).
    Notice,
}

impl Severity {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        }
    }
}

/// What a verdict is about, and so where its key leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// The registry's link or reading.
    Registry,
    /// A service, by name.
    Service(Arc<str>),
    /// An instance.
    Instance(InstanceId),
    /// A circuit: caller service and callee service.
    Circuit(Arc<str>, Arc<str>),
    /// A source of telemetry, by name.
    Source(Arc<str>),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Registry => f.write_str("registry"),
            Subject::Service(name) | Subject::Source(name) => f.write_str(name),
            Subject::Instance(id) => write!(f, "{id}"),
            Subject::Circuit(from, to) => write!(f, "{from} > {to}"),
        }
    }
}

/// One verdict. Verdicts are ordered by harm: severity, then how much is hurt, then age.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The rule that made it: `instance-down`; with the subject its identity over time.
    pub rule: &'static str,
    /// How much harm.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// The sentence without its time: `payments-service 127.0.0.1:5003 does not answer: connection refused.`
    pub sentence: Arc<str>,
    /// Since when, as far as known.
    pub since: Option<Moment>,
    /// The facts behind it, a sentence each, with their source.
    pub evidence: Vec<Arc<str>>,
    /// Why, where that is known.
    pub cause: Option<Arc<str>>,
    /// Weight within its severity: larger is worse.
    pub harm: u32,
}
