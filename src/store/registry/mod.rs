//! Who is there: every registered znode, what the file expects, what has gone, and the kept intents. What the
//! instances say of themselves is in `health`, what their callers see in `traffic`.

mod acts;
mod change;
mod expected;
mod find;
mod slot;
mod stood;
mod whose;
mod words;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub use self::{
    change::Change,
    expected::Expected,
    slot::{Service, Slot, SlotKey},
    words::setting,
};
use crate::domain::{
    act::LastAct,
    address::Address,
    fact::{Coverage, Link, LinkState, RegistryFact},
    id::ServiceId,
    instance::{Instance, Presence, RegistryAdmin},
    intent::{Cause, Intent, IntentState, Op, Operator, Stood},
    time::Moment,
};

/// How long an instance that left keeps its place, in ms.
pub const GONE_KEPT_MS: i64 = 10 * 60 * 1000;
/// How many gone instances keep their place at most; the registry itself is bounded where it is read.
const GONE_AT_MOST: usize = 20_000;
/// How many operators are known at most.
const OPERATORS_AT_MOST: usize = 1_000;

/// The registry as last told.
#[derive(Clone, Debug)]
pub struct Registry {
    services: BTreeMap<ServiceId, Service>,
    /// What is registered, by path: each in the slot of its service and address.
    by_path: HashMap<Arc<str>, Arc<Instance>>,
    link: Link,
    complete: Option<Moment>,
    coverage: Coverage,
    intents: BTreeMap<Arc<str>, Intent>,
    /// How what intents are about stood when it was last seen as wanted, by the intents' paths.
    stood: BTreeMap<Arc<str>, Stood>,
    operators: BTreeMap<Arc<str>, Operator>,
    /// What was done last to an instance of each service, by the path of the service's znode of Keepwatch.
    acts: BTreeMap<Arc<str>, LastAct>,
    /// Who deregistered what is not registered again yet, by service and address.
    taken_out: BTreeMap<(Arc<str>, Address), LastAct>,
    expected: Expected,
    gone: usize,
    structure: u64,
}

impl Registry {
    /// Nothing known yet; `expected` is what the file names.
    pub fn new(expected: Expected, now: Moment) -> Self {
        let mut registry = Registry {
            services: BTreeMap::new(),
            by_path: HashMap::new(),
            link: Link {
                at: now,
                state: LinkState::Never,
                as_of: None,
                server_version: None,
                session_timeout_ms: None,
                rtt_us: None,
                why: None,
                lasting: false,
                attempt: 0,
            },
            complete: None,
            coverage: Coverage::default(),
            intents: BTreeMap::new(),
            stood: BTreeMap::new(),
            operators: BTreeMap::new(),
            acts: BTreeMap::new(),
            taken_out: BTreeMap::new(),
            expected,
            gone: 0,
            structure: 0,
        };
        registry.place_expected(now);
        registry
    }

    /// Takes a fact in; what changed by it, net.
    pub fn apply(&mut self, fact: &RegistryFact, now: Moment) -> Vec<Change> {
        match fact {
            RegistryFact::Link(link) => self.set_link(link),
            RegistryFact::Upsert(instance) => {
                let changes = self.upsert(instance, now);
                self.seen(&instance.path);
                changes
            }
            RegistryFact::Gone(path) => self.remove(path, now).into_iter().collect(),
            RegistryFact::Complete(at) => self.completed(*at, now),
            RegistryFact::Coverage(coverage) => {
                self.coverage = coverage.clone();
                Vec::new()
            }
            RegistryFact::Intent(path, intent) => {
                self.intends(path, intent);
                Vec::new()
            }
            RegistryFact::IntentGone(path) => {
                self.intents.remove(path);
                self.stood.remove(path);
                Vec::new()
            }
            RegistryFact::Act(path, act) => {
                self.acted(path, act);
                Vec::new()
            }
            // Told, not kept: services keep them.
            RegistryFact::Setting(_) => Vec::new(),
            RegistryFact::Operator(path, operator) => {
                if self.operators.len() < OPERATORS_AT_MOST || self.operators.contains_key(path) {
                    self.operators.insert(path.clone(), operator.clone());
                }
                Vec::new()
            }
            RegistryFact::OperatorGone(path) => {
                self.operators.remove(path);
                Vec::new()
            }
        }
    }

    /// Lets what has been gone for long lose its place.
    pub fn tick(&mut self, now: Moment) {
        if self.gone == 0 {
            return;
        }
        let over = |slot: &Slot| slot.presence == Presence::Gone && now.since(slot.since) >= GONE_KEPT_MS;
        let mut lighter = false;
        for service in self.services.values_mut() {
            let before = service.slots.len();
            service.slots.retain(|_, slot| !over(slot));
            self.gone -= before - service.slots.len();
            lighter |= service.slots.len() < before;
        }
        if lighter {
            self.structure += 1;
            self.services.retain(|_, service| !service.slots.is_empty());
            self.place_expected(now);
        }
    }

    /// All services in the order of their names.
    pub fn services(&self) -> impl Iterator<Item = &Service> + Clone {
        self.services.values()
    }

