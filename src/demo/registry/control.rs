//! What a test or a fault of the demo may do to the server from outside the protocol: drop links, stall, refuse, expire,
//! and look. Never used to serve a client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::watch::LinkId;

/// A hand on a running server. Cheap to clone; after the server stopped it does nothing.
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

/// A living session, as seen from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session's number.
    pub id: i64,
    /// The time-out that was agreed.
    pub timeout: Duration,
    /// How long nothing was heard of the client.
    pub idle: Duration,
    /// The client's address; `None` while no connection holds the session.
    pub peer: Option<SocketAddr>,
    /// How many ephemeral nodes would go with it.
    pub ephemerals: usize,
}

impl Control {
    pub(super) fn new(shared: Arc<Shared>) -> Control {
        Control { shared }
    }

    /// Cuts the connection of a session; the session lives on until its time-out. `false`: it has none.
    pub fn drop_link(&self, session: i64) -> bool {
        let mut state = self.shared.state();
        let link = state.sessions.get(session).and_then(|session| session.link);
        if let Some(link) = link {
            state.leave(link);
        }
        link.is_some()
    }

    /// Cuts every connection; sessions live on until their time-outs.
    pub fn drop_all_links(&self) {
        let mut state = self.shared.state();
        let links: Vec<LinkId> = state.links.keys().copied().collect();
        links.into_iter().for_each(|link| state.leave(link));
    }

    /// While on: the server is as if frozen. It takes bytes and connections, does and answers nothing, and no session
    /// expires. Off: it does what it was asked meanwhile, and every session has its whole time-out again.
    pub fn stall(&self, on: bool) {
        let mut state = self.shared.state();
        if state.stalling && !on {
            state.sessions.touch_all(Instant::now());
        }
        state.stalling = on;
        self.shared.stall.send_replace(on);
    }

    /// Stalls the connection of one session, as a half-open link does: its requests wait, undone, and so do its
    /// notifications. The server's clock goes on: the session expires unless its client notices and comes back over a
    /// new connection, which is served. `false`: it has no connection.
    pub fn stall_link(&self, session: i64, on: bool) -> bool {
        let state = self.shared.state();
        let link = state.sessions.get(session).and_then(|session| session.link);
        let link = link.and_then(|link| state.links.get(&link));
        link.inspect(|link| link.outbox.stall(on)).is_some()
    }

    /// While on: the server is as if down. Every connection is closed, new ones at once, and no session expires. Off:
    /// it is up again, and every session has its whole time-out again.
    pub fn refuse(&self, on: bool) {
        {
            let mut state = self.shared.state();
            if state.refusing && !on {
                state.sessions.touch_all(Instant::now());
            }
            state.refusing = on;
        }
        if on {
            self.drop_all_links();
        }
    }

    /// Ends a session now: its ephemerals go, and its client is told when it comes back. `false`: no such session.
    pub fn expire(&self, session: i64) -> bool {
        self.shared.state().expire(session)
    }

    /// All living sessions, in order of their numbers.
    pub fn sessions(&self) -> Vec<SessionView> {
        let state = self.shared.state();
        let now = Instant::now();
        let mut views: Vec<SessionView> = state
            .sessions
            .iter()
            .map(|(id, session)| SessionView {
                id,
                timeout: session.timeout,
                idle: now.saturating_duration_since(session.heard),
                peer: session.link.and_then(|link| state.links.get(&link)).map(|link| link.peer),
                ephemerals: state.tree.ephemerals_of(id).count(),
            })
            .collect();
        views.sort_by_key(|view| view.id);
        views
    }

    /// The session whose ephemeral a node is; `None` if there is no such node, or it is nobody's ephemeral.
    pub fn owner_of(&self, path: &str) -> Option<i64> {
        self.shared.state().tree.get(path).ok()?.life.session()
    }
}
