//! Asking over HTTP with nothing left to chance: no proxy, no redirects, bounded bodies, and every way in
//! which an answer can fail to come told apart. Not what the answer means.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::Resolve;
use reqwest::header::{ACCEPT, CONNECTION, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, RANGE};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Url};

/// How long an answer may take, head and body together.
pub const TIME_OUT: Duration = Duration::from_secs(5);

/// How much of a body is read, in bytes after decompression; what is beyond it is cut off.
pub const MOST: usize = 64 * 1024;

/// Header lines that an answer may have.
const HEADERS: usize = 100;

/// How long an unused connection is kept: a little longer than the shortest rhythm.
const IDLE: Duration = Duration::from_secs(4);

/// What is asked for: the richest form that is understood first.
const FORMS: &str = "application/vnd.spring-boot.actuator.v3+json, application/health+json;q=0.9, \
                     application/json;q=0.8, text/plain;q=0.5, */*;q=0.1";

/// A client for asking instances. Names are resolved by `resolver`, which may refuse where they lead.
///
/// # Errors
/// When TLS cannot be set up even without the machine's certificates.
pub fn client(resolver: Arc<dyn Resolve>) -> Result<Client, reqwest::Error> {
    // Already installed is as good: one provider for the process is all that reqwest wants.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = || settings(Arc::clone(&resolver));
    // A bare container has no certificates: then http works, and https says that it knows no issuer.
    base().build().or_else(|_| base().tls_certs_only(std::iter::empty()).build())
}

