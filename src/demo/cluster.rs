//! The cluster as a whole: started in the order that its parts need each other, waited for until everything answers, stopped
//! in the other order. Its parts know nothing of this file.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use zookeeper_client::{Acls, Client, CreateMode};

use super::book::{Book, Record};
use super::fault::{self, FAULTS, Faults};
use super::instance::{self, Instance};
use super::member::{Leave, close};
use super::net::{listen, loopback, serve};
use super::registrar::{self, Registrar};
use super::service::token;
use super::telemetry::Telemetry;
use super::{Error, Expected, Options, Ready, cast, control, load, ports, queue, registry};

/// Not ready within this is not ready.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a part may take to stop.
const LEAVE: Duration = Duration::from_millis(700);

/// The running cluster. Dropped without [`Cluster::stop`] its tasks end too, but ports and sessions may linger for a moment.
pub struct Cluster {
    ready: Ready,
    expected: Vec<Expected>,
    faults: Faults,
    instances: Arc<[Arc<Instance>]>,
    registry: Option<registry::Server>,
    tasks: TaskTracker,
    /// Ends the load and the faults.
    quiet: CancellationToken,
    /// Ends everything else.
    stop: CancellationToken,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.quiet.cancel();
        self.stop.cancel();
    }
}

/// Starts the cluster and waits until everything in it answers. Must be called within a multi-threaded tokio runtime.
///
/// # Errors
/// See [`Error`]; what was started is stopped again.
pub async fn start(options: Options) -> Result<Cluster, Error> {
    if let Some((name, _)) = options.faults.iter().find(|(name, _)| !fault::known(name)) {
        let names: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        return Err(Error::NoFault(name.clone(), names.join(", ")));
    }
    // reqwest asks for a TLS provider even where there is only plain HTTP; if one is there already, it is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let began = Instant::now();
    let places = ports::choose(options.otlp).await?;
    let registry = places.registry.address();
    seed_settings(registry).await?;

    let (tasks, stop, quiet) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());
    let (broker, desk, rest) = (listen(loopback(0)).await?, listen(loopback(0)).await?, listen(loopback(0)).await?);
    let mut book = Book::default();
    let mut listeners = Vec::new();
    for (service, ordinal, listener) in places.instances {
        book.records.push(Arc::new(Record::new(service, ordinal, listener.local_addr()?)));
        listeners.push(listener);
    }
    let book = Arc::new(book);
    let ground =
        instance::Ground { book: Arc::clone(&book), registry, queue: broker.local_addr()?, seed: options.seed };
    let ground = Arc::new(ground);
    let mut instances = Vec::new();
    for record in &book.records {
        let telemetry = Arc::new(Telemetry::start(record.service.name, record.address, places.otlp)?);
        instances.push(Arc::new(Instance::new(Arc::clone(record), Arc::clone(&ground), telemetry)));
    }
    let instances: Arc<[Arc<Instance>]> = instances.into();
    let control = places.registry.control();
    let stage = fault::Ground { instances: Arc::clone(&instances), control, registry, seed: options.seed };
    let faults = Faults::new(stage, quiet.clone());

    let gateway = book.of("gateway").next().map(|record| record.address).expect("the cast has a gateway");
    let ready = Ready {
        ready: true,
        registry: registry.to_string(),
        registrar: format!("http://{}", rest.local_addr()?),
        gateway: format!("http://{gateway}"),
        token: token::issue(),
        otlp: places.otlp.to_string(),
        control: format!("http://{}", desk.local_addr()?),
    };
    let expected = book.records.iter().map(|record| Expected {
        service: record.service.name,
        address: record.address,
        parent: record.service.parent(),
    });
    let expected = expected.collect();

    tasks.spawn(serve(broker, queue::routes(), stop.clone()));
    tasks.spawn(serve(desk, control::routes(Arc::clone(&book), faults.clone()), stop.clone()));
    let registrar = Registrar::new();
    tasks.spawn(serve(rest, registrar::routes(Arc::clone(&registrar)), stop.clone()));
    tasks.spawn(registrar.keep(registry, stop.clone()));
    let cluster = Cluster { ready, expected, faults, instances, registry: Some(places.registry), tasks, quiet, stop };
    let started = cluster.begin(&book, listeners, began).await;
    if let Err(error) = started {
        cluster.stop().await;
        return Err(error);
    }
    cluster.trouble(&options);
    let (quiet, seed) = (cluster.quiet.clone(), options.seed);
    cluster.tasks.spawn(async move {
        if let Err(error) = load::run(registry, seed, quiet).await {
            tracing::error!("demo: no load: {error}");
        }
    });
    Ok(cluster)
}

