//! The held picture: facts wait, and are counted, until it goes on. Not a pause of the sources: they go on and their
//! losses are counted as ever.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use crate::domain::{
    fact::{Fact, RegistryFact, SourceFact, SourceState},
    id::InstanceId,
    time::Moment,
};

/// Spans and lines that wait at most; beyond that the oldest are dropped, and counted.
const WAITING_AT_MOST: usize = 50_000;
/// Why they are, in words.
const WHY: &str = "more came while the picture was held than there is room for";

/// A picture held still.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Since when.
    pub since: Moment,
    /// Spans and lines that came meanwhile, in their order.
    waiting: VecDeque<Fact>,
    /// Of everything that replaces what was told before, the newest.
    newest: BTreeMap<Key, Fact>,
    /// Lines and spans among it.
    records: usize,
    dropped_lines: u64,
    /// The time of the earliest of them.
    first_lost: Option<Moment>,
    dropped_spans: u64,
    dropped_measures: u64,
}

impl Hold {
    /// Begins now.
    pub fn new(since: Moment) -> Self {
        Hold {
            since,
            waiting: VecDeque::new(),
            newest: BTreeMap::new(),
            records: 0,
            dropped_lines: 0,
            first_lost: None,
            dropped_spans: 0,
            dropped_measures: 0,
        }
    }

    /// Takes a fact in; gives it back where it must not wait (the link: its loss is always shown).
    pub fn keep(&mut self, fact: Fact) -> Option<Fact> {
        if matches!(fact, Fact::Registry(RegistryFact::Link(_)) | Fact::Source(_)) {
            return Some(fact);
        }
        if let Some(key) = key(&fact) {
            self.newest.insert(key, fact);
            return None;
        }
        self.records += weight(&fact);
        self.waiting.push_back(fact);
        while self.records > WAITING_AT_MOST {
            let Some(at) = self.waiting.iter().position(|f| weight(f) > 0) else { break };
            if let Some(fact) = self.waiting.remove(at) {
                self.records -= weight(&fact);
                match fact {
                    Fact::Logs(lines) => {
                        self.dropped_lines += lines.len() as u64;
                        let first = lines.iter().map(|line| line.at.min(line.seen_at)).min();
                        self.first_lost = self.first_lost.into_iter().chain(first).min();
                    }
                    Fact::Spans(spans) => self.dropped_spans += spans.len() as u64,
                    Fact::Measures(measures) => self.dropped_measures += measures.len() as u64,
                    _ => {}
                }
            }
        }
        None
    }

    /// How many lines and spans wait.
    pub fn newer(&self) -> usize {
        self.records
    }

    /// How many lines came since it is held, those that found no room among them.
    pub fn newer_lines(&self) -> u64 {
        let lines = |fact: &Fact| if let Fact::Logs(lines) = fact { lines.len() as u64 } else { 0 };
        self.dropped_lines + self.waiting.iter().map(lines).sum::<u64>()
    }

    /// How many spans came since it is held, those that found no room among them.
    pub fn newer_spans(&self) -> u64 {
        let spans = |fact: &Fact| if let Fact::Spans(spans) = fact { spans.len() as u64 } else { 0 };
        self.dropped_spans + self.waiting.iter().map(spans).sum::<u64>()
    }

    /// Everything that waited, and what had to be dropped meanwhile.
    pub fn release(self, now: Moment) -> impl Iterator<Item = Fact> {
        let told = |count: u64, what: &str, at: Moment| {
            (count > 0).then(|| {
                Fact::Source(SourceFact {
                    at,
                    name: "held picture".into(),
                    state: SourceState::Dropped(count, what.into(), WHY.into()),
                })
            })
        };
        // Where the first of them would stand, not where the picture goes on.
        let lines = told(self.dropped_lines, "lines", self.first_lost.unwrap_or(now).min(now));
        let spans = told(self.dropped_spans, "spans", now);
        let measures = told(self.dropped_measures, "measures", now);
        lines.into_iter().chain(spans).chain(measures).chain(self.newest.into_values()).chain(self.waiting)
    }
}

fn weight(fact: &Fact) -> usize {
    match fact {
        Fact::Logs(lines) => lines.len(),
        Fact::Spans(spans) => spans.len(),
        Fact::Measures(measures) => measures.len(),
        _ => 0,
    }
}

/// What a fact is about, where a newer one replaces it. The order is that in which they are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Node(Arc<str>),
    Coverage,
    Complete,
    Intent(Arc<str>),
    Setting(Arc<str>),
    Health(InstanceId),
    Breakers(InstanceId),
}

fn key(fact: &Fact) -> Option<Key> {
    Some(match fact {
        Fact::Registry(RegistryFact::Upsert(instance)) => Key::Node(instance.path.clone()),
        Fact::Registry(RegistryFact::Gone(path)) => Key::Node(path.clone()),
        Fact::Registry(RegistryFact::Coverage(_)) => Key::Coverage,
        Fact::Registry(RegistryFact::Complete(_)) => Key::Complete,
        Fact::Registry(
            RegistryFact::Intent(path, _)
            | RegistryFact::IntentGone(path)
            | RegistryFact::Operator(path, _)
            | RegistryFact::OperatorGone(path),
        ) => Key::Intent(path.clone()),
        Fact::Registry(RegistryFact::Act(path, act)) => Key::Intent(format!("{path} {}", act.address).into()),
        Fact::Registry(RegistryFact::Setting(setting)) => Key::Setting(setting.path.clone()),
        Fact::Health(id, _) => Key::Health(id.clone()),
        Fact::Breakers(id, _) | Fact::BreakersSilent(id, ..) => Key::Breakers(id.clone()),
        Fact::Registry(RegistryFact::Link(_))
        | Fact::Spans(_)
        | Fact::Logs(_)
        | Fact::Measures(_)
        | Fact::Source(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fact::{Link, LinkState};

    #[test]
    fn what_replaces_each_other_waits_once_and_the_link_never_waits() {
        let mut hold = Hold::new(Moment(0));
        for _ in 0..3 {
            assert!(hold.keep(Fact::Registry(RegistryFact::Gone("/a".into()))).is_none());
        }
        let link = Link {
            at: Moment(1),
            state: LinkState::Lost,
            as_of: None,
            server_version: None,
            session_timeout_ms: None,
            rtt_us: None,
            why: None,
            lasting: false,
            attempt: 1,
        };
        assert!(hold.keep(Fact::Registry(RegistryFact::Link(link))).is_some());
        assert_eq!(hold.release(Moment(2)).count(), 1);
    }
}
