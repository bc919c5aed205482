//! Somebody lowers the gateways' rate limit far below the traffic: most requests are answered 429.

use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "rate-limit",
    title: "somebody lowers the rate limit, requests are refused",
    shown: Duration::from_secs(8),
    run: |stage| Box::pin(run(stage)),
};

const PATH: &str = "/config/gateway/rate-limit-per-second";

async fn run(stage: Stage) {
    let Some(before) = stage.overwrite(PATH, b"50").await else { return };
    stage.lasts().await;
    stage.put_back(PATH, b"50", &before).await;
}
