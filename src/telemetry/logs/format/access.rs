//! The common and the combined log of web servers: `10.0.0.7 - - [26/Nov/2026:07:00:02 +0000] "GET /x HTTP/1.1" 500 12`. It
//! tells no level, and none is made up: whether a 404 is worth a warning only its reader knows. What the status is stands in
//! the field `status`, so `status=5..` finds it.

use std::net::IpAddr;

use chrono::NaiveDate;
use memchr::memmem;

use super::{Parsed, Told, front};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{clock, ids, keys::Known, time::Exact};

/// How far behind the front the time stands at most: an address, and two names.
const FRONT: usize = 512;

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    let open = memmem::find(text.as_bytes().get(..FRONT).unwrap_or(text.as_bytes()), b" [")?;
    let (at, is_zoned, rest) = time(text.get(open + 2..)?)?;
    if !is_zoned && let Some(parsed) = haproxy(&text[..open], at, rest) {
        return Some(parsed);
    }
    let (names, user) = text[..open].rsplit_once(' ')?;
    let (mut client, _) = names.rsplit_once(' ')?;
    let mut host = None;
    // Apache's `vhost_combined`: `shop.example:80 10.0.0.7 - - [`. Else blanks are only between those who passed it on: what
    // stands before it is of a logger.
    if let Some((first, last)) = client.split_once(' ') {
        let is_host = first.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        if is_host && last.parse::<IpAddr>().is_ok() {
            (host, client) = (Some(first), last);
        } else if !client.split(", ").all(|one| one.parse::<IpAddr>().is_ok()) {
            return None;
        }
    }
    let message = rest.trim_start();
    let (request, rest) = message.strip_prefix('"').and_then(quoted)?;
    let mut words = rest.split_whitespace();
    let status = words.next().filter(|status| status.len() == 3 && is_number(status))?;
    // In colours, or behind a level (`INFO:werkzeug:10.0.0.7`), it is of another shape.
    if request.contains('\x1b') || front::first(client).is_some() {
        return None;
    }
    let mut parsed = Parsed { format: LogFormat::Access, at: Some(at), ..Parsed::default() };
    parsed.message = Some(message.trim_end().into());
    let mut words = request.split(' ');
    let told = [
        ("vhost", host.unwrap_or_default()),
        ("client", client),
        ("user", user),
        ("method", words.next().unwrap_or_default()),
        ("path", words.next().unwrap_or_default()),
    ];
    told.into_iter().for_each(|(key, told)| put(&mut parsed, key, told));
    number(&mut parsed, "status", status);
    tail(rest.trim_start().get(status.len()..).unwrap_or_default(), &mut parsed);
    // Of a request's own text nothing is made up.
    if let Some((trace, span)) = ids::of_text(rest) {
        (parsed.trace, parsed.span) = (Some(trace), span);
    }
    Some(parsed)
}

/// Puts what stands behind the status: how many bytes; the combined form also tells where from, and with what.
pub(super) fn tail<'a>(text: &'a str, parsed: &mut Parsed<'a>) {
    let bytes = text.split_whitespace().next().unwrap_or_default();
    // Some name the unit: `15B`.
    let bytes = bytes.strip_suffix('B').unwrap_or(bytes);
    if is_number(bytes) {
        number(parsed, "bytes", bytes);
    }
    let mut more = text.split_once('"').and_then(|(_, rest)| quoted(rest));
    for key in ["referer", "user_agent"] {
        let Some((told, rest)) = more else { break };
        put(parsed, key, told);
        more = rest.split_once('"').and_then(|(_, rest)| quoted(rest));
    }
}

/// A field; a dash is none.
pub(super) fn put<'a>(parsed: &mut Parsed<'a>, key: &'static str, text: &'a str) {
    if !text.is_empty() && text != "-" {
        parsed.fields.push((key.into(), Told::text(text)));
    }
}

/// The same of digits: a number, unless it is written as none is.
pub(super) fn number<'a>(parsed: &mut Parsed<'a>, key: &'static str, digits: &'a str) {
    let is_json = digits == "0" || !digits.starts_with('0');
    parsed.fields.push((key.into(), Told { text: digits.into(), is_json }));
}

/// Whether a text is digits and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `127.0.0.1:60538 [26/Nov/2026:21:44:12.153] front back/server 0/0/1/2/3 200 217 - - ---- 1/1/0/0/0 0/0 "GET /x HTTP/1.1"`,
/// as HAProxy writes it, in the time of its machine: UTC, as all that tells no zone.
fn haproxy<'a>(client: &'a str, at: Exact, rest: &'a str) -> Option<Parsed<'a>> {
    let mut words = rest.split_whitespace();
    let (frontend, server, timers) = (words.next()?, words.next()?, words.next()?);
    let (backend, server) = server.split_once('/')?;
    let is_timer = |time: &str| time.trim_start_matches(['+', '-']).parse::<u32>().is_ok();
    if client.contains(' ') || timers.matches('/').count() != 4 || !timers.split('/').all(is_timer) {
        return None;
    }
    let (status, bytes) = (words.next()?, words.next()?);
    let mut parsed = Parsed { format: LogFormat::Access, at: Some(at), ..Parsed::default() };
    parsed.message = Some(rest.trim().into());
    let request = rest.rsplit_once(" \"").map_or("", |(_, request)| request);
    let told = [
        ("client", client, true),
        ("frontend", frontend, true),
        ("backend", backend, true),
        ("server", server, server != "<NOSRV>"),
        ("method", request.split(' ').next().unwrap_or_default(), request.contains(' ')),
        ("path", request.split(' ').nth(1).unwrap_or_default(), request.contains(' ')),
        ("status", status, status.len() == 3 && is_number(status)),
        ("bytes", bytes, is_number(bytes)),
    ];
    let told = told.into_iter().filter(|(_, text, is_told)| *is_told && !text.is_empty());
    let is_json = |key: &str| matches!(key, "status" | "bytes");
    parsed.fields.extend(told.map(|(key, text, _)| (key.into(), Told { text: text.into(), is_json: is_json(key) })));
    Some(parsed)
}

/// What stands in quotes of which the first was taken off, and what follows. A quote within is written with a backslash.
pub(super) fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// `26/Nov/2026:07:00:02 +0000]`, whether it tells its zone, and what follows. Python's servers have a blank between the date
/// and the time, and no zone.
pub(super) fn time(text: &str) -> Option<(Exact, bool, &str)> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<u32>().ok()
    };
    let (day, month, year) = (number(0, 2)?, clock::month(text.get(3..6)?)?, number(7, 11)?);
    if !matches!([text.get(2..3)?, text.get(6..7)?, text.get(11..12)?], ["/", "/", ":" | " "]) {
        return None;
    }
    let (ns, rest) = clock::of_day(text.get(12..)?)?;
    let (zone, rest) = rest.split_once(']')?;
    let zone = zone.trim();
    let offset_ms = match zone.as_bytes() {
        [] => 0,
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => {
            let hhmm: i64 = zone[1..].parse().ok()?;
            (hhmm / 100 * 60 + hhmm % 100) * if *sign == b'-' { -60_000 } else { 60_000 }
        }
        _ => return None,
    };
    let midnight = NaiveDate::from_ymd_opt(year as i32, month, day)?.and_hms_opt(0, 0, 0)?.and_utc();
    Some((Exact::new(midnight.timestamp_millis() - offset_ms, ns), !zone.is_empty(), rest))
}
