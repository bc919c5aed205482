//! Spans read from bytes: against the protocol's own reader, and at the limits.

use super::super::{attribute::LONGEST_KEY, texts::LONGEST_NAME};
use super::*;
use crate::domain::attributes::Attributes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{self as common, AnyValue, KeyValue, KeyValueList, any_value};
use opentelemetry_proto::tonic::trace::v1 as proto;
use pretty_assertions::assert_eq;

fn pair(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn string(text: &str) -> any_value::Value {
    any_value::Value::StringValue(text.to_owned())
}

fn span() -> proto::Span {
    let (start_time_unix_nano, end_time_unix_nano) = (1_795_415_728_085_000_000, 1_795_415_728_086_000_000);
    let (trace_id, span_id, name) = (vec![1; 16], vec![2; 8], "GET /".to_owned());
    proto::Span { trace_id, span_id, name, start_time_unix_nano, end_time_unix_nano, ..proto::Span::default() }
}

fn link() -> proto::span::Link {
    proto::span::Link { trace_id: vec![3; 16], span_id: vec![4; 8], ..Default::default() }
}

fn export(spans: Vec<proto::Span>) -> Vec<u8> {
    let scope_spans = vec![proto::ScopeSpans { spans, ..proto::ScopeSpans::default() }];
    let resource = Resource { attributes: vec![pair("service.name", string("orders"))], ..Resource::default() };
    let spans = proto::ResourceSpans { resource: Some(resource), scope_spans, ..proto::ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![spans] }.encode_to_vec()
}

fn taken(spans: Vec<proto::Span>) -> Vec<Span> {
    read(&export(spans), &Names::default(), Moment(0)).unwrap().0
}

#[test]
fn values_of_every_type_are_text_and_say_whether_they_are_literals() {
    use any_value::Value::*;
    let list = || common::ArrayValue {
        values: vec![AnyValue { value: Some(string("a")) }, AnyValue { value: Some(IntValue(1)) }],
    };
    let map = KeyValueList { values: vec![pair("k", ArrayValue(list())), pair("n", BoolValue(true))] };
    let told = [
        (string("two words"), "two words", false),
        (string(""), "", false),
        (BoolValue(true), "true", true),
        (IntValue(-42), "-42", true),
        (DoubleValue(1.5), "1.5", true),
        (DoubleValue(-0.25e-6), "-0.00000025", true),
        (DoubleValue(f64::MAX), "1.7976931348623157e308", true),
        (DoubleValue(5e-324), "5e-324", true),
        (DoubleValue(f64::NAN), "NaN", false),
        (DoubleValue(f64::NEG_INFINITY), "-Infinity", false),
        (ArrayValue(list()), r#"["a",1]"#, true),
        (KvlistValue(map), r#"{"k":["a",1],"n":true}"#, true),
        (BytesValue(vec![1, 2, 3]), "AQID", false),
        (StringValueStrindex(7), "", false),
    ];
    let attributes = told.iter().map(|(value, ..)| pair("key", value.clone())).collect();
    let with = proto::Span { attributes, ..span() };
    // Each as it was, in whichever order: the second time its places are known.
    for span in taken(vec![with.clone(), with]) {
        let got: Vec<_> =
            span.attributes.iter().map(|(key, value)| (&**key, value.as_str(), value.is_json())).collect();
        let wanted: Vec<_> = told.iter().map(|(_, text, json)| ("key", *text, *json)).collect();
        assert_eq!(got, wanted);
        assert!(span.attributes.iter().all(|(_, value)| value.is_json() != value.to_json().is_string()), "as it says");
    }
}

#[test]
fn a_span_whose_times_are_not_told_is_of_no_length_and_marked() {
    let (now, ns) = (Moment(1_795_415_728_000), 1_795_415_728_085_000_000);
    for (start, end, wanted, mark) in [
        (ns, ns + 7, (ns, 7), None),
        (0, ns, (ns, 0), Some("no start told")),
        (ns, 0, (ns, 0), Some("no end told")),
        (0, 0, (1_795_415_728_000_000_000, 0), Some("neither start nor end told: as it came")),
        (ns, ns - 1, (ns, 0), Some("its end is before its start")),
    ] {
        let with = proto::Span { start_time_unix_nano: start, end_time_unix_nano: end, ..span() };
        let (spans, _) = read(&export(vec![with]), &Names::default(), now).unwrap();
        let one = &spans[0];
        assert_eq!((one.start_ns, one.duration_ns()), wanted, "{start} {end}");
        assert_eq!((one.attribute(UNTIMED), one.is_untimed()), (mark, mark.is_some()), "{start} {end}");
    }
}

#[test]
fn what_is_too_much_is_cut_and_says_so() {
    let long = "é".repeat(LONGEST_VALUE);
    let mut attributes: Vec<KeyValue> = (0..200).map(|n| pair(&format!("k{n}"), string("v"))).collect();
    attributes[0] = pair(&long, string(&long));
    let event = proto::span::Event { name: "e".to_owned(), attributes: attributes.clone(), ..Default::default() };
    let with = proto::Span {
        attributes,
        dropped_attributes_count: 3,
        name: long.clone(),
        events: vec![event; MOST + 5],
        dropped_events_count: 2,
        links: vec![proto::span::Link::default(), link(), link()],
        dropped_links_count: 1,
        status: Some(proto::Status { message: long, code: 2 }),
        ..span()
    };
    let span = taken(vec![with]).remove(0);
    assert!(span.truncated() && span.name.len() <= LONGEST_NAME + 3 && span.name.ends_with('…'));
    assert!(span.message.ends_with('…') && span.status == SpanStatus::Error);
    assert_eq!((span.attributes.len(), span.events.len(), span.links.len()), (attribute::MOST + 3, MOST, 2));
    let (key, value) = span.attributes.iter().next().unwrap();
    assert!(key.len() <= LONGEST_KEY + 3 && value.len() <= LONGEST_VALUE + 3 && value.ends_with('…'));
    let missing = |pairs: &Attributes| {
        let (key, value) = pairs.iter().nth(attribute::MOST)?;
        Some((key.to_string(), value.to_string()))
    };
    assert_eq!(missing(&span.attributes), Some((DROPPED_ATTRIBUTES.to_owned(), "75".to_owned())));
    assert_eq!([DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS].map(|what| span.missing(what)), [75, 5 + 2, 1 + 1]);
    assert_eq!(missing(&span.events[MOST - 1].attributes), Some((DROPPED_ATTRIBUTES.to_owned(), "72".to_owned())));
}

#[test]
fn what_a_span_says_that_is_refused_is_none_of_the_next() {
    let with = |span_id: Vec<u8>, value: &str| {
        let event = proto::span::Event { attributes: vec![pair("of", string(value))], ..Default::default() };
        proto::Span { span_id, attributes: vec![pair("own", string(value))], events: vec![event], ..span() }
    };
    let spans = taken(vec![with(vec![2; 8], "one"), with(vec![0; 8], "refused"), with(vec![3; 8], "two")]);
    let told =
        |span: &Span| [span.attribute("own"), span.events[0].attributes.get("of")].map(|it| it.map(str::to_owned));
    assert_eq!([told(&spans[0]), told(&spans[1])], ["one", "two"].map(|it| [it, it].map(|it| Some(it.to_owned()))));
    assert_eq!(spans.len(), 2);
}

#[test]
fn an_export_has_so_many_spans_and_no_more_and_each_has_its_ids() {
    let nameless = proto::Span { span_id: vec![0; 8], ..span() };
    let (spans, refused) = read(&export(vec![nameless, span()]), &Names::default(), Moment(0)).unwrap();
    assert!((spans.len(), refused.count()) == (1, 1) && refused.answer("spans").1.contains("16 bytes"));
    let (spans, refused) = read(&export(vec![span(); MOST_SPANS + 7]), &Names::default(), Moment(0)).unwrap();
    let why = "7 spans refused: an export may have 10000".to_owned();
    assert_eq!((spans.len(), refused.answer("spans")), (MOST_SPANS, (7, why)));
}

#[test]
fn a_span_says_how_many_events_and_links_it_has_no_more() {
    let whole = proto::Span { events: vec![Default::default(); MOST], links: vec![link(); MOST], ..span() };
    let events = proto::Span { events: vec![Default::default(); MOST + 1], ..span() };
    let links = proto::Span { links: vec![link(); MOST + 9], ..span() };
    let sender = proto::Span { dropped_events_count: 7, dropped_links_count: u32::MAX, ..span() };
    let spans = taken(vec![whole, events, links, sender]);
    let told: Vec<_> = spans
        .iter()
        .map(|s| (s.events.len(), s.missing(DROPPED_EVENTS), s.links.len(), s.missing(DROPPED_LINKS), s.truncated()))
        .collect();
    let most = u64::from(u32::MAX);
    assert_eq!(told, [(MOST, 0, MOST, 0, false), (MOST, 1, 0, 0, true), (0, 0, MOST, 9, true), (0, 7, 0, most, true)]);
    assert!(spans[0].attributes.is_empty());
}

#[test]
fn whose_spans_they_are_may_be_said_behind_them() {
    let bytes = export(vec![span()]);
    // The resource's field moved behind its spans.
    let mut fields = Fields(&bytes);
    let inner = fields.next().unwrap().unwrap().bytes().unwrap();
    let length = 2 + usize::from(inner[1]);
    let turned: Vec<u8> = inner[length..].iter().chain(&inner[..length]).copied().collect();
    let head = bytes.len() - inner.len();
    let turned = [&bytes[..head], &turned].concat();
    let (spans, _) = read(&turned, &Names::default(), Moment(0)).unwrap();
    assert_eq!((spans.len(), &*spans[0].service), (1, "orders"));
}
