//! All that the server knows, in one place under one lock: tree, sessions, watches, links. Here is what concerns several
//! of them: links that come and go, sessions that end, changes that are told. Requests are in `request`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::acl::Identity;
use super::jute::{Malformed, Reader, Writer};
use super::outbox::Outbox;
use super::session::{Password, Sessions};
use super::tree::{Moment, Tree};
use super::watch::{Change, LinkId, Watches};
use super::{Options, Version};

/// See the head of this file.
pub(super) struct State {
    pub(super) version: Version,
    pub(super) tree: Tree,
    pub(super) sessions: Sessions,
    pub(super) watches: Watches,
    pub(super) links: HashMap<LinkId, Link>,
    /// Number of the latest write.
    pub(super) zxid: i64,
    /// The server plays dead: no link, old or new, is served.
    pub(super) refusing: bool,
    /// The server plays frozen: links are held, nothing is answered.
    pub(super) stalling: bool,
    pub(super) traffic: Traffic,
    next_link: LinkId,
}

/// A connection that has a session.
pub(super) struct Link {
    pub(super) peer: SocketAddr,
    pub(super) session: i64,
    pub(super) identity: Arc<Identity>,
    pub(super) outbox: Arc<Outbox>,
}

/// What the four-letter words count.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Time spent on requests: the shortest, the longest, all together.
    pub(super) shortest: Option<Duration>,
    pub(super) longest: Duration,
    pub(super) total: Duration,
}

/// The first frame of a client.
pub(super) struct Hello {
    seen: i64,
    timeout: Duration,
    session: i64,
    password: Vec<u8>,
    /// Clients before 3.4 do not say, and are not told, whether read-only is meant.
    names_read_only: bool,
}

impl Hello {
    pub(super) fn read(frame: &[u8]) -> Result<Hello, Malformed> {
        let mut input = Reader::new(frame);
        let _protocol = input.i32()?;
        let seen = input.i64()?;
        let timeout = Duration::from_millis(u64::try_from(input.i32()?).unwrap_or(0));
        let session = input.i64()?;
        let password = input.buffer()?.unwrap_or_default().to_vec();
        Ok(Hello { seen, timeout, session, password, names_read_only: !input.is_empty() })
    }

    fn answer(&self, timeout: Duration, session: i64, password: &Password) -> Vec<u8> {
        let mut out = Writer::frame();
        out.i32(0).i32(i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX));
        out.i64(session).buffer(Some(password));
        if self.names_read_only {
            out.bool(false);
        }
        out.finish()
    }
}

/// How a client is received.
pub(super) enum Reception {
    /// It has its session; the frame says so.
    Welcome(LinkId, Vec<u8>),
    /// The session that it asks for is over, or not its own; the frame says so, then the link ends.
    Expired(Vec<u8>),
    /// The link ends without a word.
    TurnedAway,
}

impl State {
    pub(super) fn new(options: &Options) -> State {
        let now = wall_clock();
        // The epoch of the write numbers is the second of the start, counted from 2020 (31 bits: until 2088). A client
        // that has seen an earlier start of this server must not find it behind, or it would be sent away for ever.
        let zxid = (now / 1000 - 1_577_836_800).max(0) << 32;
        State {
            version: options.version,
            tree: Tree::new(Moment { zxid, time: now }),
            sessions: Sessions::new(now, options.min_session, options.max_session),
            watches: Watches::default(),
            links: HashMap::new(),
            zxid,
            refusing: false,
            stalling: false,
            traffic: Traffic::default(),
            next_link: 1,
        }
    }

    /// Number and time for the next write.
    pub(super) fn moment(&self) -> Moment {
        Moment { zxid: self.zxid + 1, time: wall_clock() }
    }

    /// A write is done: it counts from now on, and its watchers are told.
    pub(super) fn commit(&mut self, at: Moment, changes: &[Change]) {
        self.zxid = at.zxid;
        for change in changes {
            for (link, event) in self.watches.fire(change) {
                self.send(link, &event.frame());
            }
        }
    }

    /// Queues a frame for a link.
    pub(super) fn send(&mut self, link: LinkId, frame: &[u8]) {
        if let Some(link) = self.links.get(&link) {
            link.outbox.push(frame);
            self.traffic.sent += 1;
        }
    }

    pub(super) fn join(&mut self, hello: &Hello, peer: SocketAddr, outbox: &Arc<Outbox>) -> Reception {
        if self.refusing || hello.seen > self.zxid {
            return Reception::TurnedAway;
        }
        let (link, now) = (self.next_link, Instant::now());
        self.next_link += 1;
        let (id, answer) = if hello.session == 0 {
            let Some((id, session)) = self.sessions.open(hello.timeout, now, link) else {
                return Reception::TurnedAway;
            };
            (id, hello.answer(session.timeout, id, &session.password))
        } else {
            let attached = self.sessions.attach(hello.session, &hello.password, hello.timeout, now, link);
            let Some((session, before)) = attached else {
                return Reception::Expired(hello.answer(Duration::ZERO, 0, &[0; 16]));
            };
            let answer = hello.answer(session.timeout, hello.session, &session.password);
            if let Some(before) = before {
                self.leave(before);
            }
            (hello.session, answer)
        };
        let identity = Arc::new(Identity::new(peer.ip()));
        self.links.insert(link, Link { peer, session: id, identity, outbox: Arc::clone(outbox) });
        Reception::Welcome(link, answer)
    }

    /// A link is over, or is to be: its watches go, its session waits.
    pub(super) fn leave(&mut self, id: LinkId) {
        if let Some(link) = self.links.remove(&id) {
            self.watches.forget(id);
            self.sessions.detach(link.session, id);
            link.outbox.cut();
        }
    }

    /// Ends a session and deletes its ephemerals; gives its link back, which still stands. `None`: no such session.
    pub(super) fn end_session(&mut self, id: i64) -> Option<Option<LinkId>> {
        let session = self.sessions.remove(id)?;
        let paths: Vec<String> = self.tree.ephemerals_of(id).map(str::to_owned).collect();
        self.delete_own(paths);
        Some(session.link)
    }

    /// Ends a session that its client did not close: its link is cut, so that it comes back and is told.
    pub(super) fn expire(&mut self, id: i64) -> bool {
        let Some(link) = self.end_session(id) else { return false };
        if let Some(link) = link {
            self.leave(link);
        }
        true
    }

    /// Expires every session that was silent for too long. While the server plays dead or frozen its clock stands.
    pub(super) fn expire_overdue(&mut self) {
        if self.refusing || self.stalling {
            return;
        }
        for id in self.sessions.overdue(Instant::now()) {
            tracing::debug!("demo registry: session {id:#x} expired");
            self.expire(id);
        }
    }

    /// Deletes containers without children and nodes whose time to live is over.
    pub(super) fn reap(&mut self) {
        if !self.refusing && !self.stalling {
            let paths = self.tree.reapable(wall_clock());
            self.delete_own(paths);
        }
    }

    /// The server's own deletions, as one write.
    fn delete_own(&mut self, paths: Vec<String>) {
        let at = self.moment();
        let deleted = |path: String| self.tree.delete(at, &path, -1).is_ok().then_some(Change::Deleted(path));
        let changes: Vec<Change> = paths.into_iter().filter_map(deleted).collect();
        if !changes.is_empty() {
            self.commit(at, &changes);
        }
    }
}

/// Milliseconds since 1970.
fn wall_clock() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
