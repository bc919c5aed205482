//! OTLP's JSON, as the wild writes it. Strict first; what that refuses is repaired where the meaning is plain (nulls, names
//! of enums, lists without values, numbers in quotes, halves of characters) and tried once more.

use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::deep;
use super::refused::{self, Refused};
use crate::domain::time::Moment;
use crate::telemetry::surrogates;

/// What JSON has no number for, in the words that the protocol gives it.
const BEYOND: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
/// What the names of all times end in.
const TIME: &str = "UnixNano";
/// Measurements that may be one of these, and may be left out.
const NUMBERS: [&str; 7] = ["asDouble", "sum", "min", "max", "quantile", "value", "zeroThreshold"];

/// Reads an export, and counts what in it could not be read: one span, record or metric that makes no sense is refused by
/// itself.
///
/// # Errors
/// What the strict reading said, where repairing did not help; or that nothing in it is known.
pub(super) fn read<T>(bytes: &[u8], now: Moment) -> Result<(T, Refused), String>
where
    T: DeserializeOwned + Default + PartialEq,
{
    let read = read_odd(bytes, now)?;
    // What is not known in an export is passed over; where that is all of it, it was meant for somebody else.
    if read.0 == T::default() && read.1.count() == 0 && says_more(bytes) {
        return Err("nothing in it is known: are its names those of OTLP, and is it sent to the right path?".to_owned());
    }
    Ok(read)
}

/// Whether an object that was read has anything in it.
fn says_more(bytes: &[u8]) -> bool {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    serde_json::from_slice::<Map<String, Value>>(bytes).is_ok_and(|object| !object.values().all(is_empty))
}

fn read_odd<T: DeserializeOwned>(bytes: &[u8], now: Moment) -> Result<(T, Refused), String> {
    // Derived readers take a list for a struct; nobody means that.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err("an export is a JSON object".to_owned());
    }
    let first = match serde_json::from_slice(bytes) {
        Ok(export) => return Ok((export, Refused::default())),
        Err(first) => first.to_string(),
    };
    let cut = deep::cut(bytes);
    let bytes = cut.as_deref().unwrap_or(bytes);
    let mended = || serde_json::from_slice(&surrogates::mended(bytes)?).ok();
    let Some(mut value) = serde_json::from_slice::<Value>(bytes).ok().or_else(mended) else { return Err(first) };
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
            // By some a time that is not known is an empty text.
            let is_none = |key: &str, value: &Value| value.is_null() || key.ends_with(TIME) && value == "";
            object.retain(|key, value| !is_none(key, value));
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
    // So is one that no number of 64 bits can be.
    let is_long =
        |value: &Value| value.as_str().is_some_and(|text| text.parse::<i128>().is_ok() && text.parse::<i64>().is_err());
    if object.get("intValue").is_some_and(is_long)
        && let Some(digits) = object.remove("intValue")
    {
        object.insert("stringValue".to_owned(), digits);
    }
    object.retain(|key, value| !(NUMBERS.contains(&key.as_str()) && is_beyond(value)));
}

