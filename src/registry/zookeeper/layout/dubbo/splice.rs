//! Changes of a YAML document by places of its text, so that no byte that is not ours changes. What comes out is read again and
//! compared with what was meant; where it is not exactly that, nothing is changed.

use std::ops::Range;

use super::yaml::{self, Is, Node, Value};

/// A step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    At(usize),
}

/// One change.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    /// Puts a value at the end of the list that stands there; where a top-level key is missing, it is made.
    Append(Vec<Step>, Value),
    /// Takes the item of a list away.
    Remove(Vec<Step>, usize),
    /// Puts a scalar in the place of one.
    Set(Vec<Step>, String),
}

const UNSAFE: &str = "it is written in a way in which keepwatch cannot change it without touching what is not its own";

/// The text with the change.
///
/// # Errors
/// In words, where the document cannot be read, or not be changed safely.
pub(super) fn edit(text: &str, edit: &Edit) -> Result<String, String> {
    let node = yaml::read(text)?;
    let mut wanted = node.value();
    mean(&mut wanted, edit).ok_or(UNSAFE)?;
    let (range, new) = place(text, &node, edit).ok_or(UNSAFE)?;
    let edited = [&text[..range.start], &new, &text[range.end..]].concat();
    match yaml::read(&edited).is_ok_and(|node| node.value() == wanted) {
        true => Ok(edited),
        false => Err(UNSAFE.into()),
    }
}

/// Does to the value what is to be done to the text.
fn mean(value: &mut Value, edit: &Edit) -> Option<()> {
    match edit {
        Edit::Append(path, item) => {
            if let ([Step::Key(key)], Value::Map(entries)) = (path.as_slice(), &mut *value)
                && !entries.iter().any(|(name, _)| name == key)
            {
                entries.push(((*key).to_owned(), Value::List(vec![item.clone()])));
                return Some(());
            }
            match at_mut(value, path)? {
                Value::List(items) => items.push(item.clone()),
                empty @ Value::Null => *empty = Value::List(vec![item.clone()]),
                _ => return None,
            }
        }
        Edit::Remove(path, index) => match at_mut(value, path)? {
            Value::List(items) if *index < items.len() => drop(items.remove(*index)),
            _ => return None,
        },
        Edit::Set(path, text) => *at_mut(value, path)? = Value::Scalar(text.clone()),
    }
    Some(())
}

fn at_mut<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Map(entries), Step::Key(key)) => {
            entries.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
        }
        (Value::List(items), Step::At(index)) => items.get_mut(*index),
        _ => None,
    })
}

fn at<'a>(node: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, step| match (&node.is, step) {
        (Is::Map { entries, .. }, Step::Key(key)) => {
            entries.iter().find(|(name, _)| name.key() == *key).map(|(_, value)| value)
        }
        (Is::List { items, .. }, Step::At(index)) => items.get(*index),
        _ => None,
    })
}

/// Which bytes give way to which text.
fn place(text: &str, root: &Node, edit: &Edit) -> Option<(Range<usize>, String)> {
    match edit {
        Edit::Set(path, new) => Some((at(root, path)?.span.clone(), new.clone())),
        Edit::Append(path, item) => match (at(root, path), path.as_slice()) {
            (Some(node), _) => append(text, root, path, node, item),
            (None, [Step::Key(key)]) => enter(text, root, key, item),
            (None, _) => None,
        },
        Edit::Remove(path, index) => {
            let node = at(root, path)?;
            let Is::List { flow, items } = &node.is else { return None };
            let item = items.get(*index)?;
            match (flow, items.len()) {
                (true, 1) => Some((node.span.start + 1..node.span.end - 1, String::new())),
                (true, _) if *index == 0 => Some((item.span.start..items[1].span.start, String::new())),
                (true, _) => Some((items[index - 1].span.end..item.span.end, String::new())),
                (false, 1) => {
                    let colon = colon(text, key_of(root, path)?)?;
                    Some((colon..item.span.end, " []".into()))
                }
                (false, _) => {
                    let start = text[..dash(text, item)?].rfind('\n').map_or(0, |at| at + 1);
                    let end = line_end(text, item.span.end);
                    let last = end == text.len() && !text.ends_with('\n');
                    let start = if last { text[..start].trim_end_matches(['\r', '\n']).len() } else { start };
                    Some((start..end, String::new()))
                }
            }
        }
    }
}

