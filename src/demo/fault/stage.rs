//! What a fault has to work with: the instances, the registry from inside and from outside, and the word that it is to end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use zookeeper_client::Client;

use crate::demo::instance::Instance;
use crate::demo::member::{SESSION, close};
use crate::demo::registry::Control;

/// What all faults share.
#[derive(Clone)]
pub struct Ground {
    /// All instances.
    pub instances: Arc<[Arc<Instance>]>,
    /// The registry, from inside.
    pub control: Control,
    /// The registry, from outside.
    pub registry: SocketAddr,
    /// What choices are drawn from.
    pub seed: u64,
}

/// What one run of a fault has.
pub struct Stage {
    /// What all faults share.
    pub ground: Ground,
    told: CancellationToken,
    /// Changes from run to run, so that it is not always the same instance's turn.
    turn: u64,
    end: Option<tokio::time::Instant>,
}

impl Stage {
    pub(super) fn new(ground: Ground, told: CancellationToken, turn: u64, limit: Option<Duration>) -> Stage {
        Stage { ground, told, turn, end: limit.map(|limit| tokio::time::Instant::now() + limit) }
    }

    /// Waits until the fault is to end: told so, or its time is over.
    pub async fn lasts(&self) {
        let over = async {
            match self.end {
                Some(end) => tokio::time::sleep_until(end).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.told.cancelled() => {}
            () = over => {}
        }
    }

    /// Waits, less if the fault is to end; `true` if it goes on.
    pub async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.lasts() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// The instances of a service, in order.
    pub fn of(&self, service: &str) -> Vec<Arc<Instance>> {
        self.ground.instances.iter().filter(|instance| instance.record.service.name == service).cloned().collect()
    }

    /// One of the living, registered instances of these services; where there is a choice, one whose breakers are all closed,
    /// so that a fault shows itself and not what an earlier one left behind.
    pub fn one_of(&self, services: &[&str]) -> Option<Arc<Instance>> {
        let living = |instance: &&Arc<Instance>| {
            let record = &instance.record;
            services.contains(&record.service.name) && instance.host().is_some() && record.entry().is_some()
        };
        let mut living: Vec<&Arc<Instance>> = self.ground.instances.iter().filter(living).collect();
        if living.iter().any(|instance| instance.is_unhurt()) {
            living.retain(|instance| instance.is_unhurt());
        }
        let mut rng = fastrand::Rng::with_seed(self.ground.seed.wrapping_add(self.turn << 32));
        rng.choice(living).cloned()
    }

    /// A session of an operator's own; tried for while the registry does not answer, a minute at most.
    pub async fn operator(&self) -> Option<Client> {
        for _ in 0..200 {
            let connector = Client::connector().with_session_timeout(SESSION).with_fail_eagerly();
            if let Ok(client) = connector.connect(&self.ground.registry.to_string()).await {
                return Some(client);
            }
            tokio::time::sleep(SESSION / 33).await;
        }
        None
    }

    /// Overwrites a znode as an operator would; returns what it held. `None`: there is no such node, or no registry.
    pub async fn overwrite(&self, path: &str, data: &[u8]) -> Option<Vec<u8>> {
        let client = self.operator().await?;
        let before = match client.get_data(path).await {
            Ok((before, _)) => client.set_data(path, data, None).await.ok().map(|_| before),
            Err(_) => None,
        };
        close(client).await;
        before
    }

    /// Puts back what [`Stage::overwrite`] found, unless somebody else changed it meanwhile.
    pub async fn put_back(&self, path: &str, mine: &[u8], before: &[u8]) {
        let Some(client) = self.operator().await else { return };
        if let Ok((now, stat)) = client.get_data(path).await
            && now == mine
        {
            // A conflict is somebody else's change: it stays.
            let _ = client.set_data(path, before, Some(stat.version)).await;
        }
        close(client).await;
    }
}