    /// One service.
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.get(id)
    }

    /// Services of this name, whatever their layout.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Service> {
        let first = ServiceId { name: name.into(), layout: crate::domain::id::Layout::FIRST, parent: "".into() };
        self.services.range(first..).map(|(_, s)| s).take_while(move |s| &*s.id.name == name)
    }

    /// The slot of a znode.
    pub fn slot(&self, path: &str) -> Option<(&Service, &Slot)> {
        let instance = self.by_path.get(path)?;
        let service = self.services.get(&instance.service)?;
        Some((service, service.slots.get(&SlotKey::of(instance))?))
    }

    /// The registered instance at a path.
    pub fn instance(&self, path: &str) -> Option<&Instance> {
        self.slot(path).and_then(|(_, slot)| slot.registered())
    }

    /// All slots of this service name at this address.
    pub fn at<'a>(&'a self, service: &'a str, address: &'a Address) -> impl Iterator<Item = (&'a Service, &'a Slot)> {
        self.named(service)
            .flat_map(move |s| s.slots.values().filter(move |x| x.address() == Some(address)).map(move |x| (s, x)))
    }

    /// A service as people call it: a `-service` at the end may be left out, as screens do, where no other has that name.
    pub fn called(&self, name: &str) -> Arc<str> {
        let longer = format!("{name}-service");
        let there = |name: &str| self.named(name).next().is_some();
        if !there(name) && there(&longer) { longer.into() } else { name.into() }
    }

    /// The link.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// When the first picture was complete; `None` before it is.
    pub fn complete(&self) -> Option<Moment> {
        self.complete
    }

    /// What was left out of the reading.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// How many instances are registered.
    pub fn registered(&self) -> usize {
        self.by_path.len()
    }

    /// Grows whenever a slot comes, goes or changes its place: what lists of rows depend on.
    pub fn structure(&self) -> u64 {
        self.structure
    }

    /// What the file expects.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// The kept intents by their znodes' paths.
    pub fn intents(&self) -> impl Iterator<Item = (&Arc<str>, &Intent)> {
        self.intents.iter()
    }

    /// The kept intent for an instance, if any.
    pub fn intent(&self, service: &str, address: &Address) -> Option<&Intent> {
        self.intents.values().find(|i| &*i.service == service && i.address == *address)
    }

    /// The operators whose Keepwatch can write, by the paths of their ephemerals.
    pub fn operators(&self) -> impl Iterator<Item = (&Arc<str>, &Operator)> {
        self.operators.iter()
    }

    /// Whether the operator of this ephemeral is present.
    pub fn present(&self, path: &str) -> bool {
        self.operators.contains_key(path)
    }

    /// Whether the registry still agrees with an intent.
    pub fn intent_state(&self, intent: &Intent) -> IntentState {
        if intent.op == Op::Deregister {
            let back = self.wanted(intent).next().is_some();
            return if back { IntentState::Ended } else { IntentState::Held };
        }
        if self.cause(intent).is_some() {
            IntentState::Lost
        } else if self.wanted(intent).next().is_some() {
            IntentState::Held
        } else {
            IntentState::Ended
        }
    }

    /// When what an intent wants was lost, as the registry tells: when its provider made its znode anew, or when somebody last
    /// wrote over the very znode. `None` where it was another one, beside it.
    pub fn lost_at(&self, intent: &Intent, now: Moment) -> Option<Moment> {
        let found = self.wanted(intent).find(|instance| !agrees(intent, instance))?;
        let at = match self.cause_of(intent, found) {
            Cause::Reconnected | Cause::Restarted(..) => found.registered_at,
            Cause::Changed(..) => found.written_at,
            Cause::Beside | Cause::Unknown => return None,
        };
        Some(at.max(intent.at).min(now))
    }

    /// What is registered of the instance that an intent is about.
    fn wanted<'a>(&'a self, intent: &'a Intent) -> impl Iterator<Item = &'a Instance> {
        // Another service of the same name may have one at the same address: where the very znode is there, it tells which is meant.
        let own = self.by_path.get(&intent.path).map(|instance| &instance.service);
        let all = self.at(&intent.service, &intent.address);
        all.filter(move |(service, _)| own.is_none_or(|own| service.id == *own))
            .filter_map(|(_, slot)| slot.registered())
    }

    /// Moves the count of what has gone; forgets the oldest where there are too many.
    fn count_gone(&mut self) {
        self.gone += 1;
        if self.gone <= GONE_AT_MOST {
            return;
        }
        let oldest = self
            .services
            .values()
            .flat_map(|s| s.slots.iter().map(move |(k, x)| (s, k, x)))
            .filter(|(_, _, x)| x.presence == Presence::Gone)
            .min_by_key(|(_, _, x)| x.since)
            .map(|(s, k, _)| (s.id.clone(), k.clone()));
        if let Some((id, key)) = oldest
            && let Some(service) = self.services.get_mut(&id)
        {
            service.slots.remove(&key);
            self.gone -= 1;
        }
    }
}

fn agrees(intent: &Intent, instance: &Instance) -> bool {
    match intent.op {
        Op::Drain => instance.admin == RegistryAdmin::Drained,
        // Where rules or vectors weigh it, its own znode goes on telling another number, or none.
        // Where others weigh it, too, callers act on what comes of all.
        Op::Weight(n) => {
            let acts = instance.more.as_ref().and_then(|more| more.acts);
            instance.weight == Some(n) || acts.is_some_and(|acts| acts == n as f64 || intent.ties.acts == Some(acts))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
