//! Opens a session: finds the servers that answer, learns their version, connects, and words what goes wrong. A session that
//! is lost is not mended here: whoever holds it opens another.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use zookeeper_client::{Client, Error, SessionInfo, SessionState};

use super::secure::Secure;
use super::{Credential, Options, Version, credential, preflight};
use crate::domain::address::Address;

/// How long the other servers of an ensemble are waited for once one has answered.
const GRACE: Duration = Duration::from_millis(40);

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(200);

/// How long a server may take to tell its version. Behind a proxy, or where its four-letter words are not allowed, it never
/// does; a session is opened all the same.
const TELL: Duration = Duration::from_millis(700);
/// The same over TLS, whose first handshake takes a Java server its time.
const TELL_SECURELY: Duration = Duration::from_secs(2);

/// A session that is up.
pub struct Opened {
    /// The session; its last clone ends it.
    pub client: Client,
    /// The lowest version among the servers that told theirs.
    pub version: Option<Version>,
    /// From a question to its answer.
    pub rtt: Option<Duration>,
    /// Who we are, as access lists name it: `digest:ana`.
    pub user: Option<Arc<str>>,
}

/// What a session is opened for.
#[derive(Clone)]
pub enum Purpose {
    /// Only to read: a server without a quorum will do.
    Read,
    /// To write: version first, since 3.4 wants other requests.
    Write,
    /// To take over this session, and so to end it.
    TakeOver(SessionInfo),
}

/// Opens a session, for at most `limit`.
///
/// # Errors
/// A sentence's worth of words: who did what, where.
pub async fn open(options: &Options, purpose: Purpose, limit: Duration) -> Result<Opened, Trouble> {
    match tokio::time::timeout(limit, try_open(options, purpose, limit)).await {
        Ok(opened) => opened,
        Err(_) => Err(Trouble::from(format!(
            "no answer from {} within {:.1} s",
            options.servers.hosts(),
            limit.as_secs_f64()
        ))),
    }
}

