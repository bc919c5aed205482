//! Spans of an export, from the protocol's form to ours. What cannot be (ids of a wrong length, all zero) is refused.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1 as proto;

use super::attribute::{self, Sender, cut, values};
use crate::domain::span::{Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus, TraceId};
use crate::telemetry::names::Names;

/// Spans of one export; the rest is refused.
pub(super) const MOST_SPANS: usize = 10_000;
/// Events and links of one span; the rest is left out.
const MOST: usize = 128;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 1 << 10;
/// What OpenTelemetry calls a service that does not say its name.
const NAMELESS: &str = "unknown_service";

/// What of an export was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusals {
    /// Spans whose ids cannot be.
    pub(super) ids: usize,
    /// Spans beyond the limit of one export.
    pub(super) beyond: usize,
}

/// The spans of an export, and how many were refused.
pub(super) fn read(request: ExportTraceServiceRequest, names: &Names) -> (Vec<Span>, Refusals) {
    let count =
        |resource: &proto::ResourceSpans| resource.scope_spans.iter().map(|scope| scope.spans.len()).sum::<usize>();
    let all: usize = request.resource_spans.iter().map(count).sum();
    let mut spans = Vec::with_capacity(all.min(MOST_SPANS));
    let mut refused = Refusals { ids: 0, beyond: all.saturating_sub(MOST_SPANS) };
    let mut left = MOST_SPANS;
    for resource in request.resource_spans {
        let sender = attribute::sender(resource.resource.as_ref(), names);
        let service = sender.service.clone().unwrap_or_else(|| names.get(NAMELESS));
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans).take(left) {
            left -= 1;
            match one(&span, &service, &sender, names) {
                Some(span) => spans.push(span),
                None => refused.ids += 1,
            }
        }
    }
    (spans, refused)
}

/// An id of exactly this many bytes that is not all zero.
pub(super) fn id<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok().filter(|id: &[u8; N]| id.iter().any(|byte| *byte != 0))
}

fn one(span: &proto::Span, service: &Arc<str>, sender: &Sender, names: &Names) -> Option<Span> {
    let name = |text: &str| if text.len() <= LONGEST_NAME { names.get(text) } else { cut(text, LONGEST_NAME) };
    let status = span.status.as_ref();
    let event = |event: &proto::span::Event| SpanEvent {
        at_ns: event.time_unix_nano,
        name: name(&event.name),
        attributes: values(&event.attributes, event.dropped_attributes_count, names),
    };
    let link = |link: &proto::span::Link| {
        Some(SpanLink { trace: TraceId(id(&link.trace_id)?), span: SpanId(id(&link.span_id)?) })
    };
    Some(Span {
        trace: TraceId(id(&span.trace_id)?),
        id: SpanId(id(&span.span_id)?),
        parent: id(&span.parent_span_id).map(SpanId),
        name: name(&span.name),
        kind: match span.kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        service: service.clone(),
        instance: sender.instance.clone(),
        start_ns: span.start_time_unix_nano,
        end_ns: span.end_time_unix_nano,
        status: match status.map_or(0, |status| status.code) {
            1 => SpanStatus::Ok,
            2 => SpanStatus::Error,
            _ => SpanStatus::Unset,
        },
        message: status.map_or_else(|| names.get(""), |status| cut(&status.message, attribute::LONGEST_VALUE)),
        attributes: values(&span.attributes, span.dropped_attributes_count, names),
        events: span.events.iter().take(MOST).map(event).collect(),
        links: span.links.iter().take(MOST).filter_map(link).collect(),
    })
}
