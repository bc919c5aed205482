//! An instance dies: its port closes, its registration stays until its session would time out, then goes. It is started anew
//! when the fault ends.

use std::time::Duration;

use super::{Fault, Stage};
use crate::demo::member::Leave;

pub const FAULT: Fault = Fault {
    name: "kill",
    title: "an instance dies and leaves a ghost in the registry",
    shown: Duration::from_secs(14),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(victim) = stage.one_of(&["users-service", "articles-service", "orders-service"]) else { return };
    victim.end(Leave::Die).await;
    stage.lasts().await;
    revive(&victim).await;
}

/// Starts it again; its port may still be held for a moment.
pub async fn revive(instance: &crate::demo::instance::Instance) {
    for _ in 0..50 {
        match instance.start(None).await {
            Ok(()) => return,
            Err(error) => tracing::warn!("demo: {} cannot start again: {error}", instance.record.address),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
