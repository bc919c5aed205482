//! Traffic of routes: what is asked of the cluster from outside, by the service that it comes to and the request's name.
//! Only requests that nobody within is seen to have caused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::series::Series;
use super::{Traffic, TrafficStore};
use crate::domain::span::{Span, SpanKind};
use crate::domain::time::Moment;

/// Routes kept; requests of others are not told apart. Names that hold an id of their own must not eat the memory.
const MOST: usize = 128;

/// The routes, by number of the service and name.
#[derive(Debug, Default)]
pub(super) struct Routes {
    series: BTreeMap<(u32, Arc<str>), Box<Series>>,
}

impl Routes {
    /// Counts a request that comes from outside; others are nothing to it.
    pub(super) fn take(&mut self, now: Moment, service: u32, span: &Span) {
        if span.parent.is_some() || span.kind != SpanKind::Server {
            return;
        }
        let key = (service, span.name.clone());
        if self.series.len() >= MOST && !self.series.contains_key(&key) {
            return;
        }
        let series = self.series.entry(key).or_insert_with(|| Box::new(Series::new(now)));
        series.record(now, span.is_error(), span.duration_ns() / 1_000);
    }
}

impl TrafficStore {
    /// The routes that requests came by: the service that they come to, their name, their traffic.
    pub fn routes(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, Traffic)> {
        self.routes.series.iter().filter_map(|((service, name), series)| {
            let service = self.services.get(*service as usize)?;
            Some((&service.name, name, self.traffic(series)?))
        })
    }

    /// The p95 of a route in ms, of each 10 s of the last minute, oldest first; `None` where nobody asked.
    pub fn route_p95s(&self, service: &str, name: &Arc<str>) -> Vec<Option<f64>> {
        let key = self.names.get(service).map(|service| (*service, name.clone()));
        let series = key.and_then(|key| self.routes.series.get(&key));
        series.map(|series| series.quantiles_ms(self.now, 0.95)).unwrap_or_default()
    }
}
