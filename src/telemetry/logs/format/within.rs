//! A line of a shape of its own within another: behind the time of `kubectl logs --timestamps`, behind whose it is
//! (`kubectl logs --prefix`, `docker compose logs`), in the text of a daemon's line.

use std::borrow::Cow;

use super::compose;
use super::{Parsed, Told, access, json, klog, logfmt, plain, procfile, ruby, scripts, stern};
use crate::domain::log::Level;
use crate::telemetry::logs::keys::Known;
use crate::telemetry::logs::{stamp, time};

/// The longest name of whose a line is, in bytes.
pub(super) const LONGEST: usize = 128;
/// The longest time of who carries a line, in bytes.
const LONGEST_TIME: usize = 40;

/// Reads a line that says in front of itself whose it is, or when somebody took it.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    match text.as_bytes().first()? {
        b'[' => kubectl(text, known).or_else(|| scripts::read(text, known)),
        b'0'..=b'9' => {
            timed(text, known).or_else(|| compose::read(text, known)).or_else(|| procfile::read(text, known))
        }
        b'\x1b' => coloured(text, known),
        b'a'..=b'z' | b'A'..=b'Z' => {
            compose::read(text, known).or_else(|| stern::read(text, known)).or_else(|| scripts::read(text, known))
        }
        b'@' => scripts::read(text, known),
        _ => None,
    }
}

/// The line that a text is, where it has a shape, or a time, of its own.
pub(super) fn shaped<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let mut parsed = match bytes.first()? {
        b'{' => json::read(text, known),
        b'[' if bytes.starts_with(b"[Nest] ") || bytes.starts_with(b"[GIN] ") => plain::read(text, known),
        // Java's logger.
        b'A'..=b'Z' if is_named(bytes) => stamp::dated(text).is_some().then(|| plain::read(text, known)).flatten(),
        b'[' | b'0'..=b'9' => {
            let is_dated = stamp::dated(text.trim_start_matches('[')).is_some();
            if is_dated { plain::read(text, known) } else { access::read(text, known) }
        }
        b':' if bytes.starts_with(b"::") => access::read(text, known),
        b'D' | b'I' | b'W' | b'E' | b'F' if bytes.get(1).is_some_and(u8::is_ascii_digit) => klog::read(text, known),
        b'A'..=b'Z' if bytes.get(1) == Some(&b',') => ruby::read(text, known),
        _ => {
            let first = bytes.iter().take(LONGEST).position(|b| matches!(b, b'=' | b' '))?;
            (bytes[first] == b'=').then(|| logfmt::read(text, known)).flatten()
        }
    }?;
    parsed.message.get_or_insert(Cow::Borrowed(text.trim_end()));
    Some(parsed)
}

/// What stands behind the time of who carries a line: RFC 3339 with its zone and one blank, as `docker logs -t` and
/// `kubectl logs --timestamps` put it in front. Many a program has such a time itself: only what comes of it tells.
pub(in crate::telemetry::logs) fn behind_time(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    // Cheap to say no.
    if bytes.get(10) != Some(&b'T') || !bytes[0].is_ascii_digit() {
        return None;
    }
    let end = memchr::memchr(b' ', &bytes[..bytes.len().min(LONGEST_TIME)]).unwrap_or(bytes.len());
    let time = bytes.get(..end).filter(|time| (20..=LONGEST_TIME).contains(&time.len()))?;
    let is_zoned = matches!(time, [.., b'Z'] | [.., b'+' | b'-', _, _, b':', _, _]);
    let is_time = time[4] == b'-' && time[13] == b':' && time[16] == b':';
    let is_plain = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'+' | b'T' | b'Z');
    (is_zoned && is_time && time.iter().all(is_plain)).then(|| text.get(end + 1..).unwrap_or_default())
}

/// Whether what stands behind such a time tells one of its own.
pub(in crate::telemetry::logs) fn tells_time(text: &str) -> bool {
    let text = text.trim_start();
    let begin = text.trim_start_matches('[');
    match begin.as_bytes() {
        // Ruby's and Tornado's.
        [b'A'..=b'Z', b',', b' ', b'[', b'0'..=b'9', ..] => stamp::front(&begin[4..]).is_some(),
        [b'A'..=b'Z', b' ', b'0'..=b'9', ..] if begin.len() < text.len() => plain::is_tornado(begin),
        _ => stamp::front(begin).is_some(),
    }
}

