//! What some programs write around the time and the level of a line as no other does: Sidekiq names each thing before the level,
//! ClickHouse has a thread and a query, Sanic its worker before the time, winston a level for requests.

use super::{Told, requests};
use crate::domain::log::Level;
use crate::telemetry::logs::{level, stamp};

/// As many names stand before the level at most.
const MOST: usize = 8;

/// The fields of a line.
type Fields<'a> = Vec<(std::borrow::Cow<'a, str>, Told<'a>)>;

/// The level behind a time, and what follows it.
pub(super) fn behind_time<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    // Cheap to say no.
    let text = text.strip_prefix(' ')?;
    match text.as_bytes() {
        [b'p', b'i', b'd', b'=', ..] => sidekiq(text, fields),
        [b'[', b' ', b'0'..=b'9', ..] => clickhouse(text, fields),
        [b'h', ..] | [b'[', b'h', ..] => request(text),
        _ => None,
    }
}

/// winston's level for requests: only before one, since it is what Go's server calls itself as well.
pub(super) fn request(text: &str) -> Option<(Level, &str)> {
    let rest = text.strip_prefix("http: ").or_else(|| text.strip_prefix("[http]: "))?;
    requests::begins(rest).then_some((Level::Info, rest))
}

/// `pid=84 tid=1k class=Hard jid=b4a5 elapsed=0.1 INFO: done`.
fn sidekiq<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let (before, mut rest) = (fields.len(), text);
    for _ in 0..MOST {
        let Some((word, after)) = rest.split_once(' ') else { break };
        rest = after;
        match word.split_once('=') {
            Some((key, told)) if key.bytes().all(|b| b.is_ascii_lowercase()) => {
                fields.push((if key == "tid" { "thread" } else { key }.into(), Told::text(told)));
            }
            None if word.starts_with(|c: char| c.is_ascii_uppercase()) => {
                if let Some(level) = word.strip_suffix(':').and_then(level::by_word) {
                    return Some((level, rest));
                }
                break;
            }
            _ => break,
        }
    }
    fields.truncate(before);
    None
}

/// `[ 12 ] {query} <Error> Logger: text`.
fn clickhouse<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let (thread, rest) = text[2..].split_once(" ] {")?;
    let (query, rest) = rest.split_once("} <")?;
    let (word, rest) = rest.split_once("> ")?;
    let level = level::by_word(word)?;
    if !thread.bytes().all(|b| b.is_ascii_digit()) || query.contains(['{', ' ']) {
        return None;
    }
    fields.push(("thread".into(), Told::text(thread)));
    if !query.is_empty() {
        fields.push(("query_id".into(), Told::text(query)));
    }
    let is_name = |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == ':');
    match rest.split_once(": ").filter(|(name, _)| is_name(name)) {
        Some((logger, message)) => {
            fields.push(("logger".into(), Told::text(logger)));
            Some((level, message))
        }
        None => Some((level, rest)),
    }
}

/// The worker of Sanic before the time, `Main  2026-11-27 16:15:22 +0000 INFO: text` or `Srv 0  2026-…`, and what follows it.
pub(super) fn worker(text: &str) -> (Option<&str>, &str) {
    // Cheap to say no.
    if !matches!(text.as_bytes(), [b'M', b'a', b'i', b'n', b' ', ..] | [b'S', b'r', b'v', b' ', ..]) {
        return (None, text);
    }
    let Some((name, rest)) = text.split_once("  ") else { return (None, text) };
    let is_name = name == "Main" || name[4..].bytes().all(|b| b.is_ascii_digit()) && name.len() < 8;
    match is_name && stamp::dated(rest.trim_start()).is_some() {
        true => (Some(name), rest.trim_start()),
        false => (None, text),
    }
}
