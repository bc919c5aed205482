//! One span as bytes, about a quarter of what it takes decoded. A record begins with its length and with what a walk
//! over many spans needs (id, kind, outcome), so that the rest is only read when somebody looks.

use std::{borrow::Cow, sync::Arc};

use super::shapes::Shapes;
use crate::domain::address::Address;
use crate::domain::attributes::{Attributes, Values};
use crate::domain::secret;
use crate::domain::span::{Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus, TraceId};
use crate::store::pack::{Names, Reader, Shared, Table, Writer};

/// The tables that packed spans refer to.
#[derive(Debug)]
pub(super) struct Tables {
    /// Services and keys of attributes.
    pub(super) names: Names,
    /// Names of spans: a service that puts ids into them fills this one, not the other.
    pub(super) operations: Names,
    /// Addresses of instances.
    pub(super) addresses: Table<Address>,
    shapes: Shapes,
}

impl Default for Tables {
    fn default() -> Self {
        let (names, operations) = (Names::new(1 << 14), Names::new(1 << 14));
        Self { names, operations, addresses: Table::new(1 << 14), shapes: Shapes::default() }
    }
}

/// A span without what only a detail shows.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) kind: SpanKind,
    pub(super) failed: bool,
    pub(super) timeless: bool,
    pub(super) service: Arc<str>,
    pub(super) instance: Option<Address>,
    pub(super) name: Arc<str>,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

const KINDS: [SpanKind; 5] =
    [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
const STATES: [SpanStatus; 3] = [SpanStatus::Unset, SpanStatus::Ok, SpanStatus::Error];

const STATUS_SHIFT: u8 = 3;
const FAILED: u8 = 1 << 5;
const HAS_PARENT: u8 = 1 << 6;
const TIMELESS: u8 = 1 << 7;
/// Bytes before a record's body: its length, the span's id, the flags.
const FRONT: usize = 4 + 8 + 1;

fn flags(span: &Span, failed: bool) -> u8 {
    let kind = KINDS.iter().position(|k| *k == span.kind).unwrap_or(0) as u8;
    let status = STATES.iter().position(|s| *s == span.status).unwrap_or(0) as u8;
    let failed = if failed { FAILED } else { 0 };
    let parent = if span.parent.is_some() { HAS_PARENT } else { 0 };
    let timeless = if span.is_timeless() { TIMELESS } else { 0 };
    kind | status << STATUS_SHIFT | failed | parent | timeless
}

/// Writes a span at the end of the buffer; the numbers of its service and its operation, where the tables had room for both.
pub(super) fn pack(span: &Span, failed: bool, tables: &mut Tables, buffer: &mut Vec<u8>) -> Option<(u32, u32)> {
    let from = buffer.len();
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&span.id.0);
    buffer.push(flags(span, failed));
    let mut writer = Writer(buffer);
    if let Some(parent) = span.parent {
        writer.0.extend_from_slice(&parent.0);
    }
    writer.number(span.start_ns);
    writer.signed(span.end_ns.wrapping_sub(span.start_ns) as i64);
    let service = writer.shared(&span.service, &mut tables.names);
    match span.instance.as_ref().map(|address| (address, tables.addresses.put(address))) {
        None => writer.number(0),
        Some((_, Some(number))) => writer.number(u64::from(number) + 2),
        Some((address, None)) => {
            writer.number(1);
            writer.bytes(address.text().as_bytes());
        }
    }
    let operation = writer.shared(&span.name, &mut tables.operations);
    writer.bytes(span.message.as_bytes());
    pairs(&mut writer, &span.attributes, tables);
    writer.number(span.events.len() as u64);
    for event in &span.events {
        writer.signed(event.at_ns.wrapping_sub(span.start_ns) as i64);
        writer.shared(&event.name, &mut tables.names);
        pairs(&mut writer, &event.attributes, tables);
    }
    writer.number(span.links.len() as u64);
    for link in &span.links {
        writer.0.extend_from_slice(&link.trace.0);
        writer.0.extend_from_slice(&link.span.0);
    }
    let length = u32::try_from(buffer.len() - from).unwrap_or(u32::MAX);
    buffer[from..from + 4].copy_from_slice(&length.to_le_bytes());
    service.zip(operation)
}

