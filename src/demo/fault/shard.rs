//! One shard of the articles has lost its storage: its instance says DOWN and answers 503, a third of the reads fail.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "shard",
    title: "a shard of the articles has lost its storage",
    shown: Duration::from_secs(10),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(shard) = stage.one_of(&["articles-service"]) else { return };
    loop {
        shard.ail(|ailment| ailment.storage_lost.store(true, Ordering::Relaxed));
        if !stage.pause(Duration::from_millis(500)).await {
            break;
        }
    }
    shard.ail(|ailment| ailment.storage_lost.store(false, Ordering::Relaxed));
}
