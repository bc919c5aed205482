//! The loop behind [`super::Prober`]: keeps the queue, starts rounds while there is room, takes them back. One task for all
//! instances, one short-lived task for each round.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::Utc;
use reqwest::Client;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::health::{Asked, HealthReading};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

use super::super::circuit::Callees;
use super::super::http;
use super::ask::Asker;
use super::budget::{Budget, Periods};
use super::guard::Guard;
use super::lore::Lore;
use super::queue::{Key, Queue};
use super::round::{Ended, Memory, Turn};
use super::{Options, ProbeTarget, Wanted};

/// How many rounds run at the same time.
const AT_ONCE: usize = 64;

/// The first instance of each service goes ahead of the others by this, so that what it teaches is known to them.
const STAGGER: Duration = Duration::from_millis(30);

/// The longest that an instance waits for its first turn for that reason.
const STAGGER_MOST: Duration = Duration::from_millis(900);

/// Connections are kept for the next round only while rounds come at least this often.
const KEEP: Duration = Duration::from_millis(3_500);

/// How often periods are worked out anew.
const RECKON: Duration = Duration::from_secs(1);

/// What all rounds share.
struct Shared {
    client: Client,
    guard: Guard,
    budget: Budget,
    lore: Lore,
    mailbox: Arc<dyn Mailbox>,
}

struct Slot {
    target: Arc<ProbeTarget>,
    /// `None` while a round has it.
    memory: Option<Memory>,
    preferred: bool,
    ill: bool,
    requests: f64,
}

impl Slot {
    fn first(&self) -> bool {
        self.preferred || self.ill
    }
}

struct Prober {
    shared: Arc<Shared>,
    slots: HashMap<Key, Slot>,
    keys: HashMap<InstanceId, Key>,
    /// Those that may not be asked, and were told so.
    denied: HashSet<InstanceId>,
    next_key: Key,
    queue: Queue,
    rounds: JoinSet<(Memory, Ended)>,
    under_way: HashMap<Id, (Key, Arc<str>)>,
    periods: Periods,
    reckoned: Instant,
    wanted: Wanted,
    callees: Arc<Callees>,
}

/// The source of every reading of one that may not be asked.
static DENIED: LazyLock<Arc<str>> = LazyLock::new(|| "--probe".into());

fn now() -> Moment {
    Moment(Utc::now().timestamp_millis())
}

/// Runs until it is dropped, or nobody can want anything any more.
pub async fn run(options: Options, mailbox: Arc<dyn Mailbox>, mut changes: watch::Receiver<Wanted>) {
    let guard = Guard::new(options.probe, options.local);
    let told = |state| mailbox.put(Fact::Source(SourceFact { at: now(), name: "health".into(), state }));
    let client = match http::client(Arc::new(guard.clone())) {
        Ok(client) => client,
        Err(error) => {
            told(SourceState::Failed(format!("health: no client for HTTP can be set up: {error}").into()));
            return;
        }
    };
    told(SourceState::Running);
    let wanted = changes.borrow_and_update().clone();
    let lore = Lore::default();
    let mut prober = Prober {
        shared: Arc::new(Shared { client, guard, budget: Budget::new(), lore, mailbox }),
        slots: HashMap::new(),
        keys: HashMap::new(),
        denied: HashSet::new(),
        next_key: 0,
        queue: Queue::default(),
        rounds: JoinSet::new(),
        under_way: HashMap::new(),
        periods: Periods::of(0.0, 0.0),
        reckoned: Instant::now(),
        callees: Arc::new(Callees::new(&wanted.services)),
        wanted,
    };
    prober.take_targets();
    loop {
        prober.begin_rounds();
        let due = prober.queue.next_due().filter(|_| prober.rounds.len() < AT_ONCE);
        let sleep = sleep_until(due.unwrap_or_else(|| Instant::now() + Duration::from_secs(3_600)));
        tokio::select! {
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                let wanted = changes.borrow_and_update().clone();
                prober.change(wanted);
            }
            Some(ended) = prober.rounds.join_next_with_id() => prober.end_round(ended),
            () = sleep => {}
        }
    }
}

