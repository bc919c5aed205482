//! The texts of one export of spans, and the attributes that are being read of it: what comes again is kept once, attributes with
//! the same keys share the list of them, and all values stand in one text. Not the spans.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use foldhash::fast::RandomState;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use prost::Message;

use super::attribute::{self, LONGEST_KEY, LONGEST_VALUE, cut};
use super::wire::{Fields, Wrong};
use crate::domain::attributes::{Attributes, Values};
use crate::domain::keys::Keys;
use crate::domain::span::Span;

/// The longest name, in bytes.
pub(super) const LONGEST_NAME: usize = 1 << 10;
/// Lists of keys that are remembered: spans of one export have a few.
const MOST_LISTS: usize = 8;

/// The texts of one export, and the attributes that are being read.
#[derive(Default)]
pub(super) struct Texts {
    known: HashSet<Arc<str>, RandomState>,
    /// Lists of keys that came, and which of them gives way next.
    lists: Vec<Arc<Keys>>,
    next: usize,
    /// The list that begins with the keys of the attributes in the making; `None`: none does, they stand in `own`.
    list: Option<usize>,
    own: Vec<Arc<str>>,
    values: Values,
    /// The place of the first value of the attributes in the making.
    first: usize,
    /// Attributes beyond the limit.
    beyond: u64,
}

impl Texts {
    /// The one copy of a text within this export.
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.known.insert(text.clone());
        text
    }

    /// A name, cut where it is too long.
    pub(super) fn name(&mut self, name: &str) -> Arc<str> {
        if name.len() <= LONGEST_NAME { self.shared(name) } else { cut(name, LONGEST_NAME) }
    }

    /// The key of the next value.
    fn key(&mut self, key: &str) {
        let place = self.count();
        if let Some(list) = self.list {
            let here = |list: &Keys| list.get(place).is_some_and(|known| **known == *key);
            if self.lists.get(list).is_some_and(|list| here(list)) {
                return;
            }
            let before = self.lists.get(list).and_then(|list| list.get(..place)).unwrap_or_default();
            let same = |list: &Keys| list.iter().zip(before).all(|(a, b)| Arc::ptr_eq(a, b));
            self.list = self.lists.iter().position(|list| here(list) && same(list));
            if self.list.is_some() {
                return;
            }
            self.own.clear();
            self.own.extend_from_slice(before);
        }
        let key = if key.len() <= LONGEST_KEY { self.shared(key) } else { cut(key, LONGEST_KEY) };
        self.own.push(key);
    }

    /// The list of the keys that were read.
    fn keys(&mut self) -> Arc<Keys> {
        let count = self.count();
        if let Some(list) = self.list.and_then(|list| self.lists.get(list)) {
            if list.len() == count {
                return list.clone();
            }
            let begin = list.get(..count).unwrap_or_default();
            let same =
                |list: &&Arc<Keys>| list.len() == count && list.iter().zip(begin).all(|(a, b)| Arc::ptr_eq(a, b));
            if let Some(shorter) = self.lists.iter().find(same) {
                return shorter.clone();
            }
            self.own.clear();
            self.own.extend_from_slice(begin);
        }
        let keys: Arc<Keys> = Arc::new(self.own.iter().cloned().collect());
        let place = self.next % MOST_LISTS;
        self.next = place + 1;
        match self.lists.get_mut(place) {
            Some(old) => *old = keys.clone(),
            None => self.lists.push(keys.clone()),
        }
        self.list = Some(place);
        keys
    }

    /// The values from there on are of what is refused.
    pub(super) fn forget(&mut self, from: usize) {
        self.values.truncate(from);
    }

    /// Another thing's attributes begin; where their values do.
    pub(super) fn begin(&mut self) -> usize {
        self.first = self.values.len();
        self.own.clear();
        self.beyond = 0;
        // As the last one's, most likely.
        self.list = if self.lists.is_empty() { None } else { Some(self.list.unwrap_or(0)) };
        self.first
    }

    /// How many attributes of this thing were read.
    fn count(&self) -> usize {
        self.values.len() - self.first
    }

    /// How many attributes of this thing were left out.
    pub(super) fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Takes one attribute.
    pub(super) fn attribute(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let (mut key, mut value) = ("", None::<Cow<'_, [u8]>>);
        let mut fields = Fields(bytes);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => key = field.text()?,
                // By the protocol a message that comes in two parts is one.
                2 => {
                    let part = field.bytes()?;
                    value = Some(value.map_or(part.into(), |first| [&first, part].concat().into()));
                }
                _ => {}
            }
        }
        if self.count() >= attribute::MOST {
            self.beyond += 1;
            return Ok(());
        }
        let is_json = value.map_or(Ok(false), |value| self.value(&value))?;
        self.key(key);
        self.values.close(is_json);
        Ok(())
    }

    /// Writes a value behind those before it; whether it is a literal.
    fn value(&mut self, bytes: &[u8]) -> Result<bool, Wrong> {
        let text = &mut self.values.text;
        let begin = text.len();
        let mut is_json = false;
        let mut fields = Fields(bytes);
        while let Some(field) = fields.next()? {
            if !(1..=8).contains(&field.number) {
                continue;
            }
            text.truncate(begin);
            // Writing into a string cannot fail.
            let _ = match field.number {
                1 => match field.text()? {
                    told if told.len() <= LONGEST_VALUE => text.write_str(told),
                    told => text.write_str(&cut(told, LONGEST_VALUE)),
                },
                2 => write!(text, "{}", field.int()? != 0),
                3 => write!(text, "{}", field.int()? as i64),
                4 => attribute::write_double(text, f64::from_bits(field.fixed64()?)),
                8 => field.int().map(|_| Ok(()))?,
                // Lists, maps and bytes are rare, and written as JSON.
                _ => {
                    let told = match AnyValue::decode(bytes) {
                        Ok(value) => attribute::typed(Some(&value)),
                        // Values within values, deeper than anything is written.
                        Err(wrong) if wrong.to_string().contains("recursion limit") => "…".into(),
                        Err(wrong) => return Err(wrong.into()),
                    };
                    text.push_str(&told);
                    return Ok(told.is_json());
                }
            };
            is_json = match field.number {
                4 => f64::from_bits(field.fixed64()?).is_finite(),
                number => matches!(number, 2 | 3),
            };
        }
        Ok(is_json)
    }

    /// Says more of the thing than its sender did.
    pub(super) fn mark(&mut self, key: &str, value: &str) {
        self.key(key);
        self.values.put(value, false);
    }

    /// The attributes that were read, without their values as long as those are not [settled](Texts::settle); how many of what
    /// are missing is one more.
    pub(super) fn attributes(&mut self, missing: &[(&str, u64)]) -> Attributes {
        for (what, count) in missing.iter().filter(|(_, count)| *count > 0) {
            self.mark(what, &count.to_string());
        }
        let keys = self.keys();
        self.values.from(self.first, keys)
    }

    /// These are all spans of the export: their attributes have their values.
    pub(super) fn settle(self, spans: &mut [Span]) {
        let values = Arc::new(self.values);
        for span in spans {
            span.attributes.rest_on(&values);
            span.events.iter_mut().for_each(|event| event.attributes.rest_on(&values));
        }
    }
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
