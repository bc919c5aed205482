//! Ids of traces and spans as lines write them: in hex, as a UUID, in W3C's `traceparent`, in the headers of B3, Jaeger, AWS
//! and Google, as the path of Google's logs, as Datadog's decimals; as fields, and within a text.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::domain::span::{SpanId, TraceId};

/// Places of a text that are looked at.
const MOST: usize = 8;
/// No text with an id and its name is shorter, in bytes: `b3: `, and the id.
const SHORTEST: usize = 19;
/// The longest that tells ids, in bytes: the header of AWS, with what it may have behind them.
const LONGEST: usize = 128;

/// The id that a field of this name tells, and that of the span where the same text tells it. A trace id of half the length
/// is one of a system of half the length.
pub(super) fn trace(key: &str, text: &str) -> Option<(TraceId, Option<SpanId>)> {
    let text = match text.strip_prefix("projects/") {
        Some(path) => path.split_once("/traces/")?.1,
        None => text.strip_prefix("0x").unwrap_or(text),
    };
    if let Some(number) = decimal(key, text) {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number);
        return Some((TraceId(id), None));
    }
    if let (16 | 32, Some(id)) = (text.len(), padded(text.as_bytes())) {
        return Some((TraceId(id), None));
    }
    match text.as_bytes() {
        // W3C's: a version, both ids, flags.
        [_, _, b'-', parent @ ..] if parent.len() >= 52 && parent[32] == b'-' && parent[49] == b'-' => {
            Some((TraceId(hex(&parent[..32])?), hex(&parent[33..49]).map(SpanId)))
        }
        // With dashes, as a UUID.
        parts if parts.len() == 36 && parts[8] == b'-' => {
            let digits: Vec<u8> = parts.iter().copied().filter(|byte| *byte != b'-').collect();
            hex(&digits).map(|id| (TraceId(id), None))
        }
        _ => xray(text).or_else(|| with_span(text)),
    }
}

/// What AWS writes: `1-8 digits-24 digits`, with `Root=` before it and `;Parent=` behind it, or `@` and the span.
fn xray(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    let id = text.split_once("Root=").map_or(text, |(_, id)| id).strip_prefix("1-")?;
    let (time, rest) = (id.get(..8)?, id.get(8..)?.strip_prefix('-')?);
    let trace = hex([time, rest.get(..24)?].concat().as_bytes())?;
    let span = rest[24..].strip_prefix('@').or_else(|| Some(text.split_once("Parent=")?.1));
    Some((TraceId(trace), span.and_then(|span| hex(span.get(..16)?.as_bytes())).map(SpanId)))
}

/// Both ids in one text: B3's `trace-span-1`, Jaeger's `trace:span:parent:flags`, Google's `trace/span;o=1`.
fn with_span(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    let length = text.bytes().take(33).take_while(u8::is_ascii_hexdigit).count();
    let (trace, rest) = text.split_at(length);
    let span = match (length, rest.as_bytes().first()?) {
        (16 | 32, b'-') => {
            let span = rest.get(1..17)?;
            hex(span.as_bytes()).filter(|_| matches!(rest.as_bytes().get(17), None | Some(b'-')))?
        }
        (12..=32, b':') => {
            let mut parts = rest[1..].split(':');
            let (span, parent, flags) = (parts.next()?, parts.next()?, parts.next()?);
            let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            (is_hex(parent) && is_hex(flags) && parts.next().is_none()).then(|| padded(span.as_bytes()))??
        }
        (32, b'/') => {
            let span = rest[1..].split(';').next()?;
            let number = span.parse::<u64>().ok().filter(|id| *id > 0).map(u64::to_be_bytes);
            number.or_else(|| hex(span.as_bytes()))?
        }
        _ => return None,
    };
    Some((TraceId(padded(trace.as_bytes())?), Some(SpanId(span))))
}

/// An id whose first zeros may have been left out.
fn padded<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut whole = [b'0'; 32];
    let whole = &mut whole[..2 * N];
    let zeros = whole.len().checked_sub(digits.len())?;
    whole[zeros..].copy_from_slice(digits);
    hex(whole)
}

/// The id of a span that a field of this name tells.
pub(super) fn span(key: &str, text: &str) -> Option<SpanId> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    decimal(key, text).or_else(|| hex(text.as_bytes())).map(SpanId)
}

/// An id of 64 bits as a number, as Datadog writes it. By another name only one too long for hex is one.
fn decimal(key: &str, text: &str) -> Option<[u8; 8]> {
    let is_one =
        matches!(text.len(), 17..=20) || text.len() < 17 && key.ends_with("dd.trace_id") | key.ends_with("dd.span_id");
    if !is_one || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<u64>().ok().filter(|id| *id > 0).map(u64::to_be_bytes)
}

