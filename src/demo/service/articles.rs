//! Articles, sharded by their number: an instance holds one shard and reads the others from a slower replica, so that a
//! caller who finds no holder may ask anybody.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::gateway::SHARDS;
use super::host::Host;

const WORDS: [&str; 10] =
    ["lamp", "chair", "kettle", "compass", "ledger", "lantern", "anchor", "teapot", "barometer", "bell"];

/// So many are sold.
pub const MANY: u64 = 3000;
/// What reading from the replica costs.
const REPLICA: Duration = Duration::from_millis(9);

pub fn routes(host: Arc<Host>) -> Router {
    Router::new().route("/articles/{id}", get(article)).with_state(host)
}

async fn article(State(host): State<Arc<Host>>, Path(id): Path<u64>) -> Response {
    if id == 0 || id > MANY {
        return answer(StatusCode::NOT_FOUND, &json!({ "error": "no such article" }));
    }
    let own = id % SHARDS == host.ordinal as u64 % SHARDS;
    if !own {
        tokio::time::sleep(REPLICA).await;
    }
    let dice = host.dice("article", id);
    let title = format!("brass {}", WORDS[(dice % WORDS.len() as u64) as usize]);
    let (cents, by) = (490 + dice / 16 % 9000, host.record.address.to_string());
    let body = json!({ "id": id, "title": title, "price_cents": cents, "shard": id % SHARDS, "replica": !own, "instance": by });
    answer(StatusCode::OK, &body)
}
