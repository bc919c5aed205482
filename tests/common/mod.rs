//! What the integration tests share: a real ZooKeeper, a link to it that can be cut, hung and restored; the shop told in
//! facts and a person who looks at it; the real binary in a terminal.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod ensemble;
pub mod journey;
pub mod link;
pub mod pty;
pub mod reader;
pub mod shop;
pub mod zookeeper;

use std::time::{Duration, Instant};

/// Whatever is waited for has come by then, on the slowest and busiest machine, or it does not come at all.
pub const BOUND: Duration = Duration::from_secs(120);

/// Waits until the condition holds; says in the panic what was waited for.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + BOUND;
    while !holds().await {
        assert!(Instant::now() < until, "not within {BOUND:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
