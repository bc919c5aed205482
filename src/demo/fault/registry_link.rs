//! The registry answers nobody for 6 s, less if the fault is ended: everybody goes on with what they know, then Curator's and
//! Spring's providers write their znodes anew, and what others wrote into them is lost.

use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "registry-link",
    title: "the registry cannot be reached for some seconds",
    shown: Duration::from_secs(8),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    stage.ground.control.refuse(true);
    stage.pause(Duration::from_secs(6)).await;
    stage.ground.control.refuse(false);
}
