//! What the fields of a structured line mean: the names that loggers of the wild give to time, level, message, service
//! and trace. Names are flat, nested ones joined by dots; the first that is there counts.

use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat};
use crate::domain::span::{SpanId, TraceId};
use crate::domain::value::Value;

use super::format::Parsed;
use super::{level, time};

/// A field with its value as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) value: String,
    /// It was written as a number.
    pub(super) is_number: bool,
    /// It is a literal of JSON: a number, a truth, a list.
    pub(super) is_json: bool,
}

const TIME: &[&str] =
    &["@timestamp", "timestamp", "time", "ts", "@t", "asctime", "datetime", "record.time.timestamp", "t"];
const LEVEL: &[&str] =
    &["level", "severity", "log.level", "@l", "levelname", "lvl", "record.level.name", "severity_text", "loglevel"];
const MESSAGE: &[&str] =
    &["message", "msg", "short_message", "@m", "@mt", "event", "fields.message", "record.message", "log", "body"];
const TRACE: &[&str] = &[
    "trace_id",
    "traceId",
    "trace.id",
    "@tr",
    "dd.trace_id",
    "otelTraceID",
    "_trace_id",
    "traceID",
    "traceid",
    "fields.trace_id",
    "span.trace_id",
    "record.extra.trace_id",
    "mdc.traceId",
    "mdc.trace_id",
    "context.trace_id",
];
const SPAN: &[&str] = &[
    "span_id",
    "spanId",
    "span.id",
    "@sp",
    "dd.span_id",
    "otelSpanID",
    "_span_id",
    "spanID",
    "spanid",
    "fields.span_id",
    "span.span_id",
    "record.extra.span_id",
    "mdc.spanId",
    "mdc.span_id",
    "context.span_id",
];
const SERVICE: &[&str] =
    &["service.name", "service_name", "service", "serviceName", "app", "application", "dd.service", "fields.service"];
const INSTANCE: &[&str] = &["service.instance.id", "service.node.name", "instance", "service.address"];

/// Reads a line from its fields; what is understood is taken out of them.
pub(super) fn read(mut fields: Vec<Field>, format: LogFormat) -> Parsed {
    let mut parsed = Parsed { format, ..Parsed::default() };
    let pid = fields.iter().any(|field| field.key == "pid" || field.key == "hostname");
    parsed.at = take(&mut fields, TIME, |field| match field.is_number {
        true => field.value.parse().ok().and_then(time::by_number),
        false => time::by_text(&field.value).or_else(|| time::by_mail(&field.value)),
    });
    // Pino and bunyan count levels in tens, and call the service by its name.
    let in_tens = |field: &Field| field.is_number && field.value.parse().ok().and_then(level::by_tens).is_some();
    let is_pino = pid && fields.iter().any(|field| field.key == "level" && in_tens(field));
    let is_serilog = fields.iter().any(|field| field.key == "@mt" || field.key == "@m");
    parsed.level = take(&mut fields, LEVEL, |field| match field.value.parse::<i64>() {
        Ok(number) => level::by_tens(number).or_else(|| level::by_syslog(number)),
        Err(_) => level::by_word(&field.value),
    })
    // The compact form leaves out what is usual.
    .unwrap_or(if is_serilog { Level::Info } else { Level::Unknown });
    parsed.trace = take(&mut fields, TRACE, |field| trace_id(&field.value));
    parsed.span = take(&mut fields, SPAN, |field| hex::<8>(&field.value).map(SpanId));
    let name: &[&str] = if is_pino { &["name"] } else { &[] };
    let service = |field: &Field| (!field.value.is_empty() && !field.is_number).then(|| field.value.clone());
    parsed.service = take(&mut fields, SERVICE, service).or_else(|| take(&mut fields, name, service));
    parsed.instance =
        take(&mut fields, INSTANCE, |field| field.value.parse::<Address>().ok().filter(|address| address.port() != 0));
    parsed.message = take(&mut fields, MESSAGE, |field| Some(field.value.trim_end_matches('\n').to_owned()));
    parsed.fields = fields
        .into_iter()
        .map(|field| (field.key, if field.is_json { Value::json(field.value) } else { field.value.into() }))
        .collect();
    parsed
}

/// Takes the first field of these names that can be understood.
fn take<T>(fields: &mut Vec<Field>, keys: &[&str], read: impl Fn(&Field) -> Option<T>) -> Option<T> {
    for key in keys {
        let found = fields.iter().position(|field| field.key == *key);
        if let Some((place, value)) = found.and_then(|place| Some((place, read(&fields[place])?))) {
            fields.remove(place);
            return Some(value);
        }
    }
    None
}

/// An id in hex that is not all zero. A trace id of half the length is one of a system of half the length.
fn trace_id(text: &str) -> Option<TraceId> {
    match text.len() {
        16 => hex::<16>(&format!("{:0>32}", text)).map(TraceId),
        _ => hex::<16>(&text.replace('-', "")).map(TraceId),
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut id = [0; N];
    for (place, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    id.iter().any(|byte| *byte != 0).then_some(id)
}
