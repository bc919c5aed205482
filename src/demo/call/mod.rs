//! How one service calls another: an instance drawn by weight from what the registry holds, a breaker around it, a time-out,
//! a second try on another instance where that is harmless, a client span, and the truth of it in the book.

pub mod breaker;

use std::fmt;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use opentelemetry::trace::{SpanKind, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use serde_json::Value;

use super::member::peers::{Peer, Peers};
use super::service::host::Host;
use super::telemetry::{self, Level};
use breaker::{Breaker, Config, State};

/// What is asked of whom.
pub struct Call {
    /// The callee.
    pub callee: &'static str,
    /// `GET` or `POST`.
    pub method: Method,
    /// The path, with its numbers.
    pub path: String,
    /// The path as a route: what the span is named by.
    pub route: &'static str,
    /// The JSON to send.
    pub body: Option<Value>,
    /// The shard that it is about.
    pub shard: Option<u32>,
    /// How long to wait for the answer.
    pub timeout: Duration,
    /// What it is for, in words, for the log: `order 1234`.
    pub about: String,
}

impl Call {
    /// A `GET` with a time-out of a second and a half.
    pub fn get(callee: &'static str, path: String, route: &'static str, about: String) -> Call {
        let timeout = Duration::from_millis(1500);
        Call { callee, method: Method::GET, path, route, body: None, shard: None, timeout, about }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, below 500.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// Why nothing usable came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The breaker is open: nobody was asked.
    Open,
    /// The registry holds no instance that takes calls.
    Nobody,
    /// It did not reach anybody, or asking again does no harm.
    Unreachable(String),
    /// The connection broke; what was asked may have been done.
    Broken(String),
    /// No answer in time.
    TimedOut(String, Duration),
    /// It answered 5xx.
    Refused(String, u16),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Open => f.write_str("not asked, the circuit is open"),
            Failure::Nobody => f.write_str("no instances available"),
            Failure::Unreachable(address) => write!(f, "no connection to {address}"),
            Failure::Broken(address) => write!(f, "broke the connection, {address}"),
            Failure::TimedOut(address, limit) => write!(f, "timed out after {} ms, {address}", limit.as_millis()),
            Failure::Refused(address, status) => write!(f, "answered {status}, {address}"),
        }
    }
}

/// A permit of a breaker; given back when the call is given up.
struct Ticket<'a> {
    host: &'a Host,
    callee: &'static str,
    open: bool,
}

impl Ticket<'_> {
    fn end(mut self, cx: &Context, failed: bool, took: Duration) {
        self.open = false;
        let turned = self.host.breaker(self.callee, |breaker| breaker.record(Instant::now(), failed, took)).flatten();
        let Some(state) = turned else { return };
        let level = if state == State::Open { Level::Error } else { Level::Info };
        let text = format!("circuit to {} is now {}", self.callee, state.word());
        self.host.telemetry.log(level, text, Some(cx), vec![("circuit", self.callee.into())]);
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.open {
            self.host.breaker(self.callee, Breaker::release);
        }
    }
}

impl Host {
    /// Makes a call, if the breaker lets it. What did not reach anybody is tried once more on another instance; the breaker
    /// counts what came of both as one, so that one dead instance of three does not look like a dead service.
    ///
    /// # Errors
    /// A [`Failure`]; the breaker has counted it, the log has a line of it.
    pub async fn call(&self, cx: &Context, call: &Call) -> Result<Answer, Failure> {
        let Some(peers) = self.peers.iter().find(|peers| peers.service.name == call.callee) else {
            return Err(Failure::Nobody);
        };
        if !self.permit(call.callee) {
            cx.span().add_event("circuit open", vec![KeyValue::new("circuit", call.callee)]);
            // That it opened is the fault, and was told: what it turns away is how things are until it closes.
            let text = format!("{} {}, {}", call.callee, Failure::Open, call.about);
            self.telemetry.log(Level::Info, text, Some(cx), vec![("circuit", call.callee.into())]);
            return Err(Failure::Open);
        }
        let ticket = Ticket { host: self, callee: call.callee, open: true };
        let began = Instant::now();
        let mut result = self.attempt(cx, call, peers, None).await;
        if let Err(Failure::Unreachable(address)) = &result {
            match self.attempt(cx, call, peers, Some(address)).await {
                Err(Failure::Nobody) => {}
                second => result = second,
            }
        }
        ticket.end(cx, result.is_err(), began.elapsed());
        result
    }

