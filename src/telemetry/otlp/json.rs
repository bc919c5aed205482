//! OTLP's JSON, as the wild writes it. Strict first; what that refuses is repaired where the meaning is plain (nulls, names
//! of enums, lists without values, numbers in quotes) and tried once more.

use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refused::{self, Refused};
use crate::domain::time::Moment;

/// What JSON has no number for, in the words that the protocol gives it.
const BEYOND: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
/// Measurements that may be one of these, and may be left out.
const NUMBERS: [&str; 7] = ["asDouble", "sum", "min", "max", "quantile", "value", "zeroThreshold"];

/// Reads an export, and counts what in it could not be read: one span, record or metric that makes no sense is refused by
/// itself.
///
/// # Errors
/// What the strict reading said, where repairing did not help.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], now: Moment) -> Result<(T, Refused), String> {
    // Derived readers take a list for a struct; nobody means that.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err("an export is a JSON object".to_owned());
    }
    let first = match serde_json::from_slice(bytes) {
        Ok(export) => return Ok((export, Refused::default())),
        Err(first) => first.to_string(),
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return Err(first) };
    repair(&mut value);
    if let Ok(export) = T::deserialize(&value) {
        return Ok((export, Refused::default()));
    }
    let mut refused = Refused::default();
    sift(&mut value, None, now, &mut refused);
    match T::deserialize(&value) {
        Ok(export) if refused.count() > 0 => Ok((export, refused)),
        _ => Err(first),
    }
}

/// Takes out the spans, records and metrics that cannot be read, of this service where nothing within says whose they are.
fn sift(value: &mut Value, whose: Option<&str>, now: Moment, refused: &mut Refused) {
    let Value::Object(object) = value else {
        return value.as_array_mut().into_iter().flatten().for_each(|item| sift(item, whose, now, refused));
    };
    let own = refused::service(object.get("resource")).map(str::to_owned);
    let whose = own.as_deref().or(whose);
    for (key, value) in object {
        let reads: fn(&Value) -> Option<serde_json::Error> = match key.as_str() {
            "resourceSpans" | "scopeSpans" | "resourceLogs" | "scopeLogs" | "resourceMetrics" | "scopeMetrics" => {
                sift(value, whose, now, refused);
                continue;
            }
            "spans" => |span| Span::deserialize(span).err(),
            "logRecords" => |record| LogRecord::deserialize(record).err(),
            "metrics" => |metric| Metric::deserialize(metric).err(),
            _ => continue,
        };
        let Value::Array(items) = value else { continue };
        items.retain(|item| {
            let Some(wrong) = reads(item) else { return true };
            refused.unread(whose, now, &wrong);
            false
        });
    }
}

/// As deep as `serde_json` lets a document be, so the stack holds.
fn repair(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(repair);
        }
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            beyond(object);
            object.iter_mut().for_each(|(key, value)| field(key, value));
            object.values_mut().for_each(repair);
        }
        _ => {}
    }
}

/// Numbers that JSON has no literal for. Of an attribute such a one is shown by its word; a measurement that is none is not
/// there.
fn beyond(object: &mut Map<String, Value>) {
    let is_beyond = |value: &Value| value.as_str().is_some_and(|text| BEYOND.contains(&text));
    if object.get("doubleValue").is_some_and(is_beyond)
        && let Some(word) = object.remove("doubleValue")
    {
        object.insert("stringValue".to_owned(), word);
    }
    object.retain(|key, value| !(NUMBERS.contains(&key.as_str()) && is_beyond(value)));
}

fn field(key: &str, value: &mut Value) {
    let repaired = match (key, &*value) {
        ("kind", Value::String(name)) => number(name, SpanKind::from_str_name(name).map(|kind| kind as i32)),
        ("code", Value::String(name)) => number(name, StatusCode::from_str_name(name).map(|code| code as i32)),
        ("severityNumber", Value::String(name)) => {
            number(name, SeverityNumber::from_str_name(name).map(|severity| severity as i32))
        }
        ("explicitBounds", Value::Array(bounds)) => Some(bounds.iter().map(bound).collect()),
        (key, Value::String(text)) if key == "doubleValue" || NUMBERS.contains(&key) => {
            text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number)
        }
        ("boolValue", Value::String(text)) => text.parse::<bool>().ok().map(Value::Bool),
        _ => None,
    };
    if let Some(repaired) = repaired {
        *value = repaired;
    }
    if let ("arrayValue" | "kvlistValue", Value::Object(list)) = (key, value) {
        with_values(list);
    }
}

