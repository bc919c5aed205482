//! What the cluster knows of itself: per instance whether it lives, what its znode says, what it served and how fast; who
//! called whom; what the gateways took. Kept by the services as they work, never read from Keepwatch: `GET /truth`.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::cast::Service;
use super::member::payload::Entry;
use super::service::host::Host;

/// Latencies older than this are no longer told.
const RECENT: Duration = Duration::from_secs(10);
/// Nor are more of them than this.
const MOST: usize = 512;

/// Everything that is known.
#[derive(Default)]
pub struct Book {
    /// One for each instance of the cast, in its order.
    pub records: Vec<Arc<Record>>,
    edges: Mutex<BTreeMap<(String, String), u64>>,
    /// Requests that the gateways took.
    pub requests: AtomicU64,
    /// Those that they answered with 5xx.
    pub errors: AtomicU64,
}

/// What is known of one instance.
pub struct Record {
    /// Which service it is of.
    pub service: &'static Service,
    /// Which one of them, from 0.
    pub ordinal: usize,
    /// Where it listens.
    pub address: SocketAddr,
    served: AtomicU64,
    entry: Mutex<Option<Entry>>,
    latencies: Mutex<VecDeque<(Instant, Duration)>>,
    host: Mutex<Option<Arc<Host>>>,
}

impl Record {
    /// Of an instance that has not been started yet.
    pub fn new(service: &'static Service, ordinal: usize, address: SocketAddr) -> Record {
        let (served, entry, latencies, host) = Default::default();
        Record { service, ordinal, address, served, entry, latencies, host }
    }

    /// The instance began (its working half) or ended (`None`).
    pub fn lives(&self, host: Option<Arc<Host>>) {
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = host;
    }

    /// The working half of the instance; `None` while it is dead.
    pub fn host(&self) -> Option<Arc<Host>> {
        self.host.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What its own watch on its znode read; `None`: there is no such znode.
    pub fn registered(&self, entry: Option<Entry>) {
        *self.entry.lock().unwrap_or_else(PoisonError::into_inner) = entry;
    }

    /// What its znode says.
    pub fn entry(&self) -> Option<Entry> {
        self.entry.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A call began; probes are not calls.
    pub fn called(&self) {
        self.served.fetch_add(1, Ordering::Relaxed);
    }

    /// A call ended.
    pub fn took(&self, now: Instant, duration: Duration) {
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        latencies.push_back((now, duration));
        while latencies.len() > MOST {
            latencies.pop_front();
        }
    }

    /// The time within which 95 of 100 recent calls were answered, in ms; `None` without any.
    pub fn p95_ms(&self, now: Instant) -> Option<f64> {
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        while latencies.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) > RECENT) {
            latencies.pop_front();
        }
        let mut sorted: Vec<Duration> = latencies.iter().map(|(_, duration)| *duration).collect();
        sorted.sort_unstable();
        let rank = (sorted.len() * 95).div_ceil(100).checked_sub(1)?;
        sorted.get(rank).map(|duration| (duration.as_secs_f64() * 1e4).round() / 10.0)
    }

    fn truth(&self, now: Instant) -> Value {
        let (host, entry) = (self.host(), self.entry());
        let health = host.as_ref().map_or("down", |host| host.health().word());
        json!({
            "alive": host.is_some(), "registered": entry.is_some(), "health": health,
            "weight": entry.and_then(|entry| entry.weight),
            "served": self.served.load(Ordering::Relaxed), "latency_ms": self.p95_ms(now),
        })
    }
}

impl Book {
    /// The record of an instance by its address.
    pub fn record(&self, address: SocketAddr) -> Option<&Arc<Record>> {
        self.records.iter().find(|record| record.address == address)
    }

    /// The instances of a service.
    pub fn of(&self, service: &str) -> impl Iterator<Item = &Arc<Record>> {
        self.records.iter().filter(move |record| record.service.name == service)
    }

    /// One service called another.
    pub fn edge(&self, from: &str, to: &str) {
        let mut edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        match edges.get_mut(&(from.to_owned(), to.to_owned())) {
            Some(calls) => *calls += 1,
            None => {
                edges.insert((from.to_owned(), to.to_owned()), 1);
            }
        }
    }

    /// All of it, in the shape that contract.md section 3 gives.
    pub fn truth(&self, now: Instant) -> Value {
        let (mut services, mut circuits, mut config) = (Map::new(), Vec::new(), Map::new());
        for record in &self.records {
            let name = record.service.name;
            let service = services.entry(name).or_insert_with(|| json!({ "instances": {} }));
            service["instances"][record.address.to_string()] = record.truth(now);
            let Some(host) = record.host() else { continue };
            for (callee, state) in host.circuits() {
                let instance = record.address.to_string();
                circuits.push(json!({ "caller": name, "instance": instance, "callee": callee, "state": state }));
            }
            config.entry(name).or_insert_with(|| json!(*host.settings.all()));
        }
        let edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        let edges: Vec<Value> =
            edges.iter().map(|((from, to), calls)| json!({ "from": from, "to": to, "calls": calls })).collect();
        json!({
            "services": services, "edges": edges, "circuits": circuits, "config": config,
            "requests": self.requests.load(Ordering::Relaxed), "errors": self.errors.load(Ordering::Relaxed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast;

    #[test]
    fn latency_is_that_of_recent_calls() {
        let record = Record::new(cast::service("mailer"), 0, SocketAddr::from(([127, 0, 0, 1], 1)));
        let start = Instant::now();
        assert_eq!(record.p95_ms(start), None);
        for n in 1..=100 {
            record.took(start, Duration::from_millis(n));
        }
        assert_eq!(record.p95_ms(start), Some(95.0));
        assert_eq!(record.p95_ms(start + RECENT * 2), None);
    }

    #[test]
    fn truth_is_null_where_nothing_is_known() {
        let mut book = Book::default();
        let address = SocketAddr::from(([127, 0, 0, 1], 5004));
        book.records.push(Arc::new(Record::new(cast::service("mailer"), 0, address)));
        book.edge("orders-service", "mailer");
        book.edge("orders-service", "mailer");
        let truth = book.truth(Instant::now());
        let instance = &truth["services"]["mailer"]["instances"]["127.0.0.1:5004"];
        assert_eq!(
            instance.to_string(),
            r#"{"alive":false,"registered":false,"health":"down","weight":null,"served":0,"latency_ms":null}"#
        );
        assert_eq!(truth["edges"].to_string(), r#"[{"from":"orders-service","to":"mailer","calls":2}]"#);
    }
}
