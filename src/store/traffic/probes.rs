//! Which requests are somebody's look at a service's health, or at its metrics: no traffic. Told by who asks, or by the path;
//! a business's own route below such a path is traffic.

use crate::domain::{keys::Common, span::Span};

/// Paths that are asked by machines, each by itself.
const EXACT: &[&str] = &[
    "/metrics",
    "/metrics/prometheus",
    "/prometheus",
    "/stats/prometheus",
    "/ping",
    "/-/healthy",
    "/-/ready",
    "/actuator",
];
/// Paths at which, and below which, a service's health alone is asked for: of Kubernetes and of Quarkus.
const BELOW: &[&str] = &["/healthz", "/livez", "/readyz", "/q/health", "/actuator/health", "/actuator/metrics"];
/// What Spring has below its `/actuator`; an actuator may be a business's own word.
const ACTUATOR: &str = "auditevents beans bulkheads caches circuitbreakerevents circuitbreakers conditions configprops env flyway gateway \
    heapdump httpexchanges httptrace info integrationgraph liquibase logfile loggers mappings prometheus quartz \
    ratelimiters refresh retries sbom scheduledtasks serviceregistry sessions shutdown startup threaddump timelimiters";
/// What is asked for below `/health`: all of it, or one of the things that a service needs.
const HEALTH: &str = "alive all broker cache check checks components database db deep dependencies detail detailed details disk full \
    kafka live liveness mongo mysql ping postgres queue rabbitmq readiness ready readyz livez redis self shallow simple \
    started startup startupz status summary zookeeper";
/// How machines that ask for nothing else begin to name themselves.
const AGENTS: &[&str] = &[
    "keepwatch",
    "kube-probe/",
    "Prometheus/",
    "Blackbox Exporter",
    "Blackbox-Exporter",
    "Consul Health Check",
    "GoogleHC/",
    "ELB-HealthChecker/",
    "Amazon-Route53-Health-Check-Service",
    "Envoy/HC",
    "check_http/",
    "Datadog Agent/",
    "Telegraf/",
    "vm_promscrape",
    "Load Balancer Agent",
];

/// Whether a span is somebody's look at a service's health, ours above all.
pub(super) fn is_probe(span: &Span) -> bool {
    let first = |keys: &[Common]| keys.iter().find_map(|key| span.told(*key));
    let agent = span.attributes.commons([Common::Agent, Common::AgentOfOld]).next();
    agent.is_some_and(|agent| AGENTS.iter().any(|prober| agent.starts_with(prober)))
        || first(&[Common::Route, Common::Path, Common::Target]).is_some_and(is_probed)
}

fn is_probed(path: &str) -> bool {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let below = |root: &str| path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
    let part_of = |root: &str, parts: &str| {
        below(root).is_some_and(|rest| {
            parts.split(' ').any(|part| rest.split_once('/').map_or(rest, |(first, _)| first) == part)
        })
    };
    EXACT.contains(&path)
        || path == "/health"
        || part_of("/health", HEALTH)
        || part_of("/actuator", ACTUATOR)
        || BELOW.iter().any(|root| path == *root || below(root).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::span::SpanKind;

    #[test]
    fn machines_that_ask_for_nothing_else_are_known_by_their_names() {
        let asked_by = |agent: &str| {
            let span = crate::store::traffic::tests::span(1, 1, 0, SpanKind::Server, "users", "10.0.0.2:80");
            is_probe(&crate::store::traffic::tests::with(span, "user_agent.original", agent))
        };
        for prober in ["keepwatch/0.1", "kube-probe/1.31", "Prometheus/3.0", "GoogleHC/1.0", "ELB-HealthChecker/2.0"] {
            assert!(asked_by(prober), "{prober}");
        }
        for caller in ["curl/8", "Mozilla/5.0 (X11) Prometheus/3.0", "python-requests/2.32"] {
            assert!(!asked_by(caller), "{caller}");
        }
    }

    #[test]
    fn what_lies_below_health_and_is_no_part_of_it_is_traffic() {
        for probe in [
            "/health",
            "/health/",
            "/health?full=1",
            "/health/ready",
            "/health/liveness",
            "/actuator/health/readiness",
            "/actuator/health/{*path}",
            "/actuator/prometheus",
            "/q/health/live",
            "/metrics",
            "/healthz",
            "/health/db",
            "/health/detailed",
            "/actuator/loggers/com.example",
            "/actuator/env",
            "/metrics/prometheus",
            "/readyz/etcd",
        ] {
            assert!(is_probed(probe), "{probe}");
        }
        for route in [
            "/health/records/{id}",
            "/actuator/{id}/move",
            "/healthy-recipes",
            "/metrics/{tenant}",
            "/ping/pong",
            "/",
            "",
            "/actuator/orders",
        ] {
            assert!(!is_probed(route), "{route}");
        }
    }
}
