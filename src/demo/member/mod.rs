//! An instance's own side of the registry: one ZooKeeper session after the other, in which it registers itself, watches
//! its own znode, the services that it calls and its settings. Not about serving or calling.
//!
//! - `payload`: the bytes of a znode in each layout;
//! - `follow`: watches that come back after a reconnect;
//! - [`peers`]: the instances of a callee; [`settings`]: the config znodes.
//!
//! As Curator does, a Curator or Spring instance deletes and creates its znode anew after every reconnect, so that what
//! others wrote into it is lost. One that was deleted by others stays away until its next session.

mod follow;
pub mod payload;
pub mod peers;
pub mod settings;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use zookeeper_client::{Acls, Client, CreateMode, Error, SessionState};

use super::book::Record;
use super::cast::{Layout, Service};
use super::telemetry::Telemetry;
use follow::Subject;
use peers::Peers;
use settings::Settings;

/// The session time-out of every instance: how long a dead one stays registered.
pub const SESSION: Duration = Duration::from_secs(10);
/// Between two tries at the registry.
const PAUSE: Duration = Duration::from_millis(150);
/// How long the end of a session may take.
const CLOSE: Duration = Duration::from_millis(600);

/// What an instance is to the registry, and what it has learnt from it.
pub struct Member {
    /// Which service it is of; `None` for the load generator, which registers nothing.
    pub identity: Option<Identity>,
    /// The registry's address.
    pub registry: SocketAddr,
    /// The services that it watches.
    pub peers: Vec<Arc<Peers>>,
    /// Its service's settings.
    pub settings: Arc<Settings>,
    /// Where it says what happened.
    pub telemetry: Option<Arc<Telemetry>>,
    /// While `true` it does not register in a new session.
    pub held: tokio::sync::watch::Sender<bool>,
    session: AtomicI64,
}

/// What an instance registers.
pub struct Identity {
    /// Which service.
    pub service: &'static Service,
    /// Where the cluster's own knowledge of it is kept.
    pub record: Arc<Record>,
    /// The znode's path.
    pub path: String,
    /// The znode's bytes, as the provider itself writes them.
    pub data: Vec<u8>,
}

/// How a member leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It closes its session: its znode goes at once.
    Close,
    /// It died: its session, and so its znode, lives on until the time-out.
    Die,
}

impl Member {
    /// A member that has no session yet.
    pub fn new(
        identity: Option<Identity>,
        registry: SocketAddr,
        peers: Vec<Arc<Peers>>,
        settings: Arc<Settings>,
        telemetry: Option<Arc<Telemetry>>,
    ) -> Member {
        let held = tokio::sync::watch::Sender::new(false);
        Member { identity, registry, peers, settings, telemetry, held, session: AtomicI64::new(0) }
    }

    /// The number of its session; `None` while it has none.
    pub fn session(&self) -> Option<i64> {
        Some(self.session.load(Ordering::Relaxed)).filter(|id| *id != 0)
    }

