//! Exports that are refused whole are told: whose, of what, why, and whether they come again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use pretty_assertions::assert_eq;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::domain::fact::Turned;

#[derive(Default)]
struct Heard {
    turned: Mutex<Vec<Turned>>,
    is_full: AtomicBool,
}

impl Mailbox for Heard {
    fn put(&self, fact: Fact) {
        if let Fact::Source(SourceFact { state: SourceState::Refused(turned), .. }) = fact {
            self.turned.lock().unwrap().push(*turned);
        }
    }

    fn crowded(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }
}

impl Heard {
    /// What was told since, in words; what comes again in brackets.
    fn take(&self) -> Vec<String> {
        let told = std::mem::take(&mut *self.turned.lock().unwrap());
        let words = |turned: Turned| {
            assert_eq!(turned.exports, 1);
            if turned.again { format!("({})", turned.words()) } else { turned.words() }
        };
        told.into_iter().map(words).collect()
    }
}

async fn ask(intake: &Intake, request: &str, headers: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: exporter/1.2\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Whoever sends too much is cut off.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).chars().take(12).collect()
}

const PROTOBUF: &str = "Content-Type: application/x-protobuf\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

/// An export of one service whose last bytes are missing.
fn torn() -> Vec<u8> {
    let name = Some(AnyValue { value: Some(Value::StringValue("orders".into())) });
    let attributes = vec![KeyValue { key: "service.name".into(), value: name, ..Default::default() }];
    let resource = Some(Resource { attributes, ..Default::default() });
    let spans = ResourceSpans { resource, schema_url: "x".repeat(40), ..Default::default() };
    let export =
        opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest { resource_spans: vec![spans] };
    let mut bytes = export.encode_to_vec();
    bytes.truncate(bytes.len() - 7);
    bytes
}

#[tokio::test]
async fn whole_exports_that_are_refused_are_told_by_whose_they_are_and_why() {
    let heard: Arc<Heard> = Arc::default();
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), heard.clone()).await;
    let rubbish = br#"{"resourceLogs":7,"x":{"key":"service.name","value":{"stringValue":"users"}}}"#;
    let zip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    let large = vec![b' '; MOST_BYTES + 1];
    let by = "127.0.0.1 (exporter/1.2), ";
    for (request, headers, body, status, told) in [
        (
            "POST /v1/traces",
            PROTOBUF,
            &torn()[..],
            "400",
            &*format!("from orders at {by}spans, it cannot be read: this is no protobuf: it ends too early"),
        ),
        (
            "POST /v1/logs",
            JSON,
            rubbish,
            "400",
            &format!(
                "from users at {by}log records, it cannot be read: invalid type: integer `7`, expected a sequence at line 1 column 17"
            ),
        ),
        (
            "POST /v1/metrics",
            JSON,
            b"[]",
            "400",
            &format!("from {by}metrics, it cannot be read: an export is a JSON object"),
        ),
        (
            "POST /api/v2/spans",
            JSON,
            b"{}",
            "400",
            &format!("from {by}spans, it cannot be read: spans of Zipkin are a JSON list"),
        ),
        (
            "POST /v1/logs",
            "Content-Type: text/plain\r\n",
            b"x",
            "415",
            &format!("from {by}log records, its content type is none that is taken: text/plain"),
        ),
        (
            "POST /v1/logs",
            "Content-Type: application/json\r\nContent-Encoding: br\r\n",
            b"x",
            "415",
            &format!("from {by}log records, its encoding is none that is taken: 415 Unsupported Media Type"),
        ),
        ("POST /v1/traces", PROTOBUF, &large, "413", &format!("from {by}spans, it is too large")),
        (
            "POST /v1/traces",
            "Content-Type: application/json\r\nOrigin: http://evil\r\n",
            b"{}",
            "403",
            &format!("from {by}spans, a page in a browser sent it"),
        ),
        ("POST /", PROTOBUF, b"", "404", &format!("from {by}of what is not known, none is taken at its path: /")),
    ] {
        assert_eq!(ask(&intake, request, headers, body).await, format!("HTTP/1.1 {status}"), "{request}");
        assert_eq!(heard.take(), [told], "{request}");
    }
    let packed = "Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\n";
    ask(&intake, "POST /v1/traces", packed, &zip).await;
    let told = heard.take();
    assert!(told.len() == 1 && told[0].contains("spans, it cannot be read: the body cannot be read"), "{told:?}");
    // Who looks what listens here sends no export, nor is one that is taken told.
    for (request, headers, body) in [
        ("GET /v1/traces", "", &b""[..]),
        ("HEAD /", "", b""),
        ("POST /login", "", b"x"),
        ("POST /v1/traces", PROTOBUF, b""),
    ] {
        ask(&intake, request, headers, body).await;
        assert!(heard.take().is_empty(), "{request}");
    }
}

#[tokio::test]
async fn what_is_told_to_come_again_is_no_loss() {
    let heard: Arc<Heard> = Arc::default();
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), heard.clone()).await;
    heard.is_full.store(true, Ordering::Relaxed);
    ask(&intake, "POST /v1/logs", PROTOBUF, b"").await;
    assert_eq!(heard.take(), ["(from 127.0.0.1 (exporter/1.2), log records, more came than could be taken in)"]);
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", intake.addresses()[0])).unwrap();
    let channel = channel.user_agent("grpc-x/7").unwrap().connect().await.unwrap();
    let mut client =
        opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient::new(channel);
    let export = |name: String| opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { schema_url: name, ..Default::default() }],
    };
    client.export(export(String::new())).await.unwrap_err();
    let told = heard.take();
    assert!(told.len() == 1 && told[0].starts_with("(from 127.0.0.1 (grpc-x/7 tonic"), "{told:?}");
    heard.is_full.store(false, Ordering::Relaxed);
    client.export(export("x".repeat(MOST_BYTES))).await.unwrap_err();
    let told = heard.take();
    assert!(told.len() == 1 && told[0].ends_with("spans, it is too large"), "{told:?}");
    client.export(export(String::new())).await.unwrap();
    assert!(heard.take().is_empty());
}

#[test]
fn what_a_sender_says_of_itself_is_short_and_holds_no_secret() {
    let asked = turned::Asked::of(
        &axum::extract::Request::post("/v1/logs")
            .header("user-agent", format!("curl token=hunter2 {}", "x".repeat(4_000)))
            .body(axum::body::Body::empty())
            .unwrap(),
    );
    let answer = refusal::Refusal::Unreadable.answer(refusal::Form::Json, r#"invalid type: string "password=hunter2""#);
    let heard = Heard::default();
    asked.tell(&answer, &heard);
    let told = heard.take().remove(0);
    assert!(told.len() < 400 && !told.contains("hunter2"), "{told}");
}
