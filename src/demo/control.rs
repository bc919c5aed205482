//! The control port: which faults there are and which are at work, to start and to end them, and the cluster's own truth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::book::Book;
use super::fault::Faults;

/// How long the end of a fault is waited for.
const PATIENCE: Duration = Duration::from_secs(4);

struct Desk {
    book: Arc<Book>,
    faults: Faults,
}

/// Everything that it answers.
pub fn routes(book: Arc<Book>, faults: Faults) -> Router {
    Router::new()
        .route("/truth", get(truth))
        .route("/faults", get(list))
        .route("/faults/{name}", post(start).delete(stop))
        .with_state(Arc::new(Desk { book, faults }))
}

async fn truth(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(desk.book.truth(Instant::now()))
}

async fn list(State(desk): State<Arc<Desk>>) -> Response {
    Json(desk.faults.list()).into_response()
}

async fn start(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    told(&name, desk.faults.start(&name), true)
}

async fn stop(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    let known = desk.faults.stop(&name);
    if known {
        let _ = tokio::time::timeout(PATIENCE, desk.faults.over(&name)).await;
    }
    told(&name, known, desk.faults.active(&name))
}

fn told(name: &str, known: bool, active: bool) -> Response {
    if known {
        return Json(json!({ "name": name, "active": active })).into_response();
    }
    (StatusCode::NOT_FOUND, Json(json!({ "error": format!("no fault {name:?}; GET /faults lists them") })))
        .into_response()
}
