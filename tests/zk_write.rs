//! Writes and registrations against a real ZooKeeper: done, conflict, refused, and what becomes of a write whose answer is
//! lost or that is held on its way; ephemerals that are held, waited for, made anew and given back.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::sync::Mutex;
use std::time::Duration;

use common::link::{Hold, Link};
use common::zookeeper::{ZooKeeper, ephemeral, persistent};
use keepwatch::domain::plan::{Write, WriteKind};
use keepwatch::zk::Options;
use keepwatch::zk::registrant::{Held, Registrant, Registration};
use keepwatch::zk::write::{Ending, apply};
use zookeeper_client::Client;

fn options(address: &str) -> Options {
    Options { session: Duration::from_secs(4), ..Options::new(address.parse().unwrap()) }
}

fn set(path: &str, before: &str, after: &str, version: i32) -> Write {
    let bytes = |text: &str| Some(text.as_bytes().into());
    Write {
        kind: WriteKind::Set,
        path: path.into(),
        before: bytes(before),
        after: bytes(after),
        version: Some(version),
    }
}

fn create(path: &str, after: &str) -> Write {
    Write { kind: WriteKind::Create, before: None, version: None, ..set(path, "", after, 0) }
}

async fn data(client: &Client, path: &str) -> Option<String> {
    client.get_data(path).await.ok().map(|(data, _)| String::from_utf8(data).unwrap())
}

/// Applies, and gives the reasons for which the outcome was unknown meanwhile.
async fn told(address: &str, writes: &[Write]) -> (Ending, Vec<String>) {
    let said = Mutex::new(Vec::new());
    let ending = apply(&options(address), writes, &[], |why| said.lock().unwrap().push(why.to_owned())).await;
    (ending, said.into_inner().unwrap())
}