fn settings(resolver: Arc<dyn Resolve>) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .timeout(TIME_OUT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .http1_max_headers(HEADERS)
        .user_agent(concat!("keepwatch/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(resolver)
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path that was asked for, with its query.
    pub path: Arc<str>,
    /// The status code.
    pub status: u16,
    /// The header lines.
    pub headers: HeaderMap,
    /// The body, at most [`MOST`] bytes of it.
    pub body: Vec<u8>,
    /// The body as JSON, where it is an object or an array and whole.
    pub json: Option<serde_json::Value>,
    /// How long it took to come, in ms.
    pub took_ms: u32,
}

impl Page {
    /// From its parts.
    pub fn new(path: Arc<str>, status: u16, headers: HeaderMap, body: Vec<u8>) -> Page {
        let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
        let json = if matches!(begins, Some(b'{' | b'[')) { serde_json::from_slice(&body).ok() } else { None };
        Page { path, status, headers, body, json, took_ms: 0 }
    }

    /// Whether the status is 2xx.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it answers, but not to us.
    pub fn is_auth(&self) -> bool {
        matches!(self.status, 401 | 403)
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The media type, in lower case and without parameters.
    pub fn media_type(&self) -> String {
        self.header(CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as text without blanks around it; `None` where it is no UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok().map(str::trim)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// No connection, or no answer: `no route to the host`.
    #[error("{why}")]
    Silent {
        /// In words.
        why: String,
        /// Whether the time ran out, rather than something having refused.
        late: bool,
    },
    /// The host answers that nobody listens there.
    #[error("connection refused")]
    Refused,
    /// Something answered, but not in HTTP, or not in TLS that can be trusted.
    #[error("{0}")]
    Odd(String),
    /// It may not be asked.
    #[error("{0}")]
    Denied(#[from] Denied),
}

/// An address that may not be contacted, with the reason: `not probed: 169.254.169.254 is link-local, ...`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(pub String);

/// Gets a page. `close`: the connection is not kept, as nothing else will be asked soon.
///
/// # Errors
/// Whatever keeps the head of an answer from coming. A body that breaks off is kept as far as it came.
pub async fn get(client: &Client, url: Url, close: bool) -> Result<Page, Lost> {
    get_up_to(client, url, close, MOST).await
}

/// The same, with a body of up to so many bytes.
///
/// # Errors
/// As [`get`].
pub async fn get_up_to(client: &Client, url: Url, close: bool, most: usize) -> Result<Page, Lost> {
    let mut request = client.get(url.clone()).header(ACCEPT, FORMS);
    if close {
        request = request.header(CONNECTION, "close");
    }
    answer_up_to(request, &url, most).await.map_err(|(lost, _)| lost)
}

/// Sends a request and reads its answer.
///
/// # Errors
/// As [`get`]; `true` with it where there was no connection, so that nothing was sent.
pub async fn answer(request: RequestBuilder, url: &Url) -> Result<Page, (Lost, bool)> {
    answer_up_to(request, url, MOST).await
}

async fn answer_up_to(request: RequestBuilder, url: &Url, most: usize) -> Result<Page, (Lost, bool)> {
    let path: Arc<str> = asked(url);
    let begun = Instant::now();
    let mut answer = request.send().await.map_err(|error| (lost(&error), error.is_connect()))?;
    let status = answer.status().as_u16();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => {
                let room = most - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if body.len() == most {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) if error.is_timeout() => {
                let why = format!("the answer was not whole after {} s", TIME_OUT.as_secs());
                return Err((Lost::Silent { why, late: true }, false));
            }
            Err(_) => break,
        }
    }
    let took_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    Ok(Page { took_ms, ..Page::new(path, status, headers, body) })
}

/// A piece of something large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The status code: 206 for a piece, 200 where pieces are not known, 416 where there is nothing.
    pub status: u16,
    /// Where the piece begins and how much there is altogether, in bytes, as far as the answer says so. Of a 416 only the
    /// latter.
    pub range: Option<(u64, u64)>,
    /// The piece, cut off where more was sent than asked for.
    pub body: Vec<u8>,
}

/// Gets a piece of a page, `most` bytes of it at most. The body of an answer without a piece is not read: with a 416 Spring
/// sends the whole.
///
/// # Errors
/// As [`get`].
pub async fn get_range(client: &Client, url: Url, range: &str, most: usize) -> Result<Piece, Lost> {
    let request = client.get(url).header(ACCEPT, "text/plain, */*;q=0.1").header(RANGE, range);
    let mut answer = request.send().await.map_err(|error| lost(&error))?;
    let status = answer.status().as_u16();
    let told = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).and_then(range_of);
    let mut body = Vec::new();
    if matches!(status, 200 | 206) {
        while body.len() < most
            && let Ok(Some(chunk)) = answer.chunk().await
        {
            let room = most - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    }
    Ok(Piece { status, range: told, body })
}

/// `bytes 0-1023/4707`, `bytes */4707`.
fn range_of(text: &str) -> Option<(u64, u64)> {
    let (place, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let from = if place == "*" { 0 } else { place.split_once('-')?.0.trim().parse().ok()? };
    Some((from, total.trim().parse().ok()?))
}

/// What an error of reqwest means. Its own texts name the URL and nest; the cause at the end of its chain is what counts.
fn lost(error: &reqwest::Error) -> Lost {
    if error.is_timeout() {
        let what = if error.is_connect() { "connection" } else { "answer" };
        return Lost::Silent { why: format!("no {what} in {} s", TIME_OUT.as_secs()), late: true };
    }
    let mut last = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(denied) = error.downcast_ref::<Denied>() {
            return Lost::Denied(denied.clone());
        }
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            return Lost::Refused;
        }
        if let Some(words) = io.and_then(io_words) {
            return Lost::Silent { why: words.into(), late: false };
        }
        last = error.to_string();
        cause = error.source();
    }
    last.truncate(last.floor_char_boundary(160));
    if last.contains("connection closed") || last.contains("canceled") {
        Lost::Silent { why: "it closed the connection without an answer".into(), late: false }
    } else if error.is_connect() && last.contains("certificate") {
        Lost::Odd(format!("TLS: {last}"))
    } else if error.is_connect() {
        Lost::Silent { why: last, late: false }
    } else {
        Lost::Odd(format!("answers, but not in HTTP: {last}"))
    }
}

/// What an error of a connection means.
pub fn lost_by_io(error: &io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Lost::Refused,
        _ => {
            let why = io_words(error).map_or_else(|| error.to_string(), str::to_owned);
            Lost::Silent { why, late: false }
        }
    }
}

fn io_words(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "connection reset"
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no route to the host",
        io::ErrorKind::TimedOut => "no connection: the host does not answer",
        io::ErrorKind::AddrNotAvailable => "no local port is left to connect from",
        io::ErrorKind::UnexpectedEof => "it closed the connection without an answer",
        _ => return None,
    })
}

/// Path and query of a URL.
fn asked(url: &Url) -> Arc<str> {
    url.query().map_or_else(|| url.path().into(), |query| format!("{}?{query}", url.path()).into())
}
