//! The attributes of a span or of one of its events: keys that many spans share as one list (keys.rs), values that stand in one
//! text with those of all spans that came at once. A span comes on one thread and is given up on another, and each piece of it
//! costs there once more. Not what any means.

use std::{fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

use super::keys::{Common, Keys};
use super::value::{Value, json_of};

/// Attributes, in their order; a key may come twice.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Arc<str>, Value)>", into = "Vec<(Arc<str>, Value)>")]
pub struct Attributes {
    keys: Arc<Keys>,
    /// `None` as long as they are not what it [rests on](Attributes::rest_on).
    values: Option<Arc<Values>>,
    /// The place of the first of its own among the values, and how many they are.
    first: u32,
    count: u32,
}

/// The value of an attribute: text, which may be a literal of JSON (see [`Value`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    text: &'a str,
    json: bool,
}

impl<'a> Part<'a> {
    /// The text.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// Whether the text is a literal of JSON, not a string.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// As JSON: a literal as what it is, everything else as a string.
    pub fn to_json(self) -> serde_json::Value {
        json_of(self.text, self.json)
    }
}

impl Deref for Part<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text
    }
}

impl Attributes {
    /// The keys, as the list that others share.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Each with its key.
    pub fn iter(&self) -> Pairs<'_> {
        Pairs { of: self, place: 0 }
    }

    /// The first value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.any(&[key])
    }

    /// The first value whose key is one of these.
    pub fn any(&self, keys: &[&str]) -> Option<&str> {
        let place = self.keys.iter().position(|known| keys.contains(&&**known))?;
        Some(self.part(place)?.text)
    }

    /// The first value of a key that is asked of every span: found without a look at the others.
    #[inline]
    pub fn common(&self, key: Common) -> Option<&str> {
        Some(self.part(self.keys.place(key)?)?.text)
    }

    /// The first values of keys that are asked of every span, as they stand.
    pub fn commons<const N: usize>(&self, keys: [Common; N]) -> impl Iterator<Item = &str> {
        let mut places = keys.map(|key| self.keys.place(key));
        places.sort_unstable();
        places.into_iter().flatten().filter_map(|place| Some(self.part(place)?.text))
    }

    /// Its values stand in these, at the places where they were written.
    pub fn rest_on(&mut self, values: &Arc<Values>) {
        self.values = Some(values.clone());
    }

    fn part(&self, place: usize) -> Option<Part<'_>> {
        let values = self.values.as_deref().filter(|_| place < self.len())?;
        values.part(self.first as usize + place)
    }
}

/// Attributes, one after the other.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    of: &'a Attributes,
    place: usize,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a Arc<str>, Part<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let pair = self.of.keys.get(self.place).zip(self.of.part(self.place))?;
        self.place += 1;
        Some(pair)
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = (&'a Arc<str>, Part<'a>);
    type IntoIter = Pairs<'a>;

    fn into_iter(self) -> Pairs<'a> {
        self.iter()
    }
}

/// Values, those of many attributes one after the other: each is written behind those before it, then closed.
#[derive(Debug, Default)]
pub struct Values {
    /// Their text.
    pub text: String,
    /// Where each ends in the text, twice that, and one more where it is a literal of JSON.
    ends: Vec<u32>,
}

