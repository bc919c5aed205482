//! What the fields of a structured line mean: the names that loggers of the wild give to time, level, message, service
//! and trace. Names are flat, nested ones joined by dots; the first that is there counts.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat};

use super::format::{Parsed, Told};
use super::{ids, level, time};

/// A field with its value as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, str>,
    /// It was written as a number.
    is_number: bool,
    /// It was written as a literal of JSON.
    is_json: bool,
    /// What its name means, and how early that name counts among those that mean the same; not asked before all are here.
    means: Option<(Means, u8)>,
    /// It has been understood.
    taken: bool,
}

impl<'a> Field<'a> {
    /// A value that is a text.
    pub(super) fn text(key: Cow<'a, str>, value: Cow<'a, str>) -> Self {
        Self { key, value, is_number: false, is_json: false, means: None, taken: false }
    }

    /// A value that was written as a number.
    pub(super) fn number(key: Cow<'a, str>, value: impl Into<Cow<'a, str>>) -> Self {
        Self { is_number: true, ..Self::json(key, value.into()) }
    }

    /// A value that was written as a literal.
    pub(super) fn json(key: Cow<'a, str>, value: Cow<'a, str>) -> Self {
        Self { is_json: true, ..Self::text(key, value) }
    }

    /// Its name.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

/// What a field's name can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Time,
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
const MEANS: usize = Means::Process as usize + 1;

/// What the names of the line before meant, by their places: most lines have theirs in the order of the one before.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<(String, Option<(Means, u8)>)>);

/// Places that are remembered, and the longest name of one, in bytes.
const MOST_KNOWN: usize = 64;
const LONGEST_KNOWN: usize = 64;

impl Known {
    fn means(&mut self, place: usize, key: &str) -> Option<(Means, u8)> {
        if let Some((_, means)) = self.0.get(place).filter(|(known, _)| known == key) {
            return *means;
        }
        let means = MEANINGS.get(key).copied();
        if key.len() <= LONGEST_KNOWN {
            let now = (key.to_owned(), means);
            match self.0.get_mut(place) {
                Some(known) => *known = now,
                None if place < MOST_KNOWN => self.0.push(now),
                None => {}
            }
        }
        means
    }
}

/// The names that mean something.
static MEANINGS: LazyLock<HashMap<&'static str, (Means, u8), RandomState>> = LazyLock::new(|| {
    let tables = [
        (Means::Time, TIME),
        (Means::Level, LEVEL),
        (Means::Message, MESSAGE),
        (Means::Trace, TRACE),
        (Means::Span, SPAN),
        (Means::Service, SERVICE),
        (Means::Instance, INSTANCE),
        (Means::Name, &["name"]),
        (Means::Process, &["pid", "hostname"]),
    ];
    let each = |(means, names): (Means, &'static [&'static str])| {
        (0..).zip(names).map(move |(rank, name)| (*name, (means, rank)))
    };
    tables.into_iter().flat_map(each).collect()
});

const TIME: &[&str] =
    &["@timestamp", "timestamp", "time", "ts", "@t", "asctime", "datetime", "record.time.timestamp", "t"];
const LEVEL: &[&str] =
    &["level", "severity", "log.level", "@l", "levelname", "lvl", "record.level.name", "severity_text", "loglevel"];
const MESSAGE: &[&str] =
    &["message", "msg", "short_message", "@m", "@mt", "event", "fields.message", "record.message", "log", "body"];
const TRACE: &[&str] = &[
    "trace_id",
    "traceId",
    "trace.id",
    "@tr",
    "otelTraceID",
    "_trace_id",
    "traceID",
    "traceid",
    "fields.trace_id",
    "span.trace_id",
    "record.extra.trace_id",
    "mdc.traceId",
    "mdc.trace_id",
    "context.trace_id",
    "logging.googleapis.com/trace",
    "dd.trace_id",
    "traceparent",
];
const SPAN: &[&str] = &[
    "span_id",
    "spanId",
    "span.id",
    "@sp",
    "otelSpanID",
    "_span_id",
    "spanID",
    "spanid",
    "fields.span_id",
    "span.span_id",
    "record.extra.span_id",
    "mdc.spanId",
    "mdc.span_id",
    "context.span_id",
    "logging.googleapis.com/spanId",
    "dd.span_id",
];
const SERVICE: &[&str] =
    &["service.name", "service_name", "service", "serviceName", "app", "application", "dd.service", "fields.service"];
