//! Spans of an export, from the bytes of the protocol to ours in one walk. What cannot be (ids of a wrong length, all zero)
//! is refused. Texts that come again within an export are kept once, the values of a span's attributes stand in one text:
//! what is taken here is given up on another thread, and each piece of it would cost there once more.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use foldhash::fast::RandomState;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

use super::attribute::{self, LONGEST_KEY, LONGEST_VALUE, Sender, cut};
use super::refused::{Refused, Why};
use super::timed::times;
use super::wire::{Fields, Wrong};
use crate::domain::span::{
    DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus,
    TraceId, UNTIMED,
};
use crate::domain::time::Moment;
use crate::domain::value::Value;
use crate::telemetry::names::Names;

/// Spans of one export; the rest is refused.
pub(super) const MOST_SPANS: usize = 10_000;
/// Events and links of one span; the rest is left out, and counted.
const MOST: usize = 128;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 1 << 10;
/// What OpenTelemetry calls a service that does not say its name.
const NAMELESS: &str = "unknown_service";

/// The spans of an export (the bytes of an `ExportTraceServiceRequest`), and what was refused of it at this moment.
///
/// # Errors
/// If the bytes are no such message.
pub(super) fn read(export: &[u8], names: &Names, now: Moment) -> Result<(Vec<Span>, Refused), Wrong> {
    let mut texts = Texts::default();
    let mut taken = Taken { spans: Vec::new(), refused: Refused::default(), seen: 0, now };
    let mut export = Fields(export);
    while let Some(field) = export.next()? {
        if field.number == 1 {
            resource(field.bytes()?, names, &mut texts, &mut taken)?;
        }
    }
    Ok((taken.spans, taken.refused))
}

/// What was read of an export so far.
struct Taken {
    spans: Vec<Span>,
    refused: Refused,
    /// Spans that stood in it.
    seen: usize,
    now: Moment,
}

/// The spans of one sender.
fn resource(bytes: &[u8], names: &Names, texts: &mut Texts, taken: &mut Taken) -> Result<(), Wrong> {
    // Who they are from may stand behind them.
    let mut resource = Resource::default();
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        if field.number == 1 {
            resource.merge(field.bytes()?)?;
        }
    }
    let sender = attribute::sender(Some(&resource), names);
    let service = texts.shared(sender.service.as_deref().unwrap_or(NAMELESS));
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        if field.number != 2 {
            continue;
        }
        let mut scope = Fields(field.bytes()?);
        while let Some(field) = scope.next()? {
            if field.number != 2 {
                continue;
            }
            taken.seen += 1;
            if taken.seen > MOST_SPANS {
                taken.refused.put(sender.service.as_deref(), Why::Beyond, taken.now);
                continue;
            }
            match one(field.bytes()?, &service, &sender, texts, taken.now)? {
                Some(span) => taken.spans.push(span),
                None => taken.refused.put(sender.service.as_deref(), Why::Ids, taken.now),
            }
        }
    }
    Ok(())
}

/// An id of exactly this many bytes that is not all zero.
pub(super) fn id<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok().filter(|id: &[u8; N]| id.iter().any(|byte| *byte != 0))
}

