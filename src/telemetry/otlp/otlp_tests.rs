//! The intake from outside: what exporters send is taken, what nobody should send is refused, and told why.

use super::*;
use crate::domain::log::{Level, LogLine};
use crate::domain::span::Span;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Default)]
struct Box(Mutex<Vec<Fact>>);

impl Mailbox for Box {
    fn put(&self, fact: Fact) {
        self.0.lock().unwrap().push(fact);
    }
}

impl Box {
    fn spans(&self) -> Vec<Span> {
        let facts = self.0.lock().unwrap();
        facts
            .iter()
            .filter_map(|f| if let Fact::Spans(spans) = f { Some(spans.clone()) } else { None })
            .flatten()
            .collect()
    }

    fn lines(&self) -> Vec<LogLine> {
        let facts = self.0.lock().unwrap();
        facts
            .iter()
            .filter_map(|f| if let Fact::Logs(lines) = f { Some(lines.clone()) } else { None })
            .flatten()
            .collect()
    }

    fn sources(&self) -> Vec<SourceFact> {
        let facts = self.0.lock().unwrap();
        facts.iter().filter_map(|f| if let Fact::Source(source) = f { Some(source.clone()) } else { None }).collect()
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/otlp/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn start() -> (Intake, Arc<Box>) {
    let mailbox = Arc::new(Box::default());
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), mailbox.clone()).await;
    (intake, mailbox)
}

const PB: &str = "Content-Type: application/x-protobuf\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

/// One request on a connection of its own: status, headers and body of the answer.
async fn ask(intake: &Intake, first: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
    let head =
        format!("{first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // A refusal may come before all is sent.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    (head[9..12].parse().unwrap(), head, answer[end + 4..].to_vec())
}

#[tokio::test]
async fn what_real_exporters_send_is_taken() {
    let (intake, mailbox) = start().await;
    for (path, headers, name, kind) in [
        ("traces", PB.to_owned(), "py-traces-1.pb", "application/x-protobuf"),
        ("traces", format!("{PB}Content-Encoding: gzip\r\n"), "py-traces-1.pb.gz", "application/x-protobuf"),
        ("traces", JSON.to_owned(), "js-traces-1.json", "application/json"),
        ("logs", PB.to_owned(), "py-logs-4.pb", "application/x-protobuf"),
        ("logs", JSON.to_owned(), "js-logs-3.json", "application/json"),
        ("metrics", PB.to_owned(), "py-metrics-5.pb", "application/x-protobuf"),
        (
            "metrics",
            "Content-Type: application/json; charset=utf-8\r\n".to_owned(),
            "js-metrics-4.json",
            "application/json",
        ),
    ] {
        let (status, head, body) = ask(&intake, &format!("POST /v1/{path}"), &headers, &fixture(name)).await;
        assert_eq!(status, 200, "{name}: {}", String::from_utf8_lossy(&body));
        assert!(head.contains(kind) && (body.is_empty() || body == b"{}"), "{name}: {head}");
    }
    let spans = mailbox.spans();
    let js: Vec<_> = spans.iter().filter(|span| &*span.service == "checkout").collect();
    assert_eq!((js.len(), js[0].failed(), js[0].instance.is_none()), (2, true, true), "checkout-3 is no address");
    assert_eq!(js[0].parent, Some(js[1].id));
    let lines = mailbox.lines();
    let failed = lines.iter().find(|line| &*line.message == "checkout failed").unwrap();
    assert_eq!((failed.level, failed.trace), (Level::Error, Some(js[0].trace)));
    assert!(
        failed.fields.iter().any(|(k, v)| &**k == "items" && &**v == "[1,2]" && v.is_json()),
        "{:?}",
        failed.fields
    );
    assert!(spans.len() > 3 && lines.len() > 3);
    intake.stop().await;
}

#[tokio::test]
async fn grpc_is_taken_on_the_same_address() {
    let (intake, mailbox) = start().await;
    let request = ExportTraceServiceRequest::decode(&*fixture("py-traces-1.pb")).unwrap();
    let url = format!("http://{}", intake.addresses()[0]);
    let client = TraceServiceClient::connect(url).await.unwrap();
    let gzip = tonic::codec::CompressionEncoding::Gzip;
    client.clone().export(request.clone()).await.unwrap();
    client.clone().send_compressed(gzip).export(request).await.unwrap();
    let spans = mailbox.spans();
    assert!(!spans.is_empty() && spans[..spans.len() / 2] == spans[spans.len() / 2..]);
    let mut large = ExportTraceServiceRequest::default();
    large.resource_spans.resize_with(MOST_BYTES, Default::default);
    // Without a word of when, which would say that it may be sent again; and out of range would always say that.
    for client in [client.clone(), client.clone().send_compressed(gzip)] {
        let refused = { client }.export(large.clone()).await.unwrap_err();
        assert_eq!((refused.code(), refused.details().len()), (tonic::Code::ResourceExhausted, 0), "{refused:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_told_so_in_the_form_that_was_sent() {
    let (intake, mailbox) = start().await;
    let large = vec![b' '; MOST_BYTES + 1];
    let (status, head, body) = ask(&intake, "POST /v1/logs", PB, &large).await;
    let told = refusal::RpcStatus::decode(&*body).unwrap();
    assert_eq!((status, told.code, &*told.message), (413, 8, "an export may have 16 MiB, unpacked"));
    assert!(head.contains("application/x-protobuf"), "{head}");
    let (status, _, body) = ask(&intake, "POST /v1/traces", JSON, &large).await;
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &told["code"]), (413, &8.into()));
    let part =
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"doubleValue":"NaN"}},{"severityNumber":{}}]}]}]}"#;
    let (status, _, body) = ask(&intake, "POST /v1/logs", JSON, part).await;
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &told["partialSuccess"]["rejectedLogRecords"]), (200, &"1".into()), "{told}");
    assert_eq!(mailbox.lines().iter().map(|line| &*line.message).collect::<Vec<_>>(), ["NaN"]);
}

