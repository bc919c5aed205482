//! Watching on ZooKeeper 3.4 and 3.5, which know neither recursive watches nor multi-reads: one-shot watches on every znode,
//! set by the reading itself and set again when they fire. Only while all watched paths together stay small: a client with
//! more could never reconnect.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use zookeeper_client::{Client, Error, EventType, OneshotWatcher, WatchedEvent};

use super::line::{Line, Lost, Turn};
use super::load::{child, refused};
use super::picture::{Loaded, Read};
use super::{Change, Node};

/// The most bytes of watched paths on one client.
const BUDGET: usize = 100 * 1024;
/// Reads under way at once.
const ABREAST: usize = 128;
/// How long to wait before another try where the tree is too large.
const TOO_LARGE: std::time::Duration = std::time::Duration::from_secs(30);

/// Serves the session until it is lost. `old`: a 3.4 server, which closes the connection when a watch is taken back.
pub(super) async fn serve(line: &mut Line<'_>, old: bool) -> Lost {
    let mut watches = Watches { fired: FuturesUnordered::new(), bytes: 0, chroot: line.client.path().len() };
    let lost = match watch_and_tell(line, &mut watches).await {
        Ok(never) => match never {},
        Err(lost) => lost,
    };
    if old {
        watches.outlive(line.client.clone());
    }
    lost
}

async fn watch_and_tell(line: &mut Line<'_>, watches: &mut Watches) -> Result<std::convert::Infallible, Lost> {
    let client = line.client.clone();
    let roots: Vec<_> = line.scope.all_roots().cloned().collect();
    let loaded = load(line, &client, roots, watches).await?;
    line.tell_whole(loaded).await?;
    let mut dirty: Vec<(Arc<str>, EventType)> = Vec::new();
    loop {
        match line.turn(!dirty.is_empty() || line.wants_permissions(), watches.fired.next()).await? {
            Turn::Nothing => {}
            Turn::StillTrue => {
                line.tell(Vec::new());
                dirty.extend(line.try_again().into_iter().map(|path| (path, EventType::NodeDataChanged)));
            }
            Turn::Event(fired) => {
                let more = std::iter::from_fn(|| watches.fired.next().now_or_never().flatten());
                let all: Vec<_> = std::iter::once(fired).chain(more).collect();
                for (event, bytes) in all {
                    watches.bytes -= bytes;
                    match event.event_type {
                        EventType::Session => return Err(Lost::because("the session ended".into())),
                        kind => dirty.push((Arc::from(event.path.as_str()), kind)),
                    }
                }
            }
            Turn::Room => {
                dirty.sort_by(|a, b| (&a.0, a.1 as u8).cmp(&(&b.0, b.1 as u8)));
                dirty.dedup();
                let mut changes = Vec::new();
                let looked = async {
                    for (path, kind) in std::mem::take(&mut dirty) {
                        look_again(line, &client, path, kind, watches, &mut changes).await?;
                    }
                    line.permissions(&mut changes).await
                };
                // What the picture took has to be told, whatever becomes of the session.
                let looked = looked.await;
                if !changes.is_empty() {
                    line.tell(changes);
                }
                looked?;
            }
        }
    }
}

/// Reads what fired and sets the watch again.
async fn look_again(
    line: &mut Line<'_>,
    client: &Client,
    path: Arc<str>,
    kind: EventType,
    watches: &mut Watches,
    changes: &mut Vec<Change>,
) -> Result<(), Lost> {
    if kind != EventType::NodeChildrenChanged {
        let (read, watch) = line.guard(data(client, path.clone())).await?;
        watches.add(watch)?;
        let made = kind == EventType::NodeCreated && matches!(read, Read::Found(..));
        let scope = line.scope;
        changes.extend(line.picture.one(path.clone(), read, scope));
        if !made {
            return Ok(());
        }
        // A root that was waited for: all below it is new.
    }
    look_below(line, client, &path, watches, changes).await
}

async fn look_below(
    line: &mut Line<'_>,
    client: &Client,
    parent: &Arc<str>,
    watches: &mut Watches,
    changes: &mut Vec<Change>,
) -> Result<(), Lost> {
    let (names, watch) = line.guard(children(client, parent.clone())).await?;
    watches.add(watch)?;
    let depth = parent.matches('/').count() + usize::from(&**parent != "/");
    let known: Vec<Arc<str>> = line.picture.below(parent).cloned().collect();
    let listed: Vec<Arc<str>> = names.iter().map(|name| child(parent, name)).collect();
    for path in known.iter().filter(|path| path.matches('/').count() == depth && !listed.contains(path)) {
        changes.extend(line.picture.one(path.clone(), Read::Missing, line.scope));
    }
    let new: Vec<_> = listed.into_iter().filter(|path| !known.contains(path) && !line.scope.skips(path)).collect();
    let mut loaded = load(line, client, new, watches).await?;
    let scope = line.scope;
    for Node { path, data, stat } in loaded.take_nodes() {
        changes.extend(line.picture.one(path, Read::Found(data, stat), scope));
    }
    for path in loaded.forbidden {
        changes.extend(line.picture.one(path, Read::Forbidden, scope));
    }
    Ok(())
}

