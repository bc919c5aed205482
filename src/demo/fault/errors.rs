//! Payments answers most calls with 500: the breakers of its callers open, and orders are taken without a payment.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "errors",
    title: "payments answers 500, circuits to it open",
    shown: Duration::from_secs(10),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let failing = stage.of("payments-service");
    let ail =
        |percent| failing.iter().for_each(|i| i.ail(|ailment| ailment.error_percent.store(percent, Ordering::Relaxed)));
    loop {
        ail(90);
        if !stage.pause(Duration::from_millis(500)).await {
            break;
        }
    }
    ail(0);
}