/// Behind the last item.
fn append(text: &str, root: &Node, path: &[Step], node: &Node, item: &Value) -> Option<(Range<usize>, String)> {
    match &node.is {
        Is::Null => {
            let colon = colon(text, key_of(root, path)?)?;
            Some((colon..colon, format!(" [{}]", inline(root, item))))
        }
        Is::List { flow: true, items } => match items.last() {
            None => Some((node.span.start + 1..node.span.end - 1, inline(root, item))),
            Some(last) => Some((last.span.end..last.span.end, format!(", {}", inline(root, item)))),
        },
        Is::List { flow: false, items } => {
            let last = items.last()?;
            let dash = dash(text, last)?;
            let indent = &text[text[..dash].rfind('\n').map_or(0, |at| at + 1)..dash];
            if !indent.bytes().all(|b| b == b' ') {
                return None;
            }
            Some(lines(text, last.span.end, &block(item, indent)))
        }
        _ => None,
    }
}

/// On one line: as JSON in a document that is JSON, else as people write YAML.
fn inline(root: &Node, item: &Value) -> String {
    if matches!(root.is, Is::Map { flow: true, .. }) { json(item) } else { flow(item) }
}

/// As a new key of the whole document.
fn enter(text: &str, root: &Node, key: &str, item: &Value) -> Option<(Range<usize>, String)> {
    match &root.is {
        Is::Map { flow: true, entries } => {
            let at = entries.last().map_or(root.span.start + 1, |(_, value)| value.span.end);
            let comma = if entries.is_empty() { "" } else { ", " };
            Some((at..at, format!("{comma}\"{key}\": [{}]", json(item))))
        }
        Is::Map { flow: false, entries } => {
            let (first, last) = (entries.first()?, entries.last()?);
            let start = first.0.span.start;
            let indent = &text[text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
            let mut new = vec![format!("{indent}{key}:")];
            new.extend(block(item, indent));
            Some(lines(text, last.0.span.end.max(last.1.span.end), &new))
        }
        _ => None,
    }
}

/// New lines below the line of this byte, ended as the text ends its own.
fn lines(text: &str, after: usize, new: &[String]) -> (Range<usize>, String) {
    let feed = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let at = line_end(text, after);
    let joined = new.join(feed);
    match text[..at].ends_with('\n') {
        true => (at..at, joined + feed),
        false => (at..at, format!("{feed}{joined}")),
    }
}

/// Behind the line break of the line that this byte is in.
fn line_end(text: &str, after: usize) -> usize {
    text[after..].find('\n').map_or(text.len(), |at| after + at + 1)
}

/// The dash in front of an item of a block.
fn dash(text: &str, item: &Node) -> Option<usize> {
    let before = text[..item.span.start].trim_end();
    before.ends_with('-').then(|| before.len() - 1)
}

/// Behind the colon of a key.
fn colon(text: &str, key: &Node) -> Option<usize> {
    let rest = &text[key.span.end..];
    let blank = rest.len() - rest.trim_start().len();
    rest[blank..].starts_with(':').then_some(key.span.end + blank + 1)
}

fn key_of<'a>(root: &'a Node, path: &[Step]) -> Option<&'a Node> {
    let (Step::Key(last), above) = path.split_last()? else { return None };
    let Is::Map { entries, .. } = &at(root, above)?.is else { return None };
    entries.iter().find(|(name, _)| name.key() == *last).map(|(key, _)| key)
}

/// An item as lines of a block.
pub(super) fn block(item: &Value, indent: &str) -> Vec<String> {
    let Value::Map(entries) = item else { return vec![format!("{indent}- {}", flow(item))] };
    let line = |(index, (key, value)): (usize, &(String, Value))| {
        format!("{indent}{} {key}: {}", if index == 0 { "-" } else { " " }, flow(value))
    };
    entries.iter().enumerate().map(line).collect()
}

/// A value on one line, as people write it.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Scalar(text) if plain(text) => text.clone(),
        Value::Scalar(text) => format!("'{}'", text.replace('\'', "''")),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |(key, value): &(String, Value)| format!("{key}: {}", flow(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value as JSON.
fn json(value: &Value) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match value {
        Value::Null => "null".into(),
        Value::Scalar(text) if text == "true" || text == "false" || text.parse::<i64>().is_ok() => text.clone(),
        Value::Scalar(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |(key, value): &(String, Value)| format!("{}: {}", quoted(key), json(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn plain(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    first && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
