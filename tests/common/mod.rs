//! What the integration tests share: a real ZooKeeper, a link to it that can be cut, hung and restored; the shop told in
//! facts and a person who looks at it; the real binary in a terminal.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod journey;
pub mod link;
pub mod pty;
pub mod reader;
pub mod shop;
pub mod zookeeper;

use std::time::{Duration, Instant};

/// Waits until the condition holds, `seconds` at most; says in the panic what was waited for.
pub async fn eventually(what: &str, seconds: u64, mut holds: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(seconds);
    while !holds().await {
        assert!(Instant::now() < until, "not within {seconds} s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
