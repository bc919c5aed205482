//! OTLP's JSON, as the wild writes it. Strict first; what that refuses is repaired where the meaning is plain (nulls, names
//! of enums, lists without values, numbers in quotes) and tried once more.

use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads an export.
///
/// # Errors
/// What the strict reading said, where repairing did not help.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    // Derived readers take a list for a struct; nobody means that.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err("an export is a JSON object".to_owned());
    }
    serde_json::from_slice(bytes).or_else(|first: serde_json::Error| {
        let repaired = serde_json::from_slice::<Value>(bytes).ok().and_then(|mut value| {
            repair(&mut value);
            serde_json::from_value(value).ok()
        });
        repaired.ok_or_else(|| first.to_string())
    })
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
            object.iter_mut().for_each(|(key, value)| field(key, value));
            object.values_mut().for_each(repair);
        }
        _ => {}
    }
}

fn field(key: &str, value: &mut Value) {
    let repaired = match (key, &*value) {
        ("kind", Value::String(name)) => number(name, SpanKind::from_str_name(name).map(|kind| kind as i32)),
        ("code", Value::String(name)) => number(name, StatusCode::from_str_name(name).map(|code| code as i32)),
        ("severityNumber", Value::String(name)) => {
            number(name, SeverityNumber::from_str_name(name).map(|severity| severity as i32))
        }
        ("doubleValue", Value::String(text)) => {
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
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    #[test]
    fn what_the_wild_writes_is_read() {
        let text = r#"{"resourceSpans":[{"resource":null,"scopeSpans":[null,{"spans":[{"traceId":"AA0000000000000000000000000000AA",
            "spanId":"bb000000000000BB","parentSpanId":null,"name":"x","kind":"SPAN_KIND_SERVER","startTimeUnixNano":1,"endTimeUnixNano":"2",
            "status":{"code":"STATUS_CODE_ERROR"},"attributes":[{"key":"a","value":{"arrayValue":{}}},{"key":"b","value":{"doubleValue":"1.5"}}],"more":1}]}]}]}"#;
        let request: ExportTraceServiceRequest = read(text.as_bytes()).unwrap();
        let span = &request.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!((span.kind, span.status.as_ref().map(|s| s.code), span.attributes.len()), (2, Some(2), 2));
    }

    #[test]
    fn what_is_no_json_is_said_once() {
        for text in ["", "{", r#"{"resourceSpans":7}"#, "[]"] {
            assert!(read::<ExportTraceServiceRequest>(text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{{\"resourceSpans\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(read::<ExportTraceServiceRequest>(deep.as_bytes()).is_err());
    }
}
