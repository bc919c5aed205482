//! A live mirror of chosen paths of a ZooKeeper: what is there, told once, then every change. After a gap in the link all is
//! read again and the net changes are told, so that nothing made in the gap is missed.
//!
//! A session is never reused after it was disconnected (its persistent watches would be deaf); another one is opened and the
//! picture compared. Retries for ever, at most a second apart. Nothing is ever written.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::mpsc;
use zookeeper_client::{SessionState, Stat};

use super::access::Access;
use super::{Credential, Options, Version, link, now};
use crate::domain::fact::{Coverage, Link, LinkState};
use crate::domain::time::Moment;
use line::{Line, Lost};
use permissions::Permissions;
use picture::Picture;

mod line;
mod load;
mod oneshot;
mod permissions;
mod picture;
mod pulse;
mod recursive;

/// What is mirrored.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The roots that were asked for; all below them is read.
    pub roots: Vec<Arc<str>>,
    /// Roots that are read where they exist, without a word where they do not.
    pub extra: Vec<Arc<str>>,
    /// Subtrees that are left out.
    pub skip: Vec<Arc<str>>,
    /// The most znodes that are read; the rest is counted.
    pub most: usize,
    /// Whether what access lists forbid is told.
    pub access: bool,
}

impl Scope {
    /// The most znodes that are read unless something else is said.
    pub const MOST: usize = 200_000;

    /// These roots (none: all there is) and the extra ones, without ZooKeeper's own subtree.
    pub fn new(roots: &[String], extra: &[&str]) -> Scope {
        let mut chosen: Vec<Arc<str>> = roots.iter().map(|root| clean(root)).collect();
        if chosen.is_empty() {
            chosen.push("/".into());
        }
        let inside = |path: &str, roots: &[Arc<str>], but: Option<usize>| {
            roots.iter().enumerate().any(|(n, root)| Some(n) != but && below(path, root))
        };
        chosen.sort();
        chosen.dedup();
        let outer = (0..chosen.len()).filter(|&n| !inside(&chosen[n], &chosen, Some(n))).map(|n| chosen[n].clone());
        let roots: Vec<Arc<str>> = outer.collect();
        let extra = extra.iter().filter(|path| !inside(path, &roots, None)).map(|&path| path.into()).collect();
        Scope { roots, extra, skip: vec!["/zookeeper".into()], most: Scope::MOST, access: false }
    }

    fn all_roots(&self) -> impl Iterator<Item = &Arc<str>> {
        self.roots.iter().chain(&self.extra)
    }

    fn skips(&self, path: &str) -> bool {
        self.skip.iter().any(|root| below(path, root))
    }
}

fn clean(path: &str) -> Arc<str> {
    format!("/{}", path.trim_matches('/')).into()
}

/// Whether the path is this root or lies below it.
pub(crate) fn below(path: &str, root: &str) -> bool {
    root == "/" || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A znode as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its path below the chroot.
    pub path: Arc<str>,
    /// Its bytes.
    pub data: Arc<[u8]>,
    /// Its versions, times and owner.
    pub stat: Stat,
}

/// One net change of the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A znode was made, or its data or owner changed.
    Upsert(Node),
    /// A znode is gone.
    Gone(Arc<str>),
    /// A znode is there and may not be read, whether or not it could be before. What it is may be known nevertheless.
    Hidden(Arc<str>, Option<Stat>),
    /// What a znode's access list grants us, where that is not everything or was not.
    Access(Arc<str>, Access),
}

impl Change {
    /// The path of the znode.
    pub fn path(&self) -> &Arc<str> {
        let (Change::Upsert(Node { path, .. })
        | Change::Gone(path)
        | Change::Hidden(path, _)
        | Change::Access(path, _)) = self;
        path
    }
}

/// What is new, to be applied as one, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct News {
    /// Changes of the picture, in their order and in parts; those of a resync come all at once.
    pub changes: Vec<Vec<Change>>,
    /// What was left out, when that changed.
    pub coverage: Option<Coverage>,
    /// The link, when it changed or the picture was found to be still true.
    pub link: Option<Link>,
    /// Everything that was to be read has been read at this moment.
    pub complete: Option<Moment>,
}

/// A running mirror; dropping it stops it.
pub struct Mirror {
    news: mpsc::Receiver<News>,
    task: tokio::task::JoinHandle<()>,
}

