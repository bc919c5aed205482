//! Everything that is known, together: where a fact goes, and which line of the story it makes.

mod guards;
mod reach;
pub mod wanted;

use std::{collections::BTreeSet, sync::Arc};

use serde_json::json;

pub use reach::ReachVersion;

use super::{
    circuits::Circuits,
    health::Health,
    logs::Logs,
    parting::Partings,
    registry::{self, Change, Expected, Registry},
    rhythm::Rhythm,
    sources::Sources,
    story::Story,
    traces::{Refusing, Traces},
    traffic::TrafficStore,
};
use crate::domain::{
    circuit::CircuitState,
    event::{ENDED, Event, EventKind},
    fact::{Fact, RegistryFact, SourceState},
    health::HealthState,
    id::InstanceId,
    instance::Presence,
    log::LogSource,
    show,
    time::Moment,
};

/// Bytes of log lines that are kept at most.
const LOGS: usize = 256 << 20;

/// For how long after an instance left what follows from that is worked out anew each second, in ms.
const LEFT_MS: i64 = 3_000;

/// Bytes of spans that are kept at most.
const TRACES: usize = 256 << 20;

/// All stores.
#[derive(Debug)]
pub struct World {
    /// Who is there.
    pub registry: Registry,
    /// What they say of themselves.
    pub health: Health,
    /// What their breakers say.
    pub circuits: Circuits,
    /// Request traces.
    pub traces: Traces,
    /// What traces tell of traffic.
    pub traffic: TrafficStore,
    /// Log lines of all services.
    pub logs: Logs,
    /// How the sources are.
    pub sources: Sources,
    /// What happened.
    pub story: Story,
    /// Intents that were found lost: since when, and whether that was told.
    lost: wanted::Lost,
    /// Intents that went, and what was told of them.
    ends: wanted::Ends,
    /// Whether a complete picture was looked at for lost intents.
    looked: bool,
    /// How the health of those that left stood when they did.
    pub partings: Partings,
    /// When pushed log lines came; lines that are read from files keep no rhythm.
    pushed: Rhythm,
    /// Lines came from elsewhere than from a push, so that nothing follows from their staying away.
    pulled: bool,
    /// When an instance last left: that it stays away is known a moment later.
    left: Option<Moment>,
    /// Of what a mark may have changed since that was last asked.
    touched: Touched,
}

/// Of what a mark may have changed since that was last asked.
#[derive(Debug, Default)]
pub struct Touched {
    /// Something that is of no single service: the link, the first picture.
    pub all: bool,
    /// Services, by name.
    pub services: BTreeSet<Arc<str>>,
}

impl World {
    /// Nothing known yet but what the file expects.
    pub fn new(expected: Expected, now: Moment) -> Self {
        World {
            registry: Registry::new(expected, now),
            health: Health::default(),
            circuits: Circuits::default(),
            traces: Traces::new(TRACES),
            traffic: TrafficStore::new(),
            logs: Logs::new(LOGS),
            sources: Sources::default(),
            story: Story::default(),
            lost: wanted::Lost::default(),
            ends: wanted::Ends::default(),
            looked: false,
            partings: Partings::default(),
            pushed: Rhythm::default(),
            pulled: false,
            left: None,
            touched: Touched::default(),
        }
    }