    /// Lives from session to session until `stop`. After [`Leave::Die`] the last session is kept as long as a server
    /// would keep it, less if `bury` comes first: the client has no way of vanishing without a word.
    pub async fn run(
        self: Arc<Self>,
        stop: CancellationToken,
        leave: Arc<std::sync::OnceLock<Leave>>,
        bury: CancellationToken,
    ) {
        loop {
            let connector = Client::connector().with_session_timeout(SESSION);
            let address = self.registry.to_string();
            let client = tokio::select! {
                () = stop.cancelled() => return,
                connected = connector.connect(&address) => connected,
            };
            let Ok(client) = client else {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => continue,
                }
            };
            self.session.store(client.session_id().0, Ordering::Relaxed);
            let mut tasks = self.follow_all(&client);
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = self.live(&client) => false,
            };
            if stopped && leave.get() == Some(&Leave::Die) {
                let _ = tokio::time::timeout(SESSION, bury.cancelled()).await;
            }
            tasks.shutdown().await;
            self.session.store(0, Ordering::Relaxed);
            close(client).await;
            self.lost();
            if stopped {
                return;
            }
        }
    }

    fn follow_all(self: &Arc<Self>, client: &Client) -> JoinSet<()> {
        let mut subjects: Vec<Subject> = self.peers.iter().cloned().map(Subject::Peers).collect();
        if let Some(identity) = &self.identity {
            subjects.push(Subject::Own);
            subjects.push(Subject::Settings(identity.service.settings()));
        }
        let mut tasks = JoinSet::new();
        for subject in subjects {
            tasks.spawn(follow::follow(Arc::clone(self), client.clone(), subject));
        }
        tasks
    }

    /// Registers and stays registered as its framework would; returns when the session is over.
    async fn live(&self, client: &Client) {
        let mut states = client.state_watcher();
        states.state();
        let mut held = self.held.subscribe();
        let mut first = true;
        loop {
            let again = !first;
            let working = async {
                if !again && held.wait_for(|held| !held).await.is_err() {
                    return;
                }
                self.register(client, again).await;
            };
            // A state that changes meanwhile begins the work anew: what was done is found done.
            let interrupted = tokio::select! {
                state = states.changed() => Some(state),
                () = working => None,
            };
            let state = match interrupted {
                Some(state) => state,
                None => {
                    first = false;
                    states.changed().await
                }
            };
            let mut state = state;
            while state == SessionState::Disconnected {
                self.say("registry link lost, going on with the last known instances", true);
                state = states.changed().await;
            }
            if state.is_terminated() {
                return;
            }
        }
    }

    /// Writes its znode, until it stands or the session is over.
    async fn register(&self, client: &Client, again: bool) {
        let Some(identity) = &self.identity else { return };
        let mut told = false;
        loop {
            match write(client, identity, again).await {
                Ok(true) => self.say(&format!("registered as {}", identity.path), false),
                Ok(false) => {}
                Err(_) if client.state().is_terminated() => return,
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        self.say(&format!("cannot register as {}: {error}; trying on", identity.path), true);
                    }
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            }
            return;
        }
    }

    /// The session is over, and with it the registration.
    fn lost(&self) {
        if let Some(identity) = &self.identity {
            identity.record.registered(None);
        }
    }

    fn say(&self, text: &str, warn: bool) {
        if let Some(telemetry) = &self.telemetry {
            let level = if warn { super::telemetry::Level::Warn } else { super::telemetry::Level::Info };
            telemetry.log(level, text.to_owned(), None, Vec::new());
        }
    }
}

/// One try at registering: `true` if something was written.
async fn write(client: &Client, identity: &Identity, again: bool) -> Result<bool, Error> {
    let (path, open) = (&identity.path, Acls::anyone_all());
    let mode = if identity.service.layout == Layout::Seed { CreateMode::Persistent } else { CreateMode::Container };
    if again {
        match client.check_stat(path).await? {
            // Somebody deregistered it: it stays away until its next session.
            None => return Ok(false),
            Some(_) if identity.service.layout == Layout::Seed => return Ok(false),
            // "must delete then re-create so that watchers fire" is what Curator's own source says here.
            Some(_) => gone_or(client.delete(path, None).await)?,
        }
    }
    let parent = identity.service.parent();
    client.mkdir(&parent, &mode.with_acls(open)).await?;
    match client.create(path, &identity.data, &CreateMode::Ephemeral.with_acls(Acls::anyone_all())).await {
        Ok(_) => Ok(true),
        Err(Error::NodeExists) => {
            let mine = client.check_stat(path).await?.is_some_and(|stat| stat.ephemeral_owner == client.session_id().0);
            match (mine, identity.service.layout) {
                (true, _) => Ok(false),
                // The seed's providers wait for a dead predecessor's node to go.
                (false, Layout::Seed) => Err(Error::NodeExists),
                (false, _) => {
                    gone_or(client.delete(path, None).await)?;
                    Err(Error::NodeExists)
                }
            }
        }
        Err(error) => Err(error),
    }
}

fn gone_or(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::NoNode) => Ok(()),
        other => other,
    }
}

/// Ends a session and waits, a little, until the server has said so.
pub async fn close(client: Client) {
    let mut states = client.state_watcher();
    drop(client);
    let over = async { while !states.changed().await.is_terminated() {} };
    let _ = tokio::time::timeout(CLOSE, over).await;
}
