//! What the fields of a structured line say of its time, level, message, service and trace; what their names mean is
//! `meanings`'. Names are flat, nested ones joined by dots; the first that is there and can be understood counts.

use std::borrow::Cow;
use std::cell::Cell;

use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat};
use crate::domain::span::{SpanId, TraceId};

use super::clock::Clock;
use super::format::{Bars, Parsed, Scripts, Stern, Told};
use super::meanings::{self, MEANS, Means};
use super::time::{self, Exact};
use super::{ids, level};

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

    /// Its value.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// A list of bytes is the text that they are: so journald tells what is not all printable.
    pub(super) fn read_bytes(&mut self) {
        if self.is_json
            && let Ok(bytes) = serde_json::from_str::<Vec<u8>>(&self.value)
        {
            self.value = Cow::Owned(String::from_utf8_lossy(&bytes).into_owned());
            self.is_json = false;
        }
    }

    /// The same under another name.
    pub(super) fn rename(&mut self, key: &'static str) {
        self.key = Cow::Borrowed(key);
    }
}

/// What the lines before told.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What the names of the last meant, by their places: most lines have theirs in the order of the one before.
    names: Vec<(String, Option<(Means, u8)>)>,
    /// A number without a fraction in front of a line was its time.
    pub(super) are_numbers_times: bool,
    /// So was a time of day.
    pub(super) are_days_times: bool,
    /// What stood before bars.
    pub(super) bars: Bars,
    /// Names of scripts stood in front of lines.
    pub(super) scripts: Scripts,
    /// So did names of pods.
    pub(super) stern: Stern,
}

/// Places that are remembered, and the longest name of one, in bytes.
const MOST_KNOWN: usize = 64;
const LONGEST_KNOWN: usize = 64;

impl Known {
    fn means(&mut self, place: usize, key: &str) -> Option<(Means, u8)> {
        if let Some((_, means)) = self.names.get(place).filter(|(known, _)| known == key) {
            return *means;
        }
        let means = meanings::of(key);
        if key.len() <= LONGEST_KNOWN {
            let now = (key.to_owned(), means);
            match self.names.get_mut(place) {
                Some(known) => *known = now,
                None if place < MOST_KNOWN => self.names.push(now),
                None => {}
            }
        }
        means
    }
}

