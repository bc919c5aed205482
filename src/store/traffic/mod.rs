//! What traces tell of traffic: rate, errors and durations of services, instances and edges, as they were observed.
//! Counted by the time at which spans were taken, never by their own clocks. Nothing here is traffic that nobody traced.

mod asked;
mod calls;
mod histogram;
mod holders;
mod measured;
mod names;
mod operations;
mod pairing;
mod places;
mod probes;
mod read;
mod refused;
mod room;
mod routes;
mod seen;
mod series;
mod slow;

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

pub use asked::Takes;
pub use operations::Operation;
pub use series::{CELL_MS, CELLS, Calls, MINUTES};
pub use slow::Slow;

use crate::domain::address::Address;
use crate::domain::id::InstanceId;
use crate::domain::span::{Ended, Span, SpanKind};
use crate::domain::time::Moment;
use crate::store::rhythm::Rhythm;
use calls::Part;
use pairing::{Call, Found, Pairing, Party, Role};
use series::Series;

const MOST_SERVICES: usize = 2_000;
const MOST_INSTANCES: usize = 20_000;
const MOST_EDGES: usize = 10_000;
const MOST_CALLERS: usize = 20_000;
/// Without any span for this long nothing is known of the traffic, in ms.
const SILENCE_MS: i64 = 60_000;

/// Who tells of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficSource {
    /// Spans, each request.
    Traces,
    /// Metrics that were pushed, sums of requests.
    Metrics,
}

impl TrafficSource {
    /// In words, as they follow `from`.
    pub fn words(self) -> &'static str {
        match self {
            TrafficSource::Traces => "traces",
            TrafficSource::Metrics => "otlp metrics",
        }
    }
}

/// Traffic as it is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
    /// Calls a second, over 10 s.
    pub rate: Option<f64>,
    /// Share of calls that failed, over 1 min.
    pub error_ratio: Option<f64>,
    /// Half of the calls took at most this long, over 1 min, in ms.
    pub p50_ms: Option<f64>,
    /// 95 % of the calls took at most this long, over 1 min, in ms.
    pub p95_ms: Option<f64>,
    /// 99 % of the calls took at most this long, over 1 min, in ms.
    pub p99_ms: Option<f64>,
    /// Calls of the last minute: the base of the shares.
    pub minute: Calls,
    /// When the last call was taken.
    pub as_of: Moment,
    /// Who tells of it.
    pub source: TrafficSource,
}

/// Traffic as it is usually: the medians of the complete minutes that were seen, 15 at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Calls a second.
    pub rate: f64,
    /// Share of calls that failed.
    pub error_ratio: Option<f64>,
    /// 95 % of the calls took at most this long, in ms.
    pub p95_ms: Option<f64>,
}

/// Traffic from one service to another.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeTraffic {
    /// The caller.
    pub from: Arc<str>,
    /// The callee.
    pub to: Arc<str>,
    /// Through a queue.
    pub queue: bool,
    /// The calls.
    pub traffic: Traffic,
}

/// What is not kept, since there is too much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Calls of services beyond the limit.
    pub services: u64,
    /// Calls of instances beyond the limit.
    pub instances: u64,
    /// Calls of edges beyond the limit.
    pub edges: u64,
    /// Calls whose caller was not waited for, since too many waited.
    pub waiting: u64,
    /// Messages that somebody took, of which no link tells where they came from: one span tells of so many.
    pub messages: u64,
}

/// The store of traffic.
#[derive(Debug)]
pub struct TrafficStore {
    now: Moment,
    /// When the first and the last span of all came.
    first: Option<Moment>,
    last: Moment,
    names: HashMap<Arc<str>, u32>,
    services: Vec<Service>,
    places: HashMap<(u32, Address), u32>,
    instances: Vec<(u32, Address, Option<Box<Series>>)>,
    edges: BTreeMap<(u32, u32), Box<Series>>,
    callers: HashMap<(u32, u32), Box<Series>>,
    /// Edges whose calls are messages.
    queues: HashSet<(u32, u32)>,
    by_address: HashMap<Address, u32>,
    known: HashSet<Arc<str>>,
    /// Where instances of the registry are.
    known_at: HashMap<Address, Arc<str>>,
    known_as_of: Option<u64>,
    pairing: Pairing,
    asked: asked::AskedSide,
    refused: HashMap<u32, Box<Series>>,
    slow: slow::SlowOnes,
    holders: holders::Holders,
    rhythm: Rhythm,
    routes: routes::Routes,
    measured: measured::MeasuredStore,
    operations: operations::Operations,
    left_out: LeftOut,
}

#[derive(Debug)]
struct Service {
    name: Arc<str>,
    served: Option<Box<Series>>,
    /// Whether any of its instances told its address.
    tells_instances: bool,
}

impl Default for TrafficStore {
    fn default() -> Self {
        Self::new()
    }
}

