//! YAML as a tree that keeps places and duplicates: what is wrong is told later, all at once.
//!
//! Scalars stay text (`1.10` is not 1.1). Aliases and tags are refused: a configuration needs neither, and without
//! aliases no file can grow in memory beyond its size.

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::problem::{Place, Problem};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;

/// How deep a file may nest.
const DEEPEST: usize = 32;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where.
    pub place: Place,
    /// What.
    pub value: Value,
}

/// What stands at a place.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing: an empty value, `null` or `~`.
    Null,
    /// A text, a number, a word: as written.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file, duplicates included.
    Map(Vec<(Text, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub struct Text {
    /// Where.
    pub place: Place,
    /// The text.
    pub text: String,
}

impl Value {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "keys and values",
        }
    }
}

/// Something that is still open while events come.
enum Open {
    List(Place, Vec<Node>),
    Map(Place, Vec<(Text, Node)>, Option<Text>),
}

/// Reads the one document of a text. An empty text is an empty map.
///
/// # Errors
/// The syntax error that stopped the parser, and what was refused before it.
pub fn read(source: &str) -> Result<Node, Vec<Problem>> {
    if source.len() > LARGEST_FILE {
        let place = Place { line: 1, column: 1, width: 1 };
        return Err(vec![Problem::new(place, format!("the file is larger than {} KiB", LARGEST_FILE / 1024))]);
    }
    let mut builder = Builder { open: Vec::new(), root: None, problems: Vec::new() };
    for event in Parser::new_from_str(source) {
        match event {
            Ok((event, span)) => {
                if !builder.take(event, place(&span)) {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker();
                let place = Place { line: at.line().max(1), column: at.col() + 1, width: 1 };
                builder.problems.push(Problem::new(place, format!("this is not YAML: {}", error.info())).help(
                    "look at the indentation here and at quotes and brackets before it; more mistakes may follow",
                ));
                break;
            }
        }
    }
    match builder.problems.is_empty() {
        true => Ok(builder
            .root
            .unwrap_or(Node { place: Place { line: 1, column: 1, width: 1 }, value: Value::Map(Vec::new()) })),
        false => Err(builder.problems),
    }
}

fn place(span: &Span) -> Place {
    let one_line = span.start.line() == span.end.line();
    let width = if one_line { span.end.col().saturating_sub(span.start.col()).max(1) } else { 1 };
    Place { line: span.start.line().max(1), column: span.start.col() + 1, width }
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    problems: Vec<Problem>,
}

impl Builder {
    /// Takes one event; false when reading on makes no sense.
    fn take(&mut self, event: Event<'_>, place: Place) -> bool {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                self.problems.push(Problem::new(place, "a second document; a configuration is one"));
                return false;
            }
            Event::Scalar(text, style, _, _) => {
                let plain = matches!(style, ScalarStyle::Plain);
                let null = plain && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                self.put(place, if null { Value::Null } else { Value::Scalar(text.into_owned()) });
            }
            Event::Alias(_) => {
                self.problems.push(Problem::new(place, "aliases (`*name`) are not read").help("write the value out"));
                self.put(place, Value::Null);
            }
            Event::SequenceStart(..) => self.open.push(Open::List(place, Vec::new())),
            Event::MappingStart(..) => self.open.push(Open::Map(place, Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(place, items)) => self.put(place, Value::List(items)),
                Some(Open::Map(place, entries, _)) => self.put(place, Value::Map(entries)),
                None => return false,
            },
            _ => {}
        }
        if self.open.len() > DEEPEST {
            self.problems.push(Problem::new(place, format!("nested deeper than {DEEPEST} levels")));
            return false;
        }
        true
    }

    /// Puts a finished value where it belongs: into what is open, as key or value, or as the whole.
    fn put(&mut self, place: Place, value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(Node { place, value }),
            Some(Open::List(_, items)) => items.push(Node { place, value }),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some(key) => entries.push((key, Node { place, value })),
                None => {
                    let text = match value {
                        Value::Scalar(text) => text,
                        other => {
                            self.problems.push(Problem::new(place, format!("a key is a word, not {}", other.kind())));
                            String::new()
                        }
                    };
                    *key = Some(Text { place, text });
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(source: &str) -> Vec<(usize, usize, String)> {
        read(source).unwrap_err().into_iter().map(|p| (p.place.line, p.place.column, p.what)).collect()
    }

    #[test]
    fn places_and_duplicates_are_kept_and_scalars_stay_text() {
        let Value::Map(entries) = read("a: 1.10\nb: [x, ~]\na: 'null'\n").unwrap().value else { panic!() };
        let keys: Vec<_> = entries.iter().map(|(k, _)| (k.text.as_str(), k.place.line)).collect();
        assert_eq!(keys, [("a", 1), ("b", 2), ("a", 3)]);
        assert!(matches!(&entries[0].1.value, Value::Scalar(s) if s == "1.10"));
        assert!(matches!(&entries[1].1.value, Value::List(l) if matches!(l[1].value, Value::Null)));
        assert!(matches!(&entries[2].1.value, Value::Scalar(s) if s == "null"));
        assert_eq!(entries[0].1.place, Place { line: 1, column: 4, width: 4 });
    }

    #[test]
    fn nothing_is_an_empty_map() {
        for source in ["", "\n", "# only a comment\n", "---\n"] {
            let node = read(source).unwrap();
            assert!(
                matches!(&node.value, Value::Map(m) if m.is_empty()) || matches!(node.value, Value::Null),
                "{source:?}"
            );
        }
    }

    #[test]
    fn what_is_refused_is_refused_at_its_place() {
        assert_eq!(wrong("a: &x 1\nb: *x\n")[0].0, 2);
        assert_eq!(wrong("a: 1\n---\nb: 2\n")[0].0, 2);
        assert_eq!(wrong("[a]: 1\n")[0].0, 1);
        assert!(wrong(&format!("{}{}", "[".repeat(100), "]".repeat(100)))[0].2.contains("deeper"));
        assert!(wrong("a: [1\nb: 2\n")[0].2.contains("not YAML"));
        assert!(wrong(&" ".repeat(LARGEST_FILE + 1))[0].2.contains("larger"));
    }
}