/// A bound that is written as a text. The one that has no end is as far as a number goes.
fn bound(value: &Value) -> Value {
    match value.as_str() {
        Some("Infinity") => f64::MAX.into(),
        Some(text) => {
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or_else(|| text.into(), Value::from)
        }
        None => value.clone(),
    }
}

fn number(text: &str, named: Option<i32>) -> Option<Value> {
    named.or_else(|| text.parse().ok()).map(Value::from)
}

fn with_values(list: &mut Map<String, Value>) {
    if !list.get("values").is_some_and(Value::is_array) {
        list.insert("values".to_owned(), Value::Array(Vec::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    #[test]
    fn what_the_wild_writes_is_read() {
        let text = r#"{"resourceSpans":[{"resource":null,"scopeSpans":[null,{"spans":[{"traceId":"AA0000000000000000000000000000AA",
            "spanId":"bb000000000000BB","parentSpanId":null,"name":"x","kind":"SPAN_KIND_SERVER","startTimeUnixNano":1,"endTimeUnixNano":"2",
            "status":{"code":"STATUS_CODE_ERROR"},"attributes":[{"key":"a","value":{"arrayValue":{}}},{"key":"b","value":{"doubleValue":"1.5"}}],"more":1}]}]}]}"#;
        let (request, refused) = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
        assert_eq!(refused, Refused::default());
        let span = &request.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!((span.kind, span.status.as_ref().map(|s| s.code), span.attributes.len()), (2, Some(2), 2));
    }

    #[test]
    fn numbers_that_json_has_none_for_are_taken() {
        let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x","attributes":[
            {"key":"a","value":{"doubleValue":"NaN"}},{"key":"b","value":{"doubleValue":"-Infinity"}}]}]}]}]}"#;
        let (request, refused) = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
        let attributes = &request.resource_spans[0].scope_spans[0].spans[0].attributes;
        let told: Vec<_> = attributes.iter().map(|a| super::super::attribute::text(a.value.as_ref(), 99)).collect();
        assert_eq!(
            (told.iter().map(|text| &**text).collect::<Vec<_>>(), refused.count()),
            (vec!["NaN", "-Infinity"], 0)
        );
        let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"h","histogram":{"aggregationTemporality":2,
            "dataPoints":[{"count":"3","sum":"NaN","max":"Infinity","bucketCounts":["1","2"],"explicitBounds":["Infinity"]}]}},
            {"name":"g","gauge":{"dataPoints":[{"asDouble":"NaN"},{"asDouble":"1.5"}]}}]}]}]}"#;
        let (request, refused) = read::<ExportMetricsServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
        assert_eq!((request.resource_metrics[0].scope_metrics[0].metrics.len(), refused.count()), (2, 0));
    }

    #[test]
    fn one_span_that_makes_no_sense_does_not_take_the_others_with_it() {
        let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"},{"name":7},{"name":"y","startTimeUnixNano":"soon"}]}]}]}"#;
        let (request, refused) = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
        assert_eq!(request.resource_spans[0].scope_spans[0].spans.len(), 1);
        assert!(refused.count() == 2 && refused.answer("spans").1.contains("expected a string"), "{refused:?}");
        let text = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":{}},{"severityText":"x"}]}]}]}"#;
        assert_eq!(read::<ExportLogsServiceRequest>(text.as_bytes(), Moment(0)).unwrap().1.count(), 1);
    }

    #[test]
    fn what_is_no_json_is_said_once() {
        for text in ["", "{", r#"{"resourceSpans":7}"#, "[]"] {
            assert!(read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).is_err(), "{text}");
        }
        let deep = format!("{{\"resourceSpans\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(read::<ExportTraceServiceRequest>(deep.as_bytes(), Moment(0)).is_err());
    }
}
