//! Spans of request traces, decoded. How they travel (OTLP) and how they are kept (packed) is told elsewhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{address::Address, attributes::Attributes, keys::Common, time::Moment};

/// The longest value of an attribute that is kept, in bytes; what was longer ends in `…` behind them.
pub const LONGEST_VALUE: usize = 4 << 10;
/// The longest key of an attribute that is kept, in bytes; it ends in the same way.
pub const LONGEST_KEY: usize = 256;
/// Says how many attributes are missing: the convention of OpenTelemetry for where it has no field of its own.
pub const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";

/// Says in the same way how many events of a span are missing.
pub const DROPPED_EVENTS: &str = "otel.dropped_events_count";
/// And how many links.
pub const DROPPED_LINKS: &str = Common::DroppedLinks.name();

/// Says which times of a span its sender did not tell, or told so that they cannot be; the span is then of no length.
pub const UNTIMED: &str = Common::Untimed.name();
/// What [`UNTIMED`] says of a span that told neither: its times are those of its arrival, and mean nothing.
pub const TIMELESS: &str = "neither start nor end told: as it came";

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

impl TraceId {
    /// Its first digits, as it is told where there is no room for all. Of an id of 64 bits, which Zipkin and B3 make and
    /// which has zeros in front, those behind the zeros: nothing else tells it from the others.
    pub fn short(self, digits: usize) -> String {
        let id = self.to_string();
        let own = own(&id);
        let begin = own.get(..digits).unwrap_or(own);
        // One that is a small number has zeros there, too.
        let end = own.get(own.len().saturating_sub(digits)..).unwrap_or(own);
        if begin.bytes().all(|digit| digit == b'0') { end } else { begin }.to_owned()
    }

    /// Whether its id in hex begins with these digits, lower case, or is told by them in short: [`begins_with`], for where many
    /// are asked.
    pub fn begins_with(self, digits: &str) -> bool {
        let mut hex = [0; 32];
        for (two, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            two.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        std::str::from_utf8(&hex).is_ok_and(|id| begins_with(id, digits))
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What of a trace's id in hex is its own: all of it, or what stands behind the zeros in front of an id of 64 bits.
fn own(id: &str) -> &str {
    id.strip_prefix("0000000000000000").unwrap_or(id)
}

/// Whether a trace's id in hex begins with these digits, or is told by them in short.
pub fn begins_with(id: &str, digits: &str) -> bool {
    let own = own(id);
    let small = own.starts_with("000000") && digits.len() >= 6 && own.ends_with(digits);
    id.starts_with(digits) || own.starts_with(digits) || small
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
    pub attributes: Attributes,
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    pub attributes: Attributes,
    /// Events, in their order.
    pub events: Vec<SpanEvent>,
    /// Links.
    pub links: Vec<SpanLink>,
    /// It says that its caller's span has its id, as Zipkin's tracers do. Told on arrival alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shares: bool,
}

impl Span {
    /// How long it took, in ns; 0 where it ends before it starts.
    pub fn duration_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }

    /// Whether one of its times was not told, or cannot be: [`UNTIMED`] says which.
    pub fn is_untimed(&self) -> bool {
        self.told(Common::Untimed).is_some()
    }

    /// Whether it told neither when it began nor when it ended.
    pub fn is_timeless(&self) -> bool {
        self.told(Common::Untimed) == Some(TIMELESS)
    }

    /// When it started.
    pub fn started(&self) -> Moment {
        Moment::from_nanos(self.start_ns)
    }

    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)
    }

    /// The same of a key that is asked of every span.
    #[inline]
    pub fn told(&self, key: Common) -> Option<&str> {
        self.attributes.common(key)
    }

    /// Whether something of it is missing: a value was cut, or attributes, events or links were left out, here or by who sent it.
    pub fn truncated(&self) -> bool {
        let cut = |text: &str| text.len() >= LONGEST_VALUE && text.ends_with('…');
        let left_out = |key: &str| matches!(key, DROPPED_ATTRIBUTES | DROPPED_EVENTS | DROPPED_LINKS);
        let any = |pairs: &Attributes| pairs.iter().any(|(key, value)| left_out(key) || cut(&value));
        cut(&self.message) || any(&self.attributes) || self.events.iter().any(|event| any(&event.attributes))
    }

    /// How many of its own are missing, by one of the names that say so; 0 where none are.
    pub fn missing(&self, what: &str) -> u64 {
        self.attribute(what).and_then(|told| told.parse().ok()).unwrap_or(0)
    }

    /// The HTTP status that it tells.
    pub fn http_status(&self) -> Option<u32> {
        self.told_status()?.parse().ok()
    }

    /// The same as it is written.
    pub fn told_status(&self) -> Option<&str> {
        self.told(Common::HttpStatus).or_else(|| self.told(Common::HttpStatusOfOld))
    }

