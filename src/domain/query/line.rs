//! A log line as what is asked.

use regex::bytes::Regex;

use super::term::Subject;
use crate::domain::log::{Level, LogFormat, LogLine};

impl Subject for LogLine {
    fn level(&self) -> Level {
        self.level
    }

    fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.instance.as_ref().is_some_and(|address| test(address.text()))
    }

    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.trace.is_some_and(|id| test(&id.to_string()))
    }

    fn span(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.span.is_some_and(|id| test(&id.to_string()))
    }

    fn source(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(self.source.name())
    }

    fn format(&self) -> Option<LogFormat> {
        Some(self.format)
    }

    fn says(&self, pattern: &Regex) -> bool {
        let says = |text: &str| pattern.is_match(text.as_bytes());
        pattern.is_match(&self.raw)
            || says(&self.message)
            || self.service.as_deref().is_some_and(says)
            || self.fields.iter().any(|(_, value)| says(value))
    }

    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        self.fields.iter().any(|(key, value)| test(key, value)) || test("message", &self.message)
    }
}
