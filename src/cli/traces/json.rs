//! Traces as JSON lines: an interface (contract, section 5). Secrets are masked, hostile characters are escapes.

use serde_json::{Map, Value, json};

use super::Sums;
use crate::domain::attributes::Attributes;
use crate::domain::secret::mask;
use crate::domain::span::{Span, SpanEvent, SpanId, SpanKind, SpanStatus};
use crate::domain::text::json_escape;
use crate::domain::time::Moment;
use crate::store::traces::{Row, TraceSummary, Waterfall};

fn line(value: &Value) -> String {
    format!("{}\n", json_escape(&value.to_string()))
}

/// The first line.
pub(super) fn ready(otlp: Option<&str>, sources: &[String]) -> String {
    line(&json!({"kind": "ready", "otlp": otlp, "sources": sources}))
}

/// The last line.
pub(super) fn end(sums: &Sums) -> String {
    let dropped: Map<String, Value> = sums.dropped.iter().map(|(name, n)| (name.to_string(), json!(n))).collect();
    line(&json!({
        "kind": "end", "received": sums.received, "kept": sums.kept(), "dropped": dropped, "matched": sums.matched,
    }))
}

/// A trace; `was_printed`: a span of this id was told before, as of one whose rest this is.
pub(super) fn trace(summary: &TraceSummary, fall: &Waterfall, was_printed: &dyn Fn(SpanId) -> bool) -> String {
    let is_root = fall.rows.iter().any(|row| row.depth == 0 && row.span.parent.is_none());
    let root = is_root.then(|| json!({"service": mask(&summary.top.service), "name": mask(&summary.top.name)}));
    line(&json!({
        "kind": "trace",
        "trace_id": summary.id.to_string(),
        "at": summary.started.rfc3339(),
        "duration_ms": ms(summary.duration_ns),
        "root": root,
        "error": summary.failed,
        "complete": summary.complete,
        "services": summary.services.iter().map(|name| mask(name)).collect::<Vec<_>>(),
        "spans": fall.rows.iter().map(|row| span(row, was_printed)).collect::<Vec<_>>(),
    }))
}

fn ms(ns: u64) -> f64 {
    ns as f64 / 1e6
}

fn span(row: &Row, was_printed: &dyn Fn(SpanId) -> bool) -> Value {
    let Span { id, parent, name, kind, service, instance, start_ns, end_ns, status, message, .. } = &row.span;
    let kind = match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    };
    let status = match status {
        SpanStatus::Unset => "unset",
        SpanStatus::Ok => "ok",
        SpanStatus::Error => "error",
    };
    let marks = [
        (row.no_parent && !parent.is_some_and(was_printed), "no_parent"),
        (row.clock_skew, "clock_skew"),
        (row.span.truncated(), "truncated"),
        (row.span.is_untimed(), "untimed"),
    ];
    json!({
        "span_id": id.to_string(),
        "parent_id": parent.map(|id| id.to_string()),
        "name": mask(name),
        "kind": kind,
        "service": mask(service),
        "instance": instance.as_ref().map(|address| address.text()),
        "start_unix_nano": start_ns.to_string(),
        "end_unix_nano": end_ns.to_string(),
        "duration_ms": ms(row.span.duration_ns()),
        "status": status,
        "status_message": mask(message),
        "attributes": attributes(&row.span.attributes),
        "events": row.span.events.iter().map(event).collect::<Vec<_>>(),
        "links": row.span.links.iter().map(|link| json!({"trace_id": link.trace.to_string(), "span_id": link.span.to_string()})).collect::<Vec<_>>(),
        "marks": marks.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect::<Vec<_>>(),
    })
}

fn event(event: &SpanEvent) -> Value {
    json!({
        "at": Moment::from_nanos(event.at_ns).rfc3339(),
        "name": mask(&event.name),
        "attributes": attributes(&event.attributes),
    })
}

/// As what they were sent: numbers, truths and lists are no strings. The store has masked them.
fn attributes(pairs: &Attributes) -> Value {
    Value::Object(pairs.iter().map(|(key, value)| (mask(key).into_owned(), value.to_json())).collect())
}
