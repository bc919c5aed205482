//! Finds out what became of a write whose answer was lost, after making sure that it can no longer land.

use std::time::{Duration, Instant};

use zookeeper_client::{Client, Error, SessionInfo, Stat};

use super::Ending;
use crate::domain::plan::{Write, WriteKind};
use crate::zk::Options;
use crate::zk::link::{self, Purpose};

/// One try over a new connection.
const TRY: Duration = Duration::from_secs(2);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Ends the session that wrote, then reads. Goes on until `until`.
pub(super) async fn resolve(options: &Options, session: SessionInfo, writes: &[Write], until: Instant) -> Ending {
    let mut why = String::from("no server could be asked");
    while Instant::now() < until {
        match end(options, session.clone()).await {
            Ok(()) => match look(options, writes, until).await {
                Some(ending) => return ending,
                None => break,
            },
            Err(words) => why = words,
        }
        tokio::time::sleep(PAUSE).await;
    }
    // Without a fence a reading proves something only if it shows the write, or that its version has moved on.
    Ending::Unknown(format!("it may have been written: {why}"))
}

/// Takes the session over, which cuts its old connection on the server, and ends it.
async fn end(options: &Options, session: SessionInfo) -> Result<(), String> {
    match link::open(options, Purpose::TakeOver(session), TRY).await {
        Ok(opened) => match link::close(opened.client, TRY).await {
            true => Ok(()),
            false => Err("the server does not confirm that the session has ended".into()),
        },
        // What no longer exists sends nothing any more.
        Err(trouble) if trouble.expired => Ok(()),
        Err(trouble) => Err(trouble.why),
    }
}

/// Reads what the writes were about, over a session of its own; `None`: no server could be asked until then.
pub(super) async fn look(options: &Options, writes: &[Write], until: Instant) -> Option<Ending> {
    let telling = writes.iter().find(|w| !w.path.starts_with("/keepwatch/")).or(writes.first())?;
    while Instant::now() < until {
        if let Ok(opened) = link::open(options, Purpose::Write, TRY).await {
            let reading = read(&opened.client, telling);
            if let Ok(Ok(found)) = tokio::time::timeout(TRY, reading).await {
                let ending = judge(telling, found.as_ref());
                if ending != Ending::Found {
                    // Before 3.5 what is kept was made first, in a request of its own.
                    let _ = tokio::time::timeout(TRY, take_back(&opened.client, writes)).await;
                }
                link::close(opened.client, PAUSE).await;
                return Some(ending);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

/// After a sync, so that a follower that lags behind does not answer with what was.
async fn read(client: &Client, write: &Write) -> Result<Option<(Vec<u8>, Stat)>, Error> {
    client.sync(&write.path).await?;
    match client.get_data(&write.path).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NoNode) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Deletes what was made of Keepwatch's own beside a write that did not come about: only as it was made.
async fn take_back(client: &Client, writes: &[Write]) {
    let own = writes.iter().filter(|w| w.kind == WriteKind::Create && w.path.starts_with("/keepwatch/"));
    for write in own.filter(|_| writes.len() > 1) {
        if let Ok(Some((data, stat))) = read(client, write).await
            && write.after.as_deref() == Some(data.as_slice())
            && stat.version == 0
        {
            let _ = client.delete(&write.path, Some(0)).await;
        }
    }
}

fn judge(write: &Write, found: Option<&(Vec<u8>, Stat)>) -> Ending {
    let path = &write.path;
    let kept = || Ending::NotDone(format!("{path} was not changed: the write did not arrive, and can no longer"));
    match (write.kind, found) {
        (WriteKind::Delete, None) => Ending::Found,
        (_, None) => match write.kind {
            WriteKind::Create => kept(),
            _ => Ending::Conflict(format!("{path} is gone since it was read")),
        },
        (kind, Some((data, stat))) => {
            let as_wanted = write.after.as_deref() == Some(data.as_slice());
            let version = write.version.unwrap_or(-1);
            match kind {
                WriteKind::Create if as_wanted => Ending::Found,
                WriteKind::Set if as_wanted && stat.version > version => Ending::Found,
                WriteKind::Set | WriteKind::Delete if stat.version == version => kept(),
                _ => Ending::Conflict(format!("{path} was changed by somebody else meanwhile")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(version: i32) -> Write {
        let (before, after) = (Some(b"70".as_slice().into()), Some(b"0".as_slice().into()));
        Write { kind: WriteKind::Set, path: "/s/a:1".into(), before, after, version: Some(version) }
    }

    fn found(data: &str, version: i32) -> (Vec<u8>, Stat) {
        let stat = Stat {
            czxid: 1,
            mzxid: 2,
            pzxid: 0,
            ctime: 0,
            mtime: 0,
            version,
            cversion: 0,
            aversion: 0,
            ephemeral_owner: 0,
            data_length: 0,
            num_children: 0,
        };
        (data.into(), stat)
    }

    #[test]
    fn a_reading_after_the_fence_tells_the_three_endings_apart() {
        assert_eq!(judge(&set(3), Some(&found("0", 4))), Ending::Found);
        assert!(matches!(judge(&set(3), Some(&found("70", 3))), Ending::NotDone(_)));
        assert!(matches!(judge(&set(3), Some(&found("55", 4))), Ending::Conflict(_)));
        assert!(matches!(judge(&set(3), None), Ending::Conflict(_)));
        let delete = Write { kind: WriteKind::Delete, after: None, ..set(3) };
        assert_eq!(judge(&delete, None), Ending::Found);
        assert!(matches!(judge(&delete, Some(&found("70", 3))), Ending::NotDone(_)));
        let create = Write { kind: WriteKind::Create, before: None, version: None, ..set(0) };
        assert_eq!(judge(&create, Some(&found("0", 0))), Ending::Found);
        assert!(matches!(judge(&create, None), Ending::NotDone(_)));
    }
}
