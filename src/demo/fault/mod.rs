//! What goes wrong in the demo, on purpose. THE table is [`FAULTS`]; each fault is a file with one async function: it does its
//! harm, waits until it is to end, and undoes it. This file starts and ends them; it knows none of them.

mod bad_node;
mod errors;
mod flap;
mod kill;
mod queue;
mod rate_limit;
mod registry_link;
mod session;
mod setting;
mod shard;
mod slow;
mod stage;
mod weight;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use stage::{Ground, Stage};

/// One kind of fault.
pub struct Fault {
    /// What it is called by.
    pub name: &'static str,
    /// What happens, in words.
    pub title: &'static str,
    /// How long the default cycle shows it.
    pub shown: Duration,
    /// What it does; it is over when this is.
    pub run: fn(Stage) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// All of them, in the order of the default cycle.
pub static FAULTS: [Fault; 12] = [
    weight::FAULT,
    slow::FAULT,
    kill::FAULT,
    setting::FAULT,
    session::FAULT,
    errors::FAULT,
    queue::FAULT,
    shard::FAULT,
    flap::FAULT,
    registry_link::FAULT,
    rate_limit::FAULT,
    bad_node::FAULT,
];

/// Before the first fault of the default cycle.
const CALM: Duration = Duration::from_secs(30);
/// Between two faults of the cycle: time enough for breakers to close again.
const REST: Duration = Duration::from_secs(5);

/// A fault as told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultView {
    /// What it is called by.
    pub name: &'static str,
    /// What happens, in words.
    pub title: &'static str,
    /// Whether it is at work.
    pub active: bool,
}

struct Running {
    told: CancellationToken,
    over: CancellationToken,
}

struct Inner {
    ground: Ground,
    running: Mutex<BTreeMap<&'static str, Running>>,
    begun: AtomicU64,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A hand on the faults. Cheap to clone.
#[derive(Clone)]
pub struct Faults {
    inner: Arc<Inner>,
}

fn find(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

/// Whether there is such a fault.
pub fn known(name: &str) -> bool {
    find(name).is_some()
}

impl Faults {
    pub(super) fn new(ground: Ground, stop: CancellationToken) -> Faults {
        Faults {
            inner: Arc::new(Inner {
                ground,
                running: Mutex::default(),
                begun: AtomicU64::new(0),
                tasks: TaskTracker::new(),
                stop,
            }),
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<&'static str, Running>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them.
    pub fn list(&self) -> Vec<FaultView> {
        let running = self.running();
        let view = |fault: &Fault| FaultView {
            name: fault.name,
            title: fault.title,
            active: running.contains_key(fault.name),
        };
        FAULTS.iter().map(view).collect()
    }

    /// Whether it is at work.
    pub fn active(&self, name: &str) -> bool {
        self.running().contains_key(name)
    }

    /// Starts one, unless it is at work; `false`: there is no such fault. It lasts until it is stopped, or as long as its
    /// nature is. Must be called within the runtime that the cluster was started in.
    pub fn start(&self, name: &str) -> bool {
        self.begin(name, None)
    }

    /// Tells one to end and undo what it did; `false`: there is no such fault.
    pub fn stop(&self, name: &str) -> bool {
        if let Some(running) = self.running().get(name) {
            running.told.cancel();
        }
        known(name)
    }

    /// Waits until it is no longer at work.
    pub async fn over(&self, name: &str) {
        let over = self.running().get(name).map(|running| running.over.clone());
        if let Some(over) = over {
            over.cancelled().await;
        }
    }

    fn begin(&self, name: &str, limit: Option<Duration>) -> bool {
        let Some(fault) = find(name) else { return false };
        let (told, over) = (self.inner.stop.child_token(), CancellationToken::new());
        {
            let mut running = self.running();
            if running.contains_key(fault.name) || self.inner.stop.is_cancelled() {
                return true;
            }
            running.insert(fault.name, Running { told: told.clone(), over: over.clone() });
        }
        let turn = self.inner.begun.fetch_add(1, Ordering::Relaxed);
        let stage = Stage::new(self.inner.ground.clone(), told, turn, limit);
        let faults = self.clone();
        self.inner.tasks.spawn(async move {
            tracing::info!("demo: fault {} begins: {}", fault.name, fault.title);
            (fault.run)(stage).await;
            faults.running().remove(fault.name);
            over.cancel();
            tracing::info!("demo: fault {} is over", fault.name);
        });
        true
    }

    /// Begins the default cycle: calm at first, then each kind in turn, over and over.
    pub(super) fn cycle(&self) {
        let faults = self.clone();
        self.inner.tasks.spawn(async move {
            let stop = faults.inner.stop.clone();
            let showing = async {
                tokio::time::sleep(CALM).await;
                loop {
                    for fault in &FAULTS {
                        faults.begin(fault.name, Some(fault.shown));
                        faults.over(fault.name).await;
                        tokio::time::sleep(REST).await;
                    }
                }
            };
            let _ = stop.run_until_cancelled(showing).await;
        });
    }

    /// Starts one after some seconds.
    pub(super) fn later(&self, name: &str, wait: Duration) {
        let (faults, name) = (self.clone(), name.to_owned());
        self.inner.tasks.spawn(async move {
            let stop = faults.inner.stop.clone();
            if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                faults.start(&name);
            }
        });
    }

    /// Waits until no fault is at work any more; they are told by the token that they were made with.
    pub(super) async fn ended(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_faults_are_in_the_table_and_a_round_takes_three_minutes() {
        for name in
            ["kill", "slow", "errors", "flap", "session", "weight", "setting", "shard", "queue", "registry-link"]
        {
            assert!(known(name), "{name}");
        }
        assert!(!known("no-such-fault"));
        let round: Duration = FAULTS.iter().map(|fault| fault.shown + REST).sum();
        assert!(round <= Duration::from_secs(180), "{round:?}");
    }
}
