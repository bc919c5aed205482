//! The demo cluster, used from outside: over its registry, its HTTP ports and what it exports. Not about the dashboard.
#![cfg(feature = "demo")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use keepwatch::demo::{self, Cluster, Options};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use tonic::{Request, Response, Status};
use zookeeper_client::{Acls, Client, CreateMode};

/// Nothing in these tests takes longer than this, or it has failed.
const SOON: Duration = Duration::from_secs(120);

/// One cluster at a time: six of them at once are more than two cores can do in a debug build.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + SOON;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "not within {SOON:?}: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn calm(otlp: Option<SocketAddr>) -> Cluster {
    demo::start(Options { seed: 11, calm: true, otlp, ..Options::default() }).await.expect("the cluster starts")
}

async fn truth(cluster: &Cluster) -> Value {
    let url = format!("{}/truth", cluster.ready().control);
    reqwest::get(url).await.expect("truth answers").json().await.expect("truth is JSON")
}

fn instance<'a>(truth: &'a Value, service: &str, address: &str) -> &'a Value {
    &truth["services"][service]["instances"][address]
}

/// Asks until it is answered with this status: on a machine that is too busy a gateway's patience ends first.
async fn answers(what: &str, code: u16, ask: impl AsyncFn() -> u16) {
    until(what, async || {
        let answer = ask().await;
        assert!([code, 429, 502, 503, 504].contains(&answer), "{what}: {answer}");
        (answer == code).then_some(())
    })
    .await;
}

/// Waits until a hundred requests have come and gone without one of them at these instances; the truth of that moment.
async fn passed_over(cluster: &Cluster, drained: &[(&str, &String)]) -> Value {
    let served = |truth: &Value| -> Vec<Value> {
        drained.iter().map(|(service, address)| instance(truth, service, address)["served"].clone()).collect()
    };
    let mut last = truth(cluster).await;
    until("drained instances get nothing more", async || {
        let now = truth(cluster).await;
        if served(&now) != served(&last) {
            last = now;
            return None;
        }
        (requests(&now) >= requests(&last) + 100).then_some(now)
    })
    .await
}

fn requests(truth: &Value) -> u64 {
    truth["requests"].as_u64().expect("a number")
}

async fn zookeeper(cluster: &Cluster) -> Client {
    Client::connect(&cluster.ready().registry).await.expect("the registry takes a session")
}

fn addresses(cluster: &Cluster, service: &str) -> Vec<String> {
    cluster.expected().iter().filter(|e| e.service == service).map(|e| e.address.to_string()).collect()
}