impl TrafficStore {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self {
            now: Moment::default(),
            first: None,
            last: Moment::default(),
            names: HashMap::default(),
            services: Vec::new(),
            places: HashMap::default(),
            instances: Vec::new(),
            edges: BTreeMap::new(),
            callers: HashMap::default(),
            queues: HashSet::default(),
            by_address: HashMap::default(),
            known: HashSet::default(),
            known_at: HashMap::default(),
            known_as_of: None,
            pairing: Pairing::new(),
            asked: asked::AskedSide::default(),
            refused: HashMap::default(),
            slow: slow::SlowOnes::new(),
            holders: holders::Holders::default(),
            rhythm: Rhythm::default(),
            routes: routes::Routes::default(),
            measured: measured::MeasuredStore::default(),
            operations: operations::Operations::default(),
            left_out: LeftOut::default(),
        }
    }

    /// What [`TrafficStore::know`] is told, for calls that tell an address alone: where the registry's instances are, as of a `version` of it. What is known
    /// already is not looked at.
    pub fn know_places(&mut self, version: u64, instances: impl IntoIterator<Item = InstanceId>) {
        if self.known_as_of.replace(version) != Some(version) {
            self.known_at = instances.into_iter().take(MOST_INSTANCES).map(|id| (id.address, id.service)).collect();
        }
    }

    /// Lets time pass, so that rates are those of now.
    pub fn tick(&mut self, now: Moment) {
        self.now = self.now.max(now);
        let now = self.now;
        for told in self.pairing.turn(now) {
            self.count_edge(now, told.caller, told.call, Part::Time);
        }
    }

    /// Counts the spans of one export, taken now.
    pub fn apply_spans(&mut self, now: Moment, spans: &[Span]) {
        self.apply_new(now, spans, &[]);
    }

    /// The same but for those at these places, in order: they came before, longer ago than is remembered here.
    pub fn apply_new(&mut self, now: Moment, spans: &[Span], again: &[usize]) {
        if spans.is_empty() {
            return;
        }
        self.tick(now);
        let now = self.now;
        self.first.get_or_insert(now);
        self.last = now;
        self.rhythm.beat(now);
        let mut again = again.iter().copied().peekable();
        for (place, span) in spans.iter().enumerate() {
            if again.next_if_eq(&place).is_none() {
                self.take(now, span, is_outermost(span, &spans[place + 1..]));
            }
        }
    }

    /// Takes a span; `outermost`: the span above it is known to answer a call.
    fn take(&mut self, now: Moment, span: &Span, outermost: bool) {
        let Some(service) = self.service_number(&span.service) else {
            self.left_out.services += 1;
            return;
        };
        let instance = span.instance.as_ref().and_then(|address| self.instance_number(service, address));
        let party = Party { service, instance };
        let serves = matches!(span.kind, SpanKind::Server | SpanKind::Consumer);
        let asks = matches!(span.kind, SpanKind::Client | SpanKind::Producer);
        let role = match (asks, serves) {
            (true, _) => Role::Asks { in_vain: span.is_error() },
            (_, true) => Role::Answers,
            _ => Role::Works,
        };
        let Some(mut met) = self.pairing.arrived(span, party, role, outermost) else { return };
        let callee = if asks { self.count_asked(now, span, party, &mut met) } else { None };
        if asks || span.kind == SpanKind::Consumer {
            self.asks(now, span, service, callee);
        }
        for found in met.found {
            self.count_found(now, found, span.kind == SpanKind::Producer);
        }
        // What nobody asked for, a job by the clock, is an operation, and no call.
        let is_job = span.kind == SpanKind::Internal && span.parent.is_none();
        if !(serves || is_job) || probes::is_probe(span) {
            return;
        }
        let (ended, us) = (span.ended(), span.duration_ns() / 1_000);
        self.operations.take(now, service, span, ended, us);
        if !serves {
            return;
        }
        let failed = ended == Ended::Failed;
        self.count_refused(now, service, span);
        self.routes.take(now, service, span);
        let served = &mut self.services[service as usize].served;
        served.get_or_insert_with(|| Box::new(Series::new(now))).record(now, failed, us);
        match instance {
            Some(number) => {
                self.services[service as usize].tells_instances = true;
                let series = &mut self.instances[number as usize].2;
                series.get_or_insert_with(|| Box::new(Series::new(now))).record(now, failed, us);
                if let Some(address) = &span.instance
                    && !self.by_address.contains_key(address)
                {
                    self.by_address.insert(address.clone(), number);
                }
            }
            None if span.instance.is_some() => self.left_out.instances += 1,
            None => {}
        }
        let call = Call { callee: party, failed, us };
        let takes = span.kind == SpanKind::Consumer;
        if let Some(answer) = self.pairing.called(span, call, met.shares) {
            self.count_found(now, Found::Answered(answer), takes);
        }
        if takes {
            self.count_messages(now, span, call);
        }
    }

    fn instance_number(&mut self, service: u32, address: &Address) -> Option<u32> {
        let place = (service, address.clone());
        if let Some(number) = self.places.get(&place) {
            return Some(*number);
        }
        if self.instances.len() >= MOST_INSTANCES {
            return None;
        }
        let number = u32::try_from(self.instances.len()).ok()?;
        self.instances.push((service, address.clone(), None));
        self.places.insert(place, number);
        Some(number)
    }
}

/// Spans behind one in its export that are looked through for the one above it: that ends when it does.
const NEAR: usize = 16;

/// Whether the span above is known to answer a call, from what lies behind in the export: that is looked at for less than a table.
fn is_outermost(span: &Span, rest: &[Span]) -> bool {
    let Some(parent) = span.parent.filter(|_| !matches!(span.kind, SpanKind::Server | SpanKind::Consumer)) else {
        return false;
    };
    let above = rest[..rest.len().min(NEAR)].iter().find(|other| other.id == parent && other.trace == span.trace);
    above.is_some_and(|above| matches!(above.kind, SpanKind::Server | SpanKind::Consumer))
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;

#[cfg(test)]
mod edges_tests;

#[cfg(test)]
mod orders_tests;
