//! Somebody changes a setting to something harmful: orders waits 5 ms for payments, which nobody answers in.

use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "setting",
    title: "somebody sets a time-out that nobody can keep",
    shown: Duration::from_secs(9),
    run: |stage| Box::pin(run(stage)),
};

const PATH: &str = "/config/orders-service/payments-timeout-ms";

async fn run(stage: Stage) {
    let Some(before) = stage.overwrite(PATH, b"5").await else { return };
    stage.lasts().await;
    stage.put_back(PATH, b"5", &before).await;
}
