//! Interrupted writes, counted: a link that loses the request or the answer in the middle of each, and delivers what it held
//! when the writer has long been told how it ended. Nothing may land late, nothing twice, and what was told must be true.
//!
//! 10,000 by default; `KEEPWATCH_TEST_GHOSTS` names another count.
#![cfg(feature = "demo")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keepwatch::demo::registry::{Options as Embedded, Server};
use keepwatch::domain::plan::{Write, WriteKind};
use keepwatch::zk::Options;
use keepwatch::zk::write::{Ending, apply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use zookeeper_client::{Acls, Client, CreateMode};

const COUNT: usize = 10_000;
/// Writes at once.
const AT_ONCE: usize = 32;
/// Of so many writes one is held without a word, so that only its time-out tells.
const SILENT: usize = 500;

/// What becomes of one write on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The request is held and the connection closed.
    RequestDropped,
    /// The request arrives; its answer does not, and the connection is closed.
    ReplyDropped,
    /// The request is held; nothing is closed.
    RequestSilent,
    /// The answer is held; nothing is closed.
    ReplySilent,
}

fn fate(n: usize) -> Fate {
    match (n % SILENT, n % 2) {
        (0, _) => Fate::RequestSilent,
        (1, _) => Fate::ReplySilent,
        (_, 0) => Fate::RequestDropped,
        _ => Fate::ReplyDropped,
    }
}

/// The way of one write: what becomes of it, and when what is held is let go.
struct Way {
    fate: Fate,
    release: Notify,
    over: Notify,
}

type Ways = Arc<Mutex<HashMap<usize, Arc<Way>>>>;

/// The number that a write's path carries: `/g/n123/a:1`.
fn number(frame: &[u8]) -> Option<usize> {
    let op = i32::from_be_bytes(frame.get(8..12)?.try_into().ok()?);
    let at = frame.windows(4).position(|part| part == b"/g/n").filter(|_| matches!(op, 5 | 14))?;
    let digits: String = frame[at + 4..].iter().take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    digits.parse().ok()
}

async fn link(server: String, ways: Ways) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(pass(near, server.clone(), ways.clone()));
        }
    });
    address
}

/// One connection, until the write that it carries is held, and then that write's way to its end.
async fn pass(mut near: TcpStream, server: String, ways: Ways) {
    let Ok(mut far) = TcpStream::connect(server).await else { return };
    let (mut buffer, mut up, mut down) = (Vec::new(), vec![0; 8192], vec![0; 8192]);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                buffer.extend_from_slice(&up[..count]);
                if buffer.starts_with(b"srvr") {
                    far.write_all(&std::mem::take(&mut buffer)).await.unwrap_or_default();
                }
                while let Some(length) = buffer.first_chunk::<4>().map(|l| 4 + i32::from_be_bytes(*l) as usize) {
                    if buffer.len() < length {
                        break;
                    }
                    let frame: Vec<u8> = buffer.drain(..length).collect();
                    let way = number(&frame).and_then(|n| ways.lock().unwrap().remove(&n));
                    match way {
                        Some(way) => return interrupt(near, far, &frame, &way).await,
                        None => if far.write_all(&frame).await.is_err() { return },
                    }
                }
            }
            read = far.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if near.write_all(&down[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn interrupt(near: TcpStream, mut far: TcpStream, frame: &[u8], way: &Way) {
    let held = matches!(way.fate, Fate::RequestDropped | Fate::RequestSilent);
    if !held {
        far.write_all(frame).await.unwrap_or_default();
        // The server has answered: the write is made.
        far.read(&mut [0; 8192]).await.unwrap_or_default();
    }
    let silent = matches!(way.fate, Fate::RequestSilent | Fate::ReplySilent).then_some(near);
    way.release.notified().await;
    if held {
        // Late, on the old connection, as from a path that comes back. All that the server makes of it is read.
        let _ = far.write_all(frame).await;
    }
    // The end of what is sent: the server has looked at all of it before it hangs up.
    let _ = far.shutdown().await;
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), far.read_to_end(&mut rest)).await;
    drop(silent);
    way.over.notify_one();
}

