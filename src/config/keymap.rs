//! Which key means which command: the table's defaults, with the user's `keys:` over them.

use crate::command::{Code, Command, Key, Scope, TABLE};

use super::problem::{Place, Problem, suggestion};
use super::reader::{Keys, Problems, Wrong, value};
use super::tree::{Node, Value};

/// Keys of every command, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<(Command, Vec<Key>)>,
}

/// The table's own keys.
impl Default for Keymap {
    fn default() -> Keymap {
        Keymap { bindings: TABLE.iter().map(|row| (row.command, row.keys.to_vec())).collect() }
    }
}

impl Keymap {
    /// The keys of a command, the one to show first; empty when it is reached by the palette alone.
    pub fn keys(&self, command: Command) -> &[Key] {
        self.bindings.iter().find(|(c, _)| *c == command).map_or(&[], |(_, keys)| keys)
    }

    /// What a key means where these scopes are live.
    pub fn command(&self, key: Key, live: &[Scope]) -> Option<Command> {
        let means = |(command, keys): &&(Command, Vec<Key>)| keys.contains(&key) && live.contains(&command.row().scope);
        self.bindings.iter().find(means).map(|(command, _)| *command)
    }

    /// Reads `keys:`, a map of command names to a key or a list of keys; `none` takes a command's keys away.
    pub(super) fn read(node: Option<&Node>, problems: &mut Problems) -> Keymap {
        let mut map = Keymap::default();
        let Some(node) = node else { return map };
        let entries = Keys::open("keys", node, problems);
        let mut own = Vec::new();
        for (name, node) in entries.all() {
            let Some(command) = Command::named(&name.text) else {
                let near = suggestion(&name.text, TABLE.iter().map(|row| row.name));
                let help =
                    near.map_or("`keepwatch keys` lists all commands".into(), |n| format!("did you mean `{n}`?"));
                problems.push(Problem::new(name.place, "there is no command of this name").help(help));
                continue;
            };
            if command.row().keys.iter().any(|key| FIXED.contains(key)) {
                let what = format!("the keys of `{}` are fixed, so that there is always a way out", name.text);
                problems.push(Problem::new(name.place, what));
                continue;
            }
            let keys = read_keys(&name.text, node, problems);
            own.extend(keys.iter().map(|(key, place)| (command, *key, *place)));
            if let Some(binding) = map.bindings.iter_mut().find(|(c, _)| *c == command) {
                binding.1 = keys.into_iter().map(|(key, _)| key).collect();
            }
        }
        map.report_conflicts(&own, problems);
        map
    }

    /// One key that means two things at the same moment is told at the user's line.
    fn report_conflicts(&self, own: &[(Command, Key, Place)], problems: &mut Problems) {
        let mut told: Vec<(Key, Command)> = Vec::new();
        for (command, key, place) in own {
            let other = self.bindings.iter().find(|(other, keys)| {
                other != command && keys.contains(key) && other.row().scope.meets(command.row().scope)
            });
            let Some((other, _)) = other else { continue };
            if told.contains(&(*key, *other)) {
                continue;
            }
            told.push((*key, *command));
            let (mine, name) = (command.row().name, other.row().name);
            let what = format!("`{key}` would mean both `{mine}` and `{name}`");
            let help = match FIXED.contains(key) {
                true => format!("`{key}` cannot be given away; choose another key for `{mine}`"),
                false => format!("give `{name}` another key too, or write `{name}: none`"),
            };
            problems.push(Problem::new(*place, what).help(help));
        }
    }
}

/// Keys that mean one thing in every field and overlay, too.
const FIXED: &[Key] = &[Key::plain(Code::Enter), Key::plain(Code::Esc), Key::ctrl('c')];

fn read_keys(name: &str, node: &Node, problems: &mut Problems) -> Vec<(Key, Place)> {
    let path = format!("keys.{name}");
    let key = |text: &str| text.parse::<Key>().map_err(|e| Wrong::from(e.to_string()));
    match &node.value {
        Value::Null => Vec::new(),
        Value::Scalar(text) if text == "none" => Vec::new(),
        Value::List(items) => {
            items.iter().filter_map(|item| value(&path, item, problems, key).map(|k| (k, item.place))).collect()
        }
        _ => value(&path, node, problems, key).map(|k| (k, node.place)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree;

    fn read(source: &str) -> (Keymap, Vec<String>) {
        let mut problems = Vec::new();
        let node = tree::read(source).unwrap();
        let map = Keymap::read(Some(&node), &mut problems);
        (map, problems.iter().map(|p| format!("{}: {}", p.place.line, p.what)).collect())
    }

    #[test]
    fn the_users_keys_replace_the_tables() {
        let (map, problems) = read("drain: D\nsort: none\nundo: [U, C-z]\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(map.keys(Command::Drain), [Key::char('D')]);
        assert!(map.keys(Command::Sort).is_empty());
        assert_eq!(map.command(Key::ctrl('z'), &[Scope::Everywhere]), Some(Command::Undo));
        assert_eq!(map.command(Key::char('d'), &Scope::ALL), None);
    }

    #[test]
    fn a_key_counts_only_where_its_scope_is_live() {
        let map = Keymap::default();
        assert_eq!(map.command(Key::char('d'), &[Scope::Everywhere, Scope::Instance]), Some(Command::Drain));
        assert_eq!(map.command(Key::char('d'), &[Scope::Everywhere]), None);
    }

    #[test]
    fn conflicts_are_told_once_at_the_users_line() {
        let (_, problems) = read("drain: u\nweight: q\nfold: W\nsort: W\n");
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().any(|p| p.starts_with("1: `u` would mean both `drain` and `undrain`")), "{problems:?}");
        assert!(problems.iter().any(|p| p.contains("`weight` and `quit`")), "{problems:?}");
        assert!(
            problems.iter().any(|p| p.contains("`fold` and `sort`") || p.contains("`sort` and `fold`")),
            "{problems:?}"
        );
        let (_, swapped) = read("drain: u\nundrain: d\n");
        assert_eq!(swapped, Vec::<String>::new());
    }

    #[test]
    fn what_is_no_command_or_key_is_told() {
        let (_, problems) = read("drian: d\nback: q\nweight: ww\nsort: Esc\n");
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
