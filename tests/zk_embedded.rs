//! The mirror and the writer against the embedded server, as itself and as a real 3.4: the same gaps as with Apache's, and
//! sessions that the server ends by itself. With 3.4 unknown requests and watches taken back close the connection.
#![cfg(feature = "demo")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::time::Duration;

use common::link::Link;
use common::reader::Reader;
use common::zookeeper::set;
use keepwatch::demo::registry::{Control, Options, Server, Version};
use keepwatch::domain::plan::{Write, WriteKind};
use keepwatch::zk::write::{Ending, apply};
use zookeeper_client::{Acls, Client, CreateMode};

/// A session whose silence is noticed after 18 s: what is said much sooner was learnt in another way.
const LONG: Duration = Duration::from_secs(40);
/// One whose silence is noticed within 2 s.
const SHORT: Duration = Duration::from_secs(4);

async fn start(version: Version) -> (Server, Control, Client) {
    let server = Server::start(Options { version, ..Options::default() }).await.unwrap();
    let control = server.control();
    let connector = match version {
        Version::V3_4 => Client::connector().with_server_version(3, 4, 13),
        _ => Client::connector(),
    };
    let client = connector.with_session_timeout(LONG).connect(&server.address().to_string()).await.unwrap();
    (server, control, client)
}

async fn make(client: &Client, path: &str, data: &str) {
    let options = CreateMode::Persistent.with_acls(Acls::anyone_all());
    client.mkdir(path.rsplit_once('/').unwrap().0, &options).await.unwrap();
    client.create(path, data.as_bytes(), &options).await.unwrap();
}

async fn gaps(version: Version) {
    let (server, control, client) = start(version).await;
    make(&client, "/s/a:1", "1").await;
    make(&client, "/s/b:1", "1").await;
    let address = server.address().to_string();
    let link = Link::to(&address).await;
    let mut reader = Reader::of(link.address(), LONG, &[]);
    reader.until("the first picture", |r| r.wholes == 1).await;
    assert!(reader.link.as_ref().unwrap().server_version.as_ref().unwrap().starts_with("3."));
    for n in 2..6 {
        set(&client, "/s/a:1", &n.to_string()).await;
        reader.until("each change", |r| r.has("/s/a:1", &n.to_string())).await;
    }
    make(&client, "/new/x:1", "x").await;
    reader.until("a new subtree", |r| r.has("/new/x:1", "x")).await;
    assert_eq!(reader.wholes, 1, "all that over one session");

    link.cut();
    let took = reader.until("a closed link", |r| !r.live()).await;
    assert!(took < LONG / 4, "{took:?}: by its silence, not by its end");
    client.delete("/s/b:1", None).await.unwrap();
    set(&client, "/s/a:1", "7").await;
    link.restore();
    reader.told.clear();
    reader.until("its return", Reader::live).await;
    reader.told.sort();
    assert_eq!(reader.told, ["/s/a:1=7", "/s/b:1 gone"]);

    let mine = client.session_id().0;
    for session in control.sessions() {
        if session.id != mine {
            control.expire(session.id);
        }
    }
    reader.until("an expired session", |r| !r.live()).await;
    set(&client, "/s/a:1", "8").await;
    reader.until("a new one", |r| r.live() && r.has("/s/a:1", "8")).await;

    let silent = Link::to(&address).await;
    let mut short = Reader::of(silent.address(), SHORT, &[]);
    short.until("the picture of a short session", |r| r.has("/s/a:1", "8")).await;
    silent.hang();
    let took = short.until("a half-open link", |r| !r.live()).await;
    assert!(took < SHORT, "{took:?}");
    set(&client, "/s/a:1", "9").await;
    silent.restore();
    short.until("its return", |r| r.live() && r.has("/s/a:1", "9")).await;

    let version = client.check_stat("/s/a:1").await.unwrap().unwrap().version;
    let bytes = |text: &str| Some(text.as_bytes().into());
    let set = Write {
        kind: WriteKind::Set,
        path: "/s/a:1".into(),
        before: bytes("9"),
        after: bytes("0"),
        version: Some(version),
    };
    let keep = Write {
        kind: WriteKind::Create,
        path: "/keepwatch/intents/s/a:1".into(),
        before: None,
        after: bytes("{}"),
        version: None,
    };
    let options = keepwatch::zk::Options::new(address.parse().unwrap());
    assert_eq!(apply(&options, &[set, keep], &[], |why| println!("unsure: {why}")).await, Ending::Done);
    reader.until("both writes", |r| r.has("/s/a:1", "0") && r.has("/keepwatch/intents/s/a:1", "{}")).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_gap_is_told_by_the_embedded_server() {
    gaps(Options::default().version).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_gap_is_told_by_a_3_4_server() {
    gaps(Version::V3_4).await;
}
