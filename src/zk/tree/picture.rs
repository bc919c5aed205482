//! What the mirror has told so far: just enough of every znode to know whether it changed. Pure; the bytes are kept by
//! whoever was told.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use zookeeper_client::Stat;

use super::permissions::Permissions;
use super::{Change, Node, Scope};
use crate::domain::fact::Coverage;

/// What came of reading one znode.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    /// It is there.
    Found(Arc<[u8]>, Stat),
    /// It is not.
    Missing,
    /// An access list forbids it.
    Forbidden,
}

/// A whole reading.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// In parts, none of them large: what was one block of memory for a whole registry is not given back after it.
    parts: Vec<Vec<Node>>,
    pub(super) forbidden: HashSet<Arc<str>>,
    pub(super) missing_roots: BTreeSet<Arc<str>>,
    /// Listed, but not read.
    pub(super) beyond: u64,
}

/// Znodes in one part.
const PART: usize = 256;

impl Loaded {
    pub(super) fn put(&mut self, node: Node) {
        match self.parts.last_mut() {
            Some(part) if part.len() < PART => part.push(node),
            _ => {
                let mut part = Vec::with_capacity(PART);
                part.push(node);
                self.parts.push(part);
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    pub(super) fn take_nodes(&mut self) -> impl Iterator<Item = Node> + use<> {
        std::mem::take(&mut self.parts).into_iter().flatten()
    }
}

/// Zxids alone would not do: a server that begins anew counts them from 1 again.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    czxid: i64,
    mzxid: i64,
    ctime: i64,
    mtime: i64,
}

impl From<&Stat> for Seen {
    fn from(stat: &Stat) -> Seen {
        Seen { czxid: stat.czxid, mzxid: stat.mzxid, ctime: stat.ctime, mtime: stat.mtime }
    }
}

#[derive(Default)]
pub(super) struct Picture {
    nodes: HashMap<Arc<str>, Seen>,
    forbidden: HashSet<Arc<str>>,
    missing_roots: BTreeSet<Arc<str>>,
    beyond: u64,
    /// What access lists forbid.
    pub(super) permissions: Permissions,
}

impl Picture {
    pub(super) fn new(permissions: Permissions) -> Picture {
        Picture { permissions, ..Picture::default() }
    }

    /// Takes a whole reading in place of all that was known; gives the net changes in parts, losses first.
    pub(super) fn whole(&mut self, loaded: Loaded) -> Vec<Vec<Change>> {
        let mut now = HashMap::with_capacity(loaded.count());
        now.extend(loaded.parts.iter().flatten().map(|node| (node.path.clone(), Seen::from(&node.stat))));
        let read = loaded.parts.iter().flatten();
        read.for_each(|node| self.permissions.seen(&node.path, &node.stat));
        let known = self.nodes.keys().chain(&self.forbidden);
        let gone = known.filter(|path| !now.contains_key(*path) && !loaded.forbidden.contains(*path));
        let mut first: Vec<Change> = gone.cloned().map(Change::Gone).collect();
        first.iter().for_each(|change| self.permissions.gone(change.path()));
        let hidden = loaded.forbidden.iter().filter(|path| !self.forbidden.contains(*path));
        first.extend(hidden.map(|path| Change::Hidden(path.clone(), None)));
        let mut changes = vec![first];
        let old = std::mem::replace(&mut self.nodes, now);
        let new = |node: &Node| old.get(&node.path) != Some(&Seen::from(&node.stat));
        let news = |part: Vec<Node>| part.into_iter().filter(new).map(Change::Upsert).collect();
        changes.extend(loaded.parts.into_iter().map(news));
        changes.retain(|part: &Vec<Change>| !part.is_empty());
        self.forbidden = loaded.forbidden;
        self.missing_roots = loaded.missing_roots;
        self.beyond = loaded.beyond;
        changes
    }

    /// Takes the reading of one znode.
    pub(super) fn one(&mut self, path: Arc<str>, read: Read, scope: &Scope) -> Option<Change> {
        if scope.roots.contains(&path) {
            match read {
                Read::Missing => self.missing_roots.insert(path.clone()),
                _ => self.missing_roots.remove(&path),
            };
        }
        match read {
            Read::Found(data, stat) => {
                self.forbidden.remove(&path);
                self.permissions.seen(&path, &stat);
                let seen = Seen::from(&stat);
                match self.nodes.get(&path) {
                    Some(old) if *old == seen => return None,
                    None if self.nodes.len() >= scope.most => {
                        self.beyond += 1;
                        return None;
                    }
                    _ => self.nodes.insert(path.clone(), seen),
                };
                // The chroot itself is nobody's instance.
                (&*path != "/").then_some(Change::Upsert(Node { path, data, stat }))
            }
            Read::Missing => {
                self.permissions.gone(&path);
                let (hidden, read) = (self.forbidden.remove(&path), self.nodes.remove(&path).is_some());
                (hidden || read).then_some(Change::Gone(path))
            }
            Read::Forbidden => {
                self.permissions.gone(&path);
                self.nodes.remove(&path);
                self.forbidden.insert(path.clone()).then_some(Change::Hidden(path, None))
            }
        }
    }

    /// The known children of a znode, for a server that tells only that they changed.
    pub(super) fn below<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = &'a Arc<str>> {
        let known = self.nodes.keys().chain(&self.forbidden);
        known.filter(move |path| path.len() > parent.len() && super::below(path, parent))
    }

    /// Znodes that may not be read, so many at most: only another try tells that they may.
    pub(super) fn hidden(&self, most: usize) -> Vec<Arc<str>> {
        self.forbidden.iter().take(most).cloned().collect()
    }

    pub(super) fn coverage(&self, scope: &Scope) -> Coverage {
        Coverage {
            unreadable: self.forbidden.len() as u64,
            beyond_limit: self.beyond,
            roots: scope.roots.clone(),
            missing_roots: self.missing_roots.iter().cloned().collect(),
        }
    }
}
