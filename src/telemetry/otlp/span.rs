//! Spans of an export, from the bytes of the protocol to ours in one walk. What cannot be (ids of a wrong length, all zero)
//! is refused. What is taken here is given up on another thread, and each piece of it would cost there once more: texts and
//! attributes are kept in as few as can be (texts.rs).

use std::sync::Arc;

use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

use super::attribute::{self, LONGEST_VALUE, Sender, cut};
use super::refused::{Refused, Why};
use super::texts::Texts;
use super::timed::times;
use super::wire::{Fields, Wrong};
use crate::domain::span::{
    DROPPED_ATTRIBUTES, DROPPED_EVENTS, DROPPED_LINKS, Span, SpanEvent, SpanId, SpanKind, SpanLink, SpanStatus,
    TraceId, UNTIMED,
};
use crate::domain::time::Moment;
use crate::telemetry::names::Names;

/// Spans of one export; the rest is refused.
pub(super) const MOST_SPANS: usize = 10_000;
/// Events and links of one span; the rest is left out, and counted.
const MOST: usize = 128;
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
    texts.settle(&mut taken.spans);
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
            let bytes = field.bytes()?;
            if taken.spans.is_empty() {
                // As many as there is room for, were they all as long as the first: what grows little by little is moved often.
                taken.spans.reserve((1 + scope.0.len() / bytes.len().max(1)).min(MOST_SPANS));
            }
            match one(bytes, &service, &sender, texts, taken.now)? {
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
    let begins = texts.begin();
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
        (DROPPED_ATTRIBUTES, u64::from(dropped) + texts.beyond()),
        (DROPPED_EVENTS, less_events),
        (DROPPED_LINKS, less_links),
    ]);
    let events = events.into_iter().map(|bytes| event(bytes, texts)).collect::<Result<_, _>>()?;
    let (Some(trace), Some(own)) = (trace, own) else {
        texts.forget(begins);
        return Ok(None);
    };
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
    let attributes = texts.attributes(&[(DROPPED_ATTRIBUTES, u64::from(dropped) + texts.beyond())]);
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

#[cfg(test)]
#[path = "span_tests.rs"]
mod tests;
