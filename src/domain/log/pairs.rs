//! A line that came as no text (OTLP) as the text that it would be: `time=… level=… service=… msg="…"`, the form that is
//! called logfmt and that every reader of logs knows. Not how it is shown: secrets are out, characters that act on terminals
//! are told by their numbers.

use std::fmt::Write as _;

use super::Printed;
use crate::domain::text::json_escape;

impl Printed<'_> {
    /// Keys and values, without an end.
    pub(super) fn pairs(&self) -> String {
        let line = self.line;
        let mut out = format!("time={} level={}", line.at.rfc3339(), line.level.word());
        let instance = line.instance.as_ref().map(ToString::to_string);
        let trace = line.trace.map(|id| id.to_string());
        let span = line.span.map(|id| id.to_string());
        let told = [
            ("service", self.service.as_deref()),
            ("instance", instance.as_deref()),
            ("msg", Some(&*self.message)),
            ("trace_id", trace.as_deref()),
            ("span_id", span.as_deref()),
            ("error", self.error.as_deref()),
        ];
        for (key, value) in told {
            if let Some(value) = value {
                pair(&mut out, key, value);
            }
        }
        for (key, value) in &self.fields {
            pair(&mut out, key, value);
        }
        out
    }
}

fn pair(out: &mut String, key: &str, value: &str) {
    let is_odd = |c: char| c == '=' || c == '"' || c.is_whitespace() || c.is_control();
    let key: String = key.chars().map(|c| if is_odd(c) { '_' } else { c }).collect();
    let is_bare = !value.is_empty() && !value.starts_with('\'') && !value.chars().any(|c| is_odd(c) || c == '\\');
    let quoted = if is_bare { value.to_owned() } else { serde_json::Value::from(value).to_string() };
    // Cannot fail: it is a text that is written to.
    let _ = write!(out, " {}={}", json_escape(&key), json_escape(&quoted));
}

#[cfg(test)]
mod tests {
    use crate::domain::log::{LogFormat, LogLine, LogSource, Printed};

    #[test]
    fn a_line_of_otlp_is_written_as_the_text_that_it_would_be_with_all_that_it_says() {
        let fields = [("http.status", "503"), ("a key", "two words"), ("empty", ""), ("q", "\"x\"\u{202e}\n")];
        let line = LogLine {
            service: Some("pay".into()),
            fields: fields.map(|(key, value)| (key.into(), value.into())).to_vec(),
            source: LogSource::Otlp,
            format: LogFormat::Otlp,
            raw: b"no room"[..].into(),
            ..LogLine::said(1_795_415_400_250, "no room")
        };
        assert_eq!(
            Printed::new(&line).text_lines(),
            concat!(
                r#"time=2026-11-23T06:30:00.250Z level=info service=pay msg="no room" http.status=503 a_key="two words" empty="" "#,
                r#"q="\"x\"\u202e\n""#,
                "\n"
            )
        );
        let plain = LogLine { format: LogFormat::Plain, ..line };
        assert_eq!(Printed::new(&plain).text_lines(), "no room\n");
    }
}