    async fn attempt(&self, cx: &Context, call: &Call, peers: &Peers, avoid: Option<&str>) -> Result<Answer, Failure> {
        let result = match peers.pick(call.shard, avoid) {
            Some(peer) => self.ask(cx, call, &peer).await,
            None => Err(Failure::Nobody),
        };
        result.inspect_err(|failure| {
            let text = format!("{} {failure}, {}", call.callee, call.about);
            let level = if matches!(failure, Failure::Nobody) { Level::Error } else { Level::Warn };
            self.telemetry.log(level, text, Some(cx), vec![("peer.service", call.callee.into())]);
        })
    }

    async fn ask(&self, cx: &Context, call: &Call, peer: &Peer) -> Result<Answer, Failure> {
        let (host, port) = peer.address.rsplit_once(':').unwrap_or((&peer.address, "0"));
        let attributes = vec![
            KeyValue::new("http.request.method", call.method.to_string()),
            KeyValue::new("url.full", format!("http://{}{}", peer.address, call.path)),
            KeyValue::new("server.address", host.to_owned()),
            KeyValue::new("server.port", port.parse::<i64>().unwrap_or_default()),
            KeyValue::new("peer.service", call.callee),
        ];
        let cx = self.telemetry.span(format!("{} {}", call.method, call.route), SpanKind::Client, cx, attributes);
        let mut headers = Carried(HeaderMap::new());
        telemetry::say_caller(&cx, &mut headers);
        let request = self.http.request(call.method.clone(), format!("http://{}{}", peer.address, call.path));
        let mut request = request.headers(headers.0).timeout(call.timeout);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        self.book.edge(self.service.name, call.callee);
        let exchange = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            Ok::<Answer, reqwest::Error>(Answer { status, body: response.bytes().await? })
        };
        let result = match exchange.await {
            Ok(answer) if answer.status >= 500 => Err(Failure::Refused(peer.address.clone(), answer.status)),
            Ok(answer) => Ok(answer),
            Err(error) if error.is_timeout() => Err(Failure::TimedOut(peer.address.clone(), call.timeout)),
            Err(error) if error.is_connect() || call.method == Method::GET => {
                Err(Failure::Unreachable(peer.address.clone()))
            }
            // It may have been done: not for another try.
            Err(_) => Err(Failure::Broken(peer.address.clone())),
        };
        match &result {
            Ok(answer) => cx.span().set_attribute(KeyValue::new("http.response.status_code", i64::from(answer.status))),
            Err(failure) => {
                let kind = match failure {
                    Failure::Refused(_, status) => {
                        cx.span().set_attribute(KeyValue::new("http.response.status_code", i64::from(*status)));
                        status.to_string()
                    }
                    Failure::TimedOut(..) => "timeout".to_owned(),
                    _ => "connection_error".to_owned(),
                };
                cx.span().set_attribute(KeyValue::new("error.type", kind));
                telemetry::fail(&cx, failure.to_string());
            }
        }
        result
    }

    fn permit(&self, callee: &'static str) -> bool {
        let number = |key: &str, default| self.settings.number(&format!("breaker.{key}"), default);
        let config = Config {
            sliding_window_size: number("sliding-window-size", 40.0) as usize,
            minimum_number_of_calls: number("minimum-number-of-calls", 20.0) as usize,
            failure_rate_threshold: number("failure-rate-threshold", 50.0).clamp(1.0, 100.0),
            wait_duration_in_open_state: Duration::from_millis(number("wait-duration-ms", 4000.0) as u64),
            ..Config::default()
        };
        let permit = |breaker: &mut Breaker| {
            breaker.config = config;
            breaker.permit(Instant::now())
        };
        self.breaker(callee, permit).unwrap_or(true)
    }

    /// Works on the breaker for a callee, if there is one.
    pub fn breaker<T>(&self, callee: &str, work: impl FnOnce(&mut Breaker) -> T) -> Option<T> {
        let (_, breaker) = self.breakers.iter().find(|(name, _)| *name == callee)?;
        Some(work(&mut breaker.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The state of each of its breakers, in the words of contract.md section 4.
    pub fn circuits(&self) -> Vec<(&'static str, String)> {
        let state =
            |name| self.breaker(name, |breaker| breaker.state().word().to_ascii_lowercase()).unwrap_or_default();
        self.breakers.iter().map(|(name, _)| (*name, state(name))).collect()
    }
}

/// Headers that a trace context is written into.
struct Carried(HeaderMap);

impl opentelemetry::propagation::Injector for Carried {
    fn set(&mut self, key: &str, value: String) {
        let name = axum::http::HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value.parse()) {
            self.0.insert(name, value);
        }
    }
}