/// The settings that the services find when they start.
async fn seed_settings(registry: SocketAddr) -> Result<(), Error> {
    let client = Client::connect(&registry.to_string()).await?;
    let open = CreateMode::Persistent.with_acls(Acls::anyone_all());
    for (service, key, value) in cast::SETTINGS {
        let parent = cast::service(service).settings();
        client.mkdir(&parent, &open).await?;
        client.create(&format!("{parent}/{key}"), value.as_bytes(), &open).await?;
    }
    close(client).await;
    Ok(())
}

impl Cluster {
    async fn begin(&self, book: &Book, listeners: Vec<tokio::net::TcpListener>, began: Instant) -> Result<(), Error> {
        let starting = self.instances.iter().zip(listeners).map(|(instance, listener)| instance.start(Some(listener)));
        for started in join_all(starting).await {
            started?;
        }
        let http = instance::http()?;
        loop {
            let missing = self.missing(book, &http).await;
            let Some(missing) = missing else { return Ok(()) };
            if began.elapsed() > PATIENCE {
                return Err(Error::Slow(missing));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What is not there yet, in words.
    async fn missing(&self, book: &Book, http: &reqwest::Client) -> Option<String> {
        for record in &book.records {
            let name = format!("{} {}", record.service.name, record.address);
            if record.entry().is_none() {
                return Some(format!("{name} is not registered"));
            }
            let Some(host) = record.host() else { return Some(format!("{name} does not run")) };
            let few = host.peers.iter().find(|peers| peers.len() < peers.service.ports.len());
            if let Some(few) = few {
                return Some(format!("{name} does not know all of {}", few.service.name));
            }
            if host.settings.all().is_empty() {
                return Some(format!("{name} has no settings"));
            }
        }
        for path in ["users/1", "articles/1", "orders/1"] {
            let request = http.get(format!("{}/{path}", self.ready.gateway)).bearer_auth(&self.ready.token);
            match request.timeout(PATIENCE / 4).send().await {
                Ok(response) if response.status().is_success() => {}
                Ok(response) => return Some(format!("the gateway answers {} to /{path}", response.status().as_u16())),
                Err(error) => return Some(format!("the gateway does not answer /{path}: {error}")),
            }
        }
        let registrar = http.get(format!("{}/v1/users-service/children", self.ready.registrar));
        match registrar.timeout(PATIENCE / 4).send().await {
            Ok(response) if response.status().is_success() => None,
            _ => Some("the registrar does not answer".to_owned()),
        }
    }

    /// Starts what was asked for, or the default cycle.
    fn trouble(&self, options: &Options) {
        for (name, wait) in &options.faults {
            let wait = wait.filter(|wait| wait.is_finite()).unwrap_or(0.0).clamp(0.0, 86_400.0);
            self.faults.later(name, Duration::from_secs_f64(wait));
        }
        if !options.calm && options.faults.is_empty() {
            self.faults.cycle();
        }
    }

    /// What to tell whoever started it.
    pub fn ready(&self) -> Ready {
        self.ready.clone()
    }

    /// What goes wrong, and a hand on it.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// The instances that it means to have.
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// Stops it, within 3 s: no task and no port is left.
    pub async fn stop(mut self) {
        self.quiet.cancel();
        let _ = tokio::time::timeout(LEAVE, self.faults.ended()).await;
        let leaving = join_all(self.instances.iter().map(|instance| instance.end(Leave::Close)));
        let _ = tokio::time::timeout(LEAVE, leaving).await;
        self.stop.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(LEAVE / 2, self.tasks.wait()).await;
        let flushing = self.instances.iter().map(|instance| {
            let instance = Arc::clone(instance);
            tokio::task::spawn_blocking(move || instance.end_telemetry())
        });
        let _ = tokio::time::timeout(LEAVE, join_all(flushing)).await;
        if let Some(registry) = self.registry.take() {
            registry.stop().await;
        }
    }
}
