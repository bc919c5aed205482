//! Who wants to be told of what: one-shot watches of data and children, persistent and recursive ones. Watches belong
//! to a connection, not to a session: a client sets them again when it comes back. Tells by value; sends nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::path;
use super::proto::{Code, Event, EventKind};

/// The number of a connection, never used twice.
pub(super) type LinkId = u64;

/// More watches than this are not taken from one connection.
const MOST_PER_LINK: usize = 500_000;

/// What a watch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Fires once when the node is made, changed or deleted.
    Data,
    /// Fires once when a child comes or goes, or the node is deleted.
    Child,
    /// Both of these, again and again.
    Persistent,
    /// All that happens to the node and below it, again and again; says nothing of children, since they speak for
    /// themselves.
    Recursive,
}

const KINDS: [Kind; 4] = [Kind::Data, Kind::Child, Kind::Persistent, Kind::Recursive];

/// A change of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Created(String),
    Deleted(String),
    DataChanged(String),
}

/// All watches.
#[derive(Default)]
pub(super) struct Watches {
    tables: [HashMap<String, BTreeSet<LinkId>>; 4],
    by_link: HashMap<LinkId, HashSet<(Kind, String)>>,
}

impl Watches {
    pub(super) fn add(&mut self, kind: Kind, path: &str, link: LinkId) -> Result<(), Code> {
        let own = self.by_link.entry(link).or_default();
        if own.len() >= MOST_PER_LINK {
            return Err(Code::System);
        }
        if own.insert((kind, path.to_owned())) {
            self.tables[kind as usize].entry(path.to_owned()).or_default().insert(link);
        }
        Ok(())
    }

    pub(super) fn contains(&self, kind: Kind, path: &str, link: LinkId) -> bool {
        self.tables[kind as usize].get(path).is_some_and(|links| links.contains(&link))
    }

    /// Takes a watch back; whether there was one.
    pub(super) fn remove(&mut self, kind: Kind, path: &str, link: LinkId) -> bool {
        let table = &mut self.tables[kind as usize];
        let Some(links) = table.get_mut(path) else { return false };
        let had = links.remove(&link);
        if links.is_empty() {
            table.remove(path);
        }
        self.forget_one(kind, path, link);
        had
    }

    /// A connection is gone, and its watches with it.
    pub(super) fn forget(&mut self, link: LinkId) {
        for (kind, path) in self.by_link.remove(&link).unwrap_or_default() {
            let table = &mut self.tables[kind as usize];
            if let Some(links) = table.get_mut(&path) {
                links.remove(&link);
                if links.is_empty() {
                    table.remove(&path);
                }
            }
        }
    }

    /// Whom to tell what of a change, in the order of ZooKeeper: the node first, then its parent. A connection hears
    /// of one event once, however many of its watches fit.
    pub(super) fn fire(&mut self, change: &Change) -> Vec<(LinkId, Event)> {
        let (kind, path) = match change {
            Change::Created(path) => (EventKind::Created, path),
            Change::Deleted(path) => (EventKind::Deleted, path),
            Change::DataChanged(path) => (EventKind::DataChanged, path),
        };
        let mut told = self.spend(Kind::Data, path);
        if kind == EventKind::Deleted {
            told.extend(self.spend(Kind::Child, path));
        }
        told.extend(self.lasting(Kind::Persistent, path));
        if !self.tables[Kind::Recursive as usize].is_empty() {
            told.extend(path::upwards(path).flat_map(|above| self.lasting(Kind::Recursive, above)));
        }
        let mut events = Watches::events(told, kind, path);
        if kind != EventKind::DataChanged
            && let Some(parent) = path::parent(path)
        {
            let mut told = self.spend(Kind::Child, parent);
            told.extend(self.lasting(Kind::Persistent, parent));
            events.extend(Watches::events(told, EventKind::ChildrenChanged, parent));
        }
        events
    }

    pub(super) fn count(&self) -> usize {
        self.by_link.values().map(HashSet::len).sum()
    }

    fn events(told: BTreeSet<LinkId>, kind: EventKind, path: &str) -> Vec<(LinkId, Event)> {
        told.into_iter().map(|link| (link, Event { kind, path: path.to_owned() })).collect()
    }

