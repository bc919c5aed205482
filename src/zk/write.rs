//! Changes znodes by compare-and-set, over a session of its own in a runtime of its own, so that it can be shut down at once.
//!
//! A write whose answer is lost may still land, even when its client is gone. So it is fenced before anything is said: its
//! session is ended over a new connection, after which the server takes nothing more from it; then the znodes are read.
//! Plans, intents and what the bytes mean are `registry`'s.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use zookeeper_client::{Acls, Client, CreateMode, Error, MultiWriteError, SessionInfo, SessionState};

use super::link::{self, Purpose};
use super::{Options, Version};
use crate::domain::plan::{Write, WriteKind};

mod fence;

/// How long a session may take to open, all tries together.
const OPEN: Duration = Duration::from_secs(10);
/// How long an answer may take before the outcome counts as unknown.
const ANSWER: Duration = Duration::from_secs(2);
/// How long is spent on finding out what became of a write.
const RESOLVE: Duration = Duration::from_secs(10);
/// The most bytes of one request: a server drops the connection at 1,048,575.
const LARGEST: usize = 1_000_000;

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it is written.
    Done,
    /// All of it is written: the answer was lost, but it was read back.
    Found,
    /// Somebody was first: nothing was written. In words, with the path.
    Conflict(String),
    /// Nothing was written: an access list forbids it. In words, with the path.
    Forbidden(String),
    /// Nothing was written, and why, in words.
    NotDone(String),
    /// No server could be reached before anything was sent.
    Unreachable(String),
    /// It may have been written; no server could be asked any more.
    Unknown(String),
}

/// When znodes were made (czxid), by path.
pub type Made = (Arc<str>, i64);

/// Makes these writes, all or none (before 3.5: in their order), and comes back when it is known what became of them.
/// Nothing is written where one of them was `made` at another time than it is said here: that is another znode, whose version
/// may be the same. ZooKeeper itself compares versions alone, so this is looked at a moment before.
/// `unsure` is called with the reason as soon as an answer is lost, before it is found out what became of the write.
///
/// Takes at most 10 s to connect, 2 s for the answer, 10 s to find out. Dropped half way, the write goes on to its end.
pub async fn apply(options: &Options, writes: &[Write], made: &[Made], unsure: impl Fn(&str)) -> Ending {
    if let Some(words) = too_large(writes) {
        return Ending::NotDone(words);
    }
    let (sender, answer) = tokio::sync::oneshot::channel();
    let (own, all, made) = (options.clone(), writes.to_vec(), made.to_vec());
    let started = std::thread::Builder::new().name("keepwatch-write".into()).spawn(move || {
        let sent = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let sent = runtime.block_on(send(&own, &all, &made));
                // Whatever the client still holds in its queue dies here.
                runtime.shutdown_timeout(Duration::from_millis(50));
                sent
            }
            Err(e) => Sent::Ended(Ending::NotDone(format!("no runtime for the write: {e}"))),
        };
        let _ = sender.send(sent);
    });
    if let Err(e) = started {
        return Ending::NotDone(format!("no thread for the write: {e}"));
    }
    match answer.await {
        Ok(Sent::Ended(ending)) => ending,
        Ok(Sent::Unsure(session, why)) => {
            unsure(&why);
            fence::resolve(options, session, writes, Instant::now() + RESOLVE).await
        }
        Err(_) => {
            let why = "the ZooKeeper client stumbled while it wrote";
            unsure(why);
            fence::look(options, writes, Instant::now() + RESOLVE).await.unwrap_or(Ending::Unknown(why.into()))
        }
    }
}

enum Sent {
    Ended(Ending),
    /// The session that wrote, and why its answer is not known.
    Unsure(SessionInfo, String),
}

fn too_large(writes: &[Write]) -> Option<String> {
    let size = |w: &Write| w.path.len() + w.after.as_ref().map_or(0, |data| data.len()) + 64;
    let all: usize = writes.iter().map(size).sum();
    (all > LARGEST).then(|| format!("{all} bytes in one write are more than a ZooKeeper takes (1 MB)"))
}

