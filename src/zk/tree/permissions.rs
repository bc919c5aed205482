//! Which access lists the mirror has asked for, and what they forbid. A list is asked for once, and again when the znode is
//! seen with another; those that forbid something, and znodes that may not even be read, are looked at again from time to
//! time, since nothing tells when somebody grants more. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use zookeeper_client::Stat;

use super::Change;
use crate::zk::access::Access;

/// Lists that are asked for at most; of the rest a plan will tell.
const MOST: usize = 20_000;

/// Which list a znode had: its birth, and how often the list was changed since.
type Edition = (i64, i64, i32);

#[derive(Default)]
pub(super) struct Permissions {
    /// Whether anybody wants to know.
    wanted: bool,
    /// Who we are, `digest:ana`.
    user: Option<Arc<str>>,
    asked: HashMap<Arc<str>, Edition>,
    /// To be asked for.
    due: BTreeSet<Arc<str>>,
    /// What grants less than everything.
    less: HashMap<Arc<str>, Access>,
}

impl Permissions {
    pub(super) fn new(wanted: bool, user: Option<Arc<str>>) -> Permissions {
        Permissions { wanted, user, ..Permissions::default() }
    }

    /// A znode was read.
    pub(super) fn seen(&mut self, path: &Arc<str>, stat: &Stat) {
        let edition = (stat.czxid, stat.ctime, stat.aversion);
        let known = self.asked.get(path);
        if self.wanted && known != Some(&edition) && (known.is_some() || self.asked.len() < MOST) {
            self.asked.insert(path.clone(), edition);
            self.due.insert(path.clone());
        }
    }

    /// It is gone.
    pub(super) fn gone(&mut self, path: &str) {
        self.asked.remove(path);
        self.due.remove(path);
        self.less.remove(path);
    }

    /// How many lists are to be asked for.
    pub(super) fn due(&self) -> usize {
        self.due.len()
    }

    /// From now on they are read for this one.
    pub(super) fn read_for(&mut self, user: Option<Arc<str>>) {
        self.user = user;
    }

    /// The next of them, so many at most; and the user for whom they are read.
    pub(super) fn take(&mut self, most: usize) -> (Vec<Arc<str>>, Option<Arc<str>>) {
        let taken = std::iter::from_fn(|| self.due.pop_first()).take(most).collect();
        (taken, self.user.clone())
    }

    /// They were not asked for after all.
    pub(super) fn put_back(&mut self, paths: Vec<Arc<str>>) {
        self.due.extend(paths);
    }

    /// Those that forbid something are to be asked for again.
    pub(super) fn again(&mut self, most: usize) {
        self.due.extend(self.less.keys().take(most).cloned());
    }

    /// What a list grants; the change, where it is one.
    pub(super) fn learnt(&mut self, path: Arc<str>, access: Access) -> Option<Change> {
        if !self.asked.contains_key(&path) {
            return None;
        }
        let before = match access {
            Access::ALL => self.less.remove(&path),
            less => self.less.insert(path.clone(), less),
        };
        (before.unwrap_or(Access::ALL) != access).then_some(Change::Access(path, access))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(czxid: i64, aversion: i32) -> Stat {
        Stat {
            czxid,
            mzxid: 2,
            pzxid: 0,
            ctime: 0,
            mtime: 0,
            version: 0,
            cversion: 0,
            aversion,
            ephemeral_owner: 0,
            data_length: 0,
            num_children: 0,
        }
    }

    #[test]
    fn a_list_is_asked_for_once_and_again_when_it_is_another_or_forbids_something() {
        let (mut all, path): (_, Arc<str>) = (Permissions::new(true, Some("ana".into())), "/s/a:1".into());
        let less = Access { set: false, ..Access::ALL };
        all.seen(&path, &stat(1, 0));
        assert_eq!(all.take(9), (vec![path.clone()], Some("ana".into())));
        all.seen(&path, &stat(1, 0));
        assert_eq!((all.due(), all.learnt(path.clone(), Access::ALL)), (0, None));
        all.seen(&path, &stat(1, 1));
        assert_eq!(all.take(9).0, std::slice::from_ref(&path));
        assert_eq!(all.learnt(path.clone(), less), Some(Change::Access(path.clone(), less)));
        assert_eq!(all.learnt(path.clone(), less), None);
        all.again(9);
        assert_eq!(all.take(9).0, std::slice::from_ref(&path));
        assert_eq!(all.learnt(path.clone(), Access::ALL), Some(Change::Access(path.clone(), Access::ALL)));
        all.again(9);
        assert_eq!(all.due(), 0);
        all.gone(&path);
        assert_eq!(all.learnt(path, less), None, "an answer that comes too late");
    }

    #[test]
    fn who_only_looks_asks_for_none() {
        let mut all = Permissions::default();
        all.seen(&"/a".into(), &stat(1, 0));
        assert_eq!(all.due(), 0);
    }
}
