//! A znode as a mapping looks at it: what stands at its places. Bytes that are something else than a place expects give nothing.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::super::Leaf;
use super::super::url::{Url, decoded};
use crate::config::mapped::{Mapping, Match, Place};
use crate::domain::address::Address;

/// Entries of metadata that are shown of one znode at most, and bytes of one value.
const MOST: usize = 100;
const LONGEST: usize = 4 * 1024;

pub(super) struct View<'a> {
    leaf: &'a Leaf<'a>,
    found: &'a Match<'a>,
    json: OnceCell<Option<Value>>,
}

/// The text of a string that Java wrote as an object, as ZkClient does and so Motan: a header, `t`, the length. Else the bytes.
fn plain(data: &[u8]) -> &[u8] {
    match data {
        [0xac, 0xed, 0, 5, b't', high, low, text @ ..]
            if text.len() == usize::from(u16::from_be_bytes([*high, *low])) =>
        {
            text
        }
        _ => data,
    }
}

impl<'a> View<'a> {
    pub(super) fn new(leaf: &'a Leaf<'a>, found: &'a Match<'a>) -> View<'a> {
        View { leaf, found, json: OnceCell::new() }
    }

    fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_slice(self.leaf.data).ok()).as_ref()
    }

    fn at(&self, names: &[String]) -> Option<&Value> {
        names.iter().try_fold(self.json()?, |value, name| match value {
            Value::Object(members) => members.get(name),
            Value::Array(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }

    fn bytes(&self) -> Option<&'a str> {
        std::str::from_utf8(plain(self.leaf.data)).ok()
    }

    /// Whether anything is there, a null apart.
    pub(super) fn is_there(&self, place: &Place) -> bool {
        match place {
            // An empty list of tags is there, and is nothing that a text could say.
            Place::Json(names) => self.at(names).is_some(),
            Place::TextUrl(key) if key.is_empty() => {
                self.bytes().is_some_and(|text| Url::read(&decoded(text)).is_some())
            }
            Place::NameUrl(key) if key.is_empty() => Url::read(&decoded(self.leaf.name)).is_some(),
            _ => self.text(place).is_some(),
        }
    }

    /// What stands there, as text.
    pub(super) fn text(&self, place: &Place) -> Option<Cow<'_, str>> {
        match place {
            Place::Json(names) => match self.at(names)? {
                Value::Null => None,
                Value::String(text) => Some(text.into()),
                other => Some(other.to_string().into()),
            },
            Place::Part(part) => self.found.part(part).map(decoded),
            Place::Name => Some(decoded(self.leaf.name)),
            Place::Text => self.bytes().map(|text| text.trim().into()),
            Place::Field(number) => self.bytes()?.trim().split(':').nth(number - 1).map(Into::into),
            Place::NameUrl(key) => parameter(&decoded(self.leaf.name), key),
            Place::TextUrl(key) => parameter(&decoded(self.bytes()?), key),
        }
    }

    /// A number of 0 or more; what is none is none, never 0.
    pub(super) fn number(&self, place: &Place) -> Option<i64> {
        self.text(place)?.trim().parse().ok().filter(|number| *number >= 0)
    }

    /// The addresses that its places tell, each with the scheme of its URL where it is one.
    pub(super) fn endpoints(&self, mapping: &Mapping) -> Vec<(Option<String>, Address)> {
        let whole = |place: &Place| {
            let text = self.text(place)?;
            match Url::read(&text) {
                Some(url) => Some((Some(url.scheme().to_owned()), url.address()?)),
                None => Some((None, Address::parse(text.trim(), None).ok()?)),
            }
        };
        mapping.address.iter().filter_map(whole).collect()
    }

    /// Host and port that stand apart.
    pub(super) fn apart(&self, mapping: &Mapping) -> Option<Address> {
        let host = self.text(mapping.host.as_ref()?)?;
        let port = |place: &Place| self.text(place)?.trim().parse().ok().filter(|port: &u16| *port > 0);
        Address::new(host.trim(), mapping.port.iter().find_map(port)?).ok()
    }

    /// Members of objects and parameters of URLs one by one, everything else by the last name of its place.
    pub(super) fn metadata(&self, places: &[Place]) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut all = BTreeMap::new();
        let mut keep = |key: &str, value: &str| {
            if all.len() < MOST {
                all.insert(Arc::from(key), Arc::from(&value[..value.floor_char_boundary(LONGEST)]));
            }
        };
        for place in places {
            match place {
                Place::NameUrl(key) if key.is_empty() => parameters(self.leaf.name, &mut keep),
                Place::TextUrl(key) if key.is_empty() => parameters(self.bytes().unwrap_or(""), &mut keep),
                Place::Json(names) => match (self.at(names), names.last()) {
                    (Some(Value::Object(members)), _) => {
                        members.iter().for_each(|(key, value)| keep(key, &shown(value)));
                    }
                    (Some(Value::Null) | None, _) | (_, None) => {}
                    (Some(value), Some(key)) => keep(key, &shown(value)),
                },
                Place::Part(key) | Place::NameUrl(key) | Place::TextUrl(key) => {
                    self.text(place).into_iter().for_each(|value| keep(key, &value));
                }
                Place::Name | Place::Text | Place::Field(_) => {
                    self.text(place).into_iter().for_each(|value| keep("text", &value));
                }
            }
        }
        all
    }
}

fn parameter(url: &str, key: &str) -> Option<Cow<'static, str>> {
    Url::read(url)?.parameter(key).map(|value| value.into_owned().into())
}

fn parameters(text: &str, keep: &mut impl FnMut(&str, &str)) {
    let text = decoded(text);
    let found = Url::read(&text);
    found.iter().flat_map(Url::parameters).for_each(|(key, value)| keep(&key, &value));
}

fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}
