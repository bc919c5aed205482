//! The names that loggers of the wild give to time, level, message, service and trace. One that is written otherwise
//! (`TraceId`, `trace-id`) means the same, and an id of a trace is one within the objects that hold a line's context, too.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

/// What a field's name can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Time,
    /// What a time in seconds leaves out.
    Nanos,
    Level,
    Message,
    Trace,
    Span,
    Service,
    Instance,
    /// Pino's and bunyan's name of a service.
    Name,
    /// What pino and bunyan always write.
    Process,
}

/// How many meanings there are.
pub(super) const MEANS: usize = Means::Process as usize + 1;

/// Of names that mean the same the first that is there counts.
const TABLES: [(Means, &[&str]); MEANS] = [
    (
        Means::Time,
        &[
            "@timestamp",
            "timestamp",
            "time",
            "ts",
            "@t",
            "asctime",
            "datetime",
            "record.time.timestamp",
            "t",
            "T",
            "t.$date",
            "instant.epochSecond",
            "timeMillis",
            "timestamp.seconds",
            "timestampSeconds",
            "__REALTIME_TIMESTAMP",
            "timeUnixNano",
            "observedTimeUnixNano",
            "time_iso8601",
            "time_local",
            "msec",
            "eventTime",
            "date",
            START_TIME,
        ],
    ),
    (Means::Nanos, &["instant.nanoOfSecond", "timestamp.nanos", "timestampNanos"]),
    (
        Means::Level,
        &[
            "level",
            "severity",
            "log.level",
            "@l",
            "@level",
            "levelname",
            "lvl",
            "record.level.name",
            "severity_text",
            "loglevel",
            "@fields.level",
            POSTGRES,
            "L",
            MONGO,
            "at",
            PYTHON,
            OTEL,
            SYSLOG,
            ROARR,
        ],
    ),
    (
        Means::Message,
        &[
            "message",
            "msg",
            "short_message",
            "RenderedMessage",
            "@m",
            "@mt",
            "@message",
            "event",
            "fields.message",
            "record.message",
            "log",
            "body",
            "body.stringValue",
            "MessageTemplate",
            "M",
        ],
    ),
    (
        Means::Trace,
        &[
            "trace_id",
            "trace.id",
            "@tr",
            "otelTraceID",
            "span.trace_id",
            "logging.googleapis.com/trace",
            "dd.trace_id",
            "traceparent",
            "X-B3-TraceId",
            "b3",
            "uber-trace-id",
            "xray_trace_id",
            "AWS-XRAY-TRACE-ID",
            "X-Amzn-Trace-Id",
            "X-Cloud-Trace-Context",
            "trace",
        ],
    ),
    (
        Means::Span,
        &[
            "span_id",
            "span.id",
            "@sp",
            "otelSpanID",
            "span.span_id",
            "logging.googleapis.com/spanId",
            "dd.span_id",
            "X-B3-SpanId",
            "span",
            "transaction.id",
        ],
    ),
    (
        Means::Service,
        &[
            "service.name",
            "service_name",
            "service",
            "app",
            "application",
            "dd.service",
            "fields.service",
            "resource.service.name",
            "resource.attributes.service.name",
            UNIT,
            "SYSLOG_IDENTIFIER",
        ],
    ),
    (Means::Instance, &["service.instance.id", "service.node.name", "instance", "service.address"]),
    (Means::Name, &["name"]),
    (Means::Process, &["pid", "hostname"]),
];

/// When what an access log tells of began: only where there is no message is it the time of the line.
pub(super) const START_TIME: &str = "start_time";
/// Names whose levels are numbers, or letters, of their own.
pub(super) const MONGO: &str = "s";
pub(super) const PYTHON: &str = "levelno";
pub(super) const OTEL: &str = "severity_number";
pub(super) const SYSLOG: &str = "PRIORITY";
pub(super) const ROARR: &str = "context.logLevel";
/// Whose word for what is usual is `LOG`.
pub(super) const POSTGRES: &str = "error_severity";
/// The unit that journald names.
pub(super) const UNIT: &str = "_SYSTEMD_UNIT";

