//! The common and the combined log of web servers: `10.0.0.7 - - [26/Nov/2026:07:00:02 +0000] "GET /x HTTP/1.1" 500 12`. It
//! tells no level, and none is made up: whether a 404 is worth a warning only its reader knows. What the status is stands in
//! the field `status`, so `status=5..` finds it.

use std::borrow::Cow;

use chrono::NaiveDate;
use memchr::memmem;

use super::{Parsed, Told};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{clock, ids, keys::Known, time::Exact};

/// How far behind the front the time stands at most: an address, and two names.
const FRONT: usize = 512;

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    let open = memmem::find(text.as_bytes().get(..FRONT).unwrap_or(text.as_bytes()), b" [")?;
    let (at, rest) = time(text.get(open + 2..)?)?;
    let mut front = text[..open].split(' ');
    let (client, _, user) = (front.next()?, front.next()?, front.next()?);
    let message = rest.trim_start();
    let (request, rest) = message.strip_prefix('"').and_then(quoted)?;
    let mut numbers = rest.split_whitespace();
    let status = numbers.next().filter(|status| status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit()))?;
    let bytes = numbers.next().filter(|bytes| bytes.bytes().all(|b| b.is_ascii_digit()));
    let mut parsed = Parsed { format: LogFormat::Access, at: Some(at), ..Parsed::default() };
    parsed.message = Some(message.trim_end().into());
    let mut put = |key: &'static str, text: &'a str, is_json: bool| {
        if !text.is_empty() && text != "-" {
            parsed.fields.push((Cow::Borrowed(key), Told { text: text.into(), is_json }));
        }
    };
    put("client", client, false);
    put("user", user, false);
    put("method", request.split(' ').next().unwrap_or_default(), false);
    put("path", request.split(' ').nth(1).unwrap_or_default(), false);
    put("status", status, !status.starts_with('0'));
    let is_number = bytes.is_some_and(|bytes| bytes == "0" || !bytes.starts_with('0'));
    put("bytes", bytes.unwrap_or_default(), is_number);
    // The combined form tells where from, and with what.
    let mut more = rest.split_once('"').and_then(|(_, rest)| quoted(rest));
    for key in ["referer", "user_agent"] {
        let Some((told, rest)) = more else { break };
        put(key, told, false);
        more = rest.split_once('"').and_then(|(_, rest)| quoted(rest));
    }
    // Of a request's own text nothing is made up.
    if let Some((trace, span)) = ids::of_text(rest) {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
    Some(parsed)
}

/// What stands in quotes of which the first was taken off, and what follows. A quote within is written with a backslash.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// `26/Nov/2026:07:00:02 +0000]`, and what follows.
fn time(text: &str) -> Option<(Exact, &str)> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u32>().ok()
    };
    let (day, month, year) = (number(0, 2)?, clock::month(text.get(3..6)?)?, number(7, 11)?);
    if [text.get(2..3)?, text.get(6..7)?, text.get(11..12)?] != ["/", "/", ":"] {
        return None;
    }
    let (ns, rest) = clock::of_day(text.get(12..)?)?;
    let (zone, rest) = rest.split_once(']')?;
    let zone = zone.trim();
    let sign = match zone.get(..1) {
        Some("+") => 1,
        Some("-") => -1,
        _ => return None,
    };
    let hhmm = zone.get(1..5).filter(|_| zone.len() == 5)?.parse::<i64>().ok().filter(|hhmm| *hhmm >= 0)?;
    let offset_ms = sign * (hhmm / 100 * 60 + hhmm % 100) * 60_000;
    let midnight = NaiveDate::from_ymd_opt(year as i32, month, day)?.and_hms_opt(0, 0, 0)?.and_utc();
    Some((Exact::new(midnight.timestamp_millis() - offset_ms, ns), rest))
}
