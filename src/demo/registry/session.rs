//! Sessions: opened, re-attached by id and password, kept by every sign of life, overdue after their time-out. What
//! goes with a session (ephemerals, its link) is ended by the caller.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::watch::LinkId;

/// More sessions than this are not opened.
const MOST: usize = 10_000;

/// The secret by which a client shows that a session is its own.
pub(super) type Password = [u8; 16];

/// A session, attached to a link or waiting for its client to come back.
pub(super) struct Session {
    pub(super) password: Password,
    pub(super) timeout: Duration,
    /// When its client was last heard of.
    pub(super) heard: Instant,
    pub(super) link: Option<LinkId>,
}

/// All living sessions.
pub(super) struct Sessions {
    all: HashMap<i64, Session>,
    next: i64,
    shortest: Duration,
    longest: Duration,
}

impl Sessions {
    /// `epoch` (milliseconds since 1970) makes ids that differ from those of an earlier start.
    pub(super) fn new(epoch: i64, shortest: Duration, longest: Duration) -> Sessions {
        // As ZooKeeper builds them: the server's number (1) in the top byte, then the time, then a counter.
        let next = (1 << 56) | ((epoch << 24) & i64::MAX) >> 8;
        Sessions { all: HashMap::new(), next, shortest, longest: longest.max(shortest) }
    }

    fn agree(&self, asked: Duration) -> Duration {
        asked.clamp(self.shortest, self.longest)
    }

    /// Opens a session; `None` if there are too many.
    pub(super) fn open(&mut self, asked: Duration, now: Instant, link: LinkId) -> Option<(i64, &Session)> {
        if self.all.len() >= MOST {
            return None;
        }
        let id = self.next;
        self.next += 1;
        let password = fastrand::u128(..).to_be_bytes();
        let session = Session { password, timeout: self.agree(asked), heard: now, link: Some(link) };
        Some((id, self.all.entry(id).insert_entry(session).into_mut()))
    }

    /// Gives a session to a link; `None` if it is over or the password is not its own. Also says which link had it.
    pub(super) fn attach(
        &mut self,
        id: i64,
        password: &[u8],
        asked: Duration,
        now: Instant,
        link: LinkId,
    ) -> Option<(&Session, Option<LinkId>)> {
        let timeout = self.agree(asked);
        let session = self.all.get_mut(&id).filter(|session| session.password == password)?;
        let before = session.link.replace(link);
        (session.timeout, session.heard) = (timeout, now);
        Some((session, before))
    }

    /// A sign of life; whether the session lives.
    pub(super) fn touch(&mut self, id: i64, now: Instant) -> bool {
        self.all.get_mut(&id).map(|session| session.heard = now).is_some()
    }

    /// A link is gone: its session waits from now on, unless it has another already.
    pub(super) fn detach(&mut self, id: i64, link: LinkId) {
        if let Some(session) = self.all.get_mut(&id)
            && session.link == Some(link)
        {
            session.link = None;
        }
    }

    pub(super) fn remove(&mut self, id: i64) -> Option<Session> {
        self.all.remove(&id)
    }

    pub(super) fn get(&self, id: i64) -> Option<&Session> {
        self.all.get(&id)
    }

    pub(super) fn overdue(&self, now: Instant) -> Vec<i64> {
        let over = |session: &Session| now.saturating_duration_since(session.heard) > session.timeout;
        self.all.iter().filter(|(_, session)| over(session)).map(|(id, _)| *id).collect()
    }

    /// Grants every session its whole time-out again, as a server does that was down.
    pub(super) fn touch_all(&mut self, now: Instant) {
        self.all.values_mut().for_each(|session| session.heard = now);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &Session)> {
        self.all.iter().map(|(id, session)| (*id, session))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions() -> Sessions {
        Sessions::new(1_700_000_000_000, Duration::from_secs(2), Duration::from_secs(40))
    }

    #[test]
    fn time_outs_are_agreed_between_the_bounds() {
        let (mut sessions, now) = (sessions(), Instant::now());
        for (asked, given) in [(1, 2), (10, 10), (120, 40)] {
            let (id, session) = sessions.open(Duration::from_secs(asked), now, 1).unwrap();
            assert_eq!(session.timeout, Duration::from_secs(given));
            assert_eq!(id >> 56, 1, "no id looks like a container's or a time to live's owner");
        }
    }

    #[test]
    fn a_session_goes_to_who_knows_its_password_and_leaves_its_old_link() {
        let (mut sessions, now) = (sessions(), Instant::now());
        let (id, session) = sessions.open(Duration::from_secs(4), now, 1).unwrap();
        let password = session.password;
        assert!(sessions.attach(id, b"wrong", Duration::from_secs(4), now, 2).is_none());
        assert!(sessions.attach(id + 1, &password, Duration::from_secs(4), now, 2).is_none());
        let (_, before) = sessions.attach(id, &password, Duration::from_secs(4), now, 2).unwrap();
        assert_eq!(before, Some(1));
        sessions.detach(id, 1);
        assert_eq!(sessions.get(id).unwrap().link, Some(2), "the end of the old link does not touch the new one");
    }

    #[test]
    fn silence_makes_overdue_and_a_sign_of_life_does_not() {
        let (mut sessions, start) = (sessions(), Instant::now());
        let (id, _) = sessions.open(Duration::from_secs(4), start, 1).unwrap();
        assert!(sessions.overdue(start + Duration::from_secs(4)).is_empty());
        assert_eq!(sessions.overdue(start + Duration::from_millis(4001)), [id]);
        assert!(sessions.touch(id, start + Duration::from_secs(3)));
        assert!(sessions.overdue(start + Duration::from_secs(6)).is_empty());
    }
}
