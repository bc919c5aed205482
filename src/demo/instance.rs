//! One instance of the cast, over its lives: started, stopped in good order, killed, started again at the same address. Its
//! working half is a `Host` behind a port, its registration a `Member`, which after a death lives on as a ghost.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::book::{Book, Record};
use super::call::breaker::{Breaker, Config};
use super::cast::{self, Layout};
use super::member::payload::{self, Own};
use super::member::peers::Peers;
use super::member::settings::Settings;
use super::member::{Identity, Leave, Member};
use super::net;
use super::service::host::{Ailment, Host};
use super::service::metrics::Metrics;
use super::service::{self, mailer};
use super::telemetry::{Level, Telemetry};

/// What all instances stand on.
pub struct Ground {
    /// The cluster's own knowledge.
    pub book: Arc<Book>,
    /// Where the registry is.
    pub registry: SocketAddr,
    /// Where the queue is.
    pub queue: SocketAddr,
    /// What data and draws are made from.
    pub seed: u64,
}

/// One instance.
pub struct Instance {
    /// What is known of it.
    pub record: Arc<Record>,
    ground: Arc<Ground>,
    telemetry: Arc<Telemetry>,
    life: tokio::sync::Mutex<State>,
}

#[derive(Default)]
struct State {
    life: Option<Life>,
    /// The registration of a dead life.
    ghost: Option<(CancellationToken, JoinHandle<()>)>,
    lives: u64,
}

struct Life {
    host: Arc<Host>,
    member: Arc<Member>,
    stop: CancellationToken,
    leave: Arc<OnceLock<Leave>>,
    bury: CancellationToken,
    work: JoinSet<()>,
    registration: JoinHandle<()>,
}

/// A client for plain HTTP on loopback: no proxy, no certificates to read.
///
/// # Errors
/// What reqwest says.
pub fn http() -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let builder = builder.tls_certs_only(std::iter::empty()).connect_timeout(Duration::from_secs(1));
    builder.pool_max_idle_per_host(32).build()
}

impl Instance {
    /// One that has not begun yet.
    pub fn new(record: Arc<Record>, ground: Arc<Ground>, telemetry: Arc<Telemetry>) -> Instance {
        Instance { record, ground, telemetry, life: tokio::sync::Mutex::default() }
    }

    /// Its working half; `None` while it is dead.
    pub fn host(&self) -> Option<Arc<Host>> {
        self.record.host()
    }

    /// Whether it lives and all its breakers are closed.
    pub fn is_unhurt(&self) -> bool {
        self.host().is_some_and(|host| host.circuits().iter().all(|(_, state)| state == "closed"))
    }

    /// Starts it, unless it lives; on `listener` if the port is held already.
    ///
    /// # Errors
    /// If somebody else took its port meanwhile.
    pub async fn start(&self, listener: Option<TcpListener>) -> io::Result<()> {
        let mut state = self.life.lock().await;
        if state.life.is_some() {
            return Ok(());
        }
        if let Some((bury, ghost)) = state.ghost.take() {
            bury.cancel();
            let _ = ghost.await;
        }
        let listener = match listener {
            Some(listener) => listener,
            None => net::listen(self.record.address).await?,
        };
        state.lives += 1;
        let life = self.begin(listener, state.lives)?;
        self.record.lives(Some(Arc::clone(&life.host)));
        self.telemetry.log(
            Level::Info,
            format!("{} started on {}", self.record.service.name, self.record.address),
            None,
            Vec::new(),
        );
        state.life = Some(life);
        Ok(())
    }

    fn begin(&self, listener: TcpListener, lives: u64) -> io::Result<Life> {
        let (record, ground) = (&self.record, &self.ground);
        let callees = record.service.calls;
        let peers: Vec<Arc<Peers>> = callees.iter().map(|name| Arc::new(Peers::of(cast::service(name)))).collect();
        let settings = Arc::new(Settings::default());
        let host = Arc::new(Host {
            service: record.service,
            ordinal: record.ordinal,
            telemetry: Arc::clone(&self.telemetry),
            settings: Arc::clone(&settings),
            book: Arc::clone(&ground.book),
            record: Arc::clone(record),
            peers: peers.clone(),
            breakers: callees.iter().map(|name| (*name, Mutex::new(Breaker::new(Config::default())))).collect(),
            http: http().map_err(io::Error::other)?,
            queue: ground.queue,
            ailment: Ailment::default(),
            metrics: Metrics::default(),
            seed: ground.seed,
        });
        let telemetry = Some(Arc::clone(&self.telemetry));
        let identity = Some(self.identity(lives));
        let member = Arc::new(Member::new(identity, ground.registry, peers, settings, telemetry));
        let (stop, bury, leave) = (CancellationToken::new(), CancellationToken::new(), Arc::new(OnceLock::new()));
        let mut work = JoinSet::new();
        work.spawn(net::serve(listener, service::router(&host), stop.clone()));
        if record.service.name == "mailer" {
            work.spawn(mailer::work(Arc::clone(&host)));
        }
        let registration = tokio::spawn(Arc::clone(&member).run(stop.clone(), Arc::clone(&leave), bury.clone()));
        Ok(Life { host, member, stop, leave, bury, work, registration })
    }

    /// The znode of this life: a process that is started again has a new id, where the layout has ids.
    fn identity(&self, lives: u64) -> Identity {
        let (record, service) = (&self.record, self.record.service);
        let mut rng = fastrand::Rng::with_seed(self.ground.seed ^ u64::from(record.address.port()) << 20 ^ lives);
        let bits = rng.u128(..) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        let uuid = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        let id = if service.layout == Layout::Seed { record.address.to_string() } else { uuid };
        let host = record.address.ip().to_string();
        let started_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let own =
            Own { service, ordinal: record.ordinal, id: &id, host: &host, port: record.address.port(), started_ms };
        let data = payload::own(&own);
        Identity { service, record: Arc::clone(record), path: format!("{}/{id}", service.parent()), data }
    }

    /// Ends it, if it lives: [`Leave::Close`] deregisters it, [`Leave::Die`] leaves a ghost.
    pub async fn end(&self, leave: Leave) {
        let mut state = self.life.lock().await;
        if let Some(mut life) = state.life.take() {
            let _ = life.leave.set(leave);
            self.record.lives(None);
            life.stop.cancel();
            life.work.shutdown().await;
            match leave {
                Leave::Close => {
                    let _ = life.registration.await;
                }
                Leave::Die => state.ghost = Some((life.bury, life.registration)),
            }
        }
        if leave == Leave::Close
            && let Some((bury, ghost)) = state.ghost.take()
        {
            bury.cancel();
            let _ = ghost.await;
        }
    }

    /// Its session's number; `None` while it has none.
    pub async fn session(&self) -> Option<i64> {
        self.life.lock().await.life.as_ref()?.member.session()
    }

    /// Keeps it from registering in its next session, or lets it.
    pub async fn hold(&self, held: bool) {
        if let Some(life) = &self.life.lock().await.life {
            life.member.held.send_replace(held);
        }
    }

    /// Makes it ill or well, if it lives.
    pub fn ail(&self, change: impl FnOnce(&Ailment)) {
        if let Some(host) = self.host() {
            change(&host.ailment);
        }
    }

    /// Sends what waits of its spans and logs. Blocks: not for a runtime's worker.
    pub fn end_telemetry(&self) {
        self.telemetry.end();
    }
}
