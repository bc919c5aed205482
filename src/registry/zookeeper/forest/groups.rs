//! The part of the forest that is read group by group: znodes of layouts that tell an instance by several of them.

use std::collections::HashSet;
use std::sync::Arc;

use super::together::Stale;
use super::{Due, Entry, Forest, GroupKey, Is};
use crate::domain::fact::RegistryFact;
use crate::domain::id::ServiceId;
use crate::domain::instance::Instance;
use crate::registry::zookeeper::layout::Leaf;
use crate::registry::zookeeper::layout::group::{Nodes, Reading, Znode};

impl Forest {
    /// Puts a znode into the group that it is read with, where a layout knows it and the file does not say another.
    pub(super) fn join(&mut self, leaf: &Leaf<'_>, path: &Arc<str>, due: &mut Due) -> Option<GroupKey> {
        let groups = self.expected.groups();
        let key = groups.recognise(leaf, None)?;
        let key = match self.expected.layout(&self.plain_name(leaf.parent)) {
            Some(fixed) if fixed != key.0 => groups.recognise(leaf, Some(fixed))?,
            _ => key,
        };
        let ties = groups.of(key.0).and_then(|layout| layout.ties(leaf));
        let stale = self.groups.entry(key.clone()).or_default().insert(path.clone(), ties);
        due.entry(key.clone()).or_default().merge(stale);
        Some(key)
    }

    /// Takes a znode out of the group that it was read with.
    pub(super) fn leave(&mut self, path: &Arc<str>, due: &mut Due) {
        let Some(key) = self.nodes.get(path).and_then(|entry| entry.group.clone()) else { return };
        if let Some(together) = self.groups.get_mut(&key) {
            due.entry(key.clone()).or_default().merge(together.remove(path));
            if together.is_empty() {
                self.groups.remove(&key);
            }
        }
        self.lists.forget(path);
    }

    /// Reads what is stale of a group and tells what differs from what was told.
    pub(super) fn settle(&mut self, key: &GroupKey, stale: &Stale, tell: &mut impl FnMut(RegistryFact)) {
        let (Some(together), Some(layout)) = (self.groups.get(key), self.expected.groups().of(key.0)) else { return };
        let part = together.part(stale);
        let znode = |path: &'_ Arc<str>| {
            let (path, entry) = self.nodes.get_key_value(path)?;
            Some(Znode { path, data: entry.data(), ephemeral: entry.owner() != 0 })
        };
        let nodes = Nodes::new(part.all().filter_map(znode).collect()).marked(together.marks());
        let mut readings = layout.read(&nodes);
        readings.retain(|reading| part.own.contains(&reading.path));
        let instances: HashSet<&Arc<str>> = readings.iter().map(|reading| &reading.path).collect();
        let others: Vec<Arc<str>> =
            part.own.iter().filter(|path| !instances.contains(**path)).map(|p| (*p).clone()).collect();
        for path in others {
            self.lists.forget(&path);
            if self.nodes.get_mut(&path).is_some_and(Entry::untell) {
                tell(RegistryFact::Gone(path));
            }
        }
        for reading in readings {
            let lists = self.decide(&reading.needs, reading.paths());
            self.lists.set(&reading.path, lists);
            if let Some(instance) = self.tell_anew(key, reading) {
                tell(RegistryFact::Upsert(instance));
            }
        }
    }

    /// What is to be read again because the access lists of these znodes are others, or they came or went.
    pub(super) fn hang(&self, znodes: &HashSet<Arc<str>>, due: &mut Due) {
        for instance in znodes.iter().flat_map(|znode| self.lists.hanging_on(znode)) {
            let Some(key) = self.nodes.get(instance).and_then(|entry| entry.group.as_ref()) else { continue };
            let stale = self.groups.get(key).map(|together| together.stale(instance)).unwrap_or_default();
            due.entry(key.clone()).or_default().merge(stale);
        }
    }

    /// How many instances hang on the access list of a znode.
    #[cfg(test)]
    pub(in super::super) fn hanging_on(&self, znode: &str) -> usize {
        self.lists.hanging_on(znode).count()
    }

    /// The instance that a reading is, where it was told otherwise or not at all.
    fn tell_anew(&mut self, key: &GroupKey, reading: Reading) -> Option<Arc<Instance>> {
        let capabilities = self.capabilities(&reading.needs, reading.paths(), &reading.content.capabilities);
        let Reading { path, service, parent, content, .. } = reading;
        let entry = self.nodes.get_mut(&path)?;
        let service = ServiceId { name: service, layout: key.0, parent };
        let instance = entry.instance(service, path, content, capabilities);
        if matches!(&entry.is, Is::Told(told) if **told == instance) {
            return None;
        }
        let instance = Arc::new(instance);
        entry.is = Is::Told(instance.clone());
        Some(instance)
    }
}
