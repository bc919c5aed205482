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
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
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

/// Connections that were turned away and are not told yet.
pub(super) struct Doors {
    most: usize,
    mailbox: Arc<dyn Mailbox>,
    turned_away: u64,
    told: Instant,
}

impl Doors {
    pub(super) fn new(most: usize, mailbox: Arc<dyn Mailbox>) -> Doors {
        Doors { most, mailbox, turned_away: 0, told: Instant::now().checked_sub(TELL).unwrap_or_else(Instant::now) }
    }

    fn turn_away(&mut self, stream: &TcpStream) {
        self.turned_away += 1;
        // Whether it is read is its own affair.
        let _ = stream.try_write(FULL);
        if self.told.elapsed() >= TELL {
            self.tell();
        }
    }

    fn tell(&mut self) {
        let why = format!("turned away, {} are open", self.most);
        let count = std::mem::take(&mut self.turned_away);
        let state = SourceState::Dropped(count, "connections".into(), why.into());
        self.mailbox.put(Fact::Source(SourceFact { at: now(), name: "otlp".into(), state }));
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
    loop {
        let accepted = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = listener.accept() => accepted,
            () = tokio::time::sleep_until(doors.told + TELL), if doors.turned_away > 0 => {
                doors.tell();
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
        let (builder, cancel, tls) = (builder.clone(), cancel.clone(), tls.clone());
        let service = TowerToHyperService::new(axum::Extension(Peer(peer.ip())).layer(app.clone()));
        tasks.spawn(async move {
            let _permit = permit;
            // How a client leaves, or fails to shake hands, is its own affair.
            let served = async {
                match tls {
                    None => _ = builder.serve_connection(of(stream, HEAD), service).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD, tls.accept(stream)).await {
                            _ = builder.serve_connection(of(stream, HEAD), service).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = served => {}
            }
        });
    }
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
