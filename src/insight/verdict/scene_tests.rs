//! Small scenes for the tests of rules: a cluster told in a few words.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    domain::{
        circuit::{BreakerReading, CircuitState},
        fact::{Fact, Link, LinkState, RegistryFact, SourceFact, SourceState},
        health::{Asked, HealthReading},
        id::{InstanceId, Layout, ServiceId},
        instance::{Capabilities, Instance, RegistryAdmin},
        intent::{Intent, Op},
        span::{Span, SpanId, SpanKind, SpanStatus, TraceId},
        time::Moment,
        verdict::{Severity, Verdict},
    },
    insight::cluster,
    store::{World, registry::Expected},
};

/// A world that facts are told to, a millisecond apart.
pub(crate) struct Scene {
    pub(crate) world: World,
    now: Moment,
    /// Spans that were told: each has an id of its own.
    spans: u64,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Scene { world: World::new(Expected::default(), Moment(1)), now: Moment(1), spans: 0 }
    }

    pub(crate) fn expecting(service: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
        let expected = Expected { services: [(service.into(), addresses)].into(), depends_on: BTreeMap::new() };
        Scene { world: World::new(expected, Moment(1)), now: Moment(1), spans: 0 }
    }

    pub(crate) fn now(&self) -> Moment {
        self.now
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        self.now = self.now.plus(1);
        self.world.apply(&fact, self.now);
    }

    pub(crate) fn complete(&mut self) {
        self.tell(Fact::Registry(RegistryFact::Complete(self.now)));
    }

    pub(crate) fn link(&mut self, state: LinkState) {
        let link = Link {
            at: self.now,
            state,
            as_of: Some(self.now),
            server_version: None,
            session_timeout_ms: None,
            rtt_us: None,
            why: None,
            lasting: false,
            attempt: 1,
        };
        self.tell(Fact::Registry(RegistryFact::Link(link)));
    }

    pub(crate) fn registered(&mut self, service: &str, address: &str, weight: i64) {
        let path = format!("/{service}/{address}");
        let stamp = self.now.0;
        self.tell(Fact::Registry(RegistryFact::Upsert(Arc::new(Instance {
            service: ServiceId { name: service.into(), layout: Layout::SEED, parent: format!("/{service}").into() },
            address: address.parse().ok(),
            path: path.into(),
            admin: if weight == 0 { RegistryAdmin::Drained } else { RegistryAdmin::Enabled },
            weight: Some(weight),
            metadata: BTreeMap::new(),
            depends_on: Vec::new(),
            registered_at: Moment(0),
            written_at: Moment(0),
            owner_session: Some(1),
            version: 0,
            czxid: 1,
            mzxid: stamp,
            raw: Arc::from(weight.to_string().as_bytes()),
            capabilities: Arc::new(Capabilities { drain: Ok(()), weight: Ok(()), deregister: Ok(()) }),
            more: None,
        }))));
    }

    /// The znode of one that is registered tells no weight any more.
    pub(crate) fn weightless(&mut self, service: &str, address: &str) {
        let path = format!("/{service}/{address}");
        let mut told = self.world.registry.instance(&path).expect("it is registered").clone();
        (told.weight, told.admin, told.mzxid) = (None, RegistryAdmin::Unknown, self.now.0 + 1);
        self.tell(Fact::Registry(RegistryFact::Upsert(Arc::new(told))));
    }

    pub(crate) fn id(service: &str, address: &str) -> InstanceId {
        InstanceId { service: service.into(), address: address.parse().unwrap() }
    }

    pub(crate) fn says(&mut self, service: &str, address: &str, asked: Asked, detail: Option<&str>) {
        let reading = HealthReading {
            at: self.now,
            asked,
            source: "GET /health".into(),
            detail: detail.map(Into::into),
            components: Vec::new(),
            took_ms: None,
            period_ms: 2000,
        };
        self.tell(Fact::Health(Scene::id(service, address), reading));
    }

    pub(crate) fn breaker(&mut self, caller: &str, address: &str, callee: &str, state: CircuitState) {
        let id = Scene::id(caller, address);
        let reading = BreakerReading {
            at: self.now,
            caller: id.clone(),
            name: callee.into(),
            callee: callee.into(),
            state,
            failure_rate: None,
            slow_rate: None,
            buffered: None,
            failed: None,
            not_permitted: None,
            source: "GET /actuator/circuitbreakers".into(),
        };
        self.tell(Fact::Breakers(id, vec![reading]));
    }

    pub(crate) fn drained_by_ana(&mut self, service: &str, address: &str) {
        let intent = Intent {
            service: service.into(),
            address: address.parse().unwrap(),
            path: format!("/{service}/{address}").into(),
            op: Op::Drain,
            by: "ana".into(),
            at: self.now,
            reason: Some("kernel update".into()),
            old_weight: Some(5),
            before: None,
            until: None,
            ties: crate::domain::intent::Ties::default(),
        };
        let path = intent.znode().into();
        self.tell(Fact::Registry(RegistryFact::Intent(path, Box::new(intent))));
    }

    /// The first of so many ids that nothing had before.
    fn ids(&mut self, count: u32) -> u64 {
        self.spans += u64::from(count);
        self.spans + 1 - u64::from(count)
    }

    /// `calls` spans of an instance, `ms` each, the first `failed` of them with a 500.
    pub(crate) fn served(&mut self, service: &str, address: &str, calls: u32, ms: u64, failed: u32) {
        let first = self.ids(calls);
        let span = |n: u32| Span {
            trace: TraceId([1; 16]),
            id: SpanId((first + u64::from(n)).to_be_bytes()),
            parent: None,
            name: "GET /x".into(),
            kind: SpanKind::Server,
            service: service.into(),
            instance: address.parse().ok(),
            start_ns: 0,
            end_ns: ms * 1_000_000,
            status: SpanStatus::Unset,
            message: "".into(),
            attributes: vec![("http.response.status_code".into(), if n < failed { "500" } else { "200" }.into())]
                .into(),
            events: Vec::new(),
            links: Vec::new(),
            shares: false,
        };
        self.tell(Fact::Spans((0..calls).map(span).collect()));
    }

    /// A minute goes by.
    pub(crate) fn minute(&mut self) {
        self.seconds(60);
    }

    pub(crate) fn source(&mut self, name: &str, state: SourceState) {
        self.tell(Fact::Source(SourceFact { at: self.now, name: name.into(), state }));
    }

    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        self.verdicts_after(&[])
    }

    /// The verdicts of now, where those were known a moment ago.
    pub(crate) fn verdicts_after(&self, known: &[Verdict]) -> Vec<Verdict> {
        let cluster = cluster::sum(&self.world, self.now);
        super::all(&self.world, &cluster, self.now, (known, 0))
    }

    /// So many calls of an instance, all answered with this HTTP status.
    pub(crate) fn answers(&mut self, service: &str, address: &str, calls: u32, code: &str) {
        let first = self.ids(calls);
        let span = |n: u32| Span {
            attributes: vec![("http.response.status_code".into(), code.into())].into(),
            ..plain(service, Some(address), SpanKind::Server, SpanId((first + u64::from(n)).to_be_bytes()))
        };
        self.tell(Fact::Spans((0..calls).map(span).collect()));
    }

    /// So many messages from one service into the queue of another, which takes them, or does not.
    pub(crate) fn mails(&mut self, from: &str, to: &str, count: u32, taken: bool) {
        let first = self.ids(count * 2);
        let id = |n: u32, side: u64| SpanId((first + u64::from(n) * 2 + side).to_be_bytes());
        let queue = || vec![("messaging.destination.name".into(), "mails".into())].into();
        let mut spans = Vec::new();
        for n in 0..count {
            spans.push(Span { attributes: queue(), ..plain(from, None, SpanKind::Producer, id(n, 0)) });
            if taken {
                let parent = Some(id(n, 0));
                spans.push(Span { attributes: queue(), parent, ..plain(to, None, SpanKind::Consumer, id(n, 1)) });
            }
        }
        self.tell(Fact::Spans(spans));
    }

    /// Seconds go by.
    pub(crate) fn seconds(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now = self.now.plus(1000);
            self.world.tick(self.now);
        }
    }

    /// Some ms go by.
    pub(crate) fn tell_nothing(&mut self, ms: i64) {
        self.now = self.now.plus(ms);
    }

    /// The znode of an instance goes, and stays away for long enough to be missed.
    pub(crate) fn gone(&mut self, service: &str, address: &str) {
        self.tell(Fact::Registry(RegistryFact::Gone(format!("/{service}/{address}").into())));
        self.seconds(1);
    }

    /// Calls from one service to an instance of another, seen from both sides: how many, how many ms the caller waited,
    /// whether they failed for it; and how many ms the callee took, which never fails.
    pub(crate) fn calls(&mut self, from: &str, to: &str, at: &str, asked: (u32, u64, bool), took_ms: u64) {
        for _ in 0..asked.0 {
            let first = self.ids(2);
            let ids = |side: u64| SpanId((first + side).to_be_bytes());
            let span = |service: &str, kind, side, parent, ms: u64| Span {
                trace: TraceId([2; 16]),
                id: ids(side),
                parent,
                name: "POST /x".into(),
                kind,
                service: service.into(),
                instance: (side == 1).then(|| at.parse().unwrap()),
                start_ns: 0,
                end_ns: ms * 1_000_000,
                status: if side == 0 && asked.2 { SpanStatus::Error } else { SpanStatus::Unset },
                message: "".into(),
                attributes: if side == 0 {
                    vec![("peer.service".into(), to.into())].into()
                } else {
                    Default::default()
                },
                events: Vec::new(),
                links: Vec::new(),
                shares: false,
            };
            let (caller, callee) =
                (span(from, SpanKind::Client, 0, None, asked.1), span(to, SpanKind::Server, 1, Some(ids(0)), took_ms));
            self.tell(Fact::Spans(vec![callee, caller]));
        }
    }

    pub(crate) fn rules(&self) -> Vec<&'static str> {
        self.verdicts().into_iter().map(|v| v.rule).collect()
    }

    pub(crate) fn sentences(&self) -> Vec<String> {
        self.verdicts().into_iter().map(|v| v.sentence.to_string()).collect()
    }

    pub(crate) fn critical(&self) -> Vec<String> {
        let all = self.verdicts().into_iter();
        all.filter(|v| v.severity == Severity::Critical).map(|v| v.sentence.to_string()).collect()
    }
}

/// A span of 5 ms that tells nothing.
fn plain(service: &str, address: Option<&str>, kind: SpanKind, id: SpanId) -> Span {
    Span {
        trace: TraceId([3; 16]),
        id,
        parent: None,
        name: "x".into(),
        kind,
        service: service.into(),
        instance: address.map(|a| a.parse().unwrap()),
        start_ns: 0,
        end_ns: 5_000_000,
        status: SpanStatus::Unset,
        message: "".into(),
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}