#[tokio::test]
async fn what_nobody_should_send_is_refused_in_this_order() {
    let (intake, mailbox) = start().await;
    let pb = fixture("py-traces-1.pb");
    let gz = fixture("py-traces-1.pb.gz");
    let gzip = format!("{PB}Content-Encoding: gzip\r\n");
    let text = format!("{PB}Content-Encoding: br9\r\n");
    let origin = format!("{JSON}Origin: http://evil.example\r\n");
    for (first, headers, body, wanted) in [
        ("POST /v1/profiles", PB, &pb[..], 404),
        ("POST /", "", b"", 404),
        ("GET /v1/traces", "", b"", 405),
        ("POST /v1/traces", &origin, b"{}", 403),
        ("POST /v1/traces", "", &pb, 415),
        ("POST /v1/traces", "Content-Type: text/plain\r\n", &pb, 415),
        ("POST /v1/traces", &text, &pb, 415),
        ("POST /v1/traces", PB, &vec![0x0a; MOST_BYTES + 1], 413),
        ("POST /v1/traces", PB, &pb[..pb.len() - 9], 400),
        ("POST /v1/traces", JSON, &pb, 400),
        ("POST /v1/traces", JSON, br#"{"resourceSpans":["#, 400),
        ("POST /v1/traces", &gzip, &pb, 400),
        ("POST /v1/traces", &gzip, &gz[..gz.len() - 20], 400),
    ] {
        let (status, head, told) = ask(&intake, first, headers, body).await;
        assert_eq!(status, wanted, "{first} {headers}");
        assert!(wanted == 405 || !told.is_empty(), "why is told: {first} {headers}");
        assert!(!head.contains("access-control"), "{head}");
    }
    assert!(mailbox.spans().is_empty());
    assert_eq!(ask(&intake, "POST /v1/traces", PB, &pb).await.0, 200, "and then it answers as before");
}

/// 64 MiB of one byte in 64 kB.
fn bomb() -> Vec<u8> {
    let mut encoder = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = encoder.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for _ in 0..64 {
            std::io::Write::write_all(&mut input, &[0x0a; 1 << 20]).unwrap();
        }
    });
    let out = encoder.wait_with_output().unwrap();
    writer.join().unwrap();
    out.stdout
}

#[tokio::test]
async fn gzip_of_several_members_is_one_body_and_bounded_as_one() {
    let packed = |text: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut out, text).unwrap();
        out.finish().unwrap()
    };
    let (intake, mailbox) = start().await;
    let headers = format!("{JSON}Content-Encoding: gzip\r\n");
    let text = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}]}]}]}"#;
    let body = text.chunks(50).flat_map(packed).collect::<Vec<_>>();
    assert_eq!(ask(&intake, "POST /v1/traces", &headers, &body).await.0, 200);
    assert_eq!(mailbox.spans().len(), 1);
    let bomb = packed(&vec![b' '; MOST_BYTES / 2 + 1]).repeat(2);
    assert_eq!(ask(&intake, "POST /v1/traces", &headers, &bomb).await.0, 413);
    assert_eq!(ask(&intake, "POST /v1/traces", &headers, &body[..body.len() - 5]).await.0, 400);
}

