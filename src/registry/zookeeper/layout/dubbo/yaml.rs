//! YAML as a tree with places, of the rules that Dubbo reads: small documents that people and other tools edit too. Changing
//! them by those places is `splice`'s. Aliases, tags and second documents are not read: what they would mean is not guessed.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// The largest document that is read, in bytes: what one znode holds.
const LARGEST: usize = 1 << 20;
/// How deep one may nest.
const DEEPEST: usize = 32;

/// What stands somewhere. Scalars are their text; an empty one is `Null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The first value with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of the scalar with this key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the scalar with this key is `true`, where it is one.
    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        self.text(key).map(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The items of the list with this key; none where there is none.
    pub(super) fn items(&self, key: &str) -> &[Value] {
        match self.get(key) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The texts in the list with this key.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        self.items(key).iter().filter_map(|item| match item {
            Value::Scalar(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A value with its place: bytes of the text. A block ends where its last value does.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) is: Is,
}

/// What a node is. `flow`: written in brackets.
#[derive(Clone, Debug)]
pub(super) enum Is {
    Null,
    Scalar(String),
    List { flow: bool, items: Vec<Node> },
    Map { flow: bool, entries: Vec<(Node, Node)> },
}

impl Node {
    /// Without places.
    pub(super) fn value(&self) -> Value {
        match &self.is {
            Is::Null => Value::Null,
            Is::Scalar(text) => Value::Scalar(text.clone()),
            Is::List { items, .. } => Value::List(items.iter().map(Node::value).collect()),
            Is::Map { entries, .. } => {
                Value::Map(entries.iter().map(|(key, value)| (key.key().to_owned(), value.value())).collect())
            }
        }
    }

    /// As the key of a map; what is no text is none that Dubbo knows.
    pub(super) fn key(&self) -> &str {
        if let Is::Scalar(text) = &self.is { text } else { "" }
    }
}

struct Open {
    node: Node,
    key: Option<Node>,
}

impl Open {
    fn put(&mut self, value: Node) {
        self.node.span.end = self.node.span.end.max(value.span.end);
        match &mut self.node.is {
            Is::List { items, .. } => items.push(value),
            Is::Map { entries, .. } => match self.key.take() {
                Some(key) => entries.push((key, value)),
                None => self.key = Some(value),
            },
            Is::Null | Is::Scalar(_) => {}
        }
    }
}

/// Reads the one document of a text; an empty one is null.
///
/// # Errors
/// In words, why it is not read.
pub(super) fn read(text: &str) -> Result<Node, String> {
    if text.len() > LARGEST {
        return Err("it is larger than a znode".into());
    }
    let (mut open, mut root): (Vec<Open>, Option<Node>) = (Vec::new(), None);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| format!("line {}: {}", e.marker().line(), e.info()))?;
        let span = span.byte_range().ok_or("its places are not known")?;
        let done = match event {
            Event::DocumentStart(..) if root.is_some() => return Err("it holds a second document".into()),
            Event::Alias(_) => return Err("it uses aliases".into()),
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => {
                return Err("it uses tags".into());
            }
            Event::Scalar(text, style, ..) => {
                let null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                Some(Node { span, is: if null { Is::Null } else { Is::Scalar(text.into_owned()) } })
            }
            Event::SequenceStart(style, ..) => {
                let is = Is::List { flow: style == StructureStyle::Flow, items: Vec::new() };
                open.push(Open { node: Node { span, is }, key: None });
                None
            }
            Event::MappingStart(style, ..) => {
                let is = Is::Map { flow: style == StructureStyle::Flow, entries: Vec::new() };
                open.push(Open { node: Node { span, is }, key: None });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { mut node, .. }) = open.pop() else { return Err("it closes what is not open".into()) };
                if matches!(node.is, Is::List { flow: true, .. } | Is::Map { flow: true, .. }) {
                    node.span.end = span.end;
                }
                Some(node)
            }
            _ => None,
        };
        if open.len() > DEEPEST {
            return Err(format!("it nests deeper than {DEEPEST} levels"));
        }
        match (done, open.last_mut()) {
            (Some(node), Some(above)) => above.put(node),
            (Some(node), None) => root = Some(node),
            (None, _) => {}
        }
    }
    Ok(root.unwrap_or(Node { span: text.len()..text.len(), is: Is::Null }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_told_to() {
        let text = "# é\nforce: false\ntags:\n- name: a\n  addresses: ['10.0.0.1:20880'] # x\n...\n";
        let node = read(text).unwrap();
        let Is::Map { entries, flow: false } = &node.is else { panic!("{node:?}") };
        let Is::List { items, flow: false } = &entries[1].1.is else { panic!("{node:?}") };
        assert_eq!(&text[items[0].span.clone()], "name: a\n  addresses: ['10.0.0.1:20880']");
        assert_eq!(&text[entries[0].1.span.clone()], "false");
        assert_eq!(node.value().truth("force"), Some(false));
        assert_eq!(node.value().items("tags")[0].texts("addresses").collect::<Vec<_>>(), ["10.0.0.1:20880"]);
    }

    #[test]
    fn what_would_have_to_be_guessed_is_not_read() {
        for text in ["a: *b", "a: &b 1\nc: *b", "a: !x 1", "a: 1\n---\nb: 2", "a: [", "\ta: 1\n b"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(5000)).is_err());
        assert_eq!(read("").unwrap().value(), Value::Null);
        assert_eq!(read("# only\n").unwrap().value(), Value::Null);
    }
}
