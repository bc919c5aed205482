//! The tree of znodes: make, change, delete, and take any of these back. It asks nobody for permission and tells
//! nobody: access lists, watches and sessions are the requests' affair.

mod node;

use std::collections::{BTreeSet, HashMap};

pub(super) use node::{Life, Moment, Node};

use super::acl::{self, AclList};
use super::jute::Data;
use super::path;
use super::proto::Code;

/// More than this a demo does not hold, so that a client gone wild cannot eat the machine.
const MOST_NODES: usize = 1_000_000;
const MOST_BYTES: usize = 512 << 20;

/// All nodes, by their path.
pub(super) struct Tree {
    nodes: HashMap<String, Node>,
    /// Paths of the ephemerals of each session that has any.
    ephemerals: HashMap<i64, BTreeSet<String>>,
    /// Paths of containers and nodes with a time to live, so that reaping need not walk the tree.
    mortal: BTreeSet<String>,
    bytes: usize,
}

/// How to take one write back. Steps must be taken back in reverse order.
pub(super) enum Undo {
    Create { path: String, parent_pzxid: i64 },
    Delete { path: String, node: Box<Node>, parent_pzxid: i64 },
    Set { path: String, data: Data, version: i32, mzxid: i64, mtime: i64 },
}

impl Tree {
    /// The root and what ZooKeeper itself keeps below `/zookeeper`.
    pub(super) fn new(at: Moment) -> Tree {
        let root = Node::new(at, Some(Default::default()), acl::open(), Life::Persistent);
        let nodes = HashMap::from([("/".to_owned(), root)]);
        let mut tree = Tree { nodes, ephemerals: HashMap::new(), mortal: BTreeSet::new(), bytes: 0 };
        for own in ["/zookeeper", "/zookeeper/config", "/zookeeper/quota"] {
            let node = Node::new(at, Some(Default::default()), acl::open(), Life::Persistent);
            tree.attach(at, own, node);
        }
        // ZooKeeper does not count its own: the first sequence node in the root is number 0 plus what users made.
        if let Some(root) = tree.nodes.get_mut("/") {
            root.births = 0;
        }
        tree
    }

    pub(super) fn get(&self, path: &str) -> Result<&Node, Code> {
        self.nodes.get(path).ok_or(Code::NoNode)
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.nodes.contains_key(path)
    }

    pub(super) fn create(
        &mut self,
        at: Moment,
        path: &str,
        data: Data,
        acl: AclList,
        life: Life,
    ) -> Result<Undo, Code> {
        let Some(parent) = path::parent(path) else { return Err(Code::NodeExists) };
        let parent = self.get(parent)?;
        if self.contains(path) {
            return Err(Code::NodeExists);
        }
        if parent.life.session().is_some() {
            return Err(Code::NoChildrenForEphemerals);
        }
        let node = Node::new(at, data, acl, life);
        if self.nodes.len() >= MOST_NODES || self.bytes + node.size() > MOST_BYTES {
            return Err(Code::System);
        }
        let parent_pzxid = parent.pzxid;
        self.attach(at, path, node);
        Ok(Undo::Create { path: path.to_owned(), parent_pzxid })
    }

    /// Deletes a node without children, of the version given (-1: of any).
    pub(super) fn delete(&mut self, at: Moment, path: &str, version: i32) -> Result<Undo, Code> {
        if path == "/" || path == "/zookeeper" || path.starts_with("/zookeeper/") {
            return Err(Code::BadArguments);
        }
        let node = self.get(path)?;
        check_version(version, node.version)?;
        if !node.children.is_empty() {
            return Err(Code::NotEmpty);
        }
        let (node, parent_pzxid) = self.detach(at.zxid, path).ok_or(Code::NoNode)?;
        Ok(Undo::Delete { path: path.to_owned(), node: Box::new(node), parent_pzxid })
    }

    pub(super) fn set_data(&mut self, at: Moment, path: &str, data: Data, version: i32) -> Result<Undo, Code> {
        let bytes = self.bytes;
        let node = self.nodes.get_mut(path).ok_or(Code::NoNode)?;
        check_version(version, node.version)?;
        let total = bytes - node.size() + data.as_ref().map_or(0, bytes::Bytes::len);
        if total > MOST_BYTES {
            return Err(Code::System);
        }
        let old = std::mem::replace(&mut node.data, data);
        let undo =
            Undo::Set { path: path.to_owned(), data: old, version: node.version, mzxid: node.mzxid, mtime: node.mtime };
        node.version = node.version.wrapping_add(1);
        (node.mzxid, node.mtime) = (at.zxid, at.time);
        self.bytes = total;
        Ok(undo)
    }

