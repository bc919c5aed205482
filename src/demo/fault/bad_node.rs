//! Somebody leaves a node below payments that is no instance. It is real, Curator's readers stumble over it; the demo's own do
//! not.

use std::time::Duration;

use zookeeper_client::{Acls, CreateMode};

use super::{Fault, Stage};
use crate::demo::member::close;

pub const FAULT: Fault = Fault {
    name: "bad-node",
    title: "somebody leaves a node among the instances that is none",
    shown: Duration::from_secs(8),
    run: |stage| Box::pin(run(stage)),
};

const PATH: &str = "/services/payments-service/notes.txt";

async fn run(stage: Stage) {
    let Some(client) = stage.operator().await else { return };
    let options = CreateMode::Ephemeral.with_acls(Acls::anyone_all());
    // Its own session owns it: it is gone with the fault, whatever happens.
    if client.create(PATH, b"remember to drain before the release", &options).await.is_ok() {
        stage.lasts().await;
    }
    close(client).await;
}
