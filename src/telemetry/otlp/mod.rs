//! The OTLP intake: one address takes spans, logs and metrics over gRPC and HTTP (protobuf, JSON), plain or compressed, and
//! Zipkin's spans. Of metrics those are read that tell of requests; the others are taken and passed over, so that an
//! exporter that sends all of them does not complain. Nothing is kept here.

mod access;
mod attribute;
mod connection;
mod deep;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod gate;
mod grpc;
mod http;
mod json;
mod measure;
mod record;
mod refusal;
mod refused;
mod span;
mod texts;
mod timed;
mod turned;
mod unpack;
mod wire;
mod zipkin;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::names::Names;
use crate::config::{Access, Otlp};
use crate::domain::address::Address;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::span::Span;
use crate::domain::time::Moment;
use axum::http::{HeaderMap, header};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use refused::{Refused, Why};

/// The largest export, in bytes, plain and on the wire: twice what a collector's largest batch takes.
const MOST_BYTES: usize = 16 << 20;
/// The port that usually takes gRPC; the intake then listens where HTTP usually goes, too.
const GRPC_PORT: u16 = 4317;
const HTTP_PORT: u16 = 4318;

/// What every connection shares.
pub(super) struct Shared {
    mailbox: Arc<dyn Mailbox>,
    names: Names,
    flight: Arc<gate::Flight>,
    turns: gate::Turns,
    /// The bearer token that is asked for.
    token: Option<Arc<str>>,
}

impl Shared {
    fn new(mailbox: Arc<dyn Mailbox>, token: Option<Arc<str>>) -> Arc<Self> {
        Arc::new(Self {
            mailbox,
            names: Names::default(),
            flight: Arc::default(),
            turns: gate::Turns::default(),
            token,
        })
    }

    /// Whether these headers show the token, where one is asked for.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let told = headers.get(header::AUTHORIZATION).map(|told| told.as_bytes()).unwrap_or_default();
        let told = match told.split_at_checked(7) {
            Some((scheme, told)) if scheme.eq_ignore_ascii_case(b"bearer ") => told,
            _ => return false,
        };
        // As long for every wrong token: by its hash, which nobody can guess letter by letter.
        let hash = |bytes: &[u8]| ring::digest::digest(&ring::digest::SHA256, bytes);
        hash(told).as_ref() == hash(token.as_bytes()).as_ref()
    }

    /// Takes spans; those whose ids cannot be are refused and counted, and so are those beyond the limit of one export.
    /// What was refused of it before is told with them.
    ///
    /// # Errors
    /// If the bytes are no export.
    fn take_spans(&self, export: &[u8], before: Refused) -> Result<Refused, wire::Wrong> {
        let (spans, refused) = span::read(export, &self.names, now())?;
        if !spans.is_empty() {
            self.mailbox.put(Fact::Spans(spans));
        }
        Ok(self.told(refused.and(before), "spans"))
    }

    /// Takes spans of Zipkin; its senders cannot be told what was refused of them.
    fn take_zipkin(&self, spans: Vec<Span>, refused: &Refused) {
        if !spans.is_empty() {
            self.mailbox.put(Fact::Spans(spans));
        }
        refused.tell("zipkin", "spans", &*self.mailbox);
    }

    /// Takes log records, up to the limit of one export.
    fn take_logs(&self, request: ExportLogsServiceRequest, before: Refused) -> Refused {
        let mut lines = record::read(request, &self.names, now());
        let mut refused = Refused::default();
        for line in lines.iter().skip(span::MOST_SPANS) {
            // One that claims to be of the future is missed where it was seen.
            refused.put(line.service.as_deref(), Why::Beyond, line.at.min(line.seen_at));
        }
        lines.truncate(span::MOST_SPANS);
        if !lines.is_empty() {
            self.mailbox.put(Fact::Logs(lines));
        }
        self.told(refused.and(before), "lines")
    }

    /// Takes metrics: those that tell of requests.
    fn take_metrics(&self, request: &ExportMetricsServiceRequest, before: Refused) -> Refused {
        let (measures, refused) = measure::read(request, &self.names, now());
        if !measures.is_empty() {
            self.mailbox.put(Fact::Measures(measures));
        }
        self.told(refused.and(before), "measures")
    }

    /// What was refused, which is told here, too.
    fn told(&self, refused: Refused, what: &str) -> Refused {
        refused.tell("otlp", what, &*self.mailbox);
        refused
    }
}