fn pairs(writer: &mut Writer<'_>, pairs: &Attributes, tables: &mut Tables) {
    writer.number(pairs.len() as u64);
    let numbers = tables.shapes.numbers(pairs.keys(), &mut tables.names);
    for ((key, value), number) in pairs.iter().zip(numbers) {
        writer.named(key, *number);
        writer.number((value.len() as u64) << 1 | u64::from(value.is_json()));
        writer.0.extend_from_slice(value.as_bytes());
    }
}

/// The value of an attribute, and whether it is a literal.
fn value<'a>(reader: &mut Reader<'a>) -> Option<(&'a str, bool)> {
    let tag = reader.number()?;
    let bytes = reader.take(usize::try_from(tag >> 1).ok()?)?;
    Some((std::str::from_utf8(bytes).ok()?, tag & 1 == 1))
}

/// The records of a buffer, one after the other.
pub(super) fn records(buffer: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = buffer;
    std::iter::from_fn(move || {
        let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let (record, after) = rest.split_at_checked(length)?;
        rest = after;
        (record.len() >= FRONT).then_some(record)
    })
}

/// What a record is known by: its id, and its part in a call, since a caller and a callee may share an id.
pub(super) fn identity(record: &[u8]) -> (SpanId, SpanKind) {
    let mut id = [0; 8];
    id.copy_from_slice(&record[4..12]);
    (SpanId(id), KINDS.get(usize::from(record[12] & 7)).copied().unwrap_or_default())
}

/// Whether a record is this span.
pub(super) fn is_same(record: &[u8], span: &Span) -> bool {
    record[4..12] == span.id.0 && identity(record).1 == span.kind
}

/// What stands before the message, read in place.
#[derive(Debug)]
pub(super) struct Front<'a> {
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) kind: SpanKind,
    pub(super) status: SpanStatus,
    pub(super) failed: bool,
    pub(super) timeless: bool,
    pub(super) service: Shared<'a>,
    pub(super) instance: Option<Cow<'a, Address>>,
    pub(super) name: Shared<'a>,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

/// Reads what stands before the message, and leaves the reader there.
pub(super) fn front<'a>(record: &'a [u8], tables: &'a Tables) -> Option<(Front<'a>, Reader<'a>)> {
    let mut reader = Reader(record.get(4..)?);
    let id = SpanId(reader.array()?);
    let flags = reader.byte()?;
    let parent = if flags & HAS_PARENT != 0 { Some(SpanId(reader.array()?)) } else { None };
    let start_ns = reader.number()?;
    let end_ns = start_ns.wrapping_add(reader.signed()? as u64);
    let service = reader.shared(&tables.names)?;
    let instance = match reader.number()? {
        0 => None,
        1 => reader.text()?.parse().ok().map(Cow::Owned),
        number => tables.addresses.get(u32::try_from(number - 2).ok()?).map(Cow::Borrowed),
    };
    let name = reader.shared(&tables.operations)?;
    let kind = *KINDS.get(usize::from(flags & 7))?;
    let status = *STATES.get(usize::from(flags >> STATUS_SHIFT & 3))?;
    let (failed, timeless) = (flags & FAILED != 0, flags & TIMELESS != 0);
    Some((Front { id, parent, kind, status, failed, timeless, service, instance, name, start_ns, end_ns }, reader))
}

/// Reads a record without its details.
pub(super) fn read_head(record: &[u8], tables: &Tables) -> Option<Head> {
    let Front { id, parent, kind, failed, timeless, service, instance, name, start_ns, end_ns, .. } =
        front(record, tables)?.0;
    let (service, instance, name) = (service.into(), instance.map(Cow::into_owned), name.into());
    Some(Head { id, parent, kind, failed, timeless, service, instance, name, start_ns, end_ns })
}

/// Reads a record whole, secrets in its texts masked.
pub(super) fn read(trace: TraceId, record: &[u8], tables: &Tables) -> Option<Span> {
    read_as(trace, record, tables, true)
}

/// The same with its secrets: to look for something in it, never to show it.
pub(super) fn read_bare(trace: TraceId, record: &[u8], tables: &Tables) -> Option<Span> {
    read_as(trace, record, tables, false)
}

