//! The ZooKeeper session made safe: connect, outlive expiry, watches that come back, a registrant that holds ephemerals.
//!
//! Everything that `zookeeper-client` 0.11.2 does in a surprising way is dealt with here, so that nobody above has to know:
//! - [`preflight`] finds a server's version before a session is opened, and says why nobody answers;
//! - [`access`] reads access lists;
//! - [`link`] opens sessions and words their errors;
//! - [`tree`] mirrors paths: every change is told, those made while the link was down too. Persistent watches go deaf when a
//!   session reconnects, so a session that was ever disconnected is given up and a new one reads everything again;
//! - [`registrant`] holds ephemerals in one session;
//! - [`mod@write`] changes znodes by compare-and-set and finds out what became of a write whose answer was lost.
//!
//! What the znodes mean is not known here: that is `registry`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::servers::Servers;
use crate::domain::time::Moment;

pub mod access;
pub mod link;
pub mod preflight;
pub mod registrant;
#[cfg_attr(not(feature = "zookeeper-tls"), path = "insecure.rs")]
mod secure;
pub mod tree;
pub mod write;

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

/// What ZooKeeper's `addauth` takes: `digest:USER:PASSWORD`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The scheme, `digest`.
    pub scheme: String,
    /// `USER:PASSWORD`.
    pub secret: Arc<[u8]>,
}

impl Credential {
    /// `USER`.
    pub fn user(&self) -> Option<Arc<str>> {
        let user = self.secret.split(|byte| *byte == b':').next()?;
        std::str::from_utf8(user).ok().map(Arc::from)
    }
}

/// Without the secret: it must not reach a log.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}:***)", self.scheme)
    }
}

impl FromStr for Credential {
    type Err = String;

    /// Reads one line `digest:USER:PASSWORD`; the words of an error never repeat it.
    fn from_str(text: &str) -> Result<Credential, String> {
        let line = text.trim_end_matches(['\r', '\n']).trim_start();
        let wrong = || "a credential is one line digest:USER:PASSWORD".to_owned();
        let (scheme, rest) = line.split_once(':').ok_or_else(wrong)?;
        let (user, password) = rest.split_once(':').ok_or_else(wrong)?;
        if scheme != "digest" || user.is_empty() || password.is_empty() || line.contains('\n') {
            return Err(wrong());
        }
        Ok(Credential { scheme: scheme.to_owned(), secret: rest.as_bytes().into() })
    }
}

/// A server's version, as far as behaviour depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Persistent recursive watches and multi-reads came together.
    pub const RECURSIVE: Version = Version(3, 6, 0);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_one_line_and_never_shown() {
        let read: Credential = "digest:ana:se:cret\n".parse().unwrap();
        assert_eq!((read.scheme.as_str(), &*read.secret), ("digest", b"ana:se:cret".as_slice()));
        assert!(!format!("{read:?}").contains("cret"));
        for bad in ["", "digest", "digest:ana", "digest::x", "digest:ana:", "sasl:a:b", "digest:a:b\ndigest:c:d"] {
            let words = bad.parse::<Credential>().unwrap_err();
            assert!(words.contains("digest:USER:PASSWORD"), "{bad}");
        }
    }
}