/// Reads a line from its fields; what is understood is taken out of them.
pub(super) fn read<'a>(fields: Vec<Field<'a>>, format: LogFormat, known: &mut Known) -> Parsed<'a> {
    let mut told = Fields::new(fields, known);
    let mut parsed = Parsed { format, ..Parsed::default() };
    let pid = told.has(Means::Process);
    (parsed.at, parsed.clock) = told.time();
    // Pino and bunyan count levels in tens, and call the service by its name.
    let in_tens = |field: &Field<'_>| field.is_number && field.value.parse().ok().and_then(level::by_tens).is_some();
    let is_pino = pid && told.fields.iter().any(|field| field.key == "level" && in_tens(field));
    let is_serilog = told.has(Means::Message) && told.fields.iter().any(|f| f.key == "@mt" || f.key == "@m");
    // The compact form leaves out what is usual.
    parsed.level = told.level().unwrap_or(if is_serilog { Level::Info } else { Level::Unknown });
    let caller = Cell::new(None);
    parsed.trace = told.take(Means::Trace, |field| {
        let (trace, span) = ids::trace(&field.key, &field.value)?;
        caller.set(span);
        Some(trace)
    });
    parsed.span = told.take(Means::Span, |field| ids::span(&field.key, &field.value)).or(caller.get());
    let name = |field: &mut Field<'a>| {
        let is_name = !field.value.is_empty() && !field.is_number && !is_duration(&field.value);
        let value = || std::mem::take(&mut field.value);
        match field.key == meanings::UNIT {
            true => unit(&field.value).map(|name| name.to_owned().into()),
            false => is_name.then(value),
        }
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
    if parsed.trace.is_none()
        && let Some((trace, span)) = told.ids_of_text(parsed.message.as_deref().unwrap_or_default())
    {
        (parsed.trace, parsed.span) = (Some(trace), parsed.span.or(span));
    }
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

    /// The time, where two fields tell it with what its seconds leave out; what is told of it where no field is one, since
    /// its zone is not known.
    fn time(&mut self) -> (Option<Exact>, Option<Clock>) {
        let (is_said, seconds, elsewhere) = (self.has(Means::Message), Cell::new(false), Cell::new(None));
        let at = self.take(Means::Time, |field| {
            let is_told = !(is_said && field.key == meanings::START_TIME);
            seconds.set(field.key.ends_with("econds") || field.key.ends_with("Second"));
            let told = match field.is_number {
                true => time::by_number(&field.value),
                false => time::whole(&field.value).and_then(|at| {
                    elsewhere.set(Some(Clock::Elsewhere).filter(|_| at.is_none()).or(elsewhere.get()));
                    at
                }),
            };
            told.filter(|_| is_told)
        });
        let Some(at) = at else { return (None, elsewhere.get()) };
        let nanos = |field: &mut Field<'_>| field.value.parse().ok().filter(|nanos: &u64| *nanos < 1_000_000_000);
        let nanos = if seconds.get() { self.take(Means::Nanos, nanos) } else { None };
        (Some(nanos.map_or(at, |nanos| Exact::new(at.at.0, nanos))), None)
    }

    /// The level. A word is surer than a number, of which each logger has its own.
    fn level(&mut self) -> Option<Level> {
        let first = self.first[Means::Level as usize].map(|(_, place)| &*self.fields[place].key);
        let is_mongo = first == Some(meanings::MONGO) && self.fields.iter().any(|field| field.key == "t.$date");
        let is_roarr = first == Some(meanings::ROARR) && self.fields.iter().any(|field| field.key == "sequence");
        let word = |field: &mut Field<'_>| match &*field.key {
            meanings::ROARR => None,
            meanings::POSTGRES => level::by_postgres(&field.value),
            meanings::MONGO => is_mongo.then(|| level::by_letter(*field.value.as_bytes().first()?)).flatten(),
            _ => level::by_word(&field.value),
        };
        let number = |field: &mut Field<'_>| {
            let number = field.value.parse().ok()?;
            match &*field.key {
                meanings::PYTHON => level::by_python(number),
                meanings::SYSLOG => level::by_syslog(number),
                meanings::ROARR => level::by_tens(number).filter(|_| is_roarr),
                key if key.starts_with(['s', 'S']) && key.len() > "severity".len() => level::by_otel(number),
                _ => level::by_tens(number).or_else(|| level::by_syslog(number)).or_else(|| level::by_hundreds(number)),
            }
        };
        self.take(Means::Level, word).or_else(|| self.take(Means::Level, number))
    }

    /// The ids that a message tells, or a list: of headers, of scopes.
    fn ids_of_text(&self, message: &str) -> Option<(TraceId, Option<SpanId>)> {
        let lists = || self.fields.iter().filter(|field| field.is_json && field.value.starts_with('['));
        ids::of_text(message).or_else(|| lists().find_map(|field| ids::of_text(&field.value)))
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

/// Whether a value is how long something took, as Heroku tells of its `service`: `31ms`.
fn is_duration(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
    matches!(&value[number.len()..], "ms" | "s" | "us") && !number.is_empty() && number.parse::<f64>().is_ok()
}

/// The service that a unit of systemd is; a session of somebody is none.
fn unit(value: &str) -> Option<&str> {
    value.strip_suffix(".service").filter(|name| !name.is_empty() && !name.starts_with("user@"))
}

fn trim_newlines(text: &mut Cow<'_, str>) {
    match text {
        Cow::Borrowed(text) => *text = text.trim_end_matches('\n'),
        Cow::Owned(text) => text.truncate(text.trim_end_matches('\n').len()),
    }
}
