//! Attributes of OTLP: values of every type as text, bounded in number and length; and who a resource says it is.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::domain::address::Address;
use crate::domain::span::DROPPED_ATTRIBUTES;
pub(super) use crate::domain::span::{LONGEST_KEY, LONGEST_VALUE};
use crate::domain::value;
use crate::telemetry::names::Names;

/// Attributes of one thing; the rest is counted.
pub(super) const MOST: usize = 128;
/// How deep a value of values is written.
const DEEPEST: usize = 16;

/// A text cut to this many bytes; `…` stands where it was cut.
pub(super) fn cut(text: &str, most: usize) -> Arc<str> {
    if text.len() <= most {
        return text.into();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end]).into()
}

/// Attributes with what their values are, of all lists together so many; `dropped` are missing already.
pub(super) fn values(lists: &[&[KeyValue]], dropped: u32, names: &Names) -> Vec<(Arc<str>, value::Value)> {
    let all: usize = lists.iter().map(|list| list.len()).sum();
    let mut pairs = Vec::with_capacity(all.min(MOST) + 3);
    for attribute in lists.iter().copied().flatten().take(MOST) {
        pairs.push((key(&attribute.key, names), typed(attribute.value.as_ref())));
    }
    let missing = u64::from(dropped) + all.saturating_sub(MOST) as u64;
    if missing > 0 {
        pairs.push((names.get(DROPPED_ATTRIBUTES), missing.to_string().into()));
    }
    pairs
}

/// A key, once.
pub(super) fn key(key: &str, names: &Names) -> Arc<str> {
    if key.len() <= LONGEST_KEY { names.get(key) } else { cut(key, LONGEST_KEY) }
}

/// A value with what it is. What was cut is no literal any more.
pub(super) fn typed(value: Option<&AnyValue>) -> value::Value {
    let told = text(value, LONGEST_VALUE);
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::BoolValue(_) | Value::IntValue(_)) => value::Value::json(told),
        Some(Value::DoubleValue(number)) if number.is_finite() => value::Value::json(told),
        Some(Value::ArrayValue(_) | Value::KvlistValue(_))
            if serde_json::from_str::<serde::de::IgnoredAny>(&told).is_ok() =>
        {
            value::Value::json(told)
        }
        _ => told.into(),
    }
}

/// A value as text of this many bytes at most: a string as it is, everything nested as JSON.
pub(super) fn text(value: Option<&AnyValue>, most: usize) -> Arc<str> {
    match value.and_then(|value| value.value.as_ref()) {
        None => "".into(),
        Some(Value::StringValue(text)) => cut(text, most),
        Some(value) => {
            let mut out = String::new();
            write(value, &mut out, most, 0);
            cut(&out, most)
        }
    }
}

fn write(value: &Value, out: &mut String, most: usize, depth: usize) {
    if out.len() > most || depth > DEEPEST {
        return;
    }
    // Writing into a string cannot fail.
    let _ = match value {
        Value::StringValue(text) if depth == 0 => write!(out, "{text}"),
        Value::StringValue(text) => write!(out, "{}", serde_json::Value::from(text.as_str())),
        Value::BoolValue(truth) => write!(out, "{truth}"),
        Value::IntValue(number) => write!(out, "{number}"),
        Value::DoubleValue(number) if number.is_finite() || depth == 0 => write_double(out, *number),
        Value::DoubleValue(number) => write!(out, "\"{}\"", beyond(*number)),
        Value::BytesValue(bytes) => {
            let shown = &bytes[..bytes.len().min(most)];
            let text = base64::engine::general_purpose::STANDARD.encode(shown);
            if depth == 0 { write!(out, "{text}") } else { write!(out, "\"{text}\"") }
        }
        Value::StringValueStrindex(_) => Ok(()),
        Value::ArrayValue(list) => {
            list_of(out, ['[', ']'], &list.values, |out, item| inner(item.value.as_ref(), out, most, depth));
            Ok(())
        }
        Value::KvlistValue(list) => {
            list_of(out, ['{', '}'], &list.values, |out, pair| {
                let _ = write!(out, "{}:", serde_json::Value::from(pair.key.as_str()));
                inner(pair.value.as_ref().and_then(|value| value.value.as_ref()), out, most, depth);
            });
            Ok(())
        }
    };
}

/// A floating-point number, with an exponent where its digits would be hundreds, of a value of nine bytes. What is none in JSON is
/// a word.
pub(super) fn write_double(out: &mut String, number: f64) -> std::fmt::Result {
    match number.abs() {
        _ if !number.is_finite() => out.write_str(beyond(number)),
        0.0 | 1e-7..1e21 => write!(out, "{number}"),
        _ => write!(out, "{number:e}"),
    }
}

/// What is no number in JSON, in the words that its readers know.
fn beyond(number: f64) -> &'static str {
    match number {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    }
}

fn inner(value: Option<&Value>, out: &mut String, most: usize, depth: usize) {
    match value {
        Some(value) if depth < DEEPEST => write(value, out, most, depth + 1),
        Some(_) => out.push_str("\"…\""),
        None => out.push_str("null"),
    }
}

fn list_of<T>(out: &mut String, ends: [char; 2], items: &[T], mut each: impl FnMut(&mut String, &T)) {
    out.push(ends[0]);
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(ends[1]);
}

/// Who sent something.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sender {
    /// `service.name`.
    pub(super) service: Option<Arc<str>>,
    /// Its address, where told.
    pub(super) instance: Option<Address>,
}

/// Who a resource says it is. The address is `service.instance.id` where that is host:port, else a host and a port that
/// the resource names; a host alone, or a choice of several, is no address.
pub(super) fn sender(resource: Option<&Resource>, names: &Names) -> Sender {
    let attributes = resource.map_or(&[][..], |resource| &resource.attributes);
    let value = |key: &str| {
        let found = attributes.iter().find(|attribute| attribute.key == key)?;
        found.value.as_ref()?.value.as_ref()
    };
    let string = |key: &str| match value(key)? {
        Value::StringValue(text) if !text.is_empty() => Some(text.as_str()),
        // `host.ip` is a list; one of one is meant.
        Value::ArrayValue(list) => match list.values.as_slice() {
            [AnyValue { value: Some(Value::StringValue(text)) }] => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    };
    let port = |key: &str| match value(key)? {
        Value::IntValue(port) => u16::try_from(*port).ok(),
        Value::StringValue(port) => port.parse().ok(),
        _ => None,
    };
    let told = string("service.instance.id").and_then(|id| id.parse::<Address>().ok());
    let host = ["server.address", "net.host.ip", "net.host.name", "host.ip"].into_iter().find_map(string);
    let port = ["server.port", "net.host.port", "service.port"].into_iter().find_map(port);
    let named = || Address::new(host?, port?).ok();
    let service = string("service.name").map(|name| match name.len() {
        ..=LONGEST_KEY => names.get(name),
        _ => cut(name, LONGEST_KEY),
    });
    Sender { service, instance: told.or_else(named).filter(|address| address.port() != 0) }
}
