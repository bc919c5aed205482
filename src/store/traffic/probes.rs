//! Which requests are somebody's look at a service's health, or at its metrics: no traffic. Told by who asks, or by the path;
//! a business's own route below such a path is traffic.

use crate::domain::span::Span;

/// Paths that are asked by machines, each by itself.
const EXACT: &[&str] = &[
    "/healthz",
    "/livez",
    "/readyz",
    "/metrics",
    "/ping",
    "/-/healthy",
    "/-/ready",
    "/actuator",
    "/actuator/prometheus",
    "/actuator/metrics",
    "/actuator/info",
];
/// Paths under which the parts of a service's health are asked for, too: any, or those of these names.
const ABOVE_ALL: &[&str] = &["/actuator/health", "/q/health", "/actuator/metrics"];
const HEALTH: &str = "/health";
const PARTS: &[&str] =
    &["live", "ready", "liveness", "readiness", "started", "startup", "startupz", "livez", "readyz", "status", "check"];

/// Whether a span is somebody's look at a service's health, ours above all.
pub(super) fn is_probe(span: &Span) -> bool {
    let (mut agent, mut paths) = (None, [None; 3]);
    for (key, value) in &span.attributes {
        match &**key {
            "user_agent.original" | "http.user_agent" if agent.is_none() => agent = Some(value),
            "http.route" => paths[0] = Some(value),
            "url.path" => paths[1] = Some(value),
            "http.target" => paths[2] = Some(value),
            _ => {}
        }
    }
    agent.is_some_and(|agent| agent.starts_with("keepwatch"))
        || paths.into_iter().flatten().next().is_some_and(|path| is_probed(path))
}

fn is_probed(path: &str) -> bool {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let below = |root: &str| path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
    EXACT.contains(&path)
        || path == HEALTH
        || below(HEALTH).is_some_and(|part| PARTS.contains(&part))
        || ABOVE_ALL.iter().any(|root| path == *root || below(root).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(is_probed(probe), "{probe}");
        }
        for route in
            ["/health/records/{id}", "/healthy-recipes", "/metrics/{tenant}", "/ping/pong", "/", "", "/actuator/orders"]
        {
            assert!(!is_probed(route), "{route}");
        }
    }
}