impl Mirror {
    /// Starts on the current tokio runtime. The reader may be slow: changes are folded by path while it is.
    pub fn start(options: Options, scope: Scope) -> Mirror {
        let (sender, news) = mpsc::channel(16);
        let task = tokio::spawn(Keeper::new(options, scope, sender).run());
        Mirror { news, task }
    }

    /// The next news. Never ends while the mirror lives.
    pub async fn next(&mut self) -> Option<News> {
        self.news.recv().await
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One try to open a session takes at most this long, less where sessions are short.
const ATTEMPT: Duration = Duration::from_secs(4);
/// The pause between tries grows from the first to the second.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(800));

struct Keeper {
    options: Options,
    scope: Scope,
    told: mpsc::Sender<News>,
    picture: Picture,
    link: Link,
    lost_at: Option<Instant>,
    /// Learnt the hard way, where the server does not tell its version.
    no_recursive: bool,
}

impl Keeper {
    fn new(options: Options, scope: Scope, told: mpsc::Sender<News>) -> Keeper {
        let link = Link {
            at: now(),
            state: LinkState::Never,
            as_of: None,
            server_version: None,
            session_timeout_ms: None,
            rtt_us: None,
            why: None,
            lasting: false,
            attempt: 1,
        };
        let user = options.credential.as_ref().map(Credential::identity);
        let picture = Picture::new(Permissions::new(scope.access, user));
        Keeper { options, scope, told, picture, link, lost_at: None, no_recursive: false }
    }

    async fn run(mut self) {
        let mut pause = PAUSE.0;
        loop {
            let limit = (self.options.session * 2 / 5).clamp(Duration::from_millis(500), ATTEMPT);
            let lost = match link::open(&self.options, link::Purpose::Read, limit).await {
                Ok(opened) => {
                    let (lost, was_live) = self.serve(opened).await;
                    if was_live {
                        pause = PAUSE.0;
                        self.link.attempt = 0;
                        self.lost_at = Some(Instant::now());
                    }
                    lost
                }
                Err(trouble) => Lost { lasting: trouble.lasting, ..Lost::because(trouble.why) },
            };
            self.link.attempt += 1;
            if self.say_lost(&lost).await.is_err() {
                return;
            }
            tokio::time::sleep(lost.wait.unwrap_or(pause)).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// Serves one session to its end; also whether its picture was ever whole.
    async fn serve(&mut self, opened: link::Opened) -> (Lost, bool) {
        let timeout = opened.client.session_timeout();
        self.link.state = match opened.client.state() {
            SessionState::ConnectedReadOnly => LinkState::ReadOnly,
            _ => LinkState::Connected,
        };
        self.picture.permissions.read_for(opened.user);
        self.link.server_version = opened.version.map(|v| v.to_string().into());
        self.link.session_timeout_ms = u32::try_from(timeout.as_millis()).ok();
        self.link.rtt_us = opened.rtt.and_then(|rtt| u32::try_from(rtt.as_micros()).ok());
        self.link.why = None;
        self.link.lasting = false;
        let recursive = !self.no_recursive && opened.version.is_none_or(|v| v >= Version::RECURSIVE);
        let mut line = Line::new(opened.client, timeout, &self.told, &mut self.picture, &self.scope, &mut self.link);
        let version = opened.version;
        let serving = async {
            match recursive {
                true => recursive::serve(&mut line).await,
                false => oneshot::serve(&mut line, version.is_some_and(|v| v < Version::CREATE2)).await,
            }
        };
        // The client library has panics that a broken server can reach; they must not end the mirror.
        let lost = match AssertUnwindSafe(serving).catch_unwind().await {
            Ok(lost) => lost,
            Err(_) => Lost::because("the ZooKeeper client stumbled over what the server sent".into()),
        };
        self.no_recursive |= lost.no_recursive;
        let (was_live, as_of) = (line.was_live(), line.as_of());
        if was_live {
            self.link.as_of = Some(as_of);
        }
        (lost, was_live)
    }

    async fn say_lost(&mut self, lost: &Lost) -> Result<(), mpsc::error::SendError<News>> {
        let session = Duration::from_millis(self.link.session_timeout_ms.map_or(10_000, u64::from));
        self.link.state = match self.lost_at {
            None => LinkState::Never,
            Some(at) if at.elapsed() > session => LinkState::Lost,
            Some(_) => LinkState::Reconnecting,
        };
        self.link.at = now();
        self.link.rtt_us = None;
        self.link.why = Some(lost.why.as_str().into());
        self.link.lasting = lost.lasting;
        self.told.send(News { link: Some(self.link.clone()), ..News::default() }).await
    }
}
