//! What pino-pretty writes below a line: its fields, one a line or over several, indented by four blanks.

use std::sync::Arc;

use super::format::without_colours;
use super::held::Open;
use super::ids;
use super::level;
use super::meanings::{self, Means};
use super::trace::{Within, is_frame};
use crate::domain::value::Value;

/// By so much they are indented.
const INDENT: &str = "    ";
/// As many are taken for fields at most, and the longest name of one, in bytes.
const MOST: usize = 256;
const LONGEST: usize = 64;
/// The longest front of a line, in bytes: a time, and a level in colours.
const LONGEST_FRONT: usize = 64;
/// The words that it has for levels.
const LEVELS: [&str; 7] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "USERLVL"];

/// Whether a line is one below which fields may stand: `[07:00:00.123] INFO (12): text`, `[07:00:00.123] INFO: text`, and with
/// `levelFirst` `INFO [07:00:00.123] (12): text`.
pub(super) fn begins(line: &str) -> bool {
    // Cheap to say no.
    let end = line.floor_char_boundary(LONGEST_FRONT);
    match line.as_bytes() {
        [b'[', b'0'..=b'9', ..] => {}
        [b'A'..=b'Z' | b'\x1b', ..] => return level_first(&without_colours(&line[..end])),
        _ => return false,
    }
    let Some((_, rest)) = line[..end].split_once("] ") else { return false };
    let rest = without_colours(rest);
    LEVELS.iter().any(|level| {
        rest.strip_prefix(level).is_some_and(|rest| rest.starts_with(':') || rest.trim_start().starts_with('('))
    })
}

fn level_first(front: &str) -> bool {
    let rest = LEVELS.iter().find_map(|level| front.strip_prefix(level)).and_then(|rest| rest.strip_prefix(" ["));
    let rest = rest.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let after = rest.and_then(|rest| rest.split_once(']')).map(|(_, after)| after);
    after.is_some_and(|after| after == ":" || after.starts_with(": ") || after.starts_with(" ("))
}

/// Whether a line begins a field: `    port: 1`.
pub(super) fn is_field(line: &str) -> bool {
    let line = without_colours(line);
    let name = line.strip_prefix(INDENT).and_then(|line| line.split_once(':'));
    name.is_some_and(|(name, told)| {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'$' | b'@');
        let is_one = (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_name);
        // `ERROR: disk full` is a line of its own; a field of that name says JSON.
        let is_line = || level::by_word(name).is_some() && name.len() > 2 && !is_json(told.trim());
        is_one && (told.is_empty() || told.starts_with(' ')) && !is_line()
    })
}

fn is_json(text: &str) -> bool {
    matches!(text, "{" | "[") || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Among the fields, what comes of them once this line belongs to them; `None` where the line is of its own.
pub(super) fn then(within: Within, line: &str) -> Option<Within> {
    let line = without_colours(line);
    let rest = line.strip_prefix(INDENT)?.trim_end();
    if rest.starts_with(' ') {
        return (within == Within::Values || is_frame(&line)).then_some(within);
    }
    if within == Within::Values && rest.starts_with(['}', ']']) {
        return Some(Within::Pretty);
    }
    let goes_on = rest.ends_with([':', '{', '[']);
    is_field(&line).then_some(if goes_on { Within::Values } else { Within::Pretty })
}

impl Open {
    /// What stands below it are its fields; the trace among them is its trace.
    pub(super) fn put_fields(&mut self, name: impl Fn(&str) -> Arc<str>) {
        if !matches!(self.within, Within::Pretty | Within::Values) {
            return;
        }
        let below = std::mem::take(&mut self.stack);
        for (key, text) in fields(&below) {
            let (text, stack) = without_stack(text);
            let is_error = stack.is_some();
            if let Some(stack) = stack {
                let apart = if self.stack.is_empty() { "" } else { "\n" };
                self.stack = format!("{}{apart}{stack}", self.stack);
            }
            if self.line.trace.is_none()
                && meanings::of(&key).is_some_and(|(means, _)| means == Means::Trace)
                && let Some((trace, span)) = ids::trace(&key, text.trim_matches('"'))
            {
                (self.line.trace, self.line.span) = (Some(trace), span.or(self.line.span));
            }
            match serde_json::from_str(&text) {
                // Of an error what its trace does not say, as JSON's names are told.
                Ok(serde_json::Value::Object(told)) if is_error => {
                    let told = told.into_iter().take(MOST);
                    let told = told.map(|(part, told)| (name(&format!("{key}.{part}")), value(&told.to_string())));
                    self.line.fields.extend(told);
                }
                _ => self.line.fields.push((name(&key), value(&text))),
            }
        }
    }
}

/// The names, and what they say.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let line = line.strip_prefix(INDENT).unwrap_or(line);
        let is_more = line.is_empty() || line.starts_with([' ', '}', ']']);
        match (line.split_once(':').filter(|_| !is_more && fields.len() < MOST), fields.last_mut()) {
            (Some((key, told)), _) => fields.push((key.to_owned(), told.trim_start().to_owned())),
            (None, Some((_, told))) => {
                told.push('\n');
                told.push_str(line);
            }
            (None, None) => {}
        }
    }
    fields
}

/// What an error says, as JSON without its trace, and that.
fn without_stack(text: String) -> (String, Option<String>) {
    let indent = |line: &str| line.bytes().take_while(|b| *b == b' ').count();
    let lines: Vec<&str> = text.lines().collect();
    let Some(begin) = lines.iter().position(|line| line.trim() == "\"stack\":") else { return (text, None) };
    let count = lines[begin + 1..].iter().take_while(|line| indent(line) > indent(lines[begin])).count();
    let (stack, rest) = lines[begin + 1..].split_at(count);
    let by = stack.iter().map(|line| indent(line)).min().unwrap_or(0);
    let stack: Vec<&str> = stack.iter().map(|line| &line[by..]).collect();
    // What was the last but one has a comma still.
    let mut left = lines[..begin].join("\n");
    if rest.first().is_none_or(|line| line.trim() == "}") && left.ends_with(',') {
        left.pop();
    }
    (format!("{left}\n{}", rest.join("\n")), Some(stack.join("\n")))
}

/// What a field says: JSON where it is that.
fn value(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::String(text)) => text.into(),
        Ok(json) => Value::json(json.to_string()),
        Err(_) => text.to_owned().into(),
    }
}
