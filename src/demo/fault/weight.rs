//! Somebody changes the weight of a users instance in the registry, and changes it back when the fault ends.

use std::time::Duration;

use super::{Fault, Stage};

pub const FAULT: Fault = Fault {
    name: "weight",
    title: "somebody gives one users instance most of the weight",
    shown: Duration::from_secs(9),
    run: |stage| Box::pin(run(stage)),
};

async fn run(stage: Stage) {
    let Some(favourite) = stage.one_of(&["users-service"]) else { return };
    let path = format!("{}/{}", favourite.record.service.parent(), favourite.record.address);
    let Some(before) = stage.overwrite(&path, b"60").await else { return };
    stage.lasts().await;
    stage.put_back(&path, b"60", &before).await;
}
