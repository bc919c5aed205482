//! THE table of user actions: name, title, doc, scope, danger, default keys. No code that acts.
//!
//! Help, footer, palette, man page and the keymap's checks are all generated from [`TABLE`]; `app` has a handler for
//! each [`Command`]. A new action is a row here and a handler there.

mod key;
mod rows;

pub use key::{Code, Key, NoKey};
pub use rows::{Command, TABLE};

/// Where a command acts, and hence where its key is live and its row is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// On every screen, whatever is open.
    Everywhere,
    /// In every list, and in the trees and lanes that are walked like one.
    List,
    /// Where an instance is under the cursor or selected.
    Instance,
    /// In log lines.
    Lines,
}

impl Scope {
    /// All of them, in the order of the help.
    pub const ALL: [Scope; 4] = [Scope::Everywhere, Scope::List, Scope::Instance, Scope::Lines];

    /// In words, for `keepwatch keys` and the man page.
    pub fn words(self) -> &'static str {
        match self {
            Scope::Everywhere => "everywhere",
            Scope::List => "lists",
            Scope::Instance => "on an instance",
            Scope::Lines => "in log lines",
        }
    }

    /// Whether one key cannot mean two things in both scopes, since both are live at the same moment.
    pub fn meets(self, other: Scope) -> bool {
        // An instance can be under the cursor of any list, and log lines are a list: all four can be live together.
        match (self, other) {
            (Scope::Instance, Scope::Lines) | (Scope::Lines, Scope::Instance) => false,
            (Scope::Everywhere | Scope::List | Scope::Instance | Scope::Lines, _) => true,
        }
    }
}

/// What a command may do to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Danger {
    /// Looks only.
    Safe,
    /// Writes to the registry after a plan and one key.
    Writes,
    /// Takes away what only its owner can put back: the name is typed.
    Destructive,
}

/// What follows the name in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argument {
    /// Nothing.
    None,
    /// A target, `SERVICE/HOST:PORT` or `SERVICE`; without it, what is selected.
    Target,
    /// A target and a whole number from 0.
    TargetAndNumber,
    /// The id of a journal entry; without it, the last step.
    JournalId,
    /// The name of a theme.
    Theme,
    /// `on` or `off`.
    OnOff,
    /// Any text.
    Text,
}

impl Argument {
    /// As it is written behind the name, in the help and the palette; empty for none.
    pub fn words(self) -> &'static str {
        match self {
            Argument::None => "",
            Argument::Target => "[TARGET]",
            Argument::TargetAndNumber => "[TARGET] [N, or A..B over TIME]",
            Argument::JournalId => "[JOURNAL_ID]",
            Argument::Theme => "NAME",
            Argument::OnOff => "on|off",
            Argument::Text => "[TEXT]",
        }
    }
}

/// Under which heading of the help a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Moving and looking.
    Look,
    /// What writes, a plan first.
    Change,
    /// What goes from one pane to what belongs to it.
    Follow,
    /// What changes how this pane shows.
    Here,
    /// What is about Keepwatch itself.
    Keepwatch,
}

impl Group {
    /// All of them, in the order of the help.
    pub const ALL: [Group; 5] = [Group::Look, Group::Change, Group::Follow, Group::Here, Group::Keepwatch];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Look => "Look",
            Group::Change => "Change (a plan is shown first)",
            Group::Follow => "Follow",
            Group::Here => "Here",
            Group::Keepwatch => "Keepwatch",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Which command this is.
    pub command: Command,
    /// As typed in the palette and written in the keymap: lower case, `-` between words.
    pub name: &'static str,
    /// One or two words for the footer.
    pub title: &'static str,
    /// One line for the help, without a full stop.
    pub doc: &'static str,
    /// Where it acts.
    pub scope: Scope,
    /// What it may do.
    pub danger: Danger,
    /// Its heading in the help.
    pub group: Group,
    /// What follows its name in the palette.
    pub argument: Argument,
    /// Its keys as long as the user's file says nothing, the first one shown; none: by the palette alone.
    pub keys: &'static [Key],
}

impl Command {
    /// Its row.
    pub fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.command == self).expect("the macro makes a row for every command")
    }

    /// The command of this name.
    pub fn named(name: &str) -> Option<Command> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.command)
    }
}

/// A command that only exists while this process runs, handed over by `cli`: the demo's `fault NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// As typed in the palette.
    pub name: String,
    /// One line for the help.
    pub doc: String,
    /// What may follow the name, each with one line about it; empty: nothing follows.
    pub choices: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_one_each_and_typeable() {
        let mut seen = HashSet::new();
        for row in TABLE {
            assert!(seen.insert(row.name), "{} twice", row.name);
            assert!(
                row.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()),
                "{}",
                row.name
            );
            assert_eq!(Command::named(row.name), Some(row.command));
            assert!(!row.doc.ends_with('.') && row.doc.len() <= 90, "{}", row.doc);
            assert!(row.title.len() <= 16, "{}", row.title);
        }
    }

    #[test]
    fn no_key_means_two_things_at_once() {
        for (n, a) in TABLE.iter().enumerate() {
            for b in &TABLE[n + 1..] {
                let both = a.keys.iter().find(|k| b.keys.contains(k));
                assert!(both.is_none() || !a.scope.meets(b.scope), "{} for {} and {}", both.unwrap(), a.name, b.name);
            }
        }
    }

    #[test]
    fn the_keys_that_the_interface_promises() {
        let promised = [
            ("q", "quit"),
            ("C-c", "quit-now"),
            ("Esc", "back"),
            ("Enter", "open"),
            ("Tab", "next-pane"),
            ("0", "overview"),
            ("1", "topology"),
            ("2", "balancer"),
            ("3", "circuits"),
            ("4", "traces"),
            ("5", "logs"),
            ("6", "story"),
            ("7", "verdicts"),
            ("8", "diagnostics"),
            ("d", "drain"),
            ("u", "undrain"),
            ("w", "weight"),
            ("X", "deregister"),
            ("U", "undo"),
            ("v", "why"),
            ("n", "next"),
            ("N", "previous"),
            ("?", "help"),
            (":", "palette"),
            ("/", "filter"),
            ("Space", "hold"),
        ];
        for (key, name) in promised {
            let key: Key = key.parse().unwrap();
            let found = TABLE.iter().find(|row| row.keys.contains(&key)).map(|row| row.name);
            assert_eq!(found, Some(name), "{key}");
        }
    }

    #[test]
    fn only_the_actions_write() {
        let writing: Vec<_> = TABLE.iter().filter(|row| row.danger != Danger::Safe).map(|row| row.name).collect();
        assert_eq!(writing, ["drain", "hold-drain", "undrain", "weight", "deregister", "undo"]);
    }
}
