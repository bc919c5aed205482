//! The mirror against a real ZooKeeper behind a link that is cut, hung, restored; a server killed, stopped; a session
//! expired. In each gap something is changed, and must be told. Not what the znodes mean: that is the registry's test.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::time::Duration;

use common::reader::Reader;
use common::zookeeper::{ZooKeeper, ephemeral, persistent, set};
use common::{eventually, link::Link};
use keepwatch::domain::fact::LinkState;

/// A session whose silence is noticed after 27 s: what is said much sooner was learnt in another way.
const LONG: Duration = Duration::from_secs(60);
/// Much sooner.
const AT_ONCE: Duration = Duration::from_secs(12);
/// A session whose silence is noticed within 2 s, for tests that wait for it.
const SHORT: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_is_read_and_every_change_is_told() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    for n in 0..300 {
        ephemeral(&client, &format!("/many-service/10.0.0.1:{n}"), n.to_string().as_bytes()).await;
    }
    let secret = server.connector().with_auth("digest", b"ana:secret").connect(&server.address()).await.unwrap();
    let acls = zookeeper_client::Acls::creator_all();
    let hidden = zookeeper_client::CreateMode::Persistent.with_acls(acls);
    secret.create("/hidden", b"9", &hidden).await.unwrap();
    let mut reader = Reader::of(&server.address(), LONG, &[]);
    reader.until("the first picture", |r| r.wholes == 1).await;
    assert_eq!(reader.picture.keys().filter(|path| path.starts_with("/many-service/")).count(), 300);
    assert!(reader.has("/many-service/10.0.0.1:7", "7") && reader.live() && reader.unreadable == 1);
    assert!(!reader.picture.keys().any(|path| path.starts_with("/zookeeper")), "its own subtree is left out");
    let link = reader.link.clone().unwrap();
    assert!(link.server_version.unwrap().starts_with("3.") && link.session_timeout_ms == Some(60_000));

    set(&client, "/many-service/10.0.0.1:7", "70").await;
    client.delete("/many-service/10.0.0.1:8", None).await.unwrap();
    persistent(&client, "/deep/er/and/deeper", b"x").await;
    reader
        .until("a change, a loss, a new subtree", |r| {
            r.has("/many-service/10.0.0.1:7", "70")
                && r.has("/deep/er/and/deeper", "x")
                && !r.picture.contains_key("/many-service/10.0.0.1:8")
        })
        .await;

    let mut narrow = Reader::of(&server.address(), LONG, &["/deep/er", "/not/yet"]);
    narrow.until("only the roots", |r| r.wholes == 1).await;
    let paths: Vec<_> = narrow.picture.keys().map(String::as_str).collect();
    assert_eq!(paths, ["/deep/er", "/deep/er/and", "/deep/er/and/deeper"]);
    assert_eq!(narrow.missing, ["/not/yet"], "a root that is missing is said, an extra one is not");
    persistent(&client, "/not/yet/there", b"y").await;
    narrow.until("a root that came later", |r| r.has("/not/yet/there", "y") && r.missing.is_empty()).await;

    let mut chroot = Reader::of(&format!("{}/nowhere", server.address()), LONG, &[]);
    chroot.until("a chroot that is missing", |r| r.wholes == 1).await;
    assert_eq!(chroot.missing, ["/"]);
    persistent(&client, "/nowhere/s/10.0.0.9:1", b"3").await;
    chroot.until("and then comes", |r| r.has("/s/10.0.0.9:1", "3") && r.missing.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_the_link_is_down_is_told() {
    let mut server = ZooKeeper::start();
    let client = server.client().await;
    persistent(&client, "/s/a:1", b"1").await;
    persistent(&client, "/s/b:1", b"1").await;
    let link = Link::to(&server.address()).await;
    let began = chrono::Utc::now().timestamp_millis();
    let mut reader = Reader::of(link.address(), LONG, &[]);
    reader.until("the first picture", |r| r.wholes == 1).await;

    // closed
    let cut_at = chrono::Utc::now().timestamp_millis();
    link.cut();
    let took = reader.until("the loss is said", |r| !r.live()).await;
    assert!(took < AT_ONCE, "{took:?}: by its silence, not by its end");
    let fact = reader.link.clone().unwrap();
    assert!(fact.state == LinkState::Reconnecting && fact.why.is_some());
    let as_of = fact.as_of.unwrap().0;
    assert!((began..=cut_at).contains(&as_of), "{as_of} is not between {began} and the cut at {cut_at}");
    set(&client, "/s/a:1", "2").await;
    client.delete("/s/b:1", None).await.unwrap();
    persistent(&client, "/s/c:1", b"3").await;
    reader.until("another try in vain", |r| r.link.as_ref().unwrap().attempt > 1).await;
    link.restore();
    reader.told.clear();
    reader.until("live again", Reader::live).await;
    let mut told = reader.told.clone();
    told.sort();
    assert_eq!(told, ["/s/a:1=2", "/s/b:1 gone", "/s/c:1=3"], "every net change, and nothing else");

    // watched again: the watch is not deaf
    set(&client, "/s/a:1", "4").await;
    reader.until("a change after the reconnect", |r| r.has("/s/a:1", "4")).await;

    // killed
    server.kill();
    let took = reader.until("a killed server is said", |r| !r.live()).await;
    assert!(took < AT_ONCE, "{took:?}: by its silence, not by its end");
    server.launch();
    let client = server.client().await;
    set(&client, "/s/a:1", "7").await;
    reader.until("its restart", |r| r.live() && r.has("/s/a:1", "7")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_noticed_and_what_changes_in_it_is_told() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    persistent(&client, "/s/a:1", b"1").await;
    let link = Link::to(&server.address()).await;
    let mut reader = Reader::of(link.address(), SHORT, &[]);
    reader.until("the first picture", |r| r.wholes == 1).await;

    // half-open
    link.hang();
    let took = reader.until("silence is said", |r| !r.live()).await;
    assert!(took < SHORT, "{took:?}");
    set(&client, "/s/a:1", "5").await;
    link.restore();
    reader.until("and what changed in it", |r| r.live() && r.has("/s/a:1", "5")).await;

    // stopped and continued
    server.signal("STOP");
    let took = reader.until("a stopped server is said", |r| !r.live()).await;
    assert!(took < SHORT, "{took:?}");
    server.signal("CONT");
    reader.until("and its return", Reader::live).await;

    // expired
    link.cut();
    reader.until("the loss is said", |r| !r.live()).await;
    eventually("nobody but this test has a session", async || server.ask("cons").matches("sid=").count() <= 1).await;
    reader.until("lost, once a session's time is over", |r| r.link.as_ref().unwrap().state == LinkState::Lost).await;
    set(&client, "/s/a:1", "6").await;
    link.restore();
    reader.until("a new session", |r| r.live() && r.has("/s/a:1", "6")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_there_is_said_in_words_and_tried_for_ever() {
    let mut reader = Reader::of("127.0.0.1:1", LONG, &[]);
    reader.until("three tries", |r| r.link.as_ref().is_some_and(|link| link.attempt > 3)).await;
    let link = reader.link.clone().unwrap();
    assert_eq!((link.state, link.as_of, reader.wholes), (LinkState::Never, None, 0));
    assert!(link.why.unwrap().contains("connection refused at 127.0.0.1:1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_server_is_watched_znode_by_znode_and_refused_where_that_is_too_much() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    persistent(&client, "/s/a:1", b"1").await;
    persistent(&client, "/s/b:1", b"1").await;
    let link = Link::pretending(&server.address(), "3.4.13").await;
    let mut reader = Reader::of(link.address(), LONG, &[]);
    reader.until("the first picture", |r| r.wholes == 1).await;
    assert!(reader.has("/s/a:1", "1") && reader.has("/s/b:1", "1"));
    for n in 2..5 {
        set(&client, "/s/a:1", &n.to_string()).await;
        reader.until("each change, not only the first", |r| r.has("/s/a:1", &n.to_string())).await;
        let new = format!("/new-{n}/x/y");
        persistent(&client, &new, b"z").await;
        reader.until("a new subtree", |r| r.has(&new, "z")).await;
    }
    client.delete("/s/b:1", None).await.unwrap();
    reader.until("a loss", |r| !r.picture.contains_key("/s/b:1")).await;
    link.cut();
    reader.until("the loss of the link", |r| !r.live()).await;
    set(&client, "/s/a:1", "9").await;
    link.restore();
    reader.until("what changed in the gap", |r| r.live() && r.has("/s/a:1", "9")).await;

    let long = "x".repeat(900);
    for n in 0..60 {
        persistent(&client, &format!("/large/{long}-{n}"), b"").await;
    }
    let mut refused = Reader::of(link.address(), LONG, &[]);
    let why = |r: &Reader| r.link.as_ref().and_then(|link| link.why.clone()).unwrap_or_default().to_string();
    refused.until("more than 100 KB of paths is refused", |r| why(r).contains("registry.paths")).await;
    let mut narrow = Reader::of(link.address(), LONG, &["/s"]);
    narrow.until("and works where the paths are named", |r| r.live() && r.has("/s/a:1", "9")).await;
}
