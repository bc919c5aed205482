//! What a span costs: from an export's bytes on the wire to a span held and counted, and what a filter costs on many lines.
//! `cargo bench --bench otlp`

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keepwatch::domain::fact::{Fact, Mailbox};
use keepwatch::domain::log::{Level, LogFormat, LogLine, LogSource};
use keepwatch::domain::span::Span;
use keepwatch::domain::time::Moment;
use keepwatch::store::logs::{LogFilter, LogList, Logs};
use keepwatch::store::traces::Traces;
use keepwatch::store::traffic::TrafficStore;
use keepwatch::telemetry::otlp::Intake;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

const SPANS: usize = 10_000;
const EXPORT: usize = 500;
const NOW: Moment = Moment(1_795_415_400_000);

#[derive(Default)]
struct Box(Mutex<Vec<Vec<Span>>>);

impl Mailbox for Box {
    fn put(&self, fact: Fact) {
        if let Fact::Spans(spans) = fact {
            self.0.lock().expect("no thread panics with it").push(spans);
        }
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

/// Exports of 500 spans with 8 attributes, as a service under load makes them; five spans are a trace.
fn exports() -> Vec<Vec<u8>> {
    let span = |n: usize| {
        let trace = (n / 5 + 1) as u128;
        proto::Span {
            trace_id: trace.to_be_bytes().to_vec(),
            span_id: (n as u64 + 1).to_be_bytes().to_vec(),
            parent_span_id: if n.is_multiple_of(5) { Vec::new() } else { (n as u64).to_be_bytes().to_vec() },
            name: "GET /orders/{id}".to_owned(),
            kind: 2 + (n % 2) as i32,
            start_time_unix_nano: 1_795_415_400_000_000_000 + n as u64 * 1_000,
            end_time_unix_nano: 1_795_415_400_010_000_000 + n as u64 * 1_000,
            attributes: vec![
                attribute("http.request.method", "GET"),
                attribute("http.route", "/orders/{id}"),
                attribute("http.response.status_code", "200"),
                attribute("url.path", &format!("/orders/{n}")),
                attribute("server.address", "10.0.0.4"),
                attribute("network.protocol.version", "1.1"),
                attribute("user_agent.original", "shop/4.2"),
                attribute("order.id", &n.to_string()),
            ],
            ..proto::Span::default()
        }
    };
    let export = |first: usize| {
        let attributes = vec![attribute("service.name", "orders"), attribute("service.instance.id", "10.0.0.4:5002")];
        let spans = (first..first + EXPORT).map(span).collect();
        ExportTraceServiceRequest {
            resource_spans: vec![proto::ResourceSpans {
                resource: Some(Resource { attributes, ..Resource::default() }),
                scope_spans: vec![proto::ScopeSpans { spans, ..proto::ScopeSpans::default() }],
                ..proto::ResourceSpans::default()
            }],
        }
        .encode_to_vec()
    };
    (0..SPANS).step_by(EXPORT).map(export).collect()
}

fn post(to: SocketAddr, bodies: &[Vec<u8>]) {
    let mut stream = TcpStream::connect(to).expect("the intake listens");
    stream.set_nodelay(true).expect("a socket of our own");
    let mut answer = [0; 4096];
    for body in bodies {
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("the intake reads");
        stream.write_all(body).expect("the intake reads");
        let count = stream.read(&mut answer).expect("the intake answers");
        assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
    }
}

fn spans(c: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let mailbox = Arc::new(Box::default());
    let wanted = "127.0.0.1:0".parse().expect("a constant address");
    let intake = runtime.block_on(Intake::start(&wanted, mailbox.clone()));
    let (to, bodies) = (intake.addresses()[0], exports());
    let taken = || std::mem::take(&mut *mailbox.0.lock().expect("no thread panics with it"));
    post(to, &bodies);
    let decoded = taken();

    let mut group = c.benchmark_group("10,000 spans");
    group.throughput(Throughput::Elements(SPANS as u64));
    group.sample_size(20);
    group.bench_function("taken over HTTP", |b| {
        b.iter(|| {
            post(to, &bodies);
            black_box(taken())
        });
    });
    group.bench_function("stored and counted", |b| {
        b.iter(|| {
            let (mut traces, mut traffic) = (Traces::new(64 << 20), TrafficStore::new());
            for spans in &decoded {
                traces.apply(spans);
                traffic.apply_spans(NOW, spans);
            }
            black_box((traces.bytes(), traffic.is_live()))
        });
    });
    group.finish();
}

fn lines(c: &mut Criterion) {
    let mut logs = Logs::new(512 << 20);
    let line = |n: i64| {
        let raw = format!(
            r#"{{"ts":"2026-11-23T06:30:00.123Z","level":"info","service":"orders","msg":"order {n} accepted","order":{n},"took_ms":{}}}"#,
            n % 97
        );
        LogLine {
            at: NOW.plus(n),
            seen_at: NOW.plus(n),
            below_ns: 0,
            level: if n % 100 == 0 { Level::Error } else { Level::Info },
            service: Some("orders".into()),
            instance: None,
            message: format!("order {n} accepted").into(),
            trace: None,
            span: None,
            fields: vec![("order".into(), n.to_string().into())],
            source: LogSource::Stdin,
            format: LogFormat::Plain,
            raw: raw.as_bytes().into(),
        }
    };
    for n in 0..1_000 {
        logs.apply(&(n * 1_000..(n + 1) * 1_000).map(line).collect::<Vec<_>>());
    }
    let mut group = c.benchmark_group("1,000,000 lines");
    group.sample_size(10);
    for filter in ["order 777777 ", "accepted", "level>=error", "/took_ms.:9[0-9]/"] {
        group.bench_function(filter, |b| {
            b.iter(|| {
                let mut list = LogList::new(LogFilter::parse(filter).expect("a constant filter"));
                list.refresh(&logs);
                black_box(list.len(&logs))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, spans, lines);
criterion_main!(benches);
