//! Zipkin's spans (v2, JSON), as its reporters and those of Micrometer and OpenTelemetry send them. A span that cannot be
//! read is left out and counted; the others of the same list are taken all the same.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::attribute::{self, cut};
use super::deep;
use super::refused::{Refused, Why};
use super::span::MOST_SPANS;
use super::timed::times;
use crate::domain::address::Address;
use crate::domain::attributes::Attributes;
use crate::domain::span::{
    DROPPED_ATTRIBUTES, DROPPED_EVENTS, Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, UNTIMED,
};
use crate::domain::time::Moment;
use crate::domain::value;
use crate::telemetry::names::Names;

/// Annotations of one span; the rest is left out, and counted.
const MOST: usize = 128;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 1 << 10;

/// A span as Zipkin has it. What is not known is passed over; what is null is not there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    trace_id: String,
    id: String,
    parent_id: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    timestamp: Option<u64>,
    duration: Option<u64>,
    local_endpoint: Option<Endpoint>,
    remote_endpoint: Option<Endpoint>,
    tags: Option<Map<String, Value>>,
    annotations: Option<Vec<Annotation>>,
    shared: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    service_name: Option<String>,
    ipv4: Option<String>,
    ipv6: Option<String>,
    port: Option<u16>,
}

#[derive(Debug, Deserialize)]
struct Annotation {
    timestamp: Option<u64>,
    value: Option<String>,
}

/// The spans of a list, and what of it was refused at this moment.
///
/// # Errors
/// It is no list of JSON, or nothing in it is a span.
pub(super) fn read(bytes: &[u8], names: &Names, now: Moment) -> Result<(Vec<Span>, Refused), String> {
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return Err("spans of Zipkin are a JSON list".to_owned());
    }
    let mut refused = Refused::default();
    let told = match serde_json::from_slice::<Vec<Told>>(bytes) {
        Ok(told) => told,
        // One of them is odd: each by itself.
        Err(_) => {
            let cut = deep::cut(bytes);
            let all: Vec<Value> = serde_json::from_slice(cut.as_deref().unwrap_or(bytes)).map_err(|e| e.to_string())?;
            let one =
                |one: Value| Told::deserialize(&one).map_err(|wrong| refused.unread(service(&one), now, &wrong)).ok();
            all.into_iter().filter_map(one).collect()
        }
    };
    let mut spans = Vec::with_capacity(told.len().min(MOST_SPANS));
    for (place, one) in told.into_iter().enumerate() {
        let whose = one.local_endpoint.as_ref().and_then(|local| local.service_name.clone());
        let taken = if place < MOST_SPANS { span(one, names, now).ok_or(Why::Ids) } else { Err(Why::Beyond) };
        match taken {
            Ok(span) => spans.push(span),
            Err(why) => refused.put(whose.as_deref().filter(|name| name.len() <= LONGEST_NAME), why, now),
        }
    }
    if spans.is_empty() && refused.count() > 0 {
        return Err("no span with a trace id and an id in hex is in it".to_owned());
    }
    Ok((spans, refused))
}

/// The service of a span that cannot be read otherwise.
fn service(span: &Value) -> Option<&str> {
    span.get("localEndpoint")?.get("serviceName")?.as_str().filter(|name| name.len() <= LONGEST_NAME)
}

