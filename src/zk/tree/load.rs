//! Reads whole subtrees fast: level by level, in multi-reads that are under way side by side. Thirty times faster than one
//! znode at a time, and bounded: in znodes, in bytes, and in what is asked of the server at once.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use zookeeper_client::{Client, Error, MultiReadResult};

use super::picture::{Loaded, Read};
use super::pulse::Pulse;
use super::{Node, Scope};

/// Multi-reads under way at once.
const ABREAST: usize = 8;
/// Znodes in the first multi-read, before it is known how large they are.
const FIRST: usize = 40;
/// Znodes in one multi-read at most.
const LARGEST: usize = 200;
/// Bytes that one multi-read should not exceed by much: the server builds its answer in memory.
const ANSWER: usize = 1 << 20;
/// Bytes of data kept in all; znodes beyond them are counted.
const MOST_BYTES: usize = 128 << 20;

enum Batch {
    Data(Vec<(Arc<str>, Read)>),
    Children(Vec<(Arc<str>, Option<Vec<String>>)>),
}

/// Reads these znodes, whatever becomes of each.
pub(super) async fn read(client: &Client, paths: Vec<Arc<str>>, pulse: &Pulse) -> Result<Vec<(Arc<str>, Read)>, Error> {
    if let [path] = paths.as_slice() {
        let answer = client.get_data(path).await;
        pulse.beat();
        let read = match answer {
            Ok((data, stat)) => Read::Found(data.into(), stat),
            Err(e) => refused(e)?,
        };
        return Ok(vec![(path.clone(), read)]);
    }
    let (mut all, mut rest) = (Vec::with_capacity(paths.len()), paths.as_slice());
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(rest.len().min(FIRST));
        if let Batch::Data(found) = read_data(client, batch.to_vec(), pulse).await? {
            all.extend(found);
        }
        rest = later;
    }
    Ok(all)
}

/// What a single znode's error means; others are the link's.
pub(super) fn refused(e: Error) -> Result<Read, Error> {
    match e {
        Error::NoNode => Ok(Read::Missing),
        Error::NoAuth | Error::BadArguments(_) => Ok(Read::Forbidden),
        other => Err(other),
    }
}

/// Reads everything in scope.
pub(super) async fn load(client: &Client, scope: &Scope, pulse: &Pulse) -> Result<Loaded, Error> {
    let mut loaded = Loaded::default();
    let mut data: VecDeque<Arc<str>> = scope.all_roots().cloned().collect();
    let mut parents: VecDeque<Arc<str>> = VecDeque::new();
    let mut under_way: FuturesUnordered<BoxFuture<'_, Result<Batch, Error>>> = FuturesUnordered::new();
    let (mut asked, mut bytes, mut size) = (0, 0, FIRST);
    loop {
        while under_way.len() < ABREAST && !(data.is_empty() && parents.is_empty()) {
            if parents.is_empty() {
                let room = scope.most.saturating_sub(asked);
                if room == 0 || bytes > MOST_BYTES {
                    loaded.beyond += data.len() as u64;
                    data.clear();
                    continue;
                }
                let batch: Vec<_> = data.drain(..size.min(room).min(data.len())).collect();
                asked += batch.len();
                under_way.push(Box::pin(read_data(client, batch, pulse)));
            } else {
                let batch: Vec<_> = parents.drain(..LARGEST.min(parents.len())).collect();
                under_way.push(Box::pin(read_children(client, batch, pulse)));
            }
        }
        match under_way.next().await.transpose()? {
            None => return Ok(loaded),
            Some(Batch::Data(found)) => {
                let (count, before) = (found.len(), bytes);
                for (path, read) in found {
                    bytes += take(path, read, scope, &mut loaded, &mut parents);
                }
                let each = (bytes - before) / count.max(1) + 1;
                size = (ANSWER / each).clamp(1, LARGEST).min(size * 2);
            }
            Some(Batch::Children(found)) => {
                for (parent, names) in found {
                    for name in names.into_iter().flatten() {
                        let path = child(&parent, &name);
                        if !scope.skips(&path) {
                            data.push_back(path);
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn child(parent: &str, name: &str) -> Arc<str> {
    if parent == "/" { format!("/{name}").into() } else { format!("{parent}/{name}").into() }
}

/// Files one reading; gives the bytes that are kept of it.
fn take(path: Arc<str>, read: Read, scope: &Scope, loaded: &mut Loaded, parents: &mut VecDeque<Arc<str>>) -> usize {
    match read {
        Read::Found(data, stat) => {
            if stat.num_children > 0 {
                parents.push_back(path.clone());
            }
            let bytes = data.len();
            if &*path != "/" {
                loaded.put(Node { path, data, stat });
            }
            bytes
        }
        Read::Missing => {
            if scope.roots.contains(&path) {
                loaded.missing_roots.insert(path);
            }
            0
        }
        Read::Forbidden => {
            loaded.forbidden.insert(path);
            0
        }
    }
}

async fn read_data(client: &Client, paths: Vec<Arc<str>>, pulse: &Pulse) -> Result<Batch, Error> {
    let mut reader = client.new_multi_reader();
    let (mut found, mut sent) = (Vec::with_capacity(paths.len()), Vec::with_capacity(paths.len()));
    for path in paths {
        match reader.add_get_data(&path) {
            Ok(()) => sent.push(path),
            Err(e) => found.push((path, refused(e)?)),
        }
    }
    let answers = reader.commit().await?;
    pulse.beat();
    if answers.len() != sent.len() {
        return Err(Error::MarshallingError);
    }
    for (path, answer) in sent.into_iter().zip(answers) {
        let read = match answer {
            MultiReadResult::Data { data, stat } => Read::Found(data.into(), stat),
            MultiReadResult::Error { err } => refused(err)?,
            _ => return Err(Error::MarshallingError),
        };
        found.push((path, read));
    }
    Ok(Batch::Data(found))
}

/// A parent that is gone meanwhile, or may not be listed, has none: its own reading tells the rest.
async fn read_children(client: &Client, paths: Vec<Arc<str>>, pulse: &Pulse) -> Result<Batch, Error> {
    let mut reader = client.new_multi_reader();
    let mut sent = Vec::with_capacity(paths.len());
    for path in paths {
        if reader.add_get_children(&path).is_ok() {
            sent.push(path);
        }
    }
    let answers = reader.commit().await?;
    pulse.beat();
    let lists = answers.into_iter().map(|answer| match answer {
        MultiReadResult::Children { children } => Some(children),
        _ => None,
    });
    Ok(Batch::Children(sent.into_iter().zip(lists).collect()))
}
