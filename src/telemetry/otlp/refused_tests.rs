//! What of an export is refused is told here as well as to the sender: how many, whose, why, and where they are missing.

use std::sync::Mutex;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1 as proto;
use opentelemetry_proto::tonic::resource::v1::Resource;
use pretty_assertions::assert_eq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// What was said to be dropped: source, how many, what, why, when.
#[derive(Default)]
struct Heard(Mutex<Vec<Told>>);

type Told = (String, u64, String, String, Moment);

impl Mailbox for Heard {
    fn put(&self, fact: Fact) {
        if let Fact::Source(SourceFact { at, name, state: SourceState::Dropped(count, what, why) }) = fact {
            let told = (name.to_string(), count, what.to_string(), why.to_string(), at);
            self.0.lock().unwrap().push(told);
        }
    }
}

impl Heard {
    fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

async fn post(intake: &Intake, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn records_beyond_the_limit_are_missing_where_they_would_stand() {
    let heard: Arc<Heard> = Arc::default();
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), heard.clone()).await;
    let name = Some(AnyValue { value: Some(Value::StringValue("orders".into())) });
    let attributes = vec![KeyValue { key: "service.name".into(), value: name, ..Default::default() }];
    let records =
        |count: u64| (1..=count).map(|n| proto::LogRecord { time_unix_nano: n * 1_000_000, ..Default::default() });
    let scope_logs = vec![proto::ScopeLogs { log_records: records(12_000).collect(), ..Default::default() }];
    let resource = Some(Resource { attributes, ..Default::default() });
    let resource_logs = vec![proto::ResourceLogs { resource, scope_logs, ..Default::default() }];
    let mut client = LogsServiceClient::connect(format!("http://{}", intake.addresses()[0])).await.unwrap();
    let answer = client.export(ExportLogsServiceRequest { resource_logs }).await.unwrap().into_inner();
    assert_eq!(answer.partial_success.unwrap().rejected_log_records, 2_000);
    let why = "from orders, refused: an export may have 10000".to_owned();
    assert_eq!(heard.take(), [("otlp".to_owned(), 2_000, "lines".to_owned(), why, Moment(10_001))]);
}

#[tokio::test]
async fn what_cannot_be_read_or_has_no_ids_is_counted_by_whose_it_was() {
    let heard: Arc<Heard> = Arc::default();
    let intake = Intake::start(&"127.0.0.1:0".parse().unwrap(), heard.clone()).await;
    let of = |service: &str| {
        format!(r#""resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}}"#)
    };
    let good = r#"{"traceId":"01010101010101010101010101010101","spanId":"0202020202020202","name":"x"}"#;
    let told = |heard: &Heard| {
        heard.take().into_iter().map(|(by, n, what, why, _)| format!("{by} {n} {what} {why}")).collect::<Vec<_>>()
    };
    let export = format!(
        r#"{{"resourceSpans":[{{{},"scopeSpans":[{{"spans":[{good},{{"name":7}},{{"name":"no ids"}}]}}]}},{{{},"scopeSpans":[{{"spans":[{{"name":[]}}]}}]}}]}}"#,
        of("orders"),
        of("users")
    );
    let answer = post(&intake, "/v1/traces", &export).await;
    assert!(answer.contains(r#""rejectedSpans":"3""#), "{answer}");
    let mut all = told(&heard);
    all.sort();
    assert_eq!(
        all,
        [
            "otlp 1 spans from orders, refused: a trace id has 16 bytes, a span id has 8, and neither is all zero",
            "otlp 1 spans from orders, refused: it cannot be read",
            "otlp 1 spans from users, refused: it cannot be read",
        ]
    );
    let export = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":{}},{"severityText":"x"}]}]}]}"#;
    post(&intake, "/v1/logs", export).await;
    assert_eq!(told(&heard), ["otlp 1 lines from a service without a name, refused: it cannot be read"]);
    let list = r#"[{"traceId":"a1","id":"b2"},{"traceId":"zz","id":"1","localEndpoint":{"serviceName":"mailer"}}]"#;
    post(&intake, "/api/v2/spans", list).await;
    assert_eq!(told(&heard).len(), 1);
    post(&intake, "/api/v2/spans", r#"[{"traceId":"a1","id":"b2"}]"#).await;
    assert!(told(&heard).is_empty(), "nothing is said where nothing was refused");
}

#[test]
fn senders_beyond_some_are_told_together() {
    let mut refused = Refused::default();
    (0..100).for_each(|n| refused.put(Some(&format!("s{n}")), Why::Ids, Moment(n)));
    let heard = Heard::default();
    refused.tell("otlp", "spans", &heard);
    let told = heard.take();
    assert!(told.len() < 30 && told.iter().map(|(_, count, ..)| count).sum::<u64>() == 100, "{told:?}");
    assert_eq!(
        told.last().map(|(_, count, _, why, _)| (*count > 50, why.starts_with("from others"))),
        Some((true, true))
    );
}
