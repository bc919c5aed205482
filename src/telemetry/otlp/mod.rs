//! The OTLP intake: one loopback address takes spans and logs over gRPC and HTTP (protobuf, JSON), plain or compressed.
//! Metrics are accepted and passed over, so that an exporter that sends all three does not complain. Nothing is kept here.

mod attribute;
mod connection;
mod grpc;
mod http;
mod json;
mod record;
mod span;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::names::Names;
use crate::config::Otlp;
use crate::domain::address::Address;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::time::Moment;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

/// The largest export, in bytes, plain and on the wire: twice what a collector's largest batch takes.
const MOST_BYTES: usize = 16 << 20;
/// The port that usually takes gRPC; the intake then listens where HTTP usually goes, too.
const GRPC_PORT: u16 = 4317;
const HTTP_PORT: u16 = 4318;

/// What every connection shares.
pub(super) struct Shared {
    mailbox: Arc<dyn Mailbox>,
    names: Names,
}

/// Spans or lines that were refused, and why.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Refused {
    count: i64,
    why: String,
}

impl Shared {
    fn new(mailbox: Arc<dyn Mailbox>) -> Arc<Self> {
        Arc::new(Self { mailbox, names: Names::default() })
    }

    /// Takes spans; those whose ids cannot be are refused and counted.
    fn take_spans(&self, request: ExportTraceServiceRequest) -> Refused {
        let (spans, refused) = span::read(request, &self.names);
        if !spans.is_empty() {
            self.mailbox.put(Fact::Spans(spans));
        }
        let why = match refused {
            0 => String::new(),
            _ => format!("{refused} spans refused: a trace id has 16 bytes, a span id has 8, and neither is all zero"),
        };
        Refused { count: refused, why }
    }

    /// Takes log records.
    fn take_logs(&self, request: ExportLogsServiceRequest) {
        let lines = record::read(request, &self.names, now());
        if !lines.is_empty() {
            self.mailbox.put(Fact::Logs(lines));
        }
    }
}

fn now() -> Moment {
    Moment(chrono::Utc::now().timestamp_millis())
}

/// The listening intake. Dropping it ends it.
pub struct Intake {
    addresses: Vec<SocketAddr>,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

impl Intake {
    /// Listens where the configuration says: the usual port 4317 brings 4318 with it, port 0 takes a free one. An address
    /// that cannot be had is told as a fact, and is no error: everything else goes on without it.
    pub async fn start(otlp: &Otlp, mailbox: Arc<dyn Mailbox>) -> Intake {
        let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mut intake = Intake { addresses: Vec::new(), cancel, tasks };
        let Otlp::At(address) = otlp else { return intake };
        let shared = Shared::new(mailbox.clone());
        let app = http::router(shared.clone()).merge(grpc::router(shared)).fallback(http::not_found);
        let mut wanted = vec![address.clone()];
        if address.port() == GRPC_PORT {
            wanted.extend(Address::new(address.host(), HTTP_PORT));
        }
        for address in wanted {
            let (name, state) = match bind(&address).await {
                Ok((listener, bound)) => {
                    intake.addresses.push(bound);
                    let serve = connection::serve(listener, app.clone(), intake.tasks.clone(), intake.cancel.clone());
                    intake.tasks.spawn(serve);
                    (bound.to_string(), SourceState::Running)
                }
                Err(why) => (address.text().to_owned(), SourceState::Failed(why.into())),
            };
            mailbox.put(Fact::Source(SourceFact { at: now(), name: format!("otlp {name}").into(), state }));
        }
        intake
    }

    /// Where it listens, the first the one that was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Ends listening; exports that are being read are cut off.
    pub async fn stop(self) {
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

async fn bind(address: &Address) -> Result<(TcpListener, SocketAddr), String> {
    let text = address.text();
    let host = address.host().trim_matches(['[', ']']).to_owned();
    let resolved = tokio::net::lookup_host((host, address.port())).await;
    let target = resolved.ok().and_then(|mut all| all.next()).ok_or_else(|| format!("{text} cannot be resolved"))?;
    if !target.ip().is_loopback() {
        return Err(format!("{text} is not on loopback; spans and logs are taken from this machine alone"));
    }
    let said = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AddrInUse => format!("{text} is taken"),
        std::io::ErrorKind::PermissionDenied => format!("{text} may not be listened on by this user"),
        _ => format!("{text} cannot be listened on: {e}"),
    };
    let listener = TcpListener::bind(target).await.map_err(said)?;
    let bound = listener.local_addr().map_err(said)?;
    Ok((listener, bound))
}

#[cfg(test)]
#[path = "otlp_tests.rs"]
mod tests;