impl Values {
    /// How many are closed.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn part(&self, place: usize) -> Option<Part<'_>> {
        let end = self.ends.get(place)?;
        let begin = place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |begin| begin >> 1);
        let text = self.text.get(begin as usize..(end >> 1) as usize).unwrap_or_default();
        Some(Part { text, json: end & 1 == 1 })
    }

    /// What was written since the last is one; `json`: a literal, which whoever wrote it has seen.
    pub fn close(&mut self, json: bool) {
        // 2 GiB of text, which nothing that comes from outside has: what is beyond would be empty.
        let end = u32::try_from(self.text.len() << 1).unwrap_or(u32::MAX - 1);
        self.ends.push(end | u32::from(json));
    }

    /// Writes one.
    pub fn put(&mut self, text: &str, json: bool) {
        self.text.push_str(text);
        self.close(json);
    }

    /// Forgets those from this place on.
    pub fn truncate(&mut self, first: usize) {
        let end = first.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |end| end >> 1);
        self.ends.truncate(first);
        self.text.truncate(end as usize);
    }

    /// They, each under the key at its place.
    pub fn under(mut self, keys: Arc<Keys>) -> Attributes {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        let count = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        Attributes { keys, values: Some(Arc::new(self)), first: 0, count }
    }

    /// Those from this place on, each under the key at its place; more may follow before they are what attributes
    /// [rest on](Attributes::rest_on). Until then nothing stands under their keys.
    pub fn from(&self, first: usize, keys: Arc<Keys>) -> Attributes {
        let places = [first, self.ends.len().saturating_sub(first)].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        Attributes { keys, values: None, first: places[0], count: places[1] }
    }
}

impl FromIterator<(Arc<str>, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(pairs: I) -> Self {
        let mut values = Values::default();
        let key = |(key, value): (Arc<str>, Value)| {
            values.put(&value, value.is_json());
            key
        };
        let keys: Keys = pairs.into_iter().map(key).collect();
        values.under(Arc::new(keys))
    }
}

impl Extend<(Arc<str>, Value)> for Attributes {
    fn extend<I: IntoIterator<Item = (Arc<str>, Value)>>(&mut self, pairs: I) {
        *self = Vec::from(std::mem::take(self)).into_iter().chain(pairs).collect();
    }
}

impl From<Vec<(Arc<str>, Value)>> for Attributes {
    fn from(pairs: Vec<(Arc<str>, Value)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl From<Attributes> for Vec<(Arc<str>, Value)> {
    fn from(attributes: Attributes) -> Self {
        let owned = |part: Part<'_>| if part.json { Value::json(part.text) } else { part.text.into() };
        attributes.iter().map(|(key, part)| (key.clone(), owned(part))).collect()
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_under_their_keys_and_are_what_they_were() {
        let pairs: Vec<(Arc<str>, Value)> = vec![
            ("a".into(), "é".into()),
            ("http.route".into(), "".into()),
            ("n".into(), Value::json("42")),
            ("a".into(), "2".into()),
        ];
        let all = Attributes::from(pairs.clone());
        assert_eq!((all.len(), all.get("a"), all.get("n"), all.get("b")), (4, Some("é"), Some("42"), None));
        assert_eq!((all.common(Common::Route), all.common(Common::Path)), (Some(""), None));
        assert_eq!(all.any(&["n", "a"]), Some("é"), "the first of them, as they stand");
        let two = Attributes::from(vec![("url.path".into(), "/p".into()), ("http.route".into(), "/r".into())]);
        assert!(two.commons([Common::Route, Common::Target, Common::Path]).eq(["/p", "/r"]));
        let told: Vec<_> = all.iter().map(|(key, part)| (&**key, part.to_json())).collect();
        assert_eq!(told, [("a", "é".into()), ("http.route", "".into()), ("n", 42.into()), ("a", "2".into())]);
        assert_eq!(Vec::from(all.clone()), pairs);
        let there = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Attributes>(&there).unwrap(), all);
        let mut more = all.clone();
        more.extend([("b".into(), "x".into())]);
        assert_eq!((more.len(), more.get("b"), more == all), (5, Some("x"), false));
        let empty = Attributes::default();
        assert_eq!((empty.is_empty(), empty.iter().next(), empty.common(Common::Route)), (true, None, None));
    }

    #[test]
    fn a_number_and_the_same_digits_as_a_text_are_two_things() {
        let of = |value: Value| Attributes::from(vec![("n".into(), value)]);
        assert_ne!(of("42".into()), of(Value::json("42")));
        assert_eq!(of("42".into()), of("42".into()));
    }
}
