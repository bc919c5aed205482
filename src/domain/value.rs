//! The value of an attribute: always text, since that is what is searched, shown and packed, and whether that text is a
//! literal of JSON (a number, a truth, a list, a map) rather than a string, so that it can be given on as what it was.

use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

/// A value as text, with what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Value {
    text: Arc<str>,
    json: bool,
}

impl Value {
    /// A literal of JSON, by its text: `42`, `true`, `["a"]`. Whoever makes it has seen that it is one.
    pub fn json(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), json: true }
    }

    /// Whether the text is a literal of JSON, not a string.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As JSON: a literal as what it is, everything else as a string.
    pub fn to_json(&self) -> serde_json::Value {
        match self.json {
            true => serde_json::from_str(&self.text).unwrap_or_else(|_| (*self.text).into()),
            false => (*self.text).into(),
        }
    }

    /// This text instead, as the same kind where it is unchanged, else as a string: a mask is no number.
    pub fn replaced(&self, text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(same) if *same == *self.text => self.clone(),
            other => Self { text: other.into(), json: false },
        }
    }
}

impl Deref for Value {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

macro_rules! from {
    ($($text:ty),*) => {
        $(impl From<$text> for Value {
            fn from(text: $text) -> Self {
                Self { text: text.into(), json: false }
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
}
