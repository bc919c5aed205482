//! Asks a server who it is, over a bare TCP connection, before a session is opened: its version, its role, how far away it is,
//! or in words why it does not answer. Not a health check of the ensemble, and nothing is written.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Version;
use super::secure::Secure;
use crate::domain::address::Address;

/// The most bytes of an answer that are looked at.
const LONGEST: u64 = 8 * 1024;

/// What a server said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which server.
    pub server: Address,
    /// Its version; `None` where it answers but does not tell (`srvr` is not allowed there).
    pub version: Option<Version>,
    /// `leader`, `follower`, `standalone`, `read-only`.
    pub mode: Option<String>,
    /// From the question to its answer.
    pub rtt: Duration,
}

impl Answer {
    /// Whether it has lost its ensemble, and only reads.
    pub(super) fn only_reads(&self) -> bool {
        self.mode.as_deref() == Some("read-only")
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// A clause that says what happened and where: `connection refused at 127.0.0.1:2181`.
    pub(super) why: String,
    /// Another try would end the same way.
    pub(super) lasting: bool,
}

impl From<String> for Silence {
    fn from(why: String) -> Silence {
        Silence { why, lasting: false }
    }
}

/// Asks one server, for at most `limit`.
///
/// # Errors
/// What happened and where.
pub(super) async fn ask(server: &Address, limit: Duration, secure: Option<&Secure>) -> Result<Answer, Silence> {
    let (at, began) = (server.text(), Instant::now());
    let late = |what: &str| format!("{what} within {:.1} s", limit.as_secs_f64());
    let connecting = TcpStream::connect((bare_host(server), server.port()));
    let stream = match tokio::time::timeout(limit, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(e)) => return Err(words(&e, at).into()),
        Err(_) => return Err(late(&format!("no connection to {at}")).into()),
    };
    let talk = async {
        stream.set_nodelay(true)?;
        match secure {
            None => converse(stream).await,
            Some(secure) => converse(secure.connect(bare_host(server), stream).await?).await,
        }
    };
    match tokio::time::timeout(limit.saturating_sub(began.elapsed()), talk).await {
        Ok(Ok((text, rtt))) => Ok(read(server, &text, rtt)?),
        Ok(Err(e)) => {
            let told = secure.and_then(|secure| secure.silence(&e, at, bare_host(server)));
            Err(told.unwrap_or_else(|| words(&e, at).into()))
        }
        Err(_) => Err(late(&format!(
            "{at} takes the connection, but gives no answer (it may hang, {})",
            match secure {
                None => "or want TLS",
                Some(_) => "or not speak TLS",
            }
        ))
        .into()),
    }
}

fn bare_host(server: &Address) -> &str {
    server.text().rsplit_once(':').map_or(server.host(), |(host, _)| host).trim_matches(['[', ']'])
}

/// Asks all servers at once and gives the answers in the order in which they come. Once one has come, the others get `grace`.
///
/// # Errors
/// When nobody answered: what each of them did.
pub(super) async fn ask_all(
    servers: &[Address],
    limit: Duration,
    grace: Duration,
    secure: Option<&Secure>,
) -> Result<Vec<Answer>, Silence> {
    let mut asked: FuturesUnordered<_> = servers.iter().map(|server| ask(server, limit, secure)).collect();
    let (mut answers, mut troubles) = (Vec::new(), Vec::<Silence>::new());
    loop {
        let next = match answers.is_empty() {
            true => asked.next().await,
            false => tokio::time::timeout(grace, asked.next()).await.unwrap_or(None),
        };
        match next {
            Some(Ok(answer)) => answers.push(answer),
            Some(Err(trouble)) => troubles.push(trouble),
            None if answers.is_empty() => {
                let lasting = troubles.iter().all(|trouble| trouble.lasting);
                let all: Vec<String> = troubles.into_iter().map(|trouble| trouble.why).collect();
                return Err(Silence { why: all.join("; "), lasting });
            }
            None => return Ok(answers),
        }
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<(String, Duration)> {
    let asked = Instant::now();
    stream.write_all(b"srvr").await?;
    stream.flush().await?;
    let mut bytes = Vec::new();
    match stream.take(LONGEST).read_to_end(&mut bytes).await {
        // ZooKeeper ends a TLS connection without a farewell.
        Err(e) if bytes.is_empty() || e.kind() != ErrorKind::UnexpectedEof => return Err(e),
        _ => {}
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), asked.elapsed()))
}

