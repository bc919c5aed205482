//! Who may send, what is told to those who send too much, and that no bytes whatever do harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use proptest::prelude::*;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::refusal::RpcStatus;
use super::*;
use crate::config::Access;

/// A mailbox without room, or with it.
#[derive(Default)]
struct Full(AtomicBool);

impl Mailbox for Full {
    fn put(&self, _: Fact) {}

    fn crowded(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

async fn ask(intake: &Intake, headers: &str) -> String {
    let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\nContent-Type: application/x-protobuf\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).to_lowercase()
}

#[tokio::test]
async fn who_is_asked_for_a_token_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret\n").unwrap();
    let access = Access { token: Some(file), ..Access::default() };
    let mailbox: Arc<Full> = Arc::default();
    let intake = Intake::guarded(&"127.0.0.1:0".parse().unwrap(), &access, mailbox.clone()).await;
    for (headers, wanted) in [
        ("", "401"),
        ("Authorization: Bearer wrong\r\n", "401"),
        ("Authorization: Basic s3cret\r\n", "401"),
        ("Authorization: bearer s3cret\r\n", "200"),
    ] {
        let answer = ask(&intake, headers).await;
        assert!(answer.starts_with(&format!("http/1.1 {wanted}")), "{headers}: {answer}");
    }
    let mut client = TraceServiceClient::connect(format!("http://{}", intake.addresses()[0])).await.unwrap();
    let refused = client.export(ExportTraceServiceRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unauthenticated);
    let lost = Access { token: Some(folder.path().join("none")), ..Access::default() };
    assert!(Intake::guarded(&"127.0.0.1:0".parse().unwrap(), &lost, mailbox).await.addresses().is_empty());
}

#[tokio::test]
async fn who_sends_more_than_can_be_taken_is_told_when_to_send_again() {
    let mailbox: Arc<Full> = Arc::default();
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), mailbox.clone()).await;
    mailbox.0.store(true, Ordering::Relaxed);
    let answer = ask(&intake, "").await;
    assert!(answer.starts_with("http/1.1 429") && answer.contains("retry-after: 1"), "{answer}");
    let mut client = TraceServiceClient::connect(format!("http://{}", intake.addresses()[0])).await.unwrap();
    let refused = client.export(ExportTraceServiceRequest::default()).await.unwrap_err();
    let details = RpcStatus::decode(refused.details()).unwrap().details;
    assert!(refused.code() == tonic::Code::ResourceExhausted && details[0].type_url.ends_with("RetryInfo"));
    mailbox.0.store(false, Ordering::Relaxed);
    assert!(ask(&intake, "").await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn other_machines_are_taken_from_where_that_is_said() {
    let mailbox: Arc<Full> = Arc::default();
    let open = Access { open: true, ..Access::default() };
    // Not on loopback, and still reached by nobody else: an address that this machine does not have cannot be bound.
    let intake = Intake::guarded(&"192.0.2.1:0".parse().unwrap(), &open, mailbox.clone()).await;
    assert!(intake.addresses().is_empty(), "refused by the machine, not by the rule");
    assert!(Intake::start(&"0.0.0.0:0".parse().unwrap(), mailbox).await.addresses().is_empty());
}

fn seeds() -> Vec<Vec<u8>> {
    let file = |name: &str| std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    [
        "otlp/py-traces-1.pb",
        "otlp/js-traces-1.json",
        "otlp/js-logs-3.json",
        "otlp/py-metrics-5.pb",
        "zipkin/js-exporter-spans.json",
    ]
    .map(file)
    .into()
}

/// Everything that reads bytes from outside, on these.
fn read_all(bytes: &[u8]) {
    let names = Names::default();
    let told = json::read(bytes).ok().map(|export: ExportTraceServiceRequest| export.encode_to_vec());
    let own = ExportTraceServiceRequest::decode(bytes).ok().map(|export| export.encode_to_vec());
    if let Some(own) = &own {
        // Whatever the protocol's own reader understands is understood, and in the same way.
        assert_eq!(span::read(bytes, &names).ok(), span::read(own, &names).ok());
    }
    for export in told.iter().map(Vec::as_slice).chain([bytes]) {
        let Ok((spans, _)) = span::read(export, &names) else { continue };
        assert!(spans.iter().all(|s| s.attributes.len() <= attribute::MOST + 1 && s.name.len() <= (1 << 10) + 3));
    }
    let logs = ExportLogsServiceRequest::decode(bytes).ok().into_iter();
    logs.chain(json::read(bytes).ok()).for_each(|export| drop(record::read(export, &names, Moment(0))));
    let metrics = ExportMetricsServiceRequest::decode(bytes).ok().into_iter();
    metrics.chain(json::read(bytes).ok()).for_each(|export| drop(measure::read(&export, &names)));
    let _ = zipkin::read(bytes, &names);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_all(&bytes);
    }

    #[test]
    fn nor_do_real_exports_with_bytes_changed(seed in 0..5usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = seeds()[seed].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_all(&bytes);
    }
}
