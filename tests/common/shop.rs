//! The guide's demo shop, told as facts in code: who is registered, how they are, their breakers, traces and log lines,
//! always at the same moments. Journeys, the README's picture and the benches look at it. Not the running demo.

use std::sync::Arc;

use keepwatch::domain::{
    circuit::{BreakerReading, CircuitState},
    fact::{Fact, Link, LinkState, RegistryFact, SourceFact, SourceState},
    health::{Asked, HealthReading, HealthState},
    id::{InstanceId, Layout, ServiceId},
    instance::{Capabilities, Instance, RegistryAdmin},
    intent::{Intent, Op},
    log::{Level, LogFormat, LogLine, LogSource},
    span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
    time::Moment,
};

/// When every story begins: 2026-11-25, 14:00:00 UTC.
pub const BEGIN: Moment = Moment(1_795_615_200_000);

/// A service of the shop: name, layout, addresses with weights, whom it says it calls.
pub type Role = (&'static str, Layout, &'static [(&'static str, i64)], &'static [&'static str]);

/// The shop: 14 instances of 6 services.
pub const CAST: [Role; 6] = [
    (
        "gateway",
        Layout::SPRING,
        &[("127.0.0.2:8080", 10), ("127.0.0.3:8080", 10)],
        &["users-service", "orders-service", "articles-service"],
    ),
    ("users-service", Layout::SEED, &[("127.0.0.4:5001", 10), ("127.0.0.5:5001", 10), ("127.0.0.7:5001", 10)], &[]),
    (
        "orders-service",
        Layout::SPRING,
        &[("127.0.0.4:5002", 4), ("127.0.0.5:5002", 4), ("127.0.0.7:5002", 2)],
        &["users-service", "articles-service", "payments-service", "mailer"],
    ),
    (
        "articles-service",
        Layout::CURATOR,
        &[("127.0.0.6:5003", 10), ("127.0.0.7:5003", 10), ("127.0.0.8:5003", 10)],
        &[],
    ),
    ("payments-service", Layout::SPRING, &[("127.0.0.8:5005", 10), ("127.0.0.9:5005", 10)], &[]),
    ("mailer", Layout::SPRING, &[("127.0.0.9:5006", 10)], &[]),
];

/// The service in its layout's place.
pub fn service(name: &str, layout: Layout) -> ServiceId {
    let parent = if layout == Layout::SEED { format!("/{name}") } else { format!("/services/{name}") };
    ServiceId { name: name.into(), layout, parent: parent.into() }
}

/// The identity of an instance.
pub fn id(service: &str, address: &str) -> InstanceId {
    InstanceId { service: service.into(), address: address.parse().expect("an address of the tests") }
}

/// The bytes of its znode, near enough to its layout's.
pub fn bytes(name: &str, layout: Layout, address: &str, weight: i64) -> String {
    let (host, port) = address.rsplit_once(':').expect("an address of the tests");
    if layout == Layout::SEED {
        return weight.to_string();
    }
    format!(
        r#"{{"name":"{name}","id":"{address}","address":"{host}","port":{port},"payload":{{"metadata":{{"instance_status":"UP","weight":"{weight}"}}}}}}"#
    )
}

/// An instance as its layout would be read.
pub fn instance(name: &str, layout: Layout, address: &str, weight: i64) -> Instance {
    let service = service(name, layout);
    let path = format!("{}/{address}", service.parent);
    let drained = layout == Layout::SEED && weight == 0;
    let metadata = [("weight", weight.to_string()), ("zone", "eu-1a".to_owned())];
    let metadata = metadata.into_iter().filter(|_| layout != Layout::SEED);
    Instance {
        service,
        address: address.parse().ok(),
        path: path.into(),
        admin: if drained { RegistryAdmin::Drained } else { RegistryAdmin::Enabled },
        weight: Some(weight),
        metadata: metadata.map(|(key, value)| (Arc::from(key), Arc::from(value))).collect(),
        depends_on: Vec::new(),
        registered_at: BEGIN.plus(-3_600_000),
        written_at: BEGIN.plus(-3_600_000),
        owner_session: Some(0x1000_0000_0001),
        version: 0,
        czxid: 100,
        mzxid: 100,
        raw: bytes(name, layout, address, weight).into_bytes().into(),
        capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
        more: None,
    }
}

/// It is registered, or what stands there has changed.
pub fn registered(instance: Instance) -> Fact {
    Fact::Registry(RegistryFact::Upsert(Arc::new(instance)))
}

/// The registry's link; while it is not connected, the picture is as of `as_of`.
pub fn link(state: LinkState, at: Moment, as_of: Moment) -> Fact {
    let why = (!state.live()).then(|| "connection refused at 127.0.0.1:2181.".into());
    Fact::Registry(RegistryFact::Link(Link {
        at,
        state,
        as_of: (state != LinkState::Never).then_some(as_of),
        server_version: Some("3.8.0".into()),
        session_timeout_ms: Some(10_000),
        rtt_us: Some(400),
        why,
        lasting: false,
        attempt: 2,
    }))
}

/// The whole registry, complete.
pub fn registry(at: Moment) -> Vec<Fact> {
    let mut facts = vec![link(LinkState::Connected, at, at)];
    for (name, layout, addresses, calls) in CAST {
        for (address, weight) in addresses {
            let depends_on = calls.iter().map(|name| Arc::from(*name)).collect();
            facts.push(registered(Instance { depends_on, ..instance(name, layout, address, *weight) }));
        }
    }
    facts.push(Fact::Registry(RegistryFact::Complete(at)));
    facts
}

/// What an instance said of itself.
pub fn health(name: &str, address: &str, asked: Asked, at: Moment) -> Fact {
    let detail = match &asked {
        Asked::Refused => Some("connection refused".into()),
        Asked::Answered(HealthState::Down) => Some("HTTP 503: status DOWN".into()),
        _ => None,
    };
    let reading = HealthReading {
        at,
        asked,
        source: "GET /actuator/health".into(),
        detail,
        components: vec![("diskSpace".into(), "UP".into())],
        took_ms: Some(3),
        period_ms: 5_000,
    };
    Fact::Health(id(name, address), reading)
}

/// One breaker of a caller's.
pub fn breaker(caller: &str, address: &str, callee: &str, state: CircuitState, at: Moment) -> BreakerReading {
    let open = state.refuses();
    BreakerReading {
        at,
        caller: id(caller, address),
        name: callee.into(),
        callee: callee.into(),
        state,
        failure_rate: Some(if open { 58.0 } else { 0.0 }),
        slow_rate: Some(0.0),
        buffered: Some(50),
        failed: Some(if open { 29 } else { 0 }),
        not_permitted: Some(if open { 12 } else { 0 }),
        source: "GET /actuator/circuitbreakers".into(),
    }
}

/// Everybody is up, every breaker is closed.
pub fn all_well(at: Moment) -> Vec<Fact> {
    let mut facts = breakers(at, |_, _, _| CircuitState::Closed);
    for (name, _, addresses, _) in CAST {
        let up = |(address, _): &(&str, i64)| health(name, address, Asked::Answered(HealthState::Up), at);
        facts.extend(addresses.iter().map(up));
    }
    facts
}

/// Every breaker of everybody, in a state by caller, its address, and callee.
pub fn breakers(at: Moment, state: impl Fn(&str, &str, &str) -> CircuitState) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, _, addresses, calls) in CAST.iter().filter(|(.., calls)| !calls.is_empty()) {
        for (address, _) in *addresses {
            let all = calls.iter().filter(|callee| **callee != "mailer");
            let all = all.map(|callee| breaker(name, address, callee, state(name, address, callee), at)).collect();
            facts.push(Fact::Breakers(id(name, address), all));
        }
    }
    facts
}

/// Spans of one trace, put together step by step; times are in µs from its begin.
struct Told {
    n: u64,
    at: Moment,
    failed: bool,
    spans: Vec<Span>,
}

impl Told {
    fn span(&mut self, parent: u8, kind: SpanKind, name: &str, service: &str, from: u64, to: u64) -> u8 {
        let step = self.spans.len() as u8 + 1;
        let mut trace = [0; 16];
        trace[..8].copy_from_slice(&self.n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        // A request of the same number at another time is another one.
        trace[8..].copy_from_slice(&self.at.0.to_be_bytes());
        let (place, (_, _, addresses, _)) =
            CAST.iter().enumerate().find(|(_, (known, ..))| *known == service).expect("of the cast");
        // Each service takes its turns at its own pace, so that no two of them always meet; payments fails at its second.
        let turn = if service == "payments-service" { u64::from(self.failed) } else { self.n / (place as u64 + 2) };
        let status = if self.failed { "503" } else { "200" };
        let begin = self.at.0 as u64 * 1_000_000;
        self.spans.push(Span {
            trace: TraceId(trace),
            id: SpanId([0, 0, 0, 0, 0, 0, 0, step]),
            parent: (parent > 0).then_some(SpanId([0, 0, 0, 0, 0, 0, 0, parent])),
            name: name.into(),
            kind,
            service: service.into(),
            instance: addresses[turn as usize % addresses.len()].0.parse().ok(),
            start_ns: begin + from * 1_000,
            end_ns: begin + to * 1_000,
            status: if self.failed { SpanStatus::Error } else { SpanStatus::Unset },
            message: if self.failed { "payments answered 503".into() } else { "".into() },
            attributes: vec![("http.response.status_code".into(), status.into())].into(),
            events: Vec::new(),
            links: Vec::new(),
            shares: false,
        });
        step
    }

    /// A call: the caller's span and the callee's within it; the callee's step.
    fn call(&mut self, parent: u8, from: &str, to: &str, name: &str, begin: u64, end: u64) -> u8 {
        let client = self.span(parent, SpanKind::Client, name, from, begin, end);
        self.span(client, SpanKind::Server, name, to, begin + 500, end - 500)
    }
}

/// An order, the `n`th request of the story: through the gateway to orders, which asks users, articles and payments and
/// leaves a message for the mailer. A failed one fails at payments 127.0.0.9:5005, slowly.
pub fn request(n: u64, at: Moment, failed: bool) -> Vec<Span> {
    let mut told = Told { n, at, failed: false, spans: Vec::new() };
    let slow = if failed { 900_000 } else { 0 };
    told.failed = failed;
    let root = told.span(0, SpanKind::Server, "POST /orders", "gateway", 0, 58_000 + slow);
    let orders = told.call(root, "gateway", "orders-service", "POST /orders", 2_000, 56_000 + slow);
    told.failed = false;
    told.call(orders, "orders-service", "users-service", "GET /users/{id}", 4_000, 9_000);
    told.call(orders, "orders-service", "articles-service", "GET /articles/{id}", 10_000, 18_000);
    told.failed = failed;
    told.call(orders, "orders-service", "payments-service", "POST /payments", 19_000, 45_000 + slow);
    if !failed {
        let message = told.span(orders, SpanKind::Producer, "orders publish", "orders-service", 46_000, 47_000);
        told.span(message, SpanKind::Consumer, "orders process", "mailer", 60_000, 140_000);
    }
    told.spans
}

/// A visit: through the gateway to users or articles, the `n`th request of the story.
pub fn visit(n: u64, at: Moment) -> Vec<Span> {
    let mut told = Told { n, at, failed: false, spans: Vec::new() };
    let (callee, name) = match n % 3 {
        0 => ("users-service", "GET /users/{id}"),
        _ => ("articles-service", "GET /articles/{id}"),
    };
    let root = told.span(0, SpanKind::Server, name, "gateway", 0, 11_000);
    told.call(root, "gateway", callee, name, 1_000, 10_000);
    told.spans
}

/// A log line.
pub fn line(at: Moment, level: Level, service: &str, address: &str, message: &str, trace: Option<TraceId>) -> LogLine {
    LogLine {
        at,
        seen_at: at,
        below_ns: 0,
        level,
        service: Some(service.into()),
        instance: address.parse().ok(),
        message: message.into(),
        trace,
        span: None,
        fields: vec![("thread".into(), "worker-1".into())],
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: message.as_bytes().into(),
    }
}

/// The intake of spans and lines listens.
pub fn intake(at: Moment) -> Fact {
    Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state: SourceState::Running })
}

/// The kept intent of a drained users instance.
pub fn intent(address: &str, at: Moment) -> Intent {
    Intent {
        service: "users-service".into(),
        address: address.parse().expect("an address of the tests"),
        path: format!("/users-service/{address}").into(),
        op: Op::Drain,
        by: "ana".into(),
        at,
        reason: Some("kernel update".into()),
        old_weight: Some(10),
        before: Some("10".into()),
        until: None,
        ties: keepwatch::domain::intent::Ties::default(),
    }
}

/// A large registry: services of 20 instances each, well and complete.
pub fn many(instances: usize, at: Moment) -> Vec<Fact> {
    let mut facts = vec![link(LinkState::Connected, at, at)];
    let mut all = Vec::new();
    for n in 0..instances {
        let (name, address) = (format!("service-{:03}", n / 20), nth(n));
        facts.push(registered(instance(&name, Layout::SEED, &address, 10)));
        all.push(health(&name, &address, Asked::Answered(HealthState::Up), at));
    }
    facts.push(Fact::Registry(RegistryFact::Complete(at)));
    facts.extend(all);
    facts
}

/// The address of the `n`th instance of [`many`].
pub fn nth(n: usize) -> String {
    format!("127.{}.{}.{}:8080", n / 62_500 + 1, n / 250 % 250, n % 250 + 1)
}
