//! JSON lines, of every logger that writes an object a line: nested objects become keys joined by dots. Read in one pass
//! that copies no text but what is written with escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use smallvec::SmallVec;

use super::{Parsed, carrier, own};
use crate::domain::log::{LEFT_OUT, Level, LogFormat};
use crate::telemetry::logs::keys::{self, Field, Known};
use crate::telemetry::logs::lines;
use crate::telemetry::surrogates;

/// Fields of one line; the rest is counted.
const MOST: usize = 256;
/// Keys of one object that are looked at for one that comes again.
const MOST_KEYS: usize = 512;
/// From so many bytes on a line may have been cut: the longest that is kept, less the frame that was taken off.
const CUT: usize = lines::LONGEST - 128;
/// The longest value, in bytes; the whole line is kept raw anyway.
const LONGEST: usize = 16 << 10;

/// Reads an object.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    if !text.trim_ascii_start().starts_with('{') {
        return None;
    }
    match parse(text) {
        Ok(found) => Some(whole(found, known)),
        // The rest of a line that was too long is not here.
        Err(error) if error.is_eof() && text.len() >= CUT => {
            let closed = closed(text);
            let (mut found, read) = parse_as_far(&closed);
            if read.is_err() {
                (found, _) = parse_as_far(text);
            }
            Some(whole(found, known).into_owned())
                .filter(|parsed| parsed.message.is_some() || !parsed.fields.is_empty())
        }
        // No reader has a number, or a character, for it, but the line says more than that.
        Err(_) => {
            let mended = surrogates::mended(text.as_bytes()).and_then(|json| String::from_utf8(json).ok());
            let numbers = numbers_as_texts(mended.as_deref().unwrap_or(text));
            Some(whole(parse(&numbers.or(mended)?).ok()?, known).into_owned())
        }
    }
}

/// The same with the text ended in which it was cut off, and the objects and lists around that.
fn closed(text: &str) -> String {
    let (mut open, mut is_text, mut is_escaped) = (Vec::new(), false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => open.push(if byte == b'{' { '}' } else { ']' }),
            b'}' | b']' if !is_text => drop(open.pop()),
            _ => {}
        }
    }
    // Half an escape: `\`, `\u12`.
    let end = text.len() - usize::from(is_escaped);
    let begun = text[..end].rfind('\\').filter(|at| is_text && end - at < 6 && text[*at..].starts_with("\\u"));
    let mut out = text[..begun.unwrap_or(end)].to_owned();
    out.extend(is_text.then_some('"'));
    out.extend(open.into_iter().rev());
    out
}

fn parse(text: &str) -> serde_json::Result<Found<'_>> {
    let (found, read) = parse_as_far(text);
    read.map(|()| found)
}

/// What an object says before it is no JSON any more.
fn parse_as_far(text: &str) -> (Found<'_>, serde_json::Result<()>) {
    let mut found = Found { text, fields: Vec::with_capacity(16), left_out: 0 };
    let mut json = serde_json::Deserializer::from_str(text);
    let object = Object { front: "", found: &mut found };
    let read = object.deserialize(&mut json).and_then(|()| json.end());
    (found, read)
}

fn whole<'a>(found: Found<'a>, known: &mut Known) -> Parsed<'a> {
    let Found { mut fields, left_out, .. } = found;
    if left_out > 0 {
        fields.push(Field::number(Cow::Borrowed(LEFT_OUT), left_out.to_string()));
    }
    let is_own = own::prepare(&mut fields);
    let carrier = carrier::Carrier::of(&mut fields);
    let mut parsed = keys::read(fields, LogFormat::Json, known);
    if is_own {
        own::unfold(&mut parsed);
    }
    if let Some(carrier) = carrier {
        carrier.unwrap(&mut parsed, known);
    } else if parsed.level == Level::Unknown {
        carrier::unfold(&mut parsed, known);
    }
    parsed
}

