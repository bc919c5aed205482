//! JSON lines, of every logger that writes an object a line: nested objects become keys joined by dots.

use serde_json::{Map, Value};

use super::Parsed;
use crate::domain::log::{LEFT_OUT, LogFormat};
use crate::telemetry::logs::keys::{self, Field};

/// Fields of one line; the rest is counted.
const MOST: usize = 256;
/// The longest value, in bytes; the whole line is kept raw anyway.
const LONGEST: usize = 16 << 10;

/// Reads an object.
pub(super) fn read(text: &str) -> Option<Parsed> {
    object(text).map(|object| from(object, LogFormat::Json))
}

/// The object that a text is.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    if !text.trim_ascii_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// What an object says.
pub(super) fn from(object: Map<String, Value>, format: LogFormat) -> Parsed {
    let mut fields = Vec::new();
    let mut left_out = 0;
    flatten(String::new(), object, &mut fields, &mut left_out);
    if left_out > 0 {
        fields.push(Field { key: LEFT_OUT.to_owned(), value: left_out.to_string(), is_number: true, is_json: true });
    }
    keys::read(fields, format)
}

/// As deep as `serde_json` lets a document be, so the stack holds.
fn flatten(front: String, object: Map<String, Value>, fields: &mut Vec<Field>, left_out: &mut usize) {
    for (key, value) in object {
        if fields.len() >= MOST {
            *left_out += 1;
            continue;
        }
        let key = if front.is_empty() { key } else { format!("{front}.{key}") };
        let (mut value, is_number, mut is_json) = match value {
            Value::Null => continue,
            Value::Object(inner) => {
                flatten(key, inner, fields, left_out);
                continue;
            }
            Value::String(text) => (text, false, false),
            Value::Number(number) => (number.to_string(), true, true),
            other => (other.to_string(), false, true),
        };
        if value.len() > LONGEST {
            let end = (0..=LONGEST).rev().find(|end| value.is_char_boundary(*end)).unwrap_or(0);
            value.truncate(end);
            value.push('…');
            is_json = false;
        }
        fields.push(Field { key, value, is_number, is_json });
    }
}
