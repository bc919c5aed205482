//! The words of the ZooKeeper protocol that several requests share: operation numbers, error codes, the stat of a node,
//! the header of a reply. No behaviour.

use super::jute::{Malformed, Writer};

/// Operations by their number on the wire.
pub(super) mod op {
    pub(in super::super) const CREATE: i32 = 1;
    pub(in super::super) const DELETE: i32 = 2;
    pub(in super::super) const EXISTS: i32 = 3;
    pub(in super::super) const GET_DATA: i32 = 4;
    pub(in super::super) const SET_DATA: i32 = 5;
    pub(in super::super) const GET_ACL: i32 = 6;
    pub(in super::super) const SET_ACL: i32 = 7;
    pub(in super::super) const GET_CHILDREN: i32 = 8;
    pub(in super::super) const SYNC: i32 = 9;
    pub(in super::super) const PING: i32 = 11;
    pub(in super::super) const GET_CHILDREN_2: i32 = 12;
    pub(in super::super) const CHECK: i32 = 13;
    pub(in super::super) const MULTI: i32 = 14;
    pub(in super::super) const CREATE_2: i32 = 15;
    pub(in super::super) const RECONFIG: i32 = 16;
    pub(in super::super) const CHECK_WATCHES: i32 = 17;
    pub(in super::super) const REMOVE_WATCHES: i32 = 18;
    pub(in super::super) const CREATE_CONTAINER: i32 = 19;
    pub(in super::super) const CREATE_TTL: i32 = 21;
    pub(in super::super) const MULTI_READ: i32 = 22;
    pub(in super::super) const AUTH: i32 = 100;
    pub(in super::super) const SET_WATCHES: i32 = 101;
    pub(in super::super) const GET_EPHEMERALS: i32 = 103;
    pub(in super::super) const ALL_CHILDREN_NUMBER: i32 = 104;
    pub(in super::super) const SET_WATCHES_2: i32 = 105;
    pub(in super::super) const ADD_WATCH: i32 = 106;
    pub(in super::super) const WHO_AM_I: i32 = 107;
    pub(in super::super) const CLOSE: i32 = -11;

    /// Whether a 3.4 server knows the operation.
    pub(in super::super) fn known_to_3_4(op: i32) -> bool {
        op < CREATE_2 || matches!(op, AUTH | SET_WATCHES)
    }
}

/// Why a request was not done, by its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum Code {
    /// The server is full: more nodes, bytes or watches than a demo may hold.
    System = -1,
    /// An operation of a transaction that was not tried, since one before it failed.
    RuntimeInconsistency = -2,
    Marshalling = -5,
    Unimplemented = -6,
    BadArguments = -8,
    NoNode = -101,
    NoAuth = -102,
    BadVersion = -103,
    NoChildrenForEphemerals = -108,
    NodeExists = -110,
    NotEmpty = -111,
    SessionExpired = -112,
    InvalidAcl = -114,
    AuthFailed = -115,
    NoWatcher = -121,
    ReconfigDisabled = -123,
}

impl Code {
    pub(super) fn number(self) -> i32 {
        self as i32
    }
}

impl From<Malformed> for Code {
    fn from(_: Malformed) -> Code {
        Code::Marshalling
    }
}

/// What is known of a node besides its data; times in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) czxid: i64,
    pub(super) mzxid: i64,
    pub(super) ctime: i64,
    pub(super) mtime: i64,
    pub(super) version: i32,
    pub(super) cversion: i32,
    pub(super) aversion: i32,
    pub(super) ephemeral_owner: i64,
    pub(super) data_length: i32,
    pub(super) num_children: i32,
    pub(super) pzxid: i64,
}

impl Stat {
    pub(super) fn write(&self, out: &mut Writer) {
        out.i64(self.czxid).i64(self.mzxid).i64(self.ctime).i64(self.mtime);
        out.i32(self.version).i32(self.cversion).i32(self.aversion);
        out.i64(self.ephemeral_owner).i32(self.data_length).i32(self.num_children).i64(self.pzxid);
    }
}

/// What happened to a node, as its watchers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Created = 1,
    Deleted = 2,
    DataChanged = 3,
    ChildrenChanged = 4,
}

/// A notification: what happened, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) path: String,
}

impl Event {
    const XID: i32 = -1;
    const SYNC_CONNECTED: i32 = 3;

    /// The frame of the notification. Its zxid is -1, as before 3.9.
    pub(super) fn frame(&self) -> Vec<u8> {
        let mut out = Writer::frame();
        out.i32(Event::XID).i64(-1).i32(0);
        out.i32(self.kind as i32).i32(Event::SYNC_CONNECTED).string(&self.path);
        out.finish()
    }
}

/// A reply: its header, then the body, which a failed request does not have.
pub(super) fn reply(xid: i32, zxid: i64, outcome: Result<Vec<u8>, Code>) -> Vec<u8> {
    let mut out = Writer::frame();
    out.i32(xid).i64(zxid);
    match outcome {
        Ok(body) => out.i32(0).raw(&body),
        Err(code) => out.i32(code.number()),
    };
    out.finish()
}