/// The ids that a text tells beside their names: `trace_id=4bf9… span_id=00f0…`, `TraceId:4bf9…`, `b3: 4bf9…-00f0…`; or in
/// brackets of their own: `[4bf9…,00f0…]`.
pub(super) fn of_text(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    static TRACE: LazyLock<Finder> = LazyLock::new(|| Finder::new("race"));
    static LOUD: LazyLock<Finder> = LazyLock::new(|| Finder::new("TRACE"));
    static SPAN: LazyLock<Finder> = LazyLock::new(|| Finder::new("pan"));
    if text.len() < SHORTEST {
        return None;
    }
    let key = |is_datadogs: bool, key: &'static str| if is_datadogs { key } else { "" };
    let found = named(&TRACE, b't', text).find_map(|(is_datadogs, id)| {
        let key = key(is_datadogs, "dd.trace_id");
        trace(key, wide(id)).or_else(|| trace(key, narrow(id)))
    });
    let loud = || LOUD.find_iter(text.as_bytes()).take(MOST).find_map(|at| trace("", wide(told(&text[at + 5..])?)));
    let Some((trace, caller)) = found.or_else(loud) else { return b3(text).or_else(|| bracketed(text)) };
    let own =
        || named(&SPAN, b's', text).find_map(|(is_datadogs, id)| span(key(is_datadogs, "dd.span_id"), narrow(id)));
    // AWS calls it a segment.
    let segment = || text.split_once("SegmentId: ").and_then(|(_, id)| span("", narrow(id)));
    Some((trace, caller.or_else(own).or_else(segment)))
}

/// What stands behind `b3`, B3's name of its one header.
fn b3(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    static B3: LazyLock<Finder> = LazyLock::new(|| Finder::new("b3"));
    B3.find_iter(text.as_bytes()).take(MOST).find_map(|at| {
        let is_whole = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
        trace("", wide(told(&text[at + 2..]).filter(|_| is_whole)?))
    })
}

/// Both ids in brackets of their own.
fn bracketed(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    memchr::memchr_iter(b'[', text.as_bytes()).take(MOST).find_map(|at| {
        let ids = text.as_bytes().get(at + 1..at + 51)?;
        let is_one = ids[49] == b']' && matches!(ids[32], b',' | b'-' | b'/' | b' ' | b':');
        is_one.then(|| Some((TraceId(hex(&ids[..32])?), Some(SpanId(hex(&ids[33..49])?)))))?
    })
}

/// What stands beside names that begin with this letter and go on with what is to be found; whether they are Datadog's.
fn named<'a>(finder: &'static Finder, first: u8, text: &'a str) -> impl Iterator<Item = (bool, &'a str)> {
    let places = finder.find_iter(text.as_bytes()).take(MOST);
    let begins = places.filter(move |at| *at > 0 && text.as_bytes()[at - 1].eq_ignore_ascii_case(&first));
    begins.filter_map(move |at| told(&text[at + finder.needle().len()..]).map(|id| (is_datadogs(&text[..at - 1]), id)))
}

fn is_datadogs(before: &str) -> bool {
    before.ends_with("dd.")
}

/// How names of ids end.
const ENDS: &[&str] = &["_id", "Id", "ID", "id", ".id", "-id", "-Id", "-ID", "_ID", "parent", "-Context", "-context"];

/// What stands behind a name of which this is the end: `_id=`, `Id: "`, `parent=`.
fn told(text: &str) -> Option<&str> {
    let rest = ENDS.iter().find_map(|end| text.strip_prefix(end)).unwrap_or(text);
    // In a text that is quoted within another, too.
    let rest = rest.trim_start_matches(['"', '\'', '\\']).trim_start().strip_prefix(['=', ':', ','])?;
    Some(rest.trim_start_matches([' ', '"', '\'', '\\']))
}

/// The id that a text begins with.
fn narrow(text: &str) -> &str {
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let text = text.strip_prefix("0x").unwrap_or(text);
    let end = text.bytes().take(LONGEST).take_while(is_digit).count();
    text[..end].trim_end_matches('-')
}

/// The same with all that may stand beside ids.
fn wide(text: &str) -> &str {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'-' | b':' | b'/' | b'@' | b'=' | b';');
    &text[..text.bytes().take(LONGEST).take_while(is_part).count()]
}

/// What each byte is as a digit; what is none has its upper bits set.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

