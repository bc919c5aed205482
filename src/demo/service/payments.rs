//! Payments: takes money, as far as a demo can.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer;
use super::host::Host;

pub fn routes(host: Arc<Host>) -> Router {
    Router::new().route("/payments", post(pay)).with_state(host)
}

async fn pay(State(host): State<Arc<Host>>, Json(wanted): Json<Value>) -> Response {
    let order = wanted.get("order").and_then(Value::as_u64).unwrap_or_default();
    let by = host.record.address.to_string();
    answer(StatusCode::CREATED, &json!({ "order": order, "state": "paid", "instance": by }))
}
