//! What an instance counts, under Micrometer's and resilience4j's names, as one page that Prometheus reads. Not traces.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::host::Host;
use crate::demo::call::breaker::Breaker;

type Labels = Vec<(&'static str, String)>;
type Number = Gauge<f64, AtomicU64>;

/// One instance's counters.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Histogram, fn() -> Histogram>,
    cache: Family<Labels, Counter>,
    limited: Family<Labels, Counter>,
    state: Family<Labels, Number>,
    failure_rate: Family<Labels, Number>,
    slow_call_rate: Family<Labels, Number>,
    buffered: Family<Labels, Number>,
    refused: Family<Labels, Number>,
    queue: Number,
}

/// Content type of the page.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All states that resilience4j's one-hot gauge names.
const STATES: [&str; 6] = ["closed", "disabled", "forced_open", "half_open", "metrics_only", "open"];

fn seconds() -> Histogram {
    Histogram::new([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::default();
        let requests = Family::<Labels, Histogram, fn() -> Histogram>::new_with_constructor(seconds);
        registry.register("http_server_requests_seconds", "Duration of HTTP server requests", requests.clone());
        let cache = Family::default();
        registry.register("cache_gets", "Lookups in the response cache", Family::clone(&cache));
        let limited = Family::default();
        registry.register("gateway_requests_limited", "Requests refused by the rate limit", Family::clone(&limited));
        let mut gauge = |name: &str, help: &str| {
            let family = Family::<Labels, Number>::default();
            registry.register(name, help, family.clone());
            family
        };
        let state = gauge("resilience4j_circuitbreaker_state", "The states of the circuit breaker");
        let failure_rate = gauge("resilience4j_circuitbreaker_failure_rate", "The failure rate of the circuit breaker");
        let slow_call_rate =
            gauge("resilience4j_circuitbreaker_slow_call_rate", "The slow call rate of the circuit breaker");
        let buffered = gauge("resilience4j_circuitbreaker_buffered_calls", "The number of buffered calls");
        let refused = gauge("resilience4j_circuitbreaker_not_permitted_calls", "Calls that were not permitted");
        let queue = Number::default();
        registry.register("queue_depth", "Messages that wait in the queue", queue.clone());
        Metrics { registry, requests, cache, limited, state, failure_rate, slow_call_rate, buffered, refused, queue }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &str, uri: &str, status: u16, seconds: f64) {
        let outcome = match status {
            0..=199 => "UNKNOWN",
            200..=299 => "SUCCESS",
            300..=399 => "REDIRECTION",
            400..=499 => "CLIENT_ERROR",
            _ => "SERVER_ERROR",
        };
        let labels = vec![
            ("error", "none".to_owned()),
            ("exception", "none".to_owned()),
            ("method", method.to_owned()),
            ("outcome", outcome.to_owned()),
            ("status", status.to_string()),
            ("uri", uri.to_owned()),
        ];
        self.requests.get_or_create(&labels).observe(seconds);
    }

    /// The response cache was looked into.
    pub fn cached(&self, hit: bool) {
        let result = if hit { "hit" } else { "miss" };
        let labels = vec![("cache", "responses".to_owned()), ("result", result.to_owned())];
        self.cache.get_or_create(&labels).inc();
    }

    /// A request was refused by the rate limit.
    pub fn limited(&self) {
        self.limited.get_or_create(&Vec::new()).inc();
    }

    /// So many messages wait.
    pub fn queue(&self, depth: u64) {
        self.queue.set(depth as f64);
    }

    /// The page, with the breakers as they stand now.
    pub fn page(&self, host: &Host) -> String {
        for (callee, _) in &host.breakers {
            host.breaker(callee, |breaker| self.breaker(callee, breaker));
        }
        let mut page = String::with_capacity(4096);
        encode(&mut page, &self.registry).expect("writing into a String does not fail");
        page
    }

    fn breaker(&self, callee: &str, breaker: &Breaker) {
        let labels = |more: Option<(&'static str, &str)>| {
            let mut labels = vec![("group", "none".to_owned()), ("name", callee.to_owned())];
            labels.extend(more.map(|(key, value)| (key, value.to_owned())));
            labels
        };
        let (figures, now) = (breaker.figures(), breaker.state().word().to_ascii_lowercase());
        for state in STATES {
            self.state.get_or_create(&labels(Some(("state", state)))).set(f64::from(u8::from(state == now)));
        }
        self.failure_rate.get_or_create(&labels(None)).set(figures.failure_rate);
        self.slow_call_rate.get_or_create(&labels(None)).set(figures.slow_call_rate);
        self.buffered.get_or_create(&labels(Some(("kind", "failed")))).set(figures.failed as f64);
        let good = figures.buffered - figures.failed;
        self.buffered.get_or_create(&labels(Some(("kind", "successful")))).set(good as f64);
        let refused = breaker.not_permitted_total as f64;
        self.refused.get_or_create(&labels(Some(("kind", "not_permitted")))).set(refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_names_of_the_wild() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/users/{id}", 200, 0.012);
        metrics.cached(true);
        metrics.breaker("payments-service", &Breaker::new(crate::demo::call::breaker::Config::default()));
        let mut page = String::new();
        encode(&mut page, &metrics.registry).unwrap();
        for line in [
            r#"http_server_requests_seconds_count{error="none",exception="none",method="GET",outcome="SUCCESS",status="200",uri="/users/{id}"} 1"#,
            r#"cache_gets_total{cache="responses",result="hit"} 1"#,
            r#"resilience4j_circuitbreaker_state{group="none",name="payments-service",state="closed"} 1.0"#,
            r#"resilience4j_circuitbreaker_failure_rate{group="none",name="payments-service"} -1.0"#,
        ] {
            assert!(page.contains(line), "{line} is not in\n{page}");
        }
    }
}
