//! Where sources put facts and the loop takes them: bounded, never blocking. What may be told late is replaced by what
//! is newer of it; spans and lines are dropped oldest first when the loop cannot keep up, and counted. Not a channel:
//! it keeps no fact twice.

mod latest;
mod lost;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::Utc;
use tokio::sync::Notify;

use crate::domain::{
    fact::{Fact, LinkState, Mailbox, RegistryFact, SourceFact, SourceState, Turned},
    id::InstanceId,
    log::LogLine,
    measure::Measure,
    span::Span,
    time::Moment,
};
use latest::Latest;
use lost::Lost;

/// Spans that wait at most: beyond those with which it is crowded two exports of the most that one may have, since two are read
/// at once.
pub const MAX_SPANS: usize = 32_000;
/// Lines that wait at most.
pub const MAX_LINES: usize = 32_000;
/// Measures that wait at most.
pub const MAX_MEASURES: usize = 32_000;
/// So many spans or lines wait that who sends more is asked to wait.
const CROWDED: usize = 12_000;
/// Spans, and lines, that are handed over at once: a key pressed meanwhile waits no longer than that takes.
const AT_ONCE: usize = 4_096;
/// The source under whose name the drops of this mailbox are told.
const NAME: &str = "mailbox";
/// Why it drops, in words.
const WHY: &str = "more came than could be taken in";

/// What of the registry replaces each other.
#[derive(Debug, PartialEq, Eq, Hash)]
enum RegistryKey {
    Node(Arc<str>),
    Intent(Arc<str>),
    Setting(Arc<str>),
    Coverage,
}

/// What of a source replaces each other; counts are added up.
#[derive(Debug, PartialEq, Eq, Hash)]
enum SourceKey {
    State(Arc<str>),
    Dropped(Arc<str>, Arc<str>, Arc<str>),
    Unread(Arc<str>),
    Refused(Arc<str>, Arc<str>, Arc<str>, bool),
}

/// Which answer of an instance.
#[derive(Debug, PartialEq, Eq, Hash)]
enum AnswerKey {
    Health(InstanceId),
    Breakers(InstanceId),
    Silent(InstanceId),
}

#[derive(Debug, Default)]
struct Held {
    registry: Latest<RegistryKey>,
    /// The link's state as last put in.
    link: Option<LinkState>,
    answers: Latest<AnswerKey>,
    sources: Latest<SourceKey>,
    spans: Batches<Span>,
    lines: Batches<LogLine>,
    /// The lines that were dropped.
    lost: Lost,
    measures: Batches<Measure>,
}

/// The mailbox.
#[derive(Debug, Default)]
pub struct Postbox {
    held: Mutex<Held>,
    filled: Notify,
}

impl Postbox {
    /// An empty one.
    pub fn new() -> Postbox {
        Postbox::default()
    }

    /// Waits until there is something to take.
    pub async fn filled(&self) {
        while self.held().is_empty() {
            self.filled.notified().await;
        }
    }

    /// Waits until there is something, and takes it.
    pub async fn take(&self) -> Vec<Fact> {
        self.filled().await;
        self.drain()
    }

    /// Takes what there is, without waiting: all but spans and lines beyond about 4,000 each, which are next. The
    /// registry's facts come first, in their order.
    pub fn drain(&self) -> Vec<Fact> {
        let mut held = self.held();
        let mut facts = Vec::new();
        held.registry.drain_into(&mut facts);
        held.answers.drain_into(&mut facts);
        held.sources.drain_into(&mut facts);
        let now = Moment(Utc::now().timestamp_millis());
        let dropped = [(held.spans.take_dropped(), "spans"), (held.measures.take_dropped(), "measures")];
        let others =
            dropped.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| (now, count, what, WHY.to_owned()));
        let lines = held.lost.take();
        let lines = lines.map(|(whose, at, count)| (at.min(now), count, "lines", format!("from {whose}, {WHY}")));
        for (at, count, what, why) in others.chain(lines) {
            let state = SourceState::Dropped(count, what.into(), why.into());
            facts.push(Fact::Source(SourceFact { at, name: NAME.into(), state }));
        }
        facts.extend(held.spans.take().into_iter().map(Fact::Spans));
        facts.extend(held.lines.take().into_iter().map(Fact::Logs));
        facts.extend(held.measures.take().into_iter().map(Fact::Measures));
        facts
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox for Postbox {
    fn put(&self, fact: Fact) {
        self.held().put(fact);
        self.filled.notify_one();
    }

    fn crowded(&self) -> bool {
        let held = self.held();
        held.spans.items.max(held.lines.items).max(held.measures.items) > CROWDED
    }
}

impl Held {
    fn is_empty(&self) -> bool {
        self.registry.is_empty()
            && self.answers.is_empty()
            && self.sources.is_empty()
            && self.spans.is_empty()
            && self.lines.is_empty()
            && self.lost.is_empty()
            && self.measures.is_empty()
    }

