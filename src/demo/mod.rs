//! The embedded cluster (feature `demo`): a real registry server, real services, real traffic, on loopback, each part behind
//! its own TCP port and talking to the others only through them. Keepwatch learns of it as it would of any other cluster.
//!
//! - [`start`] starts it, [`Cluster`] holds it, [`fault::Faults`] is the hand on what goes wrong;
//! - `cast` is THE table of services, `ports` the choice of addresses;
//! - `instance` is one of them over its lives: `service` works, `member` is its side of the registry, `call` how it calls others,
//!   `telemetry` what it tells;
//! - `queue`, `load`, `registrar`, `control` are the other processes of the cluster; `book` is its truth about itself;
//! - [`registry`] is the ZooKeeper-protocol server.

mod book;
mod call;
mod cast;
mod cluster;
mod control;
pub mod fault;
mod instance;
mod load;
mod member;
mod net;
mod ports;
mod queue;
mod registrar;
pub mod registry;
mod service;
mod telemetry;

use std::io;
use std::net::SocketAddr;

use serde::Serialize;

pub use cluster::{Cluster, start};

/// How the cluster is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What data, load and choices are drawn from.
    pub seed: u64,
    /// No fault by itself.
    pub calm: bool,
    /// Faults to start, each after so many seconds or at once, instead of the default cycle.
    pub faults: Vec<(String, Option<f64>)>,
    /// Where the services send spans and logs; `None`: 127.0.0.1:4317 or a free port. Port 0 takes a free one.
    pub otlp: Option<SocketAddr>,
}

/// The line that says that the cluster is ready (contract.md section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Always `true`.
    pub ready: bool,
    /// The registry, `host:port`.
    pub registry: String,
    /// The registrar's URL.
    pub registrar: String,
    /// The first gateway's URL.
    pub gateway: String,
    /// What the gateways accept as bearer.
    pub token: String,
    /// Where the services send spans and logs, `host:port`.
    pub otlp: String,
    /// The control port's URL.
    pub control: String,
}

/// An instance that the cluster means to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its service's name.
    pub service: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// The znode that it registers below.
    pub parent: String,
}

/// Why the cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port could not be had.
    #[error("the demo cannot listen on loopback: {0}")]
    Listen(#[from] io::Error),
    /// A client could not be built.
    #[error("the demo cannot make an HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// An exporter could not be built.
    #[error("the demo cannot export its telemetry: {0}")]
    Telemetry(#[from] opentelemetry_otlp::ExporterBuildError),
    /// The registry did not take the settings.
    #[error("the demo's registry does not take its settings: {0}; start it again, or report it")]
    Registry(#[from] zookeeper_client::Error),
    /// There is no such fault.
    #[error("no fault {0:?}; there are {1}")]
    NoFault(String, String),
    /// It took too long.
    #[error("the demo was not ready within 10 s: {0}; is the machine very busy?")]
    Slow(String),
}
