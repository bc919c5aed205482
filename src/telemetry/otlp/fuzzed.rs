//! Bytes of an export as a fuzzer or a property test hands them in: everything that reads them, without a connection.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::{Names, attribute, json, measure, record, span, zipkin};
use crate::domain::span::Span;
use crate::domain::time::Moment;

/// Reads them as every export there is, in both forms. Panics where a span is beyond the bounds that the store counts on.
pub fn read(bytes: &[u8]) {
    let names = Names::default();
    let told =
        json::read(bytes, Moment(0)).ok().map(|(export, _): (ExportTraceServiceRequest, _)| export.encode_to_vec());
    if let Ok(own) = ExportTraceServiceRequest::decode(bytes).map(|export| export.encode_to_vec()) {
        // Whatever the protocol's own reader understands is understood, and in the same way.
        assert_eq!(span::read(bytes, &names, Moment(0)).ok(), span::read(&own, &names, Moment(0)).ok());
    }
    for export in told.iter().map(Vec::as_slice).chain([bytes]) {
        if let Ok((spans, _)) = span::read(export, &names, Moment(0)) {
            bounded(&spans);
        }
    }
    let logs = ExportLogsServiceRequest::decode(bytes).ok().into_iter();
    for line in logs
        .chain(json::read(bytes, Moment(0)).ok().map(|(export, _)| export))
        .flat_map(|export| record::read(export, &names, Moment(0)))
    {
        assert!(line.fields.len() <= attribute::MOST + 3, "{} fields", line.fields.len());
    }
    let metrics = ExportMetricsServiceRequest::decode(bytes).ok().into_iter();
    metrics
        .chain(json::read(bytes, Moment(0)).ok().map(|(export, _)| export))
        .for_each(|export| drop(measure::read(&export, &names, Moment(0))));
    if let Ok((spans, _)) = zipkin::read(bytes, &names, Moment(0)) {
        bounded(&spans);
    }
}

fn bounded(spans: &[Span]) {
    for span in spans {
        assert!(span.attributes.len() <= attribute::MOST + 5, "{} attributes", span.attributes.len());
        assert!(span.name.len() <= (1 << 10) + 3, "a name of {} bytes", span.name.len());
    }
}
