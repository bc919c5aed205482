//! Holds ephemerals in one session, as a service does: makes their parents, waits for a dead predecessor's node to go, makes
//! them anew in a new session when the old one expired, ends the session when told to. Never deletes another session's node,
//! and does not fight a deregistration: what was deleted comes back with the next session.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use zookeeper_client::{Acls, Client, CreateMode, Error, SessionInfo, SessionState};

use super::link::{self, Purpose, Trouble};
use super::{Options, credential};

/// One ephemeral to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its path; parents that are missing are made, persistent and empty.
    pub path: String,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// What happens to the registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The ephemeral is there, owned by this session.
    Registered(Arc<str>, i64),
    /// Another session's node is there; it is waited for to go.
    Waiting(Arc<str>, i64),
    /// It cannot be made, in words; tried again.
    Trouble(Arc<str>, String),
    /// No server is reached, in words; tried again for ever.
    Unreachable(String),
    /// The link is lost; the session may live on.
    Disconnected,
    /// The session is over; a new one follows.
    Expired,
}

/// Registrations that are being held. Dropped without [`Registrant::stop`], the session ends by its time-out at the latest.
pub struct Registrant {
    told: mpsc::Receiver<Held>,
    stop: Option<oneshot::Sender<()>>,
    bytes: watch::Sender<Option<Vec<u8>>>,
    task: tokio::task::JoinHandle<()>,
}

/// Between two looks at a node of another session.
const LOOK: Duration = Duration::from_millis(300);
/// Between two tries to reach a server.
const PAUSE: Duration = Duration::from_millis(500);
/// Before a connection that was lost is followed by another.
const LEAST: Duration = Duration::from_millis(50);
/// One try to open a session.
const OPEN: Duration = Duration::from_secs(4);
/// How long the end of the session may take.
const CLOSE: Duration = Duration::from_secs(2);

impl Registrant {
    /// Starts to hold them, on the current tokio runtime.
    pub fn start(options: Options, registrations: Vec<Registration>) -> Registrant {
        let (sender, told) = mpsc::channel(64);
        let (stop, stopped) = oneshot::channel();
        let (bytes, renewed) = watch::channel(None);
        let task = tokio::spawn(hold(options, registrations, sender, (stopped, renewed)));
        Registrant { told, stop: Some(stop), bytes, task }
    }

    /// Gives what is held other bytes, now and wherever it is made anew; only what this session made is written.
    pub fn renew(&self, bytes: Vec<u8>) {
        self.bytes.send_replace(Some(bytes));
    }

    /// What happens next. What nobody reads is dropped.
    pub async fn next(&mut self) -> Option<Held> {
        self.told.recv().await
    }

    /// Ends the session and waits until the server has said so, 2 s at most.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

async fn hold(
    options: Options,
    registrations: Vec<Registration>,
    told: mpsc::Sender<Held>,
    (mut stopped, mut renewed): (oneshot::Receiver<()>, watch::Receiver<Option<Vec<u8>>>),
) {
    let say = |held| {
        let _ = told.try_send(held);
    };
    let mut kept = None;
    loop {
        let opened = tokio::select! {
            biased;
            _ = &mut stopped => return,
            opened = Session::open(&options, kept.clone()) => opened,
        };
        let session = match opened {
            Ok(session) => session,
            Err(trouble) if trouble.expired => {
                kept = None;
                say(Held::Expired);
                continue;
            }
            Err(trouble) => {
                say(Held::Unreachable(trouble.why));
                tokio::select! {
                    _ = &mut stopped => return,
                    () = tokio::time::sleep(PAUSE) => continue,
                }
            }
        };
        let Session { client, mut made, _runtime } = session;
        let mut states = client.state_watcher();
        let state = tokio::select! {
            biased;
            _ = &mut stopped => {
                link::close(client, CLOSE).await;
                return;
            }
            state = states.changed() => state,
            never = register(&client, &registrations, &mut made, &mut renewed, &say) => match never {},
        };
        kept = (!state.is_terminated()).then(|| (client.session().clone(), made));
        match state {
            SessionState::AuthFailed => {
                say(Held::Unreachable(credential::refused(options.credential.as_ref())));
                tokio::time::sleep(PAUSE).await;
            }
            state if state.is_terminated() => say(Held::Expired),
            _ => {
                say(Held::Disconnected);
                tokio::time::sleep(LEAST).await;
            }
        }
    }
}

/// A session that is up, in a runtime of its own: when it is lost its client is shut down with that, or it would go on trying,
/// ever more seldom, and take the session away from its successor.
struct Session {
    client: Client,
    /// What was made in this session, over whatever connection.
    made: HashSet<Arc<str>>,
    _runtime: Runtime,
}

struct Runtime(Option<tokio::runtime::Runtime>);

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Session {
    /// A new one, or one that was disconnected over a new connection.
    async fn open(options: &Options, kept: Option<(SessionInfo, HashSet<Arc<str>>)>) -> Result<Session, Trouble> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| Trouble::from(format!("no runtime for the session: {e}")))?;
        let (session, made) = kept.unzip();
        let (purpose, options) = (session.map_or(Purpose::Write, Purpose::TakeOver), options.clone());
        let opening = runtime.spawn(async move { link::open(&options, purpose, OPEN).await });
        let _runtime = Runtime(Some(runtime));
        let stumbled = |_| Trouble::from("the ZooKeeper client stumbled while it connected".to_owned());
        let opened = opening.await.map_err(stumbled)??;
        Ok(Session { client: opened.client, made: made.unwrap_or_default(), _runtime })
    }
}

