//! One session of the mirror while it lasts: what both ways of watching share. Tells news, notices silence, knows when the
//! picture was last true.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt;
use tokio::sync::mpsc;
use zookeeper_client::{Client, Error, SessionState, Stat, StateWatcher};

use super::picture::{Loaded, Picture};
use super::pulse::Pulse;
use super::{Change, News, Scope};
use crate::domain::fact::{Coverage, Link};
use crate::domain::time::Moment;
use crate::zk::access::Access;
use crate::zk::now;

/// Why a session is given up.
pub(super) struct Lost {
    pub(super) why: String,
    /// Not sooner than this is another try worth while.
    pub(super) wait: Option<Duration>,
    /// Another try would end the same way.
    pub(super) lasting: bool,
    /// The server does not know recursive watches.
    pub(super) no_recursive: bool,
}

impl Lost {
    pub(super) fn because(why: String) -> Lost {
        Lost { why, wait: None, lasting: false, no_recursive: false }
    }
}

impl From<Error> for Lost {
    fn from(e: Error) -> Lost {
        match e {
            Error::SessionExpired => Lost::because("the session expired".into()),
            Error::ConnectionLoss => Lost::because("the connection was closed".into()),
            Error::AuthFailed => Lost::because("the registry no longer takes the credential".into()),
            other => Lost::because(format!("the connection failed: {other}")),
        }
    }
}

pub(super) struct Line<'a> {
    pub(super) client: Client,
    pub(super) pulse: Arc<Pulse>,
    pub(super) picture: &'a mut Picture,
    pub(super) scope: &'a Scope,
    states: StateWatcher,
    timeout: Duration,
    told: &'a mpsc::Sender<News>,
    link: &'a mut Link,
    coverage: Option<Coverage>,
    probe: Probe,
    live: bool,
    /// When what is forbidden is looked at again.
    again: tokio::time::Instant,
}

/// Access lists that are asked for in one go, before what they belong to is told.
const AT_ONCE: usize = 500;
/// Of these so many at once.
const ABREAST: usize = 32;
/// How long until what is forbidden is looked at again: nothing tells that somebody has granted more.
const AGAIN: Duration = Duration::from_secs(10);

/// What a probe waits for.
type Answer = BoxFuture<'static, Result<Option<Stat>, Error>>;