impl Prober {
    fn change(&mut self, wanted: Wanted) {
        let before = std::mem::replace(&mut self.wanted, wanted);
        if !Arc::ptr_eq(&before.services, &self.wanted.services) {
            self.callees = Arc::new(Callees::new(&self.wanted.services));
        }
        if !Arc::ptr_eq(&before.targets, &self.wanted.targets) {
            self.take_targets();
        }
        if !Arc::ptr_eq(&before.prefer, &self.wanted.prefer) {
            self.take_preferred(&before.prefer);
        }
    }

    fn take_targets(&mut self) {
        let targets = Arc::clone(&self.wanted.targets);
        let there: HashSet<&InstanceId> = targets.iter().map(|target| &target.id).collect();
        let gone: Vec<Key> = self.keys.iter().filter(|(id, _)| !there.contains(id)).map(|(_, key)| *key).collect();
        gone.into_iter().for_each(|key| self.drop_slot(key));
        self.denied.retain(|id| there.contains(id));

        let prefer = Arc::clone(&self.wanted.prefer);
        let preferred: HashSet<&InstanceId> = prefer.iter().collect();
        let (mut reasons, at): (HashMap<String, Arc<str>>, _) = (HashMap::new(), now());
        let mut of_service: HashMap<Arc<str>, u32> = HashMap::new();
        let mut fresh = Vec::new();
        for target in targets.iter().filter(|target| target.layout.probed()) {
            match self.keys.get(&target.id) {
                Some(key) if self.slots.get(key).is_some_and(|slot| *slot.target == *target) => continue,
                // Its hints changed: what was learnt may be wrong now.
                Some(&key) => self.drop_slot(key),
                None => {}
            }
            let denied = || self.shared.guard.denies_host(target.id.address.host(), target.port());
            if let Some(why) = target.hints.refused().or_else(denied) {
                if self.denied.insert(target.id.clone()) {
                    let detail = reasons.entry(why).or_insert_with_key(|why| why.as_str().into());
                    self.shared.mailbox.put(Fact::Health(target.id.clone(), not_asked(detail, at)));
                }
                continue;
            }
            self.denied.remove(&target.id);
            let nth = of_service.entry(Arc::clone(&target.id.service)).or_default();
            fresh.push((target, *nth));
            *nth += 1;
        }
        let begin = Instant::now();
        for (target, nth) in fresh {
            let first = preferred.contains(&target.id);
            self.add(target.clone(), begin + (STAGGER * nth).min(STAGGER_MOST), first);
        }
        let services: HashSet<&str> = targets.iter().map(|target| &*target.id.service).collect();
        self.shared.lore.keep(|service| services.contains(service));
        self.reckon();
    }

    fn add(&mut self, target: ProbeTarget, due: Instant, preferred: bool) {
        let key = self.next_key;
        self.next_key += 1;
        // Two znodes of one address are one instance here.
        if let Some(other) = self.keys.insert(target.id.clone(), key) {
            self.queue.remove(other);
            self.slots.remove(&other);
        }
        let memory = Some(Memory::default());
        self.slots.insert(key, Slot { target: Arc::new(target), memory, preferred, ill: false, requests: 1.0 });
        self.queue.put(key, due, preferred);
    }

    fn drop_slot(&mut self, key: Key) {
        self.queue.remove(key);
        if let Some(slot) = self.slots.remove(&key) {
            self.keys.remove(&slot.target.id);
        }
    }