    /// Takes a fact in; whether anything that is drawn changed by it.
    pub fn apply(&mut self, fact: &Fact, now: Moment) -> bool {
        match fact {
            Fact::Registry(fact) => self.registry_fact(fact, now),
            Fact::Health(id, reading) => {
                let Some(change) = self.health.apply(id, reading) else { return true };
                self.touched.services.insert(id.service.clone());
                // The first answer is news only where it is bad news.
                let quiet = change.before.is_none() && !bad(change.after);
                if !quiet && self.registry.complete().is_some() {
                    self.story.push(health_event(id, change.before, change.after, reading, now));
                }
                true
            }
            Fact::Breakers(id, readings) => {
                for change in self.circuits.apply(id, readings) {
                    self.touched.services.insert(change.caller.service.clone());
                    if change.before == CircuitState::Unknown && !change.after.refuses() {
                        continue;
                    }
                    let text = format!(
                        "{} {} > {}: breaker {}",
                        change.caller.service,
                        change.caller.address.text(),
                        change.callee,
                        change.after.word().replace('_', "-")
                    );
                    self.story.push(Event {
                        at: now,
                        kind: EventKind::Circuit,
                        service: Some(change.caller.service.clone()),
                        instance: Some(change.caller.address.text().into()),
                        before: Some(json!(change.before.word())),
                        after: Some(json!(change.after.word())),
                        source: change.source.clone(),
                        text: crate::domain::text::Shown::new(&text).as_str().into(),
                    });
                }
                true
            }
            Fact::BreakersSilent(id, at, why) => self.circuits.silent(id, *at, why),
            Fact::Spans(spans) => {
                let refusing = self.refusing();
                let again = self.traces.apply_new(now, spans, &refusing);
                self.traffic.apply_new(now, spans, &again);
                true
            }
            Fact::Logs(lines) => {
                self.logs.apply(lines);
                if lines.iter().all(|line| line.source == LogSource::Otlp) {
                    self.pushed.beat(now);
                } else {
                    self.pulled = true;
                }
                true
            }
            Fact::Measures(measures) => {
                self.traffic.apply_measures(now, measures);
                true
            }
            Fact::Source(fact) => {
                let was_over = self.sources.state(&fact.name) == Some(&SourceState::Ended);
                self.sources.apply(fact);
                if fact.state == SourceState::Ended && !was_over {
                    self.story.push(ended(now, &fact.name));
                }
                let told = match &fact.state {
                    SourceState::Dropped(count, what, why) => {
                        let why = if why.is_empty() { &fact.name } else { why };
                        if &**what == "spans" {
                            self.traces.note_lost(*count);
                        }
                        if &**what == "lines" {
                            self.logs.note_dropped(fact.at, *count, why);
                        }
                        // How many lines were in them nobody knows.
                        if &**what == "files" {
                            self.logs.note_unread(fact.at, why);
                        }
                        Some((*count, format!("{} lost here: {why}", show::some(*count, what))))
                    }
                    // What goes on is counted where it began.
                    SourceState::Refused(turned) => self
                        .logs
                        .note_refused(fact.at, turned)
                        .then(|| (turned.exports, format!("{}: {}", show::turned(turned), turned.words()))),
                    SourceState::Unread(bytes) => {
                        let file = fact.name.strip_prefix("logs ").unwrap_or(&fact.name);
                        self.logs.note_unread(fact.at, &format!("{} of {file}", show::bytes(*bytes)));
                        None
                    }
                    _ => None,
                };
                if let Some((count, text)) = told {
                    self.story.push(drops(now, &fact.name, count, text));
                }
                true
            }
        }
    }

    /// Time went on by about a second; whether anything that is known changed by it.
    pub fn tick(&mut self, now: Moment) -> bool {
        let live = self.traffic.is_live();
        let structure = self.registry.structure();
        self.registry.tick(now);
        self.traffic.know(self.registry.services().map(|s| &s.id.name));
        let instances = self.registry.services().flat_map(|s| s.slots.values().filter_map(move |slot| slot.id(s)));
        self.traffic.know_places(self.registry.structure(), instances);
        self.traffic.tick(now);
        self.traces.tick(now);
        let slow = self.traffic.judge();
        if structure != self.registry.structure() && !self.partings.is_empty() {
            let registry = &self.registry;
            self.partings.retain(|id| registry.at(&id.service, &id.address).any(|(_, x)| x.presence == Presence::Gone));
        }
        let left = self.left.is_some_and(|at| now.since(at) < LEFT_MS);
        live || slow || left || structure != self.registry.structure()
    }

    /// The breakers that refuse calls now.
    fn refusing(&self) -> Refusing {
        let mut refusing = Refusing::default();
        for breaker in self.circuits.iter().filter(|breaker| breaker.state.refuses()) {
            let reading = &breaker.reading;
            refusing.add(&reading.caller, &reading.name, &reading.callee);
        }
        let callees: Vec<Arc<str>> = refusing.callees().cloned().collect();
        for callee in &callees {
            let slots = self.registry.named(callee).flat_map(|service| service.slots.values());
            slots.filter_map(|slot| slot.address()).for_each(|address| refusing.runs(callee, address));
        }
        refusing
    }

    /// Of what a mark may have changed since this was last asked.
    pub fn take_touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// Since when pushed log lines stay away for longer than they ever did of late; `None` while they come, and where
    /// lines are read from files too: a file that does not grow is no source that is lost.
    pub fn logs_late(&self, now: Moment) -> Option<Moment> {
        self.pushed.last().filter(|_| !self.pulled && self.pushed.late(now))
    }

