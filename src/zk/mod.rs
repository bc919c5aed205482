//! The ZooKeeper session made safe: connect, outlive expiry, watches that come back, a registrant that holds ephemerals.
//!
//! Everything that `zookeeper-client` 0.11.2 does in a surprising way is dealt with here, so that nobody above has to know:
//! - [`preflight`] finds a server's version before a session is opened, and says why nobody answers;
//! - [`Credential`] is who we are, [`access`] reads what access lists grant us;
//! - [`link`] opens sessions and words their errors;
//! - [`tree`] mirrors paths: every change is told, those made while the link was down too. Persistent watches go deaf when a
//!   session reconnects, so a session that was ever disconnected is given up and a new one reads everything again;
//! - [`registrant`] holds ephemerals in one session;
//! - [`mod@write`] changes znodes by compare-and-set and finds out what became of a write whose answer was lost.
//!
//! What the znodes mean is not known here: that is `registry`.

use std::fmt;
use std::time::Duration;

use crate::domain::servers::Servers;
use crate::domain::time::Moment;

pub mod access;
mod credential;
pub mod link;
pub mod preflight;
pub mod registrant;
#[cfg_attr(not(feature = "zookeeper-tls"), path = "insecure.rs")]
mod secure;
pub mod tree;
pub mod write;

pub use credential::{Credential, VARIABLE};

/// The session time-out that is asked for; the server may give less or more.
pub const SESSION: Duration = Duration::from_secs(10);

/// How to reach a ZooKeeper.
#[derive(Clone, Debug)]
pub struct Options {
    /// Servers and chroot.
    pub servers: Servers,
    /// Who we are, where access lists ask for it.
    pub credential: Option<Credential>,
    /// How the link is encrypted; `None`: it is not.
    pub tls: Option<Tls>,
    /// The session time-out to ask for.
    pub session: Duration,
}

impl Options {
    /// A plain link without credentials.
    pub fn new(servers: Servers) -> Options {
        Options { servers, credential: None, tls: None, session: SESSION }
    }
}

/// Certificates as PEM text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// Who signs the servers' certificates.
    pub ca: Option<String>,
    /// Certificate and key of this client.
    pub client: Option<(String, String)>,
}

/// Without the key: it must not reach a log.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls {{ ca: {}, client: {} }}", self.ca.is_some(), self.client.is_some())
    }
}

/// A server's version, as far as behaviour depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Persistent recursive watches and multi-reads came together.
    pub const RECURSIVE: Version = Version(3, 6, 0);
    /// A server tells whom it takes us for.
    pub const WHO_AM_I: Version = Version(3, 7, 0);
    /// Before it, a create in a multi is not understood, and an unfired watch cannot be taken back.
    pub const CREATE2: Version = Version(3, 5, 0);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The clock of everything that talks to a server.
pub(crate) fn now() -> Moment {
    Moment(chrono::Utc::now().timestamp_millis())
}
