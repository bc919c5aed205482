//! The part of the forest that is read group by group: znodes of layouts that tell an instance by several of them.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Entry, Forest, GroupKey, Is};
use crate::domain::fact::RegistryFact;
use crate::domain::id::ServiceId;
use crate::domain::instance::Instance;
use crate::registry::zookeeper::layout::Leaf;
use crate::registry::zookeeper::layout::group::{Nodes, Reading, Znode};

impl Forest {
    /// Puts a znode into the group that it is read with, where a layout knows it and the file does not say another.
    pub(super) fn join(&mut self, leaf: &Leaf<'_>, path: &Arc<str>) -> Option<GroupKey> {
        let groups = self.expected.groups();
        let key = groups.recognise(leaf, None)?;
        let key = match self.expected.layout(&self.plain_name(leaf.parent)) {
            Some(fixed) if fixed != key.0 => groups.recognise(leaf, Some(fixed))?,
            _ => key,
        };
        self.groups.entry(key.clone()).or_default().insert(path.clone());
        Some(key)
    }

    /// Takes a znode out of the group that it was read with.
    pub(super) fn leave(&mut self, path: &Arc<str>) -> Option<GroupKey> {
        let key = self.nodes.get(path)?.group.clone()?;
        if let Some(paths) = self.groups.get_mut(&key) {
            paths.remove(path);
            if paths.is_empty() {
                self.groups.remove(&key);
                self.lists.remove(&key);
            }
        }
        Some(key)
    }

    /// Reads a group together and tells what differs from what was told.
    pub(super) fn settle(&mut self, key: &GroupKey, tell: &mut impl FnMut(RegistryFact)) {
        let (Some(paths), Some(layout)) = (self.groups.get(key), self.expected.groups().of(key.0)) else { return };
        let znode = |path: &'_ Arc<str>| {
            let (path, entry) = self.nodes.get_key_value(path)?;
            Some(Znode { path, data: entry.data(), ephemeral: entry.owner() != 0 })
        };
        let readings = layout.read(&Nodes::new(paths.iter().filter_map(znode).collect()));
        let instances: HashSet<&Arc<str>> = readings.iter().map(|reading| &reading.path).collect();
        let others: Vec<Arc<str>> = paths.iter().filter(|path| !instances.contains(*path)).cloned().collect();
        for path in others {
            if self.nodes.get_mut(&path).is_some_and(Entry::untell) {
                tell(RegistryFact::Gone(path));
            }
        }
        let mut lists = HashSet::new();
        for reading in readings {
            lists.extend(self.decide(&reading.needs, reading.paths()));
            if let Some(instance) = self.tell_anew(key, reading) {
                tell(RegistryFact::Upsert(instance));
            }
        }
        self.lists.insert(key.clone(), lists.into_iter().collect());
    }

    /// The groups over which the access list of one of these znodes decides, or its being there.
    pub(in super::super) fn hanging_on(&self, znodes: &HashSet<Arc<str>>) -> Vec<GroupKey> {
        let hangs = |lists: &[Arc<str>]| !znodes.is_empty() && lists.iter().any(|path| znodes.contains(path));
        self.lists.iter().filter(|(_, lists)| hangs(lists)).map(|(key, _)| key.clone()).collect()
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
