//! One payments instance takes more than a second for everything: calls to it time out, and breakers open.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "slow",
    title: "a payments instance is slow, calls to it time out",
    shown: Duration::from_secs(10),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(slow) = stage.of("payments-service").into_iter().next() else { return };
    // Again and again: it may be started anew meanwhile.
    loop {
        slow.ail(|ailment| ailment.latency_ms.store(1150, Ordering::Relaxed));
        if !stage.pause(Duration::from_millis(500)).await {
            break;
        }
    }
    slow.ail(|ailment| ailment.latency_ms.store(0, Ordering::Relaxed));
}
