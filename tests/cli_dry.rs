//! What a command says that only plans, on a real ZooKeeper: later steps as they would be after the earlier ones, what a guard rail
//! would still ask for; and that nothing is written, nor where one of several is not there.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::{fs, path::Path, process::Command};

use common::zookeeper::{ZooKeeper, ephemeral};
use serde_json::Value;
use zookeeper_client::Client;

/// Three instances of a service on two hosts.
async fn shop(server: &ZooKeeper) -> Client {
    let client = server.client().await;
    for place in ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.2:1"] {
        ephemeral(&client, &format!("/d-service/{place}"), b"10").await;
    }
    client
}

/// The printed plans, what was said besides, and the exit status.
fn keepwatch(server: &ZooKeeper, home: &Path, args: &[&str]) -> (Vec<Value>, String, i32) {
    acts(server, home, &[args, &["--dry-run"]].concat())
}

/// The same of a command that acts.
fn acts(server: &ZooKeeper, home: &Path, args: &[&str]) -> (Vec<Value>, String, i32) {
    let ended = Command::new(env!("CARGO_BIN_EXE_keepwatch"))
        .args(args)
        .args(["-o", "json", "--probe", "off", "--registry", &server.address()])
        .env("XDG_STATE_HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .current_dir(home)
        .output()
        .unwrap();
    let (out, told) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    let plans = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (plans, told, ended.status.code().unwrap())
}

fn shares(plan: &Value) -> Vec<(String, f64, f64)> {
    let row = |row: &Value| {
        let share = |name: &str| (row[name].as_f64().unwrap() * 100.0).round();
        (row["address"].as_str().unwrap().to_owned(), share("share_before"), share("share_after"))
    };
    plan["plan"]["remaining"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_step_is_planned_on_what_the_earlier_ones_would_leave() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = shop(&server).await;
    let batch = ["drain", "--host", "127.0.0.1", "--service", "d-service"];
    let (plans, told, exit) = keepwatch(&server, home.path(), &batch);
    assert_eq!((plans.len(), exit), (2, 0), "{told}");
    let row = |address: &str, before, after| (address.to_owned(), before, after);
    let (one, two, other) = ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.2:1");
    assert_eq!(shares(&plans[0]), [row(two, 33.0, 50.0), row(other, 33.0, 50.0)]);
    assert_eq!(shares(&plans[1]), [row(one, 0.0, 0.0), row(other, 50.0, 100.0)]);

    let ramp = ["weight", "d-service/127.0.0.1:1", "10..7", "--over", "6s"];
    let (plans, told, exit) = keepwatch(&server, home.path(), &ramp);
    assert_eq!((plans.len(), exit), (1, 0), "{told}");
    let warnings = plans[0]["plan"]["warnings"].to_string();
    assert!(warnings.contains("the first of 4 steps. Then weight 9 after 2 s, 8 after 4 s, 7 after 6 s"), "{warnings}");
    let (plans, told, exit) =
        keepwatch(&server, home.path(), &["weight", "d-service/127.0.0.1:1", "3..0", "--over", "6s"]);
    assert!(plans.is_empty() && exit == 2 && told.contains("a weight of 0 is a drain"), "{exit} {told}");
    assert!(client.check_stat("/keepwatch").await.unwrap().is_none(), "nothing was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_guard_rail_would_still_ask_for_is_told_and_ends_it_as_the_act_itself_would_end() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let _client = shop(&server).await;
    let config = home.path().join("keepwatch.yaml");
    fs::write(&config, "guard:\n  - service: d-*\n    reason: required\n").unwrap();
    let drain = ["drain", "d-service/127.0.0.1:1", "--yes", "--config", config.to_str().unwrap()];
    let (plans, told, exit) = keepwatch(&server, home.path(), &drain);
    let warnings = |plans: &[Value]| plans[0]["plan"]["warnings"].to_string();
    assert_eq!((&plans[0]["outcome"], exit), (&"planned".into(), 4), "{told}");
    assert!(told.contains("asks for a reason") && warnings(&plans).contains("asks for a reason"), "{told}");
    let (plans, told, exit) = keepwatch(&server, home.path(), &[&drain[..], &["--reason", "disk"]].concat());
    assert_eq!(exit, 0, "{told}");
    assert!(!warnings(&plans).contains("asks for a reason"), "it has one: {}", plans[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_of_whom_one_is_not_there_none_is_written_and_what_is_written_is_journalled_whole() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = shop(&server).await;
    let both = ["drain", "d-service/127.0.0.1:1", "d-service/127.0.0.9:9", "--yes"];
    let (lines, told, exit) = acts(&server, home.path(), &both);
    assert_eq!((lines.len(), exit), (2, 4), "{told}");
    assert!(told.contains("Nothing was written, as not all that was named is there"), "{told}");
    assert_eq!(client.get_data("/d-service/127.0.0.1:1").await.unwrap().0, b"10");

    let (lines, told, exit) =
        acts(&server, home.path(), &both[..2].iter().chain(&["--yes"]).copied().collect::<Vec<_>>());
    assert_eq!(exit, 0, "{told}");
    let journal = fs::read_to_string(home.path().join("keepwatch/journal.jsonl")).unwrap();
    let begun: Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    let paths = |writes: &Value| -> Vec<String> {
        writes.as_array().unwrap().iter().map(|write| write["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&begun["writes"]), paths(&lines[0]["plan"]["writes"]), "as planned, Keepwatch's own, too");
    let (_, told, exit) = acts(&server, home.path(), &["undo", "--yes"]);
    assert_eq!(
        (client.get_data("/d-service/127.0.0.1:1").await.unwrap().0.as_slice(), exit),
        (&b"10"[..], 0),
        "{told}"
    );
}
