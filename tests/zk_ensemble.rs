//! An ensemble of three real servers whose leader dies in the middle of writes: each outcome that is told is true, what is
//! unknown is found out by reading, and nothing lands afterwards.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::ensemble::Ensemble;
use common::zookeeper::persistent;
use keepwatch::domain::plan::{Write, WriteKind};
use keepwatch::zk::Options;
use keepwatch::zk::write::{Ending, apply};
use zookeeper_client::{Client, Error};

/// Writes in all, and at once; the leader dies after some of them.
const WRITES: usize = 60;
const AT_ONCE: usize = 12;
const BEFORE: usize = 12;
/// One try at reading all of them afterwards: one that began in the middle of an election may never be answered.
const TRY: Duration = Duration::from_secs(10);

fn writes(n: usize) -> [Write; 2] {
    let bytes = |text: &str| Some(text.as_bytes().into());
    let path = format!("/s/n{n}").into();
    let set = Write { kind: WriteKind::Set, path, before: bytes("70"), after: bytes("0"), version: Some(0) };
    let path = format!("/keepwatch/intents/s/n{n}").into();
    [set, Write { kind: WriteKind::Create, path, before: None, after: bytes("{}"), version: None }]
}

/// What stands there, and its version; after a sync each.
async fn read(address: &str) -> Result<BTreeMap<usize, (Vec<u8>, i32)>, Error> {
    let client = Client::connector().with_session_timeout(TRY).with_fail_eagerly().connect(address).await?;
    let mut told = BTreeMap::new();
    for n in 0..WRITES {
        let path = format!("/s/n{n}");
        client.sync(&path).await?;
        let (data, stat) = client.get_data(&path).await?;
        told.insert(n, (data, stat.version));
    }
    Ok(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_leader_that_dies_in_the_middle_leaves_no_outcome_guessed() {
    let mut ensemble = tokio::task::spawn_blocking(Ensemble::start).await.unwrap();
    let address = ensemble.address();
    let client = Client::connector().with_session_timeout(Duration::from_secs(60)).connect(&address).await.unwrap();
    for n in 0..WRITES {
        persistent(&client, &format!("/s/n{n}"), b"70").await;
    }
    let (next, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (next, ended, address) = (next.clone(), ended.clone(), address.clone());
            tokio::spawn(async move {
                let options = Options::new(address.parse().unwrap());
                let mut endings = BTreeMap::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= WRITES {
                        return endings;
                    }
                    let began = Instant::now();
                    let ending = apply(&options, &writes(n), &[], |_| {}).await;
                    // While the others elect a leader nobody serves: that is no reason to give up at once.
                    let patient = began.elapsed() > Duration::from_secs(9);
                    assert!(patient || !matches!(ending, Ending::Unreachable(_)), "{ending:?}");
                    endings.insert(n, ending);
                    ended.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    common::eventually("some writes before it", async || ended.load(Ordering::Relaxed) >= BEFORE).await;
    let leader = ensemble.leader().expect("a leader");
    ensemble.kill(leader);
    let mut endings = BTreeMap::new();
    for worker in workers {
        endings.extend(worker.await.unwrap());
    }
    let mut told = BTreeMap::new();
    common::eventually("the two that are left serve", async || {
        match tokio::time::timeout(TRY, read(&address)).await {
            Ok(Ok(read)) => told = read,
            Ok(Err(why)) => println!("not yet: {why}"),
            Err(_) => println!("not yet: no answer within {TRY:?}"),
        }
        !told.is_empty()
    })
    .await;
    let mut kinds = BTreeMap::new();
    for (n, ending) in &endings {
        let (data, version) = &told[n];
        let made = (data.as_slice(), *version) == (b"0".as_slice(), 1);
        let (kind, right) = match ending {
            Ending::Done => ("done", made),
            Ending::Found => ("found", made),
            Ending::NotDone(_) => ("not done", !made),
            Ending::Unreachable(_) => ("unreachable", !made),
            // The truth, where no server could be asked for 10 s.
            Ending::Unknown(_) => ("unknown", true),
            Ending::Conflict(_) | Ending::Forbidden(_) => ("other", false),
        };
        assert!(
            right && (made || (data.as_slice(), *version) == (b"70".as_slice(), 0)),
            "{n}: {ending:?}, found {told:?}"
        );
        *kinds.entry(kind).or_insert(0_usize) += 1;
    }
    println!("{kinds:?}");
    assert!(kinds.get("done").is_some_and(|done| *done >= BEFORE), "{kinds:?}");
}