fn read(server: &Address, text: &str, rtt: Duration) -> Result<Answer, String> {
    let at = server.text();
    if text.contains("not currently serving requests") {
        return Err(format!("{at} is a ZooKeeper without a quorum: it is not serving requests"));
    }
    let version = text.lines().find_map(|line| line.strip_prefix("Zookeeper version:")).and_then(read_version);
    let mode = text.lines().find_map(|line| line.strip_prefix("Mode:")).map(|mode| mode.trim().to_owned());
    if version.is_none() && !text.contains("not in the whitelist") {
        return Err(match text.trim().is_empty() {
            true => format!("{at} closes the connection without an answer: it may not be a ZooKeeper, or want TLS"),
            false => format!("{at} is not a ZooKeeper: it does not answer as one"),
        });
    }
    Ok(Answer { server: server.clone(), version, mode, rtt })
}

/// Reads ` 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on ...`.
fn read_version(text: &str) -> Option<Version> {
    let numbers = text.trim().split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    let mut parts = numbers.split('.').map(str::parse);
    Some(Version(parts.next()?.ok()?, parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0)))
}

fn words(e: &std::io::Error, at: &str) -> String {
    match e.kind() {
        ErrorKind::ConnectionRefused => format!("connection refused at {at}"),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            format!("{at} closes the connection at once")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => format!("no route to {at}"),
        ErrorKind::TimedOut => format!("no connection to {at}: timed out"),
        _ if e.to_string().contains("lookup address") => format!("the name of {at} is not known to DNS"),
        _ => format!("no connection to {at}: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(60);

    /// A server that answers every connection with these bytes and closes it; without bytes it stays silent.
    async fn server(answer: Option<&'static str>) -> Address {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                match answer {
                    Some(answer) => {
                        let _ = stream.read(&mut [0; 4]).await;
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                    None => silent.push(stream),
                }
            }
        });
        Address::new("127.0.0.1", port).unwrap()
    }

    #[tokio::test]
    async fn the_version_and_the_mode_are_read() {
        let at = server(Some(
            "Zookeeper version: 3.4.13-2d71af4dbe22557fda74f9a9b4309b15a7487f03, built on 06/29/2018\nMode: follower\n",
        ))
        .await;
        let answer = ask(&at, LIMIT, None).await.unwrap();
        assert_eq!((answer.version, answer.mode.as_deref()), (Some(Version(3, 4, 13)), Some("follower")));
    }

    #[tokio::test]
    async fn a_server_that_forbids_the_question_is_still_one() {
        let at = server(Some("srvr is not executed because it is not in the whitelist.\n")).await;
        assert_eq!(ask(&at, LIMIT, None).await.unwrap().version, None);
    }

    #[tokio::test]
    async fn each_trouble_has_its_words() {
        let refused = Address::new("127.0.0.1", 1).unwrap();
        let no_quorum = server(Some("This ZooKeeper instance is not currently serving requests\n")).await;
        for (at, word) in [
            (refused, "refused"),
            (server(Some("HTTP/1.1 400 Bad Request\r\n\r\n")).await, "not a ZooKeeper"),
            (server(Some("")).await, "without an answer"),
            (no_quorum, "quorum"),
        ] {
            let trouble = ask(&at, LIMIT, None).await.unwrap_err().why;
            assert!(trouble.contains(word) && trouble.contains(at.text()), "{trouble}");
        }
        let silent = ask(&server(None).await, Duration::from_millis(400), None).await.unwrap_err().why;
        assert!(silent.contains("no answer") && silent.contains("TLS"), "{silent}");
    }

    #[tokio::test]
    async fn one_answer_of_several_is_enough_and_nobody_is_waited_for() {
        let good = server(Some("Zookeeper version: 3.8.0-x\n")).await;
        let servers = [server(None).await, good.clone(), Address::new("127.0.0.1", 1).unwrap()];
        let answers = ask_all(&servers, Duration::from_secs(60), Duration::from_millis(20), None).await.unwrap();
        assert_eq!(answers.iter().map(|a| &a.server).collect::<Vec<_>>(), [&good]);
        assert!(ask_all(&servers[2..], LIMIT, LIMIT, None).await.unwrap_err().why.contains("refused"));
    }
}
