//! The demo's message queue: a broker behind its own port that keeps messages until somebody takes them, and how services
//! talk to it over HTTP. A message carries the trace context of who sent it. Nothing is kept on a disk, nothing redelivered.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use opentelemetry::propagation::{Extractor, Injector};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

/// The one queue.
pub const NAME: &str = "mails";
/// Beyond this the oldest are dropped.
const MOST: usize = 20_000;

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The service that sent it.
    pub from: String,
    /// What the sender's SDK wrote, `traceparent` among it.
    pub headers: BTreeMap<String, String>,
    /// What it says.
    pub body: Value,
}

impl Message {
    /// A message that carries no context yet.
    pub fn new(from: &str, body: Value) -> Message {
        Message { from: from.to_owned(), headers: BTreeMap::new(), body }
    }
}

impl Injector for Message {
    fn set(&mut self, key: &str, value: String) {
        self.headers.insert(key.to_owned(), value);
    }
}

impl Extractor for Message {
    fn get(&self, key: &str) -> Option<&str> {
        self.headers.get(key).map(String::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.headers.keys().map(String::as_str).collect()
    }
}

/// What the broker holds.
#[derive(Default)]
struct Broker {
    messages: Mutex<VecDeque<Message>>,
    came: Notify,
}

/// What a taker asks.
#[derive(Deserialize)]
struct Wanted {
    max: usize,
    wait_ms: u64,
}

/// The broker.
pub fn routes() -> Router {
    let broker = Arc::new(Broker::default());
    Router::new()
        .route("/queues/mails", get(give).post(keep))
        .route("/queues/mails/depth", get(count))
        .with_state(broker)
}

async fn keep(State(broker): State<Arc<Broker>>, Json(message): Json<Message>) -> StatusCode {
    let mut messages = broker.messages.lock().unwrap_or_else(PoisonError::into_inner);
    if messages.len() >= MOST {
        messages.pop_front();
    }
    messages.push_back(message);
    broker.came.notify_one();
    StatusCode::ACCEPTED
}

async fn give(State(broker): State<Arc<Broker>>, Query(wanted): Query<Wanted>) -> Json<Vec<Message>> {
    let taken = |max: usize| {
        let mut messages = broker.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let many = messages.len().min(max);
        messages.drain(..many).collect::<Vec<_>>()
    };
    let now = taken(wanted.max);
    if !now.is_empty() {
        return Json(now);
    }
    let wait = Duration::from_millis(wanted.wait_ms.min(10_000));
    let _ = tokio::time::timeout(wait, broker.came.notified()).await;
    Json(taken(wanted.max))
}

async fn count(State(broker): State<Arc<Broker>>) -> Json<usize> {
    Json(broker.messages.lock().unwrap_or_else(PoisonError::into_inner).len())
}

/// Puts a message on the queue.
///
/// # Errors
/// Why it is not there, in words.
pub async fn put(http: &reqwest::Client, broker: SocketAddr, message: &Message) -> Result<(), String> {
    let request = http.post(format!("http://{broker}/queues/{NAME}")).timeout(Duration::from_secs(1)).json(message);
    let response = request.send().await.map_err(|_| format!("the queue at {broker} does not answer"))?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(format!("the queue answered {}", response.status().as_u16()))
    }
}

/// Takes up to `max` messages, waiting for the first one.
///
/// # Errors
/// What the client says.
pub async fn take(
    http: &reqwest::Client,
    broker: SocketAddr,
    max: usize,
    wait: Duration,
) -> reqwest::Result<Vec<Message>> {
    let url = format!("http://{broker}/queues/{NAME}?max={max}&wait_ms={}", wait.as_millis());
    http.get(url).timeout(wait + Duration::from_secs(1)).send().await?.json().await
}

/// How many messages wait.
///
/// # Errors
/// What the client says.
pub async fn depth(http: &reqwest::Client, broker: SocketAddr) -> reqwest::Result<u64> {
    http.get(format!("http://{broker}/queues/{NAME}/depth")).timeout(Duration::from_secs(1)).send().await?.json().await
}
