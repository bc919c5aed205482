//! Users: who a number is. The data is made from the cluster's seed, so that every instance knows the same people.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::host::Host;

const NAMES: [&str; 12] =
    ["Ada", "Alan", "Barbara", "Donald", "Edsger", "Frances", "Grace", "Ken", "Leslie", "Margaret", "Niklaus", "Tony"];

/// So many are known.
pub const MANY: u64 = 5000;

pub fn routes(host: Arc<Host>) -> Router {
    Router::new().route("/users/{id}", get(user)).with_state(host)
}

async fn user(State(host): State<Arc<Host>>, Path(id): Path<u64>) -> Response {
    if id == 0 || id > MANY {
        return answer(StatusCode::NOT_FOUND, &json!({ "error": "no such user" }));
    }
    let name = NAMES[(host.dice("user", id) % NAMES.len() as u64) as usize];
    let mail = format!("{}.{id}@example.org", name.to_ascii_lowercase());
    let by = host.record.address.to_string();
    answer(StatusCode::OK, &json!({ "id": id, "name": name, "email": mail, "instance": by }))
}