pub(super) fn hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let (mut id, mut all) = ([0; N], 0);
    if pairs.len() != N {
        return None;
    }
    for (byte, [high, low]) in id.iter_mut().zip(pairs) {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        all |= high | low;
        *byte = high << 4 | low;
    }
    (all < 16 && id.iter().any(|byte| *byte != 0)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn ids_are_read_in_every_form() {
        for (key, text, wanted, span) in [
            ("trace_id", TRACE.to_owned(), TRACE, None),
            ("traceparent", format!("00-{TRACE}-{SPAN}-01"), TRACE, Some(SPAN)),
            ("logging.googleapis.com/trace", format!("projects/x/traces/{TRACE}"), TRACE, None),
            ("trace_id", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned(), TRACE, None),
            ("trace_id", format!("0x{TRACE}"), TRACE, None),
            ("b3", format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90"), TRACE, Some(SPAN)),
            ("b3", format!("{SPAN}-{SPAN}-1"), "000000000000000000f067aa0ba902b7", Some(SPAN)),
            ("uber-trace-id", format!("{TRACE}:f067aa0ba902b7:0:1"), TRACE, Some(SPAN)),
            (
                "uber-trace-id",
                "f067aa0ba902b7:f067aa0ba902b7:0:1".into(),
                "000000000000000000f067aa0ba902b7",
                Some(SPAN),
            ),
            // As long as an id, and none.
            (
                "uber-trace-id",
                "f067aa0ba902b7:067aa0ba902b7:0:1".into(),
                "000000000000000000f067aa0ba902b7",
                Some("000067aa0ba902b7"),
            ),
            ("x-cloud-trace-context", format!("{TRACE}/74;o=1"), TRACE, Some("000000000000004a")),
            ("traceId", format!("1-{}-{}", &TRACE[..8], &TRACE[8..]), TRACE, None),
            ("x", format!("Root=1-{}-{};Parent={SPAN};Sampled=1", &TRACE[..8], &TRACE[8..]), TRACE, Some(SPAN)),
            ("x", format!("1-{}-{}@{SPAN}", &TRACE[..8], &TRACE[8..]), TRACE, Some(SPAN)),
            ("trace_id", SPAN.to_owned(), "000000000000000000f067aa0ba902b7", None),
            ("dd.trace_id", "9223372036854775807".to_owned(), "00000000000000007fffffffffffffff", None),
            ("dd.trace_id", "1234567890123456".to_owned(), "000000000000000000", None),
            ("trace_id", "18446744073709551615".to_owned(), "0000000000000000ffffffffffffffff", None),
        ] {
            let (id, own) = trace(key, &text).unwrap();
            assert!(id.to_string().starts_with(wanted), "{text}: {id}");
            assert_eq!(own.map(|id| id.to_string()).as_deref(), span, "{text}");
        }
        for text in ["", "0", "7", "18446744073709551616", "projects/x", "00-4bf9-00f0-01", "zz"] {
            assert_eq!(trace("dd.trace_id", text).filter(|_| text != "7"), None, "{text}");
        }
        assert_eq!(trace("trace_id", "1234567"), None);
        assert_eq!(span("dd.span_id", "255").map(|id| id.to_string()).as_deref(), Some("00000000000000ff"));
    }

    #[test]
    fn ids_are_read_out_of_a_text() {
        let wanted = |span: bool| Some((TRACE.to_owned(), span.then(|| SPAN.to_owned())));
        for (text, span) in [
            (format!("trace_id={TRACE} span_id={SPAN} - up"), true),
            (format!("[trace_id={TRACE} span_id={SPAN} resource.service.name=x] - up"), true),
            (format!("SpanId:{SPAN}, TraceId:{TRACE}, ParentId:0000000000000000"), true),
            (format!("retrace no traces; traceId: \"{TRACE}\""), false),
            (format!("traceparent=00-{TRACE}-{SPAN}-01"), true),
            (format!("trace={TRACE}"), false),
            (format!("b3: {TRACE}-{SPAN}-1 x"), true),
            (format!("X-Cloud-Trace-Context: {TRACE}/67667974448284343;o=1 g2"), true),
            (format!("uber-trace-id: {TRACE}:{SPAN}:0:1 x"), true),
            (format!("Self=1;X-Amzn-Trace-Id: Root=1-{}-{};Parent={SPAN}", &TRACE[..8], &TRACE[8..]), true),
            (format!("AWS-XRAY-TRACE-ID: 1-{}-{}@{SPAN} x5", &TRACE[..8], &TRACE[8..]), true),
            (format!("XRAY TraceId: 1-{}-{}\tSegmentId: {SPAN}", &TRACE[..8], &TRACE[8..]), true),
            (format!("INFO [{TRACE},{SPAN}] c.App : x"), true),
            (format!(r#"got {{\"trace_id\":\"{TRACE}\"}}"#), false),
            (format!(r#"["traceparent","00-{TRACE}-{SPAN}-01"]"#), true),
        ] {
            let found = of_text(&text).map(|(trace, span)| (trace.to_string(), span.map(|span| span.to_string())));
            assert_eq!(found, wanted(span), "{text}");
        }
        let datadog = of_text("[dd.service=x dd.trace_id=255 dd.span_id=16] up").unwrap();
        assert!(datadog.0.to_string().ends_with("00ff") && datadog.1.unwrap().to_string().ends_with("0010"));
        for text in [
            "",
            "race",
            "trace",
            "trace_id=",
            "trace_id=0",
            "trace_id=7",
            "stack trace: none",
            "tracé=ä",
            "b3",
            "b3:",
            "b3: é",
            "[é",
            "TRACE",
            "XRAY TraceId: 1-é",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }
}
