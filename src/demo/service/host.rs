//! The working half of an instance while it lives: everything that its handlers share. Built anew when it is started again.
//! Not its registration, which outlives it as a ghost.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::metrics::Metrics;
use crate::demo::book::{Book, Record};
use crate::demo::call::breaker::Breaker;
use crate::demo::cast::Service;
use crate::demo::member::peers::Peers;
use crate::demo::member::settings::Settings;
use crate::demo::telemetry::Telemetry;

/// What the handlers of one instance share.
pub struct Host {
    /// Which service it is of.
    pub service: &'static Service,
    /// Which one of them, from 0.
    pub ordinal: usize,
    /// Its spans and logs.
    pub telemetry: Arc<Telemetry>,
    /// Its service's settings.
    pub settings: Arc<Settings>,
    /// The cluster's own knowledge.
    pub book: Arc<Book>,
    /// What is known of this instance.
    pub record: Arc<Record>,
    /// The instances of the services that it calls.
    pub peers: Vec<Arc<Peers>>,
    /// A breaker for each of them.
    pub breakers: Vec<(&'static str, Mutex<Breaker>)>,
    /// One pool of connections.
    pub http: reqwest::Client,
    /// Where the queue is.
    pub queue: SocketAddr,
    /// What is wrong with it.
    pub ailment: Ailment,
    /// What it counts.
    pub metrics: Metrics,
    /// What its data is made from.
    pub seed: u64,
}

/// What a fault did to one instance. All zero: it is well.
#[derive(Debug, Default)]
pub struct Ailment {
    /// Every answer takes this much longer, in ms.
    pub latency_ms: AtomicU64,
    /// This many of 100 answers are 500.
    pub error_percent: AtomicU64,
    /// Its storage is lost: it answers 503 and says that it is down.
    pub storage_lost: AtomicBool,
    /// It takes nothing from the queue.
    pub stalled: AtomicBool,
}

/// What its health page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// 200.
    Up,
    /// 503, one of its components is down.
    Down,
}

impl Health {
    /// The word of contract.md section 4.
    pub fn word(self) -> &'static str {
        match self {
            Health::Up => "up",
            Health::Down => "down",
        }
    }
}

impl Host {
    /// What its health page says now. An open breaker leaves it up, as with Spring.
    pub fn health(&self) -> Health {
        if self.ailment.storage_lost.load(Ordering::Relaxed) { Health::Down } else { Health::Up }
    }

    /// How long it works on one answer: its setting, spread as real work is, and what ails it.
    pub fn pace(&self) -> Duration {
        let base = self.settings.number("latency-ms", 2.0);
        // Most take about as long as they should, some take three times as long.
        let spread = 0.6 + 0.5 * fastrand::f64() + 2.0 * fastrand::f64().powi(12);
        let ailing = self.ailment.latency_ms.load(Ordering::Relaxed) as f64 * (0.85 + 0.3 * fastrand::f64());
        Duration::from_secs_f64((base * spread + ailing).min(60_000.0) / 1000.0)
    }

    /// Whether this answer is to be a 500.
    pub fn stumbles(&self) -> bool {
        let ailing = self.ailment.error_percent.load(Ordering::Relaxed) as f64 / 100.0;
        let chance = self.settings.number("error-rate", 0.0).max(ailing);
        chance > 0.0 && fastrand::f64() < chance
    }

    /// A number that is always the same for the same thing in a cluster of the same seed.
    pub fn dice(&self, thing: &str, id: u64) -> u64 {
        let mut value = self.seed ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in thing.bytes() {
            value = (value ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        value ^ (value >> 29)
    }
}