/// Makes all that was not made yet, each as soon as its place is free; never comes back. What was made in this session and is
/// gone was deregistered.
async fn register(
    client: &Client,
    registrations: &[Registration],
    made: &mut HashSet<Arc<str>>,
    renewed: &mut watch::Receiver<Option<Vec<u8>>>,
    say: &impl Fn(Held),
) -> std::convert::Infallible {
    for path in made.iter().cloned() {
        match client.check_stat(&path).await {
            Ok(None) => say(Held::Trouble(path, "it was deregistered; it comes back with the next session".into())),
            Ok(Some(stat)) => say(Held::Registered(path, stat.ephemeral_owner)),
            // The link's: whoever holds it sees that too.
            Err(_) => {}
        }
    }
    let mut left: Vec<&Registration> = registrations.iter().filter(|r| !made.contains(r.path.as_str())).collect();
    let mut said: HashSet<&str> = HashSet::new();
    while !left.is_empty() {
        let mut waiting = Vec::new();
        for registration in left {
            let path: Arc<str> = registration.path.as_str().into();
            match make(client, registration).await {
                Ok(None) => {
                    made.insert(path.clone());
                    say(Held::Registered(path, client.session_id().0));
                }
                Ok(Some(owner)) => {
                    if said.insert(&registration.path) {
                        say(Held::Waiting(path, owner));
                    }
                    waiting.push(registration);
                }
                Err(e) => {
                    if said.insert(&registration.path) {
                        say(Held::Trouble(path, words(&e)));
                    }
                    waiting.push(registration);
                }
            }
        }
        left = waiting;
        if !left.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    }
    renewed.mark_changed();
    loop {
        if renewed.changed().await.is_err() {
            return std::future::pending().await;
        }
        let bytes = renewed.borrow_and_update().clone();
        let Some(bytes) = bytes else { continue };
        for path in made.iter() {
            // What was deregistered is gone; a lost link is seen by whoever holds it, and this is done again after it.
            let _ = client.set_data(path, &bytes, None).await;
        }
    }
}

/// Makes one; `Some`: another session's node is in its place (0: a persistent one).
async fn make(client: &Client, registration: &Registration) -> Result<Option<i64>, Error> {
    let Registration { path, data } = registration;
    if let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
        // Looked for first: one who may not create it may still find it. From 3.9.3 on even that takes a permission.
        let missing = match client.check_stat(parent).await {
            Err(Error::NoAuth) => false,
            found => found?.is_none(),
        };
        if missing {
            client.mkdir(parent, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await?;
        }
    }
    match client.create(path, data, &CreateMode::Ephemeral.with_acls(Acls::anyone_all())).await {
        Ok(_) => Ok(None),
        Err(Error::NodeExists) => match client.check_stat(path).await? {
            Some(stat) if stat.ephemeral_owner == client.session_id().0 => Ok(None),
            Some(stat) => Ok(Some(stat.ephemeral_owner)),
            // Gone between the two questions: the next look finds the place free.
            None => Ok(Some(0)),
        },
        Err(e) => Err(e),
    }
}

fn words(e: &Error) -> String {
    match e {
        Error::NoAuth => "no permission to create it; registry.credential names who we are".into(),
        Error::NoNode => "the chroot of the address does not exist".into(),
        Error::NoChildrenForEphemerals => "its parent is an ephemeral node, which can have no children".into(),
        other => other.to_string(),
    }
}
