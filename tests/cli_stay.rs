//! Commands that stay (`--hold`, `--dead-man`) on a real ZooKeeper, while somebody else acts: they say who ended what they stayed
//! for, and end with a status that tells it; and a target whose name two services have.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

use common::zookeeper::{ZooKeeper, ephemeral};

fn keepwatch(server: &ZooKeeper, home: &Path, by: &str, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_keepwatch"))
        .args(args)
        .args(["--yes", "--by", by, "--probe", "off", "--registry", &server.address()])
        .env("XDG_STATE_HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs to its end: what it said, and its exit status.
fn ends(run: Child) -> (String, i32) {
    let ended = run.wait_with_output().unwrap();
    (String::from_utf8(ended.stderr).unwrap(), ended.status.code().unwrap())
}

/// ana stays for a drain, `then` comes: what she is told after that, and the exit status.
fn stays(server: &ZooKeeper, home: &Path, how: &[&str], then: impl FnOnce(u32)) -> (String, i32) {
    let mut run = keepwatch(server, home, "ana", &[&["drain", "h-service/127.0.0.1:1"], how].concat());
    let mut said = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("Staying") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended before it stayed");
    }
    then(run.id());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    (rest, run.wait().unwrap().code().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_stays_says_who_ended_what_it_stayed_for() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let (client, home) = (server.client().await, home.path());
    for path in ["/h-service/127.0.0.1:1", "/h-service/127.0.0.1:2"] {
        ephemeral(&client, path, b"9").await;
    }
    let act = |by: &str, args: &[&str]| {
        let (told, exit) = ends(keepwatch(&server, home, by, args));
        assert_eq!(exit, 0, "{told}");
    };
    let undrain = ["undrain", "h-service/127.0.0.1:1", "--reason", "all clear"];
    tokio::task::block_in_place(|| {
        for how in [&["--hold"][..], &["--dead-man"]] {
            let (told, exit) = stays(&server, home, how, |_| act("ben", &undrain));
            assert!(told.contains("h-service/127.0.0.1:1, drain: ben undrained it: all clear."), "{how:?}: {told}");
            assert!(told.contains("ben took back ana's drain"), "the story's line, too: {told}");
            assert!(told.contains("Ending: nothing is left to stay for.") && exit == 5, "{how:?} {exit}: {told}");
        }
        let (told, exit) = stays(&server, home, &["--hold"], |_| act("ana", &undrain));
        assert!(told.contains("drain: ana undrained it") && exit == 0, "who ends it herself is not at odds: {told}");
        let (told, exit) = stays(&server, home, &["--hold", "--for", "2s"], |_| {});
        assert!(told.contains("drain: its lease is over.") && exit == 0, "{exit}: {told}");
        let (told, exit) = stays(&server, home, &["--hold"], |id| {
            assert!(Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap().success());
        });
        assert!(told.contains("Ending, as asked. It stays as it is") && exit == 0, "{exit}: {told}");
    });
    assert_eq!(client.get_data("/h-service/127.0.0.1:1").await.unwrap().0, b"0", "it stays drained");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_of_two_services_of_one_name_is_refused_until_its_path_says_which() {
    const SPRING: &str = r#"{"name":"u-service","id":"i","address":"10.0.1.11","port":8080,"payload":{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance","id":"x","name":"u-service","metadata":{"instance_status":"UP"}},"serviceType":"DYNAMIC"}"#;
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = server.client().await;
    for (path, data) in [("/u-service/10.0.1.11:8080", "9"), ("/services/u-service/i", SPRING)] {
        ephemeral(&client, path, data.as_bytes()).await;
    }
    let drain = |target: &str| {
        let args = ["drain", target, "--yes-last"];
        tokio::task::block_in_place(|| ends(keepwatch(&server, home.path(), "ana", &args)))
    };
    let (told, exit) = drain("u-service/10.0.1.11:8080");
    assert!(exit == 4 && told.contains("Not clear which is meant"), "{exit}: {told}");
    let paths = ["/u-service/10.0.1.11:8080 (seed)", "/services/u-service/10.0.1.11:8080 (spring)"];
    assert!(paths.iter().all(|path| told.contains(path)), "{told}");
    assert_eq!(client.get_data("/u-service/10.0.1.11:8080").await.unwrap().0, b"9", "nothing was written");
    let (told, exit) = drain("/services/u-service/10.0.1.11:8080");
    assert_eq!(exit, 0, "{told}");
    let spring = client.get_data("/services/u-service/i").await.unwrap().0;
    assert!(String::from_utf8(spring).unwrap().contains("OUT_OF_SERVICE"));
    assert_eq!(client.get_data("/u-service/10.0.1.11:8080").await.unwrap().0, b"9", "the other one is not touched");
}
