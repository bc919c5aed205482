//! A command on a real ZooKeeper that is stopped between its steps, and one that begins while nobody serves.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::zookeeper::{ZooKeeper, ephemeral};

fn keepwatch(server: &ZooKeeper, state: &std::path::Path, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_keepwatch"))
        .args(args)
        .args(["--yes", "-o", "json", "--probe", "off", "--registry", &server.address()])
        .env("XDG_STATE_HOME", state)
        .env("XDG_CONFIG_HOME", state)
        .current_dir(state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ramp_that_is_told_to_end_stops_between_two_steps_and_says_what_was_done() {
    let (server, state) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = server.client().await;
    for path in ["/q-service/127.0.0.1:1", "/q-service/127.0.0.1:2"] {
        ephemeral(&client, path, b"9").await;
    }
    for signal in ["TERM", "INT"] {
        let args = ["weight", "q-service/127.0.0.1:1", "1..5", "--over", "10m"];
        let (mut run, state) = (keepwatch(&server, state.path(), &args), state.path());
        let ended = tokio::task::block_in_place(|| {
            let mut first = String::new();
            let mut lines = BufReader::new(run.stdout.take().unwrap());
            lines.read_line(&mut first).unwrap();
            assert!(first.contains("\"outcome\":\"requested\""), "{first}");
            let id = run.id().to_string();
            assert!(Command::new("kill").args([format!("-{signal}"), id]).status().unwrap().success());
            let rest: Vec<String> = lines.lines().map(Result::unwrap).collect();
            assert!(rest.len() == 4 && rest.iter().all(|line| line.contains("\"refused\"")), "{rest:?}");
            run.wait_with_output().unwrap()
        });
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(4), "{told}");
        assert!(told.contains("Stopped. Done: q-service/127.0.0.1:1. Not done: q-service/127.0.0.1:1,"), "{told}");
        assert_eq!(client.get_data("/q-service/127.0.0.1:1").await.unwrap().0, b"1", "only the first step");
        let back = keepwatch(&server, state, &["weight", "q-service/127.0.0.1:1", "9"]).wait_with_output().unwrap();
        assert_eq!(back.status.code(), Some(0), "{back:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_begins_while_nobody_serves_tries_for_ten_seconds() {
    let (mut server, state) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = server.client().await;
    for path in ["/q-service/127.0.0.1:1", "/q-service/127.0.0.1:2"] {
        ephemeral(&client, path, b"9").await;
    }
    server.kill();
    // In its place somebody who hangs up at once, as a server does that has no leader: so it is known that it was tried.
    let deaf = tokio::net::TcpListener::bind(server.address()).await.unwrap();
    let run = keepwatch(&server, state.path(), &["drain", "q-service/127.0.0.1:1"]);
    drop(tokio::time::timeout(common::BOUND, deaf.accept()).await.expect("a first try").unwrap());
    drop(deaf);
    tokio::task::block_in_place(|| server.launch());
    let ended = tokio::task::block_in_place(|| run.wait_with_output().unwrap());
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let began = std::time::Instant::now();
    server.kill();
    let ended = tokio::task::block_in_place(|| {
        keepwatch(&server, state.path(), &["drain", "q-service/127.0.0.1:2"]).wait_with_output().unwrap()
    });
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    assert!(began.elapsed() > Duration::from_secs(9), "10 s of trying, not {:?}", began.elapsed());
}
