//! A line as a tree: what it came as where that is JSON, types kept; else its fields. Secrets are taken out. Not what is
//! folded or where it stands.

use serde_json::Value;

use super::{LogFormat, LogLine};
use crate::domain::secret::{MASK, is_secret_key, mask, mask_value};

/// The longest text that is read as JSON, in bytes.
const LONGEST: usize = 256 << 10;
/// Parts of one line at most.
const MOST: usize = 500;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// Nothing.
    Null,
    /// Names with values: so many.
    Object(usize),
    /// Values in their order: so many.
    List(usize),
}

impl Kind {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Bool => "true or false",
            Kind::Null => "null",
            Kind::Object(_) => "object",
            Kind::List(_) => "list",
        }
    }
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How deep it lies.
    pub depth: usize,
    /// Its own name; the place in a list, from 0.
    pub name: String,
    /// Its name from the top on, joined by dots: what a filter calls it.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its value; of objects and lists their JSON.
    pub value: String,
}

/// The name of what an OTLP record says itself, where that is no text.
pub const BODY: &str = "body";

/// The parts of a line, each before what lies in it; whether they are JSON that the line came as. Of an OTLP record they
/// are its fields, as everywhere, and its body where that has a structure.
pub fn parts(line: &LogLine) -> (Vec<Part>, bool) {
    let mut parts = Vec::new();
    let is_record = line.format == LogFormat::Otlp;
    if let Some(Value::Object(whole)) = framed(&line.raw).filter(|_| !is_record) {
        for (name, value) in whole {
            put(&mut parts, 0, &name, name.clone(), &clean(&name, value));
        }
        return (parts, true);
    }
    let flat = line.flat();
    for (name, value) in &line.fields {
        let value = clean(name, value.replaced(flat.mask(name, value)).to_json());
        put(&mut parts, 0, name, name.to_string(), &value);
    }
    let body = || object(&mask(std::str::from_utf8(&line.raw).ok()?));
    if let Some(body) = is_record.then(body).flatten() {
        put(&mut parts, 0, BODY, BODY.to_owned(), &clean(BODY, body));
    }
    (parts, false)
}

/// The JSON that a line came as: itself, or what a container's runtime framed.
fn framed(raw: &[u8]) -> Option<Value> {
    let text = mask(std::str::from_utf8(raw).ok().filter(|text| text.len() <= LONGEST)?);
    let begin = text.find('{')?;
    // CRI puts a time, a stream and a mark before it.
    if text[..begin].split_whitespace().count() > 3 {
        return None;
    }
    let whole: Value = serde_json::from_str(&text[begin..]).ok()?;
    let inner = whole.get("log").and_then(Value::as_str).and_then(object);
    Some(inner.filter(|_| whole.get("stream").is_some()).unwrap_or(whole))
}

