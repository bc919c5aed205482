//! Watching on ZooKeeper 3.6 and later: one persistent recursive watch on each root, set before the first reading, so that
//! nothing falls between the two. An event names a path and no data; the path is read again, many at once where many fired.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{SelectAll, StreamExt, unfold};
use zookeeper_client::{AddWatchMode, Client, Error, EventType, PersistentWatcher};

use super::line::{Line, Lost, Turn};
use super::load;

/// More changed paths than this are not read one by one: everything is read again.
const RELOAD: usize = 20_000;

/// Serves the session until it is lost.
pub(super) async fn serve(line: &mut Line<'_>) -> Lost {
    match watch_and_tell(line).await {
        Ok(never) => match never {},
        Err(lost) => lost,
    }
}

async fn watch_and_tell(line: &mut Line<'_>) -> Result<std::convert::Infallible, Lost> {
    let client = line.client.clone();
    let mut events = SelectAll::new();
    for root in line.scope.all_roots() {
        let watcher = match line_watch(line, &client, root).await? {
            Ok(watcher) => watcher,
            Err(e) => return Err(Lost { no_recursive: true, ..Lost::from(e) }),
        };
        events.push(Box::pin(paths(watcher)));
    }
    reload(line, &client).await?;
    let mut dirty: BTreeSet<Arc<str>> = BTreeSet::new();
    loop {
        match line.turn(!dirty.is_empty() || line.wants_permissions(), events.next()).await? {
            Turn::Nothing => {}
            Turn::StillTrue => {
                line.tell(Vec::new());
                dirty.extend(line.try_again());
            }
            Turn::Event(path) => {
                let more = std::iter::from_fn(|| events.next().now_or_never().flatten()).take(RELOAD);
                let scope = line.scope;
                dirty.extend(std::iter::once(path).chain(more).filter(|path| !scope.skips(path)));
            }
            Turn::Room if dirty.len() > RELOAD => {
                dirty.clear();
                reload(line, &client).await?;
            }
            Turn::Room => {
                let paths: Vec<_> = std::mem::take(&mut dirty).into_iter().collect();
                let pulse = line.pulse.clone();
                let read = line.guard(load::read(&client, paths, &pulse)).await?;
                let (picture, scope) = (&mut *line.picture, line.scope);
                let mut changes: Vec<_> =
                    read.into_iter().filter_map(|(path, read)| picture.one(path, read, scope)).collect();
                let asked = line.permissions(&mut changes).await;
                if !changes.is_empty() {
                    line.tell(changes);
                }
                asked?;
            }
        }
    }
}

/// The outer error: the session is lost; the inner: this server knows no such watch.
async fn line_watch(
    line: &mut Line<'_>,
    client: &Client,
    root: &str,
) -> Result<Result<PersistentWatcher, Error>, Lost> {
    let asking = async {
        match client.watch(root, AddWatchMode::PersistentRecursive).await {
            Err(e @ Error::Unimplemented) => Ok(Err(e)),
            other => other.map(Ok),
        }
    };
    line.guard(asking).await
}

async fn reload(line: &mut Line<'_>, client: &Client) -> Result<(), Lost> {
    let (pulse, scope) = (line.pulse.clone(), line.scope);
    let loaded = line.guard(load::load(client, scope, &pulse)).await?;
    line.tell_whole(loaded).await
}

/// The paths that fired; ends with the first event of the session itself, since after it the watch is deaf, and one asked
/// again after its last event panics.
fn paths(watcher: PersistentWatcher) -> impl futures_util::Stream<Item = Arc<str>> {
    unfold(watcher, |mut watcher| async move {
        let event = watcher.changed().await;
        (event.event_type != EventType::Session).then(|| (Arc::from(event.path.as_str()), watcher))
    })
}
