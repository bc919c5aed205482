//! Accepts connections and serves each, with the time-outs and the TCP_NODELAY that ready-made servers do not set: with
//! Nagle's algorithm a small export takes 43 ms instead of half a millisecond.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once; more wait to be accepted. Every instance of a cluster may keep one open.
const MOST: usize = 256;
/// A client that has not sent its head by then is gone.
const HEAD: Duration = Duration::from_secs(10);
/// After a failed accept (no file descriptors left) it is tried again this much later.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until it is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
    (tasks, cancel): (TaskTracker, CancellationToken),
) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .max_concurrent_streams(64)
        .keep_alive_interval(Duration::from_secs(30));
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let accepted = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = async {
                let permit = room.clone().acquire_owned().await;
                (listener.accept().await, permit)
            } => accepted,
        };
        let (Ok((stream, _)), Ok(permit)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Without it the exports are only slower.
        let _ = stream.set_nodelay(true);
        let (builder, cancel, tls) = (builder.clone(), cancel.clone(), tls.clone());
        let service = TowerToHyperService::new(app.clone());
        tasks.spawn(async move {
            let _permit = permit;
            // How a client leaves, or fails to shake hands, is its own affair.
            let served = async {
                match tls {
                    None => _ = builder.serve_connection(TokioIo::new(stream), service).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD, tls.accept(stream)).await {
                            _ = builder.serve_connection(TokioIo::new(stream), service).await;
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
