//! One log line as bytes. Its texts stand in one region, the raw bytes first, so that a search runs over what came and
//! nothing else; whatever the line says of itself (message, fields) refers into that region where it stands there.

use std::{borrow::Cow, sync::Arc};

use memchr::memmem;

use super::block::Entry;
use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat, LogLine, LogSource};
use crate::domain::secret;
use crate::domain::span::{SpanId, TraceId};
use crate::domain::time::Moment;
use crate::domain::value::Value;
use crate::store::pack::{Names, Reader, Shared, Table, Writer};

/// The tables that packed lines refer to.
#[derive(Debug)]
pub(super) struct Tables {
    /// Services, keys of fields, paths of files.
    pub(super) names: Names,
    /// Addresses of instances.
    pub(super) addresses: Table<Address>,
}

impl Default for Tables {
    fn default() -> Self {
        Self { names: Names::new(1 << 14), addresses: Table::new(1 << 14) }
    }
}

/// The levels, in the order in which they are written as a number.
pub(super) const LEVELS: [Level; 7] =
    [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// The number of a level.
pub(super) fn level_number(level: Level) -> u8 {
    LEVELS.iter().position(|l| *l == level).unwrap_or(0) as u8
}

const HAS_SERVICE: u8 = 1;
const HAS_TRACE: u8 = 1 << 1;
const HAS_SPAN: u8 = 1 << 2;
const HAS_INSTANCE: u8 = 1 << 3;
const HAS_RAW: u8 = 1 << 4;
/// Two bits: OTLP, standard input, file.
const SOURCE_SHIFT: u8 = 5;

/// What stands between two texts of a region, so that nothing is found across them.
const BETWEEN: u8 = b'\n';

/// Places at which a text is looked for by its first byte, before it is searched for in earnest.
const GUESSES: usize = 6;

/// Where a text of a line stands in its region, as far as it is there already: what is a part of the raw bytes knows. Of
/// copies most stand behind the one before (`from`), a few bytes on: finding that is cheaper than making a search ready.
fn refer(line: &LogLine, more: &mut Vec<u8>, from: &mut usize, text: &Value) -> (usize, usize) {
    if let Some(at) = text.place_in(&line.raw) {
        return (at, text.len());
    }
    let text = text.as_bytes();
    let there = line.raw.get(*from..).unwrap_or_default();
    let guessed = text.first().and_then(|first| {
        let mut places = memchr::memchr_iter(*first, there).take(GUESSES);
        places.find(|at| there[*at..].starts_with(text)).map(|at| *from + at)
    });
    if let Some(at) = guessed.or_else(|| memmem::find(&line.raw, text)) {
        *from = at + text.len();
        return (at, text.len());
    }
    more.push(BETWEEN);
    more.extend_from_slice(text);
    (line.raw.len() + more.len() - text.len(), text.len())
}

/// Packs a line. What the entry of a line holds (time, level) is not written again.
pub(super) fn pack(line: &LogLine, tables: &mut Tables, scratch: &mut Scratch) {
    let Scratch { more, places, record } = scratch;
    more.clear();
    record.clear();
    places.clear();
    let mut from = 0;
    places.push(refer(line, more, &mut from, &line.message));
    places.extend(line.fields.iter().map(|(_, value)| refer(line, more, &mut from, value)));

    let has = |there: bool, flag: u8| if there { flag } else { 0 };
    let source = match line.source {
        LogSource::Otlp => 0,
        LogSource::Stdin => 1,
        LogSource::File(_) => 2,
    };
    let mut writer = Writer(record);
    writer.number((line.raw.len() + more.len()) as u64);
    writer.0.extend_from_slice(&line.raw);
    writer.0.extend_from_slice(more);
    writer.0.push(
        has(line.service.is_some(), HAS_SERVICE)
            | has(line.trace.is_some(), HAS_TRACE)
            | has(line.span.is_some(), HAS_SPAN)
            | has(line.instance.is_some(), HAS_INSTANCE)
            | has(!line.raw.is_empty(), HAS_RAW)
            | source << SOURCE_SHIFT,
    );
    writer.0.push(LogFormat::ALL.iter().position(|format| *format == line.format).unwrap_or(0) as u8);
    if let Some(TraceId(id)) = line.trace {
        writer.0.extend_from_slice(&id);
    }
    if let Some(SpanId(id)) = line.span {
        writer.0.extend_from_slice(&id);
    }
    writer.signed(line.seen_at.0.wrapping_sub(line.at.0));
    if !line.raw.is_empty() {
        writer.number(line.raw.len() as u64);
    }
    if let Some(service) = &line.service {
        writer.shared(service, &mut tables.names);
    }
    if let Some(address) = &line.instance {
        match tables.addresses.put(address) {
            Some(number) => writer.number(u64::from(number) + 1),
            None => {
                writer.number(0);
                writer.bytes(address.text().as_bytes());
            }
        }
    }
    if let LogSource::File(path) = &line.source {
        writer.shared(path, &mut tables.names);
    }
    writer.number(line.fields.len() as u64);
    for (place, (offset, length)) in places.iter().enumerate() {
        if let Some((key, _)) = place.checked_sub(1).map(|field| &line.fields[field]) {
            writer.shared(key, &mut tables.names);
        }
        let is_json = place.checked_sub(1).is_some_and(|field| line.fields[field].1.is_json());
        writer.number(*offset as u64);
        writer.number((*length as u64) << 1 | u64::from(is_json));
    }
}

/// Room in which lines are packed, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// What the region holds behind the raw bytes.
    more: Vec<u8>,
    places: Vec<(usize, usize)>,
    /// The packed line.
    pub(super) record: Vec<u8>,
}

