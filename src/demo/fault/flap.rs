//! An instance comes and goes: it leaves in good order, comes back, leaves again.

use std::time::Duration;

use super::kill::revive;
use super::{Fault, Stage};
use crate::demo::member::Leave;

pub const FAULT: Fault = Fault {
    name: "flap",
    title: "an instance comes and goes",
    shown: Duration::from_secs(10),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(restless) = stage.of("users-service").pop() else { return };
    loop {
        restless.end(Leave::Close).await;
        let on = stage.pause(Duration::from_millis(2500)).await;
        revive(&restless).await;
        if !on || !stage.pause(Duration::from_millis(2500)).await {
            return;
        }
    }
}
