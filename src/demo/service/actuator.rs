//! The pages that Spring Boot Actuator has, in its shapes: index, health with components, readiness and liveness, breakers as
//! resilience4j tells them, metrics. Asking them counts as no call and changes nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::host::{Health, Host};
use super::metrics;
use crate::demo::call::breaker::Breaker;

/// Actuator's own media type.
const MEDIA: &str = "application/vnd.spring-boot.actuator.v3+json";

/// The pages of an instance.
pub fn routes(host: Arc<Host>) -> Router {
    Router::new()
        .route("/actuator", get(index))
        .route("/actuator/health", get(health))
        .route("/actuator/health/readiness", get(readiness))
        .route("/actuator/health/liveness", get(liveness))
        .route("/readiness", get(readiness))
        .route("/liveness", get(liveness))
        .route("/actuator/circuitbreakers", get(circuit_breakers))
        .route("/actuator/prometheus", get(prometheus))
        .with_state(host)
}

fn page(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, MEDIA)], body.to_string()).into_response()
}

async fn index(State(host): State<Arc<Host>>) -> Response {
    let mut links = Map::new();
    let base = format!("http://{}/actuator", host.record.address);
    for (name, path, templated) in [
        ("self", "", false),
        ("health", "/health", false),
        ("health-path", "/health/{*path}", true),
        ("circuitbreakers", "/circuitbreakers", false),
        ("prometheus", "/prometheus", false),
    ] {
        links.insert(name.to_owned(), json!({ "href": format!("{base}{path}"), "templated": templated }));
    }
    page(StatusCode::OK, &json!({ "_links": links }))
}

async fn health(State(host): State<Arc<Host>>) -> Response {
    let mut components = Map::new();
    if !host.breakers.is_empty() {
        components.insert("circuitBreakers".to_owned(), circuits_component(&host));
    }
    let lost = host.health() == Health::Down;
    let storage = if lost {
        json!({ "status": "DOWN", "details": { "error": "java.sql.SQLTransientConnectionException: storage is not available" } })
    } else {
        json!({ "status": "UP", "details": { "database": "H2", "validationQuery": "isValid()" } })
    };
    components.insert("db".to_owned(), storage);
    let services: Vec<&str> = host.peers.iter().filter(|peers| peers.len() > 0).map(|p| p.service.name).collect();
    let client = json!({ "status": "UP", "details": { "services": services } });
    components.insert(
        "discoveryComposite".to_owned(),
        json!({ "status": "UP", "components": { "discoveryClient": client } }),
    );
    for state in ["livenessState", "ping", "readinessState"] {
        components.insert(state.to_owned(), json!({ "status": "UP" }));
    }
    let (code, word) = if lost { (StatusCode::SERVICE_UNAVAILABLE, "DOWN") } else { (StatusCode::OK, "UP") };
    page(code, &json!({ "status": word, "components": components, "groups": ["liveness", "readiness"] }))
}

/// An open breaker makes this component UNKNOWN and leaves the whole UP: that is what Boot 3.5 with resilience4j 2.2 does.
fn circuits_component(host: &Host) -> Value {
    let (mut details, mut all_closed) = (Map::new(), true);
    for (callee, _) in &host.breakers {
        let Some((state, figures)) = host.breaker(callee, |breaker| (breaker.state().word(), figures(breaker))) else {
            continue;
        };
        all_closed &= state == "CLOSED";
        let status = if state == "CLOSED" { "UP".to_owned() } else { format!("CIRCUIT_{state}") };
        details.insert((*callee).to_owned(), json!({ "status": status, "details": figures }));
    }
    json!({ "status": if all_closed { "UP" } else { "UNKNOWN" }, "details": details })
}

async fn readiness() -> Response {
    page(StatusCode::OK, &json!({ "status": "UP", "components": { "readinessState": { "status": "UP" } } }))
}

async fn liveness() -> Response {
    page(StatusCode::OK, &json!({ "status": "UP", "components": { "livenessState": { "status": "UP" } } }))
}

async fn circuit_breakers(State(host): State<Arc<Host>>) -> Response {
    let mut all = Map::new();
    for (callee, _) in &host.breakers {
        all.extend(host.breaker(callee, |breaker| ((*callee).to_owned(), figures(breaker))));
    }
    page(StatusCode::OK, &json!({ "circuitBreakers": all }))
}

/// One breaker in resilience4j's shape: rates are text with a percent sign, -1.0% is too few calls to say.
fn figures(breaker: &Breaker) -> Value {
    let figures = breaker.figures();
    json!({
        "failureRate": format!("{:.1}%", figures.failure_rate),
        "slowCallRate": format!("{:.1}%", figures.slow_call_rate),
        "failureRateThreshold": format!("{:.1}%", breaker.config.failure_rate_threshold),
        "slowCallRateThreshold": "100.0%",
        "bufferedCalls": figures.buffered,
        "slowCalls": figures.slow,
        "slowFailedCalls": figures.slow_failed,
        "failedCalls": figures.failed,
        "notPermittedCalls": breaker.not_permitted,
        "state": breaker.state().word(),
    })
}

async fn prometheus(State(host): State<Arc<Host>>) -> Response {
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], host.metrics.page(&host)).into_response()
}
