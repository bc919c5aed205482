//! Who may send, what is told to those who send too much, and that no bytes whatever do harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use proptest::prelude::*;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::refusal::RpcStatus;
use super::*;
use crate::config::Access;
use crate::runtime::mailbox::Postbox;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_many_send_at_once_all_that_is_answered_with_success_is_taken() {
    const EACH: usize = 9_000;
    let mailbox = Arc::new(Postbox::new());
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), mailbox.clone()).await;
    let record = LogRecord { severity_number: 9, ..LogRecord::default() };
    let logs = ScopeLogs { log_records: vec![record; EACH], ..ScopeLogs::default() };
    let resource_logs = vec![ResourceLogs { scope_logs: vec![logs], ..ResourceLogs::default() }];
    let export = ExportLogsServiceRequest { resource_logs };
    let to = format!("http://{}", intake.addresses()[0]);
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (to, export) = (to.clone(), export.clone());
            tokio::spawn(async move {
                let mut client = LogsServiceClient::connect(to).await.unwrap();
                usize::from(client.export(export).await.is_ok())
            })
        })
        .collect();
    // Whoever takes it is slow, and takes no more than it is given.
    let taken = tokio::spawn(async move {
        let (mut lines, mut lost) = (0, 0);
        while let Ok(facts) = tokio::time::timeout(std::time::Duration::from_secs(2), mailbox.take()).await {
            for fact in facts {
                match fact {
                    Fact::Logs(all) => lines += all.len(),
                    Fact::Source(SourceFact { state: SourceState::Dropped(count, ..), .. }) => lost += count,
                    _ => {}
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        (lines, lost)
    });
    let mut well = 0;
    for sender in senders {
        well += sender.await.unwrap();
    }
    assert!(well >= 2, "{well}");
    assert_eq!(taken.await.unwrap(), (well * EACH, 0));
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        fuzzed::read(&bytes);
    }

    #[test]
    fn nor_do_real_exports_with_bytes_changed(seed in 0..5usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = seeds()[seed].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        fuzzed::read(&bytes);
    }
}