    /// Changes the access list of a node whose list has the version given (-1: any).
    pub(super) fn set_acl(&mut self, path: &str, acl: AclList, version: i32) -> Result<&Node, Code> {
        let node = self.nodes.get_mut(path).ok_or(Code::NoNode)?;
        check_version(version, node.aversion)?;
        node.acl = acl;
        node.aversion = node.aversion.wrapping_add(1);
        Ok(node)
    }

    /// Takes the latest write back, as if it had never been.
    pub(super) fn undo(&mut self, step: Undo) {
        match step {
            Undo::Create { path, parent_pzxid } => {
                self.detach(parent_pzxid, &path);
                if let Some(parent) = path::parent(&path).and_then(|parent| self.nodes.get_mut(parent)) {
                    parent.births -= 1;
                }
            }
            Undo::Delete { path, node, parent_pzxid } => {
                self.attach(Moment { zxid: parent_pzxid, time: 0 }, &path, *node);
                if let Some(parent) = path::parent(&path).and_then(|parent| self.nodes.get_mut(parent)) {
                    parent.births -= 1;
                }
            }
            Undo::Set { path, data, version, mzxid, mtime } => {
                if let Some(node) = self.nodes.get_mut(&path) {
                    self.bytes -= node.size();
                    (node.data, node.version, node.mzxid, node.mtime) = (data, version, mzxid, mtime);
                    self.bytes += node.size();
                }
            }
        }
    }

    fn attach(&mut self, at: Moment, path: &str, node: Node) {
        if let Some(parent) = path::parent(path).and_then(|parent| self.nodes.get_mut(parent)) {
            parent.children.insert(path::name(path).into());
            parent.births += 1;
            parent.pzxid = at.zxid;
        }
        match node.life {
            Life::Persistent => {}
            Life::Ephemeral(session) => {
                self.ephemerals.entry(session).or_default().insert(path.to_owned());
            }
            Life::Container | Life::Ttl(_) => {
                self.mortal.insert(path.to_owned());
            }
        }
        self.bytes += node.size();
        self.nodes.insert(path.to_owned(), node);
    }

    /// Takes a node out; gives it back with the `pzxid` that its parent had.
    fn detach(&mut self, pzxid: i64, path: &str) -> Option<(Node, i64)> {
        let node = self.nodes.remove(path)?;
        self.bytes -= node.size();
        self.mortal.remove(path);
        if let Some(session) = node.life.session()
            && let Some(paths) = self.ephemerals.get_mut(&session)
        {
            paths.remove(path);
            if paths.is_empty() {
                self.ephemerals.remove(&session);
            }
        }
        let parent = self.nodes.get_mut(path::parent(path)?)?;
        parent.children.remove(path::name(path));
        let before = std::mem::replace(&mut parent.pzxid, pzxid);
        Some((node, before))
    }

    /// Paths of a session's ephemerals, in order.
    pub(super) fn ephemerals_of(&self, session: i64) -> impl Iterator<Item = &str> {
        self.ephemerals.get(&session).into_iter().flatten().map(String::as_str)
    }

    /// Containers that lost their last child, and nodes whose time to live is over at `now`.
    pub(super) fn reapable(&self, now: i64) -> Vec<String> {
        let over = |path: &&String| {
            self.nodes.get(*path).is_some_and(|node| {
                node.children.is_empty()
                    && match node.life {
                        Life::Container => node.births > 0,
                        Life::Ttl(ttl) => now.saturating_sub(node.mtime) > ttl,
                        Life::Persistent | Life::Ephemeral(_) => false,
                    }
            })
        };
        self.mortal.iter().filter(over).cloned().collect()
    }

    /// How many nodes there are below a path.
    pub(super) fn descendants(&self, path: &str) -> Result<usize, Code> {
        self.get(path)?;
        if path == "/" {
            return Ok(self.nodes.len() - 1);
        }
        let below = |other: &&String| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        Ok(self.nodes.keys().filter(below).count())
    }

    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn ephemeral_count(&self) -> usize {
        self.ephemerals.values().map(BTreeSet::len).sum()
    }

    pub(super) fn byte_count(&self) -> usize {
        self.bytes
    }
}

/// Compare-and-set: -1 takes any version.
pub(super) fn check_version(wanted: i32, is: i32) -> Result<(), Code> {
    if wanted == -1 || wanted == is { Ok(()) } else { Err(Code::BadVersion) }
}

#[cfg(test)]
mod tree_tests;
