//! What a line of text says of a request that was answered, where it is no line of the common log: uvicorn's, Django's,
//! Werkzeug's behind a logger or in colours, Envoy's, gin's, chi's, morgan's (`dev`, `tiny`, `short`), Rails'. The fields are
//! those of `access`. No level is made up from the status.

use std::net::{IpAddr, SocketAddr};

use super::{Parsed, Told, access};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{clock, stamp, time};

/// The methods that are known.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "CONNECT", "TRACE"];
/// As many quotes are looked at for a request.
const MOST_QUOTES: usize = 8;
/// As many tags may stand before what Rails says.
const MOST_TAGS: usize = 3;
/// As many words may stand before the numbers of Envoy.
const MOST_WORDS: usize = 8;

/// Puts what a text says of a request, and hands out what of the text is the message.
pub(super) fn put<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> &'a str {
    let bytes = text.as_bytes();
    // Cheap to say no: of most lines neither the first byte nor a quote tells of one.
    let whole = match bytes {
        [b'[', b'G', b'I', b'N', b']', ..] => gin(text, parsed).map(|()| text),
        [b'C' | b'S' | b'[', ..] if rails(text, parsed).is_some() => None,
        [b'0'..=b'9' | b':', ..] if morgan(text, parsed).is_some() => Some(text),
        [b'A'..=b'Z', ..] if begins(text) && morgan(text, parsed).is_some() => Some(text),
        _ => in_quotes(text, parsed),
    };
    if let Some(message) = whole {
        // Of whatever else carries it, it is that.
        if parsed.format == LogFormat::Plain {
            parsed.format = LogFormat::Access;
        }
        return message;
    }
    text
}

/// Whether a text says that.
pub(super) fn is_one(text: &str) -> bool {
    let mut parsed = Parsed::default();
    let _ = put(text, &mut parsed);
    !parsed.fields.is_empty()
}

/// A number, with a fraction or without.
fn push_number<'a>(parsed: &mut Parsed<'a>, key: &'static str, text: &'a str) {
    if access::is_number(text) {
        access::number(parsed, key, text);
    } else if text.parse::<f64>().is_ok_and(f64::is_finite) && text.starts_with(|c: char| c.is_ascii_digit()) {
        parsed
            .fields
            .push((key.into(), Told { text: text.into(), is_json: serde_json::from_str::<f64>(text).is_ok() }));
    }
}

/// The status at the front of a text, and what follows it.
fn status(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    // Envoy has none where nobody was there any more.
    let is_one =
        word.len() == 3 && access::is_number(word) && !word.starts_with('0') || word == "0" && !rest.is_empty();
    is_one.then_some((word, rest))
}

fn is_method(word: &str) -> bool {
    METHODS.contains(&word)
}

/// Whether a text begins with a method, as what stands behind a quote does where it is a request.
pub(in crate::telemetry::logs) fn begins(text: &str) -> bool {
    // Cheap to say no.
    let may_be = text.starts_with(['G', 'P', 'D', 'H', 'O', 'C', 'T']);
    may_be && METHODS.iter().any(|method| text.strip_prefix(method).is_some_and(|rest| rest.starts_with(' ')))
}

/// An address, with a port or without, also behind a level and a logger's name: `INFO:werkzeug:127.0.0.1`.
fn address(word: &str) -> Option<&str> {
    let is_one = |word: &&str| word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok();
    let name = word.split_once(':').map(|(_, rest)| rest);
    let logger = name.and_then(|rest| rest.split_once(':')).map(|(_, rest)| rest);
    [Some(word), name, logger].into_iter().flatten().find(is_one)
}

/// `10.0.0.7:5000 - "GET /x HTTP/1.1" 500 …`, whatever stands before that. The message, where it is nothing else.
fn in_quotes<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<&'a str> {
    let mut quotes = memchr::memchr_iter(b'"', text.as_bytes()).take(MOST_QUOTES);
    let at = quotes.find(|at| begins(&text[at + 1..]))?;
    let (request, rest) = access::quoted(&text[at + 1..])?;
    let (method, target) = request.split_once(' ')?;
    let path = target.split(' ').next().filter(|path| !path.is_empty())?;
    // chi tells the client behind it.
    let (from, rest) = match rest.strip_prefix(" from ") {
        Some(rest) => rest.split_once(" - ")?,
        None => ("-", rest.strip_prefix(' ')?),
    };
    let (status, rest) = status(rest)?;
    let mut front = text[..at].trim_end();
    let mut user = "-";
    let when = front.rfind(" [").and_then(|open| Some((open, access::time(&front[open + 2..])?)));
    if let Some((open, _)) = when {
        let names = front[..open].trim_end();
        (front, user) = names.rsplit_once(' ').unwrap_or((names, "-"));
    }
    let words = front.strip_suffix('-').map(str::trim_end);
    let client = words.and_then(|words| address(words.rsplit(' ').next().unwrap_or_default()));
    if let (None, Some(_), Some((_, (at, ..)))) = (parsed.at, client, when) {
        parsed.at = Some(at);
    }
    let is_whole =
        front.is_empty() || words.is_some_and(|words| words.is_empty() || client.is_some() && !words.contains(' '));
    access::put(parsed, "client", client.unwrap_or(from));
    access::put(parsed, "user", client.map_or("-", |_| user));
    access::put(parsed, "method", method);
    access::put(parsed, "path", path);
    access::number(parsed, "status", status);
    if envoy(rest, parsed).is_none() {
        access::tail(rest, parsed);
    }
    is_whole.then(|| &text[at..])
}