/// As [`open`], again and again until `limit` is over: while an ensemble elects its leader nobody serves for a moment. What
/// another try cannot mend is told at once.
///
/// # Errors
/// As [`open`]; of the last try.
pub async fn open_patiently(options: &Options, purpose: Purpose, limit: Duration) -> Result<Opened, Trouble> {
    let until = Instant::now() + limit;
    let mut last: Option<Trouble> = None;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let trouble = match open(options, purpose.clone(), left).await {
            Err(trouble) => trouble,
            opened => return opened,
        };
        let over = until.saturating_duration_since(Instant::now()) <= AGAIN;
        match (over, last) {
            _ if trouble.lasting => return Err(trouble),
            // A try that was cut short tells less than the one before.
            (true, Some(before)) if left < limit / 2 => return Err(before),
            (true, _) => return Err(trouble),
            (false, _) => last = Some(trouble),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Why no session was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In words.
    pub why: String,
    /// The session that was to be taken over no longer exists on the server.
    pub expired: bool,
    /// Another try would end the same way.
    pub lasting: bool,
}

impl From<String> for Trouble {
    fn from(why: String) -> Trouble {
        Trouble { why, expired: false, lasting: false }
    }
}

impl Trouble {
    /// With words that say more, unless the server was clear.
    fn or(self, more: Option<String>) -> Trouble {
        match more {
            Some(why) if !self.expired && !self.lasting => Trouble::from(why),
            _ => self,
        }
    }
}

impl From<preflight::Silence> for Trouble {
    fn from(preflight::Silence { why, lasting }: preflight::Silence) -> Trouble {
        Trouble { lasting, ..Trouble::from(why) }
    }
}

async fn try_open(options: &Options, purpose: Purpose, limit: Duration) -> Result<Opened, Trouble> {
    let servers = options.servers.servers();
    let first = servers.len() > 1 || !matches!(purpose, Purpose::Read);
    let unusable = |why| Trouble { lasting: true, ..Trouble::from(why) };
    let secure = options.tls.as_ref().map(Secure::new).transpose().map_err(unusable)?;
    let (secure, tell) = (secure.as_ref(), if secure.is_some() { TELL_SECURELY } else { TELL });
    let asking = preflight::ask_all(servers, limit.min(tell), GRACE, secure);
    if first {
        // Servers that are away would each cost a part of the session's time-out.
        let asked = asking.await;
        let answers: &[preflight::Answer] = asked.as_deref().unwrap_or_default();
        let no_quorum = no_quorum(answers, &purpose);
        // One that has lost its ensemble is left alone as long as there is another.
        let best = answers.iter().filter(|answer| no_quorum.is_some() || !answer.only_reads());
        let found: Vec<Address> = best.map(|a| a.server.clone()).collect();
        let version = answers.iter().filter_map(|a| a.version).min();
        let hosts = if found.is_empty() { servers } else { &found };
        let client = match (connect(options, hosts, version, purpose, secure).await, &asked) {
            (Ok(client), _) => client,
            // Why it told nothing says more than that it opened no session; but an expired one has to be known.
            (Err(trouble), Err(words)) if !trouble.expired => return Err(words.clone().into()),
            (Err(trouble), _) => return Err(trouble.or(no_quorum)),
        };
        let user = user(options, &client, version).await;
        return Ok(Opened { client, version, rtt: answers.iter().map(|a| a.rtt).min(), user });
    }
    let (connected, asked) = tokio::join!(connect(options, servers, None, purpose.clone(), secure), asking);
    match (connected, asked) {
        (Ok(client), asked) => {
            let answer = asked.ok().and_then(|answers| answers.into_iter().next());
            let (version, rtt) = (answer.as_ref().and_then(|a| a.version), answer.map(|a| a.rtt));
            let user = user(options, &client, version).await;
            Ok(Opened { client, version, rtt, user })
        }
        (Err(_), Err(words)) => Err(words.into()),
        (Err(trouble), Ok(answers)) => Err(trouble.or(no_quorum(&answers, &purpose))),
    }
}

/// Whom the server takes us for. One that does not know SASL (no JAAS file) says nothing, and takes us for nobody.
async fn user(options: &Options, client: &Client, version: Option<Version>) -> Option<Arc<str>> {
    let credential = options.credential.as_ref()?;
    let known = match credential.is_checked() && version.is_some_and(|version| version >= Version::WHO_AM_I) {
        true => client.list_auth_users().await.is_ok_and(|users| users.iter().any(|user| user.scheme() == "sasl")),
        false => true,
    };
    known.then(|| credential.identity())
}

/// What is said where no server that answered has a quorum, and it opens no session.
fn no_quorum(answers: &[preflight::Answer], purpose: &Purpose) -> Option<String> {
    let hosts: Vec<&str> = answers.iter().filter(|a| a.only_reads()).map(|a| a.server.text()).collect();
    let (hosts, all) = (hosts.join(", "), !hosts.is_empty() && hosts.len() == answers.len());
    all.then(|| match purpose {
        Purpose::Read => format!(
            "{hosts} only reads, since its ensemble has no quorum, and opens no session for that: a ZooKeeper does so \
             where it runs with localSessionsEnabled=true"
        ),
        Purpose::Write | Purpose::TakeOver(_) => {
            format!("{hosts} only reads, since its ensemble has no quorum: nothing can be written until it has one")
        }
    })
}

async fn connect(
    options: &Options,
    hosts: &[Address],
    version: Option<Version>,
    purpose: Purpose,
    secure: Option<&Secure>,
) -> Result<Client, Trouble> {
    let scheme = if secure.is_some() { "tcp+tls://" } else { "" };
    let hosts: Vec<String> = hosts.iter().map(|host| scheme.to_owned() + host.text()).collect();
    let cluster = hosts.join(",") + options.servers.chroot();
    let mut connector = secure
        .map_or_else(Client::connector, |secure| secure.client(Client::connector()))
        .with_session_timeout(options.session)
        .with_readonly(matches!(purpose, Purpose::Read))
        .with_fail_eagerly();
    if let Some(credential) = &options.credential {
        connector = credential.shown_by(connector);
    }
    if let Some(Version(major, minor, patch)) = version {
        connector = connector.with_server_version(major, minor, patch);
    }
    if let Purpose::TakeOver(session) = purpose {
        connector = connector.with_session(session);
    }
    // What a server answers to SASL is read by code that may stumble over it; that must not end whoever holds the link.
    let connected = AssertUnwindSafe(connector.connect(&cluster)).catch_unwind().await;
    let connected = connected.map_err(|_| {
        Trouble::from(format!("no session with {}: the client stumbled over what it sent", hosts.join(", ")))
    })?;
    connected.map_err(|e| Trouble {
        why: match e {
            Error::NoHosts => format!(
                "no session with {}: it closes the connection or does not answer{}",
                hosts.join(", "),
                options.credential.as_ref().and_then(Credential::silently_refused).unwrap_or_default()
            ),
            Error::AuthFailed => credential::refused(options.credential.as_ref()),
            ref other => format!("no session with {}: {other}", hosts.join(", ")),
        },
        expired: e == Error::SessionExpired,
        lasting: matches!(e, Error::AuthFailed | Error::SessionExpired | Error::BadArguments(_)),
    })
}

/// Ends the session and waits, for at most `limit`, until the server has said so. True if it has.
pub async fn close(client: Client, limit: Duration) -> bool {
    let mut states = client.state_watcher();
    drop(client);
    let ended = async {
        let mut state = states.state();
        while !state.is_terminated() {
            state = states.changed().await;
        }
        matches!(state, SessionState::Closed | SessionState::Expired)
    };
    tokio::time::timeout(limit, ended).await.unwrap_or(false)
}
