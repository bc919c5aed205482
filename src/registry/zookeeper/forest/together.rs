//! The znodes of one group, and which of them have to be read again after a change: all, or, where the layout ties znodes to
//! bundles of instances, those bundles and what is read beside them. Which znode has which ties is the layout's to say.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::registry::zookeeper::layout::group::Ties;

type Paths = HashSet<Arc<str>>;

/// The znodes of a group.
#[derive(Default)]
pub(super) struct Together {
    ties: HashMap<Arc<str>, Option<Ties>>,
    /// Of each bundle.
    of: HashMap<Arc<str>, Paths>,
    /// Read beside whoever has to do with a thing.
    beside: HashMap<Arc<str>, Paths>,
    /// The bundles that have to do with a thing, by how many of their znodes.
    users: HashMap<Arc<str>, HashMap<Arc<str>, usize>>,
    /// Marks, by how many znodes bear them.
    marks: HashMap<Arc<str>, usize>,
}

/// What has to be read again of a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stale {
    All,
    Of(BTreeSet<Arc<str>>),
}

impl Default for Stale {
    fn default() -> Self {
        Stale::Of(BTreeSet::new())
    }
}

impl Stale {
    pub(super) fn merge(&mut self, other: Stale) {
        match (&mut *self, other) {
            (Stale::Of(mine), Stale::Of(theirs)) => mine.extend(theirs),
            _ => *self = Stale::All,
        }
    }
}

/// What is read together.
pub(super) struct Part<'a> {
    /// Of the bundles themselves.
    pub(super) own: HashSet<&'a Arc<str>>,
    beside: HashSet<&'a Arc<str>>,
}

impl<'a> Part<'a> {
    /// Each once.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Arc<str>> {
        self.own.union(&self.beside).copied()
    }
}

impl Together {
    pub(super) fn is_empty(&self) -> bool {
        self.ties.is_empty()
    }

    /// The marks of all.
    pub(super) fn marks(&self) -> impl Iterator<Item = &str> {
        self.marks.keys().map(|mark| &**mark)
    }

    /// Takes a znode in that is not there.
    pub(super) fn insert(&mut self, path: Arc<str>, ties: Option<Ties>) -> Stale {
        let mut stale = Stale::All;
        if let Some(ties) = &ties {
            for bundle in &ties.of {
                self.of.entry(bundle.clone()).or_default().insert(path.clone());
            }
            match &ties.about {
                Some(thing) if ties.beside => drop(self.beside.entry(thing.clone()).or_default().insert(path.clone())),
                Some(thing) => {
                    let users = self.users.entry(thing.clone()).or_default();
                    ties.of.iter().for_each(|bundle| *users.entry(bundle.clone()).or_default() += 1);
                }
                None => {}
            }
            let first = ties.mark.as_ref().is_some_and(|mark| {
                let count = self.marks.entry(mark.clone()).or_default();
                *count += 1;
                *count == 1
            });
            stale = self.touched(ties, first);
        }
        self.ties.insert(path, ties);
        stale
    }

    /// Lets it go.
    pub(super) fn remove(&mut self, path: &Arc<str>) -> Stale {
        let Some(ties) = self.ties.remove(path) else { return Stale::default() };
        let Some(ties) = ties else { return Stale::All };
        let last = ties.mark.as_ref().is_some_and(|mark| less(&mut self.marks, mark));
        let stale = self.touched(&ties, last);
        for bundle in &ties.of {
            forget(&mut self.of, bundle, path);
        }
        match &ties.about {
            Some(thing) if ties.beside => forget(&mut self.beside, thing, path),
            Some(thing) => {
                if let Some(users) = self.users.get_mut(thing) {
                    for bundle in &ties.of {
                        less(users, bundle);
                    }
                    if users.is_empty() {
                        self.users.remove(thing);
                    }
                }
            }
            None => {}
        }
        stale
    }

    /// What a znode that comes or goes makes stale.
    fn touched(&self, ties: &Ties, marks: bool) -> Stale {
        if marks {
            return Stale::All;
        }
        let thing = ties.about.as_ref().filter(|_| ties.beside);
        let users = thing.and_then(|thing| self.users.get(thing)).into_iter().flat_map(HashMap::keys);
        Stale::Of(users.chain(&ties.of).cloned().collect())
    }

    /// What has to be read for this one to be read again.
    pub(super) fn stale(&self, path: &Arc<str>) -> Stale {
        match self.ties.get(path) {
            Some(Some(ties)) => Stale::Of(ties.of.iter().cloned().collect()),
            _ => Stale::All,
        }
    }

    /// What has to be read.
    pub(super) fn part(&self, stale: &Stale) -> Part<'_> {
        let Stale::Of(bundles) = stale else {
            return Part { own: self.ties.keys().collect(), beside: HashSet::new() };
        };
        let own: HashSet<&Arc<str>> = bundles.iter().filter_map(|bundle| self.of.get(bundle)).flatten().collect();
        let ties = own.iter().filter_map(|path| self.ties.get(*path)?.as_ref());
        let things: HashSet<&Arc<str>> = ties.filter_map(|ties| ties.about.as_ref()).collect();
        let beside = things.into_iter().filter_map(|thing| self.beside.get(thing)).flatten().collect();
        Part { own, beside }
    }
}

/// One less; whether that was the last.
fn less(counts: &mut HashMap<Arc<str>, usize>, key: &Arc<str>) -> bool {
    let Some(count) = counts.get_mut(key) else { return false };
    *count -= 1;
    let last = *count == 0;
    if last {
        counts.remove(key);
    }
    last
}

fn forget(all: &mut HashMap<Arc<str>, Paths>, key: &Arc<str>, path: &Arc<str>) {
    if let Some(paths) = all.get_mut(key) {
        paths.remove(path);
        if paths.is_empty() {
            all.remove(key);
        }
    }
}