fn field(key: &str, value: &mut Value) {
    let repaired = match (key, &*value) {
        ("kind", Value::String(name)) => number(name, "SPAN_KIND_", |name| Some(SpanKind::from_str_name(name)? as i32)),
        ("code", Value::String(name)) => {
            number(name, "STATUS_CODE_", |name| Some(StatusCode::from_str_name(name)? as i32))
        }
        ("severityNumber", Value::String(name)) => {
            number(name, "SEVERITY_NUMBER_", |name| Some(SeverityNumber::from_str_name(name)? as i32))
        }
        ("stringValue", Value::Number(number)) => Some(number.to_string().into()),
        // A whole number that was reckoned with as a float: Python's `time.time() * 1e9`.
        (key, Value::Number(number)) if key == "intValue" || key.ends_with(TIME) => {
            let whole = number.as_f64().filter(|whole| number.is_f64() && whole.fract() == 0.0 && whole.abs() < 9.2e18);
            whole.map(|whole| Value::from(whole as i64))
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
    match (key, value) {
        ("arrayValue" | "kvlistValue", Value::Object(list)) => with_values(list),
        // An empty name need not be written.
        ("attributes", Value::Array(pairs)) => {
            let pairs = pairs.iter_mut().filter_map(Value::as_object_mut);
            pairs.for_each(|pair| {
                pair.entry("key").or_insert_with(|| "".into());
            });
        }
        _ => {}
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

/// The number of an enum's name, whole or without what all of its names begin with. One that is not known is what is not said:
/// newer senders have more of them.
fn number(text: &str, front: &str, named: impl Fn(&str) -> Option<i32>) -> Option<Value> {
    let found = named(text).or_else(|| named(&format!("{front}{}", text.to_ascii_uppercase())));
    Some(found.or_else(|| text.parse().ok()).unwrap_or(0).into())
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
    fn what_is_odd_in_one_value_loses_nothing_else() {
        let span = |more: &str| {
            let text = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{more}}}]}}]}}]}}"#);
            let (export, refused) = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
            assert_eq!(refused.count(), 0, "{more}");
            export.resource_spans[0].scope_spans[0].spans[0].clone()
        };
        let told = span(
            r#""kind":"SERVER","status":{"code":"error"},"startTimeUnixNano":1.795415675093e+18,"endTimeUnixNano":"""#,
        );
        assert_eq!(
            (told.kind, told.status.map(|s| s.code), told.start_time_unix_nano),
            (2, Some(2), 1_795_415_675_092_999_936)
        );
        assert_eq!(span(r#""kind":"SPAN_KIND_OF_LATER""#).kind, 0);
        assert_eq!(span(r#""name":"cut \ud83d""#).name, "cut \u{fffd}");
        let told = span(
            r#""attributes":[{"key":"a","value":{"intValue":5.0}},{"key":"b","value":{"intValue":"99999999999999999999"}},{"key":"c","value":{"stringValue":7}},{"value":{"stringValue":"no key"}}]"#,
        );
        let told: Vec<_> =
            told.attributes.iter().map(|a| super::super::attribute::text(a.value.as_ref(), 99)).collect();
        assert_eq!(told.iter().map(|text| &**text).collect::<Vec<_>>(), ["5", "99999999999999999999", "7", "no key"]);
    }

    #[test]
    fn an_export_of_which_nothing_is_known_is_no_success() {
        for text in [
            r#"{"resource_spans":[{}]}"#,
            r#"{"resourceLogs":[{"scopeLogs":[]}]}"#,
            r#"{"spans":[{"traceId":"01"}]}"#,
            r#"{"data":7}"#,
        ] {
            let why = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap_err();
            assert!(why.contains("nothing in it is known"), "{text}: {why}");
        }
        for text in
            ["{}", r#"{"resourceSpans":[]}"#, r#"{"resourceSpans":null}"#, r#"{"resourceSpans":[{}],"later":1}"#]
        {
            assert!(read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).is_ok(), "{text}");
        }
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
    fn a_value_of_too_many_values_loses_nothing_else() {
        for (front, end) in
            [(r#"{"arrayValue":{"values":["#, "]}}"), (r#"{"kvlistValue":{"values":[{"key":"k","value":"#, "}]}}")]
        {
            let deep = format!(r#"{}{{"stringValue":"x"}}{}"#, front.repeat(60), end.repeat(60));
            let text = format!(
                r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"name":"x","attributes":[{{"key":"a","value":{deep}}},
                {{"key":"b","value":{{"intValue":"7"}}}}]}},{{"name":"y"}}]}}]}}]}}"#
            );
            let (request, refused) = read::<ExportTraceServiceRequest>(text.as_bytes(), Moment(0)).unwrap();
            let spans = &request.resource_spans[0].scope_spans[0].spans;
            assert_eq!((spans.len(), spans[0].attributes.len(), refused.count()), (2, 2, 0));
            // It is written again for the walk over its bytes.
            use prost::Message;
            let read = super::super::span::read(&request.encode_to_vec(), &Default::default(), Moment(0));
            assert!(read.is_ok(), "{:?}", read.err().map(|wrong| wrong.to_string()));
        }
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