/// Everything that the line says, as bytes to search in.
pub(super) fn region(record: &[u8]) -> &[u8] {
    Reader(record).bytes().unwrap_or_default()
}

/// Whether a line came as text: then that holds the names of its fields, too.
pub(super) fn came_as_text(record: &[u8]) -> bool {
    let mut reader = Reader(record);
    reader.bytes().and_then(|_| reader.byte()).is_some_and(|flags| flags & HAS_RAW != 0)
}

/// The trace that a line belongs to.
pub(super) fn trace(record: &[u8]) -> Option<TraceId> {
    let mut reader = Reader(record);
    reader.bytes()?;
    let flags = reader.byte()?;
    reader.byte()?;
    if flags & HAS_TRACE == 0 { None } else { Some(TraceId(reader.array()?)) }
}

/// What stands before a line's message and fields.
struct Head<'a> {
    region: &'a [u8],
    trace: Option<TraceId>,
    span: Option<SpanId>,
    /// How much later than its own time the line was seen, in ms.
    seen_after: i64,
    raw: usize,
    service: Option<Shared<'a>>,
    instance: Option<Cow<'a, Address>>,
    source: LogSource,
    format: LogFormat,
    fields: u64,
}

fn head<'a>(record: &'a [u8], tables: &'a Tables) -> Option<(Head<'a>, Reader<'a>)> {
    let mut reader = Reader(record);
    let region = reader.bytes()?;
    let flags = reader.byte()?;
    let format = LogFormat::ALL.get(usize::from(reader.byte()?)).copied().unwrap_or_default();
    let trace = if flags & HAS_TRACE != 0 { Some(TraceId(reader.array()?)) } else { None };
    let span = if flags & HAS_SPAN != 0 { Some(SpanId(reader.array()?)) } else { None };
    let seen_after = reader.signed()?;
    let raw = if flags & HAS_RAW != 0 { reader.number()? as usize } else { 0 };
    let service = if flags & HAS_SERVICE != 0 { Some(reader.shared(&tables.names)?) } else { None };
    let instance = match flags & HAS_INSTANCE {
        0 => None,
        _ => match reader.number()? {
            0 => reader.text()?.parse().ok().map(Cow::Owned),
            number => tables.addresses.get(u32::try_from(number - 1).ok()?).map(Cow::Borrowed),
        },
    };
    let source = match flags >> SOURCE_SHIFT & 3 {
        0 => LogSource::Otlp,
        1 => LogSource::Stdin,
        _ => LogSource::File(reader.shared(&tables.names)?.into()),
    };
    let fields = reader.number()?;
    Some((Head { region, trace, span, seen_after, raw, service, instance, source, format, fields }, reader))
}