    /// The links whose one-shot watch fires now, and is gone by that.
    fn spend(&mut self, kind: Kind, path: &str) -> BTreeSet<LinkId> {
        let links = self.tables[kind as usize].remove(path).unwrap_or_default();
        for link in &links {
            self.forget_one(kind, path, *link);
        }
        links
    }

    fn lasting(&self, kind: Kind, path: &str) -> impl Iterator<Item = LinkId> {
        self.tables[kind as usize].get(path).into_iter().flatten().copied()
    }

    fn forget_one(&mut self, kind: Kind, path: &str, link: LinkId) {
        if let Some(own) = self.by_link.get_mut(&link) {
            own.remove(&(kind, path.to_owned()));
        }
    }
}

/// Which watches a client means when it asks for them by `WatcherType`.
pub(super) fn kinds_of(watcher_type: i32) -> Result<&'static [Kind], Code> {
    match watcher_type {
        1 => Ok(&[Kind::Child]),
        2 => Ok(&[Kind::Data]),
        3 => Ok(&KINDS),
        4 => Ok(&[Kind::Persistent]),
        5 => Ok(&[Kind::Recursive]),
        _ => Err(Code::Marshalling),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(watches: &mut Watches, change: Change) -> Vec<(LinkId, EventKind, String)> {
        watches.fire(&change).into_iter().map(|(link, event)| (link, event.kind, event.path)).collect()
    }

    #[test]
    fn one_shot_watches_fire_once() {
        let mut watches = Watches::default();
        watches.add(Kind::Data, "/a", 1).unwrap();
        watches.add(Kind::Child, "/a", 1).unwrap();
        let changed = || Change::DataChanged("/a".into());
        assert_eq!(fired(&mut watches, changed()), [(1, EventKind::DataChanged, "/a".into())]);
        assert_eq!(fired(&mut watches, changed()), []);
        let born = Change::Created("/a/b".into());
        assert_eq!(fired(&mut watches, born.clone()), [(1, EventKind::ChildrenChanged, "/a".into())]);
        assert_eq!((fired(&mut watches, born), watches.count()), (vec![], 0));
    }

    #[test]
    fn a_deletion_is_told_once_to_each_and_then_to_the_parents_watchers() {
        let mut watches = Watches::default();
        for (kind, path) in [(Kind::Data, "/a/b"), (Kind::Child, "/a/b"), (Kind::Recursive, "/"), (Kind::Child, "/a")] {
            watches.add(kind, path, 1).unwrap();
        }
        watches.add(Kind::Persistent, "/a", 2).unwrap();
        let expected = [
            (1, EventKind::Deleted, "/a/b".into()),
            (1, EventKind::ChildrenChanged, "/a".into()),
            (2, EventKind::ChildrenChanged, "/a".into()),
        ];
        assert_eq!(fired(&mut watches, Change::Deleted("/a/b".into())), expected);
    }

    #[test]
    fn recursive_watches_hear_all_below_and_outlive_one_shots_on_their_path() {
        let mut watches = Watches::default();
        watches.add(Kind::Recursive, "/a", 1).unwrap();
        watches.add(Kind::Data, "/a", 1).unwrap();
        for change in [Change::DataChanged("/a".into()), Change::Created("/a/b/c".into())] {
            assert_eq!(fired(&mut watches, change).len(), 1);
        }
        assert_eq!(fired(&mut watches, Change::Created("/ab".into())), [], "a name that begins alike is not below");
    }

    #[test]
    fn removed_and_forgotten_watches_are_silent() {
        let mut watches = Watches::default();
        watches.add(Kind::Data, "/a", 1).unwrap();
        watches.add(Kind::Data, "/a", 2).unwrap();
        assert!(watches.remove(Kind::Data, "/a", 1) && !watches.remove(Kind::Data, "/a", 1));
        watches.forget(2);
        assert_eq!((fired(&mut watches, Change::Deleted("/a".into())), watches.count()), (vec![], 0));
        assert!(kinds_of(6).is_err());
    }
}
