//! Lines of one source into records: parts that a container runtime cut are put together, continued lines keep the time
//! of the line that they continue, what is cut or not UTF-8 says so.

use std::sync::Arc;

use super::format::{self, Part};
use super::lines::LONGEST;
use crate::domain::log::{LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::names::Names;

/// Names the field that says how long a line was before it was cut.
const TRUNCATED: &str = "keepwatch.truncated";

/// What a source said last, as far as the next line needs it.
pub(super) struct Reader {
    source: LogSource,
    names: Names,
    last_at: Option<Moment>,
    /// Parts of a line that goes on, for standard output and standard error.
    parts: [Option<(Moment, String)>; 2],
}

impl Reader {
    pub(super) fn new(source: LogSource) -> Self {
        Self { source, names: Names::default(), last_at: None, parts: [None, None] }
    }

    /// The record that a line makes; none where it is empty, or where more of it follows.
    pub(super) fn read(&mut self, bytes: &[u8], whole: usize, seen_at: Moment) -> Option<LogLine> {
        // A file that was cut while its writer went on begins with a hole.
        let hole = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = &bytes[if hole > 8 { hole } else { 0 }..];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        let Some(Part { at, is_error, goes_on, text: part }) = format::part(&text) else {
            return Some(self.record(&text, bytes, whole, None, seen_at));
        };
        let slot = &mut self.parts[usize::from(is_error)];
        let (first_at, mut joined) = slot.take().unwrap_or((at, String::new()));
        let room = LONGEST.saturating_sub(joined.len());
        let end = (0..=part.len().min(room)).rev().find(|end| part.is_char_boundary(*end)).unwrap_or(0);
        joined.push_str(&part[..end]);
        if goes_on {
            *slot = Some((first_at, joined));
            return None;
        }
        let whole = if end < part.len() { LONGEST + part.len() - end } else { joined.len() };
        let raw = if joined.len() == part.len() { bytes.to_vec() } else { joined.clone().into_bytes() };
        Some(self.record(&joined, &raw, whole, Some(first_at), seen_at))
    }

    /// What was never ended.
    pub(super) fn end(&mut self, seen_at: Moment) -> Vec<LogLine> {
        let parts = std::mem::take(&mut self.parts);
        parts
            .into_iter()
            .flatten()
            .map(|(at, text)| self.record(&text, text.as_bytes(), text.len(), Some(at), seen_at))
            .collect()
    }

    fn record(&mut self, text: &str, raw: &[u8], whole: usize, framed: Option<Moment>, seen_at: Moment) -> LogLine {
        let parsed = format::read(text);
        let continued = text.starts_with([' ', '\t']) || text.starts_with("Caused by:");
        let told = framed.or(parsed.at);
        let at = told.or(if continued { self.last_at } else { None });
        if told.is_some() {
            self.last_at = told;
        }
        let message = parsed.message.as_deref().unwrap_or(text);
        let mut fields: Vec<(Arc<str>, Arc<str>)> =
            parsed.fields.iter().map(|(key, value)| (self.names.get(key), value.as_str().into())).collect();
        if whole > LONGEST {
            fields.push((self.names.get(TRUNCATED), format!("{whole} bytes, {LONGEST} kept").into()));
        }
        LogLine {
            at: at.unwrap_or(seen_at),
            seen_at,
            level: parsed.level,
            service: parsed.service.as_deref().map(|name| self.names.get(name)),
            instance: parsed.instance,
            message: if whole > LONGEST { format!("{message}…").into() } else { message.into() },
            trace: parsed.trace,
            span: parsed.span,
            fields,
            source: self.source.clone(),
            raw: raw.into(),
        }
    }
}
