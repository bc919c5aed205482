//! Reads a tree by key and collects every mistake on the way instead of stopping at the first.

use std::cell::Cell;

use super::problem::{Place, Problem, suggestion};
use super::tree::{Node, Text, Value};

/// What was found wrong so far.
pub type Problems = Vec<Problem>;

/// The keys of one map, each read at most once; what nobody asked for is unknown.
pub struct Keys<'a> {
    name: String,
    entries: Vec<(&'a Text, &'a Node, Cell<bool>)>,
    asked: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    /// Opens a map; anything else is a mistake, but for nothing, which is an empty map. `name` is the path of its key,
    /// empty for the file itself.
    pub fn open(name: &str, node: &'a Node, problems: &mut Problems) -> Keys<'a> {
        let mut entries: Vec<(&Text, &Node, Cell<bool>)> = Vec::new();
        match &node.value {
            Value::Map(map) => {
                for (key, value) in map {
                    if let Some((first, ..)) = entries.iter().find(|(k, ..)| k.text == key.text) {
                        let what =
                            format!("`{}` is here twice; it stands on line {} already", key.text, first.place.line);
                        problems.push(Problem::new(key.place, what).help("keep one of the two"));
                    } else {
                        entries.push((key, value, Cell::new(false)));
                    }
                }
            }
            Value::Null => {}
            other => {
                let whose = if name.is_empty() { "the file".to_owned() } else { format!("`{name}`") };
                let what = format!("{whose} holds keys and values, not {}", other.kind());
                problems.push(Problem::new(node.place, what));
            }
        }
        Keys { name: name.to_owned(), entries, asked: Vec::new() }
    }

    /// The value of a key, unless it is missing or empty.
    pub fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        let (_, node, used) = self.entries.iter().find(|(k, ..)| k.text == key)?;
        used.set(true);
        (!matches!(node.value, Value::Null)).then_some(*node)
    }

    /// The path of one of its keys, for messages.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Every key with its value, for maps whose keys are the user's own.
    pub fn all(&self) -> impl Iterator<Item = (&'a Text, &'a Node)> + '_ {
        self.entries.iter().map(|(key, node, used)| {
            used.set(true);
            (*key, *node)
        })
    }

    /// Reads the single value of a key with `read`.
    pub fn value<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let path = self.path(key);
        let node = self.get(key)?;
        value(&path, node, problems, read)
    }

    /// Reads a list of single values of a key; a single value counts as a list of one.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
        mut read: impl FnMut(&str) -> Result<T, Wrong>,
    ) -> Vec<(T, Place)> {
        let path = self.path(key);
        let Some(node) = self.get(key) else { return Vec::new() };
        match &node.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| value(&path, item, problems, &mut read).map(|v| (v, item.place)))
                .collect(),
            _ => value(&path, node, problems, read).map(|v| (v, node.place)).into_iter().collect(),
        }
    }

    /// Reports the keys that nobody asked for.
    pub fn close(self, problems: &mut Problems) {
        for (key, _, used) in &self.entries {
            if used.get() {
                continue;
            }
            let inside = if self.name.is_empty() { "here".to_owned() } else { format!("in `{}`", self.name) };
            let help = match suggestion(&key.text, self.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known {inside}: {}", self.asked.join(", ")),
            };
            let shown: String =
                key.text.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
            problems.push(Problem::new(key.place, format!("there is no key `{shown}` {inside}")).help(help));
        }
    }
}

/// What is wrong with a value, without naming its key, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// A clause: "the port is missing".
    pub what: String,
    /// What would help.
    pub help: Option<String>,
}

impl Wrong {
    /// With what would help.
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Wrong {
        Wrong { what: what.into(), help: Some(help.into()) }
    }
}

impl From<String> for Wrong {
    fn from(what: String) -> Wrong {
        Wrong { what, help: None }
    }
}

/// One of a few words.
pub fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known = words.iter().map(|(word, _)| *word);
        let list = known.clone().collect::<Vec<_>>().join(", ");
        let help = suggestion(text, known).map_or(format!("one of: {list}"), |near| format!("did you mean `{near}`?"));
        Wrong::new("this is not one of the words it knows", help)
    })
}

/// `true` or `false`, also as `on` and `off`, `yes` and `no`.
pub fn truth(text: &str) -> Result<bool, Wrong> {
    one_of(text, &[("true", true), ("false", false), ("on", true), ("off", false), ("yes", true), ("no", false)])
}

/// Reads the single value at a node with `read`.
pub fn value<T>(
    path: &str,
    node: &Node,
    problems: &mut Problems,
    read: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Option<T> {
    let Value::Scalar(text) = &node.value else {
        problems.push(Problem::new(node.place, format!("`{path}` is a single value, not {}", node.value.kind())));
        return None;
    };
    match read(text) {
        Ok(value) => Some(value),
        Err(wrong) => {
            problems.push(Problem { place: node.place, what: format!("`{path}`: {}", wrong.what), help: wrong.help });
            None
        }
    }
}
