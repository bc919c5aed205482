//! A log line as what is asked.

use regex::bytes::Regex;

use super::term::{Subject, tells};
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

    fn tells(&self, pattern: &Regex, test: &dyn Fn(&str) -> bool) -> bool {
        tells(&self.raw, pattern, test) || tells(self.message.as_bytes(), pattern, test)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::super::tests::line;

    #[test]
    fn a_number_that_a_plain_line_says_is_compared_as_its_pattern_is_found() {
        let raw = b"GET /x status=508 duration=1.5s, retries: 12 10:status".as_slice().into();
        let line = crate::domain::log::LogLine { raw, fields: vec![], ..line() };
        for (query, holds) in [
            ("status=5..", true),
            ("status>=500", true),
            ("status>508", false),
            ("status<500", false),
            ("duration>1s", true),
            ("duration>1500", false),
            ("retries>=12", true),
            ("tries>1", false),
            ("size>1", false),
        ] {
            assert_eq!(Query::parse(query).unwrap().fits(&line), holds, "{query}");
        }
    }
}
