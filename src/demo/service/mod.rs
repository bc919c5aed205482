//! The six services. Each is an axum router over a [`host::Host`]; around all of them the same layer tells of every request:
//! server span, log line, counters, truth, and what ails the instance.
//!
//! - `gateway users articles orders payments mailer`: what each of them does;
//! - `actuator`, `metrics`: the pages that a dashboard reads; `token`: what the gateway accepts;
//! - `host`: what the handlers of one instance share.

pub mod actuator;
mod articles;
mod gateway;
pub mod host;
pub mod mailer;
pub mod metrics;
mod orders;
mod payments;
pub mod token;
mod users;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use opentelemetry::trace::{SpanKind, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use serde_json::Value;

use super::telemetry::{self, Level, Received};
use host::Host;

/// The trace context of the request at hand, for the handlers.
#[derive(Clone)]
pub struct Cx(pub Context);

/// Everything that an instance answers.
pub fn router(host: &Arc<Host>) -> Router {
    let work = match host.service.name {
        "gateway" => gateway::routes(Arc::clone(host)),
        "users-service" => users::routes(Arc::clone(host)),
        "articles-service" => articles::routes(Arc::clone(host)),
        "orders-service" => orders::routes(Arc::clone(host)),
        "payments-service" => payments::routes(Arc::clone(host)),
        _ => return actuator::routes(Arc::clone(host)),
    };
    // Only what is a service's own is a call: somebody who tries paths in search of a health page makes none.
    let layer = from_fn_with_state(Arc::clone(host), observed);
    work.route_layer(layer).merge(actuator::routes(Arc::clone(host)))
}

/// A JSON answer.
fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A path as a route: `/users/17` is `/users/{id}`.
fn route(path: &str) -> String {
    match path.trim_start_matches('/').split_once('/') {
        Some((noun, _)) => format!("/{noun}/{{id}}"),
        None => path.to_owned(),
    }
}

/// A request being served. Whoever asked may hang up before the answer: then it is told when this is dropped.
struct Serving {
    host: Arc<Host>,
    cx: Context,
    method: String,
    route: String,
    path: String,
    began: Instant,
    told: bool,
}

impl Serving {
    fn tell(&mut self, status: Option<u16>) {
        self.told = true;
        let took = self.began.elapsed();
        self.host.record.took(Instant::now(), took);
        let code = status.unwrap_or(499);
        self.host.metrics.answered(&self.method, &self.route, code, took.as_secs_f64());
        let span = self.cx.span();
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(code)));
        let said = format!("{} {} {code} {} ms", self.method, self.path, took.as_millis());
        let level = match status {
            Some(500..) => {
                span.set_attribute(KeyValue::new("error.type", code.to_string()));
                telemetry::fail(&self.cx, format!("answered {code}"));
                Level::Error
            }
            None => {
                telemetry::fail(&self.cx, "the caller hung up before the answer".to_owned());
                Level::Warn
            }
            // One line of some: as much as a busy service is set to write.
            Some(_) if fastrand::u8(..) < 12 => Level::Info,
            Some(_) => Level::Debug,
        };
        let fields = vec![
            ("http.request.method", self.method.clone().into()),
            ("url.path", self.path.clone().into()),
            ("http.response.status_code", i64::from(code).into()),
        ];
        self.host.telemetry.log(level, said, Some(&self.cx), fields);
        self.cx.span().end();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if !self.told {
            self.tell(None);
        }
    }
}

async fn observed(State(host): State<Arc<Host>>, mut request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let route = route(&path);
    let parent = telemetry::caller(&Received(request.headers()));
    let attributes = vec![
        KeyValue::new("http.request.method", method.clone()),
        KeyValue::new("http.route", route.clone()),
        KeyValue::new("url.path", path.clone()),
        KeyValue::new("url.scheme", "http"),
        KeyValue::new("server.address", host.record.address.ip().to_string()),
        KeyValue::new("server.port", i64::from(host.record.address.port())),
    ];
    let cx = host.telemetry.span(format!("{method} {route}"), SpanKind::Server, &parent, attributes);
    host.record.called();
    let began = Instant::now();
    let mut serving = Serving { host: Arc::clone(&host), cx: cx.clone(), method, route, path, began, told: false };
    request.extensions_mut().insert(Cx(cx.clone()));
    if host.service.name != "gateway" {
        tokio::time::sleep(host.pace()).await;
    }
    let response = if host.ailment.storage_lost.load(Ordering::Relaxed) {
        let text = format!("{} storage is not available, {}", host.service.name, serving.path);
        host.telemetry.log(Level::Error, text, Some(&cx), Vec::new());
        answer(StatusCode::SERVICE_UNAVAILABLE, &serde_json::json!({ "error": "storage is not available" }))
    } else if host.stumbles() {
        answer(StatusCode::INTERNAL_SERVER_ERROR, &serde_json::json!({ "error": "internal error" }))
    } else {
        next.run(request).await
    };
    serving.tell(Some(response.status().as_u16()));
    response
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_with_a_number_is_a_route() {
        assert_eq!(
            ["/users/17", "/orders", "/", "/a/b/c"].map(super::route),
            ["/users/{id}", "/orders", "/", "/a/{id}"]
        );
    }
}
