//! A recursive watch that comes back: what it is about is read when it is set, after every change, and after every
//! reconnect, when zookeeper-client 0.11.2 would leave it deaf (a new watch is set first, the old one dropped after).

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use zookeeper_client::{AddWatchMode, Client, Error, EventType, SessionState};

use super::peers::Peers;
use super::settings::Values;
use super::{Member, payload};
use crate::demo::telemetry::Level;

/// What a watch is about.
pub enum Subject {
    /// The instances of a callee.
    Peers(Arc<Peers>),
    /// The member's own znode.
    Own,
    /// The config znodes below this path.
    Settings(String),
}

/// Follows it until the session is over.
pub async fn follow(member: Arc<Member>, client: Client, subject: Subject) {
    let path = match (&subject, &member.identity) {
        (Subject::Peers(peers), _) => peers.service.parent(),
        (Subject::Settings(path), _) => path.clone(),
        (Subject::Own, Some(identity)) => identity.path.clone(),
        (Subject::Own, None) => return,
    };
    let watch = || client.watch(&path, AddWatchMode::PersistentRecursive);
    'anew: while !client.state().is_terminated() {
        let Ok(mut watcher) = watch().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        loop {
            if read(&member, &client, &subject, &path).await.is_err() {
                if client.state().is_terminated() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            // Everything that came meanwhile is in the next reading.
            let mut event = watcher.changed().await;
            loop {
                if event.event_type == EventType::Session {
                    if event.session_state.is_terminated() {
                        return;
                    }
                    if event.session_state != SessionState::Disconnected {
                        let Ok(next) = watch().await else { continue 'anew };
                        watcher = next;
                        break;
                    }
                }
                match watcher.changed().now_or_never() {
                    Some(next) => event = next,
                    None => break,
                }
            }
        }
    }
}

async fn read(member: &Member, client: &Client, subject: &Subject, path: &str) -> Result<(), Error> {
    match subject {
        Subject::Peers(peers) => {
            let nodes = children(client, path).await?;
            let entries = nodes.iter().filter_map(|(name, data)| payload::read(peers.service.layout, name, data));
            peers.replace(&entries.collect::<Vec<_>>());
        }
        Subject::Own => {
            let Some(identity) = &member.identity else { return Ok(()) };
            let name = path.rsplit('/').next().unwrap_or_default();
            let node = found(client.get_data(path).await)?;
            let entry = node.and_then(|(data, _)| payload::read(identity.service.layout, name, &data));
            identity.record.registered(entry);
        }
        Subject::Settings(_) => {
            let nodes = children(client, path).await?;
            let text = |data: Vec<u8>| String::from_utf8_lossy(&data).trim().to_owned();
            let values: Values = nodes.into_iter().map(|(name, data)| (name, text(data))).collect();
            tell(member, member.settings.replace(values));
        }
    }
    Ok(())
}

/// Says which settings changed, and obeys the one that is about saying.
fn tell(member: &Member, changed: Vec<(String, Option<String>, Option<String>)>) {
    let Some(telemetry) = &member.telemetry else { return };
    for (key, before, after) in changed {
        if key == "log-level" {
            telemetry.set_level(after.as_deref().unwrap_or("info"));
        }
        let Some(before) = before else { continue };
        let now = after.as_deref().unwrap_or("unset");
        telemetry.log(Level::Info, format!("setting {key} reloaded: {before} -> {now}"), None, Vec::new());
    }
}

async fn children(client: &Client, path: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let Some(names) = found(client.list_children(path).await)? else { return Ok(Vec::new()) };
    let reads: Vec<_> = names.iter().map(|name| client.get_data(&format!("{path}/{name}"))).collect();
    let mut nodes = Vec::with_capacity(names.len());
    for (name, read) in names.into_iter().zip(reads) {
        if let Some((data, _)) = found(read.await)? {
            nodes.push((name, data));
        }
    }
    Ok(nodes)
}

fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoNode) => Ok(None),
        Err(error) => Err(error),
    }
}
