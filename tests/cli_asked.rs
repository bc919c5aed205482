//! A command that asks on a terminal, on a real ZooKeeper: what others change while a person thinks counts before the answer.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::path::Path;

use common::pty::Pty;
use common::zookeeper::{ZooKeeper, ephemeral};
use zookeeper_client::Client;

const ONE: &str = "/q-service/127.0.0.1:1";
const TWO: &str = "/q-service/127.0.0.1:2";

async fn both(server: &ZooKeeper) -> Client {
    let client = server.client().await;
    for path in [ONE, TWO] {
        ephemeral(&client, path, b"10").await;
    }
    client
}

fn keepwatch(server: &ZooKeeper, state: &Path, op: &str) -> Pty {
    let address = server.address();
    let args = [op, "q-service/127.0.0.1:1", "--probe", "off", "--registry", &address];
    Pty::start(Path::new(env!("CARGO_BIN_EXE_keepwatch")), &args, &[("USER", "ben")], state)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_become_the_last_one_while_a_person_thought_does_not_go_without_its_name_typed() {
    let (server, state) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = both(&server).await;
    let mut pty = keepwatch(&server, state.path(), "drain");
    tokio::task::block_in_place(|| pty.shows("Do it? [y/N]"));
    client.set_data(TWO, b"0", None).await.unwrap();
    pty.press("y\r");
    tokio::task::block_in_place(|| pty.shows("Type 127.0.0.1:1 to do it:"));
    assert!(pty.screen().contains("graver now than when you read it"), "{}", pty.screen());
    assert!(pty.screen().contains("This is the last healthy instance of q-service"), "{}", pty.screen());
    assert_eq!(client.get_data(ONE).await.unwrap().0, b"10", "nothing is written yet");
    pty.press("y\r");
    assert_eq!(tokio::task::block_in_place(|| pty.end()), 4, "{}", pty.screen());
    assert_eq!(client.get_data(ONE).await.unwrap().0, b"10");

    let mut pty = keepwatch(&server, state.path(), "drain");
    tokio::task::block_in_place(|| pty.shows("Type 127.0.0.1:1 to do it:"));
    pty.press("127.0.0.1:1\r");
    assert_eq!(tokio::task::block_in_place(|| pty.end()), 0, "{}", pty.screen());
    assert_eq!(client.get_data(ONE).await.unwrap().0, b"0", "its name was typed after that was said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_typed_for_another_reason_does_not_count_for_the_last_one() {
    let (server, state) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let client = both(&server).await;
    let mut pty = keepwatch(&server, state.path(), "deregister");
    tokio::task::block_in_place(|| pty.shows("Type 127.0.0.1:1 to do it:"));
    client.delete(TWO, None).await.unwrap();
    pty.press("127.0.0.1:1\r");
    tokio::task::block_in_place(|| pty.shows("graver now than when you read it"));
    tokio::task::block_in_place(|| pty.shows("This is the last healthy instance of q-service"));
    assert!(client.check_stat(ONE).await.unwrap().is_some(), "it is there still");
    // Without another answer nothing happens.
    pty.press("\r");
    assert_eq!(tokio::task::block_in_place(|| pty.end()), 4, "{}", pty.screen());
    assert!(client.check_stat(ONE).await.unwrap().is_some());
}
