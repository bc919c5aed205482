//! What is asked of the store of traffic. `None` is "not known", never 0: nothing traced it, or no span of anybody came
//! for a minute.

use std::sync::Arc;

use super::series::Series;
use super::{CELL_MS, CELLS, Calls, EdgeTraffic, LeftOut, SILENCE_MS, Traffic, TrafficSource, TrafficStore, Usual};
use crate::domain::id::InstanceId;
use crate::domain::time::Moment;

/// Of fewer calls than that, a share is chance.
const FEW: u32 = 30;
/// Cells without a failure within which it is still the same, and after which it is over.
const PAUSE_CELLS: usize = 5;
const OVER_CELLS: usize = 8;

impl TrafficStore {
    /// Whether spans came in the last minute: else nothing is known of the traffic of now.
    pub fn is_live(&self) -> bool {
        self.first.is_some() && self.now.since(self.last) < SILENCE_MS
    }

    /// Whether spans stay away longer than they ever did of late: what traces tell is old.
    pub fn is_late(&self) -> bool {
        self.first.is_some() && (!self.is_live() || self.rhythm.late(self.now))
    }

    /// When the last span of anybody came.
    pub fn as_of(&self) -> Option<Moment> {
        self.first.map(|_| self.last)
    }

    /// What was left out.
    pub fn left_out(&self) -> LeftOut {
        LeftOut { waiting: self.pairing.lost(), ..self.left_out }
    }

    /// The calls that a service served.
    pub fn service(&self, name: &str) -> Option<Traffic> {
        let traced = self.served(name).and_then(|series| self.traffic(series));
        self.told(traced, || self.measured_service(name))
    }

    /// The calls that an instance served.
    pub fn instance(&self, id: &InstanceId) -> Option<Traffic> {
        let traced = self.of_instance(id).and_then(|series| self.traffic(series));
        self.told(traced, || self.measured_instance(id))
    }

    /// What spans tell, and where they tell nothing of the last minute, what metrics tell.
    fn told(&self, traced: Option<Traffic>, measured: impl FnOnce() -> Option<Traffic>) -> Option<Traffic> {
        match traced {
            Some(traced) if traced.minute.calls > 0 => Some(traced),
            traced => measured().or(traced),
        }
    }

    /// The part of its service's calls that an instance served, over the 10 s of its rate, so that the two agree; of so few
    /// calls that chance decides, over the minute. 0 where the others did it all, `None` where nobody did anything.
    pub fn share_seen(&self, id: &InstanceId) -> Option<f64> {
        let all = self.served(&id.service).filter(|_| self.is_live() && self.tells_instances(&id.service))?;
        let (own, since) = (self.of_instance(id), self.first?);
        let lately = |series: &Series| series.window(self.now, since).0.calls;
        let minute = |series: &Series| series.minute(self.now).calls;
        let (part, whole) = match (own.map_or(0, lately), lately(all)) {
            (part, whole) if whole >= FEW || (part == 0 && whole > 0) => (part, whole),
            _ => (own.map_or(0, minute), minute(all)),
        };
        (whole > 0).then(|| (f64::from(part) / f64::from(whole)).min(1.0))
    }

    /// The calls from one service to another; those failed that did for either side.
    pub fn edge(&self, from: &str, to: &str) -> Option<Traffic> {
        self.traffic(self.of_edge(from, to)?)
    }

    /// The calls that one instance made to a service.
    pub fn caller(&self, from: &InstanceId, to: &str) -> Option<Traffic> {
        let (service, to) = (*self.names.get(&from.service)?, *self.names.get(to)?);
        let instance = *self.places.get(&(service, from.address.clone()))?;
        self.traffic(self.callers.get(&(instance, to))?)
    }

    /// Every edge that was ever observed, in the order of its services' first appearance.
    pub fn edges(&self) -> impl Iterator<Item = EdgeTraffic> {
        self.edges.iter().filter_map(|((from, to), series)| {
            let name = |number: u32| self.services.get(number as usize).map(|service| service.name.clone());
            let queue = self.queues.contains(&(*from, *to));
            Some(EdgeTraffic { from: name(*from)?, to: name(*to)?, queue, traffic: self.traffic(series)? })
        })
    }

    /// The services that served a call, in the order of their first appearance.
    pub fn services(&self) -> impl Iterator<Item = (&Arc<str>, Traffic)> {
        self.services.iter().filter_map(|service| Some((&service.name, self.traffic(service.served.as_ref()?)?)))
    }

