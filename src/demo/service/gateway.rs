//! The gateway: bearer token, rate limit, response cache, a routing table, and behind each route a balanced call with a
//! breaker and an answer to fall back on while it is open. It works on nothing itself.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use bytes::Bytes;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;
use serde_json::{Value, json};

use super::host::Host;
use super::{Cx, answer, token};
use crate::demo::call::{Answer, Call, Failure};
use crate::demo::telemetry::Level;

/// The routing table: the first part of a path, whose it is, how its routes are named, whether answers may be kept.
const ROUTES: [(&str, &str, &str, bool); 3] = [
    ("users", "users-service", "/users/{id}", false),
    ("articles", "articles-service", "/articles/{id}", true),
    ("orders", "orders-service", "/orders/{id}", false),
];

/// How many shards the articles are spread over.
pub const SHARDS: u64 = 3;
/// Bodies beyond this are refused.
const MOST: usize = 64 * 1024;

struct Gateway {
    host: Arc<Host>,
    cache: Cache<String, Bytes>,
    /// The limiter, and the limit that it was made for.
    limiter: Mutex<(u32, Arc<DefaultDirectRateLimiter>)>,
}

pub fn routes(host: Arc<Host>) -> Router {
    let cache = Cache::builder().max_capacity(2000).time_to_live(Duration::from_secs(2)).build();
    let limiter = Mutex::new((1, Arc::new(RateLimiter::direct(Quota::per_second(NonZeroU32::MIN)))));
    let gateway = Arc::new(Gateway { host, cache, limiter });
    let one = ROUTES.iter().fold(Router::new(), |router, (_, _, route, _)| router.route(route, any(handle)));
    one.route("/orders", any(handle)).with_state(gateway)
}

async fn handle(State(gateway): State<Arc<Gateway>>, Extension(Cx(cx)): Extension<Cx>, request: Request) -> Response {
    let book = Arc::clone(&gateway.host.book);
    book.requests.fetch_add(1, Ordering::Relaxed);
    let response = gateway.pass(&cx, request).await;
    if response.status().is_server_error() {
        book.errors.fetch_add(1, Ordering::Relaxed);
    }
    response
}

impl Gateway {
    async fn pass(&self, cx: &opentelemetry::Context, request: Request) -> Response {
        let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !authorization.is_some_and(token::accepts) {
            self.host.telemetry.log(
                Level::Warn,
                "request without a valid token refused".to_owned(),
                Some(cx),
                Vec::new(),
            );
            let why = json!({ "error": "a bearer token is needed; the demo's ready line names it" });
            return answer(StatusCode::UNAUTHORIZED, &why);
        }
        if !self.within_limit() {
            self.host.metrics.limited();
            return answer(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "rate limit" }));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (noun, id) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        let Some((_, callee, route, keep)) = ROUTES.iter().find(|(first, ..)| *first == noun) else {
            return answer(StatusCode::NOT_FOUND, &json!({ "error": "no such route" }));
        };
        let id: Option<u64> = id.parse().ok();
        let mut call = match (method, id) {
            (Method::GET, Some(id)) => {
                Call::get(callee, path.clone(), route, format!("{} {id}", noun.trim_end_matches('s')))
            }
            (Method::POST, None) if noun == "orders" && path == "/orders" => {
                let Ok(body) = axum::body::to_bytes(request.into_body(), MOST).await else {
                    return answer(StatusCode::PAYLOAD_TOO_LARGE, &json!({ "error": "too long" }));
                };
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let call = Call::get(callee, path.clone(), "/orders", "a new order".to_owned());
                Call { method: Method::POST, body: Some(body), timeout: Duration::from_secs(3), ..call }
            }
            _ => {
                return answer(
                    StatusCode::METHOD_NOT_ALLOWED,
                    &json!({ "error": "GET /users/ID, /articles/ID, /orders/ID or POST /orders" }),
                );
            }
        };
        if *callee == "articles-service" {
            call.shard = id.map(|id| (id % SHARDS) as u32);
        }
        let keep = *keep && self.host.settings.switch("cache-enabled", true);
        if keep {
            let kept = self.cache.get(&path).await;
            self.host.metrics.cached(kept.is_some());
            if let Some(body) = kept {
                return json_bytes(StatusCode::OK, body);
            }
        }
        match self.host.call(cx, &call).await {
            Ok(Answer { status, body }) => {
                if keep && status == 200 {
                    self.cache.insert(path, body.clone()).await;
                }
                json_bytes(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), body)
            }
            Err(failure) => fall_back(&failure, &call),
        }
    }

    fn within_limit(&self) -> bool {
        let limit = self.host.settings.number("rate-limit-per-second", 2000.0).max(1.0) as u32;
        let limiter = {
            let mut held = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
            if held.0 != limit {
                let quota = Quota::per_second(NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN));
                *held = (limit, Arc::new(RateLimiter::direct(quota)));
            }
            Arc::clone(&held.1)
        };
        limiter.check().is_ok()
    }
}

fn json_bytes(status: StatusCode, body: Bytes) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// While the circuit is open a reader gets something at once; every other failure is said as it is.
fn fall_back(failure: &Failure, call: &Call) -> Response {
    let fallback = *failure == Failure::Open && call.method == Method::GET;
    let status = match failure {
        Failure::Open if fallback => StatusCode::OK,
        Failure::Open | Failure::Nobody => StatusCode::SERVICE_UNAVAILABLE,
        Failure::TimedOut(..) => StatusCode::GATEWAY_TIMEOUT,
        Failure::Unreachable(_) | Failure::Broken(_) | Failure::Refused(..) => StatusCode::BAD_GATEWAY,
    };
    answer(status, &json!({ "fallback": fallback, "service": call.callee, "error": failure.to_string() }))
}
