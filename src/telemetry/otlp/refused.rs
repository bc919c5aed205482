//! What of an export was refused: how many, whose they were and why. Told twice: to the sender in the protocol's answer, and
//! here as facts, at the place where they are missing. Not how a whole export is refused, which is never received.

use std::sync::Arc;

use serde_json::Value;

use super::span::MOST_SPANS;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState};
use crate::domain::time::Moment;

/// Senders of one export that are told apart; beyond, they are others.
const MOST_SENDERS: usize = 8;
const OTHERS: &str = "others";
/// Who does not say its name.
const NAMELESS: &str = "a service without a name";

/// Why one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Its ids cannot be.
    Ids,
    /// The export has more than it may.
    Beyond,
    /// It cannot be read.
    Unread,
}

impl Why {
    fn words(self) -> String {
        match self {
            Why::Ids => "a trace id has 16 bytes, a span id has 8, and neither is all zero".to_owned(),
            Why::Beyond => format!("an export may have {MOST_SPANS}"),
            Why::Unread => "it cannot be read".to_owned(),
        }
    }
}

/// Those of one sender that were refused for one reason.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    whose: Option<Arc<str>>,
    why: Why,
    count: u64,
    /// Where the first of them would stand.
    at: Moment,
}

/// What was refused of an export.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Refused {
    parts: Vec<Part>,
    /// What reading the first said that could not be read.
    said: String,
}

impl Refused {
    /// One more of this sender's is refused, which would stand at this moment.
    pub(super) fn put(&mut self, whose: Option<&str>, why: Why, at: Moment) {
        let same = |part: &Part| part.why == why && part.whose.as_deref() == whose;
        let full = self.parts.len() >= MOST_SENDERS * 3;
        let others = |part: &Part| part.why == why && part.whose.as_deref() == Some(OTHERS);
        let place = self.parts.iter().rposition(same);
        let place = place.or_else(|| full.then(|| self.parts.iter().position(others)).flatten());
        match place.and_then(|place| self.parts.get_mut(place)) {
            Some(part) => (part.count, part.at) = (part.count + 1, part.at.min(at)),
            None => {
                let whose = if full { Some(OTHERS) } else { whose }.map(Arc::from);
                self.parts.push(Part { whose, why, count: 1, at });
            }
        }
    }

    /// The same, with what reading it said.
    pub(super) fn unread(&mut self, whose: Option<&str>, at: Moment, said: &dyn std::fmt::Display) {
        if self.said.is_empty() {
            self.said = said.to_string();
        }
        self.put(whose, Why::Unread, at);
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.parts.iter().map(|part| part.count).sum()
    }

    /// Both together.
    pub(super) fn and(mut self, other: Refused) -> Refused {
        self.parts.extend(other.parts);
        if self.said.is_empty() {
            self.said = other.said;
        }
        self
    }

    /// For the sender: how many of `what` (`spans`, `records`), and why, by reason.
    pub(super) fn answer(&self, what: &str) -> (i64, String) {
        let told = [Why::Ids, Why::Beyond, Why::Unread].into_iter().filter_map(|why| {
            let count: u64 = self.parts.iter().filter(|part| part.why == why).map(|part| part.count).sum();
            let said = if why == Why::Unread { format!(": {}", self.said) } else { String::new() };
            (count > 0).then(|| format!("{count} {what} refused: {}{said}", why.words()))
        });
        (i64::try_from(self.count()).unwrap_or(i64::MAX), told.collect::<Vec<_>>().join("; "))
    }

    /// For whoever looks: where they are missing, by whom and why.
    pub(super) fn tell(&self, source: &str, what: &str, mailbox: &dyn Mailbox) {
        for part in &self.parts {
            let why = format!("from {}, refused: {}", part.whose.as_deref().unwrap_or(NAMELESS), part.why.words());
            let state = SourceState::Dropped(part.count, what.into(), why.into());
            mailbox.put(Fact::Source(SourceFact { at: part.at, name: source.into(), state }));
        }
    }
}

/// The service of a resource in OTLP's JSON, as far as it can be read.
pub(super) fn service(resource: Option<&Value>) -> Option<&str> {
    let attributes = resource?.get("attributes")?.as_array()?;
    let name =
        attributes.iter().find(|attribute| attribute.get("key").and_then(Value::as_str) == Some("service.name"))?;
    name.get("value")?.get("stringValue")?.as_str().filter(|name| !name.is_empty() && name.len() <= 256)
}