    fn put(&mut self, fact: Fact) {
        match fact {
            Fact::Registry(fact) => self.registry(fact),
            Fact::Health(ref id, _) => self.answers.put(AnswerKey::Health(id.clone()), fact),
            Fact::Breakers(ref id, _) => self.answers.put(AnswerKey::Breakers(id.clone()), fact),
            Fact::BreakersSilent(ref id, ..) => self.answers.put(AnswerKey::Silent(id.clone()), fact),
            Fact::Source(fact) => self.source(fact),
            Fact::Spans(spans) => self.spans.put(spans, MAX_SPANS, |_| {}),
            Fact::Logs(lines) => {
                self.lines.put(lines, MAX_LINES, |line| self.lost.put(line));
                // Counted by whose they were.
                self.lines.take_dropped();
            }
            Fact::Measures(measures) => self.measures.put(measures, MAX_MEASURES, |_| {}),
        }
    }

    /// A node's newest state is enough, but not across the moments at which the picture was whole or the link changed:
    /// what was true at such a moment is part of the story.
    fn registry(&mut self, mut fact: RegistryFact) {
        if let RegistryFact::Setting(now) = &mut fact
            && let Some(Fact::Registry(RegistryFact::Setting(waiting))) =
                self.registry.get(&RegistryKey::Setting(now.path.clone()))
        {
            now.before = waiting.before;
        }
        let key = match &fact {
            RegistryFact::Upsert(instance) => RegistryKey::Node(instance.path.clone()),
            RegistryFact::Gone(path) => RegistryKey::Node(path.clone()),
            RegistryFact::Intent(path, _)
            | RegistryFact::IntentGone(path)
            | RegistryFact::Operator(path, _)
            | RegistryFact::OperatorGone(path) => RegistryKey::Intent(path.clone()),
            // The last one on each instance, not on each service.
            RegistryFact::Act(path, act) => RegistryKey::Intent(format!("{path} {}", act.address).into()),
            RegistryFact::Setting(setting) => RegistryKey::Setting(setting.path.clone()),
            RegistryFact::Coverage(_) => RegistryKey::Coverage,
            RegistryFact::Link(link) => {
                let same = self.link.replace(link.state) == Some(link.state);
                let alike = |last: &Fact| same && matches!(last, Fact::Registry(RegistryFact::Link(_)));
                return self.registry.mark(Fact::Registry(fact), alike, !same);
            }
            RegistryFact::Complete(_) => {
                let alike = |last: &Fact| matches!(last, Fact::Registry(RegistryFact::Complete(_)));
                return self.registry.mark(Fact::Registry(fact), alike, true);
            }
        };
        self.registry.put(key, Fact::Registry(fact));
    }

    fn source(&mut self, mut fact: SourceFact) {
        let key = match &fact.state {
            SourceState::Dropped(_, what, why) => SourceKey::Dropped(fact.name.clone(), what.clone(), why.clone()),
            SourceState::Refused(turned) => {
                SourceKey::Refused(fact.name.clone(), turned.from.clone(), turned.why.clone(), turned.again)
            }
            SourceState::Unread(_) => SourceKey::Unread(fact.name.clone()),
            _ => SourceKey::State(fact.name.clone()),
        };
        if let (SourceState::Refused(turned), Some(Fact::Source(before))) = (&mut fact.state, self.sources.get(&key))
            && let SourceState::Refused(first) = &before.state
        {
            fact.at = before.at;
            **turned = Turned { exports: turned.exports + first.exports, ..(**first).clone() };
        }
        if let (SourceState::Dropped(count, ..), Some(Fact::Source(before))) = (&mut fact.state, self.sources.get(&key))
            && let SourceState::Dropped(more, ..) = &before.state
        {
            *count += more;
        }
        self.sources.put(key, Fact::Source(fact));
    }
}

/// Batches in their order, a bounded number of items altogether.
#[derive(Debug)]
struct Batches<T> {
    batches: VecDeque<Vec<T>>,
    items: usize,
    dropped: u64,
}

impl<T> Default for Batches<T> {
    fn default() -> Self {
        Batches { batches: VecDeque::new(), items: 0, dropped: 0 }
    }
}

impl<T> Batches<T> {
    fn is_empty(&self) -> bool {
        self.items == 0 && self.dropped == 0
    }

    fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    fn put(&mut self, batch: Vec<T>, max: usize, mut lost: impl FnMut(&T)) {
        if batch.is_empty() {
            return;
        }
        self.items += batch.len();
        self.batches.push_back(batch);
        while self.items > max {
            let Some(oldest) = self.batches.front_mut() else { return };
            let n = oldest.len().min(self.items - max);
            oldest[..n].iter().for_each(&mut lost);
            if n == oldest.len() {
                self.batches.pop_front();
            } else {
                oldest.drain(..n);
            }
            self.items -= n;
            self.dropped += n as u64;
        }
    }

    fn take(&mut self) -> Vec<Vec<T>> {
        let (mut taken, mut items) = (Vec::new(), 0);
        while items < AT_ONCE
            && let Some(batch) = self.batches.pop_front()
        {
            items += batch.len();
            taken.push(batch);
        }
        self.items -= items;
        taken
    }
}

#[cfg(test)]
mod tests;
