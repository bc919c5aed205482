//! Reads anew what a plan is about, over a session of its own: the znodes with their versions, the intent that is kept, and
//! what the access lists allow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{join_all, try_join_all};
use zookeeper_client::{Client, Error, SessionState, Stat};

use super::intents;
use super::layout::group::Groups;
use crate::domain::intent::Intent;
use crate::domain::way::StatusPage;
use crate::zk::Options;
use crate::zk::access::Access;
use crate::zk::link::{self, Purpose};

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Between two tries.
const AGAIN: Duration = Duration::from_millis(200);
/// Children of one znode that a plan looks at; a service with more is planned from these.
const MOST_CHILDREN: usize = 5_000;

/// A znode as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(super) path: Arc<str>,
    pub(super) data: Arc<[u8]>,
    pub(super) stat: Stat,
    /// Whether we may set its data, as far as can be known.
    pub(super) may_set: bool,
    /// Whether we may delete it, as far as can be known.
    pub(super) may_delete: bool,
}

impl Found {
    /// One of which the name alone was read: it is never written.
    pub(super) fn named(path: Arc<str>) -> Found {
        let stat = Stat {
            czxid: 0,
            mzxid: 0,
            pzxid: 0,
            ctime: 0,
            mtime: 0,
            version: 0,
            cversion: 0,
            aversion: 0,
            ephemeral_owner: 1,
            data_length: 0,
            num_children: 0,
        };
        Found { path, data: [].into(), stat, may_set: false, may_delete: false }
    }
}

/// The intent that is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(super) path: Arc<str>,
    pub(super) data: Arc<[u8]>,
    pub(super) version: i32,
    pub(super) czxid: i64,
    /// `None` where the znode holds something else.
    pub(super) intent: Option<Intent>,
    /// It is about another znode that is there: of another service of the same name, with an instance at the same address.
    pub(super) elsewhere: bool,
}

/// Something to be read anew for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// This znode, which need not exist.
    Node(Arc<str>),
    /// All children of this one, which need not exist.
    Children(Arc<str>),
    /// The names of all children of this one, which need not exist: where a name says all.
    Names(Arc<str>),
}

/// Keepwatch's own znode of a service: whoever takes an instance away sets it.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pub(super) path: Arc<str>,
    /// What it holds: the last act, empty where it is not there yet.
    pub(super) data: Arc<[u8]>,
    /// 0 where it is not there yet.
    pub(super) version: i32,
}

/// All that a plan looks at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The znodes that are there, in the order asked for.
    pub(super) nodes: Vec<Found>,
    /// Those that may not be read.
    pub(super) hidden: Vec<Arc<str>>,
    /// The intent.
    pub(super) kept: Option<Kept>,
    /// Whether an intent could be kept.
    pub(super) may_keep: bool,
    /// The service's guard. `None` where we may not write it.
    pub(super) guard: Option<Guard>,
    /// What else was asked for and is there, in no order; may hold what `nodes` holds.
    pub(super) others: Vec<Found>,
    /// Of what was asked for and is not there: paths that we may not make, and the znode above whose access list says so.
    pub(super) unmakeable: Vec<(Arc<str>, Arc<str>)>,
    /// What the provider said of its own page by which its status can be set, or why there is none; `None`: nobody asked.
    pub(super) page: Option<Result<StatusPage, Arc<str>>>,
    /// The layouts of several znodes, by which all of it is read.
    pub(super) groups: Groups,
}

/// Reads the znodes at these paths and the intent at its own.
///
/// # Errors
/// In words, when no server could be reached or the reading was refused.
pub(crate) async fn read(
    options: &Options,
    groups: &Groups,
    paths: &[Arc<str>],
    asks: &[Ask],
    (intent, guard): (Option<&Arc<str>>, Option<&Arc<str>>),
) -> Result<Surroundings, String> {
    let until = Instant::now() + LIMIT;
    let work = async {
        loop {
            let opened = link::open_patiently(options, Purpose::Read, until.saturating_duration_since(Instant::now()));
            let link::Opened { client, user, .. } = opened.await.map_err(|trouble| trouble.why)?;
            let reader = Reader { client: &client, user };
            let read = async {
                // First: whatever is read after it is at least as new.
                let guard = reader.guard(guard).await?;
                reader.all(paths, asks, intent).await.map(|around| Surroundings { guard, ..around })
            };
            let read = read.await;
            let lost = !matches!(client.state(), SessionState::SyncConnected | SessionState::ConnectedReadOnly);
            link::close(client, Duration::from_millis(300)).await;
            match read {
                // A server that lost its leader closes its connections: another one, or a moment later, serves.
                Err(_) if lost && until > Instant::now() + AGAIN => tokio::time::sleep(AGAIN).await,
                read => return read.map_err(|e| format!("the registry could not be read: {e}")),
            }
        }
    };
    let read = tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| Err("the registry does not answer".into()));
    read.map(|around| Surroundings { groups: groups.clone(), ..around })
}

struct Reader<'a> {
    client: &'a Client,
    user: Option<Arc<str>>,
}

