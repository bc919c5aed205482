//! Spans of request traces, decoded. How they travel (OTLP) and how they are kept (packed) is told elsewhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{address::Address, time::Moment, value::Value};

/// The longest value of an attribute that is kept, in bytes; what was longer ends in `…` behind them.
pub const LONGEST_VALUE: usize = 4 << 10;
/// Says how many attributes are missing: the convention of OpenTelemetry for where it has no field of its own.
pub const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";

/// 16 bytes that name a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TraceId(pub [u8; 16]);

/// 8 bytes that name a span within its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpanId(pub [u8; 8]);

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl std::fmt::Display for SpanId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// A span's part in a call, as OTLP has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Work inside one service.
    #[default]
    Internal,
    /// Answers a call.
    Server,
    /// Makes a call.
    Client,
    /// Puts a message somewhere.
    Producer,
    /// Takes a message.
    Consumer,
}

/// A span's outcome, as OTLP has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanStatus {
    /// Not said.
    #[default]
    Unset,
    /// Said to be well.
    Ok,
    /// Failed.
    Error,
}

/// How a span ended, as traffic counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// As it should.
    Well,
    /// Turned away (an HTTP status of 4xx): no error of who answers, and yet not what was asked for.
    Refused,
    /// An error of traffic: an HTTP status of 5xx, a gRPC status other than OK, or, where neither is told, status error.
    Failed,
}

/// Something that happened within a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanEvent {
    /// When, in ns since the epoch.
    pub at_ns: u64,
    /// What.
    pub name: Arc<str>,
    /// More of it.
    pub attributes: Vec<(Arc<str>, Value)>,
}

/// A span of another trace, or elsewhere in this one, that this one came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanLink {
    /// Its trace.
    pub trace: TraceId,
    /// The span there.
    pub span: SpanId,
}

/// One span. Texts are as they came, bounded in length; values of other types are written as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Its trace.
    pub trace: TraceId,
    /// Itself.
    pub id: SpanId,
    /// The span that caused it.
    pub parent: Option<SpanId>,
    /// What was done: `GET /orders/{id}`.
    pub name: Arc<str>,
    /// Its part in a call.
    pub kind: SpanKind,
    /// `service.name` of its resource.
    pub service: Arc<str>,
    /// Its instance's address where the resource tells one (`service.instance.id` as host:port, else host and port); never guessed.
    pub instance: Option<Address>,
    /// Start, in ns since the epoch, by its own machine's clock.
    pub start_ns: u64,
    /// End, in ns since the epoch.
    pub end_ns: u64,
    /// Outcome.
    pub status: SpanStatus,
    /// What it says about its outcome.
    pub message: Arc<str>,
    /// Attributes, in their order.
    pub attributes: Vec<(Arc<str>, Value)>,
    /// Events, in their order.
    pub events: Vec<SpanEvent>,
    /// Links.
    pub links: Vec<SpanLink>,
}

impl Span {
    /// How long it took, in ns; 0 where it ends before it starts.
    pub fn duration_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }

    /// When it started.
    pub fn started(&self) -> Moment {
        Moment::from_nanos(self.start_ns)
    }

    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| &**k == key).map(|(_, v)| &**v)
    }

    /// Whether something of it is missing: a value was cut, or attributes were left out.
    pub fn truncated(&self) -> bool {
        let cut = |text: &str| text.len() >= LONGEST_VALUE && text.ends_with('…');
        let any = |pairs: &[(Arc<str>, Value)]| pairs.iter().any(|(k, v)| &**k == DROPPED_ATTRIBUTES || cut(v));
        cut(&self.message) || any(&self.attributes) || self.events.iter().any(|event| any(&event.attributes))
    }

    /// The HTTP status that it tells.
    pub fn http_status(&self) -> Option<u32> {
        let told = |name: &str| self.attributes.iter().find(|(key, _)| &**key == name);
        let (_, value) = told("http.response.status_code").or_else(|| told("http.status_code"))?;
        value.parse().ok()
    }

    /// How it ended: see [`Ended`].
    pub fn ended(&self) -> Ended {
        // One walk: this is asked of every span that comes.
        let (mut http, mut older, mut grpc) = (None, None, None);
        for (key, value) in &self.attributes {
            match &**key {
                "http.response.status_code" if http.is_none() => http = Some(value),
                "http.status_code" if older.is_none() => older = Some(value),
                "rpc.grpc.status_code" if grpc.is_none() => grpc = Some(value),
                _ => {}
            }
        }
        let number = |value: Option<&Value>| value.and_then(|value| value.parse::<u32>().ok());
        match (number(http.or(older)), number(grpc)) {
            (Some(500..), _) => Ended::Failed,
            (Some(400..), _) => Ended::Refused,
            (Some(_), _) | (None, Some(0)) => Ended::Well,
            (None, Some(_)) => Ended::Failed,
            (None, None) if self.status == SpanStatus::Error => Ended::Failed,
            (None, None) => Ended::Well,
        }
    }

    /// Whether it counts as an error of traffic: an HTTP status of 5xx, a gRPC status other than OK, or, where neither is told, status error.
    pub fn failed(&self) -> bool {
        self.ended() == Ended::Failed
    }
}
