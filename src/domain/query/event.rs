//! An event of the story as what is asked, where it stands among lines. It has no level: whoever asks for severe lines wants to
//! know what happened between them.

use regex::bytes::Regex;

use super::term::{Subject, What};
use super::{Query, Term};
use crate::domain::event::Event;

impl Subject for Event {
    fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.instance.as_deref().is_some_and(test)
    }

    fn trace(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn span(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn source(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.source)
    }

    fn says(&self, pattern: &Regex) -> bool {
        pattern.is_match(self.text.as_bytes())
            || self.service.as_ref().is_some_and(|service| pattern.is_match(service.as_bytes()))
    }

    fn field(&self, _: &dyn Fn(&str, &str) -> bool) -> bool {
        false
    }
}

impl Query {
    /// Whether an event is what is asked for, levels left aside.
    pub fn fits_event(&self, event: &Event) -> bool {
        let asked = |term: &&Term| !matches!(term.what, What::Level(_));
        self.terms.iter().filter(asked).all(|term| term.holds(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::time::Moment;

    #[test]
    fn an_event_stays_unless_something_but_a_level_leaves_it_out() {
        let event = Event {
            at: Moment(0),
            kind: EventKind::Circuit,
            service: Some("orders-service".into()),
            instance: Some("10.0.0.4:5002".into()),
            before: None,
            after: None,
            source: "GET :8080/actuator/health".into(),
            text: "orders 10.0.0.4:5002 ▸ payments: open".into(),
        };
        for (text, fits) in [
            ("", true),
            ("level>=warn", true),
            ("level:error payments", true),
            ("level>=warn refunds", false),
            ("service:orders instance:10.0.0.4:5002", true),
            ("service:users", false),
            ("!payments", false),
            ("!healthz /pay.*open/", true),
            ("status=5..", false),
            ("trace:4f1c", false),
        ] {
            assert_eq!(Query::parse(text).unwrap().fits_event(&event), fits, "{text}");
        }
    }
}