    fn take_preferred(&mut self, before: &[InstanceId]) {
        let prefer = Arc::clone(&self.wanted.prefer);
        let now_preferred: HashSet<&InstanceId> = prefer.iter().collect();
        for id in before.iter().filter(|id| !now_preferred.contains(id)).chain(prefer.iter()) {
            let Some(key) = self.keys.get(id) else { continue };
            let Some(slot) = self.slots.get_mut(key) else { continue };
            slot.preferred = now_preferred.contains(id);
            // Whoever was just selected is looked at within one short period, however long its own was.
            let soon = Instant::now() + self.periods.first.mul_f64(fastrand::f64() / 2.0);
            self.queue.promote(
                *key,
                if slot.preferred { soon } else { Instant::now() + self.periods.rest },
                slot.preferred,
            );
        }
        self.reckon();
    }

    fn begin_rounds(&mut self) {
        while self.rounds.len() < AT_ONCE {
            let slots = &self.slots;
            let host_of = |key| slots.get(&key).map(|slot| -> Arc<str> { slot.target.id.address.host().into() });
            let Some(key) = self.queue.next(Instant::now(), host_of) else { return };
            let Some(slot) = self.slots.get_mut(&key) else { continue };
            let host: Arc<str> = slot.target.id.address.host().into();
            let mut memory = slot.memory.take().unwrap_or_default();
            let (shared, target, callees) =
                (Arc::clone(&self.shared), Arc::clone(&slot.target), Arc::clone(&self.callees));
            let (periods, preferred, link) = (self.periods, slot.preferred, self.wanted.link);
            let close = if slot.first() { periods.first } else { periods.rest } > KEEP;
            let round = async move {
                let asker = Asker {
                    target: &target,
                    client: &shared.client,
                    guard: &shared.guard,
                    budget: &shared.budget,
                    close,
                };
                let (mailbox, lore) = (&*shared.mailbox, &shared.lore);
                let turn = Turn { asker, periods, preferred, link, callees: &callees, mailbox, lore, now };
                let ended = memory.round(&turn).await;
                (memory, ended)
            };
            let id = self.rounds.spawn(round).id();
            self.under_way.insert(id, (key, host));
        }
    }

    fn end_round(&mut self, ended: Result<(Id, (Memory, Ended)), tokio::task::JoinError>) {
        let (id, result) = match ended {
            Ok((id, result)) => (id, Some(result)),
            Err(error) => {
                tracing::error!("a round of asking failed: {error}");
                (error.id(), None)
            }
        };
        let Some((key, host)) = self.under_way.remove(&id) else { return };
        let slots = &self.slots;
        self.queue.done(&host, |parked| slots.contains_key(&parked));
        if let Some(slot) = self.slots.get_mut(&key) {
            // A round that failed forgot everything; it is begun anew, not at once.
            let again = Ended { wait: Duration::from_secs(30), ill: false, requests: 1.0 };
            let (memory, ended) = result.unwrap_or_else(|| (Memory::default(), again));
            slot.memory = Some(memory);
            (slot.ill, slot.requests) = (ended.ill, ended.requests);
            let mut wait = ended.wait.mul_f64(0.95 + fastrand::f64() / 10.0);
            if slot.preferred {
                // It may have been selected while it was being asked.
                wait = wait.min(self.periods.first.max(Duration::from_secs(5)));
            }
            // The ill come sooner, but do not go ahead of those that were never asked yet.
            self.queue.put(key, Instant::now() + wait, slot.preferred);
        }
        if self.reckoned.elapsed() >= RECKON {
            self.reckon();
        }
    }

    fn reckon(&mut self) {
        let (mut first, mut rest) = (0.0, 0.0);
        for slot in self.slots.values() {
            *if slot.first() { &mut first } else { &mut rest } += slot.requests;
        }
        self.periods = Periods::of(first, rest);
        self.reckoned = Instant::now();
    }
}

/// The one reading of an instance that may not be asked.
fn not_asked(detail: &Arc<str>, at: Moment) -> HealthReading {
    HealthReading {
        at,
        asked: Asked::NotAsked,
        source: Arc::clone(&DENIED),
        detail: Some(Arc::clone(detail)),
        components: Vec::new(),
        took_ms: None,
        period_ms: 0,
    }
}