/// A question that costs the server next to nothing, asked to hear whether it answers.
struct Probe {
    asked: Option<(tokio::time::Instant, Answer)>,
    next: tokio::time::Instant,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        client: Client,
        timeout: Duration,
        told: &'a mpsc::Sender<News>,
        picture: &'a mut Picture,
        scope: &'a Scope,
        link: &'a mut Link,
    ) -> Line<'a> {
        let states = client.state_watcher();
        let probe = Probe { asked: None, next: tokio::time::Instant::now() + timeout / 5 };
        let pulse = Arc::new(Pulse::new());
        let again = tokio::time::Instant::now() + AGAIN;
        Line { client, pulse, picture, scope, states, timeout, told, link, coverage: None, probe, live: false, again }
    }

    /// Whether this session's picture was ever whole.
    pub(super) fn was_live(&self) -> bool {
        self.live
    }

    /// When the last answer came.
    pub(super) fn as_of(&self) -> Moment {
        self.pulse.as_of()
    }

    /// Runs work unless the session is lost meanwhile.
    pub(super) async fn guard<T>(&mut self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Lost> {
        tokio::select! {
            biased;
            done = work => Ok(done?),
            why = lost(&mut self.states, &self.pulse, self.timeout) => Err(Lost::because(why)),
        }
    }

    /// Tells a whole reading: net changes, coverage, the link, complete; all at once.
    pub(super) async fn tell_whole(&mut self, loaded: Loaded) -> Result<(), Lost> {
        let mut changes = self.picture.whole(loaded);
        // What the picture took has to be told, whatever becomes of the session.
        let asked = match self.picture.permissions.due() <= AT_ONCE {
            true => {
                // What is hidden stands in the first part.
                let mut first = if changes.is_empty() { Vec::new() } else { changes.remove(0) };
                let asked = self.permissions(&mut first).await;
                changes.insert(0, first);
                asked
            }
            false => Ok(()),
        };
        self.coverage = Some(self.picture.coverage(self.scope));
        self.live = true;
        let news =
            News { changes, coverage: self.coverage.clone(), link: Some(self.fresh_link()), complete: Some(now()) };
        self.told.send(news).await.map_err(|_| Lost::because("nobody listens".into()))?;
        asked
    }

    /// Waits for something to happen in the session; `room`: whether there are changes that want to be told.
    pub(super) async fn turn<E>(
        &mut self,
        wants_room: bool,
        event: impl Future<Output = Option<E>>,
    ) -> Result<Turn<E>, Lost> {
        let probing = async {
            match &mut self.probe.asked {
                Some((_, answer)) => Some(answer.await),
                None => {
                    tokio::time::sleep_until(self.probe.next).await;
                    None
                }
            }
        };
        tokio::select! {
            biased;
            why = lost(&mut self.states, &self.pulse, self.timeout) => Err(Lost::because(why)),
            () = self.told.closed() => Err(Lost::because("nobody listens".into())),
            room = self.told.reserve(), if wants_room => match room {
                Ok(_) => Ok(Turn::Room),
                Err(_) => Err(Lost::because("nobody listens".into())),
            },
            event = event => event.map(Turn::Event).ok_or_else(|| Lost::because("the watch ended".into())),
            answer = probing => self.probed(answer),
        }
    }

    fn probed<E>(&mut self, answer: Option<Result<Option<Stat>, Error>>) -> Result<Turn<E>, Lost> {
        let now = tokio::time::Instant::now();
        match answer {
            None => {
                self.probe.asked = Some((now, Box::pin(self.client.check_stat("/"))));
                Ok(Turn::Nothing)
            }
            Some(answer) => {
                answer?;
                self.pulse.beat();
                if let Some((asked, _)) = self.probe.asked.take() {
                    self.link.rtt_us = u32::try_from((now - asked).as_micros()).ok();
                }
                self.probe.next = now + self.timeout / 5;
                Ok(Turn::StillTrue)
            }
        }
    }

    /// Tells changes; a picture that is still true is only told where the reader has room for it.
    pub(super) fn tell(&mut self, changes: Vec<Change>) {
        let coverage = self.picture.coverage(self.scope);
        let told_before = self.coverage.as_ref() == Some(&coverage);
        let link = changes.is_empty().then(|| self.fresh_link());
        let coverage_news = (!told_before).then(|| coverage.clone());
        let news = News { changes: vec![changes], coverage: coverage_news, link, complete: None };
        // Only this line sends, and it has just seen room: a failure means that nobody listens any more.
        if self.told.try_send(news).is_ok() {
            self.coverage = Some(coverage);
        }
    }

    /// Whether access lists are still to be asked for.
    pub(super) fn wants_permissions(&self) -> bool {
        self.picture.permissions.due() > 0
    }

    /// Asks for access lists that are due, not for all where there are many, and for what hidden znodes are; adds what that
    /// changes. The changes are to be told also where the session is lost over it.
    pub(super) async fn permissions(&mut self, changes: &mut Vec<Change>) -> Result<(), Lost> {
        let (client, pulse) = (self.client.clone(), self.pulse.clone());
        for change in changes.iter_mut().filter(|change| matches!(change, Change::Hidden(..))).take(AT_ONCE) {
            if let Change::Hidden(path, stat) = change {
                // From 3.9.3 on that may not be asked either.
                let asking = client.check_stat(path).map(|asked| match asked {
                    Err(Error::NoAuth) => Ok(None),
                    other => other,
                });
                *stat = self.guard(asking).await?;
                pulse.beat();
            }
        }
        let (paths, user) = self.picture.permissions.take(AT_ONCE);
        let all = paths.clone();
        let ask = |path: Arc<str>| {
            let (client, user) = (&client, user.as_deref());
            async move { Access::ask(client, &path, user).await.map(|access| (path, access)) }
        };
        let mut asking = futures_util::stream::iter(paths.into_iter().map(ask)).buffer_unordered(ABREAST);
        loop {
            match self.guard(asking.next().map(Option::transpose)).await {
                Ok(None) => return Ok(()),
                Ok(Some((path, access))) => {
                    pulse.beat();
                    changes.extend(self.picture.permissions.learnt(path, access));
                }
                Err(lost) => {
                    self.picture.permissions.put_back(all);
                    return Err(lost);
                }
            }
        }
    }

    /// From time to time: znodes that may not be read, for another try. What else is forbidden is asked for again, too.
    pub(super) fn try_again(&mut self) -> Vec<Arc<str>> {
        let now = tokio::time::Instant::now();
        if now < self.again {
            return Vec::new();
        }
        self.again = now + AGAIN;
        self.picture.permissions.again(AT_ONCE);
        self.picture.hidden(AT_ONCE)
    }

    fn fresh_link(&mut self) -> Link {
        self.link.at = now();
        self.link.as_of = Some(self.pulse.as_of());
        self.link.attempt = 0;
        self.link.clone()
    }
}

/// What a turn of the session brought.
pub(super) enum Turn<E> {
    /// The reader has room for changes.
    Room,
    /// A watch fired.
    Event(E),
    /// The server answered: the picture is still true.
    StillTrue,
    /// Nothing to do.
    Nothing,
}

/// Comes back with the reason when the session is disconnected or nothing was heard for too long.
async fn lost(states: &mut StateWatcher, pulse: &Pulse, timeout: Duration) -> String {
    // Any change ends it: a flap may show as one change to connected, with its watches deaf.
    tokio::select! {
        biased;
        state = states.changed() => match state {
            SessionState::Expired => "the session expired".to_owned(),
            SessionState::AuthFailed => "the registry no longer takes the credential".to_owned(),
            _ => "the connection was closed or does not answer".to_owned(),
        },
        () = pulse.silence(timeout * 9 / 20) => "the server does not answer".to_owned(),
    }
}