/// Names that mean this only as they are written here.
const EXACT: &[&str] = &["t", "T", "L", "M", MONGO, "at", SYSLOG, ROARR, UNIT];

/// Objects that hold what a line belongs to, among others the ids of its trace.
const CONTEXTS: &[&str] = &[
    "mdc",
    "contextmap",
    "properties",
    "attributes",
    "extra",
    "context",
    "fields",
    "headers",
    "state",
    "labels",
    "data",
];

/// The longest name that is looked at otherwise than as it is written, in bytes.
const LONGEST: usize = 64;
/// Objects around a name, at most.
const DEEPEST: usize = 4;

type Table = HashMap<String, (Means, u8), RandomState>;

/// The names as they are written most.
static EXACTLY: LazyLock<Table> = LazyLock::new(|| each().map(|(name, means)| (name.to_owned(), means)).collect());

/// The same without regard to capitals and to what parts words.
static FOLDED: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for (name, means) in each().filter(|(name, _)| !EXACT.contains(name)) {
        if let Some(name) = folded(name, &mut [0; LONGEST]) {
            table.entry(name.to_owned()).or_insert(means);
        }
    }
    table
});

fn each() -> impl Iterator<Item = (&'static str, (Means, u8))> {
    TABLES.into_iter().flat_map(|(means, names)| (0..).zip(names).map(move |(rank, name)| (*name, (means, rank))))
}

/// A name in small letters without what parts its words, written here; `None` where it is too long, or no plain ASCII.
fn folded<'a>(name: &str, room: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    if name.len() > LONGEST || !name.is_ascii() {
        return None;
    }
    let mut length = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')) {
        room[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&room[..length]).ok()
}

/// What a name means, and how early it counts among those that mean the same.
pub(super) fn of(name: &str) -> Option<(Means, u8)> {
    if let Some(means) = EXACTLY.get(name) {
        return Some(*means);
    }
    let mut room = [0; LONGEST];
    let name = folded(name, &mut room).filter(|_| name.len() > 1)?;
    FOLDED.get(name).copied().or_else(|| {
        let within = name.match_indices('.').take(DEEPEST).find_map(|(dot, _)| {
            let object = name[..dot].rsplit(['.', '/']).next().filter(|object| CONTEXTS.contains(object));
            object.and_then(|_| FOLDED.get(&name[dot + 1..]))
        });
        // What stands at the top counts first.
        within
            .filter(|(means, _)| matches!(means, Means::Trace | Means::Span))
            .map(|(means, rank)| (*means, rank + 100))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_same_however_it_is_written() {
        let of = |name| of(name).map(|(means, _)| means);
        for name in ["traceId", "TraceId", "trace-id", "TRACE_ID", "_trace_id", "mdc.traceId", "Properties.TraceId"] {
            assert_eq!(of(name), Some(Means::Trace), "{name}");
        }
        for name in [
            "x-b3-spanid",
            "X-B3-SpanId",
            "attributes.span_id",
            "contextMap.spanId",
            "record.extra.span_id",
            "logging.googleapis.com/labels.span_id",
        ] {
            assert_eq!(of(name), Some(Means::Span), "{name}");
        }
        for name in ["http.request.headers.traceparent", "headers.b3", "fields.trace_id", "context.trace.id"] {
            assert_eq!(of(name), Some(Means::Trace), "{name}");
        }
        assert_eq!(
            [of("Timestamp"), of("LogLevel"), of("MESSAGE")],
            [Some(Means::Time), Some(Means::Level), Some(Means::Message)]
        );
        for name in
            ["", "S", "l", "m", "At", "priority", "parent.trace_id", "links.span_id", "mdc.level", "tracer", "."]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
