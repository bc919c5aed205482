//! The mailer: takes messages from the queue while its registration lets it, looks up whom to write to (a call that it does
//! not declare), and writes, as far as a demo can. It answers nothing but its actuator.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanKind, TraceContextExt as _};
use serde_json::Value;

use super::host::Host;
use crate::demo::call::Call;
use crate::demo::queue::{self, Message};
use crate::demo::telemetry::{self, Level};

/// Between two looks at whether it may work.
const LOOK: Duration = Duration::from_millis(200);
/// How many messages it works on at once.
const HANDS: usize = 4;

/// Works until dropped.
pub async fn work(host: Arc<Host>) {
    let mut warned = Instant::now();
    loop {
        let depth = queue::depth(&host.http, host.queue).await.unwrap_or_default();
        host.metrics.queue(depth);
        if depth > 50 && warned.elapsed() > Duration::from_secs(2) {
            warned = Instant::now();
            let text = format!("queue {}: {depth} messages wait", queue::NAME);
            host.telemetry.log(Level::Warn, text, None, vec![("queue.depth", (depth as i64).into())]);
        }
        // Drained or deregistered it takes nothing more, as a service behind a balancer would get nothing more.
        let takes = host.record.entry().is_some_and(|entry| entry.share(host.service.layout) > 0);
        if !takes || host.ailment.stalled.load(Ordering::Relaxed) {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let most = host.settings.number("batch-size", 20.0).clamp(1.0, 500.0) as usize;
        let Ok(messages) = queue::take(&host.http, host.queue, most, LOOK).await else {
            tokio::time::sleep(LOOK).await;
            continue;
        };
        for some in messages.chunks(HANDS) {
            futures_util::future::join_all(some.iter().map(|message| send(&host, message))).await;
        }
    }
}

async fn send(host: &Host, message: &Message) {
    let began = Instant::now();
    let parent = telemetry::caller(message);
    let attributes = vec![
        KeyValue::new("messaging.system", "keepwatch-demo"),
        KeyValue::new("messaging.operation.name", "process"),
        KeyValue::new("messaging.operation.type", "process"),
        KeyValue::new("messaging.destination.name", queue::NAME),
    ];
    let cx = host.telemetry.span(format!("process {}", queue::NAME), SpanKind::Consumer, &parent, attributes);
    host.record.called();
    host.book.edge(&message.from, host.service.name);
    let number = |key: &str| message.body.get(key).and_then(Value::as_u64).unwrap_or_default();
    let (order, user) = (number("order"), number("user"));
    let call = Call::get("users-service", format!("/users/{user}"), "/users/{id}", format!("mail for order {order}"));
    let reader = host.call(&cx, &call).await;
    tokio::time::sleep(host.pace()).await;
    match reader {
        Ok(_) if fastrand::u8(..) < 24 => {
            host.telemetry.log(Level::Info, format!("mail for order {order} sent"), Some(&cx), Vec::new());
        }
        Ok(_) => {}
        Err(failure) => {
            telemetry::fail(&cx, format!("nobody to write to: {failure}"));
            let text = format!("mail for order {order} not sent: users-service {failure}");
            host.telemetry.log(Level::Error, text, Some(&cx), Vec::new());
        }
    }
    host.record.took(Instant::now(), began.elapsed());
    cx.span().end();
}