#[tokio::test]
async fn a_bomb_is_cut_off_at_the_limit() {
    let (intake, _) = start().await;
    let gzip = format!("{PB}Content-Encoding: gzip\r\n");
    let (status, ..) = ask(&intake, "POST /v1/traces", &gzip, &bomb()).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn impossible_ids_are_refused_and_counted() {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
    use opentelemetry_proto::tonic::trace::v1 as proto;
    let (intake, mailbox) = start().await;
    let span =
        |trace: &[u8], id: &[u8]| proto::Span { trace_id: trace.into(), span_id: id.into(), ..Default::default() };
    let spans = vec![span(&[1; 16], &[1; 8]), span(&[1; 7], &[1; 8]), span(&[0; 16], &[1; 8]), span(&[1; 16], &[0; 8])];
    let scope_spans = vec![proto::ScopeSpans { spans, ..Default::default() }];
    let resource_spans = vec![proto::ResourceSpans { scope_spans, ..Default::default() }];
    let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    let (status, _, answer) = ask(&intake, "POST /v1/traces", PB, &body).await;
    let partial = ExportTraceServiceResponse::decode(&*answer).unwrap().partial_success.unwrap();
    assert_eq!((status, partial.rejected_spans, mailbox.spans().len()), (200, 3, 1));
    assert!(partial.error_message.contains("16 bytes"));
}

#[tokio::test]
async fn an_address_that_is_taken_is_said_and_no_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let mailbox = Arc::new(Box::default());
    let intake = Intake::start(&address.to_string().parse().unwrap(), mailbox.clone()).await;
    assert!(intake.addresses().is_empty());
    let sources = mailbox.sources();
    assert_eq!(sources[0].state, SourceState::Failed(format!("{address} is taken").into()));
    assert_eq!(&*sources[0].name, format!("otlp {address}"));
    intake.stop().await;
    let open = Intake::start(&"0.0.0.0:0".parse().unwrap(), mailbox.clone()).await;
    assert!(
        open.addresses().is_empty()
            && matches!(&mailbox.sources()[1].state, SourceState::Failed(why) if why.contains("loopback"))
    );
    assert!(Intake::start(&Otlp::Off, mailbox.clone()).await.addresses().is_empty());
    assert_eq!(mailbox.sources().len(), 2);
}

#[tokio::test]
async fn after_stop_nobody_answers() {
    // On an address of its own, where no other test takes the port.
    let mailbox: Arc<Box> = Arc::default();
    let intake = Intake::start(&"127.0.0.67:0".parse().unwrap(), mailbox.clone()).await;
    let address = intake.addresses()[0];
    assert_eq!(mailbox.sources()[0].state, SourceState::Running);
    let mut open = TcpStream::connect(address).await.unwrap();
    open.write_all(b"POST /v1/traces HTTP/1.1\r\n").await.unwrap();
    intake.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn an_instance_is_named_by_what_its_resource_tells_and_never_guessed() {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    let text = |text: &str| Value::StringValue(text.into());
    let list = |all: &[&str]| {
        Value::ArrayValue(ArrayValue { values: all.iter().map(|t| AnyValue { value: Some(text(t)) }).collect() })
    };
    let told = |pairs: Vec<(&str, Value)>| {
        let pair = |(key, value): (&str, Value)| KeyValue {
            key: key.into(),
            value: Some(AnyValue { value: Some(value) }),
            ..Default::default()
        };
        let resource = Resource { attributes: pairs.into_iter().map(pair).collect(), ..Default::default() };
        attribute::sender(Some(&resource), &Names::default()).instance.map(|address| address.to_string())
    };
    let id = "service.instance.id";
    for (pairs, wanted) in [
        (vec![(id, text("10.0.0.4:5002"))], Some("10.0.0.4:5002")),
        (
            vec![
                (id, text("orders-7d9f")),
                ("server.address", text("10.0.0.4")),
                ("server.port", Value::IntValue(5002)),
            ],
            Some("10.0.0.4:5002"),
        ),
        (vec![("host.ip", list(&["10.0.0.4"])), ("server.port", text("5002"))], Some("10.0.0.4:5002")),
        (vec![("host.ip", list(&["10.0.0.4", "172.17.0.1"])), ("server.port", text("5002"))], None),
        (vec![(id, text("627cc493-f310-47de-96bd-71410b7dec09"))], None),
        (vec![("server.address", text("10.0.0.4"))], None),
        (vec![("server.address", text("10.0.0.4")), ("server.port", Value::IntValue(99_999))], None),
        (vec![], None),
    ] {
        assert_eq!(told(pairs.clone()).as_deref(), wanted, "{pairs:?}");
    }
}
