//! One znode: its data, its counters, and whose it is. Not where it hangs: that is the tree's.

use std::collections::BTreeSet;

use crate::demo::registry::acl::AclList;
use crate::demo::registry::jute::Data;
use crate::demo::registry::proto::Stat;

/// Number and time (milliseconds since 1970) of the write that is being done.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo::registry) struct Moment {
    pub(in crate::demo::registry) zxid: i64,
    pub(in crate::demo::registry) time: i64,
}

/// What a node lives for, told on the wire by its `ephemeralOwner`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo::registry) enum Life {
    Persistent,
    /// Goes with the session.
    Ephemeral(i64),
    /// Goes some time after its last child.
    Container,
    /// Goes when it has had no children and no change for so many milliseconds.
    Ttl(i64),
}

impl Life {
    /// The longest time to live that fits beside the mark, in milliseconds.
    pub(in crate::demo::registry) const LONGEST_TTL: i64 = (1 << 40) - 1;
    const CONTAINER_MARK: i64 = i64::MIN;
    const TTL_MARK: i64 = 0xff << 56;

    pub(in crate::demo::registry) fn owner(self) -> i64 {
        match self {
            Life::Persistent => 0,
            Life::Ephemeral(session) => session,
            Life::Container => Life::CONTAINER_MARK,
            Life::Ttl(ttl) => Life::TTL_MARK | ttl,
        }
    }

    pub(in crate::demo::registry) fn session(self) -> Option<i64> {
        match self {
            Life::Ephemeral(session) => Some(session),
            _ => None,
        }
    }
}

/// A node of the tree.
#[derive(Debug, Clone)]
pub(in crate::demo::registry) struct Node {
    pub(in crate::demo::registry) data: Data,
    pub(in crate::demo::registry) acl: AclList,
    pub(in crate::demo::registry) children: BTreeSet<Box<str>>,
    pub(in crate::demo::registry) life: Life,
    /// How many children were ever made here: the number of the next sequence node, and the root of `cversion`.
    pub(in crate::demo::registry) births: i32,
    pub(in crate::demo::registry) version: i32,
    pub(in crate::demo::registry) aversion: i32,
    pub(in crate::demo::registry) czxid: i64,
    pub(in crate::demo::registry) mzxid: i64,
    pub(in crate::demo::registry) pzxid: i64,
    pub(in crate::demo::registry) ctime: i64,
    pub(in crate::demo::registry) mtime: i64,
}

impl Node {
    pub(in crate::demo::registry) fn new(at: Moment, data: Data, acl: AclList, life: Life) -> Node {
        Node {
            data,
            acl,
            children: BTreeSet::new(),
            life,
            births: 0,
            version: 0,
            aversion: 0,
            czxid: at.zxid,
            mzxid: at.zxid,
            pzxid: at.zxid,
            ctime: at.time,
            mtime: at.time,
        }
    }

    pub(in crate::demo::registry) fn size(&self) -> usize {
        self.data.as_ref().map_or(0, bytes::Bytes::len)
    }

    pub(in crate::demo::registry) fn stat(&self) -> Stat {
        let small = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let children = small(self.children.len());
        Stat {
            czxid: self.czxid,
            mzxid: self.mzxid,
            ctime: self.ctime,
            mtime: self.mtime,
            version: self.version,
            // Births and deaths: every child born is one, and every one that is no longer here is another.
            cversion: self.births.wrapping_mul(2).wrapping_sub(children),
            aversion: self.aversion,
            ephemeral_owner: self.life.owner(),
            data_length: small(self.size()),
            num_children: children,
            pzxid: self.pzxid,
        }
    }
}