fn read_as(trace: TraceId, record: &[u8], tables: &Tables, masks: bool) -> Option<Span> {
    let (front, mut reader) = front(record, tables)?;
    let message = reader.text()?;
    let message = if masks { secret::mask(message) } else { Cow::Borrowed(message) }.into();
    let attributes = read_pairs(&mut reader, tables, masks)?;
    let mut events = Vec::new();
    for _ in 0..reader.number()? {
        let at_ns = front.start_ns.wrapping_add(reader.signed()? as u64);
        let name = reader.shared(&tables.names)?.into();
        events.push(SpanEvent { at_ns, name, attributes: read_pairs(&mut reader, tables, masks)? });
    }
    let mut links = Vec::new();
    for _ in 0..reader.number()? {
        links.push(SpanLink { trace: TraceId(reader.array()?), span: SpanId(reader.array()?) });
    }
    let Front { id, parent, kind, status, start_ns, end_ns, .. } = front;
    Some(Span {
        trace,
        id,
        parent,
        name: front.name.into(),
        kind,
        service: front.service.into(),
        instance: front.instance.map(Cow::into_owned),
        start_ns,
        end_ns,
        status,
        message,
        attributes,
        events,
        links,
        shares: false,
    })
}

fn read_pairs(reader: &mut Reader<'_>, tables: &Tables, masks: bool) -> Option<Attributes> {
    let mut pairs = Vec::new();
    for _ in 0..reader.number()? {
        pairs.push((reader.shared(&tables.names)?, value(reader)?));
    }
    let mut values = Values::default();
    if masks {
        let flat = secret::Flat::of(pairs.iter().map(|(key, (text, _))| (key.text(), *text)));
        for (key, (text, json)) in &pairs {
            match flat.mask(key, text) {
                Cow::Borrowed(same) if same == *text => values.put(text, *json),
                // A mask is no number.
                other => values.put(&other, false),
            }
        }
    } else {
        pairs.iter().for_each(|(_, (text, json))| values.put(text, *json));
    }
    Some(values.under(Arc::new(pairs.into_iter().map(|(key, _)| key.into()).collect())))
}

/// The value of one attribute as it came, without reading the rest of them into memory.
pub(super) fn attribute<'a>(record: &'a [u8], keys: &[&str], tables: &'a Tables) -> Option<&'a str> {
    let (_, mut reader) = front(record, tables)?;
    reader.bytes()?;
    let mut found = None;
    any_pair(&mut reader, tables, |key, value| {
        found = keys.contains(&key).then_some(value);
        found.is_some()
    });
    found
}

/// Whether any of the pairs that follow, a key and its value as it came, passes.
pub(super) fn any_pair<'a>(
    reader: &mut Reader<'a>,
    tables: &'a Tables,
    mut test: impl FnMut(&str, &'a str) -> bool,
) -> bool {
    (0..reader.number().unwrap_or(0)).any(|_| {
        let key = reader.shared(&tables.names);
        key.zip(value(reader)).is_some_and(|(key, (value, _))| test(&key, value))
    })
}

/// Whether what a span says of its outcome passes, or what one of its events says: its texts as they came, each behind what it is
/// called. The reader stands where [`front`] leaves it.
pub(super) fn any_said<'a>(
    mut reader: Reader<'a>,
    tables: &'a Tables,
    test: impl Fn(&[(&'a str, &'a str)]) -> bool,
) -> Option<bool> {
    if test(&[("message", reader.text()?)]) {
        return Some(true);
    }
    any_pair(&mut reader, tables, |_, _| false);
    for _ in 0..reader.number()? {
        reader.signed()?;
        let mut said = vec![("name", reader.shared(&tables.names)?.text())];
        for _ in 0..reader.number()? {
            said.push((reader.shared(&tables.names)?.text(), value(&mut reader)?.0));
        }
        if test(&said) {
            return Some(true);
        }
    }
    Some(false)
}

/// What a span links to. The reader stands where [`front`] leaves it.
pub(super) fn links<'a>(mut reader: Reader<'a>, tables: &'a Tables) -> impl Iterator<Item = SpanLink> {
    let mut left = links_begin(&mut reader, tables).unwrap_or(0);
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        Some(SpanLink { trace: TraceId(reader.array()?), span: SpanId(reader.array()?) })
    })
}

/// Passes over what stands before the links; how many there are.
fn links_begin<'a>(reader: &mut Reader<'a>, tables: &'a Tables) -> Option<u64> {
    reader.bytes()?;
    any_pair(reader, tables, |_, _| false);
    for _ in 0..reader.number()? {
        reader.signed()?;
        reader.shared(&tables.names)?;
        any_pair(reader, tables, |_, _| false);
    }
    reader.number()
}
