//! Log records of an export, from the protocol's form to ours.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::attribute::{self, Sender, values};
use super::span::id;
use crate::domain::log::{KeyLines, Level, LogFormat, LogLine, LogSource, TRUNCATED};
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
        let first = lines.len();
        lines.extend(records.map(|record| one(&record, &sender, names, seen_at)));
        KeyLines::default().mask(&mut lines[first..]);
    }
    lines
}

fn one(record: &LogRecord, sender: &Sender, names: &Names, seen_at: Moment) -> LogLine {
    let told = [record.time_unix_nano, record.observed_time_unix_nano].into_iter().find(|time| *time > 0);
    let whole = attribute::text(record.body.as_ref(), LONGEST);
    let (message, rest) = structured(record);
    let text = message.map(|message| attribute::text(message, LONGEST));
    let mut fields = values(&[rest[0], rest[1], &record.attributes], record.dropped_attributes_count, names);
    if message.is_some() {
        keep_last(&mut fields);
    }
    if let Some(bytes) = length(message.unwrap_or(record.body.as_ref()), text.as_ref().unwrap_or(&whole)) {
        fields.push((names.get(TRUNCATED), format!("{bytes} bytes, {LONGEST} kept").into()));
    }
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
        message: text.unwrap_or_else(|| whole.clone()).into(),
        raw: whole.into(),
        trace: id(&record.trace_id).map(TraceId),
        span: id(&record.span_id).map(SpanId),
        fields,
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
    }
}

/// Of a key that both the body and the attributes have, the attribute is kept: one key has one value, whoever asks.
fn keep_last(fields: &mut Vec<(Arc<str>, value::Value)>) {
    let mut place = 0;
    while place < fields.len() {
        let (before, after) = fields.split_at(place + 1);
        if after.iter().any(|(key, _)| *key == before[place].0) {
            fields.remove(place);
        } else {
            place += 1;
        }
    }
}

/// How long what a text was made of was, where it was cut.
fn length(value: Option<&AnyValue>, text: &str) -> Option<String> {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(whole)) => (whole.len() > LONGEST).then(|| whole.len().to_string()),
        // Nobody wrote all of it.
        _ => (text.len() >= LONGEST && text.ends_with('…')).then(|| format!("over {LONGEST}")),
    }
}

/// The message of a body that is a map with a message in it; the rest of the map, which are fields.
fn structured(record: &LogRecord) -> (Option<Option<&AnyValue>>, [&[KeyValue]; 2]) {
    let found = || {
        let Some(Value::KvlistValue(map)) = record.body.as_ref()?.value.as_ref() else { return None };
        let place = map.values.iter().position(|pair| {
            let is_text = pair.value.as_ref().is_some_and(|v| matches!(v.value, Some(Value::StringValue(_))));
            is_text && matches!(pair.key.as_str(), "message" | "msg" | "event")
        })?;
        let (before, rest) = map.values.split_at(place);
        let (message, after) = rest.split_first()?;
        Some((Some(message.value.as_ref()), [before, after]))
    };
    found().unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::KeyValueList;
    use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::domain::log::Marks;

    fn text(text: &str) -> Option<AnyValue> {
        Some(AnyValue { value: Some(Value::StringValue(text.to_owned())) })
    }

    fn pairs(count: usize) -> Vec<KeyValue> {
        (0..count).map(|n| KeyValue { key: format!("k{n}"), value: text("v"), ..KeyValue::default() }).collect()
    }

    fn line(record: LogRecord) -> LogLine {
        let scope_logs = vec![ScopeLogs { log_records: vec![record], ..ScopeLogs::default() }];
        let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
        read(ExportLogsServiceRequest { resource_logs }, &Names::default(), Moment(0)).remove(0)
    }

    #[test]
    fn of_a_key_of_the_body_and_of_the_attributes_the_attribute_is_kept() {
        let pair = |key: &str, value: &str| KeyValue { key: key.into(), value: text(value), ..KeyValue::default() };
        let values = vec![pair("event", "structured"), pair("n", "7"), pair("m", "1")];
        let body = Some(AnyValue { value: Some(Value::KvlistValue(KeyValueList { values })) });
        let line = line(LogRecord { body, attributes: vec![pair("n", "8"), pair("k", "2")], ..LogRecord::default() });
        let fields: Vec<_> = line.fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!((fields.join(" ").as_str(), line.message.as_str()), ("m=1 n=8 k=2", "structured"));
    }

    #[test]
    fn what_is_cut_is_marked_and_nothing_else() {
        let map = |values| Some(AnyValue { value: Some(Value::KvlistValue(KeyValueList { values })) });
        let long = |bytes: usize| text(&"x".repeat(bytes));
        let with = |value: Option<AnyValue>| vec![KeyValue { key: "k".into(), value, ..KeyValue::default() }];
        let said = |value: Option<AnyValue>| vec![KeyValue { key: "msg".into(), value, ..KeyValue::default() }];
        let key = vec![KeyValue { key: "k".repeat(300), value: text("v"), ..KeyValue::default() }];
        let cut = [
            LogRecord { body: long(200_000), ..LogRecord::default() },
            LogRecord { body: map(said(long(200_000))), ..LogRecord::default() },
            LogRecord { body: map([pairs(100), said(text("m")), pairs(100)].concat()), ..LogRecord::default() },
            LogRecord { body: map(with(long(200_000))), ..LogRecord::default() },
            LogRecord { attributes: pairs(300), ..LogRecord::default() },
            LogRecord { attributes: with(long(5_000)), ..LogRecord::default() },
            LogRecord { attributes: key, ..LogRecord::default() },
            LogRecord { dropped_attributes_count: 3, ..LogRecord::default() },
            LogRecord { event_name: "e".repeat(9_000), ..LogRecord::default() },
        ];
        for (place, record) in cut.into_iter().enumerate() {
            let line = line(record);
            assert_eq!(Marks::of(&line, false).words().collect::<Vec<_>>(), ["truncated"], "the {place}.");
            assert!(line.fields.len() <= attribute::MOST + 3, "{} fields", line.fields.len());
        }
        let whole = [
            LogRecord { body: long(LONGEST), attributes: pairs(attribute::MOST), ..LogRecord::default() },
            LogRecord { body: text("and so on…"), attributes: with(long(4 << 10)), ..LogRecord::default() },
        ];
        for record in whole {
            assert_eq!(Marks::of(&line(record), false), Marks::default());
        }
        let first = line(LogRecord { body: long(200_000), ..LogRecord::default() });
        assert_eq!(first.fields.last().map(|(_, told)| told.as_str()), Some("200000 bytes, 65536 kept"));
    }
}