/// The same with numbers that are beyond what a number of 64 bits can be in quotes: `1e400`. `None` where there is none.
fn numbers_as_texts(text: &str) -> Option<String> {
    let (mut out, mut rest, mut is_text, mut is_changed) = (String::new(), text, false, false);
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\\' if is_text => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '-' | '0'..='9' if !is_text => {
                let is_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
                rest.find(|c| !is_number(c)).unwrap_or(rest.len())
            }
            c => {
                is_text ^= c == '"';
                c.len_utf8()
            }
        };
        let (part, after) = rest.split_at(length);
        let is_beyond = !is_text && length > 1 && part.parse().is_ok_and(f64::is_infinite);
        is_changed |= is_beyond;
        match is_beyond {
            true => out.extend(["\"", part, "\""]),
            false => out.push_str(part),
        }
        rest = after;
    }
    is_changed.then_some(out)
}

/// The object that a text is.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// What an object says so far.
struct Found<'de> {
    /// The whole line.
    text: &'de str,
    fields: Vec<Field<'de>>,
    left_out: usize,
}

impl<'de> Found<'de> {
    fn put(&mut self, key: Cow<'de, str>, value: Cow<'de, str>) {
        self.fields.push(Field::text(key, cut(value)));
    }

    /// The whole number that stands behind this key, as it is written there: no number of that kind has two forms.
    fn whole_number(&mut self, key: Cow<'de, str>, number: impl ToString) {
        let written = match key {
            Cow::Borrowed(key) => self.behind(key),
            Cow::Owned(_) => None,
        };
        let value = written.map_or_else(|| Cow::Owned(number.to_string()), Cow::Borrowed);
        self.fields.push(Field::number(key, value));
    }

    fn behind(&self, key: &'de str) -> Option<&'de str> {
        let end = (key.as_ptr().addr() + key.len()).checked_sub(self.text.as_ptr().addr())?;
        let rest = self.text.get(end..)?.strip_prefix('"')?.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
        rest.get(..length).filter(|number| !number.is_empty())
    }
}

fn cut(mut value: Cow<'_, str>) -> Cow<'_, str> {
    if value.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| value.is_char_boundary(*end)).unwrap_or(0);
        value = Cow::Owned(format!("{}…", &value[..end]));
    }
    value
}

/// An object whose keys begin with this. As deep as `serde_json` lets a document be, so the stack holds.
struct Object<'f, 'de> {
    front: &'f str,
    found: &'f mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object { front, found } = self;
        // Which keys came, and where what they said stands.
        let mut seen = SmallVec::<[(Cow<'de, str>, usize, usize); 16]>::new();
        while let Some(key) = map.next_key_seed(Key)? {
            if found.fields.len() >= MOST {
                found.left_out += 1;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let from = found.fields.len();
            let whole = if front.is_empty() { key.clone() } else { Cow::Owned(format!("{front}.{key}")) };
            map.next_value_seed(Member { key: whole, found: &mut *found })?;
            match seen.iter().position(|(other, ..)| *other == key) {
                Some(again) => replace(&mut found.fields, &mut seen, again, from),
                None if seen.len() < MOST_KEYS => seen.push((key, from, found.fields.len())),
                None => {}
            }
        }
        Ok(())
    }
}

/// A key that comes again counts as it was said last, where it was said first.
fn replace(fields: &mut Vec<Field<'_>>, seen: &mut [(Cow<'_, str>, usize, usize)], again: usize, from: usize) {
    let said: Vec<Field<'_>> = fields.drain(from..).collect();
    let (_, first, last) = seen[again];
    let end = first + said.len();
    fields.splice(first..last, said);
    seen[again].2 = end;
    for (_, first, after) in &mut seen[again + 1..] {
        (*first, *after) = (*first + end - last, *after + end - last);
    }
}

/// A key, borrowed where it is written as it is.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Cow<'de, str>, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// What stands under a key.
struct Member<'f, 'de> {
    key: Cow<'de, str>,
    found: &'f mut Found<'de>,
}

impl<'de> DeserializeSeed<'de> for Member<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.found.fields.push(Field::json(self.key, Cow::Borrowed(if truth { "true" } else { "false" })));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.found.whole_number(self.key, number);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.found.whole_number(self.key, number);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        let number = Number::from_f64(number).map(|number| number.to_string());
        self.found.fields.push(Field::number(self.key, number.unwrap_or_default()));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.found.put(self.key, Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.found.put(self.key, Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        let list = list.to_string();
        match list.len() > LONGEST {
            // What is cut is no list any more.
            true => self.found.put(self.key, Cow::Owned(list)),
            false => self.found.fields.push(Field::json(self.key, Cow::Owned(list))),
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Object { front: &self.key, found: self.found }.visit_map(map)
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