/// What Envoy says behind the status: `UF 0 91 10 - "10.0.0.1" "curl" "id" "orders" "10.0.0.4:5002"`; Istio's has details
/// before the numbers.
fn envoy<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<()> {
    let mut rest = text;
    let mut numbers = [""; 3];
    let flags = text.split(' ').next().filter(|word| !access::is_number(word))?;
    for _ in 0..MOST_WORDS + numbers.len() {
        let (word, after) = rest.split_once(' ')?;
        numbers = [numbers[1], numbers[2], word];
        rest = after;
        if numbers.iter().all(|word| access::is_number(word)) {
            break;
        }
    }
    if !numbers.iter().all(|word| access::is_number(word)) {
        return None;
    }
    access::put(parsed, "flags", flags);
    access::number(parsed, "bytes", numbers[1]);
    access::number(parsed, "duration_ms", numbers[2]);
    for key in ["forwarded_for", "user_agent", "request_id", "authority", "upstream"] {
        let Some((told, after)) = rest.split_once('"').and_then(|(_, rest)| access::quoted(rest)) else { break };
        access::put(parsed, key, told);
        rest = after;
    }
    Some(())
}

/// `[GIN] 2026/11/27 - 09:00:07 | 500 |     1.234ms |       127.0.0.1 | GET      "/orders/9"`, in the time of its machine: UTC,
/// as all that tells no zone.
fn gin<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<()> {
    let mut parts = text.strip_prefix("[GIN] ")?.splitn(5, '|').map(str::trim);
    let mut next = || parts.next();
    let (when, status, latency, client, request) = (next()?, next()?, next()?, next()?, next()?);
    let (method, path) = request.split_once(' ')?;
    let (path, _) = access::quoted(path.trim_start().strip_prefix('"')?)?;
    if status.len() != 3 || !access::is_number(status) || client.parse::<IpAddr>().is_err() || !is_word(method) {
        return None;
    }
    let (date, of_day) = when.split_once(" - ")?;
    let mut date = date.splitn(3, '/').map(|number| number.parse().ok());
    let mut number = || date.next().flatten();
    let (year, month, day): (u32, u32, u32) = (number()?, number()?, number()?);
    let (ns, rest) = clock::of_day(of_day)?;
    let (at, _) = time::of_date(year, month, day, ns, rest, 0)?;
    parsed.at = at.or(parsed.at);
    access::put(parsed, "client", client);
    access::put(parsed, "method", method);
    access::put(parsed, "path", path);
    access::number(parsed, "status", status);
    access::put(parsed, "latency", latency);
    Some(())
}

/// Methods may be anybody's own, but are words in capitals.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// morgan's `dev`, `GET /orders 500 12.345 ms - 15`; `tiny`, `GET /orders 500 15 - 12.345 ms`; and `short`, which has
/// `::1 - ` before the same and the protocol in it.
fn morgan<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<()> {
    let mut words = text.split_ascii_whitespace();
    let mut next = || words.next();
    let (mut client, mut user, mut method) = ("-", "-", next()?);
    if !is_method(method) {
        if method.parse::<IpAddr>().is_err() {
            return None;
        }
        (client, user, method) = (method, next()?, next().filter(|word| is_method(word))?);
    }
    let path = next()?;
    if client != "-" {
        next()?.strip_prefix("HTTP/")?;
    }
    let (status, _) = status(next()?)?;
    let (bytes, ms) = match [next()?, next()?, next()?, next()?] {
        [ms, "ms", "-", bytes] | [bytes, "-", ms, "ms"] => (bytes, ms),
        _ => return None,
    };
    let is_told = |word: &str| word == "-" || word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if next().is_some() || !is_told(bytes) || !is_told(ms) || !path.starts_with(['/', '*', 'h']) {
        return None;
    }
    access::put(parsed, "client", client);
    access::put(parsed, "user", user);
    access::put(parsed, "method", method);
    access::put(parsed, "path", path);
    access::number(parsed, "status", status);
    push_number(parsed, "bytes", bytes);
    push_number(parsed, "duration_ms", ms);
    Some(())
}

/// Rails', behind tags or without: `Started GET "/orders" for 127.0.0.1 at 2026-11-27 09:00:00 +0000`, and
/// `Completed 500 Internal Server Error in 12ms (ActiveRecord: 1.2ms)`. What was thrown may follow it.
pub(super) fn rails<'a>(text: &'a str, parsed: &mut Parsed<'a>) -> Option<()> {
    let mut text = text;
    for _ in 0..MOST_TAGS {
        if !text.starts_with('[') {
            break;
        }
        let end = memchr::memchr(b']', text.as_bytes())?;
        text = text[end + 1..].strip_prefix(' ')?;
    }
    if let Some(rest) = text.strip_prefix("Completed ") {
        // `Completed 500 rows in 12ms` is somebody else's.
        let (status, rest) = status(rest).filter(|(_, why)| why.starts_with(|c: char| c.is_ascii_uppercase()))?;
        let (_, rest) = rest.split_once("in ")?;
        let (ms, _) = rest.split_once("ms").filter(|(ms, _)| access::is_number(ms))?;
        access::number(parsed, "status", status);
        access::number(parsed, "duration_ms", ms);
        return Some(());
    }
    let (method, rest) = text.strip_prefix("Started ")?.split_once(" \"").filter(|(word, _)| is_method(word))?;
    let (path, rest) = access::quoted(rest)?;
    let (client, rest) = rest.strip_prefix(" for ")?.split_once(" at ")?;
    if parsed.at.is_none()
        && let Some((stamp, after)) = stamp::dated(rest)
    {
        stamp.put(rest, after, parsed);
    }
    access::put(parsed, "client", client);
    access::put(parsed, "method", method);
    access::put(parsed, "path", path);
    Some(())
}