fn writes(n: usize) -> [Write; 2] {
    let bytes = |text: &str| Some(text.as_bytes().into());
    let set = Write {
        kind: WriteKind::Set,
        path: format!("/g/n{n}").into(),
        before: bytes("70"),
        after: bytes("0"),
        version: Some(0),
    };
    let keep = Write {
        kind: WriteKind::Create,
        path: format!("/keepwatch/intents/g/{n}").into(),
        before: None,
        after: bytes("{}"),
        version: None,
    };
    [set, keep]
}

/// What stands there: the data, its version, and whether the intent is kept.
async fn stands(client: &Client, n: usize) -> (Vec<u8>, i32, bool) {
    let (data, stat) = client.get_data(&format!("/g/n{n}")).await.unwrap();
    let kept = client.check_stat(&format!("/keepwatch/intents/g/{n}")).await.unwrap().is_some();
    (data, stat.version, kept)
}

/// One write; what is wrong about it, if anything.
async fn one(n: usize, link: &str, client: &Client, ways: &Ways) -> Result<(Fate, bool), String> {
    let way = Arc::new(Way { fate: fate(n), release: Notify::new(), over: Notify::new() });
    ways.lock().unwrap().insert(n, way.clone());
    let options = Options { session: Duration::from_secs(10), ..Options::new(link.parse().unwrap()) };
    let ending = apply(&options, &writes(n), &[], |_| {}).await;
    let told = stands(client, n).await;
    if ways.lock().unwrap().contains_key(&n) {
        return Err(format!("{n}: it was never sent: {ending:?}"));
    }
    way.release.notify_one();
    way.over.notified().await;
    let late = stands(client, n).await;
    let (made, kept) = ((b"0".to_vec(), 1, true), (b"70".to_vec(), 0, false));
    match ending {
        _ if told != late => {
            Err(format!("{n} {:?}: told {ending:?} with {told:?}, and then there was {late:?}", way.fate))
        }
        Ending::Done | Ending::Found if late == made => Ok((way.fate, true)),
        Ending::NotDone(_) if late == kept => Ok((way.fate, false)),
        ending => Err(format!("{n} {:?}: told {ending:?}, and there is {late:?}", way.fate)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_thousand_interrupted_writes_none_lands_late_and_none_twice() {
    let count = std::env::var("KEEPWATCH_TEST_GHOSTS").ok().and_then(|n| n.parse().ok()).unwrap_or(COUNT);
    let server = Server::start(Embedded::default()).await.unwrap();
    let address = server.address().to_string();
    let client = Client::connector().with_session_timeout(Duration::from_secs(60)).connect(&address).await.unwrap();
    let options = CreateMode::Persistent.with_acls(Acls::anyone_all());
    client.mkdir("/g", &options).await.unwrap();
    client.mkdir("/keepwatch/intents/g", &options).await.unwrap();
    for n in 0..count {
        client.create(&format!("/g/n{n}"), b"70", &options).await.unwrap();
    }
    let ways = Ways::default();
    let link = link(address, ways.clone()).await;
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (next, link, client, ways) = (next.clone(), link.clone(), client.clone(), ways.clone());
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return all;
                    }
                    all.push(one(n, &link, &client, &ways).await);
                }
            })
        })
        .collect();
    let (mut wrong, mut ended) = (Vec::new(), BTreeMap::new());
    for worker in workers {
        for result in worker.await.unwrap() {
            match result {
                Ok(how) => *ended.entry(how).or_insert(0_usize) += 1,
                Err(words) => wrong.push(words),
            }
        }
    }
    println!("{count} interrupted writes: {ended:?}, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {count}, the first: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert_eq!(ended.values().sum::<usize>(), count);
}
