//! Which access lists the mirror has asked for, and what they forbid. A list is asked for once, and again when the znode is
//! seen with another; those that forbid something, and znodes that may not even be read, are looked at again from time to
//! time, since nothing tells when somebody grants more. Persistent znodes come first and are counted apart: parents, rules and
//! configurations decide over many instances each, and ephemerals, of which there may be tens of thousands, over one. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use zookeeper_client::Stat;

use super::Change;
use crate::zk::access::Access;

/// Lists that are asked for at most, of persistent znodes and of ephemerals each; of the rest a plan will tell.
const MOST: usize = 20_000;

/// Which list a znode had: its birth, and how often the list was changed since.
type Edition = (i64, i64, i32);

struct Asked {
    edition: Edition,
    mortal: bool,
}

#[derive(Default)]
pub(super) struct Permissions {
    /// Whether anybody wants to know.
    wanted: bool,
    /// Who we are, `digest:ana`.
    user: Option<Arc<str>>,
    asked: HashMap<Arc<str>, Asked>,
    /// How many of these are ephemeral.
    mortal: usize,
    /// To be asked for: ephemerals last.
    due: BTreeSet<(bool, Arc<str>)>,
    /// What grants less than everything.
    less: BTreeMap<Arc<str>, Access>,
    /// The last of these that was asked for again: the next ones follow it, so that each has its turn.
    last: Option<Arc<str>>,
}

impl Permissions {
    pub(super) fn new(wanted: bool, user: Option<Arc<str>>) -> Permissions {
        Permissions { wanted, user, ..Permissions::default() }
    }

    /// A znode was read.
    pub(super) fn seen(&mut self, path: &Arc<str>, stat: &Stat) {
        let edition = (stat.czxid, stat.ctime, stat.aversion);
        if !self.wanted || self.asked.get(path).is_some_and(|known| known.edition == edition) {
            return;
        }
        // One that is made anew may be of the other kind.
        let (mortal, less) = (stat.ephemeral_owner != 0, self.less.remove(path));
        self.gone(path);
        let counted = if mortal { self.mortal } else { self.asked.len() - self.mortal };
        if counted < MOST {
            self.asked.insert(path.clone(), Asked { edition, mortal });
            self.mortal += usize::from(mortal);
            self.due.insert((mortal, path.clone()));
            self.less.extend(less.map(|less| (path.clone(), less)));
        }
    }

    /// It is gone.
    pub(super) fn gone(&mut self, path: &Arc<str>) {
        if let Some(Asked { mortal, .. }) = self.asked.remove(path) {
            self.mortal -= usize::from(mortal);
            self.due.remove(&(mortal, path.clone()));
        }
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
        let taken = std::iter::from_fn(|| self.due.pop_first()).map(|(_, path)| path).take(most).collect();
        (taken, self.user.clone())
    }

    /// They were not asked for after all.
    pub(super) fn put_back(&mut self, paths: Vec<Arc<str>>) {
        paths.into_iter().for_each(|path| self.ask(path));
    }

    /// Those that forbid something are to be asked for again.
    pub(super) fn again(&mut self, most: usize) {
        let from = self.last.take().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.less.range((from, Bound::Unbounded)).map(|(path, _)| path.clone());
        let some: Vec<Arc<str>> = rest.by_ref().take(most).collect();
        // After the last of all it begins with the first.
        self.last = rest.next().and_then(|_| some.last().cloned());
        some.into_iter().for_each(|path| self.ask(path));
    }

    fn ask(&mut self, path: Arc<str>) {
        if let Some(asked) = self.asked.get(&path) {
            self.due.insert((asked.mortal, path));
        }
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

    fn mortal(czxid: i64) -> Stat {
        Stat { ephemeral_owner: 7, ..stat(czxid, 0) }
    }

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
    fn ten_thousands_of_ephemerals_leave_room_for_parents_and_rules_which_are_asked_for_first() {
        let mut all = Permissions::new(true, None);
        for n in 0..MOST as i64 + 500 {
            all.seen(&format!("/dubbo/i/providers/{n}").into(), &mortal(n));
        }
        assert_eq!(all.due(), MOST, "bounded");
        let rule: Arc<str> = "/dubbo/config/dubbo/shop.tag-router".into();
        all.seen(&rule, &stat(1, 0));
        assert_eq!(all.take(2).0[0], rule);
        all.put_back(vec![rule.clone()]);
        assert_eq!(all.take(1).0[0], rule);
        // One that is gone makes room for another, and one that comes again as the other kind is counted as that.
        all.gone(&"/dubbo/i/providers/7".into());
        all.seen(&"/dubbo/i/providers/new".into(), &mortal(1));
        all.seen(&"/dubbo/i/providers/8".into(), &stat(99_999, 0));
        all.seen(&"/dubbo/i/providers/newer".into(), &mortal(1));
        all.seen(&"/dubbo/i/providers/newest".into(), &mortal(1));
        assert_eq!((all.mortal, all.asked.len()), (MOST, MOST + 2));
    }

    #[test]
    fn each_list_that_forbids_something_has_its_turn() {
        let (mut all, paths) = (Permissions::new(true, None), ["/a", "/b", "/c"].map(Arc::from));
        for path in &paths {
            all.seen(path, &stat(1, 0));
            all.take(9);
            all.learnt(path.clone(), Access { set: false, ..Access::ALL });
        }
        let turns = [2, 2, 2, 2].map(|most| {
            all.again(most);
            all.take(9).0.join("")
        });
        assert_eq!(turns, ["/a/b", "/c", "/a/b", "/c"]);
    }

    #[test]
    fn who_only_looks_asks_for_none() {
        let mut all = Permissions::default();
        all.seen(&"/a".into(), &stat(1, 0));
        assert_eq!(all.due(), 0);
    }
}
