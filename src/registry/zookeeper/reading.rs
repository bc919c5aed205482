//! Reads anew what a plan is about, over a session of its own: the znodes with their versions, the intent that is kept, and
//! what the access lists allow.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use zookeeper_client::{Acl, Client, Error, Permission, Stat};

use super::intents;
use crate::domain::intent::Intent;
use crate::zk::Options;
use crate::zk::link::{self, Purpose};

/// How long all of it may take.
const LIMIT: Duration = Duration::from_secs(8);
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

/// The intent that is kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(super) path: Arc<str>,
    pub(super) data: Arc<[u8]>,
    pub(super) version: i32,
    /// `None` where the znode holds something else.
    pub(super) intent: Option<Intent>,
}

/// Something to be read anew for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// This znode, which need not exist.
    Node(Arc<str>),
    /// All children of this one, which need not exist.
    Children(Arc<str>),
}

/// All that a plan looks at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The znodes that are there, in the order asked for.
    pub(super) nodes: Vec<Found>,
    /// The intent.
    pub(super) kept: Option<Kept>,
    /// Whether an intent could be kept.
    pub(super) may_keep: bool,
    /// What else was asked for and is there, in no order; may hold what `nodes` holds.
    pub(super) others: Vec<Found>,
    /// Of what was asked for and is not there: paths that we may not make.
    pub(super) unmakeable: Vec<Arc<str>>,
}

/// Reads the znodes at these paths and the intent at its own.
///
/// # Errors
/// In words, when no server could be reached or the reading was refused.
pub(crate) async fn read(
    options: &Options,
    paths: &[Arc<str>],
    asks: &[Ask],
    intent: Option<&Arc<str>>,
) -> Result<Surroundings, String> {
    let work = async {
        let client = link::open(options, Purpose::Read, LIMIT).await.map_err(|trouble| trouble.why)?.client;
        let user = options.credential.as_ref().map(|c| String::from_utf8_lossy(&c.secret).into_owned());
        let reader = Reader { client: &client, user: user.as_deref().and_then(|u| u.split(':').next()) };
        let read = reader.all(paths, asks, intent).await;
        link::close(client, Duration::from_millis(300)).await;
        read.map_err(|e| format!("the registry could not be read: {e}"))
    };
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| Err("the registry does not answer".into()))
}

struct Reader<'a> {
    client: &'a Client,
    user: Option<&'a str>,
}

impl Reader<'_> {
    async fn all(&self, paths: &[Arc<str>], asks: &[Ask], intent: Option<&Arc<str>>) -> Result<Surroundings, Error> {
        let nodes = try_join_all(paths.iter().map(|path| self.node(path))).await?.into_iter().flatten().collect();
        let (mut others, mut unmakeable) = (Vec::new(), Vec::new());
        for ask in asks {
            let (found, maker) = self.ask(ask).await?;
            others.extend(found);
            unmakeable.extend(maker);
        }
        let mut around = Surroundings { nodes, others, unmakeable, ..Surroundings::default() };
        let Some(path) = intent else { return Ok(around) };
        let kept = match self.get(path).await? {
            Some((data, stat)) => {
                let intent = intents::read(&data);
                Some(Kept { path: path.clone(), data: data.into(), version: stat.version, intent })
            }
            None => None,
        };
        let may_keep = match kept {
            Some(_) => self.may(path, Permission::WRITE).await?,
            None => self.may_create(path).await?,
        };
        (around.kept, around.may_keep) = (kept, may_keep);
        Ok(around)
    }

    /// What is there of it, and the path below which we may not make what is not.
    async fn ask(&self, ask: &Ask) -> Result<(Vec<Found>, Option<Arc<str>>), Error> {
        let (found, path) = match ask {
            Ask::Node(path) => (self.node(path).await?.into_iter().collect::<Vec<_>>(), path.clone()),
            Ask::Children(path) => {
                let names = match self.client.list_children(path).await {
                    Err(Error::NoNode) => Vec::new(),
                    names => names?,
                };
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
            true => !self.may_create(&path).await?,
            false => false,
        };
        Ok((found, unmakeable.then_some(path)))
    }

    async fn node(&self, path: &Arc<str>) -> Result<Option<Found>, Error> {
        let Some((data, stat)) = self.get(path).await? else { return Ok(None) };
        let may_set = self.may(path, Permission::WRITE).await?;
        let may_delete = self.may(parent(path), Permission::DELETE).await?;
        Ok(Some(Found { path: path.clone(), data: data.into(), stat, may_set, may_delete }))
    }

    async fn get(&self, path: &str) -> Result<Option<(Vec<u8>, Stat)>, Error> {
        match self.client.get_data(path).await {
            Ok(found) => Ok(Some(found)),
            Err(Error::NoNode) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// What is not known counts as allowed: the server has the last word.
    async fn may(&self, path: &str, permission: Permission) -> Result<bool, Error> {
        match self.client.get_acl(path).await {
            Ok((acls, _)) => Ok(acls.iter().any(|acl| grants(acl, permission, self.user))),
            Err(Error::NoNode | Error::NoAuth) => Ok(true),
            Err(e) => Err(e),
        }
    }

    /// Asks the nearest znode above that is there.
    async fn may_create(&self, path: &str) -> Result<bool, Error> {
        let mut above = parent(path);
        while above != "/" && self.client.check_stat(above).await?.is_none() {
            above = parent(above);
        }
        self.may(above, Permission::CREATE).await
    }
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// A digest's id begins with its user; whether the password is right, only the server knows. Schemes that go by the
/// connection (ip, x509, sasl) may be ours.
fn grants(acl: &Acl, permission: Permission, user: Option<&str>) -> bool {
    acl.permission().has(permission)
        && match acl.scheme() {
            "digest" => acl.id().split(':').next() == user,
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zookeeper_client::AuthId;

    #[test]
    fn an_access_list_is_read_as_far_as_it_can_be() {
        let acl = |permission, scheme, id| Acl::new(permission, AuthId::new(scheme, id));
        let anas = acl(Permission::ALL, "digest", "ana:hash=");
        assert!(grants(&anas, Permission::WRITE, Some("ana")) && !grants(&anas, Permission::WRITE, None));
        assert!(!grants(&anas, Permission::WRITE, Some("bob")));
        let all_read = acl(Permission::READ, "world", "anyone");
        assert!(grants(&all_read, Permission::READ, None) && !grants(&all_read, Permission::WRITE, Some("ana")));
        assert!(grants(&acl(Permission::ALL, "ip", "127.0.0.1"), Permission::WRITE, None));
    }
}
