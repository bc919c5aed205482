//! A log line as it leaves the program: secrets taken out of every part of it, the error apart from the other fields; as a
//! record of JSON (escaped when it is written) or in the lines that it came as.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{LogFormat, LogLine, Marks, journal};
use crate::domain::{
    secret::{MASK, mask},
    text::Shown,
    value,
};

/// A line without its secrets.
#[derive(Clone, Debug)]
pub struct Printed<'a> {
    /// The line that it is made of: times, level, ids, source, format.
    pub line: &'a LogLine,
    /// The service.
    pub service: Option<Cow<'a, str>>,
    /// The message.
    pub message: Cow<'a, str>,
    /// What went wrong.
    pub error: Option<Cow<'a, str>>,
    /// What else it says.
    pub fields: Vec<(&'a str, value::Value)>,
    /// As it came; bytes that are no UTF-8 as U+FFFD.
    pub raw: Cow<'a, str>,
    /// What is unusual about it.
    pub marks: Marks,
}

impl<'a> Printed<'a> {
    /// Takes the secrets out.
    pub fn new(line: &'a LogLine) -> Printed<'a> {
        // Lines of a private key were masked before they were kept.
        let mut masked = &*line.message == MASK;
        let mut note = |before: &str, after: Cow<'a, str>| {
            masked |= before != after;
            after
        };
        let service = line.service.as_deref().map(|name| note(name, mask(name)));
        let message = note(&line.message, mask(&line.message));
        let (error_at, flat) = (line.error_at(), line.flat());
        let (mut error, mut fields) = (None, Vec::with_capacity(line.fields.len()));
        for (place, (key, value)) in line.fields.iter().enumerate() {
            let told = note(value, flat.mask(key, value));
            if error_at == Some(place) {
                error = Some(told);
            } else {
                fields.push((&**key, value.replaced(told)));
            }
        }
        let raw = match String::from_utf8_lossy(&line.raw) {
            Cow::Borrowed(text) if *message == *line.message => note(text, mask(text)),
            // A secret may also stand there as the bytes that it is of.
            Cow::Borrowed(text) => match journal::told(text, &message) {
                Cow::Borrowed(text) => note(text, mask(text)),
                Cow::Owned(told) => note(text, Cow::Owned(mask(&told).into_owned())),
            },
            Cow::Owned(text) => {
                let clean = mask(&text).into_owned();
                note(&text, Cow::Owned(clean))
            }
        };
        Printed { line, service, message, error, fields, raw, marks: Marks::of(line, masked) }
    }

    /// As a record for programs.
    pub fn record(&self) -> Value {
        let line = self.line;
        let mut fields = Map::new();
        for (key, value) in &self.fields {
            fields.insert((*key).to_owned(), value.to_json());
        }
        json!({
            "kind": "log",
            "at": line.at.rfc3339(),
            "seen_at": line.seen_at.rfc3339(),
            "level": line.level.word(),
            "service": self.service,
            "instance": line.instance.as_ref().map(|address| address.text()),
            "message": self.message,
            "trace_id": line.trace.map(|id| id.to_string()),
            "span_id": line.span.map(|id| id.to_string()),
            "error": self.error,
            "fields": fields,
            "source": line.source.name(),
            "format": line.format.word(),
            "raw": self.raw,
            "marks": self.marks.words().collect::<Vec<_>>(),
        })
    }

    /// As it came, sanitised; each of its lines with an end.
    pub fn raw_lines(&self) -> String {
        let raw = if self.raw.is_empty() { &self.message } else { &self.raw };
        raw.split('\n').flat_map(|part| [Shown::within(part, usize::MAX).to_string(), "\n".into()]).collect()
    }
}

impl Printed<'_> {
    /// The same for a person to keep: what did not come as a text is told with all that it says.
    pub fn text_lines(&self) -> String {
        match self.line.format {
            LogFormat::Otlp => self.pairs() + "\n",
            _ => self.raw_lines(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::{Level, LogFormat, LogSource};
    use crate::domain::time::Moment;

    fn line(message: &str, fields: &[(&str, &str)], raw: &str) -> LogLine {
        LogLine {
            at: Moment(0),
            seen_at: Moment(0),
            below_ns: 0,
            level: Level::Info,
            service: None,
            instance: None,
            message: message.into(),
            trace: None,
            span: None,
            fields: fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            source: LogSource::Stdin,
            format: LogFormat::Json,
            raw: raw.as_bytes().into(),
        }
    }

    #[test]
    fn secrets_leave_no_part_of_a_line() {
        let line = line(
            "sent bearer abcdefghij",
            &[("password", "hunter2"), ("url", "postgres://u:hunter2@h/db"), ("error", "token=hunter2")],
            r#"{"password":"hunter2"}"#,
        );
        let printed = Printed::new(&line);
        let all = format!("{} {:?} {:?} {}", printed.message, printed.error, printed.fields, printed.raw);
        assert!(!all.contains("hunter2") && !all.contains("abcdefghij"), "{all}");
        assert_eq!(printed.marks.words().collect::<Vec<_>>(), ["masked"]);
        assert_eq!((printed.error.as_deref(), printed.fields.len()), (Some("token=***"), 2));
    }

    #[test]
    fn what_acts_on_terminals_is_marked_and_line_ends_are_not() {
        let marks = |message: &str| Printed::new(&line(message, &[], "")).marks.words().collect::<Vec<_>>();
        for hostile in ["a\u{1b}[2J", "a\rb", "a\u{9b}2J", "user\u{202e}txt", "a\u{200b}b", "\0"] {
            assert_eq!(marks(hostile), ["control"], "{hostile:?}");
        }
        assert!(marks("one\n\tat a.B").is_empty() && marks("caf\u{e9} \u{4e2d}").is_empty());
    }
}
