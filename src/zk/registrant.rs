//! Holds ephemerals in one session, as a service does: makes their parents, waits for a dead predecessor's node to go, makes
//! them anew in a new session when the old one expired, ends the session when told to. Never deletes another session's node,
//! and does not fight a deregistration: what was deleted comes back with the next session.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use zookeeper_client::{Acls, Client, CreateMode, Error, SessionState};

use super::Options;
use super::link::{self, Purpose};

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
    task: tokio::task::JoinHandle<()>,
}

/// Between two looks at a node of another session.
const LOOK: Duration = Duration::from_millis(300);
/// Between two tries to reach a server.
const PAUSE: Duration = Duration::from_millis(500);
/// One try to open a session.
const OPEN: Duration = Duration::from_secs(4);
/// How long the end of the session may take.
const CLOSE: Duration = Duration::from_secs(2);

impl Registrant {
    /// Starts to hold them, on the current tokio runtime.
    pub fn start(options: Options, registrations: Vec<Registration>) -> Registrant {
        let (sender, told) = mpsc::channel(64);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(hold(options, registrations, sender, stopped));
        Registrant { told, stop: Some(stop), task }
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
    mut stopped: oneshot::Receiver<()>,
) {
    let say = |held| {
        let _ = told.try_send(held);
    };
    loop {
        let opened = tokio::select! {
            biased;
            _ = &mut stopped => return,
            opened = link::open(&options, Purpose::Write, OPEN) => opened,
        };
        let client = match opened {
            Ok(opened) => opened.client,
            Err(trouble) => {
                say(Held::Unreachable(trouble.why));
                tokio::select! {
                    _ = &mut stopped => return,
                    () = tokio::time::sleep(PAUSE) => continue,
                }
            }
        };
        let mut states = client.state_watcher();
        let mut watched = client.state_watcher();
        let ended = async {
            loop {
                match states.changed().await {
                    state if state.is_terminated() => return,
                    SessionState::Disconnected => say(Held::Disconnected),
                    _ => {
                        let owner = client.session_id().0;
                        registrations.iter().for_each(|r| say(Held::Registered(r.path.as_str().into(), owner)));
                    }
                }
            }
        };
        let holding = async {
            register(&client, &registrations, &say).await;
            std::future::pending::<()>().await;
        };
        let stop = tokio::select! {
            biased;
            _ = &mut stopped => true,
            () = ended => false,
            () = holding => false,
        };
        if stop {
            link::close(client, CLOSE).await;
            return;
        }
        if watched.state() == SessionState::AuthFailed {
            say(Held::Unreachable("the registry refuses the credential".into()));
            tokio::time::sleep(PAUSE).await;
        }
        say(Held::Expired);
    }
}

/// Makes all of them, each as soon as its place is free.
async fn register(client: &Client, registrations: &[Registration], say: &impl Fn(Held)) {
    let mut left: Vec<&Registration> = registrations.iter().collect();
    let mut said: HashSet<&str> = HashSet::new();
    while !left.is_empty() {
        let mut waiting = Vec::new();
        for registration in left {
            let path: Arc<str> = registration.path.as_str().into();
            match make(client, registration).await {
                Ok(None) => say(Held::Registered(path, client.session_id().0)),
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
}

/// Makes one; `Some`: another session's node is in its place (0: a persistent one).
async fn make(client: &Client, registration: &Registration) -> Result<Option<i64>, Error> {
    let Registration { path, data } = registration;
    if let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
        // Looked for first: one who may not create it may still find it.
        if client.check_stat(parent).await?.is_none() {
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