/// `Nov 26, 2026`.
fn is_named(text: &[u8]) -> bool {
    matches!(text, [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z', b' ', b'0'..=b'9', b',', ..])
        || matches!(text, [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z', b' ', b'0'..=b'9', b'0'..=b'9', b',', ..])
}

/// Whether a text may have a shape of its own: cheap to say no of words.
fn may_be_shaped(text: &str) -> bool {
    match text.trim_start().as_bytes() {
        [b'{' | b'[' | b'0'..=b'9', ..] | [b'D' | b'I' | b'W' | b'E' | b'F', b'0'..=b'9', ..] => true,
        [b'A'..=b'Z', b',', b' ', b'[', ..] | [b':', b':', ..] => true,
        named if is_named(named) => true,
        words => words.iter().take(LONGEST).find(|b| matches!(b, b'=' | b' ')) == Some(&b'='),
    }
}

/// The same, or the plain line that it is.
pub(super) fn any<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let of_host = |known: &mut Known| {
        let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_word { access::read(text, known) } else { None }
    };
    shaped(text, known).or_else(|| of_host(known)).or_else(|| plain::read(text, known))
}

/// `2026-11-26T07:00:00.1Z {"level":…`: what stands behind a time and tells its own is that line.
pub(super) fn timed<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    // Cheap to say no: a time with `T` in it, and then what begins a shape.
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let blank = memchr::memchr(b' ', text.as_bytes().get(..40).unwrap_or(text.as_bytes()))?;
    let rest = &text[blank + 1..];
    if !may_be_shaped(rest) {
        return None;
    }
    let (at, after) = time::front(text)?;
    if after.len() != rest.len() + 1 {
        return None;
    }
    let mut parsed = shaped(rest, known)?;
    parsed.at = parsed.at.or(Some(at));
    Some(parsed)
}

/// `[pod/orders-7f9c/app] text`.
fn kubectl<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let (names, rest) = text.strip_prefix("[pod/")?.split_once("] ")?;
    let (pod, container) = names.split_once('/').filter(|_| names.len() <= LONGEST)?;
    let taken = timed(rest, known);
    Some(of_pod(pod, container, names, taken.or_else(|| any(rest, known))?, rest))
}

/// Says of which pod a line is; `tag`: what stood before it, which has all the names in it that tell it from others.
pub(super) fn of_pod<'a>(
    pod: &'a str,
    container: &'a str,
    tag: &'a str,
    mut parsed: Parsed<'a>,
    behind: &'a str,
) -> Parsed<'a> {
    parsed.fields.push(("pod".into(), Told::text(pod)));
    parsed.fields.push(("container".into(), Told::text(container)));
    parsed.is_of_pod = true;
    tagged(parsed, tag, behind)
}

pub(super) fn tagged<'a>(mut parsed: Parsed<'a>, tag: &'a str, behind: &'a str) -> Parsed<'a> {
    let carried = behind_time(behind);
    parsed.is_carried = carried.is_some();
    parsed.is_told = parsed.level != Level::Unknown
        || (parsed.at.is_some() || parsed.clock.is_some()) && carried.is_none_or(tells_time);
    // Of a database the sessions write among each other.
    if let Some(session) = parsed.tag.take() {
        parsed.tag = Some(format!("{tag} {session}").into());
        return parsed;
    }
    (parsed.tag, parsed.behind) = (Some(Cow::Borrowed(tag)), Some(Cow::Borrowed(carried.unwrap_or(behind))));
    parsed
}

/// The same where the name stands in colours, as on a terminal: `\x1b[36morders-1  | \x1b[0mtext`, `\x1b[31m[api]\x1b[39m text`.
fn coloured(text: &str, known: &mut Known) -> Option<Parsed<'static>> {
    let (colour, rest) = text.strip_prefix("\x1b[")?.split_once('m')?;
    if !colour.bytes().all(|b| b.is_ascii_digit() || b == b';') {
        return None;
    }
    // Cheap to say no: in colours stands mostly the line.
    let end = memchr::memchr(b'\x1b', rest.as_bytes().get(..LONGEST).unwrap_or(rest.as_bytes()))?;
    let (front, behind) = rest.split_at(end);
    if front.starts_with('[') {
        return scripts::coloured(front, behind, known);
    }
    if stern::may_be(front) {
        return Some(stern::read(&plain::without_colours(text), known)?.into_owned());
    }
    let behind = behind.strip_prefix("\x1b[0m").filter(|_| front.ends_with("| ") || front.ends_with('|'))?;
    let gap = if front.ends_with('|') && !behind.starts_with(' ') { " " } else { "" };
    // In no table a name and its bar have a colour of their own.
    if compose::may_be(front.trim_end_matches([' ', '|'])) {
        known.bars.are_containers();
    }
    Some(compose::read(&format!("{front}{gap}{behind}"), known)?.into_owned())
}

/// A name of a pod, a container, a service.
pub(super) fn is_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Takes what a line within another tells, but for what is known better by the line around it.
pub(super) fn put<'a>(inner: Parsed<'a>, outer: &mut Parsed<'a>) {
    outer.at = inner.at.or(outer.at);
    outer.clock = outer.clock.or(inner.clock).filter(|_| outer.at.is_none());
    if inner.level != Level::Unknown {
        outer.level = inner.level;
    }
    outer.service = inner.service.or(outer.service.take());
    outer.instance = inner.instance.or(outer.instance.take());
    outer.message = inner.message.or(outer.message.take());
    (outer.trace, outer.span) = (inner.trace.or(outer.trace), inner.span.or(outer.span));
    outer.fields.extend(inner.fields);
}