/// Reads a line, secrets in its message and fields masked; the raw bytes are as they came.
pub(super) fn read(record: &[u8], entry: &Entry, tables: &Tables) -> Option<LogLine> {
    let (at, below_ns, level) = (entry.at(), entry.key.below_ns(), entry.level());
    let (head, mut reader) = head(record, tables)?;
    let Head { region, trace, span, source, format, .. } = head;
    let (service, instance) = (head.service.map(Arc::from), head.instance.map(Cow::into_owned));
    let message = secret::mask(text(region, &mut reader)?).into();
    let mut fields = Vec::new();
    for _ in 0..head.fields {
        let key: Arc<str> = reader.shared(&tables.names)?.into();
        let (told, is_json) = value(region, &mut reader)?;
        fields.push((key, told, is_json));
    }
    let flat = secret::Flat::of(fields.iter().map(|(key, told, _)| (&**key, *told)));
    let masked = |(key, told, is_json): (Arc<str>, &str, bool)| {
        let clean = flat.mask(&key, told);
        let told = if is_json { Value::json(told).replaced(clean) } else { clean.into() };
        (key, told)
    };
    let fields = fields.into_iter().map(masked).collect();
    let raw = region.get(..head.raw)?.into();
    let seen_at = Moment(at.0.wrapping_add(head.seen_after));
    Some(LogLine { at, seen_at, below_ns, level, service, instance, message, trace, span, fields, source, format, raw })
}

/// The instance that a line names.
pub(super) fn instance<'a>(record: &'a [u8], tables: &'a Tables) -> Option<Cow<'a, Address>> {
    head(record, tables)?.0.instance
}

/// The instance that a line names which names no service: cheap to say no.
pub(super) fn nameless<'a>(record: &'a [u8], tables: &'a Tables) -> Option<Cow<'a, Address>> {
    let mut reader = Reader(record);
    let flags = reader.bytes().and_then(|_| reader.byte())?;
    if flags & (HAS_SERVICE | HAS_INSTANCE) == HAS_INSTANCE { instance(record, tables) } else { None }
}

/// The span that a line belongs to.
pub(super) fn span(record: &[u8], tables: &Tables) -> Option<SpanId> {
    head(record, tables)?.0.span
}

/// Where a line came from.
pub(super) fn source(record: &[u8], tables: &Tables) -> Option<LogSource> {
    Some(head(record, tables)?.0.source)
}

/// The shape that a line came in.
pub(super) fn format(record: &[u8]) -> LogFormat {
    let mut reader = Reader(record);
    let number = reader.bytes().and_then(|_| reader.byte()).and_then(|_| reader.byte());
    number.and_then(|number| LogFormat::ALL.get(usize::from(number)).copied()).unwrap_or_default()
}

/// Whether the message or any field passes, as they came.
pub(super) fn any_field(record: &[u8], tables: &Tables, test: &dyn Fn(&str, &str) -> bool) -> bool {
    let Some((head, mut reader)) = head(record, tables) else { return false };
    if text(head.region, &mut reader).is_some_and(|message| test("message", message)) {
        return true;
    }
    (0..head.fields).any(|_| {
        let key = reader.shared(&tables.names);
        key.zip(text(head.region, &mut reader)).is_some_and(|(key, value)| test(&key, value))
    })
}

/// The message as it came, and the instance: what lines are told apart by. Never shown: secrets are not masked in it.
pub(super) fn gist<'a>(record: &'a [u8], tables: &'a Tables) -> Option<(&'a str, Option<Cow<'a, Address>>)> {
    let (head, mut reader) = head(record, tables)?;
    Some((text(head.region, &mut reader)?, head.instance))
}

fn text<'a>(region: &'a [u8], reader: &mut Reader<'_>) -> Option<&'a str> {
    Some(value(region, reader)?.0)
}

/// A text, and whether it is a literal of JSON.
fn value<'a>(region: &'a [u8], reader: &mut Reader<'_>) -> Option<(&'a str, bool)> {
    let offset = usize::try_from(reader.number()?).ok()?;
    let length = reader.number()?;
    let (length, is_json) = (usize::try_from(length >> 1).ok()?, length & 1 == 1);
    Some((std::str::from_utf8(region.get(offset..offset.checked_add(length)?)?).ok()?, is_json))
}
