//! THE table of the demo's services: their names, layouts, ports, weights, whom they call and whom they say they call.
//! Everything else in the demo reads it from here. No code that acts.

/// How a service lays its instances out in ZooKeeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The seed's: `/<service>/<host:port>`, the data is the weight.
    Seed,
    /// Plain Curator x-discovery: `<base>/<service>/<uuid>`, JSON, `enabled`.
    Curator,
    /// Spring Cloud ZooKeeper: Curator's JSON below `/services`, `metadata.instance_status`.
    Spring,
}

/// One service of the cast.
#[derive(Debug)]
pub struct Service {
    /// Its name in the registry and in its telemetry.
    pub name: &'static str,
    /// How it registers.
    pub layout: Layout,
    /// The ports of its instances, where all fixed ports are free.
    pub ports: &'static [u16],
    /// The weights that its instances register with, in the same order.
    pub weights: &'static [u32],
    /// The services that it calls and guards with a breaker each.
    pub calls: &'static [&'static str],
    /// What it says in `depends-on`. The gateway names one that it never calls (payments-service); the mailer does not
    /// name the one that it calls (users-service). Both happen in every real cluster, and Keepwatch should show them.
    pub declares: &'static [&'static str],
}

/// The six services, callers first.
pub static SERVICES: [Service; 6] = [
    Service {
        name: "gateway",
        layout: Layout::Spring,
        ports: &[8080, 8081],
        weights: &[10, 10],
        calls: &["users-service", "articles-service", "orders-service"],
        declares: &["users-service", "articles-service", "orders-service", "payments-service"],
    },
    Service {
        name: "users-service",
        layout: Layout::Seed,
        ports: &[5000, 5010, 5020],
        weights: &[10, 10, 5],
        calls: &[],
        declares: &[],
    },
    Service {
        name: "articles-service",
        layout: Layout::Curator,
        ports: &[5001, 5011, 5021],
        weights: &[10, 10, 10],
        calls: &[],
        declares: &[],
    },
    Service {
        name: "orders-service",
        layout: Layout::Spring,
        ports: &[5002, 5012, 5022],
        weights: &[10, 10, 10],
        calls: &["users-service", "articles-service", "payments-service"],
        declares: &["users-service", "articles-service", "payments-service", "mailer"],
    },
    Service {
        name: "payments-service",
        layout: Layout::Spring,
        ports: &[5003, 5013],
        weights: &[10, 10],
        calls: &[],
        declares: &[],
    },
    Service {
        name: "mailer",
        layout: Layout::Spring,
        ports: &[5004],
        weights: &[10],
        calls: &["users-service"],
        declares: &[],
    },
];

impl Service {
    /// The znode that its instances are children of.
    pub fn parent(&self) -> String {
        match self.layout {
            Layout::Seed => format!("/{}", self.name),
            Layout::Curator => format!("/discovery/{}", self.name),
            Layout::Spring => format!("/services/{}", self.name),
        }
    }

    /// The znode that its settings are children of.
    pub fn settings(&self) -> String {
        format!("/config/{}", self.name)
    }
}

/// The service of that name.
///
/// # Panics
/// When the table has no such service: only names from the table are asked for.
pub fn service(name: &str) -> &'static Service {
    SERVICES.iter().find(|service| service.name == name).expect("the name stands in the table above")
}

/// The settings that the cluster begins with, as `(service, key, value)`; each is a znode that anybody may change.
pub static SETTINGS: [(&str, &str, &str); 22] = [
    ("gateway", "rate-limit-per-second", "2000"),
    ("gateway", "cache-enabled", "true"),
    ("gateway", "log-level", "info"),
    ("gateway", "breaker.sliding-window-size", "100"),
    ("gateway", "breaker.minimum-number-of-calls", "50"),
    ("users-service", "latency-ms", "3"),
    ("users-service", "error-rate", "0"),
    ("users-service", "log-level", "info"),
    ("articles-service", "latency-ms", "4"),
    ("articles-service", "error-rate", "0"),
    ("articles-service", "log-level", "info"),
    ("orders-service", "latency-ms", "2"),
    ("orders-service", "payments-timeout-ms", "800"),
    ("orders-service", "breaker.failure-rate-threshold", "50"),
    ("orders-service", "breaker.wait-duration-ms", "4000"),
    ("orders-service", "breaker.sliding-window-size", "24"),
    ("orders-service", "breaker.minimum-number-of-calls", "12"),
    ("orders-service", "feature.send-mail", "true"),
    ("payments-service", "latency-ms", "18"),
    ("payments-service", "error-rate", "0"),
    ("mailer", "batch-size", "20"),
    ("mailer", "latency-ms", "6"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cast_is_fourteen_instances_on_different_ports() {
        let mut ports: Vec<u16> = SERVICES.iter().flat_map(|service| service.ports).copied().collect();
        assert_eq!(ports.len(), 14);
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 14);
        assert!(SERVICES.iter().all(|service| service.ports.len() == service.weights.len()));
    }

    #[test]
    fn every_name_in_the_table_is_a_service_of_it() {
        for service in &SERVICES {
            let named = service.calls.iter().chain(service.declares);
            assert!(named.copied().all(|name| SERVICES.iter().any(|other| other.name == name)), "{}", service.name);
        }
        assert!(SETTINGS.iter().all(|(name, _, _)| SERVICES.iter().any(|service| service.name == *name)));
    }

    #[test]
    fn one_dependency_is_declared_in_vain_and_one_is_not_declared() {
        let vain = |s: &&Service| s.declares.iter().any(|d| *d != "mailer" && !s.calls.contains(d));
        let hidden = |s: &&Service| s.calls.iter().any(|c| !s.declares.contains(c));
        assert_eq!(SERVICES.iter().filter(vain).map(|s| s.name).collect::<Vec<_>>(), ["gateway"]);
        assert_eq!(SERVICES.iter().filter(hidden).map(|s| s.name).collect::<Vec<_>>(), ["mailer"]);
    }
}
