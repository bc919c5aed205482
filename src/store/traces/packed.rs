//! A packed span as what is asked: it answers a query where it lies, without a copy of anything, so that all spans that are
//! held can be asked in a moment. Not which traces fit: that is the filter's.

use std::borrow::Cow;

use regex::bytes::Regex;

use super::codec::{self, Front, Tables};
use crate::domain::query::Subject;
use crate::domain::secret;
use crate::domain::span::TraceId;
use crate::store::pack::Reader;

/// One packed span.
pub(super) struct Packed<'a> {
    trace: TraceId,
    front: Front<'a>,
    message: &'a str,
    /// At its attributes.
    rest: Reader<'a>,
    tables: &'a Tables,
}

impl<'a> Packed<'a> {
    pub(super) fn of(trace: TraceId, record: &'a [u8], tables: &'a Tables) -> Option<Packed<'a>> {
        let (front, mut rest) = codec::front(record, tables)?;
        let message = rest.text()?;
        Some(Packed { trace, front, message, rest, tables })
    }
}

impl Subject for Packed<'_> {
    fn service(&self) -> Option<&str> {
        Some(&self.front.service)
    }

    fn operation(&self) -> Option<&str> {
        Some(&self.front.name)
    }

    fn failed(&self) -> Option<bool> {
        Some(self.front.failed)
    }

    fn took_ns(&self) -> Option<u64> {
        Some(self.front.end_ns.saturating_sub(self.front.start_ns))
    }

    fn instance(&self, test: &dyn Fn(&str) -> bool) -> bool {
        self.front.instance.as_ref().is_some_and(|address| test(address.text()))
    }

    fn trace(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.trace.to_string())
    }

    fn span(&self, test: &dyn Fn(&str) -> bool) -> bool {
        test(&self.front.id.to_string())
    }

    /// What is shown counts: nobody finds a secret by asking for it. To take secrets out is most of the work, so only what was
    /// found is looked at as it is shown.
    fn says(&self, pattern: &Regex) -> bool {
        let says = |text: &str| pattern.is_match(text.as_bytes());
        let shown =
            |text: &str, clean: Cow<'_, str>| matches!(clean, Cow::Borrowed(same) if same == text) || says(&clean);
        says(&self.front.name)
            || says(&self.front.service)
            || says(self.message) && shown(self.message, secret::mask(self.message))
            || self.instance(&says)
            || codec::any_pair(&mut self.rest.clone(), self.tables, |key, value| {
                says(value) && shown(value, secret::mask_value(key, value))
            })
    }

    fn field(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        codec::any_pair(&mut self.rest.clone(), self.tables, |key, value| {
            test(key, value) && test(key, &secret::mask_value(key, value))
        })
    }
}
