//! An instance's session expires: it is gone from the registry while it lives, and registers anew in its next session,
//! which takes it 12 s, less if the fault is ended.

use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "session",
    title: "a session expires, its instance is gone until it registers anew",
    shown: Duration::from_secs(9),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(forgotten) = stage.one_of(&["orders-service", "users-service"]) else { return };
    let Some(session) = forgotten.session().await else { return };
    forgotten.hold(true).await;
    stage.ground.control.expire(session);
    stage.pause(Duration::from_secs(12)).await;
    forgotten.hold(false).await;
}
