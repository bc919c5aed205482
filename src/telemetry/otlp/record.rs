//! Log records of an export, from the protocol's form to ours.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::attribute::{self, Sender, values};
use super::span::id;
use crate::domain::log::{Level, LogFormat, LogLine, LogSource};
use crate::domain::span::{SpanId, TraceId};
use crate::domain::time::Moment;
use crate::domain::value;
use crate::telemetry::logs::level;
use crate::telemetry::names::Names;

/// The longest message, in bytes.
const LONGEST: usize = 64 << 10;

/// The lines of an export that was seen at this moment.
pub(super) fn read(request: ExportLogsServiceRequest, names: &Names, seen_at: Moment) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for resource in request.resource_logs {
        let sender = attribute::sender(resource.resource.as_ref(), names);
        let records = resource.scope_logs.into_iter().flat_map(|scope| scope.log_records);
        lines.extend(records.map(|record| one(&record, &sender, names, seen_at)));
    }
    lines
}

fn one(record: &LogRecord, sender: &Sender, names: &Names, seen_at: Moment) -> LogLine {
    let told = [record.time_unix_nano, record.observed_time_unix_nano].into_iter().find(|time| *time > 0);
    let whole = attribute::text(record.body.as_ref(), LONGEST);
    let mut fields = Vec::new();
    let message = structured(record, &mut fields, names).unwrap_or_else(|| whole.clone());
    fields.extend(values(&record.attributes, record.dropped_attributes_count, names));
    if !record.event_name.is_empty() {
        fields.push((names.get("event.name"), attribute::cut(&record.event_name, attribute::LONGEST_VALUE).into()));
    }
    LogLine {
        at: told.map_or(seen_at, Moment::from_nanos),
        seen_at,
        below_ns: told.map_or(0, |nanos| (nanos % 1_000_000) as u32),
        level: severity(record),
        service: sender.service.clone(),
        instance: sender.instance.clone(),
        message: message.into(),
        raw: whole.into(),
        trace: id(&record.trace_id).map(TraceId),
        span: id(&record.span_id).map(SpanId),
        fields,
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
    }
}

/// The message of a body that is a map with a message in it; the rest of the map are fields.
fn structured(record: &LogRecord, fields: &mut Vec<(Arc<str>, value::Value)>, names: &Names) -> Option<Arc<str>> {
    let Some(Value::KvlistValue(map)) = record.body.as_ref()?.value.as_ref() else { return None };
    let place = map.values.iter().position(|pair| {
        let is_text = pair.value.as_ref().is_some_and(|v| matches!(v.value, Some(Value::StringValue(_))));
        is_text && matches!(pair.key.as_str(), "message" | "msg" | "event")
    })?;
    let (before, rest) = map.values.split_at(place);
    let (message, after) = rest.split_first()?;
    fields.extend(values(before, 0, names));
    fields.extend(values(after, 0, names));
    Some(attribute::text(message.value.as_ref(), LONGEST))
}

/// The number counts before the text.
fn severity(record: &LogRecord) -> Level {
    match record.severity_number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warn,
        17..=20 => Level::Error,
        21..=24 => Level::Fatal,
        _ => level::by_word(&record.severity_text).unwrap_or_default(),
    }
}
