//! The value of an attribute: always text, since that is what is searched, shown and packed, and whether that text is a
//! literal of JSON (a number, a truth, a list, a map) rather than a string, so that it can be given on as what it was.

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
    ops::{Deref, Range},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::raw::Raw;

/// A value as text, with what it was. The text may be a part of one that it shares with others.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Plain", into = "Plain")]
pub struct Value {
    text: Arc<str>,
    begin: u32,
    end: u32,
    json: bool,
}

/// A value as it is written.
#[derive(Serialize, Deserialize)]
struct Plain {
    text: Arc<str>,
    json: bool,
}

impl From<Plain> for Value {
    fn from(Plain { text, json }: Plain) -> Self {
        Value::whole(text, json)
    }
}

impl From<Value> for Plain {
    fn from(value: Value) -> Self {
        Plain { text: value.as_str().into(), json: value.json }
    }
}

impl Value {
    /// The longest text of all, in bytes: 4 GiB, which nothing that comes from outside has.
    fn whole(text: Arc<str>, json: bool) -> Self {
        let end = u32::try_from(text.len()).unwrap_or(0);
        Self { text, begin: 0, end, json }
    }

    /// A part of a text that others share; empty where there is no such part.
    pub fn part(of: &Arc<str>, range: Range<usize>, json: bool) -> Self {
        let there = of.get(range.clone()).is_some();
        match (there, u32::try_from(range.start), u32::try_from(range.end)) {
            (true, Ok(begin), Ok(end)) => Self { text: of.clone(), begin, end, json },
            _ => Self::default(),
        }
    }

    /// A literal of JSON, by its text: `42`, `true`, `["a"]`. Whoever makes it has seen that it is one.
    pub fn json(text: impl Into<Arc<str>>) -> Self {
        Self::whole(text.into(), true)
    }

    /// Where the text stands in these bytes, if it shares them and is no copy: `Arc<[u8]>` and `Arc<str>` of one text are.
    pub fn place_in(&self, bytes: &Raw) -> Option<usize> {
        bytes.place_of(&self.text, self.begin..self.end)
    }

    /// Whether the text is a literal of JSON, not a string.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.text.get(self.begin as usize..self.end as usize).unwrap_or_default()
    }

    /// As JSON: a literal as what it is, everything else as a string.
    pub fn to_json(&self) -> serde_json::Value {
        json_of(self, self.json)
    }

    /// This text instead, as the same kind where it is unchanged, else as a string: a mask is no number.
    pub fn replaced(&self, text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(same) if *same == **self => self.clone(),
            other => other.into(),
        }
    }
}

/// A text as JSON; `is_json`: it is a literal of it.
pub(super) fn json_of(text: &str, is_json: bool) -> serde_json::Value {
    match is_json {
        true => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        false => text.into(),
    }
}

impl Deref for Value {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json && **self == **other
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.as_str(), self.json).hash(hasher);
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("text", &self.as_str()).field("json", &self.json).finish()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

macro_rules! from {
    ($($text:ty),*) => {
        $(impl From<$text> for Value {
            fn from(text: $text) -> Self {
                Self::whole(text.into(), false)
            }
        })*
    };
}

from!(&str, String, Arc<str>, Cow<'_, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_is_a_string() {
        let number = Value::json("42");
        assert!(number.replaced(Cow::Borrowed("42")).is_json());
        assert!(!number.replaced(Cow::Borrowed("***")).is_json());
        assert_eq!(&*Value::from("a"), "a");
    }

    #[test]
    fn parts_of_a_text_are_values_like_others() {
        let text: Arc<str> = "GET200é".into();
        let parts = [Value::part(&text, 0..3, false), Value::part(&text, 3..6, true), Value::part(&text, 6..8, false)];
        assert_eq!(parts, [Value::from("GET"), Value::json("200"), Value::from("é")]);
        assert_eq!(
            [Value::part(&text, 7..8, true), Value::part(&text, 3..99, true)],
            [Value::default(), Value::default()]
        );
        assert_eq!([parts[0].to_json(), parts[1].to_json()], [serde_json::json!("GET"), serde_json::json!(200)]);
        let bytes: Raw = text.clone().into();
        assert_eq!([parts[1].place_in(&bytes), Value::from("200").place_in(&bytes)], [Some(3), None]);
        let there = serde_json::to_string(&parts[1]).unwrap();
        assert_eq!(there, r#"{"text":"200","json":true}"#);
        assert_eq!(serde_json::from_str::<Value>(&there).unwrap(), parts[1]);
    }
}