    /// The instances that served a call.
    pub fn instances(&self) -> impl Iterator<Item = (InstanceId, Traffic)> {
        self.instances.iter().filter_map(|(service, address, series)| {
            let service = self.services.get(*service as usize)?.name.clone();
            Some((InstanceId { service, address: address.clone() }, self.traffic(series.as_ref()?)?))
        })
    }

    /// Two minutes of a service's calls in cells of 2 s, oldest first; the last one is going on.
    pub fn service_cells(&self, name: &str) -> Option<[Calls; CELLS]> {
        Some(self.served(name)?.cells(self.now))
    }

    /// Two minutes of an instance's calls in cells of 2 s, oldest first; the last one is going on.
    pub fn instance_cells(&self, id: &InstanceId) -> Option<[Calls; CELLS]> {
        Some(self.of_instance(id)?.cells(self.now))
    }

    /// Two minutes of an edge's calls in cells of 2 s, oldest first; the last one is going on.
    pub fn edge_cells(&self, from: &str, to: &str) -> Option<[Calls; CELLS]> {
        Some(self.of_edge(from, to)?.cells(self.now))
    }

    /// Since when a service fails so large a part of its calls, or more, as its last two minutes tell: the first such cell with no
    /// pause of more than 10 s behind it. `None` where it has not failed so for 16 s.
    pub fn failing_since(&self, name: &str, part: f64) -> Option<Moment> {
        let series = self.served(name)?;
        let (cells, mut since) = (series.cells(self.now), None);
        let mut pause = 0;
        for (age, cell) in cells.iter().rev().enumerate() {
            if cell.error_ratio().is_some_and(|ratio| ratio > 0.0 && ratio >= part) {
                (since, pause) = (Some(age), 0);
            } else {
                pause += 1;
                if pause > if since.is_some() { PAUSE_CELLS } else { OVER_CELLS } {
                    break;
                }
            }
        }
        Some(Moment((self.now.0.div_euclid(CELL_MS) - since? as i64) * CELL_MS))
    }

    /// The complete minutes of a service that were seen, 15 at most, oldest first.
    pub fn service_minutes(&self, name: &str) -> Vec<Calls> {
        self.served(name).map(|series| series.minutes(self.now)).unwrap_or_default()
    }

    /// The complete minutes of an edge that were seen, 15 at most, oldest first.
    pub fn edge_minutes(&self, from: &str, to: &str) -> Vec<Calls> {
        self.of_edge(from, to).map(|series| series.minutes(self.now)).unwrap_or_default()
    }

    /// What is usual for a service; `None` where it was not seen for long enough.
    pub fn service_usual(&self, name: &str) -> Option<Usual> {
        self.served(name)?.usual(self.now)
    }

    /// What is usual for an instance; `None` where it was not seen for long enough.
    pub fn instance_usual(&self, id: &InstanceId) -> Option<Usual> {
        self.of_instance(id)?.usual(self.now)
    }

    pub(super) fn traffic(&self, series: &Series) -> Option<Traffic> {
        let live = self.is_live();
        let minute = series.minute(self.now);
        let since = self.first?;
        Some(Traffic {
            rate: if live { series.rate(self.now, since) } else { None },
            error_ratio: minute.error_ratio(),
            p50_ms: series.quantile_ms(self.now, 0.5),
            p95_ms: series.quantile_ms(self.now, 0.95),
            p99_ms: series.quantile_ms(self.now, 0.99),
            minute,
            as_of: series.last(),
            source: TrafficSource::Traces,
        })
    }

    pub(super) fn served(&self, name: &str) -> Option<&Series> {
        self.services.get(*self.names.get(name)? as usize)?.served.as_deref()
    }

    /// Whether any instance of a service tells its address: else no share of any of them is known.
    fn tells_instances(&self, name: &str) -> bool {
        let service = self.names.get(name).and_then(|number| self.services.get(*number as usize));
        service.is_some_and(|service| service.tells_instances)
    }

    fn of_instance(&self, id: &InstanceId) -> Option<&Series> {
        let service = *self.names.get(&id.service)?;
        let number = *self.places.get(&(service, id.address.clone()))?;
        self.instances.get(number as usize)?.2.as_deref()
    }

    fn of_edge(&self, from: &str, to: &str) -> Option<&Series> {
        self.edges.get(&(*self.names.get(from)?, *self.names.get(to)?)).map(|series| &**series)
    }
}