fn one(
    bytes: &[u8],
    service: &Arc<str>,
    sender: &Sender,
    texts: &mut Texts,
    now: Moment,
) -> Result<Option<Span>, Wrong> {
    let (mut trace, mut own, mut parent) = (None, None, None);
    let (mut name, mut message) = ("", "");
    let (mut kind, mut status, mut dropped) = (0, 0, 0);
    let (mut start_ns, mut end_ns) = (0, 0);
    let (mut events, mut links) = (Vec::new(), Vec::new());
    // What the sender says that it left out, and what is left out here.
    let (mut less_events, mut less_links) = (0, 0);
    let mut fields = Fields(bytes);
    texts.begin();
    while let Some(field) = fields.next()? {
        match field.number {
            1 => trace = id(field.bytes()?),
            2 => own = id(field.bytes()?),
            4 => parent = id(field.bytes()?),
            5 => name = field.text()?,
            6 => kind = field.int()? as i32,
            7 => start_ns = field.fixed64()?,
            8 => end_ns = field.fixed64()?,
            9 => texts.attribute(field.bytes()?)?,
            10 => dropped = field.int()? as u32,
            // After the attributes, whose text is in the making.
            11 if events.len() < MOST => events.push(field.bytes()?),
            11 => less_events += 1,
            12 => less_events += u64::from(field.int()? as u32),
            13 if links.len() < MOST => match link(field.bytes()?)? {
                Some(link) => links.push(link),
                // To nowhere.
                None => less_links += 1,
            },
            13 => less_links += 1,
            14 => less_links += u64::from(field.int()? as u32),
            15 => {
                let mut fields = Fields(field.bytes()?);
                while let Some(field) = fields.next()? {
                    match field.number {
                        2 => message = field.text()?,
                        3 => status = field.int()? as i32,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let (start_ns, end_ns, untimed) = times(start_ns, end_ns, now);
    if let Some(untimed) = untimed {
        texts.mark(UNTIMED, untimed);
    }
    let attributes = texts.attributes(&[
        (DROPPED_ATTRIBUTES, u64::from(dropped) + texts.beyond),
        (DROPPED_EVENTS, less_events),
        (DROPPED_LINKS, less_links),
    ]);
    let events = events.into_iter().map(|bytes| event(bytes, texts)).collect::<Result<_, _>>()?;
    let (Some(trace), Some(own)) = (trace, own) else { return Ok(None) };
    Ok(Some(Span {
        trace: TraceId(trace),
        id: SpanId(own),
        parent: parent.map(SpanId),
        name: texts.name(name),
        kind: match kind {
            2 => SpanKind::Server,
            3 => SpanKind::Client,
            4 => SpanKind::Producer,
            5 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        service: service.clone(),
        instance: sender.instance.clone(),
        start_ns,
        end_ns,
        status: match status {
            1 => SpanStatus::Ok,
            2 => SpanStatus::Error,
            _ => SpanStatus::Unset,
        },
        message: if message.is_empty() { texts.shared("") } else { cut(message, LONGEST_VALUE) },
        attributes,
        events,
        links,
        shares: false,
    }))
}

fn event(bytes: &[u8], texts: &mut Texts) -> Result<SpanEvent, Wrong> {
    let (mut at_ns, mut name, mut dropped) = (0, "", 0);
    let mut fields = Fields(bytes);
    texts.begin();
    while let Some(field) = fields.next()? {
        match field.number {
            1 => at_ns = field.fixed64()?,
            2 => name = field.text()?,
            3 => texts.attribute(field.bytes()?)?,
            4 => dropped = field.int()? as u32,
            _ => {}
        }
    }
    let attributes = texts.attributes(&[(DROPPED_ATTRIBUTES, u64::from(dropped) + texts.beyond)]);
    Ok(SpanEvent { at_ns, name: texts.name(name), attributes })
}

fn link(bytes: &[u8]) -> Result<Option<SpanLink>, Wrong> {
    let (mut trace, mut span) = (None, None);
    let mut fields = Fields(bytes);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => trace = id(field.bytes()?),
            2 => span = id(field.bytes()?),
            _ => {}
        }
    }
    Ok(trace.zip(span).map(|(trace, span)| SpanLink { trace: TraceId(trace), span: SpanId(span) }))
}

/// The texts of one export, and the attributes that are being read.
#[derive(Default)]
struct Texts {
    known: HashSet<Arc<str>, RandomState>,
    /// The keys as they came last, by their places: most things tell theirs in the order of the one before.
    keys: Vec<Arc<str>>,
    /// The attributes in the making: the key, where the value ends in `values`, whether it is a literal.
    open: Vec<(Arc<str>, usize, bool)>,
    values: String,
    /// Attributes beyond the limit.
    beyond: u64,
}

impl Texts {
    /// The one copy of a text within this export.
    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.known.insert(text.clone());
        text
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if name.len() <= LONGEST_NAME { self.shared(name) } else { cut(name, LONGEST_NAME) }
    }

    fn key(&mut self, key: &str) -> Arc<str> {
        let place = self.open.len();
        if let Some(known) = self.keys.get(place).filter(|known| ***known == *key) {
            return known.clone();
        }
        let key = if key.len() <= LONGEST_KEY { self.shared(key) } else { cut(key, LONGEST_KEY) };
        match self.keys.get_mut(place) {
            Some(known) => *known = key.clone(),
            None => self.keys.push(key.clone()),
        }
        key
    }

    /// Another thing's attributes begin.
    fn begin(&mut self) {
        self.open.clear();
        self.values.clear();
        self.beyond = 0;
    }

    /// Takes one attribute.
    fn attribute(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let (mut key, mut value) = ("", None::<Cow<'_, [u8]>>);
        let mut fields = Fields(bytes);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => key = field.text()?,
                // By the protocol a message that comes in two parts is one.
                2 => {
                    let part = field.bytes()?;
                    value = Some(value.map_or(part.into(), |first| [&first, part].concat().into()));
                }
                _ => {}
            }
        }
        if self.open.len() >= attribute::MOST {
            self.beyond += 1;
            return Ok(());
        }
        let is_json = value.map_or(Ok(false), |value| self.value(&value))?;
        let key = self.key(key);
        self.open.push((key, self.values.len(), is_json));
        Ok(())
    }

    /// Writes a value behind those before it; whether it is a literal.
    fn value(&mut self, bytes: &[u8]) -> Result<bool, Wrong> {
        let begin = self.values.len();
        let mut is_json = false;
        let mut fields = Fields(bytes);
        while let Some(field) = fields.next()? {
            if !(1..=8).contains(&field.number) {
                continue;
            }
            self.values.truncate(begin);
            // Writing into a string cannot fail.
            let _ = match field.number {
                1 => match field.text()? {
                    text if text.len() <= LONGEST_VALUE => self.values.write_str(text),
                    text => self.values.write_str(&cut(text, LONGEST_VALUE)),
                },
                2 => write!(self.values, "{}", field.int()? != 0),
                3 => write!(self.values, "{}", field.int()? as i64),
                4 => write!(self.values, "{}", f64::from_bits(field.fixed64()?)),
                8 => field.int().map(|_| Ok(()))?,
                // Lists, maps and bytes are rare, and written as JSON.
                _ => {
                    let told = match AnyValue::decode(bytes) {
                        Ok(value) => attribute::typed(Some(&value)),
                        // Values within values, deeper than anything is written.
                        Err(wrong) if wrong.to_string().contains("recursion limit") => "…".into(),
                        Err(wrong) => return Err(wrong.into()),
                    };
                    self.values.push_str(&told);
                    return Ok(told.is_json());
                }
            };
            is_json = match field.number {
                4 => f64::from_bits(field.fixed64()?).is_finite(),
                number => matches!(number, 2 | 3),
            };
        }
        Ok(is_json)
    }

    /// Says more of the thing than its sender did.
    fn mark(&mut self, key: &str, value: &str) {
        let key = self.shared(key);
        self.values.push_str(value);
        self.open.push((key, self.values.len(), false));
    }

    /// The attributes that were read; how many of what are missing is one more.
    fn attributes(&mut self, missing: &[(&str, u64)]) -> Vec<(Arc<str>, Value)> {
        for (what, count) in missing.iter().filter(|(_, count)| *count > 0) {
            let key = self.shared(what);
            // Writing into a string cannot fail.
            let _ = write!(self.values, "{count}");
            self.open.push((key, self.values.len(), false));
        }
        let all: Arc<str> = if self.open.is_empty() { return Vec::new() } else { self.values.as_str().into() };
        let mut begin = 0;
        let part = |(key, end, is_json): (Arc<str>, usize, bool)| {
            let value = Value::part(&all, begin..end, is_json);
            begin = end;
            (key, value)
        };
        self.open.drain(..).map(part).collect()
    }
}

#[cfg(test)]
#[path = "span_tests.rs"]
mod tests;
