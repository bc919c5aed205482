//! The mailer takes nothing from the queue any more: it grows, until the fault ends and the backlog is worked off.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "queue",
    title: "the mailer stalls, its queue grows",
    shown: Duration::from_secs(9),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let mailers = stage.of("mailer");
    let stall =
        |on| mailers.iter().for_each(|mailer| mailer.ail(|ailment| ailment.stalled.store(on, Ordering::Relaxed)));
    loop {
        stall(true);
        if !stage.pause(Duration::from_millis(500)).await {
            break;
        }
    }
    stall(false);
}
