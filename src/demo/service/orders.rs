//! Orders: shows one with who ordered what, and takes new ones: asks users and articles, has payments take the money, and
//! puts a message for the mailer on the queue. What it can do without, it does without.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use serde_json::{Value, json};

use super::gateway::SHARDS;
use super::host::Host;
use super::{Cx, answer, articles, users};
use crate::demo::call::{Call, Failure};
use crate::demo::queue;
use crate::demo::telemetry::{self, Level};

/// Orders up to this number are there from the start.
pub const MANY: u64 = 20_000;

struct Orders {
    host: Arc<Host>,
    next: AtomicU64,
}

pub fn routes(host: Arc<Host>) -> Router {
    // Each instance counts in its own thousands, so that no two give the same number.
    let next = AtomicU64::new(MANY + 1 + host.ordinal as u64);
    let orders = Arc::new(Orders { host, next });
    Router::new().route("/orders/{id}", get(show)).route("/orders", post(take)).with_state(orders)
}

/// Who ordered what: made from the seed, so that every instance knows the same orders.
fn content(host: &Host, id: u64) -> (u64, u64) {
    (1 + host.dice("order-user", id) % users::MANY, 1 + host.dice("order-article", id) % articles::MANY)
}

async fn show(State(orders): State<Arc<Orders>>, Extension(Cx(cx)): Extension<Cx>, Path(id): Path<u64>) -> Response {
    let (user, article) = content(&orders.host, id);
    let (user, article) = tokio::join!(orders.user(&cx, user, id), orders.article(&cx, article, id));
    // An order without names is still an order.
    let (user, article) = (user.unwrap_or(Value::Null), article.unwrap_or(Value::Null));
    let by = orders.host.record.address.to_string();
    answer(StatusCode::OK, &json!({ "id": id, "user": user, "article": article, "instance": by }))
}

async fn take(
    State(orders): State<Arc<Orders>>,
    Extension(Cx(cx)): Extension<Cx>,
    Json(wanted): Json<Value>,
) -> Response {
    let id = orders.next.fetch_add(3, Ordering::Relaxed);
    let number = |key: &str| wanted.get(key).and_then(Value::as_u64);
    let (seeded_user, seeded_article) = content(&orders.host, id);
    let (user, article) = (number("user").unwrap_or(seeded_user), number("article").unwrap_or(seeded_article));
    let (buyer, bought) = tokio::join!(orders.user(&cx, user, id), orders.article(&cx, article, id));
    let missing = [("user", &buyer), ("article", &bought)]
        .into_iter()
        .find_map(|(what, got)| got.as_ref().err().map(|e| (what, e)));
    if let Some((what, failure)) = missing {
        return answer(StatusCode::BAD_GATEWAY, &json!({ "id": id, "error": format!("{what}: {failure}") }));
    }
    let state = match orders.pay(&cx, id).await {
        Ok(()) => "paid",
        // Open: the money is taken later, nobody waits for it.
        Err(Failure::Open) => "payment pending",
        Err(failure) => {
            return answer(
                StatusCode::SERVICE_UNAVAILABLE,
                &json!({ "id": id, "error": format!("payment: {failure}") }),
            );
        }
    };
    if orders.host.settings.switch("feature.send-mail", true) {
        orders.send_mail(&cx, id, user).await;
    }
    let status = if state == "paid" { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let by = orders.host.record.address.to_string();
    answer(status, &json!({ "id": id, "state": state, "instance": by }))
}

impl Orders {
    async fn user(&self, cx: &Context, user: u64, order: u64) -> Result<Value, Failure> {
        let about = format!("order {order}");
        self.fetch(cx, Call::get("users-service", format!("/users/{user}"), "/users/{id}", about)).await
    }

    async fn article(&self, cx: &Context, article: u64, order: u64) -> Result<Value, Failure> {
        let call =
            Call::get("articles-service", format!("/articles/{article}"), "/articles/{id}", format!("order {order}"));
        self.fetch(cx, Call { shard: Some((article % SHARDS) as u32), ..call }).await
    }

    async fn fetch(&self, cx: &Context, call: Call) -> Result<Value, Failure> {
        let got = self.host.call(cx, &call).await?;
        Ok(serde_json::from_slice(&got.body).unwrap_or(Value::Null))
    }

    /// Not tried twice: money is not taken twice.
    async fn pay(&self, cx: &Context, id: u64) -> Result<(), Failure> {
        let timeout = Duration::from_millis(self.host.settings.number("payments-timeout-ms", 800.0) as u64);
        let call = Call::get("payments-service", "/payments".to_owned(), "/payments", format!("order {id}"));
        self.host.call(cx, &Call { method: Method::POST, body: Some(json!({ "order": id })), timeout, ..call }).await?;
        Ok(())
    }

    async fn send_mail(&self, cx: &Context, id: u64, user: u64) {
        let attributes = vec![
            KeyValue::new("messaging.system", "keepwatch-demo"),
            KeyValue::new("messaging.operation.name", "send"),
            KeyValue::new("messaging.operation.type", "send"),
            KeyValue::new("messaging.destination.name", queue::NAME),
        ];
        let cx = self.host.telemetry.span(format!("send {}", queue::NAME), SpanKind::Producer, cx, attributes);
        let mut message = queue::Message::new(self.host.service.name, json!({ "order": id, "user": user }));
        telemetry::say_caller(&cx, &mut message);
        if let Err(why) = queue::put(&self.host.http, self.host.queue, &message).await {
            telemetry::fail(&cx, why.clone());
            let text = format!("mail for order {id} not queued: {why}");
            self.host.telemetry.log(Level::Error, text, Some(&cx), Vec::new());
        }
    }
}