async fn send(options: &Options, writes: &[Write], made: &[Made]) -> Sent {
    let opened = match link::open_patiently(options, Purpose::Write, OPEN).await {
        Ok(opened) => opened,
        Err(trouble) => return Sent::Ended(Ending::Unreachable(trouble.why)),
    };
    let client = opened.client;
    match client.state() {
        SessionState::SyncConnected => {}
        SessionState::ConnectedReadOnly => {
            return Sent::Ended(Ending::NotDone("the ZooKeeper ensemble has no quorum: it only reads".into()));
        }
        _ => return Sent::Ended(Ending::Unreachable("the connection was closed at once".into())),
    }
    let session = client.session().clone();
    let old = opened.version.is_some_and(|v| v < Version::CREATE2);
    let work = async {
        for (path, czxid) in made {
            let stat = client.check_stat(path).await.map_err(|error| Failed { path: path.clone(), error })?;
            if stat.is_some_and(|stat| stat.czxid != *czxid) {
                return Err(Failed { path: path.clone(), error: Error::BadVersion });
            }
        }
        parents(&client, writes).await?;
        if old { one_by_one(&client, writes).await } else { together(&client, writes).await }
    };
    // Limited, and broken off as soon as the connection is: what is sent over a new one would be a second write.
    let mut states = client.state_watcher();
    let done = tokio::select! {
        biased;
        done = work => Ok(done),
        _ = states.changed() => Err("the connection was closed before the answer came".to_owned()),
        () = tokio::time::sleep(ANSWER) => Err(format!("no answer within {} s", ANSWER.as_secs())),
    };
    let sent = match done {
        Ok(Ok(())) => Sent::Ended(Ending::Done),
        Ok(Err(Failed { path, error })) => match ending(&path, &error) {
            Some(ending) => Sent::Ended(ending),
            None => Sent::Unsure(session, format!("the answer is lost: {error}")),
        },
        Err(why) => Sent::Unsure(session, why),
    };
    if matches!(sent, Sent::Ended(_)) {
        link::close(client, Duration::from_millis(300)).await;
    }
    sent
}

struct Failed {
    path: Arc<str>,
    error: Error,
}

/// What an error proves; `None`: nothing.
fn ending(path: &str, error: &Error) -> Option<Ending> {
    Some(match error {
        Error::BadVersion => Ending::Conflict(format!("{path} was changed since it was read")),
        Error::NoNode => Ending::Conflict(format!("{path} is gone since it was read")),
        Error::NodeExists => Ending::Conflict(format!("{path} was made since it was looked for")),
        Error::NoAuth => {
            Ending::Forbidden(format!("no permission to write {path}; registry.credential names who we are"))
        }
        Error::NotEmpty => Ending::NotDone(format!("{path} has children")),
        Error::NotReadOnly => Ending::NotDone("the server only reads: the ensemble has no quorum".into()),
        Error::QuotaExceeded => Ending::NotDone(format!("the quota at {path} is used up")),
        Error::NoChildrenForEphemerals
        | Error::InvalidAcl
        | Error::Throttled
        | Error::BadArguments(_)
        | Error::AuthFailed => Ending::NotDone(format!("{path}: {error}")),
        _ => return None,
    })
}

/// Makes the znodes above those that are created, and an empty one of Keepwatch's own that is set for the first time: they
/// are persistent and empty.
async fn parents(client: &Client, writes: &[Write]) -> Result<(), Failed> {
    for write in writes {
        let own = write.kind == WriteKind::Set && write.version == Some(0) && write.path.starts_with("/keepwatch/");
        if own && write.before.as_deref().is_some_and(<[u8]>::is_empty) {
            let made = client.mkdir(&write.path, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await;
            made.map_err(|error| Failed { path: write.path.clone(), error })?;
        }
        if write.kind != WriteKind::Create {
            continue;
        }
        let Some((parent, _)) = write.path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) else { continue };
        let made = client.mkdir(parent, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await;
        made.map_err(|error| Failed { path: parent.into(), error })?;
    }
    Ok(())
}

async fn together(client: &Client, writes: &[Write]) -> Result<(), Failed> {
    let mut multi = client.new_multi_writer();
    for write in writes {
        let (path, data) = (&*write.path, write.after.as_deref().unwrap_or_default());
        let added = match write.kind {
            WriteKind::Set => multi.add_set_data(path, data, write.version),
            WriteKind::Create => multi.add_create(path, data, &CreateMode::Persistent.with_acls(Acls::anyone_all())),
            WriteKind::Delete => multi.add_delete(path, write.version),
            // No znode's: whoever hands it in here has nothing of it written.
            WriteKind::Http => continue,
        };
        added.map_err(|error| Failed { path: write.path.clone(), error })?;
    }
    multi.commit().await.map(|_| ()).map_err(|e| {
        let (index, error) = match e {
            MultiWriteError::RequestFailed { source } => (0, source),
            MultiWriteError::OperationFailed { index, source } => (index, source),
        };
        Failed { path: writes.get(index).or(writes.first()).map_or("/".into(), |w| w.path.clone()), error }
    })
}

/// For 3.4, which knows no create in a multi. Keepwatch's own znodes go first; they are taken back where the rest fails.
async fn one_by_one(client: &Client, writes: &[Write]) -> Result<(), Failed> {
    let (created, rest): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|w| w.kind == WriteKind::Create);
    let options = CreateMode::Persistent.with_acls(Acls::anyone_all());
    for write in &created {
        let made = client.create(&write.path, write.after.as_deref().unwrap_or_default(), &options).await;
        made.map_err(|error| Failed { path: write.path.clone(), error })?;
    }
    let rest: Vec<Write> = rest.into_iter().cloned().collect();
    if rest.is_empty() {
        return Ok(());
    }
    let done = together(client, &rest).await;
    if done.as_ref().is_err_and(|failed| ending(&failed.path, &failed.error).is_some()) {
        for write in &created {
            let _ = client.delete(&write.path, Some(0)).boxed().await;
        }
    }
    done
}
