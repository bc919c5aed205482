//! One span as what is asked. What is asked of a trace as a whole (how long it took, whether any failed) is not its to say.

use regex::bytes::Regex;

use super::term::Subject;
use crate::domain::span::Span;

impl Subject for Span {
    fn service(&self) -> Option<&str> {
        Some(&self.service)
    }

    fn operation(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn failed(&self) -> Option<bool> {
        Some(Span::failed(self))
    }

    fn took_ns(&self) -> Option<u64> {
        Some(self.duration_ns())
    }

    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.instance.as_ref().is_some_and(|address| test(address.text()))
    }

    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.trace.to_string())
    }

    fn span(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.id.to_string())
    }

    fn says(&self, pattern: &Regex) -> bool {
        let says = |text: &str| pattern.is_match(text.as_bytes());
        says(&self.name)
            || says(&self.service)
            || says(&self.message)
            || self.instance.as_ref().is_some_and(|address| says(address.text()))
            || self.attributes.iter().any(|(_, value)| says(&value))
    }

    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        self.attributes.iter().any(|(key, value)| test(key, &value))
    }
}