type Watch = Option<(OneshotWatcher, usize)>;

/// Reads these znodes and all below them, watching each.
async fn load(
    line: &mut Line<'_>,
    client: &Client,
    paths: Vec<Arc<str>>,
    watches: &mut Watches,
) -> Result<Loaded, Lost> {
    let (mut loaded, mut level) = (Loaded::default(), paths);
    let pulse = line.pulse.clone();
    while !level.is_empty() {
        let room = line.scope.most.saturating_sub(loaded.count());
        loaded.beyond += level.len().saturating_sub(room) as u64;
        level.truncate(room);
        let mut parents = Vec::new();
        let reading = level.into_iter().map(|path| data(client, path.clone()).map(move |read| (path, read)));
        let mut reading = futures_util::stream::iter(reading).buffer_unordered(ABREAST);
        while let Some((path, read)) = line.guard(reading.next().map(Ok)).await? {
            pulse.beat();
            let (read, watch) = read?;
            watches.add(watch)?;
            match read {
                Read::Found(data, stat) => {
                    if stat.ephemeral_owner == 0 {
                        parents.push(path.clone());
                    }
                    if &*path != "/" {
                        loaded.put(Node { path, data, stat });
                    }
                }
                Read::Missing if line.scope.roots.contains(&path) => {
                    loaded.missing_roots.insert(path);
                }
                Read::Missing => {}
                Read::Forbidden => {
                    loaded.forbidden.insert(path);
                }
            }
        }
        let mut next = Vec::new();
        let listing = parents.into_iter().map(|path| children(client, path.clone()).map(move |list| (path, list)));
        let mut listing = futures_util::stream::iter(listing).buffer_unordered(ABREAST);
        while let Some((parent, list)) = line.guard(listing.next().map(Ok)).await? {
            pulse.beat();
            let (names, watch) = list?;
            watches.add(watch)?;
            next.extend(names.iter().map(|name| child(&parent, name)).filter(|path| !line.scope.skips(path)));
        }
        level = next;
    }
    Ok(loaded)
}

/// Reads a znode and watches it; one that is missing is watched for its creation.
async fn data(client: &Client, path: Arc<str>) -> Result<(Read, Watch), Error> {
    match client.get_and_watch_data(&path).await {
        Ok((data, stat, watcher)) => Ok((Read::Found(data.into(), stat), Some((watcher, path.len())))),
        Err(Error::NoNode) => {
            let (_, watcher) = client.check_and_watch_stat(&path).await?;
            Ok((Read::Missing, Some((watcher, path.len()))))
        }
        Err(e) => Ok((refused(e)?, None)),
    }
}

async fn children(client: &Client, path: Arc<str>) -> Result<(Vec<String>, Watch), Error> {
    match client.get_and_watch_children(&path).await {
        Ok((names, _, watcher)) => Ok((names, Some((watcher, path.len())))),
        Err(Error::NoNode | Error::NoAuth) => Ok((Vec::new(), None)),
        Err(e) => Err(e),
    }
}

struct Watches {
    fired: FuturesUnordered<BoxFuture<'static, (WatchedEvent, usize)>>,
    bytes: usize,
    chroot: usize,
}

impl Watches {
    fn add(&mut self, watch: Watch) -> Result<(), Lost> {
        let Some((watcher, length)) = watch else { return Ok(()) };
        let bytes = length + self.chroot;
        self.bytes += bytes;
        self.fired.push(Box::pin(watcher.changed().map(move |event| (event, bytes))));
        match self.bytes > BUDGET {
            false => Ok(()),
            true => Err(Lost {
                wait: Some(TOO_LARGE),
                ..Lost::because(
                    "this ZooKeeper is older than 3.6, and more than 100 KB of paths would have to be watched; \
                     name the ones that count under registry.paths"
                        .into(),
                )
            }),
        }
    }

    /// Keeps unfired watches until their session is over: taking one back makes a 3.4 server close the connection.
    fn outlive(self, client: Client) {
        let mut states = client.state_watcher();
        drop(client);
        tokio::spawn(async move {
            while !states.state().is_terminated() {
                states.changed().await;
            }
            drop(self.fired);
        });
    }
}
