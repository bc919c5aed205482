//! What an undo may not do by a command, on a real ZooKeeper: it is as slow as a drain where it comes to one, in every layout
//! that is written; and it takes nothing from another operator who wants the same bytes by now.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::{fs, path::Path, process::Command};

use common::zookeeper::{ZooKeeper, ephemeral, persistent};
use serde_json::Value;
use zookeeper_client::Client;

/// One, started.
struct Stage {
    server: ZooKeeper,
    home: tempfile::TempDir,
    client: Client,
}

impl Stage {
    async fn new() -> Stage {
        let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
        let client = server.client().await;
        Stage { server, home, client }
    }

    /// With a tree of the fixtures, of which nothing is ever asked: probing is off.
    async fn of(tree: &str) -> Stage {
        let stage = Stage::new().await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/registry/trees/{tree}.json"));
        let tree: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        for node in tree["nodes"].as_array().unwrap() {
            let (path, data) = (node["path"].as_str().unwrap(), node["data"].as_str().unwrap_or("").as_bytes());
            match &node["mode"] {
                Value::String(mode) if mode == "ephemeral" => ephemeral(&stage.client, path, data).await,
                _ => persistent(&stage.client, path, data).await,
            }
        }
        stage
    }

    /// What is printed and said, and the exit status.
    fn act(&self, by: &str, args: &[&str]) -> (String, i32) {
        let ended = Command::new(env!("CARGO_BIN_EXE_keepwatch"))
            .args(args)
            .args(["--by", by, "-o", "json", "--probe", "off", "--registry", &self.server.address()])
            .env("XDG_STATE_HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path())
            .current_dir(self.home.path())
            .output()
            .unwrap();
        let told = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (told.concat(), ended.status.code().unwrap())
    }

    async fn data(&self, path: &str) -> String {
        String::from_utf8(self.client.get_data(path).await.unwrap().0).unwrap()
    }
}

/// The trees, whom to drain, and where that is written.
const LAYOUTS: [(&str, &str, &str); 2] = [
    ("helix", "PinotCluster/Server/10.0.6.11:8098", "/PinotCluster/CONFIGS/PARTICIPANT/Server_10.0.6.11_8098"),
    ("dubbo-app-level", "demo-provider/10.0.2.12:20880", "/dubbo/config/dubbo/demo-provider.tag-router"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_drains_the_last_one_wants_its_name_and_keeps_to_the_rails_whatever_the_layout() {
    for (tree, target, written) in LAYOUTS {
        let stage = Stage::of(tree).await;
        let (told, exit) = stage.act("ana", &["drain", target, "--yes", "--yes-last"]);
        assert_eq!(exit, 0, "{tree}: {told}");
        let drained = stage.data(written).await;
        let (told, exit) = stage.act("ana", &["undrain", target, "--yes"]);
        assert_eq!(exit, 0, "{tree}: {told}");
        let free = stage.data(written).await;
        assert_ne!(free, drained);

        let (told, exit) = stage.act("ana", &["undo", "--yes"]);
        assert_eq!((exit, told.contains("last healthy instance")), (4, true), "{tree}: {told}");
        let rails = stage.home.path().join("rails.yaml");
        fs::write(&rails, "guard:\n  - service: '*'\n    actions: [drain]\n    deny: not in business hours\n").unwrap();
        let (told, exit) = stage.act("ana", &["undo", "--yes", "--yes-last", "--config", rails.to_str().unwrap()]);
        assert_eq!((exit, told.contains("not in business hours")), (4, true), "{tree}: {told}");
        assert_eq!(stage.data(written).await, free, "{tree}: nothing was written");

        let (told, exit) = stage.act("ana", &["undo", "--yes", "--yes-last"]);
        assert_eq!(exit, 0, "{tree}: {told}");
        assert_eq!(stage.data(written).await, drained, "{tree}");
        // Of what it takes back it says where the calls go then.
        let (told, exit) = stage.act("ana", &["undo", "--dry-run"]);
        let plan: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
        let rows = plan["plan"]["remaining"].as_array().unwrap();
        let row = rows.iter().find(|row| target.ends_with(row["address"].as_str().unwrap())).unwrap();
        assert_eq!((exit, row["share_before"].as_f64()), (0, Some(0.0)), "{told}");
        // Helix has no weights, so that no share is known there; it is never told as none.
        assert!(row["share_after"].as_f64().is_none_or(|share| share == 1.0), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_over_already_is_passed_by_and_that_is_said() {
    let stage = Stage::new().await;
    for place in ["127.0.0.1:1", "127.0.0.1:2"] {
        ephemeral(&stage.client, &format!("/f-service/{place}"), b"10").await;
    }
    let target = "f-service/127.0.0.1:1";
    let steps: [(&str, &[&str]); 3] =
        [("ana", &["weight", target, "90"]), ("ana", &["drain", target]), ("ben", &["undrain", target])];
    for (by, args) in steps {
        let (told, exit) = stage.act(by, &[args, &["--yes"]].concat());
        assert_eq!(exit, 0, "{told}");
    }
    let (told, exit) = stage.act("ana", &["undo", "--yes"]);
    assert!(exit == 0 && told.contains("the drain of f-service/127.0.0.1:1, is over already"), "{exit}: {told}");
    assert_eq!(stage.data("/f-service/127.0.0.1:1").await, "10", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_takes_nothing_from_whoever_wants_the_same_since() {
    let stage = Stage::new().await;
    for place in ["127.0.0.1:1", "127.0.0.1:2"] {
        ephemeral(&stage.client, &format!("/e-service/{place}"), b"10").await;
    }
    let target = "e-service/127.0.0.1:1";
    let steps = [("ana", "drain", "kernel"), ("ben", "undrain", "done"), ("cara", "drain", "disk dying, keep out")];
    for (by, op, reason) in steps {
        let (told, exit) = stage.act(by, &[op, target, "--yes", "--reason", reason]);
        assert_eq!(exit, 0, "{told}");
    }
    let (told, exit) = stage.act("ana", &["undo", "--yes"]);
    assert!(told.contains("cara drained it at") && told.contains("disk dying, keep out"), "{told}");
    assert_eq!((exit, &*stage.data("/e-service/127.0.0.1:1").await), (5, "0"), "{told}");
}