/// The znode of an instance in a JSON layout.
async fn node_of(client: &Client, parent: &str, address: &str) -> (String, Value) {
    let port: u64 = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    for name in client.list_children(parent).await.expect("the parent is there") {
        let path = format!("{parent}/{name}");
        let Ok((data, _)) = client.get_data(&path).await else { continue };
        let value: Value = serde_json::from_slice(&data).expect("JSON");
        if value["port"] == port {
            return (path, value);
        }
    }
    panic!("{address} is not below {parent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_answers_when_it_is_ready_and_nothing_is_left_when_it_is_stopped() {
    let _one = ONE.lock().await;
    let cluster = calm(None).await;
    let ready = cluster.ready();
    let line = serde_json::to_string(&ready).expect("JSON");
    assert!(line.starts_with(r#"{"ready":true,"registry":"127.0.0.1:"#), "{line}");
    let found = truth(&cluster).await;
    for expected in cluster.expected() {
        let instance = instance(&found, expected.service, &expected.address.to_string());
        assert_eq!(
            (&instance["alive"], &instance["registered"], &instance["health"]),
            (&json!(true), &json!(true), &json!("up"))
        );
    }
    assert_eq!(cluster.expected().len(), 14);

    let http = reqwest::Client::new();
    let get = |path: &str| http.get(format!("{}{path}", ready.gateway));
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status().as_u16();
    assert_eq!(status(get("/users/1")).await, 401);
    assert_eq!(status(get("/users/1").bearer_auth("not-the-token")).await, 401);
    for (path, code) in
        [("/users/1", 200), ("/articles/7", 200), ("/orders/3", 200), ("/nobody/1", 404), ("/users/999999", 404)]
    {
        answers(path, code, async || status(get(path).bearer_auth(&ready.token)).await).await;
    }
    let order = || {
        let order = http.post(format!("{}/orders", ready.gateway)).bearer_auth(&ready.token);
        order.json(&json!({ "user": 1, "article": 2 }))
    };
    answers("an order", 201, async || status(order()).await).await;
    for page in [
        "/actuator",
        "/actuator/health",
        "/actuator/health/readiness",
        "/actuator/circuitbreakers",
        "/actuator/prometheus",
    ] {
        let address = &addresses(&cluster, "orders-service")[0];
        assert_eq!(status(http.get(format!("http://{address}{page}"))).await, 200, "{page}");
    }

    let mailer = &addresses(&cluster, "mailer")[0];
    assert_eq!(status(http.get(format!("http://{mailer}/actuator/health"))).await, 200);
    assert_eq!(status(http.get(format!("http://{mailer}/health"))).await, 404);
    let last = &addresses(&cluster, "users-service")[2];
    let users = zookeeper(&cluster).await;
    users.set_data(&format!("/users-service/{last}"), b"0", None).await.expect("set");
    let served = async || instance(&truth(&cluster).await, "users-service", last)["served"].clone();
    passed_over(&cluster, &[("users-service", last)]).await;
    let before = served().await;
    for probe in ["/actuator", "/actuator/health", "/health", "/metrics", "/"] {
        status(http.get(format!("http://{last}{probe}"))).await;
    }
    assert_eq!(served().await, before, "probes are no calls");
    drop(users);

    let ports: Vec<SocketAddr> = cluster.expected().iter().map(|expected| expected.address).collect();
    tokio::time::timeout(SOON, cluster.stop()).await.expect("it comes to its end");
    let registry: SocketAddr = ready.registry.parse().expect("an address");
    for port in ports.into_iter().chain([registry]) {
        assert!(std::net::TcpStream::connect(port).is_err(), "{port} still listens");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_to_whatever_the_registry_holds() {
    let _one = ONE.lock().await;
    let cluster = calm(None).await;
    let client = zookeeper(&cluster).await;
    let calls = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = listener.local_addr().expect("an address").to_string();
    let counter = Arc::clone(&calls);
    let answer = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async { axum::Json(json!({ "id": 1, "name": "from the test" })) }
    };
    let server = tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    let path = format!("/users-service/{own}");
    client.create(&path, b"30", &CreateMode::Ephemeral.with_acls(Acls::anyone_all())).await.expect("created");
    until("a foreign instance is called", async || (calls.load(Ordering::Relaxed) > 3).then_some(())).await;
    client.delete(&path, None).await.expect("deleted");
    let mut last = (usize::MAX, 0);
    until("once removed it is called no more, while a hundred requests pass", async || {
        let now = (calls.load(Ordering::Relaxed), requests(&truth(&cluster).await));
        if now.0 != last.0 {
            last = now;
        }
        (now.1 >= last.1 + 100).then_some(())
    })
    .await;

    // A drain in each layout: the instance gets nothing more, its siblings go on.
    let (seed, spring, curator) = (
        &addresses(&cluster, "users-service")[0],
        &addresses(&cluster, "payments-service")[0],
        &addresses(&cluster, "articles-service")[1],
    );
    client.set_data(&format!("/users-service/{seed}"), b"0", None).await.expect("set");
    let (path, mut value) = node_of(&client, "/services/payments-service", spring).await;
    value["payload"]["metadata"]["instance_status"] = "OUT_OF_SERVICE".into();
    client.set_data(&path, value.to_string().as_bytes(), None).await.expect("set");
    let (path, mut value) = node_of(&client, "/discovery/articles-service", curator).await;
    value["enabled"] = false.into();
    client.set_data(&path, value.to_string().as_bytes(), None).await.expect("set");
    let drained = [("users-service", seed), ("payments-service", spring), ("articles-service", curator)];
    let found = passed_over(&cluster, &drained).await;
    assert_eq!(instance(&found, "users-service", seed)["weight"], 0);
    until("traffic goes on", async || (requests(&truth(&cluster).await) > requests(&found) + 50).then_some(())).await;
    server.abort();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reconnect_loses_what_others_wrote_and_a_deregistered_instance_stays_away() {
    let _one = ONE.lock().await;
    let cluster = calm(None).await;
    let client = zookeeper(&cluster).await;
    let payments = addresses(&cluster, "payments-service");
    let (path, mut value) = node_of(&client, "/services/payments-service", &payments[0]).await;
    let before = value.clone();
    value["payload"]["metadata"]["instance_status"] = "OUT_OF_SERVICE".into();
    client.set_data(&path, value.to_string().as_bytes(), None).await.expect("set");
    let (gone, _) = node_of(&client, "/services/payments-service", &payments[1]).await;
    client.delete(&gone, None).await.expect("deleted");
    let users = addresses(&cluster, "users-service");
    client.set_data(&format!("/users-service/{}", users[0]), b"33", None).await.expect("set");
    let registered =
        async |address: &str| instance(&truth(&cluster).await, "payments-service", address)["registered"].clone();
    until("truth knows that it was deregistered", async || {
        (registered(&payments[1]).await == json!(false)).then_some(())
    })
    .await;

    let faults = cluster.faults();
    assert!(faults.start("registry-link"));
    assert!(faults.stop("registry-link"));
    until("the drain is lost", async || {
        let (data, _) = client.get_data(&path).await.ok()?;
        (serde_json::from_slice::<Value>(&data).ok()? == before).then_some(())
    })
    .await;
    assert_eq!(registered(&payments[1]).await, json!(false));
    let (weight, _) = client.get_data(&format!("/users-service/{}", users[0])).await.expect("still there");
    assert_eq!(weight, b"33", "the seed's layout keeps its bytes over a reconnect");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_begins_is_visible_and_ends() {
    let _one = ONE.lock().await;
    let cluster = calm(None).await;
    let control = cluster.ready().control;
    let http = reqwest::Client::new();
    let fault = async |method: reqwest::Method, name: &str| {
        let url = format!("{control}/faults/{name}");
        http.request(method, url).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(fault(reqwest::Method::POST, "no-such-fault").await, 404);
    assert_eq!(fault(reqwest::Method::POST, "kill").await, 200);
    let dead = until("an instance is dead, and still registered", async || {
        let found = truth(&cluster).await;
        let mut all = cluster.expected().iter().map(|e| (e.service, e.address.to_string()));
        all.find(|(service, address)| {
            let instance = instance(&found, service, address);
            instance["alive"] == false && instance["registered"] == true && instance["health"] == "down"
        })
    })
    .await;
    assert!(std::net::TcpStream::connect(&dead.1).is_err());
    assert_eq!(fault(reqwest::Method::DELETE, "kill").await, 200);
    until("it lives again, registered", async || {
        let found = truth(&cluster).await;
        let instance = instance(&found, dead.0, &dead.1);
        (instance["alive"] == true && instance["registered"] == true).then_some(())
    })
    .await;
    assert!(cluster.faults().list().iter().all(|fault| !fault.active));

    assert_eq!(fault(reqwest::Method::POST, "errors").await, 200);
    let circuit = async |state: &str| {
        let found = truth(&cluster).await;
        let circuits = found["circuits"].as_array().expect("a list").clone();
        circuits.into_iter().find(|c| c["callee"] == "payments-service" && c["state"] == state)
    };
    let open = until("a circuit opens", async || circuit("open").await).await;
    let url = format!("http://{}/actuator/circuitbreakers", open["instance"].as_str().expect("an address"));
    let page: Value = http.get(url).send().await.expect("an answer").json().await.expect("JSON");
    assert!(
        ["OPEN", "HALF_OPEN"].map(Value::from).contains(&page["circuitBreakers"]["payments-service"]["state"]),
        "{page}"
    );
    assert_eq!(fault(reqwest::Method::DELETE, "errors").await, 200);
    until("all circuits close again", async || {
        let found = truth(&cluster).await;
        found["circuits"].as_array().expect("a list").iter().all(|c| c["state"] == "closed").then_some(())
    })
    .await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registrar_answers_the_documents_calls() {
    let _one = ONE.lock().await;
    let cluster = calm(None).await;
    let (client, http, url) = (zookeeper(&cluster).await, reqwest::Client::new(), cluster.ready().registrar);
    let nodes = json!([{ "id": "/seed-1", "data": "x" }, { "id": "/seed-1/127.0.0.1:7001", "data": "42" }]);
    let answer = http.post(format!("{url}/v1/nodes")).json(&nodes).send().await.expect("an answer");
    assert!(answer.status().is_success());
    let (data, stat) = client.get_data("/seed-1/127.0.0.1:7001").await.expect("it is in the registry");
    assert_eq!(data, b"42");
    for prefix in ["/v1", ""] {
        let rows: Value = http
            .get(format!("{url}{prefix}/seed-1/children"))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert_eq!((&rows[0]["path"], &rows[0]["data"]), (&json!("/seed-1/127.0.0.1:7001"), &json!("42")));
        assert_eq!(rows[0]["stat"]["ephemeralOwner"], stat.ephemeral_owner);
    }
    assert_eq!(client.check_stat("/seed-1").await.expect("asked").expect("there").ephemeral_owner, 0);
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status().as_u16();
    assert_eq!(status(http.get(format!("{url}/v1/no-such/children"))).await, 404);
    assert_eq!(status(http.post(format!("{url}/v1/nodes")).body("not json")).await, 400);
    cluster.stop().await;
}

/// A span as it was exported: service, name, kind, trace, parent.
type Told = (String, String, i32, Vec<u8>, Vec<u8>);

/// What arrived, as a collector sees it.
#[derive(Default)]
struct Arrived {
    /// Span id -> (service, instance, kind, parent id, trace id).
    spans: HashMap<Vec<u8>, Told>,
    lines: Vec<(String, Vec<u8>)>,
}

/// Who calls whom in the demo: so many pairs.
const EDGES: usize = 8;

/// The kinds of span that are somebody's work on a call.
const SERVED: [i32; 2] = [SpanKind::Server as i32, SpanKind::Consumer as i32];

impl Arrived {
    /// Calls by service and instance.
    fn shares(&self) -> BTreeMap<(&str, &str), u64> {
        let mut shares = BTreeMap::new();
        for (service, instance, ..) in self.spans.values().filter(|(_, _, kind, ..)| SERVED.contains(kind)) {
            *shares.entry((service.as_str(), instance.as_str())).or_default() += 1;
        }
        shares
    }
}

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Arrived>>);

fn attribute(resource: Option<&Resource>, key: &str) -> String {
    let found = resource.and_then(|r| r.attributes.iter().find(|kv| kv.key == key)).and_then(|kv| kv.value.as_ref());
    match found.and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => text.clone(),
        _ => String::new(),
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut arrived = self.0.lock().expect("no panic while held");
        for part in request.into_inner().resource_spans {
            let of = |key| attribute(part.resource.as_ref(), key);
            let (service, instance) = (of("service.name"), of("service.instance.id"));
            for span in part.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                let seen = (service.clone(), instance.clone(), span.kind, span.parent_span_id, span.trace_id);
                arrived.spans.insert(span.span_id, seen);
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut arrived = self.0.lock().expect("no panic while held");
        for part in request.into_inner().resource_logs {
            let service = attribute(part.resource.as_ref(), "service.name");
            for line in part.scope_logs.into_iter().flat_map(|scope| scope.log_records) {
                arrived.lines.push((service.clone(), line.trace_id));
            }
        }
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_exports_agrees_with_its_own_truth() {
    let _one = ONE.lock().await;
    let collector = Collector::default();
    let place = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let server = tonic::service::Routes::new(TraceServiceServer::new(collector.clone()))
        .add_service(LogsServiceServer::new(collector.clone()));
    let listener = tokio::net::TcpListener::bind(place).await.expect("the port is still free");
    let serving = tokio::spawn(async move { axum::serve(listener, server.prepare().into_axum_router()).await });
    let cluster = calm(Some(place)).await;
    let served = |truth: &Value| -> u64 {
        let services = truth["services"].as_object().expect("services").values();
        services
            .flat_map(|s| s["instances"].as_object().expect("instances").values())
            .filter_map(|i| i["served"].as_u64())
            .sum()
    };
    until("a thousand calls, and one of each kind", async || {
        let now = truth(&cluster).await;
        let kinds = now["edges"].as_array().expect("edges").len();
        (served(&now) > 1000 && kinds == EDGES).then_some(())
    })
    .await;
    let (last, asked_at) = (truth(&cluster).await, Instant::now());
    until("all of that", async || {
        let arrived = collector.0.lock().expect("no panic while held");
        let shares = arrived.shares();
        let told = cluster.expected().iter().all(|e| {
            let address = e.address.to_string();
            let served = instance(&last, e.service, &address)["served"].as_u64().unwrap_or_default();
            shares.get(&(e.service, address.as_str())).copied().unwrap_or_default() >= served
        });
        told.then_some(())
    })
    .await;
    cluster.stop().await;
    serving.abort();

    let arrived = collector.0.lock().expect("no panic while held");
    // What came after the truth was told: 250 requests a second at most, and those that were under way.
    let later = 120 + (asked_at.elapsed().as_secs_f64() * 250.0) as u64;
    let served_spans = arrived.spans.values().filter(|(_, _, kind, ..)| SERVED.contains(kind));
    let edges: BTreeSet<_> = served_spans
        .filter_map(|(service, _, _, parent, _)| {
            arrived.spans.get(parent).map(|(from, ..)| (from.as_str(), service.as_str()))
        })
        .collect();
    let told = last["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .map(|e| (e["from"].as_str().unwrap_or(""), e["to"].as_str().unwrap_or("")));
    assert_eq!(edges, told.collect());
    for ((service, instance), spans) in arrived.shares() {
        let served = self::instance(&last, service, instance)["served"].as_u64().expect("a number");
        assert!(spans >= served, "{service} {instance}: {spans} spans of {served} calls");
        assert!(spans <= served + later, "{service} {instance}: {spans} spans of {served} calls");
    }
    let traces: BTreeSet<&Vec<u8>> = arrived.spans.values().map(|(.., trace)| trace).collect();
    let with_trace = arrived.lines.iter().filter(|(_, trace)| traces.contains(trace)).count();
    assert!(with_trace > 10, "{with_trace} of {} lines belong to a trace that arrived", arrived.lines.len());
    assert!(arrived.lines.iter().any(|(service, _)| service == "mailer"));
}
