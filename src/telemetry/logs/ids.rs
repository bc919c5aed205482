//! Ids of traces and spans as lines write them: in hex, as a UUID, in W3C's `traceparent`, as the path of Google's logs, as
//! Datadog's decimals; as fields, and within a text.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::domain::span::{SpanId, TraceId};

/// Places of a text that are looked at.
const MOST: usize = 8;
/// The longest id, in bytes: a `traceparent`.
const LONGEST: usize = 64;

/// The id that a field of this name tells, and that of the span where the same text tells it. A trace id of half the length
/// is one of a system of half the length.
pub(super) fn trace(key: &str, text: &str) -> Option<(TraceId, Option<SpanId>)> {
    let text = match text.strip_prefix("projects/") {
        Some(path) => path.split_once("/traces/")?.1,
        None => text,
    };
    if let Some(number) = decimal(key, text) {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number);
        return Some((TraceId(id), None));
    }
    match text.as_bytes() {
        half if half.len() == 16 => {
            let mut whole = [b'0'; 32];
            whole[16..].copy_from_slice(half);
            hex(&whole).map(|id| (TraceId(id), None))
        }
        whole if whole.len() == 32 => hex(whole).map(|id| (TraceId(id), None)),
        // W3C's: a version, both ids, flags.
        [_, _, b'-', parent @ ..] if parent.len() >= 52 && parent[32] == b'-' && parent[49] == b'-' => {
            Some((TraceId(hex(&parent[..32])?), hex(&parent[33..49]).map(SpanId)))
        }
        // With dashes, as a UUID.
        parts if parts.len() == 36 => {
            let digits: Vec<u8> = parts.iter().copied().filter(|byte| *byte != b'-').collect();
            hex(&digits).map(|id| (TraceId(id), None))
        }
        _ => None,
    }
}

/// The id of a span that a field of this name tells.
pub(super) fn span(key: &str, text: &str) -> Option<SpanId> {
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

/// The ids that a text tells beside their names: `trace_id=4bf9… span_id=00f0…`, `TraceId:4bf9…`.
pub(super) fn of_text(text: &str) -> Option<(TraceId, Option<SpanId>)> {
    static TRACE: LazyLock<Finder> = LazyLock::new(|| Finder::new("race"));
    static SPAN: LazyLock<Finder> = LazyLock::new(|| Finder::new("pan"));
    let key = |is_datadogs: bool, key: &'static str| if is_datadogs { key } else { "" };
    let (trace, caller) =
        named(&TRACE, b't', text).find_map(|(is_datadogs, id)| trace(key(is_datadogs, "dd.trace_id"), id))?;
    let own = || named(&SPAN, b's', text).find_map(|(is_datadogs, id)| span(key(is_datadogs, "dd.span_id"), id));
    Some((trace, caller.or_else(own)))
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

/// What stands behind a name of which this is the end: `_id=`, `Id: "`, `parent=`.
fn told(text: &str) -> Option<&str> {
    let rest =
        ["_id", "Id", "ID", "id", ".id", "-id", "parent"].iter().find_map(|end| text.strip_prefix(end)).unwrap_or(text);
    let rest = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(['=', ':'])?;
    let rest = rest.trim_start_matches([' ', '"', '\'']);
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let end = rest.bytes().take(LONGEST).take_while(is_digit).count();
    Some(rest[..end].trim_end_matches('-')).filter(|id| !id.is_empty())
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
        ] {
            let found = of_text(&text).map(|(trace, span)| (trace.to_string(), span.map(|span| span.to_string())));
            assert_eq!(found, wanted(span), "{text}");
        }
        let datadog = of_text("[dd.service=x dd.trace_id=255 dd.span_id=16] up").unwrap();
        assert!(datadog.0.to_string().ends_with("00ff") && datadog.1.unwrap().to_string().ends_with("0010"));
        for text in ["", "race", "trace", "trace_id=", "trace_id=0", "trace_id=7", "stack trace: none", "tracé=ä"] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }
}