    fn registry_fact(&mut self, fact: &RegistryFact, now: Moment) -> bool {
        let was_complete = self.registry.complete().is_some();
        let (state, as_of) = (self.registry.link().state, self.registry.link().as_of);
        if let RegistryFact::Intent(path, _) | RegistryFact::IntentGone(path) = fact {
            let before = self.registry.intents().find(|(at, _)| *at == path).map(|(_, intent)| intent.service.clone());
            self.touched.services.extend(before);
        }
        let act = match was_complete {
            true => self.act(fact, now),
            false => None,
        };
        let changes = self.registry.apply(fact, now);
        self.story_of(act);
        if let RegistryFact::Intent(_, intent) = fact {
            self.touched.services.insert(intent.service.clone());
        }
        for change in &changes {
            match change.service() {
                Some(id) => {
                    self.touched.services.insert(id.name.clone());
                }
                None => self.touched.all = true,
            }
            if matches!(change, Change::Left(..)) {
                self.left = Some(now);
            }
            if let Change::Left(service, key) = change
                && let Some(address) = &key.address
            {
                // What it said of itself went with it; where it comes back it is asked anew.
                let id = InstanceId { service: service.name.clone(), address: address.clone() };
                if !self.registered(&id) {
                    self.partings.left(&id, self.health.get(&id), now);
                    self.health.forget(&id);
                    self.circuits.forget(&id, now);
                }
            }
            let link = matches!(change, Change::Link(..) | Change::Ready);
            if (was_complete || link)
                && let Some(event) = self.registry.event(change, now)
            {
                self.story.push(event);
            }
            if let Change::Joined(id, key, _) = change
                && was_complete
            {
                self.registry.joined(id, key);
            }
        }
        if let RegistryFact::Setting(setting) = fact
            && was_complete
        {
            self.story.push(registry::setting(setting, now));
        }
        self.tell_lost(now);
        match fact {
            // A link that goes on living only moves its time: nothing of that is drawn but once a second.
            RegistryFact::Link(link) => {
                state != link.state || (as_of.is_none() != self.registry.link().as_of.is_none()) || !link.state.live()
            }
            _ => true,
        }
    }

    /// Whether an instance of this identity is registered.
    pub fn registered(&self, id: &InstanceId) -> bool {
        self.registry.at(&id.service, &id.address).any(|(_, slot)| slot.presence == Presence::Registered)
    }
}

fn bad(state: HealthState) -> bool {
    !matches!(state, HealthState::Up | HealthState::Unknown)
}

fn health_event(
    id: &InstanceId,
    before: Option<HealthState>,
    after: HealthState,
    reading: &crate::domain::health::HealthReading,
    at: Moment,
) -> Event {
    let became = match after {
        HealthState::Up => "is up",
        HealthState::Degraded => "calls itself degraded",
        HealthState::Starting => "is starting",
        HealthState::OutOfService => "calls itself out of service",
        HealthState::Down => "says it is down",
        HealthState::Unreachable => "does not answer any more",
        HealthState::NeverAnswered => "has not answered yet",
        HealthState::Auth => "does not answer us: not allowed",
        HealthState::Unknown => "answers in no form that is known",
    };
    let detail = reading.detail.as_deref().filter(|_| after != HealthState::Up).map(|d| format!(": {d}"));
    let text = format!("{} {} {became}{}", id.service, id.address.text(), detail.unwrap_or_default());
    Event {
        at,
        kind: EventKind::Health,
        service: Some(id.service.clone()),
        instance: Some(id.address.text().into()),
        before: before.map(|b| json!(b.word())),
        after: Some(json!(after.word())),
        source: reading.source.clone(),
        text: crate::domain::text::Shown::new(&text).as_str().into(),
    }
}

/// That a source lost something.
fn drops(at: Moment, source: &Arc<str>, count: u64, text: String) -> Event {
    Event {
        at,
        kind: EventKind::Drops,
        service: None,
        instance: None,
        before: None,
        after: Some(json!(count)),
        source: source.clone(),
        text: text.into(),
    }
}

/// That a source of telemetry has come to its end: nothing more comes from it.
fn ended(at: Moment, name: &Arc<str>) -> Event {
    let text = match &**name {
        "logs -" => "standard input has ended: no more lines come from it".to_owned(),
        name => format!("{name} has ended: nothing more comes from it"),
    };
    Event {
        at,
        kind: EventKind::Link,
        service: None,
        instance: None,
        before: Some(json!("running")),
        after: Some(json!(ENDED)),
        source: name.clone(),
        text: text.into(),
    }
}
