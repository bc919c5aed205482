//! The demo's own registry: a small server that speaks ZooKeeper's protocol, so that the demo and the tests need nothing
//! installed. **For demo and tests only**: one process, loopback, everything in memory, nothing outlives it. kazoo, the
//! Java client and zkCli use it as they use Apache ZooKeeper.
//!
//! - [`Server`] listens, [`Control`] does to it what networks and outages do;
//! - `link` is one connection, `outbox` what waits to be written to it;
//! - `state` is all that the server knows, under one lock: `tree`, `session`, `watch`;
//! - `request` has a file for each family of requests, `words` the four-letter ones;
//! - `jute`, `proto`, `path`, `acl` are the protocol's vocabulary.
//!
//! What it leaves out: ensembles, reconfiguration, quotas, SASL, TLS, a disk.

mod acl;
mod control;
mod jute;
mod link;
mod outbox;
mod path;
mod proto;
mod request;
mod session;
mod state;
mod tree;
mod watch;
mod words;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use control::{Control, SessionView};
use state::State;

/// More connections than this are closed at once.
const MOST_LINKS: usize = 1024;

/// Which ZooKeeper the server plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// 3.4.13: no create2, containers, times to live, multi-read, persistent or removable watches. Such a request is
    /// answered `Unimplemented`, and the connection is closed.
    V3_4,
    /// 3.8.0: everything this server can do.
    #[default]
    V3_8,
}

impl Version {
    /// The version as announced by the four-letter words.
    pub fn number(self) -> &'static str {
        match self {
            Version::V3_4 => "3.4.13",
            Version::V3_8 => "3.8.0",
        }
    }
}

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; loopback only. Port 0 takes any free one.
    pub bind: SocketAddr,
    /// Which ZooKeeper to play.
    pub version: Version,
    /// The server's sense of time: silent sessions are looked for four times in it.
    pub tick: Duration,
    /// The shortest session time-out that a client gets.
    pub min_session: Duration,
    /// The longest session time-out that a client gets.
    pub max_session: Duration,
    /// How often containers without children and nodes whose time to live is over are looked for.
    pub reap: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            version: Version::default(),
            tick: Duration::from_secs(2),
            min_session: Duration::from_secs(2),
            max_session: Duration::from_secs(40),
            reap: Duration::from_secs(10),
        }
    }
}

/// What links, the clock and [`Control`] share.
struct Shared {
    state: Mutex<State>,
    /// The server plays frozen.
    stall: tokio::sync::watch::Sender<bool>,
    stop: CancellationToken,
    address: SocketAddr,
}

impl Shared {
    /// The state, locked. Never held over an await. No write leaves it half done, so a lock that a panicking task held
    /// is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running server. Dropping it stops it, too.
pub struct Server {
    shared: Arc<Shared>,
    tasks: TaskTracker,
}

impl Server {
    /// Starts to listen. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// `InvalidInput` for an address that is not loopback; what the operating system says if it cannot be listened on.
    pub async fn start(options: Options) -> io::Result<Server> {
        if !options.bind.ip().is_loopback() {
            let text = format!(
                "the demo registry listens on loopback only, not on {}: it is for demo and tests; use 127.0.0.1",
                options.bind
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = TcpListener::bind(options.bind).await?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(&options)),
            stall: tokio::sync::watch::Sender::new(false),
            stop: CancellationToken::new(),
            address: listener.local_addr()?,
        });
        let tasks = TaskTracker::new();
        tasks.spawn(listen(Arc::clone(&shared), listener, tasks.clone()));
        tasks.spawn(keep_time(Arc::clone(&shared), options.tick, options.reap));
        tracing::info!(
            "demo registry on {}, plays ZooKeeper {}: for demo and tests only, all in memory, gone when it stops",
            shared.address,
            options.version.number()
        );
        Ok(Server { shared, tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// A hand on it, for tests and faults.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }

    /// Stops: all connections are cut, the port is free when this returns.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

async fn listen(shared: Arc<Shared>, listener: TcpListener, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(MOST_LINKS));
    loop {
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                let place = Arc::clone(&places).try_acquire_owned();
                let refusing = shared.state().refusing;
                let (Ok(place), false) = (place, refusing) else { continue };
                let link = link::run(Arc::clone(&shared), socket, peer);
                tasks.spawn(async move {
                    link.await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file handles, most likely: it passes when somebody hangs up.
                tracing::warn!("demo registry: cannot take a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn keep_time(shared: Arc<Shared>, tick: Duration, reap: Duration) {
    let shortest = Duration::from_millis(10);
    let mut expiry = tokio::time::interval((tick / 4).max(shortest));
    let mut reaping = tokio::time::interval(reap.max(shortest));
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            _ = expiry.tick() => shared.state().expire_overdue(),
            _ = reaping.tick() => shared.state().reap(),
        }
    }
}
