//! Metrics of an export that tell of requests: the durations and the open requests of HTTP and RPC servers, by the
//! conventions of OpenTelemetry (old and new) and of Micrometer. Other metrics are passed over: Keepwatch is no metrics store.

use std::hash::{DefaultHasher, Hash, Hasher};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint,
    exponential_histogram_data_point::Buckets, metric::Data, number_data_point,
};

use super::attribute::{self, Sender};
use super::refused::{Refused, Why};
use crate::domain::measure::{Measure, Measured};
use crate::domain::span::{GRPC_CODES, grpc_failed};
use crate::domain::time::Moment;
use crate::telemetry::names::Names;

/// Points of one export that are read; the rest is refused.
pub(super) const MOST: usize = super::span::MOST_SPANS;
/// Buckets of one histogram; further ones count as the last.
const MOST_BUCKETS: usize = 400;

/// How long requests took, by name.
const DURATIONS: &[&str] = &[
    "http.server.request.duration",
    "http.server.duration",
    "http.server.requests",
    "rpc.server.duration",
    "rpc.server.call.duration",
];
/// How many requests are open, by name.
const OPEN: &[&str] = &["http.server.active_requests", "http.server.requests.active", "rpc.server.active_requests"];

/// What of an export tells of requests, and which points were beyond the limit.
pub(super) fn read(request: &ExportMetricsServiceRequest, names: &Names, now: Moment) -> (Vec<Measure>, Refused) {
    let (mut measures, mut refused) = (Vec::new(), Refused::default());
    for resource in &request.resource_metrics {
        let sender = attribute::sender(resource.resource.as_ref(), names);
        for metric in resource.scope_metrics.iter().flat_map(|scope| &scope.metrics) {
            one(metric, &sender, names, &mut measures);
            for _ in MOST..measures.len() {
                refused.put(sender.service.as_deref(), Why::Beyond, now);
            }
            measures.truncate(MOST);
        }
    }
    (measures, refused)
}

fn one(metric: &Metric, sender: &Sender, names: &Names, measures: &mut Vec<Measure>) {
    let is = |known: &[&str]| known.contains(&metric.name.as_str());
    let us = if metric.unit == "s" { 1e6 } else { 1e3 };
    let mut put = |attributes: &[KeyValue], (start_ns, at_ns): (u64, u64), delta: bool, what: Measured| {
        if is_probe(attributes) {
            return;
        }
        measures.push(Measure {
            service: sender.service.clone().unwrap_or_else(|| names.get("unknown_service")),
            instance: sender.instance.clone(),
            series: series(&metric.name, attributes),
            start_ns,
            at_ns,
            delta,
            what,
        });
    };
    let delta = |temporality: i32| temporality == AggregationTemporality::Delta as i32;
    match &metric.data {
        Some(Data::Histogram(histogram)) if is(DURATIONS) => {
            for point in &histogram.data_points {
                let what = Measured::Answered {
                    failed: failed(&point.attributes),
                    count: point.count,
                    took: explicit(point, us),
                };
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                put(&point.attributes, times, delta(histogram.aggregation_temporality), what);
            }
        }
        Some(Data::ExponentialHistogram(histogram)) if is(DURATIONS) => {
            for point in &histogram.data_points {
                let what = Measured::Answered {
                    failed: failed(&point.attributes),
                    count: point.count,
                    took: exponential(point, us),
                };
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                put(&point.attributes, times, delta(histogram.aggregation_temporality), what);
            }
        }
        Some(Data::Summary(summary)) if is(DURATIONS) => {
            for point in &summary.data_points {
                let what =
                    Measured::Answered { failed: failed(&point.attributes), count: point.count, took: Vec::new() };
                put(&point.attributes, (point.start_time_unix_nano, point.time_unix_nano), false, what);
            }
        }
        Some(Data::Sum(sum)) if is(OPEN) => {
            for point in &sum.data_points {
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                put(&point.attributes, times, delta(sum.aggregation_temporality), Measured::Open(number(point)));
            }
        }
        Some(Data::Gauge(gauge)) if is(OPEN) => {
            for point in &gauge.data_points {
                put(&point.attributes, (0, point.time_unix_nano), false, Measured::Open(number(point)));
            }
        }
        _ => {}
    }
}

fn number(point: &NumberDataPoint) -> i64 {
    match point.value {
        Some(number_data_point::Value::AsInt(number)) => number,
        // `as` saturates, and makes 0 of what is no number.
        Some(number_data_point::Value::AsDouble(number)) => number as i64,
        None => 0,
    }
}

/// The buckets as from, until (both in µs) and how many.
fn explicit(point: &HistogramDataPoint, us: f64) -> Vec<(u64, u64, u64)> {
    let bound = |at: usize| point.explicit_bounds.get(at).map(|bound| (bound * us).max(0.0) as u64);
    let last = point.max.map(|max| (max * us).max(0.0) as u64);
    let bucket = |(at, count): (usize, &u64)| {
        let from = at.checked_sub(1).and_then(bound).unwrap_or(0);
        // None took longer than the longest.
        let ends = bound(at).into_iter().chain(last).min();
        let until = ends.unwrap_or_else(|| from.saturating_mul(2));
        (*count > 0).then_some((from, until.max(from), *count))
    };
    point.bucket_counts.iter().enumerate().take(MOST_BUCKETS).filter_map(bucket).collect()
}

