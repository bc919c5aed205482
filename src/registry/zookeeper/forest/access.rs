//! What access lists forbid, seen at the instances: what may not be read, and what may not be done to it.

use std::collections::HashSet;
use std::sync::Arc;

use zookeeper_client::Stat;

use super::{Entry, Forest, Is, Znode, above, leaf};
use crate::domain::instance::{Can, Capabilities};
use crate::registry::zookeeper;
use crate::registry::zookeeper::layout::group::{Need, Needs};
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
        // Those of a group are read anew by whoever knows on which lists it hangs.
        let alone = |entry: &&mut Entry| entry.group.is_none();
        for path in self.children.get(path).into_iter().flatten().chain([path]) {
            self.nodes.get_mut(path).filter(alone).into_iter().for_each(Entry::reopen);
        }
    }

    /// What a layout can do, as far as access lists allow it. `paths`: the instance's own znodes.
    pub(super) fn capabilities<'p>(
        &self,
        needs: &Needs,
        paths: impl Iterator<Item = &'p Arc<str>>,
        can: &Arc<Capabilities>,
    ) -> Arc<Capabilities> {
        if let Some(nothing) = &self.forbidden {
            return nothing.clone();
        }
        if self.less.is_empty() {
            return can.clone();
        }
        let refuse = |can: &Can, needs: &[Need]| match can {
            Ok(()) => needs.iter().find_map(|need| self.forbids(need)).map_or(Ok(()), |why| Err(why.into())),
            Err(why) => Err(why.clone()),
        };
        let delete: Vec<Need> = paths.cloned().map(Need::Delete).collect();
        let able = Capabilities {
            drain: refuse(&can.drain, &needs.drain),
            weight: refuse(&can.weight, &needs.weight),
            deregister: refuse(&can.deregister, &delete),
        };
        if able == **can { can.clone() } else { Arc::new(able) }
    }

    /// Why an access list does not allow it.
    fn forbids(&self, need: &Need) -> Option<String> {
        let denied = |path: &str, granted: fn(&Access) -> bool| self.less.get(path).is_some_and(|less| !granted(less));
        match need {
            Need::Set(path) => denied(path, |list| list.set).then(|| zookeeper::no_set(path)),
            Need::Delete(path) => denied(&above(path), |list| list.delete_below).then(|| zookeeper::no_delete(path)),
            Need::Below(path) => {
                let there = self.chain(path).last()?;
                denied(&there, |list| list.create_below).then(|| zookeeper::no_create(&there))
            }
        }
    }

    /// A znode and those above it, up to the nearest that is there: what is made below it is made below that first.
    fn chain<'s>(&'s self, path: &Arc<str>) -> impl Iterator<Item = Arc<str>> + use<'s> {
        let there = |path: &Arc<str>| &**path == "/" || self.nodes.contains_key(path);
        std::iter::successors(Some(path.clone()), move |path| (!there(path)).then(|| above(path)))
    }

    /// The znodes whose lists decide over an instance, and whose coming and going may.
    pub(super) fn decide<'p>(&self, needs: &Needs, paths: impl Iterator<Item = &'p Arc<str>>) -> HashSet<Arc<str>> {
        let mut all: HashSet<Arc<str>> = paths.map(|path| above(path)).collect();
        for need in needs.drain.iter().chain(&needs.weight) {
            match need {
                Need::Set(path) => drop(all.insert(path.clone())),
                Need::Delete(path) => drop(all.insert(above(path))),
                Need::Below(path) => all.extend(self.chain(path)),
            }
        }
        all
    }
}

/// What is needed where an instance is its own znode alone.
pub(super) fn own(path: &Arc<str>) -> Needs {
    let set = vec![Need::Set(path.clone())];
    Needs { drain: set.clone(), weight: set }
}

/// What may not be read is an instance if its name is an address.
pub(super) fn hidden(path: &str, parent: &str) -> Option<Content> {
    let content = layout::usual().adopt(&leaf(path, parent, b"", 0));
    content.address.as_ref()?;
    let why: Can = Err(zookeeper::hidden(path).into());
    let nothing = Capabilities { drain: why.clone(), weight: why.clone(), deregister: why };
    Some(Content { capabilities: Arc::new(nothing), ..content })
}