fn now() -> Moment {
    Moment(chrono::Utc::now().timestamp_millis())
}

/// The listening intake. Dropping it ends it.
pub struct Intake {
    addresses: Vec<SocketAddr>,
    is_mistaken: bool,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

impl Intake {
    /// Listens on loopback where the configuration says: see [`Intake::guarded`].
    pub async fn start(otlp: &Otlp, mailbox: Arc<dyn Mailbox>) -> Intake {
        Self::guarded(otlp, &Access::default(), mailbox).await
    }

    /// Listens where the configuration says, to whom it says: the usual port 4317 brings 4318 with it, port 0 takes a free
    /// one. An address that cannot be had is told as a fact, and is no error: everything else goes on without it.
    pub async fn guarded(otlp: &Otlp, access: &Access, mailbox: Arc<dyn Mailbox>) -> Intake {
        let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
        let mut intake = Intake { addresses: Vec::new(), is_mistaken: false, cancel, tasks };
        let Otlp::At(address) = otlp else { return intake };
        let tell = |name: &str, state: SourceState| {
            mailbox.put(Fact::Source(SourceFact { at: now(), name: format!("otlp {name}").into(), state }));
        };
        let (token, tls) = match access::read(access) {
            Ok(read) => read,
            Err(why) => {
                tell(address.text(), SourceState::Failed(why.into()));
                intake.is_mistaken = true;
                return intake;
            }
        };
        let shared = Shared::new(mailbox.clone(), token);
        let gate = axum::middleware::from_fn_with_state(shared.clone(), gate::pass);
        let app = http::router(shared.clone()).merge(grpc::router(shared.clone())).layer(gate);
        let app = app.fallback(move |request| http::not_found(shared, request));
        let mut wanted = vec![address.clone()];
        if address.port() == GRPC_PORT {
            wanted.extend(Address::new(address.host(), HTTP_PORT));
        }
        for address in wanted {
            let (name, state) = match bind(&address, access.open).await {
                Ok((listener, bound)) => {
                    intake.addresses.push(bound);
                    let ends = (intake.tasks.clone(), intake.cancel.clone());
                    let most = if access.open { connection::MOST_OPEN } else { connection::MOST };
                    let doors = connection::Doors::new(most, mailbox.clone());
                    let serve = connection::serve(listener, doors, tls.clone(), app.clone(), ends);
                    intake.tasks.spawn(serve);
                    (bound.to_string(), SourceState::Running)
                }
                Err((why, is_mistaken)) => {
                    intake.is_mistaken |= is_mistaken;
                    (address.text().to_owned(), SourceState::Failed(why.into()))
                }
            };
            tell(&name, state);
        }
        intake
    }

    /// Where it listens, the first the one that was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether it listens nowhere, or not everywhere, since what was asked for is wrong: a file, an address.
    pub fn is_mistaken(&self) -> bool {
        self.is_mistaken
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

/// Listens there; else why not, and whether it is what was asked for that is wrong.
async fn bind(address: &Address, open: bool) -> Result<(TcpListener, SocketAddr), (String, bool)> {
    let text = address.text();
    let host = address.host().trim_matches(['[', ']']).to_owned();
    let resolved = tokio::net::lookup_host((host, address.port())).await;
    let target =
        resolved.ok().and_then(|mut all| all.next()).ok_or_else(|| (format!("{text} cannot be resolved"), false))?;
    if !target.ip().is_loopback() && !open {
        let why = format!(
            "{text} is not on loopback: whoever reaches it could send here. --otlp-open allows that, --otlp-token FILE asks senders for a token"
        );
        return Err((why, true));
    }
    let said = |e: std::io::Error| {
        let why = match e.kind() {
            std::io::ErrorKind::AddrInUse => format!("{text} is taken"),
            std::io::ErrorKind::PermissionDenied => format!("{text} may not be listened on by this user"),
            _ => format!("{text} cannot be listened on: {e}"),
        };
        (why, false)
    };
    let listener = TcpListener::bind(target).await.map_err(said)?;
    let bound = listener.local_addr().map_err(said)?;
    Ok((listener, bound))
}

#[cfg(test)]
mod connection_tests;
#[cfg(test)]
mod guard_tests;
#[cfg(test)]
mod refused_tests;
#[cfg(test)]
#[path = "otlp_tests.rs"]
mod tests;
#[cfg(test)]
mod turned_tests;