const INSTANCE: &[&str] = &["service.instance.id", "service.node.name", "instance", "service.address"];

/// Reads a line from its fields; what is understood is taken out of them.
pub(super) fn read<'a>(fields: Vec<Field<'a>>, format: LogFormat, known: &mut Known) -> Parsed<'a> {
    let mut told = Fields::new(fields, known);
    let mut parsed = Parsed { format, ..Parsed::default() };
    let pid = told.has(Means::Process);
    parsed.at = told.take(Means::Time, |field| match field.is_number {
        true => time::by_number(&field.value),
        false => time::by_text(&field.value).or_else(|| time::by_mail(&field.value)),
    });
    // Pino and bunyan count levels in tens, and call the service by its name.
    let in_tens = |field: &Field<'_>| field.is_number && field.value.parse().ok().and_then(level::by_tens).is_some();
    let is_pino = pid && told.fields.iter().any(|field| field.key == "level" && in_tens(field));
    let is_serilog = told.has(Means::Message) && told.fields.iter().any(|f| f.key == "@mt" || f.key == "@m");
    parsed.level = told
        .take(Means::Level, |field| match field.value.parse::<i64>() {
            Ok(number) => level::by_tens(number).or_else(|| level::by_syslog(number)),
            Err(_) => level::by_word(&field.value),
        })
        // The compact form leaves out what is usual.
        .unwrap_or(if is_serilog { Level::Info } else { Level::Unknown });
    let caller = Cell::new(None);
    parsed.trace = told.take(Means::Trace, |field| {
        let (trace, span) = ids::trace(&field.key, &field.value)?;
        caller.set(span);
        Some(trace)
    });
    parsed.span = told.take(Means::Span, |field| ids::span(&field.key, &field.value)).or(caller.get());
    let name = |field: &mut Field<'a>| {
        let is_name = !field.value.is_empty() && !field.is_number;
        is_name.then(|| std::mem::take(&mut field.value))
    };
    parsed.service = told.take(Means::Service, name);
    if is_pino && parsed.service.is_none() {
        parsed.service = told.take(Means::Name, name);
    }
    parsed.instance =
        told.take(Means::Instance, |field| field.value.parse::<Address>().ok().filter(|address| address.port() != 0));
    parsed.message = told.take(Means::Message, |field| {
        trim_newlines(&mut field.value);
        Some(std::mem::take(&mut field.value))
    });
    let left = told.fields.into_iter().filter(|field| !field.taken);
    parsed.fields = left.map(|field| (field.key, Told { text: field.value, is_json: field.is_json })).collect();
    parsed
}

/// The fields of a line, and where of those that mean the same the first stands.
struct Fields<'a> {
    fields: Vec<Field<'a>>,
    first: [Option<(u8, usize)>; MEANS],
}

impl<'a> Fields<'a> {
    fn new(mut fields: Vec<Field<'a>>, known: &mut Known) -> Self {
        let mut first: [Option<(u8, usize)>; MEANS] = [None; MEANS];
        for (place, field) in fields.iter_mut().enumerate() {
            field.means = known.means(place, &field.key);
            if let Some((means, rank)) = field.means {
                let first = &mut first[means as usize];
                *first = first.filter(|(least, _)| *least <= rank).or(Some((rank, place)));
            }
        }
        Self { fields, first }
    }

    /// Whether any field means this.
    fn has(&self, means: Means) -> bool {
        self.first[means as usize].is_some()
    }

    /// Takes the first field of this meaning that can be understood.
    fn take<T>(&mut self, means: Means, read: impl Fn(&mut Field<'a>) -> Option<T>) -> Option<T> {
        let mut next = self.first[means as usize];
        while let Some((rank, place)) = next {
            let field = &mut self.fields[place];
            if let Some(told) = read(field) {
                field.taken = true;
                return Some(told);
            }
            let ranked = self.fields.iter().enumerate().filter_map(|(place, field)| Some((field.means?, place)));
            let later = ranked.filter(|((its, other), _)| *its == means && *other > rank);
            next = later.map(|((_, rank), place)| (rank, place)).min();
        }
        None
    }
}

fn trim_newlines(text: &mut Cow<'_, str>) {
    match text {
        Cow::Borrowed(text) => *text = text.trim_end_matches('\n'),
        Cow::Owned(text) => text.truncate(text.trim_end_matches('\n').len()),
    }
}