impl Reader<'_> {
    async fn all(&self, paths: &[Arc<str>], asks: &[Ask], intent: Option<&Arc<str>>) -> Result<Surroundings, Error> {
        let (mut nodes, mut hidden) = (Vec::new(), Vec::new());
        for (path, node) in paths.iter().zip(join_all(paths.iter().map(|path| self.node(path))).await) {
            match node {
                Ok(node) => nodes.extend(node),
                Err(Error::NoAuth) => hidden.push(path.clone()),
                Err(e) => return Err(e),
            }
        }
        let (mut others, mut unmakeable) = (Vec::new(), Vec::new());
        for (found, maker) in try_join_all(asks.iter().map(|ask| self.ask(ask))).await? {
            others.extend(found);
            unmakeable.extend(maker);
        }
        let mut around = Surroundings { nodes, hidden, others, unmakeable, ..Surroundings::default() };
        let Some(path) = intent else { return Ok(around) };
        let kept = match self.get(path).await? {
            Some((data, stat)) => {
                let intent = intents::read(&data);
                let other = intent.as_ref().map(|intent| &intent.path).filter(|about| !paths.contains(about));
                let elsewhere = match other {
                    Some(about) if !paths.is_empty() => self.get(about).await.map_or(true, |found| found.is_some()),
                    _ => false,
                };
                let (data, version, czxid) = (data.into(), stat.version, stat.czxid);
                Some(Kept { path: path.clone(), data, version, czxid, intent, elsewhere })
            }
            None => None,
        };
        let may_keep = match kept {
            Some(_) => self.access(path).await?.set,
            None => self.may_create(path).await?,
        };
        (around.kept, around.may_keep) = (kept, may_keep);
        Ok(around)
    }

    async fn guard(&self, path: Option<&Arc<str>>) -> Result<Option<Guard>, Error> {
        let Some(path) = path else { return Ok(None) };
        let found = match self.get(path).await {
            Err(Error::NoAuth) => return Ok(None),
            found => found?,
        };
        let may = match found {
            Some(_) => self.access(path).await?.set,
            None => self.may_create(path).await?,
        };
        let (data, version) = found.map_or((Arc::default(), 0), |(data, stat)| (data.as_slice().into(), stat.version));
        Ok(may.then(|| Guard { path: path.clone(), data, version }))
    }

    /// What is there of it; the path that we may not make where it is not, and the znode that says so.
    async fn ask(&self, ask: &Ask) -> Result<(Vec<Found>, Option<(Arc<str>, Arc<str>)>), Error> {
        let (found, path) = match ask {
            Ask::Node(path) => (self.node(path).await?.into_iter().collect::<Vec<_>>(), path.clone()),
            Ask::Names(path) => {
                let names = self.names(path).await?;
                let named = |name: &String| Found::named(format!("{path}/{name}").into());
                return Ok((names.iter().take(MOST_CHILDREN).map(named).collect(), None));
            }
            Ask::Children(path) => {
                let names = self.names(path).await?;
                let paths: Vec<Arc<str>> =
                    names.iter().take(MOST_CHILDREN).map(|name| format!("{path}/{name}").into()).collect();
                let mut found = Vec::new();
                // So many at once, or the requests would wait for each other's answers in one long queue.
                for some in paths.chunks(64) {
                    found.extend(try_join_all(some.iter().map(|path| self.node(path))).await?.into_iter().flatten());
                }
                (found, format!("{path}/any").into())
            }
        };
        let unmakeable = match found.is_empty() || matches!(ask, Ask::Children(_)) {
            true => self.denies_create(&path).await?,
            false => None,
        };
        Ok((found, unmakeable.map(|above| (path.clone(), above.into()))))
    }

    async fn names(&self, path: &str) -> Result<Vec<String>, Error> {
        match self.client.list_children(path).await {
            Err(Error::NoNode) => Ok(Vec::new()),
            names => names,
        }
    }

    async fn node(&self, path: &Arc<str>) -> Result<Option<Found>, Error> {
        let Some((data, stat)) = self.get(path).await? else { return Ok(None) };
        let may_set = self.access(path).await?.set;
        let may_delete = self.access(parent(path)).await?.delete_below;
        Ok(Some(Found { path: path.clone(), data: data.into(), stat, may_set, may_delete }))
    }

    async fn get(&self, path: &str) -> Result<Option<(Vec<u8>, Stat)>, Error> {
        match self.client.get_data(path).await {
            Ok(found) => Ok(Some(found)),
            Err(Error::NoNode) => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn access(&self, path: &str) -> Result<Access, Error> {
        Access::ask(self.client, path, self.user.as_deref()).await
    }

    async fn may_create(&self, path: &str) -> Result<bool, Error> {
        Ok(self.denies_create(path).await?.is_none())
    }

    /// The nearest znode above that is there, where its access list denies it.
    async fn denies_create<'p>(&self, path: &'p str) -> Result<Option<&'p str>, Error> {
        let mut above = parent(path);
        while above != "/" {
            match self.client.check_stat(above).await {
                // From 3.9.3 on that takes a permission, too; it is there, then.
                Ok(Some(_)) | Err(Error::NoAuth) => break,
                Ok(None) => above = parent(above),
                Err(e) => return Err(e),
            }
        }
        Ok((!self.access(above).await?.create_below).then_some(above))
    }
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}