/// An object or a list that is written as text.
fn object(text: &str) -> Option<Value> {
    let text = text.trim();
    let is_one = (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'));
    serde_json::from_str(text).ok().filter(|_| is_one && text.len() <= LONGEST)
}

/// A value without its secrets, and with the JSON that stands in its texts opened.
fn clean(path: &str, value: Value) -> Value {
    if is_secret_key(path) {
        match &value {
            Value::Null | Value::Bool(_) => return value,
            Value::Number(number) if mask_value(path, &number.to_string()) != MASK => return value,
            Value::String(text) => return Value::String(mask_value(path, text).into_owned()),
            // What was left of it is no secret; each of its parts is looked at.
            Value::Object(_) => {}
            _ => return Value::String(MASK.to_owned()),
        }
    }
    let within = |name: &str| format!("{path}.{name}");
    match value {
        Value::String(text) => match object(&text) {
            Some(inner) => clean(path, inner),
            None => Value::String(mask_value(path, &text).into_owned()),
        },
        Value::Array(all) => {
            Value::Array(all.into_iter().enumerate().map(|(n, value)| clean(&within(&n.to_string()), value)).collect())
        }
        Value::Object(all) => {
            all.into_iter().map(|(name, value)| (name.clone(), clean(&within(&name), value))).collect()
        }
        other => other,
    }
}

fn put(parts: &mut Vec<Part>, depth: usize, name: &str, path: String, value: &Value) {
    if parts.len() >= MOST {
        return;
    }
    let (kind, text) = match value {
        Value::Null => (Kind::Null, "null".to_owned()),
        Value::Bool(it) => (Kind::Bool, it.to_string()),
        Value::Number(it) => (Kind::Number, it.to_string()),
        Value::String(text) => (Kind::Text, text.clone()),
        Value::Array(all) => (Kind::List(all.len()), value.to_string()),
        Value::Object(all) => (Kind::Object(all.len()), value.to_string()),
    };
    parts.push(Part { depth, name: name.to_owned(), path: path.clone(), kind, value: text });
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                put(parts, depth + 1, name, format!("{path}.{name}"), value);
            }
        }
        Value::Array(all) => {
            for (place, value) in all.iter().enumerate() {
                put(parts, depth + 1, &place.to_string(), format!("{path}.{place}"), value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        log::{Level, LogFormat, LogSource},
        time::Moment,
    };

    fn line(raw: &str, fields: &[(&str, &str)]) -> LogLine {
        LogLine {
            at: Moment(0),
            seen_at: Moment(0),
            below_ns: 0,
            level: Level::Info,
            service: None,
            instance: None,
            message: "m".into(),
            trace: None,
            span: None,
            fields: fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            source: LogSource::Stdin,
            format: LogFormat::Json,
            raw: raw.as_bytes().into(),
        }
    }

    fn told(line: &LogLine) -> Vec<String> {
        let told = |part: &Part| format!("{}{} {} {}", " ".repeat(part.depth), part.name, part.kind.word(), part.value);
        parts(line).0.iter().map(told).collect()
    }

    #[test]
    fn json_keeps_its_order_and_its_types() {
        let raw = r#"{"n":504,"s":"504","ok":false,"e":{"kind":"x","no":null},"list":[1,"two"]}"#;
        let wanted = [
            "n number 504",
            "s text 504",
            "ok true or false false",
            "e object {\"kind\":\"x\",\"no\":null}",
            " kind text x",
            " no null null",
            "list list [1,\"two\"]",
            " 0 number 1",
            " 1 text two",
        ];
        assert_eq!(told(&line(raw, &[("other", "1")])), wanted);
        assert_eq!(parts(&line(raw, &[])).0[4].path, "e.kind");
        let framed = [
            format!("2026-11-25T14:03:07Z stdout F {raw}"),
            serde_json::json!({"log": raw, "stream": "stdout"}).to_string(),
        ];
        framed.iter().for_each(|raw| assert_eq!(told(&line(raw, &[])), wanted));
    }

    #[test]
    fn what_is_no_json_is_its_fields_and_json_within_them_is_opened() {
        let fields = [("thread", "main"), ("body", r#"{"a":1}"#), ("odd", "{no json}")];
        let wanted = ["thread text main", "body object {\"a\":1}", " a number 1", "odd text {no json}"];
        assert_eq!(told(&line("level=info {x} thread=main", &fields)), wanted);
        assert!(!parts(&line("{\"a\":", &fields)).1 && parts(&line("{}", &fields)).1);
    }

    #[test]
    fn a_record_has_its_fields_and_the_structure_of_its_body() {
        let raw = r#"{"event":"structured","n":7,"token":"hunter2"}"#;
        let record = |raw| LogLine { format: LogFormat::Otlp, ..line(raw, &[("n", "8"), ("user.id", "u1")]) };
        let wanted = [
            "n text 8",
            "user.id text u1",
            "body object {\"event\":\"structured\",\"n\":7,\"token\":\"***\"}",
            " event text structured",
            " n number 7",
            " token text ***",
        ];
        assert_eq!(told(&record(raw)), wanted);
        assert_eq!(told(&record("all is {well}")), wanted[..2]);
    }

    #[test]
    fn secrets_show_in_no_part_and_depth_and_number_are_bounded() {
        let raw = r#"{"password":"hunter2","db":{"token":{"v":"hunter2"}},"url":"redis://u:hunter2@h","pin":{"secret":7311}}"#;
        let all = told(&line(raw, &[])).join("\n");
        assert!(!all.contains("hunter2") && !all.contains("7311"), "{all}");
        let facts =
            r#"{"authorization":{"decision":"deny","id":"hunter2"},"password":true,"token.count":5,"token":"hunter2"}"#;
        let wanted =
            ["authorization object {\"decision\":\"deny\",\"id\":\"***\"}", " decision text deny", " id text ***"];
        let all = told(&line(facts, &[]));
        assert_eq!(all[..3], wanted);
        assert_eq!(all[3..], ["password true or false true", "token.count number 5", "token text ***"]);
        let pairs = r#"{"headers":[{"name":"Cookie","value":"hunter2"}],"b":1}"#;
        let all = told(&line(pairs, &[])).join("\n");
        assert!(!all.contains("hunter2") && all.contains("Cookie"), "{all}");
        let all = told(&line("m", &[("headers", r#"[["x-api-key","hunter2"]]"#)])).join("\n");
        assert!(!all.contains("hunter2") && all.contains("x-api-key"), "{all}");
        let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        assert_eq!(parts(&line(&deep, &[])).0.len(), 0);
        let wide = format!("[{}1]", "1,".repeat(5_000));
        assert_eq!(parts(&line(&format!("{{\"a\":{wide}}}"), &[])).0.len(), MOST);
    }
}