/// Waits until this is told, whatever else is.
async fn told_of(held: &mut Registrant, mut wanted: impl FnMut(&Held) -> bool) {
    let telling = async { while !wanted(&held.next().await.expect("it is held for ever")) {} };
    tokio::time::timeout(common::BOUND, telling).await.expect("it is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_or_none_and_only_by_version() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    ephemeral(&client, "/s/a:1", b"70").await;
    let intent = "/keepwatch/intents/s/a:1";
    let (ending, said) = told(&server.address(), &[set("/s/a:1", "70", "0", 0), create(intent, "{}")]).await;
    assert_eq!(ending, Ending::Done, "{said:?}");
    assert_eq!(data(&client, "/s/a:1").await.as_deref(), Some("0"));
    assert_eq!(data(&client, intent).await.as_deref(), Some("{}"), "and the parents were made");

    let stale = [set("/s/a:1", "70", "5", 0), create("/keepwatch/intents/s/b:1", "{}")];
    let (ending, _) = told(&server.address(), &stale).await;
    assert!(matches!(&ending, Ending::Conflict(why) if why.contains("/s/a:1")), "{ending:?}");
    assert_eq!(data(&client, "/keepwatch/intents/s/b:1").await, None, "nothing of it was written");

    let large = "x".repeat(1_100_000);
    let (ending, _) = told(&server.address(), &[set("/s/a:1", "0", &large, 1)]).await;
    assert!(matches!(&ending, Ending::NotDone(why) if why.contains("bytes")), "{ending:?}");
    let delete = Write { kind: WriteKind::Delete, after: None, ..set("/s/a:1", "0", "", 1) };
    assert_eq!(told(&server.address(), std::slice::from_ref(&delete)).await.0, Ending::Done);
    assert!(matches!(told(&server.address(), &[delete]).await.0, Ending::Conflict(_)));
    let (ending, _) = told("127.0.0.1:1", &[set("/s/a:1", "0", "1", 0)]).await;
    assert!(matches!(&ending, Ending::Unreachable(why) if why.contains("refused")), "{ending:?}");

    // 3.4 knows no create in a multi: the intent goes first, and is taken back where the write fails
    let old = Link::pretending(&server.address(), "3.4.13").await;
    persistent(&client, "/s/c:1", b"7").await;
    let intent = "/keepwatch/intents/s/c:1";
    let stale = told(old.address(), &[set("/s/c:1", "7", "0", 5), create(intent, "{}")]).await.0;
    assert!(matches!(stale, Ending::Conflict(_)));
    assert_eq!(data(&client, intent).await, None);
    assert_eq!(told(old.address(), &[set("/s/c:1", "7", "0", 0), create(intent, "{}")]).await.0, Ending::Done);
    assert_eq!(data(&client, intent).await.as_deref(), Some("{}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_znode_that_was_made_anew_is_another_one_though_its_version_is_the_same() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    ephemeral(&client, "/s/a:1", b"70").await;
    let made = client.check_stat("/s/a:1").await.unwrap().unwrap().czxid;
    let drain = [set("/s/a:1", "70", "0", 0)];
    let write = |made: i64| {
        let (address, drain) = (server.address(), drain.clone());
        async move { apply(&options(&address), &drain, &[("/s/a:1".into(), made)], |_| {}).await }
    };
    client.delete("/s/a:1", None).await.unwrap();
    ephemeral(&client, "/s/a:1", b"70").await;
    let ending = write(made).await;
    assert!(matches!(&ending, Ending::Conflict(why) if why.contains("/s/a:1")), "{ending:?}");
    assert_eq!(data(&client, "/s/a:1").await.as_deref(), Some("70"));
    let made = client.check_stat("/s/a:1").await.unwrap().unwrap().czxid;
    assert_eq!(write(made).await, Ending::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_out_and_a_held_write_never_lands_late() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    for (n, hold) in [Hold::Request, Hold::Reply].into_iter().enumerate() {
        let path = format!("/s{n}/a:1");
        persistent(&client, &path, b"70").await;
        let link = Link::to(&server.address()).await;
        link.hold(hold, &path);
        let (ending, said) = told(link.address(), &[set(&path, "70", "0", 0)]).await;
        assert_eq!(said.len(), 1, "{said:?}");
        let expected = if hold == Hold::Reply { "0" } else { "70" };
        assert_eq!(data(&client, &path).await.as_deref(), Some(expected));
        match hold {
            Hold::Reply => assert_eq!(ending, Ending::Found, "read back, so there is nothing to verify"),
            Hold::Request => assert!(matches!(&ending, Ending::NotDone(why) if why.contains("did not arrive"))),
        }
        link.release_to_the_end().await;
        client.sync("/").await.unwrap();
        assert_eq!(data(&client, &path).await.as_deref(), Some(expected), "nothing lands late");
    }

    // somebody else writes while ours is held
    persistent(&client, "/s9/a:1", b"70").await;
    let link = Link::to(&server.address()).await;
    link.hold(Hold::Request, "/s9/a:1");
    let writes = [set("/s9/a:1", "70", "0", 0)];
    let (both, ()) = tokio::join!(told(link.address(), &writes), async {
        link.held().await;
        client.set_data("/s9/a:1", b"55", None).await.unwrap();
        link.release();
    });
    assert!(matches!(both.0, Ending::Conflict(_)), "{both:?}");
    assert_eq!(data(&client, "/s9/a:1").await.as_deref(), Some("55"));

    // nobody can be asked any more
    let link = Link::to(&server.address()).await;
    link.hold(Hold::Request, "/s9/a:1");
    let writes = [set("/s9/a:1", "55", "0", 1)];
    let (both, ()) = tokio::join!(told(link.address(), &writes), async {
        link.held().await;
        link.cut();
    });
    assert!(matches!(both.0, Ending::Unknown(_)) && both.1.len() == 1, "{both:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ephemerals_are_held_waited_for_made_anew_and_given_back() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    let link = Link::to(&server.address()).await;
    let other = server.client().await;
    ephemeral(&other, "/s/b:1", b"old").await;
    let one = |path: &str| Registration { path: path.into(), data: b"1".to_vec() };
    let mut held = Registrant::start(options(link.address()), vec![one("/s/a:1"), one("/s/b:1")]);
    told_of(&mut held, |held| matches!(held, Held::Registered(path, _) if &**path == "/s/a:1")).await;
    told_of(&mut held, |held| matches!(held, Held::Waiting(path, _) if &**path == "/s/b:1")).await;
    assert_eq!(data(&client, "/s/b:1").await.as_deref(), Some("old"), "another's node is not touched");
    drop(other);
    told_of(&mut held, |held| matches!(held, Held::Registered(path, _) if &**path == "/s/b:1")).await;

    link.cut();
    told_of(&mut held, |held| *held == Held::Disconnected).await;
    common::eventually("the session expires", async || data(&client, "/s/a:1").await.is_none()).await;
    link.restore();
    common::eventually("made anew", async || data(&client, "/s/a:1").await.is_some()).await;
    common::eventually("both", async || data(&client, "/s/b:1").await.is_some()).await;
    held.stop().await;
    assert_eq!((data(&client, "/s/a:1").await, data(&client, "/s/b:1").await), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_taken_up_again_soon_after_any_outage_and_a_deregistration_is_not_fought() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    let link = Link::to(&server.address()).await;
    let options = Options { session: Duration::from_secs(60), ..options(link.address()) };
    let one = |path: &str| Registration { path: path.into(), data: b"1".to_vec() };
    let mut held = Registrant::start(options, vec![one("/s/a:1"), one("/s/b:1")]);
    told_of(&mut held, |held| matches!(held, Held::Registered(path, _) if &**path == "/s/b:1")).await;
    let owner = client.check_stat("/s/a:1").await.unwrap().unwrap().ephemeral_owner;
    link.cut();
    told_of(&mut held, |held| *held == Held::Disconnected).await;
    // The pause between two tries does not grow: each of them is told.
    for _ in 0..6 {
        told_of(&mut held, |held| matches!(held, Held::Unreachable(_))).await;
    }
    client.delete("/s/b:1", None).await.unwrap();
    link.restore();
    let mut said = [false, false];
    let both = |held: &Held| {
        said[0] |= matches!(held, Held::Registered(path, session) if &**path == "/s/a:1" && *session == owner);
        said[1] |= matches!(held, Held::Trouble(path, why) if &**path == "/s/b:1" && why.contains("deregistered"));
        said == [true, true]
    };
    told_of(&mut held, both).await;
    assert_eq!(data(&client, "/s/b:1").await, None);
    held.stop().await;
    assert_eq!(data(&client, "/s/a:1").await, None, "the end is told to the server");
}
