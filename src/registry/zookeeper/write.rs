//! Applies a confirmed plan and reads its effect back. The write itself, and what becomes of one whose answer is lost, is
//! `zk::write`'s.

use std::time::{Duration, Instant};

use super::layout::{self, Leaf};
use crate::domain::instance::RegistryAdmin;
use crate::domain::plan::{Draft, Outcome, Receipt, Target, Write, WriteKind};
use crate::zk::Options;
use crate::zk::link::{self, Purpose};
use crate::zk::write::{Ending, apply};
use zookeeper_client::{Client, Error};

/// How long the effect is watched for.
const VERIFY: Duration = Duration::from_secs(2);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Writes the draft and verifies it.
pub(crate) async fn perform(options: &Options, draft: &Draft, unsure: impl Fn(&str)) -> Receipt {
    let znodes: Vec<Write> = draft.writes.iter().filter(|write| write.kind != WriteKind::Http).cloned().collect();
    if znodes.is_empty() {
        return Receipt { outcome: Outcome::NoEffect, detail: draft.no_effect.clone(), verified_ms: None };
    }
    let began = Instant::now();
    let told = |outcome, words: String| Receipt { outcome, detail: Some(words.into()), verified_ms: None };
    let writes: Vec<_> = znodes.iter().chain(&draft.guard).chain(&draft.note).cloned().collect();
    match apply(options, &writes, &draft.made, unsure).await {
        // What became of it was found out by reading: that is the verification, whatever the provider does after it.
        Ending::Found => {
            let verified_ms = u64::try_from(began.elapsed().as_millis()).ok();
            Receipt { outcome: Outcome::Done, detail: None, verified_ms }
        }
        Ending::Done => match verify(options, &znodes, began).await {
            // The registry holds it; whether callers follow is not known here.
            Ok(()) => {
                let verified_ms = u64::try_from(began.elapsed().as_millis()).ok();
                Receipt { outcome: Outcome::Requested, detail: None, verified_ms }
            }
            Err(words) => told(Outcome::Requested, words),
        },
        Ending::Conflict(words)
            if draft.guard.as_ref().is_some_and(|guard| words.starts_with(&format!("{} ", guard.path))) =>
        {
            told(
                Outcome::Conflict,
                format!(
                    "another instance of {} was taken out since this was read, and this one may be the last now; nothing was \
                 written, look again",
                    draft.target.service.name
                ),
            )
        }
        Ending::Conflict(words) => told(Outcome::Conflict, words),
        Ending::Forbidden(words) => told(Outcome::Refused, words),
        Ending::NotDone(words) => told(Outcome::Failed, words),
        Ending::Unreachable(words) => told(Outcome::Unreachable, format!("the registry could not be reached: {words}")),
        Ending::Unknown(words) => told(Outcome::Unknown, words),
    }
}

/// The same writes turned round: what was made goes, what went comes back, by the version that they left.
pub(crate) async fn withdraw(options: &Options, writes: &[Write]) -> Result<(), String> {
    let turned = |write: &Write| {
        let (before, after) = (write.after.clone(), write.before.clone());
        let (kind, version) = match write.kind {
            WriteKind::Create => (WriteKind::Delete, Some(0)),
            WriteKind::Delete => (WriteKind::Create, None),
            WriteKind::Set => (WriteKind::Set, write.version.map(|version| version.saturating_add(1))),
            WriteKind::Http => return None,
        };
        Some(Write { kind, path: write.path.clone(), before, after, version })
    };
    let turned: Vec<Write> = writes.iter().filter_map(turned).collect();
    if turned.is_empty() {
        return Ok(());
    }
    match apply(options, &turned, &[], |_| {}).await {
        Ending::Found | Ending::Done => Ok(()),
        Ending::Conflict(why) | Ending::Forbidden(why) | Ending::NotDone(why) => Err(why),
        Ending::Unreachable(why) | Ending::Unknown(why) => Err(why),
    }
}

/// Whether the target's znodes all tell what is wanted, within the time that a verification has.
pub(crate) async fn shows(options: &Options, target: &Target, wanted: RegistryAdmin) -> bool {
    let format = layout::format(target.service.layout);
    let looking = async {
        loop {
            if let Ok(opened) = link::open(options, Purpose::Read, VERIFY).await {
                loop {
                    let mut all = !target.paths.is_empty();
                    for path in &target.paths {
                        let Ok((data, _)) = opened.client.get_data(path).await else {
                            all = false;
                            break;
                        };
                        let leaf = Leaf { parent: &target.service.parent, name: "", data: &data, ephemeral: true };
                        all &= format.adopt(&leaf).admin == wanted;
                    }
                    if all {
                        link::close(opened.client, LOOK).await;
                        return;
                    }
                    tokio::time::sleep(LOOK).await;
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(VERIFY, looking).await.is_ok()
}

async fn verify(options: &Options, writes: &[Write], began: Instant) -> Result<(), String> {
    let looking = async {
        loop {
            let Ok(opened) = link::open(options, Purpose::Read, VERIFY).await else {
                tokio::time::sleep(LOOK).await;
                continue;
            };
            while let Ok(differs) = differs(&opened.client, writes).await {
                if differs.is_none() {
                    link::close(opened.client, LOOK).await;
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    };
    let left = (began + VERIFY).saturating_duration_since(Instant::now()).max(LOOK * 5);
    tokio::time::timeout(left, looking).await.map_err(|_| {
        "written, but what was read back within 2 s is something else: its provider may have written again".into()
    })
}

/// The first path that is not as it was written.
async fn differs<'a>(client: &Client, writes: &'a [Write]) -> Result<Option<&'a str>, Error> {
    for write in writes {
        let found = match client.get_data(&write.path).await {
            Ok((data, _)) => Some(data),
            Err(Error::NoNode) => None,
            Err(e) => return Err(e),
        };
        let expected = if write.kind == WriteKind::Delete { None } else { write.after.as_deref() };
        if found.as_deref() != expected {
            return Ok(Some(&write.path));
        }
    }
    Ok(None)
}