fn exponential(point: &ExponentialHistogramDataPoint, us: f64) -> Vec<(u64, u64, u64)> {
    let base = 2f64.powf(2f64.powi(-point.scale.clamp(-10, 20)));
    let bound = |index: i64| base.powf(index as f64) * us;
    let mut took = Vec::new();
    if point.zero_count > 0 {
        took.push((0, 0, point.zero_count));
    }
    let Some(Buckets { offset, bucket_counts }) = &point.positive else { return took };
    for (at, count) in bucket_counts.iter().enumerate().take(MOST_BUCKETS).filter(|(_, count)| **count > 0) {
        let index = i64::from(*offset) + at as i64;
        took.push((bound(index) as u64, bound(index + 1) as u64, *count));
    }
    took
}

fn text<'a>(attributes: &'a [KeyValue], keys: &[&str]) -> Option<std::borrow::Cow<'a, str>> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let found = keys.iter().find_map(|key| attributes.iter().find(|a| a.key == *key))?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.as_str().into()),
        Value::IntValue(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// Whether what these attributes stand for failed: as for spans, 5xx, a gRPC status other than OK.
fn failed(attributes: &[KeyValue]) -> bool {
    let grpc = text(attributes, &GRPC_CODES).and_then(|code| grpc_failed(&code));
    if let Some(code) = text(attributes, &["http.response.status_code", "http.status_code", "status"]) {
        return code.len() == 3 && code.starts_with('5') || grpc == Some(true) && !code.starts_with('4');
    }
    if let Some(failed) = grpc {
        return failed;
    }
    text(attributes, &["outcome"]).is_some_and(|outcome| outcome == "SERVER_ERROR")
}

/// Whether these are somebody's looks at the service's health: no traffic.
fn is_probe(attributes: &[KeyValue]) -> bool {
    let path = text(attributes, &["http.route", "uri", "url.path", "http.target"]);
    let roots = ["/actuator", "/health", "/healthz", "/livez", "/readyz", "/metrics"];
    path.is_some_and(|path| {
        roots
            .iter()
            .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])))
    })
}

/// The same number for the same labels, in whichever order they come.
fn series(name: &str, attributes: &[KeyValue]) -> u64 {
    let hash = |attribute: &KeyValue| {
        let mut hasher = DefaultHasher::new();
        attribute.key.hash(&mut hasher);
        attribute::text(attribute.value.as_ref(), 256).hash(&mut hasher);
        hasher.finish()
    };
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    attributes
        .iter()
        .take(attribute::MOST)
        .fold(0u64, |sum, attribute| sum.wrapping_add(hash(attribute)))
        .hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::metrics::v1::{Histogram, ResourceMetrics, ScopeMetrics};

    #[test]
    fn durations_of_requests_are_read_and_everything_else_is_passed_over() {
        let attribute = |key: &str, code: &str| KeyValue {
            key: key.into(),
            value: Some(opentelemetry_proto::tonic::common::v1::AnyValue {
                value: Some(opentelemetry_proto::tonic::common::v1::any_value::Value::StringValue(code.into())),
            }),
            ..KeyValue::default()
        };
        let point = |attributes: Vec<KeyValue>| HistogramDataPoint {
            attributes,
            count: 6,
            explicit_bounds: vec![0.1, 0.5],
            bucket_counts: vec![3, 2, 1],
            ..HistogramDataPoint::default()
        };
        let code = "http.response.status_code";
        let metric = |name: &str, data_points| Metric {
            name: name.into(),
            unit: "s".into(),
            data: Some(Data::Histogram(Histogram { data_points, aggregation_temporality: 1 })),
            ..Metric::default()
        };
        let metrics = vec![
            metric(
                DURATIONS[0],
                vec![
                    point(vec![attribute(code, "503"), attribute("http.route", "/x")]),
                    point(vec![attribute("http.route", "/x"), attribute(code, "503")]),
                    point(vec![attribute("http.route", "/actuator/health")]),
                ],
            ),
            metric("jvm.gc.duration", vec![point(Vec::new())]),
        ];
        let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
        let resource_metrics = vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }];
        let (measures, beyond) = read(&ExportMetricsServiceRequest { resource_metrics }, &Names::default(), Moment(0));
        assert_eq!((measures.len(), beyond.count(), measures[0].delta), (2, 0, true));
        assert_eq!(measures[0].series, measures[1].series, "the order of labels means nothing");
        let took = vec![(0, 100_000, 3), (100_000, 500_000, 2), (500_000, 1_000_000, 1)];
        assert_eq!(measures[0].what, Measured::Answered { failed: true, count: 6, took });
    }

    #[test]
    fn no_bucket_ends_after_the_longest() {
        let point = |max| HistogramDataPoint {
            explicit_bounds: vec![0.0, 5.0],
            bucket_counts: vec![0, 7, 0],
            max,
            ..HistogramDataPoint::default()
        };
        assert_eq!(explicit(&point(Some(0.9)), 1e6), [(0, 900_000, 7)]);
        assert_eq!(explicit(&point(None), 1e6), [(0, 5_000_000, 7)]);
    }
}
