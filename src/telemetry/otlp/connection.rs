//! Accepts connections and serves each, with the time-outs and the TCP_NODELAY that ready-made servers do not set: with
//! Nagle's algorithm a small export takes 43 ms instead of half a millisecond. What is beyond the bound is turned away at
//! once, and told.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::AlertDescription;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

use super::now;
use super::turned::Peer;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};

/// Connections at once where this machine alone sends.
pub(super) const MOST: usize = 64;
/// Connections at once where others may: every instance of a cluster keeps one open.
pub(super) const MOST_OPEN: usize = 256;
/// A client that has not said what it speaks, and sent its head, by then is gone.
const HEAD: Duration = Duration::from_secs(10);
/// The bytes by which it is known what a client speaks: the preface of HTTP/2, which no head of HTTP/1 is shorter than.
const PREFACE: usize = 24;
/// After a failed accept (no file descriptors left) it is tried again this much later.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it is told that connections were turned away.
const TELL: Duration = Duration::from_secs(1);
/// What is said to who is turned away; who speaks something else than HTTP/1 sees that the connection is closed.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Connections of which nothing came, and that are not told yet, by why.
pub(super) struct Doors {
    most: usize,
    mailbox: Arc<dyn Mailbox>,
    lost: Vec<(String, u64)>,
    told: Instant,
}

/// Reasons that are told apart at once.
const REASONS: usize = 16;
/// What is said of the others.
const OTHERS: &str = "from others, or otherwise";

impl Doors {
    pub(super) fn new(most: usize, mailbox: Arc<dyn Mailbox>) -> Doors {
        let told = Instant::now().checked_sub(TELL).unwrap_or_else(Instant::now);
        Doors { most, mailbox, lost: Vec::new(), told }
    }

    fn lose(&mut self, why: String) {
        let is_known = self.lost.iter().any(|(known, _)| *known == why);
        let why = if is_known || self.lost.len() < REASONS { why } else { OTHERS.to_owned() };
        match self.lost.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => self.lost.push((why, 1)),
        }
        if self.told.elapsed() >= TELL {
            self.tell();
        }
    }

    fn turn_away(&mut self, stream: &TcpStream) {
        // Whether it is read is its own affair.
        let _ = stream.try_write(FULL);
        self.lose(format!("turned away, {} are open", self.most));
    }

    fn tell(&mut self) {
        for (why, count) in self.lost.drain(..) {
            let state = SourceState::Dropped(count, "connections".into(), why.into());
            self.mailbox.put(Fact::Source(SourceFact { at: now(), name: "otlp".into(), state }));
        }
        self.told = Instant::now();
    }
}

/// What serves a connection whose client has so long for its head.
pub(super) fn builder(head: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .max_concurrent_streams(64)
        .keep_alive_interval(Duration::from_secs(30));
    builder
}

/// A connection as it is served, on which it is said so soon what is spoken.
pub(super) fn of<S>(stream: S, head: Duration) -> TokioIo<impl AsyncRead + AsyncWrite + Unpin>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    TokioIo::new(Begun { stream, wait: Some((PREFACE, Box::pin(tokio::time::sleep(head)))) })
}

/// Serves until it is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    mut doors: Doors,
    tls: Option<TlsAcceptor>,
    app: Router,
    (tasks, cancel): (TaskTracker, CancellationToken),
) {
    let builder = builder(HEAD);
    let room = Arc::new(Semaphore::new(doors.most));
    let (lose, mut lost) = mpsc::channel(REASONS);
    loop {
        let accepted = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = listener.accept() => accepted,
            () = tokio::time::sleep_until(doors.told + TELL), if !doors.lost.is_empty() => {
                doors.tell();
                continue;
            }
            Some(why) = lost.recv() => {
                doors.lose(why);
                continue;
            }
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = room.clone().try_acquire_owned() else {
            doors.turn_away(&stream);
            continue;
        };
        // Without it the exports are only slower.
        let _ = stream.set_nodelay(true);
        let (builder, cancel, tls, lose) = (builder.clone(), cancel.clone(), tls.clone(), lose.clone());
        let service = TowerToHyperService::new(axum::Extension(Peer(peer.ip())).layer(app.clone()));
        tasks.spawn(async move {
            let _permit = permit;
            let served = async {
                // How a client leaves is its own affair; that it speaks something else is what somebody looks for.
                let why = match shake(stream, tls).await {
                    Shaken::Plain(stream) => {
                        let _ = builder.serve_connection(of(stream, HEAD), service).await;
                        return;
                    }
                    Shaken::Tls(stream) => {
                        let _ = builder.serve_connection(of(stream, HEAD), service).await;
                        return;
                    }
                    Shaken::Not(why) => why,
                };
                if let Some(why) = why {
                    let _ = lose.try_send(format!("from {}, which {why}", peer.ip()));
                }
            };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = served => {}
            }
        });
    }
}

/// How a connection begins.
enum Shaken {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Not as it should, and what is wrong with it in words, where that tells anything.
    Not(Option<String>),
}

/// What TLS begins with, and no HTTP.
const HANDSHAKE: u8 = 0x16;

async fn shake(stream: TcpStream, tls: Option<TlsAcceptor>) -> Shaken {
    let Some(tls) = tls else {
        let mut first = [0];
        return match tokio::time::timeout(HEAD, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first == [HANDSHAKE] => {
                Shaken::Not(Some("speaks TLS, which is not spoken here (--otlp-tls)".to_owned()))
            }
            Ok(Ok(_)) => Shaken::Plain(stream),
            _ => Shaken::Not(None),
        };
    };
    match tokio::time::timeout(HEAD, tls.accept(stream)).await {
        Ok(Ok(stream)) => Shaken::Tls(Box::new(stream)),
        Ok(Err(e)) => Shaken::Not(wrong(&e)),
        Err(_) => Shaken::Not(None),
    }
}

/// What is wrong with a client's handshake, in words; of one that only left there is nothing to say.
fn wrong(e: &io::Error) -> Option<String> {
    let why = match e.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidMessage(_) => "speaks no TLS, which is asked for here (--otlp-tls)".to_owned(),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired => {
                format!("does not trust the certificate that --otlp-tls names ({alert:?})")
            }
            _ => format!("ended the handshake of TLS ({alert:?})"),
        },
        other => format!("failed at the handshake of TLS: {other}"),
    };
    Some(why)
}

/// A connection on which it must be said in time what is spoken: the server below waits for that without an end.
struct Begun<S> {
    stream: S,
    /// Bytes that are still to come, and by when; `None` once they are here.
    wait: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some((_, by)) = &mut self.wait
            && by.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len() - before;
        self.wait = self.wait.take().filter(|(left, _)| *left > came).map(|(left, by)| (left - came, by));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Begun<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
