//! Pairs in which the secret's name is itself a value: `{"name":"Authorization","value":"..."}`, as HAR, Envoy and Kubernetes
//! write them, and `["x-api-key","..."]`, as ASGI does.

use std::ops::Range;

use super::name::is_secret_key;

/// Under what a name stands.
const NAMES: &[&str] = &["name", "key", "header", "header_name", "headername", "field", "k"];
/// Under what its value does.
const VALUES: &[&str] =
    &["value", "values", "raw_value", "rawvalue", "string_value", "stringvalue", "val", "v", "default"];

/// What an object of JSON says so far, if it is a name and its value.
#[derive(Debug, Default)]
pub(super) struct Pair {
    is_secret: bool,
    value: Option<Range<usize>>,
}

impl Pair {
    /// A member more, whose value stands there in the text.
    pub(super) fn put(&mut self, name: &str, text: &str, place: Range<usize>) {
        let is_one = |of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(name));
        if is_one(NAMES) {
            self.is_secret |= names_secret(&text[place]);
        } else if is_one(VALUES) {
            self.value = Some(place);
        }
    }

    /// Where its secret stands, if it is one of a secret.
    pub(super) fn secret(self) -> Option<Range<usize>> {
        self.value.filter(|_| self.is_secret)
    }
}

/// Whether a value of JSON is a text that is the name of a secret.
pub(super) fn names_secret(value: &str) -> bool {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).is_some_and(is_secret_key)
}

/// Whether a list under this path holds names and values in turn, as Node's `rawHeaders` does.
pub(super) fn is_flat(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    ["rawheaders", "raw_headers", "raw-headers"].iter().any(|it| it.eq_ignore_ascii_case(last))
}
