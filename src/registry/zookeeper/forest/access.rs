//! What access lists forbid, seen at the instances: what may not be read, and what may not be done to it.

use std::sync::Arc;

use zookeeper_client::Stat;

use super::{Entry, Forest, Is, Znode, leaf};
use crate::domain::id::Layout;
use crate::domain::instance::{Can, Capabilities};
use crate::registry::zookeeper;
use crate::registry::zookeeper::layout::{self, Content};
use crate::zk::access::Access;

impl Forest {
    /// What stands in it is not known.
    pub(super) fn hide(&mut self, path: Arc<str>, parent: Arc<str>, stat: Option<&Stat>) {
        self.children.entry(parent).or_default().insert(path.clone());
        let told = self.nodes.get(&path).is_some_and(Entry::told);
        let is = Is::Read(Box::new(Znode::new(Arc::default(), stat, told)));
        self.nodes.insert(path, Entry { is, claim: Some(None), named: 0, lent: false, hidden: true, group: None });
    }

    /// What can be done to it, and to what stands below it, is another now.
    pub(super) fn grant(&mut self, path: &Arc<str>, access: Access) {
        match access {
            Access::ALL => self.less.remove(path),
            less => self.less.insert(path.clone(), less),
        };
        for path in self.children.get(path).into_iter().flatten().chain([path]) {
            self.nodes.get_mut(path).into_iter().for_each(Entry::reopen);
        }
    }

    /// What access lists allow of an instance: its data set, itself deleted.
    pub(super) fn access(&self, path: &Arc<str>, parent: &Arc<str>) -> (bool, bool) {
        let set = self.less.get(path).is_none_or(|access| access.set);
        (set, self.less.get(parent).is_none_or(|access| access.delete_below))
    }
}

/// What a layout can do, as far as access lists allow it.
pub(super) fn able((set, delete): (bool, bool), path: &str, can: Arc<Capabilities>) -> Arc<Capabilities> {
    if set && delete {
        return can;
    }
    let mut can = (*can).clone();
    let refuse = |can: &mut Can, allowed: bool, why: String| {
        if can.is_ok() && !allowed {
            *can = Err(why.into());
        }
    };
    refuse(&mut can.drain, set, zookeeper::no_set(path));
    refuse(&mut can.weight, set, zookeeper::no_set(path));
    refuse(&mut can.deregister, delete, zookeeper::no_delete(path));
    Arc::new(can)
}

/// What may not be read is an instance if its name is an address.
pub(super) fn hidden(path: &str, parent: &str) -> Option<Content> {
    let content = layout::format(Layout::Seed).adopt(&leaf(path, parent, b"", 0));
    content.address.as_ref()?;
    let why: Can = Err(zookeeper::hidden(path).into());
    let nothing = Capabilities { drain: why.clone(), weight: why.clone(), deregister: why };
    Some(Content { capabilities: Arc::new(nothing), ..content })
}
