//! A real ensemble that has lost its quorum and reads on (`readonlymode.enabled`): what is there is still shown, that nothing can
//! be written is said, and when the quorum is back all goes on by itself. Not what a dying leader makes of writes: that is
//! `zk_ensemble`.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use common::ensemble::Ensemble;
use common::reader::Reader;
use common::zookeeper::persistent;
use keepwatch::domain::fact::LinkState;
use serde_json::Value;
use zookeeper_client::Client;

fn keepwatch(address: &str, folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepwatch"));
    command.args(args).args(["-o", "json", "--probe", "off", "--registry", address]);
    command.env("XDG_STATE_HOME", folder).env("XDG_CONFIG_HOME", folder).current_dir(folder);
    command.stdin(Stdio::null()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_ensemble_without_a_quorum_is_read_and_not_written_until_it_is_back() {
    let mut ensemble = tokio::task::spawn_blocking(Ensemble::start_that_reads_on).await.unwrap();
    let (address, folder) = (ensemble.address(), tempfile::tempdir().unwrap());
    let client = Client::connector().with_session_timeout(Duration::from_secs(60)).connect(&address).await.unwrap();
    for path in ["/q-service/127.0.0.1:1", "/q-service/127.0.0.1:2"] {
        persistent(&client, path, b"9").await;
    }
    let mut reader = Reader::of(&address, Duration::from_secs(4), &[]);
    reader.until("the first picture", |r| r.live() && r.has("/q-service/127.0.0.1:2", "9")).await;

    tokio::task::block_in_place(|| ensemble.leave_one());
    let state = |r: &Reader| r.link.as_ref().unwrap().state;
    reader.until("it only reads", |r| state(r) == LinkState::ReadOnly && r.has("/q-service/127.0.0.1:2", "9")).await;
    tokio::task::block_in_place(|| {
        let run = keepwatch(&address, folder.path(), &["snapshot", "--until", "registry"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let told: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(told["registry"]["link"], "read_only");
        assert!(told["verdicts"].to_string().contains("has lost its quorum"), "{}", told["verdicts"]);
        let run = keepwatch(&address, folder.path(), &["drain", "q-service/127.0.0.1:1", "--yes"]);
        let told = String::from_utf8_lossy(&run.stderr).into_owned() + &String::from_utf8_lossy(&run.stdout);
        assert_eq!(run.status.code(), Some(3), "{told}");
        assert!(told.contains("only reads") && told.contains("no quorum"), "{told}");
        ensemble.back();
    });
    reader.until("all of it serves", |r| state(r) == LinkState::Connected).await;
    tokio::task::block_in_place(|| {
        let run = keepwatch(&address, folder.path(), &["drain", "q-service/127.0.0.1:1", "--yes"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
    });
    reader.until("the drain", |r| r.has("/q-service/127.0.0.1:1", "0")).await;
}