    /// How it ended: see [`Ended`].
    pub fn ended(&self) -> Ended {
        // No answer has the code 0.
        let http = self.http_status().filter(|code| *code > 0);
        let grpc = self.attributes.commons(GRPC).find_map(grpc_failed);
        match (http, grpc) {
            (Some(500..), _) => Ended::Failed,
            (Some(400..), _) => Ended::Refused,
            // Whatever fails by gRPC, by HTTP it is a 200.
            (_, Some(true)) => Ended::Failed,
            (Some(_), _) | (_, Some(false)) => Ended::Well,
            (None, None) if self.status == SpanStatus::Error => Ended::Failed,
            (None, None) => Ended::Well,
        }
    }

    /// Whether it counts as an error of traffic: an HTTP status of 5xx, a gRPC status other than OK, or, where neither is told, status error.
    pub fn is_error(&self) -> bool {
        self.ended() == Ended::Failed
    }

    /// Whether it failed for whoever looks at it: it is an error of traffic, or says error itself beside a code that says well (an
    /// answer that broke off, errors within one that is 200). What was turned away did what it should.
    pub fn failed(&self) -> bool {
        match self.ended() {
            Ended::Failed => true,
            Ended::Refused => false,
            Ended::Well => self.status == SpanStatus::Error,
        }
    }
}

/// The names of a gRPC status: OpenTelemetry's, its newer one (also of other RPC), Envoy's.
pub const GRPC_CODES: [&str; 3] = [GRPC[0].name(), GRPC[1].name(), GRPC[2].name()];
const GRPC: [Common; 3] = [Common::GrpcStatus, Common::RpcStatus, Common::EnvoyGrpcStatus];

/// Whether a gRPC status, a number or a name, is another than OK; `None` where it is neither.
pub fn grpc_failed(code: &str) -> Option<bool> {
    match code.parse::<u32>() {
        Ok(number) => Some(number != 0),
        Err(_) if code.is_empty() => None,
        Err(_) => Some(!code.eq_ignore_ascii_case("ok")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_fails_by_what_tells_most_of_it() {
        let ended = |status: SpanStatus, codes: &[(&str, &str)]| {
            let attributes = codes.iter().map(|(key, code)| ((*key).into(), (*code).into())).collect();
            Span { status, attributes, ..Span::default() }.ended()
        };
        let (unset, error) = (SpanStatus::Unset, SpanStatus::Error);
        let http = "http.response.status_code";
        for (wanted, status, codes) in [
            (Ended::Failed, error, &[(http, "200"), ("rpc.grpc.status_code", "13")][..]),
            (Ended::Failed, error, &[("http.status_code", "200"), ("grpc.status_code", "13")]),
            (Ended::Failed, unset, &[("rpc.response.status_code", "NOT_FOUND")]),
            (Ended::Failed, unset, &[("rpc.grpc.status_code", "5")]),
            (Ended::Failed, error, &[("http.status_code", "0")]),
            (Ended::Failed, unset, &[("grpc.status_code", "13"), ("rpc.grpc.status_code", "0")]),
            (Ended::Well, error, &[("rpc.response.status_code", ""), ("rpc.grpc.status_code", "OK")]),
            (Ended::Failed, unset, &[(http, "503"), ("rpc.grpc.status_code", "0")]),
            (Ended::Refused, error, &[(http, "404")]),
            (Ended::Well, unset, &[(http, "200"), ("rpc.grpc.status_code", "0")]),
            (Ended::Well, unset, &[("rpc.response.status_code", "OK")]),
            (Ended::Well, error, &[(http, "200")]),
            (Ended::Well, unset, &[]),
        ] {
            assert_eq!(ended(status, codes), wanted, "{codes:?}");
        }
    }

    #[test]
    fn ids_of_64_bits_are_told_apart_in_short_and_found_by_that() {
        let id = |text: &str| TraceId(u128::from_str_radix(text, 16).unwrap().to_be_bytes());
        for (full, short) in [
            ("4f1c9a00000000000000000000000001", "4f1c9a"),
            ("0000000000000000463ac35c9f6413ad", "463ac3"),
            ("00000000000000000a3ac35c9f6413ad", "0a3ac3"),
            ("000000000000000000000000000000a1", "0000a1"),
            ("00000000000000010000000000000001", "000001"),
        ] {
            assert_eq!(id(full).short(6), short, "{full}");
            assert!(begins_with(full, short) && begins_with(full, full) && begins_with(full, &full[..9]), "{full}");
            for digits in [short, full, &full[..9], "", "4f1d", "6413ad", "00000000000000000000000000000000a1", "é"] {
                assert_eq!(id(full).begins_with(digits), begins_with(full, digits), "{full} {digits}");
            }
        }
        assert!(begins_with("0000000000000000463ac35c9f6413ad", "463ac35c9f6413ad"));
        assert!(!begins_with("4f1c9a00000000000000000000463ac3", "463ac3"));
        assert!(!begins_with("0000000000000000463ac35c9f6413ad", "6413ad"));
    }
}