fn span(told: Told, names: &Names, now: Moment) -> Option<Span> {
    let name = |text: &str| if text.len() <= LONGEST_NAME { names.get(text) } else { cut(text, LONGEST_NAME) };
    let tags = told.tags.unwrap_or_default();
    let local = told.local_endpoint.as_ref();
    let start_ns = told.timestamp.unwrap_or(0).saturating_mul(1_000);
    let lasted_ns = told.duration.map(|us| us.saturating_mul(1_000));
    let end_ns = lasted_ns.filter(|_| start_ns > 0).map_or(0, |lasted| start_ns.saturating_add(lasted));
    let (start_ns, end_ns, untimed) = times(start_ns, end_ns, now);
    // How long it took may be told alone.
    let start_ns = start_ns - lasted_ns.filter(|_| told.timestamp.unwrap_or(0) == 0).unwrap_or(0).min(start_ns);
    let error = tags.get("error");
    let otel = tags.get("otel.status_code").and_then(Value::as_str);
    let status = match (error, otel) {
        (Some(_), _) | (_, Some("ERROR")) => SpanStatus::Error,
        (None, Some("OK")) => SpanStatus::Ok,
        _ => SpanStatus::Unset,
    };
    let message = error.and_then(Value::as_str).filter(|text| !matches!(*text, "" | "true")).unwrap_or_default();
    let service = local.and_then(|e| e.service_name.as_deref()).filter(|s| !s.is_empty()).unwrap_or("unknown_service");
    let instance = instance(&tags, local);
    let mut attributes: Vec<(Arc<str>, value::Value)> =
        tags.iter().take(attribute::MOST).map(|(key, value)| (attribute::key(key, names), text(value))).collect();
    if let Some(remote) = &told.remote_endpoint {
        let mut more = |key: &str, value: Option<String>| {
            if let Some(value) = value.filter(|_| !tags.contains_key(key)) {
                attributes.push((names.get(key), cut(&value, attribute::LONGEST_VALUE).into()));
            }
        };
        more("peer.service", remote.service_name.clone().filter(|name| !name.is_empty()));
        more("server.address", remote.ipv4.clone().or_else(|| remote.ipv6.clone()));
        more("server.port", remote.port.map(|port| port.to_string()));
    }
    let mut annotations = told.annotations.unwrap_or_default();
    for (what, all, most) in
        [(DROPPED_ATTRIBUTES, tags.len(), attribute::MOST), (DROPPED_EVENTS, annotations.len(), MOST)]
    {
        if all > most {
            // An exporter of OpenTelemetry's says in a tag of this name how many it left out itself.
            let before = tags.get(what).and_then(|told| told.as_str()?.parse::<u64>().ok()).unwrap_or(0);
            let missing = before.saturating_add((all - most) as u64).to_string();
            attributes.retain(|(key, _)| &**key != what);
            attributes.push((names.get(what), missing.into()));
        }
    }
    annotations.truncate(MOST);
    attributes.extend(untimed.map(|untimed| (names.get(UNTIMED), untimed.into())));
    let event = |annotation: Annotation| SpanEvent {
        at_ns: annotation.timestamp.unwrap_or(0).saturating_mul(1_000),
        name: name(annotation.value.as_deref().unwrap_or_default()),
        attributes: Attributes::default(),
    };
    Some(Span {
        trace: TraceId(id(&told.trace_id)?),
        id: SpanId(id(&told.id)?),
        parent: told.parent_id.as_deref().and_then(id).map(SpanId),
        name: name(told.name.as_deref().unwrap_or_default()),
        kind: match told.kind.as_deref() {
            Some("SERVER") => SpanKind::Server,
            Some("CLIENT") => SpanKind::Client,
            Some("PRODUCER") => SpanKind::Producer,
            Some("CONSUMER") => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        service: name(service),
        instance,
        start_ns,
        end_ns,
        status,
        message: cut(message, attribute::LONGEST_VALUE),
        attributes: attributes.into(),
        events: annotations.into_iter().map(event).collect(),
        links: Vec::new(),
        shares: told.shared == Some(true),
    })
}

/// Its address: the tag of that meaning where it is host:port, else what the local endpoint tells.
fn instance(tags: &Map<String, Value>, local: Option<&Endpoint>) -> Option<Address> {
    let told = tags.get("service.instance.id").and_then(Value::as_str).and_then(|id| id.parse::<Address>().ok());
    let local = || {
        let local = local?;
        let host = local.ipv4.as_deref().or(local.ipv6.as_deref())?;
        Address::new(host, local.port?).ok()
    };
    told.or_else(local).filter(|address| address.port() != 0)
}

/// A tag's value: a string by the format; whatever else somebody writes is kept as what it is.
fn text(value: &Value) -> value::Value {
    match value {
        Value::String(text) => cut(text, attribute::LONGEST_VALUE).into(),
        Value::Null => "".into(),
        other => {
            let text = other.to_string();
            if text.len() <= attribute::LONGEST_VALUE {
                value::Value::json(text)
            } else {
                cut(&text, attribute::LONGEST_VALUE).into()
            }
        }
    }
}

/// An id in hex, up to twice `N` digits, zeros in front where it is shorter; not all zero.
fn id<const N: usize>(hex: &str) -> Option<[u8; N]> {
    if hex.is_empty() || hex.len() > 2 * N || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut id = [0; N];
    for (place, digit) in hex.bytes().rev().enumerate() {
        let value = char::from(digit).to_digit(16)? as u8;
        id[N - 1 - place / 2] |= value << (place % 2 * 4);
    }
    id.iter().any(|byte| *byte != 0).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<(Vec<Span>, u64), String> {
        read(text.as_bytes(), &Names::default(), Moment(0)).map(|(spans, refused)| (spans, refused.count()))
    }

    #[test]
    fn what_an_exporter_sends_is_read() {
        let file = format!("{}/tests/fixtures/zipkin/js-exporter-spans.json", env!("CARGO_MANIFEST_DIR"));
        let (spans, refused) = read(&std::fs::read(file).unwrap(), &Names::default(), Moment(0)).unwrap();
        assert_eq!((spans.len(), refused.count()), (2, 0));
        let client = &spans[0];
        assert_eq!(
            (client.kind, client.status, &*client.message),
            (SpanKind::Client, SpanStatus::Error, "deadline exceeded")
        );
        assert_eq!((client.parent, &*client.service), (Some(spans[1].id), "checkout"));
        assert_eq!((client.start_ns, client.duration_ns()), (1_795_415_728_085_000_000, 142_000));
        assert_eq!(&*client.events[0].name, "connect.timeout");
        assert!(client.instance.is_none(), "checkout-3 is no address");
    }

    #[test]
    fn odd_spans_do_not_lose_the_others() {
        let good = r#"{"traceId":"a1","id":"b2","kind":"TELEPATHY","tags":null,"annotations":null,"debug":true,
            "localEndpoint":{"serviceName":"x","ipv4":"10.0.0.4","port":5002},"remoteEndpoint":{"serviceName":"y","port":70}}"#;
        let (spans, refused) = of(&format!(r#"[{good},{{"traceId":7}},{{"traceId":"zz","id":"1"}}]"#)).unwrap();
        assert_eq!((spans.len(), refused), (1, 2));
        assert_eq!(spans[0].trace.to_string(), "000000000000000000000000000000a1");
        assert_eq!(spans[0].instance.as_ref().map(|a| a.text()), Some("10.0.0.4:5002"));
        assert_eq!(spans[0].attribute("peer.service"), Some("y"));
    }

    #[test]
    fn what_is_left_out_of_a_span_is_counted_with_what_its_exporter_left_out() {
        let annotations = vec![r#"{"timestamp":1,"value":"x"}"#; MOST + 3].join(",");
        let (spans, _) = of(&format!(
            r#"[{{"traceId":"a1","id":"b2","timestamp":7,"duration":1,"tags":{{"otel.dropped_events_count":"4"}},"annotations":[{annotations}]}}]"#
        ))
        .unwrap();
        assert_eq!((spans[0].events.len(), spans[0].missing(DROPPED_EVENTS)), (MOST, 7));
        assert!(spans[0].truncated() && spans[0].attributes.len() == 1);
    }

    #[test]
    fn a_span_without_times_is_of_no_length_and_marked() {
        let now = Moment(1_795_415_728_000);
        for (told, start_us, lasted_us, is_marked) in [
            (r#","timestamp":1795415728000000,"duration":5"#, 1_795_415_728_000_000, 5, false),
            (r#","timestamp":1795415728000000,"duration":0"#, 1_795_415_728_000_000, 0, false),
            (r#","timestamp":1795415728000000"#, 1_795_415_728_000_000, 0, true),
            (r#","duration":5"#, 1_795_415_727_999_995, 5, true),
            ("", 1_795_415_728_000_000, 0, true),
        ] {
            let text = format!(r#"[{{"traceId":"a1","id":"b2"{told}}}]"#);
            let (spans, _) = read(text.as_bytes(), &Names::default(), now).unwrap();
            let got = (spans[0].start_ns / 1_000, spans[0].duration_ns() / 1_000, spans[0].is_untimed());
            assert_eq!(got, (start_us, lasted_us, is_marked), "{told}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for text in ["", "{}", "[", "[7]", r#"[{"traceId":"","id":"1"}]"#] {
            assert!(of(text).is_err(), "{text}");
        }
        assert_eq!(of("[]").unwrap(), (Vec::new(), 0));
    }
}
