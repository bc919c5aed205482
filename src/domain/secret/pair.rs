//! Pairs in which the secret's name is itself a value: `{"name":"Authorization","value":"..."}`, as HAR, Envoy and Kubernetes
//! write them, and `["x-api-key","..."]`, as ASGI does.

use std::borrow::Cow;
use std::ops::Range;

use super::fact::is_literal;
use super::name::is_secret_key;
use super::{MASK, mask_value};

/// Under what a name stands.
const NAMES: &[&str] = &["name", "key", "header", "header_name", "headername", "field", "k"];
/// Under what its value does.
const VALUES: &[&str] =
    &["value", "values", "raw_value", "rawvalue", "string_value", "stringvalue", "val", "v", "default"];

/// What an object of JSON says so far, if it is a name and its value, or several of them laid flat.
#[derive(Debug, Default)]
pub(super) struct Pair {
    named: Flat,
    values: Vec<(String, Range<usize>)>,
}

impl Pair {
    /// A member more, whose value stands there in the text.
    pub(super) fn put(&mut self, name: &str, text: &str, place: Range<usize>) {
        let told = &text[place.clone()];
        match told.strip_prefix('"').and_then(|told| told.strip_suffix('"')) {
            Some(told) if names(name, told) => self.named.put(name),
            _ if name.split('.').any(|part| is_one(VALUES, part)) => self.values.push((name.to_owned(), place)),
            _ => {}
        }
    }

    /// Where its secrets stand.
    pub(super) fn secrets(self) -> impl Iterator<Item = Range<usize>> {
        self.values.into_iter().filter(move |(name, _)| self.named.holds(name)).map(|(_, place)| place)
    }
}

fn is_one(of: &[&str], name: &str) -> bool {
    of.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// Fields of a line or a span in which such pairs were laid flat: `header.name` is `Cookie`, `header.value` is what it says.
/// Known by where they lie: under what each name of a secret stands.
#[derive(Debug, Default)]
pub struct Flat(Vec<String>);

impl Flat {
    /// What lies under a name of a secret among these fields, their keys joined by dots.
    pub fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Flat {
        let mut flat = Flat::default();
        fields.into_iter().filter(|(key, value)| names(key, value)).for_each(|(key, _)| flat.put(key));
        flat
    }

    fn put(&mut self, key: &str) {
        self.0.push(key.rfind('.').map_or("", |end| &key[..=end]).to_owned());
    }

    /// Whether what stands under this key is a secret that is named beside it.
    fn holds(&self, key: &str) -> bool {
        self.0.iter().any(|above| {
            let own = key.strip_prefix(above.as_str()).and_then(|own| own.split('.').next());
            own.is_some_and(|own| is_one(VALUES, own))
        })
    }

    /// The value of one of these fields as it may be shown.
    pub fn mask<'a>(&self, key: &str, value: &'a str) -> Cow<'a, str> {
        match !value.is_empty() && self.holds(key) && !is_literal(value) {
            true => Cow::Borrowed(MASK),
            false => mask_value(key, value),
        }
    }
}

/// Whether what stands under this key says that a secret stands beside it. Hardly any key is one of these: it is looked at first.
fn names(key: &str, value: &str) -> bool {
    is_one(NAMES, key.rsplit('.').next().unwrap_or(key)) && is_secret_key(value)
}

/// Whether a value of JSON is a text that is the name of a secret.
pub(super) fn names_secret(value: &str) -> bool {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).is_some_and(is_secret_key)
}

/// Whether a value of JSON is a text that is an option whose value is a secret: `"--password"`.
pub(super) fn is_option(value: &str) -> bool {
    let option = value.strip_prefix("\"-").and_then(|value| value.strip_suffix('"'));
    option.is_some_and(|option| !option.contains('=') && is_secret_key(option.trim_start_matches('-')))
}

/// Whether a list under this path holds names and values in turn, as Node's `rawHeaders` does.
pub(super) fn is_flat(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    ["rawheaders", "raw_headers", "raw-headers"].iter().any(|it| it.eq_ignore_ascii_case(last))
}

#[cfg(test)]
#[path = "pair_tests.rs"]
mod tests;
